//! Tracebacks of threads for when things have gone wrong: written straight to a descriptor, without memory,
//! locks or the GIL, so that signal handlers may do it (`_Py_DumpTraceback`).
//!
//! The threads may be running meanwhile, and what they run may be broken: what is written is what is
//! found, as far as it has the right types.

use std::ptr;
use std::sync::atomic::Ordering;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::frame::Frame;
use crate::interpreter::{Interpreter, MAIN};

const MOST_FRAMES: usize = 100;
const MOST_THREADS: usize = 100;
const MOST_CHARACTERS: usize = 500;

/// A descriptor that is written to. What cannot be written is lost: there is nobody to tell.
#[derive(Clone, Copy)]
pub struct Descriptor(pub i32);

impl Descriptor {
    pub fn write(self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            // SAFETY: a call that signal handlers may make, with memory that is there.
            let written = unsafe { libc::write(self.0, rest.as_ptr().cast(), rest.len()) };
            match usize::try_from(written) {
                Ok(written) if written > 0 => rest = &rest[written..],
                _ => return,
            }
        }
    }

    pub fn write_decimal(self, number: u64) {
        self.write_digits(number, 10, 1);
    }

    fn write_digits(self, mut number: u64, radix: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        while number > 0 || digits.len() - start < width {
            start -= 1;
            digits[start] = b"0123456789abcdef"[(number % radix) as usize];
            number /= radix;
        }
        self.write(std::str::from_utf8(&digits[start..]).unwrap_or_default());
    }

    /// A text as ASCII, its other characters as escapes.
    fn write_text(self, text: &Str) {
        for index in 0..text.len().min(MOST_CHARACTERS) {
            let point = text.code_point(index);
            let (escape, width) = match point {
                0x20..0x7f => {
                    let byte = [point as u8];
                    self.write(std::str::from_utf8(&byte).unwrap_or_default());
                    continue;
                }
                0..0x100 => ("\\x", 2),
                0x100..0x10000 => ("\\u", 4),
                _ => ("\\U", 8),
            };
            self.write(escape);
            self.write_digits(point.into(), 16, width);
        }
        if text.len() > MOST_CHARACTERS {
            self.write("...");
        }
    }
}

/// Writes the frames of a thread, the innermost first.
pub fn write_stack(to: Descriptor, state: &ThreadState) {
    to.write("Stack (most recent call first):\n");
    write_frames(to, state);
}

/// Writes the frames of all threads of the interpreter of `current`, or of the first one; `current` is said
/// to be so.
#[allow(clippy::not_unsafe_ptr_arg_deref)] // A thread state of the calling thread, or null.
pub fn write_threads(to: Descriptor, current: *mut ThreadState) {
    // SAFETY: a thread's own state is alive, and so are its interpreter and the first one.
    let interpreter = unsafe {
        match current.as_ref() {
            Some(current) => current.interp.get().cast::<Interpreter>().as_ref(),
            None => MAIN.load(Ordering::Acquire).as_ref(),
        }
    };
    let mut next = interpreter.map_or(ptr::null_mut(), |interpreter| interpreter.threads.get());
    for count in 0.. {
        // SAFETY: the list is changed under the GIL, which is not held here: the best that can be done.
        let Some(state) = (unsafe { next.as_ref() }) else { break };
        if count > 0 {
            to.write("\n");
        }
        if count >= MOST_THREADS {
            to.write("...\n");
            break;
        }
        to.write(if ptr::eq(state, current) { "Current thread 0x" } else { "Thread 0x" });
        to.write_digits(state.thread_id.get(), 16, 16);
        to.write(" (most recent call first):\n");
        write_frames(to, state);
        next = state.next.get();
    }
}

fn write_frames(to: Descriptor, state: &ThreadState) {
    let mut next = state.frame.get().cast::<Frame>().cast_const();
    if next.is_null() {
        to.write("  <no Python frame>\n");
    }
    for count in 0.. {
        // SAFETY: frames hold the ones behind them; a thread that runs meanwhile is the caller's risk.
        let Some(frame) = (unsafe { next.as_ref() }) else { break };
        if count >= MOST_FRAMES {
            to.write("  ...\n");
            break;
        }
        to.write("  File ");
        // SAFETY: as above.
        match unsafe { frame.code().filename.peek() } {
            Some(name) => {
                to.write("\"");
                to.write_text(name);
                to.write("\"");
            }
            None => to.write("???"),
        }
        to.write(", line ");
        match u64::try_from(frame.line()) {
            Ok(line) => to.write_decimal(line),
            Err(_) => to.write("???"),
        }
        to.write(" in ");
        to.write_text(&frame.code().name);
        to.write("\n");
        // SAFETY: as above.
        next = unsafe { frame.back.peek() }.map_or(ptr::null(), ptr::from_ref);
    }
}
