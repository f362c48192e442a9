//! The one description of the abstract syntax tree of Python 3.9.
//!
//! [`ast_nodes!`] hands the whole table to the macro named in its argument. Types, schema, visitors
//! and conversions are all made from it, so they cannot drift apart.
//!
//! A field reads `name: arity kind`. Arities are `one`, `optional`, `many`, and `many_optional` for
//! the two lists that may hold holes (`Dict.keys`, `arguments.kw_defaults`). Names and order are those of
//! the `ast` module; a trailing underscore keeps a name from clashing with a Rust keyword.

macro_rules! ast_nodes {
    ($define:ident) => {
        $define! {
            sums {
                mod Mod {
                    Module { body: many stmt, type_ignores: many type_ignore }
                    Interactive { body: many stmt }
                    Expression { body: one expr }
                    FunctionType { argtypes: many expr, returns: one expr }
                }
            }
            located_sums {
                stmt Stmt StmtKind {
                    FunctionDef {
                        name: one identifier, args: one arguments, body: many stmt,
                        decorator_list: many expr, returns: optional expr, type_comment: optional string
                    }
                    AsyncFunctionDef {
                        name: one identifier, args: one arguments, body: many stmt,
                        decorator_list: many expr, returns: optional expr, type_comment: optional string
                    }
                    ClassDef {
                        name: one identifier, bases: many expr, keywords: many keyword, body: many stmt,
                        decorator_list: many expr
                    }
                    Return { value: optional expr }
                    Delete { targets: many expr }
                    Assign { targets: many expr, value: one expr, type_comment: optional string }
                    AugAssign { target: one expr, op: one operator, value: one expr }
                    AnnAssign { target: one expr, annotation: one expr, value: optional expr, simple: one int }
                    For {
                        target: one expr, iter: one expr, body: many stmt, orelse: many stmt,
                        type_comment: optional string
                    }
                    AsyncFor {
                        target: one expr, iter: one expr, body: many stmt, orelse: many stmt,
                        type_comment: optional string
                    }
                    While { test: one expr, body: many stmt, orelse: many stmt }
                    If { test: one expr, body: many stmt, orelse: many stmt }
                    With { items: many withitem, body: many stmt, type_comment: optional string }
                    AsyncWith { items: many withitem, body: many stmt, type_comment: optional string }
                    Raise { exc: optional expr, cause: optional expr }
                    Try { body: many stmt, handlers: many excepthandler, orelse: many stmt, finalbody: many stmt }
                    Assert { test: one expr, msg: optional expr }
                    Import { names: many alias }
                    ImportFrom { module: optional identifier, names: many alias, level: optional int }
                    Global { names: many identifier }
                    Nonlocal { names: many identifier }
                    Expr { value: one expr }
                    Pass
                    Break
                    Continue
                }
                expr Expr ExprKind {
                    BoolOp { op: one boolop, values: many expr }
                    NamedExpr { target: one expr, value: one expr }
                    BinOp { left: one expr, op: one operator, right: one expr }
                    UnaryOp { op: one unaryop, operand: one expr }
                    Lambda { args: one arguments, body: one expr }
                    IfExp { test: one expr, body: one expr, orelse: one expr }
                    Dict { keys: many_optional expr, values: many expr }
                    Set { elts: many expr }
                    ListComp { elt: one expr, generators: many comprehension }
                    SetComp { elt: one expr, generators: many comprehension }
                    DictComp { key: one expr, value: one expr, generators: many comprehension }
                    GeneratorExp { elt: one expr, generators: many comprehension }
                    Await { value: one expr }
                    Yield { value: optional expr }
                    YieldFrom { value: one expr }
                    Compare { left: one expr, ops: many cmpop, comparators: many expr }
                    Call { func: one expr, args: many expr, keywords: many keyword }
                    FormattedValue { value: one expr, conversion: optional int, format_spec: optional expr }
                    JoinedStr { values: many expr }
                    Constant { value: one constant, kind: optional string }
                    Attribute { value: one expr, attr: one identifier, ctx: one expr_context }
                    Subscript { value: one expr, slice: one expr, ctx: one expr_context }
                    Starred { value: one expr, ctx: one expr_context }
                    Name { id: one identifier, ctx: one expr_context }
                    List { elts: many expr, ctx: one expr_context }
                    Tuple { elts: many expr, ctx: one expr_context }
                    Slice { lower: optional expr, upper: optional expr, step: optional expr }
                }
            }
            choices {
                expr_context ExprContext { Load Store Del }
                boolop BoolOp { And Or }
                operator Operator {
                    Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
                }
                unaryop UnaryOp { Invert Not UAdd USub }
                cmpop CmpOp { Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn }
            }
            products {
                comprehension comprehension Comprehension {
                    target: one expr, iter: one expr, ifs: many expr, is_async: one int
                }
                arguments arguments Arguments {
                    posonlyargs: many arg, args: many arg, vararg: optional arg, kwonlyargs: many arg,
                    kw_defaults: many_optional expr, kwarg: optional arg, defaults: many expr
                }
                alias alias Alias { name: one identifier, asname: optional identifier }
                withitem withitem WithItem { context_expr: one expr, optional_vars: optional expr }
                type_ignore TypeIgnore TypeIgnore { lineno: one int, tag: one string }
            }
            located_products {
                excepthandler ExceptHandler ExceptHandler {
                    type_: optional expr, name: optional identifier, body: many stmt
                }
                arg arg Arg { arg: one identifier, annotation: optional expr, type_comment: optional string }
                keyword keyword Keyword { arg: optional identifier, value: one expr }
            }
        }
    };
}

/// The Rust type of a field of the given arity and kind.
macro_rules! field_type {
    (one identifier) => { Identifier };
    (one string) => { Text };
    (one int) => { i32 };
    (one constant) => { Constant };
    (one expr_context) => { ExprContext };
    (one boolop) => { BoolOp };
    (one operator) => { Operator };
    (one unaryop) => { UnaryOp };
    (one $kind:ident) => { Box<field_type!(item $kind)> };
    (optional identifier) => { Option<Identifier> };
    (optional string) => { Option<Text> };
    (optional int) => { Option<i32> };
    (optional $kind:ident) => { Option<Box<field_type!(item $kind)>> };
    (many $kind:ident) => { Vec<field_type!(item $kind)> };
    (many_optional $kind:ident) => { Vec<Option<field_type!(item $kind)>> };
    (item identifier) => { Identifier };
    (item stmt) => { Stmt };
    (item expr) => { Expr };
    (item cmpop) => { CmpOp };
    (item comprehension) => { Comprehension };
    (item excepthandler) => { ExceptHandler };
    (item arguments) => { Arguments };
    (item arg) => { Arg };
    (item keyword) => { Keyword };
    (item alias) => { Alias };
    (item withitem) => { WithItem };
    (item type_ignore) => { TypeIgnore };
}

pub(crate) use {ast_nodes, field_type};
