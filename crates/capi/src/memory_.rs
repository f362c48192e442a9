//! `pymem.h`: memory from C. All domains are one allocator, until C code puts its own in front of them.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

use objects::memory::{raw_allocate, raw_allocate_untraced, raw_free, raw_reallocate, tracing};
use objects::prelude::*;

/// `PyMemAllocatorEx`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    context: *mut c_void,
    malloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    realloc: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void, *mut c_void),
}

/// The functions of a domain: what C code calls goes through them.
struct Domain(Cell<Allocator>);

// SAFETY: set by C code that promises to be alone then, as the documentation asks.
unsafe impl Sync for Domain {}

unsafe extern "C" fn malloc(_: *mut c_void, size: usize) -> *mut c_void {
    raw_allocate(size)
}

unsafe extern "C" fn calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(bytes) = count.checked_mul(size) else { return std::ptr::null_mut() };
    let memory = raw_allocate(bytes);
    if !memory.is_null() {
        // SAFETY: just allocated.
        unsafe { std::ptr::write_bytes(memory.cast::<u8>(), 0, bytes) };
    }
    memory
}

unsafe extern "C" fn realloc(_: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { raw_reallocate(memory, size) }
}

unsafe extern "C" fn free(_: *mut c_void, memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { raw_free(memory) }
}

/// Memory that threads without the GIL may ask for as well.
unsafe extern "C" fn raw_malloc(_: *mut c_void, size: usize) -> *mut c_void {
    raw_allocate_untraced(size)
}

unsafe extern "C" fn raw_calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(bytes) = count.checked_mul(size) else { return std::ptr::null_mut() };
    let memory = raw_allocate_untraced(bytes);
    if !memory.is_null() {
        // SAFETY: just allocated.
        unsafe { std::ptr::write_bytes(memory.cast::<u8>(), 0, bytes) };
    }
    memory
}

unsafe extern "C" fn raw_realloc(_: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { objects::memory::raw_reallocate_untraced(memory, size) }
}

impl Domain {
    const fn new() -> Domain {
        Domain(Cell::new(Allocator { context: std::ptr::null_mut(), malloc, calloc, realloc, free }))
    }

    const fn raw() -> Domain {
        Domain(Cell::new(Allocator {
            context: std::ptr::null_mut(),
            malloc: raw_malloc,
            calloc: raw_calloc,
            realloc: raw_realloc,
            free,
        }))
    }
}

macro_rules! domains {
    ($($domain:ident = $make:ident: $malloc:ident $calloc:ident $realloc:ident $free:ident;)*) => {
        $(
            static $domain: Domain = Domain::$make();

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $malloc(size: usize) -> *mut c_void {
                let allocator = $domain.0.get();
                // SAFETY: the domain's own functions.
                unsafe { (allocator.malloc)(allocator.context, size) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $calloc(count: usize, size: usize) -> *mut c_void {
                let allocator = $domain.0.get();
                // SAFETY: the domain's own functions.
                unsafe { (allocator.calloc)(allocator.context, count, size) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $realloc(memory: *mut c_void, size: usize) -> *mut c_void {
                let allocator = $domain.0.get();
                // SAFETY: the domain's own functions, for its own memory.
                unsafe { (allocator.realloc)(allocator.context, memory, size) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "C" fn $free(memory: *mut c_void) {
                let allocator = $domain.0.get();
                // SAFETY: the domain's own functions, for its own memory.
                unsafe { (allocator.free)(allocator.context, memory) }
            }
        )*
    };
}

domains! {
    RAW = raw: PyMem_RawMalloc PyMem_RawCalloc PyMem_RawRealloc PyMem_RawFree;
    MEM = new: PyMem_Malloc PyMem_Calloc PyMem_Realloc PyMem_Free;
    OBJECT = new: PyObject_Malloc PyObject_Calloc PyObject_Realloc PyObject_Free;
}

/// `PyMemAllocatorDomain`.
fn domain(number: c_int) -> Option<&'static Domain> {
    match number {
        0 => Some(&RAW),
        1 => Some(&MEM),
        2 => Some(&OBJECT),
        _ => None,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMem_GetAllocator(number: c_int, place: *mut Allocator) {
    if let Some(domain) = domain(number) {
        // SAFETY: the caller's place.
        unsafe { place.write(domain.0.get()) };
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMem_SetAllocator(number: c_int, allocator: &Allocator) {
    if let Some(domain) = domain(number) {
        domain.0.set(*allocator);
    }
}

/// Nothing to do: there are no checks that an allocator could be wrapped in.
#[unsafe(no_mangle)]
extern "C" fn PyMem_SetupDebugHooks() {}

#[unsafe(no_mangle)]
extern "C" fn _PyMem_GetCurrentAllocatorName() -> *const c_char {
    c"mimalloc".as_ptr()
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
