//! `bool`: the two truth values, which are ints.

use std::ops::Deref;

use crate::int::{INT, Int};
use crate::prelude::*;

/// `True` or `False`: an int of one digit.
#[repr(C)]
pub struct Bool {
    base: VarObject,
    digit: u32,
}

/// `PyBool_Type`.
#[unsafe(export_name = "PyBool_Type")]
pub static BOOL: Type = Type::empty(c"bool", 24).with_base(&INT, flags::DEFAULT);

#[unsafe(export_name = "_Py_TrueStruct")]
pub static TRUE: Bool = Bool { base: VarObject::static_header(&BOOL, 1), digit: 1 };
#[unsafe(export_name = "_Py_FalseStruct")]
pub static FALSE: Bool = Bool { base: VarObject::static_header(&BOOL, 0), digit: 0 };

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for Bool {}

// SAFETY: `#[repr(C)]`, begins with the header; there are no more instances than the two above.
unsafe impl Layout for Bool {
    fn class() -> &'static Type {
        &BOOL
    }
}

impl Deref for Bool {
    type Target = Int;
    fn deref(&self) -> &Int {
        // SAFETY: `bool` derives from `int`, and the structure is an int's with one digit.
        unsafe { self.base.cast() }
    }
}

/// `True`.
#[inline(always)]
pub fn true_() -> Ref {
    TRUE.base.to_ref()
}

/// `False`.
#[inline(always)]
pub fn false_() -> Ref {
    FALSE.base.to_ref()
}

/// `True` or `False`.
#[inline(always)]
pub fn bool_object(value: bool) -> Ref {
    if value { true_() } else { false_() }
}

impl Object {
    #[inline(always)]
    pub fn is_true_object(&self) -> bool {
        self.is(&TRUE.base)
    }

    #[inline(always)]
    pub fn is_false_object(&self) -> bool {
        self.is(&FALSE.base)
    }
}
