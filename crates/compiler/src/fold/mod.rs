//! Constant folding in the tree, before names are resolved.
//!
//! `__debug__` becomes a constant, operators on constants are computed (within limits on the size
//! of the result), tuples of constants become constants, and a list or set that is only iterated
//! over or searched becomes a tuple or frozen set.

mod arithmetic;
mod float;
mod limits;

use std::collections::HashSet;

use bytecode::flags::FUTURE_ANNOTATIONS;
use literals::Constant;
use syntax::ast::*;

pub(crate) use arithmetic::truth;

use crate::failure::{CompileFailure, Result};
use crate::future::docstring;
use crate::recursion::{Depth, Recursion};

/// Folds the whole tree in place.
pub(crate) fn fold(module: &mut Mod, optimize: u8, flags: u32, recursion: &Recursion) -> Result {
    let mut folder = Folder {
        debug: optimize == 0,
        annotations_are_text: flags & FUTURE_ANNOTATIONS != 0,
        depth: Depth::new(recursion),
        failure: None,
    };
    match module {
        Mod::Module { body, .. } => folder.body(body),
        Mod::FunctionType { .. } => {}
        _ => module.walk_mut(&mut folder),
    }
    folder.failure.map_or(Ok(()), Err)
}

struct Folder {
    debug: bool,
    /// With `from __future__ import annotations`, what an annotation says is kept as written.
    annotations_are_text: bool,
    depth: Depth,
    failure: Option<Box<CompileFailure>>,
}

impl VisitorMut for Folder {
    fn stmt(&mut self, node: &mut Stmt) {
        if !self.enter() {
            return;
        }
        match &mut node.kind {
            StmtKind::FunctionDef { args, body, decorator_list, returns, .. }
            | StmtKind::AsyncFunctionDef { args, body, decorator_list, returns, .. } => {
                self.arguments(args);
                self.body(body);
                decorator_list.iter_mut().for_each(|decorator| self.expr(decorator));
                self.annotation(returns);
            }
            StmtKind::ClassDef { bases, keywords, body, decorator_list, .. } => {
                bases.iter_mut().for_each(|base| self.expr(base));
                keywords.iter_mut().for_each(|keyword| self.keyword(keyword));
                self.body(body);
                decorator_list.iter_mut().for_each(|decorator| self.expr(decorator));
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.expr(target);
                if !self.annotations_are_text {
                    self.expr(annotation);
                }
                value.iter_mut().for_each(|value| self.expr(value));
            }
            _ => node.walk_mut(self),
        }
        // Not so for `async for`, which a built-in collection could not serve anyway.
        if let StmtKind::For { iter, .. } = &mut node.kind {
            freeze_iterable(iter);
        }
        self.depth.leave();
    }

    fn expr(&mut self, node: &mut Expr) {
        if !self.enter() {
            return;
        }
        match &node.kind {
            // CPython 3.9 folds nothing within an assignment expression.
            ExprKind::NamedExpr { .. } => {}
            ExprKind::BinOp { left, .. } if matches!(left.kind, ExprKind::BinOp { .. }) => self.chain(node),
            _ => node.walk_mut(self),
        }
        self.depth.leave();
        self.fold(node);
    }

    fn comprehension(&mut self, node: &mut Comprehension) {
        node.walk_mut(self);
        freeze_iterable(&mut node.iter);
    }

    fn arg(&mut self, node: &mut Arg) {
        self.annotation(&mut node.annotation);
    }
}

impl Folder {
    /// Folds the operands of an operation that is the last of a chain, which may be as long as the source:
    /// no recursion on the left.
    fn chain(&mut self, node: &mut Expr) {
        let mut above = Vec::new();
        let mut inner = take(node);
        while let ExprKind::BinOp { left, .. } = &mut inner.kind {
            let left = take(left);
            above.push(std::mem::replace(&mut inner, left));
        }
        self.expr(&mut inner);
        while let Some(mut outer) = above.pop() {
            if let ExprKind::BinOp { left, right, .. } = &mut outer.kind {
                **left = inner;
                self.expr(right);
            }
            if !above.is_empty() {
                self.fold(&mut outer);
            }
            inner = outer;
        }
        *node = inner;
    }

    /// Replaces a node whose parts are folded by its value, where it has one.
    fn fold(&mut self, node: &mut Expr) {
        let folded = match &mut node.kind {
            ExprKind::BinOp { left, op, right } => {
                constants(left, right).and_then(|(left, right)| limits::binary(*op, left, right))
            }
            ExprKind::UnaryOp { op, operand } => {
                let folded = constant(operand).and_then(|operand| arithmetic::unary(*op, operand));
                if *op == UnaryOp::Not && negate_comparison(operand) {
                    *node = take(operand);
                }
                folded
            }
            ExprKind::Tuple { elts, ctx: ExprContext::Load } => constant_tuple(elts),
            ExprKind::Subscript { value, slice, ctx: ExprContext::Load } => {
                constants(value, slice).and_then(|(value, index)| arithmetic::subscript(value, index))
            }
            ExprKind::Name { id, ctx: ExprContext::Load } if *id == *"__debug__" => {
                Some(Constant::Bool(self.debug))
            }
            ExprKind::Compare { ops, comparators, .. } => {
                if let (Some(CmpOp::In | CmpOp::NotIn), Some(last)) = (ops.last(), comparators.last_mut()) {
                    freeze_iterable(last);
                }
                None
            }
            _ => None,
        };
        if let Some(value) = folded {
            node.kind = ExprKind::Constant { value, kind: None };
        }
    }

    /// Goes a level deeper; false if the fold has failed.
    fn enter(&mut self) -> bool {
        if self.failure.is_none() {
            self.failure = self.depth.enter().err();
        }
        self.failure.is_none()
    }

    fn annotation(&mut self, annotation: &mut Option<Box<Expr>>) {
        if let (Some(annotation), false) = (annotation, self.annotations_are_text) {
            self.expr(annotation);
        }
    }

    /// A body that may begin with a docstring. Folding must not make one.
    fn body(&mut self, body: &mut [Stmt]) {
        let documented = docstring(body).is_some();
        body.iter_mut().for_each(|statement| self.stmt(statement));
        if documented || docstring(body).is_none() {
            return;
        }
        let Some(Stmt { kind: StmtKind::Expr { value }, .. }) = body.first_mut() else { return };
        let string = take(value);
        value.span = string.span;
        value.kind = ExprKind::JoinedStr { values: vec![string] };
    }
}

/// Takes a node out of a tree, leaving a placeholder.
fn take(node: &mut Expr) -> Expr {
    let placeholder = ExprKind::Constant { value: Constant::None, kind: None };
    Expr { span: node.span, kind: std::mem::replace(&mut node.kind, placeholder) }
}

fn constant(node: &Expr) -> Option<&Constant> {
    match &node.kind {
        ExprKind::Constant { value, .. } => Some(value),
        _ => None,
    }
}

fn constants<'a>(left: &'a Expr, right: &'a Expr) -> Option<(&'a Constant, &'a Constant)> {
    constant(left).zip(constant(right))
}

fn constant_tuple(elements: &[Expr]) -> Option<Constant> {
    let items = elements.iter().map(|element| constant(element).cloned()).collect::<Option<Vec<_>>>()?;
    Some(Constant::Tuple(items.into()))
}

/// Turns `a is b` into `a is not b`, `a in b` into `a not in b`, and back.
fn negate_comparison(node: &mut Expr) -> bool {
    let ExprKind::Compare { ops, .. } = &mut node.kind else { return false };
    let [op] = &mut ops[..] else { return false };
    *op = match op {
        CmpOp::Is => CmpOp::IsNot,
        CmpOp::IsNot => CmpOp::Is,
        CmpOp::In => CmpOp::NotIn,
        CmpOp::NotIn => CmpOp::In,
        _ => return false,
    };
    true
}

/// A list or set display that nobody can change becomes a tuple or frozen set.
fn freeze_iterable(node: &mut Expr) {
    let frozen = match &mut node.kind {
        ExprKind::List { elts, .. } if elts.iter().any(|e| matches!(e.kind, ExprKind::Starred { .. })) => {
            None
        }
        ExprKind::List { elts, ctx } => {
            let folded = constant_tuple(elts);
            let (elts, ctx) = (std::mem::take(elts), *ctx);
            node.kind = ExprKind::Tuple { elts, ctx };
            folded
        }
        ExprKind::Set { elts } => constant_tuple(elts).map(frozen_set),
        _ => None,
    };
    if let Some(value) = frozen {
        node.kind = ExprKind::Constant { value, kind: None };
    }
}

fn frozen_set(tuple: Constant) -> Constant {
    let Constant::Tuple(items) = tuple else { return tuple };
    Constant::FrozenSet(distinct(&items).into())
}

/// The items without those equal to an earlier one, by Python's equality.
pub(crate) fn distinct(items: &[Constant]) -> Vec<Constant> {
    let mut seen = HashSet::new();
    items.iter().filter(|item| seen.insert(arithmetic::equality_key(item))).cloned().collect()
}
