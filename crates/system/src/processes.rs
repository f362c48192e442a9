//! Calls about processes whose arguments are more than numbers.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;

use crate::Errno;

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

/// Pointers to strings, a null pointer behind them.
pub fn pointers(strings: &[CString]) -> Vec<*mut c_char> {
    strings.iter().map(|string| string.as_ptr().cast_mut()).chain([ptr::null_mut()]).collect()
}

/// Makes a copy of the process: 0 in the child.
pub fn fork() -> Result<c_int, Errno> {
    // SAFETY: the child goes on with the one thread that holds the interpreter's lock.
    checked(unsafe { libc::fork() })
}

/// Makes a copy of the process with a terminal of its own: 0 and -1 in the child, else its number and the terminal's file.
pub fn forkpty() -> Result<(c_int, c_int), Errno> {
    let mut master = -1;
    // SAFETY: room for the file's number; the other arguments may be null. The child as above.
    let pid = unsafe { libc::forkpty(&mut master, ptr::null_mut(), ptr::null(), ptr::null()) };
    checked(pid).map(|pid| (pid, master))
}

/// Becomes another program; comes back with an error.
pub fn execv(path: &CStr, arguments: &[CString]) -> Errno {
    let arguments = pointers(arguments);
    // SAFETY: strings that end with NUL, in a table that ends with null.
    unsafe { libc::execv(path.as_ptr(), arguments.as_ptr().cast()) };
    Errno::last()
}

/// The same with an environment.
pub fn execve(path: &CStr, arguments: &[CString], environment: &[CString]) -> Errno {
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: as above.
    unsafe { libc::execve(path.as_ptr(), arguments.as_ptr().cast(), environment.as_ptr().cast()) };
    Errno::last()
}

/// The same for an open file.
pub fn fexecve(file: c_int, arguments: &[CString], environment: &[CString]) -> Errno {
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: as above.
    unsafe { libc::fexecve(file, arguments.as_ptr().cast(), environment.as_ptr().cast()) };
    Errno::last()
}

/// Ends the process, and nothing else.
pub fn exit_now(status: c_int) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

/// Runs a command in a shell; gives its wait status.
pub fn system(command: &CStr) -> c_int {
    // SAFETY: a string that ends with NUL.
    unsafe { libc::system(command.as_ptr()) }
}

/// Waits for a child: its number and status.
pub fn waitpid(pid: c_int, options: c_int) -> Result<(c_int, c_int), Errno> {
    let mut status = 0;
    // SAFETY: room for the status.
    checked(unsafe { libc::waitpid(pid, &mut status, options) }).map(|pid| (pid, status))
}

/// Waits for a child: its number, status and use of resources.
pub fn wait4(pid: c_int, options: c_int) -> Result<(c_int, c_int, libc::rusage), Errno> {
    let mut status = 0;
    // SAFETY: room for the status and the usage, of which zeros are a valid value.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        checked(libc::wait4(pid, &mut status, options, &mut usage)).map(|pid| (pid, status, usage))
    }
}

/// What `waitid` tells of a child.
pub struct ChildState {
    pub pid: c_int,
    pub uid: u32,
    pub signal: c_int,
    pub status: c_int,
    pub code: c_int,
}

/// Waits for a child's change of state; nothing where none has changed.
pub fn waitid(kind: c_int, id: c_int, options: c_int) -> Result<Option<ChildState>, Errno> {
    // SAFETY: room for the information, of which zeros are a valid value.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        checked(libc::waitid(kind as libc::idtype_t, id as libc::id_t, &mut info, options))?;
        Ok((info.si_pid() != 0).then(|| ChildState {
            pid: info.si_pid(),
            uid: info.si_uid(),
            signal: info.si_signo,
            status: info.si_status(),
            code: info.si_code,
        }))
    }
}

/// Clears `errno`: for calls in which -1 may be a value.
fn clear_errno() {
    // SAFETY: this thread's own variable.
    unsafe { *libc::__errno_location() = 0 };
}

fn value_or_errno(value: c_int) -> Result<c_int, Errno> {
    match (value, Errno::last()) {
        (-1, error) if error != Errno(0) => Err(error),
        _ => Ok(value),
    }
}

/// Changes the process' priority; gives the new one.
pub fn nice(increment: c_int) -> Result<c_int, Errno> {
    clear_errno();
    // SAFETY: plain numbers.
    value_or_errno(unsafe { libc::nice(increment) })
}

/// The priority of a process, group or user.
pub fn getpriority(which: c_int, who: c_int) -> Result<c_int, Errno> {
    clear_errno();
    // SAFETY: plain numbers.
    value_or_errno(unsafe { libc::getpriority(which as _, who as libc::id_t) })
}

/// User and system time, those of children, and the time elapsed, in seconds.
pub fn times() -> Result<[f64; 5], Errno> {
    // SAFETY: room for the times, of which zeros are a valid value.
    let (elapsed, times, per_second) = unsafe {
        let mut times: libc::tms = std::mem::zeroed();
        let elapsed = libc::times(&mut times);
        (elapsed, times, libc::sysconf(libc::_SC_CLK_TCK) as f64)
    };
    if elapsed == -1 {
        return Err(Errno::last());
    }
    let ticks = [times.tms_utime, times.tms_stime, times.tms_cutime, times.tms_cstime, elapsed];
    Ok(ticks.map(|ticks| ticks as f64 / per_second))
}

/// The system's names: its own, the machine's on the network, release, version, hardware.
pub fn uname() -> Result<[Vec<u8>; 5], Errno> {
    // SAFETY: room for the names, which end with NUL.
    unsafe {
        let mut names: libc::utsname = std::mem::zeroed();
        checked(libc::uname(&mut names))?;
        let text = |name: &[c_char]| CStr::from_ptr(name.as_ptr()).to_bytes().to_vec();
        Ok([
            text(&names.sysname),
            text(&names.nodename),
            text(&names.release),
            text(&names.version),
            text(&names.machine),
        ])
    }
}

/// The load over one, five and fifteen minutes.
pub fn load_averages() -> Option<[f64; 3]> {
    let mut loads = [0.0; 3];
    // SAFETY: room for three numbers.
    (unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } == 3).then_some(loads)
}

/// Sets an environment variable.
pub fn setenv(name: &CStr, value: &CStr) -> Result<(), Errno> {
    // SAFETY: strings that end with NUL; the interpreter's lock keeps other users of the environment away.
    checked(unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) }).map(drop)
}

/// Removes an environment variable.
pub fn unsetenv(name: &CStr) -> Result<(), Errno> {
    // SAFETY: as above.
    checked(unsafe { libc::unsetenv(name.as_ptr()) }).map(drop)
}

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// The environment's entries, `name=value`.
pub fn environment() -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    // SAFETY: the table ends with null and its strings with NUL; nobody changes it meanwhile.
    unsafe {
        let mut next = environ;
        while !next.is_null() && !(*next).is_null() {
            entries.push(CStr::from_ptr(*next).to_bytes().to_vec());
            next = next.add(1);
        }
    }
    entries
}
