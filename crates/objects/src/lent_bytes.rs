//! Bytes in a vector that views of an object's memory are lent of.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_int;
use std::ops::Range;
use std::ptr;
use std::rc::Rc;

use crate::buffer::BufferView;
use crate::prelude::*;

struct Block {
    bytes: UnsafeCell<Vec<u8>>,
    lent: Cell<isize>,
}

/// Bytes that stay where they are, and as many as they are, while views of them are lent. A view keeps them alive.
pub struct LentBytes(Rc<Block>);

/// A structure that lends bytes. Its class's slots are [`lend`] and [`take_back`].
pub trait BytesLender: Layout {
    /// The bytes to lend now; raises where there are none.
    fn bytes_to_lend(&self) -> Result<LentBytes>;
}

impl LentBytes {
    pub fn new(bytes: Vec<u8>) -> LentBytes {
        LentBytes(Rc::new(Block { bytes: UnsafeCell::new(bytes), lent: Cell::new(0) }))
    }

    /// Another handle of the same bytes.
    pub fn handle(&self) -> LentBytes {
        LentBytes(self.0.clone())
    }

    /// Whether a view of the bytes is lent.
    #[inline(always)]
    pub fn is_lent(&self) -> bool {
        self.0.lent.get() > 0
    }

    /// Lends the bytes to a function, which runs no Python code and does not come back to them.
    #[inline(always)]
    pub fn with<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: one thread at a time gets here, and nothing changes them before the function ends.
        action(unsafe { &*self.0.bytes.get() })
    }

    /// Lends the vector to be changed to a function, which runs no Python code and does not come back to it.
    /// `BufferError` while a view is lent.
    #[inline(always)]
    pub fn with_vec<R>(&self, action: impl FnOnce(&mut Vec<u8>) -> R) -> Result<R> {
        if self.is_lent() {
            bail!(BufferError, "Existing exports of data: object cannot be re-sized");
        }
        // SAFETY: as above, and no view points into the memory.
        Ok(action(unsafe { &mut *self.0.bytes.get() }))
    }

    /// Copies bytes of a range to a place of that length, which may be lent of the same memory.
    pub fn copy_to(&self, range: Range<usize>, target: &mut [u8]) {
        self.with(|bytes| {
            let source = &bytes[range];
            assert!(source.len() == target.len(), "a place of another length");
            // SAFETY: both are of that length; they may overlap.
            unsafe { ptr::copy(source.as_ptr(), target.as_mut_ptr(), source.len()) };
        });
    }

    /// Takes all bytes away. The memory stays for the views that are lent of it.
    pub fn clear(&self) {
        // SAFETY: as in `with`; plain bytes stay valid for who still looks at them.
        unsafe { (*self.0.bytes.get()).clear() };
    }

    /// How many bytes there is room for.
    pub fn capacity(&self) -> usize {
        // SAFETY: as in `with`.
        unsafe { (*self.0.bytes.get()).capacity() }
    }
}

/// `bf_getbuffer` of a lender's class.
pub unsafe extern "C" fn lend<T: BytesLender>(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
    // SAFETY: the slot is called with an instance of T and a view that stays; a block stays while it is lent.
    unsafe {
        let filled = object.cast::<T>().bytes_to_lend().and_then(|LentBytes(block)| {
            let (memory, length) = {
                let bytes = &mut *block.bytes.get();
                (bytes.as_mut_ptr(), bytes.len())
            };
            (*view).fill(object, memory.cast(), length as isize, false, flags)?;
            block.lent.set(block.lent.get() + 1);
            (*view).internal = Rc::into_raw(block).cast_mut().cast();
            Ok(())
        });
        crate::raise::status(filled)
    }
}

/// `bf_releasebuffer` of a lender's class.
pub unsafe extern "C" fn take_back<T: BytesLender>(_: &Object, view: *mut BufferView) {
    // SAFETY: the slot is called once with a view that `lend` has filled.
    let block = unsafe { Rc::from_raw((*view).internal.cast::<Block>()) };
    block.lent.set(block.lent.get() - 1);
}
