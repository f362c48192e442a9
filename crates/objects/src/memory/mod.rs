//! Memory: where objects come from and where they go.

mod allocate;
pub mod collector;
mod dealloc;
pub mod debug_hooks;
pub mod domains;
mod free_list;
pub mod gc;
pub mod heap;
mod trace;
pub mod tracing;

pub use allocate::{
    allocate, allocate_sized, allocate_var, block_of, dealloc_unfinalized, free, generic_alloc,
    generic_dealloc, object_free, object_gc_free, raw_allocate, raw_free, raw_reallocate,
};
pub use dealloc::dealloc;
pub use domains::{assured, out_of_memory};
pub use free_list::FreeList;
pub use trace::{Trace, Visitor, clear, traverse};

use crate::prelude::*;

/// Raises `MemoryError` where vectors with so many bytes in all could not be had now: growing, they have no other way to
/// say so than to end the process. For what a few digits can ask for, as a width or a count does.
#[inline]
pub fn expect_room(bytes: usize) -> Result<()> {
    /// So little is always there.
    const UNASKED: usize = 1 << 22;
    match bytes > UNASKED && Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
        true => Err(raise!(MemoryError)),
        false => Ok(()),
    }
}

/// The items that C hands over, where null is as good as any pointer to none.
///
/// # Safety
/// The pointer is to as many items, which outlive the slice.
#[inline(always)]
pub unsafe fn slice_or_empty<'a, T>(start: *const T, count: usize) -> &'a [T] {
    match count {
        0 => &[],
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts(start, count) },
    }
}
