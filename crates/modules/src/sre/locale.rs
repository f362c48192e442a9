//! The C library's locale, which patterns with `re.LOCALE` follow. Unsafe for its functions alone.

use std::ffi::c_int;

/// The locale of the process.
pub struct ProcessLocale;

fn call(function: unsafe extern "C" fn(c_int) -> c_int, byte: u8) -> c_int {
    // SAFETY: the functions of <ctype.h> take any unsigned char.
    unsafe { function(byte.into()) }
}

impl ::sre::Locale for ProcessLocale {
    fn to_lower(&self, byte: u8) -> u8 {
        call(libc::tolower, byte) as u8
    }

    fn to_upper(&self, byte: u8) -> u8 {
        call(libc::toupper, byte) as u8
    }

    fn is_alnum(&self, byte: u8) -> bool {
        call(libc::isalnum, byte) != 0
    }
}
