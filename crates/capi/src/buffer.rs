//! The buffer protocol from C.

use std::ffi::{c_char, c_int, c_void};

use objects::buffer::{BufferView, request};
use objects::prelude::*;

#[unsafe(no_mangle)]
extern "C" fn PyObject_CheckBuffer(object: &Object) -> c_int {
    c_int::from(object.has_buffer())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyObject_GetBuffer(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
    match object.class().tp_as_buffer.get().and_then(|suite| suite.bf_getbuffer.get()) {
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
    view.item_pointer(unsafe { std::slice::from_raw_parts(indices, view.ndim.max(0) as usize) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBuffer_ToContiguous(
    out: *mut u8,
    view: &BufferView,
    size: isize,
    _order: c_char,
) -> c_int {
    let mut offset = 0;
    view.for_each_item(|item| {
        if offset + item.len() as isize <= size {
            // SAFETY: the caller's promise: room for `size`.
            unsafe { std::ptr::copy_nonoverlapping(item.as_ptr(), out.offset(offset), item.len()) };
        }
        offset += item.len() as isize;
    });
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyMemoryView_FromObject(object: &Object) -> Result<Ref> {
    objects::memoryview::MemoryView::of(object).map(Ref::into_object)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyPickleBuffer_FromObject(object: &Object) -> Result<Ref> {
    let pickle = (objects::services::get().import)("pickle")?;
    pickle.call_method(intern!("PickleBuffer"), &[object])
}
