//! `_bz2`.

use objects::arguments;
use objects::buffer::BytesLike;
use objects::prelude::*;
use streams::bzip2::{self, Action, Code};
use streams::{OutOfMemory, Output};

use crate::decompression::{Decompression, Step, Stream, Trouble};
use crate::shared::Shared;

/// The exception for what the library answered.
#[cold]
fn raise_code(code: Code) -> Raised {
    match code {
        bzip2::PARAM_ERROR => {
            raise!(ValueError, "Internal error - invalid parameters passed to libbzip2")
        }
        bzip2::MEM_ERROR => raise!(MemoryError),
        bzip2::DATA_ERROR | bzip2::DATA_ERROR_MAGIC => raise!(OSError, "Invalid data stream"),
        bzip2::IO_ERROR => raise!(OSError, "Unknown I/O error"),
        bzip2::UNEXPECTED_EOF => {
            raise!(EOFError, "Compressed file ended before the logical end-of-stream was detected")
        }
        bzip2::SEQUENCE_ERROR => {
            raise!(RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2")
        }
        _ => raise!(OSError, "Unrecognized error from libbzip2: {code}"),
    }
}

fn is_failure(code: Code) -> bool {
    !matches!(code, bzip2::OK | bzip2::RUN_OK | bzip2::FLUSH_OK | bzip2::FINISH_OK | bzip2::STREAM_END)
}

impl Stream for bzip2::Decompressor {
    type Failure = Code;
    const HOLDS_OUTPUT: bool = false;

    fn step(&mut self, input: &mut &[u8], output: &mut Output) -> Result<Step, Trouble<Code>> {
        match bzip2::Decompressor::step(self, input, output)? {
            bzip2::STREAM_END => Ok(Step::End),
            code if is_failure(code) => Err(Trouble::Failed(code)),
            _ => Ok(Step::GoOn),
        }
    }
}

#[cold]
fn raise_trouble(trouble: Trouble<Code>) -> Raised {
    match trouble {
        Trouble::OutOfMemory => raise!(MemoryError),
        Trouble::AtEnd => raise!(EOFError, "End of stream already reached"),
        Trouble::Failed(code) => raise_code(code),
    }
}

/// A stream that compresses, until it is flushed.
struct Compression {
    stream: bzip2::Compressor,
    is_flushed: bool,
}

/// The room that an output begins with.
const FIRST: usize = 8 * 1024;

impl Compression {
    fn run(&mut self, mut input: &[u8], action: Action) -> Result<Result<Output, Code>, OutOfMemory> {
        let mut output = Output::new(FIRST, usize::MAX);
        loop {
            let is_last = u32::try_from(input.len()).is_ok();
            let step = if is_last { action } else { Action::Run };
            if step == Action::Run && input.is_empty() {
                return Ok(Ok(output));
            }
            match self.stream.step(&mut input, &mut output, step)? {
                bzip2::STREAM_END => return Ok(Ok(output)),
                code if is_failure(code) => return Ok(Err(code)),
                _ => {}
            }
        }
    }
}

/// A compressor.
#[repr(C)]
pub struct Bz2Compressor {
    base: Object,
    compression: Shared<Compression>,
}

impl Bz2Compressor {
    fn run(&self, input: &[u8], action: Action, refusal: &str) -> Result<Ref<Bytes>> {
        let done = self.compression.detached(|compression| {
            if compression.is_flushed {
                return None;
            }
            compression.is_flushed = action == Action::Finish;
            Some(compression.run(input, action))
        });
        match done {
            None => Err(raise!(ValueError, "{refusal}")),
            Some(Err(OutOfMemory)) => Err(raise!(MemoryError)),
            Some(Ok(Err(code))) => Err(raise_code(code)),
            Some(Ok(Ok(output))) => Bytes::try_new(output.bytes()),
        }
    }
}

/// Compresses data that comes in pieces; compress() does it for data as a whole.
///
///   compresslevel
///     The size of blocks, from 1 to 9 times 100 kB: larger ones make smaller output.
#[class(name = "BZ2Compressor", module = "_bz2", signature = "(compresslevel=9, /)")]
impl Bz2Compressor {
    #[slot(tp_new, "(compresslevel=9, /)")]
    fn new(class: &Type, compresslevel: i32) -> Result<Ref<Bz2Compressor>> {
        if !(1..=9).contains(&compresslevel) {
            bail!(ValueError, "compresslevel must be between 1 and 9");
        }
        let stream = bzip2::Compressor::new(compresslevel).map_err(raise_code)?;
        let compression = Shared::new(Compression { stream, is_flushed: false });
        Ref::new_in(class, Bz2Compressor { base: Object::header(), compression })
    }

    /// Compress a piece of data, and give what output there is so far, which may be b''.
    ///
    /// The rest of it comes from flush() behind the last piece.
    #[method("(data, /)")]
    fn compress(&self, data: BytesLike) -> Result<Ref<Bytes>> {
        self.run(data.bytes(), Action::Run, "Compressor has been flushed")
    }

    /// Give the rest of the output. Nothing can be done with the compressor afterwards.
    #[method]
    fn flush(&self) -> Result<Ref<Bytes>> {
        self.run(&[], Action::Finish, "Repeated call to flush()")
    }
}

/// A decompressor.
#[repr(C)]
pub struct Bz2Decompressor {
    base: Object,
    decompression: Shared<Decompression<bzip2::Decompressor>>,
}

/// Decompresses a stream that comes in pieces; decompress() does it for data as a whole.
#[class(name = "BZ2Decompressor", module = "_bz2", signature = "()")]
impl Bz2Decompressor {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Bz2Decompressor>> {
        arguments::check_no_positional("BZ2Decompressor", args)?;
        arguments::check_no_keywords("BZ2Decompressor", kwargs, true)?;
        let stream = bzip2::Decompressor::new().map_err(raise_code)?;
        let decompression = Shared::new(Decompression::new(stream));
        Ref::new_in(class, Bz2Decompressor { base: Object::header(), decompression })
    }

    /// Decompress a piece of the stream, and give what output there is so far.
    ///
    /// With a *max_length* that is not negative, that is so many bytes at most. Where there
    /// could be more, needs_input is False then: call again, with b'' or with the next piece.
    /// Otherwise it is True as long as the stream goes on.
    ///
    /// EOFError is raised for a piece after the stream's end. What stands behind the end in
    /// the last piece is left in unused_data.
    #[method("(data, max_length=-1)")]
    fn decompress(&self, data: BytesLike, max_length: isize) -> Result<Ref<Bytes>> {
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let done = self.decompression.detached(|decompression| decompression.run(data.bytes(), limit));
        Bytes::try_new(done.map_err(raise_trouble)?.bytes())
    }

    /// Whether the stream has ended.
    #[getter]
    fn eof(&self) -> bool {
        self.decompression.with(|decompression| decompression.is_at_end)
    }

    /// The bytes that stood behind the stream's end.
    #[getter]
    fn unused_data(&self) -> Vec<u8> {
        self.decompression.with(|decompression| decompression.unused.clone())
    }

    /// Whether there will be no more output without more input.
    #[getter]
    fn needs_input(&self) -> bool {
        self.decompression.with(|decompression| decompression.needs_input)
    }
}

#[module(name = "_bz2", classes = [super::BZ2_COMPRESSOR, super::BZ2_DECOMPRESSOR])]
pub mod module {}
