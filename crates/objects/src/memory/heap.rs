//! The allocator below everything: mimalloc, or the C library's where a sanitizer is to see each block
//! (`RUSTFLAGS="--cfg system_allocator"`).

#[cfg(not(system_allocator))]
pub use asked::{malloc, realloc, zalloc};
#[cfg(not(system_allocator))]
pub use libmimalloc_sys::mi_free as free;

#[cfg(system_allocator)]
pub use libc::{free, malloc, realloc};

/// # Safety
/// As `malloc`'s: the memory is given back with `free`.
#[cfg(system_allocator)]
pub unsafe fn zalloc(size: usize) -> *mut std::ffi::c_void {
    // SAFETY: an allocation call.
    unsafe { libc::calloc(1, size) }
}

/// mimalloc maps its memory without a reservation, so that the system promises whatever is asked and kills the process
/// that makes use of it. An amount that matters is therefore asked for with a reservation first.
#[cfg(not(system_allocator))]
mod asked {
    use std::ffi::c_void;
    use std::ptr;

    use libmimalloc_sys::{mi_malloc, mi_realloc, mi_zalloc};

    /// What the system always has, in bytes.
    const UNASKED: usize = 1 << 26;

    /// A mapping of so many bytes for this process alone, or null where the system would not have them.
    pub fn map(size: usize) -> *mut c_void {
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a mapping of its own.
        match unsafe { libc::mmap(ptr::null_mut(), size, access, flags, -1, 0) } {
            libc::MAP_FAILED => ptr::null_mut(),
            mapping => mapping,
        }
    }

    /// Whether the system has so many bytes.
    #[inline]
    pub fn has(size: usize) -> bool {
        size < UNASKED || would_map(size)
    }

    #[cold]
    fn would_map(size: usize) -> bool {
        let mapping = map(size);
        // SAFETY: the mapping just made.
        !mapping.is_null() && unsafe { libc::munmap(mapping, size) == 0 }
    }

    /// # Safety
    /// As C's: the memory is given back with `free`.
    #[inline]
    pub unsafe fn malloc(size: usize) -> *mut c_void {
        match has(size) {
            // SAFETY: an allocation call.
            true => unsafe { mi_malloc(size) },
            false => ptr::null_mut(),
        }
    }

    /// # Safety
    /// As `malloc`'s.
    #[inline]
    pub unsafe fn zalloc(size: usize) -> *mut c_void {
        match has(size) {
            // SAFETY: an allocation call.
            true => unsafe { mi_zalloc(size) },
            false => ptr::null_mut(),
        }
    }

    /// # Safety
    /// As C's: `memory` is null or of `malloc`, and is gone where the answer is not null.
    #[inline]
    pub unsafe fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
        match has(size) {
            // SAFETY: the caller's promise.
            true => unsafe { mi_realloc(memory, size) },
            false => ptr::null_mut(),
        }
    }
}

/// Rust's own allocations come from the same, but for large ones of zeros: those come from the system, which has such
/// pages, so that what nobody touches need not be cleared.
#[cfg(not(system_allocator))]
mod rust {
    use std::alloc::{GlobalAlloc, Layout};
    use std::ptr;

    use mimalloc::MiMalloc;

    use super::asked;

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
            match asked::has(layout.size()) {
                // SAFETY: the caller's promise.
                true => unsafe { MiMalloc.alloc(layout) },
                false => ptr::null_mut(),
            }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            match layout.size() < LARGE || layout.align() > PAGE {
                // SAFETY: the caller's promise.
                true => unsafe { MiMalloc.alloc_zeroed(layout) },
                false => asked::map(layout.size()).cast(),
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
            if !is_mapping(pointer, layout) && asked::has(size) {
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
    /// More than any machine has, and less than addresses reach.
    #[cfg(not(system_allocator))]
    const TOO_MUCH: usize = 1 << 46;

    #[test]
    #[cfg(not(system_allocator))]
    fn memory_that_the_system_has_not_is_not_promised() {
        let promised = std::fs::read_to_string("/proc/sys/vm/overcommit_memory");
        if promised.is_ok_and(|mode| mode.trim() == "1") {
            // The system is told to promise everything.
            return;
        }
        let mut bytes = vec![1_u8; 9];
        bytes.try_reserve_exact(TOO_MUCH).unwrap_err();
        assert_eq!(bytes, [1; 9]);
        let mut mapped = vec![0_u8; 1 << 20];
        mapped.try_reserve_exact(TOO_MUCH).unwrap_err();
        // SAFETY: allocation calls, and memory of theirs.
        unsafe {
            assert!(super::malloc(TOO_MUCH).is_null());
            assert!(super::zalloc(TOO_MUCH).is_null());
            let small = super::malloc(9);
            assert!(super::realloc(small, TOO_MUCH).is_null());
            super::free(small);
        }
    }

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
