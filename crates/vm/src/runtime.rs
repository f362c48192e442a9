//! The process: the GIL, the list of interpreters, start-up and shut-down.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::interpreter::{self, Interpreter};

/// The interpreters of the process, the oldest first.
struct Interpreters(RefCell<Vec<&'static Interpreter>>);

// SAFETY: read and changed under the GIL alone.
unsafe impl Sync for Interpreters {}

static INTERPRETERS: Interpreters = Interpreters(RefCell::new(Vec::new()));
static NEXT_INTERPRETER: AtomicI64 = AtomicI64::new(0);

/// A new interpreter with nothing in it, in the process's list.
pub fn add_interpreter() -> &'static Interpreter {
    let id = NEXT_INTERPRETER.fetch_add(1, Ordering::Relaxed);
    let interpreter: &'static Interpreter = Box::leak(Box::new(Interpreter::new(id)));
    if id == 0 {
        interpreter::MAIN.store(std::ptr::from_ref(interpreter).cast_mut(), Ordering::Release);
    }
    INTERPRETERS.0.borrow_mut().push(interpreter);
    interpreter
}

/// Takes an interpreter out of the list and gives its memory back.
///
/// # Safety
/// It was cleared, has no thread states, and is not used afterwards.
pub unsafe fn remove_interpreter(interpreter: &'static Interpreter) {
    INTERPRETERS.0.borrow_mut().retain(|other| other.id != interpreter.id);
    // SAFETY: the caller's promise; it was made by `Box::leak`.
    drop(unsafe { Box::from_raw(std::ptr::from_ref(interpreter).cast_mut()) });
}

/// The interpreters of the process, the oldest first.
pub fn interpreters() -> Vec<&'static Interpreter> {
    INTERPRETERS.0.borrow().clone()
}

/// The interpreter of a number.
pub fn find_interpreter(id: i64) -> Option<&'static Interpreter> {
    INTERPRETERS.0.borrow().iter().copied().find(|interpreter| interpreter.id == id)
}

/// In the child of a fork, the interpreters besides the first are gone with their threads; their
/// structures stay as they are, since what they hold may be half changed.
pub fn after_fork_in_child() {
    INTERPRETERS.0.borrow_mut().truncate(1);
}

/// Says that the loop should look up: signals, a GIL request, pending calls, asynchronous exceptions.
static EVAL_BREAKER: AtomicBool = AtomicBool::new(false);

#[inline(always)]
pub fn breaker_is_set() -> bool {
    EVAL_BREAKER.load(Ordering::Relaxed)
}

/// Makes the loop look up at the next backward jump or call. Safe in signal handlers.
pub fn set_breaker() {
    EVAL_BREAKER.store(true, Ordering::Release);
}

/// Does what the breaker was set for.
#[cold]
#[inline(never)]
pub fn handle_breaker(thread: &ThreadState) -> Result<()> {
    EVAL_BREAKER.store(false, Ordering::Release);
    crate::thread::look_up(thread)
}

/// Runs the handlers of signals that have arrived, and pending calls.
pub fn check_signals() -> Result<()> {
    match breaker_is_set() {
        true => handle_breaker(ThreadState::current()),
        false => Ok(()),
    }
}
