//! `_datetime`: days, times of day, moments, their differences, time zones.

pub mod calendar;
pub mod date;
pub mod datetime;
pub mod delta;
pub mod fields;
mod iso_calendar;
mod local;
pub mod making;
mod parse;
mod text;
pub mod time;
pub mod timezone;
pub mod tzinfo;

use std::sync::OnceLock;

use objects::prelude::*;

/// Makes the capsule through which C code reaches the module (`datetime.h`).
pub static CAPSULE: OnceLock<fn() -> Result<Ref>> = OnceLock::new();

/// Whether the byte of a pickled state that tells dates from other bytes is a month.
fn pickled_day(month: u8) -> bool {
    (1..=12).contains(&month)
}

/// Dates, times of day, differences and time zones: the types of the module datetime.
#[module(
    name = "_datetime",
    classes = [
        super::date::DATE,
        super::datetime::DATE_TIME,
        super::time::TIME,
        super::delta::TIME_DELTA,
        super::tzinfo::TZ_INFO,
        super::timezone::TIME_ZONE
    ]
)]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;

    use super::calendar::{MAX_YEAR, MIN_YEAR};
    use super::date::{DATE, Date};
    use super::datetime::{DATE_TIME, DateTime};
    use super::delta::{Span, TIME_DELTA, TimeDelta};
    use super::fields::{Clock, Day};
    use super::time::{TIME, Time};
    use super::timezone::{self, TIME_ZONE, TimeZone};

    #[constant]
    const MINYEAR: i32 = MIN_YEAR;

    #[constant]
    const MAXYEAR: i32 = MAX_YEAR;

    fn delta(days: i32, seconds: i32, microseconds: i32) -> Ref {
        TimeDelta::new(Span { days, seconds, microseconds }).into_object()
    }

    /// Fills the classes; once for the process, whose types they are.
    fn fill_classes() -> Result<()> {
        let known = DATE.tp_dict.get().and_then(|dict| dict.get_str(intern!("min")));
        if known.is_some() {
            return Ok(());
        }
        // Known to no name of the module.
        objects::type_object::ready(&super::iso_calendar::ISO_CALENDAR_DATE)?;
        let (first, last) = (Day::new(MIN_YEAR, 1, 1), Day::new(MAX_YEAR, 12, 31));
        let end = Clock::new(23, 59, 59, 999_999);
        TIME_DELTA.set_constant(intern!("resolution"), delta(0, 0, 1))?;
        TIME_DELTA.set_constant(intern!("min"), delta(-999_999_999, 0, 0))?;
        TIME_DELTA.set_constant(intern!("max"), delta(999_999_999, 86_399, 999_999))?;
        DATE.set_constant(intern!("min"), Date::new_in(&DATE, first)?.into_object())?;
        DATE.set_constant(intern!("max"), Date::new_in(&DATE, last)?.into_object())?;
        DATE.set_constant(intern!("resolution"), delta(1, 0, 0))?;
        TIME.set_constant(intern!("min"), Time::new_in(&TIME, Clock::MIDNIGHT, None, false)?.into_object())?;
        TIME.set_constant(intern!("max"), Time::new_in(&TIME, end, None, false)?.into_object())?;
        TIME.set_constant(intern!("resolution"), delta(0, 0, 1))?;
        let min = DateTime::new_in(&DATE_TIME, first, Clock::MIDNIGHT, None, false)?;
        DATE_TIME.set_constant(intern!("min"), min.into_object())?;
        let max = DateTime::new_in(&DATE_TIME, last, end, None, false)?;
        DATE_TIME.set_constant(intern!("max"), max.into_object())?;
        DATE_TIME.set_constant(intern!("resolution"), delta(0, 0, 1))?;
        TIME_ZONE.set_constant(intern!("utc"), timezone::utc()?.into_object())?;
        // The farthest zones are less than a day from UTC, and told in minutes.
        let farthest = 24 * 3600 - 60;
        TIME_ZONE.set_constant(intern!("min"), TimeZone::of_seconds(-farthest, 0, None)?.into_object())?;
        TIME_ZONE.set_constant(intern!("max"), TimeZone::of_seconds(farthest, 0, None)?.into_object())
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        fill_classes()?;
        match super::CAPSULE.get() {
            Some(make) => module.add("datetime_CAPI", make()?),
            None => Ok(()),
        }
    }
}
