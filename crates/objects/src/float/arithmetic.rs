//! Arithmetic on floats where Python differs from the machine.

use crate::prelude::*;

/// The value of an operand of a float operation: a float or an int; nothing for anything else.
#[inline(always)]
pub fn operand(object: &Object) -> Result<Option<f64>> {
    if let Some(float) = object.downcast_exact::<Float>() {
        return Ok(Some(float.value()));
    }
    operand_slow(object)
}

fn operand_slow(object: &Object) -> Result<Option<f64>> {
    if let Some(int) = object.downcast::<Int>() {
        return int.to_f64().map(Some);
    }
    Ok(object.downcast::<Float>().map(Float::value))
}

/// `a / b`. `ZeroDivisionError`.
#[inline]
pub fn divide(a: f64, b: f64) -> Result<f64> {
    match b == 0.0 {
        true => Err(raise!(ZeroDivisionError, "float division by zero")),
        false => Ok(a / b),
    }
}

/// `a % b`, with the sign of `b`. `ZeroDivisionError`.
#[inline]
pub fn remainder(a: f64, b: f64) -> Result<f64> {
    if b == 0.0 {
        bail!(ZeroDivisionError, "float modulo");
    }
    Ok(divmod_finite(a, b).1)
}

/// `a // b`. `ZeroDivisionError`.
#[inline]
pub fn floor_divide(a: f64, b: f64) -> Result<f64> {
    if b == 0.0 {
        bail!(ZeroDivisionError, "float floor division by zero");
    }
    Ok(divmod_finite(a, b).0)
}

/// `divmod(a, b)`. `ZeroDivisionError`.
pub fn divmod(a: f64, b: f64) -> Result<(f64, f64)> {
    if b == 0.0 {
        bail!(ZeroDivisionError, "float divmod()");
    }
    Ok(divmod_finite(a, b))
}

/// Floor and remainder for a divisor that is not zero.
#[inline]
fn divmod_finite(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    // The remainder is exact; so is the difference, and the quotient nearly.
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(a / b), rest);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

/// A power of floats: a float, unless the result is complex.
pub enum Power {
    Real(f64),
    /// A negative base to a fractional exponent.
    Complex,
}

/// `base ** exponent`. `ZeroDivisionError`, `OverflowError`.
pub fn power(base: f64, exponent: f64) -> Result<Power> {
    let is_odd = || exponent.abs() % 2.0 == 1.0;
    if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
        bail!(ZeroDivisionError, "0.0 cannot be raised to a negative power");
    }
    let is_special = base == 0.0 || !base.is_finite() || !exponent.is_finite() || exponent == 0.0;
    if !is_special && base < 0.0 && exponent != exponent.floor() {
        return Ok(Power::Complex);
    }
    let magnitude = if is_special { base } else { base.abs() };
    let power = magnitude.powf(exponent);
    if is_special {
        return Ok(Power::Real(power));
    }
    if power.is_infinite() {
        return Err(out_of_range());
    }
    Ok(Power::Real(if base < 0.0 && is_odd() { -power } else { power }))
}

/// `OverflowError: (34, 'Numerical result out of range')`, as C's `ERANGE` reads.
#[cold]
pub fn out_of_range() -> Raised {
    match (34i32, "Numerical result out of range").into_object() {
        Ok(arguments) => raise::set_object(&exceptions::OverflowError, arguments),
        Err(raised) => raised,
    }
}

/// Rounds to the nearest integer, ties to even.
#[inline]
pub fn round_half_even(value: f64) -> f64 {
    value.round_ties_even()
}

/// Rounds to so many decimals, ties in the exact value to even. `OverflowError`.
pub fn round_to(value: f64, decimals: isize) -> Result<f64> {
    /// Beyond these no float has a digit.
    const MOST: isize = 323;
    const LEAST: isize = -308;
    if !value.is_finite() || decimals > MOST {
        return Ok(value);
    }
    if decimals < LEAST {
        return Ok(0.0 * value);
    }
    let rounded = match decimals {
        0.. => format!("{value:.*}", decimals as usize),
        _ => round_left_of_point(value, decimals.unsigned_abs()),
    };
    match rounded.parse() {
        Ok(rounded) if f64::is_finite(rounded) => Ok(rounded),
        _ => Err(raise!(OverflowError, "rounded value too large to represent")),
    }
}

/// The text of a value rounded to a multiple of a power of ten.
fn round_left_of_point(value: f64, places: usize) -> String {
    let scientific = format!("{value:e}");
    let exponent: isize =
        scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    match exponent - places as isize {
        digits @ 0.. => format!("{value:.*e}", digits as usize),
        // One digit more than the value has: up if it is more than half of the unit.
        -1 => {
            let is_above_half = format!("{:.17e}", value.abs())
                .split_once('e')
                .is_some_and(|(mantissa, _)| mantissa.parse::<f64>().is_ok_and(|mantissa| mantissa > 5.0));
            format!("{sign}{}e{places}", u8::from(is_above_half))
        }
        _ => format!("{sign}0"),
    }
}
