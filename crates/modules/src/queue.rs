//! `_queue`: a queue that even a finaliser or a signal handler may put things into.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem::offset_of;
use std::time::{Duration, Instant};

use objects::prelude::*;
use vm::lock::Lock;

use crate::exception_class::ExceptionClass;
use crate::time::clock::{Rounding, nanoseconds_of};

pub use _queue::{DEFINITION, initialize};

static EMPTY: ExceptionClass = ExceptionClass::new("_queue", "Empty", &exceptions::Exception)
    .with_doc("Exception raised by Queue.get(block=0)/get_nowait().");

/// The longest wait that a lock takes, in seconds.
const LONGEST_WAIT: u64 = 9_223_372_036;

/// Who waits for an item waits for the lock. No borrow of the items lives while anything runs.
#[repr(C)]
#[derive(Trace)]
pub struct SimpleQueue {
    base: Object,
    #[trace(skip)]
    lock: Lock,
    /// Whether the lock is taken: it is while there are no items and someone has found that out.
    is_locked: Cell<bool>,
    items: RefCell<VecDeque<Ref>>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

impl SimpleQueue {
    fn add(&self, item: &Object) {
        self.items.borrow_mut().push_back(item.to_ref());
        self.wake();
    }

    /// Lets a thread that waits look for an item.
    fn wake(&self) {
        if self.is_locked.replace(false) {
            self.lock.release();
        }
    }

    /// The first item. Waits for it, at most so long; without a limit for ever.
    fn take(&self, limit: Option<Duration>) -> Result<Ref> {
        let end = limit.map(|limit| Instant::now() + limit);
        loop {
            let item = self.items.borrow_mut().pop_front();
            if let Some(item) = item {
                // There may be one more for the next that waits.
                self.wake();
                return Ok(item);
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if !self.lock.acquire(left)? {
                return match EMPTY.get() {
                    Ok(class) => Err(raise::set(&class, None)),
                    Err(raised) => Err(raised),
                };
            }
            self.is_locked.set(true);
        }
    }
}

/// How long `get` waits; nothing for as long as it takes.
fn wait_limit(block: bool, timeout: Option<&Object>) -> Result<Option<Duration>> {
    let Some(timeout) = timeout.filter(|_| block) else {
        return Ok(if block { None } else { Some(Duration::ZERO) });
    };
    let nanoseconds = nanoseconds_of(timeout, Rounding::Ceiling)?;
    let Ok(nanoseconds) = u64::try_from(nanoseconds) else {
        bail!(ValueError, "'timeout' must be a non-negative number");
    };
    let limit = Duration::from_nanos(nanoseconds);
    match limit.as_secs() > LONGEST_WAIT {
        true => Err(raise!(OverflowError, "timeout value is too large")),
        false => Ok(Some(limit)),
    }
}

/// A queue between threads: first in, first out, without a bound on its length.
///
/// put() never waits, so even a destructor or a signal handler may call it.
#[class(
    name = "SimpleQueue",
    module = "_queue",
    flags = BASETYPE,
    signature = "()",
    weaklist_offset = offset_of!(SimpleQueue, weak_references)
)]
impl SimpleQueue {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<SimpleQueue>> {
        if class.is(&SIMPLE_QUEUE) {
            objects::arguments::check_no_positional("SimpleQueue", args)?;
            objects::arguments::check_no_keywords("SimpleQueue", kwargs, true)?;
        }
        Ref::new_in(
            class,
            SimpleQueue {
                base: Object::header(),
                lock: Lock::new(),
                is_locked: Cell::new(false),
                items: RefCell::default(),
                weak_references: Cell::new(std::ptr::null_mut()),
            },
        )
    }

    /// Whether nothing is in the queue now; another thread may have changed that by the time you look.
    #[method]
    fn empty(&self) -> bool {
        self.items.borrow().is_empty()
    }

    /// Remove and return an item from the queue.
    ///
    /// If block is true, wait until there is an item: at most timeout seconds, unless timeout is None. If
    /// there is none in time, or at once if block is false, raise the Empty exception.
    #[method("(block=True, timeout=None)")]
    fn get(&self, block: bool, timeout: NoneOr<&Object>) -> Result<Ref> {
        self.take(wait_limit(block, timeout.0)?)
    }

    /// Take the oldest item out, without waiting for one to arrive.
    ///
    /// Empty is raised where there is none.
    #[method]
    fn get_nowait(&self) -> Result<Ref> {
        self.take(Some(Duration::ZERO))
    }

    /// Put the item on the queue.
    ///
    /// This never blocks: block and timeout are there for compatibility with the Queue class.
    #[method("(item, block=True, timeout=None)")]
    fn put(&self, item: &Object, _block: Option<&Object>, _timeout: Option<&Object>) {
        self.add(item);
    }

    /// Put an item into the queue without blocking.
    ///
    /// This is the same as `put(item)`, for compatibility with the Queue class.
    #[method("(item)")]
    fn put_nowait(&self, item: &Object) {
        self.add(item);
    }

    /// How many items are in the queue now; another thread may have changed that by the time you look.
    #[method]
    fn qsize(&self) -> usize {
        self.items.borrow().len()
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }
}

/// The native part of the queue module, which is the one to import.
#[module(name = "_queue", classes = [super::SIMPLE_QUEUE])]
pub mod _queue {
    use objects::module::Module;
    use objects::prelude::*;

    #[exec]
    fn add_error(module: &Module) -> Result<()> {
        module.add("Empty", super::EMPTY.get()?)
    }
}
