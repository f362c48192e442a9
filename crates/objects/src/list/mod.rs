//! `list`: a mutable sequence.

mod storage;

use std::cell::Cell;
use std::ops::Deref;

use crate::prelude::*;

/// `PyListObject`: `ob_size` owned references at `items`, room for `allocated`.
///
/// A place may be null only while C code fills a list that it has just made, and in a list being sorted.
#[repr(C)]
pub struct List {
    base: VarObject,
    items: Cell<*mut Field>,
    allocated: Cell<isize>,
}

/// `PyList_Type`.
#[unsafe(export_name = "PyList_Type")]
pub static LIST: Type = Type::empty(c"list", size_of::<List>());

// SAFETY: `#[repr(C)]`, begins with the header; every list begins so.
unsafe impl Layout for List {
    fn class() -> &'static Type {
        &LIST
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::LIST_SUBCLASS)
    }
}

impl Deref for List {
    type Target = VarObject;
    #[inline(always)]
    fn deref(&self) -> &VarObject {
        &self.base
    }
}
