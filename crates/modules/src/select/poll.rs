//! `poll` objects.

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_short};

use objects::arguments::Place;
use objects::prelude::*;

use super::timeout::{Timeout, for_system};
use crate::posix::arguments::File;
use crate::posix::raised;
use system::Errno;
use system::polling::{self, pollfd};

/// What to wait for on which file.
#[repr(C)]
pub struct Poll {
    base: Object,
    /// In the order in which they were registered.
    files: RefCell<Vec<pollfd>>,
    is_running: Cell<bool>,
}

/// A set of events, as `poll` takes it.
struct Events(c_short);

impl<'a> FromArgument<'a> for Events {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        let Some(value) = value.downcast::<Int>() else { bail!(TypeError, "an integer is required") };
        if value.is_negative() {
            bail!(ValueError, "value must be positive");
        }
        match value.to_u64().map(u16::try_from) {
            Some(Ok(events)) => Ok(Events(events as c_short)),
            Some(Err(_)) => Err(raise!(OverflowError, "Python int too large for C unsigned short")),
            None => Err(raise!(OverflowError, "Python int too large to convert to C unsigned long")),
        }
    }
}

const DEFAULT_EVENTS: c_short = libc::POLLIN | libc::POLLPRI | libc::POLLOUT;

impl Poll {
    pub fn new() -> Ref<Poll> {
        Ref::new(Poll { base: Object::header(), files: RefCell::default(), is_running: Cell::new(false) })
    }

    /// Changes the events of a file that is there; whether it is.
    fn change(&self, file: c_int, events: c_short) -> bool {
        let mut files = self.files.borrow_mut();
        let entry = files.iter_mut().find(|entry| entry.fd == file);
        entry.map(|entry| entry.events = events).is_some()
    }
}

#[class(name = "poll", module = "select")]
impl Poll {
    #[slot(tp_new)]
    fn refuse(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "Cannot create '{}' instances", class.short_name()))
    }

    /// Add a file to the set, or change what to wait for on it.
    ///
    ///   fd
    ///     a descriptor, or an object whose fileno() gives one
    ///   eventmask
    ///     what to wait for: constants POLL*, combined by |
    #[method("(fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)")]
    fn register(&self, fd: File, eventmask: Option<Events>) {
        let events = eventmask.map_or(DEFAULT_EVENTS, |events| events.0);
        if !self.change(fd.0, events) {
            self.files.borrow_mut().push(pollfd { fd: fd.0, events, revents: 0 });
        }
    }

    /// Change what to wait for on a file of the set. Raises OSError for one that is not in it.
    ///
    ///   fd
    ///     a descriptor, or an object whose fileno() gives one
    ///   eventmask
    ///     the new constants POLL*, combined by |
    #[method("(fd, eventmask, /)")]
    fn modify(&self, fd: File, eventmask: Events) -> Result<()> {
        match self.change(fd.0, eventmask.0) {
            true => Ok(()),
            false => Err(Errno(libc::ENOENT).raise()),
        }
    }

    /// Take a file out of the set. Raises KeyError for one that is not in it.
    #[method("(fd, /)")]
    fn unregister(&self, fd: File) -> Result<()> {
        let mut files = self.files.borrow_mut();
        match files.iter().position(|entry| entry.fd == fd.0) {
            Some(place) => {
                files.remove(place);
                Ok(())
            }
            None => {
                drop(files);
                Err(raise::set_key_error(&Int::new(fd.0.into())))
            }
        }
    }

    /// Wait until there are events or errors on files of the set.
    ///
    ///   timeout
    ///     how many milliseconds to wait at most; None or a negative number for as
    ///     long as it takes
    ///
    /// Gives a list of pairs (fd, events), which is empty if the time is over.
    #[method("(timeout=None, /)")]
    fn poll(&self, timeout: NoneOr<&Object>) -> Result<Vec<Ref>> {
        let mut timeout = Timeout::milliseconds(timeout.0, "timeout must be an integer or None")?;
        timeout.negative_is_forever()?;
        if self.is_running.replace(true) {
            bail!(RuntimeError, "concurrent poll() invocation");
        }
        // Others may register files meanwhile.
        let mut files = self.files.borrow().clone();
        let result = timeout.wait(|left| polling::poll(&mut files, for_system(left)));
        self.is_running.set(false);
        if raised(result?.unwrap_or(Ok(0)))? == 0 {
            return Ok(Vec::new());
        }
        let ready = files.iter().filter(|entry| entry.revents != 0);
        ready.map(|entry| (entry.fd, entry.revents as u16).into_object()).collect()
    }
}
