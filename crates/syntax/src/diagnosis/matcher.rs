//! Matches the rules of the grammar against the tokens, reading as few tokens as CPython's parser does.

use super::grammar::{Alternative, Grammar, Item, PYTHON, RuleId};
use crate::ast::Span;
use crate::failure::{ByteOffset, ExceptionClass, Place, SyntaxFailure};
use crate::options::Options;
use crate::source::{Source, not_utf8_failure, utf8_error};
use crate::strings::PendingEscape;
use crate::token::{Token, TokenKind};
use crate::tokenizer::{TokenError, Tokenizer, TokenizerOptions};

/// The position after a match, or `None`; or what is wrong with the source.
pub(super) type Match = Result<Option<u32>, Box<SyntaxFailure>>;

/// No match, among the results kept.
const NO_MATCH: u32 = u32::MAX;

pub(super) struct Matcher<'s> {
    grammar: &'static Grammar,
    pub(super) source: &'s Source<'s>,
    pub(super) options: &'s Options<'s>,
    pub(super) reading: TokenizerOptions,
    /// The rule matched; where it is `fstring`, errors say so.
    start: &'static str,
    pub(super) tokenizer: Tokenizer<'s>,
    /// The tokens read so far.
    pub(super) tokens: Vec<Token>,
    /// The results of rules at each token.
    results: Vec<Vec<(RuleId, u32)>>,
    /// How many rules are being matched.
    level: u32,
    /// Whether rules that recognise errors are tried.
    explaining: bool,
    pub(super) escapes: Vec<PendingEscape>,
}

impl<'s> Matcher<'s> {
    pub(super) fn new(
        source: &'s Source<'s>,
        start: &'static str,
        options: &'s Options<'s>,
        reading: TokenizerOptions,
    ) -> Matcher<'s> {
        Matcher {
            grammar: &PYTHON,
            source,
            options,
            reading,
            start,
            tokenizer: Tokenizer::new(&source.text, reading),
            tokens: Vec::new(),
            results: Vec::new(),
            level: 0,
            explaining: false,
            escapes: Vec::new(),
        }
    }

    /// Whether the source matches; where it does not, why.
    pub(super) fn explain(&mut self) -> Result<(), Box<SyntaxFailure>> {
        let start = self.grammar.rule(self.start);
        if self.match_rule(start, 0)?.is_some() {
            return Ok(());
        }
        self.explaining = true;
        self.level = 0;
        self.results.iter_mut().for_each(Vec::clear);
        if self.match_rule(start, 0)?.is_some() {
            return Ok(());
        }
        Err(self.unexpected_token())
    }

    /// Reads so many tokens.
    pub(super) fn read_tokens(&mut self, count: usize) {
        while self.tokens.len() < count && self.read_token().is_ok() {}
    }

    fn match_rule(&mut self, id: RuleId, position: u32) -> Match {
        let rule = &self.grammar.rules[id as usize];
        if rule.invalid && !self.explaining {
            return Ok(None);
        }
        if rule.memo
            && let Some(results) = self.results.get(position as usize)
            && let Some(&(_, end)) = results.iter().find(|(kept, _)| *kept == id)
        {
            return Ok((end != NO_MATCH).then_some(end));
        }
        self.enter(rule.levels)?;
        let mut matched = None;
        for alternative in &rule.alternatives {
            let (end, cut) = self.match_alternative(alternative, position)?;
            matched = end;
            if matched.is_some() || cut {
                break;
            }
        }
        self.level -= rule.levels;
        if rule.memo {
            let at = position as usize;
            if self.results.len() <= at {
                self.results.resize_with(at + 1, Vec::new);
            }
            self.results[at].push((id, matched.unwrap_or(NO_MATCH)));
        }
        Ok(matched)
    }

    /// Goes so many levels deeper.
    fn enter(&mut self, levels: u32) -> Result<(), Box<SyntaxFailure>> {
        self.level += levels;
        match self.level > self.options.max_depth || self.options.stack.is_reached() {
            true => Err(Box::new(SyntaxFailure::too_deep())),
            false => Ok(()),
        }
    }

    /// The position after the alternative, and whether it rules out those after it.
    fn match_alternative(
        &mut self,
        alternative: &'static Alternative,
        start: u32,
    ) -> Result<(Option<u32>, bool), Box<SyntaxFailure>> {
        let mut position = start;
        let mut cut = false;
        let mut captured = (start, start);
        for (index, &item) in alternative.items.iter().enumerate() {
            if let Item::Cut = item {
                cut = true;
                continue;
            }
            let Some(end) = self.match_item(item, position)? else {
                return Ok((None, cut));
            };
            if alternative.captured == Some(index) {
                captured = (position, end);
            }
            position = end;
        }
        match &alternative.action {
            Some(action) if !self.act(action, start, captured)? => Ok((None, cut)),
            _ => Ok((Some(position), cut)),
        }
    }

    fn match_item(&mut self, item: Item, position: u32) -> Match {
        match item {
            Item::Token(kind) => self.match_token(kind, position),
            Item::Rule(rule) => self.match_rule(rule, position),
            Item::Optional(rule) => Ok(Some(self.match_rule(rule, position)?.unwrap_or(position))),
            Item::Repeated(rule, least) => self.match_repeated(rule, least, position),
            Item::Gathered(separator, rule) => self.match_gathered(separator, rule, position),
            Item::Lookahead(rule, expected) => {
                let found = self.match_rule(rule, position)?.is_some();
                Ok((found == expected).then_some(position))
            }
            Item::Cut => Ok(Some(position)),
        }
    }

    fn match_repeated(&mut self, rule: RuleId, least: u8, start: u32) -> Match {
        let levels = self.grammar.rules[rule as usize].levels.min(1);
        self.enter(levels)?;
        let mut position = start;
        let mut count = 0;
        while let Some(end) = self.match_rule(rule, position)? {
            count += 1;
            if end == position {
                break;
            }
            position = end;
        }
        self.level -= levels;
        Ok((count >= u32::from(least)).then_some(position))
    }

    fn match_gathered(&mut self, separator: TokenKind, rule: RuleId, start: u32) -> Match {
        // A list is one level, and its elements after the first are another.
        self.enter(1)?;
        let Some(mut position) = self.match_rule(rule, start)? else {
            self.level -= 1;
            return Ok(None);
        };
        self.enter(1)?;
        while let Some(after) = self.match_token(separator, position)? {
            let Some(end) = self.match_rule(rule, after)? else {
                break;
            };
            position = end;
        }
        self.level -= 2;
        Ok(Some(position))
    }

    fn match_token(&mut self, kind: TokenKind, position: u32) -> Match {
        if self.tokens.len() == position as usize {
            self.read_token()?;
        }
        Ok((self.tokens[position as usize].kind == kind).then_some(position + 1))
    }

    fn read_token(&mut self) -> Result<(), Box<SyntaxFailure>> {
        match self.tokenizer.next_token() {
            Ok(token) => {
                self.tokens.push(token);
                Ok(())
            }
            Err(error) => Err(self.token_failure(error)),
        }
    }

    fn token_failure(&self, error: TokenError) -> Box<SyntaxFailure> {
        use ExceptionClass::*;
        let tokenizer = &self.tokenizer;
        match error {
            TokenError::Lexical { message, column } => {
                let text = &self.source.text;
                let line = &text[tokenizer.line_start..tokenizer.line_end];
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let before = &text[tokenizer.line_start..tokenizer.line_start + column];
                let place = Place {
                    lineno: tokenizer.lineno,
                    offset: String::from_utf8_lossy(before).chars().count() as i64,
                    text: Some(String::from_utf8_lossy(line).into_owned()),
                    relative: None,
                };
                Box::new(SyntaxFailure::new(SyntaxError, message, Some(place)))
            }
            TokenError::Undecodable { start, end } => {
                let message = format!("(unicode error) {}", utf8_error(&self.source.text[start..end]));
                self.failure_at_cursor(SyntaxError, &message)
            }
            TokenError::NotUtf8 { byte } => {
                Box::new(not_utf8_failure(byte, tokenizer.lineno, self.options.script.unwrap_or_default()))
            }
            TokenError::UnexpectedEof => self.failure_at_cursor(SyntaxError, "unexpected EOF while parsing"),
            TokenError::EolInString => {
                self.failure_at_cursor(SyntaxError, "EOL while scanning string literal")
            }
            TokenError::EofInString => {
                self.failure_at_cursor(SyntaxError, "EOF while scanning triple-quoted string literal")
            }
            TokenError::Unindent => {
                let message = "unindent does not match any outer indentation level";
                self.failure_at_cursor(IndentationError, message)
            }
            TokenError::InconsistentTabs => {
                let message = "inconsistent use of tabs and spaces in indentation";
                self.failure_at(TabError, message, tokenizer.lineno, 1)
            }
            TokenError::TooManyIndents => {
                self.failure_at(IndentationError, "too many levels of indentation", tokenizer.lineno, 1)
            }
            TokenError::AfterContinuation => {
                self.failure_at_cursor(SyntaxError, "unexpected character after line continuation character")
            }
        }
    }

    /// The failure of a source that matches no rule, not even one that recognises an error.
    fn unexpected_token(&self) -> Box<SyntaxFailure> {
        if self.tokenizer.at_eof {
            return self.failure("unexpected EOF while parsing");
        }
        match self.tokens.last().map(|token| token.kind) {
            Some(TokenKind::Indent) => {
                self.failure_at_last_token(ExceptionClass::IndentationError, "unexpected indent")
            }
            Some(TokenKind::Dedent) => {
                self.failure_at_last_token(ExceptionClass::IndentationError, "unexpected unindent")
            }
            _ => self.failure("invalid syntax"),
        }
    }

    /// A syntax error at the last token read.
    pub(super) fn failure(&self, message: &str) -> Box<SyntaxFailure> {
        self.failure_at_last_token(ExceptionClass::SyntaxError, message)
    }

    pub(super) fn failure_at_last_token(&self, class: ExceptionClass, message: &str) -> Box<SyntaxFailure> {
        match self.tokens.last() {
            Some(token) if self.has_place(token) => self.failure_at_span(class, message, token.span),
            _ => self.failure_at_cursor(class, message),
        }
    }

    /// An error at the start of a token or node.
    pub(super) fn failure_at_span(
        &self,
        class: ExceptionClass,
        message: &str,
        span: Span,
    ) -> Box<SyntaxFailure> {
        let place = &self.reading.place;
        // On its first line, the expression of a replacement field has its own columns.
        let in_first_line = span.lineno == place.first_line + 1;
        let shift = if in_first_line { place.first_column - place.literal_column } else { 0 };
        self.failure_at(class, message, span.lineno, i64::from(span.col_offset) - i64::from(shift) + 1)
    }

    /// An error where the tokenizer stands.
    fn failure_at_cursor(&self, class: ExceptionClass, message: &str) -> Box<SyntaxFailure> {
        let lineno = self.tokenizer.lineno + self.reading.place.first_line;
        let offset = (self.tokenizer.cursor - self.tokenizer.buffer_start) as i64;
        self.failure_at(class, message, lineno, offset)
    }

    /// An error at a line and an offset in bytes, from 1; what is shown is the line being read.
    fn failure_at(
        &self,
        class: ExceptionClass,
        message: &str,
        lineno: u32,
        offset: i64,
    ) -> Box<SyntaxFailure> {
        let in_field = self.start == "fstring";
        let message = if in_field { format!("f-string: {message}") } else { message.to_owned() };
        let relative = ByteOffset {
            offset: offset - i64::from(self.reading.place.literal_column),
            in_characters: self.source.encoding_known,
        };
        let buffer = self.tokenizer.buffer();
        let shown = buffer.split(|&byte| byte == 0).next().unwrap_or(buffer);
        let mut text = String::from_utf8_lossy(shown).into_owned();
        let offset = relative.shown(buffer);
        let mut lineno = lineno;
        if self.options.script.is_some() && !in_field && self.tokenizer.at_eof {
            // At the end of a script CPython has gone on to the next line, and into its empty buffer.
            lineno += 1;
            if self.tokenizer.ended_between_tokens && !text.is_empty() {
                let first = text.chars().next().map_or(0, char::len_utf8);
                text.replace_range(..first, "\0");
            }
        }
        let place =
            Place { lineno, offset, text: Some(text), relative: (self.start == "file").then_some(relative) };
        Box::new(SyntaxFailure::new(class, message, Some(place)))
    }

    /// Whether CPython's tokenizer says where the token is.
    fn has_place(&self, token: &Token) -> bool {
        match token.kind {
            TokenKind::EndMarker | TokenKind::Indent | TokenKind::Dedent => false,
            // The end of an interactive statement may stand for its newline.
            TokenKind::Newline => (token.start as usize) < self.source.text.len(),
            _ => true,
        }
    }
}
