//! Where a template's values come from: a tuple, a mapping, or one object.

use numtext::FormatError;
use numtext::percent::{Star, Values};

use crate::prelude::*;

/// The values, and how far they are used up.
pub struct Arguments<'a> {
    given: &'a Object,
    mapping: Option<&'a Object>,
    /// The value of the key that a conversion named.
    keyed: Option<Ref>,
    next: usize,
    /// Whether keys are bytes.
    bytes: bool,
}

impl<'a> Arguments<'a> {
    pub fn new(given: &'a Object, bytes: bool) -> Arguments<'a> {
        let is_plain = given.downcast::<Tuple>().is_some()
            || given.downcast::<Str>().is_some()
            || bytes && (given.downcast::<Bytes>().is_some() || is_byte_array(given));
        let mapping = Some(given).filter(|given| !is_plain && given.is_mapping());
        Arguments { given, mapping, keyed: None, next: 0, bytes }
    }

    /// The value for the next conversion.
    pub fn take(&mut self) -> Result<Ref> {
        if let Some(value) = self.keyed.take() {
            return Ok(value);
        }
        let value = match self.given.downcast::<Tuple>() {
            Some(values) => values.items().get(self.next).cloned(),
            None if self.next == 0 => Some(self.given.to_ref()),
            None => None,
        };
        self.next += 1;
        value.ok_or_else(|| raise!(TypeError, "not enough arguments for format string"))
    }

    /// Checks that no value is left over; `what` was being formatted.
    pub fn finish(&self, what: &str) -> Result<()> {
        let count = self.given.downcast::<Tuple>().map_or(1, |values| values.items().len());
        match self.next < count && self.mapping.is_none() {
            true => Err(raise!(TypeError, "not all arguments converted during {what} formatting")),
            false => Ok(()),
        }
    }
}

fn is_byte_array(object: &Object) -> bool {
    object.downcast::<crate::bytearray::ByteArray>().is_some()
}

/// An exception, set where an error in the format comes up.
pub struct Failure(pub Raised);

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Failure {
        Failure(crate::format::raise(error))
    }
}

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Failure {
        Failure(raised)
    }
}

impl Values for Arguments<'_> {
    type Error = Failure;

    fn begin_key(&mut self) -> Result<(), Failure> {
        match self.mapping {
            Some(_) => Ok(()),
            None => Err(Failure(raise!(TypeError, "format requires a mapping"))),
        }
    }

    fn key(&mut self, key: &[u32]) -> Result<(), Failure> {
        let Some(mapping) = self.mapping else { return self.begin_key() };
        let key = match self.bytes {
            true => Bytes::try_new(&key.iter().map(|&point| point as u8).collect::<Vec<u8>>())?.into_object(),
            false => Str::from_u32(key)?.into_object(),
        };
        self.keyed = Some(mapping.get_item(&key)?);
        Ok(())
    }

    fn star(&mut self, star: Star) -> Result<isize, Failure> {
        let value = self.take()?;
        let Some(number) = value.downcast::<Int>() else {
            return Err(Failure(raise!(TypeError, "* wants int")));
        };
        let (number, kind) = match star {
            Star::Width => (number.to_isize(), "ssize_t"),
            Star::Precision => (number.to_isize().filter(|&number| i32::try_from(number).is_ok()), "int"),
        };
        number.ok_or_else(|| Failure(raise!(OverflowError, "Python int too large to convert to C {kind}")))
    }
}
