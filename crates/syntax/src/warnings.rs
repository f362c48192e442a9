//! Warnings of invalid escape sequences, as they are shown.

use crate::failure::{ByteOffset, EscapeWarning, Place};
use crate::source::Source;
use crate::strings::PendingEscape;
use crate::token::TokenKind;
use crate::tokenizer::{Tokenizer, TokenizerOptions};

/// The warnings for escapes that are in the order of the source.
pub(crate) fn escape_warnings(
    source: &Source<'_>,
    reading: TokenizerOptions,
    escapes: &[PendingEscape],
) -> Vec<EscapeWarning> {
    if escapes.is_empty() {
        return Vec::new();
    }
    let tokenizer = Tokenizer::new(&source.text, reading);
    let mut lines = Lines { tokenizer, last_literal: (0, 0), after_literal: false, ended: false };
    escapes.iter().map(|escape| escape_warning(source, escape, lines.around(escape))).collect()
}

fn escape_warning(source: &Source<'_>, escape: &PendingEscape, text: &[u8]) -> EscapeWarning {
    let relative =
        ByteOffset { offset: i64::from(escape.span.col_offset) + 1, in_characters: source.encoding_known };
    EscapeWarning {
        message: format!("invalid escape sequence \\{}", char::from(escape.character)),
        place: Place {
            lineno: escape.span.lineno,
            offset: relative.shown(text),
            text: Some(String::from_utf8_lossy(text).into_owned()),
            relative: Some(relative),
        },
    }
}

/// Reads the source once more, to what has been read of it when adjacent literals are joined: the
/// line or lines of the token after them.
struct Lines<'s> {
    tokenizer: Tokenizer<'s>,
    /// Where the last literal read starts.
    last_literal: (u32, u32),
    /// Whether that is the last token read.
    after_literal: bool,
    ended: bool,
}

impl<'s> Lines<'s> {
    fn around(&mut self, escape: &PendingEscape) -> &'s [u8] {
        let place = (escape.span.lineno, escape.span.col_offset);
        while !self.ended && (self.last_literal < place || self.after_literal) {
            self.advance();
        }
        self.tokenizer.buffer()
    }

    fn advance(&mut self) {
        let Ok(token) = self.tokenizer.next_token() else {
            self.ended = true;
            return;
        };
        self.ended = token.kind == TokenKind::EndMarker;
        self.after_literal = token.kind == TokenKind::String;
        if self.after_literal {
            self.last_literal = (token.span.lineno, token.span.col_offset);
        }
    }
}
