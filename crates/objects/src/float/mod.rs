//! `float`: IEEE 754 double precision.

use std::ops::Deref;
use std::ptr;

use crate::memory::FreeList;
use crate::prelude::*;

/// `PyFloatObject`. Immutable.
#[repr(C)]
pub struct Float {
    base: Object,
    value: f64,
}

/// `PyFloat_Type`.
#[unsafe(export_name = "PyFloat_Type")]
pub static FLOAT: Type = Type::empty(c"float", size_of::<Float>());

static FREE: FreeList<{ size_of::<Float>() }, 256> = FreeList::EMPTY;

// SAFETY: `#[repr(C)]`, begins with the header; every float begins so.
unsafe impl Layout for Float {
    fn class() -> &'static Type {
        &FLOAT
    }
}

impl Deref for Float {
    type Target = Object;
    fn deref(&self) -> &Object {
        &self.base
    }
}

impl Float {
    /// A float of this value.
    #[inline(always)]
    pub fn new(value: f64) -> Ref<Float> {
        let float: *mut Float = FREE.take().cast();
        // SAFETY: a block of ours alone, of a float's size.
        unsafe {
            float.write(Float { base: Object::live_header(&FLOAT), value });
            Ref::from_raw(float)
        }
    }

    /// A float of the class, a subclass of `float`.
    pub fn new_in(class: &Type, value: f64) -> Result<Ref<Float>> {
        Ref::new_in(class, Float { base: Object::header(), value })
    }

    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.value
    }
}

/// `tp_dealloc` of `float` and its subclasses.
unsafe extern "C" fn dealloc(object: *mut Object) {
    // SAFETY: called once, when the last reference is gone; an exact float lives in a block of its size.
    unsafe {
        if !(ptr::eq((*object).class(), &FLOAT) && FREE.put(object.cast())) {
            memory::free(object);
        }
    }
}
