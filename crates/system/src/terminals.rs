//! Terminals.

use std::ffi::{CStr, c_int};

use crate::Errno;

/// The columns and lines of a terminal.
pub fn size(file: c_int) -> Result<(u16, u16), Errno> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: room for the size.
    match unsafe { libc::ioctl(file, libc::TIOCGWINSZ, &mut size) } {
        0 => Ok((size.ws_col, size.ws_row)),
        _ => Err(Errno::last()),
    }
}

/// The name of a terminal.
pub fn name(file: c_int) -> Result<Vec<u8>, Errno> {
    let mut buffer = [0; 512];
    // SAFETY: a buffer of the size that the call is told; the name in it ends with NUL.
    match unsafe { libc::ttyname_r(file, buffer.as_mut_ptr(), buffer.len()) } {
        // SAFETY: as above.
        0 => Ok(unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_bytes().to_vec()),
        number => Err(Errno(number)),
    }
}

unsafe extern "C" {
    fn ctermid(buffer: *mut std::ffi::c_char) -> *mut std::ffi::c_char;
}

/// The name of the process' terminal.
pub fn controlling() -> Vec<u8> {
    // `L_ctermid` is 9 here; more does no harm.
    let mut buffer = [0; 64];
    // SAFETY: more room than the C library asks for; the name ends with NUL.
    unsafe {
        ctermid(buffer.as_mut_ptr());
        CStr::from_ptr(buffer.as_ptr()).to_bytes().to_vec()
    }
}

/// The two ends of a new pseudo-terminal.
pub fn openpty() -> Result<(c_int, c_int), Errno> {
    let (mut master, mut slave) = (-1, -1);
    // SAFETY: room for two numbers; the other arguments may be null.
    let status = unsafe {
        libc::openpty(&mut master, &mut slave, std::ptr::null_mut(), std::ptr::null(), std::ptr::null())
    };
    match status {
        0 => Ok((master, slave)),
        _ => Err(Errno::last()),
    }
}
