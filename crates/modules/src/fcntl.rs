//! `fcntl`: control of open files.

pub use fcntl::{DEFINITION, initialize};

use crate::constants::{Constants, constants};

const CONSTANTS: Constants = constants![
    DN_ACCESS = 1,
    DN_ATTRIB = 32,
    DN_CREATE = 4,
    DN_DELETE = 8,
    DN_MODIFY = 2,
    DN_MULTISHOT = 0x80000000,
    DN_RENAME = 16,
    FASYNC = 0x2000,
    FD_CLOEXEC,
    F_ADD_SEALS,
    F_DUPFD,
    F_DUPFD_CLOEXEC,
    F_EXLCK = 4,
    F_GETFD,
    F_GETFL,
    F_GETLEASE,
    F_GETLK,
    F_GETLK64 = 5,
    F_GETOWN,
    F_GETSIG = 11,
    F_GET_SEALS,
    F_NOTIFY,
    F_OFD_GETLK,
    F_OFD_SETLK,
    F_OFD_SETLKW,
    F_RDLCK,
    F_SEAL_GROW,
    F_SEAL_SEAL,
    F_SEAL_SHRINK,
    F_SEAL_WRITE,
    F_SETFD,
    F_SETFL,
    F_SETLEASE,
    F_SETLK,
    F_SETLK64 = 6,
    F_SETLKW,
    F_SETLKW64 = 7,
    F_SETOWN,
    F_SETSIG = 10,
    F_SHLCK = 8,
    F_UNLCK,
    F_WRLCK,
    LOCK_EX,
    LOCK_MAND = 32,
    LOCK_NB,
    LOCK_READ = 64,
    LOCK_RW = 192,
    LOCK_SH,
    LOCK_UN,
    LOCK_WRITE = 128,
];

/// What the system does with open files beyond reading and writing: the
/// calls fcntl(), ioctl(), flock() and locks of parts of a file. Files are
/// descriptors, or objects whose fileno() gives one.
#[module(name = "fcntl")]
pub mod fcntl {
    use std::ffi::c_int;

    use objects::arguments::Place;
    use objects::buffer::request;
    use objects::module::Module;
    use objects::prelude::*;

    use super::CONSTANTS;
    use crate::posix::arguments::File;
    use crate::posix::{raised, waited};
    use system::control::{self, ARGUMENT_SIZE, Argument, Stretch};
    use system::{blocking, calls};

    fn audit(event: &str, arguments: &[&Object]) -> Result<()> {
        (objects::services::get().audit)(event, arguments)
    }

    /// The bytes of text, or of memory that is lent for reading. Nothing where the argument is neither.
    fn readable(argument: &Object) -> Result<Option<Vec<u8>>> {
        if let Some(text) = argument.downcast::<Str>() {
            return match text.as_utf8() {
                Ok(text) => Ok(Some(text.as_bytes().to_vec())),
                Err(raised) => {
                    raised.clear();
                    Ok(None)
                }
            };
        }
        if argument.has_buffer()
            && let Ok(buffer) = argument.get_buffer(request::SIMPLE)
        {
            return Ok(Some(buffer.bytes().to_vec()));
        }
        if raise::occurred() {
            raise::clear();
        }
        Ok(None)
    }

    /// A copy of an argument that is not too long.
    fn copied(bytes: &[u8], function: &str) -> Result<Argument> {
        if bytes.len() > ARGUMENT_SIZE {
            bail!(ValueError, "{function} string arg too long");
        }
        let mut argument = [0; ARGUMENT_SIZE + 1];
        argument[..bytes.len()].copy_from_slice(bytes);
        Ok(argument)
    }

    /// Perform the operation `cmd` on file descriptor fd.
    ///
    /// The operations are the system's; those that the C library names are constants of this module. The argument is
    /// an int, 0 if it is not given, and then so is the result: what the call gives. Or it is a string of at most 1024
    /// bytes, and then the result is bytes of the same length, as the system has left them.
    #[function("(fd, cmd, arg=0, /)")]
    fn fcntl(fd: File, cmd: c_int, arg: Option<&Object>) -> Result<Ref> {
        let shown = arg.unwrap_or(none_object());
        audit("fcntl.fcntl", &[&*Int::new(fd.0.into()), &*Int::new(cmd.into()), shown])?;
        let Some(arg) = arg else { return waited(|| calls::fcntl(fd.0, cmd, 0))?.into_object() };
        let is_text = arg.downcast::<Str>().is_some() || arg.has_fixed_buffer();
        if is_text && let Some(bytes) = readable(arg)? {
            let mut argument = copied(&bytes, "fcntl")?;
            waited(|| control::fcntl_with(fd.0, cmd, &mut argument))?;
            return argument[..bytes.len()].into_object();
        }
        let Masked(number) = Masked::<u32>::from_argument(arg, &Place::new("fcntl", "argument 3"))?;
        waited(|| calls::fcntl(fd.0, cmd, number as c_int))?.into_object()
    }

    /// Perform the operation `request` on file descriptor fd.
    ///
    /// The operations are the system's. The argument is an int, 0 if it is not given, or something bytes-like. Where its
    /// memory can be written and mutate_flag is true, the system writes there, and the result is what the call gives;
    /// else the result is a copy of the bytes as the system has left them, which are at most 1024.
    #[function("(fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(fd: File, request: Masked<u32>, arg: Option<&Object>, mutate_flag: bool) -> Result<Ref> {
        let (file, request) = (fd.0, request.0);
        let shown = arg.unwrap_or(none_object());
        audit("fcntl.ioctl", &[&*Int::new(file.into()), &*Int::from_u64(request.into()), shown])?;
        let Some(arg) = arg else {
            return raised(blocking(|| control::ioctl(file, request, 0)))?.into_object();
        };
        if arg.has_buffer() {
            match arg.get_buffer(request::SIMPLE | request::WRITABLE) {
                Ok(mut buffer) if mutate_flag && buffer.len() > ARGUMENT_SIZE => {
                    // Not while other threads run: the memory is the program's.
                    return raised(control::ioctl_with(file, request, buffer.bytes_mut()))?.into_object();
                }
                Ok(mut buffer) if mutate_flag => {
                    let mut argument = copied(buffer.bytes(), "ioctl")?;
                    let result = blocking(|| control::ioctl_with(file, request, &mut argument));
                    let length = buffer.len();
                    buffer.bytes_mut().copy_from_slice(&argument[..length]);
                    return raised(result)?.into_object();
                }
                Ok(_) => {}
                Err(raised) => raised.clear(),
            }
        }
        if let Some(bytes) = readable(arg)? {
            let mut argument = copied(&bytes, "ioctl")?;
            raised(blocking(|| control::ioctl_with(file, request, &mut argument)))?;
            return argument[..bytes.len()].into_object();
        }
        let number = c_int::from_argument(arg, &Place::new("ioctl", "argument 3"))?;
        raised(blocking(|| control::ioctl(file, request, number)))?.into_object()
    }

    /// Lock or unlock a file as a whole, as flock(2) of the system does.
    ///
    /// The operation is LOCK_SH for a lock that others may share, LOCK_EX for one
    /// that they may not, or LOCK_UN to unlock. With LOCK_NB added to it, the call
    /// raises OSError instead of waiting.
    #[function("(fd, operation, /)")]
    fn flock(fd: File, operation: c_int) -> Result<()> {
        audit("fcntl.flock", &[&*Int::new(fd.0.into()), &*Int::new(operation.into())])?;
        waited(|| control::flock(fd.0, operation)).map(drop)
    }

    /// The number that an argument of a stretch is, 0 where there is none.
    fn offset(argument: Option<&Object>) -> Result<i64> {
        argument.map_or(Ok(0), |argument| i64::from_argument(argument, &Place::new("lockf", "argument")))
    }

    /// Lock or unlock a part of a file, as lockf(3) of the system does.
    ///
    /// The operation is one of these:
    ///
    ///     LOCK_UN - unlock
    ///     LOCK_SH - a lock that others may share
    ///     LOCK_EX - a lock that they may not share
    ///
    /// LOCK_SH and LOCK_EX may be combined with LOCK_NB: the call then raises OSError (EACCES or EAGAIN)
    /// instead of waiting.
    ///
    /// `len` is the number of bytes to lock, 0 for those up to the end of the file, `start` where they begin,
    /// relative to `whence`: 0 for the start of the file, 1 for the current position, 2 for the end.
    #[function("(fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(
        fd: File,
        cmd: c_int,
        len: Option<&Object>,
        start: Option<&Object>,
        whence: c_int,
    ) -> Result<()> {
        audit(
            "fcntl.lockf",
            &[
                &*Int::new(fd.0.into()),
                &*Int::new(cmd.into()),
                len.unwrap_or(none_object()),
                start.unwrap_or(none_object()),
                &*Int::new(whence.into()),
            ],
        )?;
        let kind = match cmd {
            libc::LOCK_UN => libc::F_UNLCK,
            _ if cmd & libc::LOCK_SH != 0 => libc::F_RDLCK,
            _ if cmd & libc::LOCK_EX != 0 => libc::F_WRLCK,
            _ => bail!(ValueError, "unrecognized lockf argument"),
        };
        let (start, length) = (offset(start)?, offset(len)?);
        let stretch = Stretch { kind, start, length, whence };
        waited(|| control::lock_stretch(fd.0, cmd & libc::LOCK_NB == 0, stretch)).map(drop)
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        crate::constants::add(module, CONSTANTS)
    }
}
