//! `pystate.h`, `pythread.h`, `ceval.h`: thread states, the GIL and locks from C.

use std::ffi::{c_int, c_ulong, c_void};
use std::time::Duration;

use objects::prelude::*;
use objects::thread_state::ThreadState;
use vm::lock::{Lock, Outcome};
use vm::thread;

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_Get() -> &'static ThreadState {
    let Some(state) = ThreadState::current_opt() else {
        let reason = "the function must be called with the GIL held, but the GIL is released \
                      (the current Python thread state is NULL)";
        vm::faults::fatal_error("PyThreadState_Get", reason)
    };
    state
}

#[unsafe(no_mangle)]
extern "C" fn _PyThreadState_UncheckedGet() -> Option<&'static ThreadState> {
    ThreadState::current_opt()
}

/// The dictionary for extensions' own per-thread data, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyThreadState_GetDict() -> Option<&'static Object> {
    let state = ThreadState::current_opt()?;
    if state.dict.is_null() {
        state.dict.set(Some(Dict::new().into_object()));
    }
    // SAFETY: the thread state keeps the dictionary alive.
    unsafe { state.dict.peek() }
}

/// The same of any thread, borrowed.
#[unsafe(no_mangle)]
extern "C" fn _PyThreadState_GetDict(state: &ThreadState) -> Option<&Object> {
    if state.dict.is_null() {
        state.dict.set(Some(Dict::new().into_object()));
    }
    // SAFETY: the thread state keeps the dictionary alive.
    unsafe { state.dict.peek() }
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_Next(state: &ThreadState) -> *mut ThreadState {
    state.next.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_ThreadHead(interpreter: &vm::interpreter::Interpreter) -> *mut ThreadState {
    interpreter.threads.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_GetFrame(state: &ThreadState) -> Option<Ref> {
    // SAFETY: a thread's innermost frame is alive.
    unsafe { state.frame.get().as_ref() }.map(Object::to_ref)
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_GetInterpreter(state: &ThreadState) -> *mut c_void {
    state.interp.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_GetID(state: &ThreadState) -> u64 {
    state.id.get()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThreadState_Swap(state: *mut ThreadState) -> *mut ThreadState {
    // SAFETY: the caller's promise.
    unsafe { thread::enter(state) }
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_SetAsyncExc(identity: c_ulong, exception: Option<&Object>) -> c_int {
    thread::send_exception(identity, exception.map(Object::to_ref)) as c_int
}

#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_Get() -> *mut c_void {
    ThreadState::current().interp.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_Main() -> *mut c_void {
    vm::interpreter::MAIN.load(std::sync::atomic::Ordering::Acquire).cast()
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_SaveThread() -> *mut ThreadState {
    thread::release_gil()
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_RestoreThread(state: *mut ThreadState) {
    // errno is what the call that ran meanwhile has left.
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    thread::acquire_gil(state);
    // SAFETY: the GIL is held, and the state is the calling thread's from now on.
    unsafe { thread::enter(state) };
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = errno };
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_InitThreads() {}

#[unsafe(no_mangle)]
extern "C" fn PyEval_ThreadsInitialized() -> c_int {
    1
}

/// 1 where the GIL was not held before (`PyGILState_UNLOCKED`).
#[unsafe(no_mangle)]
extern "C" fn PyGILState_Ensure() -> c_int {
    c_int::from(!thread::ensure())
}

#[unsafe(no_mangle)]
extern "C" fn PyGILState_Release(state: c_int) {
    thread::release(state == 0);
}

#[unsafe(no_mangle)]
extern "C" fn PyGILState_Check() -> c_int {
    c_int::from(thread::holds_gil())
}

#[unsafe(no_mangle)]
extern "C" fn PyGILState_GetThisThreadState() -> *mut ThreadState {
    thread::own_state()
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_get_thread_ident() -> c_ulong {
    thread::identity() as c_ulong
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_get_thread_native_id() -> c_ulong {
    thread::native_id() as c_ulong
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_allocate_lock() -> *mut Lock {
    Box::into_raw(Box::new(Lock::new()))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_free_lock(lock: *mut Lock) {
    // SAFETY: made by the function above, and given up.
    drop(unsafe { Box::from_raw(lock) });
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_acquire_lock(lock: &Lock, wait: c_int) -> c_int {
    c_int::from(match wait {
        0 => lock.try_take(),
        _ => lock.take(None, false) == Outcome::Taken,
    })
}

/// 0 for a timeout, 1 where the lock was taken, 2 where a signal came.
#[unsafe(no_mangle)]
extern "C" fn PyThread_acquire_lock_timed(lock: &Lock, microseconds: i64, interruptible: c_int) -> c_int {
    let limit = u64::try_from(microseconds).ok().map(Duration::from_micros);
    if lock.try_take() {
        return 1;
    }
    if limit == Some(Duration::ZERO) {
        return 0;
    }
    match lock.take(limit, interruptible != 0) {
        Outcome::Taken => 1,
        Outcome::TimedOut => 0,
        Outcome::Interrupted => 2,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_release_lock(lock: &Lock) {
    lock.release();
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_init_thread() {}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_start_new_thread(
    function: unsafe extern "C" fn(*mut c_void),
    argument: *mut c_void,
) -> c_ulong {
    /// A function without a result is one whose result nobody asks for.
    type Start = extern "C" fn(*mut c_void) -> *mut c_void;
    // SAFETY: the machine's calling convention leaves the result's register to the function called.
    let start = unsafe { std::mem::transmute::<unsafe extern "C" fn(*mut c_void), Start>(function) };
    // SAFETY: the structures are initialised before they are used; the argument is the caller's promise.
    // The thread begins in C code, so that `PyThread_exit_thread` unwinds none of Rust's frames.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_attr_init(&raw mut attributes) != 0 {
            return c_ulong::MAX;
        }
        let size = thread::stack_size();
        if size != 0 {
            libc::pthread_attr_setstacksize(&raw mut attributes, size);
        }
        libc::pthread_attr_setdetachstate(&raw mut attributes, libc::PTHREAD_CREATE_DETACHED);
        let mut identity: libc::pthread_t = std::mem::zeroed();
        let status = libc::pthread_create(&raw mut identity, &raw const attributes, start, argument);
        libc::pthread_attr_destroy(&raw mut attributes);
        if status == 0 { identity as c_ulong } else { c_ulong::MAX }
    }
}

/// Ends the calling thread, which C code began.
#[unsafe(no_mangle)]
extern "C-unwind" fn PyThread_exit_thread() -> ! {
    unsafe extern "C-unwind" {
        fn pthread_exit(value: *mut c_void) -> !;
    }
    // SAFETY: no frame with anything to drop is between here and the thread's start.
    unsafe { pthread_exit(std::ptr::null_mut()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_set_stacksize(size: usize) -> c_int {
    thread::set_stack_size(size);
    0
}

/// `Py_tss_t`: thread-specific storage.
#[repr(C)]
pub struct Storage {
    initialized: c_int,
    key: libc::pthread_key_t,
}

/// Storage that is not created yet, for `PyThread_tss_free` to free.
#[unsafe(no_mangle)]
extern "C" fn PyThread_tss_alloc() -> *mut Storage {
    Box::into_raw(Box::new(Storage { initialized: 0, key: 0 }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_tss_free(storage: *mut Storage) {
    if !storage.is_null() {
        // SAFETY: made by the function above, and given up.
        unsafe {
            PyThread_tss_delete(&mut *storage);
            drop(Box::from_raw(storage));
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_tss_create(storage: &mut Storage) -> c_int {
    if storage.initialized == 0 {
        // SAFETY: the key is written by the call.
        if unsafe { libc::pthread_key_create(&mut storage.key, None) } != 0 {
            return -1;
        }
        storage.initialized = 1;
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_tss_is_created(storage: &Storage) -> c_int {
    storage.initialized
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_tss_delete(storage: &mut Storage) {
    if storage.initialized != 0 {
        // SAFETY: a key that was made above.
        unsafe { libc::pthread_key_delete(storage.key) };
        storage.initialized = 0;
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_tss_set(storage: &Storage, value: *mut c_void) -> c_int {
    // SAFETY: a key that was made above.
    unsafe { libc::pthread_setspecific(storage.key, value) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThread_tss_get(storage: &Storage) -> *mut c_void {
    // SAFETY: a key that was made above.
    unsafe { libc::pthread_getspecific(storage.key) }
}

#[unsafe(no_mangle)]
extern "C" fn PyThread_get_stacksize() -> usize {
    thread::stack_size()
}

#[unsafe(no_mangle)]
extern "C" fn Py_MakePendingCalls() -> c_int {
    raise::status(vm::runtime::check_signals().and_then(|()| vm::pending::make()))
}

/// Sets a thread's function for profiling, which C code wrote.
#[unsafe(no_mangle)]
extern "C" fn _PyEval_SetProfile(
    state: &ThreadState,
    function: Option<objects::thread_state::TraceFunc>,
    argument: Option<&Object>,
) -> c_int {
    raise::status((objects::services::get().audit)("sys.setprofile", &[]).map(|()| {
        vm::eval::tracing::set_c_profile(state, function, argument.map(Object::to_ref));
    }))
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_SetProfile(
    function: Option<objects::thread_state::TraceFunc>,
    argument: Option<&Object>,
) {
    if _PyEval_SetProfile(ThreadState::current(), function, argument) < 0 {
        raise::already_set().write_unraisable(None);
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_SetTrace(function: Option<objects::thread_state::TraceFunc>, argument: Option<&Object>) {
    match (objects::services::get().audit)("sys.settrace", &[]) {
        Ok(()) => {
            let argument = argument.map(Object::to_ref);
            vm::eval::tracing::set_c_trace(ThreadState::current(), function, argument);
        }
        Err(raised) => raised.write_unraisable(None),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_New(interpreter: &'static vm::interpreter::Interpreter) -> *mut ThreadState {
    thread::new_state(interpreter)
}

#[unsafe(no_mangle)]
extern "C" fn PyThreadState_Clear(state: &ThreadState) {
    thread::clear_state(state);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyThreadState_Delete(state: *mut ThreadState) {
    // SAFETY: the caller's promise.
    unsafe { thread::delete_state(state) };
}

/// Ends the current state, and lets the GIL go.
#[unsafe(no_mangle)]
extern "C" fn PyThreadState_DeleteCurrent() {
    thread::end_current();
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_AcquireThread(state: *mut ThreadState) {
    thread::acquire_gil(state);
    // SAFETY: the GIL is held, and the state is the calling thread's from now on.
    unsafe { thread::enter(state) };
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_ReleaseThread(_state: *mut ThreadState) {
    thread::release_gil();
}

/// The dictionary for extensions' data of the whole interpreter, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_GetDict(
    interpreter: &'static vm::interpreter::Interpreter,
) -> Option<&'static Dict> {
    if interpreter.dict.is_null() {
        interpreter.dict.set(Some(Dict::new()));
    }
    // SAFETY: set once; the interpreter keeps it alive.
    unsafe { interpreter.dict.peek() }
}
