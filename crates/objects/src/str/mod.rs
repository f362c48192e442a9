//! `str`: text in one of three widths (PEP 393).

mod builder;
mod compare;
mod intern;
mod storage;
mod utf8;

pub use builder::StrBuilder;
pub use intern::{InternedName, is_interned};
pub use storage::{CompactStr, DetachedStr, Kind, Points, STR, Str, Unit};
pub use utf8::{push_code_point, wtf8_points};
