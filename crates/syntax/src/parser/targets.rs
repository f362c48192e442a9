//! Targets of assignments, loops, `with` and `del`.

use super::{Parse, Parser, Rejected};
use crate::ast::{Expr, ExprContext, ExprKind};
use crate::token::TokenKind::*;

/// Which expressions may be bound.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum TargetKind {
    /// `=`, `for`, `with`: names, attributes, subscripts, and starred and nested targets.
    Star,
    /// Augmented and annotated assignment: one name, attribute or subscript.
    Single,
    /// `del`: as `=`, without stars.
    Delete,
}

/// Makes an expression a target of the kind.
pub(super) fn bind(expr: &mut Expr, kind: TargetKind) -> Parse<()> {
    let context = if kind == TargetKind::Delete { ExprContext::Del } else { ExprContext::Store };
    match &mut expr.kind {
        ExprKind::Name { ctx, .. } | ExprKind::Attribute { ctx, .. } | ExprKind::Subscript { ctx, .. } => {
            *ctx = context;
            Ok(())
        }
        ExprKind::Tuple { elts, ctx } | ExprKind::List { elts, ctx } if kind != TargetKind::Single => {
            *ctx = context;
            elts.iter_mut().try_for_each(|element| bind(element, kind))
        }
        ExprKind::Starred { value, ctx } if kind == TargetKind::Star => {
            *ctx = context;
            match value.kind {
                ExprKind::Starred { .. } => Err(Rejected::Invalid),
                _ => bind(value, kind),
            }
        }
        _ => Err(Rejected::Invalid),
    }
}

impl Parser<'_> {
    /// The targets before `in`: one, or several that are a tuple.
    pub(super) fn for_targets(&mut self) -> Parse<Expr> {
        let start = self.here();
        let first = self.star_target()?;
        if !self.at(Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Comma) && self.at_star_expression() {
            elts.push(self.star_target()?);
        }
        let mut targets = self.tuple(start, elts);
        bind(&mut targets, TargetKind::Star)?;
        Ok(targets)
    }

    pub(super) fn star_target(&mut self) -> Parse<Expr> {
        let start = self.here();
        let mut target = if self.eat(Star) {
            let value = Box::new(self.primary()?);
            self.node(start, ExprKind::Starred { value, ctx: ExprContext::Load })
        } else {
            self.primary()?
        };
        bind(&mut target, TargetKind::Star)?;
        Ok(target)
    }

    /// The targets of `del`.
    pub(super) fn del_targets(&mut self) -> Parse<Vec<Expr>> {
        let mut targets = Vec::new();
        loop {
            let mut target = self.primary()?;
            bind(&mut target, TargetKind::Delete)?;
            targets.push(target);
            if !self.eat(Comma) || !self.at_expression() {
                return Ok(targets);
            }
        }
    }
}
