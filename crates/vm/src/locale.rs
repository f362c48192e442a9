//! The locale that the process starts with (PEP 538): one that says nothing of text becomes one of UTF-8.

use std::ffi::CStr;

/// Takes the locale of characters from the environment; with `coerce`, `C` becomes `C.UTF-8`, for child
/// processes too. Before any other thread is there.
pub fn begin(coerce: bool) {
    // SAFETY: calls with texts that live for ever; there is no other thread yet.
    unsafe { libc::setlocale(libc::LC_CTYPE, c"".as_ptr()) };
    let is_overridden = std::env::var_os("LC_ALL").is_some_and(|value| !value.is_empty());
    if !coerce || is_overridden || name() != b"C" {
        return;
    }
    for target in [c"C.UTF-8", c"C.utf8", c"UTF-8"] {
        // SAFETY: as above; the environment is changed before any other thread is there.
        unsafe {
            if !libc::setlocale(libc::LC_CTYPE, target.as_ptr()).is_null() {
                libc::setenv(c"LC_CTYPE".as_ptr(), target.as_ptr(), 1);
                libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
                return;
            }
        }
    }
}

/// Whether the locale is one without a language: nothing says then that bytes are text.
pub fn is_plain() -> bool {
    matches!(&name()[..], b"C" | b"POSIX" | b"C.UTF-8" | b"C.utf8" | b"UTF-8")
}

/// Whether the locale is the one of plain C, in which all text is ASCII.
pub fn is_c() -> bool {
    matches!(&name()[..], b"C" | b"POSIX")
}

fn name() -> Vec<u8> {
    // SAFETY: a call that asks for the locale's name, which is copied before another call may change it.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, std::ptr::null());
        match name.is_null() {
            true => b"C".to_vec(),
            false => CStr::from_ptr(name).to_bytes().to_vec(),
        }
    }
}
