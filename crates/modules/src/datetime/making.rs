//! The class methods of `datetime`, which make moments.

use objects::prelude::*;
use objects::services;
use system::local_time;

use super::date::Date;
use super::datetime::{DateTime, Parts};
use super::fields::{self, Clock};
use super::time::Time;
use super::{local, parse, timezone};
use crate::time::clock::{self, Rounding};

/// A moment of a timestamp: in a zone, or in the local one without saying so.
pub fn of_timestamp(class: &Type, seconds: i64, microsecond: i32, zone: Option<Ref>) -> Result<Ref> {
    let Some(zone) = zone else {
        let (day, clock, fold) = local::local_parts(seconds, microsecond)?;
        return DateTime::of_class(class, Parts { day, clock, zone: None, fold });
    };
    let (day, clock) = local::utc_parts(seconds, microsecond)?;
    let parts = Parts { day, clock, zone: Some(zone.clone()), fold: false };
    let moment = DateTime::of_class(class, parts)?;
    match zone.is(&*timezone::utc()?) && class.is(&super::datetime::DATE_TIME) {
        true => Ok(moment),
        false => zone.call_method(intern!("fromutc"), &[&moment]),
    }
}

/// Seconds and microseconds of a timestamp that is an argument.
pub fn split(timestamp: &Object) -> Result<(i64, i32)> {
    let (seconds, microseconds) = clock::timeval_of(timestamp, Rounding::HalfEven)?;
    Ok((seconds, microseconds as i32))
}

/// A moment in UTC, without a zone.
fn of_utc(class: &Type, seconds: i64, microsecond: i32) -> Result<Ref> {
    let (day, clock) = local::utc_parts(seconds, microsecond)?;
    DateTime::of_class(class, Parts { day, clock, zone: None, fold: false })
}

#[methods(MAKING)]
impl DateTime {
    /// The present moment by the clock of a time zone.
    ///
    ///   tz
    ///     The zone. Without one, or with None, the local clock is read, and the datetime has no zone.
    #[classmethod("(tz=None)")]
    fn now(class: &Type, tz: NoneOr<&Object>) -> Result<Ref> {
        let zone = fields::zone(tz.0)?;
        let (seconds, microsecond) = local_time::now();
        of_timestamp(class, seconds, microsecond, zone)
    }

    /// The present moment in UTC, as a datetime without a zone.
    #[classmethod(no_text_signature)]
    fn utcnow(class: &Type) -> Result<Ref> {
        let (seconds, microsecond) = local_time::now();
        of_utc(class, seconds, microsecond)
    }

    /// The moment so many seconds after the epoch of POSIX, by the clock of the zone tz, or of the local one.
    #[classmethod("(timestamp, tz=None)", getargs)]
    fn fromtimestamp(class: &Type, timestamp: &Object, tz: NoneOr<&Object>) -> Result<Ref> {
        let zone = fields::zone(tz.0)?;
        let (seconds, microsecond) = split(timestamp)?;
        of_timestamp(class, seconds, microsecond, zone)
    }

    /// The moment so many seconds after the epoch of POSIX, in UTC, as a datetime without a zone.
    #[classmethod("(timestamp, /)", getargs)]
    fn utcfromtimestamp(class: &Type, timestamp: &Object) -> Result<Ref> {
        let (seconds, microsecond) = split(timestamp)?;
        of_utc(class, seconds, microsecond)
    }

    /// Read a moment from text by a format with codes as in time.strptime().
    ///
    /// Raises ValueError for text that does not fit.
    #[classmethod("(date_string, format, /)", getargs)]
    fn strptime(class: &Type, date_string: &Str, format: &Str) -> Result<Ref> {
        let parser = services::import("_strptime")?;
        parser.call_method(intern!("_strptime_datetime"), &[class, date_string, format])
    }

    /// Put a date and a time together. The zone is that of the time, unless tzinfo is given.
    #[classmethod("(date, time, tzinfo=None)", getargs)]
    fn combine(class: &Type, date: &Object, time: &Object, tzinfo: Option<&Object>) -> Result<Ref> {
        let date: &Date = fields::argument(date, "combine", "argument 1")?;
        let time: &Time = fields::argument(time, "combine", "argument 2")?;
        let zone = match tzinfo {
            None => time.zone_object(),
            given => fields::zone(given)?,
        };
        let parts = Parts { day: date.day(), clock: time.clock(), zone, fold: time.has_fold() };
        DateTime::of_class(class, parts)
    }

    /// Read a moment back that datetime.isoformat() has written. Raises ValueError for any other text.
    #[classmethod("(date_string, /)", no_text_signature)]
    fn fromisoformat(class: &Type, date_string: &Object) -> Result<Ref> {
        let text = parse::text(date_string)?;
        let form = text.to_wtf8();
        let read = |form: &[u8]| -> Option<_> {
            let (day, rest) = form.split_at_checked(10)?;
            let day = parse::day(day)?;
            if rest.is_empty() {
                return Some((day, Clock::MIDNIGHT, None));
            }
            // Any one character separates the two.
            let separator = match rest[0] {
                0..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            let (clock, offset) = parse::time(rest.get(separator..)?)?;
            Some((day, clock, offset))
        };
        let Some((day, clock, offset)) = read(&form) else { return Err(parse::invalid(text)) };
        DateTime::of_class(class, Parts { day, clock, zone: parse::zone(offset)?, fold: false })
    }
}
