//! A value that threads share, some of whose work is done with the GIL let go.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use objects::thread_state::allow_threads;

/// A value behind a lock of its own, which is never held while its holder waits for the GIL.
pub struct Shared<S>(Mutex<S>);

impl<S> Shared<S> {
    pub fn new(value: S) -> Shared<S> {
        Shared(Mutex::new(value))
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses the value for a short time; waits with the GIL let go where another thread has it. Touches no object.
    pub fn with<T>(&self, run: impl FnOnce(&mut S) -> T) -> T {
        match self.0.try_lock() {
            Ok(mut value) => run(&mut value),
            Err(TryLockError::Poisoned(poisoned)) => run(&mut poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => self.detached(run),
        }
    }

    /// Uses the value with the GIL let go. Touches no object.
    pub fn detached<T>(&self, run: impl FnOnce(&mut S) -> T) -> T {
        allow_threads(|| run(&mut self.lock()))
    }
}
