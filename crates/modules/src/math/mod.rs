//! `math`: functions of real numbers, as the C standard defines them.

pub(crate) mod functions;
mod integers;

use objects::prelude::*;

pub use math::{DEFINITION, initialize};

/// This module provides access to the mathematical functions
/// defined by the C standard.
#[module(name = "math")]
pub mod math {
    use objects::float::parts;
    use objects::prelude::*;

    use super::functions::{self, ExactSum, Infinite, apply, range_error};
    use super::integers;
    use system::mathematics;

    #[constant]
    const pi: f64 = std::f64::consts::PI;
    #[constant]
    const e: f64 = std::f64::consts::E;
    #[constant]
    const tau: f64 = std::f64::consts::TAU;
    #[constant]
    const inf: f64 = f64::INFINITY;
    #[constant]
    const nan: f64 = f64::NAN;

    /// Return the arc cosine (measured in radians) of x.
    ///
    /// The result is between 0 and pi.
    #[function("(x, /)")]
    fn acos(x: f64) -> Result<f64> {
        apply(x, f64::acos, Infinite::Pole)
    }

    /// Return the inverse hyperbolic cosine of x.
    #[function("(x, /)")]
    fn acosh(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::acosh(x), Infinite::Pole)
    }

    /// Return the arc sine (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[function("(x, /)")]
    fn asin(x: f64) -> Result<f64> {
        apply(x, f64::asin, Infinite::Pole)
    }

    /// Return the inverse hyperbolic sine of x.
    #[function("(x, /)")]
    fn asinh(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::asinh(x), Infinite::Pole)
    }

    /// Return the arc tangent (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[function("(x, /)")]
    fn atan(x: f64) -> Result<f64> {
        apply(x, f64::atan, Infinite::Pole)
    }

    /// Return the inverse hyperbolic tangent of x.
    #[function("(x, /)")]
    fn atanh(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::atanh(x), Infinite::Pole)
    }

    /// Return the cosine of x (measured in radians).
    #[function("(x, /)")]
    fn cos(x: f64) -> Result<f64> {
        apply(x, f64::cos, Infinite::Pole)
    }

    /// Return the hyperbolic cosine of x.
    #[function("(x, /)")]
    fn cosh(x: f64) -> Result<f64> {
        apply(x, f64::cosh, Infinite::Overflow)
    }

    /// Error function at x.
    #[function("(x, /)")]
    fn erf(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::erf(x), Infinite::Pole)
    }

    /// Complementary error function at x.
    #[function("(x, /)")]
    fn erfc(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::erfc(x), Infinite::Pole)
    }

    /// Return e raised to the power of x.
    #[function("(x, /)")]
    fn exp(x: f64) -> Result<f64> {
        apply(x, f64::exp, Infinite::Overflow)
    }

    /// Return exp(x)-1.
    ///
    /// The result is accurate for small x, where exp(x) - 1 itself loses digits.
    #[function("(x, /)")]
    fn expm1(x: f64) -> Result<f64> {
        apply(x, f64::exp_m1, Infinite::Overflow)
    }

    /// Return the absolute value of the float x.
    #[function("(x, /)")]
    fn fabs(x: f64) -> Result<f64> {
        apply(x, f64::abs, Infinite::Pole)
    }

    /// Return the natural logarithm of 1+x (base e).
    ///
    /// The result is accurate for x near zero.
    #[function("(x, /)")]
    fn log1p(x: f64) -> Result<f64> {
        apply(x, f64::ln_1p, Infinite::Pole)
    }

    /// Return the sine of x (measured in radians).
    #[function("(x, /)")]
    fn sin(x: f64) -> Result<f64> {
        apply(x, f64::sin, Infinite::Pole)
    }

    /// Return the hyperbolic sine of x.
    #[function("(x, /)")]
    fn sinh(x: f64) -> Result<f64> {
        apply(x, f64::sinh, Infinite::Overflow)
    }

    /// Return the square root of x.
    #[function("(x, /)")]
    fn sqrt(x: f64) -> Result<f64> {
        apply(x, f64::sqrt, Infinite::Pole)
    }

    /// Return the tangent of x (measured in radians).
    #[function("(x, /)")]
    fn tan(x: f64) -> Result<f64> {
        apply(x, f64::tan, Infinite::Pole)
    }

    /// Return the hyperbolic tangent of x.
    #[function("(x, /)")]
    fn tanh(x: f64) -> Result<f64> {
        apply(x, f64::tanh, Infinite::Pole)
    }

    /// Gamma function at x.
    #[function("(x, /)")]
    fn gamma(x: f64) -> Result<f64> {
        functions::gamma(x)
    }

    /// Natural logarithm of absolute value of Gamma function at x.
    #[function("(x, /)")]
    fn lgamma(x: f64) -> Result<f64> {
        functions::log_gamma(x)
    }

    /// Return the arc tangent (measured in radians) of y/x.
    ///
    /// Unlike atan(y/x), the signs of both x and y are considered.
    #[function("(y, x, /)")]
    fn atan2(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }

    /// Return a float with the magnitude (absolute value) of x but the sign of y.
    ///
    /// Where zeros have signs, copysign(1.0, -0.0) is -1.0.
    #[function("(x, y, /)")]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }

    /// Return fmod(x, y), according to platform C.
    ///
    /// x % y may differ.
    #[function("(x, y, /)")]
    fn fmod(x: f64, y: f64) -> Result<f64> {
        functions::fmod(x, y)
    }

    /// Difference between x and the closest integer multiple of y.
    ///
    /// Return x - n*y where n*y is the closest integer multiple of y, for a tie the one with an even n.
    /// The result is exact.
    #[function("(x, y, /)")]
    fn remainder(x: f64, y: f64) -> Result<f64> {
        functions::nearest_remainder(x, y)
    }

    /// Return x**y (x to the power of y).
    #[function("(x, y, /)")]
    fn pow(x: f64, y: f64) -> Result<f64> {
        functions::power(x, y)
    }

    /// Return the next floating-point value after x towards y.
    #[function("(x, y, /)")]
    fn nextafter(x: f64, y: f64) -> f64 {
        mathematics::nextafter(x, y)
    }

    /// Return the value of the least significant bit of the float x.
    #[function("(x, /)")]
    fn ulp(x: f64) -> f64 {
        let x = x.abs();
        if !x.is_finite() {
            return x;
        }
        let above = mathematics::nextafter(x, f64::INFINITY);
        match above.is_infinite() {
            true => x - mathematics::nextafter(x, f64::NEG_INFINITY),
            false => above - x,
        }
    }

    /// Convert angle x from radians to degrees.
    #[function("(x, /)")]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / pi)
    }

    /// Convert angle x from degrees to radians.
    #[function("(x, /)")]
    fn radians(x: f64) -> f64 {
        x * (pi / 180.0)
    }

    /// Return True if x is neither an infinity nor a NaN, and False otherwise.
    #[function("(x, /)")]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    /// Return True if x is a positive or negative infinity, and False otherwise.
    #[function("(x, /)")]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    /// Return True if x is a NaN (not a number), and False otherwise.
    #[function("(x, /)")]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }

    /// Determine whether two floating point numbers are close in value.
    ///
    ///   rel_tol
    ///     the largest difference for "close", relative to the larger magnitude
    ///   abs_tol
    ///     the largest difference for "close", whatever the magnitudes
    ///
    /// One of the tolerances has to be kept. NaN is close to nothing, and infinities to themselves alone.
    #[function("(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: f64, b: f64, rel_tol: Option<f64>, abs_tol: f64) -> Result<bool> {
        let rel_tol = rel_tol.unwrap_or(1e-9);
        if rel_tol < 0.0 || abs_tol < 0.0 {
            bail!(ValueError, "tolerances must be non-negative");
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let difference = (b - a).abs();
        Ok(difference <= (rel_tol * b).abs() || difference <= (rel_tol * a).abs() || difference <= abs_tol)
    }

    /// Return the mantissa and exponent of x, as pair (m, e).
    ///
    /// m is a float and e is an int, such that x = m * 2.**e.
    /// If x is 0, m and e are both 0.  Else 0.5 <= abs(m) < 1.0.
    #[function("(x, /)")]
    fn frexp(x: f64) -> (f64, i32) {
        parts::frexp(x)
    }

    /// Return x * (2**i).
    ///
    /// This is essentially the inverse of frexp().
    #[function("(x, i, /)")]
    fn ldexp(x: f64, i: &Object) -> Result<f64> {
        let Some(exponent) = i.downcast::<Int>() else {
            bail!(TypeError, "Expected an int as second argument to ldexp.");
        };
        let limit = if exponent.is_negative() { i32::MIN } else { i32::MAX };
        let exponent = exponent.to_i64().and_then(|exponent| exponent.try_into().ok()).unwrap_or(limit);
        let result = parts::ldexp(x, exponent);
        if result.is_infinite() && x.is_finite() { Err(range_error()) } else { Ok(result) }
    }

    /// Return the fractional and integer parts of x.
    ///
    /// Both results carry the sign of x and are floats.
    #[function("(x, /)")]
    fn modf(x: f64) -> (f64, f64) {
        match x.is_infinite() {
            true => (0f64.copysign(x), x),
            false => (x.fract().copysign(x), x.trunc()),
        }
    }

    /// log(x, [base=math.e])
    /// Return the logarithm of x to the given base.
    ///
    /// Without a base, the natural logarithm (base e) of x.
    #[function("(*args)", no_text_signature)]
    fn log(args: &[&Object]) -> Result<Ref> {
        match args {
            [x] => functions::logarithm(x, f64::ln)?.into_object(),
            [x, base] => {
                let (x, base) = (functions::logarithm(x, f64::ln)?, functions::logarithm(base, f64::ln)?);
                objects::float::arithmetic::divide(x, base)?.into_object()
            }
            _ => Err(raise!(TypeError, "math.log requires 1 to 2 arguments")),
        }
    }

    /// Return the base 2 logarithm of x.
    #[function("(x, /)")]
    fn log2(x: &Object) -> Result<f64> {
        functions::logarithm(x, f64::log2)
    }

    /// Return the base 10 logarithm of x.
    #[function("(x, /)")]
    fn log10(x: &Object) -> Result<f64> {
        functions::logarithm(x, f64::log10)
    }

    /// hypot(*coordinates) -> value
    ///
    /// The distance of a point from the origin, of any number of dimensions: sqrt(sum(x**2 for x in coordinates)).
    /// hypot(3.0, 4.0) is 5.0.
    #[function("(*coordinates)", no_text_signature)]
    fn hypot(coordinates: &[&Object]) -> Result<f64> {
        let mut coordinates = coordinates.iter().map(|x| x.as_f64()).collect::<Result<Vec<_>>>()?;
        Ok(functions::norm(&mut coordinates))
    }

    /// Return the Euclidean distance between two points p and q.
    ///
    /// The points are sequences or iterables of as many coordinates.
    #[function("(p, q, /)")]
    fn dist(p: &Object, q: &Object) -> Result<f64> {
        let (p, q) = (p.collect_tuple()?, q.collect_tuple()?);
        if p.items().len() != q.items().len() {
            bail!(ValueError, "both points must have the same number of dimensions");
        }
        let pairs = p.items().iter().zip(q.items());
        let mut differences =
            pairs.map(|(p, q)| Ok(p.as_f64()? - q.as_f64()?)).collect::<Result<Vec<_>>>()?;
        Ok(functions::norm(&mut differences))
    }

    /// Return an accurate floating point sum of values in the iterable seq.
    ///
    /// Assumes IEEE-754 floating point arithmetic.
    #[function("(seq, /)")]
    fn fsum(seq: &Object) -> Result<f64> {
        let iterator = seq.iter()?;
        let mut sum = ExactSum::new();
        while let Some(item) = iterator.next()? {
            sum.add(item.as_f64()?)?;
        }
        sum.total()
    }

    /// Calculate the product of all the elements in the input iterable.
    ///
    /// The start value comes before them, and is the result for an empty iterable. The function is made for
    /// numbers, and may refuse other types.
    #[function("(iterable, /, *, start=1)")]
    fn prod(iterable: &Object, start: Option<&Object>) -> Result<Ref> {
        let iterator = iterable.iter()?;
        let mut product = start.map_or_else(|| Int::one().into_object(), Object::to_ref);
        let mut next = iterator.next()?;
        while let Some(item) = next.take() {
            let (Some(one), Some(other)) =
                (product.downcast_exact::<Float>(), item.downcast_exact::<Float>())
            else {
                product = product.multiply(&item)?;
                next = iterator.next()?;
                continue;
            };
            // A run of floats needs no object for each step.
            let mut value = one.value() * other.value();
            next = loop {
                match iterator.next()? {
                    None => break None,
                    Some(item) => match item.downcast_exact::<Float>() {
                        Some(factor) => value *= factor.value(),
                        None => break Some(item),
                    },
                }
            };
            product = Float::new(value).into_object();
        }
        Ok(product)
    }

    /// Return the ceiling of x as an Integral.
    ///
    /// This is the smallest integer >= x.
    #[function("(x, /)")]
    fn ceil(x: &Object) -> Result<Ref> {
        if x.downcast_exact::<Float>().is_none()
            && let Some(method) = x.lookup_special(intern!("__ceil__"))?
        {
            return method.call0();
        }
        Ok(Float::integral(x.as_f64()?.ceil())?.into_object())
    }

    /// Return the floor of x as an Integral.
    ///
    /// This is the largest integer <= x.
    #[function("(x, /)")]
    fn floor(x: &Object) -> Result<Ref> {
        if x.downcast_exact::<Float>().is_none()
            && let Some(method) = x.lookup_special(intern!("__floor__"))?
        {
            return method.call0();
        }
        Ok(Float::integral(x.as_f64()?.floor())?.into_object())
    }

    /// Truncates the Real x to the nearest Integral toward 0.
    ///
    /// Uses the __trunc__ magic method.
    #[function("(x, /)")]
    fn trunc(x: &Object) -> Result<Ref> {
        if let Some(float) = x.downcast_exact::<Float>() {
            return Ok(Float::integral(float.value())?.into_object());
        }
        match x.lookup_special(intern!("__trunc__"))? {
            Some(method) => method.call0(),
            None => Err(raise!(TypeError, "type {} doesn't define __trunc__ method", x.class().name())),
        }
    }

    /// Find x!.
    ///
    /// Raise a ValueError if x is negative or non-integral.
    #[function("(x, /)")]
    fn factorial(x: &Object) -> Result<Ref<Int>> {
        let x = match x.downcast::<Float>() {
            None => x.index()?,
            Some(float) => {
                let message = "Using factorial() with floats is deprecated";
                objects::services::warn(&exceptions::DeprecationWarning, message, 1)?;
                if !float.value().is_finite() || float.value() != float.value().floor() {
                    bail!(ValueError, "factorial() only accepts integral values");
                }
                Float::integral(float.value())?
            }
        };
        if x.is_negative() {
            bail!(ValueError, "factorial() not defined for negative values");
        }
        match x.to_i64() {
            Some(x) => integers::factorial(x as u64),
            None => Err(raise!(OverflowError, "factorial() argument should not exceed {}", i64::MAX)),
        }
    }

    /// Number of ways to choose k items from n items without repetition and without order.
    ///
    /// n! / (k! * (n - k)!) where k <= n, and zero where k > n: the coefficient of x**k in (1 + x)**n.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[function("(n, k, /)")]
    fn comb(n: &Object, k: &Object) -> Result<Ref<Int>> {
        let (n, k) = (n.index()?, k.index()?);
        integers::combinations(&n, &k)
    }

    /// Number of ways to choose k items from n items without repetition and with order.
    ///
    /// n! / (n - k)! where k <= n, and zero where k > n. Without k, or with None for it, n!.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[function("(n, k=None, /)")]
    fn perm(n: &Object, k: Option<&Object>) -> Result<Ref<Int>> {
        let Some(k) = k.filter(|k| !k.is_none()) else { return factorial(n) };
        let (n, k) = (n.index()?, k.index()?);
        integers::permutations(&n, &k)
    }

    /// Return the integer part of the square root of the input.
    #[function("(n, /)")]
    fn isqrt(n: &Object) -> Result<Ref<Int>> {
        let n = n.index()?;
        integers::square_root(&n)
    }

    /// Greatest Common Divisor.
    #[function("(*integers)")]
    fn gcd(integers: &[&Object]) -> Result<Ref<Int>> {
        let mut divisor = Int::zero();
        for integer in integers {
            let integer = integer.index()?;
            divisor = objects::int::arithmetic::gcd(&divisor, &integer)?;
        }
        Ok(divisor)
    }

    /// Least Common Multiple.
    #[function("(*integers)")]
    fn lcm(integers: &[&Object]) -> Result<Ref<Int>> {
        let mut multiple = Int::one();
        for integer in integers {
            let integer = integer.index()?;
            multiple = super::integers::least_multiple(&multiple, &integer)?;
        }
        Ok(multiple)
    }
}
