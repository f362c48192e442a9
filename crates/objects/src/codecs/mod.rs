//! Codecs: between text and bytes.

pub mod errors;
