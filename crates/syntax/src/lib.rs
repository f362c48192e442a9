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
mod stack;
mod strings;
mod token;
mod tokenizer;
mod warnings;

pub use failure::{EscapeWarning, ExceptionClass, Place, SyntaxFailure};
pub use legacy::missing_parentheses;
pub use options::{Decoded, Decoder, Mode, Options};
pub use parsed::Parsed;
pub use stack::StackLimit;

use parser::{Parser, Rejected};
use source::Source;
use strings::FieldPlace;
use tokenizer::TokenizerOptions;

/// Parses a source: bytes in any encoding, or UTF-8 where the options ignore the declaration.
pub fn parse(source: &[u8], mode: Mode, options: &Options<'_>) -> Result<Parsed, SyntaxFailure> {
    let source = source::decode(source, mode == Mode::Exec, options)?;
    let text = &source.text;
    let reading = reading(&source, mode, options);
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
    if mode == Mode::Single && !options.prompted {
        diagnosis::check_single_statement(&source, options, reading, taken)?;
    }
    let warnings = warnings::escape_warnings(&source, reading, &escapes);
    Ok(Parsed { module, warnings })
}

/// Whether the lines that a shell has read of a statement are only its beginning: where the parser would
/// ask for another line before it accepts or rejects them.
pub fn goes_on(lines: &[u8], options: &Options<'_>) -> bool {
    let options = Options { prompted: true, ..*options };
    let Ok(source) = source::decode(lines, false, &options) else { return false };
    diagnosis::reads_past_end(&source, &options, reading(&source, Mode::Single, &options))
}

fn reading(source: &Source<'_>, mode: Mode, options: &Options<'_>) -> TokenizerOptions {
    TokenizerOptions {
        type_comments: options.type_comments,
        async_hacks: options.feature_version < 7,
        single_input: mode == Mode::Single && !options.prompted,
        dont_imply_dedent: options.dont_imply_dedent,
        prompted: options.prompted,
        checked_lines: source.checked_lines,
        place: FieldPlace::default(),
    }
}
