//! One thread at a time in a stream: while it waits for the raw stream, others run.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use objects::prelude::*;
use objects::thread_state::ThreadState;
use vm::lock::Outcome;
use vm::thread;

/// Held by the thread that works on the stream. All but the gate is used under the GIL alone.
///
/// Who lets go of the lock while others wait hands it to one of them: a thread that writes in a loop keeps the GIL
/// until it holds the lock again, so that nobody else would ever find it free.
#[derive(Default)]
pub struct Lock {
    /// The address of the thread's state; 0 while nobody holds the lock, [`HANDED`] between two threads.
    owner: Cell<usize>,
    /// How many threads wait, but for one that has been handed the lock.
    waiting: Cell<usize>,
    /// Opened for one of those who wait at a time. Made when it is first needed.
    gate: OnceCell<Box<vm::lock::Lock>>,
}

/// The address of no thread's state.
const HANDED: usize = usize::MAX;

/// How long the end of the program waits for a thread that may not run any more.
const LAST_WAIT: Duration = Duration::from_secs(1);

impl objects::memory::Trace for Lock {}

/// The lock held, until dropped.
pub struct Held<'a>(&'a Lock);

impl Lock {
    /// Waits for the lock. `RuntimeError` where the thread has it already: by a signal handler, or a raw stream
    /// that uses its own buffer.
    #[inline]
    pub fn enter(&self, stream: &Object) -> Result<Held<'_>> {
        let own = std::ptr::from_ref(ThreadState::current()) as usize;
        if self.owner.get() != 0 {
            self.wait(own, stream)?;
        }
        self.owner.set(own);
        Ok(Held(self))
    }

    /// Waits until the lock is handed over.
    #[cold]
    fn wait(&self, own: usize, stream: &Object) -> Result<()> {
        if self.owner.get() == own {
            bail!(RuntimeError, "reentrant call inside {}", stream.repr()?);
        }
        let gate = self.gate.get_or_init(|| {
            let gate = vm::lock::Lock::new();
            gate.try_take();
            Box::new(gate)
        });
        // Other threads stop for good when the program ends, wherever they are.
        let limit = thread::is_finalizing().then_some(LAST_WAIT);
        self.waiting.set(self.waiting.get() + 1);
        match system::blocking(|| gate.take(limit, false)) {
            Outcome::Taken => Ok(()),
            Outcome::TimedOut | Outcome::Interrupted => {
                let shown = stream.repr().map_or_else(|_| "a stream".to_owned(), |shown| shown.to_string());
                vm::faults::fatal_error(
                    "_enter_buffered_busy",
                    &format!(
                        "could not acquire lock for {shown} at interpreter shutdown, possibly due to daemon threads"
                    ),
                )
            }
        }
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        let Held(lock) = self;
        match (lock.waiting.get(), lock.gate.get()) {
            (waiting @ 1.., Some(gate)) => {
                lock.waiting.set(waiting - 1);
                lock.owner.set(HANDED);
                gate.release();
            }
            _ => lock.owner.set(0),
        }
    }
}
