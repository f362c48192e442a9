//! `str`: text in one of three widths (PEP 393).

mod builder;
mod case;
mod class;
mod compare;
mod encode;
mod format;
mod intern;
pub mod iterator;
mod message;
mod padding;
mod predicates;
mod replace;
pub mod repr;
mod search;
mod split;
mod storage;
pub mod template;
mod transcode;
mod translate;
pub mod utf8;

pub use builder::StrBuilder;
pub use class::STR;
pub use intern::{InternedName, is_interned};
pub use storage::{CompactStr, DetachedStr, Kind, MAX_LENGTH, Points, Str, Unit};
pub use transcode::push_code_point;
pub use utf8::wtf8_points;

use crate::prelude::*;

/// An argument that has to be a string, in methods whose message names no argument.
fn expect_str(value: &Object) -> Result<&Str> {
    match value.downcast::<Str>() {
        Some(string) => Ok(string),
        None => Err(raise!(TypeError, "must be str, not {}", value.class().name())),
    }
}
