//! `unicodeobject.h`: strings to and from C.

use std::ffi::{CStr, c_char, c_int, c_void};

use objects::codecs::{ByteOrder, Decoded, decode_text, encode_text, utf7, utf8, utf16, utf32};
use objects::memory::domains::Domain;
use objects::prelude::*;
use objects::str::StrBuilder;

use crate::errors::text;

/// A C string that may be missing.
///
/// # Safety
/// The pointer is null or to a NUL-terminated string.
unsafe fn optional<'a>(pointer: *const c_char) -> Option<&'a str> {
    // SAFETY: the caller's promise.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_str().unwrap_or("?"))
}

/// # Safety
/// The pointer is to `size` bytes.
unsafe fn slice<'a>(start: *const c_char, size: isize) -> &'a [u8] {
    match size {
        0 => &[],
        // SAFETY: the caller's promise.
        _ => unsafe { memory::slice_or_empty(start.cast(), size as usize) },
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FromString(start: *const c_char) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    decode_text(unsafe { CStr::from_ptr(start) }.to_bytes(), Some("utf-8"), None)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FromStringAndSize(start: *const c_char, size: isize) -> Result<Ref<Str>> {
    if size < 0 {
        bail!(SystemError, "Negative size passed to PyUnicode_FromStringAndSize");
    }
    if start.is_null() {
        return Str::filled(size as usize, 0x7f);
    }
    // SAFETY: the caller's promise.
    decode_text(unsafe { slice(start, size) }, Some("utf-8"), None)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_InternFromString(start: *const c_char) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { PyUnicode_FromString(start) }.map(Str::intern)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_InternInPlace(place: *mut Option<Ref<Str>>) {
    // SAFETY: the caller's place, which holds an owned reference or null.
    unsafe {
        if let Some(string) = (*place).take() {
            *place = Some(Str::intern(string));
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_New(length: isize, largest: u32) -> Result<Ref<Str>> {
    if length < 0 {
        bail!(SystemError, "Negative size passed to PyUnicode_New");
    }
    Str::filled(length as usize, largest)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FromKindAndData(
    kind: c_int,
    data: *const c_void,
    size: isize,
) -> Result<Ref<Str>> {
    if size < 0 {
        bail!(ValueError, "size must be positive");
    }
    let size = size as usize;
    // SAFETY: the caller's promise: `size` units of the kind.
    unsafe {
        match (kind, size) {
            (_, 0) => Ok(Str::empty()),
            (1, _) => Str::from_latin1(memory::slice_or_empty(data.cast(), size)),
            (2, _) => {
                let units = memory::slice_or_empty(data.cast::<u16>(), size);
                Str::from_u32(&units.iter().map(|&unit| u32::from(unit)).collect::<Vec<_>>())
            }
            (4, _) => Str::from_u32(memory::slice_or_empty(data.cast::<u32>(), size)),
            _ => Err(raise!(SystemError, "invalid kind")),
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnicode_FromWideChar(start: *const i32, size: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise; `wchar_t` holds code points here.
    unsafe {
        let size = match size {
            -1 => (0..).take_while(|&index| *start.add(index) != 0).count(),
            size => size as usize,
        };
        if size == 0 {
            return Ok(Str::empty());
        }
        from_wide(memory::slice_or_empty(start.cast(), size))
    }
}

/// A string of C's wide characters, which may hold anything.
pub fn from_wide(points: &[u32]) -> Result<Ref<Str>> {
    match points.iter().find(|&&point| point > 0x10_ffff) {
        Some(point) => Err(raise!(ValueError, "character U+{point:x} is not in range [U+0000; U+10ffff]")),
        None => Str::from_u32(points),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_FromOrdinal(point: c_int) -> Result<Ref<Str>> {
    match u32::try_from(point) {
        Ok(point) if point < 0x11_0000 => Str::from_point(point),
        _ => Err(raise!(ValueError, "chr() arg not in range(0x110000)")),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_FromObject(object: &Object) -> Result<Ref<Str>> {
    match object.downcast::<Str>() {
        Some(string) => string.to_exact(),
        None => Err(raise!(TypeError, "Can't convert '{}' object to str implicitly", object.class().name())),
    }
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_Copy(string: &Str) -> Result<Ref<Str>> {
    Str::from_points(string.points())
}

/// Strings are ready from the start; those of C's legacy functions are made so here.
#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_Ready(string: &Str) -> c_int {
    raise::status(string.check_unready().map(|()| {
        // Whoever asks for the length of a string makes it ready.
        let _ = string.len();
    }))
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_GetLength(object: &Object) -> isize {
    match object.downcast::<Str>() {
        Some(string) => string.len() as isize,
        None => {
            let _ = raise!(TypeError, "bad argument type for built-in operation");
            -1
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_ReadChar(object: &Object, index: isize) -> u32 {
    match object.downcast::<Str>() {
        Some(string) if (0..string.len() as isize).contains(&index) => string.code_point(index as usize),
        Some(_) => {
            let _ = raise!(IndexError, "string index out of range");
            u32::MAX
        }
        None => {
            let _ = raise!(TypeError, "bad argument type for built-in operation");
            u32::MAX
        }
    }
}

/// # Safety
/// The string is fresh from `PyUnicode_New`: nobody else has seen it.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_WriteChar(string: &Str, index: isize, point: u32) -> c_int {
    if !(0..string.len() as isize).contains(&index) {
        let _ = raise!(IndexError, "string index out of range");
        return -1;
    }
    if point > string.max_point_of_kind() {
        let _ = raise!(ValueError, "character out of range");
        return -1;
    }
    // SAFETY: the caller's promise; in range and of the kind, as checked.
    unsafe { string.write_fresh(index as usize, point) };
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_AsUTF8(object: &Object) -> *const c_char {
    // SAFETY: no place for the size.
    unsafe { PyUnicode_AsUTF8AndSize(object, std::ptr::null_mut()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AsUTF8AndSize(object: &Object, size: *mut isize) -> *const c_char {
    let Some(string) = object.downcast::<Str>() else {
        let _ = raise!(TypeError, "bad argument type for built-in operation");
        return std::ptr::null();
    };
    match string.as_utf8() {
        Ok(utf8) => {
            if !size.is_null() {
                // SAFETY: the caller's place.
                unsafe { size.write(utf8.len() as isize) };
            }
            utf8.as_ptr().cast()
        }
        Err(_) => std::ptr::null(),
    }
}

macro_rules! encoders {
    ($($name:ident = $encoding:literal, $errors:expr;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(object: &Object) -> Result<Ref<Bytes>> {
            match object.downcast::<Str>() {
                Some(string) => encode_text(string, Some($encoding), $errors),
                None => Err(raise!(TypeError, "bad argument type for built-in operation")),
            }
        })*
    };
}

encoders! {
    PyUnicode_AsUTF8String = "utf-8", None;
    PyUnicode_AsASCIIString = "ascii", None;
    PyUnicode_AsLatin1String = "latin-1", None;
    PyUnicode_AsUTF16String = "utf-16", None;
    PyUnicode_AsUTF32String = "utf-32", None;
    PyUnicode_AsUnicodeEscapeString = "unicode_escape", None;
    PyUnicode_AsRawUnicodeEscapeString = "raw_unicode_escape", None;
    PyUnicode_EncodeFSDefault = "utf-8", Some("surrogateescape");
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AsEncodedString(
    object: &Object,
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref<Bytes>> {
    let Some(string) = object.downcast::<Str>() else {
        bail!(TypeError, "bad argument type for built-in operation");
    };
    // SAFETY: the caller's promise.
    unsafe { encode_text(string, optional(encoding), optional(errors)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyUnicode_AsUTF8String(string: &Str, errors: *const c_char) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    encode_text(string, Some("utf-8"), unsafe { optional(errors) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_EncodeLocale(object: &Object, errors: *const c_char) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    unsafe { PyUnicode_AsEncodedString(object, c"utf-8".as_ptr(), errors) }
}

macro_rules! decoders {
    ($($name:ident = $encoding:literal;)*) => {
        $(#[unsafe(no_mangle)]
        unsafe extern "C" fn $name(start: *const c_char, size: isize, errors: *const c_char) -> Result<Ref<Str>> {
            // SAFETY: the caller's promise.
            unsafe { decode_text(slice(start, size), Some($encoding), optional(errors)) }
        })*
    };
}

decoders! {
    PyUnicode_DecodeUTF8 = "utf-8";
    PyUnicode_DecodeASCII = "ascii";
    PyUnicode_DecodeLatin1 = "latin-1";
    PyUnicode_DecodeUTF7 = "utf-7";
    PyUnicode_DecodeUnicodeEscape = "unicode_escape";
    PyUnicode_DecodeRawUnicodeEscape = "raw_unicode_escape";
    PyUnicode_DecodeLocaleAndSize = "utf-8";
}

/// Decodes with a decoder that leaves alone what is cut off at the end where `consumed` is not null, and then tells
/// there how many bytes it used.
///
/// # Safety
/// `start` is to `size` bytes, `errors` null or to a C string, `consumed` null or a place.
unsafe fn decode_stateful(
    decode: impl FnOnce(&[u8], &str, bool) -> Result<Decoded>,
    start: *const c_char,
    size: isize,
    errors: *const c_char,
    consumed: *mut isize,
) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let (bytes, errors) = unsafe { (slice(start, size), optional(errors).unwrap_or("strict")) };
    let (text, used) = decode(bytes, errors, consumed.is_null())?;
    if !consumed.is_null() {
        // SAFETY: as above.
        unsafe { consumed.write(used as isize) };
    }
    Ok(text)
}

macro_rules! stateful_decoders {
    ($($name:ident = $decode:path;)*) => {
        $(#[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            start: *const c_char,
            size: isize,
            errors: *const c_char,
            consumed: *mut isize,
        ) -> Result<Ref<Str>> {
            // SAFETY: the caller's promise.
            unsafe { decode_stateful($decode, start, size, errors, consumed) }
        })*
    };
}

stateful_decoders! {
    PyUnicode_DecodeUTF7Stateful = utf7::decode;
    PyUnicode_DecodeUTF8Stateful = utf8::decode;
}

/// A decoder of UTF-16 or UTF-32: of bytes, by an error handler, in a byte order or by their mark, to their end or not.
type WideDecoder = fn(&[u8], &str, Option<ByteOrder>, bool) -> Result<(Ref<Str>, usize, Option<ByteOrder>)>;

/// Decodes as `decode_stateful` does. `byteorder` is null or a place with -1 for little, 1 for big, and 0 for what a byte
/// order mark says, which is then told there.
///
/// # Safety
/// As `decode_stateful`; `byteorder` is null or a place.
unsafe fn decode_wide(
    decode: WideDecoder,
    start: *const c_char,
    size: isize,
    errors: *const c_char,
    byteorder: *mut c_int,
    consumed: *mut isize,
) -> Result<Ref<Str>> {
    let decode = |bytes: &[u8], errors: &str, is_final: bool| {
        // SAFETY: the caller's promise.
        let place = unsafe { byteorder.as_mut() };
        let order = place.as_ref().and_then(|order| ByteOrder::from_c(**order));
        let (text, used, found) = decode(bytes, errors, order, is_final)?;
        if let Some(place) = place {
            *place = ByteOrder::to_c(found);
        }
        Ok((text, used))
    };
    // SAFETY: the caller's promise.
    unsafe { decode_stateful(decode, start, size, errors, consumed) }
}

/// `PyUnicode_DecodeUTF16` and `PyUnicode_DecodeUTF32`, whole and stateful.
macro_rules! wide_decoders {
    ($($name:ident, $stateful:ident = $decode:path;)*) => {
        $(#[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            start: *const c_char,
            size: isize,
            errors: *const c_char,
            byteorder: *mut c_int,
        ) -> Result<Ref<Str>> {
            // SAFETY: the caller's promise.
            unsafe { $stateful(start, size, errors, byteorder, std::ptr::null_mut()) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $stateful(
            start: *const c_char,
            size: isize,
            errors: *const c_char,
            byteorder: *mut c_int,
            consumed: *mut isize,
        ) -> Result<Ref<Str>> {
            // SAFETY: the caller's promise.
            unsafe { decode_wide($decode, start, size, errors, byteorder, consumed) }
        })*
    };
}

wide_decoders! {
    PyUnicode_DecodeUTF16, PyUnicode_DecodeUTF16Stateful = utf16::decode;
    PyUnicode_DecodeUTF32, PyUnicode_DecodeUTF32Stateful = utf32::decode;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_Decode(
    start: *const c_char,
    size: isize,
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { decode_text(slice(start, size), optional(encoding), optional(errors)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_DecodeFSDefault(start: *const c_char) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    decode_text(unsafe { CStr::from_ptr(start) }.to_bytes(), Some("utf-8"), Some("surrogateescape"))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_DecodeFSDefaultAndSize(start: *const c_char, size: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    decode_text(unsafe { slice(start, size) }, Some("utf-8"), Some("surrogateescape"))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_DecodeLocale(start: *const c_char, errors: *const c_char) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { decode_text(CStr::from_ptr(start).to_bytes(), Some("utf-8"), optional(errors)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FromEncodedObject(
    object: &Object,
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { objects::codecs::text_from_object(object, optional(encoding), optional(errors)) }
}

/// A path as bytes without a NUL: `O&` of functions that open files.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FSConverter(argument: Option<&Object>, place: *mut c_void) -> c_int {
    // SAFETY: the caller's place, an object pointer.
    let place = unsafe { &mut *place.cast::<Option<Ref>>() };
    let Some(argument) = argument else {
        *place = None;
        return 1;
    };
    let convert = || -> Result<Ref> {
        let path = PyOS_FSPath(argument)?;
        let bytes = match path.downcast::<Str>() {
            Some(string) => encode_text(string, Some("utf-8"), Some("surrogateescape"))?.into_object(),
            None => path,
        };
        if bytes.downcast::<Bytes>().is_some_and(|bytes| bytes.as_bytes().contains(&0)) {
            bail!(ValueError, "embedded null byte");
        }
        Ok(bytes)
    };
    match convert() {
        Ok(bytes) => {
            // The place is not initialised.
            // SAFETY: as above.
            unsafe { std::ptr::write(place, Some(bytes)) };
            // Py_CLEANUP_SUPPORTED: call again with null on failure elsewhere.
            0x2_0000
        }
        Err(_) => 0,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FSDecoder(argument: Option<&Object>, place: *mut c_void) -> c_int {
    let Some(argument) = argument else {
        // SAFETY: the caller's place holds an owned reference.
        unsafe { *place.cast::<Option<Ref>>() = None };
        return 1;
    };
    let convert = || -> Result<Ref> {
        let path = PyOS_FSPath(argument)?;
        let string = match path.downcast::<Bytes>() {
            Some(bytes) => {
                decode_text(bytes.as_bytes(), Some("utf-8"), Some("surrogateescape"))?.into_object()
            }
            None => path,
        };
        if string.downcast::<Str>().is_some_and(|string| string.points().iter().any(|point| point == 0)) {
            bail!(ValueError, "embedded null character");
        }
        Ok(string)
    };
    match convert() {
        Ok(string) => {
            // SAFETY: the caller's place, not initialised.
            unsafe { std::ptr::write(place.cast(), Some(string)) };
            0x2_0000
        }
        Err(_) => 0,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyOS_FSPath(path: &Object) -> Result<Ref> {
    path.fs_path()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AsWideChar(string: &Str, out: *mut i32, size: isize) -> isize {
    if out.is_null() {
        // What the whole text takes, with its zero.
        return string.len() as isize + 1;
    }
    let count = string.len().min(size.max(0) as usize);
    for (index, point) in string.points().iter().take(count).enumerate() {
        // SAFETY: the caller's promise: room for `size`.
        unsafe { out.add(index).write(point as i32) };
    }
    if count < size.max(0) as usize {
        // SAFETY: as above.
        unsafe { out.add(count).write(0) };
    }
    count as isize
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AsWideCharString(string: &Str, size: *mut isize) -> *mut i32 {
    if size.is_null() && string.points().iter().any(|point| point == 0) {
        let _ = raise!(ValueError, "embedded null character");
        return std::ptr::null_mut();
    }
    let out = memory::domains::allocate(Domain::Memory, (string.len() + 1) * 4).cast::<i32>();
    if out.is_null() {
        let _ = raise!(MemoryError);
        return out;
    }
    // SAFETY: room for the string and a NUL was just allocated.
    unsafe {
        PyUnicode_AsWideChar(string, out, string.len() as isize + 1);
        if !size.is_null() {
            size.write(string.len() as isize);
        }
    }
    out
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AsUCS4(string: &Str, out: *mut u32, size: isize, with_nul: c_int) -> *mut u32 {
    if (size as usize) < string.len() + usize::from(with_nul != 0) {
        let _ = raise!(SystemError, "string is longer than the buffer");
        return std::ptr::null_mut();
    }
    // SAFETY: the caller's promise, and the size was checked.
    unsafe {
        for (index, point) in string.points().iter().enumerate() {
            out.add(index).write(point);
        }
        if with_nul != 0 {
            out.add(string.len()).write(0);
        }
    }
    out
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Substring(string: &Str, start: isize, end: isize) -> Result<Ref<Str>> {
    if start < 0 || end < 0 {
        bail!(IndexError, "string index out of range");
    }
    let end = (end as usize).min(string.len());
    string.substring((start as usize).min(end), end)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Concat(left: &Object, right: &Object) -> Result<Ref> {
    if left.downcast::<Str>().is_none() || right.downcast::<Str>().is_none() {
        bail!(TypeError, "must be str, not {}", left.class().name());
    }
    left.add(right)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_Append(place: *mut Option<Ref>, right: Option<&Object>) {
    // SAFETY: the caller's place holds an owned reference or null.
    unsafe {
        let Some(left) = (*place).take() else { return };
        *place = right.and_then(|right| left.add(right).ok());
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AppendAndDel(place: *mut Option<Ref>, right: Option<Ref>) {
    // SAFETY: the same contract.
    unsafe { PyUnicode_Append(place, right.as_deref()) }
}

/// Null separates by a space.
#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Join(separator: Option<&Object>, items: &Object) -> Result<Ref> {
    separator.unwrap_or(intern!(" ")).call_method(intern!("join"), &[items])
}

macro_rules! methods {
    ($($name:ident($($parameter:ident),*) = $method:literal;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(string: &Object, $($parameter: &Object),*) -> Result<Ref> {
            string.call_method(intern!($method), &[$($parameter),*])
        })*
    };
}

methods! {
    PyUnicode_Partition(separator) = "partition";
    PyUnicode_RPartition(separator) = "rpartition";
    PyUnicode_Translate(table) = "translate";
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Format(format: &Object, arguments: &Object) -> Result<Ref> {
    format.remainder(arguments)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Split(string: &Object, separator: Option<&Object>, most: isize) -> Result<Ref> {
    let most = Int::new(most as i64);
    string.call_method(intern!("split"), &[separator.unwrap_or(none_object()), &most])
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Splitlines(string: &Object, keep: c_int) -> Result<Ref> {
    string.call_method(intern!("splitlines"), &[&*bool_object(keep != 0)])
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Replace(string: &Object, old: &Object, new: &Object, most: isize) -> Result<Ref> {
    string.call_method(intern!("replace"), &[old, new, &*Int::new(most as i64)])
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Find(
    string: &Object,
    part: &Object,
    start: isize,
    end: isize,
    direction: c_int,
) -> isize {
    let name = if direction > 0 { intern!("find") } else { intern!("rfind") };
    let (start, end) = (Int::new(start as i64), Int::new(end as i64));
    string.call_method(name, &[part, &start, &end]).and_then(|index| index.as_isize()).unwrap_or(-2)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_FindChar(
    string: &Str,
    point: u32,
    start: isize,
    end: isize,
    direction: c_int,
) -> isize {
    let length = string.len() as isize;
    let place = |index: isize| if index < 0 { (index + length).max(0) } else { index.min(length) } as usize;
    let (start, end) = (place(start), place(end));
    let mut indices = start..end;
    let found = match direction > 0 {
        true => indices.find(|&index| string.code_point(index) == point),
        false => indices.rev().find(|&index| string.code_point(index) == point),
    };
    found.map_or(-1, |index| index as isize)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Tailmatch(
    string: &Object,
    part: &Object,
    start: isize,
    end: isize,
    direction: c_int,
) -> isize {
    let name = if direction > 0 { intern!("endswith") } else { intern!("startswith") };
    let (start, end) = (Int::new(start as i64), Int::new(end as i64));
    string.call_method(name, &[part, &start, &end]).map_or(-1, |answer| isize::from(answer.is_true_object()))
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Contains(string: &Object, part: &Object) -> c_int {
    string.contains(part).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Compare(left: &Object, right: &Object) -> c_int {
    match (left.downcast::<Str>(), right.downcast::<Str>()) {
        (Some(left), Some(right)) => left.order(right) as c_int,
        _ => {
            let _ = raise!(TypeError, "Can't compare {} and {}", left.class().name(), right.class().name());
            -1
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_CompareWithASCIIString(left: &Str, right: *const c_char) -> c_int {
    // SAFETY: the caller's promise; the bytes count as Latin-1.
    let right = unsafe { CStr::from_ptr(right) }.to_bytes();
    left.points().iter().cmp(right.iter().map(|&byte| u32::from(byte))) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyUnicode_EqualToASCIIString(left: &Str, right: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    c_int::from(left.equals_text(&unsafe { text(right) }))
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_RichCompare(left: &Object, right: &Object, op: c_int) -> Result<Ref> {
    match CompareOp::from_c(op) {
        Some(op) if left.downcast::<Str>().is_some() && right.downcast::<Str>().is_some() => {
            left.compare(right, op)
        }
        _ => Ok(not_implemented()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_IsIdentifier(string: &Str) -> c_int {
    c_int::from(string.is_identifier())
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_GetDefaultEncoding() -> *const c_char {
    c"utf-8".as_ptr()
}

/// `_Py_Identifier`: a name in C code that becomes a string when first used.
#[repr(C)]
pub struct Identifier {
    next: *mut Identifier,
    string: *const c_char,
    object: *mut Object,
}

/// The identifier's string, borrowed for ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyUnicode_FromId(identifier: *mut Identifier) -> *mut Object {
    // SAFETY: a static structure of the caller's.
    unsafe {
        if (*identifier).object.is_null() {
            let string = Str::intern(Str::new(&text((*identifier).string)));
            (*identifier).object = string.into_object().into_raw();
        }
        (*identifier).object
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyUnicode_EqualToASCIIId(left: &Str, identifier: *mut Identifier) -> c_int {
    // SAFETY: a static structure of the caller's.
    unsafe { _PyUnicode_EqualToASCIIString(left, (*identifier).string) }
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_EQ(left: &Str, right: &Str) -> c_int {
    c_int::from(left.equals(right))
}

macro_rules! predicates {
    ($($name:ident = $predicate:ident;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(point: u32) -> c_int {
            c_int::from(unicode::$predicate(point))
        })*
    };
}

predicates! {
    _PyUnicode_IsAlpha = is_alpha;
    _PyUnicode_IsDecimalDigit = is_decimal;
    _PyUnicode_IsDigit = is_digit;
    _PyUnicode_IsNumeric = is_numeric;
    _PyUnicode_IsLowercase = is_lower;
    _PyUnicode_IsUppercase = is_upper;
    _PyUnicode_IsTitlecase = is_title;
    _PyUnicode_IsPrintable = is_printable;
    _PyUnicode_IsWhitespace = is_space;
    _PyUnicode_IsLinebreak = is_linebreak;
    _PyUnicode_IsXidStart = is_xid_start;
    _PyUnicode_IsXidContinue = is_xid_continue;
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_ToDecimalDigit(point: u32) -> c_int {
    unicode::to_decimal(point).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_ToDigit(point: u32) -> c_int {
    unicode::to_digit(point).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_ToNumeric(point: u32) -> f64 {
    unicode::to_numeric(point).unwrap_or(-1.0)
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_ToLowercase(point: u32) -> u32 {
    unicode::to_lower(point)
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_ToUppercase(point: u32) -> u32 {
    unicode::to_upper(point)
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_ToTitlecase(point: u32) -> u32 {
    unicode::to_title(point)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_BuildEncodingMap(table: &Str) -> Result<Ref> {
    objects::codecs::charmap::build(table)
}

/// `_PyAccu`: collects strings for one join at the end.
#[repr(C)]
pub struct Accumulator {
    large: *mut Object,
    small: *mut Object,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyAccu_Init(accumulator: *mut Accumulator) -> c_int {
    // SAFETY: the caller's place.
    unsafe {
        accumulator
            .write(Accumulator { large: std::ptr::null_mut(), small: List::new().into_object().into_raw() })
    };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyAccu_Accumulate(accumulator: &Accumulator, string: &Object) -> c_int {
    // SAFETY: initialised above.
    match unsafe { &*accumulator.small }.downcast::<List>() {
        Some(list) => raise::status(list.push(string.to_ref())),
        None => -1,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyAccu_FinishAsList(accumulator: &mut Accumulator) -> *mut Object {
    std::mem::replace(&mut accumulator.small, std::ptr::null_mut())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyAccu_Finish(accumulator: &mut Accumulator) -> Result<Ref> {
    // SAFETY: initialised above, and taken out here.
    let list = unsafe { Ref::<Object>::from_raw(_PyAccu_FinishAsList(accumulator)) };
    let mut joined = StrBuilder::new();
    list.for_each(|item| {
        if let Some(string) = item.downcast::<Str>() {
            joined.push_string(string);
        }
        Ok(())
    })?;
    joined.finish().map(Ref::into_object)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyAccu_Destroy(accumulator: &mut Accumulator) {
    let list = std::mem::replace(&mut accumulator.small, std::ptr::null_mut());
    if !list.is_null() {
        // SAFETY: initialised above, and taken out here.
        drop(unsafe { Ref::<Object>::from_raw(list) });
    }
}
