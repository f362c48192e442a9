//! Numbers: their extent, and the errors in them.

use super::{Scanned, Tokenizer};
use crate::token::TokenKind;

impl Tokenizer<'_> {
    /// A number whose first digit has been read.
    pub(super) fn number(&mut self, first: u8, start: usize) -> Scanned {
        if first == b'0' {
            return self.number_after_zero(start);
        }
        let next = self.decimal_digits()?;
        self.after_integer(next, start)
    }

    fn number_after_zero(&mut self, start: usize) -> Scanned {
        let next = self.read();
        match next {
            Some(b'x' | b'X') => self.radix_number(16, "hexadecimal", start),
            Some(b'o' | b'O') => self.radix_number(8, "octal", start),
            Some(b'b' | b'B') => self.radix_number(2, "binary", start),
            _ => self.zeros(next, start),
        }
    }

    /// The digits of a number with a radix prefix, in groups that underscores may part.
    fn radix_number(&mut self, radix: u32, name: &str, start: usize) -> Scanned {
        let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| char::from(byte).is_digit(radix));
        let mut next = self.read();
        loop {
            if next == Some(b'_') {
                next = self.read();
            }
            if !is_digit(next) {
                self.unread(next);
                if radix < 10
                    && let Some(digit @ b'0'..=b'9') = next
                {
                    return self.invalid_digit(digit, name);
                }
                return self.fail(format!("invalid {name} literal"));
            }
            while is_digit(next) {
                next = self.read();
            }
            if next != Some(b'_') {
                break;
            }
        }
        if radix < 10
            && let Some(digit @ b'0'..=b'9') = next
        {
            return self.invalid_digit(digit, name);
        }
        self.finish(next, start)
    }

    fn invalid_digit(&self, digit: u8, name: &str) -> Scanned {
        self.fail(format!("invalid digit '{}' in {name} literal", char::from(digit)))
    }

    /// What may follow an initial zero: more zeros, or the rest of a float.
    fn zeros(&mut self, mut next: Option<u8>, start: usize) -> Scanned {
        loop {
            if next == Some(b'_') {
                next = self.read();
                if !next.is_some_and(|byte| byte.is_ascii_digit()) {
                    self.unread(next);
                    return self.fail("invalid decimal literal");
                }
            }
            if next != Some(b'0') {
                break;
            }
            next = self.read();
        }
        let nonzero = next.is_some_and(|byte| byte.is_ascii_digit());
        if nonzero {
            next = self.decimal_digits()?;
        }
        match next {
            Some(b'.' | b'e' | b'E' | b'j' | b'J') => self.after_integer(next, start),
            _ if nonzero => {
                self.unread(next);
                self.fail(
                    "leading zeros in decimal integer literals are not permitted; \
                     use an 0o prefix for octal integers",
                )
            }
            _ => self.finish(next, start),
        }
    }

    /// Reads digits that underscores may part, and the byte after them.
    fn decimal_digits(&mut self) -> Result<Option<u8>, super::TokenError> {
        loop {
            let mut next = self.read();
            while next.is_some_and(|byte| byte.is_ascii_digit()) {
                next = self.read();
            }
            if next != Some(b'_') {
                return Ok(next);
            }
            next = self.read();
            if !next.is_some_and(|byte| byte.is_ascii_digit()) {
                self.unread(next);
                return self.fail("invalid decimal literal");
            }
        }
    }

    fn after_integer(&mut self, next: Option<u8>, start: usize) -> Scanned {
        match next {
            Some(b'.') => {
                let next = self.read();
                self.fraction(next, start)
            }
            _ => self.exponent(next, start),
        }
    }

    /// What follows the point of a float, of which `next` has been read.
    pub(super) fn fraction(&mut self, mut next: Option<u8>, start: usize) -> Scanned {
        if next.is_some_and(|byte| byte.is_ascii_digit()) {
            next = self.decimal_digits()?;
        }
        self.exponent(next, start)
    }

    fn exponent(&mut self, next: Option<u8>, start: usize) -> Scanned {
        if !matches!(next, Some(b'e' | b'E')) {
            return self.imaginary(next, start);
        }
        let mut after = self.read();
        if matches!(after, Some(b'+' | b'-')) {
            after = self.read();
            if !after.is_some_and(|byte| byte.is_ascii_digit()) {
                self.unread(after);
                return self.fail("invalid decimal literal");
            }
        } else if !after.is_some_and(|byte| byte.is_ascii_digit()) {
            // No exponent at all: the letter begins the next token.
            self.unread(after);
            self.unread(next);
            return Ok(self.token(TokenKind::Number, start, self.cursor));
        }
        let next = self.decimal_digits()?;
        self.imaginary(next, start)
    }

    fn imaginary(&mut self, next: Option<u8>, start: usize) -> Scanned {
        if matches!(next, Some(b'j' | b'J')) {
            let next = self.read();
            return self.finish(next, start);
        }
        self.finish(next, start)
    }

    fn finish(&mut self, next: Option<u8>, start: usize) -> Scanned {
        self.unread(next);
        Ok(self.token(TokenKind::Number, start, self.cursor))
    }
}
