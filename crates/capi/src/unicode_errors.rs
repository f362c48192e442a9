//! `pyerrors.h`: the fields of `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`.

use std::ffi::{c_char, c_int};

use objects::exceptions::UnicodeErrorObject;
use objects::prelude::*;

use crate::errors::text;

fn error(exception: &Object) -> Result<&UnicodeErrorObject> {
    exception.downcast().ok_or_else(|| raise!(TypeError, "bad argument type for built-in operation"))
}

/// A field that must hold an object of a type.
fn field<T: Layout>(field: &Field, name: &str) -> Result<Ref> {
    match field.get() {
        None => Err(raise!(TypeError, "{name} attribute not set")),
        Some(value) if value.downcast::<T>().is_some() => Ok(value),
        Some(_) => {
            let kind = if T::class().is(Bytes::class()) { "bytes" } else { "unicode" };
            Err(raise!(TypeError, "{name} attribute must be {kind}"))
        }
    }
}

/// The number of items in the object that could not be converted.
fn length(error: &UnicodeErrorObject) -> Result<isize> {
    match error.object.get() {
        Some(object) => object.length(),
        None => Err(raise!(TypeError, "object attribute not set")),
    }
}

fn start(exception: &Object) -> Result<isize> {
    let error = error(exception)?;
    Ok(error.start.get().max(0).min((length(error)? - 1).max(0)))
}

fn end(exception: &Object) -> Result<isize> {
    let error = error(exception)?;
    let length = length(error)?;
    Ok(error.end.get().max(1).min(length))
}

/// # Safety
/// The place is writable.
unsafe fn store(place: *mut isize, value: Result<isize>) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(value.map(|value| unsafe { place.write(value) }))
}

macro_rules! numbers {
    ($($get_start:ident $get_end:ident $set_start:ident $set_end:ident)*) => {
        $(
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $get_start(exception: &Object, place: *mut isize) -> c_int {
                // SAFETY: the caller's place.
                unsafe { store(place, start(exception)) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $get_end(exception: &Object, place: *mut isize) -> c_int {
                // SAFETY: the caller's place.
                unsafe { store(place, end(exception)) }
            }

            #[unsafe(no_mangle)]
            extern "C" fn $set_start(exception: &Object, value: isize) -> c_int {
                raise::status(error(exception).map(|error| error.start.set(value)))
            }

            #[unsafe(no_mangle)]
            extern "C" fn $set_end(exception: &Object, value: isize) -> c_int {
                raise::status(error(exception).map(|error| error.end.set(value)))
            }
        )*
    };
}

numbers! {
    PyUnicodeEncodeError_GetStart PyUnicodeEncodeError_GetEnd PyUnicodeEncodeError_SetStart PyUnicodeEncodeError_SetEnd
    PyUnicodeDecodeError_GetStart PyUnicodeDecodeError_GetEnd PyUnicodeDecodeError_SetStart PyUnicodeDecodeError_SetEnd
    PyUnicodeTranslateError_GetStart PyUnicodeTranslateError_GetEnd
        PyUnicodeTranslateError_SetStart PyUnicodeTranslateError_SetEnd
}

macro_rules! objects_of {
    ($($get_object:ident: $kind:ident, $get_reason:ident, $set_reason:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $get_object(exception: &Object) -> Result<Ref> {
                field::<$kind>(&error(exception)?.object, "object")
            }

            #[unsafe(no_mangle)]
            extern "C" fn $get_reason(exception: &Object) -> Result<Ref> {
                field::<Str>(&error(exception)?.reason, "reason")
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $set_reason(exception: &Object, reason: *const c_char) -> c_int {
                // SAFETY: the caller's C string.
                let reason = Str::new(&unsafe { text(reason) }).into_object();
                raise::status(error(exception).map(|error| error.reason.set(Some(reason))))
            }
        )*
    };
}

objects_of! {
    PyUnicodeEncodeError_GetObject: Str, PyUnicodeEncodeError_GetReason, PyUnicodeEncodeError_SetReason;
    PyUnicodeDecodeError_GetObject: Bytes, PyUnicodeDecodeError_GetReason, PyUnicodeDecodeError_SetReason;
    PyUnicodeTranslateError_GetObject: Str, PyUnicodeTranslateError_GetReason, PyUnicodeTranslateError_SetReason;
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicodeEncodeError_GetEncoding(exception: &Object) -> Result<Ref> {
    field::<Str>(&error(exception)?.encoding, "encoding")
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicodeDecodeError_GetEncoding(exception: &Object) -> Result<Ref> {
    field::<Str>(&error(exception)?.encoding, "encoding")
}
