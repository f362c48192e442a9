//! The walk that notes how every block uses names.

use literals::Text;
use syntax::ast::*;

use super::{Block, BlockId, BlockKind, Directive, Node, SymbolTable, Symbols, usage};
use crate::failure::{CompileFailure, Exception, Result};
use crate::mangle::mangle;
use crate::recursion::{Depth, Recursion};

pub(super) fn build(module: &Mod, recursion: &Recursion) -> Result<SymbolTable> {
    let mut builder = Builder {
        table: SymbolTable::default(),
        open: Vec::new(),
        class: None,
        depth: Depth::new(recursion),
    };
    builder.enter("top".into(), BlockKind::Module, Node::Module(module), 0, 0);
    match module {
        Mod::Module { body, .. } | Mod::Interactive { body } => builder.statements(body)?,
        Mod::Expression { body } => builder.expression(body)?,
        Mod::FunctionType { .. } => {
            return Err(CompileFailure::new(
                Exception::RuntimeError,
                "this compiler does not handle FunctionTypes",
            ));
        }
    }
    Ok(builder.table)
}

struct Builder<'a> {
    table: SymbolTable,
    /// The blocks being visited, innermost last; never empty during the walk.
    open: Vec<BlockId>,
    /// The class whose private names are mangled.
    class: Option<&'a Text>,
    depth: Depth,
}

fn message(before: &str, name: &Text, after: &str) -> String {
    format!("{before}'{}'{after}", name.to_string_lossy())
}

impl<'a> Builder<'a> {
    fn current(&mut self) -> &mut Block {
        let id = self.current_id();
        &mut self.table.blocks[id]
    }

    fn current_id(&self) -> BlockId {
        *self.open.last().unwrap_or(&0)
    }

    fn enter(&mut self, name: Text, kind: BlockKind, node: Node<'_>, line: u32, column: u32) {
        let id = self.table.blocks.len();
        let parent = self.open.last().map(|&parent| &mut self.table.blocks[parent]);
        let (nested, comprehension_iterables) = match parent {
            Some(parent) => {
                parent.children.push(id);
                (parent.nested || parent.kind == BlockKind::Function, parent.comprehension_iterables)
            }
            None => (false, 0),
        };
        self.table.blocks.push(Block {
            id,
            name,
            kind,
            line,
            column,
            symbols: Symbols::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            nested,
            has_free: false,
            child_has_free: false,
            generator: false,
            coroutine: false,
            comprehension: false,
            has_varargs: false,
            has_varkeywords: false,
            returns_value: false,
            needs_class_cell: false,
            in_comprehension_target: false,
            comprehension_iterables,
            directives: Vec::new(),
        });
        self.table.by_node.insert(node.key(), id);
        self.open.push(id);
    }

    fn exit(&mut self) {
        self.open.pop();
    }

    fn lookup(&mut self, name: &Text) -> u32 {
        let name = mangle(self.class, name);
        self.table.blocks[self.current_id()].symbols.get(&name).unwrap_or(0)
    }

    fn define(&mut self, name: &Text, flag: u32) -> Result {
        self.define_in(self.current_id(), name, flag)
    }

    fn define_in(&mut self, block: BlockId, name: &Text, flag: u32) -> Result {
        let name = &*mangle(self.class, name);
        let block = &mut self.table.blocks[block];
        let before = block.symbols.get(name).unwrap_or(0);
        let error = |text| Err(CompileFailure::syntax(text, block.line, block.column + 1));
        if flag & before & usage::PARAM != 0 {
            return error(message("duplicate argument ", name, " in function definition"));
        }
        let mut flags = before | flag;
        if block.in_comprehension_target {
            if flags & (usage::GLOBAL | usage::NONLOCAL) != 0 {
                return error(message(
                    "comprehension inner loop cannot rebind assignment expression target ",
                    name,
                    "",
                ));
            }
            flags |= usage::COMPREHENSION_TARGET;
        }
        block.symbols.set(name, flags);
        if flag & usage::PARAM != 0 {
            block.varnames.push(name.clone());
        } else if flag & usage::GLOBAL != 0 {
            let globals = &mut self.table.blocks[0].symbols;
            let flags = globals.get(name).unwrap_or(0) | flag;
            globals.set(name, flags);
        }
        Ok(())
    }

    fn declare(&mut self, name: &Text, span: Span) {
        let name = mangle(self.class, name).into_owned();
        self.current().directives.push(Directive { name, line: span.lineno, column: span.col_offset });
    }

    fn statements(&mut self, statements: &'a [Stmt]) -> Result {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn expressions<'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Result
    where
        'a: 'e,
        'e: 'a,
    {
        expressions.into_iter().try_for_each(|expression| self.expression(expression))
    }

    fn statement(&mut self, node: &'a Stmt) -> Result {
        self.depth.enter()?;
        self.statement_parts(node)?;
        self.depth.leave();
        Ok(())
    }

    fn statement_parts(&mut self, node: &'a Stmt) -> Result {
        match &node.kind {
            StmtKind::FunctionDef { name, args, body, decorator_list, returns, .. } => {
                self.function(node, false, name, args, body, decorator_list, returns.as_deref())
            }
            StmtKind::AsyncFunctionDef { name, args, body, decorator_list, returns, .. } => {
                self.function(node, true, name, args, body, decorator_list, returns.as_deref())
            }
            StmtKind::ClassDef { name, bases, keywords, body, decorator_list } => {
                self.define(name, usage::LOCAL)?;
                self.expressions(bases)?;
                self.expressions(keywords.iter().map(|keyword| &*keyword.value))?;
                self.expressions(decorator_list)?;
                let span = node.span;
                let position = (span.lineno, span.col_offset);
                self.enter(name.clone(), BlockKind::Class, Node::Statement(node), position.0, position.1);
                let outer = self.class.replace(name);
                self.statements(body)?;
                self.class = outer;
                self.exit();
                Ok(())
            }
            StmtKind::Return { value } => {
                if let Some(value) = value {
                    self.expression(value)?;
                    self.current().returns_value = true;
                }
                Ok(())
            }
            StmtKind::Delete { targets } => self.expressions(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.expressions(targets)?;
                self.expression(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expression(target)?;
                self.expression(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_target(node, target, *simple != 0, value.is_some())?;
                self.expression(annotation)?;
                self.expressions(value.as_deref())
            }
            StmtKind::For { target, iter, body, orelse, .. }
            | StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.expression(target)?;
                self.expression(iter)?;
                self.statements(body)?;
                self.statements(orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expression(test)?;
                self.statements(body)?;
                self.statements(orelse)
            }
            StmtKind::With { items, body, .. } | StmtKind::AsyncWith { items, body, .. } => {
                for item in items {
                    self.expression(&item.context_expr)?;
                    self.expressions(item.optional_vars.as_deref())?;
                }
                self.statements(body)
            }
            StmtKind::Raise { exc, cause } => {
                self.expressions(exc.as_deref())?;
                self.expressions(cause.as_deref())
            }
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                self.statements(body)?;
                self.statements(orelse)?;
                for handler in handlers {
                    self.expressions(handler.type_.as_deref())?;
                    if let Some(name) = &handler.name {
                        self.define(name, usage::LOCAL)?;
                    }
                    self.statements(&handler.body)?;
                }
                self.statements(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expression(test)?;
                self.expressions(msg.as_deref())
            }
            StmtKind::Import { names } | StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|alias| self.alias(alias))
            }
            StmtKind::Global { names } => {
                names.iter().try_for_each(|name| self.declaration(node, name, usage::GLOBAL, "global"))
            }
            StmtKind::Nonlocal { names } => {
                names.iter().try_for_each(|name| self.declaration(node, name, usage::NONLOCAL, "nonlocal"))
            }
            StmtKind::Expr { value } => self.expression(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of two kinds of node")]
    fn function(
        &mut self,
        node: &'a Stmt,
        is_async: bool,
        name: &'a Text,
        parameters: &'a Arguments,
        body: &'a [Stmt],
        decorators: &'a [Expr],
        returns: Option<&'a Expr>,
    ) -> Result {
        self.define(name, usage::LOCAL)?;
        self.defaults(parameters)?;
        let annotation = |parameter: &'a Arg| parameter.annotation.as_deref();
        self.expressions(parameters.posonlyargs.iter().filter_map(annotation))?;
        self.expressions(parameters.args.iter().filter_map(annotation))?;
        self.expressions(parameters.vararg.as_deref().and_then(annotation))?;
        self.expressions(parameters.kwarg.as_deref().and_then(annotation))?;
        self.expressions(parameters.kwonlyargs.iter().filter_map(annotation))?;
        self.expressions(returns)?;
        self.expressions(decorators)?;
        let span = node.span;
        self.enter(name.clone(), BlockKind::Function, Node::Statement(node), span.lineno, span.col_offset);
        self.current().coroutine = is_async;
        self.parameters(parameters)?;
        self.statements(body)?;
        self.exit();
        Ok(())
    }

    fn defaults(&mut self, parameters: &'a Arguments) -> Result {
        self.expressions(&parameters.defaults)?;
        self.expressions(parameters.kw_defaults.iter().flatten())
    }

    fn parameters(&mut self, parameters: &'a Arguments) -> Result {
        let Arguments { posonlyargs, args, kwonlyargs, vararg, kwarg, .. } = parameters;
        for parameter in posonlyargs.iter().chain(args).chain(kwonlyargs) {
            self.define(&parameter.arg, usage::PARAM)?;
        }
        if let Some(parameter) = vararg {
            self.define(&parameter.arg, usage::PARAM)?;
            self.current().has_varargs = true;
        }
        if let Some(parameter) = kwarg {
            self.define(&parameter.arg, usage::PARAM)?;
            self.current().has_varkeywords = true;
        }
        Ok(())
    }

    fn annotated_target(&mut self, node: &Stmt, target: &'a Expr, simple: bool, has_value: bool) -> Result {
        let ExprKind::Name { id, .. } = &target.kind else { return self.expression(target) };
        let before = self.lookup(id);
        if before & (usage::GLOBAL | usage::NONLOCAL) != 0 && self.current_id() != 0 && simple {
            let kind = if before & usage::GLOBAL != 0 { "global" } else { "nonlocal" };
            return Err(CompileFailure::syntax(
                message("annotated name ", id, &format!(" can't be {kind}")),
                node.span.lineno,
                node.span.col_offset + 1,
            ));
        }
        if simple {
            self.define(id, usage::ANNOTATED | usage::LOCAL)
        } else if has_value {
            self.define(id, usage::LOCAL)
        } else {
            Ok(())
        }
    }

    fn alias(&mut self, alias: &Alias) -> Result {
        let bound = alias.asname.as_ref().unwrap_or(&alias.name);
        let bytes = bound.as_bytes();
        if bytes == b"*" {
            let block = self.current();
            if block.kind != BlockKind::Module {
                let (line, offset) = (block.line, block.column + 1);
                return Err(CompileFailure::syntax("import * only allowed at module level", line, offset));
            }
            return Ok(());
        }
        match first_component(bound) {
            Some(package) => self.define(&package, usage::IMPORT),
            None => self.define(bound, usage::IMPORT),
        }
    }

    fn declaration(&mut self, node: &Stmt, name: &Text, flag: u32, kind: &str) -> Result {
        let before = self.lookup(name);
        if before & (usage::PARAM | usage::LOCAL | usage::USE | usage::ANNOTATED) != 0 {
            let (start, end) = if before & usage::PARAM != 0 {
                ("name ", format!(" is parameter and {kind}"))
            } else if before & usage::USE != 0 {
                ("name ", format!(" is used prior to {kind} declaration"))
            } else if before & usage::ANNOTATED != 0 {
                ("annotated name ", format!(" can't be {kind}"))
            } else {
                ("name ", format!(" is assigned to before {kind} declaration"))
            };
            return Err(CompileFailure::syntax(
                message(start, name, &end),
                node.span.lineno,
                node.span.col_offset + 1,
            ));
        }
        self.define(name, flag)?;
        self.declare(name, node.span);
        Ok(())
    }

    fn expression(&mut self, node: &'a Expr) -> Result {
        self.depth.enter()?;
        self.expression_parts(node)?;
        self.depth.leave();
        Ok(())
    }

    fn expression_parts(&mut self, node: &'a Expr) -> Result {
        match &node.kind {
            ExprKind::NamedExpr { target, value } => self.named_expression(node, target, value),
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => self.expressions(values),
            ExprKind::BinOp { left, right, .. } => {
                self.expression(left)?;
                self.expression(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expression(operand),
            ExprKind::Lambda { args, body } => {
                self.defaults(args)?;
                let span = node.span;
                let position = (span.lineno, span.col_offset);
                self.enter(
                    "lambda".into(),
                    BlockKind::Function,
                    Node::Expression(node),
                    position.0,
                    position.1,
                );
                self.parameters(args)?;
                self.expression(body)?;
                self.exit();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expression(test)?;
                self.expression(body)?;
                self.expression(orelse)
            }
            ExprKind::Dict { keys, values } => {
                self.expressions(keys.iter().flatten())?;
                self.expressions(values)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.expressions(elts)
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(node, "listcomp", generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(node, "setcomp", generators, elt, None)
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(node, "genexpr", generators, elt, None)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(node, "dictcomp", generators, key, Some(value))
            }
            ExprKind::Yield { value } => {
                self.expressions(value.as_deref())?;
                self.current().generator = true;
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                self.expression(value)?;
                self.current().generator = true;
                Ok(())
            }
            ExprKind::Await { value } => {
                self.expression(value)?;
                self.current().coroutine = true;
                Ok(())
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expression(left)?;
                self.expressions(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expression(func)?;
                self.expressions(args)?;
                self.expressions(keywords.iter().map(|keyword| &*keyword.value))
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expression(value)?;
                self.expressions(format_spec.as_deref())
            }
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Attribute { value, .. } | ExprKind::Starred { value, .. } => self.expression(value),
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(value)?;
                self.expression(slice)
            }
            ExprKind::Slice { lower, upper, step } => {
                self.expressions(lower.as_deref())?;
                self.expressions(upper.as_deref())?;
                self.expressions(step.as_deref())
            }
            ExprKind::Name { id, ctx } => self.name(id, *ctx),
        }
    }

    fn name(&mut self, id: &Text, context: ExprContext) -> Result {
        let load = context == ExprContext::Load;
        self.define(id, if load { usage::USE } else { usage::LOCAL })?;
        // Calling `super` without arguments needs the class's cell.
        if load && self.current().kind == BlockKind::Function && *id == *"super" {
            return self.define(&"__class__".into(), usage::USE);
        }
        Ok(())
    }

    fn named_expression(&mut self, node: &'a Expr, target: &'a Expr, value: &'a Expr) -> Result {
        if self.current().comprehension_iterables > 0 {
            return Err(CompileFailure::syntax(
                "assignment expression cannot be used in a comprehension iterable expression",
                node.span.lineno,
                node.span.col_offset,
            ));
        }
        if self.current().comprehension {
            self.bind_outside_comprehension(target)?;
        }
        self.expression(value)?;
        self.expression(target)
    }

    /// The target of an assignment expression in a comprehension belongs to the scope that
    /// contains the outermost comprehension (PEP 572).
    fn bind_outside_comprehension(&mut self, target: &Expr) -> Result {
        let ExprKind::Name { id, .. } = &target.kind else { return Ok(()) };
        let error =
            |text: String| Err(CompileFailure::syntax(text, target.span.lineno, target.span.col_offset));
        for block in self.open.clone().into_iter().rev() {
            let entry = &self.table.blocks[block];
            let flags = entry.symbols.get(id).unwrap_or(0);
            if entry.comprehension {
                if flags & usage::COMPREHENSION_TARGET != 0 {
                    return error(message(
                        "assignment expression cannot rebind comprehension iteration variable ",
                        id,
                        "",
                    ));
                }
                continue;
            }
            let (here, there) = match entry.kind {
                BlockKind::Function if flags & usage::GLOBAL != 0 => (usage::GLOBAL, usage::LOCAL),
                BlockKind::Function => (usage::NONLOCAL, usage::LOCAL),
                BlockKind::Module => (usage::GLOBAL, usage::GLOBAL),
                BlockKind::Class => {
                    return error(
                        "assignment expression within a comprehension cannot be used in a class body".into(),
                    );
                }
            };
            self.define(id, here)?;
            self.declare(id, target.span);
            return self.define_in(block, id, there);
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        node: &'a Expr,
        name: &str,
        generators: &'a [Comprehension],
        element: &'a Expr,
        value: Option<&'a Expr>,
    ) -> Result {
        let Some((outermost, rest)) = generators.split_first() else { return Ok(()) };
        // The outermost iterable is evaluated in the enclosing scope.
        self.iterable(&outermost.iter)?;
        let (line, column) = (node.span.lineno, node.span.col_offset);
        self.enter(name.into(), BlockKind::Function, Node::Expression(node), line, column);
        self.current().coroutine = outermost.is_async != 0;
        self.current().comprehension = true;
        self.define(&".0".into(), usage::PARAM)?;
        self.comprehension_target(&outermost.target)?;
        self.expressions(&outermost.ifs)?;
        for generator in rest {
            self.comprehension_target(&generator.target)?;
            self.iterable(&generator.iter)?;
            self.expressions(&generator.ifs)?;
            if generator.is_async != 0 {
                self.current().coroutine = true;
            }
        }
        self.expressions(value)?;
        self.expression(element)?;
        if self.current().generator {
            let kind = match node.kind {
                ExprKind::ListComp { .. } => "list comprehension",
                ExprKind::SetComp { .. } => "set comprehension",
                ExprKind::DictComp { .. } => "dict comprehension",
                _ => "generator expression",
            };
            return Err(CompileFailure::syntax(format!("'yield' inside {kind}"), line, column + 1));
        }
        self.current().generator = matches!(node.kind, ExprKind::GeneratorExp { .. });
        self.exit();
        Ok(())
    }

    fn comprehension_target(&mut self, target: &'a Expr) -> Result {
        self.current().in_comprehension_target = true;
        self.expression(target)?;
        self.current().in_comprehension_target = false;
        Ok(())
    }

    fn iterable(&mut self, iterable: &'a Expr) -> Result {
        self.current().comprehension_iterables += 1;
        self.expression(iterable)?;
        self.current().comprehension_iterables -= 1;
        Ok(())
    }
}

/// The part of a dotted name before the first dot; `None` for a plain name.
pub(crate) fn first_component(name: &Text) -> Option<Text> {
    let dot = name.as_bytes().iter().position(|&byte| byte == b'.')?;
    Text::from_wtf8(&name.as_bytes()[..dot]).ok()
}
