//! Processes: making them, waiting for them, signals, groups, limits of time.

use std::ffi::{CString, c_int};

use objects::prelude::*;
use objects::struct_sequence::Definition;

use system::path::converted;
use system::{Accepts, Errno, FilePath, blocking, calls, processes};

use super::arguments::Process;
use super::files::{raised, waited};
use super::stat::path_error;

pub static TIMES_RESULT: Definition = Definition::new(
    c"posix.times_result",
    c"times_result: Result from os.times().\n\nA tuple of the fields (user, system, children_user, children_system, elapsed), which are also attributes.",
    5,
    &[
        (c"user", Some(c"user time")),
        (c"system", Some(c"system time")),
        (c"children_user", Some(c"user time of children")),
        (c"children_system", Some(c"system time of children")),
        (c"elapsed", Some(c"elapsed time since an arbitrary point in the past")),
    ],
);

pub static WAITID_RESULT: Definition = Definition::new(
    c"posix.waitid_result",
    c"waitid_result: Result from waitid.\n\nA tuple of the fields (si_pid, si_uid, si_signo, si_status, si_code), which are also attributes.",
    5,
    &[(c"si_pid", None), (c"si_uid", None), (c"si_signo", None), (c"si_status", None), (c"si_code", None)],
);

pub static UNAME_RESULT: Definition = Definition::new(
    c"posix.uname_result",
    c"uname_result: Result from os.uname().\n\nA tuple of the fields (sysname, nodename, release, version, machine), which are also attributes.",
    5,
    &[
        (c"sysname", Some(c"operating system name")),
        (c"nodename", Some(c"name of machine on network (implementation-defined)")),
        (c"release", Some(c"operating system release")),
        (c"version", Some(c"operating system version")),
        (c"machine", Some(c"hardware identifier")),
    ],
);

/// Calls functions; an exception in one is reported, and the next goes on.
fn run_hooks(functions: Vec<Ref>) {
    for function in functions {
        if let Err(raised) = function.call0() {
            raised.write_unraisable(Some(&function));
        }
    }
}

/// Forks, with the functions of `register_at_fork` around it. `make` forks.
pub fn fork_with(make: impl FnOnce() -> Result<c_int, Errno>) -> Result<c_int> {
    let interpreter = vm::interpreter::Interpreter::current();
    if interpreter.is_isolated.get() {
        bail!(RuntimeError, "fork not supported for isolated subinterpreters");
    }
    if !interpreter.is_main() {
        bail!(RuntimeError, "fork not supported for subinterpreters");
    }
    let before: Vec<Ref> = interpreter.fork_hooks.borrow().before.iter().rev().cloned().collect();
    run_hooks(before);
    let result = make();
    if result == Ok(0) {
        (objects::services::get().after_fork_in_child)();
        let hooks = interpreter.fork_hooks.borrow().in_child.clone();
        run_hooks(hooks);
    } else {
        let hooks = interpreter.fork_hooks.borrow().in_parent.clone();
        run_hooks(hooks);
    }
    raised(result)
}

/// The arguments for a program, from a tuple or list.
pub fn program_arguments(arguments: &Object, wrong: &str) -> Result<Vec<CString>> {
    let is_list = arguments.downcast::<List>().is_some() || arguments.downcast::<Tuple>().is_some();
    if !is_list {
        bail!(TypeError, "{wrong} must be a tuple or list");
    }
    let items = arguments.collect_vec()?;
    if items.is_empty() {
        bail!(ValueError, "{wrong} must not be empty");
    }
    let arguments = items.iter().map(|item| converted(item)).collect::<Result<Vec<_>>>()?;
    if arguments[0].is_empty() {
        bail!(ValueError, "{wrong} first element cannot be empty");
    }
    Ok(arguments)
}

/// The environment for a program, from a mapping: `name=value`.
pub fn program_environment(environment: &Object, function: &str) -> Result<Vec<CString>> {
    if !environment.is_mapping() {
        bail!(TypeError, "{function}: environment must be a mapping object");
    }
    let keys = environment.mapping_keys()?.to_vec();
    let values = environment.mapping_values()?.to_vec();
    let mut variables = Vec::with_capacity(keys.len());
    for (key, value) in keys.iter().zip(&values) {
        let (name, value) = (converted(key)?, converted(value)?);
        if name.as_bytes().iter().skip(1).any(|&byte| byte == b'=') || name.is_empty() {
            bail!(ValueError, "illegal environment variable name");
        }
        let entry = [name.as_bytes(), b"=", value.as_bytes()].concat();
        variables.push(CString::new(entry).map_err(|_| raise!(ValueError, "embedded null byte"))?);
    }
    Ok(variables)
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Fork a child process. Return 0 to the child, and the child's process id to the parent.
    #[function("()")]
    fn fork() -> Result<c_int> {
        (objects::services::get().audit)("os.fork", &[])?;
        fork_with(processes::fork)
    }

    /// Fork a new process with a new pseudo-terminal as controlling terminal.
    ///
    /// Returns (pid, master_fd), the pid being 0 in the child.
    #[function("()")]
    fn forkpty() -> Result<(c_int, c_int)> {
        let mut master = -1;
        let pid = fork_with(|| {
            let (pid, file) = processes::forkpty()?;
            master = file;
            Ok(pid)
        })?;
        Ok((pid, master))
    }

    /// Register callables to be called when forking a new process.
    ///
    /// Those given as `before` are called in reverse order of their registration.
    #[function(
        "(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)"
    )]
    fn register_at_fork(
        before: Option<&Object>,
        after_in_child: Option<&Object>,
        after_in_parent: Option<&Object>,
    ) -> Result<()> {
        if before.is_none() && after_in_child.is_none() && after_in_parent.is_none() {
            bail!(TypeError, "At least one argument is required.");
        }
        let given =
            [("before", before), ("after_in_child", after_in_child), ("after_in_parent", after_in_parent)];
        for (name, function) in given {
            if let Some(function) = function.filter(|function| !function.is_callable()) {
                bail!(TypeError, "'{name}' must be callable, not {}", function.class().name());
            }
        }
        let mut hooks = vm::interpreter::Interpreter::current().fork_hooks.borrow_mut();
        hooks.before.extend(before.map(Object::to_ref));
        hooks.in_child.extend(after_in_child.map(Object::to_ref));
        hooks.in_parent.extend(after_in_parent.map(Object::to_ref));
        Ok(())
    }

    /// Execute an executable path with arguments, replacing current process.
    #[function("(path, argv, /)")]
    fn execv(path: &Object, argv: &Object) -> Result<()> {
        let path = FilePath::path("execv", "path", path)?;
        let arguments = program_arguments(argv, "execv() arg 2")?;
        Err(path_error(processes::execv(&path.text, &arguments), &path))
    }

    /// Execute an executable path, or an open file, with arguments and environment, replacing current process.
    #[function("(path, argv, env)")]
    fn execve(path: &Object, argv: &Object, env: &Object) -> Result<()> {
        let path = FilePath::new("execve", "path", path, Accepts::PathOrFile)?;
        let arguments = program_arguments(argv, "execve: argv")?;
        let environment = program_environment(env, "execve")?;
        let error = match path.file {
            Some(file) => processes::fexecve(file, &arguments, &environment),
            None => processes::execve(&path.text, &arguments, &environment),
        };
        Err(path_error(error, &path))
    }

    /// End the process at once: no handler runs, no buffer is flushed, no finally block is executed.
    #[function("(status)")]
    fn _exit(status: c_int) {
        processes::exit_now(status)
    }

    /// Abort the interpreter immediately.
    #[function("()")]
    fn abort() {
        std::process::abort()
    }

    /// Have the shell run a command line, wait for it and give its wait status.
    #[function("(command)")]
    fn system(command: &Object) -> Result<c_int> {
        let command = converted(command)?;
        Ok(blocking(|| processes::system(&command)))
    }

    /// Wait for completion of a child process. Returns a tuple (pid, status).
    #[function("()")]
    fn wait() -> Result<(c_int, c_int)> {
        waited(|| processes::waitpid(-1, 0))
    }

    /// Wait for completion of a given child process. Returns a tuple (pid, status).
    #[function("(pid, options, /)")]
    fn waitpid(Process(pid): Process, options: c_int) -> Result<(c_int, c_int)> {
        waited(|| processes::waitpid(pid, options))
    }

    /// Wait for completion of a child process. Returns a tuple (pid, status, rusage).
    #[function("(options)")]
    fn wait3(options: c_int) -> Result<(c_int, c_int, Ref)> {
        let (pid, status, usage) = waited(|| processes::wait4(-1, options))?;
        Ok((pid, status, crate::resource::usage_object(&usage)?))
    }

    /// Wait for completion of a specific child process. Returns a tuple (pid, status, rusage).
    #[function("(pid, options)")]
    fn wait4(Process(pid): Process, options: c_int) -> Result<(c_int, c_int, Ref)> {
        let (pid, status, usage) = waited(|| processes::wait4(pid, options))?;
        Ok((pid, status, crate::resource::usage_object(&usage)?))
    }

    /// Returns the result of waiting for a process or processes, None where there is none to report.
    ///
    ///   idtype
    ///     P_PID, P_PGID, P_ALL or P_PIDFD: what the id is of.
    ///   options
    ///     WEXITED, WSTOPPED and WCONTINUED say what to wait for, WNOHANG and WNOWAIT how.
    #[function("(idtype, id, options, /)")]
    fn waitid(idtype: c_int, id: c_int, options: c_int) -> Result<Option<Ref>> {
        let Some(state) = waited(|| processes::waitid(idtype, id, options))? else { return Ok(None) };
        let values = [state.pid, state.uid as i32, state.signal, state.status, state.code];
        WAITID_RESULT.build(values.map(|value| Int::new(value.into()).into_object()).into()).map(Some)
    }

    /// Convert a wait status to an exit code: the negative signal for a process that one has killed.
    #[function("(status)")]
    fn waitstatus_to_exitcode(status: &Object) -> Result<c_int> {
        if status.downcast::<Float>().is_some() {
            bail!(TypeError, "integer argument expected, got float");
        }
        let index = status.as_integer()?;
        let Some(Ok(status)) = index.to_i64().map(c_int::try_from) else {
            bail!(OverflowError, "Python int too large to convert to C int");
        };
        if libc::WIFEXITED(status) {
            return Ok(libc::WEXITSTATUS(status));
        }
        if libc::WIFSIGNALED(status) {
            return Ok(-libc::WTERMSIG(status));
        }
        if libc::WIFSTOPPED(status) {
            bail!(ValueError, "process stopped by delivery of signal {}", libc::WSTOPSIG(status));
        }
        Err(raise!(ValueError, "invalid wait status: {status}"))
    }

    /// Whether a process with this wait status left a core file.
    #[function("(status, /)")]
    fn WCOREDUMP(status: c_int) -> bool {
        libc::WCOREDUMP(status)
    }

    /// Return True if a particular process was continued from a job control stop.
    #[function("(status)")]
    fn WIFCONTINUED(status: c_int) -> bool {
        libc::WIFCONTINUED(status)
    }

    /// Whether the wait status is that of a process which a signal has stopped.
    #[function("(status)")]
    fn WIFSTOPPED(status: c_int) -> bool {
        libc::WIFSTOPPED(status)
    }

    /// Whether the wait status is that of a process which a signal has ended.
    #[function("(status)")]
    fn WIFSIGNALED(status: c_int) -> bool {
        libc::WIFSIGNALED(status)
    }

    /// Whether the wait status is that of a process which ended on its own.
    #[function("(status)")]
    fn WIFEXITED(status: c_int) -> bool {
        libc::WIFEXITED(status)
    }

    /// The number a process gave to exit(), where WIFEXITED(status) is true.
    #[function("(status)")]
    fn WEXITSTATUS(status: c_int) -> c_int {
        libc::WEXITSTATUS(status)
    }

    /// The number of the signal that ended a process, where WIFSIGNALED(status) is true.
    #[function("(status)")]
    fn WTERMSIG(status: c_int) -> c_int {
        libc::WTERMSIG(status)
    }

    /// The number of the signal that stopped a process, where WIFSTOPPED(status) is true.
    #[function("(status)")]
    fn WSTOPSIG(status: c_int) -> c_int {
        libc::WSTOPSIG(status)
    }

    /// Send a signal to process pid; signal 0 only tests that it can be reached.
    #[function("(pid, signal, /)")]
    fn kill(Process(pid): Process, signal: c_int) -> Result<()> {
        raised(calls::kill(pid, signal))?;
        // A signal to the own process has come already.
        (objects::services::get().check_signals)()
    }

    /// Send a signal to every process of the group pgid.
    #[function("(pgid, signal, /)")]
    fn killpg(Process(pgid): Process, signal: c_int) -> Result<()> {
        raised(calls::killpg(pgid, signal)).map(drop)?;
        (objects::services::get().check_signals)()
    }

    /// Return a file descriptor referring to the process *pid*.
    #[function("(pid, flags=0)")]
    fn pidfd_open(Process(pid): Process, flags: Option<Masked<u32>>) -> Result<i64> {
        let flags = flags.map_or(0, |flags| flags.0);
        raised(calls::numbered(libc::SYS_pidfd_open, pid.into(), flags.into()))
    }

    /// Give way to other processes by that much more (or less, if negative); the result is the niceness then.
    #[function("(increment, /)")]
    fn nice(increment: c_int) -> Result<c_int> {
        raised(processes::nice(increment))
    }

    /// Return program scheduling priority.
    #[function("(which, who)")]
    fn getpriority(which: c_int, who: c_int) -> Result<c_int> {
        raised(processes::getpriority(which, who))
    }

    /// Set program scheduling priority.
    #[function("(which, who, priority)")]
    fn setpriority(which: c_int, who: c_int, priority: c_int) -> Result<()> {
        raised(calls::setpriority(which as u32, who as u32, priority)).map(drop)
    }

    /// The number of this process.
    #[function("()")]
    fn getpid() -> c_int {
        calls::getpid()
    }

    /// Return the parent's process id.
    ///
    /// If the parent process has already exited, the id of the process that adopted this one is returned.
    #[function("()")]
    fn getppid() -> c_int {
        calls::getppid()
    }

    /// The number of the process group that this process is in.
    #[function("()")]
    fn getpgrp() -> c_int {
        calls::getpgrp()
    }

    /// The number of the group that process pid is in; 0 stands for this process.
    #[function("(pid)")]
    fn getpgid(Process(pid): Process) -> Result<c_int> {
        raised(calls::getpgid(pid))
    }

    /// Found a process group with this process as its leader.
    #[function("()")]
    fn setpgrp() -> Result<()> {
        raised(calls::setpgid(0, 0)).map(drop)
    }

    /// Move process pid to the group pgrp; 0 stands for this process, and for a group of its own.
    #[function("(pid, pgrp, /)")]
    fn setpgid(Process(pid): Process, Process(pgrp): Process) -> Result<()> {
        raised(calls::setpgid(pid, pgrp)).map(drop)
    }

    /// The number of the session that process pid is in; 0 stands for this process.
    #[function("(pid, /)")]
    fn getsid(Process(pid): Process) -> Result<c_int> {
        raised(calls::getsid(pid))
    }

    /// Found a session with this process as its leader, cut off from any terminal.
    #[function("()")]
    fn setsid() -> Result<()> {
        raised(calls::setsid()).map(drop)
    }

    /// How much processor time was used, and the time of some clock, all in seconds.
    ///
    /// The fields of the result, each a float, are those of this process and those
    /// of its children that ended and were waited for:
    ///   (user, system, children_user, children_system, elapsed)
    #[function("()")]
    fn times() -> Result<Ref> {
        let times = raised(processes::times())?;
        TIMES_RESULT.build(times.map(|time| Float::new(time).into_object()).into())
    }

    /// What the system says about itself and the machine it runs on.
    ///
    /// The fields of the result, each a str, can be had by name or by number:
    ///   (sysname, nodename, release, version, machine)
    #[function("()")]
    fn uname() -> Result<Ref> {
        let names = raised(processes::uname())?;
        let names = names.iter().map(|name| Ok(system::path::decode(name)?.into_object()));
        UNAME_RESULT.build(names.collect::<Result<Vec<_>>>()?)
    }

    /// Return the number of CPUs in the system; return None if indeterminable.
    #[function("()")]
    fn cpu_count() -> Option<i64> {
        Some(super::super::configuration::sysconf_value(libc::_SC_NPROCESSORS_ONLN))
            .filter(|&count| count > 0)
    }

    /// Return average recent system load information: over the last 1, 5, and 15 minutes.
    #[function("()")]
    fn getloadavg() -> Result<(f64, f64, f64)> {
        match processes::load_averages() {
            Some([one, five, fifteen]) => Ok((one, five, fifteen)),
            None => Err(raise!(OSError, "Load averages are unobtainable")),
        }
    }

    /// The system's words for an errno value.
    #[function("(code, /)")]
    fn strerror(code: c_int) -> String {
        Errno(code).message()
    }

    /// Give an environment variable a value, for this process and those it will start.
    #[function("(name, value, /)")]
    fn putenv(name: &Object, value: &Object) -> Result<()> {
        let (name, value) = (converted(name)?, converted(value)?);
        if name.as_bytes().contains(&b'=') {
            bail!(ValueError, "illegal environment variable name");
        }
        raised(processes::setenv(&name, &value))
    }

    /// Delete an environment variable.
    #[function("(name, /)")]
    fn unsetenv(name: &Object) -> Result<()> {
        raised(processes::unsetenv(&converted(name)?))
    }
}

/// The environment as `posix.environ` has it: a dictionary of bytes.
pub fn environment() -> Result<Ref<Dict>> {
    let variables = Dict::new();
    for variable in processes::environment() {
        // A name may begin with `=`, as in no shell's.
        let Some(place) = variable.iter().skip(1).position(|&byte| byte == b'=').map(|place| place + 1)
        else {
            continue;
        };
        let (name, value) = (Bytes::try_new(&variable[..place])?, Bytes::try_new(&variable[place + 1..])?);
        variables.set_default(&name, &value)?;
    }
    Ok(variables)
}
