//! The object model: header, references, types, protocols, memory, every built-in type.
//!
//! `Result<Ref, Raised>` is `PyObject *`: a function over these types is a C slot. See
//! `docs/ARCHITECTURE.md` for the rule that keeps shared, mutable objects memory-safe.

extern crate self as objects;

#[macro_use]
pub mod raise;

pub mod arguments;
pub mod bool;
pub mod buffer;
pub mod builtin_function;
pub mod bytearray;
pub mod bytes;
pub mod bytes_like;
pub mod capsule;
pub mod cell;
pub mod class_method;
pub mod codecs;
pub mod complex;
pub mod context;
pub mod convert;
pub mod define;
pub mod descriptor;
pub mod dict;
pub mod enumerate;
pub mod exceptions;
pub mod filter;
pub mod float;
pub mod format;
pub mod generic_alias;
pub mod gil_bound;
pub mod hamt;
pub mod hash;
pub mod header;
pub mod int;
pub mod iterators;
pub mod lent_bytes;
pub mod lent_items;
pub mod list;
pub mod map;
pub mod mapping_proxy;
pub mod memory;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod namespace;
pub mod object;
pub mod percent;
pub mod pickle_buffer;
pub mod property;
pub mod protocol;
pub mod range;
pub mod reduce;
pub mod reversed;
pub mod sequences;
pub mod services;
pub mod set;
pub mod singletons;
pub mod slice;
pub mod spare_tuple;
pub mod startup;
pub mod static_method;
pub mod str;
pub mod struct_sequence;
pub mod super_object;
pub mod thread_state;
pub mod tuple;
pub mod type_object;
pub mod units;
pub mod vectorcall;
pub mod weakref;
pub mod zip;

/// The names that nearly every file needs.
pub mod prelude {
    pub use crate::arguments::{FromArgument, Keywords, Masked, NoneOr};
    pub use crate::bail;
    pub use crate::bool::{bool_object, false_, true_};
    pub use crate::bytes::Bytes;
    pub use crate::complex::Complex;
    pub use crate::convert::IntoObject;
    pub use crate::dict::Dict;
    pub use crate::exceptions;
    pub use crate::float::Float;
    pub use crate::format_str;
    pub use crate::header::{Field, Layout, Object, Ref, VarObject};
    pub use crate::int::Int;
    pub use crate::intern;
    pub use crate::list::List;
    pub use crate::memory::{self, gc};
    pub use crate::protocol::CompareOp;
    pub use crate::raise;
    pub use crate::raise::{Raised, Result};
    pub use crate::singletons::{ellipsis, none, none_object, not_implemented};
    pub use crate::str::Str;
    pub use crate::tuple::Tuple;
    pub use crate::type_object::*;
    pub use macros::{Trace, class, functions, methods, module};
}

pub use prelude::*;
