//! `time`: clocks, sleeping, and calendar time.

pub mod calendar;
pub mod clock;

use objects::prelude::*;

pub use time::{DEFINITION, initialize};

/// This module provides various functions to manipulate time values.
///
/// A time is a number of seconds since the epoch, the beginning of 1970 in UTC, or a tuple of nine integers:
/// year, month (1-12), day (1-31), hour (0-23), minute (0-59), second (0-59), weekday (0-6, Monday is 0),
/// day of the year (1-366), and a flag that says whether summer time is in effect (-1 if unknown).
#[module(name = "time")]
pub mod time {
    use std::ffi::{CString, c_int};

    use objects::module::Module;
    use objects::namespace::SimpleNamespace;
    use objects::prelude::*;

    use super::calendar::{CalendarTime, STRUCT_TIME};
    use super::clock::{self, NANOSECONDS, Rounding, as_seconds};
    use crate::posix::raised;
    use system::{Errno, clocks, local_time};

    #[constant]
    const CLOCK_REALTIME: c_int = libc::CLOCK_REALTIME;
    #[constant]
    const CLOCK_MONOTONIC: c_int = libc::CLOCK_MONOTONIC;
    #[constant]
    const CLOCK_MONOTONIC_RAW: c_int = libc::CLOCK_MONOTONIC_RAW;
    #[constant]
    const CLOCK_PROCESS_CPUTIME_ID: c_int = libc::CLOCK_PROCESS_CPUTIME_ID;
    #[constant]
    const CLOCK_THREAD_CPUTIME_ID: c_int = libc::CLOCK_THREAD_CPUTIME_ID;
    #[constant]
    const CLOCK_BOOTTIME: c_int = libc::CLOCK_BOOTTIME;
    #[constant]
    const CLOCK_TAI: c_int = libc::CLOCK_TAI;
    #[constant]
    const _STRUCT_TM_ITEMS: i64 = 11;

    /// A clock's time in nanoseconds.
    fn read(clock: c_int) -> Result<i64> {
        raised(clocks::read(clock))
    }

    /// The seconds of an optional argument, now where it is absent or `None`.
    fn seconds_or_now(seconds: Option<&Object>) -> Result<i64> {
        match seconds.filter(|seconds| !seconds.is_none()) {
            Some(seconds) => clock::seconds_of(seconds, Rounding::Floor),
            None => Ok(read(libc::CLOCK_REALTIME)? / NANOSECONDS),
        }
    }

    /// The calendar time of an optional argument, now where it is absent.
    fn calendar_or_now(tuple: Option<&Object>, function: &str) -> Result<CalendarTime> {
        match tuple {
            Some(tuple) => {
                let mut time = CalendarTime::from_object(tuple, function)?;
                time.check()?;
                Ok(time)
            }
            None => raised(CalendarTime::local(seconds_or_now(None)?)),
        }
    }

    /// time() -> floating point number
    ///
    /// The time now, in seconds since the epoch; with fractions where the system's clock has them.
    #[function("()", no_text_signature)]
    fn time() -> Result<f64> {
        read(libc::CLOCK_REALTIME).map(as_seconds)
    }

    /// time_ns() -> int
    ///
    /// The time now, in nanoseconds since the epoch.
    #[function("()", no_text_signature)]
    fn time_ns() -> Result<i64> {
        read(libc::CLOCK_REALTIME)
    }

    /// monotonic() -> float
    ///
    /// A clock that never goes backward.
    #[function("()", no_text_signature)]
    fn monotonic() -> Result<f64> {
        read(libc::CLOCK_MONOTONIC).map(as_seconds)
    }

    /// monotonic_ns() -> int
    ///
    /// A clock that never goes backward, in nanoseconds.
    #[function("()", no_text_signature)]
    fn monotonic_ns() -> Result<i64> {
        read(libc::CLOCK_MONOTONIC)
    }

    /// perf_counter() -> float
    ///
    /// The clock for measuring short durations.
    #[function("()", no_text_signature)]
    fn perf_counter() -> Result<f64> {
        read(libc::CLOCK_MONOTONIC).map(as_seconds)
    }

    /// perf_counter_ns() -> int
    ///
    /// The clock for measuring short durations, in nanoseconds.
    #[function("()", no_text_signature)]
    fn perf_counter_ns() -> Result<i64> {
        read(libc::CLOCK_MONOTONIC)
    }

    /// process_time() -> float
    ///
    /// The time that the process has used processors for, in user and kernel mode.
    #[function("()", no_text_signature)]
    fn process_time() -> Result<f64> {
        read(libc::CLOCK_PROCESS_CPUTIME_ID).map(as_seconds)
    }

    /// process_time() -> int
    ///
    /// The time that the process has used processors for, in user and kernel mode, in nanoseconds.
    #[function("()", no_text_signature)]
    fn process_time_ns() -> Result<i64> {
        read(libc::CLOCK_PROCESS_CPUTIME_ID)
    }

    /// thread_time() -> float
    ///
    /// The time that the thread has used a processor for, in user and kernel mode.
    #[function("()", no_text_signature)]
    fn thread_time() -> Result<f64> {
        read(libc::CLOCK_THREAD_CPUTIME_ID).map(as_seconds)
    }

    /// thread_time() -> int
    ///
    /// The time that the thread has used a processor for, in user and kernel mode, in nanoseconds.
    #[function("()", no_text_signature)]
    fn thread_time_ns() -> Result<i64> {
        read(libc::CLOCK_THREAD_CPUTIME_ID)
    }

    /// clock_gettime(clk_id) -> float
    ///
    /// The time of the clock.
    #[function("(clk_id, /)", getargs)]
    fn clock_gettime(clk_id: c_int) -> Result<f64> {
        read(clk_id).map(as_seconds)
    }

    /// clock_gettime_ns(clk_id) -> int
    ///
    /// The time of the clock in nanoseconds.
    #[function("(clk_id, /)", getargs)]
    fn clock_gettime_ns(clk_id: c_int) -> Result<i64> {
        read(clk_id)
    }

    /// clock_getres(clk_id) -> floating point number
    ///
    /// The resolution of the clock.
    #[function("(clk_id, /)", getargs)]
    fn clock_getres(clk_id: c_int) -> Result<f64> {
        raised(clocks::resolution(clk_id)).map(as_seconds)
    }

    /// clock_settime(clk_id, time)
    ///
    /// Set the time of the clock.
    #[function("(clk_id, time, /)", getargs)]
    fn clock_settime(clk_id: c_int, time: &Object) -> Result<()> {
        let time = clock::nanoseconds_of(time, Rounding::Floor)?;
        raised(clocks::set(clk_id, time))
    }

    /// clock_settime_ns(clk_id, time)
    ///
    /// Set the time of the clock to so many nanoseconds.
    #[function("(clk_id, time, /)", getargs)]
    fn clock_settime_ns(clk_id: c_int, time: &Object) -> Result<()> {
        let Some(time) = time.downcast::<Int>() else {
            bail!(TypeError, "expect int, got {}", time.class().name());
        };
        let Some(time) = time.to_i64() else {
            bail!(OverflowError, "timestamp too large to convert to C _PyTime_t");
        };
        raised(clocks::set(clk_id, time))
    }

    /// pthread_getcpuclockid(thread_id) -> int
    ///
    /// The clock that counts the thread's use of processors.
    #[function("(thread_id, /)", getargs)]
    fn pthread_getcpuclockid(thread_id: Masked<u64>) -> Result<c_int> {
        raised(clocks::of_thread(thread_id.0))
    }

    /// sleep(seconds)
    ///
    /// Delay execution for a number of seconds, which may have a fraction.
    #[function("(seconds, /)", no_text_signature)]
    fn sleep(seconds: &Object) -> Result<()> {
        let duration = clock::nanoseconds_of(seconds, Rounding::Up)?;
        if duration < 0 {
            bail!(ValueError, "sleep length must be non-negative");
        }
        let deadline = read(libc::CLOCK_MONOTONIC)?.saturating_add(duration);
        match system::interruptible(|| clocks::sleep_until(deadline))? {
            Ok(()) => Ok(()),
            Err(error) => Err(error.raise()),
        }
    }

    /// gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,
    ///                        tm_sec, tm_wday, tm_yday, tm_isdst)
    ///
    /// The calendar time in UTC (a.k.a. GMT) of seconds since the epoch, by default of now.
    #[function("(seconds=None, /)", getargs)]
    fn gmtime(seconds: Option<&Object>) -> Result<Ref> {
        raised(CalendarTime::utc(seconds_or_now(seconds)?))?.object()
    }

    /// localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,
    ///                           tm_sec,tm_wday,tm_yday,tm_isdst)
    ///
    /// The local calendar time of seconds since the epoch, by default of now.
    #[function("(seconds=None, /)", getargs)]
    fn localtime(seconds: Option<&Object>) -> Result<Ref> {
        raised(CalendarTime::local(seconds_or_now(seconds)?))?.object()
    }

    /// mktime(tuple) -> floating point number
    ///
    /// The seconds since the epoch of a local calendar time; localtime() goes the other way.
    #[function("(tuple, /)", no_text_signature)]
    fn mktime(tuple: &Object) -> Result<f64> {
        let mut time = CalendarTime::from_object(tuple, "mktime")?;
        match time.to_seconds() {
            Some(seconds) => Ok(seconds as f64),
            None => Err(raise!(OverflowError, "mktime argument out of range")),
        }
    }

    /// asctime([tuple]) -> string
    ///
    /// A calendar time as text like 'Sat Jun 06 16:26:11 1998', by default the local one of now.
    #[function("(tuple=None, /)", no_text_signature, takes_tuple)]
    fn asctime(tuple: Option<&Object>) -> Result<String> {
        calendar_or_now(tuple, "asctime").map(|time| time.text())
    }

    /// ctime(seconds) -> string
    ///
    /// The local time of seconds since the epoch as text, by default of now.
    #[function("(seconds=None, /)", getargs)]
    fn ctime(seconds: Option<&Object>) -> Result<String> {
        raised(CalendarTime::local(seconds_or_now(seconds)?)).map(|time| time.text())
    }

    /// strftime(format[, tuple]) -> string
    ///
    /// A calendar time by a format, by default the local one of now. The most used directives:
    ///
    /// %Y %m %d  year, month, day          %H %M %S  hour, minute, second
    /// %a %A     name of the weekday       %b %B     name of the month
    /// %c        date and time             %I %p     hour of a half-day, and which
    /// %z %Z     offset from UTC, name of the time zone
    #[function("(format, tuple=None, /)", getargs)]
    fn strftime(format: &Str, tuple: Option<&Object>) -> Result<Ref<Str>> {
        let mut time = calendar_or_now(tuple, "strftime")?;
        time.tm.tm_isdst = time.tm.tm_isdst.clamp(-1, 1);
        let Ok(format) = CString::new(format.to_wtf8().into_owned()) else {
            bail!(ValueError, "embedded null character");
        };
        let text = time.format(&format);
        match std::str::from_utf8(&text) {
            Ok(text) => Str::try_new(text),
            Err(_) => Str::from_wtf8(&text),
        }
    }

    /// strptime(string, format) -> struct_time
    ///
    /// The calendar time that text denotes by a format; the directives are those of strftime().
    #[function("(*args)", getargs)]
    fn strptime(args: &[&Object]) -> Result<Ref> {
        let module = (objects::services::get().import)("_strptime")?;
        module.call_method(intern!("_strptime_time"), args)
    }

    /// get_clock_info(name: str) -> dict
    ///
    /// What is known of a clock: 'time', 'monotonic', 'perf_counter', 'process_time' or 'thread_time'.
    #[function("(name, /)", getargs)]
    fn get_clock_info(name: &str) -> Result<Ref> {
        let (clock, implementation) = match name {
            "time" => (libc::CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)"),
            "monotonic" | "perf_counter" => (libc::CLOCK_MONOTONIC, "clock_gettime(CLOCK_MONOTONIC)"),
            "process_time" => (libc::CLOCK_PROCESS_CPUTIME_ID, "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)"),
            "thread_time" => (libc::CLOCK_THREAD_CPUTIME_ID, "clock_gettime(CLOCK_THREAD_CPUTIME_ID)"),
            _ => bail!(ValueError, "unknown clock"),
        };
        let is_real = clock == libc::CLOCK_REALTIME;
        let info = Dict::new();
        info.set(intern!("implementation"), &Str::new(implementation))?;
        info.set(intern!("monotonic"), &bool_object(!is_real))?;
        info.set(intern!("adjustable"), &bool_object(is_real))?;
        info.set(intern!("resolution"), &Float::new(as_seconds(raised(clocks::resolution(clock))?)))?;
        let no_arguments = Tuple::new([])?;
        SimpleNamespace::class().as_object().call_dict(&no_arguments, Some(&info))
    }

    /// tzset()
    ///
    /// Take the local time zone from the environment variable TZ anew.
    ///
    /// A zone may be a name of the system's database, or a rule such as 'EST+05EDT,M4.1.0,M10.5.0'.
    #[function("()", no_text_signature)]
    fn tzset(module: &Module) -> Result<()> {
        local_time::read_zone();
        add_zone(module)
    }

    /// Puts what is known of the local time zone into the module.
    fn add_zone(module: &Module) -> Result<()> {
        const YEAR: i64 = (365 * 24 + 6) * 3600;
        let now = read(libc::CLOCK_REALTIME)? / NANOSECONDS;
        let start = now / YEAR * YEAR;
        let zone = |seconds: i64| -> Result<(i64, Ref<Str>), Errno> {
            let time = CalendarTime::local(seconds)?;
            let name = String::from_utf8_lossy(time.zone().to_bytes()).into_owned();
            Ok((-time.tm.tm_gmtoff, Str::new(&name)))
        };
        let january = raised(zone(start))?;
        let july = raised(zone(start + YEAR / 2))?;
        // South of the equator summer time is in January.
        let (standard, summer) = if january.0 < july.0 { (july, january) } else { (january, july) };
        module.add("timezone", standard.0)?;
        module.add("altzone", summer.0)?;
        module.add("daylight", i64::from(standard.0 != summer.0))?;
        module.add("tzname", (standard.1, summer.1))
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        local_time::read_zone();
        add_zone(module)?;
        module.add_type(STRUCT_TIME.ready()?)
    }
}
