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

/// Decompresses a stream that comes in pieces; decompress() does it for data as a whole.
///
///   format
///     The container of the input: FORMAT_XZ, FORMAT_ALONE, or FORMAT_AUTO
///     for whichever of the two it turns out to be. FORMAT_RAW, which shows
///     by nothing, has to be given.
///   memlimit
///     How many bytes of memory the decompressor may take: it fails
///     where it would need more.
///   filters
///     The filters of a FORMAT_RAW stream, which are required there and refused
///     elsewhere: a sequence of dicts, each with the number of a filter as "id"
///     and its options by their names.
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

    /// Which integrity check the stream has, as one of the constants CHECK_*.
    #[getter]
    fn check(&self) -> u32 {
        self.decompression.with(|decompression| decompression.stream.check)
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
