//! Signals: noted by the C handler in whatever thread they reach, handled in the main thread.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::frame::Frame;
use crate::runtime;

/// Signals are numbered from 1 to one less than this.
pub const COUNT: usize = 65;

/// Whether any signal waits to be handled.
static ANY_TRIPPED: AtomicBool = AtomicBool::new(false);
static TRIPPED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
/// The descriptor of `signal.set_wakeup_fd()`, or -1.
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
/// Why the last byte could not be written to it; 0 where it could.
static WAKEUP_FAILURE: AtomicI32 = AtomicI32::new(0);

/// What Python code wants done on each signal: a callable, `SIG_DFL`, `SIG_IGN`, or `None` for
/// a handler that is not Python's.
struct Handlers([Field; COUNT], Cell<bool>);

// SAFETY: read and written under the GIL alone.
unsafe impl Sync for Handlers {}

static HANDLERS: Handlers = Handlers([const { Field::null() }; COUNT], Cell::new(true));

/// The handler that Python code has set.
pub fn handler(signal: usize) -> Option<Ref> {
    HANDLERS.0.get(signal)?.get()
}

/// Sets the handler; gives the one before.
pub fn set_handler(signal: usize, handler: Ref) -> Option<Ref> {
    HANDLERS.0.get(signal)?.replace(Some(handler))
}

/// Drops all handlers at the end of the process; signals do again what they do to any process.
pub fn finish() {
    for (signal, handler) in HANDLERS.0.iter().enumerate() {
        if let Some(handler) = handler.replace(None)
            && handler.is_callable()
        {
            // A signal that cannot be given back stays as it is.
            let _ = install(signal as c_int, libc::SIG_DFL).map_err(Raised::clear);
        }
    }
}

/// Sets the wake-up descriptor; gives the one before. `warns`: a full buffer is told.
pub fn set_wakeup(descriptor: i32, warns: bool) -> i32 {
    HANDLERS.1.set(warns);
    WAKEUP.swap(descriptor, Ordering::AcqRel)
}

/// Notes a signal, so that the main thread handles it soon. Safe in signal handlers.
pub fn trip(signal: usize) {
    let Some(flag) = TRIPPED.get(signal) else { return };
    flag.store(true, Ordering::Release);
    ANY_TRIPPED.store(true, Ordering::Release);
    runtime::set_breaker();
    let descriptor = WAKEUP.load(Ordering::Acquire);
    if descriptor >= 0 {
        let byte = signal as u8;
        // SAFETY: a system call that signal handlers may make; one byte from the stack.
        let written = unsafe { libc::write(descriptor, (&raw const byte).cast(), 1) };
        if written < 0 {
            // SAFETY: errno is this thread's own.
            WAKEUP_FAILURE.store(unsafe { *libc::__errno_location() }, Ordering::Release);
        }
    }
}

/// Tells that a wake-up byte could not be written; a full buffer only where that is wanted.
fn report_wakeup_failure() {
    let errno = WAKEUP_FAILURE.swap(0, Ordering::AcqRel);
    let is_full = errno == libc::EAGAIN || errno == libc::EWOULDBLOCK;
    if errno == 0 || is_full && !HANDLERS.1.get() {
        return;
    }
    let fetched = exceptions::raise_errno(errno, None, None).fetch();
    let message = "Exception ignored when trying to write to the signal wakeup fd";
    crate::sys::write_unraisable_message(fetched, None, Some(message));
}

/// The C handler of every signal that Python code handles.
pub extern "C" fn on_signal(signal: c_int) {
    // SAFETY: errno is this thread's own; what the handler interrupts must not see it changed.
    let errno = unsafe { *libc::__errno_location() };
    trip(signal as usize);
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Lets the C handler take a signal. An `OSError` where the system refuses.
pub fn install(signal: c_int, handler: libc::sighandler_t) -> Result<()> {
    // SAFETY: a call with a filled structure; `handler` is SIG_DFL, SIG_IGN or `on_signal`.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(signal, &action, std::ptr::null_mut())
    };
    match status {
        0 => Ok(()),
        _ => {
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            Err(exceptions::raise_errno(errno, None, None))
        }
    }
}

/// What the process does on signals before Python code says otherwise.
pub fn begin() {
    // SAFETY: calls without conditions. Rust's own runtime has handlers of the first two, which tell of a
    // full stack; the others are told by `errno`.
    unsafe {
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::signal(libc::SIGBUS, libc::SIG_DFL);
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

/// The address of [`on_signal`] as `sigaction` wants it.
pub fn c_handler() -> libc::sighandler_t {
    on_signal as extern "C" fn(c_int) as libc::sighandler_t
}

/// Whether signals have arrived that are not handled yet.
pub fn are_waiting() -> bool {
    ANY_TRIPPED.load(Ordering::Acquire)
}

/// Calls the handlers of the signals that have arrived. For the main thread.
pub fn handle() -> Result<()> {
    if !ANY_TRIPPED.swap(false, Ordering::AcqRel) {
        return Ok(());
    }
    report_wakeup_failure();
    for (signal, flag) in TRIPPED.iter().enumerate().skip(1) {
        if !flag.swap(false, Ordering::AcqRel) {
            continue;
        }
        let Some(handler) = handler(signal) else { continue };
        if !handler.is_callable() {
            continue;
        }
        let frame =
            Frame::innermost(ThreadState::current()).map_or_else(none, |frame| frame.as_object().to_ref());
        if let Err(raised) = handler.call(&[&Int::new(signal as i64), &frame]) {
            // The other signals are handled at the next look-up.
            ANY_TRIPPED.store(true, Ordering::Release);
            runtime::set_breaker();
            return Err(raised);
        }
    }
    Ok(())
}

/// In the child of a fork, signals that the parent has not handled yet are not the child's.
pub fn after_fork_in_child() {
    ANY_TRIPPED.store(false, Ordering::Release);
    for flag in &TRIPPED {
        flag.store(false, Ordering::Release);
    }
}
