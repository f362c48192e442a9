//! The arguments of calls and of class definitions.

use super::{Parse, Parser, Rejected};
use crate::ast::{Expr, ExprContext, ExprKind, Keyword};
use crate::token::TokenKind::*;

type Arguments = (Vec<Expr>, Vec<Keyword>);

impl Parser<'_> {
    /// The arguments of a call, parentheses included.
    pub(super) fn call_arguments(&mut self) -> Parse<Arguments> {
        let start = self.here();
        self.expect(LeftParen)?;
        let (mut args, keywords) = self.arguments()?;
        if self.at_comprehension() && args.len() == 1 && keywords.is_empty() {
            let elt = args.pop().filter(|argument| !matches!(argument.kind, ExprKind::Starred { .. }));
            let elt = Box::new(elt.ok_or(Rejected::Invalid)?);
            let generators = self.for_if_clauses()?;
            self.expect(RightParen)?;
            return Ok((vec![self.node(start, ExprKind::GeneratorExp { elt, generators })], keywords));
        }
        self.expect(RightParen)?;
        Ok((args, keywords))
    }

    /// Arguments up to what cannot be one.
    pub(crate) fn arguments(&mut self) -> Parse<Arguments> {
        let mut args = Vec::new();
        let mut keywords = Vec::new();
        let mut unpacked_mapping = false;
        while self.at_star_expression() || self.at(DoubleStar) {
            let start = self.here();
            if self.eat(DoubleStar) {
                let value = Box::new(self.expression()?);
                keywords.push(Keyword { span: self.since(start), arg: Option::None, value });
                unpacked_mapping = true;
            } else if self.at(Name) && self.kind_ahead(1) == Equal {
                let arg = Some(self.name()?);
                self.expect(Equal)?;
                let value = Box::new(self.expression()?);
                keywords.push(Keyword { span: self.since(start), arg, value });
            } else if self.eat(Star) {
                if unpacked_mapping {
                    return Err(Rejected::Invalid);
                }
                let value = Box::new(self.expression()?);
                args.push(self.node(start, ExprKind::Starred { value, ctx: ExprContext::Load }));
            } else {
                if !keywords.is_empty() {
                    return Err(Rejected::Invalid);
                }
                args.push(self.named_expression()?);
            }
            if !self.eat(Comma) {
                break;
            }
            if self.at_comprehension() {
                return Err(Rejected::Invalid);
            }
        }
        Ok((args, keywords))
    }
}
