//! The exceptions that codecs raise.

use crate::prelude::*;

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
