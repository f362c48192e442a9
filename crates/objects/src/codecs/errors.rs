//! Coding errors: their exceptions, and how codecs have them handled.

use super::handlers::{self, Builtin};
use super::registry;
use crate::arguments::{FromArgument, Place};
use crate::exceptions::UnicodeErrorObject;
use crate::prelude::*;
use crate::str::{Points, StrBuilder};

/// Sets a `UnicodeEncodeError` for the code points from `start` to `end`.
#[cold]
pub fn raise_encode(encoding: &str, object: &Str, start: usize, end: usize, reason: &str) -> Raised {
    match new_encode(encoding, object, start, end, reason) {
        Ok(exception) => raise::set_instance(exception),
        Err(raised) => raised,
    }
}

/// Sets a `UnicodeDecodeError` for the bytes from `start` to `end`.
#[cold]
pub fn raise_decode(encoding: &str, object: &[u8], start: usize, end: usize, reason: &str) -> Raised {
    match new_decode(encoding, object, start, end, reason) {
        Ok(exception) => raise::set_instance(exception),
        Err(raised) => raised,
    }
}

/// A `UnicodeEncodeError`.
pub fn new_encode(encoding: &str, object: &Str, start: usize, end: usize, reason: &str) -> Result<Ref> {
    let (start, end) = (Int::from_usize(start), Int::from_usize(end));
    let (encoding, reason) = (Str::try_new(encoding)?, Str::try_new(reason)?);
    exceptions::UnicodeEncodeError.call(&[&encoding, object, &start, &end, &reason])
}

/// A `UnicodeDecodeError`.
pub fn new_decode(encoding: &str, object: &[u8], start: usize, end: usize, reason: &str) -> Result<Ref> {
    let (start, end) = (Int::from_usize(start), Int::from_usize(end));
    let (encoding, reason) = (Str::try_new(encoding)?, Str::try_new(reason)?);
    let object = Bytes::try_new(object)?;
    exceptions::UnicodeDecodeError.call(&[&encoding, &object, &start, &end, &reason])
}

/// A `UnicodeTranslateError`.
pub fn new_translate(object: &Str, start: usize, end: usize, reason: &str) -> Result<Ref> {
    let (start, end) = (Int::from_usize(start), Int::from_usize(end));
    let reason = Str::try_new(reason)?;
    exceptions::UnicodeTranslateError.call(&[object, &start, &end, &reason])
}

/// The name of the error handler in use, and the handler itself once it was needed.
pub struct ErrorMode<'a> {
    name: &'a str,
    builtin: Option<Builtin>,
    handler: Option<Ref>,
    /// The exception that a handler written in Python gets; one for a whole string.
    exception: Option<Ref>,
    /// Whether a position past C's integers is out of bounds like any other, not an overflow.
    wraps: bool,
}

/// What stands for code points that cannot be encoded.
pub enum Replacement {
    /// Text, which the codec encodes in turn.
    Text(Ref<Str>),
    /// Bytes as they are.
    Bytes(Vec<u8>),
}

impl<'a> ErrorMode<'a> {
    pub fn new(name: &'a str) -> ErrorMode<'a> {
        ErrorMode { name, builtin: Builtin::named(name), handler: None, exception: None, wraps: false }
    }

    /// As the multibyte encodings have it: a position that no C integer holds counts as -1, and is out of bounds.
    pub fn wrapping(name: &'a str) -> ErrorMode<'a> {
        ErrorMode { wraps: true, ..ErrorMode::new(name) }
    }

    /// Which of the handlers that codecs know themselves it is.
    pub fn builtin(&self) -> Option<Builtin> {
        self.builtin
    }

    fn handler(&mut self) -> Result<Ref> {
        if let Some(handler) = &self.handler {
            return Ok(handler.clone());
        }
        let handler = registry::lookup_error(self.name)?;
        Ok(self.handler.insert(handler).clone())
    }

    /// The exception for the handler, its bounds and reason set anew.
    fn exception(
        &mut self,
        start: usize,
        end: usize,
        reason: &str,
        make: impl FnOnce() -> Result<Ref>,
    ) -> Result<Ref> {
        if let Some(exception) = &self.exception
            && let Some(fields) = exception.downcast::<UnicodeErrorObject>()
        {
            fields.start.set(start as isize);
            fields.end.set(end as isize);
            fields.reason.set(Some(Str::try_new(reason)?.into_object()));
            return Ok(exception.clone());
        }
        Ok(self.exception.insert(make()?).clone())
    }

    /// How much of what cannot be encoded is handled at once: of surrogates that stand for bytes no more
    /// than their run, as others may stand behind them.
    pub fn reach(&self, points: Points<'_>, start: usize, end: usize) -> usize {
        let stands_for_byte = |index: usize| (0xdc80..=0xdcff).contains(&points.at(index));
        match self.builtin {
            Some(handlers::Builtin::SurrogateEscape) if stands_for_byte(start) => {
                (start..end).find(|&index| !stands_for_byte(index)).unwrap_or(end)
            }
            _ => end,
        }
    }

    /// Handles code points that cannot be encoded: what stands for them, and where to go on.
    pub fn encode(
        &mut self,
        encoding: &str,
        string: &Str,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Result<(Replacement, usize)> {
        if let Some(builtin) = self.builtin {
            return match handlers::encode(builtin, encoding, string, start, end) {
                Some(handled) => handled,
                None => Err(raise_encode(encoding, string, start, end, reason)),
            };
        }
        let handler = self.handler()?;
        let exception =
            self.exception(start, end, reason, || new_encode(encoding, string, start, end, reason))?;
        let answer = handler.call1(&exception)?;
        let malformed = || raise!(TypeError, "encoding error handler must return (str/bytes, int) tuple");
        let (replacement, position) = answer_parts(&answer).ok_or_else(malformed)?;
        let replacement = match replacement.downcast::<Str>() {
            Some(text) => Replacement::Text(text.to_ref()),
            None => match replacement.downcast::<Bytes>() {
                Some(bytes) => Replacement::Bytes(bytes.as_bytes().to_vec()),
                None => return Err(malformed()),
            },
        };
        Ok((replacement, self.checked_position(&position, string.len(), malformed)?))
    }

    /// Handles bytes that cannot be decoded: adds what stands for them, and tells where to go on. The
    /// handler may put other bytes in the place of the input.
    pub fn decode(
        &mut self,
        encoding: &str,
        input: &mut Input<'_>,
        start: usize,
        end: usize,
        reason: &str,
        builder: &mut StrBuilder,
    ) -> Result<usize> {
        if let Some(builtin) = self.builtin {
            return match handlers::decode(builtin, encoding, input.bytes(), start, end) {
                Some((points, next)) => {
                    builder.extend(points);
                    Ok(next)
                }
                None => Err(raise_decode(encoding, input.bytes(), start, end, reason)),
            };
        }
        let handler = self.handler()?;
        let exception =
            self.exception(start, end, reason, || new_decode(encoding, input.bytes(), start, end, reason))?;
        let answer = handler.call1(&exception)?;
        let malformed = || raise!(TypeError, "decoding error handler must return (str, int) tuple");
        let (text, position) = answer_parts(&answer).ok_or_else(malformed)?;
        let Some(text) = text.downcast::<Str>() else { return Err(malformed()) };
        input.take_object_of(&exception)?;
        let next = self.checked_position(&position, input.bytes().len(), malformed)?;
        builder.push_string(text);
        Ok(next)
    }
    /// The position of a handler's answer: counted from the end where negative.
    fn checked_position(
        &self,
        position: &Object,
        length: usize,
        malformed: impl Fn() -> Raised,
    ) -> Result<usize> {
        let position = match (self.wraps, position.downcast::<Int>()) {
            (true, None) => return Err(malformed()),
            (true, Some(position)) => position.to_isize(),
            (false, _) => Some(isize::from_argument(position, &Place::new("handler", "position"))?),
        };
        let from_start = match position {
            Some(position) if position < 0 => position + length as isize,
            Some(position) => position,
            None => -1,
        };
        match usize::try_from(from_start) {
            Ok(place) if place <= length => Ok(place),
            _ => Err(raise!(IndexError, "position {from_start} from error handler out of bounds")),
        }
    }
}

/// The two items of a handler's answer.
fn answer_parts(answer: &Object) -> Option<(Ref, Ref)> {
    match answer.downcast::<Tuple>()?.items() {
        [replacement, position] => Some((replacement.clone(), position.clone())),
        _ => None,
    }
}

/// The bytes that a decoder works on.
pub struct Input<'a> {
    given: &'a [u8],
    /// What an error handler put in their place.
    replaced: Option<Ref<Bytes>>,
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Input<'a> {
        Input { given: bytes, replaced: None }
    }

    pub fn bytes(&self) -> &[u8] {
        match &self.replaced {
            Some(bytes) => bytes.as_bytes(),
            None => self.given,
        }
    }

    fn take_object_of(&mut self, exception: &Object) -> Result<()> {
        let object = exception.downcast::<UnicodeErrorObject>().and_then(|fields| fields.object.get());
        let Some(object) = object else {
            bail!(TypeError, "object attribute not set");
        };
        match object.into_type::<Bytes>() {
            Ok(object) => {
                if object.as_bytes() != self.bytes() {
                    self.replaced = Some(object);
                }
                Ok(())
            }
            Err(_) => Err(raise!(TypeError, "object attribute must be bytes")),
        }
    }
}
