//! The import lock: one thread at a time finds modules. Reentrant.

use std::cell::Cell;
use std::time::Duration;

use objects::thread_state::ThreadState;

/// The state of the lock, guarded by the GIL.
#[derive(Default)]
pub struct ImportLock {
    /// The identifier of the thread state that holds it; 0 for none.
    owner: Cell<u64>,
    level: Cell<usize>,
}

impl ImportLock {
    /// Takes the lock; lets other threads run until it is free.
    pub fn acquire(&self) {
        let own = ThreadState::current().id.get();
        while self.level.get() > 0 && self.owner.get() != own {
            objects::thread_state::allow_threads(|| std::thread::sleep(Duration::from_micros(200)));
        }
        self.owner.set(own);
        self.level.set(self.level.get() + 1);
    }

    /// Gives one level back; false where the calling thread does not hold the lock.
    pub fn release(&self) -> bool {
        if self.level.get() == 0 || self.owner.get() != ThreadState::current().id.get() {
            return false;
        }
        self.level.set(self.level.get() - 1);
        true
    }

    /// In the child of a fork, a lock that another thread held is free.
    pub fn after_fork_in_child(&self) {
        if self.owner.get() != ThreadState::current().id.get() {
            self.level.set(0);
        }
    }

    pub fn is_held(&self) -> bool {
        self.level.get() > 0
    }
}
