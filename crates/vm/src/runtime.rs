//! The process: the GIL, the list of interpreters, start-up and shut-down.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use objects::prelude::*;
use objects::thread_state::ThreadState;

/// Says that the loop should look up: signals, a GIL request, pending calls, asynchronous exceptions.
static EVAL_BREAKER: AtomicBool = AtomicBool::new(false);

/// `sys.getrecursionlimit()`.
static RECURSION_LIMIT: AtomicI32 = AtomicI32::new(1000);

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

#[inline(always)]
pub fn recursion_limit() -> i32 {
    RECURSION_LIMIT.load(Ordering::Relaxed)
}

pub fn set_recursion_limit(limit: i32) {
    RECURSION_LIMIT.store(limit, Ordering::Relaxed);
}

/// Runs the handlers of signals that have arrived, and pending calls.
pub fn check_signals() -> Result<()> {
    match breaker_is_set() {
        true => handle_breaker(ThreadState::current()),
        false => Ok(()),
    }
}
