//! Telling where Python code is when the process crashes, hangs, or is asked to by a signal: what
//! `faulthandler` switches on.

use std::cell::UnsafeCell;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use objects::prelude::*;

use crate::dump::{self, Descriptor};
use crate::{signals, thread};

/// Where tracebacks go, and of which threads.
#[derive(Clone)]
pub struct Output {
    pub descriptor: i32,
    pub all_threads: bool,
    /// The file of the descriptor, kept open as long as it may be written to.
    pub file: Option<Ref>,
}

impl Output {
    /// Writes the traceback of the calling thread, or of all.
    pub fn dump(&self) {
        write(Descriptor(self.descriptor), self.all_threads);
    }
}

fn write(to: Descriptor, all_threads: bool) {
    let own = thread::own_state();
    // SAFETY: the calling thread's own state is alive.
    match unsafe { own.as_ref() } {
        Some(own) if !all_threads => dump::write_stack(to, own),
        _ => dump::write_threads(to, own),
    }
}

/// A signal that tracebacks are written on.
struct Watched {
    active: AtomicBool,
    descriptor: AtomicI32,
    all_threads: AtomicBool,
    chained: AtomicBool,
    file: Field,
    /// What the process did on the signal before.
    previous: UnsafeCell<MaybeUninit<libc::sigaction>>,
}

// SAFETY: `file` and `previous` are changed under the GIL alone, the latter while the handler is inactive.
unsafe impl Sync for Watched {}

impl Watched {
    const NONE: Watched = Watched {
        active: AtomicBool::new(false),
        descriptor: AtomicI32::new(-1),
        all_threads: AtomicBool::new(false),
        chained: AtomicBool::new(false),
        file: Field::null(),
        previous: UnsafeCell::new(MaybeUninit::uninit()),
    };

    /// Installs a handler of the signal, unless it is there; where tracebacks go is set in any case.
    fn watch(
        &self,
        signal: c_int,
        handler: extern "C" fn(c_int),
        flags: c_int,
        output: &Output,
    ) -> Result<()> {
        self.descriptor.store(output.descriptor, Ordering::Release);
        self.all_threads.store(output.all_threads, Ordering::Release);
        self.file.set(output.file.clone());
        if self.active.load(Ordering::Acquire) {
            return Ok(());
        }
        // SAFETY: a filled structure, and a place for the old one that no handler reads yet.
        let status = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as libc::sighandler_t;
            libc::sigemptyset(&mut action.sa_mask);
            action.sa_flags = flags | libc::SA_ONSTACK;
            libc::sigaction(signal, &action, (*self.previous.get()).as_mut_ptr())
        };
        if status != 0 {
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            return Err(exceptions::raise_errno(errno, None, None));
        }
        self.active.store(true, Ordering::Release);
        Ok(())
    }

    /// Gives the signal back to whoever had it before; false where it was not watched. Safe in handlers.
    fn release(&self, signal: c_int) -> bool {
        if !self.active.swap(false, Ordering::AcqRel) {
            return false;
        }
        // SAFETY: filled when the signal came to be watched.
        unsafe { libc::sigaction(signal, (*self.previous.get()).as_ptr(), std::ptr::null_mut()) };
        true
    }

    fn write(&self) {
        let to = Descriptor(self.descriptor.load(Ordering::Acquire));
        write(to, self.all_threads.load(Ordering::Acquire));
    }
}

/// The signals that end a process by their nature, and what they are called.
const FATAL: [(c_int, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating point exception"),
    (libc::SIGABRT, "Aborted"),
    // The last: it is the one most likely to come while the others are being installed.
    (libc::SIGSEGV, "Segmentation fault"),
];

static FATAL_WATCHED: [Watched; FATAL.len()] = [const { Watched::NONE }; FATAL.len()];
static USER_WATCHED: [Watched; signals::COUNT] = [const { Watched::NONE }; signals::COUNT];

/// Keeps errno as it is for what a handler interrupts.
fn keeping_errno(run: impl FnOnce()) {
    // SAFETY: errno is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    run();
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

extern "C" fn on_fatal_signal(signal: c_int) {
    keeping_errno(|| {
        let found = FATAL.iter().zip(&FATAL_WATCHED).find(|((fatal, _), _)| *fatal == signal);
        let Some(((_, name), watched)) = found else { return };
        // Given back first, so that an error within is the last one.
        if !watched.release(signal) {
            return;
        }
        let to = Descriptor(watched.descriptor.load(Ordering::Acquire));
        to.write("Fatal Python error: ");
        to.write(name);
        to.write("\n\n");
        watched.write();
    });
    // SAFETY: a call that handlers may make.
    unsafe { libc::raise(signal) };
}

/// Has the signals of crashes write tracebacks.
pub fn enable(output: &Output) -> Result<()> {
    FATAL.iter().zip(&FATAL_WATCHED).try_for_each(|((signal, _), watched)| {
        watched.watch(*signal, on_fatal_signal, libc::SA_NODEFER, output)
    })
}

/// Undoes [`enable`]; whether there was something to undo.
pub fn disable() -> bool {
    FATAL.iter().zip(&FATAL_WATCHED).fold(false, |any, ((signal, _), watched)| {
        watched.file.set(None);
        watched.release(*signal) | any
    })
}

pub fn is_enabled() -> bool {
    FATAL_WATCHED.iter().any(|watched| watched.active.load(Ordering::Acquire))
}

/// Whether a signal is one of those that [`enable`] is for.
pub fn is_fatal(signal: c_int) -> bool {
    FATAL.iter().any(|(fatal, _)| *fatal == signal)
}

extern "C" fn on_user_signal(signal: c_int) {
    let watched = &USER_WATCHED[signal as usize];
    if !watched.active.load(Ordering::Acquire) {
        return;
    }
    keeping_errno(|| watched.write());
    if watched.chained.load(Ordering::Acquire) {
        keeping_errno(|| {
            // SAFETY: filled when the signal came to be watched; calls that handlers may make.
            unsafe {
                let mut own = MaybeUninit::uninit();
                libc::sigaction(signal, (*watched.previous.get()).as_ptr(), own.as_mut_ptr());
                libc::raise(signal);
                libc::sigaction(signal, own.as_ptr(), std::ptr::null_mut());
            }
        });
    }
}

/// Has a signal write tracebacks, and then, if it is `chained`, do what it did before.
pub fn register(signal: c_int, output: &Output, chained: bool) -> Result<()> {
    let watched = &USER_WATCHED[signal as usize];
    watched.chained.store(chained, Ordering::Release);
    // Without SA_NODEFER the signal that goes on to the former handler would wait for this one's end.
    let flags = if chained { libc::SA_NODEFER } else { libc::SA_RESTART };
    watched.watch(signal, on_user_signal, flags, output)
}

/// Undoes [`register`]; whether there was something to undo.
pub fn unregister(signal: c_int) -> bool {
    let watched = &USER_WATCHED[signal as usize];
    watched.file.set(None);
    watched.release(signal)
}

/// A thread that writes tracebacks when a time is over.
struct Watchdog {
    cancelled: Arc<(Mutex<bool>, Condvar)>,
    thread: JoinHandle<()>,
}

static WATCHDOG: Mutex<Option<Watchdog>> = Mutex::new(None);
/// The file that the watchdog writes to.
static WATCHDOG_FILE: Watched = Watched::NONE;

/// Writes the tracebacks of all threads after a time, once or again and again, and may end the process
/// then. Takes the place of the watch before.
pub fn watch(output: &Output, timeout: Duration, repeats: bool, exits: bool) -> Result<()> {
    cancel_watch();
    let header = header(timeout);
    let to = Descriptor(output.descriptor);
    let cancelled = Arc::new((Mutex::new(false), Condvar::new()));
    let told = cancelled.clone();
    let body = move || {
        block_signals();
        let (flag, changed) = &*told;
        let mut cancelled = flag.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let (guard, wait) = changed
                .wait_timeout_while(cancelled, timeout, |cancelled| !*cancelled)
                .unwrap_or_else(PoisonError::into_inner);
            cancelled = guard;
            if !wait.timed_out() {
                return;
            }
            to.write(&header);
            dump::write_threads(to, std::ptr::null_mut());
            if exits {
                // SAFETY: ends the process at once, as was asked for.
                unsafe { libc::_exit(1) };
            }
            if !repeats {
                return;
            }
        }
    };
    match std::thread::Builder::new().spawn(body) {
        Ok(thread) => {
            WATCHDOG_FILE.file.set(output.file.clone());
            *WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner) = Some(Watchdog { cancelled, thread });
            Ok(())
        }
        Err(_) => Err(raise!(RuntimeError, "unable to start watchdog thread")),
    }
}

/// Ends the watch that [`watch`] began, and waits for its thread.
pub fn cancel_watch() {
    let watchdog = WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Watchdog { cancelled, thread }) = watchdog {
        *cancelled.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        cancelled.1.notify_all();
        let _ = thread.join();
        WATCHDOG_FILE.file.set(None);
    }
}

/// Signals are for the other threads.
fn block_signals() {
    // SAFETY: a set that is filled before it is used; the calling thread alone is concerned.
    unsafe {
        let mut all = MaybeUninit::uninit();
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), std::ptr::null_mut());
    }
}

fn header(timeout: Duration) -> String {
    let seconds = timeout.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match timeout.subsec_micros() {
        0 => format!("Timeout ({hours}:{minutes:02}:{rest:02})!\n"),
        micros => format!("Timeout ({hours}:{minutes:02}:{rest:02}.{micros:06})!\n"),
    }
}

/// Ends the process with a message and the tracebacks of all threads (`Py_FatalError`).
pub fn fatal_error(function: &str, message: &str) -> ! {
    let to = Descriptor(2);
    to.write("Fatal Python error: ");
    if !function.is_empty() {
        to.write(function);
        to.write(": ");
    }
    to.write(message);
    to.write("\nPython runtime state: initialized\n\n");
    write(to, true);
    // The traceback is written already: abort() must not write it again.
    for ((signal, _), watched) in FATAL.iter().zip(&FATAL_WATCHED) {
        watched.release(*signal);
    }
    std::process::abort()
}
