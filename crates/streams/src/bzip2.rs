//! bzip2.

use std::ffi::{c_int, c_uint};

use libbz2_rs_sys as library;
use library::bz_stream;

use crate::{OutOfMemory, Output};

/// What the library answers.
pub type Code = c_int;

pub const OK: Code = library::BZ_OK;
pub const RUN_OK: Code = library::BZ_RUN_OK;
pub const FLUSH_OK: Code = library::BZ_FLUSH_OK;
pub const FINISH_OK: Code = library::BZ_FINISH_OK;
pub const STREAM_END: Code = library::BZ_STREAM_END;
pub const SEQUENCE_ERROR: Code = library::BZ_SEQUENCE_ERROR;
pub const PARAM_ERROR: Code = library::BZ_PARAM_ERROR;
pub const MEM_ERROR: Code = library::BZ_MEM_ERROR;
pub const DATA_ERROR: Code = library::BZ_DATA_ERROR;
pub const DATA_ERROR_MAGIC: Code = library::BZ_DATA_ERROR_MAGIC;
pub const IO_ERROR: Code = library::BZ_IO_ERROR;
pub const UNEXPECTED_EOF: Code = library::BZ_UNEXPECTED_EOF;

/// What a compressor is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Run,
    Finish,
}

/// The library's structure, which stays in its place: the library's state points back to it.
struct Raw(Box<bz_stream>);

impl Raw {
    fn new() -> Raw {
        // SAFETY: numbers, null pointers and absent functions, which stand for the library's own.
        Raw(Box::new(unsafe { std::mem::zeroed() }))
    }

    /// Runs a step of the stream, which takes bytes off the input and adds some to the output.
    fn step(
        &mut self,
        input: &mut &[u8],
        output: &mut Output,
        step: impl FnOnce(&mut bz_stream) -> c_int,
    ) -> Result<Code, OutOfMemory> {
        let stream = &mut *self.0;
        let room = output.room()?;
        let given = c_uint::try_from(input.len()).unwrap_or(c_uint::MAX);
        let offered = c_uint::try_from(room.len()).unwrap_or(c_uint::MAX);
        (stream.next_in, stream.avail_in) = (input.as_ptr().cast(), given);
        (stream.next_out, stream.avail_out) = (room.as_mut_ptr().cast(), offered);
        let code = step(stream);
        *input = &input[(given - stream.avail_in) as usize..];
        let written = (offered - stream.avail_out) as usize;
        // SAFETY: the library has written so many bytes.
        unsafe { output.advance(written) };
        Ok(code)
    }
}

/// A stream that compresses.
pub struct Compressor(Raw);

impl Compressor {
    /// With a level from 1 to 9.
    pub fn new(level: i32) -> Result<Compressor, Code> {
        let mut raw = Raw::new();
        // SAFETY: a fresh structure.
        match unsafe { library::BZ2_bzCompressInit(&mut *raw.0, level, 0, 0) } {
            OK => Ok(Compressor(raw)),
            code => Err(code),
        }
    }

    pub fn step(
        &mut self,
        input: &mut &[u8],
        output: &mut Output,
        action: Action,
    ) -> Result<Code, OutOfMemory> {
        let action = match action {
            Action::Run => library::BZ_RUN,
            Action::Finish => library::BZ_FINISH,
        };
        // SAFETY: a stream of the library's with pointers to as many bytes as it says.
        self.0.step(input, output, |stream| unsafe { library::BZ2_bzCompress(stream, action) })
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: a stream of the library's, ended once.
        unsafe { library::BZ2_bzCompressEnd(&mut *self.0.0) };
    }
}

/// A stream that decompresses.
pub struct Decompressor(Raw);

impl Decompressor {
    pub fn new() -> Result<Decompressor, Code> {
        let mut raw = Raw::new();
        // SAFETY: a fresh structure.
        match unsafe { library::BZ2_bzDecompressInit(&mut *raw.0, 0, 0) } {
            OK => Ok(Decompressor(raw)),
            code => Err(code),
        }
    }

    pub fn step(&mut self, input: &mut &[u8], output: &mut Output) -> Result<Code, OutOfMemory> {
        // SAFETY: a stream of the library's with pointers to as many bytes as it says.
        self.0.step(input, output, |stream| unsafe { library::BZ2_bzDecompress(stream) })
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: a stream of the library's, ended once.
        unsafe { library::BZ2_bzDecompressEnd(&mut *self.0.0) };
    }
}
