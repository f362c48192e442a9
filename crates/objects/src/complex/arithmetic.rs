//! Arithmetic on pairs of floats.

use crate::prelude::*;

/// `Py_complex`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    pub real: f64,
    pub imag: f64,
}

/// The largest exponent that is raised to by multiplication.
const MOST_MULTIPLIED: f64 = 100.0;

/// What the machine's functions signal by `errno`.
pub enum Failure {
    /// `EDOM`: zero divided by or raised to a negative power.
    Domain,
    /// `ERANGE`: the result is beyond the largest float.
    Range,
}

impl Pair {
    pub const ONE: Pair = Pair { real: 1.0, imag: 0.0 };

    pub fn new(real: f64, imag: f64) -> Pair {
        Pair { real, imag }
    }

    pub fn add(self, other: Pair) -> Pair {
        Pair::new(self.real + other.real, self.imag + other.imag)
    }

    pub fn subtract(self, other: Pair) -> Pair {
        Pair::new(self.real - other.real, self.imag - other.imag)
    }

    pub fn multiply(self, other: Pair) -> Pair {
        Pair::new(
            self.real * other.real - self.imag * other.imag,
            self.real * other.imag + self.imag * other.real,
        )
    }

    /// The quotient by Smith's method, which scales by the larger part of the divisor.
    pub fn divide(self, other: Pair) -> Result<Pair, Failure> {
        let (a, b) = (self, other);
        if b.real.abs() >= b.imag.abs() {
            if b.real == 0.0 {
                return Err(Failure::Domain);
            }
            let ratio = b.imag / b.real;
            let scale = b.real + b.imag * ratio;
            return Ok(Pair::new((a.real + a.imag * ratio) / scale, (a.imag - a.real * ratio) / scale));
        }
        if b.imag.abs() >= b.real.abs() {
            let ratio = b.real / b.imag;
            let scale = b.real * ratio + b.imag;
            return Ok(Pair::new((a.real * ratio + a.imag) / scale, (a.imag * ratio - a.real) / scale));
        }
        Ok(Pair::new(f64::NAN, f64::NAN))
    }

    /// The absolute value; infinite where a part is.
    pub fn modulus(self) -> Result<f64, Failure> {
        if self.real.is_infinite() || self.imag.is_infinite() {
            return Ok(f64::INFINITY);
        }
        let modulus = self.real.hypot(self.imag);
        if modulus.is_infinite() { Err(Failure::Range) } else { Ok(modulus) }
    }

    pub fn power(self, exponent: Pair) -> Result<Pair, Failure> {
        let whole = exponent.real;
        let is_small = exponent.imag == 0.0 && whole == whole.trunc() && whole.abs() <= MOST_MULTIPLIED;
        let power = match is_small {
            true if whole > 0.0 => self.multiplied(whole as u32),
            true => Pair::ONE.divide(self.multiplied(-whole as u32))?,
            false => self.power_by_logarithm(exponent)?,
        };
        match power.real.is_infinite() || power.imag.is_infinite() {
            true => Err(Failure::Range),
            false => Ok(power),
        }
    }

    fn multiplied(self, exponent: u32) -> Pair {
        let (mut power, mut square, mut rest) = (Pair::ONE, self, exponent);
        while rest > 0 {
            if rest & 1 != 0 {
                power = power.multiply(square);
            }
            rest >>= 1;
            square = square.multiply(square);
        }
        power
    }

    fn power_by_logarithm(self, exponent: Pair) -> Result<Pair, Failure> {
        if exponent.real == 0.0 && exponent.imag == 0.0 {
            return Ok(Pair::ONE);
        }
        if self.real == 0.0 && self.imag == 0.0 {
            return match exponent.imag != 0.0 || exponent.real < 0.0 {
                true => Err(Failure::Domain),
                false => Ok(Pair::new(0.0, 0.0)),
            };
        }
        let modulus = self.real.hypot(self.imag);
        let angle = self.imag.atan2(self.real);
        let mut length = modulus.powf(exponent.real);
        let mut phase = angle * exponent.real;
        if exponent.imag != 0.0 {
            length /= (angle * exponent.imag).exp();
            phase += exponent.imag * modulus.ln();
        }
        Ok(Pair::new(length * phase.cos(), length * phase.sin()))
    }
}
