//! Starting a program for `subprocess`: a fork, and what the child does until the program runs.
//!
//! The child shares its memory's state with a process that may have had other threads, which hold locks that
//! nobody gives back. So everything that needs memory is made ready before the fork, and the child makes system
//! calls alone, except where the caller asks for Python code to run in it.

use std::ffi::{CStr, CString, c_char, c_int};

use crate::Errno;
use crate::processes::pointers;

/// The ends of the pipes, -1 for one that there is none of.
pub struct Pipes {
    pub parent_to_child: (c_int, c_int),
    pub child_to_parent: (c_int, c_int),
    pub errors: (c_int, c_int),
    /// Where the child tells of its failure.
    pub report: (c_int, c_int),
}

/// What is done in the child before the program runs.
pub struct Setup {
    pub pipes: Pipes,
    pub directory: Option<CString>,
    /// The files that stay open where others are closed, in ascending order.
    pub kept: Vec<c_int>,
    pub closes_files: bool,
    pub restores_signals: bool,
    pub new_session: bool,
    pub umask: Option<libc::mode_t>,
    pub groups: Option<Vec<libc::gid_t>>,
    pub group: Option<libc::gid_t>,
    pub user: Option<libc::uid_t>,
}

/// Strings in the form that the system takes.
struct Table {
    /// What the pointers are to, and never changed.
    _strings: Vec<CString>,
    pointers: Vec<*mut c_char>,
}

impl Table {
    fn new(strings: Vec<CString>) -> Table {
        let pointers = pointers(&strings);
        Table { _strings: strings, pointers }
    }

    fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr().cast()
    }
}

/// A program to start.
pub struct Program {
    /// Where it may be: the first that can be run is.
    executables: Vec<CString>,
    arguments: Table,
    environment: Option<Table>,
    setup: Setup,
}

impl Program {
    /// Without an environment the program gets this process' own.
    pub fn new(
        executables: Vec<CString>,
        arguments: Vec<CString>,
        environment: Option<Vec<CString>>,
        setup: Setup,
    ) -> Program {
        let (arguments, environment) = (Table::new(arguments), environment.map(Table::new));
        Program { executables, arguments, environment, setup }
    }

    /// Makes the child, which becomes the program; gives its number.
    pub fn start(&self) -> Result<c_int, Errno> {
        // SAFETY: the child makes nothing but system calls and ends.
        match unsafe { libc::fork() } {
            -1 => Err(Errno::last()),
            0 => self.run_in_child(None),
            child => Ok(child),
        }
    }

    /// In the child: becomes the program, or tells the parent why not and ends. `prepare` runs shortly before.
    pub fn run_in_child(&self, prepare: Option<&mut dyn FnMut() -> bool>) -> ! {
        let failure = match self.set_up() {
            Ok(()) => match prepare {
                None => self.execute(),
                Some(prepare) => match prepare() {
                    true => self.execute(),
                    false => Failure::Python,
                },
            },
            Err(error) => Failure::Early(error),
        };
        self.report(failure);
        // SAFETY: ends the process, and nothing else.
        unsafe { libc::_exit(255) }
    }

    fn set_up(&self) -> Result<(), Errno> {
        let (setup, pipes) = (&self.setup, &self.setup.pipes);
        for &file in setup.kept.iter().filter(|&&file| file != pipes.report.1) {
            set_inheritable(file, true)?;
        }
        let of_parent = [pipes.parent_to_child.1, pipes.child_to_parent.0, pipes.errors.0];
        for file in of_parent.into_iter().filter(|&file| file != -1).chain([pipes.report.0]) {
            // SAFETY: a plain number; the end is the parent's.
            checked(unsafe { libc::close(file) })?;
        }
        let input = pipes.parent_to_child.0;
        let (mut output, mut errors) = (pipes.child_to_parent.1, pipes.errors.1);
        // An end in the place of another standard stream would be lost when that takes its place.
        if output == 0 {
            output = duplicated(output)?;
        }
        while errors == 0 || errors == 1 {
            errors = duplicated(errors)?;
        }
        for (file, place) in [(input, 0), (output, 1), (errors, 2)] {
            if file == place {
                set_inheritable(file, true)?;
            } else if file != -1 {
                // SAFETY: plain numbers.
                checked(unsafe { libc::dup2(file, place) })?;
            }
        }
        // SAFETY: strings end with NUL, tables are as long as the calls are told; the rest are plain numbers.
        unsafe {
            if let Some(directory) = &setup.directory {
                checked(libc::chdir(directory.as_ptr()))?;
            }
            if let Some(mask) = setup.umask {
                libc::umask(mask);
            }
            if setup.restores_signals {
                // Those that the interpreter ignores.
                libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
            }
            if setup.new_session {
                checked(libc::setsid())?;
            }
            if let Some(groups) = &setup.groups {
                checked(libc::setgroups(groups.len(), groups.as_ptr()))?;
            }
            if let Some(group) = setup.group {
                checked(libc::setregid(group, group))?;
            }
            if let Some(user) = setup.user {
                checked(libc::setreuid(user, user))?;
            }
        }
        Ok(())
    }

    /// Tries the places of the program one after the other.
    fn execute(&self) -> Failure {
        if self.setup.closes_files {
            close_others(3, &self.setup.kept);
        }
        let mut first = None;
        let mut last = Errno(0);
        for path in &self.executables {
            // SAFETY: strings that end with NUL, in tables that end with null.
            unsafe {
                match &self.environment {
                    Some(table) => libc::execve(path.as_ptr(), self.arguments.as_ptr(), table.as_ptr()),
                    None => libc::execv(path.as_ptr(), self.arguments.as_ptr()),
                }
            };
            last = Errno::last();
            if !matches!(last.0, libc::ENOENT | libc::ENOTDIR) {
                first = first.or(Some(last));
            }
        }
        Failure::Execution(first.unwrap_or(last))
    }

    /// Tells the parent: the exception's name, the error number in hexadecimal, a text, with colons between.
    fn report(&self, failure: Failure) {
        match failure {
            Failure::Python => self.tell(b"SubprocessError:0:Exception occurred in preexec_fn."),
            Failure::Early(Errno(0)) | Failure::Execution(Errno(0)) => self.tell(b"SubprocessError:0:"),
            Failure::Early(error) => self.tell_error(error, b":noexec"),
            Failure::Execution(error) => self.tell_error(error, b":"),
        }
    }

    fn tell_error(&self, error: Errno, rest: &[u8]) {
        let mut digits = [0; 8];
        let mut start = digits.len();
        let mut left = error.0 as u32;
        while left != 0 && start > 0 {
            start -= 1;
            digits[start] = b"0123456789abcdef"[(left % 16) as usize];
            left /= 16;
        }
        self.tell(b"OSError:");
        self.tell(&digits[start..]);
        self.tell(rest);
    }

    fn tell(&self, mut text: &[u8]) {
        while !text.is_empty() {
            // SAFETY: as many bytes as the call is told.
            match unsafe { libc::write(self.setup.pipes.report.1, text.as_ptr().cast(), text.len()) } {
                count @ 1.. => text = &text[count as usize..],
                _ if Errno::last() == Errno(libc::EINTR) => {}
                _ => return,
            }
        }
    }
}

/// Why the program does not run.
enum Failure {
    /// Something before it was looked for.
    Early(Errno),
    Execution(Errno),
    /// The code that was to run before it raised.
    Python,
}

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

fn set_inheritable(file: c_int, inheritable: bool) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    unsafe {
        let flags = checked(libc::fcntl(file, libc::F_GETFD))?;
        let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
        if wanted != flags {
            checked(libc::fcntl(file, libc::F_SETFD, wanted))?;
        }
    }
    Ok(())
}

/// A second number for the file, which the program does not get.
fn duplicated(file: c_int) -> Result<c_int, Errno> {
    // SAFETY: plain numbers.
    let copy = checked(unsafe { libc::dup(file) })?;
    set_inheritable(copy, false)?;
    Ok(copy)
}

/// Closes every file from a number on, but for those kept.
fn close_others(first: c_int, kept: &[c_int]) {
    let mut start = first;
    for &file in kept.iter().filter(|&&file| file >= first) {
        if file > start && !close_range(start, file - 1) {
            return close_listed(first, kept);
        }
        start = file.saturating_add(1);
    }
    if !close_range(start, c_int::MAX) {
        close_listed(first, kept);
    }
}

/// Whether the system could close all files in the range, both ends included, at once.
fn close_range(first: c_int, last: c_int) -> bool {
    // SAFETY: plain numbers.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) == 0 }
}

/// The same by the list that the system keeps of open files, or number by number where there is none.
fn close_listed(first: c_int, kept: &[c_int]) {
    let close = |file: c_int| {
        if file >= first && kept.binary_search(&file).is_err() {
            // SAFETY: a plain number.
            unsafe { libc::close(file) };
        }
    };
    let path: &CStr = c"/proc/self/fd";
    // SAFETY: a string that ends with NUL.
    let list = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC) };
    if list == -1 {
        // SAFETY: a plain number.
        let limit = unsafe { libc::sysconf(libc::_SC_OPEN_MAX) };
        (first..limit.clamp(256, c_int::MAX.into()) as c_int).for_each(close);
        return;
    }
    let mut buffer = [0u8; 4096];
    loop {
        // SAFETY: a buffer of the size that the call is told.
        let count = unsafe { libc::syscall(libc::SYS_getdents64, list, buffer.as_mut_ptr(), buffer.len()) };
        let Ok(count @ 1..) = usize::try_from(count) else { break };
        let mut entries = &buffer[..count];
        // An entry: two numbers of eight bytes, its length in two, its kind in one, its name.
        while let Some(&[low, high]) = entries.get(16..18) {
            let length = usize::from(u16::from_le_bytes([low, high]));
            let digits = entries[19..].iter().take_while(|byte| byte.is_ascii_digit());
            let number = digits.fold(0i64, |number, digit| number * 10 + i64::from(digit - b'0'));
            let is_number = entries.get(19).is_some_and(u8::is_ascii_digit);
            if is_number && number != i64::from(list) {
                close(number as c_int);
            }
            entries = entries.get(length..).unwrap_or(&[]);
        }
    }
    // SAFETY: opened above.
    unsafe { libc::close(list) };
}
