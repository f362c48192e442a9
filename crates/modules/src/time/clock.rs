//! Clocks, and times as Python's numbers.

use std::ffi::c_int;

use objects::arguments::Place;
use objects::prelude::*;

use system::Errno;

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

/// A clock's time in nanoseconds.
pub fn read(clock: c_int) -> Result<i64, Errno> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for the time.
    match unsafe { libc::clock_gettime(clock, &mut time) } {
        0 => Ok(time.tv_sec * NANOSECONDS + time.tv_nsec),
        _ => Err(Errno::last()),
    }
}

/// A clock's resolution in nanoseconds.
pub fn resolution(clock: c_int) -> Result<i64, Errno> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for the time.
    match unsafe { libc::clock_getres(clock, &mut time) } {
        0 => Ok(time.tv_sec * NANOSECONDS + time.tv_nsec),
        _ => Err(Errno::last()),
    }
}

/// Sets a clock.
pub fn set(clock: c_int, nanoseconds: i64) -> Result<(), Errno> {
    let time = libc::timespec {
        tv_sec: nanoseconds.div_euclid(NANOSECONDS),
        tv_nsec: nanoseconds.rem_euclid(NANOSECONDS),
    };
    // SAFETY: the time lives for the call.
    match unsafe { libc::clock_settime(clock, &time) } {
        0 => Ok(()),
        _ => Err(Errno::last()),
    }
}

/// Sleeps until the monotonic clock shows a time, or a signal comes.
pub fn sleep_until(deadline: i64) -> Result<(), Errno> {
    let time = libc::timespec { tv_sec: deadline / NANOSECONDS, tv_nsec: deadline % NANOSECONDS };
    // SAFETY: the time lives for the call; no remaining time is asked for.
    match unsafe {
        libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &time, std::ptr::null_mut())
    } {
        0 => Ok(()),
        number => Err(Errno(number)),
    }
}

/// The clock that counts a thread's use of processors.
pub fn thread_clock(thread: u64) -> Result<c_int, Errno> {
    let mut clock = 0;
    // SAFETY: room for the number; the caller names a thread of this process.
    match unsafe { libc::pthread_getcpuclockid(thread, &mut clock) } {
        0 => Ok(clock),
        number => Err(Errno(number)),
    }
}
