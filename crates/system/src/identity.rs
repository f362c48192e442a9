//! Users and groups of the process, beyond single numbers.

use std::ffi::{CStr, c_char, c_int};

use crate::Errno;

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

/// The real, effective and saved user.
pub fn getresuid() -> Result<[u32; 3], Errno> {
    let [mut real, mut effective, mut saved] = [0; 3];
    // SAFETY: room for three numbers.
    checked(unsafe { libc::getresuid(&mut real, &mut effective, &mut saved) })?;
    Ok([real, effective, saved])
}

/// The real, effective and saved group.
pub fn getresgid() -> Result<[u32; 3], Errno> {
    let [mut real, mut effective, mut saved] = [0; 3];
    // SAFETY: room for three numbers.
    checked(unsafe { libc::getresgid(&mut real, &mut effective, &mut saved) })?;
    Ok([real, effective, saved])
}

/// The further groups of the process.
pub fn getgroups() -> Result<Vec<u32>, Errno> {
    // SAFETY: asks for the number alone.
    let count = checked(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
    let mut groups = vec![0; count as usize];
    // SAFETY: room for so many.
    let count = checked(unsafe { libc::getgroups(count, groups.as_mut_ptr()) })?;
    groups.truncate(count as usize);
    Ok(groups)
}

/// Sets the further groups of the process.
pub fn setgroups(groups: &[u32]) -> Result<(), Errno> {
    // SAFETY: as many numbers as the call is told.
    checked(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) }).map(drop)
}

/// The groups that a user belongs to.
pub fn getgrouplist(user: &CStr, group: u32) -> Vec<u32> {
    let mut count = 64;
    loop {
        let mut groups = vec![0; count as usize];
        // SAFETY: room for as many numbers as the call is told; it says how many there are.
        let found = unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &mut count) };
        if found >= 0 {
            groups.truncate(count as usize);
            return groups;
        }
        count = count.max(groups.len() as c_int * 2);
    }
}

unsafe extern "C" {
    fn getlogin_r(buffer: *mut c_char, size: usize) -> c_int;
}

/// The name that the user logged in with.
pub fn getlogin() -> Result<Vec<u8>, Errno> {
    let mut buffer = [0; 257];
    // SAFETY: a buffer of the size that the call is told; the name in it ends with NUL.
    match unsafe { getlogin_r(buffer.as_mut_ptr(), buffer.len()) } {
        // SAFETY: as above.
        0 => Ok(unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_bytes().to_vec()),
        number => Err(Errno(number)),
    }
}
