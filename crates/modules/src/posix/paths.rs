//! Files by their paths: rights, owners, links, names, times.

use std::ffi::c_int;

use objects::prelude::*;

use system::{Accepts, Errno, FilePath, blocking, calls};

use super::arguments::{Device, Directory, Group, User, directory};
use super::stat::path_error;

/// `None`, or the error of a call on a path argument.
fn done(result: Result<c_int, Errno>, path: &FilePath) -> Result<()> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(path_error(error, path)),
    }
}

/// `None`, or the error of a call on two paths.
fn done_both(result: Result<c_int, Errno>, from: &FilePath, to: &FilePath) -> Result<()> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => Err(error.raise_for_both(&from.object, &to.object)),
    }
}

/// Refuses a `dir_fd` or a refusal to follow links beside an open file.
fn check_with_file(
    function: &str,
    path: &FilePath,
    from: NoneOr<Directory>,
    follow_symlinks: bool,
) -> Result<()> {
    if path.file.is_none() {
        return Ok(());
    }
    if from.0.is_some() {
        bail!(ValueError, "{function}: can't specify dir_fd without matching path");
    }
    if !follow_symlinks {
        bail!(ValueError, "{function}: cannot use fd and follow_symlinks together");
    }
    Ok(())
}

fn link_flag(follow_symlinks: bool) -> c_int {
    if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW }
}

fn rename(
    function: &str,
    src: &Object,
    dst: &Object,
    from: NoneOr<Directory>,
    to: NoneOr<Directory>,
) -> Result<()> {
    let src = FilePath::path(function, "src", src)?;
    let dst = FilePath::path(function, "dst", dst)?;
    let result = blocking(|| calls::renameat(directory(from), &src.text, directory(to), &dst.text));
    done_both(result, &src, &dst)
}

fn unlink(function: &str, path: &Object, from: NoneOr<Directory>, flags: c_int) -> Result<()> {
    let path = FilePath::path(function, "path", path)?;
    done(blocking(|| calls::unlinkat(directory(from), &path.text, flags)), &path)
}

/// The two times of `utime`, for `utimensat`: now where none are given.
fn times(times: Option<&Object>, ns: Option<&Object>) -> Result<[libc::timespec; 2]> {
    const NOW: libc::timespec = libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW };
    let times = times.filter(|times| !times.is_none());
    if times.is_some() && ns.is_some() {
        bail!(ValueError, "utime: you may specify either 'times' or 'ns' but not both");
    }
    let pair = |object: &Object| {
        object.downcast_exact::<Tuple>().filter(|pair| pair.items().len() == 2).map(Tuple::to_ref)
    };
    if let Some(times) = times {
        let Some(pair) = pair(times) else {
            bail!(TypeError, "utime: 'times' must be either a tuple of two ints or None");
        };
        return Ok([time_in_seconds(&pair.items()[0])?, time_in_seconds(&pair.items()[1])?]);
    }
    if let Some(ns) = ns {
        let Some(pair) = pair(ns) else { bail!(TypeError, "utime: 'ns' must be a tuple of two ints") };
        return Ok([time_in_nanoseconds(&pair.items()[0])?, time_in_nanoseconds(&pair.items()[1])?]);
    }
    Ok([NOW; 2])
}

fn time_in_seconds(object: &Object) -> Result<libc::timespec> {
    let (tv_sec, tv_nsec) = crate::time::clock::timespec_of(object, crate::time::clock::Rounding::Floor)?;
    Ok(libc::timespec { tv_sec, tv_nsec })
}

fn time_in_nanoseconds(object: &Object) -> Result<libc::timespec> {
    let divided = object.divmod(&Int::new(1_000_000_000))?;
    let Some(parts) = divided.downcast::<Tuple>().filter(|parts| parts.items().len() == 2) else {
        bail!(
            TypeError,
            "{}.__divmod__() must return a 2-tuple, not {}",
            object.class().name(),
            divided.class().name()
        );
    };
    let part = |index: usize| -> Result<i64> {
        let part = &parts.items()[index];
        match part.as_integer()?.to_i64() {
            Some(value) => Ok(value),
            None => Err(raise!(OverflowError, "timestamp out of range for platform time_t")),
        }
    };
    Ok(libc::timespec { tv_sec: part(0)?, tv_nsec: part(1)? })
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Use the real uid/gid to test for access to a path.
    ///
    ///   mode
    ///     F_OK to test for existence, or R_OK, W_OK and X_OK combined.
    ///   dir_fd
    ///     A directory's descriptor, from which a relative path starts.
    ///   effective_ids
    ///     Whether the effective uid/gid are tested.
    ///   follow_symlinks
    ///     Whether a symbolic link's target is tested, not the link itself.
    #[function("(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
    fn access(
        path: &Object,
        mode: c_int,
        dir_fd: NoneOr<Directory>,
        effective_ids: bool,
        follow_symlinks: bool,
    ) -> Result<bool> {
        let path = FilePath::path("access", "path", path)?;
        let flags = link_flag(follow_symlinks) | if effective_ids { libc::AT_EACCESS } else { 0 };
        let is_plain = dir_fd.0.is_none() && flags == 0;
        Ok(blocking(|| match is_plain {
            true => calls::access(&path.text, mode),
            false => calls::faccessat(directory(dir_fd), &path.text, mode, flags),
        })
        .is_ok())
    }

    /// Change the current working directory to the specified path, or open file descriptor.
    #[function("(path)")]
    fn chdir(path: &Object) -> Result<()> {
        let path = FilePath::new("chdir", "path", path, Accepts::PathOrFile)?;
        (objects::services::get().audit)("os.chdir", &[&path.object])?;
        done(
            blocking(|| match path.file {
                Some(file) => calls::fchdir(file),
                None => calls::chdir(&path.text),
            }),
            &path,
        )
    }

    /// Make path the directory that / means to this process.
    #[function("(path)")]
    fn chroot(path: &Object) -> Result<()> {
        let path = FilePath::path("chroot", "path", path)?;
        done(blocking(|| calls::chroot(&path.text)), &path)
    }

    /// Change the access permissions of a file, given by its path or an open file descriptor.
    #[function("(path, mode, *, dir_fd=None, follow_symlinks=True)")]
    fn chmod(path: &Object, mode: c_int, dir_fd: NoneOr<Directory>, follow_symlinks: bool) -> Result<()> {
        let path = FilePath::new("chmod", "path", path, Accepts::PathOrFile)?;
        let flags = link_flag(follow_symlinks);
        let mode = mode as libc::mode_t;
        let result = blocking(|| match path.file {
            Some(file) => calls::fchmod(file, mode),
            None if dir_fd.0.is_none() && follow_symlinks => calls::chmod(&path.text, mode),
            None => calls::fchmodat(directory(dir_fd), &path.text, mode, flags),
        });
        match result {
            Err(Errno(libc::ENOTSUP | libc::EOPNOTSUPP)) if !follow_symlinks => match dir_fd.0 {
                Some(_) => Err(raise!(ValueError, "chmod: cannot use dir_fd and follow_symlinks together")),
                None => {
                    Err(raise!(NotImplementedError, "chmod: follow_symlinks unavailable on this platform"))
                }
            },
            result => done(result, &path),
        }
    }

    /// Change the access permissions of the file given by file descriptor fd.
    #[function("(fd, mode)")]
    fn fchmod(fd: c_int, mode: c_int) -> Result<()> {
        match system::interruptible(|| calls::fchmod(fd, mode as libc::mode_t))? {
            Ok(_) => Ok(()),
            Err(error) => Err(error.raise()),
        }
    }

    /// Change the owner and group id of a path, or open file descriptor. -1 leaves an id as it is.
    #[function("(path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
    fn chown(
        path: &Object,
        uid: User,
        gid: Group,
        dir_fd: NoneOr<Directory>,
        follow_symlinks: bool,
    ) -> Result<()> {
        let path = FilePath::new("chown", "path", path, Accepts::PathOrFile)?;
        check_with_file("chown", &path, dir_fd, follow_symlinks)?;
        let result = blocking(|| match path.file {
            Some(file) => calls::fchown(file, uid.0, gid.0),
            None => calls::fchownat(directory(dir_fd), &path.text, uid.0, gid.0, link_flag(follow_symlinks)),
        });
        done(result, &path)
    }

    /// Change the owner and group id of the file specified by file descriptor.
    #[function("(fd, uid, gid)")]
    fn fchown(fd: c_int, uid: User, gid: Group) -> Result<()> {
        match system::interruptible(|| calls::fchown(fd, uid.0, gid.0))? {
            Ok(_) => Ok(()),
            Err(error) => Err(error.raise()),
        }
    }

    /// Change the owner and group id of path to the numeric uid and gid, without following symbolic links.
    #[function("(path, uid, gid)")]
    fn lchown(path: &Object, uid: User, gid: Group) -> Result<()> {
        let path = FilePath::path("lchown", "path", path)?;
        done(blocking(|| calls::lchown(&path.text, uid.0, gid.0)), &path)
    }

    /// Create a hard link to a file.
    #[function("(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)")]
    fn link(
        src: &Object,
        dst: &Object,
        src_dir_fd: NoneOr<Directory>,
        dst_dir_fd: NoneOr<Directory>,
        follow_symlinks: bool,
    ) -> Result<()> {
        let src = FilePath::path("link", "src", src)?;
        let dst = FilePath::path("link", "dst", dst)?;
        // `link` itself does not follow links: the flag is there for those who ask for a directory too.
        let is_plain = src_dir_fd.0.is_none() && dst_dir_fd.0.is_none() && follow_symlinks;
        let flags = if follow_symlinks && !is_plain { libc::AT_SYMLINK_FOLLOW } else { 0 };
        let result = blocking(|| {
            calls::linkat(directory(src_dir_fd), &src.text, directory(dst_dir_fd), &dst.text, flags)
        });
        done_both(result, &src, &dst)
    }

    /// Create a symbolic link pointing to src named dst.
    #[function("(src, dst, target_is_directory=False, *, dir_fd=None)")]
    fn symlink(
        src: &Object,
        dst: &Object,
        target_is_directory: bool,
        dir_fd: NoneOr<Directory>,
    ) -> Result<()> {
        let _ = target_is_directory;
        let src = FilePath::path("symlink", "src", src)?;
        let dst = FilePath::path("symlink", "dst", dst)?;
        done_both(blocking(|| calls::symlinkat(&src.text, directory(dir_fd), &dst.text)), &src, &dst)
    }

    /// Return a string representing the path to which the symbolic link points.
    #[function("(path, *, dir_fd=None)")]
    fn readlink(path: &Object, dir_fd: NoneOr<Directory>) -> Result<Ref> {
        let path = FilePath::path("readlink", "path", path)?;
        match blocking(|| calls::readlink_at(directory(dir_fd), &path.text)) {
            Ok(target) => path.name(&target),
            Err(error) => Err(path_error(error, &path)),
        }
    }

    /// Rename a file or directory.
    #[function("(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(
        src: &Object,
        dst: &Object,
        src_dir_fd: NoneOr<Directory>,
        dst_dir_fd: NoneOr<Directory>,
    ) -> Result<()> {
        super::rename("rename", src, dst, src_dir_fd, dst_dir_fd)
    }

    /// Rename a file or directory, overwriting the destination.
    #[function("(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(
        src: &Object,
        dst: &Object,
        src_dir_fd: NoneOr<Directory>,
        dst_dir_fd: NoneOr<Directory>,
    ) -> Result<()> {
        super::rename("replace", src, dst, src_dir_fd, dst_dir_fd)
    }

    /// Remove a file (same as remove()).
    #[function("(path, *, dir_fd=None)")]
    fn unlink(path: &Object, dir_fd: NoneOr<Directory>) -> Result<()> {
        super::unlink("unlink", path, dir_fd, 0)
    }

    /// Remove a file (same as unlink()).
    #[function("(path, *, dir_fd=None)")]
    fn remove(path: &Object, dir_fd: NoneOr<Directory>) -> Result<()> {
        super::unlink("remove", path, dir_fd, 0)
    }

    /// Remove a directory.
    #[function("(path, *, dir_fd=None)")]
    fn rmdir(path: &Object, dir_fd: NoneOr<Directory>) -> Result<()> {
        super::unlink("rmdir", path, dir_fd, libc::AT_REMOVEDIR)
    }

    /// Create a directory.
    #[function("(path, mode=511, *, dir_fd=None)")]
    fn mkdir(path: &Object, mode: c_int, dir_fd: NoneOr<Directory>) -> Result<()> {
        let path = FilePath::path("mkdir", "path", path)?;
        done(blocking(|| calls::mkdirat(directory(dir_fd), &path.text, mode as libc::mode_t)), &path)
    }

    /// Create a "fifo" (a POSIX named pipe).
    #[function("(path, mode=438, *, dir_fd=None)")]
    fn mkfifo(path: &Object, mode: c_int, dir_fd: NoneOr<Directory>) -> Result<()> {
        let path = FilePath::path("mkfifo", "path", path)?;
        let mode = mode as libc::mode_t;
        match system::interruptible(|| calls::mkfifoat(directory(dir_fd), &path.text, mode))? {
            Ok(_) => Ok(()),
            Err(error) => Err(error.raise()),
        }
    }

    /// Create a node in the file system: a file, device special file or named pipe.
    #[function("(path, mode=384, device=0, *, dir_fd=None)")]
    fn mknod(path: &Object, mode: c_int, device: Option<Device>, dir_fd: NoneOr<Directory>) -> Result<()> {
        let path = FilePath::path("mknod", "path", path)?;
        let device = device.map_or(0, |device| device.0);
        let mode = mode as libc::mode_t;
        match system::interruptible(|| calls::mknodat(directory(dir_fd), &path.text, mode, device))? {
            Ok(_) => Ok(()),
            Err(error) => Err(error.raise()),
        }
    }

    /// Truncate a file, specified by path or open file descriptor, to a specific length.
    #[function("(path, length)")]
    fn truncate(path: &Object, length: i64) -> Result<()> {
        let path = FilePath::new("truncate", "path", path, Accepts::PathOrFile)?;
        let result = blocking(|| match path.file {
            Some(file) => calls::ftruncate(file, length),
            None => calls::truncate(&path.text, length),
        });
        done(result, &path)
    }

    /// Set the access and modified time of path, or open file descriptor.
    ///
    ///   times
    ///     A pair (atime, mtime) in seconds, or None for the current time.
    ///   ns
    ///     A pair (atime, mtime) in nanoseconds.
    #[function("(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)")]
    fn utime(
        path: &Object,
        times: Option<&Object>,
        ns: Option<&Object>,
        dir_fd: NoneOr<Directory>,
        follow_symlinks: bool,
    ) -> Result<()> {
        let path = FilePath::new("utime", "path", path, Accepts::PathOrFile)?;
        let times = super::times(times, ns)?;
        check_with_file("utime", &path, dir_fd, follow_symlinks)?;
        let result = blocking(|| match path.file {
            Some(file) => calls::futimens(file, &times),
            None => calls::utimensat(directory(dir_fd), &path.text, &times, link_flag(follow_symlinks)),
        });
        done(result, &path)
    }

    /// Return the file system path representation of the object.
    ///
    /// Text and bytes are returned as they are; otherwise the object's __fspath__() is.
    #[function("(path)")]
    fn fspath(path: &Object) -> Result<Ref> {
        path.fs_path()
    }

    /// The path of the directory that relative paths start from, as str.
    #[function("()")]
    fn getcwd() -> Result<Ref<Str>> {
        match blocking(calls::getcwd) {
            Ok(path) => system::path::decode(&path),
            Err(error) => Err(error.raise()),
        }
    }

    /// The path of the directory that relative paths start from, as bytes.
    #[function("()")]
    fn getcwdb() -> Result<Ref<Bytes>> {
        match blocking(calls::getcwd) {
            Ok(path) => Bytes::try_new(&path),
            Err(error) => Err(error.raise()),
        }
    }
}
