//! `bytes`: an immutable sequence of bytes.

mod class;
pub mod convert;
pub mod iterator;
mod storage;

pub use class::BYTES;
pub use storage::Bytes;
