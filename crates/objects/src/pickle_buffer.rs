//! `PickleBuffer`: memory that pickling may pass beside the pickle (PEP 574).

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_int;
use std::mem::offset_of;
use std::ops::ControlFlow;

use crate::arguments::{Parameters, Shape};
use crate::buffer::{BufferView, request};
use crate::memory::{Trace, Visitor};
use crate::prelude::*;
use crate::str::InternedName;

/// `PyPickleBufferObject`.
#[repr(C)]
pub struct PickleBuffer {
    base: Object,
    /// Without an exporter once it is released. Changed by construction and release alone.
    view: UnsafeCell<BufferView>,
    weak_references: Cell<*mut Object>,
}

impl Trace for PickleBuffer {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        match self.exporter() {
            Some(exporter) => visitor.visit(exporter),
            None => ControlFlow::Continue(()),
        }
    }

    fn clear(&self) {
        self.give_back();
    }
}

impl Drop for PickleBuffer {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn released() -> Raised {
    raise!(ValueError, "operation forbidden on released PickleBuffer object")
}

impl PickleBuffer {
    /// `TypeError` for an object that lends no memory.
    pub fn of(object: &Object) -> Result<Ref<PickleBuffer>> {
        let buffer = Ref::new(PickleBuffer {
            base: Object::header(),
            view: UnsafeCell::new(BufferView::EMPTY),
            weak_references: Cell::new(std::ptr::null_mut()),
        });
        // SAFETY: the view is empty, and stays where it is.
        unsafe { BufferView::acquire(buffer.view.get(), object, request::FULL_RO, "") }?;
        Ok(buffer)
    }

    fn exporter(&self) -> Option<&Object> {
        // SAFETY: the field changes at construction and release alone; neither happens while a visit looks at it.
        unsafe { (*self.view.get()).obj.as_deref() }
    }

    /// The view. `ValueError` once it is released.
    pub fn view(&self) -> Result<&BufferView> {
        match self.exporter() {
            // SAFETY: as above.
            Some(_) => Ok(unsafe { &*self.view.get() }),
            None => Err(released()),
        }
    }

    /// Gives the memory back; a second time is no error.
    pub fn give_back(&self) {
        // SAFETY: the view is taken out before the exporter's function runs, and is empty then.
        let mut view = unsafe { std::mem::replace(&mut *self.view.get(), BufferView::EMPTY) };
        view.release();
    }
}

/// Memory that a pickle may leave out, for its owner to hand over separately.
#[class(
    name = "PickleBuffer",
    module = "pickle",
    symbol = "PyPickleBuffer_Type",
    weaklist_offset = offset_of!(PickleBuffer, weak_references)
)]
impl PickleBuffer {
    #[slot(tp_new)]
    fn make(_class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<PickleBuffer>> {
        static PARAMETERS: Parameters<1> = Parameters::new(
            Shape {
                function: "PickleBuffer",
                positional_only: 1,
                positional: 1,
                required: 1,
                required_keywords: 0,
                has_rest: false,
                has_keywords: false,
            },
            [InternedName::new("")],
        );
        let [object] = PARAMETERS.unpack_tuple(args.as_slice(), kwargs)?.values;
        PickleBuffer::of(object.unwrap_or(none_object()))
    }

    #[slot(bf_getbuffer)]
    unsafe extern "C" fn lend(object: &Object, view: *mut BufferView, flags: c_int) -> c_int {
        // SAFETY: called with an instance; the memory is lent by the exporter itself, to whom it goes back.
        let exporter = unsafe { object.cast::<PickleBuffer>() }.view().map(|view| view.obj.clone());
        match exporter {
            Ok(Some(exporter)) => {
                match exporter.class().tp_as_buffer.get().and_then(|suite| suite.bf_getbuffer.get()) {
                    // SAFETY: the caller's view, for the exporter to fill.
                    Some(get) => unsafe { get(&exporter, view, flags) },
                    None => raise::status(Err(released())),
                }
            }
            _ => -1,
        }
    }

    /// The memory as a memoryview of plain bytes, in one dimension.
    ///
    /// Memory that does not lie in one piece raises BufferError.
    #[method]
    fn raw(&self) -> Result<Ref> {
        let view = self.view()?;
        if !view.suboffsets.is_null() || !(view.is_contiguous() || view.is_fortran_contiguous()) {
            bail!(BufferError, "cannot extract raw buffer from non-contiguous buffer");
        }
        let (start, length, readonly) = (view.buf, view.len, view.readonly != 0);
        crate::memoryview::MemoryView::of(self)?.flat(start, length, readonly).map(Ref::into_object)
    }

    /// Release the underlying buffer controlled by the PickleBuffer object.
    #[method]
    fn release(&self) {
        self.give_back();
    }
}
