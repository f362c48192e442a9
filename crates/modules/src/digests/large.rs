//! Large data is hashed with the GIL let go.

use objects::thread_state::allow_threads;

use crate::shared::Shared;

/// From so many bytes on, other threads may run meanwhile.
const LARGE: usize = 2048;

/// Runs the hashing of so many bytes, which touches no object.
pub fn hashing<T>(length: usize, hash: impl FnOnce() -> T) -> T {
    match length >= LARGE {
        true => allow_threads(hash),
        false => hash(),
    }
}

impl<S> Shared<S> {
    /// Uses the value to hash so many bytes.
    pub fn hash(&self, length: usize, run: impl FnOnce(&mut S)) {
        match length >= LARGE {
            true => self.detached(run),
            false => self.with(run),
        }
    }
}
