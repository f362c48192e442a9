//! `LZMACompressor`.

use objects::buffer::BytesLike;
use objects::prelude::*;
use streams::lzma::{self, Action, Code, Filter, LzmaOptions, Stream, check, filter, option};
use streams::{OutOfMemory, Output};

use super::{ERROR, filters, format, given, is_failure, raise_code, uint32};
use crate::shared::Shared;

/// A stream that compresses, until it is flushed.
struct Compression {
    stream: Stream,
    is_flushed: bool,
}

/// The room that an output begins with.
const FIRST: usize = 8 * 1024;

impl Compression {
    fn run(&mut self, mut input: &[u8], action: Action) -> Result<Result<Output, Code>, OutOfMemory> {
        let mut output = Output::new(FIRST, usize::MAX);
        loop {
            let code = self.stream.step(&mut input, &mut output, action)?;
            let is_idle = code == lzma::BUF_ERROR && input.is_empty() && !output.is_filled();
            if is_failure(code) && !is_idle {
                return Ok(Err(code));
            }
            let is_done = match action {
                Action::Run => input.is_empty() && !output.is_filled(),
                Action::Finish => code == lzma::STREAM_END,
            };
            if is_done {
                return Ok(Ok(output));
            }
        }
    }
}

fn stream(container: i32, check: i32, preset: Option<u32>, filters: Option<&Object>) -> Result<Stream> {
    let preset = preset.unwrap_or(option::PRESET_DEFAULT);
    match (container, filters) {
        (format::XZ, filters) => {
            let check = if check == -1 { check::CRC64 } else { check as u32 };
            match filters {
                None => Stream::easy_encoder(preset, check).map_err(raise_code),
                Some(filters) => Stream::encoder(&filters::parse_chain(filters)?, check).map_err(raise_code),
            }
        }
        (format::ALONE, None) => match LzmaOptions::preset(preset) {
            Some(options) => Stream::alone_encoder(&Filter::lzma(filter::LZMA1, options)).map_err(raise_code),
            None => Err(ERROR.raise(&format!("Invalid compression preset: {preset}"))),
        },
        (format::ALONE, Some(filters)) => match &filters::parse_chain(filters)?[..] {
            [only] if only.id() == filter::LZMA1 => Stream::alone_encoder(only).map_err(raise_code),
            _ => Err(raise!(
                ValueError,
                "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter"
            )),
        },
        (format::RAW, None) => Err(raise!(ValueError, "Must specify filters for FORMAT_RAW")),
        (format::RAW, Some(filters)) => {
            Stream::raw_encoder(&filters::parse_chain(filters)?).map_err(raise_code)
        }
        _ => Err(raise!(ValueError, "Invalid container format: {container}")),
    }
}

/// A compressor.
#[repr(C)]
pub struct LzmaCompressor {
    base: Object,
    compression: Shared<Compression>,
}

impl LzmaCompressor {
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

/// LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)
///
/// Create a compressor object for compressing data incrementally.
///
/// format specifies the container format to use for the output. This can
/// be FORMAT_XZ (default), FORMAT_ALONE, or FORMAT_RAW.
///
/// check specifies the integrity check to use. For FORMAT_XZ, the default
/// is CHECK_CRC64. The other formats have none: check must be omitted, or
/// be CHECK_NONE.
///
/// How to compress is told by a preset compression level ('preset'), or in
/// detail by a custom filter chain ('filters'). For FORMAT_XZ and
/// FORMAT_ALONE, the default is the PRESET_DEFAULT preset level. For
/// FORMAT_RAW, there have to be filters.
///
/// preset (if provided) should be an integer in the range 0-9, optionally
/// OR-ed with the constant PRESET_EXTREME.
///
/// filters (if provided) should be a sequence of dicts. Each dict should
/// have an entry for "id" indicating the ID of the filter, plus
/// additional entries for options to the filter.
///
/// For one-shot compression, use the compress() function instead.
#[class(name = "LZMACompressor", module = "_lzma")]
impl LzmaCompressor {
    #[slot(tp_new, "(format=1, check=-1, preset=None, filters=None)")]
    fn new(
        class: &Type,
        format: i32,
        check: i32,
        preset: Option<&Object>,
        filters: Option<&Object>,
    ) -> Result<Ref<LzmaCompressor>> {
        let (preset, filters) = (given(preset), given(filters));
        if format != format::XZ && check != -1 && check as u32 != check::NONE {
            bail!(ValueError, "Integrity checks are only supported by FORMAT_XZ");
        }
        if preset.is_some() && filters.is_some() {
            bail!(ValueError, "Cannot specify both preset and filter chain");
        }
        let preset = preset.map(uint32).transpose()?;
        let compression = Compression { stream: stream(format, check, preset, filters)?, is_flushed: false };
        Ref::new_in(class, LzmaCompressor { base: Object::header(), compression: Shared::new(compression) })
    }

    /// Provide data to the compressor object.
    ///
    /// Returns a chunk of compressed data if possible, or b'' otherwise.
    ///
    /// When you have finished providing data to the compressor, call the
    /// flush() method to finish the compression process.
    #[method("(data, /)")]
    fn compress(&self, data: BytesLike) -> Result<Ref<Bytes>> {
        self.run(data.bytes(), Action::Run, "Compressor has been flushed")
    }

    /// Finish the compression process.
    ///
    /// Returns the compressed data left in internal buffers.
    ///
    /// The compressor object may not be used after this method is called.
    #[method]
    fn flush(&self) -> Result<Ref<Bytes>> {
        self.run(&[], Action::Finish, "Repeated call to flush()")
    }
}
