//! Locks that threads wait for: semaphores, which a signal interrupts (`PyThread_type_lock`).

use std::cell::UnsafeCell;
use std::time::{Duration, Instant};

use objects::prelude::*;

/// How an attempt to take a lock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Taken,
    TimedOut,
    Interrupted,
}

/// A lock that any thread may release.
pub struct Lock(Box<UnsafeCell<libc::sem_t>>);

// SAFETY: a semaphore is made to be shared by threads; the box gives it a lasting address.
unsafe impl Send for Lock {}
// SAFETY: as above.
unsafe impl Sync for Lock {}

impl Lock {
    /// A lock that is free.
    pub fn new() -> Lock {
        // SAFETY: initialised before it is used.
        let lock = Lock(Box::new(UnsafeCell::new(unsafe { std::mem::zeroed() })));
        // SAFETY: the semaphore is at its lasting address.
        unsafe { libc::sem_init(lock.0.get(), 0, 1) };
        lock
    }

    /// Takes the lock if it is free.
    pub fn try_take(&self) -> bool {
        loop {
            // SAFETY: an initialised semaphore.
            if unsafe { libc::sem_trywait(self.0.get()) } == 0 {
                return true;
            }
            if std::io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
                return false;
            }
        }
    }

    /// Takes the lock, waiting at most so long (for ever without a limit). `interruptible`: a signal
    /// ends the wait. Does not touch the GIL.
    pub fn take(&self, limit: Option<Duration>, interruptible: bool) -> Outcome {
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            // SAFETY: an initialised semaphore, a filled structure.
            let status = unsafe {
                match end {
                    None => libc::sem_wait(self.0.get()),
                    Some(end) => {
                        let left = end.saturating_duration_since(Instant::now());
                        let mut now: libc::timespec = std::mem::zeroed();
                        libc::clock_gettime(libc::CLOCK_REALTIME, &mut now);
                        let nanoseconds = now.tv_nsec + i64::from(left.subsec_nanos());
                        let seconds = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
                        let until = libc::timespec {
                            tv_sec: now
                                .tv_sec
                                .saturating_add(seconds)
                                .saturating_add(nanoseconds / 1_000_000_000),
                            tv_nsec: nanoseconds % 1_000_000_000,
                        };
                        libc::sem_timedwait(self.0.get(), &until)
                    }
                }
            };
            if status == 0 {
                return Outcome::Taken;
            }
            match std::io::Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) if interruptible => return Outcome::Interrupted,
                Some(libc::ETIMEDOUT) if end.is_some_and(|end| Instant::now() >= end) => {
                    return Outcome::TimedOut;
                }
                _ => {}
            }
        }
    }

    /// Takes the lock with the GIL let go meanwhile; signals are handled, and their exceptions end the wait.
    pub fn acquire(&self, limit: Option<Duration>) -> Result<bool> {
        if self.try_take() {
            return Ok(true);
        }
        if limit == Some(Duration::ZERO) {
            return Ok(false);
        }
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let outcome = objects::thread_state::allow_threads(|| self.take(left, true));
            match outcome {
                Outcome::Taken => return Ok(true),
                Outcome::TimedOut => return Ok(false),
                Outcome::Interrupted => (objects::services::get().check_signals)()?,
            }
        }
    }

    /// Makes the lock free, whoever held it: for the child of a fork.
    pub fn reset(&self) {
        // SAFETY: in the child nobody waits for the semaphore.
        unsafe { libc::sem_init(self.0.get(), 0, 1) };
    }

    /// Lets the lock go.
    pub fn release(&self) {
        // SAFETY: an initialised semaphore.
        unsafe { libc::sem_post(self.0.get()) };
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // SAFETY: nobody waits for a lock that nobody holds a reference to.
        unsafe { libc::sem_destroy(self.0.get()) };
    }
}
