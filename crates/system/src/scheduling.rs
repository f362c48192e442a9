//! Scheduling, and randomness from the system.

use std::ffi::c_int;

use crate::Errno;

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

fn parameters(priority: c_int) -> libc::sched_param {
    libc::sched_param { sched_priority: priority }
}

pub fn setscheduler(pid: c_int, policy: c_int, priority: c_int) -> Result<(), Errno> {
    // SAFETY: the parameters live for the call.
    checked(unsafe { libc::sched_setscheduler(pid, policy, &parameters(priority)) }).map(drop)
}

/// The priority of a process.
pub fn getparam(pid: c_int) -> Result<c_int, Errno> {
    let mut parameters = parameters(0);
    // SAFETY: room for the parameters.
    checked(unsafe { libc::sched_getparam(pid, &mut parameters) })?;
    Ok(parameters.sched_priority)
}

pub fn setparam(pid: c_int, priority: c_int) -> Result<(), Errno> {
    // SAFETY: the parameters live for the call.
    checked(unsafe { libc::sched_setparam(pid, &parameters(priority)) }).map(drop)
}

/// A process' share of time under round-robin scheduling, in seconds.
pub fn round_robin_interval(pid: c_int) -> Result<f64, Errno> {
    let mut interval = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for the time.
    checked(unsafe { libc::sched_rr_get_interval(pid, &mut interval) })?;
    Ok(interval.tv_sec as f64 + 1e-9 * interval.tv_nsec as f64)
}

const WORD: usize = usize::BITS as usize;

/// The processors that a process may run on.
pub fn getaffinity(pid: c_int) -> Result<Vec<usize>, Errno> {
    let mut count = 1024;
    loop {
        let mut mask = vec![0usize; count / WORD];
        // SAFETY: a mask of the size that the call is told.
        let result = checked(unsafe {
            libc::sched_getaffinity(pid, mask.len() * size_of::<usize>(), mask.as_mut_ptr().cast())
        });
        match result {
            Ok(_) => {
                return Ok((0..count)
                    .filter(|&place| mask[place / WORD] >> (place % WORD) & 1 != 0)
                    .collect());
            }
            // The mask is too small for this system's processors.
            Err(Errno(libc::EINVAL)) if count < 1 << 24 => count *= 2,
            Err(error) => return Err(error),
        }
    }
}

/// Sets the processors that a process may run on.
pub fn setaffinity(pid: c_int, processors: &[usize]) -> Result<(), Errno> {
    let highest = processors.iter().copied().max().unwrap_or(0).max(1023);
    let mut mask = vec![0usize; highest / WORD + 1];
    for processor in processors {
        mask[processor / WORD] |= 1 << (processor % WORD);
    }
    // SAFETY: a mask of the size that the call is told.
    checked(unsafe { libc::sched_setaffinity(pid, mask.len() * size_of::<usize>(), mask.as_ptr().cast()) })
        .map(drop)
}

/// Fills the buffer with random bytes, perhaps not all of it.
pub fn getrandom(buffer: &mut [u8], flags: u32) -> Result<usize, Errno> {
    // SAFETY: a buffer of the size that the call is told.
    match unsafe { libc::getrandom(buffer.as_mut_ptr().cast(), buffer.len(), flags) } {
        -1 => Err(Errno::last()),
        count => Ok(count as usize),
    }
}
