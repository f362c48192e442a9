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

/// How many blocks are allocated. The allocator can be looked through while no other thread changes it; else
/// the answer is that of the last time.
#[cfg(not(system_allocator))]
pub fn allocated_blocks() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static LAST: AtomicUsize = AtomicUsize::new(0);

    unsafe extern "C" fn add(
        _: *const libmimalloc_sys::mi_heap_t,
        area: *const libmimalloc_sys::mi_heap_area_t,
        _: *mut std::ffi::c_void,
        _: usize,
        count: *mut std::ffi::c_void,
    ) -> bool {
        // SAFETY: called with the count below, and an area that lives for the call.
        unsafe { *count.cast::<usize>() += (*area).used };
        true
    }

    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    if threads == 1 {
        let mut count = 0_usize;
        // SAFETY: the heap that null stands for is that of all threads; the visitor gets the count as is said.
        unsafe {
            libmimalloc_sys::mi_heap_visit_blocks(
                std::ptr::null_mut(),
                false,
                Some(add),
                (&raw mut count).cast(),
            )
        };
        LAST.store(count, Ordering::Relaxed);
    }
    LAST.load(Ordering::Relaxed)
}

/// The C library does not tell.
#[cfg(system_allocator)]
pub fn allocated_blocks() -> usize {
    0
}
