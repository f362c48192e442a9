//! `bytes`: an immutable sequence of bytes.

use std::cell::Cell;
use std::ops::Deref;

use crate::prelude::*;

/// `PyBytesObject`: `ob_size` bytes and a NUL follow the hash.
#[repr(C)]
pub struct Bytes {
    base: VarObject,
    /// -1 until asked for.
    hash: Cell<isize>,
    content: [u8; 0],
}

/// `PyBytes_Type`.
#[unsafe(export_name = "PyBytes_Type")]
pub static BYTES: Type = Type::empty(c"bytes", 33);

// SAFETY: `#[repr(C)]`, begins with the header; every bytes object begins so.
unsafe impl Layout for Bytes {
    fn class() -> &'static Type {
        &BYTES
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::BYTES_SUBCLASS)
    }
}

impl Deref for Bytes {
    type Target = VarObject;
    fn deref(&self) -> &VarObject {
        &self.base
    }
}
