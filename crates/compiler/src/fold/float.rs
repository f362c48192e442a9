//! Floating-point and complex arithmetic with Python's rounding and errors.

use literals::IBig;
use syntax::ast::Operator;

use super::arithmetic::bits;

type Complex = (f64, f64);

/// The nearest float, ties to even; `None` if out of range.
pub(super) fn from_integer(value: &IBig) -> Option<f64> {
    quotient(value, &IBig::ONE)
}

/// The float nearest to the exact quotient, ties to even; `None` if out of range or for division by zero.
pub(super) fn quotient(numerator: &IBig, denominator: &IBig) -> Option<f64> {
    if *denominator == IBig::ZERO {
        return None;
    }
    if *numerator == IBig::ZERO {
        return Some(if *denominator < IBig::ZERO { -0.0 } else { 0.0 });
    }
    let negative = (*numerator < IBig::ZERO) != (*denominator < IBig::ZERO);
    let (dividend, divisor) = (magnitude(numerator), magnitude(denominator));
    let estimate = bits(&dividend) as i64 - bits(&divisor) as i64;
    if estimate > 1025 {
        return None;
    }
    // The whole part of the quotient in units of `2 ** scale` has a few bits more than a float.
    let scale = estimate - QUOTIENT_BITS;
    let (dividend, divisor) = match usize::try_from(scale) {
        Ok(scale) => (dividend, divisor << scale),
        Err(_) => (dividend << scale.unsigned_abs() as usize, divisor),
    };
    let whole = u64::try_from(&dividend / &divisor).ok()?;
    let exact = dividend % divisor == IBig::ZERO;
    let surplus = (64 - i64::from(whole.leading_zeros()) - 53).max(SMALLEST_EXPONENT - scale);
    let value = scale_by_power(round_off(whole, surplus, exact) as f64, scale + surplus);
    value.is_finite().then_some(if negative { -value } else { value })
}

const QUOTIENT_BITS: i64 = 56;

/// The exponent of the smallest float's only bit.
const SMALLEST_EXPONENT: i64 = -1074;

fn magnitude(value: &IBig) -> IBig {
    if *value < IBig::ZERO { -value.clone() } else { value.clone() }
}

/// The number without its last bits, rounded to nearest, ties to even; if not `exact`, the true
/// number is a little greater.
fn round_off(number: u64, bits: i64, exact: bool) -> u64 {
    if bits > 63 {
        return 0;
    }
    let (kept, rest, half) = (number >> bits, number & ((1 << bits) - 1), 1u64 << (bits - 1));
    let up = rest > half || rest == half && (!exact || kept & 1 == 1);
    kept + u64::from(up)
}

/// `value * 2 ** exponent` in two steps, neither of which loses what the result can hold.
fn scale_by_power(value: f64, exponent: i64) -> f64 {
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    let half = exponent / 2;
    value * power(half) * power(exponent - half)
}

/// `(left // right, left % right)`; the divisor is not zero.
pub(super) fn floor_division(left: f64, right: f64) -> (f64, f64) {
    let mut remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder == 0.0 {
        remainder = 0f64.copysign(right);
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder += right;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(left / right), remainder);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, remainder)
}

pub(super) fn power(base: f64, exponent: f64) -> Option<f64> {
    if base == 0.0 && exponent < 0.0 {
        return None;
    }
    let result = base.powf(exponent);
    let overflow = result.is_infinite() && base.is_finite() && exponent.is_finite();
    (!overflow).then_some(result)
}

pub(super) fn complex_binary(op: Operator, left: Complex, right: Complex) -> Option<Complex> {
    match op {
        Operator::Add => Some((left.0 + right.0, left.1 + right.1)),
        Operator::Sub => Some((left.0 - right.0, left.1 - right.1)),
        Operator::Mult => Some(product(left, right)),
        Operator::Div => complex_quotient(left, right),
        Operator::Pow => complex_power(left, right),
        _ => None,
    }
}

fn product(left: Complex, right: Complex) -> Complex {
    (left.0 * right.0 - left.1 * right.1, left.0 * right.1 + left.1 * right.0)
}

/// Smith's method: scales by the larger part of the divisor.
fn complex_quotient(left: Complex, right: Complex) -> Option<Complex> {
    if right.0.abs() >= right.1.abs() {
        if right.0 == 0.0 {
            return None;
        }
        let ratio = right.1 / right.0;
        let scale = right.0 + right.1 * ratio;
        Some(((left.0 + left.1 * ratio) / scale, (left.1 - left.0 * ratio) / scale))
    } else if right.1.abs() >= right.0.abs() {
        let ratio = right.0 / right.1;
        let scale = right.0 * ratio + right.1;
        Some(((left.0 * ratio + left.1) / scale, (left.1 * ratio - left.0) / scale))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

/// The largest whole exponent for which a complex power is a product.
const MAX_WHOLE_EXPONENT: f64 = 100.0;

fn complex_power(base: Complex, exponent: Complex) -> Option<Complex> {
    let whole = exponent.1 == 0.0 && exponent.0.fract() == 0.0 && exponent.0.abs() <= MAX_WHOLE_EXPONENT;
    let result = match whole {
        true if exponent.0 > 0.0 => repeated_product(base, exponent.0 as u32),
        true => complex_quotient((1.0, 0.0), repeated_product(base, -exponent.0 as u32))?,
        false => polar_power(base, exponent)?,
    };
    (result.0.is_finite() && result.1.is_finite()).then_some(result)
}

fn repeated_product(base: Complex, mut exponent: u32) -> Complex {
    let (mut result, mut square) = ((1.0, 0.0), base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, square);
        }
        exponent >>= 1;
        square = product(square, square);
    }
    result
}

fn polar_power(base: Complex, exponent: Complex) -> Option<Complex> {
    if exponent == (0.0, 0.0) {
        return Some((1.0, 0.0));
    }
    if base == (0.0, 0.0) {
        return (exponent.1 == 0.0 && exponent.0 >= 0.0).then_some((0.0, 0.0));
    }
    let (absolute, angle) = (base.0.hypot(base.1), base.1.atan2(base.0));
    let mut length = absolute.powf(exponent.0);
    let mut phase = angle * exponent.0;
    if exponent.1 != 0.0 {
        length /= (angle * exponent.1).exp();
        phase += exponent.1 * absolute.ln();
    }
    Some((length * phase.cos(), length * phase.sin()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_to_nearest() {
        let divide = |left: i128, right: i128| quotient(&IBig::from(left), &IBig::from(right));
        assert_eq!(divide(1, 3), Some(1.0 / 3.0));
        assert_eq!(divide(-1, 123123123123), Some(-1.0 / 123123123123.0));
        assert_eq!(divide(-7, 2), Some(-3.5));
        assert_eq!(divide((1 << 53) + 1, 1), Some(9007199254740992.0));
        assert_eq!(divide((1 << 53) + 3, 1), Some(9007199254740996.0));
        assert_eq!(divide(1, 0), None);
        assert_eq!(quotient(&(IBig::ONE << 1024), &IBig::ONE), None);
        assert_eq!(quotient(&IBig::ONE, &(IBig::ONE << 1074)), Some(f64::from_bits(1)));
        assert_eq!(quotient(&IBig::ONE, &(IBig::ONE << 1075)), Some(0.0));
        assert_eq!(quotient(&IBig::from(3), &(IBig::ONE << 1075)), Some(f64::from_bits(2)));
    }

    #[test]
    fn floor_division_follows_the_divisor() {
        assert_eq!(floor_division(-7.0, 2.0), (-4.0, 1.0));
        assert_eq!(floor_division(7.0, -2.0), (-4.0, -1.0));
    }
}
