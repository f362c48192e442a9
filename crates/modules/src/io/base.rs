//! The abstract bases of streams: `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`.

use std::cell::Cell;
use std::mem::offset_of;

use objects::arguments::Place;
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
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        isize::from_nullable(value, place).map(|size| Size(size.unwrap_or(-1)))
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
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn seek(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("seek"))
    }

    /// Return current stream position.
    #[method("()")]
    fn tell(&self) -> Result<Ref> {
        self.call_method(intern!("seek"), &[&*Int::new(0), &*Int::new(1)])
    }

    /// Cut the file off, or lengthen it, so that it has size bytes.
    ///
    /// Without a size, the end is where tell() says. The position stays as it is,
    /// wherever the new end. The result is the new size.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn truncate(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("truncate"))
    }

    /// Hand on what was written but still waits in memory.
    ///
    /// Streams that cannot be written to, or that do not block, have nothing to do here.
    #[method("()")]
    fn flush(&self) -> Result<()> {
        match self.is_marked_closed() {
            true => Err(closed_error()),
            false => Ok(()),
        }
    }

    /// Hand on what still waits to be written, then close the stream.
    ///
    /// Closing it again is allowed and changes nothing.
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

    /// Say whether the position can be changed.
    ///
    /// Where it cannot, seek(), tell() and truncate() raise OSError. Some
    /// streams find the answer by trying a seek().
    #[method("()")]
    fn seekable(&self) -> bool {
        false
    }

    /// Say whether the stream can be read from.
    ///
    /// Where it cannot, read() raises OSError.
    #[method("()")]
    fn readable(&self) -> bool {
        false
    }

    /// Say whether the stream can be written to.
    ///
    /// Where it cannot, write() raises OSError.
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

    /// The number of the file descriptor beneath this stream.
    ///
    /// A stream that has none raises OSError.
    #[method("()")]
    fn fileno(&self) -> Result<Ref> {
        Err(unsupported("fileno"))
    }

    /// Say whether a terminal is at the other end.
    ///
    /// The answer is False where there is no way to know.
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

    #[method("(*args)", name = "__exit__", no_text_signature, takes_tuple)]
    fn exit(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        self.call_method(intern!("close"), &[])
    }

    /// Read up to the end of the line, and the line ending with it.
    ///
    /// A size makes that many bytes the most that are read.
    ///
    /// In binary files only b'\n' ends a line; in text files it depends
    /// on the newline argument that open() was given.
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

    /// Read lines until the stream ends and give them as a list.
    ///
    /// With a positive hint it stops early: no further line is read once
    /// those so far have more than hint bytes (or characters) together.
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

    /// Write each of the lines in turn, exactly as they are.
    ///
    /// Nothing is put between them: a line that is to end with a newline
    /// has to bring its own.
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

/// What raw streams of bytes have in common: each call goes straight to the device.
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

    /// Call read() again and again until the stream ends, and give all the bytes as one object.
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

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn readinto(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(raise!(NotImplementedError))
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
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

    /// Let go of the raw stream beneath and give it to the caller.
    ///
    /// Nothing else can be done with this object afterwards.
    #[method("()")]
    fn detach(&self) -> Result<Ref> {
        Err(unsupported("detach"))
    }

    /// Read and return up to n bytes.
    ///
    /// Without a size, or with None or a negative one, everything up to the end of the stream. Raises
    /// BlockingIOError where a non-blocking stream has no data at the moment.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("read"))
    }

    /// Read and return up to n bytes, with at most one read() call
    /// to the underlying raw stream. A short result does not imply
    /// that EOF is imminent.
    #[method("(*args)", no_text_signature, takes_tuple)]
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

    /// Write the bytes of b, or keep them in memory to be written later.
    ///
    /// The result is the length of b in bytes: a buffered stream takes
    /// all of it or fails.
    ///
    /// BlockingIOError means that there is no room for more and that the
    /// raw stream takes nothing without waiting.
    #[method("(*args)", no_text_signature, takes_tuple)]
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

/// What streams of text have in common.
///
/// They read and write characters and lines. A str cannot be filled in
/// place, so there is no readinto().
#[class(name = "_TextIOBase", module = "_io", base = IO_BASE, layout = IoBase, flags = BASETYPE)]
impl TextIoBase {
    #[slot(tp_new)]
    fn new_text(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<TextIoBase>> {
        Ref::new_in(class, TextIoBase::new())
    }

    /// Let go of the binary stream beneath and give it to the caller.
    ///
    /// Nothing else can be done with this object afterwards.
    #[method("()", no_text_signature)]
    fn detach(&self) -> Result<Ref> {
        Err(unsupported("detach"))
    }

    /// Read n characters, or fewer where the stream ends before.
    ///
    /// Without n, or with a negative one, everything up to the end is read.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("read"))
    }

    /// Read one line, or what is left of it where the stream ends.
    ///
    /// At the end of the stream the result is an empty string.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn readline(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("readline"))
    }

    /// Write all of the string.
    /// The result is its length in characters.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn write(&self, args: &[&Object]) -> Result<Ref> {
        let _ = args;
        Err(unsupported("write"))
    }

    /// The name of the encoding between characters and bytes.
    ///
    /// It is None here, for subclasses to replace.
    #[getter]
    fn encoding(&self) -> Ref {
        none()
    }

    /// The line endings found while reading: None, one string or a tuple of them.
    ///
    /// What was written does not count.
    ///
    /// It is None here, for subclasses to replace.
    #[getter]
    fn newlines(&self) -> Ref {
        none()
    }

    /// The name of the way in which coding errors are dealt with.
    ///
    /// It is None here, for subclasses to replace.
    #[getter]
    fn errors(&self) -> Ref {
        none()
    }
}
