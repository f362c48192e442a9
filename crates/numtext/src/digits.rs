//! Widths, precisions and indices in formats.

use crate::error::FormatError;

/// The decimal number at `at`, digits of any script, and the place after it; `None` where there is none.
pub(crate) fn number(text: &[u32], at: usize) -> Result<(Option<usize>, usize), FormatError> {
    let mut end = at;
    let mut value: usize = 0;
    while let Some(digit) = text.get(end).and_then(|&code| unicode::to_decimal(code)) {
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(digit.into()))
            .filter(|&value| value <= isize::MAX as usize)
            .ok_or_else(|| FormatError::value("Too many decimal digits in format string"))?;
        end += 1;
    }
    Ok(((end > at).then_some(value), end))
}
