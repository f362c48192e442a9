//! Validation of trees that did not come from the parser: what the grammar's types leave open.
//!
//! That required fields are there and of the right types is for the conversion from objects to see.

use literals::Text;
use syntax::ast::ExprContext::{Del, Load, Store};
use syntax::ast::*;

use crate::failure::{CompileFailure, Exception, Result};
use crate::recursion::{Depth, Recursion};

/// Checks a tree before it is compiled.
pub fn validate(module: &Mod, recursion: &Recursion) -> std::result::Result<(), CompileFailure> {
    let mut validator = Validator { depth: Depth::uncounted(recursion) };
    Ok(validator.module(module)?)
}

struct Validator {
    depth: Depth,
}

fn invalid<T>(message: impl Into<String>) -> Result<T> {
    Err(CompileFailure::new(Exception::ValueError, message))
}

fn not_empty<T>(items: &[T], what: &str, owner: &str) -> Result {
    if items.is_empty() { invalid(format!("empty {what} on {owner}")) } else { Ok(()) }
}

fn context_name(context: ExprContext) -> &'static str {
    match context {
        ExprContext::Load => "Load",
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
    }
}

impl Validator {
    fn module(&mut self, module: &Mod) -> Result {
        match module {
            Mod::Module { body, .. } | Mod::Interactive { body } => self.statements(body),
            Mod::Expression { body } => self.expression(body, Load),
            Mod::FunctionType { argtypes, returns } => {
                self.expressions(argtypes, Load)?;
                self.expression(returns, Load)
            }
        }
    }

    fn statements(&mut self, statements: &[Stmt]) -> Result {
        statements.iter().try_for_each(|statement| {
            self.depth.enter()?;
            self.statement(statement)?;
            self.depth.leave();
            Ok(())
        })
    }

    fn body(&mut self, body: &[Stmt], owner: &str) -> Result {
        not_empty(body, "body", owner)?;
        self.statements(body)
    }

    fn statement(&mut self, node: &Stmt) -> Result {
        match &node.kind {
            StmtKind::FunctionDef { args, body, decorator_list, returns, .. } => {
                self.body(body, "FunctionDef")?;
                self.function(args, decorator_list, returns.as_deref())
            }
            StmtKind::AsyncFunctionDef { args, body, decorator_list, returns, .. } => {
                self.body(body, "AsyncFunctionDef")?;
                self.function(args, decorator_list, returns.as_deref())
            }
            StmtKind::ClassDef { bases, keywords, body, decorator_list, .. } => {
                self.body(body, "ClassDef")?;
                self.expressions(bases, Load)?;
                self.keywords(keywords)?;
                self.expressions(decorator_list, Load)
            }
            StmtKind::Return { value } => self.optional(value, Load),
            StmtKind::Delete { targets } => {
                not_empty(targets, "targets", "Delete")?;
                self.expressions(targets, Del)
            }
            StmtKind::Assign { targets, value, .. } => {
                not_empty(targets, "targets", "Assign")?;
                self.expressions(targets, Store)?;
                self.expression(value, Load)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expression(target, Store)?;
                self.expression(value, Load)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                if *simple != 0 && !matches!(target.kind, ExprKind::Name { .. }) {
                    let message = "AnnAssign with simple non-Name target";
                    return Err(CompileFailure::new(Exception::TypeError, message));
                }
                self.expression(target, Store)?;
                self.optional(value, Load)?;
                self.expression(annotation, Load)
            }
            StmtKind::For { target, iter, body, orelse, .. } => {
                self.for_loop(target, iter, body, orelse, "For")
            }
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.for_loop(target, iter, body, orelse, "AsyncFor")
            }
            StmtKind::While { test, body, orelse } => {
                self.expression(test, Load)?;
                self.body(body, "While")?;
                self.statements(orelse)
            }
            StmtKind::If { test, body, orelse } => {
                self.expression(test, Load)?;
                self.body(body, "If")?;
                self.statements(orelse)
            }
            StmtKind::With { items, body, .. } => self.with(items, body, "With"),
            StmtKind::AsyncWith { items, body, .. } => self.with(items, body, "AsyncWith"),
            StmtKind::Raise { exc: None, cause: Some(_) } => invalid("Raise with cause but no exception"),
            StmtKind::Raise { exc, cause } => {
                self.optional(exc, Load)?;
                self.optional(cause, Load)
            }
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                self.try_statement(body, handlers, orelse, finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expression(test, Load)?;
                self.optional(msg, Load)
            }
            StmtKind::Import { names } => not_empty(names, "names", "Import"),
            StmtKind::ImportFrom { level: Some(..0), .. } => invalid("Negative ImportFrom level"),
            StmtKind::ImportFrom { names, .. } => not_empty(names, "names", "ImportFrom"),
            StmtKind::Global { names } => not_empty(names, "names", "Global"),
            StmtKind::Nonlocal { names } => not_empty(names, "names", "Nonlocal"),
            StmtKind::Expr { value } => self.expression(value, Load),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn function(&mut self, parameters: &Arguments, decorators: &[Expr], returns: Option<&Expr>) -> Result {
        self.parameters(parameters)?;
        self.expressions(decorators, Load)?;
        returns.map_or(Ok(()), |returns| self.expression(returns, Load))
    }

    fn parameters(&mut self, parameters: &Arguments) -> Result {
        let Arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults } = parameters;
        let in_order =
            posonlyargs.iter().chain(args).chain(vararg.as_deref()).chain(kwonlyargs).chain(kwarg.as_deref());
        for parameter in in_order {
            self.optional(&parameter.annotation, Load)?;
        }
        if defaults.len() > posonlyargs.len() + args.len() {
            return invalid("more positional defaults than args on arguments");
        }
        if kw_defaults.len() != kwonlyargs.len() {
            return invalid("length of kwonlyargs is not the same as kw_defaults on arguments");
        }
        self.expressions(defaults, Load)?;
        kw_defaults.iter().flatten().try_for_each(|default| self.expression(default, Load))
    }

    fn for_loop(
        &mut self,
        target: &Expr,
        iterable: &Expr,
        body: &[Stmt],
        orelse: &[Stmt],
        owner: &str,
    ) -> Result {
        self.expression(target, Store)?;
        self.expression(iterable, Load)?;
        self.body(body, owner)?;
        self.statements(orelse)
    }

    fn with(&mut self, items: &[WithItem], body: &[Stmt], owner: &str) -> Result {
        not_empty(items, "items", owner)?;
        for item in items {
            self.expression(&item.context_expr, Load)?;
            self.optional(&item.optional_vars, Store)?;
        }
        self.body(body, owner)
    }

    fn try_statement(
        &mut self,
        body: &[Stmt],
        handlers: &[ExceptHandler],
        orelse: &[Stmt],
        finalbody: &[Stmt],
    ) -> Result {
        self.body(body, "Try")?;
        if handlers.is_empty() && finalbody.is_empty() {
            return invalid("Try has neither except handlers nor finalbody");
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return invalid("Try has orelse but no except handlers");
        }
        for handler in handlers {
            self.optional(&handler.type_, Load)?;
            self.body(&handler.body, "ExceptHandler")?;
        }
        self.statements(finalbody)?;
        self.statements(orelse)
    }

    fn keywords(&mut self, keywords: &[Keyword]) -> Result {
        keywords.iter().try_for_each(|keyword| self.expression(&keyword.value, Load))
    }

    fn comprehensions(&mut self, generators: &[Comprehension]) -> Result {
        if generators.is_empty() {
            return invalid("comprehension with no generators");
        }
        for generator in generators {
            self.expression(&generator.target, Store)?;
            self.expression(&generator.iter, Load)?;
            self.expressions(&generator.ifs, Load)?;
        }
        Ok(())
    }

    fn optional(&mut self, node: &Option<Box<Expr>>, context: ExprContext) -> Result {
        node.as_deref().map_or(Ok(()), |node| self.expression(node, context))
    }

    fn expressions(&mut self, nodes: &[Expr], context: ExprContext) -> Result {
        nodes.iter().try_for_each(|node| self.expression(node, context))
    }

    fn expression(&mut self, node: &Expr, context: ExprContext) -> Result {
        self.depth.enter()?;
        check_context(node, context)?;
        self.expression_parts(node, context)?;
        self.depth.leave();
        Ok(())
    }

    fn expression_parts(&mut self, node: &Expr, context: ExprContext) -> Result {
        match &node.kind {
            ExprKind::BoolOp { values, .. } => {
                if values.len() < 2 {
                    return invalid("BoolOp with less than 2 values");
                }
                self.expressions(values, Load)
            }
            ExprKind::BinOp { left, right, .. } => {
                self.expression(left, Load)?;
                self.expression(right, Load)
            }
            ExprKind::UnaryOp { operand, .. } => self.expression(operand, Load),
            ExprKind::Lambda { args, body } => {
                self.parameters(args)?;
                self.expression(body, Load)
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expression(test, Load)?;
                self.expression(body, Load)?;
                self.expression(orelse, Load)
            }
            ExprKind::Dict { keys, values } => {
                if keys.len() != values.len() {
                    return invalid("Dict doesn't have the same number of keys as values");
                }
                keys.iter().flatten().try_for_each(|key| self.expression(key, Load))?;
                self.expressions(values, Load)
            }
            ExprKind::Set { elts } => self.expressions(elts, Load),
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.comprehensions(generators)?;
                self.expression(elt, Load)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehensions(generators)?;
                self.expression(key, Load)?;
                self.expression(value, Load)
            }
            ExprKind::Yield { value } => self.optional(value, Load),
            ExprKind::YieldFrom { value } | ExprKind::Await { value } => self.expression(value, Load),
            ExprKind::Compare { left, ops, comparators } => {
                if comparators.is_empty() {
                    return invalid("Compare with no comparators");
                }
                if comparators.len() != ops.len() {
                    return invalid("Compare has a different number of comparators and operands");
                }
                self.expressions(comparators, Load)?;
                self.expression(left, Load)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expression(func, Load)?;
                self.expressions(args, Load)?;
                self.keywords(keywords)
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expression(value, Load)?;
                self.optional(format_spec, Load)
            }
            ExprKind::JoinedStr { values } => self.expressions(values, Load),
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Attribute { value, .. } => self.expression(value, Load),
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(slice, Load)?;
                self.expression(value, Load)
            }
            ExprKind::Starred { value, .. } => self.expression(value, context),
            ExprKind::Name { id, .. } => check_name(id),
            ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.expressions(elts, context),
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().try_for_each(|bound| self.optional(bound, Load))
            }
            ExprKind::NamedExpr { value, .. } => self.expression(value, Load),
        }
    }
}

fn check_context(node: &Expr, expected: ExprContext) -> Result {
    let actual = match &node.kind {
        ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::Name { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => *ctx,
        _ if expected != Load => {
            let expected = context_name(expected);
            return invalid(format!("expression which can't be assigned to in {expected} context"));
        }
        _ => return Ok(()),
    };
    if actual == expected {
        return Ok(());
    }
    let (expected, actual) = (context_name(expected), context_name(actual));
    invalid(format!("expression must have {expected} context but has {actual} instead"))
}

fn check_name(name: &Text) -> Result {
    match name.as_bytes() {
        b"None" | b"True" | b"False" => {
            invalid(format!("Name node can't be used with '{}' constant", name.to_string_lossy()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(change: impl FnOnce(&mut Vec<Stmt>)) -> Option<String> {
        let mut parsed = syntax::parse(b"if a: b = c\n", syntax::Mode::Exec, &Default::default()).unwrap();
        let Mod::Module { body, .. } = &mut parsed.module else { unreachable!() };
        change(body);
        validate(&parsed.module, &Recursion::default()).err().map(|failure| failure.message)
    }

    #[test]
    fn trees_that_no_source_gives_are_rejected() {
        assert_eq!(message(|_| ()), None);
        let empty = message(|body| {
            let StmtKind::If { body, .. } = &mut body[0].kind else { unreachable!() };
            body.clear();
        });
        assert_eq!(empty.as_deref(), Some("empty body on If"));
        let stored = message(|body| {
            let StmtKind::If { test, .. } = &mut body[0].kind else { unreachable!() };
            test.kind = ExprKind::Name { id: "a".into(), ctx: Store };
        });
        let expected = "expression must have Load context but has Store instead";
        assert_eq!(stored.as_deref(), Some(expected));
        let constant = message(|body| {
            let StmtKind::If { test, .. } = &mut body[0].kind else { unreachable!() };
            test.kind = ExprKind::Name { id: "None".into(), ctx: Load };
        });
        assert_eq!(constant.as_deref(), Some("Name node can't be used with 'None' constant"));
    }
}
