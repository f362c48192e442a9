//! One thread at a time in a stream: while it waits for the raw stream, others run.

use std::cell::Cell;

use objects::prelude::*;
use objects::thread_state::ThreadState;

/// Held by the thread that works on the stream.
#[derive(Default)]
pub struct Lock {
    /// The address of the thread's state; 0 while nobody holds the lock.
    owner: Cell<usize>,
}

impl objects::memory::Trace for Lock {}

/// The lock held, until dropped.
pub struct Held<'a>(&'a Lock);

impl Lock {
    /// Waits for the lock. `RuntimeError` where the thread has it already: by a signal handler, or a raw stream
    /// that uses its own buffer.
    pub fn enter(&self, stream: &Object) -> Result<Held<'_>> {
        let own = std::ptr::from_ref(ThreadState::current()) as usize;
        if self.owner.get() == own {
            bail!(RuntimeError, "reentrant call inside {}", stream.repr()?);
        }
        while self.owner.get() != 0 {
            system::blocking(|| std::thread::sleep(std::time::Duration::from_micros(50)));
        }
        self.owner.set(own);
        Ok(Held(self))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.owner.set(0);
    }
}
