//! Shifts and bitwise operations: ints as two's complement numbers of endless width.

use super::digits::{self, MASK, SHIFT};
use super::{Int, IntBuilder, arithmetic};
use crate::prelude::*;

/// `a << b`. `ValueError` for a negative count, `OverflowError` beyond all memory.
#[inline]
pub fn left_shift(a: &Int, b: &Int) -> Result<Ref<Int>> {
    if let (Some(value), Some(count @ 0..=31)) = (a.to_medium(), b.to_medium())
        && value.unsigned_abs() < 1 << 31
    {
        return Ok(Int::new(value << count));
    }
    let (words, bits) = match split_count(b)? {
        _ if a.is_zero() => return Ok(Int::zero()),
        Some(count) => count,
        None => bail!(OverflowError, "too many digits in integer"),
    };
    let mut result = IntBuilder::new(a.digits().len().saturating_add(words).saturating_add(1))?;
    digits::shift_left_into(result.digits(), a.digits(), words, bits);
    Ok(result.finish(a.is_negative()))
}

/// `a >> b`, rounded to negative infinity. `ValueError` for a negative count.
#[inline]
pub fn right_shift(a: &Int, b: &Int) -> Result<Ref<Int>> {
    if let (Some(value), Some(count @ 0..)) = (a.to_medium(), b.to_medium()) {
        return Ok(Int::new(value >> count.min(63)));
    }
    match split_count(b)? {
        Some((words, bits)) if words < a.digits().len() => shift_right_large(a, words, bits),
        _ => Ok(Int::new(if a.is_negative() { -1 } else { 0 })),
    }
}

fn shift_right_large(a: &Int, words: usize, bits: u32) -> Result<Ref<Int>> {
    let kept = &a.digits()[words..];
    let mut result = IntBuilder::new(kept.len())?;
    digits::shift_right_into(result.digits(), kept, bits);
    let result = result.finish(a.is_negative());
    let is_inexact =
        || a.digits()[..words].iter().any(|&digit| digit != 0) || kept[0] & ((1 << bits) - 1) != 0;
    match a.is_negative() && is_inexact() {
        true => arithmetic::subtract(&result, &Int::one()),
        false => Ok(result),
    }
}

/// A shift count in digits and bits; nothing where it is beyond all memory.
fn split_count(count: &Int) -> Result<Option<(usize, u32)>> {
    if count.is_negative() {
        bail!(ValueError, "negative shift count");
    }
    Ok(count.to_u64().map(|count| ((count / u64::from(SHIFT)) as usize, (count % u64::from(SHIFT)) as u32)))
}

/// `~a`.
#[inline]
pub fn invert(a: &Int) -> Result<Ref<Int>> {
    match a.to_medium() {
        Some(a) => Ok(Int::new(!a)),
        None => arithmetic::subtract(&Int::new(-1), a),
    }
}

/// `a & b`.
#[inline]
pub fn and(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (Some(a), Some(b)) => Ok(Int::new(a & b)),
        _ => bitwise(a, b, |a, b| a & b),
    }
}

/// `a | b`.
#[inline]
pub fn or(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (Some(a), Some(b)) => Ok(Int::new(a | b)),
        _ => bitwise(a, b, |a, b| a | b),
    }
}

/// `a ^ b`.
#[inline]
pub fn xor(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (Some(a), Some(b)) => Ok(Int::new(a ^ b)),
        _ => bitwise(a, b, |a, b| a ^ b),
    }
}

/// The digits of a number in two's complement, without end.
struct TwosComplement<'a> {
    digits: std::slice::Iter<'a, u32>,
    negative: bool,
    carry: u32,
}

impl<'a> TwosComplement<'a> {
    fn new(int: &'a Int) -> TwosComplement<'a> {
        TwosComplement { digits: int.digits().iter(), negative: int.is_negative(), carry: 1 }
    }

    #[inline(always)]
    fn next(&mut self) -> u32 {
        let digit = self.digits.next().copied().unwrap_or(0);
        if !self.negative {
            return digit;
        }
        let digit = (digit ^ MASK) + self.carry;
        self.carry = digit >> SHIFT;
        digit & MASK
    }
}

/// Combines the digits of both numbers; the result's sign is what the signs combine to.
fn bitwise(a: &Int, b: &Int, combine: impl Fn(u32, u32) -> u32) -> Result<Ref<Int>> {
    let sign = |int: &Int| if int.is_negative() { MASK } else { 0 };
    let negative = combine(sign(a), sign(b)) & MASK != 0;
    let count = a.digits().len().max(b.digits().len());
    let mut result = IntBuilder::new(count + 1)?;
    let (mut left, mut right) = (TwosComplement::new(a), TwosComplement::new(b));
    for digit in result.digits() {
        *digit = combine(left.next(), right.next()) & MASK;
    }
    if negative {
        negate_in_place(result.digits());
    }
    Ok(result.finish(negative))
}

/// From two's complement to the magnitude of a negative number.
fn negate_in_place(digits: &mut [u32]) {
    let mut carry = 1;
    for digit in digits {
        carry += *digit ^ MASK;
        *digit = carry & MASK;
        carry >>= SHIFT;
    }
}
