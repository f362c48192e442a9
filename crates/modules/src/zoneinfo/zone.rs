//! `ZoneInfo`: a zone of the IANA database.

use std::cell::Cell;
use std::mem::offset_of;

use objects::prelude::*;
use objects::services;

use super::cache::Caches;
use super::data::History;
use super::period::Period;
use crate::datetime::calendar::EPOCH;
use crate::datetime::datetime::{DATE_TIME, DateTime};
use crate::datetime::delta::TimeDelta;
use crate::datetime::tzinfo::{TZ_INFO, TzInfo};

/// Where a zone is from, which pickling asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    NoCache,
    Cache,
    File,
}

/// `PyZoneInfo_ZoneInfo`, in what Python sees of it.
#[repr(C)]
pub struct ZoneInfo {
    base: TzInfo,
    /// `None` for a zone from a file without a name.
    key: Field,
    weak_references: Cell<*mut Object>,
    /// The representation of the file that the zone is from.
    file: Option<Ref<Str>>,
    source: Cell<Source>,
    history: History,
}

/// A moment as zones are asked about it.
struct Moment {
    /// Since the epoch, by the clock of the zone.
    seconds: i64,
    fold: bool,
    year: i32,
}

impl Moment {
    /// `AttributeError` for what is no datetime and does not behave like one.
    fn of(object: &Object) -> Result<Moment> {
        if let Some(moment) = object.downcast::<DateTime>() {
            let seconds = moment.seconds() - EPOCH;
            return Ok(Moment { seconds, fold: moment.has_fold(), year: moment.day().year });
        }
        let number = |value: Ref| -> Result<i64> {
            let number = value.index()?.to_i64().filter(|number| number.abs() < 1 << 40);
            number.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
        };
        let field = |name: &'static Str| number(object.get_attr(name)?);
        let days = number(object.call_method(intern!("toordinal"), &[])?)?;
        let hours = days * 24 + field(intern!("hour"))?;
        let minutes = hours * 60 + field(intern!("minute"))?;
        let seconds = minutes * 60 + field(intern!("second"))? - EPOCH;
        let fold = field(intern!("fold"))? != 0;
        let year = field(intern!("year"))?.clamp(1, 9999) as i32;
        Ok(Moment { seconds, fold, year })
    }
}

impl ZoneInfo {
    /// Reads a zone from a file.
    fn read(class: &Type, file: &Object, key: Ref, source: Source) -> Result<Ref<ZoneInfo>> {
        let history = History::new(&*Caches::get()?.load_data(file)?)?;
        let shown = match source {
            Source::File => Some(file.repr()?),
            _ => None,
        };
        let zone = ZoneInfo {
            base: TzInfo::VALUE,
            key: Field::new(Some(key)),
            weak_references: Cell::new(std::ptr::null_mut()),
            file: shown,
            source: Cell::new(source),
            history,
        };
        Ref::new_in(class, zone)
    }

    /// Reads the zone of a key.
    fn load(class: &Type, key: &Object, source: Source) -> Result<Ref<ZoneInfo>> {
        let file = Caches::get()?.open(key)?;
        let zone = ZoneInfo::read(class, &file, key.to_ref(), source);
        // The file is closed whatever it held; an error in it goes first.
        let error = if zone.is_err() { raise::fetch() } else { None };
        let closed = file.call_method(intern!("close"), &[]);
        match (error, closed) {
            (Some(error), closed) => {
                if let Err(raised) = closed {
                    raised.clear();
                }
                Err(error.restore())
            }
            (None, closed) => {
                closed?;
                zone
            }
        }
    }

    /// The zone of a key, the same one as long as it is known.
    fn cached(class: &Type, key: &Object) -> Result<Ref> {
        let caches = Caches::get()?;
        let is_base = class.is(&ZONE_INFO);
        if is_base && let Some(zone) = caches.recent(key)? {
            return Ok(zone);
        }
        let weak = caches.weak(class, is_base)?;
        let mut zone = weak.call_method(intern!("get"), &[key, none_object()])?;
        if zone.is_none() {
            let fresh = ZoneInfo::load(class, key, Source::Cache)?;
            zone = weak.call_method(intern!("setdefault"), &[key, &*fresh])?;
            if let Some(zone) = zone.downcast::<ZoneInfo>() {
                zone.source.set(Source::Cache);
            }
        }
        if is_base {
            caches.remember(key, &zone);
        }
        Ok(zone)
    }

    fn key(&self) -> Option<Ref> {
        self.key.get().filter(|key| !key.is_none())
    }

    /// What holds at a moment; nothing where that depends on the day, and there is none.
    fn period(&self, moment: &Object) -> Result<Option<&Period>> {
        if moment.is_none() {
            return Ok(self.history.always());
        }
        let Moment { seconds, fold, year } = Moment::of(moment)?;
        Ok(Some(self.history.at_local(seconds, fold, year)))
    }
}

#[class(
    name = "ZoneInfo",
    module = "zoneinfo",
    base = TZ_INFO,
    layout = TzInfo,
    flags = BASETYPE,
    weaklist_offset = offset_of!(ZoneInfo, weak_references),
    generic_getattro
)]
impl ZoneInfo {
    #[slot(tp_new, "(key)", nameless)]
    fn make(class: &Type, key: &Object) -> Result<Ref> {
        ZoneInfo::cached(class, key)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.class().name();
        match (self.key(), &self.file) {
            (Some(key), _) => objects::format_str!("{class}(key={})", key.repr()?),
            (None, Some(file)) => objects::format_str!("{class}.from_file({file})"),
            (None, None) => objects::format_str!("{class}(key=None)"),
        }
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        match self.key() {
            Some(key) => Ok(key),
            None => self.repr().map(Ref::into_object),
        }
    }

    #[member(OBJECT_EX, readonly)]
    const key: usize = offset_of!(ZoneInfo, key);

    /// Forget the zones that were made, so that they are read anew; with only_keys, those of these names.
    #[classmethod("(*, only_keys=None)", no_text_signature, nameless)]
    fn clear_cache(class: &Type, only_keys: NoneOr<&Object>) -> Result<()> {
        let caches = Caches::get()?;
        let is_base = class.is(&ZONE_INFO);
        let weak = caches.weak(class, is_base)?;
        match only_keys.0 {
            None => {
                weak.call_method(intern!("clear"), &[])?;
                if is_base {
                    caches.forget_all();
                }
                Ok(())
            }
            Some(keys) => keys.for_each(|key| {
                if is_base {
                    caches.forget(&key)?;
                }
                weak.call_method(intern!("pop"), &[&*key, none_object()]).map(drop)
            }),
        }
    }

    /// Make the zone of a name anew, whether there is one already or not, and don't remember it.
    #[classmethod("(key)", no_text_signature, nameless)]
    fn no_cache(class: &Type, key: &Object) -> Result<Ref<ZoneInfo>> {
        ZoneInfo::load(class, key, Source::NoCache)
    }

    /// Make a zone from an open file with data in the format TZif. The key, if any, is only its name.
    #[classmethod("(fobj, /, key=None)", no_text_signature, nameless)]
    fn from_file(class: &Type, fobj: &Object, key: Option<&Object>) -> Result<Ref<ZoneInfo>> {
        ZoneInfo::read(class, fobj, key.unwrap_or(none_object()).to_ref(), Source::File)
    }

    /// How far the zone is ahead of UTC at a moment.
    #[method("(dt, /)", no_text_signature)]
    fn utcoffset(&self, dt: &Object) -> Result<Option<Ref<TimeDelta>>> {
        Ok(self.period(dt)?.map(|period| period.utc_offset.clone()))
    }

    /// How far clocks are put forward in the zone at a moment; zero while there is no daylight saving.
    #[method("(dt, /)", no_text_signature)]
    fn dst(&self, dt: &Object) -> Result<Option<Ref<TimeDelta>>> {
        Ok(self.period(dt)?.map(|period| period.saving.clone()))
    }

    /// What the zone's time is called at a moment, as in 'CET' and 'CEST'.
    #[method("(dt, /)", no_text_signature)]
    fn tzname(&self, dt: &Object) -> Result<Option<Ref>> {
        Ok(self.period(dt)?.map(|period| period.name.clone()))
    }

    /// What the zone's clock shows at a moment that is told in UTC.
    #[method("(dt, /)", no_text_signature)]
    fn fromutc(&self, dt: &Object) -> Result<Ref> {
        let Some(moment) = dt.downcast::<DateTime>() else {
            bail!(TypeError, "fromutc: argument must be a datetime");
        };
        if !moment.zone().is_some_and(|zone| zone.is(self)) {
            bail!(ValueError, "fromutc: dt.tzinfo is not self");
        }
        let (period, fold) = self.history.at_utc(moment.seconds() - EPOCH, moment.day().year);
        let local = dt.add(&period.utc_offset)?;
        if !fold {
            return Ok(local);
        }
        if let Some(local) = local.downcast_exact::<DateTime>() {
            let again = DateTime::new_in(&DATE_TIME, local.day(), local.clock(), local.zone_object(), true)?;
            return Ok(again.into_object());
        }
        let replace = local.get_attr(intern!("replace"))?;
        let names = Tuple::new([intern!("fold").to_ref().into_object()])?;
        replace.call_keywords(&[&*Int::one()], &names)
    }

    /// For pickling: the zone's name, and whether the zone was made by no_cache(). A zone from a file has neither.
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        if self.source.get() == Source::File {
            let error = services::import("pickle")?.get_attr(intern!("PicklingError"))?;
            let message = Str::new("Cannot pickle a ZoneInfo file from a file stream.");
            return Err(raise::set(&error, Some(message.into_object())));
        }
        let unpickle = self.class().as_object().get_attr(intern!("_unpickle"))?;
        let is_cached = i32::from(self.source.get() == Source::Cache);
        (unpickle, (self.key.get(), is_cached)).into_object()
    }

    /// The zone of a name, made anew if it was not a cached one that was pickled.
    #[classmethod("(key, from_cache, /)", no_text_signature)]
    fn _unpickle(class: &Type, key: &Object, from_cache: u8) -> Result<Ref> {
        match from_cache {
            0 => Ok(ZoneInfo::load(class, key, Source::NoCache)?.into_object()),
            _ => ZoneInfo::cached(class, key),
        }
    }

    /// Gives a derived class zones of its own to remember.
    #[classmethod(varargs, no_text_signature)]
    fn __init_subclass__(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<()> {
        let cache = Caches::new_weak()?;
        class.as_object().set_attr(intern!("_weak_cache"), &cache)
    }
}
