//! `BytesIO`: a stream of bytes in memory.

use std::cell::{Cell, RefCell};

use objects::buffer::BytesLike;
use objects::lent_bytes::{self, BytesLender, LentBytes};
use objects::memoryview::MemoryView;
use objects::prelude::*;

use super::base::{self, BUFFERED_IO_BASE, BufferedIoBase, Size};

/// Where a stream's bytes are.
enum Content {
    Own(LentBytes),
    /// A bytes object that others may have too: copied before it is changed.
    Shared(Ref<Bytes>),
    Closed,
}

impl Content {
    /// Nothing, in a bytes object that everybody shares.
    fn empty() -> Content {
        Content::Shared(Bytes::new(&[]))
    }

    /// Lends the bytes to a function, which runs no Python code.
    #[inline(always)]
    fn with<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Content::Own(bytes) => bytes.with(action),
            Content::Shared(bytes) => action(bytes.as_bytes()),
            Content::Closed => action(&[]),
        }
    }

    fn len(&self) -> usize {
        self.with(<[u8]>::len)
    }

    /// Whether views of the bytes are lent: while there are any, their number stays.
    #[inline(always)]
    fn is_lent(&self) -> bool {
        matches!(self, Content::Own(bytes) if bytes.is_lent())
    }

    #[inline(always)]
    fn check_open(&self) -> Result<()> {
        match self {
            Content::Closed => Err(base::closed_error()),
            _ => Ok(()),
        }
    }

    #[inline(always)]
    fn check_resizable(&self) -> Result<()> {
        match self.is_lent() {
            true => Err(raise!(BufferError, "Existing exports of data: object cannot be re-sized")),
            false => Ok(()),
        }
    }

    /// The bytes to be changed. Raises `MemoryError`.
    fn own(&mut self) -> Result<&LentBytes> {
        if let Content::Shared(bytes) = self {
            let mut copy = Vec::new();
            if copy.try_reserve_exact(bytes.len()).is_err() {
                bail!(MemoryError);
            }
            copy.extend_from_slice(bytes.as_bytes());
            *self = Content::Own(LentBytes::new(copy));
        }
        match self {
            Content::Own(bytes) => Ok(bytes),
            _ => Err(base::closed_error()),
        }
    }

    /// All the bytes as an object, which is then shared unless they are lent.
    fn share(&mut self) -> Result<Ref<Bytes>> {
        if let Content::Shared(bytes) = self {
            return Ok(bytes.clone());
        }
        let bytes = self.with(Bytes::try_new)?;
        if !self.is_lent() {
            *self = Content::Shared(bytes.clone());
        }
        Ok(bytes)
    }

    /// The memory that is this stream's alone, as that of a bytes object.
    fn own_size(&self) -> usize {
        match self {
            Content::Own(bytes) if bytes.capacity() > 0 => BYTES_HEAD + bytes.capacity(),
            Content::Shared(bytes) if bytes.as_object().refcnt() == 1 => BYTES_HEAD + bytes.len(),
            _ => 0,
        }
    }
}

/// `sys.getsizeof(b'')`.
const BYTES_HEAD: usize = 33;

/// `bytesio`, in size: `object.__sizeof__` tells of it.
#[repr(C)]
#[derive(Trace)]
pub struct BytesIo {
    base: BufferedIoBase,
    #[trace(skip)]
    content: RefCell<Content>,
    position: Cell<usize>,
}

impl BytesIo {
    #[inline(always)]
    fn check_open(&self) -> Result<()> {
        self.content.borrow().check_open()
    }

    fn check_resizable(&self) -> Result<()> {
        self.content.borrow().check_resizable()
    }

    /// The range of the next `limit` bytes, which are then read.
    fn advance(&self, limit: isize) -> std::ops::Range<usize> {
        let length = self.content.borrow().len();
        let start = self.position.get().min(length);
        let count = usize::try_from(limit).unwrap_or(usize::MAX).min(length - start);
        if count > 0 {
            self.position.set(start + count);
        }
        start..start + count
    }

    fn line_length(&self, limit: isize) -> isize {
        self.content.borrow().with(|content| {
            let rest = &content[self.position.get().min(content.len())..];
            let rest = &rest[..usize::try_from(limit).unwrap_or(usize::MAX).min(rest.len())];
            memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1) as isize
        })
    }

    fn take(&self, limit: isize) -> Result<Ref<Bytes>> {
        let range = self.advance(limit);
        if range.len() > 1 && range.len() == self.content.borrow().len() {
            return self.content.borrow_mut().share();
        }
        self.content.borrow().with(|content| Bytes::try_new(&content[range]))
    }

    fn write_bytes(&self, bytes: &[u8]) -> Result<usize> {
        let mut content = self.content.borrow_mut();
        content.check_resizable()?;
        if bytes.is_empty() {
            return Ok(0);
        }
        let position = self.position.get();
        let Some(end) = position.checked_add(bytes.len()).filter(|&end| end <= isize::MAX as usize) else {
            bail!(OverflowError, "new position too large");
        };
        content.own()?.with_vec(|content| {
            if end > content.len() {
                let more = end - content.len();
                if content.try_reserve(more).is_err() {
                    bail!(MemoryError);
                }
                // What is between the old end and the position is zero.
                content.resize(position.max(content.len()), 0);
            }
            let overwritten = (content.len() - position).min(bytes.len());
            content[position..position + overwritten].copy_from_slice(&bytes[..overwritten]);
            content.extend_from_slice(&bytes[overwritten..]);
            Ok(())
        })??;
        self.position.set(end);
        Ok(bytes.len())
    }
}

/// A binary file that is nowhere but in memory.
#[class(
    name = "BytesIO", module = "_io", static_ = BYTES_IO, base = BUFFERED_IO_BASE, layout = BufferedIoBase,
    flags = BASETYPE, signature = "(initial_bytes=b'')", dealloc = memory::dealloc_unfinalized::<BytesIo>
)]
impl BytesIo {
    #[slot(tp_new)]
    fn new_stream(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<BytesIo>> {
        let stream = BytesIo {
            base: BufferedIoBase::new(),
            content: RefCell::new(Content::empty()),
            position: Cell::new(0),
        };
        Ref::new_in(class, stream)
    }

    #[slot(tp_init, "(initial_bytes=b'')")]
    fn init(&self, initial_bytes: Option<&Object>) -> Result<()> {
        // The memory stays where it is, lent or not.
        match &mut *self.content.borrow_mut() {
            Content::Own(bytes) => bytes.clear(),
            other => *other = Content::empty(),
        }
        self.position.set(0);
        self.check_resizable()?;
        let content = match initial_bytes.filter(|bytes| !bytes.is_none()) {
            Some(bytes) => match bytes.downcast_exact::<Bytes>() {
                Some(bytes) => Content::Shared(bytes.to_ref()),
                None => Content::Own(LentBytes::new(BytesLike::of(bytes)?.bytes().to_vec())),
            },
            None => Content::empty(),
        };
        *self.content.borrow_mut() = content;
        self.position.set(0);
        Ok(())
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Result<&BytesIo> {
        self.check_open()?;
        Ok(self)
    }

    #[slot(tp_iternext)]
    fn next_line(&self) -> Result<Option<Ref<Bytes>>> {
        self.check_open()?;
        match self.line_length(-1) {
            0 => Ok(None),
            length => self.take(length).map(Some),
        }
    }

    /// True as long as the stream is open: it can always be read from.
    #[method("()")]
    fn readable(&self) -> Result<bool> {
        self.check_open()?;
        Ok(true)
    }

    /// True as long as the stream is open: its position can always be changed.
    #[method("()")]
    fn seekable(&self) -> Result<bool> {
        self.check_open()?;
        Ok(true)
    }

    /// True as long as the stream is open: it can always be written to.
    #[method("()")]
    fn writable(&self) -> Result<bool> {
        self.check_open()?;
        Ok(true)
    }

    /// Disable all I/O operations.
    #[method("()")]
    fn close(&self) -> Result<()> {
        self.check_resizable()?;
        *self.content.borrow_mut() = Content::Closed;
        Ok(())
    }

    /// Does nothing.
    #[method("()")]
    fn flush(&self) -> Result<()> {
        self.check_open()
    }

    /// False: there is no terminal behind memory.
    ///
    /// Once closed, the stream raises ValueError here too.
    #[method("()")]
    fn isatty(&self) -> Result<bool> {
        self.check_open()?;
        Ok(false)
    }

    /// How many bytes before the place where the next read or write begins.
    #[method("()")]
    fn tell(&self) -> Result<usize> {
        self.check_open()?;
        Ok(self.position.get())
    }

    /// Put the bytes of b at the position, over what is there, and move behind them.
    ///
    /// The result is how many there were.
    #[method("(b, /)")]
    fn write(&self, b: &Object) -> Result<usize> {
        self.check_open()?;
        if let Some(bytes) = b.downcast_exact::<Bytes>() {
            return self.write_bytes(bytes.as_bytes());
        }
        let bytes = b.get_buffer(objects::buffer::request::FULL_RO)?;
        // What is written may be lent by this very stream.
        self.check_resizable()?;
        match bytes.view().is_contiguous() {
            true => self.write_bytes(bytes.bytes()),
            false => self.write_bytes(&bytes.to_contiguous()),
        }
    }

    /// Write each bytes-like object that the iterable gives, in turn.
    ///
    /// It is what a loop that calls write() would do: nothing is put
    /// between two of them, line endings least of all.
    #[method("(lines, /)")]
    fn writelines(&self, lines: &Object) -> Result<()> {
        self.check_open()?;
        let iterator = lines.iter()?;
        while let Some(line) = iterator.next()? {
            self.write(&line)?;
        }
        Ok(())
    }

    /// Read size bytes, or fewer where the contents end before.
    ///
    /// Without a size, or with a negative one, everything up to the end
    /// is read. At the end the result is b''.
    #[method("(size=-1, /)")]
    fn read1(&self, size: Option<Size>) -> Result<Ref<Bytes>> {
        self.read(size)
    }

    /// Fill buffer with what comes next, as far as it goes.
    ///
    /// The result is how many bytes that were, 0 at the end of the contents.
    #[method("(buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<usize> {
        let mut room = base::writable("readinto", buffer)?;
        self.check_open()?;
        let range = self.advance(room.len() as isize);
        let count = range.len();
        match &*self.content.borrow() {
            Content::Own(bytes) => bytes.copy_to(range, &mut room.bytes_mut()[..count]),
            content => content.with(|bytes| room.bytes_mut()[..count].copy_from_slice(&bytes[range])),
        }
        Ok(count)
    }

    /// Read up to and with the next b'\n'.
    ///
    /// With a size of 0 or more, at most that many bytes are read, even
    /// if the line is longer. At the end of the contents the result is b''.
    #[method("(size=-1, /)")]
    fn readline(&self, size: Option<Size>) -> Result<Ref<Bytes>> {
        self.check_open()?;
        self.take(self.line_length(size.map_or(-1, |size| size.0)))
    }

    /// Read line after line up to the end and give them as a list.
    ///
    /// With a positive size it stops early, after the line that brings the
    /// bytes read to that many.
    #[method("(size=None, /)")]
    fn readlines(&self, size: Option<&Object>) -> Result<Ref<List>> {
        self.check_open()?;
        let most = match size.filter(|size| !size.is_none()) {
            None => 0,
            Some(size) if size.downcast::<Int>().is_some() => size.as_isize()?,
            Some(size) => {
                bail!(TypeError, "integer argument expected, got '{}'", size.class().name())
            }
        };
        let lines = List::new();
        let mut total = 0;
        loop {
            let length = self.line_length(-1);
            if length == 0 {
                return Ok(lines);
            }
            lines.push(self.take(length)?.into_object())?;
            total += length;
            if most > 0 && total >= most {
                return Ok(lines);
            }
        }
    }

    /// Read size bytes, or fewer where the contents end before.
    ///
    /// None or a negative size reads everything up to the end. At the
    /// end the result is b''.
    #[method("(size=-1, /)")]
    fn read(&self, size: Option<Size>) -> Result<Ref<Bytes>> {
        self.check_open()?;
        self.take(size.map_or(-1, |size| size.0))
    }

    /// A memoryview of the contents: what is written to it is written to the file.
    ///
    /// The file cannot change its size as long as the view is there.
    #[method("()")]
    fn getbuffer(&self) -> Result<Ref<MemoryView>> {
        self.check_open()?;
        let exporter =
            Ref::new(BytesIoBuffer { base: Object::header(), source: Field::new(Some(self.to_ref())) });
        MemoryView::of(&exporter)
    }

    /// A copy of all the contents, wherever the position is.
    #[method("()")]
    fn getvalue(&self) -> Result<Ref<Bytes>> {
        self.check_open()?;
        self.content.borrow_mut().share()
    }

    /// Move the position to pos bytes from the place that whence names:
    ///      0  the start (what is meant when whence is left out); pos must not be negative
    ///      1  the position as it is
    ///      2  the end of the contents
    /// A position before the start becomes 0, one past the end is allowed. The result is the new position.
    #[method("(pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32) -> Result<isize> {
        self.check_open()?;
        if pos < 0 && whence == 0 {
            bail!(ValueError, "negative seek value {pos}");
        }
        let origin = match whence {
            0 => 0,
            1 => self.position.get() as isize,
            2 => self.content.borrow().len() as isize,
            _ => bail!(ValueError, "invalid whence ({whence}, should be 0, 1 or 2)"),
        };
        let Some(position) = origin.checked_add(pos) else {
            bail!(OverflowError, "new position too large");
        };
        self.position.set(position.max(0) as usize);
        Ok(position.max(0))
    }

    /// Drop what is behind the first size bytes.
    ///
    /// Without a size that is the position. Contents that are shorter stay
    /// as they are, and so does the position. The result is size.
    #[method("(size=None, /)")]
    fn truncate(&self, size: Option<&Object>) -> Result<isize> {
        self.check_open()?;
        self.check_resizable()?;
        let size = match size.filter(|size| !size.is_none()) {
            None => self.position.get() as isize,
            Some(size) => {
                let Size(size) = Size::from_argument(size, &PLACE)?;
                size
            }
        };
        let Ok(length) = usize::try_from(size) else {
            bail!(ValueError, "negative size value {size}");
        };
        let mut content = self.content.borrow_mut();
        if length < content.len() {
            content.own()?.with_vec(|bytes| bytes.truncate(length))?;
        }
        Ok(size)
    }

    #[method(name = "__getstate__", no_text_signature)]
    fn getstate(&self) -> Result<(Ref<Bytes>, usize, Ref)> {
        let content = self.getvalue()?;
        let dict = match self.get_attr(intern!("__dict__"))?.downcast::<Dict>() {
            Some(dict) if !dict.is_empty() => dict.copy()?.into_object(),
            _ => none(),
        };
        Ok((content, self.position.get(), dict))
    }

    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn setstate(&self, state: &Object) -> Result<()> {
        self.check_open()?;
        let Some([content, position, attributes]) = state.downcast::<Tuple>().map(Tuple::items) else {
            let (class, got) = (self.as_object().class().name(), state.class().name());
            bail!(TypeError, "{class}.__setstate__ argument should be 3-tuple, got {got}");
        };
        self.check_resizable()?;
        self.init(Some(content))?;
        let Some(position) = position.downcast::<Int>() else {
            bail!(TypeError, "second item of state must be an integer, not {}", position.class().name());
        };
        match usize::try_from(position.as_object().as_isize()?) {
            Ok(position) => self.position.set(position),
            Err(_) => bail!(ValueError, "position value cannot be negative"),
        }
        update_attributes(self, attributes, "third")
    }

    #[method(name = "__sizeof__", no_text_signature)]
    fn sizeof(&self) -> usize {
        size_of::<BytesIo>() + self.content.borrow().own_size()
    }

    /// Whether close() was called; reading and writing then raise ValueError.
    #[getter(name = "closed")]
    fn closed_getter(&self) -> bool {
        matches!(*self.content.borrow(), Content::Closed)
    }
}

const PLACE: objects::arguments::Place = objects::arguments::Place::new("truncate", "argument 1");

/// Takes over the attributes of a pickled state, a dictionary or `None`.
pub fn update_attributes(stream: &Object, attributes: &Object, place: &str) -> Result<()> {
    if attributes.is_none() {
        return Ok(());
    }
    let Some(attributes) = attributes.downcast::<Dict>() else {
        let got = attributes.class().name();
        bail!(TypeError, "{place} item of state should be a dict, got a {got}");
    };
    match stream.get_attr(intern!("__dict__"))?.downcast::<Dict>() {
        Some(own) => own.update(attributes),
        None => Ok(()),
    }
}

/// What lends the memory of a `BytesIO`: keeps the stream alive, which could not lend it itself
/// without every view of it counting as one of its content.
#[repr(C)]
#[derive(Trace)]
pub struct BytesIoBuffer {
    base: Object,
    source: Field<BytesIo>,
}

impl BytesLender for BytesIoBuffer {
    fn bytes_to_lend(&self) -> Result<LentBytes> {
        let Some(stream) = self.source.get() else { return Err(base::closed_error()) };
        stream.content.borrow_mut().own().map(LentBytes::handle)
    }
}

#[class(
    name = "_BytesIOBuffer",
    module = "_io",
    static_ = BYTES_IO_BUFFER,
    symbol = "_PyBytesIOBuffer_Type",
    slots = [
        bf_getbuffer(lent_bytes::lend::<BytesIoBuffer>),
        bf_releasebuffer(lent_bytes::take_back::<BytesIoBuffer>)
    ]
)]
impl BytesIoBuffer {}
