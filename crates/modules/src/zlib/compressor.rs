//! Compressing: whole data, and `Compress` objects.

use objects::buffer::BytesLike;
use objects::prelude::*;
use objects::thread_state::allow_threads;
use streams::Output;
use streams::zlib::{self, Code, Deflate, flush};

use super::{DEFAULT_BUFFER, DEFLATED, ERROR, MAX_WINDOW_BITS, Trouble, output_of, raise_failure};
use crate::shared::Shared;

/// Steps until the stream has nothing more to give out; what it answered last.
fn drain(
    stream: &mut Deflate,
    mut input: &[u8],
    output: &mut Output,
    mode: i32,
    doing: &'static str,
) -> Result<Code, Trouble> {
    loop {
        // The library takes the length of its input as 32 bits: all but the last part are for going on.
        let part = if input.len() > u32::MAX as usize { flush::NONE } else { mode };
        let code = stream.step(&mut input, output, part)?;
        if code == zlib::STREAM_ERROR {
            return Err(Trouble::Failed(stream.failure(code), doing));
        }
        if code == zlib::STREAM_END || (input.is_empty() && !output.is_filled()) {
            return Ok(code);
        }
    }
}

/// `zlib.compress`.
pub fn compress_whole(data: &[u8], level: i32) -> Result<Ref<Bytes>> {
    let mut output = output_of(DEFAULT_BUFFER, usize::MAX)?;
    let mut stream = match Deflate::new(level, DEFLATED, MAX_WINDOW_BITS, super::DEFAULT_MEMORY_LEVEL, 0) {
        Ok(stream) => stream,
        Err(failure) => {
            return Err(match failure.code {
                zlib::MEM_ERROR => raise!(MemoryError, "Out of memory while compressing data"),
                zlib::STREAM_ERROR => ERROR.raise("Bad compression level"),
                _ => raise_failure(&failure, "while compressing data"),
            });
        }
    };
    let done =
        allow_threads(|| drain(&mut stream, data, &mut output, flush::FINISH, "while compressing data"));
    match done.map_err(Trouble::raise)? {
        zlib::STREAM_END => Bytes::try_new(output.bytes()),
        code => Err(raise_failure(&stream.failure(code), "while compressing data")),
    }
}

/// A stream that compresses.
#[repr(C)]
pub struct Compress {
    base: Object,
    stream: Shared<Deflate>,
}

impl Compress {
    pub fn new(
        level: i32,
        method: i32,
        window_bits: i32,
        memory_level: i32,
        strategy: i32,
        dictionary: Option<&[u8]>,
    ) -> Result<Ref<Compress>> {
        if dictionary.is_some_and(|dictionary| u32::try_from(dictionary.len()).is_err()) {
            bail!(OverflowError, "zdict length does not fit in an unsigned int");
        }
        let mut stream = Deflate::new(level, method, window_bits, memory_level, strategy).map_err(
            |failure| match failure.code {
                zlib::MEM_ERROR => raise!(MemoryError, "Can't allocate memory for compression object"),
                zlib::STREAM_ERROR => raise!(ValueError, "Invalid initialization option"),
                _ => raise_failure(&failure, "while creating compression object"),
            },
        )?;
        if let Some(dictionary) = dictionary {
            stream.set_dictionary(dictionary).map_err(|failure| match failure.code {
                zlib::STREAM_ERROR => raise!(ValueError, "Invalid dictionary"),
                _ => raise!(ValueError, "deflateSetDictionary()"),
            })?;
        }
        Ok(Ref::new(Compress { base: Object::header(), stream: Shared::new(stream) }))
    }

    fn copied(&self) -> Result<Ref<Compress>> {
        let stream = self.stream.with(Deflate::copy).map_err(|failure| match failure.code {
            zlib::STREAM_ERROR => raise!(ValueError, "Inconsistent stream state"),
            zlib::MEM_ERROR => raise!(MemoryError, "Can't allocate memory for compression object"),
            _ => raise_failure(&failure, "while copying compression object"),
        })?;
        Ok(Ref::new(Compress { base: Object::header(), stream: Shared::new(stream) }))
    }
}

#[class(name = "Compress", module = "zlib")]
impl Compress {
    /// Compress a piece of data, and give what output there is so far.
    ///
    ///   data
    ///     The piece, bytes-like.
    ///
    /// The rest of the output is given with later pieces, or by flush().
    #[method("(data, /)")]
    fn compress(&self, data: BytesLike) -> Result<Ref<Bytes>> {
        let mut output = output_of(DEFAULT_BUFFER, usize::MAX)?;
        let input = data.bytes();
        self.stream
            .detached(|stream| drain(stream, input, &mut output, flush::NONE, "while compressing data"))
            .map_err(Trouble::raise)?;
        Bytes::try_new(output.bytes())
    }

    /// Give the output that was kept back.
    ///
    ///   mode
    ///     Z_FINISH ends the data: the object can no longer be used. After Z_SYNC_FLUSH
    ///     and Z_FULL_FLUSH more data can follow.
    #[method("(mode=zlib.Z_FINISH, /)")]
    fn flush(&self, mode: Option<i32>) -> Result<Ref<Bytes>> {
        let mode = mode.unwrap_or(flush::FINISH);
        if mode == flush::NONE {
            return Bytes::try_new(b"");
        }
        let mut output = output_of(DEFAULT_BUFFER, usize::MAX)?;
        let done = self.stream.detached(|stream| {
            let code = drain(stream, &[], &mut output, mode, "while flushing")?;
            let (code, doing) = match code {
                zlib::STREAM_END if mode == flush::FINISH => (stream.end(), "while finishing compression"),
                _ => (code, "while flushing"),
            };
            match code {
                zlib::OK | zlib::BUF_ERROR => Ok(()),
                code => Err(Trouble::Failed(stream.failure(code), doing)),
            }
        });
        done.map_err(Trouble::raise)?;
        Bytes::try_new(output.bytes())
    }

    /// Another compressor in the same state, for data that begins alike.
    #[method]
    fn copy(&self) -> Result<Ref<Compress>> {
        self.copied()
    }

    #[method]
    fn __copy__(&self) -> Result<Ref<Compress>> {
        self.copied()
    }

    #[method("(memo, /)")]
    fn __deepcopy__(&self, memo: &Object) -> Result<Ref<Compress>> {
        let _ = memo;
        self.copied()
    }
}
