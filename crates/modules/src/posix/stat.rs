//! The status of files and file systems.

use std::ffi::c_int;
use std::sync::OnceLock;

use objects::prelude::*;
use objects::struct_sequence::{Definition, UNNAMED};

use system::{Accepts, Errno, FilePath, blocking, calls, interruptible};

use super::arguments::{Directory, directory};

pub static STAT_RESULT: Definition = Definition::new(
    c"os.stat_result",
    c"stat_result: Result from stat, fstat, or lstat.\n\nA tuple of the fields (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime), \
      which are also attributes, st_mode, st_ino and so on, besides further ones.",
    10,
    &[
        (c"st_mode", Some(c"protection bits")),
        (c"st_ino", Some(c"inode")),
        (c"st_dev", Some(c"device")),
        (c"st_nlink", Some(c"number of hard links")),
        (c"st_uid", Some(c"user ID of owner")),
        (c"st_gid", Some(c"group ID of owner")),
        (c"st_size", Some(c"total size, in bytes")),
        (UNNAMED, Some(c"integer time of last access")),
        (UNNAMED, Some(c"integer time of last modification")),
        (UNNAMED, Some(c"integer time of last change")),
        (c"st_atime", Some(c"time of last access")),
        (c"st_mtime", Some(c"time of last modification")),
        (c"st_ctime", Some(c"time of last change")),
        (c"st_atime_ns", Some(c"time of last access in nanoseconds")),
        (c"st_mtime_ns", Some(c"time of last modification in nanoseconds")),
        (c"st_ctime_ns", Some(c"time of last change in nanoseconds")),
        (c"st_blksize", Some(c"blocksize for filesystem I/O")),
        (c"st_blocks", Some(c"number of blocks allocated")),
        (c"st_rdev", Some(c"device type (if inode device)")),
    ],
);

pub static STATVFS_RESULT: Definition = Definition::new(
    c"os.statvfs_result",
    c"statvfs_result: Result from statvfs or fstatvfs.\n\nA tuple of the fields (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax), \
      which are also attributes, f_bsize and so on.",
    10,
    &[
        (c"f_bsize", None),
        (c"f_frsize", None),
        (c"f_blocks", None),
        (c"f_bfree", None),
        (c"f_bavail", None),
        (c"f_files", None),
        (c"f_ffree", None),
        (c"f_favail", None),
        (c"f_flag", None),
        (c"f_namemax", None),
        (c"f_fsid", None),
    ],
);

/// The place of the first time that is a whole number, and of the first with a fraction.
const WHOLE_TIMES: usize = 7;
const TIMES: usize = 10;

/// The constructor of every struct sequence, which the one of `stat_result` asks first.
static GENERAL_NEW: OnceLock<NewFunc> = OnceLock::new();

/// `stat_result(...)`: the times with fractions default to the whole ones.
extern "C" fn new_stat_result(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    let Some(new) = GENERAL_NEW.get() else {
        return Err(raise!(SystemError, "os.stat_result is not ready"));
    };
    let result = new(class, arguments, keywords)?;
    let (items, state): (Ref, Ref) = {
        let reduced = result.call_method(intern!("__reduce__"), &[])?;
        let state = reduced.get_index(1)?;
        (state.get_index(0)?, state.get_index(1)?)
    };
    let Some(named) = state.downcast::<Dict>() else { return Ok(result) };
    let times = [intern!("st_atime"), intern!("st_mtime"), intern!("st_ctime")];
    let missing: Vec<usize> = (0..times.len())
        .filter(|&index| named.get_str(times[index]).is_some_and(|time| time.is_none()))
        .collect();
    if missing.is_empty() {
        return Ok(result);
    }
    let named = named.copy()?;
    for index in missing {
        let whole = items.get_index((WHOLE_TIMES + index) as isize)?;
        named.set(times[index], &whole)?;
    }
    let arguments = Tuple::new([items, named.into_object()])?;
    new(class, &arguments, None)
}

/// Makes the types ready.
pub fn ready() -> Result<[&'static Type; 2]> {
    let class = STAT_RESULT.ready()?;
    if let Some(general) = class.tp_new.get() {
        // The second time it is the special one already.
        GENERAL_NEW.get_or_init(|| general);
        class.tp_new.set(Some(new_stat_result));
    }
    Ok([class, STATVFS_RESULT.ready()?])
}

/// A time of a status in nanoseconds.
fn nanoseconds(seconds: i64, fraction: i64) -> Ref<Int> {
    Int::from_i128(i128::from(seconds) * 1_000_000_000 + i128::from(fraction))
}

/// The object for a status.
pub fn stat_object(status: &libc::stat) -> Result<Ref> {
    let times = [
        (status.st_atime, status.st_atime_nsec),
        (status.st_mtime, status.st_mtime_nsec),
        (status.st_ctime, status.st_ctime_nsec),
    ];
    let mut values: Vec<Ref> = vec![
        Int::from_u64(status.st_mode.into()).into_object(),
        Int::from_u64(status.st_ino).into_object(),
        Int::from_u64(status.st_dev).into_object(),
        Int::from_u64(status.st_nlink).into_object(),
        Int::from_u64(status.st_uid.into()).into_object(),
        Int::from_u64(status.st_gid.into()).into_object(),
        Int::new(status.st_size).into_object(),
    ];
    debug_assert_eq!(values.len() + times.len(), TIMES);
    values.extend(times.iter().map(|&(seconds, _)| Int::new(seconds).into_object()));
    values.extend(
        times
            .iter()
            .map(|&(seconds, fraction)| Float::new(seconds as f64 + 1e-9 * fraction as f64).into_object()),
    );
    values.extend(times.iter().map(|&(seconds, fraction)| nanoseconds(seconds, fraction).into_object()));
    values.push(Int::new(status.st_blksize).into_object());
    values.push(Int::new(status.st_blocks).into_object());
    values.push(Int::from_u64(status.st_rdev).into_object());
    STAT_RESULT.build(values)
}

/// The status of a path argument, its combination with the other arguments checked.
pub fn status_of(
    function: &str,
    path: &FilePath,
    from: NoneOr<Directory>,
    follow_symlinks: bool,
) -> Result<Result<libc::stat, Errno>> {
    if let Some(file) = path.file {
        if from.0.is_some() {
            bail!(ValueError, "{function}: can't specify dir_fd without matching path");
        }
        if !follow_symlinks {
            bail!(ValueError, "{function}: cannot use fd and follow_symlinks together");
        }
        return Ok(blocking(|| calls::fstat(file)));
    }
    let flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    Ok(blocking(|| calls::stat_at(directory(from), &path.text, flags)))
}

/// The error of a call on a path argument.
#[cold]
pub fn path_error(error: Errno, path: &FilePath) -> Raised {
    match path.shown() {
        Some(shown) => error.raise_for(shown),
        None => error.raise(),
    }
}

fn file_system_object(status: &libc::statvfs) -> Result<Ref> {
    let values = [
        status.f_bsize,
        status.f_frsize,
        status.f_blocks,
        status.f_bfree,
        status.f_bavail,
        status.f_files,
        status.f_ffree,
        status.f_favail,
        status.f_flag,
        status.f_namemax,
        status.f_fsid,
    ];
    STATVFS_RESULT.build(values.map(|value| Int::from_u64(value).into_object()).into())
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Perform a stat system call on the given path.
    ///
    ///   path
    ///     A path, or an open file descriptor.
    ///   dir_fd
    ///     A directory's descriptor, from which a relative path starts.
    ///   follow_symlinks
    ///     Whether the status of a symbolic link's target is wanted, not of the link itself.
    #[function("(path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(path: &Object, dir_fd: NoneOr<Directory>, follow_symlinks: bool) -> Result<Ref> {
        let path = FilePath::new("stat", "path", path, Accepts::PathOrFile)?;
        match status_of("stat", &path, dir_fd, follow_symlinks)? {
            Ok(status) => stat_object(&status),
            Err(error) => Err(path_error(error, &path)),
        }
    }

    /// Perform a stat system call on the given path, without following symbolic links.
    #[function("(path, *, dir_fd=None)")]
    fn lstat(path: &Object, dir_fd: NoneOr<Directory>) -> Result<Ref> {
        let path = FilePath::path("lstat", "path", path)?;
        match status_of("lstat", &path, dir_fd, false)? {
            Ok(status) => stat_object(&status),
            Err(error) => Err(path_error(error, &path)),
        }
    }

    /// Perform a stat system call on the given file descriptor.
    #[function("(fd)")]
    fn fstat(fd: c_int) -> Result<Ref> {
        match interruptible(|| calls::fstat(fd))? {
            Ok(status) => stat_object(&status),
            Err(error) => Err(error.raise()),
        }
    }

    /// Perform a statvfs system call on the given path, or open file descriptor.
    #[function("(path)")]
    fn statvfs(path: &Object) -> Result<Ref> {
        let path = FilePath::new("statvfs", "path", path, Accepts::PathOrFile)?;
        let result = blocking(|| match path.file {
            Some(file) => calls::fstatvfs(file),
            None => calls::statvfs(&path.text),
        });
        match result {
            Ok(status) => file_system_object(&status),
            Err(error) => Err(path_error(error, &path)),
        }
    }

    /// Perform an fstatvfs system call on the given file descriptor.
    #[function("(fd, /)")]
    fn fstatvfs(fd: c_int) -> Result<Ref> {
        match interruptible(|| calls::fstatvfs(fd))? {
            Ok(status) => file_system_object(&status),
            Err(error) => Err(error.raise()),
        }
    }
}
