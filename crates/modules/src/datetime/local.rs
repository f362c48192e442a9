//! The local time zone, as the C library knows it.

use objects::prelude::*;
use system::local_time::{self, Moment};

use super::calendar::{self, EPOCH};
use super::fields::{Clock, Day};
use super::timezone::TimeZone;
use crate::posix::raised;

/// No zone is set back by more than a day.
const LONGEST_FOLD: i64 = 24 * 3600;

/// Seconds since midnight of day 0 of a moment. `ValueError` for a year out of range.
fn seconds_of(moment: &Moment) -> Result<i64> {
    if !(1..=9999).contains(&moment.year) {
        bail!(ValueError, "year {} is out of range", moment.year);
    }
    let ordinal = calendar::ordinal(moment.year as i32, moment.month, moment.day);
    Ok(calendar::to_seconds(ordinal, moment.hour, moment.minute, moment.second))
}

/// Local time for a time in UTC, both in seconds since midnight of day 0.
fn from_utc(seconds: i64) -> Result<i64> {
    seconds_of(&raised(local_time::local(seconds - EPOCH))?)
}

/// UTC for a local time. Of two equal local times `fold` chooses the later one; for a time that clocks skip
/// it chooses the offset that holds afterwards.
pub fn to_utc(local: i64, fold: bool) -> Result<i64> {
    let shift = from_utc(local)? - local;
    let first = local - shift;
    let first_local = from_utc(first)?;
    let other_shift = if first_local == local {
        // One solution; another one may be near by.
        let probe = if fold { first + LONGEST_FOLD } else { first - LONGEST_FOLD };
        let other_shift = from_utc(probe)? - probe;
        if other_shift == shift {
            return Ok(first);
        }
        other_shift
    } else {
        first_local - first
    };
    let second = local - other_shift;
    if from_utc(second)? == local {
        return Ok(second);
    }
    if first_local == local {
        return Ok(first);
    }
    Ok(if fold { first.min(second) } else { first.max(second) })
}

/// The local zone as it is at a timestamp, with its name.
pub fn zone_at(timestamp: i64) -> Result<Ref<TimeZone>> {
    let (offset, name) = raised(local_time::zone(timestamp))?;
    let name = system::path::decode(&name)?;
    TimeZone::of_seconds(offset, 0, Some(&name))
}

/// Day and time of day of a timestamp.
fn parts(moment: &Moment, microsecond: i32) -> (Day, Clock) {
    let day = Day::new(super::date::year_of(moment.year), moment.month, moment.day);
    // The calendar has no leap seconds.
    (day, Clock::new(moment.hour, moment.minute, moment.second.min(59), microsecond))
}

/// A timestamp in UTC.
pub fn utc_parts(seconds: i64, microsecond: i32) -> Result<(Day, Clock)> {
    Ok(parts(&raised(local_time::utc(seconds))?, microsecond))
}

/// A timestamp in the local zone, and whether it is the second of two equal times.
pub fn local_parts(seconds: i64, microsecond: i32) -> Result<(Day, Clock, bool)> {
    let moment = raised(local_time::local(seconds))?;
    let (day, clock) = parts(&moment, microsecond);
    day.check()?;
    let own = calendar::to_seconds(day.ordinal(), clock.hour, clock.minute, clock.second);
    // Clocks that were set back within the last day showed the same time before.
    let before = from_utc(EPOCH + seconds - LONGEST_FOLD)?;
    let transition = own - before - LONGEST_FOLD;
    let fold = transition < 0 && from_utc(EPOCH + seconds + transition)? == own;
    Ok((day, clock, fold))
}
