//! `None`, `Ellipsis` and `NotImplemented`.

use crate::prelude::*;

/// An object of which there is one, without content.
#[repr(transparent)]
pub struct Singleton(Object);

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for Singleton {}

/// `NoneType`'s methods.
#[repr(C)]
pub struct NoneType {
    base: Object,
}

/// `ellipsis`'s methods.
#[repr(C)]
pub struct EllipsisType {
    base: Object,
}

/// `NotImplementedType`'s methods.
#[repr(C)]
pub struct NotImplementedType {
    base: Object,
}

fn refuse_arguments(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
    match args.items().is_empty() && kwargs.is_none_or(|kwargs| kwargs.is_empty()) {
        true => Ok(()),
        false => Err(raise!(TypeError, "{} takes no arguments", class.short_name())),
    }
}

#[class(name = "NoneType", symbol = "_PyNone_Type")]
impl NoneType {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        refuse_arguments(class, args, kwargs).map(|()| none())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "None"
    }

    #[slot(nb_bool)]
    fn is_true(&self) -> bool {
        false
    }
}

#[class(name = "ellipsis", symbol = "PyEllipsis_Type", generic_getattro)]
impl EllipsisType {
    #[slot(tp_new)]
    fn new(_class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        match args.items().is_empty() && kwargs.is_none_or(|kwargs| kwargs.is_empty()) {
            true => Ok(ellipsis()),
            false => Err(raise!(TypeError, "EllipsisType takes no arguments")),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "Ellipsis"
    }

    #[method("()", name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> &'static str {
        "Ellipsis"
    }
}

#[class(name = "NotImplementedType", symbol = "_PyNotImplemented_Type")]
impl NotImplementedType {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        refuse_arguments(class, args, kwargs).map(|()| not_implemented())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "NotImplemented"
    }

    #[slot(nb_bool)]
    fn is_true(&self) -> Result<bool> {
        let message = "NotImplemented should not be used in a boolean context";
        crate::services::warn(&exceptions::DeprecationWarning, message, 1)?;
        Ok(true)
    }

    #[method("()", name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> &'static str {
        "NotImplemented"
    }
}

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
