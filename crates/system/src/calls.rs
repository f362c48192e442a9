//! System calls behind safe signatures: paths are C strings, everything else plain numbers.

use std::ffi::{CStr, c_char, c_int, c_long, c_uint};

use libc::{gid_t, id_t, mode_t, off_t, pid_t, size_t, ssize_t, uid_t};

use crate::Errno;

/// An argument as C takes it.
trait Plain {
    type C;
    fn plain(self) -> Self::C;
}

impl Plain for &CStr {
    type C = *const c_char;
    fn plain(self) -> *const c_char {
        self.as_ptr()
    }
}

macro_rules! plain {
    ($($kind:ty),*) => {
        $(impl Plain for $kind {
            type C = $kind;
            fn plain(self) -> $kind {
                self
            }
        })*
    };
}

plain!(c_int, c_uint, i64, u64);

/// A result in which -1 says that `errno` is set.
trait Outcome: Sized {
    fn is_failure(&self) -> bool;
}

impl Outcome for c_int {
    fn is_failure(&self) -> bool {
        *self == -1
    }
}

impl Outcome for i64 {
    fn is_failure(&self) -> bool {
        *self == -1
    }
}

fn checked<T: Outcome>(result: T) -> Result<T, Errno> {
    match result.is_failure() {
        true => Err(Errno::last()),
        false => Ok(result),
    }
}

macro_rules! calls {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(
            #[doc = concat!("The system call `", stringify!($name), "`.")]
            pub fn $name($($argument: $kind),*) -> Result<$result, Errno> {
                // SAFETY: strings end with NUL and live for the call; the other arguments are plain numbers.
                checked(unsafe { libc::$name($(Plain::plain($argument)),*) })
            }
        )*
    };
}

calls! {
    access(path: &CStr, mode: c_int) -> c_int;
    faccessat(directory: c_int, path: &CStr, mode: c_int, flags: c_int) -> c_int;
    chdir(path: &CStr) -> c_int;
    fchdir(file: c_int) -> c_int;
    chroot(path: &CStr) -> c_int;
    chmod(path: &CStr, mode: mode_t) -> c_int;
    fchmod(file: c_int, mode: mode_t) -> c_int;
    fchmodat(directory: c_int, path: &CStr, mode: mode_t, flags: c_int) -> c_int;
    chown(path: &CStr, owner: uid_t, group: gid_t) -> c_int;
    lchown(path: &CStr, owner: uid_t, group: gid_t) -> c_int;
    fchown(file: c_int, owner: uid_t, group: gid_t) -> c_int;
    fchownat(directory: c_int, path: &CStr, owner: uid_t, group: gid_t, flags: c_int) -> c_int;
    linkat(from_directory: c_int, from: &CStr, to_directory: c_int, to: &CStr, flags: c_int) -> c_int;
    symlinkat(target: &CStr, directory: c_int, path: &CStr) -> c_int;
    unlinkat(directory: c_int, path: &CStr, flags: c_int) -> c_int;
    renameat(from_directory: c_int, from: &CStr, to_directory: c_int, to: &CStr) -> c_int;
    mkdirat(directory: c_int, path: &CStr, mode: mode_t) -> c_int;
    mkfifoat(directory: c_int, path: &CStr, mode: mode_t) -> c_int;
    mknodat(directory: c_int, path: &CStr, mode: mode_t, device: u64) -> c_int;
    truncate(path: &CStr, length: off_t) -> c_int;
    ftruncate(file: c_int, length: off_t) -> c_int;
    openat(directory: c_int, path: &CStr, flags: c_int, mode: c_uint) -> c_int;
    close(file: c_int) -> c_int;
    dup(file: c_int) -> c_int;
    dup2(file: c_int, target: c_int) -> c_int;
    dup3(file: c_int, target: c_int, flags: c_int) -> c_int;
    fsync(file: c_int) -> c_int;
    fdatasync(file: c_int) -> c_int;
    lockf(file: c_int, command: c_int, length: off_t) -> c_int;
    lseek(file: c_int, offset: off_t, whence: c_int) -> off_t;
    kill(process: pid_t, signal: c_int) -> c_int;
    killpg(group: pid_t, signal: c_int) -> c_int;
    getpgid(process: pid_t) -> pid_t;
    setpgid(process: pid_t, group: pid_t) -> c_int;
    getsid(process: pid_t) -> pid_t;
    setsid() -> pid_t;
    setuid(user: uid_t) -> c_int;
    seteuid(user: uid_t) -> c_int;
    setreuid(real: uid_t, effective: uid_t) -> c_int;
    setresuid(real: uid_t, effective: uid_t, saved: uid_t) -> c_int;
    setgid(group: gid_t) -> c_int;
    setegid(group: gid_t) -> c_int;
    setregid(real: gid_t, effective: gid_t) -> c_int;
    setresgid(real: gid_t, effective: gid_t, saved: gid_t) -> c_int;
    initgroups(user: &CStr, group: gid_t) -> c_int;
    tcgetpgrp(file: c_int) -> pid_t;
    tcsetpgrp(file: c_int, group: pid_t) -> c_int;
    memfd_create(name: &CStr, flags: c_uint) -> c_int;
    sched_get_priority_max(policy: c_int) -> c_int;
    sched_get_priority_min(policy: c_int) -> c_int;
    sched_getscheduler(process: pid_t) -> c_int;
    sched_yield() -> c_int;
    setpriority(which: c_uint, who: id_t, priority: c_int) -> c_int;
}

macro_rules! infallible {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(
            #[doc = concat!("The call `", stringify!($name), "`, which always succeeds.")]
            pub fn $name($($argument: $kind),*) -> $result {
                // SAFETY: the arguments are plain numbers.
                unsafe { libc::$name($($argument),*) }
            }
        )*
    };
}

infallible! {
    getpid() -> pid_t;
    getppid() -> pid_t;
    getpgrp() -> pid_t;
    getuid() -> uid_t;
    geteuid() -> uid_t;
    getgid() -> gid_t;
    getegid() -> gid_t;
    umask(mask: mode_t) -> mode_t;
    isatty(file: c_int) -> c_int;
    sync() -> ();
}

/// Reads into the buffer; gives the number of bytes.
pub fn read(file: c_int, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the buffer is of the size that the call is told.
    let count: ssize_t = unsafe { libc::read(file, buffer.as_mut_ptr().cast(), buffer.len() as size_t) };
    checked(count as i64).map(|count| count as usize)
}

/// Reads from an offset.
pub fn pread(file: c_int, buffer: &mut [u8], offset: off_t) -> Result<usize, Errno> {
    // SAFETY: as above.
    let count = unsafe { libc::pread(file, buffer.as_mut_ptr().cast(), buffer.len(), offset) };
    checked(count as i64).map(|count| count as usize)
}

/// Writes from the buffer; gives the number of bytes.
pub fn write(file: c_int, buffer: &[u8]) -> Result<usize, Errno> {
    // SAFETY: as above.
    let count = unsafe { libc::write(file, buffer.as_ptr().cast(), buffer.len()) };
    checked(count as i64).map(|count| count as usize)
}

/// Writes at an offset.
pub fn pwrite(file: c_int, buffer: &[u8], offset: off_t) -> Result<usize, Errno> {
    // SAFETY: as above.
    let count = unsafe { libc::pwrite(file, buffer.as_ptr().cast(), buffer.len(), offset) };
    checked(count as i64).map(|count| count as usize)
}

/// `fcntl` with a number.
pub fn fcntl(file: c_int, command: c_int, argument: c_int) -> Result<c_int, Errno> {
    // SAFETY: the commands used here take a number.
    checked(unsafe { libc::fcntl(file, command, argument) })
}

/// A path's status: through `fstatat`.
pub fn stat_at(directory: c_int, path: &CStr, flags: c_int) -> Result<libc::stat, Errno> {
    let mut status = std::mem::MaybeUninit::zeroed();
    // SAFETY: the call fills the structure where it succeeds; zeros are a valid value of it.
    unsafe {
        checked(libc::fstatat(directory, path.as_ptr(), status.as_mut_ptr(), flags))?;
        Ok(status.assume_init())
    }
}

/// An open file's status.
pub fn fstat(file: c_int) -> Result<libc::stat, Errno> {
    let mut status = std::mem::MaybeUninit::zeroed();
    // SAFETY: as above.
    unsafe {
        checked(libc::fstat(file, status.as_mut_ptr()))?;
        Ok(status.assume_init())
    }
}

/// The status of the file system that a path is on.
pub fn statvfs(path: &CStr) -> Result<libc::statvfs, Errno> {
    let mut status = std::mem::MaybeUninit::zeroed();
    // SAFETY: the call fills the structure where it succeeds; zeros are a valid value of it.
    unsafe {
        checked(libc::statvfs(path.as_ptr(), status.as_mut_ptr()))?;
        Ok(status.assume_init())
    }
}

/// The status of the file system that an open file is on.
pub fn fstatvfs(file: c_int) -> Result<libc::statvfs, Errno> {
    let mut status = std::mem::MaybeUninit::zeroed();
    // SAFETY: as above.
    unsafe {
        checked(libc::fstatvfs(file, status.as_mut_ptr()))?;
        Ok(status.assume_init())
    }
}

/// The target of a symbolic link.
pub fn readlink_at(directory: c_int, path: &CStr) -> Result<Vec<u8>, Errno> {
    let mut buffer = vec![0u8; libc::PATH_MAX as usize];
    // SAFETY: the buffer is of the size that the call is told.
    let count =
        unsafe { libc::readlinkat(directory, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
    buffer.truncate(checked(count as i64)? as usize);
    Ok(buffer)
}

/// A call by its number, for what the C library has no function for.
pub fn numbered(number: c_long, first: c_long, second: c_long) -> Result<c_long, Errno> {
    // SAFETY: the calls used here take plain numbers.
    checked(unsafe { libc::syscall(number, first, second) })
}

/// The current directory.
pub fn getcwd() -> Result<Vec<u8>, Errno> {
    use std::os::unix::ffi::OsStringExt;
    match std::env::current_dir() {
        Ok(path) => Ok(path.into_os_string().into_vec()),
        Err(error) => Err(Errno(error.raw_os_error().unwrap_or(0))),
    }
}

/// Sets an open file's times.
pub fn futimens(file: c_int, times: &[libc::timespec; 2]) -> Result<c_int, Errno> {
    // SAFETY: two times, as the call reads.
    checked(unsafe { libc::futimens(file, times.as_ptr()) })
}

/// Sets a file's times.
pub fn utimensat(
    directory: c_int,
    path: &CStr,
    times: &[libc::timespec; 2],
    flags: c_int,
) -> Result<c_int, Errno> {
    // SAFETY: as above.
    checked(unsafe { libc::utimensat(directory, path.as_ptr(), times.as_ptr(), flags) })
}

macro_rules! vectored {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(
            #[doc = concat!("The system call `", stringify!($name), "` on memory that the caller holds.")]
            pub fn $name(file: c_int, vectors: &[libc::iovec], $($argument: $kind),*) -> Result<usize, Errno> {
                // SAFETY: the caller's vectors describe buffers that it holds, writable ones for reading.
                let count = unsafe { libc::$name(file, vectors.as_ptr(), vectors.len() as c_int, $($argument),*) };
                checked(count as i64).map(|count| count as usize)
            }
        )*
    };
}

vectored! {
    readv();
    writev();
    preadv2(offset: off_t, flags: c_int);
    pwritev2(offset: off_t, flags: c_int);
}

fn place(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut)
}

/// Copies between files; an offset of none is the file's own position.
pub fn copy_file_range(
    from: c_int,
    mut from_offset: Option<i64>,
    to: c_int,
    mut to_offset: Option<i64>,
    count: usize,
) -> Result<usize, Errno> {
    // SAFETY: the offsets are null or live for the call.
    let copied =
        unsafe { libc::copy_file_range(from, place(&mut from_offset), to, place(&mut to_offset), count, 0) };
    checked(copied as i64).map(|count| count as usize)
}

/// Copies from a file to a file or socket.
pub fn sendfile(to: c_int, from: c_int, mut offset: Option<i64>, count: usize) -> Result<usize, Errno> {
    // SAFETY: as above.
    let copied = unsafe { libc::sendfile(to, from, place(&mut offset), count) };
    checked(copied as i64).map(|count| count as usize)
}

/// What a function that gives the error number itself says.
fn numbered_error(number: c_int) -> Result<(), Errno> {
    match number {
        0 => Ok(()),
        number => Err(Errno(number)),
    }
}

/// Reserves room for a file.
pub fn posix_fallocate(file: c_int, offset: off_t, length: off_t) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    numbered_error(unsafe { libc::posix_fallocate(file, offset, length) })
}

/// Announces how a file will be read.
pub fn posix_fadvise(file: c_int, offset: off_t, length: off_t, advice: c_int) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    numbered_error(unsafe { libc::posix_fadvise(file, offset, length, advice) })
}

/// A pipe's two ends.
pub fn pipe2(flags: c_int) -> Result<(c_int, c_int), Errno> {
    let mut ends = [0; 2];
    // SAFETY: room for two numbers.
    checked(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    Ok((ends[0], ends[1]))
}
