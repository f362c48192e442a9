//! `datetime`: a moment, in a time zone or without one.

use std::cell::Cell;

use objects::arguments::{Parameters, Shape};
use objects::prelude::*;
use objects::str::InternedName;

use super::calendar::{self, EPOCH};
use super::date::DATE;
use super::delta::{DAY_SECONDS, Span, TimeDelta};
use super::fields::{self, Clock, Day, check_fold, int, int_or, pickled_state};
use super::text;
use super::time::{TIME, Time, pickled_zone};
use super::timezone;
use super::tzinfo::{self, Question};
use super::{local, pickled_day};

/// `PyDateTime_DateTime`, which begins as `PyDateTime_Date` does.
#[repr(C)]
pub struct DateTime {
    base: Object,
    /// -1 until it was asked for.
    hash: Cell<isize>,
    has_zone: bool,
    data: [u8; 10],
    /// 1 for the second of two equal times in a zone.
    fold: u8,
    zone: Option<Ref>,
}

/// What makes a moment.
pub struct Parts {
    pub day: Day,
    pub clock: Clock,
    pub zone: Option<Ref>,
    pub fold: bool,
}

impl DateTime {
    #[inline(always)]
    fn value(day: Day, clock: Clock, zone: Option<Ref>, fold: bool) -> DateTime {
        let [a, b, c, d] = day.pack();
        let [e, f, g, h, i, j] = clock.pack();
        DateTime {
            base: Object::header(),
            hash: Cell::new(-1),
            has_zone: zone.is_some(),
            data: [a, b, c, d, e, f, g, h, i, j],
            fold: fold.into(),
            zone,
        }
    }

    /// A moment that was checked.
    #[inline(always)]
    fn new(day: Day, clock: Clock, zone: Option<Ref>, fold: bool) -> Ref<DateTime> {
        Ref::new(DateTime::value(day, clock, zone, fold))
    }

    /// A moment that was checked, as an instance of the class or a subclass.
    pub fn new_in(
        class: &Type,
        day: Day,
        clock: Clock,
        zone: Option<Ref>,
        fold: bool,
    ) -> Result<Ref<DateTime>> {
        match class.is(&DATE_TIME) {
            true => Ok(DateTime::new(day, clock, zone, fold)),
            false => Ref::new_in(class, DateTime::value(day, clock, zone, fold)),
        }
    }

    /// What a class makes of a moment: a subclass is called, and not told of the fold. `ValueError`.
    #[inline]
    pub fn of_class(class: &Type, parts: Parts) -> Result<Ref> {
        match class.is(&DATE_TIME) {
            true => {
                let Parts { day, clock, zone, fold } = parts;
                let (day, clock) = (day.check()?, clock.check(0)?);
                Ok(DateTime::new_in(class, day, clock, zone, fold)?.into_object())
            }
            false => DateTime::of_subclass(class, parts),
        }
    }

    #[inline(never)]
    fn of_subclass(class: &Type, parts: Parts) -> Result<Ref> {
        let Parts { day, clock, zone, .. } = parts;
        let fields =
            [day.year, day.month, day.day, clock.hour, clock.minute, clock.second, clock.microsecond];
        let mut arguments: Vec<Ref> =
            fields.iter().map(|&field| Int::new(field.into()).into_object()).collect();
        arguments.push(zone.unwrap_or_else(none));
        class.call(Ref::slice(&arguments))
    }

    #[inline]
    pub fn day(&self) -> Day {
        let [a, b, c, d, ..] = self.data;
        Day::unpack([a, b, c, d])
    }

    #[inline]
    pub fn clock(&self) -> Clock {
        let [.., a, b, c, d, e, f] = self.data;
        Clock::unpack([a, b, c, d, e, f])
    }

    /// The zone, which stays for the moment's life.
    #[inline]
    pub fn zone(&self) -> Option<&Object> {
        self.zone.as_deref()
    }

    pub fn has_fold(&self) -> bool {
        self.fold != 0
    }

    fn ask(&self, question: Question) -> Result<Option<Ref<TimeDelta>>> {
        tzinfo::ask(self.zone(), question, self)
    }

    /// Since midnight of day 0, without regard to the zone.
    pub fn span(&self) -> Result<Span> {
        let clock = self.clock();
        Span::new(self.day().ordinal().into(), clock.seconds().into(), clock.microsecond.into())
    }

    /// Seconds since midnight of day 0, without regard to the zone.
    pub fn seconds(&self) -> i64 {
        let clock = self.clock();
        calendar::to_seconds(self.day().ordinal(), clock.hour, clock.minute, clock.second)
    }

    /// Day and time so much later. `OverflowError`.
    #[inline(always)]
    fn moved(&self, delta: Span) -> Result<(Day, Clock)> {
        let clock = self.clock();
        let mut microsecond = clock.microsecond + delta.microseconds;
        let mut second = clock.seconds() + delta.seconds;
        if microsecond >= 1_000_000 {
            microsecond -= 1_000_000;
            second += 1;
        }
        let days = i64::from(delta.days) + i64::from(second / DAY_SECONDS);
        let Some(day) = self.day().shifted(days) else {
            bail!(OverflowError, "date value out of range");
        };
        Ok((day, Clock::of_seconds(second % DAY_SECONDS, microsecond)))
    }

    /// The moment so much later, in the same zone and of the same class.
    #[inline]
    pub fn shifted(&self, delta: Span) -> Result<Ref> {
        let (day, clock) = self.moved(delta)?;
        let (class, zone) = (self.class(), self.zone_object());
        match class.is(&DATE_TIME) {
            true => Ok(DateTime::new(day, clock, zone, false).into_object()),
            false => DateTime::of_subclass(class, Parts { day, clock, zone, fold: false }),
        }
    }

    /// The same, so much earlier.
    fn shifted_back(&self, delta: Span) -> Result<Ref> {
        self.shifted(negated(delta))
    }

    /// What lies between two moments, in UTC where their zones differ. `TypeError` where one has no zone.
    fn minus(&self, other: &DateTime) -> Result<Span> {
        let difference = self.span()?.minus(other.span()?)?;
        if self.has_same_zone(other) {
            return Ok(difference);
        }
        match (self.ask(Question::UtcOffset)?, other.ask(Question::UtcOffset)?) {
            (None, None) => Ok(difference),
            (Some(offset), Some(other)) => difference.minus(offset.span().minus(other.span())?),
            _ => Err(raise!(TypeError, "can't subtract offset-naive and offset-aware datetimes")),
        }
    }

    fn has_same_zone(&self, other: &DateTime) -> bool {
        match (self.zone(), other.zone()) {
            (None, None) => true,
            (Some(zone), Some(other)) => zone.is(other),
            _ => false,
        }
    }

    /// The offset of the other one of two equal times differs: then the moment equals none in another zone (PEP 495).
    fn is_ambiguous(&self, offset: Option<&TimeDelta>) -> Result<bool> {
        let other =
            DateTime::new_in(&DATE_TIME, self.day(), self.clock(), self.zone_object(), !self.has_fold())?;
        let flipped = other.ask(Question::UtcOffset)?;
        Ok(match (flipped, offset) {
            (Some(flipped), Some(offset)) => flipped.span() != offset.span(),
            (None, None) => false,
            _ => true,
        })
    }

    fn order(&self, other: &DateTime, op: CompareOp) -> Result<Ref> {
        if self.has_same_zone(other) {
            return Ok(bool_object(op.accepts(self.data.cmp(&other.data))));
        }
        let offset = self.ask(Question::UtcOffset)?;
        let other_offset = other.ask(Question::UtcOffset)?;
        let order = match (&offset, &other_offset) {
            (None, None) => self.data.cmp(&other.data),
            (Some(offset), Some(other_offset)) if offset.span() == other_offset.span() => {
                self.data.cmp(&other.data)
            }
            (Some(_), Some(_)) => self.minus(other)?.cmp(&Span { days: 0, seconds: 0, microseconds: 0 }),
            _ => match op {
                CompareOp::Eq => return Ok(false_()),
                CompareOp::Ne => return Ok(true_()),
                _ => bail!(TypeError, "can't compare offset-naive and offset-aware datetimes"),
            },
        };
        if matches!(op, CompareOp::Eq | CompareOp::Ne)
            && order.is_eq()
            && (self.is_ambiguous(offset.as_deref())? || other.is_ambiguous(other_offset.as_deref())?)
        {
            return Ok(bool_object(op == CompareOp::Ne));
        }
        Ok(bool_object(op.accepts(order)))
    }

    fn state(&self, protocol: i32) -> Result<Ref> {
        let mut data = self.data;
        if protocol > 3 && self.has_fold() {
            data[2] |= 0x80;
        }
        match self.zone_object() {
            None => (self.class(), (&data[..],)).into_object(),
            Some(zone) => (self.class(), (&data[..], zone)).into_object(),
        }
    }
}

/// The delta in the other direction, which no limit forbids here.
fn negated(delta: Span) -> Span {
    let mut days = -delta.days;
    let mut seconds = -delta.seconds;
    let mut microseconds = -delta.microseconds;
    if microseconds < 0 {
        microseconds += 1_000_000;
        seconds -= 1;
    }
    if seconds < 0 {
        seconds += DAY_SECONDS;
        days -= 1;
    }
    Span { days, seconds, microseconds }
}

static PARAMETERS: Parameters<9> = Parameters::parsed(
    Shape {
        function: "",
        positional_only: 0,
        positional: 8,
        required: 3,
        required_keywords: 0,
        has_rest: false,
        has_keywords: false,
    },
    [
        InternedName::new("year"),
        InternedName::new("month"),
        InternedName::new("day"),
        InternedName::new("hour"),
        InternedName::new("minute"),
        InternedName::new("second"),
        InternedName::new("microsecond"),
        InternedName::new("tzinfo"),
        InternedName::new("fold"),
    ],
);

/// datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])
///
/// A day and a time of day. All numbers are ints; those of the time are zero
/// if they are not given. tzinfo says in which time zone the moment is meant:
/// it is an object of that class, or None for no zone.
#[class(
    name = "datetime",
    module = "datetime",
    static_ = DATE_TIME,
    base = DATE,
    flags = BASETYPE,
    include = [super::making::MAKING],
    generic_getattro
)]
impl DateTime {
    #[slot(tp_new)]
    fn make(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<DateTime>> {
        if let ([state, zone @ ..], None) = (arguments.as_slice(), keywords)
            && zone.len() <= 1
            && let Some(data) = pickled_state::<10>(state, "datetime", |data| pickled_day(data[2] & 0x7f))?
        {
            let zone = pickled_zone(zone.first())?;
            let [a, b, month, d, e, f, g, h, i, j] = data;
            let day = Day::unpack([a, b, month & 0x7f, d]);
            return DateTime::new_in(class, day, Clock::unpack([e, f, g, h, i, j]), zone, month & 0x80 != 0);
        }
        let unpacked = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?;
        let number = |index| int(PARAMETERS.required(&unpacked, index)?);
        let day = Day::new(number(0)?, number(1)?, number(2)?);
        let [_, _, _, hour, minute, second, microsecond, zone, fold] = unpacked.values;
        let clock =
            Clock::new(int_or(hour, 0)?, int_or(minute, 0)?, int_or(second, 0)?, int_or(microsecond, 0)?);
        let fold = int_or(fold, 0)?;
        PARAMETERS.check_leftover(&unpacked, arguments.len())?;
        let zone = fields::zone(zone)?;
        DateTime::new_in(class, day.check()?, clock.check(fold)?, zone, fold != 0)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Day { year, month, day } = self.day();
        let Clock { hour, minute, second, microsecond } = self.clock();
        let mut shown = format!("{year}, {month}, {day}, {hour}, {minute}");
        if second != 0 || microsecond != 0 {
            shown += &format!(", {second}");
        }
        if microsecond != 0 {
            shown += &format!(", {microsecond}");
        }
        if self.has_fold() {
            shown += ", fold=1";
        }
        let class = self.class().name();
        match self.zone_object() {
            None => objects::format_str!("{class}({shown})"),
            Some(zone) => objects::format_str!("{class}({shown}, tzinfo={})", zone.repr()?),
        }
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        self.as_object().call_method(intern!("isoformat"), &[intern!(" ")])
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.hash.get() == -1 {
            // Equal times hash alike, whichever of two they are.
            let offset = match self.has_fold() {
                false => self.ask(Question::UtcOffset)?,
                true => DateTime::new_in(&DATE_TIME, self.day(), self.clock(), self.zone_object(), false)?
                    .ask(Question::UtcOffset)?,
            };
            self.hash.set(match offset {
                None => objects::hash::bytes(&self.data),
                Some(offset) => self.span()?.minus(offset.span())?.hash()?,
            });
        }
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if let Some(other) = other.downcast::<DateTime>() {
            return self.order(other, op);
        }
        if !other.class().is_subtype(&DATE) {
            return Ok(not_implemented());
        }
        // A date would compare its day alone, and that is not what is meant.
        match op {
            CompareOp::Eq => Ok(false_()),
            CompareOp::Ne => Ok(true_()),
            _ => {
                let (own, other) = (self.class().name(), other.class().name());
                Err(raise!(TypeError, "can't compare {own} to {other}"))
            }
        }
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let (moment, delta) = match left.downcast::<DateTime>() {
            Some(moment) => (Some(moment), right.downcast::<TimeDelta>()),
            None => (right.downcast::<DateTime>(), left.downcast::<TimeDelta>()),
        };
        match (moment, delta) {
            (Some(moment), Some(delta)) => moment.shifted(delta.span()),
            _ => Ok(not_implemented()),
        }
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let Some(moment) = left.downcast::<DateTime>() else { return Ok(not_implemented()) };
        if let Some(other) = right.downcast::<DateTime>() {
            return Ok(TimeDelta::new(moment.minus(other)?).into_object());
        }
        match right.downcast::<TimeDelta>() {
            Some(delta) => moment.shifted_back(delta.span()),
            None => Ok(not_implemented()),
        }
    }

    #[getter]
    fn hour(&self) -> i32 {
        self.clock().hour
    }

    #[getter]
    fn minute(&self) -> i32 {
        self.clock().minute
    }

    #[getter]
    fn second(&self) -> i32 {
        self.clock().second
    }

    #[getter]
    fn microsecond(&self) -> i32 {
        self.clock().microsecond
    }

    #[getter(name = "tzinfo")]
    pub fn zone_object(&self) -> Option<Ref> {
        self.zone.clone()
    }

    #[getter(name = "fold")]
    fn fold_number(&self) -> u8 {
        self.fold
    }

    /// The day without the time, as a date.
    #[method(no_text_signature)]
    fn date(&self) -> Result<Ref<super::date::Date>> {
        super::date::Date::new_in(&DATE, self.day())
    }

    /// The time of day without the day and the zone, as a time.
    #[method(no_text_signature)]
    fn time(&self) -> Result<Ref<Time>> {
        Time::new_in(&TIME, self.clock(), None, self.has_fold())
    }

    /// The time of day with its zone and without the day, as a time.
    #[method(no_text_signature)]
    fn timetz(&self) -> Result<Ref<Time>> {
        Time::new_in(&TIME, self.clock(), self.zone_object(), self.has_fold())
    }

    /// The text that ctime() of C has for the moment, as in 'Tue Dec  3 21:30:15 2002'.
    #[method(no_text_signature)]
    fn ctime(&self) -> String {
        text::ctime(self.day(), self.clock())
    }

    /// The time.struct_time of the moment.
    ///
    /// Whether daylight saving is in force is what the zone says, -1 if it says nothing.
    #[method(no_text_signature)]
    fn timetuple(&self) -> Result<Ref> {
        let dst = match self.zone() {
            None => -1,
            Some(_) => match self.ask(Question::Dst)? {
                None => -1,
                Some(dst) => i32::from(!dst.span().is_zero()),
            },
        };
        text::struct_time(self.day(), self.clock(), dst)
    }

    /// The time.struct_time of the moment moved to UTC; without a zone, it is UTC already.
    #[method(no_text_signature)]
    fn utctimetuple(&self) -> Result<Ref> {
        let (day, clock) = match self.ask(Question::UtcOffset)? {
            None => (self.day(), self.clock()),
            Some(offset) => self.moved(negated(offset.span()))?,
        };
        text::struct_time(day, clock, 0)
    }

    /// How many seconds after the epoch of POSIX the moment is, as a float. Without a zone, it is by the local clock.
    #[method(no_text_signature)]
    fn timestamp(&self) -> Result<f64> {
        let microseconds = match self.ask(Question::UtcOffset)? {
            Some(offset) => self.span()?.minus(offset.span())?.to_microseconds(),
            None if self.zone().is_some() => {
                bail!(TypeError, "can't subtract offset-naive and offset-aware datetimes");
            }
            None => {
                let seconds = local::to_utc(self.seconds(), self.has_fold())?;
                return Ok((seconds - EPOCH) as f64 + f64::from(self.clock().microsecond) / 1e6);
            }
        };
        let since_epoch = Int::from_i128(microseconds - i128::from(EPOCH) * 1_000_000);
        objects::int::divide::true_divide(&since_epoch, &*Int::new(1_000_000))
    }

    /// What utcoffset() of the zone says of the moment; None without a zone.
    #[method(no_text_signature)]
    fn utcoffset(&self) -> Result<Option<Ref<TimeDelta>>> {
        self.ask(Question::UtcOffset)
    }

    /// What tzname() of the zone says of the moment; None without a zone.
    #[method(no_text_signature)]
    fn tzname(&self) -> Result<Ref> {
        tzinfo::name(self.zone(), self)
    }

    /// What dst() of the zone says of the moment; None without a zone.
    #[method(no_text_signature)]
    fn dst(&self) -> Result<Option<Ref<TimeDelta>>> {
        self.ask(Question::Dst)
    }

    /// The moment as ISO 8601 writes it: YYYY-MM-DDTHH:MM:SS.mmmuuu+HH:MM, where there are microseconds and a zone.
    ///
    /// sep stands between day and time in the place of the T. timespec says where the time ends: 'hours',
    /// 'minutes', 'seconds', 'milliseconds', 'microseconds', or 'auto' for microseconds unless they are zero,
    /// and seconds then.
    #[method("(sep='T', timespec='auto')", getargs)]
    fn isoformat(&self, sep: Option<&Object>, timespec: Option<&Object>) -> Result<Ref<Str>> {
        let separator = match sep {
            None => u32::from('T'),
            Some(sep) => match sep.downcast::<Str>().filter(|sep| sep.len() == 1) {
                Some(sep) => sep.code_point(0),
                None => bail!(
                    TypeError,
                    "isoformat() argument 1 must be a unicode character, not {}",
                    sep.class().name()
                ),
            },
        };
        let precision = text::Precision::of(timespec, "argument 2")?;
        let mut shown = String::with_capacity(40);
        text::push_day(&mut shown, self.day());
        if let Some(separator) = char::from_u32(separator) {
            shown.push(separator);
            text::push_clock(&mut shown, self.clock(), precision);
            text::push_zone(&mut shown, self.zone(), self, ":")?;
            return Str::try_new(&shown);
        }
        let mut rest = String::new();
        text::push_clock(&mut rest, self.clock(), precision);
        text::push_zone(&mut rest, self.zone(), self, ":")?;
        Str::try_new(&shown)?.concat(&*Str::from_point(separator)?)?.concat(&*Str::try_new(&rest)?)
    }

    /// A moment that differs in the fields that are given.
    #[method(
        "(year=None, month=None, day=None, hour=None, minute=None, second=None, microsecond=None, tzinfo=None, *, fold=None)",
        no_text_signature
    )]
    fn replace(
        &self,
        year: Option<i32>,
        month: Option<i32>,
        day: Option<i32>,
        hour: Option<i32>,
        minute: Option<i32>,
        second: Option<i32>,
        microsecond: Option<i32>,
        tzinfo: Option<&Object>,
        fold: Option<i32>,
    ) -> Result<Ref> {
        let (own_day, own) = (self.day(), self.clock());
        let day = Day {
            year: year.unwrap_or(own_day.year),
            month: month.unwrap_or(own_day.month),
            day: day.unwrap_or(own_day.day),
        };
        let clock = Clock {
            hour: hour.unwrap_or(own.hour),
            minute: minute.unwrap_or(own.minute),
            second: second.unwrap_or(own.second),
            microsecond: microsecond.unwrap_or(own.microsecond),
        };
        let fold = fold.unwrap_or(self.fold.into());
        check_fold(fold)?;
        let zone = match tzinfo {
            None => self.zone_object(),
            given => fields::zone(given)?,
        };
        let (day, clock) = (day.check()?, clock.check(fold)?);
        Ok(DateTime::new_in(self.class(), day, clock, zone, fold != 0)?.into_object())
    }

    /// The same moment by the clock of the zone tz, or of the local one.
    #[method("(tz=None)", getargs)]
    fn astimezone(&self, tz: NoneOr<&Object>) -> Result<Ref> {
        let target = fields::zone(tz.0)?;
        let own = match self.zone_object() {
            Some(zone) => zone,
            None => self.local_zone()?,
        };
        // In its own zone it is what it is.
        if target.as_deref().is_some_and(|target| target.is(&own)) {
            return Ok(self.to_ref().into_object());
        }
        let offset = match tzinfo::ask(Some(&own), Question::UtcOffset, self)? {
            Some(offset) => offset,
            None => {
                let zone = self.local_zone()?;
                match tzinfo::ask(Some(&zone), Question::UtcOffset, self)? {
                    Some(offset) => offset,
                    None => bail!(SystemError, "the local zone has no offset"),
                }
            }
        };
        let (day, clock) = self.moved(negated(offset.span()))?;
        let at = |zone| DateTime::of_class(self.class(), Parts { day, clock, zone: Some(zone), fold: false });
        let target = match target {
            Some(target) => target,
            None => {
                let utc = calendar::to_seconds(day.ordinal(), clock.hour, clock.minute, clock.second);
                local::zone_at(utc - EPOCH)?.into_object()
            }
        };
        if target.is(&*timezone::utc()?) {
            return at(target);
        }
        let moment = at(target.clone())?;
        target.call_method(intern!("fromutc"), &[&moment])
    }

    /// For pickling by a protocol: the class, and the moment in packed form with its zone.
    #[method("(protocol, /)", no_text_signature)]
    fn __reduce_ex__(&self, protocol: i32) -> Result<Ref> {
        self.state(protocol)
    }

    /// For pickling by a protocol that knows of no fold: the class, and the moment in packed form with its zone.
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        self.state(2)
    }
}

impl DateTime {
    /// The local zone at a moment that is meant as a local one.
    fn local_zone(&self) -> Result<Ref> {
        let utc = local::to_utc(self.seconds(), self.has_fold())?;
        Ok(local::zone_at(utc - EPOCH)?.into_object())
    }
}
