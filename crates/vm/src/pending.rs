//! Calls that another thread or a signal handler wants made by the main thread (`Py_AddPendingCall`).

use std::collections::VecDeque;
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, PoisonError};

use objects::prelude::*;

use crate::runtime;

/// A C function and its argument.
struct Call(unsafe extern "C" fn(*mut c_void) -> c_int, *mut c_void);

// SAFETY: whoever adds a call vouches for its argument.
unsafe impl Send for Call {}

/// How many calls may wait.
const MOST: usize = 32;

static CALLS: Mutex<VecDeque<Call>> = Mutex::new(VecDeque::new());

/// Adds a call; false where too many wait already.
///
/// # Safety
/// The function may be called with the argument at any later time, by the main thread with the GIL held.
pub unsafe fn add(function: unsafe extern "C" fn(*mut c_void) -> c_int, argument: *mut c_void) -> bool {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    if calls.len() >= MOST {
        return false;
    }
    calls.push_back(Call(function, argument));
    drop(calls);
    runtime::set_breaker();
    true
}

/// Whether calls wait.
pub fn are_waiting() -> bool {
    !CALLS.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
}

/// Makes the calls that wait, up to the first that fails.
pub fn make() -> Result<()> {
    for _ in 0..MOST {
        let next = CALLS.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(Call(function, argument)) = next else { break };
        // SAFETY: `add`'s contract.
        raise::check_status(unsafe { function(argument) })?;
    }
    Ok(())
}
