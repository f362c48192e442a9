//! Numbers and text: how floats are written, and the three format languages of Python.
//!
//! [`Spec`] is the language of `format(value, spec)`, [`percent`] that of `template % values`,
//! [`template`] that of `template.format(...)`. All work on code points, know no object,
//! and give errors as values with CPython's messages.

#![forbid(unsafe_code)]

mod apply;
mod digits;
mod error;
mod field;
pub mod float;
mod grouping;
pub mod percent;
mod spec;
pub mod template;

pub use apply::{IntStyle, TextField};
pub use error::{ErrorKind, FormatError};
pub use field::Field;
pub use grouping::Separators;
pub use spec::{Align, Grouping, Sign, Spec};
