//! The system's groups.

use std::ffi::CStr;

use crate::Errno;
use crate::users::{look_up, text};

/// An entry of the group database.
pub struct Group {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    /// The names of those listed as members.
    pub members: Vec<Vec<u8>>,
}

impl Group {
    /// # Safety
    /// The entry is valid, its texts null or ending with NUL, its list of members ending with null.
    unsafe fn of(entry: &libc::group) -> Group {
        let mut members = Vec::new();
        // SAFETY: the caller's promise.
        unsafe {
            let mut next = entry.gr_mem;
            while !next.is_null() && !(*next).is_null() {
                // The table need not be aligned in the C library's buffer.
                members.push(text(next.read_unaligned()));
                next = next.add(1);
            }
            Group { name: text(entry.gr_name), password: text(entry.gr_passwd), gid: entry.gr_gid, members }
        }
    }
}

/// The group of a number.
pub fn by_number(gid: u32) -> Result<Option<Group>, Errno> {
    // SAFETY: room for the entry and its texts, as the call is told; it is read when the call has filled it.
    unsafe {
        look_up(
            |entry, buffer, size, found| libc::getgrgid_r(gid, entry, buffer, size, found),
            |entry| Group::of(entry),
        )
    }
}

/// The group of a name.
pub fn by_name(name: &CStr) -> Result<Option<Group>, Errno> {
    // SAFETY: as above; the name ends with NUL.
    unsafe {
        look_up(
            |entry, buffer, size, found| libc::getgrnam_r(name.as_ptr(), entry, buffer, size, found),
            |entry| Group::of(entry),
        )
    }
}

/// All groups that the system lists.
pub fn all() -> Vec<Group> {
    let mut groups = Vec::new();
    // SAFETY: the interpreter's lock keeps others from the list; each entry is valid until the next call.
    unsafe {
        libc::setgrent();
        while let Some(entry) = libc::getgrent().as_ref() {
            groups.push(Group::of(entry));
        }
        libc::endgrent();
    }
    groups
}
