//! ISO 8601 text read back, as `isoformat` writes it.

use objects::prelude::*;

use super::fields::{Clock, Day};
use super::timezone::TimeZone;

/// Digits of a number of fixed width.
fn number(text: &[u8]) -> Option<i32> {
    text.iter().try_fold(0, |value, &byte| match byte {
        b'0'..=b'9' => Some(value * 10 + i32::from(byte - b'0')),
        _ => None,
    })
}

/// `YYYY-MM-DD`.
pub fn day(text: &[u8]) -> Option<Day> {
    match text {
        [_, _, _, _, b'-', _, _, b'-', _, _] => {
            Some(Day { year: number(&text[..4])?, month: number(&text[5..7])?, day: number(&text[8..])? })
        }
        _ => None,
    }
}

/// `HH[:MM[:SS[.fff[fff]]]]`. The fraction may also stand behind a colon.
fn clock(text: &[u8]) -> Option<Clock> {
    let mut fields = [0; 3];
    let mut rest = text;
    for (index, field) in fields.iter_mut().enumerate() {
        *field = number(rest.get(..2)?)?;
        rest = match &rest[2..] {
            [] => {
                let [hour, minute, second] = fields;
                return Some(Clock { hour, minute, second, microsecond: 0 });
            }
            [b':', rest @ ..] => rest,
            [b'.', rest @ ..] if index == 2 => rest,
            // A fraction of an hour or a minute is read as one of a second.
            [b'.', rest @ ..] => {
                let [hour, minute, second] = fields;
                return Some(Clock { hour, minute, second, microsecond: fraction(rest)? });
            }
            _ => return None,
        };
        // Something has to follow.
        rest.first()?;
    }
    let [hour, minute, second] = fields;
    Some(Clock { hour, minute, second, microsecond: fraction(rest)? })
}

/// Three or six digits, as microseconds.
fn fraction(digits: &[u8]) -> Option<i32> {
    match digits.len() {
        3 => Some(number(digits)? * 1000),
        6 => number(digits),
        _ => None,
    }
}

/// An offset from UTC in seconds and microseconds.
pub type Offset = (i64, i64);

/// A time of day, perhaps with an offset from UTC behind it.
pub fn time(text: &[u8]) -> Option<(Clock, Option<Offset>)> {
    let Some(sign) = text.iter().position(|byte| matches!(byte, b'+' | b'-')) else {
        return Some((clock(text)?, None));
    };
    let direction = if text[sign] == b'-' { -1 } else { 1 };
    let offset = clock(&text[sign + 1..])?;
    let seconds = direction * i64::from(offset.seconds());
    let microseconds = direction * i64::from(offset.microsecond);
    Some((clock(&text[..sign])?, Some((seconds, microseconds))))
}

/// The zone of an offset.
pub fn zone(offset: Option<Offset>) -> Result<Option<Ref>> {
    match offset {
        None => Ok(None),
        Some((seconds, microseconds)) => {
            Ok(Some(TimeZone::of_seconds(seconds, microseconds, None)?.into_object()))
        }
    }
}

/// The text that an argument is. `TypeError`.
pub fn text(argument: &Object) -> Result<&Str> {
    match argument.downcast::<Str>() {
        Some(text) => Ok(text),
        None => Err(raise!(TypeError, "fromisoformat: argument must be str")),
    }
}

#[cold]
pub fn invalid(text: &Str) -> Raised {
    match text.as_object().repr() {
        Ok(shown) => raise!(ValueError, "Invalid isoformat string: {shown}"),
        Err(raised) => raised,
    }
}
