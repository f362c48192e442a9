//! Decompressing: whole data, and `Decompress` objects.

use std::cell::Cell;

use objects::arguments::Loose;
use objects::buffer::BytesLike;
use objects::prelude::*;
use objects::thread_state::allow_threads;
use streams::Output;
use streams::zlib::{self, Code, Inflate, flush};

use super::{DEFAULT_BUFFER, Trouble, output_of, raise_failure};
use crate::shared::Shared;

const DOING: &str = "while decompressing data";

/// Steps until the input or the room for output is used up, or the data ends; what the stream answered last.
fn drain(
    stream: &mut Inflate,
    input: &mut &[u8],
    output: &mut Output,
    mode: i32,
    dictionary: Option<&[u8]>,
) -> Result<Code, Trouble> {
    loop {
        let code = stream.step(input, output, mode)?;
        match (code, dictionary) {
            (zlib::OK | zlib::BUF_ERROR, _) => {
                if output.is_full() || (input.is_empty() && !output.is_filled()) {
                    return Ok(code);
                }
            }
            (zlib::NEED_DICT, Some(dictionary)) => stream
                .set_dictionary(dictionary)
                .map_err(|failure| Trouble::Failed(failure, "while setting zdict"))?,
            _ => return Ok(code),
        }
    }
}

/// `zlib.decompress`.
pub fn decompress_whole(mut data: &[u8], window_bits: i32, first: isize) -> Result<Ref<Bytes>> {
    if first < 0 {
        bail!(ValueError, "bufsize must be non-negative");
    }
    let mut output = output_of(first.max(1), usize::MAX)?;
    let mut stream = Inflate::new(window_bits).map_err(|failure| match failure.code {
        zlib::MEM_ERROR => raise!(MemoryError, "Out of memory while decompressing data"),
        _ => raise_failure(&failure, "while preparing to decompress data"),
    })?;
    let done = allow_threads(|| drain(&mut stream, &mut data, &mut output, flush::SYNC, None));
    let mut failure = match done.map_err(Trouble::raise)? {
        zlib::STREAM_END => return Bytes::try_new(output.bytes()),
        code => stream.failure(code),
    };
    if failure.code == zlib::OK {
        failure.code = zlib::BUF_ERROR;
    }
    Err(match failure.code {
        zlib::MEM_ERROR => raise!(MemoryError, "Out of memory while decompressing data"),
        _ => raise_failure(&failure, DOING),
    })
}

/// A stream that decompresses.
#[repr(C)]
#[derive(Trace)]
pub struct Decompress {
    base: Object,
    #[trace(skip)]
    stream: Shared<Inflate>,
    dictionary: Field,
    unused_data: Field<Bytes>,
    unconsumed_tail: Field<Bytes>,
    #[trace(skip)]
    eof: Cell<bool>,
}

impl Decompress {
    pub fn new(window_bits: i32, dictionary: Option<&Object>) -> Result<Ref<Decompress>> {
        let mut stream = Inflate::new(window_bits).map_err(|failure| match failure.code {
            zlib::MEM_ERROR => raise!(MemoryError, "Can't allocate memory for decompression object"),
            zlib::STREAM_ERROR => raise!(ValueError, "Invalid initialization option"),
            _ => raise_failure(&failure, "while creating decompression object"),
        })?;
        if let Some(dictionary) = dictionary
            && window_bits < 0
        {
            // A raw stream has no place at which to ask for it.
            let content = BytesLike::of(dictionary)?;
            stream
                .set_dictionary(content.bytes())
                .map_err(|failure| raise_failure(&failure, "while setting zdict"))?;
        }
        let empty = Bytes::try_new(b"")?;
        Ok(Ref::new(Decompress {
            base: Object::header(),
            stream: Shared::new(stream),
            dictionary: Field::new(dictionary.map(Object::to_ref)),
            unused_data: Field::new(Some(empty.clone())),
            unconsumed_tail: Field::new(Some(empty)),
            eof: Cell::new(false),
        }))
    }

    /// Keeps what was left of the input for whoever asks for it.
    fn keep_rest(&self, mut rest: &[u8], code: Code) -> Result<()> {
        if code == zlib::STREAM_END {
            if !rest.is_empty()
                && let Some(unused) = self.unused_data.take()
            {
                self.unused_data.set(Some(Bytes::append(unused, rest)?));
            }
            rest = &[];
        }
        if !rest.is_empty() || self.unconsumed_tail.get().is_some_and(|tail| !tail.is_empty()) {
            self.unconsumed_tail.set(Some(Bytes::try_new(rest)?));
        }
        Ok(())
    }

    /// Decompresses into the output; what the stream answered last.
    fn run(&self, mut input: &[u8], output: &mut Output, mode: i32) -> Result<Code> {
        let dictionary = self.dictionary.get();
        let dictionary = dictionary.as_deref().map(BytesLike::of).transpose()?;
        let dictionary = dictionary.as_ref().map(BytesLike::bytes);
        let done = self.stream.detached(|stream| drain(stream, &mut input, output, mode, dictionary));
        let code = done.map_err(Trouble::raise)?;
        self.keep_rest(input, code)?;
        if code == zlib::STREAM_END {
            self.eof.set(true);
        }
        Ok(code)
    }

    fn copied(&self) -> Result<Ref<Decompress>> {
        let stream = self.stream.with(Inflate::copy).map_err(|failure| match failure.code {
            zlib::STREAM_ERROR => raise!(ValueError, "Inconsistent stream state"),
            zlib::MEM_ERROR => raise!(MemoryError, "Can't allocate memory for decompression object"),
            _ => raise_failure(&failure, "while copying decompression object"),
        })?;
        Ok(Ref::new(Decompress {
            base: Object::header(),
            stream: Shared::new(stream),
            dictionary: Field::new(self.dictionary.get()),
            unused_data: Field::new(self.unused_data.get()),
            unconsumed_tail: Field::new(self.unconsumed_tail.get()),
            eof: self.eof.clone(),
        }))
    }
}

#[class(name = "Decompress", module = "zlib")]
impl Decompress {
    /// Decompress a piece of data, and give what output there is so far.
    ///
    ///   data
    ///     The piece, bytes-like.
    ///   max_length
    ///     How many bytes of output to give at most, 0 for all; what is left of the
    ///     input then is in the unconsumed_tail attribute.
    ///
    /// Some output may be kept back until a later piece, or flush().
    #[method("(data, /, max_length=0)")]
    fn decompress(&self, data: BytesLike, max_length: Option<Loose<isize>>) -> Result<Ref<Bytes>> {
        let limit = match usize::try_from(max_length.map_or(0, |length| length.0)) {
            Ok(0) => usize::MAX,
            Ok(limit) => limit,
            Err(_) => bail!(ValueError, "max_length must be non-negative"),
        };
        let mut output = output_of(DEFAULT_BUFFER, limit)?;
        match self.run(data.bytes(), &mut output, flush::SYNC)? {
            zlib::OK | zlib::BUF_ERROR | zlib::STREAM_END => Bytes::try_new(output.bytes()),
            code => Err(raise_failure(&self.stream.with(|stream| stream.failure(code)), DOING)),
        }
    }

    /// Decompress what is left of the input, and give the output.
    ///
    ///   length
    ///     How many bytes of output there is room for at first.
    #[method("(length=zlib.DEF_BUF_SIZE, /)")]
    fn flush(&self, length: Option<Loose<isize>>) -> Result<Ref<Bytes>> {
        let length = length.map_or(DEFAULT_BUFFER, |length| length.0);
        if length <= 0 {
            bail!(ValueError, "length must be greater than zero");
        }
        let mut output = output_of(length, usize::MAX)?;
        let tail = self.unconsumed_tail.get();
        let input = tail.as_ref().map_or(&[][..], |tail| tail.as_bytes());
        if self.run(input, &mut output, flush::FINISH)? == zlib::STREAM_END {
            let ended = self.stream.with(|stream| match stream.end() {
                zlib::OK => Ok(()),
                code => Err(stream.failure(code)),
            });
            ended.map_err(|failure| raise_failure(&failure, "while finishing decompression"))?;
        }
        Bytes::try_new(output.bytes())
    }

    /// Another decompressor in the same state, to go back to.
    #[method]
    fn copy(&self) -> Result<Ref<Decompress>> {
        self.copied()
    }

    #[method]
    fn __copy__(&self) -> Result<Ref<Decompress>> {
        self.copied()
    }

    #[method("(memo, /)")]
    fn __deepcopy__(&self, memo: &Object) -> Result<Ref<Decompress>> {
        let _ = memo;
        self.copied()
    }

    #[getter]
    fn unused_data(&self) -> Option<Ref<Bytes>> {
        self.unused_data.get()
    }

    #[getter]
    fn unconsumed_tail(&self) -> Option<Ref<Bytes>> {
        self.unconsumed_tail.get()
    }

    #[getter]
    fn eof(&self) -> bool {
        self.eof.get()
    }
}
