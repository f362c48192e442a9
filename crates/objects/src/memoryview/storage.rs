//! How views lie in memory, and whom they keep alive.

use std::cell::{Cell, UnsafeCell};
use std::ffi::{CStr, c_int};
use std::ops::ControlFlow;
use std::ptr;

use crate::buffer::{BufferView, request};
use crate::memory::{Trace, Visitor};
use crate::prelude::*;

/// A `Py_buffer` inside an object.
#[repr(transparent)]
pub struct ViewCell(UnsafeCell<BufferView>);

impl ViewCell {
    fn new(view: BufferView) -> ViewCell {
        ViewCell(UnsafeCell::new(view))
    }

    /// The view. Its fields do not change while the object that has it is not released.
    #[inline]
    pub fn get(&self) -> &BufferView {
        // SAFETY: written at construction and release alone, when nobody looks at it.
        unsafe { &*self.0.get() }
    }

    fn as_ptr(&self) -> *mut BufferView {
        self.0.get()
    }
}

impl Trace for ViewCell {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        match &self.get().obj {
            Some(exporter) => visitor.visit(exporter),
            None => ControlFlow::Continue(()),
        }
    }
}

/// `_PyManagedBufferObject`: a buffer that an exporter lent, shared by all views of it.
#[repr(C)]
#[derive(Trace)]
pub struct ManagedBuffer {
    base: Object,
    released: Cell<c_int>,
    /// How many views there are.
    exports: Cell<isize>,
    master: ViewCell,
}

#[class(name = "managedbuffer", symbol = "_PyManagedBuffer_Type")]
impl ManagedBuffer {}

impl ManagedBuffer {
    /// Asks an object for its memory.
    fn lend(object: &Object) -> Result<Ref<ManagedBuffer>> {
        let buffer = Ref::new(ManagedBuffer {
            base: Object::header(),
            released: Cell::new(0),
            exports: Cell::new(0),
            master: ViewCell::new(BufferView::EMPTY),
        });
        // SAFETY: the view is empty, and stays where it is.
        unsafe { BufferView::acquire(buffer.master.as_ptr(), object, request::FULL_RO, "memoryview: ") }?;
        Ok(buffer)
    }

    /// One view less; the last gives the memory back.
    fn drop_view(&self) {
        self.exports.set(self.exports.get() - 1);
        if self.exports.get() == 0 {
            self.release();
        }
    }

    fn release(&self) {
        if self.released.replace(1) == 0 {
            // SAFETY: no view is left that looks at it.
            unsafe { (*self.master.as_ptr()).release() };
        }
    }
}

impl Drop for ManagedBuffer {
    fn drop(&mut self) {
        self.release();
    }
}

/// What is known of a view's layout: the `_Py_MEMORYVIEW_*` flags.
pub mod layout_flags {
    use std::ffi::c_int;
    pub const RELEASED: c_int = 0x1;
    pub const C_CONTIGUOUS: c_int = 0x2;
    pub const FORTRAN: c_int = 0x4;
    pub const SCALAR: c_int = 0x8;
    pub const INDIRECT: c_int = 0x10;
}

/// `PyBUF_MAX_NDIM`.
pub const MOST_DIMENSIONS: usize = 64;

/// `PyMemoryViewObject`: shape, strides and suboffsets follow, as many of each as there are dimensions.
#[repr(C)]
pub struct MemoryView {
    pub(super) base: VarObject,
    buffer: Field<ManagedBuffer>,
    pub(super) hash: Cell<isize>,
    flags: Cell<c_int>,
    pub(super) exports: Cell<isize>,
    view: ViewCell,
    pub(super) weakrefs: Cell<*mut Object>,
    array: [isize; 0],
}

/// A view's dimensions and where it starts, for a new view of the same memory.
#[derive(Clone)]
pub struct Shape {
    pub start: *mut u8,
    pub itemsize: isize,
    pub format: *mut std::ffi::c_char,
    pub readonly: bool,
    pub shape: Vec<isize>,
    pub strides: Vec<isize>,
    pub suboffsets: Option<Vec<isize>>,
}

impl Shape {
    fn of(view: &BufferView) -> Shape {
        let shape = view.shape().to_vec();
        let strides = match view.strides() {
            Some(strides) => strides.to_vec(),
            None => contiguous_strides(&shape, view.itemsize),
        };
        Shape {
            start: view.buf.cast(),
            itemsize: view.itemsize,
            format: if view.format.is_null() { c"B".as_ptr().cast_mut() } else { view.format },
            readonly: view.readonly != 0,
            shape,
            strides,
            suboffsets: view.suboffsets().map(<[isize]>::to_vec),
        }
    }
}

/// The strides of items one behind the other in C order.
pub fn contiguous_strides(shape: &[isize], itemsize: isize) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut stride = itemsize;
    for (place, &size) in strides.iter_mut().zip(shape).rev() {
        *place = stride;
        stride *= size;
    }
    strides
}

impl MemoryView {
    /// A view of an object's memory. `TypeError` for an object that lends none.
    pub fn of(object: &Object) -> Result<Ref<MemoryView>> {
        if let Some(view) = object.downcast::<MemoryView>() {
            view.check_released()?;
            return view.with_shape(view.shape());
        }
        let buffer = ManagedBuffer::lend(object)?;
        let shape = Shape::of(buffer.master.get());
        MemoryView::over(&buffer, shape)
    }

    /// A view of memory that somebody described (`PyMemoryView_FromBuffer`); no exporter gets it back.
    ///
    /// # Safety
    /// The memory is as described, as long as there are views of it.
    pub unsafe fn of_view(view: &BufferView) -> Result<Ref<MemoryView>> {
        let shape = Shape::of(view);
        // SAFETY: the copy's pointers are the caller's; the reference to the exporter is not copied.
        let mut master = unsafe { std::mem::ManuallyDrop::new(ptr::from_ref(view).read()) };
        // SAFETY: the field is written without dropping what the caller still owns.
        unsafe { (&raw mut master.obj).write(None) };
        let buffer = Ref::new(ManagedBuffer {
            base: Object::header(),
            released: Cell::new(0),
            exports: Cell::new(0),
            master: ViewCell::new(std::mem::ManuallyDrop::into_inner(master)),
        });
        MemoryView::over(&buffer, shape)
    }

    /// Another view of the same memory, as bytes.
    pub fn flat(
        &self,
        start: *mut std::ffi::c_void,
        length: isize,
        readonly: bool,
    ) -> Result<Ref<MemoryView>> {
        self.with_shape(Shape {
            start: start.cast(),
            itemsize: 1,
            format: c"B".as_ptr().cast_mut(),
            readonly,
            shape: vec![length],
            strides: vec![1],
            suboffsets: None,
        })
    }

    /// Another view of the same memory.
    pub fn with_shape(&self, shape: Shape) -> Result<Ref<MemoryView>> {
        match self.buffer.get() {
            Some(buffer) => MemoryView::over(&buffer, shape),
            None => Err(released_error()),
        }
    }

    fn over(buffer: &ManagedBuffer, shape: Shape) -> Result<Ref<MemoryView>> {
        let ndim = shape.shape.len();
        if ndim > MOST_DIMENSIONS {
            bail!(ValueError, "memoryview: number of dimensions must not exceed {MOST_DIMENSIONS}");
        }
        let length = shape.shape.iter().product::<isize>() * shape.itemsize;
        let exporter = buffer.master.get().obj.clone();
        let view: Ref<MemoryView> = Ref::new(MemoryView {
            base: VarObject::header(3 * ndim as isize),
            buffer: Field::new(Some(buffer.to_ref())),
            hash: Cell::new(-1),
            flags: Cell::new(0),
            exports: Cell::new(0),
            view: ViewCell::new(BufferView {
                buf: shape.start.cast(),
                obj: exporter,
                len: length,
                itemsize: shape.itemsize,
                readonly: shape.readonly.into(),
                ndim: ndim as c_int,
                format: shape.format,
                ..BufferView::EMPTY
            }),
            weakrefs: Cell::new(ptr::null_mut()),
            array: [],
        });
        buffer.exports.set(buffer.exports.get() + 1);
        let start = view.array.as_ptr().cast_mut();
        // SAFETY: room for three arrays of this many numbers follows the structure, and the view is ours alone.
        unsafe {
            let inner = &mut *view.view.as_ptr();
            ptr::copy_nonoverlapping(shape.shape.as_ptr(), start, ndim);
            ptr::copy_nonoverlapping(shape.strides.as_ptr(), start.add(ndim), ndim);
            // A scalar has neither.
            if ndim > 0 {
                inner.shape = start;
                inner.strides = start.add(ndim);
            }
            if let Some(suboffsets) =
                shape.suboffsets.filter(|offsets| offsets.iter().any(|&offset| offset >= 0))
            {
                ptr::copy_nonoverlapping(suboffsets.as_ptr(), start.add(2 * ndim), ndim);
                inner.suboffsets = start.add(2 * ndim);
            }
        }
        view.flags.set(view.layout());
        Ok(view)
    }

    fn layout(&self) -> c_int {
        let view = self.view.get();
        let when = |condition: bool, flag: c_int| if condition { flag } else { 0 };
        when(view.ndim == 0, layout_flags::SCALAR | layout_flags::C_CONTIGUOUS | layout_flags::FORTRAN)
            | when(view.is_contiguous(), layout_flags::C_CONTIGUOUS)
            | when(view.is_fortran_contiguous(), layout_flags::FORTRAN)
            | when(!view.suboffsets.is_null(), layout_flags::INDIRECT)
    }

    /// Whether the layout has any of the flags.
    pub fn has_layout(&self, flags: c_int) -> bool {
        self.flags.get() & flags != 0
    }

    /// The view's fields. They are those of memory that is not lent any more after the release.
    pub fn view(&self) -> &BufferView {
        self.view.get()
    }

    /// A copy of the view's dimensions.
    pub fn shape(&self) -> Shape {
        Shape::of(self.view.get())
    }

    /// The items' format.
    pub fn format(&self) -> &str {
        let format = self.view.get().format;
        match format.is_null() {
            true => "B",
            // SAFETY: a format is a C string that lives as long as the memory is lent.
            false => unsafe { CStr::from_ptr(format) }.to_str().unwrap_or(""),
        }
    }

    pub fn is_released(&self) -> bool {
        self.has_layout(layout_flags::RELEASED)
            || self.buffer.get().is_none_or(|buffer| buffer.released.get() != 0)
    }

    /// `ValueError` for a released view.
    pub fn check_released(&self) -> Result<()> {
        match self.is_released() {
            true => Err(released_error()),
            false => Ok(()),
        }
    }

    /// Gives the memory back. `BufferError` while views of this view are lent.
    pub fn release(&self) -> Result<()> {
        if self.has_layout(layout_flags::RELEASED) {
            return Ok(());
        }
        match self.exports.get() {
            0 => {
                self.release_now();
                Ok(())
            }
            count => {
                let plural = if count == 1 { "" } else { "s" };
                Err(raise!(BufferError, "memoryview has {count} exported buffer{plural}"))
            }
        }
    }

    fn release_now(&self) {
        if self.has_layout(layout_flags::RELEASED) {
            return;
        }
        self.flags.set(self.flags.get() | layout_flags::RELEASED);
        if let Some(buffer) = self.buffer.get() {
            buffer.drop_view();
        }
        // SAFETY: the view is not looked at any more.
        drop(unsafe { (*self.view.as_ptr()).obj.take() });
    }

    /// `bf_getbuffer`.
    pub(super) unsafe extern "C" fn lend(object: &Object, out: *mut BufferView, asked: c_int) -> c_int {
        // SAFETY: called with an instance and a view to be filled.
        raise::status(unsafe { object.cast::<MemoryView>().fill(&mut *out, asked) })
    }

    fn fill(&self, out: &mut BufferView, asked: c_int) -> Result<()> {
        self.check_released()?;
        let view = self.view.get();
        let wants = |flag: c_int| asked & flag == flag;
        let refuse = |what: &str| Err(raise!(BufferError, "memoryview: underlying buffer {what}"));
        let is_c = self.has_layout(layout_flags::C_CONTIGUOUS);
        if wants(request::WRITABLE) && view.readonly != 0 {
            return refuse("is not writable");
        }
        if wants(request::C_CONTIGUOUS) && !is_c {
            return refuse("is not C-contiguous");
        }
        if wants(request::F_CONTIGUOUS) && !self.has_layout(layout_flags::FORTRAN) {
            return refuse("is not Fortran contiguous");
        }
        if wants(request::ANY_CONTIGUOUS) && !is_c && !self.has_layout(layout_flags::FORTRAN) {
            return refuse("is not contiguous");
        }
        if !wants(request::INDIRECT) && self.has_layout(layout_flags::INDIRECT) {
            return refuse("requires suboffsets");
        }
        if !wants(request::STRIDES) && !is_c {
            return refuse("is not C-contiguous");
        }
        if !wants(request::ND) && wants(request::FORMAT) {
            bail!(BufferError, "memoryview: cannot cast to unsigned bytes if the format flag is present");
        }
        *out = BufferView {
            buf: view.buf,
            obj: Some(self.to_ref().into_object()),
            len: view.len,
            itemsize: view.itemsize,
            readonly: view.readonly,
            ndim: if wants(request::ND) { view.ndim } else { 1 },
            format: if wants(request::FORMAT) { view.format } else { ptr::null_mut() },
            shape: if wants(request::ND) { view.shape } else { ptr::null_mut() },
            strides: if wants(request::STRIDES) { view.strides } else { ptr::null_mut() },
            suboffsets: view.suboffsets,
            internal: ptr::null_mut(),
        };
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }

    /// `bf_releasebuffer`.
    pub(super) unsafe extern "C" fn take_back(object: &Object, _: *mut BufferView) {
        // SAFETY: called with an instance, for a view that was lent.
        let view = unsafe { object.cast::<MemoryView>() };
        view.exports.set(view.exports.get() - 1);
    }
}

#[cold]
fn released_error() -> Raised {
    raise!(ValueError, "operation forbidden on released memoryview object")
}

impl Trace for MemoryView {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.buffer.trace(visitor)?;
        self.view.trace(visitor)
    }

    fn clear(&self) {
        // Memory that is lent on has a holder who gives it back.
        if self.exports.get() == 0 {
            self.release_now();
        }
    }
}

impl Drop for MemoryView {
    fn drop(&mut self) {
        self.release_now();
    }
}
