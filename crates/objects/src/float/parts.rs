//! The parts of a float: fraction and exponent, its hash, its exact value.

use crate::int::{HASH_BITS, HASH_MODULUS, digits};
use crate::prelude::*;

/// `sys.hash_info.inf`.
pub const HASH_INFINITY: isize = 314_159;

/// A fraction in [0.5, 1) and an exponent: `value == fraction * 2**exponent`. Zeros, infinities and NaNs are
/// their own fractions, with exponent 0.
pub fn frexp(value: f64) -> (f64, i32) {
    const EXPONENT: u64 = 0x7ff << 52;
    let bits = value.to_bits();
    match (bits & EXPONENT) >> 52 {
        0x7ff => (value, 0),
        0 if value == 0.0 => (value, 0),
        0 => {
            let (fraction, exponent) = frexp(value * 18_014_398_509_481_984.0);
            (fraction, exponent - 54)
        }
        exponent => (f64::from_bits(bits & !EXPONENT | 1022 << 52), exponent as i32 - 1022),
    }
}

/// `value * 2**exponent`, rounded once.
pub fn ldexp(value: f64, exponent: i32) -> f64 {
    let power = |exponent: i32| f64::from_bits(((exponent + 1023) as u64) << 52);
    let (fraction, own) = frexp(value);
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    match exponent.saturating_add(own) {
        1025.. => f64::INFINITY.copysign(value),
        total @ -1021.. => fraction * 2.0 * power(total - 1),
        // The last step alone may round, into the subnormal numbers.
        total @ -1080.. => fraction * power(total + 100) * power(-100),
        _ => 0f64.copysign(value),
    }
}

/// The hash that all numbers share, see [`HASH_MODULUS`].
pub fn hash(value: f64) -> isize {
    if !value.is_finite() {
        return match value.is_nan() {
            true => 0,
            false => HASH_INFINITY * value.signum() as isize,
        };
    }
    let (fraction, exponent) = frexp(value.abs());
    // The fraction has 53 bits: as an integer it is below the modulus.
    let mantissa = (fraction * 9_007_199_254_740_992.0) as u64;
    let rotation = (exponent - 53).rem_euclid(HASH_BITS as i32) as u32;
    let hash = match rotation {
        0 => mantissa,
        _ => mantissa << rotation & HASH_MODULUS | mantissa >> (HASH_BITS - rotation),
    };
    let hash = if value < 0.0 { -(hash as isize) } else { hash as isize };
    if hash == -1 { -2 } else { hash }
}

/// The ratio of integers in lowest terms that a finite float is.
pub fn integer_ratio(value: f64) -> Result<(Ref<Int>, Ref<Int>)> {
    let (fraction, exponent) = frexp(value);
    let mantissa = (fraction.abs() * 9_007_199_254_740_992.0) as u64;
    let zeros = if mantissa == 0 { 0 } else { mantissa.trailing_zeros() as i32 };
    let exponent = if mantissa == 0 { 0 } else { exponent - 53 + zeros };
    let (small, count) = digits::from_u128((mantissa >> zeros).into());
    let one = [1];
    let scaled = |digits: &[u32], shift: i32| digits::shift_left(digits, shift.max(0) as u64);
    let numerator = Int::from_digits(&scaled(&small[..count], exponent), value < 0.0)?;
    let denominator = Int::from_digits(&scaled(&one, -exponent), false)?;
    Ok((numerator, denominator))
}
