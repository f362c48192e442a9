//! `cmath`: functions of complex numbers.

mod functions;
mod special;

use objects::arguments::Place;
use objects::complex::{Failure, Pair};
use objects::prelude::*;

pub use self::cmath::{DEFINITION, initialize};

/// A complex number, from any number.
struct Number(Pair);

impl<'a> FromArgument<'a> for Number {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        Complex::from_number(value).map(Number)
    }
}

/// The exception for what C tells by `errno`.
#[cold]
fn raised(failure: Failure) -> Raised {
    match failure {
        Failure::Domain => raise!(ValueError, "math domain error"),
        Failure::Range => raise!(OverflowError, "math range error"),
    }
}

fn apply(z: Number, function: impl FnOnce(Pair) -> functions::Outcome) -> Result<Ref<Complex>> {
    function(z.0).map(Complex::from_pair).map_err(raised)
}

/// This module provides access to mathematical functions for complex
/// numbers.
#[module(name = "cmath")]
pub mod cmath {
    use objects::complex::{Failure, Pair};
    use objects::module::Module;
    use objects::prelude::*;

    use super::functions::{self, angle};
    use super::{Number, apply, raised};

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

    #[exec]
    fn add_imaginary_constants(module: &Module) -> Result<()> {
        module.add("infj", Complex::new(0.0, f64::INFINITY))?;
        module.add("nanj", Complex::new(0.0, f64::NAN))
    }

    /// Return the arc cosine of z.
    #[function("(z, /)")]
    fn acos(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::acos)
    }

    /// Return the inverse hyperbolic cosine of z.
    #[function("(z, /)")]
    fn acosh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::acosh)
    }

    /// Return the arc sine of z.
    #[function("(z, /)")]
    fn asin(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::asin)
    }

    /// Return the inverse hyperbolic sine of z.
    #[function("(z, /)")]
    fn asinh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::asinh)
    }

    /// Return the arc tangent of z.
    #[function("(z, /)")]
    fn atan(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::atan)
    }

    /// Return the inverse hyperbolic tangent of z.
    #[function("(z, /)")]
    fn atanh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::atanh)
    }

    /// Return the cosine of z.
    #[function("(z, /)")]
    fn cos(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::cos)
    }

    /// Return the hyperbolic cosine of z.
    #[function("(z, /)")]
    fn cosh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::cosh)
    }

    /// Return the exponential value e**z.
    #[function("(z, /)")]
    fn exp(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::exp)
    }

    /// log(z[, base]) -> the logarithm of z to the given base.
    ///
    /// Without a base, the natural logarithm (base e) of z.
    #[function("(z, base=<unrepresentable>, /)")]
    fn log(z: Number, base: Option<Number>) -> Result<Ref<Complex>> {
        let Some(base) = base else { return apply(z, functions::log) };
        // That the number is zero counts for less than what the base says of itself.
        let of_zero = Pair::new(f64::NEG_INFINITY, angle(z.0));
        apply(z, |z| functions::log(z).unwrap_or(of_zero).divide(functions::log(base.0)?))
    }

    /// Return the base-10 logarithm of z.
    #[function("(z, /)")]
    fn log10(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::log10)
    }

    /// Return the sine of z.
    #[function("(z, /)")]
    fn sin(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::sin)
    }

    /// Return the hyperbolic sine of z.
    #[function("(z, /)")]
    fn sinh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::sinh)
    }

    /// Return the square root of z.
    #[function("(z, /)")]
    fn sqrt(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::sqrt)
    }

    /// Return the tangent of z.
    #[function("(z, /)")]
    fn tan(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::tan)
    }

    /// Return the hyperbolic tangent of z.
    #[function("(z, /)")]
    fn tanh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::tanh)
    }

    /// Return argument, also known as the phase angle, of a complex.
    #[function("(z, /)")]
    fn phase(z: Number) -> Result<f64> {
        let phase = angle(z.0);
        // The C library takes an angle too small for a float for an error.
        match phase == 0.0 && z.0.imag != 0.0 && z.0.real.is_finite() {
            true => Err(raised(Failure::Range)),
            false => Ok(phase),
        }
    }

    /// Convert a complex from rectangular coordinates to polar coordinates.
    ///
    /// r is the distance from 0 and phi the phase angle.
    #[function("(z, /)")]
    fn polar(z: Number) -> Result<(f64, f64)> {
        functions::polar(z.0).map_err(raised)
    }

    /// Convert from polar coordinates to rectangular coordinates.
    #[function("(r, phi, /)")]
    fn rect(r: f64, phi: f64) -> Result<Ref<Complex>> {
        functions::rect(r, phi).map(Complex::from_pair).map_err(raised)
    }

    /// Return True if both the real and imaginary parts of z are finite, else False.
    #[function("(z, /)")]
    fn isfinite(z: Number) -> bool {
        z.0.real.is_finite() && z.0.imag.is_finite()
    }

    /// Checks if the real or imaginary part of z not a number (NaN).
    #[function("(z, /)")]
    fn isnan(z: Number) -> bool {
        z.0.real.is_nan() || z.0.imag.is_nan()
    }

    /// Checks if the real or imaginary part of z is infinite.
    #[function("(z, /)")]
    fn isinf(z: Number) -> bool {
        z.0.real.is_infinite() || z.0.imag.is_infinite()
    }

    /// Determine whether two complex numbers are close in value.
    ///
    ///   rel_tol
    ///     the largest difference that is close, relative to the larger magnitude of the two
    ///   abs_tol
    ///     the largest difference that is close, whatever the magnitudes
    ///
    /// Return True if a is close in value to b by one of the tolerances, and False otherwise.
    ///
    /// NaN is close to nothing, not even to itself; infinities are close to themselves alone.
    #[function("(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: Number, b: Number, rel_tol: Option<f64>, abs_tol: f64) -> Result<bool> {
        let rel_tol = rel_tol.unwrap_or(1e-9);
        if rel_tol < 0.0 || abs_tol < 0.0 {
            bail!(ValueError, "tolerances must be non-negative");
        }
        let (a, b) = (a.0, b.0);
        if a == b {
            return Ok(true);
        }
        let is_infinite = |z: Pair| z.real.is_infinite() || z.imag.is_infinite();
        if is_infinite(a) || is_infinite(b) {
            return Ok(false);
        }
        let length = |z: Pair| z.real.hypot(z.imag);
        let difference = length(a.subtract(b));
        Ok(difference <= rel_tol * length(b) || difference <= rel_tol * length(a) || difference <= abs_tol)
    }
}
