//! Calendar time: the C library's `struct tm`, and `struct_time`.

use std::ffi::{CStr, CString, c_int};

use objects::arguments::Place;
use objects::prelude::*;
use objects::struct_sequence::Definition;

use system::{Errno, local_time};

pub static STRUCT_TIME: Definition = Definition::new(
    c"time.struct_time",
    c"The time value as returned by gmtime(), localtime(), and strptime(), and accepted by asctime(), mktime() and strftime().\n\n\
      A tuple of integers. Several formats' values, such as '09', do not fit a single field, so strftime() uses them together.",
    9,
    &[
        (c"tm_year", Some(c"year, for example, 1993")),
        (c"tm_mon", Some(c"month, from 1 for January to 12")),
        (c"tm_mday", Some(c"day in the month, from 1 to 31")),
        (c"tm_hour", Some(c"hours, range [0, 23]")),
        (c"tm_min", Some(c"minutes, range [0, 59]")),
        (c"tm_sec", Some(c"seconds, range [0, 61])")),
        (c"tm_wday", Some(c"weekday, from 0 for Monday to 6 for Sunday")),
        (c"tm_yday", Some(c"day in the year, from 1 to 366")),
        (c"tm_isdst", Some(c"1 in summer time, 0 in standard time, -1 where nobody knows")),
        (c"tm_zone", Some(c"abbreviation of timezone name")),
        (c"tm_gmtoff", Some(c"seconds that the zone is ahead of UTC")),
    ],
);

/// A calendar time; the time zone's name is its own.
pub struct CalendarTime {
    pub tm: libc::tm,
    zone: Option<CString>,
}

impl CalendarTime {
    /// The time in the local zone.
    pub fn local(seconds: i64) -> Result<CalendarTime, Errno> {
        let (tm, zone) = local_time::broken_local(seconds)?;
        Ok(CalendarTime { tm, zone })
    }

    /// The time in UTC.
    pub fn utc(seconds: i64) -> Result<CalendarTime, Errno> {
        let (tm, zone) = local_time::broken_utc(seconds)?;
        Ok(CalendarTime { tm, zone })
    }

    pub fn zone(&self) -> &CStr {
        self.zone.as_deref().unwrap_or(c"")
    }

    /// The `struct_time`.
    pub fn object(&self) -> Result<Ref> {
        let tm = &self.tm;
        let fields = [
            i64::from(tm.tm_year) + 1900,
            i64::from(tm.tm_mon) + 1,
            tm.tm_mday.into(),
            tm.tm_hour.into(),
            tm.tm_min.into(),
            tm.tm_sec.into(),
            // The C library's week begins on Sunday.
            i64::from((tm.tm_wday + 6) % 7),
            i64::from(tm.tm_yday) + 1,
            tm.tm_isdst.into(),
        ];
        let mut values: Vec<Ref> = fields.iter().map(|&field| Int::new(field).into_object()).collect();
        values.push(system::path::decode(self.zone().to_bytes())?.into_object());
        values.push(Int::new(tm.tm_gmtoff).into_object());
        STRUCT_TIME.build(values)
    }

    /// From a tuple or a `struct_time` that is an argument of `function`. `TypeError`, `OverflowError`.
    pub fn from_object(object: &Object, function: &str) -> Result<CalendarTime> {
        let Some(tuple) = object.downcast::<Tuple>() else {
            bail!(TypeError, "Tuple or struct_time argument required");
        };
        let items = tuple.items();
        if items.len() != 9 {
            bail!(TypeError, "{function}(): illegal time tuple argument");
        }
        let mut fields = [0; 9];
        for (field, item) in fields.iter_mut().zip(items) {
            let value = i64::from_argument(item, &Place::new("", ""))?;
            *field = c_int::try_from(value).map_err(|_| match value > 0 {
                true => raise!(OverflowError, "signed integer is greater than maximum"),
                false => raise!(OverflowError, "signed integer is less than minimum"),
            })?;
        }
        let [year, month, day, hour, minute, second, weekday, yearday, dst] = fields;
        let Some(year) = year.checked_sub(1900) else { bail!(OverflowError, "year out of range") };
        let mut tm = local_time::blank();
        tm.tm_year = year;
        tm.tm_mon = month.wrapping_sub(1);
        tm.tm_mday = day;
        tm.tm_hour = hour;
        tm.tm_min = minute;
        tm.tm_sec = second;
        tm.tm_wday = weekday.wrapping_add(1) % 7;
        tm.tm_yday = yearday.wrapping_sub(1);
        tm.tm_isdst = dst;
        let mut zone = None;
        if std::ptr::eq(tuple.class(), STRUCT_TIME.ready()?) {
            let name = object.get_attr(intern!("tm_zone"))?;
            if let Some(name) = name.downcast::<Str>() {
                zone = CString::new(system::path::encode(name)?).ok();
            }
            let offset = object.get_attr(intern!("tm_gmtoff"))?;
            if !offset.is_none() {
                tm.tm_gmtoff = i64::from_argument(&offset, &Place::new("", ""))?;
            }
        }
        Ok(CalendarTime { tm, zone })
    }

    /// Checks that the fields are in range, for the C library indexes tables with them. Zero stands for one
    /// where Python counts from one. `ValueError`.
    pub fn check(&mut self) -> Result<()> {
        let tm = &mut self.tm;
        let check =
            |field: &mut c_int, limits: std::ops::RangeInclusive<c_int>, is_from_one: bool, name: &str| {
                if is_from_one && *field == *limits.start() - 1 {
                    *field = *limits.start();
                }
                match limits.contains(field) {
                    true => Ok(()),
                    false => Err(raise!(ValueError, "{name} out of range")),
                }
            };
        check(&mut tm.tm_mon, 0..=11, true, "month")?;
        check(&mut tm.tm_mday, 1..=31, true, "day of month")?;
        check(&mut tm.tm_hour, 0..=23, false, "hour")?;
        check(&mut tm.tm_min, 0..=59, false, "minute")?;
        check(&mut tm.tm_sec, 0..=61, false, "seconds")?;
        if tm.tm_wday < 0 {
            bail!(ValueError, "day of week out of range");
        }
        check(&mut tm.tm_yday, 0..=365, true, "day of year")
    }

    /// Seconds since the epoch of a local time; nothing where there is no such time.
    pub fn to_seconds(&mut self) -> Option<i64> {
        local_time::seconds_of(&mut self.tm)
    }

    /// The time by a format of the C library's.
    pub fn format(&self, format: &CStr) -> Vec<u8> {
        local_time::format(&self.tm, self.zone.as_deref(), format)
    }

    /// As `asctime()` writes it.
    pub fn text(&self) -> String {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let tm = &self.tm;
        format!(
            "{} {}{:3} {:02}:{:02}:{:02} {}",
            DAYS[(tm.tm_wday % 7) as usize],
            MONTHS[(tm.tm_mon % 12) as usize],
            tm.tm_mday,
            tm.tm_hour,
            tm.tm_min,
            tm.tm_sec,
            i64::from(tm.tm_year) + 1900
        )
    }
}
