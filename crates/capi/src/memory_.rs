//! `pymem.h`: memory from C. All domains are one allocator.

use std::ffi::{CStr, c_char, c_void};

use objects::memory::{raw_allocate, raw_free, raw_reallocate};

fn zeroed(count: usize, size: usize) -> *mut c_void {
    let Some(bytes) = count.checked_mul(size) else { return std::ptr::null_mut() };
    let memory = raw_allocate(bytes);
    if !memory.is_null() {
        // SAFETY: just allocated.
        unsafe { std::ptr::write_bytes(memory.cast::<u8>(), 0, bytes) };
    }
    memory
}

macro_rules! domain {
    ($malloc:ident $calloc:ident $realloc:ident $free:ident) => {
        #[unsafe(no_mangle)]
        extern "C" fn $malloc(size: usize) -> *mut c_void {
            raw_allocate(size)
        }

        #[unsafe(no_mangle)]
        extern "C" fn $calloc(count: usize, size: usize) -> *mut c_void {
            zeroed(count, size)
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $realloc(memory: *mut c_void, size: usize) -> *mut c_void {
            // SAFETY: the caller's promise.
            unsafe { raw_reallocate(memory, size) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn $free(memory: *mut c_void) {
            // SAFETY: the caller's promise.
            unsafe { raw_free(memory) }
        }
    };
}

domain!(PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_Free);
domain!(PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc PyMem_RawFree);
domain!(PyObject_Malloc PyObject_Calloc PyObject_Realloc PyObject_Free);

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyMem_Strdup(text: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise; room for the text and its NUL is allocated.
    unsafe {
        let bytes = CStr::from_ptr(text).to_bytes_with_nul();
        let copy = raw_allocate(bytes.len()).cast::<c_char>();
        if !copy.is_null() {
            std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), copy, bytes.len());
        }
        copy
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyMem_RawStrdup(text: *const c_char) -> *mut c_char {
    // SAFETY: the same contract.
    unsafe { _PyMem_Strdup(text) }
}

/// A copy of a C string that whoever gets it frees. Null for null.
///
/// # Safety
/// The pointer is null or to a NUL-terminated string.
pub unsafe fn duplicate(text: *const c_char) -> *const c_char {
    match text.is_null() {
        true => text,
        // SAFETY: the caller's promise.
        false => unsafe { _PyMem_Strdup(text) },
    }
}
