//! `epoll` objects.

use std::cell::Cell;
use std::ffi::c_int;

use objects::prelude::*;

use super::timeout::{Timeout, for_system};
use crate::posix::arguments::File;
use crate::posix::raised;
use system::polling::{self, SET_SIZE};
use system::{Errno, blocking, calls};

/// A set of files that the system keeps.
#[repr(C)]
pub struct Epoll {
    base: Object,
    /// -1 when it is closed.
    file: Cell<c_int>,
}

const DEFAULT_EVENTS: u32 = (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32;

impl Epoll {
    /// Over an open file, or a new one for -1.
    fn over(class: &Type, file: c_int) -> Result<Ref<Epoll>> {
        let file = if file == -1 { raised(blocking(polling::epoll_create))? } else { file };
        Ref::new_in(class, Epoll { base: Object::header(), file: Cell::new(file) })
    }

    fn number(&self) -> Result<c_int> {
        match self.file.get() {
            number if number < 0 => Err(raise!(ValueError, "I/O operation on closed epoll object")),
            number => Ok(number),
        }
    }

    fn close_file(&self) -> core::result::Result<(), Errno> {
        match self.file.replace(-1) {
            number if number < 0 => Ok(()),
            number => blocking(|| calls::close(number)).map(drop),
        }
    }

    fn control(&self, operation: c_int, file: c_int, events: u32) -> Result<()> {
        let number = self.number()?;
        raised(blocking(|| polling::epoll_control(number, operation, file, events)))
    }
}

impl Drop for Epoll {
    fn drop(&mut self) {
        // Nobody is left to tell of an error.
        let _ = self.close_file();
    }
}

/// select.epoll(sizehint=-1, flags=0)
///
/// A set of files to wait for, which the system keeps: it takes the same time
/// for many as for few.
///
/// sizehint is a positive number, or -1 for none. It says for how many files to
/// prepare, and is no limit.
#[class(name = "epoll", module = "select", generic_getattro)]
impl Epoll {
    #[slot(tp_new, "(sizehint=-1, flags=0)")]
    fn create(class: &Type, sizehint: i32, flags: i32) -> Result<Ref<Epoll>> {
        if sizehint != -1 && sizehint <= 0 {
            bail!(ValueError, "negative sizehint");
        }
        if flags != 0 && flags != libc::EPOLL_CLOEXEC {
            bail!(OSError, "invalid flags");
        }
        Epoll::over(class, -1)
    }

    /// Make an object for a set that the system keeps already, by its descriptor.
    #[classmethod("(fd, /)")]
    fn fromfd(class: &Type, fd: i32) -> Result<Ref<Epoll>> {
        Epoll::over(class, fd)
    }

    /// Give the set back to the system. Other methods raise ValueError afterwards.
    #[method]
    fn close(&self) -> Result<()> {
        raised(self.close_file())
    }

    /// Whether close() was called.
    #[getter]
    fn closed(&self) -> bool {
        self.file.get() < 0
    }

    /// The descriptor of the set itself.
    #[method]
    fn fileno(&self) -> Result<c_int> {
        self.number()
    }

    /// Add a file to the set. Raises OSError for one that is in it already.
    ///
    ///   fd
    ///     a descriptor, or an object whose fileno() gives one, of a kind that poll() takes
    ///   eventmask
    ///     what to wait for: constants EPOLL*, combined by |
    #[method("(fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)")]
    fn register(&self, fd: File, eventmask: Option<Masked<u32>>) -> Result<()> {
        let events = eventmask.map_or(DEFAULT_EVENTS, |events| events.0);
        self.control(libc::EPOLL_CTL_ADD, fd.0, events)
    }

    /// Change what to wait for on a file of the set.
    ///
    ///   fd
    ///     a descriptor, or an object whose fileno() gives one
    ///   eventmask
    ///     the new constants EPOLL*, combined by |
    #[method("(fd, eventmask)")]
    fn modify(&self, fd: File, eventmask: Masked<u32>) -> Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd.0, eventmask.0)
    }

    /// Take a file out of the set.
    ///
    ///   fd
    ///     a descriptor, or an object whose fileno() gives one
    #[method("(fd)")]
    fn unregister(&self, fd: File) -> Result<()> {
        self.control(libc::EPOLL_CTL_DEL, fd.0, 0)
    }

    /// Wait until there are events on files of the set.
    ///
    ///   timeout
    ///     how many seconds to wait at most, as a float; None or -1 for as long as
    ///     it takes
    ///   maxevents
    ///     how many events to give at most, -1 for any number
    ///
    /// Gives a list of pairs (fd, events), which is empty if the time is over.
    #[method("(timeout=None, maxevents=-1)")]
    fn poll(&self, timeout: NoneOr<&Object>, maxevents: i32) -> Result<Vec<Ref>> {
        let number = self.number()?;
        let mut timeout = Timeout::seconds(timeout.0, "timeout must be an integer or None")?;
        timeout.negative_is_forever()?;
        let most = match maxevents {
            -1 => SET_SIZE - 1,
            most if most < 1 => bail!(ValueError, "maxevents must be greater than 0, got {most}"),
            most => most,
        };
        memory::expect_room(most as usize * size_of::<libc::epoll_event>())?;
        let result = timeout.wait(|left| polling::epoll_wait(number, most as usize, for_system(left)))?;
        let events = raised(result.unwrap_or(Ok(Vec::new())))?;
        events.iter().map(|event| (event.u64 as c_int, event.events).into_object()).collect()
    }

    #[method(name = "__enter__")]
    fn enter(&self) -> Result<Ref> {
        self.number()?;
        Ok(self.as_object().to_ref())
    }

    #[method("(exc_type=None, exc_value=None, exc_tb=None, /)", name = "__exit__")]
    fn exit(&self, _: Option<&Object>, _: Option<&Object>, _: Option<&Object>) -> Result<Ref> {
        self.as_object().call_method(intern!("close"), &[])
    }
}
