//! Functions of floats with errors as Python reports them.

use objects::prelude::*;
use system::mathematics;

#[cold]
pub fn domain_error() -> Raised {
    raise!(ValueError, "math domain error")
}

#[cold]
pub fn range_error() -> Raised {
    raise!(OverflowError, "math range error")
}

/// What an infinite result of a finite argument is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Infinite {
    /// The function grows beyond all floats.
    Overflow,
    /// The function has a pole there.
    Pole,
}

/// Applies a function, and tells errors from the result.
pub fn apply(x: f64, function: impl FnOnce(f64) -> f64, infinite: Infinite) -> Result<f64> {
    let result = function(x);
    if result.is_nan() && !x.is_nan() {
        return Err(domain_error());
    }
    if result.is_infinite() && x.is_finite() {
        return Err(match infinite {
            Infinite::Overflow => range_error(),
            Infinite::Pole => domain_error(),
        });
    }
    Ok(result)
}

/// The gamma function. It has no value at the integers up to 0.
pub fn gamma(x: f64) -> Result<f64> {
    if x == f64::NEG_INFINITY || x == 0.0 || x < 0.0 && x == x.floor() {
        return Err(domain_error());
    }
    if !x.is_finite() {
        return Ok(x);
    }
    let is_small_integer = x == x.floor() && x <= 23.0;
    let result = match is_small_integer {
        // Factorials of this size are floats exactly.
        true => (1..x as u32).fold(1.0, |product, factor| product * f64::from(factor)),
        false => mathematics::tgamma(x),
    };
    if result.is_infinite() { Err(range_error()) } else { Ok(result) }
}

/// The logarithm of the gamma function's absolute value.
pub fn log_gamma(x: f64) -> Result<f64> {
    if x.is_nan() {
        return Ok(x);
    }
    if x.is_infinite() {
        return Ok(f64::INFINITY);
    }
    if x <= 0.0 && x == x.floor() {
        return Err(domain_error());
    }
    let result = mathematics::lgamma(x);
    if result.is_infinite() { Err(range_error()) } else { Ok(result) }
}

/// `x ** y` by the rules of C, as floats alone.
pub fn power(x: f64, y: f64) -> Result<f64> {
    let result = x.powf(y);
    if x == 0.0 && y == f64::NEG_INFINITY {
        return Err(domain_error());
    }
    if x.is_finite() && y.is_finite() {
        if result.is_nan() || result.is_infinite() && x == 0.0 {
            return Err(domain_error());
        }
        if result.is_infinite() {
            return Err(range_error());
        }
    }
    Ok(result)
}

/// The remainder with the sign of `x`.
pub fn fmod(x: f64, y: f64) -> Result<f64> {
    let result = x % y;
    match result.is_nan() && !x.is_nan() && !y.is_nan() {
        true => Err(domain_error()),
        false => Ok(result),
    }
}

/// The remainder of the quotient rounded to the nearest integer.
pub fn nearest_remainder(x: f64, y: f64) -> Result<f64> {
    let result = mathematics::remainder(x, y);
    match result.is_nan() && !x.is_nan() && !y.is_nan() {
        true => Err(domain_error()),
        false => Ok(result),
    }
}

/// The length of a vector, scaled by its largest coordinate and summed with what additions round off.
pub fn norm(coordinates: &mut [f64]) -> f64 {
    let (mut largest, mut has_nan) = (0.0f64, false);
    for coordinate in coordinates.iter_mut() {
        *coordinate = coordinate.abs();
        has_nan |= coordinate.is_nan();
        if *coordinate > largest {
            largest = *coordinate;
        }
    }
    if largest.is_infinite() {
        return largest;
    }
    if has_nan {
        return f64::NAN;
    }
    if largest == 0.0 || coordinates.len() <= 1 {
        return largest;
    }
    let (mut sum, mut lost) = (1.0, 0.0);
    for coordinate in coordinates {
        let scaled = *coordinate / largest;
        let square = scaled * scaled;
        let before = sum;
        sum += square;
        lost += (before - sum) + square;
    }
    largest * (sum - 1.0 + lost).sqrt()
}

/// The logarithm of a number, an int of any size among them.
pub fn logarithm(x: &Object, function: fn(f64) -> f64) -> Result<f64> {
    let Some(int) = x.downcast::<Int>() else {
        let x = x.as_f64()?;
        return match x {
            _ if x.is_nan() || x == f64::INFINITY => Ok(x),
            _ if x > 0.0 => Ok(function(x)),
            _ => Err(domain_error()),
        };
    };
    if int.sign() <= 0 {
        return Err(domain_error());
    }
    match int.to_f64_checked() {
        Some(x) => Ok(function(x)),
        None => {
            let (fraction, exponent) = int.to_fraction();
            Ok(function(fraction) + function(2.0) * exponent as f64)
        }
    }
}

/// The sum of floats rounded once (Shewchuk's partial sums, which do not overlap).
pub struct ExactSum {
    partials: Vec<f64>,
    /// The sum of infinities and NaNs.
    special: f64,
    /// The sum of infinities alone: NaN where they are of both signs.
    infinities: f64,
}

impl ExactSum {
    pub fn new() -> ExactSum {
        ExactSum { partials: Vec::new(), special: 0.0, infinities: 0.0 }
    }

    pub fn add(&mut self, value: f64) -> Result<()> {
        let mut x = value;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let mut y = self.partials[index];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                self.partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.partials.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.partials.push(x);
            return Ok(());
        }
        if value.is_finite() {
            bail!(OverflowError, "intermediate overflow in fsum");
        }
        if value.is_infinite() {
            self.infinities += value;
        }
        self.special += value;
        self.partials.clear();
        Ok(())
    }

    pub fn total(&self) -> Result<f64> {
        if self.special != 0.0 {
            if self.infinities.is_nan() {
                bail!(ValueError, "-inf + inf in fsum");
            }
            return Ok(self.special);
        }
        let mut rest = self.partials.iter().rev().copied();
        let Some(mut high) = rest.next() else { return Ok(0.0) };
        let mut low = 0.0;
        for y in rest.by_ref() {
            let x = high;
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        // A tie is decided by what remains: half of the last place and more of the same sign rounds away.
        if let Some(next) = rest.next()
            && (low < 0.0 && next < 0.0 || low > 0.0 && next > 0.0)
        {
            let twice = low * 2.0;
            let x = high + twice;
            if twice == x - high {
                high = x;
            }
        }
        Ok(high)
    }
}
