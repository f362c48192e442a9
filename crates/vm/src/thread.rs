//! Threads: making, switching and ending thread states.

use std::cell::Cell;
use std::ffi::c_ulong;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::interpreter::Interpreter;
use crate::{gil, pending, runtime, signals};

/// How much of the native stack is kept in reserve, for what runs after the check.
const STACK_RESERVE: usize = 256 << 10;
/// What counts as the stack's size where the system says that it has none.
const LARGEST_STACK: usize = 64 << 20;
/// The stack of a thread that Python code starts, unless `_thread.stack_size()` says otherwise.
const DEFAULT_STACK: usize = 8 << 20;

/// `_thread.stack_size()`; 0 for the default.
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
/// The operating system's identity of the thread that started the process.
static MAIN: AtomicU64 = AtomicU64::new(0);
static NEXT_ID: AtomicU64 = AtomicU64::new(1);
/// Set when the interpreter shuts down: threads that want the GIL then end instead.
static FINALIZING: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The thread state of this thread, current or not.
    static OWN: Cell<*mut ThreadState> = const { Cell::new(ptr::null_mut()) };
    /// The lowest address that this thread's stack may grow to; 0 until it is asked for.
    static STACK_LIMIT: Cell<usize> = const { Cell::new(0) };
}

/// `_thread.get_ident()`: an identity of the calling thread.
pub fn identity() -> u64 {
    // SAFETY: a call without conditions.
    unsafe { libc::pthread_self() as u64 }
}

/// Whether the calling thread started the process: the one that handles signals.
pub fn is_main() -> bool {
    identity() == MAIN.load(Ordering::Relaxed)
}

/// Makes the calling thread the main thread of the first interpreter, holding the GIL.
pub fn begin_main() {
    MAIN.store(identity(), Ordering::Relaxed);
    STACK_LIMIT.set(main_stack_limit());
    gil::take();
    let state = new_state(runtime::add_interpreter());
    // SAFETY: the GIL is held, and the state lives as long as its thread.
    unsafe { attach(state) };
}

/// Whether the calling thread handles signals: the main one, running the first interpreter.
pub fn handles_signals() -> bool {
    is_main() && Interpreter::current().is_main()
}

/// A thread state of the interpreter, at the head of its list; it belongs to no thread yet.
pub fn new_state(interpreter: &'static Interpreter) -> *mut ThreadState {
    let state = Box::leak(ThreadState::new());
    state.interp.set(ptr::from_ref(interpreter).cast_mut().cast());
    state.id.set(NEXT_ID.fetch_add(1, Ordering::Relaxed));
    state.thread_id.set(identity() as c_ulong);
    let head = interpreter.threads.get();
    state.next.set(head);
    // SAFETY: the list's states are alive; it is changed under the GIL, or before there is another thread.
    if let Some(head) = unsafe { head.as_ref() } {
        head.prev.set(state);
    }
    interpreter.threads.set(state);
    state
}

/// Makes a state the current one, of the calling thread.
///
/// # Safety
/// The GIL is held, and the state belongs to no other thread.
pub unsafe fn attach(state: *mut ThreadState) {
    OWN.set(state);
    // SAFETY: the caller's promise.
    unsafe {
        (*state).thread_id.set(identity() as c_ulong);
        enter(state);
    }
}

/// Makes a state the current one in the calling thread, whoever's it was before, or none; gives the one
/// that was current.
///
/// # Safety
/// The GIL is held, and no other thread goes on with the state.
pub unsafe fn enter(state: *mut ThreadState) -> *mut ThreadState {
    // SAFETY: the caller's promise; a state is alive.
    unsafe {
        if let Some(state) = state.as_ref() {
            state.stack_limit.set(stack_limit());
        }
        ThreadState::swap(state)
    }
}

/// Goes back to a state of the calling thread's own, after another interpreter's was current.
pub fn go_back(state: &'static ThreadState) {
    // SAFETY: the GIL is held; no other thread goes on with a thread's own state.
    unsafe { enter(ptr::from_ref(state).cast_mut()) };
}

/// Runs a closure with the state that another interpreter was made with; with the current one where that
/// interpreter is the current one. Nothing of it may run elsewhere meanwhile.
pub fn inside<T>(interpreter: &'static Interpreter, run: impl FnOnce() -> T) -> T {
    let current = ThreadState::current();
    if ptr::eq(interpreter, Interpreter::current()) {
        return run();
    }
    let state = match interpreter.threads.get() {
        state if state.is_null() => new_state(interpreter),
        state => state,
    };
    // SAFETY: the GIL is held; the caller's promise.
    unsafe { enter(state) };
    let result = run();
    go_back(current);
    result
}

/// The lowest address that the calling thread's stack may grow to.
fn stack_limit() -> usize {
    if STACK_LIMIT.get() == 0 {
        STACK_LIMIT.set(foreign_stack_limit());
    }
    STACK_LIMIT.get()
}

/// Ends the calling thread's state and lets the GIL go.
pub fn end_current() {
    let state = ThreadState::current();
    clear_state(state);
    unlink(state);
    if ptr::eq(OWN.get(), state) {
        OWN.set(ptr::null_mut());
    }
    // SAFETY: nobody refers to the state any more; it was made by `Box::leak`.
    unsafe {
        ThreadState::swap(ptr::null_mut());
        let on_delete = state.on_delete.get();
        let data = state.on_delete_data.get();
        drop(Box::from_raw(ptr::from_ref(state).cast_mut()));
        // Who waits for the thread's end goes on only once its state is gone.
        if let Some(on_delete) = on_delete {
            on_delete(data);
        }
    }
    gil::release();
}

/// Ends a state that is not current, and that was cleared.
///
/// # Safety
/// The state was made by [`new_state`], and is not used afterwards.
pub unsafe fn delete_state(state: *mut ThreadState) {
    // SAFETY: the caller's promise; states are made by `Box::leak`.
    unsafe {
        unlink(&*state);
        if OWN.get() == state {
            OWN.set(ptr::null_mut());
        }
        drop(Box::from_raw(state));
    }
}

/// Drops what a state holds.
pub fn clear_state(state: &ThreadState) {
    state.c_profilefunc.set(None);
    state.c_tracefunc.set(None);
    state.use_tracing.set(0);
    for field in [
        &state.dict,
        &state.async_exc,
        &state.curexc_type,
        &state.curexc_value,
        &state.curexc_traceback,
        &state.exc_state.exc_type,
        &state.exc_state.exc_value,
        &state.exc_state.exc_traceback,
        &state.c_profileobj,
        &state.c_traceobj,
        &state.async_gen_firstiter,
        &state.async_gen_finalizer,
        &state.context,
    ] {
        field.set(None);
    }
}

fn unlink(state: &ThreadState) {
    // SAFETY: the neighbours in the list are alive; the GIL is held.
    unsafe {
        let (prev, next) = (state.prev.get(), state.next.get());
        match prev.as_ref() {
            Some(prev) => prev.next.set(next),
            None => (*state.interp.get().cast::<Interpreter>()).threads.set(next),
        }
        if let Some(next) = next.as_ref() {
            next.prev.set(prev);
        }
    }
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

/// The same of a thread that somebody else has started.
fn foreign_stack_limit() -> usize {
    let (mut lowest, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the structure is filled before it is read.
    let known = unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) == 0 {
            let status = libc::pthread_attr_getstack(&raw const attributes, &raw mut lowest, &raw mut size);
            libc::pthread_attr_destroy(&raw mut attributes);
            status == 0
        } else {
            false
        }
    };
    match known {
        true => lowest as usize + STACK_RESERVE.min(size / 4),
        false => (&raw const size as usize).saturating_sub(STACK_RESERVE),
    }
}

/// `_thread.stack_size()`: the size of new threads' stacks in bytes, 0 for the default.
pub fn stack_size() -> usize {
    STACK_SIZE.load(Ordering::Relaxed)
}

/// Sets the size of new threads' stacks; gives the one before.
pub fn set_stack_size(size: usize) -> usize {
    STACK_SIZE.swap(size, Ordering::Relaxed)
}

/// Starts a thread that runs the function with a new thread state and the GIL; gives its identity, or
/// nothing where the system has no thread to give.
pub fn start(run: impl FnOnce() + Send + 'static) -> Option<u64> {
    let size = match stack_size() {
        0 => DEFAULT_STACK,
        size => size.min(isize::MAX as usize),
    };
    let state = SendState(new_state(Interpreter::current()));
    let address = state.0;
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    let body = move || {
        let state = state;
        let _ = tell.send(identity());
        let here = 0u8;
        STACK_LIMIT.set((&raw const here as usize).saturating_sub(size));
        gil::take();
        stay_if_finalizing();
        // SAFETY: the GIL is held, and the state was made for this thread.
        unsafe { attach(state.0) };
        run();
        end_current();
    };
    match std::thread::Builder::new().stack_size(size + STACK_RESERVE).spawn(body) {
        Ok(_) => told.recv().ok(),
        Err(_) => {
            // SAFETY: no thread has seen the state.
            unsafe {
                unlink(&*address);
                drop(Box::from_raw(address));
            }
            None
        }
    }
}

/// A state on its way to its thread.
struct SendState(*mut ThreadState);

// SAFETY: handed over once; the new thread uses it with the GIL.
unsafe impl Send for SendState {}

/// Lets other threads run Python code; gives the state to go on with.
pub fn release_gil() -> *mut ThreadState {
    // SAFETY: the caller holds the lock and runs no Python code until it takes it again.
    let state = unsafe { ThreadState::swap(ptr::null_mut()) };
    gil::release();
    state
}

/// Goes on with a thread state that [`release_gil`] gave. A thread that comes back after the
/// interpreter has shut down waits for ever: there is nothing to go back to.
#[allow(clippy::not_unsafe_ptr_arg_deref)] // The pointer is stored, not read.
pub fn acquire_gil(state: *mut ThreadState) {
    gil::take();
    stay_if_finalizing();
    // SAFETY: the GIL is held; the state is the calling thread's.
    unsafe {
        ThreadState::swap(state);
        // The thread that was told to look up meanwhile was another one.
        if state.as_ref().is_some_and(|state| state.async_exc.get().is_some()) {
            runtime::set_breaker();
        }
    }
}

/// After the interpreter has shut down, a thread other than the main one lets the GIL go for ever.
fn stay_if_finalizing() {
    if FINALIZING.load(Ordering::Acquire) && !is_main() {
        gil::release();
        loop {
            std::thread::park();
        }
    }
}

/// From now on threads other than the main one do not run Python code any more.
pub fn begin_finalizing() {
    FINALIZING.store(true, Ordering::Release);
}

pub fn is_finalizing() -> bool {
    FINALIZING.load(Ordering::Acquire)
}

/// Whether the calling thread holds the GIL with a state of its own.
pub fn holds_gil() -> bool {
    let own = OWN.get();
    !own.is_null() && ThreadState::current_opt().is_some_and(|current| ptr::eq(current, own))
}

/// Takes the GIL for a thread that may have no state yet (`PyGILState_Ensure`); whether it held it already.
pub fn ensure() -> bool {
    let own = OWN.get();
    let is_current = holds_gil();
    if !is_current {
        if own.is_null() {
            gil::take();
            stay_if_finalizing();
            let main = crate::interpreter::MAIN.load(Ordering::Acquire);
            // SAFETY: the first interpreter lives as long as the process; the GIL is held.
            unsafe {
                let state = new_state(&*main);
                (*state).gilstate_counter.set(0);
                attach(state);
            }
        } else {
            acquire_gil(own);
        }
    }
    let state = ThreadState::current();
    state.gilstate_counter.set(state.gilstate_counter.get() + 1);
    is_current
}

/// Undoes [`ensure`], which gave `was_held`.
pub fn release(was_held: bool) {
    let state = ThreadState::current();
    state.gilstate_counter.set(state.gilstate_counter.get() - 1);
    if state.gilstate_counter.get() == 0 {
        end_current();
    } else if !was_held {
        release_gil();
    }
}

/// The calling thread's own state, whether it is current or not.
pub fn own_state() -> *mut ThreadState {
    OWN.get()
}

/// What the loop does when it looks up: signals and pending calls in the main thread, the GIL for whoever
/// asked, an exception that another thread has sent.
pub fn look_up(state: &ThreadState) -> Result<()> {
    if handles_signals() {
        signals::handle()?;
        pending::make()?;
    } else if signals::are_waiting() || pending::are_waiting() {
        // The main thread is yet to look up.
        runtime::set_breaker();
    }
    // Without the current pointer, in case the next one is another thread's.
    gil::yield_if_asked(|| {
        // SAFETY: the GIL is about to be let go; this thread's state becomes current again behind it.
        unsafe { ThreadState::swap(ptr::null_mut()) };
    });
    stay_if_finalizing();
    // SAFETY: the GIL is held again.
    unsafe { ThreadState::swap(ptr::from_ref(state).cast_mut()) };
    if let Some(exception) = state.async_exc.take() {
        return Err(raise::set(&exception, None));
    }
    Ok(())
}

/// Sends an exception to a thread by its identity: how many threads got it.
pub fn send_exception(identity: u64, exception: Option<Ref>) -> usize {
    let mut state = Interpreter::current().threads.get();
    // SAFETY: the list's states are alive; the GIL is held.
    while let Some(thread) = unsafe { state.as_ref() } {
        if thread.thread_id.get() == identity {
            thread.async_exc.set(exception);
            runtime::set_breaker();
            return 1;
        }
        state = thread.next.get();
    }
    0
}

/// Visits the thread states of the current interpreter.
pub fn for_each_state(mut visit: impl FnMut(&ThreadState)) {
    let mut state = Interpreter::current().threads.get();
    // SAFETY: the list's states are alive; the GIL is held, and visiting starts no thread.
    while let Some(thread) = unsafe { state.as_ref() } {
        visit(thread);
        state = thread.next.get();
    }
}

/// In the child of a fork, the forking thread is the only one, and the main one.
pub fn after_fork_in_child() {
    MAIN.store(identity(), Ordering::Relaxed);
    gil::after_fork_in_child();
    signals::after_fork_in_child();
    let own = ThreadState::current();
    own.thread_id.set(identity() as c_ulong);
    runtime::after_fork_in_child();
    let interpreter = Interpreter::current();
    interpreter.import_lock.after_fork_in_child();
    // The other threads' states are left as they are: what they hold may be half changed.
    interpreter.threads.set(ptr::from_ref(own).cast_mut());
    own.prev.set(ptr::null_mut());
    own.next.set(ptr::null_mut());
}

/// The number by which the operating system knows the calling thread.
pub fn native_id() -> i32 {
    // SAFETY: a call without conditions.
    unsafe { libc::gettid() }
}
