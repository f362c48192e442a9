//! Extended attributes.

use std::ffi::{CStr, c_int};

use crate::Errno;

/// The file that a call is about: open, or by its path, a link's target or the link itself.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    File(c_int),
    Path(&'a CStr),
    Link(&'a CStr),
}

fn size(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| Errno::last())
}

fn status(result: c_int) -> Result<(), Errno> {
    match result {
        0 => Ok(()),
        _ => Err(Errno::last()),
    }
}

/// The value of an attribute; `ERANGE` where the buffer is too small.
pub fn get(target: Target, name: &CStr, buffer: &mut [u8]) -> Result<usize, Errno> {
    let (name, data, length) = (name.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: strings end with NUL, and the buffer is of the size that the call is told.
    size(unsafe {
        match target {
            Target::File(file) => libc::fgetxattr(file, name, data, length),
            Target::Path(path) => libc::getxattr(path.as_ptr(), name, data, length),
            Target::Link(path) => libc::lgetxattr(path.as_ptr(), name, data, length),
        }
    })
}

/// The names of the attributes, each with a NUL behind it; `ERANGE` where the buffer is too small.
pub fn list(target: Target, buffer: &mut [u8]) -> Result<usize, Errno> {
    let (data, length) = (buffer.as_mut_ptr().cast(), buffer.len());
    // SAFETY: as above.
    size(unsafe {
        match target {
            Target::File(file) => libc::flistxattr(file, data, length),
            Target::Path(path) => libc::listxattr(path.as_ptr(), data, length),
            Target::Link(path) => libc::llistxattr(path.as_ptr(), data, length),
        }
    })
}

pub fn set(target: Target, name: &CStr, value: &[u8], flags: c_int) -> Result<(), Errno> {
    let (name, data, length) = (name.as_ptr(), value.as_ptr().cast(), value.len());
    // SAFETY: as above.
    status(unsafe {
        match target {
            Target::File(file) => libc::fsetxattr(file, name, data, length, flags),
            Target::Path(path) => libc::setxattr(path.as_ptr(), name, data, length, flags),
            Target::Link(path) => libc::lsetxattr(path.as_ptr(), name, data, length, flags),
        }
    })
}

pub fn remove(target: Target, name: &CStr) -> Result<(), Errno> {
    let name = name.as_ptr();
    // SAFETY: strings end with NUL.
    status(unsafe {
        match target {
            Target::File(file) => libc::fremovexattr(file, name),
            Target::Path(path) => libc::removexattr(path.as_ptr(), name),
            Target::Link(path) => libc::lremovexattr(path.as_ptr(), name),
        }
    })
}
