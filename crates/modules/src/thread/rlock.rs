//! `RLock`: a lock that its owner may take again.

use std::cell::Cell;
use std::mem::offset_of;
use std::ptr;

use objects::prelude::*;
use vm::thread;

use super::wait_limit;

/// A reentrant lock.
#[repr(C)]
pub struct RLock {
    base: Object,
    lock: vm::lock::Lock,
    /// The identity of the thread that holds it; 0 for none.
    owner: Cell<u64>,
    count: Cell<usize>,
    weak_references: Cell<*mut Object>,
}

impl RLock {
    fn is_own(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == thread::identity()
    }

    fn take(&self, blocking: Option<i32>, timeout: Option<&Object>) -> Result<bool> {
        let limit = wait_limit(blocking, timeout)?;
        if self.is_own() {
            let Some(count) = self.count.get().checked_add(1) else {
                bail!(OverflowError, "Internal lock count overflowed");
            };
            self.count.set(count);
            return Ok(true);
        }
        let taken = self.lock.acquire(limit)?;
        if taken {
            self.owner.set(thread::identity());
            self.count.set(1);
        }
        Ok(taken)
    }

    fn give_back(&self) -> Result<()> {
        if !self.is_own() {
            bail!(RuntimeError, "cannot release un-acquired lock");
        }
        self.count.set(self.count.get() - 1);
        if self.count.get() == 0 {
            self.owner.set(0);
            self.lock.release();
        }
        Ok(())
    }
}

#[class(name = "RLock", module = "_thread", flags = BASETYPE, weaklist_offset = offset_of!(RLock, weak_references))]
impl RLock {
    #[slot(tp_new)]
    fn new(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<RLock>> {
        let lock = RLock {
            base: Object::header(),
            lock: vm::lock::Lock::new(),
            owner: Cell::new(0),
            count: Cell::new(0),
            weak_references: Cell::new(ptr::null_mut()),
        };
        Ref::new_in(class, lock)
    }

    /// Take the lock. With blocking, wait for it, at most timeout seconds if that is not negative.
    ///
    /// The thread that holds the lock takes it again at once. Gives True if the lock was taken.
    #[method("(blocking=True, timeout=-1)", getargs)]
    fn acquire(&self, blocking: Option<i32>, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    /// Give the lock back once; it is free when it was given back as often as it was taken.
    #[method("()", no_text_signature)]
    fn release(&self) -> Result<()> {
        self.give_back()
    }

    /// Take the lock.
    #[method("(blocking=True, timeout=-1)", name = "__enter__", told = "acquire", getargs)]
    fn enter(&self, blocking: Option<i32>, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    /// Give the lock back.
    #[method("(*args)", name = "__exit__", no_text_signature, takes_tuple)]
    fn exit(&self, _args: &[&Object]) -> Result<()> {
        self.give_back()
    }

    /// Tell whether the calling thread holds the lock. threading.Condition asks this.
    #[method("()", no_text_signature)]
    fn _is_owned(&self) -> bool {
        self.is_own()
    }

    /// Acquire the lock as deeply as _release_save() found it. threading.Condition calls this.
    #[method("(state, /)", getargs)]
    fn _acquire_restore(&self, state: &Object) -> Result<()> {
        if !state.is_sequence() {
            let got = objects::arguments::described(state);
            bail!(TypeError, "_acquire_restore() argument 1 must be 2-item sequence, not {got}");
        }
        let items = state.collect_vec()?;
        let [count, owner] = &items[..] else {
            bail!(
                TypeError,
                "_acquire_restore() argument 1 must be sequence of length 2, not {}",
                items.len()
            );
        };
        let (count, owner) = (count.as_isize()?, owner.index()?);
        self.lock.acquire(None)?;
        self.count.set(count as usize);
        self.owner.set(owner.low_u64());
        Ok(())
    }

    /// Release the lock at once, however deep, and give what _acquire_restore() needs to undo that.
    #[method("()", no_text_signature)]
    fn _release_save(&self) -> Result<Ref<Tuple>> {
        if self.count.get() == 0 {
            bail!(RuntimeError, "cannot release un-acquired lock");
        }
        let state = Tuple::new([
            Int::from_usize(self.count.replace(0)).into_object(),
            Int::from_u64(self.owner.replace(0)).into_object(),
        ])?;
        self.lock.release();
        Ok(state)
    }

    /// In a forked child, the lock starts anew.
    #[method("()", no_text_signature)]
    fn _at_fork_reinit(&self) {
        self.lock.reset();
        self.owner.set(0);
        self.count.set(0);
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let state = if self.count.get() > 0 { "locked" } else { "unlocked" };
        format!(
            "<{state} {} object owner={} count={} at {:p}>",
            self.class().name(),
            self.owner.get(),
            self.count.get(),
            self.as_ptr()
        )
    }
}
