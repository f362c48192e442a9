//! `pow` for ints, with and without a modulus.

use dashu_int::fast_div::ConstDivisor;

use super::digits;
use super::storage::ROOM_FOR_DIGIT;
use super::{Int, arithmetic};
use crate::memory::expect_room;
use crate::prelude::*;

/// Beyond this many bits a power does not fit any memory.
const MOST_BITS: u64 = 1 << 35;

/// `base ** exponent`, for an exponent that is not negative.
pub fn power(base: &Int, exponent: &Int) -> Result<Ref<Int>> {
    debug_assert!(!exponent.is_negative());
    if exponent.is_zero() {
        return Ok(Int::one());
    }
    match base.to_medium() {
        Some(0 | 1) => return base.to_exact(),
        Some(-1) => return Ok(Int::new(if exponent.is_odd() { -1 } else { 1 })),
        Some(base) => {
            if let Some(exponent) = exponent.to_medium().and_then(|exponent| u32::try_from(exponent).ok())
                && let Some(power) = base.checked_pow(exponent)
            {
                return Ok(Int::new(power));
            }
        }
        None => {}
    }
    let negative = base.is_negative() && exponent.is_odd();
    let bits = exponent.to_u64().and_then(|exponent| exponent.checked_mul(base.bit_length() - 1));
    match (bits, exponent.to_u64()) {
        (Some(bits @ ..MOST_BITS), Some(exponent)) => {
            expect_room((bits as usize / digits::SHIFT as usize).saturating_mul(ROOM_FOR_DIGIT))?;
            let power = digits::to_ubig(base.digits()).pow(exponent as usize);
            Int::from_digits(&digits::from_ubig(&power), negative)
        }
        _ => Err(raise!(MemoryError)),
    }
}

/// `pow(base, exponent, modulus)`: the result has the modulus' sign. A negative exponent takes the inverse.
pub fn power_modulo(base: &Int, exponent: &Int, modulus: &Int) -> Result<Ref<Int>> {
    if modulus.is_zero() {
        bail!(ValueError, "pow() 3rd argument cannot be 0");
    }
    let result = match exponent.is_negative() {
        true => {
            let inverse = inverse(base, modulus)?;
            power_modulo_magnitude(&inverse, exponent.digits(), modulus.digits())?
        }
        false => power_modulo_magnitude(base, exponent.digits(), modulus.digits())?,
    };
    match modulus.is_negative() && !result.is_zero() {
        true => arithmetic::add(&result, modulus),
        false => Ok(result),
    }
}

/// The power modulo the magnitude of a modulus: not negative, below it.
fn power_modulo_magnitude(base: &Int, exponent: &[u32], modulus: &[u32]) -> Result<Ref<Int>> {
    if modulus == [1] {
        return Ok(Int::zero());
    }
    if let &[modulus] = modulus {
        return Ok(Int::new(power_modulo_digit(base, exponent, modulus) as i64));
    }
    let ring = ConstDivisor::new(digits::to_ubig(modulus));
    let power = ring.reduce(base.to_ibig()).pow(&digits::to_ubig(exponent));
    Int::from_digits(&digits::from_ubig(&power.residue()), false)
}

/// The same for a modulus of one digit, by squaring from the exponent's highest bit down.
fn power_modulo_digit(base: &Int, exponent: &[u32], modulus: u32) -> u64 {
    let wide = u64::from(modulus);
    let mut base_rest = u64::from(digits::remainder_by_digit(base.digits(), modulus));
    if base.is_negative() && base_rest != 0 {
        base_rest = wide - base_rest;
    }
    let mut power = 1;
    for &digit in exponent.iter().rev() {
        for bit in (0..digits::SHIFT).rev() {
            power = power * power % wide;
            if digit >> bit & 1 != 0 {
                power = power * base_rest % wide;
            }
        }
    }
    power
}

/// The inverse of `a` modulo `|modulus|`. `ValueError` where there is none.
pub fn inverse(a: &Int, modulus: &Int) -> Result<Ref<Int>> {
    let modulus = arithmetic::absolute(modulus)?;
    let (mut old_rest, mut rest) = (arithmetic::remainder(a, &modulus)?, Ref::clone(&modulus));
    let (mut old_factor, mut factor) = (Int::one(), Int::zero());
    while !rest.is_zero() {
        let (quotient, next) = arithmetic::divmod(&old_rest, &rest)?;
        let product = arithmetic::multiply(&quotient, &factor)?;
        let next_factor = arithmetic::subtract(&old_factor, &product)?;
        (old_rest, rest) = (rest, next);
        (old_factor, factor) = (factor, next_factor);
    }
    match old_rest.to_medium() {
        Some(1) => arithmetic::remainder(&old_factor, &modulus),
        _ => Err(raise!(ValueError, "base is not invertible for the given modulus")),
    }
}
