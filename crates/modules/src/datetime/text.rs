//! Dates and times as text: ISO 8601, and the C library's formats.

use std::fmt::Write;

use objects::prelude::*;
use objects::services;

use super::delta::Span;
use super::fields::{Clock, Day, argument};
use super::tzinfo::{self, Question};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Two digits.
fn push_two(text: &mut String, value: i32) {
    text.push(char::from(b'0' + (value / 10) as u8));
    text.push(char::from(b'0' + (value % 10) as u8));
}

/// `YYYY-MM-DD`.
pub fn push_day(text: &mut String, day: Day) {
    push_two(text, day.year / 100);
    push_two(text, day.year % 100);
    text.push('-');
    push_two(text, day.month);
    text.push('-');
    push_two(text, day.day);
}

/// How much of a time of day is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Auto,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Precision {
    /// What the argument of an `isoformat` names. `TypeError`, `ValueError`.
    pub fn of(name: Option<&Object>, number: &'static str) -> Result<Precision> {
        let Some(name) = name else { return Ok(Precision::Auto) };
        Ok(match argument::<Str>(name, "isoformat", number)?.as_utf8()? {
            "auto" => Precision::Auto,
            "hours" => Precision::Hours,
            "minutes" => Precision::Minutes,
            "seconds" => Precision::Seconds,
            "milliseconds" => Precision::Milliseconds,
            "microseconds" => Precision::Microseconds,
            _ => bail!(ValueError, "Unknown timespec value"),
        })
    }
}

/// `HH[:MM[:SS[.mmm[uuu]]]]`.
pub fn push_clock(text: &mut String, clock: Clock, precision: Precision) {
    let precision = match precision {
        Precision::Auto if clock.microsecond == 0 => Precision::Seconds,
        Precision::Auto => Precision::Microseconds,
        precision => precision,
    };
    push_two(text, clock.hour);
    if precision == Precision::Hours {
        return;
    }
    text.push(':');
    push_two(text, clock.minute);
    if precision == Precision::Minutes {
        return;
    }
    text.push(':');
    push_two(text, clock.second);
    if matches!(precision, Precision::Milliseconds | Precision::Microseconds) {
        text.push('.');
        let thousandths = clock.microsecond / 1000;
        push_two(text, thousandths / 10);
        text.push(char::from(b'0' + (thousandths % 10) as u8));
        if precision == Precision::Microseconds {
            let rest = clock.microsecond % 1000;
            push_two(text, rest / 10);
            text.push(char::from(b'0' + (rest % 10) as u8));
        }
    }
}

/// `+HH:MM[:SS[.uuuuuu]]` of an offset, with the separator.
pub fn push_offset(text: &mut String, offset: Span, separator: &str) {
    let microseconds = offset.to_microseconds();
    text.push(if microseconds < 0 { '-' } else { '+' });
    let magnitude = microseconds.unsigned_abs();
    let (seconds, microseconds) = ((magnitude / 1_000_000) as i32, magnitude % 1_000_000);
    push_two(text, seconds / 3600);
    text.push_str(separator);
    push_two(text, seconds / 60 % 60);
    if seconds % 60 != 0 || microseconds != 0 {
        text.push_str(separator);
        push_two(text, seconds % 60);
    }
    if microseconds != 0 {
        let _ = write!(text, ".{microseconds:06}");
    }
}

/// The offset of a zone at a moment, if it has one there.
pub fn push_zone(text: &mut String, zone: Option<&Object>, moment: &Object, separator: &str) -> Result<()> {
    if let Some(offset) = tzinfo::ask(zone, Question::UtcOffset, moment)? {
        push_offset(text, offset.span(), separator);
    }
    Ok(())
}

/// As `ctime()` writes it.
pub fn ctime(day: Day, clock: Clock) -> String {
    format!(
        "{} {} {:2} {:02}:{:02}:{:02} {:04}",
        DAYS[day.weekday() as usize],
        MONTHS[day.month as usize - 1],
        day.day,
        clock.hour,
        clock.minute,
        clock.second,
        day.year
    )
}

/// A `time.struct_time`.
pub fn struct_time(day: Day, clock: Clock, dst: i32) -> Result<Ref> {
    let yearday = super::calendar::days_before_month(day.year, day.month) + day.day;
    let fields =
        [day.year, day.month, day.day, clock.hour, clock.minute, clock.second, day.weekday(), yearday, dst];
    let fields = Tuple::new(fields.map(|field| Int::new(field.into()).into_object()))?;
    services::import("time")?.call_method(intern!("struct_time"), &[&fields])
}

/// What the formats that the C library does not know stand for.
pub struct Extras<'a> {
    pub zone: Option<&'a Object>,
    /// What the zone is asked about.
    pub moment: &'a Object,
    pub microsecond: i32,
}

impl Extras<'_> {
    /// The zone's name, in which a per cent sign stands for itself.
    fn name(&self) -> Result<Option<Ref<Str>>> {
        let name = tzinfo::name(self.zone, self.moment)?;
        if name.is_none() {
            return Ok(None);
        }
        let name = name.call_method(intern!("replace"), &[intern!("%"), intern!("%%")])?;
        match name.into_type::<Str>() {
            Ok(name) => Ok(Some(name)),
            Err(_) => Err(raise!(TypeError, "tzname.replace() did not return a string")),
        }
    }
}

/// `time.strftime` with a format in which `%z`, `%Z` and `%f` are filled in.
pub fn strftime(format: &Str, tuple: &Object, extras: &Extras<'_>) -> Result<Ref> {
    let mut filled = String::new();
    let (mut offset, mut name) = (None, None);
    let mut characters = format.as_utf8()?.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            filled.push(character);
            continue;
        }
        match characters.next() {
            Some('z') => {
                if offset.is_none() {
                    let mut text = String::new();
                    push_zone(&mut text, extras.zone, extras.moment, "")?;
                    offset = Some(text);
                }
                filled.push_str(offset.as_deref().unwrap_or(""));
            }
            Some('Z') => {
                if name.is_none() {
                    name = Some(extras.name()?);
                }
                if let Some(Some(name)) = &name {
                    filled.push_str(name.as_utf8()?);
                }
            }
            Some('f') => {
                let _ = write!(filled, "{:06}", extras.microsecond);
            }
            Some(kind) => filled.extend(['%', kind]),
            None => filled.push('%'),
        }
    }
    let filled = Str::try_new(&filled)?;
    services::import("time")?.call_method(intern!("strftime"), &[&*filled, tuple])
}
