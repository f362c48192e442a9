//! `LZMADecompressor`.

use objects::buffer::BytesLike;
use objects::prelude::*;
use streams::Output;
use streams::lzma::{self, Action, Code, Stream, check};

use super::{filters, format, given, is_failure, raise_code};
use crate::decompression::{self, Decompression, Step, Trouble};
use crate::shared::Shared;
use crate::unsigned;

/// A stream, and the number of its integrity check.
struct Checked {
    stream: Stream,
    check: u32,
}

impl decompression::Stream for Checked {
    type Failure = Code;
    const HOLDS_OUTPUT: bool = true;

    fn step(&mut self, input: &mut &[u8], output: &mut Output) -> Result<Step, Trouble<Code>> {
        let code = self.stream.step(input, output, Action::Run)?;
        // The library calls it an error where it can do nothing at all.
        let is_idle = code == lzma::BUF_ERROR && input.is_empty();
        if is_failure(code) && !is_idle {
            return Err(Trouble::Failed(code));
        }
        if matches!(code, lzma::GET_CHECK | lzma::NO_CHECK) {
            self.check = self.stream.check();
        }
        Ok(if code == lzma::STREAM_END { Step::End } else { Step::GoOn })
    }
}

#[cold]
fn raise_trouble(trouble: Trouble<Code>) -> Raised {
    match trouble {
        Trouble::OutOfMemory => raise!(MemoryError),
        Trouble::AtEnd => raise!(EOFError, "Already at end of stream"),
        Trouble::Failed(code) => raise_code(code),
    }
}

/// A decompressor.
#[repr(C)]
pub struct LzmaDecompressor {
    base: Object,
    decompression: Shared<Decompression<Checked>>,
}

/// Create a decompressor object for decompressing data incrementally.
///
///   format
///     Specifies the container format of the input stream.  If this is
///     FORMAT_AUTO (the default), the decompressor will automatically detect
///     whether the input is FORMAT_XZ or FORMAT_ALONE.  Streams created with
///     FORMAT_RAW cannot be autodetected.
///   memlimit
///     Limit the amount of memory used by the decompressor: it fails
///     if it would need more.
///   filters
///     A custom filter chain.  This argument is required for FORMAT_RAW, and
///     not accepted with any other format.  When provided, this should be a
///     sequence of dicts, each indicating the ID and options for a single
///     filter.
///
/// For one-shot decompression, use the decompress() function instead.
#[class(
    name = "LZMADecompressor",
    module = "_lzma",
    signature = "(format=FORMAT_AUTO, memlimit=None, filters=None)"
)]
impl LzmaDecompressor {
    #[slot(tp_new, "(format=0, memlimit=None, filters=None)")]
    fn new(
        class: &Type,
        format: i32,
        memlimit: Option<&Object>,
        filters: Option<&Object>,
    ) -> Result<Ref<LzmaDecompressor>> {
        let (memlimit, filters) = (given(memlimit), given(filters));
        if memlimit.is_some() && format == format::RAW {
            bail!(ValueError, "Cannot specify memory limit with FORMAT_RAW");
        }
        let limit = memlimit.map_or(Ok(u64::MAX), unsigned::number)?;
        if filters.is_some() && format != format::RAW {
            bail!(ValueError, "Cannot specify filters except with FORMAT_RAW");
        }
        let (stream, check) = match format {
            format::AUTO => (Stream::auto_decoder(limit), check::UNKNOWN),
            format::XZ => (Stream::decoder(limit), check::UNKNOWN),
            format::ALONE => (Stream::alone_decoder(limit), check::NONE),
            format::RAW => match filters {
                Some(filters) => (Stream::raw_decoder(&filters::parse_chain(filters)?), check::NONE),
                None => bail!(ValueError, "Must specify filters for FORMAT_RAW"),
            },
            _ => bail!(ValueError, "Invalid container format: {format}"),
        };
        let checked = Checked { stream: stream.map_err(raise_code)?, check };
        let decompression = Shared::new(Decompression::new(checked));
        Ref::new_in(class, LzmaDecompressor { base: Object::header(), decompression })
    }

    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes of
    /// decompressed data. If this limit is reached and further output can be
    /// produced, *self.needs_input* will be set to ``False``. In this case, the next
    /// call to *decompress()* may provide *data* as b'' to obtain more of the output.
    ///
    /// If all of the input was decompressed and returned, *self.needs_input*
    /// will be set to True.
    ///
    /// To decompress data after the end of stream raises an EOFError. What is found
    /// after it is ignored and saved in the unused_data attribute.
    #[method("(data, max_length=-1)")]
    fn decompress(&self, data: BytesLike, max_length: isize) -> Result<Ref<Bytes>> {
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let done = self.decompression.detached(|decompression| decompression.run(data.bytes(), limit));
        Bytes::try_new(done.map_err(raise_trouble)?.bytes())
    }

    /// ID of the integrity check used by the input stream.
    #[getter]
    fn check(&self) -> u32 {
        self.decompression.with(|decompression| decompression.stream.check)
    }

    /// True if the end-of-stream marker has been reached.
    #[getter]
    fn eof(&self) -> bool {
        self.decompression.with(|decompression| decompression.is_at_end)
    }

    /// Data found after the end of the compressed stream.
    #[getter]
    fn unused_data(&self) -> Vec<u8> {
        self.decompression.with(|decompression| decompression.unused.clone())
    }

    /// True if more input is needed before more decompressed data can be produced.
    #[getter]
    fn needs_input(&self) -> bool {
        self.decompression.with(|decompression| decompression.needs_input)
    }
}
