//! Free lists: blocks of dead objects of one small size, kept for the next ones.

use std::cell::Cell;
use std::ptr;

use super::allocate::raw_allocate;
use super::domains::{assured, is_watched};

/// Blocks of `SIZE` bytes from the raw allocator, at most `KEPT` of them, linked through their first word.
pub struct FreeList<const SIZE: usize, const KEPT: usize> {
    first: Cell<*mut Block>,
    count: Cell<usize>,
}

struct Block {
    next: *mut Block,
}

// SAFETY: used under the GIL alone.
unsafe impl<const SIZE: usize, const KEPT: usize> Sync for FreeList<SIZE, KEPT> {}

impl<const SIZE: usize, const KEPT: usize> FreeList<SIZE, KEPT> {
    pub const EMPTY: FreeList<SIZE, KEPT> =
        FreeList { first: Cell::new(ptr::null_mut()), count: Cell::new(0) };

    /// A block, uninitialised; ends the process when there is no memory at all.
    #[inline(always)]
    pub fn take(&self) -> *mut u8 {
        let block = self.first.get();
        // Hooks and traces see every block.
        if block.is_null() || is_watched() {
            return fresh(SIZE);
        }
        // SAFETY: a block in the list is valid.
        self.first.set(unsafe { (*block).next });
        self.count.set(self.count.get() - 1);
        block.cast()
    }

    /// Keeps a block; false where the list is full.
    ///
    /// # Safety
    /// The block is of `SIZE` bytes or more from the raw allocator, and the caller's alone.
    #[inline(always)]
    pub unsafe fn put(&self, block: *mut u8) -> bool {
        if self.count.get() >= KEPT || is_watched() {
            return false;
        }
        let block = block.cast::<Block>();
        // SAFETY: the caller's promise; blocks are aligned for any object.
        unsafe { (*block).next = self.first.get() };
        self.first.set(block);
        self.count.set(self.count.get() + 1);
        true
    }
}

#[cold]
fn fresh(size: usize) -> *mut u8 {
    assured(|| match raw_allocate(size) {
        block if block.is_null() => bail!(MemoryError),
        block => Ok(block.cast()),
    })
}
