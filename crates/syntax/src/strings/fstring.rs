//! Formatted string literals (PEP 498).

use super::{FieldParser, FieldPlace, Literal, LiteralError, PendingEscape, message};
use crate::ast::{Expr, ExprKind, Span};
use crate::options::Options;
use literals::{Constant, Text, TextBuilder};

/// The deepest nesting of brackets in an expression.
const MAX_BRACKETS: usize = 200;
/// Replacement fields may nest once, in a format specification.
const MAX_NESTING: usize = 2;

type Fallible<T> = Result<T, LiteralError>;

/// What parsing an f-string needs from around it.
pub(super) struct Context<'c> {
    pub(super) options: &'c Options<'c>,
    pub(super) fields: &'c mut dyn FieldParser,
    pub(super) escapes: &'c mut Vec<PendingEscape>,
}

/// Literal text and replacement fields, collected into one string.
pub(super) struct JoinedString {
    /// Where the whole concatenation is: all parts are said to be there.
    span: Span,
    kind: Option<Text>,
    pending: TextBuilder,
    values: Vec<Expr>,
    formatted: bool,
}

impl JoinedString {
    pub(super) fn new(span: Span, kind: Option<Text>) -> JoinedString {
        JoinedString { span, kind, pending: TextBuilder::default(), values: Vec::new(), formatted: false }
    }

    pub(super) fn push_text(&mut self, text: &Text) {
        self.pending.push_text(text);
    }

    pub(super) fn push_fstring(&mut self, literal: &Literal<'_>, context: &mut Context<'_>) -> Fallible<()> {
        let mut scanner = Scanner { literal, at: 0 };
        scanner.replacement_text(self, 0, context)
    }

    /// Makes the text so far a constant among the values.
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let value = Constant::Str(std::mem::take(&mut self.pending).finish());
            self.values
                .push(Expr { span: self.span, kind: ExprKind::Constant { value, kind: self.kind.clone() } });
        }
    }

    pub(super) fn finish(mut self) -> Expr {
        if !self.formatted {
            let value = Constant::Str(self.pending.finish());
            return Expr { span: self.span, kind: ExprKind::Constant { value, kind: self.kind } };
        }
        self.flush();
        Expr { span: self.span, kind: ExprKind::JoinedStr { values: self.values } }
    }
}

/// Reads the body of an f-string.
struct Scanner<'l> {
    literal: &'l Literal<'l>,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.literal.body.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Text and replacement fields to the end of the string or, where nested, of the specification.
    fn replacement_text(
        &mut self,
        into: &mut JoinedString,
        nesting: usize,
        context: &mut Context<'_>,
    ) -> Fallible<()> {
        into.formatted = true;
        loop {
            let doubled = self.literal_text(into, nesting, context)?;
            if doubled {
                continue;
            }
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.field(into, nesting, context)?;
                }
                None if nesting > 0 => return Err(message("f-string: expecting '}'")),
                _ => return Ok(()),
            }
        }
    }

    /// Text up to a brace. True where the brace was doubled, and so is text itself.
    fn literal_text(
        &mut self,
        into: &mut JoinedString,
        nesting: usize,
        context: &mut Context<'_>,
    ) -> Fallible<bool> {
        let start = self.at;
        let mut end = None;
        while let Some(mut byte) = self.peek() {
            self.at += 1;
            if byte == b'\\' && !self.literal.raw {
                let Some(escaped) = self.peek() else { break };
                self.at += 1;
                byte = escaped;
                if byte == b'N' {
                    self.skip_character_name();
                    continue;
                }
                if byte == b'{' {
                    self.literal.warn(Some(b'{'), context.escapes);
                }
            }
            if !matches!(byte, b'{' | b'}') {
                continue;
            }
            if nesting == 0 {
                if self.peek() == Some(byte) {
                    end = Some(self.at);
                    self.at += 1;
                    break;
                }
                if byte == b'}' {
                    return Err(message("f-string: single '}' is not allowed"));
                }
            }
            self.at -= 1;
            break;
        }
        let text = &self.literal.body[start..end.unwrap_or(self.at)];
        if !text.is_empty() {
            into.push_text(&self.literal.decode(text, context.escapes)?);
        }
        Ok(end.is_some())
    }

    /// Passes over what follows `\N`: one byte or, in braces, a name.
    fn skip_character_name(&mut self) {
        if self.eat(b'{') {
            while self.peek().is_some_and(|byte| byte != b'}') {
                self.at += 1;
            }
        }
        self.at = (self.at + 1).min(self.literal.body.len());
    }

    /// A replacement field, of which the brace has been read.
    fn field(&mut self, into: &mut JoinedString, nesting: usize, context: &mut Context<'_>) -> Fallible<()> {
        if nesting >= MAX_NESTING {
            return Err(message("f-string: expressions nested too deeply"));
        }
        let start = self.at;
        self.skip_expression()?;
        if self.peek().is_none() {
            return Err(expecting_brace());
        }
        let value = self.expression(start, self.at, context)?;
        let mut shows_source = false;
        if self.eat(b'=') {
            if context.options.feature_version < 8 {
                let text =
                    "f-string: self documenting expressions are only supported in Python 3.8 and greater";
                return Err(message(text));
            }
            shows_source = true;
            while self.peek().is_some_and(|byte| byte.is_ascii_whitespace() || byte == b'\x0b') {
                self.at += 1;
            }
            let shown = super::utf8(&self.literal.body[start..self.at])?;
            into.push_text(&shown.into());
        }
        let mut conversion = self.conversion()?;
        let format_spec = self.format_specification(into, nesting, context)?;
        if !self.eat(b'}') {
            return Err(expecting_brace());
        }
        if shows_source && format_spec.is_none() && conversion == NO_CONVERSION {
            conversion = i32::from(b'r');
        }
        into.flush();
        let kind =
            ExprKind::FormattedValue { value: Box::new(value), conversion: Some(conversion), format_spec };
        into.values.push(Expr { span: into.span, kind });
        Ok(())
    }

    fn conversion(&mut self) -> Fallible<i32> {
        if !self.eat(b'!') {
            return Ok(NO_CONVERSION);
        }
        let conversion = self.peek().ok_or_else(expecting_brace)?;
        self.at += 1;
        match conversion {
            b's' | b'r' | b'a' => Ok(i32::from(conversion)),
            _ => Err(message("f-string: invalid conversion character: expected 's', 'r', or 'a'")),
        }
    }

    fn format_specification(
        &mut self,
        around: &JoinedString,
        nesting: usize,
        context: &mut Context<'_>,
    ) -> Fallible<Option<Box<Expr>>> {
        if self.peek().is_none() {
            return Err(expecting_brace());
        }
        if !self.eat(b':') {
            return Ok(None);
        }
        if self.peek().is_none() {
            return Err(expecting_brace());
        }
        let mut specification = JoinedString::new(around.span, around.kind.clone());
        self.replacement_text(&mut specification, nesting + 1, context)?;
        // The specification, unlike what comes before a field in it, is where its own literal is.
        specification.span = self.literal.token.span;
        specification.kind = None;
        let specification = specification.finish();
        Ok(Some(Box::new(specification)))
    }

    /// Passes over an expression, to what ends it: `}`, `!`, `:` or `=` outside brackets and strings.
    fn skip_expression(&mut self) -> Fallible<()> {
        let mut brackets = Vec::new();
        let mut quote: Option<(u8, bool)> = None;
        while let Some(byte) = self.peek() {
            if byte == b'\\' {
                return Err(message("f-string expression part cannot include a backslash"));
            }
            if let Some((open, triple)) = quote {
                if byte != open {
                    self.at += 1;
                } else if !triple {
                    quote = None;
                    self.at += 1;
                } else if self.at_triple(open) {
                    quote = None;
                    self.at += 3;
                } else {
                    self.at += 1;
                }
                continue;
            }
            match byte {
                b'\'' | b'"' => {
                    let triple = self.at_triple(byte);
                    quote = Some((byte, triple));
                    self.at += if triple { 3 } else { 1 };
                    continue;
                }
                b'(' | b'[' | b'{' => {
                    if brackets.len() >= MAX_BRACKETS {
                        return Err(message("f-string: too many nested parenthesis"));
                    }
                    brackets.push(byte);
                }
                b'#' => return Err(message("f-string expression part cannot include '#'")),
                b'!' | b':' | b'}' | b'=' | b'<' | b'>' if brackets.is_empty() => {
                    let operator = self.literal.body.get(self.at + 1) == Some(&b'=')
                        && matches!(byte, b'!' | b'=' | b'<' | b'>');
                    if operator {
                        self.at += 2;
                        continue;
                    }
                    if !matches!(byte, b'<' | b'>') {
                        break;
                    }
                }
                b')' | b']' | b'}' => close(&mut brackets, byte)?,
                _ => {}
            }
            self.at += 1;
        }
        if quote.is_some() {
            return Err(message("f-string: unterminated string"));
        }
        match brackets.last() {
            Some(&bracket) => Err(message(&format!("f-string: unmatched '{}'", char::from(bracket)))),
            None => Ok(()),
        }
    }

    fn at_triple(&self, quote: u8) -> bool {
        self.literal.body[self.at..].starts_with(&[quote; 3])
    }

    /// The expression between two places of the body.
    fn expression(&mut self, start: usize, end: usize, context: &mut Context<'_>) -> Fallible<Expr> {
        let text = &self.literal.body[start..end];
        if text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')) {
            return Err(message("f-string: empty expression not allowed"));
        }
        let mut source = Vec::with_capacity(text.len() + 3);
        source.push(b'(');
        source.extend(text);
        source.extend(b")\n");
        let (lines, column) = self.place(start);
        let span = self.literal.token.span;
        let place = FieldPlace {
            first_line: (span.lineno + lines).saturating_sub(1),
            // The parenthesis put before the expression takes the place of the brace.
            first_column: (span.col_offset + column).saturating_sub(1),
            literal_column: span.col_offset,
        };
        context.fields.parse_field(source, place, context.options, context.escapes)
    }

    /// How many lines of the literal come before a place in the body, and its column as CPython 3.9
    /// counts it: from the literal's start, or from the newline before.
    fn place(&self, at: usize) -> (u32, u32) {
        let before = &self.literal.body[..at];
        let lines = before.iter().filter(|&&byte| byte == b'\n').count();
        let column = match before.iter().rposition(|&byte| byte == b'\n') {
            Some(newline) => at - newline,
            None => self.literal.body_start + at,
        };
        (lines as u32, column as u32)
    }
}

/// `conversion` where there is none.
const NO_CONVERSION: i32 = -1;

fn expecting_brace() -> LiteralError {
    message("f-string: expecting '}'")
}

/// Closes the innermost bracket.
fn close(brackets: &mut Vec<u8>, closing: u8) -> Fallible<()> {
    let Some(opening) = brackets.pop() else {
        return Err(message(&format!("f-string: unmatched '{}'", char::from(closing))));
    };
    match (opening, closing) {
        (b'(', b')') | (b'[', b']') | (b'{', b'}') => Ok(()),
        _ => Err(message(&format!(
            "f-string: closing parenthesis '{}' does not match opening parenthesis '{}'",
            char::from(closing),
            char::from(opening)
        ))),
    }
}
