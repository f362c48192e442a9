//! `pymem.h`: memory from C.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use objects::memory::domains::{self, Allocator, DOMAINS, Domain};
use objects::memory::{debug_hooks, tracing};
use objects::prelude::*;

macro_rules! functions {
    ($($domain:ident: $malloc:ident $calloc:ident $realloc:ident $free:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $malloc(size: usize) -> *mut c_void {
                domains::allocate(Domain::$domain, size)
            }

            #[unsafe(no_mangle)]
            extern "C" fn $calloc(count: usize, size: usize) -> *mut c_void {
                domains::allocate_zeroed(Domain::$domain, count, size)
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $realloc(memory: *mut c_void, size: usize) -> *mut c_void {
                // SAFETY: the caller's promise.
                unsafe { domains::reallocate(Domain::$domain, memory, size) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $free(memory: *mut c_void) {
                // SAFETY: the caller's promise.
                unsafe { domains::free(Domain::$domain, memory) }
            }
        )*
    };
}

functions! {
    Raw: PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc PyMem_RawFree;
    Memory: PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_Free;
    Object: PyObject_Malloc PyObject_Calloc PyObject_Realloc PyObject_Free;
}

fn domain(number: c_int) -> Option<Domain> {
    usize::try_from(number).ok().and_then(|number| DOMAINS.get(number).copied())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMem_GetAllocator(number: c_int, place: *mut Allocator) {
    if let Some(domain) = domain(number) {
        // SAFETY: the caller's place.
        unsafe { place.write(domains::allocator(domain)) };
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMem_SetAllocator(number: c_int, allocator: &Allocator) {
    if let Some(domain) = domain(number) {
        domains::set_allocator(domain, *allocator);
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyMem_SetupDebugHooks() {
    debug_hooks::set_up();
}

/// Null where C code has put its own functions in front.
#[unsafe(no_mangle)]
extern "C" fn _PyMem_GetCurrentAllocatorName() -> *const c_char {
    domains::source_name().map_or(std::ptr::null(), CStr::as_ptr)
}

/// -2: memory is not traced (`tracemalloc`).
const NOT_TRACING: c_int = -2;

/// Notes a block of a domain of the caller's; also for threads without the GIL.
#[unsafe(no_mangle)]
extern "C" fn PyTraceMalloc_Track(domain: c_uint, address: usize, size: usize) -> c_int {
    if !tracing::is_on() {
        return NOT_TRACING;
    }
    let was_held = vm::thread::ensure();
    tracing::allocated(domain, address, size);
    vm::thread::release(was_held);
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyTraceMalloc_Untrack(domain: c_uint, address: usize) -> c_int {
    if !tracing::is_on() {
        return NOT_TRACING;
    }
    tracing::freed(domain, address);
    0
}

/// The traceback of a block, or `None`.
#[unsafe(no_mangle)]
extern "C" fn _PyTraceMalloc_GetTraceback(domain: c_uint, address: usize) -> Result<Ref> {
    Ok(tracing::traceback(domain, address)?.map_or_else(none, Ref::into_object))
}

/// A copy of a C string in memory of the domain.
///
/// # Safety
/// The text ends with a NUL.
unsafe fn copy_in(domain: Domain, text: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise; room for the text and its NUL is allocated.
    unsafe {
        let bytes = CStr::from_ptr(text).to_bytes_with_nul();
        let copy = domains::allocate(domain, bytes.len()).cast::<c_char>();
        if !copy.is_null() {
            std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), copy, bytes.len());
        }
        copy
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyMem_Strdup(text: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { copy_in(Domain::Memory, text) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyMem_RawStrdup(text: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { copy_in(Domain::Raw, text) }
}

/// A copy of a C string that whoever gets it frees. Null for null.
///
/// # Safety
/// The pointer is null or to a NUL-terminated string.
pub unsafe fn duplicate(text: *const c_char) -> *const c_char {
    match text.is_null() {
        true => text,
        // SAFETY: the caller's promise.
        false => unsafe { copy_in(Domain::Object, text) },
    }
}
