//! Free lists: blocks of dead objects of one small size, kept for the next ones.

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::allocate::raw_allocate;
use super::domains::{assured, is_watched};

/// Blocks of one size from the raw allocator, at most `KEPT` of them, linked through their first word.
pub struct FreeList<const KEPT: usize> {
    size: usize,
    first: Cell<*mut Block>,
    count: Cell<usize>,
}

struct Block {
    next: *mut Block,
}

// SAFETY: used under the GIL alone.
unsafe impl<const KEPT: usize> Sync for FreeList<KEPT> {}

impl<const KEPT: usize> FreeList<KEPT> {
    /// An empty list for blocks of this many bytes.
    pub const fn of(size: usize) -> FreeList<KEPT> {
        FreeList { size, first: Cell::new(ptr::null_mut()), count: Cell::new(0) }
    }

    /// How many blocks are kept.
    pub fn kept(&self) -> usize {
        self.count.get()
    }

    /// A block, uninitialised; ends the process when there is no memory at all.
    #[inline(always)]
    pub fn take(&self) -> *mut u8 {
        match self.take_kept() {
            Some(block) => block.as_ptr(),
            None => fresh(self.size),
        }
    }

    /// A block that has been kept, uninitialised.
    #[inline(always)]
    pub fn take_kept(&self) -> Option<NonNull<u8>> {
        // Hooks and traces see every block.
        let block = NonNull::new(self.first.get()).filter(|_| !is_watched())?;
        // SAFETY: a block in the list is valid.
        self.first.set(unsafe { block.as_ref().next });
        self.count.set(self.count.get() - 1);
        Some(block.cast())
    }

    /// Keeps a block; false where the list is full.
    ///
    /// # Safety
    /// The block is of the list's size or more, from the raw allocator, and the caller's alone.
    #[inline(always)]
    pub unsafe fn put(&self, block: *mut u8) -> bool {
        if cfg!(system_allocator) || self.count.get() >= KEPT || is_watched() {
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
