//! Operators and brackets.

use super::{MAX_BRACKETS, Scanned, Tokenizer};
use crate::token::TokenKind::{self, *};

impl Tokenizer<'_> {
    /// The longest operator that starts with `first`.
    pub(super) fn operator(&mut self, first: u8, start: usize) -> Scanned {
        let next = |tokenizer: &mut Self, byte: u8| tokenizer.read_if(byte);
        let kind = match first {
            b'(' | b'[' | b'{' => return self.open_bracket(first, start),
            b')' | b']' | b'}' => return self.close_bracket(first, start),
            b',' => Comma,
            b';' => Semicolon,
            b'~' => Tilde,
            b':' => self.extended(Colon, b'=', ColonEqual),
            b'+' => self.extended(Plus, b'=', PlusEqual),
            b'%' => self.extended(Percent, b'=', PercentEqual),
            b'&' => self.extended(Ampersand, b'=', AmpersandEqual),
            b'|' => self.extended(VerticalBar, b'=', VerticalBarEqual),
            b'^' => self.extended(Circumflex, b'=', CircumflexEqual),
            b'@' => self.extended(At, b'=', AtEqual),
            b'=' => self.extended(Equal, b'=', EqualEqual),
            b'!' => self.extended(Unknown, b'=', NotEqual),
            b'-' if next(self, b'>') => Arrow,
            b'-' => self.extended(Minus, b'=', MinusEqual),
            b'*' if next(self, b'*') => self.extended(DoubleStar, b'=', DoubleStarEqual),
            b'*' => self.extended(Star, b'=', StarEqual),
            b'/' if next(self, b'/') => self.extended(DoubleSlash, b'=', DoubleSlashEqual),
            b'/' => self.extended(Slash, b'=', SlashEqual),
            b'<' if next(self, b'<') => self.extended(LeftShift, b'=', LeftShiftEqual),
            b'<' if next(self, b'>') => NotEqual,
            b'<' => self.extended(Less, b'=', LessEqual),
            b'>' if next(self, b'>') => self.extended(RightShift, b'=', RightShiftEqual),
            b'>' => self.extended(Greater, b'=', GreaterEqual),
            _ => Unknown,
        };
        if self.cursor - start < 3 {
            // A longer operator was looked for.
            self.peek();
        }
        Ok(self.operator_token(kind, start))
    }

    fn extended(&mut self, short: TokenKind, next: u8, long: TokenKind) -> TokenKind {
        if self.read_if(next) { long } else { short }
    }

    fn open_bracket(&mut self, bracket: u8, start: usize) -> Scanned {
        if self.brackets.len() >= MAX_BRACKETS {
            return self.fail("too many nested parentheses");
        }
        self.brackets.push((bracket, self.lineno));
        self.peek();
        let kind = match bracket {
            b'(' => LeftParen,
            b'[' => LeftBracket,
            _ => LeftBrace,
        };
        Ok(self.operator_token(kind, start))
    }

    fn close_bracket(&mut self, bracket: u8, start: usize) -> Scanned {
        let closing = char::from(bracket);
        let Some((opening, lineno)) = self.brackets.pop() else {
            return self.fail(format!("unmatched '{closing}'"));
        };
        let (expected, kind) = match opening {
            b'(' => (b')', RightParen),
            b'[' => (b']', RightBracket),
            _ => (b'}', RightBrace),
        };
        if bracket != expected {
            let opening = char::from(opening);
            let place = if lineno == self.lineno { Default::default() } else { format!(" on line {lineno}") };
            return self.fail(format!(
                "closing parenthesis '{closing}' does not match opening parenthesis '{opening}'{place}"
            ));
        }
        self.peek();
        Ok(self.operator_token(kind, start))
    }
}
