//! Deflate, with zlib's and gzip's containers.

use std::ffi::{CStr, c_int, c_uint};
use std::mem::size_of;

use library::z_stream;
use libz_rs_sys as library;

use crate::{OutOfMemory, Output};

/// What the library answers.
pub type Code = c_int;

pub const OK: Code = library::Z_OK;
pub const STREAM_END: Code = library::Z_STREAM_END;
pub const NEED_DICT: Code = library::Z_NEED_DICT;
pub const STREAM_ERROR: Code = library::Z_STREAM_ERROR;
pub const DATA_ERROR: Code = library::Z_DATA_ERROR;
pub const MEM_ERROR: Code = library::Z_MEM_ERROR;
pub const BUF_ERROR: Code = library::Z_BUF_ERROR;

/// How much of the output is to be forced out.
pub mod flush {
    use super::library;

    pub const NONE: i32 = library::Z_NO_FLUSH;
    pub const SYNC: i32 = library::Z_SYNC_FLUSH;
    pub const FINISH: i32 = library::Z_FINISH;
}

/// The library's version.
pub fn version() -> &'static str {
    // SAFETY: the library gives a constant string.
    unsafe { CStr::from_ptr(library::zlibVersion()) }.to_str().unwrap_or_default()
}

/// The Adler-32 checksum of some bytes, going on from another one.
pub fn adler32(start: u32, data: &[u8]) -> u32 {
    // SAFETY: a pointer to so many bytes.
    unsafe { library::adler32_z(start.into(), data.as_ptr(), data.len()) as u32 }
}

/// An error's number and the library's words for it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub code: Code,
    pub message: Option<String>,
}

type Step = unsafe extern "C" fn(*mut z_stream, c_int) -> c_int;

/// The library's structure, which stays in its place: the library's state points back to it.
struct Raw(Box<z_stream>);

impl Raw {
    fn new() -> Raw {
        Raw(Box::default())
    }

    fn failure(&self, code: Code) -> Failure {
        // SAFETY: the library's messages are constant strings.
        let message = (!self.0.msg.is_null()).then(|| unsafe { CStr::from_ptr(self.0.msg) });
        Failure { code, message: message.map(|message| message.to_string_lossy().into_owned()) }
    }

    fn checked(self, code: Code) -> Result<Raw, Failure> {
        match code {
            OK => Ok(self),
            _ => Err(self.failure(code)),
        }
    }

    /// Runs a step of the stream, which takes bytes off the input and adds some to the output.
    fn step(
        &mut self,
        step: Step,
        input: &mut &[u8],
        output: &mut Output,
        flush: i32,
    ) -> Result<Code, OutOfMemory> {
        let stream = &mut *self.0;
        let room = output.room()?;
        let given = c_uint::try_from(input.len()).unwrap_or(c_uint::MAX);
        let offered = c_uint::try_from(room.len()).unwrap_or(c_uint::MAX);
        (stream.next_in, stream.avail_in) = (input.as_ptr(), given);
        (stream.next_out, stream.avail_out) = (room.as_mut_ptr().cast(), offered);
        // SAFETY: a stream of the library's, or one that it refuses, with pointers to as many bytes as it says.
        let code = unsafe { step(stream, flush) };
        *input = &input[(given - stream.avail_in) as usize..];
        let written = (offered - stream.avail_out) as usize;
        // SAFETY: the library has written so many bytes.
        unsafe { output.advance(written) };
        Ok(code)
    }
}

fn dictionary(
    stream: &mut Raw,
    set: unsafe extern "C" fn(*mut z_stream, *const u8, c_uint) -> c_int,
    dictionary: &[u8],
) -> Result<(), Failure> {
    let Ok(length) = c_uint::try_from(dictionary.len()) else { return Err(stream.failure(STREAM_ERROR)) };
    // SAFETY: a stream of the library's, and a pointer to so many bytes.
    match unsafe { set(&mut *stream.0, dictionary.as_ptr(), length) } {
        OK => Ok(()),
        code => Err(stream.failure(code)),
    }
}

/// A stream that compresses.
pub struct Deflate(Raw);

impl Deflate {
    pub fn new(
        level: i32,
        method: i32,
        window_bits: i32,
        memory_level: i32,
        strategy: i32,
    ) -> Result<Deflate, Failure> {
        let mut raw = Raw::new();
        // SAFETY: a fresh structure of the library's own size.
        let code = unsafe {
            library::deflateInit2_(
                &mut *raw.0,
                level,
                method,
                window_bits,
                memory_level,
                strategy,
                library::zlibVersion(),
                size_of::<z_stream>() as c_int,
            )
        };
        raw.checked(code).map(Deflate)
    }

    pub fn set_dictionary(&mut self, content: &[u8]) -> Result<(), Failure> {
        dictionary(&mut self.0, library::deflateSetDictionary, content)
    }

    pub fn step(&mut self, input: &mut &[u8], output: &mut Output, flush: i32) -> Result<Code, OutOfMemory> {
        self.0.step(library::deflate, input, output, flush)
    }

    /// The number with the library's words.
    pub fn failure(&self, code: Code) -> Failure {
        self.0.failure(code)
    }

    /// A stream that goes on as this one would.
    pub fn copy(&mut self) -> Result<Deflate, Failure> {
        let mut raw = Raw::new();
        // SAFETY: a fresh structure, and a stream of the library's, or one that it refuses.
        let code = unsafe { library::deflateCopy(&mut *raw.0, &mut *self.0.0) };
        raw.checked(code).map(Deflate)
    }

    /// Ends the stream: it is of no use any more.
    pub fn end(&mut self) -> Code {
        // SAFETY: the library refuses a stream that has ended.
        unsafe { library::deflateEnd(&mut *self.0.0) }
    }
}

impl Drop for Deflate {
    fn drop(&mut self) {
        self.end();
    }
}

/// A stream that decompresses.
pub struct Inflate(Raw);

impl Inflate {
    pub fn new(window_bits: i32) -> Result<Inflate, Failure> {
        let mut raw = Raw::new();
        let size = size_of::<z_stream>() as c_int;
        // SAFETY: a fresh structure of the library's own size.
        let code = unsafe { library::inflateInit2_(&mut *raw.0, window_bits, library::zlibVersion(), size) };
        raw.checked(code).map(Inflate)
    }

    pub fn set_dictionary(&mut self, content: &[u8]) -> Result<(), Failure> {
        dictionary(&mut self.0, library::inflateSetDictionary, content)
    }

    pub fn step(&mut self, input: &mut &[u8], output: &mut Output, flush: i32) -> Result<Code, OutOfMemory> {
        self.0.step(library::inflate, input, output, flush)
    }

    /// The number with the library's words.
    pub fn failure(&self, code: Code) -> Failure {
        self.0.failure(code)
    }

    /// A stream that goes on as this one would.
    pub fn copy(&mut self) -> Result<Inflate, Failure> {
        let mut raw = Raw::new();
        // SAFETY: a fresh structure, and a stream of the library's, or one that it refuses.
        let code = unsafe { library::inflateCopy(&mut *raw.0, &*self.0.0) };
        raw.checked(code).map(Inflate)
    }

    /// Ends the stream: it is of no use any more.
    pub fn end(&mut self) -> Code {
        // SAFETY: the library refuses a stream that has ended.
        unsafe { library::inflateEnd(&mut *self.0.0) }
    }
}

impl Drop for Inflate {
    fn drop(&mut self) {
        self.end();
    }
}
