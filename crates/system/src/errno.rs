//! Error numbers of system calls, and calls that wait.

use std::ffi::{CStr, c_int};

use objects::prelude::*;
use objects::thread_state;

/// A system call's error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub c_int);

impl Errno {
    /// The error of the call just made on this thread.
    pub fn last() -> Errno {
        Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
    }

    /// The system's description.
    pub fn message(self) -> String {
        let mut buffer = [0; 256];
        // SAFETY: the buffer is of the size that the call is told; the text in it ends with NUL.
        let text = unsafe {
            libc::strerror_r(self.0, buffer.as_mut_ptr(), buffer.len());
            CStr::from_ptr(buffer.as_ptr())
        };
        text.to_string_lossy().into_owned()
    }

    /// The `OSError`, of the subclass that belongs to the number.
    #[cold]
    pub fn raise(self) -> Raised {
        self.raise_with(&[])
    }

    /// The same with the path that the call was about.
    #[cold]
    pub fn raise_for(self, path: &Object) -> Raised {
        self.raise_with(&[path])
    }

    /// The same with both paths of a call that has two.
    #[cold]
    pub fn raise_for_both(self, from: &Object, to: &Object) -> Raised {
        // The third place is that of Windows' own error number.
        self.raise_with(&[from, none_object(), to])
    }

    fn raise_with(self, rest: &[&Object]) -> Raised {
        let (number, message) = (Int::new(self.0.into()), Str::new(&self.message()));
        let mut arguments: Vec<&Object> = vec![&number, &message];
        arguments.extend_from_slice(rest);
        match exceptions::OSError.as_object().call(&arguments) {
            Ok(error) => raise::set_instance(error),
            Err(raised) => raised,
        }
    }
}

/// Runs something that may wait while other threads run Python code. It touches no object.
pub fn blocking<T>(call: impl FnOnce() -> T) -> T {
    thread_state::allow_threads(call)
}

/// Runs something that does not wait, but may be done again and again: other threads run meanwhile if any want to.
pub fn looking<T>(call: impl FnOnce() -> T) -> T {
    match (objects::services::get().is_gil_wanted)() {
        true => blocking(call),
        false => call(),
    }
}

/// Makes a call that waits, again whenever a signal interrupts it and its handler does not raise (PEP 475).
pub fn interruptible<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<Result<T, Errno>> {
    loop {
        match blocking(&mut call) {
            Err(Errno(libc::EINTR)) => (objects::services::get().check_signals)()?,
            result => return Ok(result),
        }
    }
}
