//! Reading directories.

use std::ffi::{CStr, c_int};
use std::ptr::NonNull;

use crate::{Errno, calls};

/// An open directory stream, closed when dropped.
pub struct DirectoryStream {
    stream: NonNull<libc::DIR>,
    /// Whether the stream reads through a copy of a descriptor that is the program's own.
    is_shared: bool,
}

/// An entry of a directory.
pub struct Entry {
    pub name: Vec<u8>,
    /// The file's number on its device.
    pub inode: u64,
    /// One of the `DT_*` constants.
    pub kind: u8,
}

impl DirectoryStream {
    /// Opens a directory by its path.
    pub fn open(path: &CStr) -> Result<DirectoryStream, Errno> {
        // SAFETY: a path that ends with NUL.
        let stream = unsafe { libc::opendir(path.as_ptr()) };
        match NonNull::new(stream) {
            Some(stream) => Ok(DirectoryStream { stream, is_shared: false }),
            None => Err(Errno::last()),
        }
    }

    /// A stream over an open directory, which stays the caller's: reading starts at its beginning.
    pub fn of_file(file: c_int) -> Result<DirectoryStream, Errno> {
        let copy = calls::fcntl(file, libc::F_DUPFD_CLOEXEC, 0)?;
        // SAFETY: the copy is passed on to the stream.
        let stream = unsafe { libc::fdopendir(copy) };
        match NonNull::new(stream) {
            Some(stream) => {
                // SAFETY: an open stream.
                unsafe { libc::rewinddir(stream.as_ptr()) };
                Ok(DirectoryStream { stream, is_shared: true })
            }
            None => {
                let error = Errno::last();
                let _ = calls::close(copy);
                Err(error)
            }
        }
    }

    /// The next entry besides `.` and `..`; nothing at the end.
    pub fn next(&mut self) -> Result<Option<Entry>, Errno> {
        loop {
            // SAFETY: an open stream; the entry is read before the next call. errno tells the end from an error.
            let entry = unsafe {
                *libc::__errno_location() = 0;
                let entry = libc::readdir64(self.stream.as_ptr());
                if entry.is_null() {
                    return match Errno::last() {
                        Errno(0) => Ok(None),
                        error => Err(error),
                    };
                }
                Entry {
                    name: CStr::from_ptr((*entry).d_name.as_ptr()).to_bytes().to_vec(),
                    inode: (*entry).d_ino,
                    kind: (*entry).d_type,
                }
            };
            if entry.name != b"." && entry.name != b".." {
                return Ok(Some(entry));
            }
        }
    }
}

impl Drop for DirectoryStream {
    fn drop(&mut self) {
        // SAFETY: an open stream, closed once.
        unsafe {
            if self.is_shared {
                libc::rewinddir(self.stream.as_ptr());
            }
            libc::closedir(self.stream.as_ptr());
        }
    }
}
