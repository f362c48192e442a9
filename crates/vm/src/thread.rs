//! Threads: making, switching and ending thread states.

use objects::thread_state::ThreadState;

use crate::interpreter::Interpreter;

/// How much of the native stack is kept in reserve, for what runs after the check.
const STACK_RESERVE: usize = 256 << 10;
/// What counts as the stack's size where the system says that it has none.
const LARGEST_STACK: usize = 64 << 20;

/// Makes the calling thread the main thread of the first interpreter.
pub fn begin_main() {
    let interpreter = Box::leak(Box::<Interpreter>::default());
    let state = Box::leak(ThreadState::new());
    state.interp.set(std::ptr::from_mut(interpreter).cast());
    state.id.set(1);
    state.stack_limit.set(main_stack_limit());
    // SAFETY: the first thread of the process; the state is never freed.
    unsafe { ThreadState::swap(state) };
}

/// The lowest address that the main thread's stack may grow to.
fn main_stack_limit() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a call that fills the structure.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_STACK, &mut limit) } == 0;
    let size = match usize::try_from(limit.rlim_cur) {
        Ok(size) if known => size.min(LARGEST_STACK),
        _ => 8 << 20,
    };
    let here = &raw const limit as usize;
    here.saturating_sub(size.saturating_sub(STACK_RESERVE))
}

/// Lets other threads run Python code; gives the state to go on with.
pub fn release_gil() -> *mut ThreadState {
    // SAFETY: the caller holds the lock and runs no Python code until it takes it again.
    unsafe { ThreadState::swap(std::ptr::null_mut()) }
}

/// Goes on with a thread state that [`release_gil`] gave.
pub fn acquire_gil(state: *mut ThreadState) {
    // SAFETY: the state is the calling thread's.
    unsafe { ThreadState::swap(state) };
}

/// The other threads are gone after a fork.
pub fn after_fork_in_child() {}
