//! The three domains that memory is asked for in, and the functions that stand for each: the process's own
//! allocator, checks around it, or what C code puts in front (`PyMem_SetAllocator`).
//!
//! A program that asks for nothing of this pays one flag for it.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{debug_hooks, heap, tracing};

/// `PyMemAllocatorEx`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    pub context: *mut c_void,
    pub malloc: unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void,
    pub calloc: unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    pub realloc: unsafe extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void, *mut c_void),
}

/// `PyMemAllocatorDomain`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Domain {
    /// Also for threads without the GIL.
    Raw,
    Memory,
    Object,
}

pub const DOMAINS: [Domain; 3] = [Domain::Raw, Domain::Memory, Domain::Object];

/// What a process can be told to take memory from (`PYTHONMALLOC`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Source {
    /// The allocator that the program brings along, under the name of CPython's own.
    #[default]
    Pymalloc,
    PymallocDebug,
    /// The C library's.
    Malloc,
    MallocDebug,
}

impl Source {
    /// The source that a name says.
    pub fn named(name: &str) -> Option<Source> {
        match name {
            "default" | "pymalloc" => Some(Source::Pymalloc),
            "debug" | "pymalloc_debug" => Some(Source::PymallocDebug),
            "malloc" => Some(Source::Malloc),
            "malloc_debug" => Some(Source::MallocDebug),
            _ => None,
        }
    }
}

/// The functions of a domain: those that a request goes through, and the process's own behind them.
struct Functions {
    current: Cell<Allocator>,
    own: Cell<Allocator>,
}

// SAFETY: set at start-up, or by C code that promises to be alone then, as the documentation asks.
unsafe impl Sync for Functions {}

static FUNCTIONS: [Functions; 3] =
    [const { Functions { current: Cell::new(BUNDLED), own: Cell::new(BUNDLED) } }; 3];

/// What stands between a request and the bundled allocator, in bits.
static WATCHED: AtomicU8 = AtomicU8::new(0);
const TRACED: u8 = 1;
const HOOKED: u8 = 2;

struct Assured(Cell<bool>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for Assured {}

/// Whether a request that hooks refuse is met by the process's own allocator.
static ASSURED: Assured = Assured(Cell::new(false));

/// Whether requests for memory are traced, or go through hooks.
#[inline(always)]
pub fn is_watched() -> bool {
    WATCHED.load(Ordering::Relaxed) != 0
}

#[inline(always)]
pub(super) fn is_traced() -> bool {
    WATCHED.load(Ordering::Relaxed) & TRACED != 0
}

pub(super) fn set_traced(traced: bool) {
    match traced {
        true => WATCHED.fetch_or(TRACED, Ordering::Release),
        false => WATCHED.fetch_and(!TRACED, Ordering::Release),
    };
}

/// Decides where the process takes memory from. Before any is taken.
pub fn choose(source: Source) {
    let own = match source {
        Source::Pymalloc | Source::PymallocDebug => BUNDLED,
        Source::Malloc | Source::MallocDebug => LIBRARY,
    };
    for domain in DOMAINS {
        set_allocator(domain, own);
    }
    if matches!(source, Source::PymallocDebug | Source::MallocDebug) {
        debug_hooks::set_up();
    }
    for functions in &FUNCTIONS {
        functions.own.set(functions.current.get());
    }
}

/// The functions that a domain's requests go through.
pub fn allocator(domain: Domain) -> Allocator {
    FUNCTIONS[domain as usize].current.get()
}

/// Sends a domain's requests through these functions.
pub fn set_allocator(domain: Domain, allocator: Allocator) {
    FUNCTIONS[domain as usize].current.set(allocator);
    let hooked = FUNCTIONS.iter().any(|functions| !functions.current.get().is_of(&BUNDLED));
    match hooked {
        true => WATCHED.fetch_or(HOOKED, Ordering::Release),
        false => WATCHED.fetch_and(!HOOKED, Ordering::Release),
    };
}

/// The name of where memory comes from now; none where C code has put its own functions there.
pub fn source_name() -> Option<&'static std::ffi::CStr> {
    let all = |pick: fn(Domain) -> Option<Allocator>| {
        let from =
            |own: &Allocator| DOMAINS.iter().all(|&domain| pick(domain).is_some_and(|at| at.is_of(own)));
        (from(&BUNDLED), from(&LIBRARY))
    };
    let (plain, checked) = (all(|domain| Some(allocator(domain))), all(debug_hooks::checked));
    match (plain, checked) {
        ((true, _), _) => Some(c"pymalloc"),
        ((_, true), _) => Some(c"malloc"),
        (_, (true, _)) => Some(c"pymalloc_debug"),
        (_, (_, true)) => Some(c"malloc_debug"),
        _ => None,
    }
}

impl Allocator {
    /// Whether these are another allocator's functions.
    fn is_of(&self, other: &Allocator) -> bool {
        ptr::fn_addr_eq(self.malloc, other.malloc) && ptr::fn_addr_eq(self.free, other.free)
    }
}

/// Makes what the program cannot be refused: where hooks give no memory, the process's own allocator does.
/// It runs no Python code.
#[inline(always)]
pub fn assured<T>(make: impl FnOnce() -> crate::prelude::Result<T>) -> T {
    let made = match is_watched() {
        false => make(),
        true => {
            let before = ASSURED.0.replace(true);
            let made = make();
            ASSURED.0.set(before);
            made
        }
    };
    made.unwrap_or_else(|_| out_of_memory(size_of::<T>()))
}

/// Ends the process, as Rust's own allocations do where there is no memory at all.
#[cold]
#[inline(never)]
pub fn out_of_memory(size: usize) -> ! {
    let layout = std::alloc::Layout::from_size_align(size, 8);
    std::alloc::handle_alloc_error(layout.unwrap_or(std::alloc::Layout::new::<u64>()))
}

/// Memory of the domain for `size` bytes, never null for want of bytes. Null where there is none.
#[inline]
pub fn allocate(domain: Domain, size: usize) -> *mut c_void {
    if is_watched() {
        return allocate_watched(domain, size);
    }
    // SAFETY: an allocation call.
    unsafe { bundled_malloc(ptr::null_mut(), size) }
}

#[cold]
#[inline(never)]
fn allocate_watched(domain: Domain, size: usize) -> *mut c_void {
    if isize::try_from(size).is_err() {
        return ptr::null_mut();
    }
    let functions = &FUNCTIONS[domain as usize];
    let Allocator { context, malloc, .. } = functions.current.get();
    // SAFETY: the domain's own functions.
    let mut memory = unsafe { malloc(context, size) };
    if memory.is_null() && is_assured(domain) {
        let Allocator { context, malloc, .. } = functions.own.get();
        // SAFETY: the same.
        memory = unsafe { malloc(context, size) };
    }
    note_allocated(domain, memory, size);
    memory
}

/// The same, the memory all zeros.
#[inline]
pub fn allocate_zeroed(domain: Domain, count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size).filter(|&bytes| isize::try_from(bytes).is_ok()) {
        None => ptr::null_mut(),
        Some(bytes) if is_watched() => allocate_zeroed_watched(domain, count, size, bytes),
        // SAFETY: an allocation call.
        Some(bytes) => unsafe { heap::zalloc(bytes.max(1)) },
    }
}

#[cold]
#[inline(never)]
fn allocate_zeroed_watched(domain: Domain, count: usize, size: usize, bytes: usize) -> *mut c_void {
    let functions = &FUNCTIONS[domain as usize];
    let Allocator { context, calloc, .. } = functions.current.get();
    // SAFETY: the domain's own functions.
    let mut memory = unsafe { calloc(context, count, size) };
    if memory.is_null() && is_assured(domain) {
        let Allocator { context, calloc, .. } = functions.own.get();
        // SAFETY: the same.
        memory = unsafe { calloc(context, count, size) };
    }
    note_allocated(domain, memory, bytes);
    memory
}

/// # Safety
/// The pointer is null or came from this domain; it is not used afterwards unless the result is null.
#[inline]
pub unsafe fn reallocate(domain: Domain, memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe {
        match is_watched() {
            true => reallocate_watched(domain, memory, size),
            false => bundled_realloc(ptr::null_mut(), memory, size),
        }
    }
}

#[cold]
#[inline(never)]
unsafe fn reallocate_watched(domain: Domain, memory: *mut c_void, size: usize) -> *mut c_void {
    if isize::try_from(size).is_err() {
        return ptr::null_mut();
    }
    let functions = &FUNCTIONS[domain as usize];
    // SAFETY: the domain's own functions, for its own memory.
    unsafe {
        let Allocator { context, realloc, .. } = functions.current.get();
        let mut moved = realloc(context, memory, size);
        if moved.is_null() && is_assured(domain) {
            let Allocator { context, realloc, .. } = functions.own.get();
            moved = realloc(context, memory, size);
        }
        if is_traced() && !moved.is_null() && domain != Domain::Raw {
            tracing::freed(0, memory as usize);
        }
        note_allocated(domain, moved, size);
        moved
    }
}

/// # Safety
/// The pointer is null or came from this domain, and is not used afterwards.
#[inline]
pub unsafe fn free(domain: Domain, memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe {
        match is_watched() {
            true => free_watched(domain, memory),
            false => heap::free(memory),
        }
    }
}

#[cold]
#[inline(never)]
unsafe fn free_watched(domain: Domain, memory: *mut c_void) {
    let Allocator { context, free, .. } = allocator(domain);
    // SAFETY: the domain's own functions, for its own memory.
    unsafe { free(context, memory) };
    // Behind the hooks, which tell of the trace where they complain of the block.
    if is_traced() && domain != Domain::Raw {
        tracing::freed(0, memory as usize);
    }
}

fn is_assured(domain: Domain) -> bool {
    domain != Domain::Raw && ASSURED.0.get()
}

/// Threads without the GIL have no frames to trace.
fn note_allocated(domain: Domain, memory: *mut c_void, size: usize) {
    if is_traced() && domain != Domain::Raw {
        tracing::allocated(0, memory as usize, size);
    }
}

/// The allocator that the program brings along.
const BUNDLED: Allocator = Allocator {
    context: ptr::null_mut(),
    malloc: bundled_malloc,
    calloc: bundled_calloc,
    realloc: bundled_realloc,
    free: bundled_free,
};

#[inline(always)]
unsafe extern "C" fn bundled_malloc(_: *mut c_void, size: usize) -> *mut c_void {
    match isize::try_from(size) {
        // SAFETY: an allocation call.
        Ok(_) => unsafe { heap::malloc(size.max(1)) },
        Err(_) => ptr::null_mut(),
    }
}

unsafe extern "C" fn bundled_calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size).filter(|&bytes| isize::try_from(bytes).is_ok()) {
        // SAFETY: an allocation call.
        Some(bytes) => unsafe { heap::zalloc(bytes.max(1)) },
        None => ptr::null_mut(),
    }
}

#[inline(always)]
unsafe extern "C" fn bundled_realloc(_: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    match isize::try_from(size) {
        // SAFETY: the caller's promise.
        Ok(_) => unsafe { heap::realloc(memory, size.max(1)) },
        Err(_) => ptr::null_mut(),
    }
}

unsafe extern "C" fn bundled_free(_: *mut c_void, memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { heap::free(memory) }
}

/// The C library's allocator.
const LIBRARY: Allocator = Allocator {
    context: ptr::null_mut(),
    malloc: library_malloc,
    calloc: library_calloc,
    realloc: library_realloc,
    free: library_free,
};

unsafe extern "C" fn library_malloc(_: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: an allocation call.
    unsafe { libc::malloc(size.max(1)) }
}

unsafe extern "C" fn library_calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    // SAFETY: an allocation call.
    unsafe { libc::calloc(count.max(1), size.max(1)) }
}

unsafe extern "C" fn library_realloc(_: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { libc::realloc(memory, size.max(1)) }
}

unsafe extern "C" fn library_free(_: *mut c_void, memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { libc::free(memory) }
}
