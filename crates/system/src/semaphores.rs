//! Semaphores with names, which processes share.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int, c_uint};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Errno;

/// Who may use a new semaphore: its owner.
const MODE: c_uint = 0o600;

/// How many values stand for a semaphore of this process, and how often it was opened.
#[derive(Default)]
struct Uses {
    holders: usize,
    opened: usize,
}

/// The semaphores that this process has open, by their addresses.
static OPEN: Mutex<BTreeMap<usize, Uses>> = Mutex::new(BTreeMap::new());

fn with_open<T>(action: impl FnOnce(&mut BTreeMap<usize, Uses>) -> T) -> T {
    action(&mut OPEN.lock().unwrap_or_else(PoisonError::into_inner))
}

fn checked(result: c_int) -> Result<(), Errno> {
    match result {
        -1 => Err(Errno::last()),
        _ => Ok(()),
    }
}

/// A semaphore, which is open as long as a value stands for it. One pointer, in memory too.
#[repr(transparent)]
pub struct Semaphore(*mut libc::sem_t);

impl Semaphore {
    /// Makes the semaphore of a name that none has.
    pub fn create(name: &CStr, value: c_uint) -> Result<Semaphore, Errno> {
        // SAFETY: a string that ends with NUL, and the two arguments that these flags ask for.
        Semaphore::opened(unsafe { libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, MODE, value) })
    }

    /// Opens the semaphore that has the name.
    pub fn open(name: &CStr) -> Result<Semaphore, Errno> {
        // SAFETY: a string that ends with NUL; without flags there are no more arguments.
        Semaphore::opened(unsafe { libc::sem_open(name.as_ptr(), 0) })
    }

    fn opened(semaphore: *mut libc::sem_t) -> Result<Semaphore, Errno> {
        if semaphore == libc::SEM_FAILED {
            return Err(Errno::last());
        }
        with_open(|open| {
            let uses = open.entry(semaphore as usize).or_default();
            uses.holders += 1;
            uses.opened += 1;
        });
        Ok(Semaphore(semaphore))
    }

    /// One more value for a semaphore that this process has open; nothing if the number is not one's handle.
    pub fn of_handle(handle: u64) -> Option<Semaphore> {
        with_open(|open| open.get_mut(&(handle as usize)).map(|uses| uses.holders += 1))?;
        Some(Semaphore(handle as *mut libc::sem_t))
    }

    /// Takes one from the semaphore's value if that is not zero.
    pub fn try_wait(&self) -> Result<(), Errno> {
        // SAFETY: the semaphore is open.
        checked(unsafe { libc::sem_trywait(self.0) })
    }

    /// Takes one from the semaphore's value when that is not zero, or fails when the time has come.
    pub fn wait(&self, until: Option<&libc::timespec>) -> Result<(), Errno> {
        // SAFETY: the semaphore is open; a time, as the call reads.
        checked(unsafe {
            match until {
                None => libc::sem_wait(self.0),
                Some(until) => libc::sem_timedwait(self.0, until),
            }
        })
    }

    /// Adds one to the semaphore's value.
    pub fn post(&self) -> Result<(), Errno> {
        // SAFETY: the semaphore is open.
        checked(unsafe { libc::sem_post(self.0) })
    }

    /// The semaphore's value.
    pub fn value(&self) -> Result<c_int, Errno> {
        let mut value = 0;
        // SAFETY: the semaphore is open; room for a number.
        checked(unsafe { libc::sem_getvalue(self.0, &mut value) })?;
        Ok(value)
    }
}

impl Drop for Semaphore {
    fn drop(&mut self) {
        let address = self.0 as usize;
        let closes = with_open(|open| {
            let Some(uses) = open.get_mut(&address) else { return 0 };
            uses.holders -= 1;
            match uses.holders {
                0 => open.remove(&address).map_or(0, |uses| uses.opened),
                _ => 0,
            }
        });
        for _ in 0..closes {
            // SAFETY: nothing stands for the semaphore any more; closed as often as it was opened.
            unsafe { libc::sem_close(self.0) };
        }
    }
}

/// Takes a name away: the semaphore goes with the last process that has it open.
pub fn unlink(name: &CStr) -> Result<(), Errno> {
    // SAFETY: a string that ends with NUL.
    checked(unsafe { libc::sem_unlink(name.as_ptr()) })
}

/// The time that comes in so many seconds, now if they are negative. `EINVAL` if they are not a number.
pub fn time_in(seconds: f64) -> Result<libc::timespec, Errno> {
    if seconds.is_nan() {
        return Err(Errno(libc::EINVAL));
    }
    let seconds = seconds.max(0.0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let whole = seconds.trunc();
    let nanoseconds = now.subsec_nanos() + ((seconds - whole) * 1e9 + 0.5) as u32;
    Ok(libc::timespec {
        // The conversion stops at the ends of the type.
        tv_sec: (now.as_secs() as i64)
            .saturating_add(whole as i64)
            .saturating_add((nanoseconds / 1_000_000_000).into()),
        tv_nsec: (nanoseconds % 1_000_000_000).into(),
    })
}

/// A string of C's in one pointer, null for none: as members of the kind `STRING` are read.
#[repr(transparent)]
pub struct Name(*mut c_char);

impl Name {
    pub fn new(name: Option<CString>) -> Name {
        Name(name.map_or(std::ptr::null_mut(), CString::into_raw))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: made by `into_raw`, and given back once.
            drop(unsafe { CString::from_raw(self.0) });
        }
    }
}
