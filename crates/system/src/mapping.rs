//! Files and fresh memory mapped into the process, and lent to views.

use std::cell::Cell;
use std::ffi::c_int;
use std::ops::Range;
use std::ptr;

use objects::buffer::BufferView;
use objects::prelude::*;

use crate::{Errno, calls};

/// Mapped memory and the file behind it, until it is closed. It does not move and keeps its size while views of it
/// are lent.
pub struct Mapping {
    /// Null when it is closed.
    start: Cell<*mut u8>,
    length: Cell<usize>,
    lent: Cell<isize>,
    /// This mapping's own descriptor; -1 for memory without a file.
    file: Cell<c_int>,
    protection: c_int,
}

/// A structure that lends the memory it has mapped. Its class's slots are [`lend`] and [`take_back`].
pub trait Mapped: Layout {
    fn mapping(&self) -> &Mapping;

    /// Raises where the memory cannot be lent now.
    fn check_lendable(&self) -> Result<()>;
}

impl Mapping {
    /// Maps so many bytes of a file from an offset, or of fresh memory where the file is -1. The file's descriptor is
    /// duplicated.
    pub fn new(
        file: c_int,
        length: usize,
        protection: c_int,
        flags: c_int,
        offset: i64,
    ) -> Result<Mapping, Errno> {
        let (file, flags) = match file {
            -1 => (-1, flags | libc::MAP_ANONYMOUS),
            file => (calls::fcntl(file, libc::F_DUPFD_CLOEXEC, 0)?, flags),
        };
        // From here on the descriptor is closed with the mapping.
        let mapping = Mapping {
            start: Cell::new(ptr::null_mut()),
            length: Cell::new(length),
            lent: Cell::new(0),
            file: Cell::new(file),
            protection,
        };
        // SAFETY: at no given address a mapping hides no other memory.
        let start = unsafe {
            libc::mmap(ptr::null_mut(), length, protection, flags & !libc::MAP_FIXED, file, offset)
        };
        if start == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        mapping.start.set(start.cast());
        Ok(mapping)
    }

    pub fn is_closed(&self) -> bool {
        self.start.get().is_null()
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file's descriptor; -1 for memory without a file.
    pub fn file(&self) -> c_int {
        self.file.get()
    }

    /// Whether a view of the memory is lent.
    pub fn is_lent(&self) -> bool {
        self.lent.get() > 0
    }

    /// Whether the memory may be read: on the machines at hand what can be written can also be read.
    #[inline(always)]
    pub fn is_readable(&self) -> bool {
        self.protection & (libc::PROT_READ | libc::PROT_WRITE) != 0
    }

    #[inline(always)]
    pub fn is_writable(&self) -> bool {
        self.protection & libc::PROT_WRITE != 0
    }

    /// Where the bytes of a range are. It is a part of the memory, which is open.
    #[inline(always)]
    fn at(&self, range: &Range<usize>) -> *mut u8 {
        assert!(
            range.start <= range.end && range.end <= self.len() && !self.is_closed(),
            "a range that is not mapped"
        );
        // SAFETY: within the mapped memory.
        unsafe { self.start.get().add(range.start) }
    }

    /// Lends the bytes of a range to a function, which does not change them. The memory stays meanwhile.
    #[inline(always)]
    pub fn with_bytes<R>(&self, range: Range<usize>, action: impl FnOnce(&[u8]) -> R) -> R {
        let start = self.at(&range);
        assert!(self.is_readable(), "memory that may not be read");
        self.lent.set(self.lent.get() + 1);
        // SAFETY: mapped for reading, and it stays while it counts as lent.
        let result = action(unsafe { std::slice::from_raw_parts(start, range.len()) });
        self.lent.set(self.lent.get() - 1);
        result
    }

    /// Writes the bytes, which may be a part of the same memory, at a place.
    #[inline(always)]
    pub fn write(&self, place: usize, bytes: &[u8]) {
        let start = self.at(&(place..place.saturating_add(bytes.len())));
        assert!(self.is_writable(), "memory that may not be written");
        // SAFETY: mapped for writing; the two may overlap.
        unsafe { ptr::copy(bytes.as_ptr(), start, bytes.len()) };
    }

    /// Copies the bytes of a range to a place; the two may overlap.
    pub fn copy_within(&self, source: Range<usize>, place: usize) {
        let to = self.at(&(place..place.saturating_add(source.len())));
        let from = self.at(&source);
        assert!(self.is_writable(), "memory that may not be written");
        // SAFETY: both mapped for writing.
        unsafe { ptr::copy(from, to, source.len()) };
    }

    /// Writes the bytes of a range back to the file. The range begins at a page.
    pub fn flush(&self, range: Range<usize>) -> Result<(), Errno> {
        // SAFETY: mapped memory.
        checked(unsafe { libc::msync(self.at(&range).cast(), range.len(), libc::MS_SYNC) })
    }

    /// Tells the system how a range will be used.
    pub fn advise(&self, range: Range<usize>, advice: c_int) -> Result<(), Errno> {
        // SAFETY: mapped memory, which nothing but views that are lent looks at.
        checked(unsafe { libc::madvise(self.at(&range).cast(), range.len(), advice) })
    }

    /// Maps another number of bytes, perhaps elsewhere; it must not be lent.
    pub fn resize(&self, length: usize) -> Result<(), Errno> {
        assert!(!self.is_lent() && !self.is_closed(), "memory that has to stay as it is");
        // SAFETY: the mapping of that length; nothing points into it.
        let start =
            unsafe { libc::mremap(self.start.get().cast(), self.len(), length, libc::MREMAP_MAYMOVE) };
        if start == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        self.start.set(start.cast());
        self.length.set(length);
        Ok(())
    }

    /// Gives memory and file back; it must not be lent. Nothing happens the second time.
    pub fn close(&self) {
        assert!(!self.is_lent(), "memory that has to stay as it is");
        let (start, file) = (self.start.replace(ptr::null_mut()), self.file.replace(-1));
        if !start.is_null() {
            // SAFETY: the mapping of that length; nothing points into it.
            unsafe { libc::munmap(start.cast(), self.len()) };
        }
        if file != -1 {
            // What is lost when a file is closed cannot be told any more.
            let _ = calls::close(file);
        }
    }
}

fn checked(result: c_int) -> Result<(), Errno> {
    match result {
        -1 => Err(Errno::last()),
        _ => Ok(()),
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.close();
    }
}

/// `bf_getbuffer` of the class.
///
/// # Safety
/// As the slot is called: with an instance of T, and a view that stays.
pub unsafe extern "C" fn lend<T: Mapped>(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
    // SAFETY: the caller's promise; the memory stays while it is lent.
    unsafe {
        let owner = object.cast::<T>();
        let mapping = owner.mapping();
        let filled = owner.check_lendable().and_then(|()| {
            let (start, length) = (mapping.at(&(0..mapping.len())), mapping.len() as isize);
            (*view).fill(object, start.cast(), length, !mapping.is_writable(), flags)
        });
        if filled.is_ok() {
            mapping.lent.set(mapping.lent.get() + 1);
        }
        objects::raise::status(filled)
    }
}

/// `bf_releasebuffer` of the class.
///
/// # Safety
/// As the slot is called: with an instance of T, for a view that was lent.
pub unsafe extern "C" fn take_back<T: Mapped>(object: &Object, _: *mut BufferView) {
    // SAFETY: the caller's promise.
    let mapping = unsafe { object.cast::<T>() }.mapping();
    mapping.lent.set(mapping.lent.get() - 1);
}
