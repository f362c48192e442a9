//! `memoryview`: an object's memory, seen and changed in place (PEP 3118).

mod cast;
mod class;
mod compare;
mod items;
mod storage;

pub use class::MEMORY_VIEW;
pub use storage::{MANAGED_BUFFER, ManagedBuffer, MemoryView, Shape, contiguous_strides};
