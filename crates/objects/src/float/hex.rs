//! Floats as hexadecimal text, exactly.

use super::parts::ldexp;
use crate::prelude::*;

/// The hexadecimal digits behind the point: 52 bits.
const DIGITS: usize = 13;

/// What `float.hex` gives.
pub fn to_hex(value: f64) -> String {
    if !value.is_finite() {
        return super::text::repr(value);
    }
    let bits = value.to_bits();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let (exponent, mantissa) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    match (exponent, mantissa) {
        (0, 0) => format!("{sign}0x0.0p+0"),
        (0, _) => format!("{sign}0x0.{mantissa:0DIGITS$x}p-1022"),
        _ => format!("{sign}0x1.{mantissa:0DIGITS$x}p{:+}", exponent - 1023),
    }
}

/// Why text is no hexadecimal float.
pub enum Failure {
    Malformed,
    Overflow,
}

impl Failure {
    pub fn raise(self) -> Raised {
        match self {
            Failure::Malformed => raise!(ValueError, "invalid hexadecimal floating-point string"),
            Failure::Overflow => raise!(OverflowError, "hexadecimal value too large to represent as a float"),
        }
    }
}

/// Reads what `float.fromhex` takes, without the blanks around: an optional sign, `inf`, `nan`, or an optional `0x`, digits with an
/// optional point, and an optional exponent to base two.
pub fn from_hex(text: &[u8]) -> Result<f64, Failure> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = match text.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => f64::INFINITY,
        b"nan" => f64::NAN,
        [b'0', b'x', digits @ ..] => magnitude(digits)?,
        digits => magnitude(digits)?,
    };
    Ok(if negative { -magnitude } else { magnitude })
}

/// A magnitude in lower-case hexadecimal.
fn magnitude(text: &[u8]) -> Result<f64, Failure> {
    let (digits, exponent) = match text.iter().position(|&byte| byte == b'p') {
        Some(place) => (&text[..place], exponent(&text[place + 1..])?),
        None => (text, 0),
    };
    let (whole, fraction) = match digits.iter().position(|&byte| byte == b'.') {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &[][..]),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(Failure::Malformed);
    }
    // 64 bits of mantissa, the lowest of them standing for all that follow.
    let (mut mantissa, mut shift) = (0u64, -4 * fraction.len() as i64);
    for &byte in whole.iter().chain(fraction) {
        let value = char::from(byte).to_digit(16).ok_or(Failure::Malformed)?;
        match mantissa >> 60 {
            0 => mantissa = mantissa << 4 | u64::from(value),
            _ => {
                mantissa |= u64::from(value != 0);
                shift += 4;
            }
        }
    }
    scale(mantissa, shift.saturating_add(exponent))
}

/// An exponent, saturated: far beyond any float's it makes no difference.
fn exponent(text: &[u8]) -> Result<i64, Failure> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Failure::Malformed);
    }
    let value = digits.iter().fold(0i64, |value, byte| {
        value.saturating_mul(10).saturating_add(i64::from(byte - b'0')).min(i64::MAX / 4)
    });
    Ok(if negative { -value } else { value })
}

/// `mantissa * 2**exponent`, rounded once, ties to even.
fn scale(mantissa: u64, exponent: i64) -> Result<f64, Failure> {
    if mantissa == 0 {
        return Ok(0.0);
    }
    let length = 64 - i64::from(mantissa.leading_zeros());
    let top = length.saturating_add(exponent);
    if top > 1024 {
        return Err(Failure::Overflow);
    }
    if top < -1074 {
        return Ok(0.0);
    }
    // The bits that a float of this size has no place for.
    let extra = (length - 53).max(-1074 - exponent).max(0);
    if extra >= 64 {
        let is_above_half = length == 64 && extra == 64 && mantissa > 1 << 63;
        return Ok(if is_above_half { ldexp(1.0, -1074) } else { 0.0 });
    }
    let kept = mantissa >> extra;
    let rest = mantissa & ((1 << extra) - 1);
    let half = if extra == 0 { u64::MAX } else { 1 << (extra - 1) };
    let kept = kept + u64::from(rest > half || rest == half && kept & 1 != 0);
    let value = ldexp(kept as f64, (exponent + extra) as i32);
    if value.is_finite() { Ok(value) } else { Err(Failure::Overflow) }
}
