//! `stderrprinter`: a plain text file over a descriptor, for the time before `io` is there.

use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};

use objects::prelude::*;

/// A writer of UTF-8 to a descriptor that it does not own.
#[repr(C)]
pub struct StdPrinter {
    base: Object,
    descriptor: RawFd,
}

impl StdPrinter {
    pub fn new(descriptor: RawFd) -> Ref<StdPrinter> {
        Ref::new(StdPrinter { base: Object::header(), descriptor })
    }
}

#[class(name = "stderrprinter", symbol = "PyStdPrinter_Type")]
impl StdPrinter {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::format_args(format_args!("<stdprinter(fd={}) object at {:p}>", self.descriptor, self.as_ptr()))
    }

    #[method("(text, /)", no_text_signature)]
    fn write(&self, text: &Str) -> Result<usize> {
        let bytes = objects::codecs::encode_text(text, Some("utf-8"), Some("backslashreplace"))?;
        // SAFETY: the descriptor is borrowed: the file is never dropped.
        let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(self.descriptor) });
        match file.write_all(bytes.as_bytes()) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => Err(exceptions::raise_errno(error.raw_os_error().unwrap_or(0), None, None)),
        }
    }

    #[method("()", no_text_signature)]
    fn flush(&self) {}

    #[method("()", no_text_signature)]
    fn close(&self) {}

    #[method("()", no_text_signature)]
    fn fileno(&self) -> i32 {
        self.descriptor
    }

    #[method("()", no_text_signature)]
    fn isatty(&self) -> bool {
        use std::io::IsTerminal;
        // SAFETY: the descriptor is borrowed for the call.
        unsafe { std::os::fd::BorrowedFd::borrow_raw(self.descriptor) }.is_terminal()
    }

    #[getter]
    fn encoding(&self) -> &'static str {
        "utf-8"
    }

    #[getter]
    fn mode(&self) -> &'static str {
        "w"
    }

    #[getter]
    fn closed(&self) -> bool {
        false
    }
}
