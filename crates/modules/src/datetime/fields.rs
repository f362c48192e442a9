//! The fields of dates and times: their ranges, and how they come from arguments.

use objects::arguments::Place;
use objects::prelude::*;

use super::calendar::{MAX_YEAR, MIN_YEAR, days_in_month};
use super::tzinfo::TzInfo;

/// The number of the last day.
const MAX_ORDINAL: i64 = super::calendar::MAX_ORDINAL as i64;

/// Year, month and day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}

/// A time of day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub microsecond: i32,
}

impl Day {
    pub fn new(year: i32, month: i32, day: i32) -> Day {
        Day { year, month, day }
    }

    /// The day of a number from 1 on.
    pub fn of_ordinal(ordinal: i32) -> Day {
        let (year, month, day) = super::calendar::from_ordinal(ordinal);
        Day { year, month, day }
    }

    /// The day so many days later, if there is one.
    #[inline]
    pub fn shifted(self, days: i64) -> Option<Day> {
        // Every month has 28 days.
        let day = i64::from(self.day) + days;
        if (1..=28).contains(&day) {
            return Some(Day { day: day as i32, ..self });
        }
        match i64::from(self.ordinal()) + days {
            ordinal @ 1..=MAX_ORDINAL => Some(Day::of_ordinal(ordinal as i32)),
            _ => None,
        }
    }

    pub fn ordinal(self) -> i32 {
        super::calendar::ordinal(self.year, self.month, self.day)
    }

    /// Monday is 0.
    pub fn weekday(self) -> i32 {
        super::calendar::weekday(self.year, self.month, self.day)
    }

    /// `ValueError` for a day that there is not.
    #[inline]
    pub fn check(self) -> Result<Day> {
        let Day { year, month, day } = self;
        if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
            bail!(ValueError, "year {year} is out of range");
        }
        if !(1..=12).contains(&month) {
            bail!(ValueError, "month must be in 1..12");
        }
        if day < 1 || day > days_in_month(year, month) {
            bail!(ValueError, "day is out of range for month");
        }
        Ok(self)
    }

    /// As objects hold it.
    #[inline]
    pub fn pack(self) -> [u8; 4] {
        [(self.year >> 8) as u8, self.year as u8, self.month as u8, self.day as u8]
    }

    #[inline]
    pub fn unpack(data: [u8; 4]) -> Day {
        let [high, low, month, day] = data.map(i32::from);
        Day { year: high << 8 | low, month, day }
    }
}

impl Clock {
    pub const MIDNIGHT: Clock = Clock { hour: 0, minute: 0, second: 0, microsecond: 0 };

    pub fn new(hour: i32, minute: i32, second: i32, microsecond: i32) -> Clock {
        Clock { hour, minute, second, microsecond }
    }

    /// Whole seconds since midnight.
    #[inline]
    pub fn seconds(self) -> i32 {
        (self.hour * 60 + self.minute) * 60 + self.second
    }

    /// The time of day so many seconds after midnight.
    #[inline]
    pub fn of_seconds(seconds: i32, microsecond: i32) -> Clock {
        Clock { hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60, microsecond }
    }

    /// `ValueError` for a time that there is not, or a fold that is neither 0 nor 1.
    #[inline]
    pub fn check(self, fold: i32) -> Result<Clock> {
        let Clock { hour, minute, second, microsecond } = self;
        if !(0..=23).contains(&hour) {
            bail!(ValueError, "hour must be in 0..23");
        }
        if !(0..=59).contains(&minute) {
            bail!(ValueError, "minute must be in 0..59");
        }
        if !(0..=59).contains(&second) {
            bail!(ValueError, "second must be in 0..59");
        }
        if !(0..=999_999).contains(&microsecond) {
            bail!(ValueError, "microsecond must be in 0..999999");
        }
        check_fold(fold)?;
        Ok(self)
    }

    /// As objects hold it.
    #[inline]
    pub fn pack(self) -> [u8; 6] {
        let [_, high, middle, low] = self.microsecond.to_be_bytes();
        [self.hour as u8, self.minute as u8, self.second as u8, high, middle, low]
    }

    #[inline]
    pub fn unpack(data: [u8; 6]) -> Clock {
        let [hour, minute, second, high, middle, low] = data.map(i32::from);
        Clock { hour, minute, second, microsecond: high << 16 | middle << 8 | low }
    }
}

pub fn check_fold(fold: i32) -> Result<()> {
    match fold {
        0 | 1 => Ok(()),
        _ => Err(raise!(ValueError, "fold must be either 0 or 1")),
    }
}

/// An argument that is C's `int`, or what it is without the argument.
pub fn int_or(value: Option<&Object>, default: i32) -> Result<i32> {
    value.map_or(Ok(default), int)
}

pub fn int(value: &Object) -> Result<i32> {
    i32::from_argument(value, &Place::parsed("", ""))
}

/// An argument of a type, which messages tell by its number. `TypeError`.
pub fn argument<'a, T: Layout>(
    value: &'a Object,
    function: &'static str,
    number: &'static str,
) -> Result<&'a T> {
    <&T>::from_argument(value, &Place::new(function, number))
}

/// A time zone that is an argument: `None` counts as none. `TypeError`.
pub fn zone(value: Option<&Object>) -> Result<Option<Ref>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) if value.downcast::<TzInfo>().is_some() => Ok(Some(value.to_ref())),
        Some(value) => Err(raise!(
            TypeError,
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            value.class().name()
        )),
    }
}

/// What pickles hold: the packed fields as bytes, or as the text that Python 2's bytes were read as.
pub fn pickled_state<const N: usize>(
    value: &Object,
    kind: &str,
    is_state: fn(&[u8; N]) -> bool,
) -> Result<Option<[u8; N]>> {
    let state = if let Some(bytes) = value.downcast::<Bytes>() {
        bytes.as_bytes().try_into().ok()
    } else if let Some(text) = value.downcast::<Str>().filter(|text| text.len() == N) {
        let mut state = [0; N];
        let mut is_latin1 = true;
        for (byte, point) in state.iter_mut().zip(text.points().iter()) {
            match u8::try_from(point) {
                Ok(point) => *byte = point,
                Err(_) => is_latin1 = false,
            }
        }
        // The decisive byte is looked at first: other text is no state.
        if !is_state(&state) {
            return Ok(None);
        }
        if !is_latin1 {
            bail!(
                ValueError,
                "Failed to encode latin1 string when unpickling a {kind} object. \
                 pickle.load(data, encoding='latin1') is assumed."
            );
        }
        Some(state)
    } else {
        None
    };
    Ok(state.filter(is_state))
}
