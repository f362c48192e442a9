//! The parser: tokens in, tree out, by recursive descent.
//!
//! It is deterministic and knows no error messages. Its acceptance is that of the grammar of Python 3.9;
//! why it rejects a source is for [`crate::diagnosis`] to find out.

mod arguments;
mod atoms;
mod compound;
mod expressions;
mod parameters;
mod statements;
mod targets;

use crate::ast::{Expr, ExprContext, ExprKind, Identifier, Mod, Span, TypeIgnore};
use crate::identifier;
use crate::options::{Mode, Options};
use crate::strings::PendingEscape;
use crate::token::{Token, TokenKind};
use crate::tokenizer::TypeIgnoreComment;
use literals::Text;
use std::collections::HashMap;

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rejected {
    /// The source does not follow the grammar, or holds an invalid literal.
    Invalid,
    /// The source nests deeper than asked for.
    TooDeep,
    /// The source nests deeper than the native stack.
    OutOfStack,
    /// A chain of operators, calls or attributes is too long.
    TooLong,
}

pub(crate) type Parse<T> = Result<T, Rejected>;

/// How far nodes may nest to the left, where the grammar sets no bound.
pub(crate) const MAX_CHAIN: usize = 100_000;

/// Levels of the grammar around what the parser counts, at most: from a file to a term.
pub(crate) const LEVELS_AROUND: u32 = 64;

pub(crate) struct Parser<'s> {
    pub(crate) source: &'s [u8],
    pub(crate) options: &'s Options<'s>,
    tokens: &'s [Token],
    /// The index of the next token.
    pub(crate) position: usize,
    names: HashMap<&'s [u8], Identifier>,
    pub(crate) escapes: Vec<PendingEscape>,
    depth: u32,
    max_depth: u32,
}

impl<'s> Parser<'s> {
    /// A parser of `tokens`, of which the last is one that no rule accepts or an end marker.
    pub(crate) fn new(
        source: &'s [u8],
        tokens: &'s [Token],
        options: &'s Options<'s>,
        max_depth: u32,
    ) -> Parser<'s> {
        Parser {
            source,
            options,
            tokens,
            position: 0,
            names: HashMap::new(),
            escapes: Vec::new(),
            depth: 0,
            max_depth,
        }
    }

    pub(crate) fn parse(&mut self, mode: Mode, ignores: &[TypeIgnoreComment]) -> Parse<Mod> {
        match mode {
            Mode::Exec => {
                let body = self.statements()?;
                self.expect(TokenKind::EndMarker)?;
                let type_ignores =
                    ignores.iter().map(|comment| self.type_ignore(comment)).collect::<Parse<_>>()?;
                Ok(Mod::Module { body, type_ignores })
            }
            Mode::Eval => {
                let body = Box::new(self.expressions()?);
                self.expect_end()?;
                Ok(Mod::Expression { body })
            }
            Mode::Single => Ok(Mod::Interactive { body: self.interactive_statement()? }),
            Mode::FunctionType => self.function_type(),
        }
    }

    /// The expression of an f-string's replacement field, in the parentheses put around it.
    pub(crate) fn replacement_field(&mut self) -> Parse<Expr> {
        self.star_expressions()
    }

    /// Anything that a rule of the grammar calls an expression.
    pub(crate) fn any_expression(&mut self) -> Parse<Expr> {
        match self.at(TokenKind::Yield) {
            true => self.yield_expr(),
            false => self.star_named_expressions(),
        }
    }

    fn type_ignore(&self, comment: &TypeIgnoreComment) -> Parse<TypeIgnore> {
        let tag = self.utf8(comment.tag_start, comment.tag_end)?;
        Ok(TypeIgnore { lineno: comment.lineno as i32, tag: tag.into() })
    }

    /// `NEWLINE* ENDMARKER`
    fn expect_end(&mut self) -> Parse<()> {
        while self.eat(TokenKind::Newline) {}
        self.expect(TokenKind::EndMarker)
    }

    fn function_type(&mut self) -> Parse<Mod> {
        self.expect(TokenKind::LeftParen)?;
        let argtypes = self.type_expressions()?;
        self.expect(TokenKind::RightParen)?;
        self.expect(TokenKind::Arrow)?;
        let returns = Box::new(self.expression()?);
        self.expect_end()?;
        Ok(Mod::FunctionType { argtypes, returns })
    }

    /// Expressions, then at most one with `*` and one with `**`; the stars leave no trace.
    fn type_expressions(&mut self) -> Parse<Vec<Expr>> {
        let mut types = Vec::new();
        let mut last_star = 0;
        if self.at(TokenKind::RightParen) {
            return Ok(types);
        }
        loop {
            let star = match self.kind() {
                TokenKind::Star => 1,
                TokenKind::DoubleStar => 2,
                _ => 0,
            };
            if star > 0 {
                self.position += 1;
            }
            if last_star > 0 && star <= last_star {
                return Err(Rejected::Invalid);
            }
            last_star = star;
            types.push(self.expression()?);
            if !self.eat(TokenKind::Comma) {
                return Ok(types);
            }
        }
    }

    // Tokens

    #[inline]
    fn token(&self) -> &'s Token {
        &self.tokens[self.position]
    }

    #[inline]
    fn kind(&self) -> TokenKind {
        self.tokens[self.position].kind
    }

    /// The kind of the token `ahead` of the next one.
    #[inline]
    fn kind_ahead(&self, ahead: usize) -> TokenKind {
        self.tokens.get(self.position + ahead).map_or(TokenKind::EndMarker, |token| token.kind)
    }

    #[inline]
    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Takes the next token if it is of the kind.
    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    /// Past the next token; the last one stays.
    #[inline]
    fn advance(&mut self) {
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
    }

    #[inline]
    fn expect(&mut self, kind: TokenKind) -> Parse<()> {
        match self.eat(kind) {
            true => Ok(()),
            false => Err(Rejected::Invalid),
        }
    }

    fn name(&mut self) -> Parse<Identifier> {
        let token = self.token();
        self.expect(TokenKind::Name)?;
        self.identifier(token)
    }

    /// The name that a token spells.
    fn identifier(&mut self, token: &Token) -> Parse<Identifier> {
        let source = self.source;
        let bytes = &source[token.start as usize..token.end as usize];
        if let Some(name) = self.names.get(bytes) {
            return Ok(name.clone());
        }
        let text = self.utf8(token.start, token.end)?;
        let name = if text.is_ascii() { Text::from(text) } else { identifier::normalized(text) };
        self.names.insert(bytes, name.clone());
        Ok(name)
    }

    fn utf8(&self, start: u32, end: u32) -> Parse<&'s str> {
        std::str::from_utf8(&self.source[start as usize..end as usize]).map_err(|_| Rejected::Invalid)
    }

    /// A type comment, if one is next.
    fn type_comment(&mut self) -> Parse<Option<Text>> {
        let token = self.token();
        match self.eat(TokenKind::TypeComment) {
            true => Ok(Some(self.utf8(token.start, token.end)?.into())),
            false => Ok(None),
        }
    }

    // Positions and nodes

    /// Where the next token is.
    #[inline]
    fn here(&self) -> Span {
        self.token().span
    }

    /// From the start of `start` to the end of the last token taken that is not mere layout.
    #[inline]
    fn since(&self, start: Span) -> Span {
        let mut last = self.position - 1;
        while last > 0 && self.tokens[last].kind.is_layout() {
            last -= 1;
        }
        let end = self.tokens[last].span;
        Span { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..start }
    }

    #[inline]
    fn node(&self, start: Span, kind: ExprKind) -> Expr {
        Expr { span: self.since(start), kind }
    }

    fn tuple(&self, start: Span, elts: Vec<Expr>) -> Expr {
        self.node(start, ExprKind::Tuple { elts, ctx: ExprContext::Load })
    }

    /// Whether syntax new in Python 3.`minor` may be used.
    fn require_version(&self, minor: u8) -> Parse<()> {
        match self.options.feature_version >= minor {
            true => Ok(()),
            false => Err(Rejected::Invalid),
        }
    }

    /// Runs `parse` some levels deeper, a level being a rule of the grammar. The count is an upper
    /// bound: what exceeds it is for the diagnosis to count exactly.
    #[inline]
    fn nested<T>(&mut self, levels: u32, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.depth += levels;
        if self.depth > self.max_depth {
            return Err(Rejected::TooDeep);
        }
        if self.options.stack.is_reached() {
            return Err(Rejected::OutOfStack);
        }
        let result = parse(self);
        self.depth -= levels;
        result
    }

    /// Counts a link of a chain that nests to the left.
    #[inline]
    fn link(&self, length: &mut usize) -> Parse<()> {
        *length += 1;
        match *length > MAX_CHAIN {
            true => Err(Rejected::TooLong),
            false => Ok(()),
        }
    }
}
