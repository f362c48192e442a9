//! The C library's functions of floats that the standard library of Rust has no or other versions of.

mod library {
    use std::ffi::c_int;

    unsafe extern "C" {
        pub safe fn acosh(x: f64) -> f64;
        pub safe fn asinh(x: f64) -> f64;
        pub safe fn atanh(x: f64) -> f64;
        pub safe fn erf(x: f64) -> f64;
        pub safe fn erfc(x: f64) -> f64;
        pub safe fn nextafter(x: f64, y: f64) -> f64;
        pub safe fn remainder(x: f64, y: f64) -> f64;
        pub safe fn tgamma(x: f64) -> f64;
        pub safe fn lgamma_r(x: f64, sign: &mut c_int) -> f64;
    }
}

pub use library::{acosh, asinh, atanh, erf, erfc, nextafter, remainder, tgamma};

/// The logarithm of the gamma function's absolute value.
#[inline]
pub fn lgamma(x: f64) -> f64 {
    library::lgamma_r(x, &mut 0)
}
