//! `pythonrun.h`: the hooks of whoever reads lines for the shell. Krait reads its lines itself; the hooks are there
//! for `readline`, whose module sets them when it is imported, and whose functions work on its own history.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::AtomicPtr;

use objects::thread_state::ThreadState;

/// Called while a line is waited for.
#[unsafe(no_mangle)]
pub static PyOS_InputHook: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

/// Reads a line after a prompt.
#[unsafe(no_mangle)]
pub static PyOS_ReadlineFunctionPointer: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

/// The thread that reads a line.
#[unsafe(no_mangle)]
pub static _PyOS_ReadlineTState: AtomicPtr<ThreadState> = AtomicPtr::new(std::ptr::null_mut());

/// Sets the handler of a signal, without interrupting system calls any less; gives the one before.
#[unsafe(no_mangle)]
extern "C" fn PyOS_setsig(signal: c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    // SAFETY: filled structures; the handler is the caller's.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut previous: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler;
        libc::sigemptyset(&mut action.sa_mask);
        match libc::sigaction(signal, &action, &mut previous) {
            0 => previous.sa_sigaction,
            _ => libc::SIG_ERR,
        }
    }
}

/// Takes a category of the locale from the environment.
#[unsafe(no_mangle)]
extern "C" fn _Py_SetLocaleFromEnv(category: c_int) -> *mut c_char {
    // SAFETY: a text that lives for ever.
    unsafe { libc::setlocale(category, c"".as_ptr()) }
}

/// Text in the locale's encoding, UTF-8, as wide characters; bytes that are not text become surrogates.
/// The memory is `PyMem_RawFree`'s to give back.
#[unsafe(no_mangle)]
unsafe extern "C" fn Py_DecodeLocale(text: *const c_char, size: *mut usize) -> *mut libc::wchar_t {
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    let mut wide: Vec<libc::wchar_t> = Vec::with_capacity(bytes.len() + 1);
    for chunk in bytes.utf8_chunks() {
        wide.extend(chunk.valid().chars().map(|c| c as libc::wchar_t));
        wide.extend(chunk.invalid().iter().map(|&byte| 0xdc00 + libc::wchar_t::from(byte)));
    }
    let length = wide.len();
    wide.push(0);
    let memory: *mut libc::wchar_t = objects::memory::raw_allocate(size_of_val(&wide[..])).cast();
    // SAFETY: fresh memory of this size; `size` is null or the caller's.
    unsafe {
        if !memory.is_null() {
            memory.copy_from_nonoverlapping(wide.as_ptr(), wide.len());
        }
        if let Some(size) = size.as_mut() {
            *size = if memory.is_null() { usize::MAX } else { length };
        }
    }
    memory
}
