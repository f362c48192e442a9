//! Memory: where objects come from and where they go.

mod allocate;
pub mod collector;
mod dealloc;
mod free_list;
pub mod gc;
mod trace;
pub mod tracing;

pub use allocate::{
    allocate, allocate_sized, allocate_var, block_of, free, generic_alloc, generic_dealloc, object_free,
    object_gc_free, raw_allocate, raw_allocate_untraced, raw_free, raw_reallocate, raw_reallocate_untraced,
};
pub use dealloc::dealloc;
pub use free_list::FreeList;
pub use trace::{Trace, Visitor, clear, traverse};

/// Rust's own allocations come from the objects' allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
