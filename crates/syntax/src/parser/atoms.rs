//! Atoms: names, literals, displays, comprehensions, parentheses.

use super::{Parse, Parser, Rejected};
use crate::ast::{Comprehension, Expr, ExprContext, ExprKind, Span};
use crate::token::TokenKind::{self, *};
use crate::{numbers, strings};
use literals::Constant;

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Parse<Expr> {
        let start = self.here();
        let token = self.token();
        let value = match token.kind {
            Name => {
                self.advance();
                let id = self.identifier(token)?;
                return Ok(self.node(start, ExprKind::Name { id, ctx: ExprContext::Load }));
            }
            LeftParen => return self.parenthesized(),
            LeftBracket => return self.list(),
            LeftBrace => return self.dict_or_set(),
            String => return self.strings(),
            Number => self.number_value()?,
            None => Constant::None,
            True => Constant::Bool(true),
            False => Constant::Bool(false),
            Ellipsis => Constant::Ellipsis,
            _ => return Err(Rejected::Invalid),
        };
        self.advance();
        Ok(self.node(start, ExprKind::Constant { value, kind: Option::None }))
    }

    fn number_value(&mut self) -> Parse<Constant> {
        let token = self.token();
        let spelling = self.utf8(token.start, token.end)?;
        if spelling.contains('_') {
            self.require_version(6)?;
        }
        let limit = self.options.max_int_digits;
        if limit > 0 && spelling.len() > limit && numbers::decimal_digits(spelling).is_some_and(|n| n > limit)
        {
            return Err(Rejected::Invalid);
        }
        Ok(numbers::value(spelling))
    }

    /// Adjacent string literals, which are one.
    fn strings(&mut self) -> Parse<Expr> {
        let first = self.position;
        while self.at(String) {
            self.advance();
        }
        let tokens = &self.tokens[first..self.position];
        let span = self.since(tokens[0].span);
        strings::concatenated(
            self.source,
            tokens,
            span,
            self.options,
            &mut strings::Reject,
            &mut self.escapes,
        )
        .map_err(|_| Rejected::Invalid)
    }

    /// A group, a tuple or a generator expression.
    fn parenthesized(&mut self) -> Parse<Expr> {
        let start = self.here();
        self.expect(LeftParen)?;
        if self.eat(RightParen) {
            return Ok(self.tuple(start, Vec::new()));
        }
        if self.at(Yield) {
            let value = self.yield_expr()?;
            self.expect(RightParen)?;
            return Ok(value);
        }
        let starred = self.at(Star);
        let first = self.star_named_expression()?;
        if self.at(Comma) {
            let elts = self.rest_of_display(first, RightParen)?;
            return Ok(self.tuple(start, elts));
        }
        if starred {
            return Err(Rejected::Invalid);
        }
        if self.at_comprehension() {
            return self.comprehension(start, RightParen, |generators| ExprKind::GeneratorExp {
                elt: Box::new(first),
                generators,
            });
        }
        self.expect(RightParen)?;
        Ok(first)
    }

    fn list(&mut self) -> Parse<Expr> {
        let start = self.here();
        self.expect(LeftBracket)?;
        let elts = if self.eat(RightBracket) {
            Vec::new()
        } else {
            let starred = self.at(Star);
            let first = self.star_named_expression()?;
            if !starred && self.at_comprehension() {
                return self.comprehension(start, RightBracket, |generators| ExprKind::ListComp {
                    elt: Box::new(first),
                    generators,
                });
            }
            self.rest_of_display(first, RightBracket)?
        };
        Ok(self.node(start, ExprKind::List { elts, ctx: ExprContext::Load }))
    }

    /// The elements of a display after its first, and its closing bracket.
    fn rest_of_display(&mut self, first: Expr, closing: TokenKind) -> Parse<Vec<Expr>> {
        let mut elts = vec![first];
        while self.eat(Comma) {
            if self.at(closing) {
                break;
            }
            elts.push(self.star_named_expression()?);
        }
        self.expect(closing)?;
        Ok(elts)
    }

    fn dict_or_set(&mut self) -> Parse<Expr> {
        let start = self.here();
        self.expect(LeftBrace)?;
        if self.eat(RightBrace) {
            return Ok(self.node(start, ExprKind::Dict { keys: Vec::new(), values: Vec::new() }));
        }
        if self.at(DoubleStar) {
            return self.dict(start, Vec::new(), Vec::new());
        }
        let starred = self.at(Star);
        let named = self.kind_ahead(1) == ColonEqual;
        let first = self.star_named_expression()?;
        if !starred && !named && self.eat(Colon) {
            return self.dict_or_comprehension(start, first);
        }
        if !starred && self.at_comprehension() {
            return self.comprehension(start, RightBrace, |generators| ExprKind::SetComp {
                elt: Box::new(first),
                generators,
            });
        }
        let elts = self.rest_of_display(first, RightBrace)?;
        Ok(self.node(start, ExprKind::Set { elts }))
    }

    /// What follows the colon after the first key.
    fn dict_or_comprehension(&mut self, start: Span, key: Expr) -> Parse<Expr> {
        let value = self.expression()?;
        if self.at_comprehension() {
            return self.comprehension(start, RightBrace, |generators| ExprKind::DictComp {
                key: Box::new(key),
                value: Box::new(value),
                generators,
            });
        }
        if !self.at(RightBrace) {
            self.expect(Comma)?;
        }
        self.dict(start, vec![Some(key)], vec![value])
    }

    /// The items of a dict display from here on.
    fn dict(&mut self, start: Span, mut keys: Vec<Option<Expr>>, mut values: Vec<Expr>) -> Parse<Expr> {
        while !self.at(RightBrace) {
            if self.eat(DoubleStar) {
                keys.push(Option::None);
                values.push(self.bitwise_or()?);
            } else {
                keys.push(Some(self.expression()?));
                self.expect(Colon)?;
                values.push(self.expression()?);
            }
            if !self.eat(Comma) {
                break;
            }
        }
        self.expect(RightBrace)?;
        Ok(self.node(start, ExprKind::Dict { keys, values }))
    }

    pub(super) fn at_comprehension(&self) -> bool {
        self.at(For) || self.at(Async) && self.kind_ahead(1) == For
    }

    /// The clauses of a comprehension and its closing bracket.
    fn comprehension(
        &mut self,
        start: Span,
        closing: TokenKind,
        make: impl FnOnce(Vec<Comprehension>) -> ExprKind,
    ) -> Parse<Expr> {
        let generators = self.for_if_clauses()?;
        self.expect(closing)?;
        Ok(self.node(start, make(generators)))
    }

    pub(super) fn for_if_clauses(&mut self) -> Parse<Vec<Comprehension>> {
        let mut clauses = Vec::new();
        while self.at_comprehension() {
            let is_async = self.eat(Async);
            if is_async {
                self.require_version(6)?;
            }
            self.expect(For)?;
            let target = Box::new(self.for_targets()?);
            self.expect(In)?;
            let iter = Box::new(self.disjunction()?);
            let mut ifs = Vec::new();
            while self.eat(If) {
                ifs.push(self.disjunction()?);
            }
            clauses.push(Comprehension { target, iter, ifs, is_async: i32::from(is_async) });
        }
        Ok(clauses)
    }
}
