//! Names, keywords, and the prefixes of strings.

use super::{Scanned, TokenError, Tokenizer};
use crate::identifier;
use crate::token::{Token, TokenKind};

impl Tokenizer<'_> {
    pub(super) fn name_or_prefixed_string(&mut self, start: usize) -> Scanned {
        self.cursor = start;
        if let Some(quote) = self.string_prefix() {
            return self.string(quote, start);
        }
        self.cursor = start;
        let mut ascii = true;
        while let Some(&byte) = self.source.get(self.cursor) {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => {}
                0x80.. => ascii = false,
                _ => break,
            }
            self.cursor += 1;
        }
        // The byte after the name counts as read.
        self.peek();
        if !ascii {
            self.verify_identifier(start)?;
        }
        let kind = self.name_kind(start);
        Ok(self.token(kind, start, self.cursor))
    }

    /// Reads a string's prefix and its first quote, or nothing of use.
    fn string_prefix(&mut self) -> Option<u8> {
        let (mut bytes, mut unicode, mut raw, mut format) = (false, false, false, false);
        loop {
            let byte = *self.source.get(self.cursor)?;
            self.cursor += 1;
            match byte {
                b'b' | b'B' if !(bytes || unicode || format) => bytes = true,
                b'u' | b'U' if !(bytes || unicode || raw || format) => unicode = true,
                b'r' | b'R' if !(raw || unicode) => raw = true,
                b'f' | b'F' if !(format || bytes || unicode) => format = true,
                b'\'' | b'"' => return Some(byte),
                _ => return None,
            }
        }
    }

    fn name_kind(&mut self, start: usize) -> TokenKind {
        let name = &self.source[start..self.cursor];
        match name {
            b"async" | b"await" => self.async_kind(name == b"async"),
            _ => TokenKind::keyword(name).unwrap_or(TokenKind::Name),
        }
    }

    fn async_kind(&mut self, is_async: bool) -> TokenKind {
        let keyword = if is_async { TokenKind::Async } else { TokenKind::Await };
        if !self.options.async_hacks || self.async_definition.active {
            return keyword;
        }
        if is_async && self.followed_by_def() {
            self.async_definition.active = true;
            self.async_definition.indent = self.indents.len();
            return keyword;
        }
        TokenKind::Name
    }

    /// Whether `def` comes next on the line.
    fn followed_by_def(&self) -> bool {
        let rest = &self.source[self.cursor..self.line_end];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
        rest[blanks..].strip_prefix(b"def").is_some_and(|after| {
            !after.first().is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80)
        })
    }

    /// Checks that the characters from `start` make an identifier.
    fn verify_identifier(&mut self, start: usize) -> Result<(), TokenError> {
        let bytes = &self.source[start..self.cursor];
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(TokenError::Undecodable { start, end: self.cursor });
        };
        let Some((at, invalid)) = identifier::first_invalid(text) else {
            return Ok(());
        };
        self.cursor = start + at + invalid.len_utf8();
        let code = format!("{:04X}", u32::from(invalid));
        match identifier::is_printable(invalid) {
            true => self.fail(format!("invalid character '{invalid}' (U+{code})")),
            false => self.fail(format!("invalid non-printable character U+{code}")),
        }
    }

    pub(super) fn operator_token(&self, kind: TokenKind, start: usize) -> Token {
        self.token(kind, start, self.cursor)
    }
}
