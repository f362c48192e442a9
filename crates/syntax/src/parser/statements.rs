//! Simple statements.

use super::targets::{TargetKind, bind};
use super::{Parse, Parser, Rejected};
use crate::ast::{Alias, Expr, ExprKind, Operator, Span, Stmt, StmtKind};
use crate::token::TokenKind::{self, *};
use literals::Text;

impl Parser<'_> {
    /// Statements up to the end of the block or file.
    pub(super) fn statements(&mut self) -> Parse<Vec<Stmt>> {
        let mut body = Vec::new();
        while !matches!(self.kind(), EndMarker | Dedent) {
            self.statement(&mut body)?;
        }
        Ok(body)
    }

    fn statement(&mut self, body: &mut Vec<Stmt>) -> Parse<()> {
        match self.at_compound_statement() {
            true => body.push(self.nested(8, Self::compound_statement)?),
            false => self.simple_statements(body)?,
        }
        Ok(())
    }

    /// One statement at the interactive prompt.
    pub(super) fn interactive_statement(&mut self) -> Parse<Vec<Stmt>> {
        let mut body = Vec::new();
        let start = self.here();
        if self.at_compound_statement() {
            body.push(self.compound_statement()?);
            self.expect(Newline)?;
        } else if self.eat(Newline) {
            body.push(Stmt { span: self.since(start), kind: StmtKind::Pass });
        } else {
            self.simple_statements(&mut body)?;
        }
        Ok(body)
    }

    /// Small statements on a line, and its end.
    pub(super) fn simple_statements(&mut self, body: &mut Vec<Stmt>) -> Parse<()> {
        loop {
            body.push(self.small_statement()?);
            if !self.eat(Semicolon) || self.at(Newline) {
                return self.expect(Newline);
            }
        }
    }

    fn small_statement(&mut self) -> Parse<Stmt> {
        let start = self.here();
        let kind = match self.kind() {
            Return => {
                self.advance();
                let value = match self.at_star_expression() {
                    true => Some(Box::new(self.star_expressions()?)),
                    false => Option::None,
                };
                StmtKind::Return { value }
            }
            Import => self.import()?,
            From => self.import_from()?,
            Raise => self.raise()?,
            Pass => self.word(StmtKind::Pass),
            Break => self.word(StmtKind::Break),
            Continue => self.word(StmtKind::Continue),
            Del => {
                self.advance();
                StmtKind::Delete { targets: self.del_targets()? }
            }
            Yield => StmtKind::Expr { value: Box::new(self.yield_expr()?) },
            Assert => self.assert()?,
            Global => {
                self.advance();
                StmtKind::Global { names: self.names()? }
            }
            Nonlocal => {
                self.advance();
                StmtKind::Nonlocal { names: self.names()? }
            }
            _ => self.assignment_or_expression()?,
        };
        Ok(Stmt { span: self.since(start), kind })
    }

    /// A statement that is one keyword.
    fn word(&mut self, kind: StmtKind) -> StmtKind {
        self.advance();
        kind
    }

    fn raise(&mut self) -> Parse<StmtKind> {
        self.expect(Raise)?;
        if !self.at_expression() {
            return Ok(StmtKind::Raise { exc: Option::None, cause: Option::None });
        }
        let exc = Some(Box::new(self.expression()?));
        let cause = match self.eat(From) {
            true => Some(Box::new(self.expression()?)),
            false => Option::None,
        };
        Ok(StmtKind::Raise { exc, cause })
    }

    fn assert(&mut self) -> Parse<StmtKind> {
        self.expect(Assert)?;
        let test = Box::new(self.expression()?);
        let msg = match self.eat(Comma) {
            true => Some(Box::new(self.expression()?)),
            false => Option::None,
        };
        Ok(StmtKind::Assert { test, msg })
    }

    fn names(&mut self) -> Parse<Vec<Text>> {
        let mut names = vec![self.name()?];
        while self.eat(Comma) {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn assignment_or_expression(&mut self) -> Parse<StmtKind> {
        let parenthesized = self.at(LeftParen);
        let first = self.star_expressions()?;
        if self.eat(Equal) {
            return self.assignment(first);
        }
        if self.eat(Colon) {
            return self.annotated_assignment(first, parenthesized);
        }
        if let Some(op) = augmented_operator(self.kind()) {
            self.advance();
            return self.augmented_assignment(first, op);
        }
        Ok(StmtKind::Expr { value: Box::new(first) })
    }

    fn yield_or_star_expressions(&mut self) -> Parse<Expr> {
        match self.at(Yield) {
            true => self.yield_expr(),
            false => self.star_expressions(),
        }
    }

    /// An assignment after its first `=`.
    fn assignment(&mut self, first: Expr) -> Parse<StmtKind> {
        let mut targets = Vec::new();
        let mut value = first;
        loop {
            bind(&mut value, TargetKind::Star)?;
            targets.push(value);
            value = self.yield_or_star_expressions()?;
            if !self.eat(Equal) {
                break;
            }
        }
        let type_comment = self.type_comment()?;
        Ok(StmtKind::Assign { targets, value: Box::new(value), type_comment })
    }

    fn annotated_assignment(&mut self, mut target: Expr, parenthesized: bool) -> Parse<StmtKind> {
        bind(&mut target, TargetKind::Single)?;
        let simple = matches!(target.kind, ExprKind::Name { .. }) && !parenthesized;
        let annotation = Box::new(self.expression()?);
        let value = match self.eat(Equal) {
            true => Some(Box::new(self.yield_or_star_expressions()?)),
            false => Option::None,
        };
        self.require_version(6)?;
        Ok(StmtKind::AnnAssign { target: Box::new(target), annotation, value, simple: i32::from(simple) })
    }

    fn augmented_assignment(&mut self, mut target: Expr, op: Operator) -> Parse<StmtKind> {
        bind(&mut target, TargetKind::Single)?;
        if op == Operator::MatMult {
            self.require_version(5)?;
        }
        let value = Box::new(self.yield_or_star_expressions()?);
        Ok(StmtKind::AugAssign { target: Box::new(target), op, value })
    }

    fn import(&mut self) -> Parse<StmtKind> {
        self.expect(Import)?;
        let mut names = Vec::new();
        loop {
            let name = self.dotted_name()?;
            let asname = self.as_name()?;
            names.push(Alias { name, asname });
            if !self.eat(Comma) {
                return Ok(StmtKind::Import { names });
            }
        }
    }

    fn as_name(&mut self) -> Parse<Option<Text>> {
        match self.eat(As) {
            true => self.name().map(Some),
            false => Ok(Option::None),
        }
    }

    fn dotted_name(&mut self) -> Parse<Text> {
        let first = self.name()?;
        if !self.at(Dot) {
            return Ok(first);
        }
        let mut dotted = first.as_str().ok_or(Rejected::Invalid)?.to_owned();
        while self.eat(Dot) {
            dotted.push('.');
            dotted.push_str(self.name()?.as_str().ok_or(Rejected::Invalid)?);
        }
        Ok(dotted.into())
    }

    fn import_from(&mut self) -> Parse<StmtKind> {
        self.expect(From)?;
        let mut level = 0;
        loop {
            match self.kind() {
                Dot => level += 1,
                Ellipsis => level += 3,
                _ => break,
            }
            self.advance();
        }
        let module = match self.at(Import) && level > 0 {
            true => Option::None,
            false => Some(self.dotted_name()?),
        };
        self.expect(Import)?;
        let names = self.imported_names()?;
        Ok(StmtKind::ImportFrom { module, names, level: Some(level) })
    }

    fn imported_names(&mut self) -> Parse<Vec<Alias>> {
        if self.eat(Star) {
            return Ok(vec![Alias { name: "*".into(), asname: Option::None }]);
        }
        let parenthesized = self.eat(LeftParen);
        let mut names = Vec::new();
        loop {
            let name = self.name()?;
            let asname = self.as_name()?;
            names.push(Alias { name, asname });
            if !self.eat(Comma) || parenthesized && self.at(RightParen) {
                break;
            }
        }
        if parenthesized {
            self.expect(RightParen)?;
        }
        Ok(names)
    }

    /// Where a decorator, or anything else that ends with a line, stands.
    pub(super) fn stmt(&self, start: Span, kind: StmtKind) -> Stmt {
        Stmt { span: self.since(start), kind }
    }
}

fn augmented_operator(kind: TokenKind) -> Option<Operator> {
    Some(match kind {
        PlusEqual => Operator::Add,
        MinusEqual => Operator::Sub,
        StarEqual => Operator::Mult,
        AtEqual => Operator::MatMult,
        SlashEqual => Operator::Div,
        PercentEqual => Operator::Mod,
        AmpersandEqual => Operator::BitAnd,
        VerticalBarEqual => Operator::BitOr,
        CircumflexEqual => Operator::BitXor,
        LeftShiftEqual => Operator::LShift,
        RightShiftEqual => Operator::RShift,
        DoubleStarEqual => Operator::Pow,
        DoubleSlashEqual => Operator::FloorDiv,
        _ => return Option::None,
    })
}
