//! The buffer protocol: memory that one object lends to others (PEP 3118).

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use crate::prelude::*;

/// `Py_buffer`: a view of an object's memory. Owned by whoever asked for it, until released.
#[repr(C)]
pub struct BufferView {
    pub buf: *mut c_void,
    /// The exporter, which the view keeps alive; none after release.
    pub obj: Option<Ref>,
    /// In bytes: the product of the shape and the item size.
    pub len: isize,
    pub itemsize: isize,
    pub readonly: c_int,
    pub ndim: c_int,
    pub format: *mut c_char,
    pub shape: *mut isize,
    pub strides: *mut isize,
    pub suboffsets: *mut isize,
    pub internal: *mut c_void,
}

/// What a consumer asks of a buffer: the `PyBUF_*` flags.
pub mod request {
    use std::ffi::c_int;
    /// Contiguous bytes, perhaps read-only.
    pub const SIMPLE: c_int = 0;
    pub const WRITABLE: c_int = 1;
    pub const FORMAT: c_int = 4;
    pub const ND: c_int = 8;
    pub const STRIDES: c_int = 0x10 | ND;
    pub const C_CONTIGUOUS: c_int = 0x20 | STRIDES;
    pub const F_CONTIGUOUS: c_int = 0x40 | STRIDES;
    pub const ANY_CONTIGUOUS: c_int = 0x80 | STRIDES;
    pub const INDIRECT: c_int = 0x100 | STRIDES;
    pub const FULL_RO: c_int = INDIRECT | FORMAT;
    pub const FULL: c_int = FULL_RO | WRITABLE;
}

impl BufferView {
    /// A view of nothing, for an exporter to fill.
    pub const EMPTY: BufferView = BufferView {
        buf: ptr::null_mut(),
        obj: None,
        len: 0,
        itemsize: 0,
        readonly: 0,
        ndim: 0,
        format: ptr::null_mut(),
        shape: ptr::null_mut(),
        strides: ptr::null_mut(),
        suboffsets: ptr::null_mut(),
        internal: ptr::null_mut(),
    };

    /// Gives the view back to its exporter: `PyBuffer_Release`. Does nothing the second time.
    pub fn release(&mut self) {
        let Some(exporter) = self.obj.as_ref().map(Ref::clone) else { return };
        if let Some(release) =
            exporter.class().tp_as_buffer.get().and_then(|procs| procs.bf_releasebuffer.get())
        {
            // SAFETY: the view came from this exporter and is released once.
            unsafe { release(&exporter, self) };
        }
        self.obj = None;
    }
}

/// A view of an object's memory, released when dropped. It stays where it is: exporters point into it.
pub struct Buffer(Box<BufferView>);

impl Object {
    /// Whether the object lends its memory.
    pub fn has_buffer(&self) -> bool {
        self.class().tp_as_buffer.get().is_some_and(|procs| procs.bf_getbuffer.get().is_some())
    }

    /// A view of the object's memory as the flags ask for it. `TypeError` for an object without memory to lend,
    /// `BufferError` where it cannot lend it like that.
    pub fn get_buffer(&self, flags: c_int) -> Result<Buffer> {
        let Some(get) = self.class().tp_as_buffer.get().and_then(|procs| procs.bf_getbuffer.get()) else {
            bail!(TypeError, "a bytes-like object is required, not '{}'", self.class().name());
        };
        let mut view = Box::new(BufferView::EMPTY);
        // SAFETY: the view is empty and the type's own function fills it.
        match unsafe { get(self, &mut *view, flags) } {
            0 => Ok(Buffer(view)),
            _ => Err(raise::already_set()),
        }
    }
}

impl Buffer {
    /// The memory. Nothing may run that changes it while this borrow lives.
    pub fn bytes(&self) -> &[u8] {
        match self.0.len {
            0 => &[],
            // SAFETY: the exporter keeps so many bytes in place until the release.
            length => unsafe { std::slice::from_raw_parts(self.0.buf.cast(), length as usize) },
        }
    }

    /// The memory, to be written; for a view that was asked for as writable.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match self.0.len {
            0 => &mut [],
            // SAFETY: as above, and a writable view's memory may change.
            length => unsafe { std::slice::from_raw_parts_mut(self.0.buf.cast(), length as usize) },
        }
    }

    pub fn len(&self) -> usize {
        self.0.len as usize
    }

    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    pub fn view(&self) -> &BufferView {
        &self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.0.release();
    }
}
