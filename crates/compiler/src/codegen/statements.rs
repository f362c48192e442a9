//! Statements.

use super::*;
use crate::future::{LATE_FUTURE, docstring};
use crate::symbols::first_component;
use crate::unparse;

impl<'a> Generator<'a> {
    /// The body of a module or class: annotations prepared, docstring stored.
    pub(super) fn body(&mut self, body: &'a [Stmt]) -> Result {
        if let (ScopeKind::Module, Some(first)) = (self.unit_ref().kind, body.first()) {
            self.unit().line = first.span.lineno;
        }
        if has_annotations(body) {
            self.emit(Opcode::SetupAnnotations);
        }
        let mut rest = body;
        if let (0 | 1, Some(_), [first, others @ ..]) = (self.settings.optimize, docstring(body), body) {
            if let StmtKind::Expr { value } = &first.kind {
                self.expression(value)?;
            }
            self.store("__doc__")?;
            rest = others;
        }
        self.statements(rest)
    }

    pub(super) fn statements(&mut self, statements: &'a [Stmt]) -> Result {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, node: &'a Stmt) -> Result {
        self.depth.enter()?;
        self.unit().set_line(node.span.lineno);
        self.unit().column = node.span.col_offset;
        self.statement_parts(node)?;
        self.depth.leave();
        Ok(())
    }

    fn statement_parts(&mut self, node: &'a Stmt) -> Result {
        match &node.kind {
            StmtKind::FunctionDef { .. } | StmtKind::AsyncFunctionDef { .. } => self.function(node),
            StmtKind::ClassDef { .. } => self.class(node),
            StmtKind::Return { value } => self.return_statement(value.as_deref()),
            StmtKind::Delete { targets } => self.expressions(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.expression(value)?;
                for (index, target) in targets.iter().enumerate() {
                    if index + 1 < targets.len() {
                        self.emit(Opcode::DupTop);
                    }
                    self.expression(target)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.augmented_assignment(target, *op, value),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_assignment(target, annotation, value.as_deref(), *simple != 0)
            }
            StmtKind::For { target, iter, body, orelse, .. } => self.for_loop(target, iter, body, orelse),
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.async_for_loop(target, iter, body, orelse)
            }
            StmtKind::While { test, body, orelse } => self.while_loop(test, body, orelse),
            StmtKind::If { test, body, orelse } => self.if_statement(test, body, orelse),
            StmtKind::With { items, body, .. } => self.with_statement(items, body),
            StmtKind::AsyncWith { items, body, .. } => self.async_with_statement(items, body),
            StmtKind::Raise { exc, cause } => {
                let parts: Vec<&'a Expr> = exc.as_deref().into_iter().chain(cause.as_deref()).collect();
                parts.iter().try_for_each(|part| self.expression(part))?;
                self.emit_with(Opcode::RaiseVarargs, count(&parts));
                Ok(())
            }
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                self.try_statement(body, handlers, orelse, finalbody)
            }
            StmtKind::Assert { test, msg } => self.assert_statement(test, msg.as_deref()),
            StmtKind::Import { names } => names.iter().try_for_each(|alias| self.import(alias)),
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(node, module.as_ref(), names, level.unwrap_or(0))
            }
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } | StmtKind::Pass => Ok(()),
            StmtKind::Expr { value } => self.expression_statement(value),
            StmtKind::Break => self.break_statement(),
            StmtKind::Continue => self.continue_statement(),
        }
    }

    fn expression_statement(&mut self, value: &'a Expr) -> Result {
        if self.interactive && self.units.len() == 1 {
            self.expression(value)?;
            self.emit(Opcode::PrintExpr);
            return Ok(());
        }
        if constant_of(value).is_some() {
            return Ok(());
        }
        self.expression(value)?;
        self.emit(Opcode::PopTop);
        Ok(())
    }

    fn augmented_assignment(&mut self, target: &'a Expr, op: Operator, value: &'a Expr) -> Result {
        let line = self.unit_ref().line;
        self.unit().set_line(target.span.lineno);
        match &target.kind {
            ExprKind::Attribute { value: object, attr, .. } => {
                self.expression(object)?;
                self.emit(Opcode::DupTop);
                self.emit_name(Opcode::LoadAttr, attr);
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expression(object)?;
                self.expression(slice)?;
                self.emit(Opcode::DupTopTwo);
                self.emit(Opcode::BinarySubscr);
            }
            ExprKind::Name { id, .. } => self.name(id, ExprContext::Load)?,
            _ => return invalid_target(target, "augmented"),
        }
        self.unit().set_line(line);
        self.expression(value)?;
        self.emit(in_place_opcode(op));
        self.unit().set_line(target.span.lineno);
        match &target.kind {
            ExprKind::Attribute { attr, .. } => {
                self.emit(Opcode::RotTwo);
                self.emit_name(Opcode::StoreAttr, attr);
            }
            ExprKind::Name { id, .. } => self.name(id, ExprContext::Store)?,
            _ => {
                self.emit(Opcode::RotThree);
                self.emit(Opcode::StoreSubscr);
            }
        }
        Ok(())
    }

    fn annotated_assignment(
        &mut self,
        target: &'a Expr,
        annotation: &'a Expr,
        value: Option<&'a Expr>,
        simple: bool,
    ) -> Result {
        if let Some(value) = value {
            self.expression(value)?;
            self.expression(target)?;
        }
        let kept = matches!(self.unit_ref().kind, ScopeKind::Module | ScopeKind::Class);
        match &target.kind {
            ExprKind::Name { id, .. } => {
                self.forbid_debug(id, ExprContext::Store)?;
                if simple && kept {
                    self.annotation(annotation)?;
                    self.emit_name(Opcode::LoadName, &"__annotations__".into());
                    self.load_text(self.mangled(id));
                    self.emit(Opcode::StoreSubscr);
                }
            }
            ExprKind::Attribute { value: object, attr, .. } => {
                self.forbid_debug(attr, ExprContext::Store)?;
                if value.is_none() {
                    self.evaluate_and_drop(object)?;
                }
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                if value.is_none() {
                    self.evaluate_and_drop(object)?;
                    self.evaluate_index_and_drop(slice)?;
                }
            }
            _ => return invalid_target(target, "annotated"),
        }
        if !simple && kept {
            self.evaluate_and_drop(annotation)?;
        }
        Ok(())
    }

    /// Pushes what an annotation says: its value, or its text under `from __future__ import annotations`.
    pub(super) fn annotation(&mut self, annotation: &'a Expr) -> Result {
        if !self.settings.annotations_are_text() {
            return self.expression(annotation);
        }
        let text = unparse::expression(annotation, &self.settings.recursion)?;
        self.load_text(text);
        Ok(())
    }

    fn evaluate_and_drop(&mut self, node: &'a Expr) -> Result {
        self.expression(node)?;
        self.emit(Opcode::PopTop);
        Ok(())
    }

    fn evaluate_index_and_drop(&mut self, index: &'a Expr) -> Result {
        match &index.kind {
            ExprKind::Slice { lower, upper, step } => {
                let mut parts = [lower, upper, step].into_iter().flatten();
                parts.try_for_each(|part| self.evaluate_and_drop(part))
            }
            ExprKind::Tuple { elts, .. } => {
                elts.iter().try_for_each(|element| self.evaluate_index_and_drop(element))
            }
            _ => self.evaluate_and_drop(index),
        }
    }

    fn assert_statement(&mut self, test: &'a Expr, message: Option<&'a Expr>) -> Result {
        if self.settings.optimize > 0 {
            return Ok(());
        }
        if matches!(&test.kind, ExprKind::Tuple { elts, .. } if !elts.is_empty()) {
            self.warn("assertion is always true, perhaps remove parentheses?");
        }
        let end = self.label();
        self.jump_if(test, end, true)?;
        self.emit(Opcode::LoadAssertionError);
        if let Some(message) = message {
            self.expression(message)?;
            self.emit_with(Opcode::CallFunction, 1);
        }
        self.emit_with(Opcode::RaiseVarargs, 1);
        self.place(end);
        Ok(())
    }

    fn import(&mut self, alias: &'a Alias) -> Result {
        self.load_constant(Constant::Int(0.into()));
        self.load_none();
        self.emit_name(Opcode::ImportName, &alias.name);
        let package = first_component(&alias.name);
        match (&alias.asname, package) {
            (Some(bound), Some(_)) => self.import_submodule_as(&alias.name, bound),
            (Some(bound), None) => self.name(bound, ExprContext::Store),
            (None, Some(package)) => self.name(&package, ExprContext::Store),
            (None, None) => self.name(&alias.name, ExprContext::Store),
        }
    }

    /// Walks from the package on the stack down to the submodule of the dotted name.
    fn import_submodule_as(&mut self, name: &Text, bound: &Text) -> Result {
        let components = name.as_bytes().split(|&byte| byte == b'.').skip(1);
        for (index, component) in components.enumerate() {
            if index > 0 {
                self.emit(Opcode::RotTwo);
                self.emit(Opcode::PopTop);
            }
            let component = Text::from_wtf8(component).unwrap_or_else(|_| name.clone());
            self.import_attribute(&component);
        }
        self.name(bound, ExprContext::Store)?;
        self.emit(Opcode::PopTop);
        Ok(())
    }

    /// Unlike other attributes, not mangled.
    fn import_attribute(&mut self, name: &Text) {
        if self.suppressed == 0 {
            let index = self.unit().names.add(name);
            self.emit_with(Opcode::ImportFrom, index);
        }
    }

    fn import_from(&mut self, node: &Stmt, module: Option<&Text>, names: &'a [Alias], level: i32) -> Result {
        self.load_constant(Constant::Int(level.into()));
        let from_future = module.is_some_and(|module| *module == *"__future__");
        if from_future && node.span.lineno > self.settings.last_future_line {
            return self.error(LATE_FUTURE);
        }
        self.load_constant(tuple_of_texts(names.iter().map(|alias| alias.name.clone())));
        match module {
            Some(module) => self.emit_name(Opcode::ImportName, module),
            None => self.emit_name(Opcode::ImportName, &"".into()),
        }
        for (index, alias) in names.iter().enumerate() {
            if index == 0 && alias.name.as_bytes().first() == Some(&b'*') {
                self.emit(Opcode::ImportStar);
                return Ok(());
            }
            self.emit_name(Opcode::ImportFrom, &alias.name);
            self.name(alias.asname.as_ref().unwrap_or(&alias.name), ExprContext::Store)?;
        }
        self.emit(Opcode::PopTop);
        Ok(())
    }
}

/// Whether annotated assignments stand in the statements, nested blocks included.
pub(super) fn has_annotations(statements: &[Stmt]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StmtKind::AnnAssign { .. } => true,
        StmtKind::For { body, orelse, .. }
        | StmtKind::AsyncFor { body, orelse, .. }
        | StmtKind::While { body, orelse, .. }
        | StmtKind::If { body, orelse, .. } => has_annotations(body) || has_annotations(orelse),
        StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => has_annotations(body),
        StmtKind::Try { body, handlers, orelse, finalbody } => {
            handlers.iter().any(|handler| has_annotations(&handler.body))
                || [body, orelse, finalbody].into_iter().any(|part| has_annotations(part))
        }
        _ => false,
    })
}

fn in_place_opcode(op: Operator) -> Opcode {
    match op {
        Operator::Add => Opcode::InplaceAdd,
        Operator::Sub => Opcode::InplaceSubtract,
        Operator::Mult => Opcode::InplaceMultiply,
        Operator::MatMult => Opcode::InplaceMatrixMultiply,
        Operator::Div => Opcode::InplaceTrueDivide,
        Operator::Mod => Opcode::InplaceModulo,
        Operator::Pow => Opcode::InplacePower,
        Operator::LShift => Opcode::InplaceLshift,
        Operator::RShift => Opcode::InplaceRshift,
        Operator::BitOr => Opcode::InplaceOr,
        Operator::BitXor => Opcode::InplaceXor,
        Operator::BitAnd => Opcode::InplaceAnd,
        Operator::FloorDiv => Opcode::InplaceFloorDivide,
    }
}

/// A tree made by a program can have targets that no source gives. They are named by number.
fn invalid_target(target: &Expr, kind: &str) -> Result {
    let number = match &target.kind {
        ExprKind::Starred { .. } => 23,
        ExprKind::List { .. } => 25,
        _ => 26,
    };
    let message = format!("invalid node type ({number}) for {kind} assignment");
    Err(CompileFailure::new(Exception::SystemError, message))
}
