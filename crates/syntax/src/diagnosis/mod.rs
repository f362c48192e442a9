//! Why a source is rejected: it is matched once more, against the grammar as it is published.
//!
//! CPython's parser reads tokens as it goes and reports an error that it has no rule for at the last
//! one it has read. So the matcher tries the same rules in the same order, first without and then
//! with the rules that recognise errors, and gives the same answer. It makes no tree: the few rules
//! that need one have the parser make it.

mod actions;
mod grammar;
mod matcher;

use crate::ast::Expr;
use crate::failure::{ExceptionClass, SyntaxFailure};
use crate::options::{Mode, Options};
use crate::parser::Rejected;
use crate::source::Source;
use crate::strings::{FieldParser, FieldPlace, LiteralError, PendingEscape, Reject};
use crate::tokenizer::{Tokenizer, TokenizerOptions};
use crate::warnings::escape_warnings;
use matcher::Matcher;
use std::borrow::Cow;

/// Fails with the reason why a source is invalid, unless the grammar accepts it.
pub(crate) fn explain(
    source: &Source<'_>,
    mode: Mode,
    options: &Options<'_>,
    reading: TokenizerOptions,
) -> Result<(), SyntaxFailure> {
    let start = match mode {
        Mode::Exec => "file",
        Mode::Eval => "eval",
        Mode::Single => "interactive",
        Mode::FunctionType => "func_type",
    };
    let mut matcher = Matcher::new(source, start, options, reading);
    let explained = matcher.explain();
    let escapes = std::mem::take(&mut matcher.escapes);
    explained.map_err(|mut failure| {
        failure.warnings = escape_warnings(source, reading, &distinct(escapes));
        *failure
    })
}

/// Whether matching the beginning of an interactive statement takes more than there is.
pub(crate) fn reads_past_end(source: &Source<'_>, options: &Options<'_>, reading: TokenizerOptions) -> bool {
    let mut matcher = Matcher::new(source, "interactive", options, reading);
    let _ = matcher.explain();
    matcher.tokenizer.at_eof
}

/// The escapes in the order of the source: what several attempts came across counts once.
fn distinct(mut escapes: Vec<PendingEscape>) -> Vec<PendingEscape> {
    escapes.sort_by_key(|escape| (escape.span.lineno, escape.span.col_offset));
    let mut distinct: Vec<PendingEscape> = Vec::new();
    for escape in escapes {
        let known =
            distinct.iter().rev().take_while(|other| other.span == escape.span).any(|other| *other == escape);
        if !known {
            distinct.push(escape);
        }
    }
    distinct
}

/// Finds what is wrong with the expressions of f-strings.
struct FieldDiagnosis;

impl FieldParser for FieldDiagnosis {
    fn parse_field(
        &mut self,
        source: Vec<u8>,
        place: FieldPlace,
        options: &Options<'_>,
        escapes: &mut Vec<PendingEscape>,
    ) -> Result<Expr, LiteralError> {
        let field = Reject.parse_field(source.clone(), place, options, escapes);
        if field.is_ok() {
            return field;
        }
        let source = Source { text: Cow::Owned(source), encoding_known: false, checked_lines: 0 };
        let reading = TokenizerOptions::for_field(place, options);
        let mut matcher = Matcher::new(&source, "fstring", options, reading);
        match matcher.explain() {
            Ok(()) => field,
            Err(failure) => Err(LiteralError::FieldFailure(failure)),
        }
    }
}

/// Fails where an interactive statement, of so many tokens, is followed by anything but comments.
pub(crate) fn check_single_statement(
    source: &Source<'_>,
    options: &Options<'_>,
    reading: TokenizerOptions,
    taken: usize,
) -> Result<(), SyntaxFailure> {
    let mut tokenizer = Tokenizer::new(&source.text, reading);
    for _ in 0..taken {
        let _ = tokenizer.next_token();
    }
    let rest = &source.text[tokenizer.buffer_start..];
    let Some(newline) = rest.iter().position(|&byte| byte == b'\n') else {
        return Ok(());
    };
    let line = &rest[..newline];
    let continued = line.last() == Some(&b'\\') || line.contains(&b'\'') || line.contains(&b'"');
    let ended = rest[newline..].split(|&byte| byte == b'\n').all(|line| {
        let text = line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        matches!(text, None | Some(b'#'))
    });
    if continued || ended {
        return Ok(());
    }
    let mut matcher = Matcher::new(source, "interactive", options, reading);
    matcher.read_tokens(taken);
    Err(*matcher.failure("multiple statements found while compiling a single statement"))
}

/// The failure of a source that the grammar accepts all the same.
pub(crate) fn unexplained(reason: Rejected) -> SyntaxFailure {
    match reason {
        Rejected::TooLong => SyntaxFailure::new(
            ExceptionClass::RecursionError,
            "maximum recursion depth exceeded during compilation",
            None,
        ),
        Rejected::OutOfStack => SyntaxFailure::too_deep(),
        Rejected::Invalid | Rejected::TooDeep => {
            SyntaxFailure::new(ExceptionClass::SyntaxError, "invalid syntax", None)
        }
    }
}
