//! Compression as safe values, over libraries with C's interface.
//!
//! A stream takes bytes from a slice and puts bytes into an [`Output`]; what its library answers is a number, which
//! the modules above turn into CPython's exceptions.

pub mod bzip2;
pub mod lzma;
mod output;
pub mod zlib;

pub use output::{OutOfMemory, Output};
