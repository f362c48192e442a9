//! The system's clocks, in nanoseconds.

use std::ffi::c_int;

use crate::Errno;

const SECOND: i64 = 1_000_000_000;

fn checked(result: c_int) -> Result<(), Errno> {
    match result {
        0 => Ok(()),
        _ => Err(Errno::last()),
    }
}

/// What a call puts into a time.
#[inline]
fn asked(
    call: unsafe extern "C" fn(c_int, *mut libc::timespec) -> c_int,
    clock: c_int,
) -> Result<i64, Errno> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both functions that come here fill the time.
    checked(unsafe { call(clock, &mut time) })?;
    Ok(time.tv_sec.saturating_mul(SECOND).saturating_add(time.tv_nsec))
}

/// A clock's time.
#[inline]
pub fn read(clock: c_int) -> Result<i64, Errno> {
    asked(libc::clock_gettime, clock)
}

/// A clock's resolution.
pub fn resolution(clock: c_int) -> Result<i64, Errno> {
    asked(libc::clock_getres, clock)
}

/// Sets a clock.
pub fn set(clock: c_int, nanoseconds: i64) -> Result<(), Errno> {
    let time =
        libc::timespec { tv_sec: nanoseconds.div_euclid(SECOND), tv_nsec: nanoseconds.rem_euclid(SECOND) };
    // SAFETY: the time lives for the call.
    checked(unsafe { libc::clock_settime(clock, &time) })
}

/// Sleeps until the monotonic clock shows a time, or a signal comes.
pub fn sleep_until(deadline: i64) -> Result<(), Errno> {
    let time = libc::timespec { tv_sec: deadline / SECOND, tv_nsec: deadline % SECOND };
    // SAFETY: the time lives for the call; no remaining time is asked for.
    match unsafe {
        libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &time, std::ptr::null_mut())
    } {
        0 => Ok(()),
        number => Err(Errno(number)),
    }
}

/// The clock that counts the use of processors by a thread that has Python code to run. `ESRCH` for any other number.
pub fn of_thread(thread: u64) -> Result<c_int, Errno> {
    let mut is_known = false;
    vm::thread::for_each_state(|state| is_known |= state.thread_id.get() == thread);
    if !is_known {
        return Err(Errno(libc::ESRCH));
    }
    let mut clock = 0;
    // SAFETY: room for the number; the thread has a state, so it runs.
    match unsafe { libc::pthread_getcpuclockid(thread, &mut clock) } {
        0 => Ok(clock),
        number => Err(Errno(number)),
    }
}
