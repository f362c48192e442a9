//! `PyThreadState`: what the object model needs of a thread, above all its exception state.
//!
//! Making, switching and ending threads is the virtual machine's business.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

use crate::prelude::*;

/// `_PyErr_StackItem`: an exception being handled, of a frame stack or of a generator.
#[repr(C)]
pub struct ExceptionStackItem {
    pub exc_type: Field,
    pub exc_value: Field,
    pub exc_traceback: Field,
    pub previous_item: Cell<*const ExceptionStackItem>,
}

impl ExceptionStackItem {
    pub const EMPTY: ExceptionStackItem = ExceptionStackItem {
        exc_type: Field::null(),
        exc_value: Field::null(),
        exc_traceback: Field::null(),
        previous_item: Cell::new(ptr::null()),
    };
}

impl crate::memory::Trace for ExceptionStackItem {
    fn trace(&self, visitor: &crate::memory::Visitor) -> std::ops::ControlFlow<c_int> {
        self.exc_type.trace(visitor)?;
        self.exc_value.trace(visitor)?;
        self.exc_traceback.trace(visitor)
    }

    fn clear(&self) {
        self.exc_type.set(None);
        self.exc_value.set(None);
        self.exc_traceback.set(None);
    }
}

/// `Py_tracefunc`.
pub type TraceFunc = unsafe extern "C" fn(Option<&Object>, *mut c_void, c_int, Option<&Object>) -> c_int;

/// `PyThreadState`, with CPython 3.9's layout.
#[repr(C)]
pub struct ThreadState {
    pub prev: Cell<*mut ThreadState>,
    pub next: Cell<*mut ThreadState>,
    /// The interpreter state; its structure belongs to the virtual machine.
    pub interp: Cell<*mut c_void>,
    /// The innermost frame, borrowed.
    pub frame: Cell<*mut Object>,
    pub recursion_depth: Cell<c_int>,
    pub overflowed: Cell<c_char>,
    pub recursion_critical: Cell<c_char>,
    pub stackcheck_counter: Cell<c_int>,
    pub tracing: Cell<c_int>,
    pub use_tracing: Cell<c_int>,
    pub c_profilefunc: Cell<Option<TraceFunc>>,
    pub c_tracefunc: Cell<Option<TraceFunc>>,
    pub c_profileobj: Field,
    pub c_traceobj: Field,
    /// The exception being raised: its class, then lazily its instance and traceback.
    pub curexc_type: Field,
    pub curexc_value: Field,
    pub curexc_traceback: Field,
    pub exc_state: ExceptionStackItem,
    pub exc_info: Cell<*const ExceptionStackItem>,
    pub dict: Field,
    pub gilstate_counter: Cell<c_int>,
    pub async_exc: Field,
    pub thread_id: Cell<c_ulong>,
    pub trash_delete_nesting: Cell<c_int>,
    pub trash_delete_later: Cell<*mut Object>,
    pub on_delete: Cell<Option<unsafe extern "C" fn(*mut c_void)>>,
    pub on_delete_data: Cell<*mut c_void>,
    pub coroutine_origin_tracking_depth: Cell<c_int>,
    pub async_gen_firstiter: Field,
    pub async_gen_finalizer: Field,
    pub context: Field,
    pub context_ver: Cell<u64>,
    pub id: Cell<u64>,
    /// The lowest address that this thread's stack may grow to before `RecursionError`.
    /// Behind CPython's structure, so no extension sees it.
    pub stack_limit: Cell<usize>,
}

/// The thread that holds the GIL. Each thread sets it when it takes the lock.
static CURRENT: AtomicPtr<ThreadState> = AtomicPtr::new(ptr::null_mut());

/// `sys.getrecursionlimit()`: how deep calls may nest in any thread.
static RECURSION_LIMIT: AtomicI32 = AtomicI32::new(1000);

#[inline(always)]
pub fn recursion_limit() -> i32 {
    RECURSION_LIMIT.load(Ordering::Relaxed)
}

pub fn set_recursion_limit(limit: i32) {
    RECURSION_LIMIT.store(limit, Ordering::Relaxed);
}

/// `RecursionError`, `place` ending its message.
#[cold]
#[inline(never)]
fn too_deep(place: &str) -> Raised {
    raise!(RecursionError, "maximum recursion depth exceeded{place}")
}

/// Who is told that a thread's state goes.
pub trait ThreadEnd {
    /// Called with the GIL, when the state is gone.
    fn thread_ended(reference: &Object);
}

unsafe extern "C" fn tell_end<E: ThreadEnd>(reference: *mut c_void) {
    // SAFETY: `at_end` gave this reference away, for one call.
    let reference = unsafe { Ref::<Object>::from_raw(reference.cast()) };
    E::thread_ended(&reference);
}

impl ThreadState {
    /// Has the end of this thread told, with the reference. Who was to be told before is told now.
    pub fn at_end<E: ThreadEnd>(&self, reference: Ref) {
        let data = self.on_delete_data.replace(reference.into_raw().cast());
        if let Some(tell) = self.on_delete.replace(Some(tell_end::<E>)) {
            // SAFETY: set together with its data, and called once.
            unsafe { tell(data) };
        }
    }

    /// A thread state that belongs to no list yet.
    pub fn new() -> Box<ThreadState> {
        let state = Box::new(ThreadState {
            prev: Cell::new(ptr::null_mut()),
            next: Cell::new(ptr::null_mut()),
            interp: Cell::new(ptr::null_mut()),
            frame: Cell::new(ptr::null_mut()),
            recursion_depth: Cell::new(0),
            overflowed: Cell::new(0),
            recursion_critical: Cell::new(0),
            stackcheck_counter: Cell::new(0),
            tracing: Cell::new(0),
            use_tracing: Cell::new(0),
            c_profilefunc: Cell::new(None),
            c_tracefunc: Cell::new(None),
            c_profileobj: Field::null(),
            c_traceobj: Field::null(),
            curexc_type: Field::null(),
            curexc_value: Field::null(),
            curexc_traceback: Field::null(),
            exc_state: ExceptionStackItem::EMPTY,
            exc_info: Cell::new(ptr::null()),
            dict: Field::null(),
            gilstate_counter: Cell::new(1),
            async_exc: Field::null(),
            thread_id: Cell::new(0),
            trash_delete_nesting: Cell::new(0),
            trash_delete_later: Cell::new(ptr::null_mut()),
            on_delete: Cell::new(None),
            on_delete_data: Cell::new(ptr::null_mut()),
            coroutine_origin_tracking_depth: Cell::new(0),
            async_gen_firstiter: Field::null(),
            async_gen_finalizer: Field::null(),
            context: Field::null(),
            context_ver: Cell::new(1),
            id: Cell::new(0),
            stack_limit: Cell::new(0),
        });
        state.exc_info.set(&state.exc_state);
        state
    }

    /// The current thread, which holds the GIL.
    #[inline(always)]
    pub fn current() -> &'static ThreadState {
        let current = CURRENT.load(Ordering::Relaxed);
        debug_assert!(!current.is_null(), "the current thread holds no GIL");
        // SAFETY: Python code and object operations run only while a thread state is current.
        unsafe { &*current }
    }

    /// The current thread, or nothing where no thread holds the GIL.
    pub fn current_opt() -> Option<&'static ThreadState> {
        // SAFETY: a current thread state is alive.
        unsafe { CURRENT.load(Ordering::Relaxed).as_ref() }
    }

    /// Makes a thread state the current one; gives the one before.
    ///
    /// # Safety
    /// The caller holds the GIL, and the state stays alive while it is current.
    pub unsafe fn swap(state: *mut ThreadState) -> *mut ThreadState {
        CURRENT.swap(state, Ordering::AcqRel)
    }

    /// The exception being handled, innermost: what `sys.exc_info()` tells.
    pub fn topmost_handled(&self) -> &ExceptionStackItem {
        // SAFETY: exc_info points to this state's own item or to a running generator's; the chain ends in the former.
        unsafe {
            let mut item = &*self.exc_info.get();
            while item.exc_type.peek().is_none_or(|class| class.is(none_object()))
                && !item.previous_item.get().is_null()
            {
                item = &*item.previous_item.get();
            }
            item
        }
    }

    /// How many bytes the native stack may still grow by.
    pub fn stack_left(&self) -> usize {
        let here = 0u8;
        (ptr::from_ref(&here) as usize).saturating_sub(self.stack_limit.get())
    }

    /// Whether little of the native stack is left.
    #[inline(always)]
    fn is_stack_short(&self) -> bool {
        let here = 0u8;
        (ptr::from_ref(&here) as usize) < self.stack_limit.get()
    }

    /// Checks the native stack: `RecursionError` where little of it is left, `place` ending its message.
    #[inline(always)]
    pub fn check_stack(&self, place: &str) -> Result<()> {
        match self.is_stack_short() {
            true => Err(too_deep(place)),
            false => Ok(()),
        }
    }

    /// Goes one level deeper: `RecursionError` where the limit or the stack's end is reached.
    #[inline(always)]
    pub fn enter_level(&self, place: &str) -> Result<()> {
        let depth = self.recursion_depth.get() + 1;
        if depth > recursion_limit() || self.is_stack_short() {
            return Err(too_deep(place));
        }
        self.recursion_depth.set(depth);
        Ok(())
    }

    /// Comes back from a level.
    #[inline(always)]
    pub fn leave_level(&self) {
        self.recursion_depth.set(self.recursion_depth.get() - 1);
    }
}

/// Runs something that may wait while other threads run Python code (`Py_BEGIN_ALLOW_THREADS`). It touches no object.
pub fn allow_threads<T>(call: impl FnOnce() -> T) -> T {
    /// Takes the lock again, also where the call panics.
    struct Reacquire(*mut ThreadState);
    impl Drop for Reacquire {
        fn drop(&mut self) {
            (crate::services::get().acquire_gil)(self.0);
        }
    }
    let _reacquire = Reacquire((crate::services::get().release_gil)());
    call()
}
