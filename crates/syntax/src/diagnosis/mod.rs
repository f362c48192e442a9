//! Why a source is rejected.

use crate::failure::{ExceptionClass, SyntaxFailure};
use crate::options::{Mode, Options};
use crate::parser::Rejected;
use crate::source::Source;
use crate::tokenizer::TokenizerOptions;

pub(crate) fn explain(
    _: &Source<'_>,
    _: Mode,
    _: &Options<'_>,
    _: TokenizerOptions,
) -> Result<(), SyntaxFailure> {
    Ok(())
}

pub(crate) fn check_single_statement(
    _: &Source<'_>,
    _: TokenizerOptions,
    _: usize,
) -> Result<(), SyntaxFailure> {
    Ok(())
}

/// The failure of a source that the grammar accepts all the same.
pub(crate) fn unexplained(reason: Rejected) -> SyntaxFailure {
    match reason {
        Rejected::TooLong => SyntaxFailure::new(
            ExceptionClass::RecursionError,
            "maximum recursion depth exceeded during compilation",
            None,
        ),
        _ => SyntaxFailure::new(ExceptionClass::SyntaxError, "invalid syntax", None),
    }
}
