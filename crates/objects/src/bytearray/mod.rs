//! `bytearray`: a mutable sequence of bytes.

mod class;
pub mod iterator;
mod storage;

pub use class::BYTE_ARRAY;
pub use storage::ByteArray;
