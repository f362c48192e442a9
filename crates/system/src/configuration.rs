//! Limits and settings of the system.

use std::ffi::{CStr, c_int, c_long};
use std::ptr;

use crate::Errno;

/// -1 is a value where `errno` stays 0.
fn value_or_errno(call: impl FnOnce() -> c_long) -> Result<i64, Errno> {
    // SAFETY: this thread's own variable.
    unsafe { *libc::__errno_location() = 0 };
    match (call(), Errno::last()) {
        (-1, error) if error != Errno(0) => Err(error),
        (value, _) => Ok(value),
    }
}

pub fn sysconf(name: c_int) -> Result<i64, Errno> {
    // SAFETY: a plain number.
    value_or_errno(|| unsafe { libc::sysconf(name) })
}

pub fn pathconf(path: &CStr, name: c_int) -> Result<i64, Errno> {
    // SAFETY: a string that ends with NUL.
    value_or_errno(|| unsafe { libc::pathconf(path.as_ptr(), name) })
}

pub fn fpathconf(file: c_int, name: c_int) -> Result<i64, Errno> {
    // SAFETY: plain numbers.
    value_or_errno(|| unsafe { libc::fpathconf(file, name) })
}

/// A setting that is text; nothing where it has no value.
pub fn confstr(name: c_int) -> Result<Option<Vec<u8>>, Errno> {
    // SAFETY: asks for the length alone.
    let length = value_or_errno(|| unsafe { libc::confstr(name, ptr::null_mut(), 0) } as c_long)?;
    if length == 0 {
        return Ok(None);
    }
    let mut buffer = vec![0u8; length as usize];
    // SAFETY: a buffer of the size that the call is told.
    let length = unsafe { libc::confstr(name, buffer.as_mut_ptr().cast(), buffer.len()) };
    buffer.truncate(length.saturating_sub(1));
    Ok(Some(buffer))
}
