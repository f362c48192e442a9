//! `pylifecycle.h`: starting and naming the program from C.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::Ordering;

/// The name that C code gave the program; null for the one it has by itself.
struct ProgramName(Cell<*const u32>);

// SAFETY: written before start-up, or under the GIL.
unsafe impl Sync for ProgramName {}

static PROGRAM_NAME: ProgramName = ProgramName(Cell::new(std::ptr::null()));

/// The caller keeps the text.
#[unsafe(no_mangle)]
extern "C" fn Py_SetProgramName(name: *const u32) {
    PROGRAM_NAME.0.set(name);
}

#[unsafe(no_mangle)]
extern "C" fn Py_GetProgramName() -> *const u32 {
    if PROGRAM_NAME.0.get().is_null() {
        let name: Vec<u32> =
            std::env::args().next().unwrap_or_default().chars().map(u32::from).chain([0]).collect();
        PROGRAM_NAME.0.set(Box::leak(name.into_boxed_slice()).as_ptr());
    }
    PROGRAM_NAME.0.get()
}

/// Nothing to do where the interpreter runs already. A process that is not Krait's cannot be started yet.
#[unsafe(no_mangle)]
unsafe extern "C" fn Py_InitializeEx(_signals: c_int) {
    if vm::interpreter::MAIN.load(Ordering::Acquire).is_null() {
        eprintln!("Fatal Python error: Py_InitializeEx: Krait cannot be embedded yet");
        std::process::abort();
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_Initialize() {
    // SAFETY: the same contract.
    unsafe { Py_InitializeEx(1) }
}
