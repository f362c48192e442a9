//! `zlib`: deflate, by itself or in the containers of zlib and gzip, and two checksums.

mod compressor;
mod decompressor;

use objects::arguments::Loose;
use objects::prelude::*;
use streams::zlib::{self, Failure};
use streams::{OutOfMemory, Output};

use crate::exception_class::ExceptionClass;

static ERROR: ExceptionClass = ExceptionClass::new("zlib", "error", &exceptions::Exception);

const DEFAULT_BUFFER: isize = 16 * 1024;
const MAX_WINDOW_BITS: i32 = 15;
const DEFAULT_MEMORY_LEVEL: i32 = 8;
const DEFLATED: i32 = 8;

/// `zlib.error`, in the library's words or in those that the code has.
#[cold]
fn raise_failure(failure: &Failure, doing: &str) -> Raised {
    let Failure { code, message } = failure;
    let reason = message.as_deref().or(match *code {
        zlib::BUF_ERROR => Some("incomplete or truncated stream"),
        zlib::STREAM_ERROR => Some("inconsistent stream state"),
        zlib::DATA_ERROR => Some("invalid input data"),
        _ => None,
    });
    match reason {
        Some(reason) => ERROR.raise(&format!("Error {code} {doing}: {reason}")),
        None => ERROR.raise(&format!("Error {code} {doing}")),
    }
}

/// What keeps a stream from going on.
enum Trouble {
    OutOfMemory,
    Failed(Failure, &'static str),
}

impl From<OutOfMemory> for Trouble {
    fn from(_: OutOfMemory) -> Trouble {
        Trouble::OutOfMemory
    }
}

impl Trouble {
    #[cold]
    fn raise(self) -> Raised {
        match self {
            Trouble::OutOfMemory => raise!(MemoryError),
            Trouble::Failed(failure, doing) => raise_failure(&failure, doing),
        }
    }
}

/// An output that begins with so much room. `MemoryError` where there is not so much.
fn output_of(first: isize, limit: usize) -> Result<Output> {
    const LONGEST: isize = isize::MAX - 64;
    if first > LONGEST {
        bail!(OverflowError, "byte string is too large");
    }
    let mut output = Output::new(first as usize, limit);
    output.reserve().map_err(|_| raise!(MemoryError))?;
    Ok(output)
}

/// Compression in the formats of zlib and gzip, or without either's header.
///
/// compress() and decompress() work on data as a whole. For data that comes in
/// pieces, compressobj() and decompressobj() make objects that take the pieces,
/// and have a method flush() for what is left at the end. adler32() and crc32()
/// are the checksums of the two formats.
///
/// Where wbits is an argument, it says both how far back matches may lie and
/// which format the data has.
#[module(name = "zlib")]
pub mod module {
    use objects::buffer::BytesLike;
    use objects::module::Module;
    use objects::thread_state::allow_threads;

    use super::compressor::{self, COMPRESS, Compress};
    use super::decompressor::{self, DECOMPRESS, Decompress};
    use super::*;

    #[constant]
    const MAX_WBITS: i32 = MAX_WINDOW_BITS;
    #[constant]
    const DEF_MEM_LEVEL: i32 = DEFAULT_MEMORY_LEVEL;
    #[constant]
    const DEFLATED: i32 = super::DEFLATED;
    #[constant]
    const DEF_BUF_SIZE: isize = DEFAULT_BUFFER;
    #[constant]
    const Z_NO_COMPRESSION: i32 = 0;
    #[constant]
    const Z_BEST_SPEED: i32 = 1;
    #[constant]
    const Z_BEST_COMPRESSION: i32 = 9;
    #[constant]
    const Z_DEFAULT_COMPRESSION: i32 = -1;
    #[constant]
    const Z_FILTERED: i32 = 1;
    #[constant]
    const Z_HUFFMAN_ONLY: i32 = 2;
    #[constant]
    const Z_RLE: i32 = 3;
    #[constant]
    const Z_FIXED: i32 = 4;
    #[constant]
    const Z_DEFAULT_STRATEGY: i32 = 0;
    #[constant]
    const Z_NO_FLUSH: i32 = 0;
    #[constant]
    const Z_PARTIAL_FLUSH: i32 = 1;
    #[constant]
    const Z_SYNC_FLUSH: i32 = 2;
    #[constant]
    const Z_FULL_FLUSH: i32 = 3;
    #[constant]
    const Z_FINISH: i32 = 4;
    #[constant]
    const Z_BLOCK: i32 = 5;
    #[constant]
    const Z_TREES: i32 = 6;

    /// From so many bytes on, other threads may run while a checksum is computed.
    const LARGE: usize = 5 * 1024;

    fn checksum(data: &[u8], compute: impl FnOnce(&[u8]) -> u32) -> u32 {
        match data.len() > LARGE {
            true => allow_threads(|| compute(data)),
            false => compute(data),
        }
    }

    /// The Adler-32 checksum of the data, an int of 32 bits without a sign.
    ///
    ///   value
    ///     The checksum of the data before, if there was any.
    #[function("(data, value=1, /)")]
    fn adler32(data: BytesLike, value: Option<Masked<u32>>) -> u32 {
        let start = value.map_or(1, |value| value.0);
        checksum(data.bytes(), |bytes| zlib::adler32(start, bytes))
    }

    /// The CRC-32 checksum of the data, an int of 32 bits without a sign.
    ///
    ///   value
    ///     The checksum of the data before, if there was any.
    #[function("(data, value=0, /)")]
    fn crc32(data: BytesLike, value: Option<Masked<u32>>) -> u32 {
        let start = value.map_or(0, |value| value.0);
        checksum(data.bytes(), |bytes| {
            let mut hasher = crc32fast::Hasher::new_with_initial(start);
            hasher.update(bytes);
            hasher.finalize()
        })
    }

    /// Compress data as a whole, in the format of zlib.
    ///
    ///   data
    ///     What to compress, bytes-like.
    ///   level
    ///     From 1 for fast to 9 for small, 0 for no compression, and -1 for the default, which is that of 6.
    #[function("(data, /, level=Z_DEFAULT_COMPRESSION)")]
    fn compress(data: BytesLike, level: Option<i32>) -> Result<Ref<Bytes>> {
        compressor::compress_whole(data.bytes(), level.unwrap_or(-1))
    }

    /// Decompress data as a whole. Raises zlib.error for data that is damaged or not complete.
    ///
    ///   data
    ///     What was compressed, bytes-like.
    ///   wbits
    ///     The largest window and the format, as for decompressobj().
    ///   bufsize
    ///     How many bytes of output there is room for at first.
    #[function("(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)")]
    fn decompress(data: BytesLike, wbits: Option<i32>, bufsize: Option<Loose<isize>>) -> Result<Ref<Bytes>> {
        let window_bits = wbits.unwrap_or(MAX_WINDOW_BITS);
        decompressor::decompress_whole(
            data.bytes(),
            window_bits,
            bufsize.map_or(DEFAULT_BUFFER, |size| size.0),
        )
    }

    /// Make an object that compresses data in pieces.
    ///
    ///   level
    ///     The compression level: 0 to 9, or -1 for the default, which is that of 6.
    ///     Higher levels are slower, but produce smaller results.
    ///   method
    ///     The compression algorithm: DEFLATED.
    ///   wbits
    ///     The power of two that the window's size is, and the format: 9 to 15 for
    ///     zlib's, -9 to -15 for neither header nor checksum, 25 to 31 (16 more) for
    ///     gzip's.
    ///   memLevel
    ///     How much memory the compression state takes, from 1 to 9: with more it is
    ///     faster, and the output smaller.
    ///   strategy
    ///     Fits the algorithm to the data: Z_DEFAULT_STRATEGY, Z_FILTERED and Z_HUFFMAN_ONLY.
    ///   zdict
    ///     A dictionary to begin with: bytes that the data is likely to contain,
    ///     the likeliest at the end.
    #[function(
        "(level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, \
         strategy=Z_DEFAULT_STRATEGY, zdict=None)"
    )]
    fn compressobj(
        level: Option<i32>,
        method: Option<i32>,
        wbits: Option<i32>,
        memLevel: Option<i32>,
        strategy: Option<i32>,
        zdict: Option<BytesLike>,
    ) -> Result<Ref<Compress>> {
        Compress::new(
            level.unwrap_or(-1),
            method.unwrap_or(super::DEFLATED),
            wbits.unwrap_or(MAX_WINDOW_BITS),
            memLevel.unwrap_or(DEFAULT_MEMORY_LEVEL),
            strategy.unwrap_or(0),
            zdict.as_ref().map(BytesLike::bytes),
        )
    }

    /// Make an object that decompresses data in pieces.
    ///
    ///   wbits
    ///     The largest window and the format, by the numbers that compressobj() takes;
    ///     40 to 47 (32 more) for zlib's or gzip's, whichever it is.
    ///   zdict
    ///     The dictionary that the compressor of the data began with.
    #[function("(wbits=MAX_WBITS, zdict=b'')")]
    fn decompressobj(wbits: Option<i32>, zdict: Option<&Object>) -> Result<Ref<Decompress>> {
        if zdict.is_some_and(|zdict| !zdict.has_buffer()) {
            bail!(TypeError, "zdict argument must support the buffer protocol");
        }
        Decompress::new(wbits.unwrap_or(MAX_WINDOW_BITS), zdict)
    }

    #[exec]
    fn add_rest(module: &Module) -> Result<()> {
        ready(&COMPRESS)?;
        ready(&DECOMPRESS)?;
        // Programs take the version apart as numbers, and know nothing of the library's own behind it.
        let version = zlib::version().split('-').next().unwrap_or_default();
        module.add("ZLIB_VERSION", version)?;
        module.add("ZLIB_RUNTIME_VERSION", version)?;
        module.add("error", ERROR.get()?)
    }
}
