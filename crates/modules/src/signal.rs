//! `_signal`: what to do when signals arrive.

pub use _signal::initialize;

/// This module provides mechanisms to use signal handlers in Python.
#[module(name = "_signal")]
pub mod _signal {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::struct_sequence::Definition;
    use objects::thread_state::allow_threads;
    use vm::{signals, thread};

    use system;

    const CONSTANTS: &[(&str, i64)] = &[
        ("NSIG", signals::COUNT as i64),
        ("SIG_BLOCK", libc::SIG_BLOCK as i64),
        ("SIG_UNBLOCK", libc::SIG_UNBLOCK as i64),
        ("SIG_SETMASK", libc::SIG_SETMASK as i64),
        ("SIGHUP", libc::SIGHUP as i64),
        ("SIGINT", libc::SIGINT as i64),
        ("SIGQUIT", libc::SIGQUIT as i64),
        ("SIGILL", libc::SIGILL as i64),
        ("SIGTRAP", libc::SIGTRAP as i64),
        ("SIGIOT", libc::SIGABRT as i64),
        ("SIGABRT", libc::SIGABRT as i64),
        ("SIGFPE", libc::SIGFPE as i64),
        ("SIGKILL", libc::SIGKILL as i64),
        ("SIGBUS", libc::SIGBUS as i64),
        ("SIGSEGV", libc::SIGSEGV as i64),
        ("SIGSYS", libc::SIGSYS as i64),
        ("SIGPIPE", libc::SIGPIPE as i64),
        ("SIGALRM", libc::SIGALRM as i64),
        ("SIGTERM", libc::SIGTERM as i64),
        ("SIGUSR1", libc::SIGUSR1 as i64),
        ("SIGUSR2", libc::SIGUSR2 as i64),
        ("SIGCLD", libc::SIGCHLD as i64),
        ("SIGCHLD", libc::SIGCHLD as i64),
        ("SIGPWR", libc::SIGPWR as i64),
        ("SIGIO", libc::SIGIO as i64),
        ("SIGURG", libc::SIGURG as i64),
        ("SIGWINCH", libc::SIGWINCH as i64),
        ("SIGPOLL", libc::SIGIO as i64),
        ("SIGSTOP", libc::SIGSTOP as i64),
        ("SIGTSTP", libc::SIGTSTP as i64),
        ("SIGCONT", libc::SIGCONT as i64),
        ("SIGTTIN", libc::SIGTTIN as i64),
        ("SIGTTOU", libc::SIGTTOU as i64),
        ("SIGVTALRM", libc::SIGVTALRM as i64),
        ("SIGPROF", libc::SIGPROF as i64),
        ("SIGXCPU", libc::SIGXCPU as i64),
        ("SIGXFSZ", libc::SIGXFSZ as i64),
        ("SIGRTMIN", 34),
        ("SIGRTMAX", 64),
        ("ITIMER_REAL", libc::ITIMER_REAL as i64),
        ("ITIMER_VIRTUAL", libc::ITIMER_VIRTUAL as i64),
        ("ITIMER_PROF", libc::ITIMER_PROF as i64),
        ("SIG_DFL", libc::SIG_DFL as i64),
        ("SIG_IGN", libc::SIG_IGN as i64),
    ];

    fn check_signal(number: i32) -> Result<()> {
        match (1..signals::COUNT as i32).contains(&number) {
            true => Ok(()),
            false => Err(raise!(ValueError, "signal number out of range")),
        }
    }

    fn default_handler() -> Ref {
        Int::new(libc::SIG_DFL as i64).into_object()
    }

    fn ignore_handler() -> Ref {
        Int::new(libc::SIG_IGN as i64).into_object()
    }

    /// Set what happens when a signal arrives: SIG_DFL, SIG_IGN, or a callable that gets the signal's number and
    /// the interrupted frame. Gives what was there before.
    #[function("(signalnum, handler, /)")]
    fn signal(signalnum: i32, handler: &Object) -> Result<Option<Ref>> {
        if !thread::handles_signals() {
            bail!(ValueError, "signal only works in main thread of the main interpreter");
        }
        check_signal(signalnum)?;
        let action = if handler.equals(&default_handler())? {
            libc::SIG_DFL
        } else if handler.equals(&ignore_handler())? {
            libc::SIG_IGN
        } else if handler.is_callable() {
            signals::c_handler()
        } else {
            bail!(TypeError, "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object");
        };
        // Signals that have arrived belong to the old handler.
        signals::handle()?;
        signals::install(signalnum, action)?;
        Ok(signals::set_handler(signalnum as usize, handler.to_ref()))
    }

    /// Give what happens when a signal arrives: SIG_DFL, SIG_IGN, a callable, or None for what Python did not set.
    #[function("(signalnum, /)")]
    fn getsignal(signalnum: i32) -> Result<Option<Ref>> {
        check_signal(signalnum)?;
        Ok(signals::handler(signalnum as usize))
    }

    /// Give the system's description of a signal, None for one that it does not know.
    #[function("(signalnum, /)")]
    fn strsignal(signalnum: i32) -> Result<Option<String>> {
        check_signal(signalnum)?;
        Ok(system::signal_text(signalnum))
    }

    /// The handler of SIGINT that raises KeyboardInterrupt.
    #[function("(signalnum, frame, /)", takes_tuple)]
    fn default_int_handler(_signalnum: &Object, _frame: &Object) -> Result<()> {
        Err(raise!(KeyboardInterrupt))
    }

    /// Arrange for SIGALRM to arrive after so many seconds.
    #[function("(seconds, /)")]
    fn alarm(seconds: i32) -> u32 {
        system::alarm(seconds as u32)
    }

    /// Sleep until a signal comes whose handler returns.
    #[function("()")]
    fn pause() -> Result<()> {
        allow_threads(system::pause);
        signals::handle()
    }

    /// Have the process receive a signal, just as if it had come from outside.
    #[function("(signalnum, /)")]
    fn raise_signal(signalnum: i32) -> Result<()> {
        allow_threads(|| system::raise_signal(signalnum))
            .map_err(|errno| exceptions::raise_errno(errno, None, None))?;
        signals::handle()
    }

    /// Let system calls that a signal interrupts be restarted, or not.
    #[function("(signalnum, flag, /)")]
    fn siginterrupt(signalnum: i32, flag: i32) -> Result<()> {
        check_signal(signalnum)?;
        system::set_interrupts(signalnum, flag != 0)
            .map_err(|errno| exceptions::raise_errno(errno, None, None))
    }

    /// Set the descriptor that a byte is written to when a signal arrives; gives the one before, -1 for none.
    #[function("(fd, /, *, warn_on_full_buffer=True)", no_text_signature)]
    fn set_wakeup_fd(fd: i32, warn_on_full_buffer: Option<bool>) -> Result<i32> {
        if !thread::handles_signals() {
            bail!(ValueError, "set_wakeup_fd only works in main thread of the main interpreter");
        }
        if fd != -1 {
            let is_blocking =
                system::is_blocking(fd).map_err(|errno| exceptions::raise_errno(errno, None, None))?;
            if is_blocking {
                bail!(ValueError, "the fd {fd} must be in non-blocking mode");
            }
        }
        Ok(signals::set_wakeup(fd, warn_on_full_buffer.unwrap_or(true)))
    }

    /// The exception of timers.
    fn timer_result(result: core::result::Result<(f64, f64), i32>, module: &Module) -> Result<Ref<Tuple>> {
        match result {
            Ok((delay, interval)) => {
                Tuple::new([Float::new(delay).into_object(), Float::new(interval).into_object()])
            }
            Err(errno) => {
                let error = module.get("ItimerError").unwrap_or_else(none);
                let arguments = [
                    Int::new(errno.into()).into_object(),
                    Str::new(&exceptions::error_text(errno)).into_object(),
                ];
                Err(raise::set(&error, Some(Tuple::new(arguments)?.into_object())))
            }
        }
    }

    /// Set an interval timer; gives the old delay and interval, in seconds.
    #[function("(which, seconds, interval=0.0, /)")]
    fn setitimer(module: &Module, which: i32, seconds: f64, interval: Option<f64>) -> Result<Ref<Tuple>> {
        timer_result(system::set_timer(which, seconds, interval.unwrap_or(0.0)), module)
    }

    /// Give the delay and interval of a timer, in seconds.
    #[function("(which, /)")]
    fn getitimer(module: &Module, which: i32) -> Result<Ref<Tuple>> {
        timer_result(system::get_timer(which), module)
    }

    fn signal_set(mask: &Object) -> Result<Vec<i32>> {
        let mut numbers = Vec::new();
        mask.for_each(|item| {
            // A number that no machine word holds is shown as -1.
            let number = item.index()?.to_i64().unwrap_or(-1);
            if !(1..signals::COUNT as i64).contains(&number) {
                bail!(ValueError, "signal number {number} out of range");
            }
            numbers.push(number as i32);
            Ok(())
        })?;
        Ok(numbers)
    }

    fn to_set(numbers: Vec<i32>) -> Result<Ref> {
        let set = objects::set::Set::new();
        for number in numbers {
            set.add(&Int::new(number.into()))?;
        }
        Ok(set.into_object())
    }

    fn failed(errno: i32) -> Raised {
        exceptions::raise_errno(errno, None, None)
    }

    /// Fetch and perhaps change the signal mask of the calling thread; gives the old one.
    #[function("(how, mask, /)")]
    fn pthread_sigmask(how: i32, mask: &Object) -> Result<Ref> {
        let old = system::change_signal_mask(how, &signal_set(mask)?).map_err(failed)?;
        // What was unblocked may have arrived.
        signals::handle()?;
        to_set(old)
    }

    /// Give the set of signals that wait to be delivered to the calling thread.
    #[function("()")]
    fn sigpending() -> Result<Ref> {
        to_set(system::pending_signals().map_err(failed)?)
    }

    /// Wait for a signal of the set; gives its number.
    #[function("(sigset, /)")]
    fn sigwait(sigset: &Object) -> Result<i32> {
        let numbers = signal_set(sigset)?;
        allow_threads(|| system::wait_for_signal(&numbers)).map_err(failed)
    }

    /// Direct a signal at one thread of this process; number 0 only checks that it exists.
    #[function("(thread_id, signalnum, /)")]
    fn pthread_kill(thread_id: u64, signalnum: i32) -> Result<()> {
        (objects::services::get().audit)(
            "signal.pthread_kill",
            &[&Int::from_u64(thread_id), &Int::new(signalnum.into())],
        )?;
        system::signal_thread(thread_id, signalnum).map_err(failed)?;
        signals::handle()
    }

    /// Give the set of valid signals on this system.
    #[function("()")]
    fn valid_signals() -> Result<Ref> {
        // The C library keeps 32 and 33 for itself.
        to_set((1..signals::COUNT as i32).filter(|number| !matches!(number, 32 | 33)).collect())
    }

    static SIGINFO: Definition = Definition::new(
        c"signal.struct_siginfo",
        c"struct_siginfo: Result from sigwaitinfo or sigtimedwait.",
        7,
        &[
            (c"si_signo", Some(c"signal number")),
            (c"si_code", Some(c"signal code")),
            (c"si_errno", Some(c"errno value that came with the signal")),
            (c"si_pid", Some(c"sending process ID")),
            (c"si_uid", Some(c"real user ID under which the sender ran")),
            (c"si_status", Some(c"exit value or signal")),
            (c"si_band", Some(c"band event for SIGPOLL")),
        ],
    );

    fn signal_info(fields: [i64; 7]) -> Result<Ref> {
        SIGINFO.build(fields.iter().map(|&field| Int::new(field).into_object()).collect())
    }

    /// Wait for a signal of the set; gives what the system tells of it.
    #[function("(sigset, /)")]
    fn sigwaitinfo(sigset: &Object) -> Result<Ref> {
        let numbers = signal_set(sigset)?;
        loop {
            match allow_threads(|| system::wait_for_signal_info(&numbers, None)) {
                Ok(fields) => return signal_info(fields),
                Err(libc::EINTR) => signals::handle()?,
                Err(errno) => return Err(failed(errno)),
            }
        }
    }

    /// Wait for a signal of the set, at most so many seconds; gives what the system tells of it, or None.
    #[function("(sigset, timeout, /)")]
    fn sigtimedwait(sigset: &Object, timeout: f64) -> Result<Ref> {
        let numbers = signal_set(sigset)?;
        if timeout < 0.0 {
            bail!(ValueError, "timeout must be non-negative");
        }
        let end = std::time::Instant::now() + std::time::Duration::from_secs_f64(timeout.min(1e9));
        loop {
            let left = end.saturating_duration_since(std::time::Instant::now());
            match allow_threads(|| system::wait_for_signal_info(&numbers, Some(left))) {
                Ok(fields) => return signal_info(fields),
                Err(libc::EAGAIN) => return Ok(none()),
                Err(libc::EINTR) => signals::handle()?,
                Err(errno) => return Err(failed(errno)),
            }
        }
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for &(name, value) in CONSTANTS {
            module.add(name, value)?;
        }
        module.add("struct_siginfo", SIGINFO.ready()?.to_ref())?;
        let error = TYPE.as_object().call(&[
            &Str::new("itimer_error"),
            &*Tuple::new([exceptions::OSError.to_ref().into_object()])?,
            &Dict::new(),
        ])?;
        error.set_attr(intern!("__module__"), &Str::new("signal"))?;
        module.add("ItimerError", error)?;
        let default_int = module.get("default_int_handler").unwrap_or_else(none);
        for signal in 1..signals::COUNT {
            if signals::handler(signal).is_some() {
                continue;
            }
            let handler = match system::signal_disposition(signal as i32) {
                Some(libc::SIG_DFL) => default_handler(),
                Some(libc::SIG_IGN) => ignore_handler(),
                _ => none(),
            };
            signals::set_handler(signal, handler);
        }
        // Ctrl-C, unless whoever started the process wants it ignored.
        let is_default = signals::handler(libc::SIGINT as usize)
            .is_some_and(|handler| handler.equals(&default_handler()).unwrap_or(false));
        if is_default && thread::handles_signals() {
            signals::set_handler(libc::SIGINT as usize, default_int);
            signals::install(libc::SIGINT, signals::c_handler())?;
        }
        Ok(())
    }
}
