//! Seconds since the epoch as calendar time, in UTC and in the local zone.

use std::ffi::CStr;

use crate::Errno;

/// A moment as the C library's `struct tm` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub year: i64,
    /// From 1 to 12.
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    /// Up to 60, for a leap second.
    pub second: i32,
    /// Seconds east of UTC.
    pub offset: i64,
}

type Convert = unsafe extern "C" fn(*const i64, *mut libc::tm) -> *mut libc::tm;

fn convert<R>(seconds: i64, function: Convert, read: impl FnOnce(&libc::tm) -> R) -> Result<R, Errno> {
    // SAFETY: room for the result, of which zeros are a valid value.
    unsafe {
        let mut tm: libc::tm = std::mem::zeroed();
        match function(&seconds, &mut tm).is_null() {
            true => Err(Errno::last()),
            false => Ok(read(&tm)),
        }
    }
}

fn moment(tm: &libc::tm) -> Moment {
    Moment {
        year: i64::from(tm.tm_year) + 1900,
        month: tm.tm_mon + 1,
        day: tm.tm_mday,
        hour: tm.tm_hour,
        minute: tm.tm_min,
        second: tm.tm_sec,
        offset: tm.tm_gmtoff,
    }
}

/// The moment in UTC.
pub fn utc(seconds: i64) -> Result<Moment, Errno> {
    convert(seconds, libc::gmtime_r, moment)
}

/// The moment in the local zone.
pub fn local(seconds: i64) -> Result<Moment, Errno> {
    convert(seconds, libc::localtime_r, moment)
}

/// The offset of the local zone from UTC in seconds, and its name, at a time.
pub fn zone(seconds: i64) -> Result<(i64, Vec<u8>), Errno> {
    convert(seconds, libc::localtime_r, |tm| {
        let name = match tm.tm_zone.is_null() {
            true => Vec::new(),
            // SAFETY: the name of a zone ends with NUL, and stays until the zone is read anew.
            false => unsafe { CStr::from_ptr(tm.tm_zone) }.to_bytes().to_vec(),
        };
        (tm.tm_gmtoff, name)
    })
}

/// Seconds since the epoch now, and the microseconds of the second.
pub fn now() -> (i64, i32) {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for the time; the real-time clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut time) };
    (time.tv_sec, (time.tv_nsec / 1000) as i32)
}
