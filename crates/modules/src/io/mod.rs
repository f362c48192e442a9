//! `_io`: streams over files and memory, of bytes and of text.

pub(crate) mod base;
mod buffered;
mod bytes;
mod file;
mod open;
mod string;
mod text;

use objects::prelude::*;

use crate::exception_class::ExceptionClass;

/// The size of buffers unless a file has a better one.
const DEFAULT_BUFFER_SIZE: usize = 8 * 1024;

/// `io.UnsupportedOperation`.
static UNSUPPORTED_OPERATION: ExceptionClass =
    ExceptionClass::of_both("io", "UnsupportedOperation", &exceptions::OSError, &exceptions::ValueError);

/// Raises `io.UnsupportedOperation`.
#[cold]
fn unsupported(message: &str) -> Raised {
    UNSUPPORTED_OPERATION.raise(message)
}

/// The io module provides the Python interfaces to stream handling. The
/// builtin open function is defined in this module.
///
/// At the top of the I/O hierarchy is the abstract base class IOBase. RawIOBase
/// reads and writes raw bytes (FileIO is one for files), BufferedIOBase buffers
/// them, and TextIOBase encodes and decodes text. BytesIO and StringIO are streams in memory.
///
/// Argument names are not part of the specification, and only the arguments
/// of open() are intended to be used as keyword arguments.
#[module(
    name = "_io",
    classes = [
        base::IO_BASE, base::RAW_IO_BASE, base::BUFFERED_IO_BASE, base::TEXT_IO_BASE, file::FILE_IO,
        bytes::BYTES_IO, bytes::BYTES_IO_BUFFER, string::STRING_IO, buffered::reader::BUFFERED_READER,
        buffered::writer::BUFFERED_WRITER, buffered::random::BUFFERED_RANDOM, buffered::pair::BUFFERED_RW_PAIR,
        text::newlines::INCREMENTAL_NEWLINE_DECODER, text::TEXT_IO_WRAPPER
    ]
)]
pub mod _io {
    use super::*;

    #[exec]
    fn exec(module: &objects::module::Module) -> Result<()> {
        module.add("DEFAULT_BUFFER_SIZE", DEFAULT_BUFFER_SIZE)?;
        module.add("UnsupportedOperation", UNSUPPORTED_OPERATION.get()?)?;
        module.add("BlockingIOError", exceptions::BlockingIOError.to_ref())?;
        module.dict().remove(&Str::new("_BytesIOBuffer")).map(drop)
    }

    /// Open file and return a stream. Raises OSError upon failure.
    ///
    /// file is a path, or the number of an open file, which is closed with the stream unless
    /// closefd is false.
    ///
    /// mode says what the stream is for: 'r' reading (the default), 'w' writing, emptying
    /// the file first, 'x' making a new file and writing it, 'a' writing at the end; '+' for
    /// both reading and writing; 'b' for bytes, 't' for text (the default).
    ///
    /// buffering is 0 for none (of bytes alone), 1 for lines (of text alone), or the size
    /// of a buffer. encoding, errors and newline are those of TextIOWrapper.
    ///
    /// opener is called with (file, flags) and returns the number of an open file.
    #[function(
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn open(
        file: &Object,
        mode: &str,
        buffering: i32,
        encoding: Option<NoneOr<&str>>,
        errors: Option<NoneOr<&str>>,
        newline: Option<NoneOr<&str>>,
        closefd: Option<i32>,
        opener: Option<&Object>,
    ) -> Result<Ref> {
        let flat = |value: Option<NoneOr<&'_ str>>| value.and_then(|value| value.0).map(str::to_owned);
        open::open(&open::Request {
            file,
            mode,
            buffering,
            encoding: flat(encoding),
            errors: flat(errors),
            newline: flat(newline),
            close: closefd.unwrap_or(1) != 0,
            opener: opener.filter(|opener| !opener.is_none()),
        })
    }

    /// Open a file of code that is about to be run, for reading bytes.
    ///
    /// The result is that of open(path, 'rb'), but for programs that embed the interpreter
    /// and install a hook of their own to vet such files.
    #[function("(path)")]
    fn open_code(path: &Str) -> Result<Ref> {
        open::open_code(path)
    }
}
