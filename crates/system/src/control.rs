//! `fcntl`, `ioctl` and locks on files.

use std::ffi::{c_int, c_long, c_ulong};

use crate::Errno;

/// The most bytes of an argument that is copied.
pub const ARGUMENT_SIZE: usize = 1024;

/// Room for an argument. It is larger than what a program may pass, for calls that fill more than they were given.
pub type Argument = [u8; ARGUMENT_SIZE + 1];

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

/// `fcntl` with a structure.
pub fn fcntl_with(file: c_int, command: c_int, argument: &mut Argument) -> Result<c_int, Errno> {
    // SAFETY: no command's structure is larger than the room.
    checked(unsafe { libc::fcntl(file, command, argument.as_mut_ptr()) })
}

/// `ioctl` with a number. What it means is between the program and the device.
pub fn ioctl(file: c_int, request: u32, argument: c_int) -> Result<c_int, Errno> {
    // SAFETY: the program answers for a number that a device takes as an address, as it does in C.
    checked(unsafe { libc::ioctl(file, c_ulong::from(request), c_long::from(argument)) })
}

/// `ioctl` with a structure.
pub fn ioctl_with(file: c_int, request: u32, argument: &mut [u8]) -> Result<c_int, Errno> {
    // SAFETY: the caller passes the room of `Argument`, or more than any structure needs.
    checked(unsafe { libc::ioctl(file, c_ulong::from(request), argument.as_mut_ptr()) })
}

/// Locks a whole file, or unlocks it.
pub fn flock(file: c_int, operation: c_int) -> Result<c_int, Errno> {
    // SAFETY: plain numbers.
    checked(unsafe { libc::flock(file, operation) })
}

/// A stretch of a file, and how it is to be locked.
#[derive(Clone, Copy)]
pub struct Stretch {
    pub kind: c_int,
    pub start: i64,
    pub length: i64,
    pub whence: c_int,
}

/// Locks a stretch of a file, or unlocks it.
pub fn lock_stretch(file: c_int, waits: bool, stretch: Stretch) -> Result<c_int, Errno> {
    let lock = libc::flock {
        l_type: stretch.kind as _,
        l_whence: stretch.whence as _,
        l_start: stretch.start,
        l_len: stretch.length,
        l_pid: 0,
    };
    let command = if waits { libc::F_SETLKW } else { libc::F_SETLK };
    // SAFETY: the structure that the command takes.
    checked(unsafe { libc::fcntl(file, command, &lock) })
}
