//! `select`: waiting for files to be ready.

mod epoll;
mod poll;
mod timeout;

pub use select::{DEFINITION, initialize};

use crate::constants::{Constants, constants};

const CONSTANTS: Constants = constants![
    EPOLLERR,
    EPOLLET = 0x8000_0000,
    EPOLLEXCLUSIVE,
    EPOLLHUP,
    EPOLLIN,
    EPOLLMSG,
    EPOLLONESHOT,
    EPOLLOUT,
    EPOLLPRI,
    EPOLLRDBAND,
    EPOLLRDHUP,
    EPOLLRDNORM,
    EPOLLWRBAND,
    EPOLLWRNORM,
    EPOLL_CLOEXEC,
    PIPE_BUF,
    POLLERR,
    POLLHUP,
    POLLIN,
    POLLMSG = 1024,
    POLLNVAL,
    POLLOUT,
    POLLPRI,
    POLLRDBAND,
    POLLRDHUP,
    POLLRDNORM,
    POLLWRBAND,
    POLLWRNORM,
];

/// Waiting for any of several files to be ready for reading or writing.
///
/// Files are descriptors, or objects whose fileno() gives one. Windows knows
/// no others than sockets here.
#[module(name = "select", classes = [super::epoll::EPOLL])]
pub mod select {
    use std::ffi::c_int;

    use objects::module::Module;
    use objects::prelude::*;

    use super::CONSTANTS;
    use super::poll::{POLL, Poll};
    use super::timeout::Timeout;
    use crate::posix::arguments::file_number;
    use crate::posix::raised;
    use system::polling::{self, FileSet, SET_SIZE};

    /// Files to wait for, each with the object that it was given as.
    struct Files(Vec<(Ref, c_int)>);

    impl Files {
        fn of(sequence: &Object) -> Result<Files> {
            let items = sequence.list_or_tuple("arguments 1-3 must be sequences")?;
            // A list is gone through as it stands: asking a file for its number may change it.
            let item = |index| match (items.downcast::<List>(), items.downcast::<Tuple>()) {
                (Some(list), _) => list.get(index),
                (_, tuple) => tuple?.items().get(index).cloned(),
            };
            let mut files: Vec<(Ref, c_int)> = Vec::new();
            while let Some(item) = item(files.len()) {
                let number = file_number(&item)?;
                if number >= SET_SIZE {
                    bail!(ValueError, "filedescriptor out of range in select()");
                }
                if files.len() >= SET_SIZE as usize {
                    bail!(ValueError, "too many file descriptors in select()");
                }
                files.push((item, number));
            }
            Ok(Files(files))
        }

        fn numbers(&self) -> impl Iterator<Item = c_int> {
            self.0.iter().map(|&(_, number)| number)
        }

        fn set(&self) -> FileSet {
            FileSet::new(self.numbers())
        }

        fn ready(self, set: &FileSet) -> Ref<List> {
            let ready = self.0.into_iter().filter(|&(_, number)| set.contains(number));
            List::from_vec(ready.map(|(object, _)| object).collect())
        }
    }

    /// Wait until a file of three collections is ready.
    ///
    /// rlist -- the files to read from
    /// wlist -- the files to write to
    /// xlist -- the files for which something exceptional may happen, such as urgent data
    ///
    /// Each is an iterable, perhaps an empty one. A file is a descriptor, or an object
    /// such as a socket whose fileno() gives one.
    ///
    /// The timeout is a number of seconds, which may have fractions. If it is absent
    /// or None, the call waits as long as it takes.
    ///
    /// Gives three lists of what is ready of the three; all are empty if the time is over.
    #[function("(rlist, wlist, xlist, timeout=None, /)")]
    fn select(
        rlist: &Object,
        wlist: &Object,
        xlist: &Object,
        timeout: NoneOr<&Object>,
    ) -> Result<(Ref<List>, Ref<List>, Ref<List>)> {
        let mut timeout = Timeout::seconds(timeout.0, "timeout must be a float or None")?;
        if timeout.is_negative() {
            bail!(ValueError, "timeout must be non-negative");
        }
        let (read, write, exceptional) = (Files::of(rlist)?, Files::of(wlist)?, Files::of(xlist)?);
        let limit = [&read, &write, &exceptional]
            .into_iter()
            .flat_map(Files::numbers)
            .max()
            .map_or(0, |most| most + 1);
        let given = [read.set(), write.set(), exceptional.set()];
        let mut sets = given;
        let none = FileSet::new([]);
        let count = timeout.wait(|left| {
            sets = given;
            polling::select(limit, &mut sets, left)
        })?;
        if raised(count.unwrap_or(Ok(0)))? == 0 {
            sets = [none; 3];
        }
        Ok((read.ready(&sets[0]), write.ready(&sets[1]), exceptional.ready(&sets[2])))
    }

    /// Make an object that keeps a set of files to wait for, and says which are ready.
    #[function("()")]
    fn poll() -> Ref<Poll> {
        Poll::new()
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        objects::type_object::ready(&POLL)?;
        module.add("error", exceptions::OSError.to_ref())?;
        crate::constants::add(module, CONSTANTS)
    }
}
