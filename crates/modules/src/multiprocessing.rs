//! `_multiprocessing`: locks and semaphores that processes share.

use std::cell::Cell;
use std::ffi::{CString, c_int};
use std::mem::offset_of;

use objects::prelude::*;
use system::semaphores::{Name, Semaphore, time_in};
use system::{Errno, interruptible};
use vm::thread;

pub use _multiprocessing::{DEFINITION, initialize};

/// The kind of a lock that the thread which holds it may take again.
const RECURSIVE_MUTEX: c_int = 0;
/// The kind of a semaphore, which any thread may release.
const SEMAPHORE: c_int = 1;

/// A name for the system. `ValueError` for one with NUL in it.
fn c_name(name: &str) -> Result<CString> {
    CString::new(name).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// `SemLockObject`, in size.
#[repr(C)]
pub struct SemLock {
    base: Object,
    semaphore: Semaphore,
    /// The thread that has acquired it last.
    owner: Cell<u64>,
    /// How many times this process has acquired it more often than released.
    count: Cell<c_int>,
    maximum: c_int,
    kind: c_int,
    name: Name,
}

impl SemLock {
    fn over(
        class: &Type,
        semaphore: Semaphore,
        kind: c_int,
        maximum: c_int,
        name: Option<CString>,
    ) -> Result<Ref<SemLock>> {
        Ref::new_in(
            class,
            SemLock {
                base: Object::header(),
                semaphore,
                owner: Cell::new(0),
                count: Cell::new(0),
                maximum,
                kind,
                name: Name::new(name),
            },
        )
    }

    fn is_mine(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == thread::identity()
    }

    /// Takes one from the semaphore: at once, or when it can be had.
    fn take(&self, block: bool, timeout: Option<&Object>) -> Result<bool> {
        if self.kind == RECURSIVE_MUTEX && self.is_mine() {
            self.count.set(self.count.get().wrapping_add(1));
            return Ok(true);
        }
        let until = match timeout {
            None => None,
            Some(timeout) => Some(time_in(timeout.as_f64()?).map_err(Errno::raise)?),
        };
        let taken = match interruptible(|| self.semaphore.try_wait())? {
            Err(Errno(libc::EAGAIN)) if block => interruptible(|| self.semaphore.wait(until.as_ref()))?,
            result => result,
        };
        match taken {
            Ok(()) => {
                self.count.set(self.count.get().wrapping_add(1));
                self.owner.set(thread::identity());
                Ok(true)
            }
            Err(Errno(libc::EAGAIN | libc::ETIMEDOUT)) => Ok(false),
            Err(error) => Err(error.raise()),
        }
    }

    fn give_back(&self) -> Result<()> {
        if self.kind == RECURSIVE_MUTEX {
            if !self.is_mine() {
                bail!(AssertionError, "attempt to release recursive lock not owned by thread");
            }
            if self.count.get() > 1 {
                self.count.set(self.count.get() - 1);
                return Ok(());
            }
        } else if self.semaphore.value().map_err(Errno::raise)? >= self.maximum {
            bail!(ValueError, "semaphore or lock released too many times");
        }
        self.semaphore.post().map_err(Errno::raise)?;
        self.count.set(self.count.get().wrapping_sub(1));
        Ok(())
    }
}

/// A lock or a semaphore that processes share by its name.
#[class(name = "SemLock", module = "_multiprocessing", flags = BASETYPE)]
impl SemLock {
    /// The system's handle of the semaphore, in this process.
    #[member(ULONG, readonly)]
    const handle: usize = offset_of!(SemLock, semaphore);
    /// 0 for a recursive lock, 1 for a semaphore.
    #[member(INT, readonly)]
    const kind: usize = offset_of!(SemLock, kind);
    /// The value that release() does not go beyond.
    #[member(INT, readonly)]
    const maxvalue: usize = offset_of!(SemLock, maximum);
    /// The name by which other processes find the semaphore.
    #[member(STRING, readonly)]
    const name: usize = offset_of!(SemLock, name);

    #[slot(tp_new, "(kind, value, maxvalue, name, unlink)", getargs, nameless)]
    fn make(
        class: &Type,
        kind: c_int,
        value: c_int,
        maxvalue: c_int,
        name: &str,
        unlink: c_int,
    ) -> Result<Ref<SemLock>> {
        let name = c_name(name)?;
        if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
            bail!(ValueError, "unrecognized kind");
        }
        let semaphore = Semaphore::create(&name, value as u32).map_err(Errno::raise)?;
        if unlink != 0 {
            system::semaphores::unlink(&name).map_err(Errno::raise)?;
        }
        SemLock::over(class, semaphore, kind, maxvalue, Some(name))
    }

    /// Give a lock for the semaphore that another process has told of: by its name, else by a handle of this process.
    #[classmethod("(handle, kind, maxvalue, name, /)", getargs, nameless)]
    fn _rebuild(
        class: &Type,
        handle: Masked<u64>,
        kind: c_int,
        maxvalue: c_int,
        name: NoneOr<&str>,
    ) -> Result<Ref<SemLock>> {
        let name = name.0.map(c_name).transpose()?;
        let semaphore = match &name {
            Some(name) => Semaphore::open(name),
            None => Semaphore::of_handle(handle.0).ok_or(Errno(libc::EINVAL)),
        };
        SemLock::over(class, semaphore.map_err(Errno::raise)?, kind, maxvalue, name)
    }

    /// Take the lock or one from the semaphore. With block, wait for it, at most timeout seconds if that is not None.
    ///
    /// Gives whether it was had.
    #[method("(block=1, timeout=None)", getargs, nameless)]
    fn acquire(&self, block: c_int, timeout: NoneOr<&Object>) -> Result<bool> {
        self.take(block != 0, timeout.0)
    }

    /// Give the lock back or one to the semaphore.
    #[method("()", no_text_signature)]
    fn release(&self) -> Result<()> {
        self.give_back()
    }

    /// Take it as acquire() does.
    #[method("(block=1, timeout=None)", name = "__enter__", getargs, nameless)]
    fn enter(&self, block: c_int, timeout: NoneOr<&Object>) -> Result<bool> {
        self.take(block != 0, timeout.0)
    }

    /// Give it back as release() does.
    #[method(varargs, name = "__exit__")]
    fn exit(&self, _args: &Tuple) -> Result<()> {
        self.give_back()
    }

    /// How many times this process has acquired it more often than released.
    #[method("()", no_text_signature)]
    fn _count(&self) -> c_int {
        self.count.get()
    }

    /// Whether this thread holds it.
    #[method("()", no_text_signature)]
    fn _is_mine(&self) -> bool {
        self.is_mine()
    }

    /// The semaphore's value.
    #[method("()", no_text_signature)]
    fn _get_value(&self) -> Result<c_int> {
        // Some systems count those who wait as a negative value.
        self.semaphore.value().map(|value| value.max(0)).map_err(Errno::raise)
    }

    /// Whether the semaphore's value is zero.
    #[method("()", no_text_signature)]
    fn _is_zero(&self) -> Result<bool> {
        self.semaphore.value().map(|value| value <= 0).map_err(Errno::raise)
    }

    /// In a forked child nothing is acquired yet.
    #[method("()", no_text_signature)]
    fn _after_fork(&self) {
        self.count.set(0);
    }
}

#[module(name = "_multiprocessing", classes = [super::SEM_LOCK])]
pub mod _multiprocessing {
    use objects::module::Module;
    use objects::prelude::*;
    use system::Errno;

    use super::{SEM_LOCK, c_name};

    /// Take the name of a semaphore away.
    #[function("(name, /)", getargs, nameless)]
    fn sem_unlink(name: &str) -> Result<()> {
        system::semaphores::unlink(&*c_name(name)?).map_err(Errno::raise)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let Some(attributes) = SEM_LOCK.tp_dict.get() else {
            bail!(SystemError, "a type without its dictionary")
        };
        attributes.set(intern!("SEM_VALUE_MAX"), &Int::new(i32::MAX.into()))?;
        SEM_LOCK.modified();
        let flags = Dict::new();
        for name in [intern!("HAVE_SEM_OPEN"), intern!("HAVE_SEM_TIMEDWAIT")] {
            flags.set(name, &Int::new(1))?;
        }
        module.add("flags", flags)
    }
}
