//! The tokenizer: decoded source in, one token at a time out.
//!
//! It reads line by line, as the error messages show: the text of an error is what has been read of the
//! line (or lines, within a token) at hand when it is raised.

mod name;
mod number;
mod operator;
mod string;

use crate::ast::Span;
use crate::options::Options;
use crate::source::first_not_utf8;
use crate::strings::FieldPlace;
use crate::token::{Token, TokenKind};

/// The deepest nesting of brackets.
const MAX_BRACKETS: usize = 200;
/// The deepest indentation, the outermost level included.
const MAX_INDENTS: usize = 100;
/// Columns to a tab stop.
const TAB_SIZE: u32 = 8;

/// What the tokenizer reads, and how.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TokenizerOptions {
    pub type_comments: bool,
    /// `async` and `await` are keywords only within `async def`, as before Python 3.7.
    pub async_hacks: bool,
    /// An interactive statement: the end of input ends the line and closes all blocks.
    pub single_input: bool,
    /// With `single_input`: the end of input closes no block.
    pub dont_imply_dedent: bool,
    /// A statement read line by line by a shell: an empty line ends its blocks.
    pub prompted: bool,
    /// How many lines, from the first, must be UTF-8.
    pub checked_lines: u32,
    /// For the expression of a replacement field, where it stands.
    pub place: FieldPlace,
}

impl TokenizerOptions {
    pub(crate) fn for_field(place: FieldPlace, options: &Options<'_>) -> TokenizerOptions {
        TokenizerOptions { async_hacks: options.feature_version < 7, place, ..TokenizerOptions::default() }
    }
}

/// Why there is no next token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenError {
    /// An error with its own place: the number of bytes from the line's start.
    Lexical {
        message: String,
        column: usize,
    },
    /// A name that is not UTF-8: the bytes of the name.
    Undecodable {
        start: usize,
        end: usize,
    },
    UnexpectedEof,
    EolInString,
    EofInString,
    /// A line of a script that is not UTF-8: its first wrong byte.
    NotUtf8 {
        byte: u8,
    },
    /// No outer block has the indentation.
    Unindent,
    InconsistentTabs,
    TooManyIndents,
    AfterContinuation,
}

/// A `# type: ignore` comment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeIgnoreComment {
    pub lineno: u32,
    pub tag_start: u32,
    pub tag_end: u32,
}

/// The indentation of a block: with tabs to the next stop, and with tabs as one column.
#[derive(Clone, Copy, PartialEq)]
struct Indentation {
    column: u32,
    alternate: u32,
}

/// How far into an `async def` the tokenizer is, where `async` is no keyword elsewhere.
#[derive(Default)]
struct AsyncDefinition {
    active: bool,
    indent: usize,
    seen_newline: bool,
}

/// The tokenizer and its state, parts of which error reports show.
pub(crate) struct Tokenizer<'s> {
    source: &'s [u8],
    options: TokenizerOptions,
    /// The next byte to read.
    pub cursor: usize,
    /// The start of the line that was being read when the current token began.
    pub buffer_start: usize,
    pub line_start: usize,
    /// Past the line's newline.
    pub line_end: usize,
    pub lineno: u32,
    /// Whether the end of the source has been read.
    pub at_eof: bool,
    /// Whether that was where a token would begin.
    pub ended_between_tokens: bool,
    /// The first wrong byte of a line that had to be UTF-8.
    not_utf8: Option<u8>,
    at_line_start: bool,
    in_token: bool,
    indents: Vec<Indentation>,
    /// Indents (positive) or dedents (negative) to give.
    pending_indents: i32,
    brackets: Vec<(u8, u32)>,
    async_definition: AsyncDefinition,
    /// Whether a single statement has begun, and so the end of input ends it.
    statement_begun: bool,
    pub type_ignores: Vec<TypeIgnoreComment>,
}

/// All tokens of a source. After an error stands a token that no rule of the grammar accepts.
pub(crate) fn tokens(source: &[u8], options: TokenizerOptions) -> (Vec<Token>, Vec<TypeIgnoreComment>) {
    let mut tokenizer = Tokenizer::new(source, options);
    let mut tokens = Vec::with_capacity(source.len() / 5 + 4);
    let mut ended = false;
    while !ended {
        let token = tokenizer
            .next_token()
            .unwrap_or_else(|_| tokenizer.token(TokenKind::Unknown, tokenizer.cursor, tokenizer.cursor));
        ended = matches!(token.kind, TokenKind::EndMarker)
            || token.kind == TokenKind::Unknown && token.start == token.end;
        tokens.push(token);
    }
    (tokens, tokenizer.type_ignores)
}

type Scanned = Result<Token, TokenError>;

impl<'s> Tokenizer<'s> {
    pub fn new(source: &'s [u8], options: TokenizerOptions) -> Tokenizer<'s> {
        Tokenizer {
            source,
            options,
            cursor: 0,
            buffer_start: 0,
            line_start: 0,
            line_end: 0,
            lineno: 0,
            at_eof: false,
            ended_between_tokens: false,
            not_utf8: None,
            at_line_start: true,
            in_token: false,
            indents: vec![Indentation { column: 0, alternate: 0 }],
            pending_indents: 0,
            brackets: Vec::new(),
            async_definition: AsyncDefinition::default(),
            statement_begun: false,
            type_ignores: Vec::new(),
        }
    }

    /// What has been read of the line or lines of the current token.
    pub fn buffer(&self) -> &'s [u8] {
        &self.source[self.buffer_start..self.line_end]
    }

    /// The next token. After an error or an end marker there is nothing of use.
    pub fn next_token(&mut self) -> Scanned {
        let token = self.scan();
        if let Some(byte) = self.not_utf8 {
            return Err(TokenError::NotUtf8 { byte });
        }
        let token = token?;
        if !self.options.single_input {
            return Ok(token);
        }
        if token.kind != TokenKind::EndMarker || !self.statement_begun {
            self.statement_begun = true;
            return Ok(token);
        }
        self.statement_begun = false;
        if self.indents.len() > 1 && !self.options.dont_imply_dedent {
            self.pending_indents = -(self.indents.len() as i32 - 1);
            self.indents.truncate(1);
        }
        Ok(Token { kind: TokenKind::Newline, ..token })
    }

    /// The next byte, or `None` at the end of the source.
    fn read(&mut self) -> Option<u8> {
        if self.cursor == self.line_end && !self.load_line() {
            return None;
        }
        let byte = self.source[self.cursor];
        self.cursor += 1;
        Some(byte)
    }

    /// Takes a byte back; the end of the source needs no taking back.
    fn unread(&mut self, byte: Option<u8>) {
        if byte.is_some() {
            self.cursor -= 1;
        }
    }

    /// The next byte, left in place.
    fn peek(&mut self) -> Option<u8> {
        let byte = self.read();
        self.unread(byte);
        byte
    }

    fn load_line(&mut self) -> bool {
        if self.at_eof || self.line_end == self.source.len() {
            self.ended_between_tokens |= !self.at_eof && !self.in_token;
            self.at_eof = true;
            return false;
        }
        if !self.in_token {
            self.buffer_start = self.cursor;
        }
        self.line_start = self.cursor;
        self.lineno += 1;
        let rest = &self.source[self.cursor..];
        self.line_end =
            self.cursor + rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        if self.lineno <= self.options.checked_lines {
            let line = &self.source[self.line_start..self.line_end];
            self.not_utf8 = self.not_utf8.or_else(|| first_not_utf8(line));
        }
        true
    }

    fn scan(&mut self) -> Scanned {
        loop {
            self.in_token = false;
            let blank_line = if self.at_line_start { self.read_indentation()? } else { false };
            if let Some(token) = self.pending_block_token() {
                return Ok(token);
            }
            if !blank_line {
                self.leave_async_definition();
            }
            if let Some(token) = self.scan_within_line(blank_line)? {
                return Ok(token);
            }
        }
    }

    /// Measures the indentation of a line, and whether the line is blank.
    fn read_indentation(&mut self) -> Result<bool, TokenError> {
        self.at_line_start = false;
        let mut indentation = Indentation { column: 0, alternate: 0 };
        let first = loop {
            let byte = self.read();
            match byte {
                Some(b' ') => {
                    indentation.column += 1;
                    indentation.alternate += 1;
                }
                Some(b'\t') => {
                    indentation.column = (indentation.column / TAB_SIZE + 1) * TAB_SIZE;
                    indentation.alternate += 1;
                }
                Some(b'\x0c') => indentation = Indentation { column: 0, alternate: 0 },
                _ => break byte,
            }
        };
        self.unread(first);
        // A line that only goes on in the next one says nothing of indentation.
        if matches!(first, Some(b'#' | b'\n' | b'\\')) {
            let ends_blocks = first == Some(b'\n') && self.cursor == self.line_start;
            if !self.options.prompted || first == Some(b'\\') || !ends_blocks && self.lineno > 1 {
                return Ok(true);
            }
            // A shell's first line is a statement of its own even where it is blank.
            indentation = Indentation { column: 0, alternate: 0 };
        }
        if self.brackets.is_empty() {
            self.compare_indentation(indentation)?;
        }
        Ok(false)
    }

    fn compare_indentation(&mut self, new: Indentation) -> Result<(), TokenError> {
        let current = *self.indents.last().expect("the outermost level is never left");
        if new.column == current.column {
            return match new.alternate == current.alternate {
                true => Ok(()),
                false => self.fail_line(TokenError::InconsistentTabs),
            };
        }
        if new.column > current.column {
            if self.indents.len() >= MAX_INDENTS {
                return self.fail_line(TokenError::TooManyIndents);
            }
            if new.alternate <= current.alternate {
                return self.fail_line(TokenError::InconsistentTabs);
            }
            self.pending_indents += 1;
            self.indents.push(new);
            return Ok(());
        }
        while self.indents.len() > 1 && new.column < self.indents[self.indents.len() - 1].column {
            self.pending_indents -= 1;
            self.indents.pop();
        }
        let outer = self.indents[self.indents.len() - 1];
        if new.column != outer.column {
            return self.fail_line(TokenError::Unindent);
        }
        if new.alternate != outer.alternate {
            return self.fail_line(TokenError::InconsistentTabs);
        }
        Ok(())
    }

    /// An error for which the whole line counts as read.
    fn fail_line<T>(&mut self, error: TokenError) -> Result<T, TokenError> {
        self.cursor = self.line_end;
        Err(error)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, TokenError> {
        Err(TokenError::Lexical { message: message.into(), column: self.cursor - self.line_start })
    }

    fn pending_block_token(&mut self) -> Option<Token> {
        let kind = match self.pending_indents {
            0 => return None,
            pending if pending < 0 => {
                self.pending_indents += 1;
                TokenKind::Dedent
            }
            _ => {
                self.pending_indents -= 1;
                TokenKind::Indent
            }
        };
        Some(self.token(kind, self.cursor, self.cursor))
    }

    /// The function's body ends where a line has at most the indentation of its `async def`. What comes
    /// next must not be the end of the line: a type comment alone in its line has no indentation.
    fn leave_async_definition(&mut self) {
        let definition = &self.async_definition;
        let ended = definition.active
            && self.brackets.is_empty()
            && definition.seen_newline
            && self.source.get(self.cursor) != Some(&b'\n')
            && self.indents.len() <= definition.indent;
        if ended {
            self.async_definition = AsyncDefinition::default();
        }
    }

    /// The next token of the line, or `None` where its end is passed over.
    fn scan_within_line(&mut self, blank_line: bool) -> Result<Option<Token>, TokenError> {
        loop {
            self.in_token = false;
            let mut byte = self.read();
            while let Some(b' ' | b'\t' | b'\x0c') = byte {
                byte = self.read();
            }
            self.in_token = true;
            let start = self.cursor - usize::from(byte.is_some());
            if byte == Some(b'#') {
                self.skip_comment(start);
                byte = self.read();
                if self.options.type_comments
                    && let Some(token) = self.type_comment(start, byte, blank_line)
                {
                    return Ok(token);
                }
            }
            let Some(first) = byte else {
                return Ok(Some(self.token(TokenKind::EndMarker, self.cursor, self.cursor)));
            };
            if first == b'\\' {
                self.continue_line()?;
                continue;
            }
            return self.scan_token(first, start, blank_line);
        }
    }

    fn continue_line(&mut self) -> Result<(), TokenError> {
        if self.read() != Some(b'\n') {
            return Err(TokenError::AfterContinuation);
        }
        let next = self.read();
        if next.is_none() {
            return self.fail_line(TokenError::UnexpectedEof);
        }
        self.unread(next);
        Ok(())
    }

    fn scan_token(&mut self, first: u8, start: usize, blank_line: bool) -> Result<Option<Token>, TokenError> {
        let token = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.name_or_prefixed_string(start)?,
            b'\n' => {
                self.at_line_start = true;
                if blank_line || !self.brackets.is_empty() {
                    return Ok(None);
                }
                if self.async_definition.active {
                    self.async_definition.seen_newline = true;
                }
                self.token(TokenKind::Newline, start, self.cursor - 1)
            }
            b'0'..=b'9' => self.number(first, start)?,
            b'.' => self.dot(start)?,
            b'\'' | b'"' => self.string(first, start)?,
            _ => self.operator(first, start)?,
        };
        Ok(Some(token))
    }

    /// A number, `...`, or the operator `.`.
    fn dot(&mut self, start: usize) -> Scanned {
        let second = self.read();
        if second.is_some_and(|byte| byte.is_ascii_digit()) {
            return self.fraction(second, start);
        }
        if second == Some(b'.') && self.read_if(b'.') {
            return Ok(self.token(TokenKind::Ellipsis, start, self.cursor));
        }
        self.unread(second);
        Ok(self.token(TokenKind::Dot, start, self.cursor))
    }

    fn read_if(&mut self, expected: u8) -> bool {
        let byte = self.read();
        if byte == Some(expected) {
            return true;
        }
        self.unread(byte);
        false
    }

    fn skip_comment(&mut self, start: usize) {
        let line = &self.source[start..self.line_end];
        self.cursor = start + line.iter().position(|&byte| byte == b'\n').unwrap_or(line.len());
    }

    /// Handles a comment before `after`, the byte at its end: `Some(Some)` is a type comment,
    /// `Some(None)` a line to pass over, `None` an ordinary comment.
    fn type_comment(&mut self, comment: usize, after: Option<u8>, blank_line: bool) -> Option<Option<Token>> {
        let end = self.cursor - usize::from(after.is_some());
        let start = comment + type_comment_prefix(&self.source[comment..end])?;
        let text = &self.source[start..end];
        let ignore = text
            .strip_prefix(b"ignore")
            .filter(|tag| !tag.first().is_some_and(|&byte| byte >= 0x80 || byte.is_ascii_alphanumeric()));
        let Some(tag) = ignore else {
            self.unread(after);
            return Some(Some(self.token(TokenKind::TypeComment, start, end)));
        };
        self.type_ignores.push(TypeIgnoreComment {
            lineno: self.lineno,
            tag_start: (end - tag.len()) as u32,
            tag_end: end as u32,
        });
        match blank_line {
            true => self.at_line_start = true,
            false => self.unread(after),
        }
        Some(None)
    }

    /// A token of the bytes from `start` to `end`, on the current line unless it is a string.
    fn token(&self, kind: TokenKind, start: usize, end: usize) -> Token {
        self.spanning_token(kind, start, end, self.lineno, self.line_start)
    }

    fn spanning_token(
        &self,
        kind: TokenKind,
        start: usize,
        end: usize,
        first_lineno: u32,
        first_line_start: usize,
    ) -> Token {
        let column = |at: usize, line_start: usize| {
            let shift = if self.lineno == 1 { self.options.place.first_column } else { 0 };
            (at.saturating_sub(line_start)) as u32 + shift
        };
        Token {
            kind,
            start: start as u32,
            end: end as u32,
            span: Span {
                lineno: first_lineno + self.options.place.first_line,
                col_offset: column(start, first_line_start),
                end_lineno: self.lineno + self.options.place.first_line,
                end_col_offset: column(end, self.line_start),
            },
        }
    }
}

/// The length of `# type: `, in which any number of blanks may stand for a space.
fn type_comment_prefix(comment: &[u8]) -> Option<usize> {
    let mut at = 0;
    for &expected in b"# type: " {
        if expected == b' ' {
            while let Some(b' ' | b'\t') = comment.get(at) {
                at += 1;
            }
        } else if comment.get(at) == Some(&expected) {
            at += 1;
        } else {
            return None;
        }
    }
    Some(at)
}
