//! `lock`, starting threads, and the sentinels that tell of their end.

use std::cell::Cell;
use std::mem::offset_of;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use objects::gil_bound::GilBound;
use objects::prelude::*;
use objects::thread_state::{ThreadEnd, ThreadState};
use vm::thread;

use super::wait_limit;

/// A lock that any thread may release.
#[repr(C)]
pub struct Lock {
    base: Object,
    lock: vm::lock::Lock,
    locked: Cell<bool>,
    weak_references: Cell<*mut Object>,
}

impl Lock {
    pub fn new() -> Ref<Lock> {
        Ref::new(Lock {
            base: Object::header(),
            lock: vm::lock::Lock::new(),
            locked: Cell::new(false),
            weak_references: Cell::new(ptr::null_mut()),
        })
    }

    fn take(&self, blocking: Option<i32>, timeout: Option<&Object>) -> Result<bool> {
        let limit = wait_limit(blocking, timeout)?;
        let taken = self.lock.acquire(limit)?;
        if taken {
            self.locked.set(true);
        }
        Ok(taken)
    }

    fn give_back(&self) -> Result<()> {
        if !self.locked.get() {
            bail!(RuntimeError, "release unlocked lock");
        }
        self.locked.set(false);
        self.lock.release();
        Ok(())
    }
}

/// A lock object is a synchronization primitive: acquire() takes it, release() gives it back.
#[class(name = "lock", module = "_thread", weaklist_offset = offset_of!(Lock, weak_references))]
impl Lock {
    /// Take the lock. With blocking, wait for it, at most timeout seconds if that is not negative.
    ///
    /// Gives True if the lock was taken.
    #[method("(blocking=True, timeout=-1)", getargs)]
    fn acquire(&self, blocking: Option<i32>, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    /// An obsolete name of acquire().
    #[method("(blocking=True, timeout=-1)", told = "acquire", getargs)]
    fn acquire_lock(&self, blocking: Option<i32>, timeout: Option<&Object>) -> Result<bool> {
        self.take(blocking, timeout)
    }

    /// Give the lock back, so that a thread that waits for it may take it.
    #[method("()", no_text_signature)]
    fn release(&self) -> Result<()> {
        self.give_back()
    }

    /// An obsolete name of release().
    #[method("()", no_text_signature)]
    fn release_lock(&self) -> Result<()> {
        self.give_back()
    }

    /// Whether the lock is taken.
    #[method("()", no_text_signature)]
    fn locked(&self) -> bool {
        self.locked.get()
    }

    /// An obsolete name of locked().
    #[method("()", no_text_signature)]
    fn locked_lock(&self) -> bool {
        self.locked.get()
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

    /// In a forked child, the lock starts anew.
    #[method("()", no_text_signature)]
    fn _at_fork_reinit(&self) {
        self.lock.reset();
        self.locked.set(false);
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let state = if self.locked.get() { "locked" } else { "unlocked" };
        format!("<{state} {} object at {:p}>", self.class().name(), self.as_ptr())
    }
}

/// Threads that Python code has started and that have not ended.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

pub fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

/// What a new thread calls.
struct Call {
    function: Ref,
    args: Ref<Tuple>,
    kwargs: Option<Ref<Dict>>,
}

impl Call {
    fn run(self) {
        let result = self.function.call_dict(&self.args, self.kwargs.as_deref());
        if let Err(raised) = result {
            match raised.matches(&exceptions::SystemExit) {
                true => raised.clear(),
                false => vm::sys::write_unraisable_in_thread(raised.fetch(), &self.function),
            }
        }
    }
}

/// Starts a thread that calls the function; its identifier.
pub fn start(function: Ref, args: Ref<Tuple>, kwargs: Option<Ref<Dict>>) -> Result<Ref> {
    if vm::interpreter::Interpreter::current().is_isolated.get() {
        bail!(RuntimeError, "thread is not supported for isolated subinterpreters");
    }
    let call = GilBound::new(Call { function, args, kwargs });
    RUNNING.fetch_add(1, Ordering::Relaxed);
    let started = thread::start(move || {
        call.into_inner().run();
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    });
    match started {
        Some(identity) => Ok(Int::from_u64(identity).into_object()),
        None => {
            RUNNING.fetch_sub(1, Ordering::Relaxed);
            Err(raise!(RuntimeError, "can't start new thread"))
        }
    }
}

impl ThreadEnd for Lock {
    /// Releases the sentinel of a thread that has ended, if anyone still has it.
    fn thread_ended(reference: &Object) {
        if let Some(lock) = objects::weakref::referent(reference)
            && let Some(lock) = lock.downcast::<Lock>()
            && lock.locked.replace(false)
        {
            lock.lock.release();
        }
    }
}

/// A lock that is released when the calling thread's state goes. If the thread had one already, it counts as ended for
/// whoever waits on that one.
pub fn set_sentinel() -> Result<Ref> {
    let lock = Lock::new().into_object();
    ThreadState::current().at_end::<Lock>(objects::weakref::new_reference(&lock)?);
    Ok(lock)
}
