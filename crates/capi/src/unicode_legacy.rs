//! `unicodeobject.h`: strings changed in place, and the interface of before PEP 393, which sees them as `wchar_t`.

use std::ffi::{c_char, c_int};

use objects::memory::domains::{self, Domain};
use objects::prelude::*;
use objects::str::Kind;

/// Whether nobody else can tell when the string changes.
fn is_modifiable(string: &Str) -> bool {
    string.refcnt() == 1 && string.is_unshared()
}

fn kind_name(string: &Str) -> &'static str {
    match string.kind() {
        _ if string.is_ascii() => "ascii",
        Kind::One => "latin1",
        Kind::Two => "UCS2",
        Kind::Four => "UCS4",
    }
}

fn out_of_range() -> Raised {
    raise!(IndexError, "string index out of range")
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_CopyCharacters(
    to: &Object,
    to_start: usize,
    from: &Object,
    from_start: usize,
    count: isize,
) -> isize {
    let copy = || -> Result<isize> {
        let (Some(to), Some(from)) = (to.downcast::<Str>(), from.downcast::<Str>()) else {
            bail!(SystemError, "bad argument to internal function");
        };
        if to_start > to.len() || from_start > from.len() {
            return Err(out_of_range());
        }
        let Ok(count) = usize::try_from(count) else { bail!(SystemError, "how_many cannot be negative") };
        let count = count.min(from.len() - from_start);
        if to_start + count > to.len() {
            bail!(
                SystemError,
                "Cannot write {count} characters at {to_start} in a string of {} characters",
                to.len()
            );
        }
        if count == 0 {
            return Ok(0);
        }
        if !is_modifiable(to) {
            bail!(SystemError, "Cannot modify a string currently used");
        }
        let points = (from_start..from_start + count).map(|index| from.code_point(index));
        if points.clone().any(|point| point > to.max_point_of_kind()) {
            bail!(
                SystemError,
                "Cannot copy {} characters into a string of {} characters",
                kind_name(from),
                kind_name(to)
            );
        }
        for (index, point) in points.enumerate() {
            // SAFETY: in range and of the kind, as checked; the string is the caller's alone.
            unsafe { to.write_fresh(to_start + index, point) };
        }
        Ok(count as isize)
    };
    copy().unwrap_or(-1)
}

/// The same without checks.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyUnicode_FastCopyCharacters(
    to: &Str,
    to_start: isize,
    from: &Str,
    from_start: isize,
    count: isize,
) {
    for index in 0..count.max(0) as usize {
        // SAFETY: the caller's promise: a fresh string with room for the characters.
        unsafe { to.write_fresh(to_start as usize + index, from.code_point(from_start as usize + index)) };
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Fill(string: &Object, start: isize, length: isize, point: u32) -> isize {
    let fill = || -> Result<isize> {
        let Some(string) = string.downcast::<Str>() else {
            bail!(SystemError, "bad argument to internal function");
        };
        if !is_modifiable(string) {
            bail!(SystemError, "Cannot modify a string currently used");
        }
        if start < 0 {
            return Err(out_of_range());
        }
        if point > string.max_point_of_kind() {
            bail!(ValueError, "fill character is bigger than the string maximum character");
        }
        let length = length.min(string.len() as isize - start);
        for index in 0..length {
            // SAFETY: in range and of the kind, as checked; the string is the caller's alone.
            unsafe { string.write_fresh((start + index) as usize, point) };
        }
        Ok(length.max(0))
    };
    fill().unwrap_or(-1)
}

/// Puts a string of another length in the place of one: its start, and NULs where it is longer.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_Resize(place: *mut Option<Ref>, length: isize) -> c_int {
    // SAFETY: the caller's place, which holds an owned reference.
    let place = unsafe { place.as_mut() };
    let resize = || -> Result<()> {
        let (Some(place), Ok(length)) = (place, usize::try_from(length)) else {
            bail!(SystemError, "bad argument to internal function");
        };
        let Some(old) = place.as_deref().and_then(|old| old.downcast::<Str>()) else {
            bail!(SystemError, "bad argument to internal function");
        };
        if old.len() == length {
            return Ok(());
        }
        let new = Str::filled(length, old.max_point_of_kind())?;
        for index in 0..length.min(old.len()) {
            // SAFETY: fresh, and of the old one's kind.
            unsafe { new.write_fresh(index, old.code_point(index)) };
        }
        *place = Some(new.into_object());
        Ok(())
    };
    raise::status(resize())
}

/// The code points with a zero at their end, for the caller to free.
#[unsafe(no_mangle)]
extern "C" fn PyUnicode_AsUCS4Copy(string: &Str) -> *mut u32 {
    let copy = domains::allocate(Domain::Memory, (string.len() + 1) * size_of::<u32>()).cast::<u32>();
    if copy.is_null() {
        let _ = raise!(MemoryError);
        return copy;
    }
    // SAFETY: room for the code points and the zero was allocated.
    unsafe {
        for (index, point) in string.points().iter().enumerate() {
            copy.add(index).write(point);
        }
        copy.add(string.len()).write(0);
    }
    copy
}

/// The string as `wchar_t`, kept with it; what was kept before is still true.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_AsUnicodeAndSize(string: &Object, size: *mut isize) -> *mut u32 {
    let Some(string) = string.downcast::<Str>() else {
        let _ = raise!(TypeError, "bad argument type for built-in operation");
        return std::ptr::null_mut();
    };
    match string.wide_form() {
        Ok(wide) => {
            if !size.is_null() {
                // SAFETY: the caller's place.
                unsafe { size.write(string.len() as isize) };
            }
            wide
        }
        Err(_) => std::ptr::null_mut(),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_AsUnicode(string: &Object) -> *mut u32 {
    // SAFETY: no place for the size.
    unsafe { PyUnicode_AsUnicodeAndSize(string, std::ptr::null_mut()) }
}

/// As `PyUnicode_AsUnicode`; text with a NUL inside is refused.
#[unsafe(no_mangle)]
extern "C" fn _PyUnicode_AsUnicode(string: &Object) -> *const u32 {
    let wide = PyUnicode_AsUnicode(string);
    if !wide.is_null()
        && string.downcast::<Str>().is_some_and(|string| string.points().iter().any(|p| p == 0))
    {
        let _ = raise!(ValueError, "embedded null character");
        return std::ptr::null();
    }
    wide
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_GetSize(string: &Object) -> isize {
    match string.downcast::<Str>() {
        Some(string) => string.len() as isize,
        None => {
            let _ = raise!(TypeError, "bad argument type for built-in operation");
            -1
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_GetMax() -> u32 {
    0x10_ffff
}

/// A string of `wchar_t`; of so many NULs, to be filled in, where the pointer is null.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FromUnicode(start: *const u32, size: isize) -> Result<Ref<Str>> {
    let Ok(size) = usize::try_from(size) else {
        bail!(SystemError, "Negative size passed to PyUnicode_FromUnicode")
    };
    match start.is_null() {
        true if size == 0 => Ok(Str::empty()),
        true => Str::unready(size),
        // SAFETY: the caller's promise.
        false => crate::unicode_::from_wide(unsafe { memory::slice_or_empty(start, size) }),
    }
}

/// Decimal digits and white space as ASCII has them.
fn as_ascii(point: u32) -> Option<u8> {
    match unicode::to_decimal(point) {
        Some(digit) => Some(b'0' + digit),
        None if unicode::is_space(point) => Some(b' '),
        None => None,
    }
}

/// Writes a number's text as ASCII; characters of Latin-1 stay as they are.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_EncodeDecimal(
    start: *const u32,
    size: isize,
    output: *mut u8,
    _errors: *const c_char,
) -> c_int {
    if output.is_null() {
        let _ = raise!(SystemError, "bad argument to internal function");
        return -1;
    }
    // SAFETY: the caller's promise.
    let points = unsafe { memory::slice_or_empty(start, size.max(0) as usize) };
    for (index, &point) in points.iter().enumerate() {
        let latin = u8::try_from(point).ok().filter(|&byte| byte != 0);
        let Some(byte) = as_ascii(point).or(latin) else {
            if let Ok(string) = Str::from_u32(points) {
                let reason = "invalid decimal Unicode string";
                let _ = objects::codecs::errors::raise_encode("decimal", &string, index, index + 1, reason);
            }
            return -1;
        };
        // SAFETY: the caller's buffer has room for the text and a NUL.
        unsafe { output.add(index).write(byte) };
    }
    // SAFETY: as above.
    unsafe { output.add(points.len()).write(0) };
    0
}

/// The text with all decimal digits replaced by ASCII's.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_TransformDecimalToASCII(start: *const u32, size: isize) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    let points = unsafe { memory::slice_or_empty(start, size.max(0) as usize) };
    let digit = |&point: &u32| unicode::to_decimal(point).map_or(point, |digit| u32::from(b'0' + digit));
    Str::from_u32(&points.iter().map(digit).collect::<Vec<_>>())
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_Count(string: &Object, part: &Object, start: isize, end: isize) -> isize {
    let count = || {
        string
            .call_method(intern!("count"), &[part, &Int::from_isize(start), &Int::from_isize(end)])?
            .as_isize()
    };
    count().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyUnicode_RSplit(string: &Object, separator: Option<&Object>, most: isize) -> Result<Ref> {
    string.call_method(intern!("rsplit"), &[separator.unwrap_or(none_object()), &Int::from_isize(most)])
}
