//! Conversion between `int` and the machine's integers and floats, and dashu's big integers.

use std::cmp::Ordering;

use dashu_int::{IBig, Sign};

use super::digits::{self, MASK, SHIFT};
use super::{Int, IntBuilder};
use crate::prelude::*;

/// The modulus of numeric hashes, a Mersenne prime: `sys.hash_info.modulus` is `2**61 - 1`.
pub const HASH_BITS: u32 = 61;
pub const HASH_MODULUS: u64 = (1 << HASH_BITS) - 1;

impl Int {
    pub fn zero() -> Ref<Int> {
        Int::new(0)
    }

    pub fn one() -> Ref<Int> {
        Int::new(1)
    }

    #[inline]
    pub fn from_u64(value: u64) -> Ref<Int> {
        match i64::try_from(value) {
            Ok(value) => Int::new(value),
            Err(_) => Int::from_magnitude(value.into(), false),
        }
    }

    #[inline]
    pub fn from_usize(value: usize) -> Ref<Int> {
        Int::from_u64(value as u64)
    }

    #[inline]
    pub fn from_isize(value: isize) -> Ref<Int> {
        Int::new(value as i64)
    }

    pub fn from_i128(value: i128) -> Ref<Int> {
        Int::from_magnitude(value.unsigned_abs(), value < 0)
    }

    pub fn from_u128(value: u128) -> Ref<Int> {
        Int::from_magnitude(value, false)
    }

    /// An int of a big integer's value. Raises `MemoryError`.
    pub fn from_ibig(value: &IBig) -> Result<Ref<Int>> {
        let (sign, words) = value.as_sign_words();
        let mut builder = IntBuilder::new(digits::words_to_digits(words.len()))?;
        digits::from_words_into(builder.digits(), words);
        Ok(builder.finish(sign == Sign::Negative))
    }

    /// The integral part of a float, which is finite.
    pub fn from_integral_f64(value: f64) -> Result<Ref<Int>> {
        if value.abs() < 9e18 {
            return Ok(Int::new(value as i64));
        }
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7ff) - 1075;
        let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
        let (small, count) = digits::from_u128(mantissa.into());
        Int::from_digits(&digits::shift_left(&small[..count], exponent), value < 0.0)
    }

    /// -1, 0 or 1.
    #[inline(always)]
    pub fn sign(&self) -> i32 {
        self.size().signum() as i32
    }

    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        self.size() == 0
    }

    #[inline(always)]
    pub fn is_negative(&self) -> bool {
        self.size() < 0
    }

    #[inline(always)]
    pub fn is_odd(&self) -> bool {
        self.digits().first().is_some_and(|digit| digit & 1 != 0)
    }

    /// The bits of the magnitude.
    pub fn bit_length(&self) -> u64 {
        digits::bit_length(self.digits())
    }

    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        match self.to_medium() {
            Some(value) => Some(value),
            None => self.to_i128().and_then(|value| value.try_into().ok()),
        }
    }

    #[inline]
    pub fn to_isize(&self) -> Option<isize> {
        self.to_i64().map(|value| value as isize)
    }

    /// The number as a machine integer (`PyLong_AsSsize_t`); `OverflowError` where it does not fit.
    pub fn checked_isize(&self) -> Result<isize> {
        self.to_isize().ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C ssize_t"))
    }

    pub fn to_u64(&self) -> Option<u64> {
        match self.to_medium() {
            Some(value) => value.try_into().ok(),
            None => self.to_i128().and_then(|value| value.try_into().ok()),
        }
    }

    pub fn to_i128(&self) -> Option<i128> {
        let magnitude = digits::to_u128(self.digits())?;
        match self.is_negative() {
            true => 0i128.checked_sub_unsigned(magnitude),
            false => magnitude.try_into().ok(),
        }
    }

    /// The value modulo 2**64.
    pub fn low_u64(&self) -> u64 {
        let low = self.digits().iter().take(3).rev();
        let magnitude = low.fold(0u128, |value, &digit| value << SHIFT | u128::from(digit)) as u64;
        if self.is_negative() { magnitude.wrapping_neg() } else { magnitude }
    }

    pub fn to_ibig(&self) -> IBig {
        let sign = if self.is_negative() { Sign::Negative } else { Sign::Positive };
        IBig::from_parts(sign, digits::to_ubig(self.digits()))
    }

    /// The nearest float, ties to even. `OverflowError` beyond the largest.
    #[inline]
    pub fn to_f64(&self) -> Result<f64> {
        match self.to_medium() {
            Some(value) => Ok(value as f64),
            None => match self.to_f64_checked() {
                Some(value) => Ok(value),
                None => Err(raise!(OverflowError, "int too large to convert to float")),
            },
        }
    }

    /// The nearest float, ties to even; none beyond the largest.
    pub fn to_f64_checked(&self) -> Option<f64> {
        let (fraction, exponent) = self.to_fraction();
        // The fraction is in [0.5, 1), so the value is below 2**1024 just when the exponent is at most 1024.
        let value = match exponent {
            0..=1023 => fraction * f64::from_bits((exponent + 1023) << 52),
            1024 => fraction * 2.0 * f64::from_bits(2046 << 52),
            _ => return None,
        };
        Some(value)
    }

    /// `math.frexp` of the value, rounded to the nearest float, ties to even.
    pub fn to_fraction(&self) -> (f64, u64) {
        let length = self.bit_length();
        if length == 0 {
            return (0.0, 0);
        }
        let magnitude = top_bits(self.digits(), length);
        // The conversion rounds to even; the sticky bit has the lowest place.
        let mut fraction = magnitude as f64 / 18_446_744_073_709_551_616.0;
        let mut exponent = length;
        if fraction == 1.0 {
            fraction = 0.5;
            exponent += 1;
        }
        (if self.is_negative() { -fraction } else { fraction }, exponent)
    }

    /// Compares two ints.
    #[inline]
    pub fn compare_int(&self, other: &Int) -> Ordering {
        if let (Some(a), Some(b)) = (self.to_medium(), other.to_medium()) {
            return a.cmp(&b);
        }
        match self.size().cmp(&other.size()) {
            Ordering::Equal if self.is_negative() => digits::compare(other.digits(), self.digits()),
            Ordering::Equal => digits::compare(self.digits(), other.digits()),
            different => different,
        }
    }

    #[inline]
    pub fn equals(&self, other: &Int) -> bool {
        self.size() == other.size() && self.digits() == other.digits()
    }

    /// Compares with a float exactly; none for a NaN.
    pub fn compare_f64(&self, other: f64) -> Option<Ordering> {
        if other.is_nan() {
            return None;
        }
        if other.is_infinite() {
            return Some(if other > 0.0 { Ordering::Less } else { Ordering::Greater });
        }
        if let Some(value) = self.to_medium()
            && value.unsigned_abs() <= 1 << 53
        {
            return (value as f64).partial_cmp(&other);
        }
        let Some(rounded) = self.to_f64_checked() else {
            return Some(if self.is_negative() { Ordering::Less } else { Ordering::Greater });
        };
        match rounded.partial_cmp(&other) {
            // The float nearest to a large int is integral: compare what rounding took away.
            Some(Ordering::Equal) => Some(compare_exactly(self, rounded)),
            different => different,
        }
    }

    /// The numeric hash: the value modulo [`HASH_MODULUS`], with its sign; -2 for -1.
    #[inline]
    pub fn hash_value(&self) -> isize {
        if let Some(value) = self.to_medium() {
            return if value == -1 { -2 } else { value as isize };
        }
        let hash = hash_magnitude(self.digits()) as isize;
        let hash = if self.is_negative() { -hash } else { hash };
        if hash == -1 { -2 } else { hash }
    }
}

/// The 64 highest bits of a magnitude of `length` bits, the lowest of them standing for any that follow.
fn top_bits(digits: &[u32], length: u64) -> u64 {
    if length <= 64 {
        let value = digits::to_u128(digits).unwrap_or(0) as u64;
        return value << (64 - length);
    }
    let (top, lost) = digits::shift_right(digits, length - 64);
    digits::to_u128(&top).unwrap_or(0) as u64 | u64::from(lost)
}

fn compare_exactly(int: &Int, rounded: f64) -> Ordering {
    let bits = rounded.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1075;
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let (small, count) = digits::from_u128(mantissa.into());
    let magnitude = match exponent {
        0.. => digits::shift_left(&small[..count], exponent as u64),
        _ => digits::shift_right(&small[..count], exponent.unsigned_abs()).0,
    };
    match int.is_negative() {
        true => digits::compare(&magnitude, int.digits()),
        false => digits::compare(int.digits(), &magnitude),
    }
}

/// A magnitude modulo `2**61 - 1`: shifting by a digit rotates.
fn hash_magnitude(digits: &[u32]) -> u64 {
    digits.iter().rev().fold(0u64, |hash, &digit| {
        let rotated = hash << SHIFT & HASH_MODULUS | hash >> (HASH_BITS - SHIFT);
        let sum = rotated + u64::from(digit & MASK);
        if sum >= HASH_MODULUS { sum - HASH_MODULUS } else { sum }
    })
}

/// `int(x, base)`.
pub(super) fn from_arguments(x: Option<&Object>, base: Option<&Object>) -> Result<Ref<Int>> {
    let Some(x) = x else {
        return match base {
            Some(_) => Err(raise!(TypeError, "int() missing string argument")),
            None => Ok(Int::zero()),
        };
    };
    let Some(base) = base else { return x.int() };
    let base = base.as_isize_clip()?;
    let Some(base) = u32::try_from(base).ok().filter(|base| *base == 0 || super::BASES.contains(base)) else {
        bail!(ValueError, "int() base must be >= 2 and <= 36, or 0");
    };
    if let Some(text) = x.downcast::<Str>() {
        return Int::parse_str(text, base);
    }
    if let Some(bytes) = x.downcast::<Bytes>() {
        return Int::parse_bytes(bytes.as_bytes(), base);
    }
    if let Some(array) = x.downcast::<crate::bytearray::ByteArray>() {
        return Int::parse_bytes(&array.to_vec(), base);
    }
    Err(raise!(TypeError, "int() can't convert non-string with explicit base"))
}
