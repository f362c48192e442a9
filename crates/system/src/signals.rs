//! System calls about signals and timers. An `Err` is the error number.

use std::mem::MaybeUninit;
use std::time::Duration;

type Outcome<T> = Result<T, i32>;

fn last_error() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn check(status: libc::c_int) -> Outcome<()> {
    if status == 0 { Ok(()) } else { Err(last_error()) }
}

/// The system's description of a signal.
pub fn signal_text(signal: i32) -> Option<String> {
    // SAFETY: the text is the C library's, and copied at once.
    let text = unsafe {
        let text = libc::strsignal(signal);
        (!text.is_null()).then(|| std::ffi::CStr::from_ptr(text).to_string_lossy().into_owned())
    }?;
    (!text.starts_with("Unknown signal")).then_some(text)
}

pub fn alarm(seconds: u32) -> u32 {
    // SAFETY: a call without conditions.
    unsafe { libc::alarm(seconds) }
}

/// Waits until a signal arrives.
pub fn pause() {
    // SAFETY: a call without conditions.
    unsafe { libc::pause() };
}

pub fn raise_signal(signal: i32) -> Outcome<()> {
    // SAFETY: a call without conditions.
    check(unsafe { libc::raise(signal) })
}

pub fn set_interrupts(signal: i32, interrupts: bool) -> Outcome<()> {
    // SAFETY: both structures are filled before they are used.
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        check(libc::sigaction(signal, std::ptr::null(), &mut action))?;
        match interrupts {
            true => action.sa_flags &= !libc::SA_RESTART,
            false => action.sa_flags |= libc::SA_RESTART,
        }
        check(libc::sigaction(signal, &action, std::ptr::null_mut()))
    }
}

/// What the process does on a signal: `SIG_DFL`, `SIG_IGN` or a handler's address.
pub fn signal_disposition(signal: i32) -> Option<libc::sighandler_t> {
    // SAFETY: the structure is filled by the call.
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        (libc::sigaction(signal, std::ptr::null(), &mut action) == 0).then_some(action.sa_sigaction)
    }
}

/// Whether reading and writing a descriptor waits.
pub fn is_blocking(descriptor: i32) -> Outcome<bool> {
    // SAFETY: a call without conditions.
    match unsafe { libc::fcntl(descriptor, libc::F_GETFL) } {
        -1 => Err(last_error()),
        flags => Ok(flags & libc::O_NONBLOCK == 0),
    }
}

fn to_timeval(seconds: f64) -> libc::timeval {
    libc::timeval { tv_sec: seconds.trunc() as i64, tv_usec: (seconds.fract() * 1e6) as i64 }
}

fn from_timeval(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 * 1e-6
}

/// Sets an interval timer; the old delay and interval in seconds.
pub fn set_timer(which: i32, delay: f64, interval: f64) -> Outcome<(f64, f64)> {
    let new = libc::itimerval { it_interval: to_timeval(interval), it_value: to_timeval(delay) };
    // SAFETY: a filled structure, and one that the call fills.
    unsafe {
        let mut old = MaybeUninit::<libc::itimerval>::zeroed().assume_init();
        check(libc::setitimer(which as _, &new, &mut old))?;
        Ok((from_timeval(old.it_value), from_timeval(old.it_interval)))
    }
}

/// The delay and interval of a timer, in seconds.
pub fn get_timer(which: i32) -> Outcome<(f64, f64)> {
    // SAFETY: the structure is filled by the call.
    unsafe {
        let mut value = MaybeUninit::<libc::itimerval>::zeroed().assume_init();
        check(libc::getitimer(which as _, &mut value))?;
        Ok((from_timeval(value.it_value), from_timeval(value.it_interval)))
    }
}

fn to_signal_set(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: the set is initialised before signals are added.
    unsafe {
        let mut set = MaybeUninit::<libc::sigset_t>::zeroed().assume_init();
        libc::sigemptyset(&mut set);
        for &signal in signals {
            libc::sigaddset(&mut set, signal);
        }
        set
    }
}

fn from_signal_set(set: &libc::sigset_t) -> Vec<i32> {
    // SAFETY: an initialised set.
    (1..=64).filter(|&signal| unsafe { libc::sigismember(set, signal) } == 1).collect()
}

/// Changes the calling thread's mask; the old one.
pub fn change_signal_mask(how: i32, signals: &[i32]) -> Outcome<Vec<i32>> {
    let set = to_signal_set(signals);
    // SAFETY: a filled set, and one that the call fills.
    unsafe {
        let mut old = MaybeUninit::<libc::sigset_t>::zeroed().assume_init();
        match libc::pthread_sigmask(how, &set, &mut old) {
            0 => Ok(from_signal_set(&old)),
            errno => Err(errno),
        }
    }
}

/// The signals that wait to be delivered.
pub fn pending_signals() -> Outcome<Vec<i32>> {
    // SAFETY: the set is filled by the call.
    unsafe {
        let mut set = MaybeUninit::<libc::sigset_t>::zeroed().assume_init();
        check(libc::sigpending(&mut set))?;
        Ok(from_signal_set(&set))
    }
}

/// Waits for a signal of the set.
pub fn wait_for_signal(signals: &[i32]) -> Outcome<i32> {
    let set = to_signal_set(signals);
    let mut signal = 0;
    // SAFETY: a filled set, and a place for the answer.
    match unsafe { libc::sigwait(&set, &mut signal) } {
        0 => Ok(signal),
        errno => Err(errno),
    }
}

/// Waits for a signal of the set, at most so long: number, code, error number, sender's process and user,
/// status, band.
pub fn wait_for_signal_info(signals: &[i32], limit: Option<Duration>) -> Outcome<[i64; 7]> {
    let set = to_signal_set(signals);
    // SAFETY: filled structures, and one that the call fills; the fields are read as the kernel defines them.
    unsafe {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed().assume_init();
        let status = match limit {
            None => libc::sigwaitinfo(&set, &mut info),
            Some(limit) => {
                let limit = libc::timespec {
                    tv_sec: limit.as_secs() as i64,
                    tv_nsec: i64::from(limit.subsec_nanos()),
                };
                libc::sigtimedwait(&set, &mut info, &limit)
            }
        };
        if status == -1 {
            return Err(last_error());
        }
        Ok([
            info.si_signo.into(),
            info.si_code.into(),
            info.si_errno.into(),
            info.si_pid().into(),
            info.si_uid().into(),
            info.si_status().into(),
            0,
        ])
    }
}

/// Sends a signal to a thread of the process.
pub fn signal_thread(thread: u64, signal: i32) -> Outcome<()> {
    // SAFETY: as for `pthread_kill`: the caller names a thread that exists.
    match unsafe { libc::pthread_kill(thread as libc::pthread_t, signal) } {
        0 => Ok(()),
        errno => Err(errno),
    }
}
