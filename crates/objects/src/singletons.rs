//! `None`, `Ellipsis` and `NotImplemented`.

use crate::prelude::*;

/// An object of which there is one, without content.
#[repr(transparent)]
pub struct Singleton(Object);

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for Singleton {}

#[unsafe(export_name = "_PyNone_Type")]
pub static NONE_TYPE: Type = Type::empty(c"NoneType", size_of::<Object>());
#[unsafe(export_name = "PyEllipsis_Type")]
pub static ELLIPSIS_TYPE: Type = Type::empty(c"ellipsis", size_of::<Object>());
#[unsafe(export_name = "_PyNotImplemented_Type")]
pub static NOT_IMPLEMENTED_TYPE: Type = Type::empty(c"NotImplementedType", size_of::<Object>());

#[unsafe(export_name = "_Py_NoneStruct")]
pub static NONE: Singleton = Singleton(Object::static_header(&NONE_TYPE));
#[unsafe(export_name = "_Py_EllipsisObject")]
pub static ELLIPSIS: Singleton = Singleton(Object::static_header(&ELLIPSIS_TYPE));
#[unsafe(export_name = "_Py_NotImplementedStruct")]
pub static NOT_IMPLEMENTED: Singleton = Singleton(Object::static_header(&NOT_IMPLEMENTED_TYPE));

/// `None`, borrowed.
#[inline(always)]
pub fn none_object() -> &'static Object {
    &NONE.0
}

/// `None`.
#[inline(always)]
pub fn none() -> Ref {
    NONE.0.to_ref()
}

/// `Ellipsis`.
#[inline(always)]
pub fn ellipsis() -> Ref {
    ELLIPSIS.0.to_ref()
}

/// `NotImplemented`, the answer of an operator that leaves it to the other operand.
#[inline(always)]
pub fn not_implemented() -> Ref {
    NOT_IMPLEMENTED.0.to_ref()
}

impl Object {
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.is(none_object())
    }

    #[inline(always)]
    pub fn is_not_implemented(&self) -> bool {
        self.is(&NOT_IMPLEMENTED.0)
    }
}
