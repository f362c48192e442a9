//! `BufferedWriter`.

use std::mem::offset_of;

use objects::buffer::BytesLike;
use objects::prelude::*;

use super::Core;
use super::methods::{common_methods, writing_methods};
use crate::io::DEFAULT_BUFFER_SIZE;
use crate::io::base::{self, BUFFERED_IO_BASE, BufferedIoBase};

/// A buffer over a raw stream that is written.
#[repr(C)]
#[derive(Trace)]
pub struct BufferedWriter {
    base: BufferedIoBase,
    pub core: Core,
}

common_methods!(BufferedWriter COMMON);
writing_methods!(BufferedWriter WRITING);

/// Writes to a raw stream through a buffer: many small writes make few large ones.
///
/// The raw stream must be writable. The buffer has buffer_size bytes,
/// DEFAULT_BUFFER_SIZE where that is not given.
#[class(
    name = "BufferedWriter", module = "_io", base = BUFFERED_IO_BASE, layout = BufferedIoBase,
    flags = BASETYPE, signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", include = [COMMON, WRITING]
)]
impl BufferedWriter {
    #[slot(tp_init, "(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
    fn init(&self, raw: &Object, buffer_size: Option<isize>) -> Result<()> {
        base::check_writable(raw)?;
        self.core.readable.set(false);
        self.core.writable.set(true);
        self.core.initialize(raw, buffer_size.unwrap_or(DEFAULT_BUFFER_SIZE as isize))
    }
}
