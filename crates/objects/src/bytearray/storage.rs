//! How a bytearray lies in memory: a block with room at both ends.

use std::cell::Cell;
use std::ffi::{c_char, c_int};
use std::ptr;

use crate::buffer::BufferView;
use crate::prelude::*;

/// `PyByteArrayObject`: `ob_size` bytes and a NUL at `start`, inside the block at `bytes`.
#[repr(C)]
pub struct ByteArray {
    pub(super) base: VarObject,
    /// The size of the block.
    alloc: Cell<isize>,
    /// The block; null for one that was never filled.
    bytes: Cell<*mut c_char>,
    start: Cell<*mut c_char>,
    /// How many views of the memory are lent: while there are any, it stays where it is.
    exports: Cell<isize>,
}

impl ByteArray {
    pub(super) fn empty_value() -> ByteArray {
        ByteArray {
            base: VarObject::header(0),
            alloc: Cell::new(0),
            bytes: Cell::new(ptr::null_mut()),
            start: Cell::new(ptr::null_mut()),
            exports: Cell::new(0),
        }
    }

    /// A bytearray with a copy of the content. Raises `MemoryError`.
    pub fn new(content: &[u8]) -> Result<Ref<ByteArray>> {
        let array = Ref::new(ByteArray::empty_value());
        array.resize(content.len())?;
        array.with_mut(|bytes| bytes.copy_from_slice(content));
        Ok(array)
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.size() as usize
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// The size of the block.
    pub fn allocated(&self) -> usize {
        self.alloc.get() as usize
    }

    /// Whether a view of the memory is lent.
    pub fn is_exported(&self) -> bool {
        self.exports.get() > 0
    }

    /// Lends the content to a function, which runs no Python code.
    #[inline]
    pub fn with_bytes<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: so many bytes are at the start, and nothing runs that could move them.
        action(unsafe { slice(self.start.get(), self.len()) })
    }

    /// Lends the content to be written to a function, which runs no Python code.
    #[inline]
    pub fn with_mut<R>(&self, action: impl FnOnce(&mut [u8]) -> R) -> R {
        let (start, length) = (self.start.get(), self.len());
        match length {
            0 => action(&mut []),
            // SAFETY: as above, and nobody else looks at them meanwhile.
            _ => action(unsafe { std::slice::from_raw_parts_mut(start.cast(), length) }),
        }
    }

    /// A copy of the content.
    pub fn to_vec(&self) -> Vec<u8> {
        self.with_bytes(<[u8]>::to_vec)
    }

    /// `BufferError` while a view of the memory is lent.
    pub fn check_resizable(&self) -> Result<()> {
        match self.is_exported() {
            true => Err(raise!(BufferError, "Existing exports of data: object cannot be re-sized")),
            false => Ok(()),
        }
    }

    /// Another length; what is new is undefined bytes. `BufferError` while a view of the memory is lent, `MemoryError`.
    pub fn resize(&self, length: usize) -> Result<()> {
        if length == self.len() && !self.bytes.get().is_null() {
            return Ok(());
        }
        self.check_resizable()?;
        let needed = length.checked_add(1).filter(|&needed| needed <= isize::MAX as usize);
        let Some(needed) = needed else { bail!(MemoryError) };
        let offset = self.start.get() as usize - self.bytes.get() as usize;
        let allocated = self.allocated();
        if offset + needed <= allocated && needed > allocated / 2 {
            return self.set_length(length);
        }
        let room = match needed {
            _ if needed <= allocated / 2 => needed,
            _ if needed <= allocated + allocated / 8 => {
                needed + (needed >> 3) + if needed < 9 { 3 } else { 6 }
            }
            _ => needed,
        };
        self.move_to(room, length)
    }

    fn set_length(&self, length: usize) -> Result<()> {
        self.set_size(length as isize);
        // SAFETY: the block has room for the length and a NUL behind the start.
        unsafe { self.start.get().add(length).write(0) };
        Ok(())
    }

    /// Moves the content, as much as goes in, to a block of another size.
    fn move_to(&self, room: usize, length: usize) -> Result<()> {
        let kept = length.min(self.len());
        // SAFETY: the old block is this object's; `kept` bytes are at the start, within it.
        unsafe {
            let block = match ptr::eq(self.start.get(), self.bytes.get()) {
                true => memory::raw_reallocate(self.bytes.get().cast(), room).cast::<c_char>(),
                false => {
                    let block = memory::raw_allocate(room).cast::<c_char>();
                    if !block.is_null() {
                        ptr::copy_nonoverlapping(self.start.get(), block, kept);
                        memory::raw_free(self.bytes.get().cast());
                    }
                    block
                }
            };
            if block.is_null() {
                bail!(MemoryError);
            }
            self.bytes.set(block);
            self.start.set(block);
        }
        self.alloc.set(room as isize);
        self.set_length(length)
    }

    /// Puts bytes in the place of those from `start` to `end`, which are in range. `BufferError` while a view
    /// of the memory is lent and the length would change, `MemoryError`.
    pub fn splice(&self, start: usize, end: usize, bytes: &[u8]) -> Result<()> {
        let (old, removed) = (self.len(), end - start);
        if bytes.len() < removed {
            self.check_resizable()?;
            let less = removed - bytes.len();
            if start == 0 {
                // What goes from the front leaves room there.
                // SAFETY: the new start is within the content.
                self.start.set(unsafe { self.start.get().add(less) });
                self.set_size((old - less) as isize);
                self.with_mut(|content| content[..bytes.len()].copy_from_slice(bytes));
                return self.resize(old - less);
            }
            self.with_mut(|content| content.copy_within(end.., start + bytes.len()));
            self.resize(old - less)?;
        } else if bytes.len() > removed {
            let more = bytes.len() - removed;
            let Some(length) = old.checked_add(more) else { bail!(MemoryError) };
            self.resize(length)?;
            self.with_mut(|content| content.copy_within(end..old, end + more));
        }
        self.with_mut(|content| content[start..start + bytes.len()].copy_from_slice(bytes));
        Ok(())
    }

    /// Adds bytes at the end.
    pub fn extend(&self, bytes: &[u8]) -> Result<()> {
        let length = self.len();
        self.splice(length, length, bytes)
    }

    /// `bf_getbuffer`.
    pub(super) unsafe extern "C" fn lend(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
        // SAFETY: called with an instance and a view that stays; the block does not move while it is lent.
        unsafe {
            let array = object.cast::<ByteArray>();
            if array.start.get().is_null() && array.resize(0).is_err() {
                return -1;
            }
            let filled = (*view).fill(object, array.start.get().cast(), array.size(), false, flags);
            if filled.is_ok() {
                array.exports.set(array.exports.get() + 1);
            }
            raise::status(filled)
        }
    }

    /// `bf_releasebuffer`.
    pub(super) unsafe extern "C" fn take_back(object: &Object, _: *mut BufferView) {
        // SAFETY: called with an instance, for a view that was lent.
        let array = unsafe { object.cast::<ByteArray>() };
        array.exports.set(array.exports.get() - 1);
    }
}

/// # Safety
/// So many bytes are there.
unsafe fn slice<'a>(start: *const c_char, length: usize) -> &'a [u8] {
    match length {
        0 => &[],
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts(start.cast(), length) },
    }
}

impl Drop for ByteArray {
    fn drop(&mut self) {
        // SAFETY: the block is this object's alone.
        unsafe { memory::raw_free(self.bytes.get().cast()) };
    }
}
