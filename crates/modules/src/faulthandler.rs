//! `faulthandler`: tracebacks when the process crashes, hangs, or gets a signal.

pub use module::initialize;

/// Dump the Python traceback when the process crashes, after a timeout, or on a signal.
#[module(name = "faulthandler")]
pub mod module {
    use std::time::Duration;

    use objects::arguments::Keywords;
    use objects::prelude::*;
    use vm::faults::{self, Output};

    use crate::time::clock::{self, Rounding};

    /// The descriptor of a file, which is flushed; that of sys.stderr where there is none.
    fn output(file: Option<&Object>, all_threads: bool) -> Result<Output> {
        let file = match file.filter(|file| !file.is_none()) {
            Some(file) => file.to_ref(),
            None => match (objects::services::get().sys_get)("stderr") {
                None => bail!(RuntimeError, "unable to get sys.stderr"),
                Some(stderr) if stderr.is_none() => bail!(RuntimeError, "sys.stderr is None"),
                Some(stderr) => stderr,
            },
        };
        if let Some(number) = file.downcast::<Int>() {
            return match number.to_i64().and_then(|number| i32::try_from(number).ok()) {
                Some(descriptor) if descriptor >= 0 => Ok(Output { descriptor, all_threads, file: None }),
                _ => Err(raise!(ValueError, "file is not a valid file descripter")),
            };
        }
        let number = file.call_method(intern!("fileno"), &[])?;
        let number =
            number.downcast::<Int>().and_then(Int::to_i64).and_then(|number| i32::try_from(number).ok());
        let Some(descriptor) = number.filter(|&number| number >= 0) else {
            bail!(RuntimeError, "file.fileno() is not a valid file descriptor");
        };
        if let Err(raised) = file.call_method(intern!("flush"), &[]) {
            raised.clear();
        }
        Ok(Output { descriptor, all_threads, file: Some(file) })
    }

    /// Whether an argument that counts as false where it is missing is true.
    fn is_set(flag: Option<i32>) -> bool {
        flag.unwrap_or(0) != 0
    }

    /// Dump the traceback of the current thread, or of all threads, into a file.
    #[function("(file=None, all_threads=True)", getargs)]
    fn dump_traceback(file: Option<&Object>, all_threads: Option<i32>) -> Result<()> {
        output(file, all_threads != Some(0))?.dump();
        Ok(())
    }

    /// Enable the fault handler: a crash dumps the traceback into a file.
    #[function("(file=None, all_threads=True)", getargs)]
    fn enable(file: Option<&Object>, all_threads: Option<i32>) -> Result<()> {
        faults::enable(&output(file, all_threads != Some(0))?)
    }

    /// Disable the fault handler. Gives whether it was enabled.
    #[function("()", no_text_signature)]
    fn disable() -> bool {
        faults::disable()
    }

    /// Whether the fault handler is enabled.
    #[function("()", no_text_signature)]
    fn is_enabled() -> bool {
        faults::is_enabled()
    }

    /// Dump the traceback of all threads after a timeout in seconds, or each time that it has passed. With
    /// exit, end the process then.
    #[function("(timeout, repeat=False, file=None, exit=False)", getargs)]
    fn dump_traceback_later(
        timeout: &Object,
        repeat: Option<i32>,
        file: Option<&Object>,
        exit: Option<i32>,
    ) -> Result<()> {
        let timeout = match clock::nanoseconds_of(timeout, Rounding::Up)? {
            ..=0 => bail!(ValueError, "timeout must be greater than 0"),
            nanoseconds => Duration::from_nanos(nanoseconds as u64),
        };
        let output = output(file, true)?;
        faults::watch(&output, timeout, is_set(repeat), is_set(exit))
    }

    /// Cancel the previous call of dump_traceback_later().
    #[function("()", no_text_signature)]
    fn cancel_dump_traceback_later() {
        faults::cancel_watch();
    }

    fn check_signal(signal: i32) -> Result<()> {
        if faults::is_fatal(signal) {
            bail!(RuntimeError, "signal {signal} cannot be registered, use enable() instead");
        }
        match (1..vm::signals::COUNT as i32).contains(&signal) {
            true => Ok(()),
            false => Err(raise!(ValueError, "signal number out of range")),
        }
    }

    /// Dump the traceback of the current thread, or of all threads, into a file whenever a signal comes. With
    /// chain, what the signal did before is done as well.
    #[function("(signum, file=None, all_threads=True, chain=False)", getargs)]
    fn register(
        signum: i32,
        file: Option<&Object>,
        all_threads: Option<i32>,
        chain: Option<i32>,
    ) -> Result<()> {
        check_signal(signum)?;
        faults::register(signum, &output(file, all_threads != Some(0))?, is_set(chain))
    }

    /// Undo register() for a signal. Gives whether there was something to undo.
    ///
    /// Keyword arguments count for nothing.
    #[function("(signum, /, **ignored)", getargs)]
    fn unregister(signum: i32, _ignored: Keywords) -> Result<bool> {
        check_signal(signum)?;
        Ok(faults::unregister(signum))
    }

    /// Read from address 0, which crashes.
    #[function("()", no_text_signature)]
    fn _read_null() {
        system::crash::read_null();
    }

    /// Raise SIGSEGV, perhaps with the GIL let go.
    #[function("(release_gil=False, /)", getargs)]
    fn _sigsegv(release_gil: Option<i32>) {
        system::crash::without_core_dump();
        let raise = || {
            let _ = system::raise_signal(libc::SIGSEGV);
        };
        match is_set(release_gil) {
            true => objects::thread_state::allow_threads(raise),
            false => raise(),
        }
    }

    /// Raise SIGFPE.
    #[function("()", no_text_signature)]
    fn _sigfpe() {
        system::crash::without_core_dump();
        let _ = system::raise_signal(libc::SIGFPE);
    }

    /// Raise SIGABRT.
    #[function("()", no_text_signature)]
    fn _sigabrt() {
        system::crash::without_core_dump();
        std::process::abort();
    }

    /// End the process as a fatal error does.
    #[function("(message, release_gil=False, /)", getargs)]
    fn _fatal_error(message: &Bytes, release_gil: Option<i32>) {
        system::crash::without_core_dump();
        let text = String::from_utf8_lossy(message.as_bytes()).into_owned();
        let fail = || faults::fatal_error("faulthandler_fatal_error_py", &text);
        match is_set(release_gil) {
            true => objects::thread_state::allow_threads(fail),
            false => fail(),
        }
    }

    /// End the process as a fatal error in a thread that Python does not know does.
    #[function("()", no_text_signature)]
    fn _fatal_error_c_thread() {
        system::crash::without_core_dump();
        let fail = || faults::fatal_error("faulthandler_fatal_error_thread", "in new thread");
        let _ = std::thread::spawn(fail).join();
    }

    /// Call a function that calls itself until the native stack is full.
    #[function("()", no_text_signature)]
    fn _stack_overflow() -> Result<()> {
        system::crash::without_core_dump();
        let depth = system::crash::overflow_stack(0);
        Err(raise!(MemoryError, "unable to raise a stack overflow (allocated {depth} frames)"))
    }
}
