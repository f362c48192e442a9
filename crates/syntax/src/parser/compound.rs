//! Compound statements and their blocks.

use super::{Parse, Parser, Rejected};
use crate::ast::{Arguments, ExceptHandler, Expr, Stmt, StmtKind, WithItem};
use crate::token::TokenKind::*;
use literals::Text;

impl Parser<'_> {
    pub(super) fn at_compound_statement(&self) -> bool {
        matches!(self.kind(), If | Def | At | Class | For | While | Try | With | Async)
    }

    pub(super) fn compound_statement(&mut self) -> Parse<Stmt> {
        let start = self.here();
        let kind = match self.kind() {
            If => return self.if_statement(),
            While => self.while_statement()?,
            For => self.for_statement(false)?,
            With => self.with_statement(false)?,
            Try => self.try_statement()?,
            Def | Class | At => return self.decorated(),
            Async => {
                self.require_version(5)?;
                match self.kind_ahead(1) {
                    Def => return self.decorated(),
                    For => {
                        self.advance();
                        self.for_statement(true)?
                    }
                    With => {
                        self.advance();
                        self.with_statement(true)?
                    }
                    _ => return Err(Rejected::Invalid),
                }
            }
            _ => return Err(Rejected::Invalid),
        };
        Ok(self.stmt(start, kind))
    }

    pub(super) fn block(&mut self) -> Parse<Vec<Stmt>> {
        if !self.eat(Newline) {
            let mut body = Vec::new();
            self.simple_statements(&mut body)?;
            return Ok(body);
        }
        self.expect(Indent)?;
        let body = self.statements()?;
        self.expect(Dedent)?;
        Ok(body)
    }

    /// `':' block`
    fn suite(&mut self) -> Parse<Vec<Stmt>> {
        self.expect(Colon)?;
        self.block()
    }

    fn else_block(&mut self) -> Parse<Vec<Stmt>> {
        match self.eat(Else) {
            true => self.suite(),
            false => Ok(Vec::new()),
        }
    }

    /// From `if` or `elif` on.
    fn if_statement(&mut self) -> Parse<Stmt> {
        let start = self.here();
        self.advance();
        let test = Box::new(self.named_expression()?);
        let body = self.suite()?;
        let orelse = match self.at(Elif) {
            true => vec![self.nested(1, Self::if_statement)?],
            false => self.else_block()?,
        };
        Ok(self.stmt(start, StmtKind::If { test, body, orelse }))
    }

    fn while_statement(&mut self) -> Parse<StmtKind> {
        self.expect(While)?;
        let test = Box::new(self.named_expression()?);
        let body = self.suite()?;
        let orelse = self.else_block()?;
        Ok(StmtKind::While { test, body, orelse })
    }

    fn for_statement(&mut self, is_async: bool) -> Parse<StmtKind> {
        self.expect(For)?;
        let target = Box::new(self.for_targets()?);
        self.expect(In)?;
        let iter = Box::new(self.star_expressions()?);
        self.expect(Colon)?;
        let type_comment = self.type_comment()?;
        let body = self.block()?;
        let orelse = self.else_block()?;
        Ok(match is_async {
            true => StmtKind::AsyncFor { target, iter, body, orelse, type_comment },
            false => StmtKind::For { target, iter, body, orelse, type_comment },
        })
    }

    fn with_statement(&mut self, is_async: bool) -> Parse<StmtKind> {
        self.expect(With)?;
        let (items, type_comment) = match self.parenthesized_with_items()? {
            Some(items) => (items, Option::None),
            Option::None => {
                let items = self.with_items()?;
                self.expect(Colon)?;
                (items, self.type_comment()?)
            }
        };
        let body = self.block()?;
        Ok(match is_async {
            true => StmtKind::AsyncWith { items, body, type_comment },
            false => StmtKind::With { items, body, type_comment },
        })
    }

    /// Items in parentheses that end the header, its colon included; else nothing is taken.
    fn parenthesized_with_items(&mut self) -> Parse<Option<Vec<WithItem>>> {
        if !self.at(LeftParen) {
            return Ok(Option::None);
        }
        let (position, escapes, depth) = (self.position, self.escapes.len(), self.depth);
        match self.try_parenthesized_with_items() {
            Ok(items) => return Ok(Some(items)),
            Err(Rejected::Invalid) => {}
            Err(limit) => return Err(limit),
        }
        self.position = position;
        self.depth = depth;
        self.escapes.truncate(escapes);
        Ok(Option::None)
    }

    fn try_parenthesized_with_items(&mut self) -> Parse<Vec<WithItem>> {
        self.expect(LeftParen)?;
        let mut items = Vec::new();
        loop {
            items.push(self.with_item()?);
            if !self.eat(Comma) || self.at(RightParen) {
                break;
            }
        }
        self.expect(RightParen)?;
        self.expect(Colon)?;
        match self.at(TypeComment) {
            true => Err(Rejected::Invalid),
            false => Ok(items),
        }
    }

    fn with_items(&mut self) -> Parse<Vec<WithItem>> {
        let mut items = vec![self.with_item()?];
        while self.eat(Comma) {
            items.push(self.with_item()?);
        }
        Ok(items)
    }

    fn with_item(&mut self) -> Parse<WithItem> {
        let context_expr = Box::new(self.expression()?);
        let optional_vars = match self.eat(As) {
            true => {
                let target = self.star_target()?;
                if !matches!(self.kind(), Comma | RightParen | Colon) {
                    return Err(Rejected::Invalid);
                }
                Some(Box::new(target))
            }
            false => Option::None,
        };
        Ok(WithItem { context_expr, optional_vars })
    }

    fn try_statement(&mut self) -> Parse<StmtKind> {
        self.expect(Try)?;
        let body = self.suite()?;
        let mut handlers = Vec::new();
        while self.at(Except) {
            handlers.push(self.except_handler()?);
        }
        let orelse = if handlers.is_empty() { Vec::new() } else { self.else_block()? };
        let finalbody = match self.eat(Finally) {
            true => self.suite()?,
            false if handlers.is_empty() => return Err(Rejected::Invalid),
            false => Vec::new(),
        };
        Ok(StmtKind::Try { body, handlers, orelse, finalbody })
    }

    fn except_handler(&mut self) -> Parse<ExceptHandler> {
        let start = self.here();
        self.expect(Except)?;
        let mut type_ = Option::None;
        let mut name = Option::None;
        if !self.at(Colon) {
            type_ = Some(Box::new(self.expression()?));
            if self.eat(As) {
                name = Some(self.name()?);
            }
        }
        let body = self.suite()?;
        Ok(ExceptHandler { span: self.since(start), type_, name, body })
    }

    /// A function or class with its decorators, where it has any.
    fn decorated(&mut self) -> Parse<Stmt> {
        let mut decorator_list = Vec::new();
        while self.eat(At) {
            decorator_list.push(self.named_expression()?);
            self.expect(Newline)?;
        }
        match self.kind() {
            Class => self.class(decorator_list),
            _ => self.function(decorator_list),
        }
    }

    fn class(&mut self, decorator_list: Vec<Expr>) -> Parse<Stmt> {
        let start = self.here();
        self.expect(Class)?;
        let name = self.name()?;
        let (bases, keywords) = match self.eat(LeftParen) {
            true => {
                let arguments = self.arguments()?;
                self.expect(RightParen)?;
                arguments
            }
            false => (Vec::new(), Vec::new()),
        };
        let body = self.suite()?;
        Ok(self.stmt(start, StmtKind::ClassDef { name, bases, keywords, body, decorator_list }))
    }

    fn function(&mut self, decorator_list: Vec<Expr>) -> Parse<Stmt> {
        let start = self.here();
        let is_async = self.eat(Async);
        if is_async {
            self.require_version(5)?;
        }
        self.expect(Def)?;
        let name = self.name()?;
        self.expect(LeftParen)?;
        let args: Box<Arguments> = Box::new(self.parameters()?);
        self.expect(RightParen)?;
        let returns = match self.eat(Arrow) {
            true => Some(Box::new(self.expression()?)),
            false => Option::None,
        };
        self.expect(Colon)?;
        let type_comment = self.function_type_comment()?;
        let body = self.block()?;
        Ok(self.stmt(
            start,
            match is_async {
                true => {
                    StmtKind::AsyncFunctionDef { name, args, body, decorator_list, returns, type_comment }
                }
                false => StmtKind::FunctionDef { name, args, body, decorator_list, returns, type_comment },
            },
        ))
    }

    /// A type comment after the colon, or alone on the line after it; not both.
    fn function_type_comment(&mut self) -> Parse<Option<Text>> {
        let own_line = self.at(Newline)
            && self.kind_ahead(1) == TypeComment
            && self.kind_ahead(2) == Newline
            && self.kind_ahead(3) == Indent;
        if own_line {
            self.advance();
            return self.type_comment();
        }
        let comment = self.type_comment()?;
        let double = comment.is_some()
            && self.at(Newline)
            && self.kind_ahead(1) == TypeComment
            && self.kind_ahead(2) == Newline
            && self.kind_ahead(3) == Indent;
        match double {
            true => Err(Rejected::Invalid),
            false => Ok(comment),
        }
    }
}
