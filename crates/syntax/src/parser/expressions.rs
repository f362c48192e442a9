//! Expressions by precedence, from `:=` down to `**` and `await`.

use super::{Parse, Parser, Rejected};
use crate::ast::{BoolOp, CmpOp, Expr, ExprContext, ExprKind, Operator, UnaryOp};
use crate::token::TokenKind::{self, *};

/// Levels of the grammar between an expression and an atom in it, at most.
const LEVELS_TO_ATOM: u32 = 48;

impl Parser<'_> {
    /// Whether the next token can begin an expression.
    pub(super) fn at_expression(&self) -> bool {
        matches!(
            self.kind(),
            Name | Number
                | String
                | LeftParen
                | LeftBracket
                | LeftBrace
                | Minus
                | Plus
                | Tilde
                | Not
                | Lambda
                | Await
                | None
                | True
                | False
                | Ellipsis
        )
    }

    pub(super) fn at_star_expression(&self) -> bool {
        self.at(Star) || self.at_expression()
    }

    /// One expression or, where there is a comma, a tuple without parentheses.
    fn tuple_of(&mut self, element: fn(&mut Self) -> Parse<Expr>, starts: fn(&Self) -> bool) -> Parse<Expr> {
        let start = self.here();
        let first = element(self)?;
        if !self.at(Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(Comma) && starts(self) {
            elts.push(element(self)?);
        }
        Ok(self.tuple(start, elts))
    }

    pub(super) fn star_expressions(&mut self) -> Parse<Expr> {
        self.tuple_of(Self::star_expression, Self::at_star_expression)
    }

    /// As [`Self::star_expressions`], where `:=` may stand too.
    pub(super) fn star_named_expressions(&mut self) -> Parse<Expr> {
        self.tuple_of(Self::star_named_expression, Self::at_star_expression)
    }

    pub(super) fn expressions(&mut self) -> Parse<Expr> {
        self.tuple_of(Self::expression, Self::at_expression)
    }

    fn star_expression(&mut self) -> Parse<Expr> {
        match self.at(Star) {
            true => self.starred(),
            false => self.expression(),
        }
    }

    pub(super) fn star_named_expression(&mut self) -> Parse<Expr> {
        match self.at(Star) {
            true => self.starred(),
            false => self.named_expression(),
        }
    }

    /// `'*' bitwise_or`
    fn starred(&mut self) -> Parse<Expr> {
        let start = self.here();
        self.expect(Star)?;
        let value = Box::new(self.bitwise_or()?);
        Ok(self.node(start, ExprKind::Starred { value, ctx: ExprContext::Load }))
    }

    pub(super) fn named_expression(&mut self) -> Parse<Expr> {
        if !(self.at(Name) && self.kind_ahead(1) == ColonEqual) {
            return self.expression();
        }
        let start = self.here();
        let id = self.name()?;
        let target = Box::new(self.node(start, ExprKind::Name { id, ctx: ExprContext::Store }));
        self.expect(ColonEqual)?;
        let value = Box::new(self.expression()?);
        Ok(self.node(start, ExprKind::NamedExpr { target, value }))
    }

    pub(super) fn yield_expr(&mut self) -> Parse<Expr> {
        let start = self.here();
        self.expect(Yield)?;
        if self.eat(From) {
            let value = Box::new(self.expression()?);
            return Ok(self.node(start, ExprKind::YieldFrom { value }));
        }
        let value = match self.at_star_expression() {
            true => Some(Box::new(self.star_expressions()?)),
            false => Option::None,
        };
        Ok(self.node(start, ExprKind::Yield { value }))
    }

    pub(super) fn expression(&mut self) -> Parse<Expr> {
        if self.at(Lambda) {
            return self.lambda();
        }
        let start = self.here();
        let body = self.disjunction()?;
        if !self.eat(If) {
            return Ok(body);
        }
        let test = Box::new(self.disjunction()?);
        self.expect(Else)?;
        let orelse = Box::new(self.nested(1, Self::expression)?);
        Ok(self.node(start, ExprKind::IfExp { test, body: Box::new(body), orelse }))
    }

    fn lambda(&mut self) -> Parse<Expr> {
        let start = self.here();
        self.expect(Lambda)?;
        let args = Box::new(self.lambda_parameters()?);
        self.expect(Colon)?;
        let body = Box::new(self.nested(2, Self::expression)?);
        Ok(self.node(start, ExprKind::Lambda { args, body }))
    }

    pub(super) fn disjunction(&mut self) -> Parse<Expr> {
        self.boolean(Or, BoolOp::Or, Self::conjunction)
    }

    fn conjunction(&mut self) -> Parse<Expr> {
        self.boolean(And, BoolOp::And, Self::inversion)
    }

    fn boolean(&mut self, word: TokenKind, op: BoolOp, operand: fn(&mut Self) -> Parse<Expr>) -> Parse<Expr> {
        let start = self.here();
        let first = operand(self)?;
        if !self.at(word) {
            return Ok(first);
        }
        let mut values = vec![first];
        while self.eat(word) {
            values.push(operand(self)?);
        }
        Ok(self.node(start, ExprKind::BoolOp { op, values }))
    }

    fn inversion(&mut self) -> Parse<Expr> {
        let start = self.here();
        if !self.eat(Not) {
            return self.comparison();
        }
        let operand = Box::new(self.nested(1, Self::inversion)?);
        Ok(self.node(start, ExprKind::UnaryOp { op: UnaryOp::Not, operand }))
    }

    fn comparison(&mut self) -> Parse<Expr> {
        let start = self.here();
        let left = self.bitwise_or()?;
        let mut ops = Vec::new();
        let mut comparators = Vec::new();
        while let Some(op) = self.comparison_operator()? {
            ops.push(op);
            comparators.push(self.bitwise_or()?);
        }
        match ops.is_empty() {
            true => Ok(left),
            false => Ok(self.node(start, ExprKind::Compare { left: Box::new(left), ops, comparators })),
        }
    }

    fn comparison_operator(&mut self) -> Parse<Option<CmpOp>> {
        let op = match self.kind() {
            EqualEqual => CmpOp::Eq,
            NotEqual => {
                self.check_inequality()?;
                CmpOp::NotEq
            }
            Less => CmpOp::Lt,
            LessEqual => CmpOp::LtE,
            Greater => CmpOp::Gt,
            GreaterEqual => CmpOp::GtE,
            In => CmpOp::In,
            Is if self.kind_ahead(1) == Not => {
                self.advance();
                CmpOp::IsNot
            }
            Is => CmpOp::Is,
            Not if self.kind_ahead(1) == In => {
                self.advance();
                CmpOp::NotIn
            }
            _ => return Ok(Option::None),
        };
        self.advance();
        Ok(Some(op))
    }

    /// Inequality is `!=`, or `<>` where PEP 401 is in force.
    fn check_inequality(&self) -> Parse<()> {
        let spelled_barry = self.source[self.token().start as usize] == b'<';
        match spelled_barry == self.options.barry_as_bdfl {
            true => Ok(()),
            false => Err(Rejected::Invalid),
        }
    }

    pub(super) fn bitwise_or(&mut self) -> Parse<Expr> {
        self.binary(1)
    }

    /// Binary operators that bind at least as tightly as `tightness`.
    fn binary(&mut self, tightness: u8) -> Parse<Expr> {
        let start = self.here();
        let mut left = self.factor()?;
        let mut length = 0;
        while let Some((op, level)) = binary_operator(self.kind()) {
            if level < tightness {
                break;
            }
            if op == Operator::MatMult {
                self.require_version(5)?;
            }
            self.link(&mut length)?;
            self.advance();
            let right = self.binary(level + 1)?;
            let kind = ExprKind::BinOp { left: Box::new(left), op, right: Box::new(right) };
            left = self.node(start, kind);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Parse<Expr> {
        let op = match self.kind() {
            Plus => UnaryOp::UAdd,
            Minus => UnaryOp::USub,
            Tilde => UnaryOp::Invert,
            _ => return self.power(),
        };
        let start = self.here();
        self.advance();
        let operand = Box::new(self.nested(1, Self::factor)?);
        Ok(self.node(start, ExprKind::UnaryOp { op, operand }))
    }

    fn power(&mut self) -> Parse<Expr> {
        let start = self.here();
        let base = self.await_primary()?;
        if !self.eat(DoubleStar) {
            return Ok(base);
        }
        let right = Box::new(self.nested(2, Self::factor)?);
        Ok(self.node(start, ExprKind::BinOp { left: Box::new(base), op: Operator::Pow, right }))
    }

    fn await_primary(&mut self) -> Parse<Expr> {
        let start = self.here();
        if !self.eat(Await) {
            return self.primary();
        }
        let value = Box::new(self.primary()?);
        self.require_version(5)?;
        Ok(self.node(start, ExprKind::Await { value }))
    }

    /// An atom with attributes, calls and subscripts.
    pub(super) fn primary(&mut self) -> Parse<Expr> {
        let start = self.here();
        let mut value = match self.kind() {
            LeftParen | LeftBracket | LeftBrace => self.nested(LEVELS_TO_ATOM, Self::atom)?,
            _ => self.atom()?,
        };
        let mut length = 0;
        loop {
            let kind = match self.kind() {
                Dot => {
                    self.advance();
                    let attr = self.name()?;
                    ExprKind::Attribute { value: Box::new(value), attr, ctx: ExprContext::Load }
                }
                LeftParen => {
                    let (args, keywords) = self.nested(LEVELS_TO_ATOM, Self::call_arguments)?;
                    ExprKind::Call { func: Box::new(value), args, keywords }
                }
                LeftBracket => {
                    self.advance();
                    let slice = Box::new(self.nested(LEVELS_TO_ATOM, Self::slices)?);
                    self.expect(RightBracket)?;
                    ExprKind::Subscript { value: Box::new(value), slice, ctx: ExprContext::Load }
                }
                _ => return Ok(value),
            };
            self.link(&mut length)?;
            value = self.node(start, kind);
        }
    }

    fn slices(&mut self) -> Parse<Expr> {
        let starts = |parser: &Self| parser.at(Colon) || parser.at_expression();
        self.tuple_of(Self::slice, starts)
    }

    fn slice(&mut self) -> Parse<Expr> {
        let start = self.here();
        let lower = match self.at(Colon) {
            true => Option::None,
            false => Some(Box::new(self.expression()?)),
        };
        if !self.eat(Colon) {
            return lower.map(|index| *index).ok_or(Rejected::Invalid);
        }
        let upper = self.optional_expression()?;
        let step = if self.eat(Colon) { self.optional_expression()? } else { Option::None };
        Ok(self.node(start, ExprKind::Slice { lower, upper, step }))
    }

    fn optional_expression(&mut self) -> Parse<Option<Box<Expr>>> {
        match self.at_expression() {
            true => Ok(Some(Box::new(self.expression()?))),
            false => Ok(Option::None),
        }
    }
}

/// The binary operator and how tightly it binds.
fn binary_operator(kind: TokenKind) -> Option<(Operator, u8)> {
    Some(match kind {
        VerticalBar => (Operator::BitOr, 1),
        Circumflex => (Operator::BitXor, 2),
        Ampersand => (Operator::BitAnd, 3),
        LeftShift => (Operator::LShift, 4),
        RightShift => (Operator::RShift, 4),
        Plus => (Operator::Add, 5),
        Minus => (Operator::Sub, 5),
        Star => (Operator::Mult, 6),
        Slash => (Operator::Div, 6),
        DoubleSlash => (Operator::FloorDiv, 6),
        Percent => (Operator::Mod, 6),
        At => (Operator::MatMult, 6),
        _ => return Option::None,
    })
}
