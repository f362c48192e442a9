//! Memory that processes share under a name.

use std::ffi::{CStr, c_int};

use crate::Errno;

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

/// Opens or makes the memory of a name; gives its file.
pub fn open(name: &CStr, flags: c_int, mode: libc::mode_t) -> Result<c_int, Errno> {
    // SAFETY: a string that ends with NUL.
    checked(unsafe { libc::shm_open(name.as_ptr(), flags, mode) })
}

/// Takes the name away.
pub fn unlink(name: &CStr) -> Result<c_int, Errno> {
    // SAFETY: as above.
    checked(unsafe { libc::shm_unlink(name.as_ptr()) })
}
