//! The buffer protocol from C.

use std::collections::BTreeSet;
use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::{Mutex, PoisonError};

use objects::buffer::{BufferView, request};
use objects::memoryview::MemoryView;
use objects::pickle_buffer::PickleBuffer;
use objects::prelude::*;

#[unsafe(no_mangle)]
extern "C" fn PyObject_CheckBuffer(object: &Object) -> c_int {
    c_int::from(object.has_buffer())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GetBuffer(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
    match object.class().tp_as_buffer.get().and_then(|suite| suite.bf_getbuffer.get()) {
        Some(_) if view.is_null() => {
            let _ = raise!(BufferError, "PyObject_GetBuffer: view==NULL argument is obsolete");
            -1
        }
        // SAFETY: the caller's view. C does not initialise it, so the reference that exporters replace is written first.
        Some(get) => unsafe {
            (&raw mut (*view).obj).write(None);
            get(object, view, flags)
        },
        None => {
            let _ = raise!(TypeError, "a bytes-like object is required, not '{}'", object.class().name());
            -1
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_Release(view: *mut BufferView) {
    // SAFETY: the caller's view, filled or released before.
    unsafe {
        let Some(object) = (*view).obj.take() else { return };
        if let Some(release) =
            object.class().tp_as_buffer.get().and_then(|suite| suite.bf_releasebuffer.get())
        {
            release(&object, view);
        }
    }
}

/// Fills a view of plain bytes.
///
/// # Safety
/// The view is writable, and not filled.
pub unsafe fn fill_info(
    view: *mut BufferView,
    object: Option<&Object>,
    start: *mut c_void,
    size: isize,
    readonly: bool,
    flags: c_int,
) -> Result<()> {
    if view.is_null() {
        bail!(BufferError, "PyBuffer_FillInfo: view==NULL argument is obsolete");
    }
    if readonly && flags & request::WRITABLE != 0 {
        bail!(BufferError, "Object is not writable.");
    }
    // SAFETY: the caller's promise; the pointers into the view itself live as long as the view.
    unsafe {
        view.write(BufferView {
            buf: start,
            obj: object.map(Object::to_ref),
            len: size,
            itemsize: 1,
            readonly: c_int::from(readonly),
            ndim: 1,
            format: if flags & request::FORMAT != 0 {
                c"B".as_ptr().cast_mut()
            } else {
                std::ptr::null_mut()
            },
            shape: std::ptr::null_mut(),
            strides: std::ptr::null_mut(),
            suboffsets: std::ptr::null_mut(),
            internal: std::ptr::null_mut(),
        });
        if flags & request::ND != 0 {
            (*view).shape = &raw mut (*view).len;
        }
        if flags & request::STRIDES == request::STRIDES {
            (*view).strides = &raw mut (*view).itemsize;
        }
    }
    Ok(())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_FillInfo(
    view: *mut BufferView,
    object: Option<&Object>,
    start: *mut c_void,
    size: isize,
    readonly: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(unsafe { fill_info(view, object, start, size, readonly != 0, flags) })
}

#[unsafe(no_mangle)]
extern "C" fn PyBuffer_IsContiguous(view: &BufferView, order: c_char) -> c_int {
    c_int::from(match order as u8 {
        b'C' => view.is_contiguous(),
        b'F' => view.is_fortran_contiguous(),
        _ => view.is_contiguous() || view.is_fortran_contiguous(),
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_GetPointer(view: &BufferView, indices: *const isize) -> *mut u8 {
    // SAFETY: an index for each dimension.
    view.item_pointer(unsafe { memory::slice_or_empty(indices, view.ndim.max(0) as usize) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_ToContiguous(
    out: *mut u8,
    view: &BufferView,
    size: isize,
    order: c_char,
) -> c_int {
    if size != view.len {
        let _ = raise!(ValueError, "PyBuffer_ToContiguous: len != view->len");
        return -1;
    }
    let itemsize = view.itemsize.max(1) as usize;
    for_each_place(view, order, size as usize / itemsize, |item, place| {
        // SAFETY: the caller's promise: room for `size`.
        unsafe { std::ptr::copy_nonoverlapping(place.cast_const(), out.add(item * itemsize), itemsize) };
    });
    0
}

/// Calls back with the number and the place of each of the first items, in Fortran's order for `F`, in C's for `C`, and
/// for `A` in Fortran's where the items lie like that.
fn for_each_place(view: &BufferView, order: c_char, count: usize, mut visit: impl FnMut(usize, *mut u8)) {
    let fortran = match order as u8 {
        b'F' => true,
        b'A' => view.is_fortran_contiguous() && !view.is_contiguous(),
        _ => false,
    };
    let shape = view.shape();
    let mut index = vec![0isize; shape.len()];
    for item in 0..count {
        visit(item, view.item_pointer(&index));
        for step in 0..shape.len() {
            let dimension = if fortran { step } else { shape.len() - 1 - step };
            index[dimension] += 1;
            if index[dimension] < shape[dimension] {
                break;
            }
            index[dimension] = 0;
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyMemoryView_FromObject(object: &Object) -> Result<Ref> {
    objects::memoryview::MemoryView::of(object).map(Ref::into_object)
}

/// A view of memory that the caller describes and keeps.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyMemoryView_FromBuffer(view: &BufferView) -> Result<Ref<MemoryView>> {
    if view.buf.is_null() {
        bail!(ValueError, "PyMemoryView_FromBuffer(): info->buf must not be NULL");
    }
    // SAFETY: the caller's promise.
    unsafe { MemoryView::of_view(view) }
}

/// A view of plain bytes that the caller keeps; writable where the flag is `PyBUF_WRITE`.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyMemoryView_FromMemory(
    start: *mut c_void,
    size: isize,
    flags: c_int,
) -> Result<Ref<MemoryView>> {
    const WRITE: c_int = 0x200;
    let mut view = BufferView::EMPTY;
    // SAFETY: the view is ours; the caller keeps the memory.
    unsafe {
        fill_info(&raw mut view, None, start, size, flags != WRITE, request::FULL_RO)?;
        MemoryView::of_view(&view)
    }
}

/// A view of the object's memory where that is contiguous in the order asked for, else of a copy that is.
#[unsafe(no_mangle)]
extern "C" fn PyMemoryView_GetContiguous(object: &Object, buffer_type: c_int, order: c_char) -> Result<Ref> {
    const WRITE: c_int = 0x200;
    let view = MemoryView::of(object)?;
    if buffer_type == WRITE && view.view().readonly != 0 {
        bail!(BufferError, "underlying buffer is not writable");
    }
    if PyBuffer_IsContiguous(view.view(), order) != 0 {
        return Ok(view.into_object());
    }
    if buffer_type == WRITE {
        bail!(BufferError, "writable contiguous buffer requested for a non-contiguous object.");
    }
    let order = if order as u8 == b'F' { "F" } else { "C" };
    let copy = view.call_method(intern!("tobytes"), &[&Str::new(order)])?;
    let mut shape = view.shape();
    shape.strides = match order {
        "F" => {
            let mut reversed: Vec<isize> = shape.shape.iter().rev().copied().collect();
            reversed = objects::memoryview::contiguous_strides(&reversed, shape.itemsize);
            reversed.into_iter().rev().collect()
        }
        _ => objects::memoryview::contiguous_strides(&shape.shape, shape.itemsize),
    };
    let bytes = MemoryView::of(&copy)?;
    shape.start = bytes.view().buf.cast();
    shape.readonly = true;
    shape.suboffsets = None;
    shape.format = lasting_format(view.format());
    bytes.with_shape(shape).map(Ref::into_object)
}

/// A copy of a format that lives as long as the process: the one in a view is its exporter's.
fn lasting_format(format: &str) -> *mut c_char {
    static FORMATS: Mutex<BTreeSet<CString>> = Mutex::new(BTreeSet::new());
    let format = CString::new(format).unwrap_or_default();
    let mut formats = FORMATS.lock().unwrap_or_else(PoisonError::into_inner);
    if !formats.contains(&format) {
        formats.insert(format.clone());
    }
    formats.get(&format).map_or(c"B".as_ptr(), |format| format.as_ptr()).cast_mut()
}

#[unsafe(no_mangle)]
extern "C" fn PyPickleBuffer_FromObject(object: &Object) -> Result<Ref<PickleBuffer>> {
    PickleBuffer::of(object)
}

/// The pickle buffer's view, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyPickleBuffer_GetBuffer(object: &Object) -> Option<&BufferView> {
    match object.downcast_exact::<PickleBuffer>() {
        Some(buffer) => buffer.view().ok(),
        None => {
            let _ = raise!(TypeError, "expected PickleBuffer, got {}", object.class().name());
            None
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyPickleBuffer_Release(object: &Object) -> c_int {
    match object.downcast_exact::<PickleBuffer>() {
        Some(buffer) => {
            buffer.give_back();
            0
        }
        None => {
            let _ = raise!(TypeError, "expected PickleBuffer, got {}", object.class().name());
            -1
        }
    }
}

/// Copies items that lie one behind the other into a view, in the order given.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_FromContiguous(
    view: &BufferView,
    start: *const u8,
    size: isize,
    order: c_char,
) -> c_int {
    let size = size.min(view.len).max(0) as usize;
    if PyBuffer_IsContiguous(view, order) != 0 {
        // SAFETY: the caller's memory has so many bytes, and the view as many or more.
        unsafe { std::ptr::copy_nonoverlapping(start, view.buf.cast(), size) };
        return 0;
    }
    let itemsize = view.itemsize.max(1) as usize;
    for_each_place(view, order, size / itemsize, |item, place| {
        // SAFETY: the item is within the caller's memory.
        unsafe { std::ptr::copy_nonoverlapping(start.add(item * itemsize), place, itemsize) };
    });
    0
}

/// The size of an item of a format, as `struct` counts it.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_SizeFromFormat(format: *const c_char) -> isize {
    let size = || -> Result<isize> {
        let calcsize = objects::services::import("struct")?.get_attr(intern!("calcsize"))?;
        // SAFETY: the caller's C string.
        calcsize.call1(&Str::new(&unsafe { crate::errors::text(format) }))?.as_isize()
    };
    size().unwrap_or(-1)
}
