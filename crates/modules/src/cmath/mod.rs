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

/// Mathematics of complex numbers. Every function also takes a real
/// number, or an object with __complex__(), __float__() or __index__().
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

    /// The number whose cosine is z, with a real part from 0 to pi.
    ///
    /// Cut along the real axis outwards from -1 and from 1.
    #[function("(z, /)")]
    fn acos(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::acos)
    }

    /// The number whose hyperbolic cosine is z, with a real part that is not negative.
    ///
    /// Cut along the real axis from 1 to the left.
    #[function("(z, /)")]
    fn acosh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::acosh)
    }

    /// The number whose sine is z, with a real part from -pi/2 to pi/2.
    ///
    /// Cut along the real axis outwards from -1 and from 1.
    #[function("(z, /)")]
    fn asin(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::asin)
    }

    /// The number whose hyperbolic sine is z, with an imaginary part from -pi/2 to pi/2.
    ///
    /// Cut along the imaginary axis outwards from -1j and from 1j.
    #[function("(z, /)")]
    fn asinh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::asinh)
    }

    /// The number whose tangent is z, with a real part from -pi/2 to pi/2.
    ///
    /// Cut along the imaginary axis outwards from -1j and from 1j.
    #[function("(z, /)")]
    fn atan(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::atan)
    }

    /// The number whose hyperbolic tangent is z, with an imaginary part from -pi/2 to pi/2.
    ///
    /// Cut along the real axis outwards from -1 and from 1.
    #[function("(z, /)")]
    fn atanh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::atanh)
    }

    /// The cosine, (exp(z*1j) + exp(-z*1j)) / 2.
    #[function("(z, /)")]
    fn cos(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::cos)
    }

    /// The hyperbolic cosine, (exp(z) + exp(-z)) / 2.
    #[function("(z, /)")]
    fn cosh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::cosh)
    }

    /// The exponential function: e, the base of natural logarithms, to the power z.
    #[function("(z, /)")]
    fn exp(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::exp)
    }

    /// log(z[, base])
    ///
    /// The power to which the base has to be raised to give z; without a base, e is raised.
    ///
    /// Cut along the negative real axis.
    #[function("(z, base=<unrepresentable>, /)")]
    fn log(z: Number, base: Option<Number>) -> Result<Ref<Complex>> {
        let Some(base) = base else { return apply(z, functions::log) };
        // That the number is zero counts for less than what the base says of itself.
        let of_zero = Pair::new(f64::NEG_INFINITY, angle(z.0));
        apply(z, |z| functions::log(z).unwrap_or(of_zero).divide(functions::log(base.0)?))
    }

    /// The power of 10 that z is. Cut along the negative real axis.
    #[function("(z, /)")]
    fn log10(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::log10)
    }

    /// The sine, (exp(z*1j) - exp(-z*1j)) / 2j.
    #[function("(z, /)")]
    fn sin(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::sin)
    }

    /// The hyperbolic sine, (exp(z) - exp(-z)) / 2.
    #[function("(z, /)")]
    fn sinh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::sinh)
    }

    /// The root of z whose real part is not negative. Cut along the negative real axis.
    #[function("(z, /)")]
    fn sqrt(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::sqrt)
    }

    /// The tangent, sin(z) / cos(z).
    #[function("(z, /)")]
    fn tan(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::tan)
    }

    /// The hyperbolic tangent, sinh(z) / cosh(z).
    #[function("(z, /)")]
    fn tanh(z: Number) -> Result<Ref<Complex>> {
        apply(z, functions::tanh)
    }

    /// The angle from -pi to pi, in radians, between the positive real axis and z.
    #[function("(z, /)")]
    fn phase(z: Number) -> Result<f64> {
        let phase = angle(z.0);
        // The C library takes an angle too small for a float for an error.
        match phase == 0.0 && z.0.imag != 0.0 && z.0.real.is_finite() {
            true => Err(raised(Failure::Range)),
            false => Ok(phase),
        }
    }

    /// Where z is in polar coordinates: a pair (r, phi) of abs(z) and phase(z).
    #[function("(z, /)")]
    fn polar(z: Number) -> Result<(f64, f64)> {
        functions::polar(z.0).map_err(raised)
    }

    /// The complex number at the distance r from 0, in the direction of the angle phi in radians.
    #[function("(r, phi, /)")]
    fn rect(r: f64, phi: f64) -> Result<Ref<Complex>> {
        functions::rect(r, phi).map(Complex::from_pair).map_err(raised)
    }

    /// Whether neither part of z is infinite or NaN.
    #[function("(z, /)")]
    fn isfinite(z: Number) -> bool {
        z.0.real.is_finite() && z.0.imag.is_finite()
    }

    /// Whether a part of z, or both, is NaN.
    #[function("(z, /)")]
    fn isnan(z: Number) -> bool {
        z.0.real.is_nan() || z.0.imag.is_nan()
    }

    /// Whether a part of z, or both, is an infinity of either sign.
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
