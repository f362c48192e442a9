//! `fileutils.h`: the operating system's text and files, for C code.

use std::ffi::{CStr, c_char, c_int, c_void};

use objects::memory::domains::{self, Domain};
use objects::prelude::*;
use objects::thread_state::allow_threads;

/// `wchar_t`.
type Wide = u32;

/// What to do with bytes or code points that the encoding has no place for: `_Py_error_handler`.
mod handler {
    use std::ffi::c_int;
    pub const STRICT: c_int = 1;
    pub const SURROGATEESCAPE: c_int = 2;
    pub const REPLACE: c_int = 3;
    pub const IGNORE: c_int = 4;
    pub const BACKSLASHREPLACE: c_int = 5;
    pub const SURROGATEPASS: c_int = 6;
    pub const XMLCHARREFREPLACE: c_int = 7;
    pub const OTHER: c_int = 8;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_GetErrorHandler(errors: *const c_char) -> c_int {
    if errors.is_null() {
        return handler::STRICT;
    }
    // SAFETY: the caller's C string.
    match unsafe { CStr::from_ptr(errors) }.to_bytes() {
        b"strict" => handler::STRICT,
        b"surrogateescape" => handler::SURROGATEESCAPE,
        b"replace" => handler::REPLACE,
        b"ignore" => handler::IGNORE,
        b"backslashreplace" => handler::BACKSLASHREPLACE,
        b"surrogatepass" => handler::SURROGATEPASS,
        b"xmlcharrefreplace" => handler::XMLCHARREFREPLACE,
        _ => handler::OTHER,
    }
}

/// Why text cannot be converted.
enum Failure {
    /// At this place.
    Invalid(usize),
    UnsupportedHandler,
}

fn is_supported(errors: c_int) -> bool {
    matches!(errors, handler::STRICT | handler::SURROGATEESCAPE | handler::SURROGATEPASS)
}

/// A surrogate as UTF-8 would write it, at the start of the bytes.
fn surrogate(bytes: &[u8]) -> Option<Wide> {
    match *bytes {
        [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, ..] => {
            Some(0xd000 | (u32::from(second) & 0x3f) << 6 | u32::from(third) & 0x3f)
        }
        _ => None,
    }
}

/// Text of the locale's encoding, which is UTF-8. It needs no interpreter.
fn decoded(bytes: &[u8], errors: c_int) -> Result<Vec<Wide>, Failure> {
    if !is_supported(errors) {
        return Err(Failure::UnsupportedHandler);
    }
    let mut wide = Vec::with_capacity(bytes.len() + 1);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(text) => (text, 0),
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                let bad = error.error_len().unwrap_or(after.len());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        wide.extend(valid.chars().map(u32::from));
        rest = &rest[valid.len()..];
        if bad == 0 {
            continue;
        }
        match (errors, surrogate(rest)) {
            (handler::SURROGATEPASS, Some(point)) => {
                wide.push(point);
                rest = &rest[3..];
            }
            (handler::SURROGATEESCAPE, _) => {
                wide.extend(rest[..bad].iter().map(|&byte| 0xdc00 | u32::from(byte)));
                rest = &rest[bad..];
            }
            _ => return Err(Failure::Invalid(bytes.len() - rest.len())),
        }
    }
    Ok(wide)
}

fn encoded(wide: &[Wide], errors: c_int) -> Result<Vec<u8>, Failure> {
    if !is_supported(errors) {
        return Err(Failure::UnsupportedHandler);
    }
    let mut bytes = Vec::with_capacity(wide.len() + 1);
    for (index, &point) in wide.iter().enumerate() {
        match (char::from_u32(point), errors) {
            (Some(character), _) => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
            (None, handler::SURROGATEESCAPE) if (0xdc80..=0xdcff).contains(&point) => bytes.push(point as u8),
            (None, handler::SURROGATEPASS) if (0xd800..=0xdfff).contains(&point) => {
                bytes.extend([0xed, (0x80 | point >> 6 & 0x3f) as u8, (0x80 | point & 0x3f) as u8]);
            }
            _ => return Err(Failure::Invalid(index)),
        }
    }
    Ok(bytes)
}

/// A copy in memory that C code frees, with a zero at its end. Null where there is no memory.
fn handed_out<T: Copy + Default>(mut content: Vec<T>) -> *mut T {
    content.push(T::default());
    let copy = domains::allocate(Domain::Raw, size_of_val(&content[..])).cast::<T>();
    if !copy.is_null() {
        // SAFETY: room for the content was allocated.
        unsafe { std::ptr::copy_nonoverlapping(content.as_ptr(), copy, content.len()) };
    }
    copy
}

/// # Safety
/// The text ends with a zero.
unsafe fn wide_slice<'a>(text: *const Wide) -> &'a [Wide] {
    // SAFETY: the caller's promise.
    unsafe {
        let length = (0..).take_while(|&index| *text.add(index) != 0).count();
        memory::slice_or_empty(text, length)
    }
}

const MEMORY: c_int = -1;
const INVALID: c_int = -2;
const UNSUPPORTED: c_int = -3;

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_DecodeLocaleEx(
    text: *const c_char,
    place: *mut *mut Wide,
    length: *mut usize,
    reason: *mut *const c_char,
    _current_locale: c_int,
    errors: c_int,
) -> c_int {
    // SAFETY: the caller's C string and places, which may be null where it says so.
    unsafe {
        match decoded(CStr::from_ptr(text).to_bytes(), errors) {
            Ok(wide) => {
                if !length.is_null() {
                    length.write(wide.len());
                }
                place.write(handed_out(wide));
                if (*place).is_null() { MEMORY } else { 0 }
            }
            Err(Failure::Invalid(index)) => {
                if !length.is_null() {
                    length.write(index);
                }
                if !reason.is_null() {
                    reason.write(c"decoding error".as_ptr());
                }
                INVALID
            }
            Err(Failure::UnsupportedHandler) => UNSUPPORTED,
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_EncodeLocaleEx(
    text: *const Wide,
    place: *mut *mut c_char,
    error: *mut usize,
    reason: *mut *const c_char,
    _current_locale: c_int,
    errors: c_int,
) -> c_int {
    // SAFETY: the caller's text and places, which may be null where it says so.
    unsafe {
        match encoded(wide_slice(text), errors) {
            Ok(bytes) => {
                place.write(handed_out(bytes).cast());
                if (*place).is_null() { MEMORY } else { 0 }
            }
            Err(Failure::Invalid(index)) => {
                if !error.is_null() {
                    error.write(index);
                }
                if !reason.is_null() {
                    reason.write(c"encoding error".as_ptr());
                }
                INVALID
            }
            Err(Failure::UnsupportedHandler) => UNSUPPORTED,
        }
    }
}

/// Null for failure: the length is then -1 without memory, -2 for undecodable text.
#[unsafe(no_mangle)]
unsafe extern "C" fn Py_DecodeLocale(text: *const c_char, length: *mut usize) -> *mut Wide {
    let mut wide = std::ptr::null_mut();
    // SAFETY: the same contract.
    unsafe {
        let status = _Py_DecodeLocaleEx(
            text,
            &raw mut wide,
            length,
            std::ptr::null_mut(),
            0,
            handler::SURROGATEESCAPE,
        );
        if status != 0 && !length.is_null() {
            length.write(status as isize as usize);
        }
    }
    wide
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_EncodeLocale(text: *const Wide, error: *mut usize) -> *mut c_char {
    let mut bytes = std::ptr::null_mut();
    // SAFETY: the same contract.
    unsafe {
        let reason = std::ptr::null_mut();
        let status = _Py_EncodeLocaleEx(text, &raw mut bytes, error, reason, 0, handler::SURROGATEESCAPE);
        if status == MEMORY && !error.is_null() {
            error.write(usize::MAX);
        }
    }
    bytes
}

/// `setlocale` with the environment's settings.
#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_SetLocaleFromEnv(category: c_int) -> *mut c_char {
    // SAFETY: a call without conditions.
    unsafe { libc::setlocale(category, c"".as_ptr()) }
}

fn errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn set_errno(number: c_int) {
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = number };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_fstat_noraise(descriptor: c_int, place: *mut libc::stat) -> c_int {
    // SAFETY: the caller's place.
    unsafe { libc::fstat(descriptor, place) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_fstat(descriptor: c_int, place: *mut libc::stat) -> c_int {
    struct Place(*mut libc::stat);
    let place = Place(place);
    let status = allow_threads(|| {
        // SAFETY: the caller's place.
        let status = unsafe { libc::fstat(descriptor, place.0) };
        (status, errno())
    });
    if status.0 != 0 {
        let _ = exceptions::raise_errno(status.1, None, None);
    }
    status.0
}

/// Calls the operating system until no signal interrupts it; handlers run in between.
fn retried(mut call: impl FnMut() -> isize) -> Result<isize, Option<c_int>> {
    loop {
        let (answer, number) = allow_threads(|| (call(), errno()));
        if answer >= 0 {
            return Ok(answer);
        }
        if number != libc::EINTR {
            return Err(Some(number));
        }
        if (objects::services::get().check_signals)().is_err() {
            return Err(None);
        }
    }
}

/// The answer of a call; a failure is raised, and left in `errno` too.
fn raised(answer: Result<isize, Option<c_int>>, filename: Option<&Object>) -> isize {
    answer.unwrap_or_else(|number| {
        if let Some(number) = number {
            let _ = exceptions::raise_errno(number, filename, None);
            set_errno(number);
        }
        -1
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_open(path: *const c_char, open_flags: c_int) -> c_int {
    // SAFETY: the caller's C string.
    let name = unsafe { CStr::from_ptr(path) };
    let Ok(shown) = vm::paths::decode(name.to_bytes()) else { return -1 };
    let audited =
        (objects::services::get().audit)("open", &[&shown, none_object(), &Int::new(i64::from(open_flags))]);
    if audited.is_err() {
        return -1;
    }
    // SAFETY: as above.
    let answer = retried(|| unsafe { libc::open(name.as_ptr(), open_flags | libc::O_CLOEXEC) } as isize);
    raised(answer, Some(&shown)) as c_int
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_read(descriptor: c_int, buffer: *mut c_void, size: usize) -> isize {
    // SAFETY: the caller's buffer.
    raised(retried(|| unsafe { libc::read(descriptor, buffer, size.min(isize::MAX as usize)) }), None)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_write(descriptor: c_int, buffer: *const c_void, size: usize) -> isize {
    // SAFETY: the caller's buffer.
    raised(retried(|| unsafe { libc::write(descriptor, buffer, size.min(isize::MAX as usize)) }), None)
}

/// A signal's handler, without changing it.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_getsig(signal: c_int) -> libc::sighandler_t {
    // SAFETY: the structure is filled by the call.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        match libc::sigaction(signal, std::ptr::null(), &raw mut action) {
            0 => action.sa_sigaction,
            _ => libc::SIG_ERR,
        }
    }
}

/// Sets a signal's handler, which interrupts system calls; gives the one before.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_setsig(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    // SAFETY: the caller's handler; the structures are ours.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut old: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        libc::sigemptyset(&raw mut action.sa_mask);
        match libc::sigaction(signal, &raw const action, &raw mut old) {
            0 => old.sa_sigaction,
            _ => libc::SIG_ERR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_the_way_there_and_back() {
        for bytes in [&b"plain"[..], "h\u{e9}\u{1f600}".as_bytes(), b"\xff\xfe\x80 a\xe9", b"\xed\xa0\x80"] {
            let wide = decoded(bytes, handler::SURROGATEESCAPE).ok().unwrap();
            assert_eq!(encoded(&wide, handler::SURROGATEESCAPE).ok().unwrap(), bytes);
        }
        assert_eq!(decoded(b"\xed\xb2\x80", handler::SURROGATEPASS).ok().unwrap(), [0xdc80]);
        assert_eq!(encoded(&[0xdc80], handler::SURROGATEPASS).ok().unwrap(), b"\xed\xb2\x80");
        assert!(matches!(decoded(b"ab\xff", handler::STRICT), Err(Failure::Invalid(2))));
        assert!(matches!(encoded(&[0x61, 0xdc80], handler::STRICT), Err(Failure::Invalid(1))));
        assert!(matches!(decoded(b"", handler::IGNORE), Err(Failure::UnsupportedHandler)));
    }
}
