//! A state that threads share: large data is hashed with the GIL let go.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use objects::thread_state::allow_threads;

/// From so many bytes on, other threads may run meanwhile.
const LARGE: usize = 2048;

/// Runs the hashing of so many bytes, which touches no object.
pub fn hashing<T>(length: usize, hash: impl FnOnce() -> T) -> T {
    match length >= LARGE {
        true => allow_threads(hash),
        false => hash(),
    }
}

/// A state behind a lock of its own, which is never held while its holder waits for the GIL.
pub struct Shared<S>(Mutex<S>);

impl<S> Shared<S> {
    pub fn new(state: S) -> Shared<S> {
        Shared(Mutex::new(state))
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses the state for a short time; waits with the GIL let go where another thread has it.
    pub fn with<T>(&self, run: impl FnOnce(&mut S) -> T) -> T {
        match self.0.try_lock() {
            Ok(mut state) => run(&mut state),
            Err(TryLockError::Poisoned(poisoned)) => run(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => allow_threads(|| run(&mut self.lock())),
        }
    }

    /// Uses the state to hash so many bytes.
    pub fn hash(&self, length: usize, run: impl FnOnce(&mut S)) {
        match length >= LARGE {
            true => allow_threads(|| run(&mut self.lock())),
            false => self.with(run),
        }
    }
}
