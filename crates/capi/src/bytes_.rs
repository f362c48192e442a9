//! `bytesobject.h`, `bytearrayobject.h`.

use std::ffi::{CStr, c_char, c_int};

use objects::bytearray::ByteArray;
use objects::prelude::*;

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_FromStringAndSize(start: *const u8, size: isize) -> Result<Ref<Bytes>> {
    let Ok(size) = usize::try_from(size) else {
        bail!(SystemError, "Negative size passed to PyBytes_FromStringAndSize");
    };
    if start.is_null() {
        // Room that the caller fills: never one of the shared short objects.
        return Bytes::unfilled(size);
    }
    // SAFETY: the caller's promise.
    Bytes::try_new(unsafe { memory::slice_or_empty(start, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_FromString(start: *const c_char) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    Bytes::try_new(unsafe { CStr::from_ptr(start) }.to_bytes())
}

#[unsafe(no_mangle)]
extern "C" fn PyBytes_FromObject(object: &Object) -> Result<Ref<Bytes>> {
    objects::bytes::convert::from_object(object)
}

fn bytes(object: &Object) -> Result<&Bytes> {
    object
        .downcast::<Bytes>()
        .ok_or_else(|| raise!(TypeError, "expected bytes, {} found", object.class().name()))
}

#[unsafe(no_mangle)]
extern "C" fn PyBytes_Size(object: &Object) -> isize {
    bytes(object).map_or(-1, |bytes| bytes.len() as isize)
}

#[unsafe(no_mangle)]
extern "C" fn PyBytes_AsString(object: &Object) -> *const u8 {
    bytes(object).map_or(std::ptr::null(), |bytes| bytes.as_bytes().as_ptr())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_AsStringAndSize(
    object: &Object,
    start: *mut *const u8,
    size: *mut isize,
) -> c_int {
    let Ok(bytes) = bytes(object) else { return -1 };
    // SAFETY: the caller's places.
    unsafe {
        start.write(bytes.as_bytes().as_ptr());
        if !size.is_null() {
            size.write(bytes.len() as isize);
        } else if bytes.as_bytes().contains(&0) {
            let _ = raise!(ValueError, "embedded null byte");
            return -1;
        }
    }
    0
}

/// Another size for a fresh object that the caller alone holds.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyBytes_Resize(place: *mut Option<Ref<Bytes>>, size: isize) -> c_int {
    // SAFETY: the caller's place holds an owned reference.
    unsafe {
        let Some(old) = (*place).take() else {
            let _ = raise!(SystemError, "bad argument to internal function");
            return -1;
        };
        let Ok(size) = usize::try_from(size) else {
            let _ = raise!(SystemError, "bad argument to internal function");
            return -1;
        };
        let Ok(new) = Bytes::unfilled(size) else { return -1 };
        let kept = size.min(old.len());
        std::ptr::copy_nonoverlapping(old.as_bytes().as_ptr(), new.as_bytes().as_ptr().cast_mut(), kept);
        *place = Some(new);
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_Concat(place: *mut Option<Ref>, right: Option<&Object>) {
    // SAFETY: the caller's place holds an owned reference or null.
    unsafe {
        let Some(left) = (*place).take() else { return };
        *place = right.and_then(|right| left.add(right).ok());
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_ConcatAndDel(place: *mut Option<Ref>, right: Option<Ref>) {
    // SAFETY: the same contract.
    unsafe { PyBytes_Concat(place, right.as_deref()) }
}

#[unsafe(no_mangle)]
extern "C" fn _PyBytes_Join(separator: &Object, items: &Object) -> Result<Ref> {
    separator.call_method(intern!("join"), &[items])
}

#[unsafe(no_mangle)]
extern "C" fn PyBytes_Repr(object: &Object, _smart_quotes: c_int) -> Result<Ref<Str>> {
    object.repr()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_DecodeEscape(
    start: *const u8,
    size: isize,
    errors: *const c_char,
    _unicode: isize,
    _recode: *const c_char,
) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    let (bytes, errors) = unsafe {
        let errors =
            if errors.is_null() { "strict" } else { CStr::from_ptr(errors).to_str().unwrap_or("strict") };
        (memory::slice_or_empty(start, size as usize), errors)
    };
    Bytes::try_new(&objects::codecs::escape::decode(bytes, errors)?.0)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyByteArray_FromStringAndSize(start: *const u8, size: isize) -> Result<Ref<ByteArray>> {
    let Ok(size) = usize::try_from(size) else {
        bail!(SystemError, "Negative size passed to PyByteArray_FromStringAndSize");
    };
    if start.is_null() {
        return ByteArray::new(&vec![0; size]);
    }
    // SAFETY: the caller's promise.
    ByteArray::new(unsafe { memory::slice_or_empty(start, size) })
}

#[unsafe(no_mangle)]
extern "C" fn PyByteArray_FromObject(object: &Object) -> Result<Ref> {
    ByteArray::class().as_object().call1(object)
}

#[unsafe(no_mangle)]
extern "C" fn PyByteArray_Size(array: &ByteArray) -> isize {
    array.len() as isize
}

#[unsafe(no_mangle)]
extern "C" fn PyByteArray_AsString(array: &ByteArray) -> *mut u8 {
    array.with_mut(|bytes| bytes.as_mut_ptr())
}

#[unsafe(no_mangle)]
extern "C" fn PyByteArray_Resize(array: &ByteArray, size: isize) -> c_int {
    raise::status(array.check_resizable().and_then(|()| array.resize(size.max(0) as usize)))
}

#[unsafe(no_mangle)]
extern "C" fn PyByteArray_Concat(left: &Object, right: &Object) -> Result<Ref> {
    left.add(right)
}

/// The bytes in hexadecimal, as text.
#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_strhex(start: *const u8, size: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { memory::slice_or_empty(start, size as usize) };
    Ok(Str::new(&hexadecimal(bytes)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_strhex_bytes(start: *const u8, size: isize) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { memory::slice_or_empty(start, size as usize) };
    Bytes::try_new(hexadecimal(bytes).as_bytes())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_strhex_bytes_with_sep(
    start: *const u8,
    size: isize,
    separator: Option<&Object>,
    group: c_int,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let bytes = Bytes::try_new(unsafe { memory::slice_or_empty(start, size as usize) })?;
    let text = match separator {
        Some(separator) => bytes.call_method(intern!("hex"), &[separator, &*Int::new(group.into())])?,
        None => bytes.call_method(intern!("hex"), &[])?,
    };
    text.call_method(intern!("encode"), &[])
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_HashBytes(start: *const u8, size: isize) -> isize {
    // SAFETY: the caller's promise.
    let bytes = unsafe { memory::slice_or_empty(start, size as usize) };
    objects::hash::bytes(bytes)
}
