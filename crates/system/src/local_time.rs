//! Seconds since the epoch as calendar time, in UTC and in the local zone.

use std::ffi::{CStr, CString};
use std::ptr;

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
            true => Err(match Errno::last() {
                Errno(0) => Errno(libc::EINVAL),
                error => error,
            }),
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

/// The name of the zone, where the C library has put one into a time.
fn zone_name(tm: &libc::tm) -> Option<CString> {
    // SAFETY: the name of a zone ends with NUL, and stays until the zone is read anew.
    (!tm.tm_zone.is_null()).then(|| unsafe { CStr::from_ptr(tm.tm_zone) }.to_owned())
}

/// A calendar time of the C library's, and the name of its zone, to which the structure does not point any more.
pub type Broken = (libc::tm, Option<CString>);

fn broken(tm: &libc::tm) -> Broken {
    (libc::tm { tm_zone: ptr::null(), ..*tm }, zone_name(tm))
}

/// The calendar time in UTC.
pub fn broken_utc(seconds: i64) -> Result<Broken, Errno> {
    convert(seconds, libc::gmtime_r, broken)
}

/// The calendar time in the local zone.
pub fn broken_local(seconds: i64) -> Result<Broken, Errno> {
    convert(seconds, libc::localtime_r, broken)
}

/// A calendar time of zeros.
pub fn blank() -> libc::tm {
    // SAFETY: zeros are a valid value.
    unsafe { std::mem::zeroed() }
}

/// Seconds since the epoch of a local time, whose fields are brought into their ranges; nothing where there is no such
/// time.
pub fn seconds_of(tm: &mut libc::tm) -> Option<i64> {
    tm.tm_wday = -1;
    // SAFETY: the call reads and normalises the structure.
    let seconds = unsafe { libc::mktime(tm) };
    // -1 may be a time; then the call has set the day of the week.
    (seconds != -1 || tm.tm_wday != -1).then_some(seconds)
}

/// A time by a format, which may ask for the zone's name.
pub fn format(tm: &libc::tm, zone: Option<&CStr>, format: &CStr) -> Vec<u8> {
    let tm = libc::tm { tm_zone: zone.map_or(ptr::null(), CStr::as_ptr), ..*tm };
    let mut size = 1024;
    loop {
        let mut buffer = vec![0u8; size];
        // SAFETY: a buffer of the size that the call is told; the zone's name lives for the call.
        let length = unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, format.as_ptr(), &tm) };
        // 0 says that the buffer is too small, or that there is nothing: no format makes so much of so little.
        if length > 0 || size >= 256 * format.to_bytes().len().max(4) {
            buffer.truncate(length);
            return buffer;
        }
        size *= 2;
    }
}

/// Reads the time zone anew from the environment.
pub fn read_zone() {
    unsafe extern "C" {
        fn tzset();
    }
    // SAFETY: the interpreter's lock keeps other users of the environment away.
    unsafe { tzset() }
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
        (tm.tm_gmtoff, zone_name(tm).map_or(Vec::new(), CString::into_bytes))
    })
}

/// Seconds since the epoch now, and the microseconds of the second.
pub fn now() -> (i64, i32) {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for the time; the real-time clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut time) };
    (time.tv_sec, (time.tv_nsec / 1000) as i32)
}
