//! `marshal`: the serial form of code objects and of what constants are made of, as `.pyc` files hold it.

mod read;
mod write;

use objects::prelude::*;

pub use read::{Source, load_all, load_with};
pub use write::dump;

/// The version that CPython 3.9 writes.
pub const VERSION: i32 = 4;

/// How deeply objects may nest.
const MAX_DEPTH: usize = 2000;

/// The bit of a type code that enters the object in the table of references.
const FLAG_REF: u8 = 0x80;

/// The type codes.
mod code {
    pub const NULL: u8 = b'0';
    pub const NONE: u8 = b'N';
    pub const FALSE: u8 = b'F';
    pub const TRUE: u8 = b'T';
    pub const STOP_ITERATION: u8 = b'S';
    pub const ELLIPSIS: u8 = b'.';
    pub const INT: u8 = b'i';
    pub const FLOAT: u8 = b'f';
    pub const BINARY_FLOAT: u8 = b'g';
    pub const COMPLEX: u8 = b'x';
    pub const BINARY_COMPLEX: u8 = b'y';
    pub const LONG: u8 = b'l';
    pub const STRING: u8 = b's';
    pub const INTERNED: u8 = b't';
    pub const REF: u8 = b'r';
    pub const TUPLE: u8 = b'(';
    pub const LIST: u8 = b'[';
    pub const DICT: u8 = b'{';
    pub const CODE: u8 = b'c';
    pub const UNICODE: u8 = b'u';
    pub const UNKNOWN: u8 = b'?';
    pub const SET: u8 = b'<';
    /// Read alone: nothing writes it any more.
    pub const INT64: u8 = b'I';
    pub const FROZENSET: u8 = b'>';
    pub const ASCII: u8 = b'a';
    pub const ASCII_INTERNED: u8 = b'A';
    pub const SMALL_TUPLE: u8 = b')';
    pub const SHORT_ASCII: u8 = b'z';
    pub const SHORT_ASCII_INTERNED: u8 = b'Z';
}

/// This module contains functions that can read and write Python values in
/// a binary format. The format is specific to Python, but independent of
/// machine architecture issues.
#[module(name = "marshal")]
pub mod module {
    use super::*;

    #[constant(name = "version")]
    const CURRENT: i32 = VERSION;

    /// Write the value on the open file.
    #[function("(value, file, version=version, /)")]
    fn dump(value: &Object, file: &Object, version: Option<i32>) -> Result<Ref> {
        let bytes = audited_dump(value, version)?;
        file.call_method(intern!("write"), &[&*Bytes::try_new(&bytes)?])
    }

    /// Read one value from the open file and return it.
    #[function("(file, /)")]
    fn load(file: &Object) -> Result<Ref> {
        crate::sys::audit("marshal.load", &[])?;
        read::load_from_file(file)
    }

    /// Return the bytes object that would be written to a file by dump(value, file).
    #[function("(value, version=version, /)")]
    fn dumps(value: &Object, version: Option<i32>) -> Result<Ref<Bytes>> {
        Bytes::try_new(&audited_dump(value, version)?)
    }

    fn audited_dump(value: &Object, version: Option<i32>) -> Result<Vec<u8>> {
        let version = version.unwrap_or(VERSION);
        crate::sys::audit("marshal.dumps", &[value, &Int::new(version.into())])?;
        super::dump(value, version)
    }

    /// Convert the bytes-like object to a value.
    #[function("(bytes, /)")]
    fn loads(bytes: &Object) -> Result<Ref> {
        let buffer = bytes.get_buffer(objects::buffer::request::SIMPLE)?;
        if crate::sys::is_audited() {
            crate::sys::audit("marshal.loads", &[&*Bytes::try_new(buffer.bytes())?])?;
        }
        read::load_all(buffer.bytes())
    }
}
