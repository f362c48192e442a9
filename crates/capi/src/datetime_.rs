//! `datetime.h`: the structure behind `PyDateTime_IMPORT`, and its functions.

use std::ffi::{CStr, c_int, c_void};

use modules::datetime::date::{DATE, Date};
use modules::datetime::datetime::{DATE_TIME, DateTime};
use modules::datetime::delta::{Span, TIME_DELTA, TimeDelta};
use modules::datetime::fields::{self, Clock, Day, argument};
use modules::datetime::time::{TIME, Time};
use modules::datetime::timezone::{self, TimeZone};
use modules::datetime::tzinfo::TZ_INFO;
use objects::capsule::Capsule;
use objects::prelude::*;

const NAME: &CStr = c"datetime.datetime_CAPI";

/// `PyDateTime_CAPI`.
#[repr(C)]
struct Interface {
    date_type: &'static Type,
    datetime_type: &'static Type,
    time_type: &'static Type,
    delta_type: &'static Type,
    tzinfo_type: &'static Type,
    utc: Ref<TimeZone>,
    date_from_date: extern "C" fn(c_int, c_int, c_int, &Type) -> Result<Ref>,
    datetime_from_date_and_time:
        extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, &Object, &Type) -> Result<Ref>,
    time_from_time: extern "C" fn(c_int, c_int, c_int, c_int, &Object, &Type) -> Result<Ref>,
    delta_from_delta: extern "C" fn(c_int, c_int, c_int, c_int, &Type) -> Result<Ref>,
    timezone_from_timezone: extern "C" fn(&Object, Option<&Object>) -> Result<Ref>,
    datetime_from_timestamp: extern "C" fn(&Object, &Tuple, Option<&Dict>) -> Result<Ref>,
    date_from_timestamp: extern "C" fn(&Type, &Tuple) -> Result<Ref>,
    datetime_from_date_and_time_and_fold:
        extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, &Object, c_int, &Type) -> Result<Ref>,
    time_from_time_and_fold: extern "C" fn(c_int, c_int, c_int, c_int, &Object, c_int, &Type) -> Result<Ref>,
}

/// The structure has a constructor for each kind of value, and the types, as `datetime.h` lists them.
const _: () = assert!(size_of::<Interface>() == 120);

extern "C" fn date_from_date(year: c_int, month: c_int, day: c_int, class: &Type) -> Result<Ref> {
    Ok(Date::new_in(class, Day::new(year, month, day).check()?)?.into_object())
}

extern "C" fn datetime_from_date_and_time(
    year: c_int,
    month: c_int,
    day: c_int,
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    class: &Type,
) -> Result<Ref> {
    datetime_from_date_and_time_and_fold(year, month, day, hour, minute, second, microsecond, zone, 0, class)
}

extern "C" fn datetime_from_date_and_time_and_fold(
    year: c_int,
    month: c_int,
    day: c_int,
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    fold: c_int,
    class: &Type,
) -> Result<Ref> {
    let day = Day::new(year, month, day).check()?;
    let clock = Clock::new(hour, minute, second, microsecond).check(fold)?;
    let zone = fields::zone(Some(zone))?;
    Ok(DateTime::new_in(class, day, clock, zone, fold != 0)?.into_object())
}

extern "C" fn time_from_time(
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    class: &Type,
) -> Result<Ref> {
    time_from_time_and_fold(hour, minute, second, microsecond, zone, 0, class)
}

extern "C" fn time_from_time_and_fold(
    hour: c_int,
    minute: c_int,
    second: c_int,
    microsecond: c_int,
    zone: &Object,
    fold: c_int,
    class: &Type,
) -> Result<Ref> {
    let clock = Clock::new(hour, minute, second, microsecond).check(fold)?;
    let zone = fields::zone(Some(zone))?;
    Ok(Time::new_in(class, clock, zone, fold != 0)?.into_object())
}

/// Without normalisation the parts are to be in their ranges already.
extern "C" fn delta_from_delta(
    days: c_int,
    seconds: c_int,
    microseconds: c_int,
    normalize: c_int,
    class: &Type,
) -> Result<Ref> {
    let span = match normalize != 0 {
        true => Span::new(days.into(), seconds.into(), microseconds.into())?,
        false => Span { days, seconds, microseconds }.check()?,
    };
    Ok(TimeDelta::new_in(class, span)?.into_object())
}

extern "C" fn timezone_from_timezone(offset: &Object, name: Option<&Object>) -> Result<Ref> {
    let offset: &TimeDelta = argument(offset, "timezone", "argument 1")?;
    let name = name.map(|name| argument::<Str>(name, "timezone", "argument 2")).transpose()?;
    Ok(TimeZone::new(offset, name)?.into_object())
}

extern "C" fn datetime_from_timestamp(
    class: &Object,
    arguments: &Tuple,
    keywords: Option<&Dict>,
) -> Result<Ref> {
    class.get_attr(intern!("fromtimestamp"))?.call_dict(arguments, keywords)
}

extern "C" fn date_from_timestamp(class: &Type, arguments: &Tuple) -> Result<Ref> {
    match arguments.as_slice() {
        [timestamp] => Date::of_timestamp(class, timestamp),
        given => Err(raise!(TypeError, "fromtimestamp expected 1 argument, got {}", given.len())),
    }
}

/// Makes the capsule. The structure lives as long as the process, as C code expects.
fn make() -> Result<Ref> {
    let interface = Interface {
        date_type: &DATE,
        datetime_type: &DATE_TIME,
        time_type: &TIME,
        delta_type: &TIME_DELTA,
        tzinfo_type: &TZ_INFO,
        utc: timezone::utc()?,
        date_from_date,
        datetime_from_date_and_time,
        time_from_time,
        delta_from_delta,
        timezone_from_timezone,
        datetime_from_timestamp,
        date_from_timestamp,
        datetime_from_date_and_time_and_fold,
        time_from_time_and_fold,
    };
    let pointer = std::ptr::from_mut(Box::leak(Box::new(interface))).cast::<c_void>();
    // SAFETY: the name is a constant, and the capsule ends without a destructor.
    Ok(unsafe { Capsule::new(pointer, NAME.as_ptr(), None) }?.into_object())
}

/// Lets the module `_datetime` have its capsule.
pub fn install() {
    let _ = modules::datetime::CAPSULE.set(make);
}
