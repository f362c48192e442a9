//! The extent of string literals; what they mean is read later.

use super::{Scanned, TokenError, Tokenizer};
use crate::token::TokenKind;

impl Tokenizer<'_> {
    /// A string whose first quote has been read, and which starts, prefix included, at `start`.
    pub(super) fn string(&mut self, quote: u8, start: usize) -> Scanned {
        let first_lineno = self.lineno;
        let first_line_start = self.line_start;
        let triple = match (self.source.get(self.cursor), self.source.get(self.cursor + 1)) {
            (Some(&second), third) if second == quote => match third {
                Some(&third) if third == quote => {
                    self.cursor += 2;
                    true
                }
                _ => {
                    self.cursor += 1;
                    self.peek();
                    return Ok(self.token(TokenKind::String, start, self.cursor));
                }
            },
            _ => false,
        };
        let mut closing = 0;
        let quotes = if triple { 3 } else { 1 };
        while closing < quotes {
            let byte = self.read();
            match byte {
                None if triple => return self.fail_line(TokenError::EofInString),
                None => return self.fail_line(TokenError::EolInString),
                Some(b'\n') if !triple => return self.fail_line(TokenError::EolInString),
                Some(byte) if byte == quote => closing += 1,
                Some(byte) => {
                    closing = 0;
                    if byte == b'\\' {
                        self.read();
                    }
                }
            }
        }
        Ok(self.spanning_token(TokenKind::String, start, self.cursor, first_lineno, first_line_start))
    }
}
