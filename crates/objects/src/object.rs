//! `object`: the type that every type derives from.

use crate::prelude::*;

/// `PyBaseObject_Type`.
#[unsafe(export_name = "PyBaseObject_Type")]
pub static OBJECT: Type = Type::empty(c"object", size_of::<Object>());
