//! `BufferedRandom`.

use std::mem::offset_of;

use objects::buffer::BytesLike;
use objects::prelude::*;

use super::Core;
use super::methods::{common_methods, reading_methods, writing_methods};
use crate::io::DEFAULT_BUFFER_SIZE;
use crate::io::base::{self, BUFFERED_IO_BASE, BufferedIoBase, Size};

/// A buffer over a raw stream that is read, written and sought.
#[repr(C)]
#[derive(Trace)]
pub struct BufferedRandom {
    base: BufferedIoBase,
    pub core: Core,
}

common_methods!(BufferedRandom COMMON);
reading_methods!(BufferedRandom READING);
writing_methods!(BufferedRandom WRITING);

/// Reads and writes of a stream whose position can be changed, through one buffer.
///
/// The raw stream must be seekable. The buffer has buffer_size bytes,
/// DEFAULT_BUFFER_SIZE where that is not given.
#[class(
    name = "BufferedRandom", module = "_io", base = BUFFERED_IO_BASE, layout = BufferedIoBase,
    flags = BASETYPE, signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    include = [COMMON, READING, WRITING]
)]
impl BufferedRandom {
    #[slot(tp_init, "(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
    fn init(&self, raw: &Object, buffer_size: Option<isize>) -> Result<()> {
        base::check_seekable(raw)?;
        base::check_readable(raw)?;
        base::check_writable(raw)?;
        self.core.readable.set(true);
        self.core.writable.set(true);
        self.core.initialize(raw, buffer_size.unwrap_or(DEFAULT_BUFFER_SIZE as isize))
    }
}
