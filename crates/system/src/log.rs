//! The system's log.

use std::ffi::{CStr, CString, c_int};
use std::sync::Mutex;

use crate::blocking;

/// What entries are introduced by: the C library keeps the pointer.
static IDENTITY: Mutex<Option<CString>> = Mutex::new(None);

/// Opens the log; without an identity the C library takes the program's name.
pub fn open(identity: Option<CString>, options: c_int, facility: c_int) {
    let mut kept = IDENTITY.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let text = identity.as_deref().map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: null, or a string that ends with NUL and is kept as long as the C library has it.
    unsafe { libc::openlog(text, options, facility) };
    *kept = identity;
}

/// Writes an entry.
pub fn write(priority: c_int, message: &CStr) {
    // SAFETY: the format takes one string, which ends with NUL.
    blocking(|| unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) });
}

/// Closes the log.
pub fn close() {
    let mut kept = IDENTITY.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // SAFETY: takes nothing; the C library forgets the identity.
    unsafe { libc::closelog() };
    *kept = None;
}

/// Sets which priorities are written; gives the old mask.
pub fn set_mask(mask: c_int) -> c_int {
    // SAFETY: a plain number.
    unsafe { libc::setlogmask(mask) }
}
