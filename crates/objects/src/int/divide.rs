//! True division: the float nearest to the quotient of two ints.

use super::Int;
use super::digits;
use crate::prelude::*;

/// Ints up to this are floats exactly.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// `a / b`, rounded once, ties to even. `ZeroDivisionError`, `OverflowError`.
#[inline]
pub fn true_divide(a: &Int, b: &Int) -> Result<f64> {
    if b.is_zero() {
        bail!(ZeroDivisionError, "division by zero");
    }
    if let (Some(a), Some(b)) = (a.to_medium(), b.to_medium())
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
    {
        return Ok(a as f64 / b as f64);
    }
    let negative = a.is_negative() != b.is_negative();
    match quotient(a.digits(), b.digits()) {
        Some(quotient) => Ok(if negative { -quotient } else { quotient }),
        None => Err(raise!(OverflowError, "integer division result too large for a float")),
    }
}

/// The lowest exponent of a bit of a float, and one below the highest.
const LEAST_EXPONENT: i64 = f64::MIN_EXP as i64 - f64::MANTISSA_DIGITS as i64;
const LIMIT: i64 = f64::MAX_EXP as i64;

/// The float nearest to the quotient of magnitudes; nothing beyond the largest.
fn quotient(a: &[u32], b: &[u32]) -> Option<f64> {
    if a.is_empty() {
        return Some(0.0);
    }
    // The quotient is in (2**(difference - 1), 2**(difference + 1)).
    let difference = digits::bit_length(a) as i64 - digits::bit_length(b) as i64;
    if difference > LIMIT {
        return None;
    }
    if difference < LEAST_EXPONENT - 1 {
        return Some(0.0);
    }
    // Three bits more than a float has room for, or down to two below the least exponent.
    let shift = (difference - 1).max(f64::MIN_EXP as i64 - 1) - i64::from(f64::MANTISSA_DIGITS) - 2;
    let (whole, inexact) = match shift {
        ..=0 => {
            let (whole, rest) = digits::divide(&digits::shift_left(a, shift.unsigned_abs()), b);
            (whole, !rest.is_empty())
        }
        _ => {
            let (shifted, lost) = digits::shift_right(a, shift as u64);
            let (whole, rest) = digits::divide(&shifted, b);
            (whole, lost || !rest.is_empty())
        }
    };
    let whole = digits::to_u128(&whole)? as u64 | u64::from(inexact);
    let value = scale(round_to_float(whole, shift), shift);
    value.is_finite().then_some(value)
}

/// Rounds `whole * 2**shift` to the bits that a float of its size has, ties to even.
fn round_to_float(whole: u64, shift: i64) -> u64 {
    let length = 64 - i64::from(whole.leading_zeros());
    // How many low bits a float of this magnitude has no place for.
    let extra = (length - i64::from(f64::MANTISSA_DIGITS)).max(LEAST_EXPONENT - shift);
    debug_assert!((1..64).contains(&extra));
    let half = 1u64 << (extra - 1);
    let low = whole & (2 * half - 1);
    let high = whole - low;
    match low > half || low == half && high & (2 * half) != 0 {
        true => high + 2 * half,
        false => high,
    }
}

/// `whole * 2**exponent`, exact unless it overflows.
fn scale(whole: u64, exponent: i64) -> f64 {
    // In two steps: one power of two alone may be out of range where the product is not.
    let power = |exponent: i64| 2f64.powi(exponent as i32);
    let half = exponent / 2;
    whole as f64 * power(half) * power(exponent - half)
}
