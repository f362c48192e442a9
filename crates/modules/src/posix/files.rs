//! Open files: by their descriptors.

use std::ffi::c_int;

use objects::buffer::{Buffer, request};
use objects::prelude::*;

use system::{Errno, FilePath, blocking, calls, interruptible};

use super::arguments::{Directory, File, directory};
use super::stat::path_error;

/// The result of a call, or its error as an exception.
pub fn raised<T>(result: Result<T, Errno>) -> Result<T> {
    result.map_err(Errno::raise)
}

/// The result of a call that waits, or its error as an exception.
pub fn waited<T>(call: impl FnMut() -> Result<T, Errno>) -> Result<T> {
    raised(interruptible(call)?)
}

/// Sets whether programs that this one executes inherit the file.
pub fn set_inheritable(file: c_int, inheritable: bool) -> Result<(), Errno> {
    let flags = calls::fcntl(file, libc::F_GETFD, 0)?;
    let wanted = match inheritable {
        true => flags & !libc::FD_CLOEXEC,
        false => flags | libc::FD_CLOEXEC,
    };
    if flags != wanted {
        calls::fcntl(file, libc::F_SETFD, wanted)?;
    }
    Ok(())
}

/// Reads up to `length` bytes by a call.
fn read_into_bytes(
    length: isize,
    mut call: impl FnMut(&mut [u8]) -> Result<usize, Errno>,
) -> Result<Ref<Bytes>> {
    let Ok(length) = usize::try_from(length) else { return Err(Errno(libc::EINVAL).raise()) };
    Bytes::build_up_to(length, |buffer| waited(|| call(buffer)))
}

/// The buffers of a sequence argument, to be read from or to be filled.
struct Buffers {
    held: Vec<Buffer>,
}

impl Buffers {
    fn new(function: &str, sequence: &Object, flags: c_int) -> Result<Buffers> {
        if !sequence.is_sequence() {
            bail!(TypeError, "{function}() arg 2 must be a sequence");
        }
        let items = sequence.collect_vec()?;
        let held = items.iter().map(|item| item.get_buffer(flags)).collect::<Result<Vec<_>>>()?;
        Ok(Buffers { held })
    }

    fn vectors(&self) -> Vec<libc::iovec> {
        let vector = |buffer: &Buffer| libc::iovec { iov_base: buffer.view().buf, iov_len: buffer.len() };
        self.held.iter().map(vector).collect()
    }
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Open a file for low level IO. Returns a file descriptor (integer).
    #[function("(path, flags, mode=511, *, dir_fd=None)")]
    fn open(path: &Object, flags: c_int, mode: c_int, dir_fd: NoneOr<Directory>) -> Result<c_int> {
        let path = FilePath::path("open", "path", path)?;
        (objects::services::get().audit)("open", &[&path.object, none_object(), &Int::new(flags.into())])?;
        let flags = flags | libc::O_CLOEXEC;
        let mode = mode as libc::mode_t;
        match interruptible(|| calls::openat(directory(dir_fd), &path.text, flags, mode))? {
            Ok(file) => Ok(file),
            Err(error) => Err(path_error(error, &path)),
        }
    }

    /// Close a file descriptor.
    #[function("(fd)")]
    fn close(fd: c_int) -> Result<()> {
        // The descriptor is gone even where a signal interrupts the call.
        match blocking(|| calls::close(fd)) {
            Err(error) if error != Errno(libc::EINTR) => Err(error.raise()),
            _ => Ok(()),
        }
    }

    /// Close each descriptor from fd_low up to, but without, fd_high; those that are not open do no harm.
    #[function("(fd_low, fd_high, /)")]
    fn closerange(fd_low: c_int, fd_high: c_int) {
        blocking(|| {
            for file in fd_low.max(0)..fd_high {
                let _ = calls::close(file);
            }
        });
    }

    /// Open a second descriptor, closed in child programs, for the file that fd stands for.
    #[function("(fd, /)")]
    fn dup(fd: c_int) -> Result<c_int> {
        raised(calls::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0))
    }

    /// Duplicate file descriptor.
    #[function("(fd, fd2, inheritable=True)")]
    fn dup2(fd: c_int, fd2: c_int, inheritable: bool) -> Result<c_int> {
        if fd < 0 || fd2 < 0 {
            return Err(Errno(libc::EBADF).raise());
        }
        raised(blocking(|| match inheritable || fd == fd2 {
            true => calls::dup2(fd, fd2),
            false => calls::dup3(fd, fd2, libc::O_CLOEXEC),
        }))
    }

    /// Read at most length bytes; the result is shorter where fewer were there, and b'' at the end of the file.
    #[function("(fd, length, /)")]
    fn read(fd: c_int, length: isize) -> Result<Ref<Bytes>> {
        read_into_bytes(length, |buffer| calls::read(fd, buffer))
    }

    /// Read a number of bytes from a file descriptor starting at a particular offset.
    ///
    /// The file's position stays where it is.
    #[function("(fd, length, offset, /)")]
    fn pread(fd: c_int, length: isize, offset: i64) -> Result<Ref<Bytes>> {
        read_into_bytes(length, |buffer| calls::pread(fd, buffer, offset))
    }

    /// Write what fits of the bytes in data, and tell how many that were.
    #[function("(fd, data, /)")]
    fn write(fd: c_int, data: &Object) -> Result<usize> {
        let data = data.get_buffer(request::SIMPLE)?;
        waited(|| calls::write(fd, data.bytes()))
    }

    /// Write bytes to a file descriptor starting at a particular offset.
    ///
    /// Returns the number of bytes written. The file's position stays where it is.
    #[function("(fd, buffer, offset, /)")]
    fn pwrite(fd: c_int, buffer: &Object, offset: i64) -> Result<usize> {
        let buffer = buffer.get_buffer(request::SIMPLE)?;
        waited(|| calls::pwrite(fd, buffer.bytes(), offset))
    }

    /// Read from a file descriptor fd into an iterable of buffers.
    ///
    /// Each buffer is filled before the next. Returns the number of bytes read.
    #[function("(fd, buffers, /)")]
    fn readv(fd: c_int, buffers: &Object) -> Result<usize> {
        let buffers = Buffers::new("readv", buffers, request::WRITABLE)?;
        let vectors = buffers.vectors();
        waited(|| calls::readv(fd, &vectors))
    }

    /// Reads from a file descriptor into a number of mutable bytes-like objects, from an offset, with flags.
    ///
    /// The file's position stays where it is.
    #[function("(fd, buffers, offset, flags=0, /)")]
    fn preadv(fd: c_int, buffers: &Object, offset: i64, flags: c_int) -> Result<usize> {
        let buffers = Buffers::new("preadv", buffers, request::WRITABLE)?;
        let vectors = buffers.vectors();
        waited(|| calls::preadv2(fd, &vectors, offset, flags))
    }

    /// Iterate over buffers, and write the contents of each to a file descriptor.
    ///
    /// Returns the number of bytes written.
    #[function("(fd, buffers, /)")]
    fn writev(fd: c_int, buffers: &Object) -> Result<usize> {
        let buffers = Buffers::new("writev", buffers, request::SIMPLE)?;
        let vectors = buffers.vectors();
        waited(|| calls::writev(fd, &vectors))
    }

    /// Writes the contents of bytes-like objects to a file descriptor at a given offset, with flags.
    ///
    /// The file's position stays where it is.
    #[function("(fd, buffers, offset, flags=0, /)")]
    fn pwritev(fd: c_int, buffers: &Object, offset: i64, flags: c_int) -> Result<usize> {
        let buffers = Buffers::new("pwritev", buffers, request::SIMPLE)?;
        let vectors = buffers.vectors();
        waited(|| calls::pwritev2(fd, &vectors, offset, flags))
    }

    /// Copy count bytes from one file descriptor to another.
    ///
    /// With an offset of None, reading or writing starts at the file's position, which moves.
    #[function("(src, dst, count, offset_src=None, offset_dst=None)")]
    fn copy_file_range(
        src: c_int,
        dst: c_int,
        count: isize,
        offset_src: NoneOr<i64>,
        offset_dst: NoneOr<i64>,
    ) -> Result<usize> {
        let Ok(count) = usize::try_from(count) else {
            bail!(ValueError, "negative value for 'count' not allowed");
        };
        waited(|| calls::copy_file_range(src, offset_src.0, dst, offset_dst.0, count))
    }

    /// Let the system send count bytes of one file on to another, and tell how many it sent.
    ///
    /// They are read from in_fd at offset, or where it stands with None, and written to out_fd.
    #[function("(out_fd, in_fd, offset, count)")]
    fn sendfile(out_fd: c_int, in_fd: c_int, offset: NoneOr<i64>, count: isize) -> Result<usize> {
        waited(|| calls::sendfile(out_fd, in_fd, offset.0, count as usize))
    }

    /// Set the position of a file descriptor. Return the new position.
    ///
    /// The offset counts from what `how` says: 0 the beginning, 1 the position, 2 the end.
    #[function("(fd, position, how, /)")]
    fn lseek(fd: c_int, position: i64, how: c_int) -> Result<i64> {
        raised(blocking(|| calls::lseek(fd, position, how)))
    }

    /// Cut an open file off, or fill it up with zeros, so that it has length bytes.
    #[function("(fd, length, /)")]
    fn ftruncate(fd: c_int, length: i64) -> Result<()> {
        waited(|| calls::ftruncate(fd, length)).map(drop)
    }

    /// Ensure a file has allocated at least a particular number of bytes on disk.
    #[function("(fd, offset, length, /)")]
    fn posix_fallocate(fd: c_int, offset: i64, length: i64) -> Result<()> {
        waited(|| calls::posix_fallocate(fd, offset, length))
    }

    /// Announce an intention to access data in a specific pattern.
    #[function("(fd, offset, length, advice, /)")]
    fn posix_fadvise(fd: c_int, offset: i64, length: i64, advice: c_int) -> Result<()> {
        waited(|| calls::posix_fadvise(fd, offset, length, advice))
    }

    /// Wait until all that was written to the file is on its disk.
    #[function("(fd)")]
    fn fsync(fd: File) -> Result<()> {
        waited(|| calls::fsync(fd.0)).map(drop)
    }

    /// Wait until the file's contents are on its disk; its times and the like may follow later.
    #[function("(fd)")]
    fn fdatasync(fd: File) -> Result<()> {
        waited(|| calls::fdatasync(fd.0)).map(drop)
    }

    /// Have the system write all that it still holds in memory to the disks.
    #[function("()")]
    fn sync() {
        blocking(calls::sync);
    }

    /// Change to the directory of the given file descriptor.
    #[function("(fd)")]
    fn fchdir(fd: File) -> Result<()> {
        waited(|| calls::fchdir(fd.0)).map(drop)
    }

    /// Apply, test or remove a POSIX lock on an open file descriptor.
    #[function("(fd, command, length, /)")]
    fn lockf(fd: c_int, command: c_int, length: i64) -> Result<()> {
        raised(blocking(|| calls::lockf(fd, command, length))).map(drop)
    }

    /// Create a pipe: the file descriptors of its reading and of its writing end.
    #[function("()")]
    fn pipe() -> Result<(c_int, c_int)> {
        raised(calls::pipe2(libc::O_CLOEXEC))
    }

    /// Create a pipe with flags set atomically.
    #[function("(flags, /)")]
    fn pipe2(flags: c_int) -> Result<(c_int, c_int)> {
        raised(calls::pipe2(flags))
    }

    /// Whether programs that this process starts find the descriptor open.
    #[function("(fd, /)")]
    fn get_inheritable(fd: c_int) -> Result<bool> {
        Ok(raised(calls::fcntl(fd, libc::F_GETFD, 0))? & libc::FD_CLOEXEC == 0)
    }

    /// Decide whether programs that this process starts find the descriptor open.
    #[function("(fd, inheritable, /)")]
    fn set_inheritable(fd: c_int, inheritable: c_int) -> Result<()> {
        raised(super::set_inheritable(fd, inheritable != 0))
    }

    /// Get the blocking mode of the file descriptor: False if the O_NONBLOCK flag is set.
    #[function("(fd, /)")]
    fn get_blocking(fd: c_int) -> Result<bool> {
        Ok(raised(calls::fcntl(fd, libc::F_GETFL, 0))? & libc::O_NONBLOCK == 0)
    }

    /// Set the blocking mode of the specified file descriptor.
    #[function("(fd, blocking, /)")]
    fn set_blocking(fd: c_int, blocking: bool) -> Result<()> {
        let flags = raised(calls::fcntl(fd, libc::F_GETFL, 0))?;
        let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
        raised(calls::fcntl(fd, libc::F_SETFL, wanted)).map(drop)
    }

    /// Create an anonymous file in memory, and return its file descriptor.
    #[function("(name, flags=MFD_CLOEXEC)")]
    fn memfd_create(name: &Object, flags: Option<Masked<u32>>) -> Result<c_int> {
        let name = system::path::converted(name)?;
        let flags = flags.map_or(libc::MFD_CLOEXEC, |flags| flags.0);
        raised(blocking(|| calls::memfd_create(&name, flags)))
    }

    /// Return True if the fd is connected to a terminal.
    #[function("(fd, /)")]
    fn isatty(fd: c_int) -> bool {
        calls::isatty(fd) != 0
    }

    /// Return a string describing the encoding of a terminal's file descriptor, None if it is no terminal.
    #[function("(fd)")]
    fn device_encoding(fd: c_int) -> Option<&'static str> {
        (calls::isatty(fd) != 0).then_some("UTF-8")
    }
}
