//! `dict`: a mapping in insertion order.

use std::cell::Cell;
use std::ffi::c_void;
use std::ops::Deref;

use crate::prelude::*;

/// `PyDictObject`.
#[repr(C)]
pub struct Dict {
    base: Object,
    used: Cell<isize>,
    version_tag: Cell<u64>,
    keys: Cell<*mut c_void>,
    values: Cell<*mut Field>,
}

/// `PyDict_Type`.
#[unsafe(export_name = "PyDict_Type")]
pub static DICT: Type = Type::empty(c"dict", size_of::<Dict>());

// SAFETY: `#[repr(C)]`, begins with the header; every dict begins so.
unsafe impl Layout for Dict {
    fn class() -> &'static Type {
        &DICT
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::DICT_SUBCLASS)
    }
}

impl Deref for Dict {
    type Target = Object;
    fn deref(&self) -> &Object {
        &self.base
    }
}
