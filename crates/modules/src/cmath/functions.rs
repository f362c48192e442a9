//! The functions of a complex number, by formulas that are exact up to rounding near branch cuts and poles and
//! at the ends of what a float can hold (W. Kahan, "Branch cuts for complex elementary functions", 1987).

use std::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};

use objects::complex::{Failure, Pair};

use super::special::{self, value};
use system::mathematics;

pub type Outcome = Result<Pair, Failure>;

/// Beyond this the sum of two parts' magnitudes may overflow.
const LARGE: f64 = f64::MAX / 4.0;
/// The first power of a number beyond whose exponential is [`LARGE`].
const LOG_LARGE: f64 = 708.396_418_532_264_1;
/// The square root of [`LARGE`].
const SQRT_LARGE: f64 = 6.703_903_964_971_298e153;
/// The square root of the smallest normal float.
const SQRT_SMALLEST: f64 = 1.491_668_146_240_041_3e-154;
/// Two to this power makes normal floats of all others, and its root is a power of two as well but for one.
const SCALE_UP: i32 = 53;
const SCALE_DOWN: i32 = -27;

/// i times the number.
fn turned(z: Pair) -> Pair {
    Pair::new(-z.imag, z.real)
}

/// -i times the number.
fn turned_back(z: Pair) -> Pair {
    Pair::new(z.imag, -z.real)
}

fn is_large(z: Pair) -> bool {
    z.real.abs() > LARGE || z.imag.abs() > LARGE
}

/// The logarithm of twice the length, where the length itself may overflow.
fn log_of_double_length(z: Pair) -> f64 {
    (z.real / 2.0).hypot(z.imag / 2.0).ln() + LN_2 * 2.0
}

/// `scale` times a power of two.
fn scaled(number: f64, power: i32) -> f64 {
    number * 2_f64.powi(power)
}

/// A result, or that it overflows.
fn checked(real: f64, imag: f64) -> Outcome {
    match real.is_infinite() || imag.is_infinite() {
        true => Err(Failure::Range),
        false => Ok(Pair::new(real, imag)),
    }
}

/// Whether the real part is infinite, and the angle that the imaginary part is has a sine and a cosine that count.
fn is_infinite_at_an_angle(z: Pair) -> bool {
    z.real.is_infinite() && z.imag.is_finite() && z.imag != 0.0
}

/// The root of one more, or less, than the number.
fn root_of_sum(real: f64, imag: f64) -> Result<Pair, Failure> {
    sqrt(Pair::new(real, imag))
}

pub fn acos(z: Pair) -> Outcome {
    if let Some(special) = value(&special::ACOS, z) {
        return special;
    }
    if is_large(z) {
        let length = log_of_double_length(z);
        let imag = match z.real < 0.0 {
            true => -length.copysign(z.imag),
            false => length.copysign(-z.imag),
        };
        return Ok(Pair::new(z.imag.abs().atan2(z.real), imag));
    }
    let less = root_of_sum(1.0 - z.real, -z.imag)?;
    let more = root_of_sum(1.0 + z.real, z.imag)?;
    let real = 2.0 * less.real.atan2(more.real);
    Ok(Pair::new(real, mathematics::asinh(more.real * less.imag - more.imag * less.real)))
}

pub fn acosh(z: Pair) -> Outcome {
    if let Some(special) = value(&special::ACOSH, z) {
        return special;
    }
    if is_large(z) {
        return Ok(Pair::new(log_of_double_length(z), z.imag.atan2(z.real)));
    }
    let less = root_of_sum(z.real - 1.0, z.imag)?;
    let more = root_of_sum(z.real + 1.0, z.imag)?;
    let real = mathematics::asinh(less.real * more.real + less.imag * more.imag);
    Ok(Pair::new(real, 2.0 * less.imag.atan2(more.real)))
}

pub fn asin(z: Pair) -> Outcome {
    asinh(turned(z)).map(turned_back)
}

pub fn asinh(z: Pair) -> Outcome {
    if let Some(special) = value(&special::ASINH, z) {
        return special;
    }
    if is_large(z) {
        let length = log_of_double_length(z);
        let real = match z.imag >= 0.0 {
            true => length.copysign(z.real),
            false => -length.copysign(-z.real),
        };
        return Ok(Pair::new(real, z.imag.atan2(z.real.abs())));
    }
    let more = root_of_sum(1.0 + z.imag, -z.real)?;
    let less = root_of_sum(1.0 - z.imag, z.real)?;
    let real = mathematics::asinh(more.real * less.imag - less.real * more.imag);
    Ok(Pair::new(real, z.imag.atan2(more.real * less.real - more.imag * less.imag)))
}

pub fn atan(z: Pair) -> Outcome {
    atanh(turned(z)).map(turned_back)
}

pub fn atanh(z: Pair) -> Outcome {
    if let Some(special) = value(&special::ATANH, z) {
        return special;
    }
    // The function is odd.
    if z.real.is_sign_negative() {
        let mirrored = atanh(Pair::new(-z.real, -z.imag))?;
        return Ok(Pair::new(-mirrored.real, -mirrored.imag));
    }
    let height = z.imag.abs();
    if z.real > SQRT_LARGE || height > SQRT_LARGE {
        // Nearly the reciprocal, of which the length must not overflow.
        let half = (z.real / 2.0).hypot(z.imag / 2.0);
        return Ok(Pair::new(z.real / 4.0 / half / half, -FRAC_PI_2.copysign(-z.imag)));
    }
    if z.real == 1.0 && height < SQRT_SMALLEST {
        if height == 0.0 {
            return Err(Failure::Domain);
        }
        let real = -(height.sqrt() / height.hypot(2.0).sqrt()).ln();
        return Ok(Pair::new(real, (2.0_f64.atan2(-height) / 2.0).copysign(z.imag)));
    }
    let rest = 1.0 - z.real;
    let square = height * height;
    let real = (4.0 * z.real / (rest * rest + square)).ln_1p() / 4.0;
    let imag = -(-2.0 * z.imag).atan2(rest * (1.0 + z.real) - square) / 2.0;
    Ok(Pair::new(real, imag))
}

pub fn cos(z: Pair) -> Outcome {
    cosh(turned(z))
}

/// What the hyperbolic functions have in common: each part is a function of the real part times the cosine
/// or the sine of the imaginary one.
fn hyperbolic(z: Pair, of_real: fn(f64) -> f64, of_imag: fn(f64) -> f64) -> Outcome {
    let (cos, sin) = (z.imag.cos(), z.imag.sin());
    if z.real.abs() <= LOG_LARGE {
        return checked(cos * of_real(z.real), sin * of_imag(z.real));
    }
    // The exponential overflows sooner than its product with a sine.
    let less = z.real - 1.0_f64.copysign(z.real);
    checked(cos * of_real(less) * E, sin * of_imag(less) * E)
}

pub fn cosh(z: Pair) -> Outcome {
    if is_infinite_at_an_angle(z) {
        let real = f64::INFINITY.copysign(z.imag.cos());
        let imag = f64::INFINITY.copysign(z.imag.sin());
        return Ok(Pair::new(real, if z.real > 0.0 { imag } else { -imag }));
    }
    value(&special::COSH, z).unwrap_or_else(|| hyperbolic(z, f64::cosh, f64::sinh))
}

pub fn exp(z: Pair) -> Outcome {
    if is_infinite_at_an_angle(z) {
        let length = if z.real > 0.0 { f64::INFINITY } else { 0.0 };
        return Ok(Pair::new(length.copysign(z.imag.cos()), length.copysign(z.imag.sin())));
    }
    if let Some(special) = value(&special::EXP, z) {
        return special;
    }
    let (cos, sin) = (z.imag.cos(), z.imag.sin());
    if z.real > LOG_LARGE {
        let length = (z.real - 1.0).exp();
        return checked(length * cos * E, length * sin * E);
    }
    let length = z.real.exp();
    checked(length * cos, length * sin)
}

pub fn log(z: Pair) -> Outcome {
    if let Some(special) = value(&special::LOG, z) {
        return special;
    }
    let (width, height) = (z.real.abs(), z.imag.abs());
    let real = if width > LARGE || height > LARGE {
        (width / 2.0).hypot(height / 2.0).ln() + LN_2
    } else if width < f64::MIN_POSITIVE && height < f64::MIN_POSITIVE {
        if width == 0.0 && height == 0.0 {
            return Err(Failure::Domain);
        }
        let length = scaled(width, SCALE_UP).hypot(scaled(height, SCALE_UP));
        length.ln() - f64::from(SCALE_UP) * LN_2
    } else {
        match width.hypot(height) {
            // Near 1 the logarithm is small, and the length has lost the digits that count.
            0.71..=1.73 => {
                let (longer, shorter) = (width.max(height), width.min(height));
                ((longer - 1.0) * (longer + 1.0) + shorter * shorter).ln_1p() / 2.0
            }
            length => length.ln(),
        }
    };
    Ok(Pair::new(real, z.imag.atan2(z.real)))
}

pub fn log10(z: Pair) -> Outcome {
    log(z).map(|natural| Pair::new(natural.real / LN_10, natural.imag / LN_10))
}

pub fn sin(z: Pair) -> Outcome {
    sinh(turned(z)).map(turned_back)
}

pub fn sinh(z: Pair) -> Outcome {
    if is_infinite_at_an_angle(z) {
        let real = f64::INFINITY.copysign(z.imag.cos());
        let imag = f64::INFINITY.copysign(z.imag.sin());
        return Ok(Pair::new(if z.real > 0.0 { real } else { -real }, imag));
    }
    value(&special::SINH, z).unwrap_or_else(|| hyperbolic(z, f64::sinh, f64::cosh))
}

pub fn sqrt(z: Pair) -> Outcome {
    if let Some(special) = value(&special::SQRT, z) {
        return special;
    }
    if z.real == 0.0 && z.imag == 0.0 {
        return Ok(Pair::new(0.0, z.imag));
    }
    let (width, height) = (z.real.abs(), z.imag.abs());
    // The half of the length and the real part, without overflow or lost digits.
    let root = if width < f64::MIN_POSITIVE && height < f64::MIN_POSITIVE {
        let width = scaled(width, SCALE_UP);
        scaled((width + width.hypot(scaled(height, SCALE_UP))).sqrt(), SCALE_DOWN)
    } else {
        let width = width / 8.0;
        2.0 * (width + width.hypot(height / 8.0)).sqrt()
    };
    let other = height / (2.0 * root);
    Ok(match z.real >= 0.0 {
        true => Pair::new(root, other.copysign(z.imag)),
        false => Pair::new(other, root.copysign(z.imag)),
    })
}

pub fn tan(z: Pair) -> Outcome {
    tanh(turned(z)).map(turned_back)
}

pub fn tanh(z: Pair) -> Outcome {
    if is_infinite_at_an_angle(z) {
        let imag = 0.0_f64.copysign(2.0 * z.imag.sin() * z.imag.cos());
        return Ok(Pair::new(1.0_f64.copysign(z.real), imag));
    }
    if let Some(special) = value(&special::TANH, z) {
        return special;
    }
    if z.real.abs() > LOG_LARGE {
        let imag = 4.0 * z.imag.sin() * z.imag.cos() * (-2.0 * z.real.abs()).exp();
        return Ok(Pair::new(1.0_f64.copysign(z.real), imag));
    }
    let (hyperbolic, tangent) = (z.real.tanh(), z.imag.tan());
    let secant = 1.0 / z.real.cosh();
    let product = hyperbolic * tangent;
    let denominator = 1.0 + product * product;
    let real = hyperbolic * (1.0 + tangent * tangent) / denominator;
    Ok(Pair::new(real, tangent / denominator * secant * secant))
}

pub fn angle(z: Pair) -> f64 {
    z.imag.atan2(z.real)
}

pub fn polar(z: Pair) -> Result<(f64, f64), Failure> {
    Ok((z.modulus()?, angle(z)))
}

pub fn rect(length: f64, angle: f64) -> Outcome {
    if length.is_infinite() && angle.is_finite() && angle != 0.0 {
        let length = |part: f64| f64::INFINITY.copysign(part) * 1.0_f64.copysign(length);
        return Ok(Pair::new(length(angle.cos()), length(angle.sin())));
    }
    if let Some(special) = value(&special::RECT, Pair::new(length, angle)) {
        return special;
    }
    Ok(match angle == 0.0 {
        // The sign of a zero angle stays.
        true => Pair::new(length, length * angle),
        false => Pair::new(length * angle.cos(), length * angle.sin()),
    })
}
