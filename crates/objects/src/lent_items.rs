//! A block of items that its object lends: what an array of numbers is made of.

use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::ptr;

use crate::buffer::{BufferView, request};
use crate::prelude::*;

/// What the items are.
pub struct ItemKind {
    /// The letter by which arrays of them are asked for.
    pub code: u8,
    /// Bytes of one.
    pub size: usize,
    /// What a view's format says of them.
    pub format: &'static CStr,
}

/// Items of one kind in a block, which does not move and keeps its size while views of it are lent.
pub struct LentItems {
    start: Cell<*mut u8>,
    count: Cell<isize>,
    /// How many items there is room for.
    allocated: Cell<usize>,
    kind: &'static ItemKind,
    lent: Cell<isize>,
}

/// A structure that lends the items it has. Its class's slots are [`lend`] and [`take_back`].
pub trait Lender: Layout {
    fn items(&self) -> &LentItems;
}

impl LentItems {
    pub fn new(kind: &'static ItemKind) -> LentItems {
        LentItems {
            start: Cell::new(ptr::null_mut()),
            count: Cell::new(0),
            allocated: Cell::new(0),
            kind,
            lent: Cell::new(0),
        }
    }

    #[inline(always)]
    pub fn kind(&self) -> &'static ItemKind {
        self.kind
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.count.get() as usize
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.count.get() == 0
    }

    /// How many items there is room for.
    pub fn allocated(&self) -> usize {
        self.allocated.get()
    }

    /// Where the items are, as a number.
    pub fn address(&self) -> usize {
        self.start.get() as usize
    }

    /// Whether a view of the items is lent.
    pub fn is_lent(&self) -> bool {
        self.lent.get() > 0
    }

    /// Lends the bytes of all items to a function, which runs no Python code.
    #[inline(always)]
    pub fn with_bytes<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R {
        match self.len() {
            0 => action(&[]),
            // SAFETY: so many initialised items are at the start, and nothing runs that could move them.
            count => action(unsafe { std::slice::from_raw_parts(self.start.get(), count * self.kind.size) }),
        }
    }

    /// Lends the bytes of all items to be written to a function, which runs no Python code and does not
    /// come back to these items.
    #[inline(always)]
    pub fn with_mut<R>(&self, action: impl FnOnce(&mut [u8]) -> R) -> R {
        match self.len() {
            0 => action(&mut []),
            count => {
                // SAFETY: as above, and nobody else looks at them meanwhile.
                action(unsafe { std::slice::from_raw_parts_mut(self.start.get(), count * self.kind.size) })
            }
        }
    }

    /// Another number of items, in a block with room for at least as many: those that are new are zero. Nothing
    /// happens where the present block will do. `BufferError` while a view is lent, `MemoryError`.
    pub fn resize(&self, count: usize, room: usize) -> Result<()> {
        let old = self.len();
        if count == old {
            return Ok(());
        }
        if self.is_lent() {
            bail!(BufferError, "Existing exports of data: object cannot be re-sized");
        }
        if count > self.allocated() || count + 16 <= old || self.start.get().is_null() {
            self.reallocate(count, room.max(count))?;
        }
        let size = self.kind.size;
        if count > old {
            // SAFETY: the block has room for `count` items.
            unsafe { ptr::write_bytes(self.start.get().add(old * size), 0, (count - old) * size) };
        }
        self.count.set(count as isize);
        Ok(())
    }

    fn reallocate(&self, count: usize, room: usize) -> Result<()> {
        if count == 0 {
            // SAFETY: the block is this value's own, or null.
            unsafe { memory::raw_free(self.start.replace(ptr::null_mut()).cast()) };
            self.allocated.set(0);
            return Ok(());
        }
        let bytes = room.checked_mul(self.kind.size).filter(|&bytes| bytes <= isize::MAX as usize);
        // SAFETY: the block is this value's own, or null.
        let block = bytes.map_or(ptr::null_mut(), |bytes| unsafe {
            memory::raw_reallocate(self.start.get().cast(), bytes).cast::<u8>()
        });
        if block.is_null() {
            bail!(MemoryError);
        }
        self.start.set(block);
        self.allocated.set(room);
        Ok(())
    }
}

impl Drop for LentItems {
    fn drop(&mut self) {
        // SAFETY: the block is this value's alone.
        unsafe { memory::raw_free(self.start.get().cast()) };
    }
}

/// What a view of nothing points to.
static NOTHING: [u64; 1] = [0];

/// `bf_getbuffer` of a lender's class.
pub unsafe extern "C" fn lend<T: Lender>(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
    // SAFETY: the slot is called with an instance of T and a view that stays; a block stays while it is lent.
    let (items, view) = unsafe { (object.cast::<T>().items(), &mut *view) };
    let asked = |flag: c_int| flags & flag == flag;
    let start = items.start.get().cast();
    view.buf = if items.is_empty() { (&raw const NOTHING).cast_mut().cast() } else { start };
    view.obj = Some(object.to_ref());
    view.len = (items.len() * items.kind.size) as isize;
    view.itemsize = items.kind.size as isize;
    view.readonly = 0;
    view.ndim = 1;
    view.format =
        if asked(request::FORMAT) { items.kind.format.as_ptr().cast_mut() } else { ptr::null_mut() };
    view.shape = if asked(request::ND) { items.count.as_ptr() } else { ptr::null_mut() };
    view.strides = if asked(request::STRIDES) { &raw mut view.itemsize } else { ptr::null_mut() };
    view.suboffsets = ptr::null_mut();
    view.internal = ptr::null_mut();
    items.lent.set(items.lent.get() + 1);
    0
}

/// `bf_releasebuffer` of a lender's class.
pub unsafe extern "C" fn take_back<T: Lender>(object: &Object, _: *mut BufferView) {
    // SAFETY: the slot is called with an instance of T, for a view that was lent.
    let items = unsafe { object.cast::<T>() }.items();
    items.lent.set(items.lent.get() - 1);
}
