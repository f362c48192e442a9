//! Complex numbers from text and to text.

use super::Pair;
use crate::float::text::{parse as parse_float, shortest};
use crate::int::trim;

/// What `repr` gives.
pub fn repr(value: Pair) -> String {
    let imag = shortest(value.imag);
    if value.real == 0.0 && value.real.is_sign_positive() {
        return format!("{imag}j");
    }
    let sign = if imag.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imag}j)", shortest(value.real))
}

/// The number that ASCII text denotes, as `complex(text)` reads it.
pub fn parse(text: &[u8]) -> Option<Pair> {
    let text = trim(text);
    let text = match text {
        [b'(', inner @ .., b')'] => trim(inner),
        _ => text,
    };
    let (first, rest) = split_float(text);
    match (first, rest) {
        // Nothing but a sign in front of the unit.
        (_, b"j" | b"J") => Some(Pair::new(0.0, coefficient(first)?)),
        (_, []) => Some(Pair::new(parse_float(first)?, 0.0)),
        _ => {
            let (second, unit) = split_float(rest);
            let is_signed = matches!(second.first(), Some(b'+' | b'-'));
            (is_signed && matches!(unit, b"j" | b"J"))
                .then_some(Pair::new(parse_float(first)?, coefficient(second)?))
        }
    }
}

/// The factor of the imaginary unit: a bare sign is one.
fn coefficient(text: &[u8]) -> Option<f64> {
    match text {
        b"" | b"+" => Some(1.0),
        b"-" => Some(-1.0),
        _ => parse_float(text),
    }
}

/// The longest start that looks like a float with a sign, and the rest.
fn split_float(text: &[u8]) -> (&[u8], &[u8]) {
    let mut end = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let rest = text[end..].to_ascii_lowercase();
    for name in [&b"infinity"[..], b"inf", b"nan"] {
        if rest.starts_with(name) {
            return text.split_at(end + name.len());
        }
    }
    while let Some(&byte) = text.get(end) {
        match byte {
            b'0'..=b'9' | b'.' | b'_' => end += 1,
            b'e' | b'E' => {
                end += 1;
                end += usize::from(matches!(text.get(end), Some(b'+' | b'-')));
            }
            _ => break,
        }
    }
    text.split_at(end)
}
