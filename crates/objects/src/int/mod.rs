//! `int`: integers of any size in 30-bit digits.

mod convert;
pub mod digits;
mod storage;

use std::ops::Deref;

pub use storage::IntBuilder;

use crate::prelude::*;

/// `PyLongObject`: `|ob_size|` digits of 30 bits follow, the least significant first; the
/// value's sign is `ob_size`'s. Immutable.
#[repr(C)]
pub struct Int {
    base: VarObject,
    digits: [u32; 0],
}

/// `PyLong_Type`.
#[unsafe(export_name = "PyLong_Type")]
pub static INT: Type = Type::empty(c"int", 24);

// SAFETY: `#[repr(C)]`, begins with the header; every int begins so.
unsafe impl Layout for Int {
    fn class() -> &'static Type {
        &INT
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::INT_SUBCLASS)
    }
}

impl Deref for Int {
    type Target = VarObject;
    fn deref(&self) -> &VarObject {
        &self.base
    }
}
