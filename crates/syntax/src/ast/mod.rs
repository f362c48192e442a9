//! The abstract syntax tree of Python 3.9, names and fields exactly those of the `ast` module.
//!
//! `table` describes it once; everything else here is made from that description.

mod convert;
pub mod schema;
mod table;
mod types;
mod visit;

pub use convert::{Sink, Source};
pub use types::*;
pub use visit::{Visitor, VisitorMut};
