//! `time`: a time of day.

use std::cell::Cell;

use objects::arguments::{Parameters, Shape};
use objects::prelude::*;
use objects::str::InternedName;

use super::date::format;
use super::delta::{Span, TimeDelta};
use super::fields::{self, Clock, argument, check_fold, int_or, pickled_state};
use super::parse;
use super::text::{self, Extras, Precision};
use super::tzinfo::{self, Question};

/// `PyDateTime_Time`.
#[repr(C)]
pub struct Time {
    base: Object,
    /// -1 until it was asked for.
    hash: Cell<isize>,
    has_zone: bool,
    data: [u8; 6],
    /// 1 for the second of two equal times in a zone.
    fold: u8,
    zone: Option<Ref>,
}

impl Time {
    /// A time that was checked, as an instance of the class or a subclass.
    pub fn new_in(class: &Type, clock: Clock, zone: Option<Ref>, fold: bool) -> Result<Ref<Time>> {
        let value = Time {
            base: Object::header(),
            hash: Cell::new(-1),
            has_zone: zone.is_some(),
            data: clock.pack(),
            fold: fold.into(),
            zone,
        };
        match class.is(&TIME) {
            true => Ok(Ref::new(value)),
            false => Ref::new_in(class, value),
        }
    }

    #[inline]
    pub fn clock(&self) -> Clock {
        Clock::unpack(self.data)
    }

    pub fn zone(&self) -> Option<&Object> {
        self.zone.as_deref()
    }

    pub fn has_fold(&self) -> bool {
        self.fold != 0
    }

    /// What the zone says without a day.
    fn ask(&self, question: Question) -> Result<Option<Ref<TimeDelta>>> {
        tzinfo::ask(self.zone(), question, none_object())
    }

    /// Seconds since midnight in UTC.
    fn utc_seconds(&self, offset: Span) -> i64 {
        i64::from(self.clock().seconds()) - i64::from(offset.days) * 86_400 - i64::from(offset.seconds)
    }

    fn state(&self, protocol: i32) -> Result<Ref> {
        let mut data = self.data;
        if protocol > 3 && self.has_fold() {
            data[0] |= 0x80;
        }
        match self.zone() {
            None => (self.class(), (&data[..],)).into_object(),
            Some(zone) => (self.class(), (&data[..], zone)).into_object(),
        }
    }
}

static PARAMETERS: Parameters<6> = Parameters::parsed(
    Shape {
        function: "",
        positional_only: 0,
        positional: 5,
        required: 0,
        required_keywords: 0,
        has_rest: false,
        has_keywords: false,
    },
    [
        InternedName::new("hour"),
        InternedName::new("minute"),
        InternedName::new("second"),
        InternedName::new("microsecond"),
        InternedName::new("tzinfo"),
        InternedName::new("fold"),
    ],
);

/// The zone of a pickled state. `TypeError`.
pub fn pickled_zone(zone: Option<&&Object>) -> Result<Option<Ref>> {
    match zone {
        None => Ok(None),
        Some(zone) => fields::zone(Some(zone)).map_err(|raised| {
            raised.clear();
            raise!(TypeError, "bad tzinfo state arg")
        }),
    }
}

/// time([hour[, minute[, second[, microsecond[, tzinfo]]]]])
///
/// A time of day without a day. The numbers are ints, zero where they are
/// not given. tzinfo says by the clock of which time zone it is: an object
/// of that class, or None for no zone.
#[class(name = "time", module = "datetime", static_ = TIME, flags = BASETYPE, generic_getattro)]
impl Time {
    #[slot(tp_new)]
    fn make(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<Time>> {
        if let ([state, zone @ ..], None) = (arguments.as_slice(), keywords)
            && zone.len() <= 1
            && let Some(mut data) = pickled_state::<6>(state, "time", |data| data[0] & 0x7f < 24)?
        {
            let zone = pickled_zone(zone.first())?;
            let fold = data[0] & 0x80 != 0;
            data[0] &= 0x7f;
            return Time::new_in(class, Clock::unpack(data), zone, fold);
        }
        let unpacked = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?;
        let [hour, minute, second, microsecond, zone, fold] = unpacked.values;
        let clock =
            Clock::new(int_or(hour, 0)?, int_or(minute, 0)?, int_or(second, 0)?, int_or(microsecond, 0)?);
        let fold = int_or(fold, 0)?;
        PARAMETERS.check_leftover(&unpacked, arguments.len())?;
        let zone = fields::zone(zone)?;
        Time::new_in(class, clock.check(fold)?, zone, fold != 0)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Clock { hour, minute, second, microsecond } = self.clock();
        let mut shown = format!("{hour}, {minute}");
        if second != 0 || microsecond != 0 {
            shown += &format!(", {second}");
        }
        if microsecond != 0 {
            shown += &format!(", {microsecond}");
        }
        let zone = match self.zone() {
            Some(zone) => objects::format_str!(", tzinfo={}", zone.repr()?)?,
            None => Str::empty(),
        };
        let fold = if self.has_fold() { ", fold=1" } else { "" };
        objects::format_str!("{}({shown}{zone}{fold})", self.class().name())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        self.as_object().call_method(intern!("isoformat"), &[])
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.hash.get() == -1 {
            // Equal times hash alike, whichever of two they are.
            let offset = match self.has_fold() {
                false => self.ask(Question::UtcOffset)?,
                true => {
                    Time::new_in(&TIME, self.clock(), self.zone_object(), false)?.ask(Question::UtcOffset)?
                }
            };
            self.hash.set(match offset {
                None => objects::hash::bytes(&self.data),
                Some(offset) => {
                    let clock = self.clock();
                    let span = Span::new(0, clock.seconds().into(), clock.microsecond.into())?;
                    span.minus(offset.span())?.hash()?
                }
            });
        }
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast::<Time>() else { return Ok(not_implemented()) };
        let (zone, other_zone) = (self.zone(), other.zone());
        if zone.map(Object::as_ptr) == other_zone.map(Object::as_ptr) {
            return Ok(bool_object(op.accepts(self.data.cmp(&other.data))));
        }
        let offset = self.ask(Question::UtcOffset)?;
        let other_offset = other.ask(Question::UtcOffset)?;
        let order = match (offset, other_offset) {
            (None, None) => self.data.cmp(&other.data),
            (Some(offset), Some(other_offset)) if offset.span() == other_offset.span() => {
                self.data.cmp(&other.data)
            }
            (Some(offset), Some(other_offset)) => {
                let seconds = self.utc_seconds(offset.span()).cmp(&other.utc_seconds(other_offset.span()));
                seconds.then(self.clock().microsecond.cmp(&other.clock().microsecond))
            }
            _ => match op {
                CompareOp::Eq => return Ok(false_()),
                CompareOp::Ne => return Ok(true_()),
                _ => bail!(TypeError, "can't compare offset-naive and offset-aware times"),
            },
        };
        Ok(bool_object(op.accepts(order)))
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

    /// Read a time back that time.isoformat() has written. Raises ValueError for any other text.
    #[classmethod("(time_string, /)", no_text_signature)]
    fn fromisoformat(class: &Type, time_string: &Object) -> Result<Ref> {
        let text = parse::text(time_string)?;
        let Some((clock, offset)) = text.as_ascii().and_then(|text| parse::time(text.as_bytes())) else {
            return Err(parse::invalid(text));
        };
        let zone = parse::zone(offset)?;
        if class.is(&TIME) {
            return Ok(Time::new_in(class, clock.check(0)?, zone, false)?.into_object());
        }
        let fields = [clock.hour, clock.minute, clock.second, clock.microsecond];
        let fields = fields.map(|field| Int::new(field.into()));
        let [hour, minute, second, microsecond] = &fields;
        class.call(&[hour, minute, second, microsecond, zone.as_deref().unwrap_or(none_object())])
    }

    /// The time as ISO 8601 writes it: HH:MM:SS.mmmuuu+HH:MM, where there are microseconds and an offset.
    ///
    /// timespec says where it ends before the offset: 'hours', 'minutes', 'seconds', 'milliseconds',
    /// 'microseconds', or 'auto' for microseconds unless they are zero, and seconds then.
    #[method("(timespec='auto')", getargs)]
    fn isoformat(&self, timespec: Option<&Object>) -> Result<String> {
        let precision = Precision::of(timespec, "argument 1")?;
        let mut shown = String::with_capacity(32);
        text::push_clock(&mut shown, self.clock(), precision);
        text::push_zone(&mut shown, self.zone(), none_object(), ":")?;
        Ok(shown)
    }

    /// Text after a format in which codes such as %H stand for parts of the time: see time.strftime().
    #[method("(format)", getargs)]
    fn strftime(&self, format: &Object) -> Result<Ref> {
        let format = argument(format, "strftime", "argument 1")?;
        let Clock { hour, minute, second, microsecond } = self.clock();
        // A year that the C library knows, of which only the first day has this time.
        let fields = [1900, 1, 1, hour, minute, second, 0, 1, -1];
        let tuple = Tuple::new(fields.map(|field| Int::new(field.into()).into_object()))?;
        text::strftime(format, &tuple, &Extras { zone: self.zone(), moment: none_object(), microsecond })
    }

    /// What strftime() makes of the format, or str() if it is empty.
    #[method("(format_spec, /)", getargs)]
    fn __format__(&self, format_spec: &Object) -> Result<Ref> {
        format(self, format_spec)
    }

    /// What utcoffset() of the zone says when it is not told the day; None without a zone.
    #[method(no_text_signature)]
    fn utcoffset(&self) -> Result<Option<Ref<TimeDelta>>> {
        self.ask(Question::UtcOffset)
    }

    /// What tzname() of the zone says when it is not told the day; None without a zone.
    #[method(no_text_signature)]
    fn tzname(&self) -> Result<Ref> {
        tzinfo::name(self.zone(), none_object())
    }

    /// What dst() of the zone says when it is not told the day; None without a zone.
    #[method(no_text_signature)]
    fn dst(&self) -> Result<Option<Ref<TimeDelta>>> {
        self.ask(Question::Dst)
    }

    /// A time that differs in the fields that are given.
    #[method(
        "(hour=None, minute=None, second=None, microsecond=None, tzinfo=None, *, fold=None)",
        no_text_signature
    )]
    fn replace(
        &self,
        hour: Option<i32>,
        minute: Option<i32>,
        second: Option<i32>,
        microsecond: Option<i32>,
        tzinfo: Option<&Object>,
        fold: Option<i32>,
    ) -> Result<Ref<Time>> {
        let own = self.clock();
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
        Time::new_in(self.class(), clock.check(fold)?, zone, fold != 0)
    }

    /// For pickling by a protocol: the class, and the time in packed form with its zone.
    #[method("(protocol, /)", getargs)]
    fn __reduce_ex__(&self, protocol: i32) -> Result<Ref> {
        self.state(protocol)
    }

    /// For pickling by a protocol that knows of no fold: the class, and the time in packed form with its zone.
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        self.state(2)
    }
}
