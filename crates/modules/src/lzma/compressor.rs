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
/// Compresses data that comes in pieces; compress() does it for data as a whole.
///
/// format is the container that the output has: FORMAT_XZ, FORMAT_ALONE, or
/// FORMAT_RAW for none.
///
/// check is the integrity check that FORMAT_XZ has, CHECK_CRC64 if nothing else
/// is said. The other formats have none: CHECK_NONE is all that can be given.
///
/// preset is a level from 0 for fast to 9 for small, perhaps OR-ed with
/// PRESET_EXTREME; PRESET_DEFAULT if neither it nor filters are given.
///
/// filters is a sequence of dicts instead, a filter in each: its number as "id",
/// and its options by their names. FORMAT_RAW cannot do without.
#[class(name = "LZMACompressor", module = "_lzma")]
impl LzmaCompressor {
    #[slot(tp_new, "(format=1, check=-1, preset=None, filters=None)", getargs)]
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
