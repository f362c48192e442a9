//! The allocator below everything: mimalloc, or the C library's where a sanitizer is to see each block
//! (`RUSTFLAGS="--cfg system_allocator"`).

#[cfg(not(system_allocator))]
pub use libmimalloc_sys::{mi_free as free, mi_malloc as malloc, mi_realloc as realloc, mi_zalloc as zalloc};

#[cfg(system_allocator)]
pub use libc::{free, malloc, realloc};

/// # Safety
/// As `malloc`'s: the memory is given back with `free`.
#[cfg(system_allocator)]
pub unsafe fn zalloc(size: usize) -> *mut std::ffi::c_void {
    // SAFETY: an allocation call.
    unsafe { libc::calloc(1, size) }
}

/// Rust's own allocations come from the same.
#[cfg(not(system_allocator))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
