//! Bytes from other objects: what `bytes(x)`, `bytearray(x)` and `bytes.__bytes__` have in common.

use crate::buffer::request;
use crate::codecs;
use crate::prelude::*;

/// The bytes of a constructor's text in its encoding; none where the source is something else, or absent.
pub fn encoded(
    source: Option<&Object>,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> Result<Option<Ref<Bytes>>> {
    let text = source.and_then(|object| object.downcast::<Str>());
    match (text, encoding, errors) {
        (Some(text), Some(encoding), errors) => codecs::encode_text(text, Some(encoding), errors).map(Some),
        (None, Some(_), _) => Err(raise!(TypeError, "encoding without a string argument")),
        (Some(_), None, Some(_)) => Err(raise!(TypeError, "string argument without an encoding")),
        (None, None, Some(_)) => Err(raise!(TypeError, "errors without a string argument")),
        // An instance of a subclass of `str` may have a `__bytes__`.
        (_, None, None) => Ok(None),
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
