//! The system's users.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use crate::Errno;

/// An entry of the password database.
pub struct User {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    /// The real name, as a rule.
    pub comment: Vec<u8>,
    pub home: Vec<u8>,
    pub shell: Vec<u8>,
}

impl User {
    /// # Safety
    /// The entry is valid, its texts null or ending with NUL.
    unsafe fn of(entry: &libc::passwd) -> User {
        // SAFETY: the caller's promise.
        unsafe {
            User {
                name: text(entry.pw_name),
                password: text(entry.pw_passwd),
                uid: entry.pw_uid,
                gid: entry.pw_gid,
                comment: text(entry.pw_gecos),
                home: text(entry.pw_dir),
                shell: text(entry.pw_shell),
            }
        }
    }
}

/// A copy of a text of the C library.
///
/// # Safety
/// The text is null or ends with NUL.
pub(crate) unsafe fn text(text: *const c_char) -> Vec<u8> {
    match text.is_null() {
        true => Vec::new(),
        // SAFETY: the caller's promise.
        false => unsafe { CStr::from_ptr(text) }.to_bytes().to_vec(),
    }
}

/// Asks a database with a larger buffer while the entry does not fit.
///
/// # Safety
/// Zeros are a valid entry; `ask` fills it, its texts in the buffer of the size that it is told; `read` reads such an entry.
pub(crate) unsafe fn look_up<Entry, T>(
    ask: impl Fn(*mut Entry, *mut c_char, usize, *mut *mut Entry) -> c_int,
    read: impl Fn(&Entry) -> T,
) -> Result<Option<T>, Errno> {
    let mut size = 1024;
    loop {
        let mut buffer: Vec<c_char> = vec![0; size];
        // SAFETY: the caller's promise.
        let mut entry: Entry = unsafe { std::mem::zeroed() };
        let mut found = ptr::null_mut();
        match ask(&mut entry, buffer.as_mut_ptr(), size, &mut found) {
            0 if found.is_null() => return Ok(None),
            0 => return Ok(Some(read(&entry))),
            libc::ERANGE if size < 1 << 20 => size *= 2,
            libc::ENOENT | libc::ESRCH | libc::EBADF | libc::EPERM => return Ok(None),
            number => return Err(Errno(number)),
        }
    }
}

/// The user of a number.
pub fn by_number(uid: u32) -> Result<Option<User>, Errno> {
    // SAFETY: room for the entry and its texts, as the call is told; it is read when the call has filled it.
    unsafe {
        look_up(
            |entry, buffer, size, found| libc::getpwuid_r(uid, entry, buffer, size, found),
            |entry| User::of(entry),
        )
    }
}

/// The user of a name.
pub fn by_name(name: &CStr) -> Result<Option<User>, Errno> {
    // SAFETY: as above; the name ends with NUL.
    unsafe {
        look_up(
            |entry, buffer, size, found| libc::getpwnam_r(name.as_ptr(), entry, buffer, size, found),
            |entry| User::of(entry),
        )
    }
}

/// All users that the system lists.
pub fn all() -> Vec<User> {
    let mut users = Vec::new();
    // SAFETY: the interpreter's lock keeps others from the list; each entry is valid until the next call.
    unsafe {
        libc::setpwent();
        while let Some(entry) = libc::getpwent().as_ref() {
            users.push(User::of(entry));
        }
        libc::endpwent();
    }
    users
}
