//! `tzinfo`: the base of time zones, and what zones are asked.

use objects::prelude::*;

use super::datetime::DateTime;
use super::delta::{Span, TimeDelta};
use super::timezone::TimeZone;

/// `PyDateTime_TZInfo`.
#[repr(C)]
pub struct TzInfo {
    base: Object,
}

impl TzInfo {
    pub const VALUE: TzInfo = TzInfo { base: Object::header() };
}

/// A method of zones that gives a difference.
#[derive(Clone, Copy)]
pub enum Question {
    UtcOffset,
    Dst,
}

impl Question {
    fn name(self) -> &'static Str {
        match self {
            Question::UtcOffset => intern!("utcoffset"),
            Question::Dst => intern!("dst"),
        }
    }
}

/// Asks a zone about a moment. `TypeError`, `ValueError` for an answer that is no difference of less than a day.
pub fn ask(zone: Option<&Object>, question: Question, moment: &Object) -> Result<Option<Ref<TimeDelta>>> {
    let Some(zone) = zone else { return Ok(None) };
    if let Some(zone) = zone.downcast_exact::<TimeZone>() {
        return Ok(match question {
            Question::UtcOffset => Some(zone.offset()),
            Question::Dst => None,
        });
    }
    let answer = zone.call_method(question.name(), &[moment])?;
    if answer.is_none() {
        return Ok(None);
    }
    let answer = answer.into_type::<TimeDelta>().map_err(|other| {
        let (name, kind) = (question.name(), other.class().name());
        raise!(TypeError, "tzinfo.{name}() must return None or timedelta, not '{kind}'")
    })?;
    match is_less_than_a_day(answer.span()) {
        true => Ok(Some(answer)),
        false => Err(raise!(
            ValueError,
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)."
        )),
    }
}

/// Asks a zone for its name at a moment: a string or `None`. `TypeError` for anything else.
pub fn name(zone: Option<&Object>, moment: &Object) -> Result<Ref> {
    let Some(zone) = zone else { return Ok(none()) };
    if let Some(zone) = zone.downcast_exact::<TimeZone>() {
        return Ok(zone.name_object()?.into_object());
    }
    let answer = zone.call_method(intern!("tzname"), &[moment])?;
    match answer.is_none() || answer.downcast::<Str>().is_some() {
        true => Ok(answer),
        false => Err(raise!(
            TypeError,
            "tzinfo.tzname() must return None or a string, not '{}'",
            answer.class().name()
        )),
    }
}

/// Whether the magnitude is less than a day.
pub fn is_less_than_a_day(span: Span) -> bool {
    match span.days {
        0 => true,
        -1 => span.seconds != 0 || span.microseconds != 0,
        _ => false,
    }
}

fn unimplemented(method: &str) -> Raised {
    raise!(NotImplementedError, "a tzinfo subclass must implement {method}()")
}

/// What time zones are derived from. They say what clocks show by the methods utcoffset(), dst() and tzname().
#[class(name = "tzinfo", module = "datetime", static_ = TZ_INFO, flags = BASETYPE, generic_getattro)]
impl TzInfo {
    #[slot(tp_new)]
    fn create(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<TzInfo>> {
        Ref::new_in(class, TzInfo::VALUE)
    }

    /// What the zone is called at a moment. Derived classes have to give that.
    #[method("(dt, /)", no_text_signature)]
    fn tzname(&self, _dt: &Object) -> Result<Ref> {
        Err(unimplemented("tzname"))
    }

    /// How far the zone is ahead of UTC at a moment, west of Greenwich less than zero.
    ///
    /// Derived classes have to give that.
    #[method("(dt, /)", no_text_signature)]
    fn utcoffset(&self, _dt: &Object) -> Result<Ref> {
        Err(unimplemented("utcoffset"))
    }

    /// How far clocks are put forward for daylight saving at a moment. Derived classes have to give that.
    #[method("(dt, /)", no_text_signature)]
    fn dst(&self, _dt: &Object) -> Result<Ref> {
        Err(unimplemented("dst"))
    }

    /// What the clock of the zone shows at a moment that is told in UTC, by utcoffset() and dst().
    #[method("(dt, /)", no_text_signature)]
    fn fromutc(&self, dt: &Object) -> Result<Ref> {
        let Some(moment) = dt.downcast::<DateTime>() else {
            bail!(TypeError, "fromutc: argument must be a datetime");
        };
        if !moment.zone().is_some_and(|zone| zone.is(self)) {
            bail!(ValueError, "fromutc: dt.tzinfo is not self");
        }
        let missing = |name: &str| raise!(ValueError, "fromutc: non-None {name}() result required");
        let offset = ask(Some(self), Question::UtcOffset, moment)?.ok_or_else(|| missing("utcoffset"))?;
        let dst = ask(Some(self), Question::Dst, moment)?.ok_or_else(|| missing("dst"))?;
        // The zone's standard offset leads to a moment at which it is asked for daylight saving time.
        let standard = offset.span().minus(dst.span())?;
        let local = moment.shifted(standard)?;
        let saving = ask(Some(self), Question::Dst, &local)?.ok_or_else(inconsistent)?;
        match (saving.span().is_zero(), local.downcast::<DateTime>()) {
            (false, Some(local)) => local.shifted(saving.span()),
            _ => Ok(local),
        }
    }

    /// For pickling: the class, what __getinitargs__() gives, and what __getstate__() or the dictionary has.
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        let arguments = match self.as_object().get_attr_opt(intern!("__getinitargs__"))? {
            Some(method) => method.call0()?,
            None => Tuple::empty().into_object(),
        };
        let state = match self.as_object().get_attr_opt(intern!("__getstate__"))? {
            Some(method) => method.call0()?,
            None => self
                .dict_field()
                .and_then(Field::get)
                .filter(|dict| !dict.is_empty())
                .map_or_else(none, Ref::into_object),
        };
        match state.is_none() {
            true => (self.class(), arguments).into_object(),
            false => (self.class(), arguments, state).into_object(),
        }
    }
}

fn inconsistent() -> Raised {
    raise!(ValueError, "fromutc: tz.dst() gave inconsistent results; cannot convert")
}
