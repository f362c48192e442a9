//! The system's shadow passwords, which the superuser may read.

use std::ffi::CStr;

use crate::Errno;
use crate::users::{look_up, text};

/// An entry of the shadow password database.
pub struct Shadow {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    /// Date of the last change, least and most days between changes, days of warning, days until the account is
    /// closed after the password's end, date of its end, reserved.
    pub numbers: [i64; 7],
}

impl Shadow {
    /// # Safety
    /// The entry is valid, its texts null or ending with NUL.
    unsafe fn of(entry: &libc::spwd) -> Shadow {
        // SAFETY: the caller's promise.
        let (name, password) = unsafe { (text(entry.sp_namp), text(entry.sp_pwdp)) };
        let numbers = [
            entry.sp_lstchg,
            entry.sp_min,
            entry.sp_max,
            entry.sp_warn,
            entry.sp_inact,
            entry.sp_expire,
            entry.sp_flag as i64,
        ];
        Shadow { name, password, numbers }
    }
}

/// The entry of a user's name.
pub fn by_name(name: &CStr) -> Result<Option<Shadow>, Errno> {
    // SAFETY: room for the entry and its texts, as the call is told; it is read when the call has filled it.
    unsafe {
        look_up(
            |entry, buffer, size, found| libc::getspnam_r(name.as_ptr(), entry, buffer, size, found),
            |entry| Shadow::of(entry),
        )
    }
}

/// All entries.
pub fn all() -> Vec<Shadow> {
    let mut entries = Vec::new();
    // SAFETY: the interpreter's lock keeps others from the list; each entry is valid until the next call.
    unsafe {
        libc::setspent();
        while let Some(entry) = libc::getspent().as_ref() {
            entries.push(Shadow::of(entry));
        }
        libc::endspent();
    }
    entries
}
