//! What all buffered streams are made of: the raw stream, bytes read ahead of it, and bytes not written to it yet.

use std::cell::{Cell, RefCell};

use objects::bytearray::ByteArray;
use objects::prelude::*;

use super::lock::{Held, Lock};
use crate::io::base;
use crate::io::file::FileIo;

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Uninitialized,
    Ready,
    Detached,
}

impl objects::memory::Trace for State {}

/// The buffer. At most one of both sides has content: reading writes out first, and writing goes back
/// to where the reader is.
#[repr(C)]
#[derive(Trace)]
pub struct Core {
    pub raw: Field,
    /// Read and set from Python as `_finalizing`.
    pub finalizing: Cell<u8>,
    state: Cell<State>,
    pub readable: Cell<bool>,
    pub writable: Cell<bool>,
    /// Whether the raw stream is a file, called without the detour over Python.
    is_file: Cell<bool>,
    #[trace(skip)]
    lock: Lock,
    pub size: Cell<usize>,
    /// Whether the buffer's memory is there: a closed stream has given it back.
    has_buffer: Cell<bool>,
    #[trace(skip)]
    ahead: RefCell<Vec<u8>>,
    /// How much of it is read.
    at: Cell<usize>,
    #[trace(skip)]
    pending: RefCell<Vec<u8>>,
}

/// What a write that cannot go on has got done.
pub fn blocked(written: usize) -> Raised {
    let arguments = || {
        let message = Str::new("write could not complete without blocking");
        exceptions::BlockingIOError.as_object().call(&[
            &*Int::new(libc::EAGAIN.into()),
            &message,
            &*Int::from_usize(written),
        ])
    };
    match arguments() {
        Ok(exception) => raise::set_instance(exception),
        Err(raised) => raised,
    }
}

/// Repeats a call that a signal interrupted.
fn retried<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match call() {
            Err(raised) if raised.matches(&exceptions::InterruptedError) => {
                raised.clear();
                (objects::services::get().check_signals)()?;
            }
            result => return result,
        }
    }
}

impl Core {
    pub fn empty() -> Core {
        Core {
            raw: Field::null(),
            finalizing: Cell::new(0),
            state: Cell::new(State::Uninitialized),
            readable: Cell::new(false),
            writable: Cell::new(false),
            is_file: Cell::new(false),
            lock: Lock::default(),
            size: Cell::new(0),
            has_buffer: Cell::new(false),
            ahead: RefCell::new(Vec::new()),
            at: Cell::new(0),
            pending: RefCell::new(Vec::new()),
        }
    }

    /// Takes a raw stream, whose abilities were checked.
    pub fn initialize(&self, raw: &Object, size: isize) -> Result<()> {
        self.state.set(State::Uninitialized);
        if size <= 0 {
            bail!(ValueError, "buffer size must be strictly positive");
        }
        self.raw.set(Some(raw.to_ref()));
        self.size.set(size as usize);
        self.at.set(0);
        for (buffer, is_used) in [(&self.ahead, &self.readable), (&self.pending, &self.writable)] {
            let mut room = Vec::new();
            if room.try_reserve_exact(if is_used.get() { size as usize } else { 0 }).is_err() {
                bail!(MemoryError);
            }
            buffer.replace(room);
        }
        self.has_buffer.set(true);
        self.is_file.set(raw.downcast_exact::<FileIo>().is_some());
        // A raw stream that can be sought tells where it is; an error says only that it cannot.
        match self.raw_tell() {
            Ok(_) => {}
            Err(raised) => raised.clear(),
        }
        self.state.set(State::Ready);
        Ok(())
    }

    pub fn lock(&self, stream: &Object) -> Result<Held<'_>> {
        self.lock.enter(stream)
    }

    /// The raw stream. `ValueError` where there is none.
    pub fn raw(&self) -> Result<Ref> {
        match (self.state.get(), self.raw.get()) {
            (State::Ready, Some(raw)) => Ok(raw),
            (State::Detached, _) => Err(raise!(ValueError, "raw stream has been detached")),
            _ => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }

    /// The raw stream as a file, where it is just that.
    fn file(&self) -> Option<Ref<FileIo>> {
        if !self.is_file.get() {
            return None;
        }
        self.raw.get()?.into_type::<FileIo>().ok()
    }

    /// Whether the raw stream is closed.
    pub fn is_closed(&self) -> Result<bool> {
        let raw = self.raw()?;
        match self.is_file.get() {
            true => Ok(self.file().is_some_and(|file| file.is_closed())),
            false => base::is_closed(&raw),
        }
    }

    /// `ValueError` where the raw stream is closed.
    pub fn check_open(&self, action: &str) -> Result<()> {
        if self.is_closed()? && self.unread() == 0 {
            bail!(ValueError, "{action} closed file");
        }
        Ok(())
    }

    /// Gives the raw stream away.
    pub fn detach(&self, stream: &Object) -> Result<Ref> {
        self.raw()?;
        stream.call_method(intern!("flush"), &[])?;
        let raw = self.raw()?;
        self.raw.set(None);
        self.state.set(State::Detached);
        Ok(raw)
    }

    /// How many bytes are read ahead.
    pub fn unread(&self) -> usize {
        self.ahead.borrow().len() - self.at.get()
    }

    fn forget_ahead(&self) {
        self.ahead.borrow_mut().clear();
        self.at.set(0);
    }

    /// Hands out as much of what is read ahead, up to a limit.
    pub fn take_ahead(&self, limit: usize, bytes: &mut Vec<u8>) -> usize {
        let count = self.unread().min(limit);
        let at = self.at.get();
        bytes.extend_from_slice(&self.ahead.borrow()[at..at + count]);
        self.at.set(at + count);
        count
    }

    /// One read of the raw stream into the room; nothing where it would have to wait.
    fn raw_read(&self, room: &mut [u8]) -> Result<Option<usize>> {
        if let Some(file) = self.file() {
            return file.read_once(room);
        }
        let raw = self.raw()?;
        let wanted = room.len();
        let array = ByteArray::new(room)?;
        let count = retried(|| raw.call_method(intern!("readinto"), &[&array]))?;
        if count.is_none() {
            return Ok(None);
        }
        let count = checked_count(&count, "readinto", wanted)?;
        array.with_bytes(|bytes| room[..count].copy_from_slice(&bytes[..count]));
        Ok(Some(count))
    }

    /// Fills the empty buffer with one read of the raw stream.
    pub fn fill(&self) -> Result<Option<usize>> {
        let mut ahead = self.ahead.take();
        ahead.resize(self.size.get(), 0);
        self.at.set(0);
        let count = self.raw_read(&mut ahead);
        ahead.truncate(count.as_ref().map_or(0, |count| count.unwrap_or(0)));
        self.ahead.replace(ahead);
        count
    }

    /// Everything up to the end of the stream.
    pub fn read_all(&self) -> Result<Ref> {
        let mut all = Vec::new();
        self.take_ahead(usize::MAX, &mut all);
        self.forget_ahead();
        let raw = self.raw()?;
        if self.writable.get() {
            self.write_out()?;
        }
        if let Some(read_all) = raw.get_attr_opt(intern!("readall"))? {
            let rest = read_all.call0()?;
            if rest.is_none() {
                return if all.is_empty() { Ok(rest) } else { Ok(Bytes::try_new(&all)?.into_object()) };
            }
            let Some(bytes) = rest.downcast::<Bytes>() else {
                bail!(TypeError, "readall() should return bytes");
            };
            if all.is_empty() {
                return Ok(rest);
            }
            all.extend_from_slice(bytes.as_bytes());
            return Ok(Bytes::try_new(&all)?.into_object());
        }
        loop {
            let part = raw.call_method(intern!("read"), &[])?;
            if !part.is_none() && part.downcast::<Bytes>().is_none() {
                bail!(TypeError, "read() should return bytes");
            }
            let bytes = part.downcast::<Bytes>().map_or(&[][..], Bytes::as_bytes);
            if bytes.is_empty() {
                return if all.is_empty() { Ok(part) } else { Ok(Bytes::try_new(&all)?.into_object()) };
            }
            all.extend_from_slice(bytes);
        }
    }

    /// So many bytes, fewer at the stream's end; nothing where the raw stream has none at the moment.
    pub fn read_exactly(&self, wanted: usize) -> Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(wanted).is_err() {
            bail!(MemoryError);
        }
        self.take_ahead(wanted, &mut bytes);
        if bytes.len() < wanted && self.writable.get() {
            self.write_out()?;
        }
        let size = self.size.get();
        while bytes.len() < wanted {
            let missing = wanted - bytes.len();
            let count = match missing >= size {
                // Whole buffers go to the result directly.
                true => {
                    let start = bytes.len();
                    bytes.resize(start + missing / size * size, 0);
                    let count = self.raw_read(&mut bytes[start..]);
                    bytes.truncate(start + count.as_ref().map_or(0, |count| count.unwrap_or(0)));
                    count?
                }
                false => match self.fill()? {
                    Some(0) => Some(0),
                    Some(_) => Some(self.take_ahead(missing, &mut bytes)),
                    None => None,
                },
            };
            match count {
                Some(0) => break,
                Some(_) => {}
                None if bytes.is_empty() => return Ok(None),
                None => break,
            }
        }
        Ok(Some(bytes))
    }

    /// Some bytes, with one read of the raw stream at most.
    pub fn read_some(&self, limit: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if self.take_ahead(limit, &mut bytes) > 0 || limit == 0 {
            return Ok(bytes);
        }
        if self.writable.get() {
            self.write_out()?;
        }
        self.forget_ahead();
        if bytes.try_reserve_exact(limit).is_err() {
            bail!(MemoryError);
        }
        bytes.resize(limit, 0);
        let count = self.raw_read(&mut bytes)?.unwrap_or(0);
        bytes.truncate(count);
        Ok(bytes)
    }

    /// Fills a room, with one read of the raw stream at most if `once`; nothing where it has none at the moment.
    pub fn read_into(&self, room: &mut [u8], once: bool) -> Result<Option<usize>> {
        let mut filled = self.copy_ahead(room);
        if filled == room.len() {
            return Ok(Some(filled));
        }
        if self.writable.get() {
            self.write_out()?;
        }
        while filled < room.len() {
            let is_direct = room.len() - filled > self.size.get();
            let count = if is_direct {
                self.raw_read(&mut room[filled..])?
            } else if once && filled > 0 {
                break;
            } else {
                match self.fill()? {
                    Some(0) => Some(0),
                    Some(_) => Some(self.copy_ahead(&mut room[filled..])),
                    None => None,
                }
            };
            match count {
                Some(0) => break,
                Some(count) => filled += count,
                None if filled == 0 => return Ok(None),
                None => break,
            }
            if once && is_direct {
                break;
            }
        }
        Ok(Some(filled))
    }

    fn copy_ahead(&self, room: &mut [u8]) -> usize {
        let count = self.unread().min(room.len());
        let at = self.at.get();
        room[..count].copy_from_slice(&self.ahead.borrow()[at..at + count]);
        self.at.set(at + count);
        count
    }

    /// What is read ahead, after a read of the raw stream where that is nothing.
    pub fn peek(&self) -> Result<Ref<Bytes>> {
        if self.unread() == 0 {
            if self.writable.get() {
                self.write_out()?;
            }
            self.fill()?;
        }
        Bytes::try_new(&self.ahead.borrow()[self.at.get()..])
    }

    /// A line, no longer than the limit.
    pub fn read_line(&self, limit: isize) -> Result<Ref<Bytes>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if let Some(line) = self.buffered_line(limit) {
            return line;
        }
        let mut line = Vec::new();
        self.take_ahead(limit, &mut line);
        if self.writable.get() {
            self.write_out()?;
        }
        while line.len() < limit {
            if matches!(self.fill()?, None | Some(0)) {
                break;
            }
            let room = limit - line.len();
            let found = memchr::memchr(b'\n', &self.ahead.borrow());
            self.take_ahead(found.map_or(room, |at| room.min(at + 1)), &mut line);
            if line.last() == Some(&b'\n') {
                break;
            }
        }
        Bytes::try_new(&line)
    }

    /// A line that is read ahead as a whole.
    fn buffered_line(&self, limit: usize) -> Option<Result<Ref<Bytes>>> {
        let ahead = self.ahead.borrow();
        let at = self.at.get();
        let rest = &ahead[at..];
        let length = match memchr::memchr(b'\n', &rest[..rest.len().min(limit)]) {
            Some(end) => end + 1,
            None if rest.len() >= limit => limit,
            None => return None,
        };
        self.at.set(at + length);
        Some(Bytes::try_new(&rest[..length]))
    }

    /// One write to the raw stream; nothing where it would have to wait.
    fn raw_write(&self, bytes: &[u8]) -> Result<Option<usize>> {
        if let Some(file) = self.file() {
            return file.write_once(bytes);
        }
        let raw = self.raw()?;
        let given = Bytes::try_new(bytes)?;
        let count = retried(|| raw.call_method(intern!("write"), &[&given]))?;
        if count.is_none() {
            return Ok(None);
        }
        checked_count(&count, "write", bytes.len()).map(Some)
    }

    /// Writes everything that is pending. `BlockingIOError` where the raw stream would have to wait.
    pub fn write_out(&self) -> Result<()> {
        while !self.pending.borrow().is_empty() {
            let pending = self.pending.take();
            let count = self.raw_write(&pending);
            let mut rest = pending;
            if let Ok(Some(count)) = &count {
                rest.drain(..*count);
            }
            self.pending.replace(rest);
            if count?.is_none() {
                return Err(blocked(0));
            }
            (objects::services::get().check_signals)()?;
        }
        Ok(())
    }

    /// Before writing: back to where the reader is.
    fn rewind(&self) -> Result<()> {
        let unread = self.unread();
        if unread > 0 {
            self.raw_seek(&Int::new(-(unread as i64)), 1)?;
        }
        self.forget_ahead();
        Ok(())
    }

    /// Takes bytes to write. `BlockingIOError` tells how many of them were taken.
    pub fn write(&self, bytes: &[u8]) -> Result<usize> {
        if self.readable.get() && !self.ahead.borrow().is_empty() {
            self.rewind()?;
        }
        let size = self.size.get();
        {
            let mut pending = self.pending.borrow_mut();
            if bytes.len() <= size.saturating_sub(pending.len()) {
                pending.extend_from_slice(bytes);
                return Ok(bytes.len());
            }
        }
        match self.write_out() {
            Ok(()) => {}
            Err(raised) if raised.matches(&exceptions::BlockingIOError) => {
                // What goes into the buffer is taken.
                let mut pending = self.pending.borrow_mut();
                let taken = size.saturating_sub(pending.len()).min(bytes.len());
                pending.extend_from_slice(&bytes[..taken]);
                drop(pending);
                if taken == bytes.len() {
                    raised.clear();
                    return Ok(taken);
                }
                raised.clear();
                return Err(blocked(taken));
            }
            Err(raised) => return Err(raised),
        }
        let mut written = 0;
        while bytes.len() - written > size {
            match self.raw_write(&bytes[written..])? {
                Some(count) => written += count,
                None => {
                    // The buffer takes what goes in, and the rest is refused.
                    let taken = size.min(bytes.len() - written);
                    self.pending.borrow_mut().extend_from_slice(&bytes[written..written + taken]);
                    written += taken;
                    return if written == bytes.len() { Ok(written) } else { Err(blocked(written)) };
                }
            }
            (objects::services::get().check_signals)()?;
        }
        self.pending.borrow_mut().extend_from_slice(&bytes[written..]);
        Ok(bytes.len())
    }

    /// Writes what is pending, and takes the raw stream to where the reader is.
    pub fn flush_and_rewind(&self) -> Result<()> {
        self.write_out()?;
        if self.readable.get() {
            self.rewind()?;
        }
        Ok(())
    }

    fn raw_tell(&self) -> Result<i64> {
        let Some(raw) = self.raw.get() else { return self.raw().map(|_| 0) };
        if let Some(file) = self.file() {
            return file.seek_to(0, 1);
        }
        checked_position(&*raw.call_method(intern!("tell"), &[])?)
    }

    fn raw_seek(&self, target: &Object, whence: i32) -> Result<i64> {
        let raw = self.raw()?;
        checked_position(&*raw.call_method(intern!("seek"), &[target, &*Int::new(whence.into())])?)
    }

    /// The position as the program sees it.
    pub fn tell(&self) -> Result<i64> {
        let raw = self.raw_tell()?;
        Ok(raw - self.unread() as i64 + self.pending.borrow().len() as i64)
    }

    /// Goes to a position, within what is read ahead where that will do.
    pub fn seek(&self, target: &Object, whence: i32) -> Result<i64> {
        if !(0..=4).contains(&whence) {
            bail!(ValueError, "whence value {whence} unsupported");
        }
        self.check_open("seek of")?;
        let raw = self.raw()?;
        if !self.is_file.get() || !self.file().is_some_and(|file| file.seekable_answer()) {
            base::check_seekable(&raw)?;
        }
        let mut offset = checked_offset(target)?;
        if whence < 2 && self.readable.get() && self.unread() > 0 {
            let raw_position = self.raw_tell()?;
            let current = raw_position - self.unread() as i64;
            let distance = if whence == 0 { offset - current } else { offset };
            if distance >= -(self.at.get() as i64) && distance <= self.unread() as i64 {
                self.at.set((self.at.get() as i64 + distance) as usize);
                return Ok(current + distance);
            }
        }
        if self.writable.get() {
            self.write_out()?;
        }
        if whence == 1 {
            offset -= self.unread() as i64;
        }
        let position = match self.file() {
            Some(file) => file.seek_to(offset, whence)?,
            None => self.raw_seek(&Int::new(offset), whence)?,
        };
        self.forget_ahead();
        Ok(position)
    }

    /// The memory that the buffer takes.
    pub fn buffer_size(&self) -> usize {
        if self.has_buffer.get() { self.size.get() } else { 0 }
    }

    /// Tells the raw stream that it goes without having been closed.
    pub fn warn_unclosed(&self, source: &Object) {
        let Some(raw) = self.raw.get().filter(|_| self.state.get() == State::Ready) else { return };
        if let Err(raised) = raw.call_method(intern!("_dealloc_warn"), &[source]) {
            raised.clear();
        }
    }

    /// Writes out and closes the raw stream.
    pub fn close(&self, stream: &Object) -> Result<Ref> {
        let raw = self.raw()?;
        let held = self.lock(stream)?;
        if base::is_closed(&raw)? {
            return Ok(none());
        }
        if self.finalizing.get() != 0 {
            self.warn_unclosed(stream);
        }
        // flush() takes the lock itself.
        drop(held);
        let flushed = stream.call_method(intern!("flush"), &[]);
        let _held = self.lock(stream)?;
        let closed = base::both(flushed, || raw.call_method(intern!("close"), &[]));
        self.pending.take();
        self.ahead.take();
        self.at.set(0);
        self.has_buffer.set(false);
        closed
    }
}

/// The count that a raw stream gave back.
fn checked_count(count: &Object, method: &str, most: usize) -> Result<usize> {
    // What is no number counts as an impossible one.
    let number = count.as_index_or(&exceptions::ValueError).unwrap_or_else(|raised| {
        raised.clear();
        -1
    });
    match usize::try_from(number) {
        Ok(number) if number <= most => Ok(number),
        _ => Err(raise!(
            OSError,
            "raw {method}() returned invalid length {number} (should have been between 0 and {most})"
        )),
    }
}

/// A place in a file. `ValueError` for one that no file has.
fn checked_offset(offset: &Object) -> Result<i64> {
    match offset.index()?.to_i64() {
        Some(offset) => Ok(offset),
        None => {
            Err(raise!(ValueError, "cannot fit '{}' into an offset-sized integer", offset.class().name()))
        }
    }
}

/// The position that a raw stream gave back.
fn checked_position(position: &Object) -> Result<i64> {
    match checked_offset(position)? {
        position if position < 0 => Err(raise!(OSError, "Raw stream returned invalid position {position}")),
        position => Ok(position),
    }
}
