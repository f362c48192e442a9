//! LZMA: the containers of xz and of the older lzma, and filters without any container.

use std::ffi::c_void;
use std::ptr;

use liblzma_sys as library;
use library::{lzma_filter, lzma_options_bcj, lzma_options_delta, lzma_options_lzma, lzma_stream};

use crate::{OutOfMemory, Output};

/// What the library answers.
pub type Code = u32;

pub const OK: Code = library::LZMA_OK;
pub const STREAM_END: Code = library::LZMA_STREAM_END;
pub const NO_CHECK: Code = library::LZMA_NO_CHECK;
pub const UNSUPPORTED_CHECK: Code = library::LZMA_UNSUPPORTED_CHECK;
pub const GET_CHECK: Code = library::LZMA_GET_CHECK;
pub const MEM_ERROR: Code = library::LZMA_MEM_ERROR;
pub const MEMLIMIT_ERROR: Code = library::LZMA_MEMLIMIT_ERROR;
pub const FORMAT_ERROR: Code = library::LZMA_FORMAT_ERROR;
pub const OPTIONS_ERROR: Code = library::LZMA_OPTIONS_ERROR;
pub const DATA_ERROR: Code = library::LZMA_DATA_ERROR;
pub const BUF_ERROR: Code = library::LZMA_BUF_ERROR;
pub const PROG_ERROR: Code = library::LZMA_PROG_ERROR;

/// The numbers of filters.
pub mod filter {
    use super::library;

    pub const LZMA1: u64 = library::LZMA_FILTER_LZMA1;
    pub const LZMA2: u64 = library::LZMA_FILTER_LZMA2;
    pub const DELTA: u64 = library::LZMA_FILTER_DELTA;
    pub const X86: u64 = library::LZMA_FILTER_X86;
    pub const POWERPC: u64 = library::LZMA_FILTER_POWERPC;
    pub const IA64: u64 = library::LZMA_FILTER_IA64;
    pub const ARM: u64 = library::LZMA_FILTER_ARM;
    pub const ARMTHUMB: u64 = library::LZMA_FILTER_ARMTHUMB;
    pub const SPARC: u64 = library::LZMA_FILTER_SPARC;
}

/// The numbers of integrity checks.
pub mod check {
    pub const NONE: u32 = super::library::LZMA_CHECK_NONE;
    pub const CRC32: u32 = super::library::LZMA_CHECK_CRC32;
    pub const CRC64: u32 = super::library::LZMA_CHECK_CRC64;
    pub const SHA256: u32 = super::library::LZMA_CHECK_SHA256;
    /// The largest number that stands for a check.
    pub const ID_MAX: u32 = 15;
    /// It is not known yet.
    pub const UNKNOWN: u32 = ID_MAX + 1;
}

/// The values of a few options.
pub mod option {
    use super::library;

    pub const MODE_FAST: u32 = library::LZMA_MODE_FAST;
    pub const MODE_NORMAL: u32 = library::LZMA_MODE_NORMAL;
    pub const MF_HC3: u32 = library::LZMA_MF_HC3;
    pub const MF_HC4: u32 = library::LZMA_MF_HC4;
    pub const MF_BT2: u32 = library::LZMA_MF_BT2;
    pub const MF_BT3: u32 = library::LZMA_MF_BT3;
    pub const MF_BT4: u32 = library::LZMA_MF_BT4;
    pub const PRESET_DEFAULT: u32 = library::LZMA_PRESET_DEFAULT;
    pub const PRESET_EXTREME: u32 = library::LZMA_PRESET_EXTREME;
}

/// Whether the library can compute and verify a check.
pub fn is_check_supported(check: u32) -> bool {
    // SAFETY: the library takes any number.
    unsafe { library::lzma_check_is_supported(check) != 0 }
}

/// What a filter is told.
enum Options {
    Lzma(Box<lzma_options_lzma>),
    Delta(Box<lzma_options_delta>),
    Bcj(Box<lzma_options_bcj>),
    Absent,
}

/// A filter with its options.
pub struct Filter {
    id: u64,
    options: Options,
}

/// The options of LZMA1 and LZMA2.
pub struct LzmaOptions(Box<lzma_options_lzma>);

impl LzmaOptions {
    /// Those of a preset, if there is such a one.
    pub fn preset(preset: u32) -> Option<LzmaOptions> {
        // SAFETY: numbers and null pointers.
        let mut options: Box<lzma_options_lzma> = Box::new(unsafe { std::mem::zeroed() });
        // SAFETY: a structure of the library's.
        match unsafe { library::lzma_lzma_preset(&mut *options, preset) } {
            0 => Some(LzmaOptions(options)),
            _ => None,
        }
    }

    /// A number of the options, by its name.
    pub fn number(&mut self, name: &str) -> Option<&mut u32> {
        let options = &mut *self.0;
        Some(match name {
            "dict_size" => &mut options.dict_size,
            "lc" => &mut options.lc,
            "lp" => &mut options.lp,
            "pb" => &mut options.pb,
            "mode" => &mut options.mode,
            "nice_len" => &mut options.nice_len,
            "mf" => &mut options.mf,
            "depth" => &mut options.depth,
            _ => return None,
        })
    }
}

impl Filter {
    /// LZMA1 or LZMA2.
    pub fn lzma(id: u64, options: LzmaOptions) -> Filter {
        Filter { id, options: Options::Lzma(options.0) }
    }

    pub fn delta(distance: u32) -> Filter {
        // SAFETY: numbers and null pointers.
        let mut options: Box<lzma_options_delta> = Box::new(unsafe { std::mem::zeroed() });
        options.dist = distance;
        Filter { id: filter::DELTA, options: Options::Delta(options) }
    }

    /// A filter for a processor's jumps.
    pub fn bcj(id: u64, start_offset: u32) -> Filter {
        Filter { id, options: Options::Bcj(Box::new(lzma_options_bcj { start_offset })) }
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    /// The structure that the library reads, which is good as long as the filter lives.
    fn raw(&self) -> lzma_filter {
        let options = match &self.options {
            Options::Lzma(options) => ptr::from_ref(&**options).cast_mut().cast(),
            Options::Delta(options) => ptr::from_ref(&**options).cast_mut().cast(),
            Options::Bcj(options) => ptr::from_ref(&**options).cast_mut().cast(),
            Options::Absent => ptr::null_mut(),
        };
        lzma_filter { id: self.id, options }
    }

    /// The options as streams have them.
    pub fn encode_properties(&self) -> Result<Vec<u8>, Code> {
        let raw = self.raw();
        let mut size = 0;
        // SAFETY: a filter with options of its own kind.
        match unsafe { library::lzma_properties_size(&mut size, &raw) } {
            OK => {}
            code => return Err(code),
        }
        let mut properties = vec![0; size as usize];
        // SAFETY: as above, with room for as many bytes as the library asks for.
        match unsafe { library::lzma_properties_encode(&raw, properties.as_mut_ptr()) } {
            OK => Ok(properties),
            code => Err(code),
        }
    }

    /// The filter whose options a stream has.
    pub fn decode_properties(id: u64, properties: &[u8]) -> Result<Filter, Code> {
        let mut raw = lzma_filter { id, options: ptr::null_mut() };
        // SAFETY: a filter to be filled, and a pointer to so many bytes.
        let code = unsafe {
            library::lzma_properties_decode(&mut raw, ptr::null(), properties.as_ptr(), properties.len())
        };
        if code != OK {
            return Err(code);
        }
        let options = match (id, raw.options.is_null()) {
            (_, true) => Options::Absent,
            // SAFETY: the library allocated options of the filter's kind.
            (filter::LZMA1 | filter::LZMA2, _) => Options::Lzma(Box::new(unsafe { *raw.options.cast() })),
            // SAFETY: as above.
            (filter::DELTA, _) => Options::Delta(Box::new(unsafe { *raw.options.cast() })),
            // SAFETY: as above.
            _ => Options::Bcj(Box::new(unsafe { *raw.options.cast() })),
        };
        // SAFETY: allocated with the library's own `malloc`, and not used any more.
        unsafe { libc::free(raw.options.cast::<c_void>()) };
        Ok(Filter { id, options })
    }

    /// The options with their names, as Python tells of them.
    pub fn described(&self) -> Vec<(&'static str, u32)> {
        match &self.options {
            Options::Lzma(options) if self.id == filter::LZMA1 => vec![
                ("lc", options.lc),
                ("lp", options.lp),
                ("pb", options.pb),
                ("dict_size", options.dict_size),
            ],
            Options::Lzma(options) => vec![("dict_size", options.dict_size)],
            Options::Delta(options) => vec![("dist", options.dist)],
            Options::Bcj(options) => vec![("start_offset", options.start_offset)],
            Options::Absent => vec![],
        }
    }
}

/// The library's array of filters, with the end behind them.
fn chain(filters: &[Filter]) -> Vec<lzma_filter> {
    let end = lzma_filter { id: library::LZMA_VLI_UNKNOWN, options: ptr::null_mut() };
    filters.iter().map(Filter::raw).chain([end]).collect()
}

/// What a stream is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Run,
    Finish,
}

/// A stream that compresses or decompresses.
pub struct Stream(Box<lzma_stream>);

/// Has the decoder tell of the check, or that there is none.
const TELL: u32 = library::LZMA_TELL_ANY_CHECK | library::LZMA_TELL_NO_CHECK;

impl Stream {
    fn begin(begin: impl FnOnce(*mut lzma_stream) -> Code) -> Result<Stream, Code> {
        // SAFETY: numbers and null pointers, which are the library's initial value.
        let mut stream = Stream(Box::new(unsafe { std::mem::zeroed() }));
        match begin(&mut *stream.0) {
            OK => Ok(stream),
            code => Err(code),
        }
    }

    /// Compresses to xz with a preset.
    pub fn easy_encoder(preset: u32, check: u32) -> Result<Stream, Code> {
        // SAFETY: a fresh stream.
        Stream::begin(|stream| unsafe { library::lzma_easy_encoder(stream, preset, check) })
    }

    /// Compresses to xz with filters.
    pub fn encoder(filters: &[Filter], check: u32) -> Result<Stream, Code> {
        let chain = chain(filters);
        // SAFETY: a fresh stream, and filters that the library copies.
        Stream::begin(|stream| unsafe { library::lzma_stream_encoder(stream, chain.as_ptr(), check) })
    }

    /// Compresses to the old container with the options of a filter, which is LZMA1.
    pub fn alone_encoder(filter: &Filter) -> Result<Stream, Code> {
        let Options::Lzma(options) = &filter.options else { return Err(OPTIONS_ERROR) };
        // SAFETY: a fresh stream, and options that the library copies.
        Stream::begin(|stream| unsafe { library::lzma_alone_encoder(stream, &**options) })
    }

    /// Compresses with filters, without a container.
    pub fn raw_encoder(filters: &[Filter]) -> Result<Stream, Code> {
        let chain = chain(filters);
        // SAFETY: a fresh stream, and filters that the library copies.
        Stream::begin(|stream| unsafe { library::lzma_raw_encoder(stream, chain.as_ptr()) })
    }

    /// Decompresses either container, with a limit of memory in bytes.
    pub fn auto_decoder(limit: u64) -> Result<Stream, Code> {
        // SAFETY: a fresh stream.
        Stream::begin(|stream| unsafe { library::lzma_auto_decoder(stream, limit, TELL) })
    }

    /// Decompresses xz, with a limit of memory in bytes.
    pub fn decoder(limit: u64) -> Result<Stream, Code> {
        // SAFETY: a fresh stream.
        Stream::begin(|stream| unsafe { library::lzma_stream_decoder(stream, limit, TELL) })
    }

    /// Decompresses the old container, with a limit of memory in bytes.
    pub fn alone_decoder(limit: u64) -> Result<Stream, Code> {
        // SAFETY: a fresh stream.
        Stream::begin(|stream| unsafe { library::lzma_alone_decoder(stream, limit) })
    }

    /// Decompresses with filters what has no container.
    pub fn raw_decoder(filters: &[Filter]) -> Result<Stream, Code> {
        let chain = chain(filters);
        // SAFETY: a fresh stream, and filters that the library copies.
        Stream::begin(|stream| unsafe { library::lzma_raw_decoder(stream, chain.as_ptr()) })
    }

    /// Runs a step of the stream, which takes bytes off the input and adds some to the output.
    pub fn step(
        &mut self,
        input: &mut &[u8],
        output: &mut Output,
        action: Action,
    ) -> Result<Code, OutOfMemory> {
        let stream = &mut *self.0;
        let room = output.room()?;
        let offered = room.len();
        (stream.next_in, stream.avail_in) = (input.as_ptr(), input.len());
        (stream.next_out, stream.avail_out) = (room.as_mut_ptr().cast(), offered);
        let action = match action {
            Action::Run => library::LZMA_RUN,
            Action::Finish => library::LZMA_FINISH,
        };
        // SAFETY: a stream of the library's with pointers to as many bytes as it says.
        let code = unsafe { library::lzma_code(stream, action) };
        *input = &input[input.len() - stream.avail_in..];
        let written = offered - stream.avail_out;
        // SAFETY: the library has written so many bytes.
        unsafe { output.advance(written) };
        Ok(code)
    }

    /// The check of the stream being decompressed.
    pub fn check(&self) -> u32 {
        // SAFETY: a stream of the library's that decompresses a container.
        unsafe { library::lzma_get_check(&*self.0) }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: a stream of the library's, or one as it is at the start.
        unsafe { library::lzma_end(&mut *self.0) };
    }
}
