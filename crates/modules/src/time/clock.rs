//! Clocks, and times as Python's numbers.

use objects::arguments::Place;
use objects::prelude::*;

/// How a time that is no whole number of its units is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    Floor,
    Ceiling,
    HalfEven,
    /// Away from zero: for timeouts, which shall not end early.
    Up,
}

impl Rounding {
    pub fn round(self, value: f64) -> f64 {
        match self {
            Rounding::Floor => value.floor(),
            Rounding::Ceiling => value.ceil(),
            Rounding::HalfEven => value.round_ties_even(),
            Rounding::Up => {
                if value >= 0.0 {
                    value.ceil()
                } else {
                    value.floor()
                }
            }
        }
    }
}

pub const NANOSECONDS: i64 = 1_000_000_000;

/// The bounds of a time in seconds, as floats that are exact.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

fn check_number(value: f64) -> Result<()> {
    match value.is_nan() {
        true => Err(raise!(ValueError, "Invalid value NaN (not a number)")),
        false => Ok(()),
    }
}

#[cold]
fn out_of_range() -> Raised {
    raise!(OverflowError, "timestamp out of range for platform time_t")
}

fn integer(object: &Object) -> Result<i64> {
    match i64::from_argument(object, &Place::new("", "")) {
        Err(raised) if raised.matches(&exceptions::OverflowError) => {
            raised.clear();
            Err(out_of_range())
        }
        result => result,
    }
}

/// Whole seconds and a fraction of `units` for each second.
fn split(object: &Object, units: f64, rounding: Rounding) -> Result<(i64, i64)> {
    let Some(value) = object.downcast::<Float>() else { return Ok((integer(object)?, 0)) };
    let value = value.value();
    check_number(value)?;
    let (mut whole, mut fraction) = (value.trunc(), rounding.round(value.fract() * units));
    if fraction >= units {
        fraction -= units;
        whole += 1.0;
    } else if fraction < 0.0 {
        fraction += units;
        whole -= 1.0;
    }
    match (-LIMIT..LIMIT).contains(&whole) {
        true => Ok((whole as i64, fraction as i64)),
        false => Err(out_of_range()),
    }
}

/// Seconds and nanoseconds of a number of seconds.
pub fn timespec_of(object: &Object, rounding: Rounding) -> Result<(i64, i64)> {
    split(object, NANOSECONDS as f64, rounding)
}

/// Seconds and microseconds of a number of seconds.
pub fn timeval_of(object: &Object, rounding: Rounding) -> Result<(i64, i64)> {
    split(object, 1e6, rounding)
}

/// Whole seconds of a number of seconds.
pub fn seconds_of(object: &Object, rounding: Rounding) -> Result<i64> {
    let Some(value) = object.downcast::<Float>() else { return integer(object) };
    check_number(value.value())?;
    let value = rounding.round(value.value());
    match (-LIMIT..LIMIT).contains(&value) {
        true => Ok(value as i64),
        false => Err(out_of_range()),
    }
}

/// Nanoseconds of a number of seconds: a timeout.
pub fn nanoseconds_of(object: &Object, rounding: Rounding) -> Result<i64> {
    nanoseconds_in(object, NANOSECONDS, rounding)
}

/// Nanoseconds of a number of units, each of so many nanoseconds.
pub fn nanoseconds_in(object: &Object, unit: i64, rounding: Rounding) -> Result<i64> {
    let too_large = || raise!(OverflowError, "timestamp too large to convert to C _PyTime_t");
    if let Some(value) = object.downcast::<Float>() {
        check_number(value.value())?;
        let value = rounding.round(value.value() * unit as f64);
        return match (-LIMIT..LIMIT).contains(&value) {
            true => Ok(value as i64),
            false => Err(too_large()),
        };
    }
    let count = match i64::from_argument(object, &Place::new("", "")) {
        Err(raised) if raised.matches(&exceptions::OverflowError) => {
            raised.clear();
            return Err(too_large());
        }
        count => count?,
    };
    count.checked_mul(unit).ok_or_else(too_large)
}

/// Seconds of nanoseconds, as Python's clocks tell them.
pub fn as_seconds(nanoseconds: i64) -> f64 {
    match nanoseconds % NANOSECONDS {
        0 => (nanoseconds / NANOSECONDS) as f64,
        _ => nanoseconds as f64 / NANOSECONDS as f64,
    }
}
