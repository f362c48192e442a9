//! `FileIO`: a raw stream over an open file of the system.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;

use objects::buffer::BytesLike;
use objects::prelude::*;

use super::base::{self, RAW_IO_BASE, RawIoBase, Size};
use super::{DEFAULT_BUFFER_SIZE, unsupported};
use system::{Errno, calls, interruptible, path};

/// `fileio`.
#[repr(C)]
#[derive(Trace)]
pub struct FileIo {
    base: RawIoBase,
    /// -1 for a closed file.
    fd: Cell<i32>,
    block_size: Cell<i32>,
    /// Read and set from Python as `_finalizing`.
    finalizing: Cell<u8>,
    created: Cell<bool>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    appending: Cell<bool>,
    /// Known after the first question.
    seekable: Cell<Option<bool>>,
    closes: Cell<bool>,
}

/// The most that one call reads or writes: what the system takes.
const LARGEST: usize = 0x7fff_f000;

/// A mode of `FileIO`, read.
struct Mode {
    creating: bool,
    readable: bool,
    writable: bool,
    appending: bool,
    flags: c_int,
}

impl Mode {
    fn parse(mode: &str) -> Result<Mode> {
        let bad = || {
            raise!(ValueError, "Must have exactly one of create/read/write/append mode and at most one plus")
        };
        let mut parsed = Mode {
            creating: false,
            readable: false,
            writable: false,
            appending: false,
            flags: libc::O_CLOEXEC,
        };
        let (mut kinds, mut pluses) = (0, 0);
        for c in mode.chars() {
            match c {
                'x' => {
                    (parsed.creating, parsed.writable) = (true, true);
                    parsed.flags |= libc::O_EXCL | libc::O_CREAT;
                }
                'r' => parsed.readable = true,
                'w' => {
                    parsed.writable = true;
                    parsed.flags |= libc::O_CREAT | libc::O_TRUNC;
                }
                'a' => {
                    (parsed.writable, parsed.appending) = (true, true);
                    parsed.flags |= libc::O_APPEND | libc::O_CREAT;
                }
                'b' => continue,
                '+' => {
                    pluses += 1;
                    continue;
                }
                _ => bail!(ValueError, "invalid mode: {mode}"),
            }
            kinds += 1;
            if kinds > 1 {
                return Err(bad());
            }
        }
        if kinds != 1 || pluses > 1 {
            return Err(bad());
        }
        if pluses == 1 {
            (parsed.readable, parsed.writable) = (true, true);
        }
        parsed.flags |= match (parsed.readable, parsed.writable) {
            (true, true) => libc::O_RDWR,
            (true, false) => libc::O_RDONLY,
            _ => libc::O_WRONLY,
        };
        Ok(parsed)
    }
}

#[cold]
fn closed_error() -> Raised {
    raise!(ValueError, "I/O operation on closed file")
}

impl FileIo {
    fn empty() -> FileIo {
        FileIo {
            base: RawIoBase::new(),
            fd: Cell::new(-1),
            block_size: Cell::new(0),
            finalizing: Cell::new(0),
            created: Cell::new(false),
            readable: Cell::new(false),
            writable: Cell::new(false),
            appending: Cell::new(false),
            seekable: Cell::new(None),
            closes: Cell::new(true),
        }
    }

    /// The number of the open file. `ValueError` for a closed one.
    pub fn number(&self) -> Result<c_int> {
        match self.fd.get() {
            number if number < 0 => Err(closed_error()),
            number => Ok(number),
        }
    }

    /// Whether the file is closed.
    pub fn is_closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// Whether the file is known to be seekable.
    pub fn seekable_answer(&self) -> bool {
        self.seekable.get() == Some(true)
    }

    fn readable_number(&self) -> Result<c_int> {
        let number = self.number()?;
        match self.readable.get() {
            true => Ok(number),
            false => Err(unsupported("File not open for reading")),
        }
    }

    fn writable_number(&self) -> Result<c_int> {
        let number = self.number()?;
        match self.writable.get() {
            true => Ok(number),
            false => Err(unsupported("File not open for writing")),
        }
    }

    /// Reads once into the room; nothing where the file would have to be waited for.
    pub fn read_once(&self, room: &mut [u8]) -> Result<Option<usize>> {
        let number = self.readable_number()?;
        self.read_from(number, room)
    }

    fn read_from(&self, number: c_int, room: &mut [u8]) -> Result<Option<usize>> {
        let size = room.len().min(LARGEST);
        unless_blocking(interruptible(|| calls::read(number, &mut room[..size]))?)
    }

    /// Writes once; nothing where the file would have to be waited for.
    pub fn write_once(&self, bytes: &[u8]) -> Result<Option<usize>> {
        let number = self.writable_number()?;
        let size = bytes.len().min(LARGEST);
        unless_blocking(interruptible(|| calls::write(number, &bytes[..size]))?)
    }

    /// Moves the position; gives the new one.
    pub fn seek_to(&self, offset: i64, whence: c_int) -> Result<i64> {
        let number = self.number()?;
        let position = calls::lseek(number, offset, whence);
        self.seekable.set(Some(self.seekable.get().unwrap_or(position.is_ok())));
        position.map_err(Errno::raise)
    }

    fn seek_objects(&self, position: &Object, whence: c_int) -> Result<i64> {
        if position.downcast::<objects::float::Float>().is_some() {
            bail!(TypeError, "an integer is required");
        }
        let place = objects::arguments::Place::new("seek", "argument 1");
        self.seek_to(i64::from_argument(position, &place)?, whence)
    }

    fn open_path(&self, name: &Object, mode: &Mode, opener: Option<&Object>) -> Result<c_int> {
        if let Some(opener) = opener {
            let number = opener.call(&[name, &*Int::new(mode.flags.into())])?;
            let Some(number) = number.downcast::<Int>() else {
                bail!(TypeError, "expected integer from opener");
            };
            return match number.to_i64().map(c_int::try_from) {
                Some(Ok(number)) if number < 0 => Err(raise!(ValueError, "opener returned {number}")),
                Some(Ok(number)) => {
                    // The file is not for programs that this one starts.
                    let _ = calls::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC);
                    Ok(number)
                }
                _ => Err(raise!(OverflowError, "Python int too large to convert to C int")),
            };
        }
        let path = path::converted(name)?;
        interruptible(|| calls::openat(libc::AT_FDCWD, &path, mode.flags, 0o666))?
            .map_err(|error| error.raise_for(name))
    }

    /// Looks at the file that was opened: directories are refused, and its block size is taken over.
    fn examine(&self, name: &Object) -> Result<()> {
        match calls::fstat(self.fd.get()) {
            Ok(status) => {
                if status.st_mode & libc::S_IFMT == libc::S_IFDIR {
                    return Err(Errno(libc::EISDIR).raise_for(name));
                }
                if status.st_blksize > 1 {
                    self.block_size.set(status.st_blksize as i32);
                }
                Ok(())
            }
            Err(Errno(libc::EBADF)) => Err(Errno(libc::EBADF).raise()),
            Err(_) => Ok(()),
        }
    }

    fn close_number(&self) -> Result<()> {
        let number = self.fd.replace(-1);
        if number < 0 {
            return Ok(());
        }
        match system::blocking(|| calls::close(number)) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.raise()),
        }
    }

    /// Warns of a file that goes without having been closed; `source` is the outermost stream.
    fn warn_unclosed(&self, source: &Object) {
        if self.fd.get() < 0 || !self.closes.get() {
            return;
        }
        let exception = raise::fetch();
        let warned = source.repr().and_then(|shown| {
            let message = objects::format_str!("unclosed file {shown}")?;
            (objects::services::get().warn)(&exceptions::ResourceWarning, &message, 1, Some(source))
        });
        if let Err(raised) = warned {
            match raised.matches(&exceptions::Warning) {
                true => raised.write_unraisable(Some(self)),
                false => raised.clear(),
            }
        }
        if let Some(exception) = exception {
            let _ = exception.restore();
        }
    }

    fn mode_text(&self) -> &'static str {
        match (self.created.get(), self.appending.get(), self.readable.get(), self.writable.get()) {
            (true, _, true, _) => "xb+",
            (true, _, false, _) => "xb",
            (_, true, true, _) => "ab+",
            (_, true, false, _) => "ab",
            (_, _, true, true) => "rb+",
            (_, _, true, false) => "rb",
            _ => "wb",
        }
    }

    /// How much is left to the file's end, by what the system says.
    fn remaining(&self, number: c_int) -> Option<usize> {
        let end = calls::fstat(number).ok().map(|status| status.st_size)?;
        let position = calls::lseek(number, 0, libc::SEEK_CUR).ok()?;
        usize::try_from(end - position).ok()
    }
}

/// A call's result, nothing where it would have to wait.
fn unless_blocking(result: core::result::Result<usize, Errno>) -> Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(Errno(libc::EAGAIN)) => Ok(None),
        Err(error) => Err(error.raise()),
    }
}

/// Open a file.
///
/// The mode can be 'r' (default), 'w', 'x' or 'a' for reading,
/// writing, exclusive creation or appending. The file will be created if it
/// doesn't exist when opened for writing or appending; it will be truncated
/// when opened for writing. A FileExistsError will be raised if it already
/// exists when opened for creating. Opening a file for creating implies
/// writing so this mode behaves in a similar way to 'w'. Add a '+' to the mode
/// to allow simultaneous reading and writing. A custom opener can be used by
/// passing a callable as *opener*, which is called with (*name*, *flags*) and must
/// return an open file's number.
#[class(
    name = "FileIO", module = "_io", base = RAW_IO_BASE, layout = RawIoBase, flags = BASETYPE,
    signature = "(file, mode='r', closefd=True, opener=None)"
)]
impl FileIo {
    #[slot(tp_new)]
    fn new_file(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<FileIo>> {
        Ref::new_in(class, FileIo::empty())
    }

    #[slot(tp_init, "(file, mode='r', closefd=True, opener=None)")]
    fn init(
        &self,
        file: &Object,
        mode: Option<&str>,
        closefd: Option<i32>,
        opener: Option<&Object>,
    ) -> Result<()> {
        if self.fd.get() >= 0 {
            match self.closes.get() {
                true => self.close_number()?,
                false => self.fd.set(-1),
            }
        }
        let mode_text = mode.unwrap_or("r");
        let number = given_number(file)?;
        if number.is_none() {
            file.fs_path()?;
        }
        let mode = Mode::parse(mode_text)?;
        self.created.set(mode.creating);
        self.readable.set(mode.readable);
        self.writable.set(mode.writable);
        self.appending.set(mode.appending);
        self.seekable.set(None);
        self.block_size.set(DEFAULT_BUFFER_SIZE as i32);
        let closes = closefd.unwrap_or(1) != 0;
        (objects::services::get().audit)(
            "open",
            &[file, &*Str::new(mode_text), &*Int::new(mode.flags.into())],
        )?;
        let opened = match number {
            Some(number) => {
                self.closes.set(closes);
                number
            }
            None if !closes => bail!(ValueError, "Cannot use closefd=False with file name"),
            None => {
                self.closes.set(true);
                self.open_path(file, &mode, opener.filter(|opener| !opener.is_none()))?
            }
        };
        self.fd.set(opened);
        let examined = self.examine(file).and_then(|()| {
            self.set_attr(intern!("name"), file)?;
            if mode.appending {
                // A file that cannot be sought has no end to go to.
                if let Err(error) = calls::lseek(opened, 0, libc::SEEK_END)
                    && self.seekable.get() == Some(true)
                {
                    return Err(error.raise());
                }
            }
            Ok(())
        });
        if examined.is_err() {
            if number.is_some() {
                // The number is the caller's, who still has it.
                self.fd.set(-1);
            } else {
                let exception = raise::fetch();
                if let Err(raised) = self.close_number() {
                    raised.clear();
                }
                if let Some(exception) = exception {
                    let _ = exception.restore();
                }
            }
        }
        examined
    }

    #[slot(tp_repr)]
    fn repr_slot(&self) -> Result<Ref<Str>> {
        if self.fd.get() < 0 {
            return Ok(Str::new("<_io.FileIO [closed]>"));
        }
        let closes = if self.closes.get() { "True" } else { "False" };
        let mode = self.mode_text();
        match self.get_attr_opt(intern!("name"))? {
            None => objects::format_str!("<_io.FileIO fd={} mode='{mode}' closefd={closes}>", self.fd.get()),
            Some(name) => {
                let _guard = super::text::enter_repr(self)?;
                objects::format_str!("<_io.FileIO name={} mode='{mode}' closefd={closes}>", name.repr()?)
            }
        }
    }

    /// Read at most size bytes with a single system call.
    ///
    /// The result may therefore be shorter than size before the file ends. It is b'' at
    /// the end, and None where a non-blocking descriptor has nothing to give.
    #[method("(size=-1, /)")]
    fn read(&self, size: Option<Size>) -> Result<Ref> {
        let number = self.readable_number()?;
        let size = match size.map_or(-1, |size| size.0) {
            size if size < 0 => return self.readall(),
            size => (size as usize).min(LARGEST),
        };
        let mut blocked = false;
        let bytes = Bytes::build_up_to(size, |room| match self.read_from(number, room)? {
            Some(count) => Ok(count),
            None => {
                blocked = true;
                Ok(0)
            }
        })?;
        Ok(if blocked { none() } else { bytes.into_object() })
    }

    /// Read everything up to the end of the file.
    ///
    /// A non-blocking descriptor gives what is there at the moment, or None
    /// where that is nothing. The result is b'' at the end of the file.
    #[method("()")]
    fn readall(&self) -> Result<Ref> {
        let number = self.number()?;
        // One more than is left shows that the end is reached.
        let mut all = vec![0; self.remaining(number).map_or(DEFAULT_BUFFER_SIZE, |left| left + 1)];
        let mut length = 0;
        loop {
            if length == all.len() {
                let more = (all.len() / 4).clamp(DEFAULT_BUFFER_SIZE, 1 << 26);
                if all.try_reserve(more).is_err() {
                    bail!(MemoryError);
                }
                all.resize(length + more, 0);
            }
            match self.read_from(number, &mut all[length..])? {
                Some(0) => break,
                Some(count) => length += count,
                None if length == 0 => return Ok(none()),
                None => break,
            }
        }
        Ok(Bytes::try_new(&all[..length])?.into_object())
    }

    /// Same as RawIOBase.readinto().
    #[method("(buffer, /)")]
    fn readinto(&self, buffer: &Object) -> Result<Option<usize>> {
        let mut room = base::writable("readinto", buffer)?;
        self.read_once(room.bytes_mut())
    }

    /// Write the bytes of b with a single system call and tell how many it took.
    ///
    /// That may be fewer than there are: writing the rest is up to the caller.
    /// None means that a non-blocking descriptor would have had to wait.
    #[method("(b, /)")]
    fn write(&self, b: BytesLike) -> Result<Option<usize>> {
        self.write_once(b.bytes())
    }

    /// Move to another place in the file and give its offset from the start, in bytes.
    ///
    /// The place is pos bytes from where whence says:
    /// SEEK_SET or 0, the start of the file, which is the default (pos must not be negative);
    /// SEEK_CUR or 1, the place where the file is now;
    /// SEEK_END or 2, the end of the file (most systems allow a place behind it).
    ///
    /// OSError says that this file, such as a pipe, has no places to move to.
    #[method("(pos, whence=0, /)")]
    fn seek(&self, pos: &Object, whence: i32) -> Result<i64> {
        self.number()?;
        self.seek_objects(pos, whence)
    }

    /// The offset from the start of the file, in bytes, at which it is read or written next.
    ///
    /// Pipes and other files without one raise OSError.
    #[method("()")]
    fn tell(&self) -> Result<i64> {
        self.seek_to(0, libc::SEEK_CUR)
    }

    /// Make the file size bytes long and give that number back.
    ///
    /// Without a size the file ends where tell() says. The position stays
    /// as it is.
    #[method("(size=None, /)")]
    fn truncate(&self, size: Option<&Object>) -> Result<Ref> {
        let number = self.writable_number()?;
        let size = match size.filter(|size| !size.is_none()) {
            Some(size) => size.to_ref(),
            None => self.tell()?.into_object()?,
        };
        let place = objects::arguments::Place::new("truncate", "argument 1");
        let length = i64::from_argument(&size, &place)?;
        interruptible(|| calls::ftruncate(number, length))?.map_err(Errno::raise)?;
        Ok(size)
    }

    /// Close the file, and its descriptor unless closefd was false.
    ///
    /// Nothing can be read or written afterwards. A second call does nothing.
    #[method("()")]
    fn close(&self) -> Result<Ref> {
        let closed = RAW_IO_BASE.as_object().get_attr(intern!("close"))?.call1(self);
        if !self.closes.get() {
            self.fd.set(-1);
            return closed;
        }
        let exception = closed.as_ref().err().and_then(|_| raise::fetch());
        if self.finalizing.get() != 0 {
            self.warn_unclosed(self);
        }
        let result = self.close_number();
        match (exception, result) {
            (Some(exception), Ok(())) => Err(exception.restore()),
            (exception, Err(raised)) => Err(base::chain(exception, raised)),
            (None, Ok(())) => closed,
        }
    }

    /// Whether the position in the file can be changed, found out by asking the system.
    #[method("()")]
    fn seekable(&self) -> Result<bool> {
        let number = self.number()?;
        if self.seekable.get().is_none() {
            self.seekable.set(Some(calls::lseek(number, 0, libc::SEEK_CUR).is_ok()));
        }
        Ok(self.seekable.get() == Some(true))
    }

    /// Whether the mode is one that allows reading.
    #[method("()")]
    fn readable(&self) -> Result<bool> {
        self.number()?;
        Ok(self.readable.get())
    }

    /// Whether the mode is one that allows writing.
    #[method("()")]
    fn writable(&self) -> Result<bool> {
        self.number()?;
        Ok(self.writable.get())
    }

    /// The number that the system knows the open file by.
    #[method("()")]
    fn fileno(&self) -> Result<i32> {
        self.number()
    }

    /// Whether the descriptor is that of a terminal.
    #[method("()")]
    fn isatty(&self) -> Result<bool> {
        Ok(calls::isatty(self.number()?) != 0)
    }

    #[method("(source, /)", name = "_dealloc_warn", no_text_signature)]
    fn dealloc_warn(&self, source: &Object) {
        self.warn_unclosed(source);
    }

    #[member(UINT)]
    const _blksize: usize = offset_of!(FileIo, block_size);

    #[member(BOOL)]
    const _finalizing: usize = offset_of!(FileIo, finalizing);

    /// True if the file is closed
    #[getter]
    fn closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// Whether close() closes the descriptor too or leaves it to whoever opened it.
    #[getter]
    fn closefd(&self) -> bool {
        self.closes.get()
    }

    /// The mode the file was opened in, spelled as open() takes it.
    #[getter]
    fn mode(&self) -> &'static str {
        self.mode_text()
    }
}

/// The number that the argument `file` is; none for a path.
fn given_number(file: &Object) -> Result<Option<c_int>> {
    if file.downcast::<objects::float::Float>().is_some() {
        bail!(TypeError, "integer argument expected, got float");
    }
    if !file.has_index() {
        return Ok(None);
    }
    let number = file.index()?;
    match number.to_i64().map(c_int::try_from) {
        Some(Ok(number)) if number >= 0 => Ok(Some(number)),
        Some(Ok(_)) => Err(raise!(ValueError, "negative file descriptor")),
        // What no file's number can be is taken for a path, and refused as one.
        _ => Ok(None),
    }
}
