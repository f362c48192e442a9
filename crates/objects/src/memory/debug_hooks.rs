//! Checks around the functions of a domain (`PYTHONMALLOC=debug`): each block lies between guards that say its
//! size and the domain that made it, fresh and freed bytes have values of their own, and the GIL must be held.
//!
//! A block is `size, domain, 7 guards | content | 8 guards`, the size in big-endian order.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use super::domains::{self, Allocator, DOMAINS, Domain};
use super::tracing;
use crate::services;

const WORD: usize = size_of::<usize>();
/// In front of the content: its size, its domain, and guards.
const FRONT: usize = 2 * WORD;
/// All that is added to a block.
const ADDED: usize = FRONT + WORD;
/// How much of either end of a block that is about to move is overwritten, for whoever still looks at it.
const ERASED: usize = 64;

const CLEAN: u8 = 0xcd;
const DEAD: u8 = 0xdd;
const FORBIDDEN: u8 = 0xfd;

/// What is checked for one domain.
struct Checked {
    letter: u8,
    behind: Cell<Option<Allocator>>,
}

// SAFETY: set at start-up, or by C code that promises to be alone then.
unsafe impl Sync for Checked {}

static CHECKED: [Checked; 3] = [
    Checked { letter: b'r', behind: Cell::new(None) },
    Checked { letter: b'm', behind: Cell::new(None) },
    Checked { letter: b'o', behind: Cell::new(None) },
];

/// Puts the checks in front of whatever the domains' functions are, where they are not there already.
pub fn set_up() {
    for domain in DOMAINS {
        let behind = domains::allocator(domain);
        if is_checking(&behind) {
            continue;
        }
        let checked = &CHECKED[domain as usize];
        checked.behind.set(Some(behind));
        let (malloc, calloc, realloc, free) = match domain {
            Domain::Raw => (raw_malloc as _, raw_calloc as _, raw_realloc as _, raw_free as _),
            _ => (checked_malloc as _, checked_calloc as _, checked_realloc as _, checked_free as _),
        };
        let context = ptr::from_ref(checked).cast_mut().cast();
        domains::set_allocator(domain, Allocator { context, malloc, calloc, realloc, free });
    }
}

/// The functions behind a domain's checks; none where nothing is checked.
pub(super) fn checked(domain: Domain) -> Option<Allocator> {
    match is_checking(&domains::allocator(domain)) {
        true => CHECKED[domain as usize].behind.get(),
        false => None,
    }
}

fn is_checking(allocator: &Allocator) -> bool {
    CHECKED.iter().any(|checked| ptr::eq(ptr::from_ref(checked).cast(), allocator.context))
}

unsafe extern "C" fn raw_malloc(context: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the context is that of the checks.
    unsafe { make(context, size, false) }
}

unsafe extern "C" fn raw_calloc(context: *mut c_void, count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: the context is that of the checks.
        Some(bytes) => unsafe { make(context, bytes, true) },
        None => ptr::null_mut(),
    }
}

unsafe extern "C" fn raw_realloc(context: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { change(context, memory, size) }
}

unsafe extern "C" fn raw_free(context: *mut c_void, memory: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { unmake(context, memory) }
}

unsafe extern "C" fn checked_malloc(context: *mut c_void, size: usize) -> *mut c_void {
    check_gil("_PyMem_DebugMalloc");
    // SAFETY: the context is that of the checks.
    unsafe { make(context, size, false) }
}

unsafe extern "C" fn checked_calloc(context: *mut c_void, count: usize, size: usize) -> *mut c_void {
    check_gil("_PyMem_DebugCalloc");
    // SAFETY: the same call.
    unsafe { raw_calloc(context, count, size) }
}

unsafe extern "C" fn checked_realloc(context: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    check_gil("_PyMem_DebugRealloc");
    // SAFETY: the caller's promise.
    unsafe { change(context, memory, size) }
}

unsafe extern "C" fn checked_free(context: *mut c_void, memory: *mut c_void) {
    check_gil("_PyMem_DebugFree");
    // SAFETY: the caller's promise.
    unsafe { unmake(context, memory) }
}

fn check_gil(function: &str) {
    if !(services::get().may_use_objects)() {
        let what = "Python memory allocator called without holding the GIL";
        (services::get().fatal_error)(function, what);
    }
}

/// # Safety
/// The context is that of the checks of a domain.
unsafe fn of(context: *mut c_void) -> Option<(&'static Checked, Allocator)> {
    // SAFETY: the caller's promise.
    let checked = unsafe { &*context.cast::<Checked>() };
    Some((checked, checked.behind.get()?))
}

/// # Safety
/// The context is that of the checks of a domain.
unsafe fn make(context: *mut c_void, size: usize, zeroed: bool) -> *mut c_void {
    let Some(room) = size.checked_add(ADDED).filter(|&room| isize::try_from(room).is_ok()) else {
        return ptr::null_mut();
    };
    // SAFETY: the functions behind the checks; what they give is of this size.
    unsafe {
        let Some((checked, behind)) = of(context) else { return ptr::null_mut() };
        let block = match zeroed {
            true => (behind.calloc)(behind.context, 1, room),
            false => (behind.malloc)(behind.context, room),
        };
        if block.is_null() {
            return block;
        }
        let content = block.byte_add(FRONT).cast::<u8>();
        write_guards(content, size, checked.letter);
        if !zeroed {
            content.write_bytes(CLEAN, size);
        }
        content.cast()
    }
}

/// # Safety
/// The content is of this size, with room for guards around it.
unsafe fn write_guards(content: *mut u8, size: usize, letter: u8) {
    // SAFETY: the caller's promise.
    unsafe {
        let front = content.sub(FRONT);
        front.cast::<[u8; WORD]>().write_unaligned(size.to_be_bytes());
        front.add(WORD).write(letter);
        front.add(WORD + 1).write_bytes(FORBIDDEN, WORD - 1);
        content.add(size).write_bytes(FORBIDDEN, WORD);
    }
}

/// # Safety
/// The content is a block's with guards.
unsafe fn size_of_block(content: *const u8) -> usize {
    // SAFETY: the caller's promise.
    unsafe { usize::from_be_bytes(content.sub(FRONT).cast::<[u8; WORD]>().read_unaligned()) }
}

/// # Safety
/// The context is that of the checks; the memory is null or came from them, and is not used afterwards.
unsafe fn unmake(context: *mut c_void, memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    let content = memory.cast::<u8>();
    // SAFETY: the caller's promise; where it is not kept, the process ends here.
    unsafe {
        let Some((checked, behind)) = of(context) else { return };
        verify(content, checked.letter, "_PyMem_DebugRawFree");
        let size = size_of_block(content);
        let block = content.sub(FRONT);
        block.write_bytes(DEAD, size + ADDED);
        (behind.free)(behind.context, block.cast());
    }
}

/// # Safety
/// The context is that of the checks; the memory is null or came from them, and is not used afterwards unless
/// the result is null.
unsafe fn change(context: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    if memory.is_null() {
        // SAFETY: the caller's promise.
        return unsafe { make(context, size, false) };
    }
    let content = memory.cast::<u8>();
    // SAFETY: the caller's promise; where it is not kept, the process ends here.
    unsafe {
        let Some((checked, behind)) = of(context) else { return ptr::null_mut() };
        verify(content, checked.letter, "_PyMem_DebugRawRealloc");
        let Some(room) = size.checked_add(ADDED).filter(|&room| isize::try_from(room).is_ok()) else {
            return ptr::null_mut();
        };
        let old_size = size_of_block(content);
        // Both ends are overwritten before the block moves, and put back: where it was, nothing of use is left.
        let kept = old_size.min(ERASED);
        let mut ends = [[0; ERASED]; 2];
        let tail = content.add(old_size - kept);
        ptr::copy_nonoverlapping(content, ends[0].as_mut_ptr(), kept);
        ptr::copy_nonoverlapping(tail, ends[1].as_mut_ptr(), kept);
        let block = content.sub(FRONT);
        let front: [u8; FRONT] = block.cast::<[u8; FRONT]>().read();
        block.write_bytes(DEAD, FRONT + kept);
        tail.write_bytes(DEAD, kept + WORD);
        let moved = (behind.realloc)(behind.context, block.cast(), room).cast::<u8>();
        let (block, size) = match moved.is_null() {
            true => (block, old_size),
            false => (moved, size),
        };
        block.cast::<[u8; FRONT]>().write(front);
        let content = block.add(FRONT);
        write_guards(content, size, checked.letter);
        ptr::copy_nonoverlapping(ends[0].as_ptr(), content, kept.min(size));
        let tail = old_size - kept;
        if size > tail {
            ptr::copy_nonoverlapping(ends[1].as_ptr(), content.add(tail), kept.min(size - tail));
        }
        if size > old_size {
            content.add(old_size).write_bytes(CLEAN, size - old_size);
        }
        match moved.is_null() {
            true => ptr::null_mut(),
            false => content.cast(),
        }
    }
}

/// Ends the process with a description of a block that has lost its guards or is another domain's.
///
/// # Safety
/// The content is a block's with guards, or was one's.
unsafe fn verify(content: *const u8, letter: u8, function: &str) {
    // SAFETY: the caller's promise.
    let wrong = unsafe {
        let made_by = content.sub(WORD).read();
        if made_by != letter {
            let (made, used) = (char::from(made_by), char::from(letter));
            Some(format!("bad ID: Allocated using API '{made}', verified using API '{used}'"))
        } else if !guards(content.sub(WORD - 1), WORD - 1).iter().all(|&byte| byte == FORBIDDEN) {
            Some("bad leading pad byte".to_owned())
        } else if !guards(content.add(size_of_block(content)), WORD).iter().all(|&byte| byte == FORBIDDEN) {
            Some("bad trailing pad byte".to_owned())
        } else {
            None
        }
    };
    if let Some(wrong) = wrong {
        // SAFETY: the same.
        unsafe { describe(content) };
        (services::get().fatal_error)(function, &wrong);
    }
}

/// # Safety
/// So many bytes are there to be read.
unsafe fn guards<'a>(start: *const u8, count: usize) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(start, count) }
}

/// Tells on stderr what is known of a block.
///
/// # Safety
/// The content is a block's with guards, or was one's.
unsafe fn describe(content: *const u8) {
    // SAFETY: the caller's promise; what may not be there is read last, as the text says.
    unsafe {
        let (letter, size) = (content.sub(WORD).read(), size_of_block(content));
        eprintln!("Debug memory block at address p={content:p}: API '{}'", char::from(letter));
        eprintln!("    {size} bytes originally requested");
        let front = guards(content.sub(WORD - 1), WORD - 1);
        eprint!("    The {} pad bytes at p-{} are ", front.len(), front.len());
        if !describe_guards(front, |index| format!("p-{}", WORD - 1 - index)) {
            eprintln!("    Because memory is corrupted at the start, the count of bytes requested");
            eprintln!("       may be bogus, and checking the trailing pad bytes may segfault.");
        }
        let tail = content.add(size);
        eprint!("    The {WORD} pad bytes at tail={tail:p} are ");
        describe_guards(guards(tail, WORD), |index| format!("tail+{index}"));
        if size > 0 {
            let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!(" {byte:02x}")).collect::<String>();
            let data = guards(content, size);
            match size > 2 * WORD {
                true => eprintln!("    Data at p:{} ...{}", hex(&data[..WORD]), hex(&data[size - WORD..])),
                false => eprintln!("    Data at p:{}", hex(data)),
            }
        }
    }
    eprintln!();
    match tracing::lines(0, content as usize) {
        Some(lines) => {
            eprintln!("Memory block allocated at (most recent call first):");
            for (file, line) in lines {
                eprintln!("  File \"{file}\", line {line}");
            }
        }
        None => eprintln!("Enable tracemalloc to get the memory block allocation traceback"),
    }
    eprintln!();
}

/// The end of a line about guards, and a line for each where they are not what they were; whether they are.
fn describe_guards(guards: &[u8], place: impl Fn(usize) -> String) -> bool {
    let good = guards.iter().all(|&byte| byte == FORBIDDEN);
    match good {
        true => eprintln!("FORBIDDENBYTE, as expected."),
        false => eprintln!("not all FORBIDDENBYTE (0x{FORBIDDEN:02x}):"),
    }
    for (index, byte) in guards.iter().enumerate().filter(|_| !good) {
        let ouch = if *byte == FORBIDDEN { "" } else { " *** OUCH" };
        eprintln!("        at {}: 0x{byte:02x}{ouch}", place(index));
    }
    good
}
