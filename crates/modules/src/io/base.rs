//! The abstract bases of streams: `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`.

use std::cell::Cell;
use std::mem::offset_of;

use objects::buffer::request;
use objects::bytearray::ByteArray;
use objects::prelude::*;

use super::{DEFAULT_BUFFER_SIZE, unsupported};

/// What every stream begins with.
#[repr(C)]
#[derive(Trace)]
pub struct IoBase {
    pub base: Object,
    dict: Field<Dict>,
    #[trace(skip)]
    weakrefs: Cell<*mut Object>,
}

impl IoBase {
    pub fn new() -> IoBase {
        IoBase { base: Object::header(), dict: Field::null(), weakrefs: Cell::new(std::ptr::null_mut()) }
    }

    fn is_marked_closed(&self) -> bool {
        self.dict.get().is_some_and(|dict| dict.get_str(intern!("__IOBase_closed")).is_some())
    }
}

/// Whether a stream says that it is closed.
pub fn is_closed(stream: &Object) -> Result<bool> {
    stream.get_attr(intern!("closed"))?.is_true()
}

#[cold]
pub fn closed_error() -> Raised {
    raise!(ValueError, "I/O operation on closed file.")
}

/// `ValueError` for a closed stream.
pub fn check_closed(stream: &Object) -> Result<()> {
    match stream.get_attr_opt(intern!("closed"))? {
        Some(closed) if closed.is_true()? => Err(closed_error()),
        _ => Ok(()),
    }
}

/// `UnsupportedOperation` unless the stream's method says `True`.
fn check_ability(stream: &Object, method: &Str, message: &str) -> Result<Ref> {
    let answer = stream.call_method(method, &[])?;
    match answer.is(&objects::bool::bool_object(true)) {
        true => Ok(answer),
        false => Err(unsupported(message)),
    }
}

pub fn check_readable(stream: &Object) -> Result<Ref> {
    check_ability(stream, intern!("readable"), "File or stream is not readable.")
}

pub fn check_writable(stream: &Object) -> Result<Ref> {
    check_ability(stream, intern!("writable"), "File or stream is not writable.")
}

pub fn check_seekable(stream: &Object) -> Result<Ref> {
    check_ability(stream, intern!("seekable"), "File or stream is not seekable.")
}

/// An exception while another is already set: it becomes that one's context's end. The first stays
/// the `__context__` of the second, which is raised.
pub fn chain(first: Option<raise::Fetched>, second: Raised) -> Raised {
    let Some(first) = first else { return second };
    let second = second.fetch().normalize();
    let first = first.normalize();
    if let (Some(value), Some(context)) = (&second.value, &first.value)
        && let Some(fields) = value.downcast::<exceptions::BaseExceptionObject>()
        && !value.is(context)
        && fields.context.is_null()
    {
        fields.context.set(Some(context.clone()));
    }
    second.restore()
}

/// Does both, and raises what the first raised, or the second; of two, the second in the context of the first.
pub fn both<T>(first: Result<T>, second: impl FnOnce() -> Result<Ref>) -> Result<Ref> {
    match first {
        Ok(_) => second(),
        Err(raised) => {
            let first = raised.fetch();
            match second() {
                Ok(_) => Err(first.restore()),
                Err(raised) => Err(chain(Some(first), raised)),
            }
        }
    }
}

/// The size argument of `read` and its kin: `None` is -1.
#[derive(Clone, Copy)]
pub struct Size(pub isize);

impl<'a> FromArgument<'a> for Size {
    fn from_argument(value: &'a Object, _: &objects::arguments::Place) -> Result<Self> {
        if value.is_none() {
            return Ok(Size(-1));
        }
        if !value.has_index() {
            bail!(TypeError, "argument should be integer or None, not '{}'", value.class().name());
        }
        value.as_isize().map(Size)
    }
}

/// The abstract base class for all I/O classes.
///
/// It has default implementations of many methods, which tell of a stream that can
/// neither be read, written nor sought. Streams are iterators over their lines and support
/// the with statement, which closes them.
#[class(
    name = "_IOBase", module = "_io", flags = BASETYPE, dict_offset = offset_of!(IoBase, dict),
    weaklist_offset = offset_of!(IoBase, weakrefs)
)]
impl IoBase {
    #[slot(tp_new)]
    fn new_base(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<IoBase>> {
        Ref::new_in(class, IoBase::new())
    }

    /// Closes a stream that goes, unless it is closed.
    #[slot(tp_finalize)]
    fn finalize(&self) {
        let exception = raise::fetch();
        let open = match self.get_attr(intern!("closed")).and_then(|closed| closed.is_true()) {
            Ok(closed) => !closed,
            // Where even that cannot be said, the object is of no more use.
            Err(raised) => {
                raised.clear();
                false
            }
        };
        if open {
            let finalizing = objects::bool::bool_object(true);
            if let Err(raised) = self.set_attr(intern!("_finalizing"), &finalizing) {
                raised.clear();
            }
            if let Err(raised) = self.call_method(intern!("close"), &[]) {
                raised.clear();
            }
        }
        if let Some(exception) = exception {
            let _ = exception.restore();
        }
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Result<&IoBase> {
        check_closed(self)?;
        Ok(self)
    }

    #[slot(tp_iternext)]
    fn next_line(&self) -> Result<Option<Ref>> {
        let line = self.call_method(intern!("readline"), &[])?;
        Ok((line.length()? > 0).then_some(line))
    }

    /// Change stream position.
    ///
    /// The offset is counted from what whence says: 0 the start of the stream (the default),
    /// 1 the current position, 2 the end of the stream.
    ///
    /// Return the new absolute position.
    #[method("(*args)", no_text_signature)]
    fn seek(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("seek"))
    }

    /// Return current stream position.
    #[method("()")]
    fn tell(&self) -> Result<Ref> {
        self.call_method(intern!("seek"), &[&*Int::new(0), &*Int::new(1)])
    }

    /// Truncate file to size bytes.
    ///
    /// File pointer is left unchanged. Size defaults to the current IO
    /// position as reported by tell(). Returns the new size.
    #[method("(*args)", no_text_signature)]
    fn truncate(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("truncate"))
    }

    /// Flush write buffers, if applicable.
    ///
    /// This is not implemented for read-only and non-blocking streams.
    #[method("()")]
    fn flush(&self) -> Result<()> {
        match self.is_marked_closed() {
            true => Err(closed_error()),
            false => Ok(()),
        }
    }

    /// Flush and close the IO object.
    ///
    /// This method has no effect if the file is already closed.
    #[method("()")]
    fn close(&self) -> Result<Ref> {
        if self.is_marked_closed() {
            return Ok(none());
        }
        let flushed = self.call_method(intern!("flush"), &[]);
        let exception = match flushed {
            Ok(_) => None,
            Err(raised) => Some(raised.fetch()),
        };
        let marked = self.set_attr(intern!("__IOBase_closed"), &objects::bool::bool_object(true));
        match (exception, marked) {
            (Some(exception), Ok(())) => Err(exception.restore()),
            (exception, Err(raised)) => Err(chain(exception, raised)),
            (None, Ok(())) => Ok(none()),
        }
    }

    /// Return whether object supports random access.
    ///
    /// If False, seek(), tell() and truncate() will raise OSError.
    /// This method may need to do a test seek().
    #[method("()")]
    fn seekable(&self) -> bool {
        false
    }

    /// Return whether object was opened for reading.
    ///
    /// If False, read() will raise OSError.
    #[method("()")]
    fn readable(&self) -> bool {
        false
    }

    /// Return whether object was opened for writing.
    ///
    /// If False, write() will raise OSError.
    #[method("()")]
    fn writable(&self) -> bool {
        false
    }

    #[method(name = "_checkClosed", no_text_signature)]
    fn check_closed_method(&self) -> Result<()> {
        check_closed(self)
    }

    #[method(name = "_checkSeekable", no_text_signature)]
    fn check_seekable_method(&self) -> Result<Ref> {
        check_seekable(self)
    }

    #[method(name = "_checkReadable", no_text_signature)]
    fn check_readable_method(&self) -> Result<Ref> {
        check_readable(self)
    }

    #[method(name = "_checkWritable", no_text_signature)]
    fn check_writable_method(&self) -> Result<Ref> {
        check_writable(self)
    }

    /// Returns underlying file descriptor if one exists.
    ///
    /// OSError is raised if the IO object does not use a file descriptor.
    #[method("()")]
    fn fileno(&self) -> Result<Ref> {
        Err(unsupported("fileno"))
    }

    /// Return whether this is an 'interactive' stream.
    ///
    /// Return False if it can't be determined.
    #[method("()")]
    fn isatty(&self) -> Result<bool> {
        check_closed(self)?;
        Ok(false)
    }

    #[method(name = "__enter__", no_text_signature)]
    fn enter(&self) -> Result<&IoBase> {
        check_closed(self)?;
        Ok(self)
    }

    #[method("(*args)", name = "__exit__", no_text_signature)]
    fn exit(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        self.call_method(intern!("close"), &[])
    }

    /// Read and return a line from the stream.
    ///
    /// If size is specified, at most size bytes will be read.
    ///
    /// The line terminator is always b'\n' for binary files; for text
    /// files, the newlines argument to open can be used to select the line
    /// terminator(s) recognized.
    #[method("(size=-1, /)")]
    fn readline(&self, size: Option<Size>) -> Result<Ref<Bytes>> {
        let limit = size.map_or(-1, |size| size.0);
        let can_peek = self.get_attr_opt(intern!("peek"))?;
        let mut line: Vec<u8> = Vec::new();
        while limit < 0 || (line.len() as isize) < limit {
            let count = match &can_peek {
                Some(peek) => line_part(peek, limit, line.len())?,
                None => 1,
            };
            let part = self.call_method(intern!("read"), &[&*Int::from_usize(count)])?;
            let Some(part) = part.downcast::<Bytes>() else {
                bail!(OSError, "read() should have returned a bytes object, not '{}'", part.class().name());
            };
            if part.is_empty() {
                break;
            }
            line.extend_from_slice(part.as_bytes());
            if line.last() == Some(&b'\n') {
                break;
            }
        }
        Bytes::try_new(&line)
    }

    /// Return a list of lines from the stream.
    ///
    /// hint can be specified to control the number of lines read: no more
    /// lines will be read if the total size (in bytes/characters) of all
    /// lines so far exceeds hint.
    #[method("(hint=-1, /)")]
    fn readlines(&self, hint: Option<Size>) -> Result<Ref<List>> {
        let hint = hint.map_or(-1, |hint| hint.0);
        let lines = List::new();
        let mut total = 0;
        let iterator = self.as_object().iter()?;
        while let Some(line) = iterator.next()? {
            let length = line.length()?;
            lines.push(line)?;
            if hint > 0 && length > hint - total {
                break;
            }
            total += length;
        }
        Ok(lines)
    }

    /// Write a list of lines to stream.
    ///
    /// Line separators are not added, so it is usual for each of the
    /// lines provided to have a line separator at the end.
    #[method("(lines, /)")]
    fn writelines(&self, lines: &Object) -> Result<()> {
        check_closed(self)?;
        let iterator = lines.iter()?;
        while let Some(line) = iterator.next()? {
            self.call_method(intern!("write"), &[&line])?;
        }
        Ok(())
    }

    #[getter]
    fn closed(&self) -> bool {
        self.is_marked_closed()
    }

    #[getter(name = "__dict__")]
    fn dict_getter(&self) -> Result<Ref> {
        objects::protocol::get_dict(self)
    }
}

/// How much to read of a line: up to the line end that peeking shows.
fn line_part(peek: &Object, limit: isize, so_far: usize) -> Result<usize> {
    let ahead = peek.call1(&Int::new(1))?;
    let Some(ahead) = ahead.downcast::<Bytes>().map(Bytes::as_bytes) else {
        bail!(OSError, "peek() should have returned a bytes object, not '{}'", ahead.class().name());
    };
    if ahead.is_empty() {
        return Ok(1);
    }
    let room = if limit >= 0 { (limit as usize - so_far).min(ahead.len()) } else { ahead.len() };
    Ok(ahead[..room].iter().position(|&byte| byte == b'\n').map_or(room, |at| at + 1))
}

/// A base whose instances are no more than an `_IOBase`'s.
macro_rules! derived_base {
    ($name:ident) => {
        #[repr(C)]
        #[derive(Trace)]
        pub struct $name {
            pub base: IoBase,
        }

        impl $name {
            pub fn new() -> $name {
                $name { base: IoBase::new() }
            }
        }
    };
}

derived_base!(RawIoBase);
derived_base!(BufferedIoBase);
derived_base!(TextIoBase);

/// Base class for raw binary I/O.
#[class(name = "_RawIOBase", module = "_io", base = IO_BASE, layout = IoBase, flags = BASETYPE)]
impl RawIoBase {
    #[slot(tp_new)]
    fn new_raw(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<RawIoBase>> {
        Ref::new_in(class, RawIoBase::new())
    }

    #[method("(size=-1, /)")]
    fn read(&self, size: isize) -> Result<Ref> {
        if size < 0 {
            return self.call_method(intern!("readall"), &[]);
        }
        let room = ByteArray::new(&vec![0; size as usize])?;
        let count = self.call_method(intern!("readinto"), &[&room])?;
        if count.is_none() {
            return Ok(count);
        }
        let count = count.as_index_or(&exceptions::ValueError)?;
        let read =
            room.with_bytes(|bytes| Bytes::try_new(&bytes[..(count.max(0) as usize).min(bytes.len())]))?;
        Ok(read.into_object())
    }

    /// Read until EOF, using multiple read() call.
    #[method("()")]
    fn readall(&self) -> Result<Ref> {
        let size = Int::from_usize(DEFAULT_BUFFER_SIZE);
        let mut all: Vec<u8> = Vec::new();
        loop {
            let part = self.call_method(intern!("read"), &[&size])?;
            if part.is_none() {
                return match all.is_empty() {
                    true => Ok(part),
                    false => Ok(Bytes::try_new(&all)?.into_object()),
                };
            }
            let Some(bytes) = part.downcast::<Bytes>() else {
                bail!(TypeError, "read() should return bytes");
            };
            if bytes.is_empty() {
                return Ok(Bytes::try_new(&all)?.into_object());
            }
            all.extend_from_slice(bytes.as_bytes());
        }
    }

    #[method("(*args)", no_text_signature)]
    fn readinto(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(raise!(NotImplementedError))
    }

    #[method("(*args)", no_text_signature)]
    fn write(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(raise!(NotImplementedError))
    }
}

/// Base class for buffered IO objects.
///
/// Unlike RawIOBase, read() and readinto() do not hand out less than was asked for
/// before the stream's end, and read() takes no size to read all. In non-blocking
/// mode write() may raise BlockingIOError.
#[class(name = "_BufferedIOBase", module = "_io", base = IO_BASE, layout = IoBase, flags = BASETYPE)]
impl BufferedIoBase {
    #[slot(tp_new)]
    fn new_buffered(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<BufferedIoBase>> {
        Ref::new_in(class, BufferedIoBase::new())
    }

    /// Disconnect this buffer from its underlying raw stream and return it.
    ///
    /// After the raw stream has been detached, the buffer is in an unusable
    /// state.
    #[method("()")]
    fn detach(&self) -> Result<Ref> {
        Err(unsupported("detach"))
    }

    /// Read and return up to n bytes.
    ///
    /// Without a size, or with None or a negative one, everything up to the end of the stream. Raises
    /// BlockingIOError where a non-blocking stream has no data at the moment.
    #[method("(*args)", no_text_signature)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("read"))
    }

    /// Read and return up to n bytes, with at most one read() call
    /// to the underlying raw stream. A short result does not imply
    /// that EOF is imminent.
    #[method("(*args)", no_text_signature)]
    fn read1(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("read1"))
    }

    #[method("(buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<usize> {
        read_into(self, buffer, "readinto", intern!("read"))
    }

    #[method("(buffer, /)")]
    fn readinto1(&self, buffer: &Object) -> Result<usize> {
        read_into(self, buffer, "readinto1", intern!("read1"))
    }

    /// Write the given buffer to the IO stream.
    ///
    /// Returns the number of bytes written, which is always the length of b
    /// in bytes.
    ///
    /// Raises BlockingIOError if the buffer is full and the
    /// underlying raw stream cannot accept more data at the moment.
    #[method("(*args)", no_text_signature)]
    fn write(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("write"))
    }
}

/// The writable memory of an argument.
pub fn writable(method: &str, argument: &Object) -> Result<objects::buffer::Buffer> {
    match argument.get_buffer(request::WRITABLE) {
        Ok(buffer) => Ok(buffer),
        Err(raised) => {
            raised.clear();
            let got = objects::arguments::described(argument);
            Err(raise!(TypeError, "{method}() argument must be read-write bytes-like object, not {got}"))
        }
    }
}

fn read_into(stream: &Object, buffer: &Object, method: &str, read: &Str) -> Result<usize> {
    let mut room = writable(method, buffer)?;
    let wanted = room.len();
    let data = stream.call_method(read, &[&*Int::from_usize(wanted)])?;
    let Some(bytes) = data.downcast::<Bytes>().map(Bytes::as_bytes) else {
        bail!(TypeError, "read() should return bytes");
    };
    if bytes.len() > wanted {
        let given = bytes.len();
        bail!(ValueError, "read() returned too much data: {wanted} bytes requested, {given} returned");
    }
    room.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
    Ok(bytes.len())
}

/// Base class for text I/O.
///
/// This class provides a character and line based interface to stream
/// I/O. There is no readinto method because Python's character strings
/// are immutable.
#[class(name = "_TextIOBase", module = "_io", base = IO_BASE, layout = IoBase, flags = BASETYPE)]
impl TextIoBase {
    #[slot(tp_new)]
    fn new_text(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<TextIoBase>> {
        Ref::new_in(class, TextIoBase::new())
    }

    /// Separate the underlying buffer from the TextIOBase and return it.
    ///
    /// After the underlying buffer has been detached, the TextIO is in an
    /// unusable state.
    #[method("(*args)", no_text_signature)]
    fn detach(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("detach"))
    }

    /// Read at most n characters from stream.
    ///
    /// Read from underlying buffer until we have n characters or we hit EOF.
    /// If n is negative or omitted, read until EOF.
    #[method("(*args)", no_text_signature)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("read"))
    }

    /// Read until newline or EOF.
    ///
    /// Returns an empty string if EOF is hit immediately.
    #[method("(*args)", no_text_signature)]
    fn readline(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("readline"))
    }

    /// Write string to stream.
    /// Returns the number of characters written (which is always equal to
    /// the length of the string).
    #[method("(*args)", no_text_signature)]
    fn write(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("write"))
    }

    /// Encoding of the text stream.
    ///
    /// Subclasses should override.
    #[getter]
    fn encoding(&self) -> Ref {
        none()
    }

    /// Line endings translated so far.
    ///
    /// Only line endings translated during reading are considered.
    ///
    /// Subclasses should override.
    #[getter]
    fn newlines(&self) -> Ref {
        none()
    }

    /// The error setting of the decoder or encoder.
    ///
    /// Subclasses should override.
    #[getter]
    fn errors(&self) -> Ref {
        none()
    }
}
