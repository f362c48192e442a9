//! Buffers over raw streams: `BufferedReader`, `BufferedWriter`, `BufferedRandom`, `BufferedRWPair`.

mod core;
mod lock;
mod methods;
pub mod pair;
pub mod random;
pub mod reader;
pub mod writer;

pub use self::core::Core;
