//! Sum, product, quotient of ints: machine arithmetic while both fit in two digits, digits beyond.

use std::cmp::Ordering;

use super::digits;
use super::storage::ROOM_FOR_DIGIT;
use super::{Int, IntBuilder};
use crate::memory::expect_room;
use crate::prelude::*;

/// `a + b`.
#[inline]
pub fn add(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (Some(a), Some(b)) => Ok(Int::new(a + b)),
        _ => add_large(a, b.digits(), b.is_negative()),
    }
}

/// `a - b`.
#[inline]
pub fn subtract(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (Some(a), Some(b)) => Ok(Int::new(a - b)),
        _ => add_large(a, b.digits(), !b.is_negative()),
    }
}

/// `a * b`.
#[inline]
pub fn multiply(a: &Int, b: &Int) -> Result<Ref<Int>> {
    if let (Some(x), Some(y)) = (a.to_medium(), b.to_medium()) {
        return match x.checked_mul(y) {
            Some(product) => Ok(Int::new(product)),
            None => Ok(Int::from_i128(i128::from(x) * i128::from(y))),
        };
    }
    multiply_large(a, b)
}

/// `a // b` and `a % b`, rounded to negative infinity. `ZeroDivisionError`.
#[inline]
pub fn divmod(a: &Int, b: &Int) -> Result<(Ref<Int>, Ref<Int>)> {
    match (a.to_medium(), b.to_medium()) {
        (_, Some(0)) => Err(zero_division()),
        (Some(a), Some(b)) => Ok((Int::new(floor_quotient(a, b)), Int::new(floor_remainder(a, b)))),
        _ => divmod_large(a, b),
    }
}

/// `a // b`.
#[inline]
pub fn floor_divide(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (_, Some(0)) => Err(zero_division()),
        (Some(a), Some(b)) => Ok(Int::new(floor_quotient(a, b))),
        _ => divmod_large(a, b).map(|(quotient, _)| quotient),
    }
}

/// `a % b`.
#[inline]
pub fn remainder(a: &Int, b: &Int) -> Result<Ref<Int>> {
    match (a.to_medium(), b.to_medium()) {
        (_, Some(0)) => Err(zero_division()),
        (Some(a), Some(b)) => Ok(Int::new(floor_remainder(a, b))),
        _ => remainder_large(a, b),
    }
}

/// `-a`.
#[inline]
pub fn negate(a: &Int) -> Result<Ref<Int>> {
    match a.to_medium() {
        Some(a) => Ok(Int::new(-a)),
        None => Int::from_digits(a.digits(), !a.is_negative()),
    }
}

/// `abs(a)`.
#[inline]
pub fn absolute(a: &Int) -> Result<Ref<Int>> {
    match a.is_negative() {
        true => negate(a),
        false => a.to_exact(),
    }
}

/// The quotient and the remainder of rounding `a / b` to the nearest integer, ties to even.
pub fn divmod_near(a: &Int, b: &Int) -> Result<(Ref<Int>, Ref<Int>)> {
    let (quotient, rest) = divmod(a, b)?;
    // The remainder has the divisor's sign, so rounding up takes the divisor away from it.
    let twice = add(&rest, &rest)?;
    let order = digits::compare(twice.digits(), b.digits());
    match order == Ordering::Greater || order == Ordering::Equal && quotient.is_odd() {
        true => Ok((add(&quotient, &Int::one())?, subtract(&rest, b)?)),
        false => Ok((quotient, rest)),
    }
}

/// The greatest common divisor, not negative.
pub fn gcd(a: &Int, b: &Int) -> Result<Ref<Int>> {
    if let (Some(a), Some(b)) = (a.to_medium(), b.to_medium()) {
        let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return Ok(Int::from_u64(a));
    }
    if a.is_zero() || b.is_zero() {
        return absolute(if a.is_zero() { b } else { a });
    }
    expect_room((a.digits().len() + b.digits().len()).saturating_mul(ROOM_FOR_DIGIT))?;
    let divisor = dashu_int::ops::Gcd::gcd(digits::to_ubig(a.digits()), digits::to_ubig(b.digits()));
    Int::from_digits(&digits::from_ubig(&divisor), false)
}

#[cold]
pub(super) fn zero_division() -> Raised {
    raise!(ZeroDivisionError, "integer division or modulo by zero")
}

#[inline(always)]
fn floor_quotient(a: i64, b: i64) -> i64 {
    let quotient = a / b;
    quotient - i64::from(a % b != 0 && (a < 0) != (b < 0))
}

#[inline(always)]
fn floor_remainder(a: i64, b: i64) -> i64 {
    let rest = a % b;
    if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
}

/// `a` plus a magnitude with a sign.
fn add_large(a: &Int, b: &[u32], b_negative: bool) -> Result<Ref<Int>> {
    let (a, negative) = (a.digits(), a.is_negative());
    if negative == b_negative {
        let mut sum = IntBuilder::new(a.len().max(b.len()) + 1)?;
        digits::add_into(sum.digits(), a, b);
        return Ok(sum.finish(negative));
    }
    let (larger, smaller, negative) = match digits::compare(a, b) {
        Ordering::Equal => return Ok(Int::zero()),
        Ordering::Greater => (a, b, negative),
        Ordering::Less => (b, a, b_negative),
    };
    let mut difference = IntBuilder::new(larger.len())?;
    digits::subtract_into(difference.digits(), larger, smaller);
    Ok(difference.finish(negative))
}

fn multiply_large(a: &Int, b: &Int) -> Result<Ref<Int>> {
    if a.is_zero() || b.is_zero() {
        return Ok(Int::zero());
    }
    let count = a.digits().len() + b.digits().len();
    let mut product = IntBuilder::new(count)?;
    expect_room(count.saturating_mul(ROOM_FOR_DIGIT))?;
    digits::multiply_into(product.digits(), a.digits(), b.digits());
    Ok(product.finish(a.is_negative() != b.is_negative()))
}

fn divmod_large(a: &Int, b: &Int) -> Result<(Ref<Int>, Ref<Int>)> {
    let (quotient, rest) = truncated(a, b)?;
    let rest = Int::from_digits(&rest, a.is_negative())?;
    let quotient = Int::from_digits(&quotient, a.is_negative() != b.is_negative())?;
    match !rest.is_zero() && rest.is_negative() != b.is_negative() {
        true => Ok((subtract(&quotient, &Int::one())?, add(&rest, b)?)),
        false => Ok((quotient, rest)),
    }
}

fn remainder_large(a: &Int, b: &Int) -> Result<Ref<Int>> {
    let rest = match b.digits() {
        &[digit] => Int::new(match a.is_negative() {
            true => -i64::from(digits::remainder_by_digit(a.digits(), digit)),
            false => i64::from(digits::remainder_by_digit(a.digits(), digit)),
        }),
        _ => Int::from_digits(&truncated(a, b)?.1, a.is_negative())?,
    };
    match !rest.is_zero() && rest.is_negative() != b.is_negative() {
        true => add(&rest, b),
        false => Ok(rest),
    }
}

/// Quotient and remainder of the magnitudes.
fn truncated(a: &Int, b: &Int) -> Result<(Vec<u32>, Vec<u32>)> {
    if b.is_zero() {
        return Err(zero_division());
    }
    expect_room(a.digits().len().saturating_mul(ROOM_FOR_DIGIT))?;
    Ok(digits::divide(a.digits(), b.digits()))
}
