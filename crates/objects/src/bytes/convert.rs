//! Bytes from other objects: what `bytes(x)`, `bytearray(x)` and `bytes.__bytes__` have in common.

use crate::buffer::request;
use crate::codecs;
use crate::prelude::*;
use crate::str::InternedName;

/// The arguments `source`, `encoding` and `errors` of a constructor.
pub struct Source {
    pub object: Option<Ref>,
    pub encoding: Option<Ref<Str>>,
    pub errors: Option<Ref<Str>>,
}

impl Source {
    /// Parses them; `class` is the name for messages.
    pub fn parse(class: &str, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Source> {
        use crate::arguments::{Parameters, Shape};
        static PARAMETERS: [Parameters<3>; 2] = [parameters("bytes"), parameters("bytearray")];
        const fn parameters(function: &'static str) -> Parameters<3> {
            let shape = Shape {
                function,
                positional_only: 0,
                positional: 3,
                required: 0,
                required_keywords: 0,
                has_rest: false,
                has_keywords: false,
            };
            let names =
                [InternedName::new("source"), InternedName::new("encoding"), InternedName::new("errors")];
            Parameters::new(shape, names)
        }
        let parameters = &PARAMETERS[usize::from(class == "bytearray")];
        let [object, encoding, errors] = parameters.unpack_tuple(arguments.as_slice(), keywords)?.values;
        let name = |value: Option<&Object>, place: usize| match value {
            None => Ok(None),
            Some(value) => match value.downcast::<Str>() {
                Some(name) => Ok(Some(name.to_ref())),
                None => {
                    let got = crate::arguments::described(value);
                    Err(raise!(TypeError, "{class}() argument {place} must be str, not {got}"))
                }
            },
        };
        Ok(Source {
            object: object.map(Object::to_ref),
            encoding: name(encoding, 2)?,
            errors: name(errors, 3)?,
        })
    }

    /// The bytes of a string argument; none where the argument is something else, or absent.
    pub fn encoded(&self) -> Result<Option<Ref<Bytes>>> {
        let text = self.object.as_deref().and_then(|object| object.downcast::<Str>());
        match (text, &self.encoding, &self.errors) {
            (Some(text), Some(encoding), errors) => {
                let errors = errors.as_deref().map(Str::as_utf8).transpose()?;
                codecs::encode_text(text, Some(encoding.as_utf8()?), errors).map(Some)
            }
            (None, Some(_), _) => Err(raise!(TypeError, "encoding without a string argument")),
            (Some(_), None, Some(_)) => Err(raise!(TypeError, "string argument without an encoding")),
            (None, None, Some(_)) => Err(raise!(TypeError, "errors without a string argument")),
            // An instance of a subclass of `str` may have a `__bytes__`.
            (_, None, None) => Ok(None),
        }
    }
}

/// The count that an integer argument is; none where the object is no integer.
pub fn count(object: &Object) -> Result<Option<usize>> {
    if !object.has_index() {
        return Ok(None);
    }
    match raise::ignore(object.as_index_or(&exceptions::OverflowError), &exceptions::TypeError)? {
        None => Ok(None),
        Some(count) => match usize::try_from(count) {
            Ok(count) => Ok(Some(count)),
            Err(_) => Err(raise!(ValueError, "negative count")),
        },
    }
}

/// The byte that an item is; `range_message` for a number that is none.
pub fn byte(item: &Object, range_message: &str) -> Result<u8> {
    let value = match item.downcast_exact::<Int>().and_then(Int::to_isize) {
        Some(value) => value,
        None => item.as_isize_clip()?,
    };
    u8::try_from(value).map_err(|_| raise!(ValueError, "{range_message}"))
}

/// The bytes of the memory that an object lends; none where it lends none.
pub fn lent(object: &Object) -> Result<Option<Vec<u8>>> {
    match object.has_buffer() {
        true => Ok(Some(object.get_buffer(request::FULL_RO)?.to_contiguous())),
        false => Ok(None),
    }
}

/// The bytes of memory that is lent, or of integers that are iterated.
fn collect(object: &Object) -> Result<Vec<u8>> {
    if let Some(bytes) = lent(object)? {
        return Ok(bytes);
    }
    let iterator = integers(object, "bytes")?;
    let mut bytes = Vec::new();
    if bytes.try_reserve(object.length_hint(64)?).is_err() {
        bail!(MemoryError);
    }
    while let Some(item) = iterator.next()? {
        bytes.push(byte(&item, "bytes must be in range(0, 256)")?);
    }
    Ok(bytes)
}

/// The iterator over what may be the numbers of bytes; `class` is the name for messages.
pub fn integers(object: &Object, class: &str) -> Result<Ref> {
    let iterator = match object.downcast::<Str>() {
        None => raise::ignore(object.iter(), &exceptions::TypeError)?,
        Some(_) => None,
    };
    iterator.ok_or_else(|| raise!(TypeError, "cannot convert '{}' object to {class}", object.class().name()))
}

/// `bytes(object)` for an object of any kind but a string.
pub fn from_object(object: &Object) -> Result<Ref<Bytes>> {
    if let Some(bytes) = object.downcast_exact::<Bytes>() {
        return Ok(bytes.to_ref());
    }
    if let Some(method) = object.lookup_special(intern!("__bytes__"))? {
        return method.call0()?.into_type::<Bytes>().map_err(|other| {
            raise!(TypeError, "__bytes__ returned non-bytes (type {})", other.class().name())
        });
    }
    if object.downcast::<Str>().is_some() {
        bail!(TypeError, "string argument without an encoding");
    }
    match count(object)? {
        Some(count) => Bytes::build(count, |_| {}),
        None => Bytes::try_new(&collect(object)?),
    }
}
