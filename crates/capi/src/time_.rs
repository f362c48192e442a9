//! `pytime.h`: times as nanoseconds in 64 bits.

use std::ffi::{c_int, c_void};

use objects::prelude::*;

type Time = i64;

const SECOND: i64 = 1_000_000_000;

fn clock(id: libc::clockid_t) -> Time {
    // SAFETY: the structure is filled by the call.
    unsafe {
        let mut now: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(id, &mut now);
        now.tv_sec * SECOND + now.tv_nsec
    }
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_GetMonotonicClock() -> Time {
    clock(libc::CLOCK_MONOTONIC)
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_GetPerfCounter() -> Time {
    clock(libc::CLOCK_MONOTONIC)
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_GetSystemClock() -> Time {
    clock(libc::CLOCK_REALTIME)
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_FromSeconds(seconds: c_int) -> Time {
    i64::from(seconds) * SECOND
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_FromNanoseconds(nanoseconds: Time) -> Time {
    nanoseconds
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_FromNanosecondsObject(place: *mut Time, object: &Object) -> c_int {
    let convert = || -> Result<Time> {
        let Some(number) = object.downcast::<Int>() else {
            bail!(TypeError, "expect int, got {}", object.class().name());
        };
        number.to_i64().ok_or_else(overflow)
    };
    // SAFETY: the caller's place.
    raise::status(convert().map(|time| unsafe { place.write(time) }))
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_AsNanosecondsObject(time: Time) -> Ref<Int> {
    Int::new(time)
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_AsSecondsDouble(time: Time) -> f64 {
    time as f64 / SECOND as f64
}

/// How to round: floor 0, ceiling 1, half even 2, away from zero 3.
fn rounded(value: f64, rounding: c_int) -> f64 {
    match rounding {
        0 => value.floor(),
        1 => value.ceil(),
        2 => value.round_ties_even(),
        _ if value >= 0.0 => value.ceil(),
        _ => value.floor(),
    }
}

/// Divides a time into units, rounding.
fn divided(time: Time, unit: i64, rounding: c_int) -> i64 {
    let (quotient, remainder) = (time.div_euclid(unit), time.rem_euclid(unit));
    let up = match rounding {
        0 => false,
        1 => remainder > 0,
        2 => remainder * 2 > unit || (remainder * 2 == unit && quotient % 2 != 0),
        _ => remainder > 0 && time >= 0,
    };
    quotient + i64::from(up)
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_AsMilliseconds(time: Time, rounding: c_int) -> i64 {
    divided(time, 1_000_000, rounding)
}

#[unsafe(no_mangle)]
extern "C" fn _PyTime_AsMicroseconds(time: Time, rounding: c_int) -> i64 {
    divided(time, 1000, rounding)
}

fn overflow() -> Raised {
    raise!(OverflowError, "timestamp too large to convert to C _PyTime_t")
}

/// A number of units as nanoseconds.
fn from_object(object: &Object, rounding: c_int, unit: i64) -> Result<Time> {
    if let Some(float) = object.downcast::<Float>() {
        if float.value().is_nan() {
            bail!(ValueError, "Invalid value NaN (not a number)");
        }
        let nanoseconds = rounded(float.value() * unit as f64, rounding);
        if !(i64::MIN as f64..i64::MAX as f64).contains(&nanoseconds) {
            return Err(overflow());
        }
        return Ok(nanoseconds as i64);
    }
    object.index()?.to_i64().and_then(|number| number.checked_mul(unit)).ok_or_else(overflow)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_FromSecondsObject(place: *mut Time, object: &Object, rounding: c_int) -> c_int {
    // SAFETY: the caller's place.
    raise::status(from_object(object, rounding, SECOND).map(|time| unsafe { place.write(time) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_FromMillisecondsObject(
    place: *mut Time,
    object: &Object,
    rounding: c_int,
) -> c_int {
    // SAFETY: the caller's place.
    raise::status(from_object(object, rounding, 1_000_000).map(|time| unsafe { place.write(time) }))
}

fn timeval(time: Time, rounding: c_int) -> libc::timeval {
    let microseconds = divided(time, 1000, rounding);
    libc::timeval { tv_sec: microseconds.div_euclid(1_000_000), tv_usec: microseconds.rem_euclid(1_000_000) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_AsTimeval(time: Time, place: *mut libc::timeval, rounding: c_int) -> c_int {
    // SAFETY: the caller's place.
    unsafe { place.write(timeval(time, rounding)) };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_AsTimeval_noraise(
    time: Time,
    place: *mut libc::timeval,
    rounding: c_int,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { _PyTime_AsTimeval(time, place, rounding) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_AsTimevalTime_t(
    time: Time,
    seconds: *mut libc::time_t,
    microseconds: *mut c_int,
    rounding: c_int,
) -> c_int {
    let value = timeval(time, rounding);
    // SAFETY: the caller's places.
    unsafe {
        seconds.write(value.tv_sec);
        microseconds.write(value.tv_usec as c_int);
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_AsTimespec(time: Time, place: *mut libc::timespec) -> c_int {
    let value = libc::timespec { tv_sec: time.div_euclid(SECOND), tv_nsec: time.rem_euclid(SECOND) };
    // SAFETY: the caller's place.
    unsafe { place.write(value) };
    0
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_AsTime_t(object: &Object) -> libc::time_t {
    let convert = || -> Result<i64> {
        object
            .index()?
            .to_i64()
            .ok_or_else(|| raise!(OverflowError, "timestamp out of range for platform time_t"))
    };
    convert().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_FromTime_t(time: libc::time_t) -> Ref<Int> {
    Int::new(time)
}

/// Seconds and a fraction of `unit` parts of a number of seconds.
fn split(object: &Object, rounding: c_int, unit: f64) -> Result<(i64, i64)> {
    let Some(float) = object.downcast::<Float>() else {
        return match object.index()?.to_i64() {
            Some(seconds) => Ok((seconds, 0)),
            None => Err(raise!(OverflowError, "timestamp out of range for platform time_t")),
        };
    };
    let value = float.value();
    if value.is_nan() {
        bail!(ValueError, "Invalid value NaN (not a number)");
    }
    let mut seconds = value.trunc();
    let mut part = rounded((value - seconds) * unit, rounding);
    if part >= unit {
        part -= unit;
        seconds += 1.0;
    } else if part < 0.0 {
        part += unit;
        seconds -= 1.0;
    }
    if !(i64::MIN as f64..i64::MAX as f64).contains(&seconds) {
        bail!(OverflowError, "timestamp out of range for platform time_t");
    }
    Ok((seconds as i64, part as i64))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_ObjectToTime_t(
    object: &Object,
    place: *mut libc::time_t,
    rounding: c_int,
) -> c_int {
    let convert = || -> Result<i64> {
        match object.downcast::<Float>() {
            Some(float) => split(&Float::new(rounded(float.value(), rounding)), rounding, 1e6)
                .map(|(seconds, _)| seconds),
            None => split(object, rounding, 1e6).map(|(seconds, _)| seconds),
        }
    };
    // SAFETY: the caller's place.
    raise::status(convert().map(|seconds| unsafe { place.write(seconds) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_ObjectToTimeval(
    object: &Object,
    seconds: *mut libc::time_t,
    microseconds: *mut std::ffi::c_long,
    rounding: c_int,
) -> c_int {
    // SAFETY: the caller's places.
    raise::status(split(object, rounding, 1e6).map(|(whole, part)| unsafe {
        seconds.write(whole);
        microseconds.write(part);
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_ObjectToTimespec(
    object: &Object,
    seconds: *mut libc::time_t,
    nanoseconds: *mut std::ffi::c_long,
    rounding: c_int,
) -> c_int {
    // SAFETY: the caller's places.
    raise::status(split(object, rounding, 1e9).map(|(whole, part)| unsafe {
        seconds.write(whole);
        nanoseconds.write(part);
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_localtime(time: libc::time_t, place: *mut libc::tm) -> c_int {
    // SAFETY: the caller's place.
    converted(unsafe { libc::localtime_r(&time, place) }.cast())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTime_gmtime(time: libc::time_t, place: *mut libc::tm) -> c_int {
    // SAFETY: the caller's place.
    converted(unsafe { libc::gmtime_r(&time, place) }.cast())
}

fn converted(result: *mut c_void) -> c_int {
    if !result.is_null() {
        return 0;
    }
    let errno =
        std::io::Error::last_os_error().raw_os_error().filter(|&errno| errno != 0).unwrap_or(libc::EINVAL);
    let _ = exceptions::raise_errno(errno, None, None);
    -1
}
