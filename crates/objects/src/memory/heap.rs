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

/// Rust's own allocations come from the same, but for large ones of zeros: those come from the system, which has such
/// pages, so that what nobody touches need not be cleared.
#[cfg(not(system_allocator))]
mod rust {
    use std::alloc::{GlobalAlloc, Layout};
    use std::ptr;

    use mimalloc::MiMalloc;

    /// From so many bytes on, to clear them takes longer than to have pages mapped.
    const LARGE: usize = 1 << 20;

    /// How mappings are aligned.
    const PAGE: usize = 4096;

    struct Allocator;

    #[global_allocator]
    static ALLOCATOR: Allocator = Allocator;

    /// Whether memory with this layout is a mapping of its own, and not of the allocator below.
    fn is_mapping(pointer: *mut u8, layout: Layout) -> bool {
        // SAFETY: a question that any address may be asked with.
        layout.size() >= LARGE && !unsafe { libmimalloc_sys::mi_is_in_heap_region(pointer.cast()) }
    }

    // SAFETY: each piece of memory goes back to where it came from, which is told by where it is.
    unsafe impl GlobalAlloc for Allocator {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise.
            unsafe { MiMalloc.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            if layout.size() < LARGE || layout.align() > PAGE {
                // SAFETY: the caller's promise.
                return unsafe { MiMalloc.alloc_zeroed(layout) };
            }
            let (access, flags) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            // SAFETY: a mapping of its own.
            match unsafe { libc::mmap(ptr::null_mut(), layout.size(), access, flags, -1, 0) } {
                libc::MAP_FAILED => ptr::null_mut(),
                mapping => mapping.cast(),
            }
        }

        unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
            match is_mapping(pointer, layout) {
                // SAFETY: a mapping of this size.
                true => drop(unsafe { libc::munmap(pointer.cast(), layout.size()) }),
                // SAFETY: the caller's promise.
                false => unsafe { MiMalloc.dealloc(pointer, layout) },
            }
        }

        unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            if !is_mapping(pointer, layout) {
                // SAFETY: the caller's promise.
                return unsafe { MiMalloc.realloc(pointer, layout, size) };
            }
            // SAFETY: memory of the new size, into which as much of the old one goes as fits.
            unsafe {
                let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(pointer, moved, size.min(layout.size()));
                    self.dealloc(pointer, layout);
                }
                moved
            }
        }
    }
}

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

#[cfg(test)]
mod tests {
    #[test]
    fn large_zeroed_memory_grows_shrinks_and_goes() {
        let mut bytes = vec![0_u8; 3 << 20];
        bytes[1] = 7;
        let last = bytes.len() - 1;
        bytes[last] = 8;
        bytes.reserve_exact(1 << 20);
        assert_eq!((bytes[1], bytes[last], bytes[2]), (7, 8, 0));
        bytes.truncate(2);
        bytes.shrink_to_fit();
        assert_eq!(bytes, [0, 7]);
        // What is not zeroed is of the allocator below, however large.
        let mut other = Vec::<u8>::with_capacity(3 << 20);
        other.extend([1, 2]);
        other.shrink_to_fit();
        assert_eq!(other, [1, 2]);
    }
}
