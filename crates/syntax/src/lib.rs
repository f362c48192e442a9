//! Source decoding, tokenizer, parser and abstract syntax tree of Python 3.9
//!
//! This crate knows of no object: a tree holds [`literals::Constant`]s, and a failure is a
//! plain description of the exception to raise.
//!
//! A source is parsed by a deterministic parser (`parser`) that only knows what is valid. What it
//! rejects is parsed once more, after the grammar as it is published (`diagnosis`), which finds
//! the error that CPython reports.

pub mod ast;
mod diagnosis;
mod failure;
mod identifier;
mod legacy;
mod numbers;
mod options;
mod parsed;
mod parser;
mod source;
mod strings;
mod token;
mod tokenizer;

pub use failure::{EscapeWarning, ExceptionClass, Place, SyntaxFailure};
pub use legacy::missing_parentheses;
pub use options::{Decoded, Decoder, Mode, Options};
pub use parsed::Parsed;

use parser::{Parser, Rejected};
use strings::{FieldPlace, PendingEscape};
use tokenizer::TokenizerOptions;

/// Parses a source: bytes in any encoding, or UTF-8 where the options ignore the declaration.
pub fn parse(source: &[u8], mode: Mode, options: &Options<'_>) -> Result<Parsed, SyntaxFailure> {
    let source = source::decode(source, mode == Mode::Exec, options)?;
    let text = &source.text;
    let reading = TokenizerOptions {
        type_comments: options.type_comments,
        async_hacks: options.feature_version < 7,
        single_input: mode == Mode::Single,
        dont_imply_dedent: options.dont_imply_dedent,
        place: FieldPlace::default(),
    };
    let (tokens, ignores) = tokenizer::tokens(text, reading);
    let attempt = |max_depth: u32| {
        let mut parser = Parser::new(text, &tokens, options, max_depth);
        let module = parser.parse(mode, &ignores)?;
        Ok((module, std::mem::take(&mut parser.escapes), parser.position))
    };
    let mut result = attempt(options.max_depth.saturating_sub(parser::LEVELS_AROUND));
    if let Err(reason @ (Rejected::Invalid | Rejected::TooDeep)) = result {
        diagnosis::explain(&source, mode, options, reading)?;
        if reason == Rejected::TooDeep {
            result = attempt(u32::MAX);
        }
    }
    let (module, escapes, taken) = result.map_err(diagnosis::unexplained)?;
    if mode == Mode::Single {
        diagnosis::check_single_statement(&source, options, reading, taken)?;
    }
    let warnings = escapes.iter().map(|escape| escape_warning(&source, escape)).collect();
    Ok(Parsed { module, warnings })
}

fn escape_warning(source: &source::Source<'_>, escape: &PendingEscape) -> EscapeWarning {
    let lines = source.text.split_inclusive(|&byte| byte == b'\n');
    let count = escape.span.end_lineno + 1 - escape.span.lineno;
    let lines: Vec<&[u8]> = lines.skip(escape.span.lineno as usize - 1).take(count as usize).collect();
    let text = lines.concat();
    let relative = failure::ByteOffset {
        offset: i64::from(escape.span.col_offset) + 1,
        in_characters: source.encoding_known,
    };
    EscapeWarning {
        message: format!("invalid escape sequence \\{}", char::from(escape.character)),
        place: Place {
            lineno: escape.span.lineno,
            offset: relative.shown(&text),
            text: Some(String::from_utf8_lossy(&text).into_owned()),
            relative: Some(relative),
        },
    }
}
