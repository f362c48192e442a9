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

    /// The sizes of the dimensions; for a view that was asked for without them, of the bytes.
    pub fn shape(&self) -> &[isize] {
        match (self.ndim, self.shape.is_null()) {
            (0, _) => &[],
            (_, true) => std::slice::from_ref(&self.len),
            // SAFETY: a shape has as many entries as there are dimensions.
            (ndim, false) => unsafe { std::slice::from_raw_parts(self.shape, ndim as usize) },
        }
    }

    /// The distances between items in each dimension; none where they follow from the shape.
    pub fn strides(&self) -> Option<&[isize]> {
        // SAFETY: strides have as many entries as there are dimensions.
        (!self.strides.is_null())
            .then(|| unsafe { std::slice::from_raw_parts(self.strides, self.ndim as usize) })
    }

    /// Where pointers are followed on the way to an item, as the Python Imaging Library lays out images.
    pub fn suboffsets(&self) -> Option<&[isize]> {
        // SAFETY: suboffsets have as many entries as there are dimensions.
        (!self.suboffsets.is_null())
            .then(|| unsafe { std::slice::from_raw_parts(self.suboffsets, self.ndim as usize) })
    }

    /// Whether the items lie one behind the other in C order.
    pub fn is_contiguous(&self) -> bool {
        self.suboffsets.is_null() && self.strides_match((0..self.shape().len()).rev())
    }

    /// Whether the items lie one behind the other in Fortran order, the first index varying fastest.
    pub fn is_fortran_contiguous(&self) -> bool {
        match self.strides() {
            _ if !self.suboffsets.is_null() => false,
            None => {
                self.ndim <= 1 || self.len == 0 || self.shape().iter().filter(|&&size| size > 1).count() <= 1
            }
            Some(_) => self.strides_match(0..self.shape().len()),
        }
    }

    fn strides_match(&self, dimensions: impl Iterator<Item = usize>) -> bool {
        let Some(strides) = self.strides() else { return true };
        let mut expected = self.itemsize;
        if self.len == 0 {
            return true;
        }
        for dimension in dimensions {
            let size = self.shape()[dimension];
            if size > 1 && strides[dimension] != expected {
                return false;
            }
            expected *= size;
        }
        true
    }

    /// Where the item at an index is, which is in range.
    pub fn item_pointer(&self, index: &[isize]) -> *mut u8 {
        let mut place = self.buf.cast::<u8>();
        let shape = self.shape();
        for (dimension, &at) in index.iter().enumerate() {
            let stride = match self.strides() {
                Some(strides) => strides[dimension],
                None => shape[dimension + 1..].iter().product::<isize>() * self.itemsize,
            };
            // SAFETY: the exporter's layout puts the item there.
            unsafe {
                place = place.offset(stride * at);
                if let Some(&offset) = self.suboffsets().and_then(|offsets| offsets.get(dimension))
                    && offset >= 0
                {
                    place = place.cast::<*mut u8>().read_unaligned().offset(offset);
                }
            }
        }
        place
    }

    /// Shows the bytes of every item, in C order.
    pub fn for_each_item(&self, mut visit: impl FnMut(&[u8])) {
        let shape = self.shape();
        if shape.contains(&0) {
            return;
        }
        let mut index = vec![0; shape.len()];
        loop {
            // SAFETY: the index is in range, and an item has so many bytes.
            visit(unsafe { std::slice::from_raw_parts(self.item_pointer(&index), self.itemsize as usize) });
            let next = (0..shape.len()).rev().find(|&dimension| index[dimension] + 1 < shape[dimension]);
            let Some(dimension) = next else { return };
            index[dimension] += 1;
            index[dimension + 1..].fill(0);
        }
    }

    /// Asks an object for its memory; it fills the view where that is. `TypeError`, introduced by `asking`, for an
    /// object without memory to lend.
    ///
    /// # Safety
    /// The view is empty, and stays in its place until it is released.
    pub unsafe fn acquire(view: *mut BufferView, object: &Object, flags: c_int, asking: &str) -> Result<()> {
        let Some(get) = object.class().tp_as_buffer.get().and_then(|procs| procs.bf_getbuffer.get()) else {
            bail!(TypeError, "{asking}a bytes-like object is required, not '{}'", object.class().name());
        };
        // SAFETY: the caller's promise, for the type's own function.
        raise::check_status(unsafe { get(object, view, flags) }).inspect_err(|_| {
            // SAFETY: what an exporter left there when it failed is not a reference of ours.
            unsafe { (&raw mut (*view).obj).write(None) }
        })
    }

    /// Gives the view back to its exporter: `PyBuffer_Release`. Does nothing the second time.
    pub fn release(&mut self) {
        let Some(exporter) = self.obj.clone() else { return };
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

    /// Whether the object lends memory that need not be given back: it stays as it is while the object lives.
    pub fn has_fixed_buffer(&self) -> bool {
        let procs = self.class().tp_as_buffer.get();
        procs
            .is_some_and(|procs| procs.bf_getbuffer.get().is_some() && procs.bf_releasebuffer.get().is_none())
    }

    /// A view of the object's memory as the flags ask for it. `TypeError` for an object without memory to lend,
    /// `BufferError` where it cannot lend it like that.
    pub fn get_buffer(&self, flags: c_int) -> Result<Buffer> {
        let mut view = Box::new(BufferView::EMPTY);
        // SAFETY: the view is empty, and stays in its box.
        unsafe { BufferView::acquire(&mut *view, self, flags, "") }?;
        Ok(Buffer(view))
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

    /// A copy of the items in C order, whatever their layout in memory.
    pub fn to_contiguous(&self) -> Vec<u8> {
        let view = &*self.0;
        if view.is_contiguous() {
            return self.bytes().to_vec();
        }
        let mut items = Vec::with_capacity(view.len as usize);
        view.for_each_item(|item| items.extend_from_slice(item));
        items
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

/// A bytes-like argument: contiguous memory, held as long as this lives.
pub enum BytesLike<'a> {
    Bytes(&'a Bytes),
    Buffer(Buffer),
}

impl<'a> BytesLike<'a> {
    /// The memory of an object that lends it. `TypeError` for any other.
    #[inline]
    pub fn of(object: &'a Object) -> Result<BytesLike<'a>> {
        match object.downcast_exact::<Bytes>() {
            Some(bytes) => Ok(BytesLike::Bytes(bytes)),
            None => object.get_buffer(request::SIMPLE).map(BytesLike::Buffer),
        }
    }

    /// The memory. Nothing may run that changes it while this borrow lives.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            BytesLike::Bytes(bytes) => bytes.as_bytes(),
            BytesLike::Buffer(buffer) => buffer.bytes(),
        }
    }
}

impl<'a> FromArgument<'a> for BytesLike<'a> {
    #[inline]
    fn from_argument(value: &'a Object, _: &crate::arguments::Place) -> Result<Self> {
        BytesLike::of(value)
    }
}

impl BufferView {
    /// Fills the view with contiguous bytes of an exporter: `PyBuffer_FillInfo`. `BufferError` where a
    /// writable view is asked for of memory that is not.
    ///
    /// # Safety
    /// The view stays where it is until its release, and the memory as long as the view.
    pub unsafe fn fill(
        &mut self,
        exporter: &Object,
        memory: *mut c_void,
        length: isize,
        readonly: bool,
        flags: c_int,
    ) -> Result<()> {
        if flags & request::WRITABLE != 0 && readonly {
            bail!(BufferError, "Object is not writable.");
        }
        let asked = |flag: c_int| flags & flag == flag;
        self.obj = Some(exporter.to_ref());
        self.buf = memory;
        self.len = length;
        self.readonly = readonly.into();
        self.itemsize = 1;
        self.format = if asked(request::FORMAT) { c"B".as_ptr().cast_mut() } else { ptr::null_mut() };
        self.ndim = 1;
        self.shape = if asked(request::ND) { &raw mut self.len } else { ptr::null_mut() };
        self.strides = if asked(request::STRIDES) { &raw mut self.itemsize } else { ptr::null_mut() };
        self.suboffsets = ptr::null_mut();
        self.internal = ptr::null_mut();
        Ok(())
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.0.release();
    }
}
