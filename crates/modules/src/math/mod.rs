//! `math`: functions of real numbers, as the C standard defines them.

pub(crate) mod functions;
mod integers;

use objects::prelude::*;

pub use math::{DEFINITION, initialize};

/// Mathematics of real numbers: the functions of C's <math.h>, and some
/// for integers and for sequences of numbers.
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

    /// The angle from 0 to pi, in radians, whose cosine is x.
    #[function("(x, /)")]
    fn acos(x: f64) -> Result<f64> {
        apply(x, f64::acos, Infinite::Pole)
    }

    /// The number y >= 0 for which cosh(y) is x.
    #[function("(x, /)")]
    fn acosh(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::acosh(x), Infinite::Pole)
    }

    /// The angle from -pi/2 to pi/2, in radians, whose sine is x.
    #[function("(x, /)")]
    fn asin(x: f64) -> Result<f64> {
        apply(x, f64::asin, Infinite::Pole)
    }

    /// The number y for which sinh(y) is x.
    #[function("(x, /)")]
    fn asinh(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::asinh(x), Infinite::Pole)
    }

    /// The angle between -pi/2 and pi/2, in radians, whose tangent is x.
    #[function("(x, /)")]
    fn atan(x: f64) -> Result<f64> {
        apply(x, f64::atan, Infinite::Pole)
    }

    /// The number y for which tanh(y) is x; x is between -1 and 1.
    #[function("(x, /)")]
    fn atanh(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::atanh(x), Infinite::Pole)
    }

    /// The cosine of an angle of x radians.
    #[function("(x, /)")]
    fn cos(x: f64) -> Result<f64> {
        apply(x, f64::cos, Infinite::Pole)
    }

    /// The hyperbolic cosine, (exp(x) + exp(-x)) / 2.
    #[function("(x, /)")]
    fn cosh(x: f64) -> Result<f64> {
        apply(x, f64::cosh, Infinite::Overflow)
    }

    /// The error function: the integral of 2/sqrt(pi) * exp(-t**2) for t from 0 to x.
    #[function("(x, /)")]
    fn erf(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::erf(x), Infinite::Pole)
    }

    /// The same as 1 - erf(x), but without the loss of digits where erf(x) is near 1.
    #[function("(x, /)")]
    fn erfc(x: f64) -> Result<f64> {
        apply(x, |x| mathematics::erfc(x), Infinite::Pole)
    }

    /// The exponential function: e, the base of natural logarithms, to the power x.
    #[function("(x, /)")]
    fn exp(x: f64) -> Result<f64> {
        apply(x, f64::exp, Infinite::Overflow)
    }

    /// exp(x) - 1, accurate also for small x, where the subtraction itself loses digits.
    #[function("(x, /)")]
    fn expm1(x: f64) -> Result<f64> {
        apply(x, f64::exp_m1, Infinite::Overflow)
    }

    /// The magnitude of x, as a float.
    #[function("(x, /)")]
    fn fabs(x: f64) -> Result<f64> {
        apply(x, f64::abs, Infinite::Pole)
    }

    /// The natural logarithm of 1 + x, accurate also for x near zero.
    #[function("(x, /)")]
    fn log1p(x: f64) -> Result<f64> {
        apply(x, f64::ln_1p, Infinite::Pole)
    }

    /// The sine of an angle of x radians.
    #[function("(x, /)")]
    fn sin(x: f64) -> Result<f64> {
        apply(x, f64::sin, Infinite::Pole)
    }

    /// The hyperbolic sine, (exp(x) - exp(-x)) / 2.
    #[function("(x, /)")]
    fn sinh(x: f64) -> Result<f64> {
        apply(x, f64::sinh, Infinite::Overflow)
    }

    /// The root of x that is not negative. Raises ValueError where x is below zero.
    #[function("(x, /)")]
    fn sqrt(x: f64) -> Result<f64> {
        apply(x, f64::sqrt, Infinite::Pole)
    }

    /// The tangent of an angle of x radians.
    #[function("(x, /)")]
    fn tan(x: f64) -> Result<f64> {
        apply(x, f64::tan, Infinite::Pole)
    }

    /// The hyperbolic tangent, sinh(x) / cosh(x).
    #[function("(x, /)")]
    fn tanh(x: f64) -> Result<f64> {
        apply(x, f64::tanh, Infinite::Pole)
    }

    /// The gamma function, which is (x - 1)! for a positive integer x.
    #[function("(x, /)")]
    fn gamma(x: f64) -> Result<f64> {
        functions::gamma(x)
    }

    /// log(abs(gamma(x))), also where gamma(x) itself is too large for a float.
    #[function("(x, /)")]
    fn lgamma(x: f64) -> Result<f64> {
        functions::log_gamma(x)
    }

    /// The angle from -pi to pi, in radians, under which the point (x, y) is seen from the origin.
    ///
    /// Its tangent is y/x; the signs of both tell the quadrant, which atan(y/x) cannot.
    #[function("(y, x, /)")]
    fn atan2(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }

    /// As a float, x with its sign made that of y.
    ///
    /// A zero has a sign as well where the machine's floats do: copysign(1.0, -0.0) is -1.0.
    #[function("(x, y, /)")]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }

    /// The remainder of x by y as the C library's fmod() gives it: with the sign of x.
    ///
    /// That of x % y has the sign of y.
    #[function("(x, y, /)")]
    fn fmod(x: f64, y: f64) -> Result<f64> {
        functions::fmod(x, y)
    }

    /// How far x is from the nearest multiple of y: x - n*y for an integer n.
    ///
    /// Between two that are equally near, n is even. The result is exact.
    #[function("(x, y, /)")]
    fn remainder(x: f64, y: f64) -> Result<f64> {
        functions::nearest_remainder(x, y)
    }

    /// x**y, with both taken as floats. Raises OverflowError or ValueError where C's pow() has an error.
    #[function("(x, y, /)")]
    fn pow(x: f64, y: f64) -> Result<f64> {
        functions::power(x, y)
    }

    /// The float that is next to x on the side of y; y itself where the two are equal.
    #[function("(x, y, /)")]
    fn nextafter(x: f64, y: f64) -> f64 {
        mathematics::nextafter(x, y)
    }

    /// The unit in the last place: what the lowest bit of x is worth.
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

    /// An angle of x radians in degrees.
    #[function("(x, /)")]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / pi)
    }

    /// An angle of x degrees in radians.
    #[function("(x, /)")]
    fn radians(x: f64) -> f64 {
        x * (pi / 180.0)
    }

    /// Whether x is an ordinary number: not infinite, and not NaN.
    #[function("(x, /)")]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    /// Whether x is infinite, of either sign.
    #[function("(x, /)")]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    /// Whether x is NaN, the float that is not a number.
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

    /// Split x into a pair (m, e) of a float and an int with x == m * 2.**e.
    ///
    /// The magnitude of m is at least 0.5 and less than 1.0. For zero both are 0.
    #[function("(x, /)")]
    fn frexp(x: f64) -> (f64, i32) {
        parts::frexp(x)
    }

    /// x times 2**i: puts together what frexp() takes apart.
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

    /// Split x into a pair of floats: what stands behind the point, and what stands before it.
    ///
    /// Each has the sign of x.
    #[function("(x, /)")]
    fn modf(x: f64) -> (f64, f64) {
        match x.is_infinite() {
            true => (0f64.copysign(x), x),
            false => (x.fract().copysign(x), x.trunc()),
        }
    }

    /// log(x, [base=math.e])
    /// The power to which the base has to be raised to give x; without a base, e is raised.
    #[function("(*args)", no_text_signature, takes_tuple)]
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

    /// The power of 2 that x is; more exact than log(x, 2).
    #[function("(x, /)")]
    fn log2(x: &Object) -> Result<f64> {
        functions::logarithm(x, f64::log2)
    }

    /// The power of 10 that x is; more exact than log(x, 10).
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

    /// How far the points p and q are from each other, along a straight line.
    ///
    /// Each is a sequence or another iterable of coordinates, and has as many of them as the other.
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

    /// Add up the numbers that the iterable gives, and round only the exact sum to a float.
    ///
    /// This needs floats as IEEE 754 has them.
    #[function("(seq, /)")]
    fn fsum(seq: &Object) -> Result<f64> {
        let iterator = seq.iter()?;
        let mut sum = ExactSum::new();
        while let Some(item) = iterator.next()? {
            sum.add(item.as_f64()?)?;
        }
        sum.total()
    }

    /// Multiply start and all that the iterable gives: start itself if it gives nothing.
    ///
    /// Made for numbers; other types may be refused.
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

    /// Round up: the smallest integer that is not below x, by x.__ceil__() where x has that.
    #[function("(x, /)")]
    fn ceil(x: &Object) -> Result<Ref> {
        if x.downcast_exact::<Float>().is_none()
            && let Some(method) = x.lookup_special(intern!("__ceil__"))?
        {
            return method.call0();
        }
        Ok(Float::integral(x.as_f64()?.ceil())?.into_object())
    }

    /// Round down: the largest integer that is not above x, by x.__floor__() where x has that.
    #[function("(x, /)")]
    fn floor(x: &Object) -> Result<Ref> {
        if x.downcast_exact::<Float>().is_none()
            && let Some(method) = x.lookup_special(intern!("__floor__"))?
        {
            return method.call0();
        }
        Ok(Float::integral(x.as_f64()?.floor())?.into_object())
    }

    /// Cut x to an integer, towards zero: what x.__trunc__() gives.
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

    /// The product of the integers from 1 to x; 1 for zero.
    ///
    /// Raises ValueError for a number that is negative or has a fraction.
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

    /// How many sets of k things can be taken from n things.
    ///
    /// n! / (k! * (n - k)!) where k <= n, and zero where k > n: the coefficient of x**k in (1 + x)**n.
    ///
    /// Raises TypeError for arguments that are no integers, and ValueError for negative ones.
    #[function("(n, k, /)")]
    fn comb(n: &Object, k: &Object) -> Result<Ref<Int>> {
        let (n, k) = (n.index()?, k.index()?);
        integers::combinations(&n, &k)
    }

    /// How many sequences of k different things can be taken from n things.
    ///
    /// n! / (n - k)! where k <= n, and zero where k > n. Without k, or with None for it, n!.
    ///
    /// Raises TypeError for arguments that are no integers, and ValueError for negative ones.
    #[function("(n, k=None, /)")]
    fn perm(n: &Object, k: Option<&Object>) -> Result<Ref<Int>> {
        let Some(k) = k.filter(|k| !k.is_none()) else { return factorial(n) };
        let (n, k) = (n.index()?, k.index()?);
        integers::permutations(&n, &k)
    }

    /// The largest integer whose square is not above n, exact for an int of any size.
    #[function("(n, /)")]
    fn isqrt(n: &Object) -> Result<Ref<Int>> {
        let n = n.index()?;
        integers::square_root(&n)
    }

    /// The largest integer that divides all of the integers; 0 where all are zero, or there are none.
    #[function("(*integers)")]
    fn gcd(integers: &[&Object]) -> Result<Ref<Int>> {
        let mut divisor = Int::zero();
        for integer in integers {
            let integer = integer.index()?;
            divisor = objects::int::arithmetic::gcd(&divisor, &integer)?;
        }
        Ok(divisor)
    }

    /// The smallest positive integer that all of the integers divide; 0 if one is zero, 1 if there are none.
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
