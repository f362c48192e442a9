//! The buffer protocol: memory that one object lends to others (PEP 3118).

use std::ffi::{c_char, c_int, c_void};

use crate::prelude::*;

/// `Py_buffer`: a view of an object's memory. Owned by whoever asked for it, until released.
#[repr(C)]
pub struct BufferView {
    pub buf: *mut c_void,
    /// The exporter, which the view keeps alive; none after release.
    pub obj: Option<Ref>,
    /// In bytes: the product of the shape and the item size.
    pub len: isize,
    pub itemsize: isize,
    pub readonly: c_int,
    pub ndim: c_int,
    pub format: *mut c_char,
    pub shape: *mut isize,
    pub strides: *mut isize,
    pub suboffsets: *mut isize,
    pub internal: *mut c_void,
}
