//! Limits and use of resources.

use std::ffi::c_int;
use std::ptr;

use crate::Errno;

/// How many resources have limits.
pub const COUNT: c_int = 16;

/// A limit that is in force, and the one that it can be raised to.
#[derive(Clone, Copy)]
pub struct Limits {
    pub current: u64,
    pub maximum: u64,
}

impl Limits {
    const NONE: Limits = Limits { current: 0, maximum: 0 };

    fn to_c(self) -> libc::rlimit64 {
        libc::rlimit64 { rlim_cur: self.current, rlim_max: self.maximum }
    }
}

fn checked(result: c_int) -> Result<(), Errno> {
    match result {
        -1 => Err(Errno::last()),
        _ => Ok(()),
    }
}

/// A process' limits of a resource, 0 standing for this process; sets new ones if there are any, and gives the old.
pub fn exchange(process: c_int, resource: c_int, limits: Option<Limits>) -> Result<Limits, Errno> {
    let mut old = Limits::NONE.to_c();
    let new = limits.map(Limits::to_c);
    // SAFETY: null or limits, and room for the old ones.
    checked(unsafe {
        libc::prlimit64(process, resource as _, new.as_ref().map_or(ptr::null(), ptr::from_ref), &mut old)
    })?;
    Ok(Limits { current: old.rlim_cur, maximum: old.rlim_max })
}

/// What this process, its children or this thread used.
pub fn usage(who: c_int) -> Result<libc::rusage, Errno> {
    // SAFETY: room for the usage, of which zeros are a valid value.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        checked(libc::getrusage(who, &mut usage))?;
        Ok(usage)
    }
}

/// The size of a page of memory.
pub fn page_size() -> usize {
    // SAFETY: a plain number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}
