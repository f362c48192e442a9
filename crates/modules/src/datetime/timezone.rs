//! `timezone`: zones with a fixed offset from UTC.

use objects::prelude::*;

use super::datetime::DateTime;
use super::delta::{Span, TimeDelta};
use super::text;
use super::tzinfo::{TZ_INFO, TzInfo, is_less_than_a_day};
use crate::module_state::ModuleState;

/// `PyDateTime_TimeZone`.
#[repr(C)]
pub struct TimeZone {
    base: TzInfo,
    offset: Ref<TimeDelta>,
    name: Option<Ref<Str>>,
}

/// What the module keeps: UTC, of which there is one.
#[repr(C)]
#[derive(Trace)]
pub struct Singletons {
    base: Object,
    utc: Ref<TimeZone>,
}

/// The state of `_datetime`.
#[class(name = "state", module = "_datetime")]
impl Singletons {}

static STATE: ModuleState<Singletons> = ModuleState::new(|| {
    // Types are the process's, and so is what their dictionaries hold.
    let known = TIME_ZONE.tp_dict.get().and_then(|dict| dict.get_str(intern!("utc")));
    let utc = match known.map(Ref::into_type::<TimeZone>) {
        Some(Ok(utc)) => utc,
        _ => {
            let zero = TimeDelta::new(Span { days: 0, seconds: 0, microseconds: 0 });
            TimeZone::create(zero, None)?
        }
    };
    Ok(Ref::new(Singletons { base: Object::header(), utc }))
});

/// `timezone.utc`.
pub fn utc() -> Result<Ref<TimeZone>> {
    Ok(STATE.get()?.utc.clone())
}

impl TimeZone {
    fn create(offset: Ref<TimeDelta>, name: Option<Ref<Str>>) -> Result<Ref<TimeZone>> {
        Ok(Ref::new(TimeZone { base: TzInfo::VALUE, offset, name }))
    }

    /// A zone without a name, UTC where that is what it is. `ValueError` for an offset of a day or more.
    pub fn new(offset: &TimeDelta, name: Option<&Str>) -> Result<Ref<TimeZone>> {
        if name.is_none() && offset.span().is_zero() {
            return utc();
        }
        if !is_less_than_a_day(offset.span()) {
            bail!(
                ValueError,
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}.",
                offset.as_object().repr()?
            );
        }
        TimeZone::create(offset.to_ref(), name.map(Str::to_ref))
    }

    /// A zone with an offset in seconds.
    pub fn of_seconds(seconds: i64, microseconds: i64, name: Option<&Str>) -> Result<Ref<TimeZone>> {
        match (seconds, microseconds, name) {
            (0, 0, None) => utc(),
            _ => TimeZone::new(&*TimeDelta::new(Span::new(0, seconds, microseconds)?), name),
        }
    }

    pub fn offset(&self) -> Ref<TimeDelta> {
        self.offset.clone()
    }

    /// The name that it was given, or one that says the offset.
    pub fn name_object(&self) -> Result<Ref<Str>> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        if self.as_object().is(&*utc()?) || self.offset.span().is_zero() {
            return Ok(intern!("UTC").to_ref());
        }
        let mut shown = String::from("UTC");
        text::push_offset(&mut shown, self.offset.span(), ":");
        Str::try_new(&shown)
    }
}

/// `TypeError` for what is neither a datetime nor `None`.
fn check_moment(method: &str, moment: &Object) -> Result<()> {
    match moment.is_none() || moment.downcast::<DateTime>().is_some() {
        true => Ok(()),
        false => Err(raise!(
            TypeError,
            "{method}(dt) argument must be a datetime instance or None, not {}",
            moment.class().name()
        )),
    }
}

/// A time zone whose clocks are always the same time ahead of UTC, or behind it.
#[class(name = "timezone", module = "datetime", static_ = TIME_ZONE, base = TZ_INFO, layout = TzInfo)]
impl TimeZone {
    #[slot(tp_new, "(offset, name=None)", getargs)]
    fn make(_class: &Type, offset: &TimeDelta, name: Option<&Str>) -> Result<Ref<TimeZone>> {
        TimeZone::new(offset, name)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.as_object().is(&*utc()?) {
            return Ok(Str::new("datetime.timezone.utc"));
        }
        let (class, offset) = (self.class().name(), self.offset.as_object().repr()?);
        match &self.name {
            None => objects::format_str!("{class}({offset})"),
            Some(name) => objects::format_str!("{class}({offset}, {})", name.as_object().repr()?),
        }
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        self.name_object()
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        self.offset.as_object().hash()
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        match (other.downcast::<TimeZone>(), op) {
            (Some(other), CompareOp::Eq | CompareOp::Ne) => {
                bool_object(op.accepts(self.offset.span().cmp(&other.offset.span())))
            }
            _ => not_implemented(),
        }
    }

    /// The name that the zone was given, or else one made from its offset, as in 'UTC+02:00'.
    #[method("(dt, /)", no_text_signature)]
    fn tzname(&self, dt: &Object) -> Result<Ref<Str>> {
        check_moment("tzname", dt)?;
        self.name_object()
    }

    /// How far the zone is ahead of UTC, whatever the moment.
    #[method("(dt, /)", no_text_signature)]
    fn utcoffset(&self, dt: &Object) -> Result<Ref<TimeDelta>> {
        check_moment("utcoffset", dt)?;
        Ok(self.offset())
    }

    /// None: nothing is known of daylight saving.
    #[method("(dt, /)", no_text_signature)]
    fn dst(&self, dt: &Object) -> Result<()> {
        check_moment("dst", dt)
    }

    /// What the clock of the zone shows at a moment that is told in UTC.
    #[method("(dt, /)", no_text_signature)]
    fn fromutc(&self, dt: &Object) -> Result<Ref> {
        let Some(moment) = dt.downcast::<DateTime>() else {
            bail!(TypeError, "fromutc: argument must be a datetime");
        };
        if !moment.zone().is_some_and(|zone| zone.is(self)) {
            bail!(ValueError, "fromutc: dt.tzinfo is not self");
        }
        moment.shifted(self.offset.span())
    }

    /// The arguments that make an equal zone, for pickling.
    #[method(no_text_signature)]
    fn __getinitargs__(&self) -> Result<Ref> {
        match &self.name {
            None => (self.offset(),).into_object(),
            Some(name) => (self.offset(), name.clone()).into_object(),
        }
    }
}
