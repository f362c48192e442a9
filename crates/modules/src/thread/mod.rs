//! `_thread`: threads, locks, thread-local data.

mod local;
mod lock;
mod rlock;

pub use _thread::initialize;
pub use lock::Lock;

use std::time::Duration;

use objects::prelude::*;

use crate::time::clock::{self, Rounding};

/// A wait from `blocking` and `timeout` as `acquire` takes them: none for as long as it takes.
/// Zero for not at all.
fn wait_limit(blocking: Option<i32>, timeout: Option<&Object>) -> Result<Option<Duration>> {
    let nanoseconds = match timeout {
        Some(timeout) => clock::nanoseconds_of(timeout, Rounding::Up)?,
        None => FOREVER,
    };
    match (blocking != Some(0), nanoseconds) {
        (true, FOREVER) => Ok(None),
        (false, FOREVER) => Ok(Some(Duration::ZERO)),
        (false, _) => Err(raise!(ValueError, "can't specify a timeout for a non-blocking call")),
        (true, ..0) => Err(raise!(ValueError, "timeout value must be positive")),
        (true, nanoseconds) => Ok(Some(Duration::from_nanos(nanoseconds as u64))),
    }
}

/// The timeout, in nanoseconds, that is none.
const FOREVER: i64 = -1_000_000_000;

/// `_thread.TIMEOUT_MAX`, in seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// Threads, and locks to keep them apart: what the 'threading' module is made of.
///
/// That module is what programs should use, for all but the simplest purposes.
#[module(name = "_thread", classes = [super::lock::LOCK, super::rlock::R_LOCK, super::local::LOCAL])]
pub mod _thread {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::struct_sequence::Definition;
    use vm::{signals, thread};

    use super::lock::{LOCK, Lock};

    /// Start a new thread that calls the function with the arguments, and give its identifier.
    ///
    /// The thread ends when the function returns; its result is dropped. SystemExit is ignored,
    /// other exceptions go to sys.unraisablehook.
    #[function("(function, args, kwargs=None, /)", no_text_signature, takes_tuple)]
    pub fn start_new_thread(function: &Object, args: &Object, kwargs: Option<&Object>) -> Result<Ref> {
        if !function.is_callable() {
            bail!(TypeError, "first arg must be callable");
        }
        let Some(args) = args.downcast::<Tuple>() else {
            bail!(TypeError, "2nd arg must be a tuple");
        };
        let kwargs = match kwargs {
            None => None,
            Some(kwargs) => match kwargs.downcast::<Dict>() {
                Some(kwargs) => Some(kwargs.to_ref()),
                None => bail!(TypeError, "optional 3rd arg must be a dictionary"),
            },
        };
        super::lock::start(function.to_ref(), args.to_ref(), kwargs)
    }

    /// An obsolete name of start_new_thread().
    #[function("(function, args, kwargs=None, /)", no_text_signature, takes_tuple)]
    fn start_new(function: &Object, args: &Object, kwargs: Option<&Object>) -> Result<Ref> {
        start_new_thread(function, args, kwargs)
    }

    /// Create a new lock object.
    #[function("()", no_text_signature)]
    fn allocate_lock() -> Ref<Lock> {
        Lock::new()
    }

    /// An obsolete name of allocate_lock().
    #[function("()", no_text_signature)]
    fn allocate() -> Ref<Lock> {
        Lock::new()
    }

    /// Raise SystemExit, which ends the thread silently unless it is caught.
    #[function("()", no_text_signature)]
    fn exit_thread() -> Result<()> {
        Err(raise!(SystemExit))
    }

    /// Raise SystemExit, which ends the thread silently unless it is caught.
    #[function("()", no_text_signature)]
    fn exit() -> Result<()> {
        Err(raise!(SystemExit))
    }

    /// Simulate the arrival of SIGINT: the main thread gets a KeyboardInterrupt.
    #[function("()", no_text_signature)]
    fn interrupt_main() -> Result<()> {
        signals::trip(libc::SIGINT as usize);
        // The main thread need not wait for it.
        (objects::services::get().check_signals)()
    }

    /// Give a non-zero integer that identifies the calling thread among those that exist now.
    #[function("()", no_text_signature)]
    fn get_ident() -> u64 {
        thread::identity()
    }

    /// Give the integer by which the operating system knows the calling thread.
    #[function("()", no_text_signature)]
    fn get_native_id() -> i64 {
        i64::from(vm::thread::native_id())
    }

    /// Give the number of threads that start_new_thread() has started and that still run.
    #[function("()", no_text_signature)]
    fn _count() -> usize {
        super::lock::running()
    }

    /// Give the stack size of new threads in bytes, 0 for the system's default, and perhaps set another.
    #[function("(size=0, /)", getargs)]
    fn stack_size(size: Option<isize>) -> Result<usize> {
        let Some(size) = size else { return Ok(thread::stack_size()) };
        if size < 0 {
            bail!(ValueError, "size must be 0 or a positive value");
        }
        if size != 0 && size < 0x8000 {
            bail!(ValueError, "size not valid: {size} bytes");
        }
        Ok(thread::set_stack_size(size as usize))
    }

    /// Set a sentinel lock that is released when the calling thread's state is finalised.
    #[function("()", no_text_signature)]
    fn _set_sentinel() -> Result<Ref> {
        super::lock::set_sentinel()
    }

    static EXCEPT_HOOK_ARGS: Definition = Definition::new(
        c"_thread.ExceptHookArgs",
        c"ExceptHookArgs\n\nWhat threading.excepthook is called with.",
        4,
        &[
            (c"exc_type", Some(c"Exception type")),
            (c"exc_value", Some(c"Exception value")),
            (c"exc_traceback", Some(c"Exception traceback")),
            (c"thread", Some(c"Thread")),
        ],
    );

    /// Handle the uncaught exception of threading.Thread.run().
    #[function("(args, /)", no_text_signature)]
    fn _excepthook(args: &Object) -> Result<()> {
        if !args.class().is(EXCEPT_HOOK_ARGS.ready()?.as_object()) {
            bail!(TypeError, "_thread.excepthook argument type must be ExceptHookArgs");
        }
        let Some(fields) = args.downcast::<Tuple>() else { return Ok(()) };
        let [class, value, traceback, thread] = fields.items() else { return Ok(()) };
        if class.is(exceptions::SystemExit.as_object()) {
            return Ok(());
        }
        vm::report::print_thread_exception(class, value, traceback, thread)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.add("error", exceptions::RuntimeError.to_ref())?;
        module.add("LockType", LOCK.to_ref())?;
        module.add("TIMEOUT_MAX", super::TIMEOUT_MAX)?;
        module.add("_ExceptHookArgs", EXCEPT_HOOK_ARGS.ready()?.to_ref())
    }
}
