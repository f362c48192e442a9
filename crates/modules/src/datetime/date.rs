//! `date`: a day.

use std::cell::Cell;

use objects::arguments::{Parameters, Place, Shape};
use objects::prelude::*;
use objects::services;
use objects::str::InternedName;
use system::local_time;

use super::calendar::{self, MAX_YEAR, MIN_YEAR};
use super::datetime::{DATE_TIME, DateTime};
use super::delta::{Span, TimeDelta};
use super::fields::{Clock, Day, argument, int, pickled_state};
use super::iso_calendar::{ISO_CALENDAR_DATE, IsoCalendarDate};
use super::text::{self, Extras};
use super::{parse, pickled_day};
use crate::posix::raised;
use crate::time::clock::{self, Rounding};

/// `PyDateTime_Date`. A `datetime` begins with the same fields.
#[repr(C)]
pub struct Date {
    base: Object,
    /// -1 until it was asked for.
    hash: Cell<isize>,
    has_zone: bool,
    data: [u8; 4],
}

impl Date {
    /// A day that was checked, as an instance of the class or a subclass.
    pub fn new_in(class: &Type, day: Day) -> Result<Ref<Date>> {
        let value = Date { base: Object::header(), hash: Cell::new(-1), has_zone: false, data: day.pack() };
        match class.is(&DATE) {
            true => Ok(Ref::new(value)),
            false => Ref::new_in(class, value),
        }
    }

    /// What a class makes of a day: a subclass is called. `ValueError`.
    pub fn of_class(class: &Type, day: Day) -> Result<Ref> {
        if class.is(&DATE) {
            return Ok(Date::new_in(class, day.check()?)?.into_object());
        }
        if class.is(&DATE_TIME) {
            return Ok(DateTime::new_in(class, day.check()?, Clock::MIDNIGHT, None, false)?.into_object());
        }
        let fields = [day.year, day.month, day.day].map(|field| Int::new(field.into()).into_object());
        class.call(Ref::slice(&fields))
    }

    #[inline]
    pub fn day(&self) -> Day {
        Day::unpack(self.data)
    }

    /// The day so many days later.
    fn shifted(&self, days: i64) -> Result<Ref> {
        match self.day().shifted(days) {
            Some(day) => Date::of_class(self.class(), day),
            None => Err(raise!(OverflowError, "date value out of range")),
        }
    }

    /// The local day of a timestamp.
    pub fn of_timestamp(class: &Type, timestamp: &Object) -> Result<Ref> {
        let seconds = clock::seconds_of(timestamp, Rounding::Floor)?;
        let moment = raised(local_time::local(seconds))?;
        Date::of_class(class, Day::new(year_of(moment.year), moment.month, moment.day))
    }
}

/// A year of the C library's, which may have more digits than an `int`.
pub fn year_of(year: i64) -> i32 {
    year.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// A number of a day in ISO 8601's calendar of weeks.
struct Component(i32);

impl<'a> FromArgument<'a> for Component {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        match i32::from_argument(value, place) {
            Err(raised) if raised.matches(&exceptions::OverflowError) => {
                raised.clear();
                Err(raise!(ValueError, "ISO calendar component out of range"))
            }
            number => number.map(Component),
        }
    }
}

/// Names and counts of `(year, month, day)`.
const fn day_parameters(function: &'static str, required: usize) -> Parameters<3> {
    Parameters::parsed(
        Shape {
            function,
            positional_only: 0,
            positional: 3,
            required,
            required_keywords: 0,
            has_rest: false,
            has_keywords: false,
        },
        [InternedName::new("year"), InternedName::new("month"), InternedName::new("day")],
    )
}

static PARAMETERS: Parameters<3> = day_parameters("", 3);

/// date(year, month, day)
///
/// A day of the Gregorian calendar, which is taken to hold at all times. Years are from MINYEAR to MAXYEAR.
#[class(name = "date", module = "datetime", static_ = DATE, flags = BASETYPE, generic_getattro)]
impl Date {
    #[slot(tp_new)]
    fn make(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<Date>> {
        if let ([state], None) = (arguments.as_slice(), keywords)
            && let Some(data) = pickled_state::<4>(state, "date", |data| pickled_day(data[2]))?
        {
            return Date::new_in(class, Day::unpack(data));
        }
        let unpacked = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?;
        let number = |index| int(PARAMETERS.required(&unpacked, index)?);
        let day = Day::new(number(0)?, number(1)?, number(2)?);
        PARAMETERS.check_leftover(&unpacked, arguments.len())?;
        Date::new_in(class, day.check()?)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let Day { year, month, day } = self.day();
        format!("{}({year}, {month}, {day})", self.class().name())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        self.as_object().call_method(intern!("isoformat"), &[])
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        if self.hash.get() == -1 {
            self.hash.set(objects::hash::bytes(&self.data));
        }
        self.hash.get()
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        match other.downcast::<Date>() {
            Some(other) => bool_object(op.accepts(self.data.cmp(&other.data))),
            None => not_implemented(),
        }
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        if left.downcast::<DateTime>().is_some() || right.downcast::<DateTime>().is_some() {
            return Ok(not_implemented());
        }
        match (left.downcast::<Date>(), right.downcast::<Date>()) {
            (Some(date), _) if let Some(delta) = right.downcast::<TimeDelta>() => {
                date.shifted(delta.span().days.into())
            }
            (_, Some(date)) if let Some(delta) = left.downcast::<TimeDelta>() => {
                date.shifted(delta.span().days.into())
            }
            _ => Ok(not_implemented()),
        }
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        if left.downcast::<DateTime>().is_some() || right.downcast::<DateTime>().is_some() {
            return Ok(not_implemented());
        }
        let Some(date) = left.downcast::<Date>() else { return Ok(not_implemented()) };
        if let Some(other) = right.downcast::<Date>() {
            let days = date.day().ordinal() - other.day().ordinal();
            return Ok(TimeDelta::new(Span { days, seconds: 0, microseconds: 0 }).into_object());
        }
        match right.downcast::<TimeDelta>() {
            Some(delta) => date.shifted(-i64::from(delta.span().days)),
            None => Ok(not_implemented()),
        }
    }

    #[getter]
    fn year(&self) -> i32 {
        self.day().year
    }

    #[getter]
    fn month(&self) -> i32 {
        self.day().month
    }

    #[getter(name = "day")]
    fn day_of_month(&self) -> i32 {
        self.day().day
    }

    /// The day on which the local clock shows a moment.
    ///
    /// The moment is told as time.time() does: by the seconds that have passed since the epoch of POSIX.
    #[classmethod("(timestamp, /)")]
    fn fromtimestamp(class: &Type, timestamp: &Object) -> Result<Ref> {
        Date::of_timestamp(class, timestamp)
    }

    /// The day with a number, as toordinal() counts them.
    #[classmethod("(ordinal, /)", getargs)]
    fn fromordinal(class: &Type, ordinal: i32) -> Result<Ref> {
        match ordinal {
            ..1 => Err(raise!(ValueError, "ordinal must be >= 1")),
            // A day that there is not, which the class is to refuse.
            ordinal => Date::of_class(class, Day::of_ordinal(ordinal)),
        }
    }

    /// Read a date back that date.isoformat() has written. Raises ValueError for any other text.
    #[classmethod("(date_string, /)", no_text_signature)]
    fn fromisoformat(class: &Type, date_string: &Object) -> Result<Ref> {
        let text = parse::text(date_string)?;
        match text.as_ascii().and_then(|text| parse::day(text.as_bytes())) {
            Some(day) => Date::of_class(class, day),
            None => Err(parse::invalid(text)),
        }
    }

    /// The day that a year and week of ISO 8601 and a weekday, 1 for Monday, name.
    ///
    /// Gives back the date that date.isocalendar() was asked about.
    #[classmethod("(year, week, day)", getargs)]
    fn fromisocalendar(
        class: &Type,
        Component(year): Component,
        Component(week): Component,
        Component(day): Component,
    ) -> Result<Ref> {
        if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
            bail!(ValueError, "Year is out of range: {year}");
        }
        // Years of 53 weeks begin on a Thursday, or are leap years that begin on a Wednesday.
        let first = calendar::weekday(year, 1, 1);
        let weeks = if first == 3 || first == 2 && calendar::is_leap(year) { 53 } else { 52 };
        if !(1..=weeks).contains(&week) {
            bail!(ValueError, "Invalid week: {week}");
        }
        if !(1..=7).contains(&day) {
            bail!(ValueError, "Invalid day: {day} (range is [1, 7])");
        }
        Date::of_class(class, Day::of_ordinal(calendar::first_monday(year) + (week - 1) * 7 + day - 1))
    }

    /// What fromtimestamp() of the class makes of the present time.
    #[classmethod(no_text_signature)]
    fn today(class: &Type) -> Result<Ref> {
        let now = services::import("time")?.call_method(intern!("time"), &[])?;
        class.as_object().call_method(intern!("fromtimestamp"), &[&now])
    }

    /// The text that ctime() of C has for midnight of the day, as in 'Tue Dec  3 00:00:00 2002'.
    #[method(no_text_signature)]
    fn ctime(&self) -> String {
        text::ctime(self.day(), Clock::MIDNIGHT)
    }

    /// Text after a format in which codes such as %Y stand for parts of the date: see time.strftime().
    #[method("(format)", getargs)]
    fn strftime(&self, format: &Object) -> Result<Ref> {
        let format = argument(format, "strftime", "argument 1")?;
        let tuple = self.as_object().call_method(intern!("timetuple"), &[])?;
        let moment = self.as_object().downcast::<DateTime>();
        let zone = moment.and_then(DateTime::zone);
        let microsecond = moment.map_or(0, |moment| moment.clock().microsecond);
        text::strftime(format, &tuple, &Extras { zone, moment: self, microsecond })
    }

    /// What strftime() makes of the format, or str() if it is empty.
    #[method("(format_spec, /)", getargs)]
    fn __format__(&self, format_spec: &Object) -> Result<Ref> {
        format(self, format_spec)
    }

    /// The date as YYYY-MM-DD, as ISO 8601 writes it.
    #[method(no_text_signature)]
    fn isoformat(&self) -> String {
        let mut shown = String::with_capacity(10);
        text::push_day(&mut shown, self.day());
        shown
    }

    /// The weekday as a number from 1 for Monday to 7 for Sunday.
    #[method(no_text_signature)]
    fn isoweekday(&self) -> i32 {
        self.day().weekday() + 1
    }

    /// How ISO 8601 names the day: a tuple of a year, a week of it and a weekday, with names for the three.
    #[method(no_text_signature)]
    fn isocalendar(&self) -> Result<Ref<Tuple>> {
        let Day { year, month, day } = self.day();
        let (year, week, weekday) = calendar::iso(year, month, day);
        IsoCalendarDate::new_in(&ISO_CALENDAR_DATE, year, week, weekday)
    }

    /// The time.struct_time of the day's midnight, with -1 for whether daylight saving is in force.
    #[method(no_text_signature)]
    fn timetuple(&self) -> Result<Ref> {
        text::struct_time(self.day(), Clock::MIDNIGHT, -1)
    }

    /// The number of the day, counted from January 1 of the year 1, which is 1.
    #[method(no_text_signature)]
    fn toordinal(&self) -> i32 {
        self.day().ordinal()
    }

    /// The weekday as a number from 0 for Monday to 6 for Sunday.
    #[method(no_text_signature)]
    fn weekday(&self) -> i32 {
        self.day().weekday()
    }

    /// A date that differs in the fields that are given.
    #[method("(year=None, month=None, day=None)", getargs)]
    fn replace(&self, year: Option<i32>, month: Option<i32>, day: Option<i32>) -> Result<Ref<Date>> {
        let own = self.day();
        let day = Day::new(year.unwrap_or(own.year), month.unwrap_or(own.month), day.unwrap_or(own.day));
        Date::new_in(self.class(), day.check()?)
    }

    /// For pickling: the class, and the date in packed form.
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        (self.class(), (&self.data[..],)).into_object()
    }
}

/// `__format__` of dates and times: `strftime`, or `str` where there is no format.
pub fn format(object: &Object, format: &Object) -> Result<Ref> {
    let text: &Str = argument(format, "__format__", "argument 1")?;
    match text.is_empty() {
        true => Ok(object.str()?.into_object()),
        false => object.call_method(intern!("strftime"), &[format]),
    }
}
