//! `BufferedReader`.

use std::mem::offset_of;

use objects::prelude::*;

use super::Core;
use super::methods::{common_methods, reading_methods};
use crate::io::DEFAULT_BUFFER_SIZE;
use crate::io::base::{self, BUFFERED_IO_BASE, BufferedIoBase, Size};

/// A buffer over a raw stream that is read.
#[repr(C)]
#[derive(Trace)]
pub struct BufferedReader {
    base: BufferedIoBase,
    pub core: Core,
}

common_methods!(BufferedReader COMMON);
reading_methods!(BufferedReader READING);

/// Reads of a raw stream through a buffer: many small reads make few large ones.
#[class(
    name = "BufferedReader", module = "_io", base = BUFFERED_IO_BASE, layout = BufferedIoBase,
    flags = BASETYPE, signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", include = [COMMON, READING]
)]
impl BufferedReader {
    #[slot(tp_init, "(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
    fn init(&self, raw: &Object, buffer_size: Option<isize>) -> Result<()> {
        base::check_readable(raw)?;
        self.core.readable.set(true);
        self.core.writable.set(false);
        self.core.initialize(raw, buffer_size.unwrap_or(DEFAULT_BUFFER_SIZE as isize))
    }
}
