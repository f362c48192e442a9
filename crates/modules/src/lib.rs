//! Native modules of the standard library, a file or folder each.

#[macro_use]
extern crate objects;

pub mod codecs;
pub mod string;
pub mod system;

use objects::prelude::*;

/// A module's initialisation function (PEP 489).
pub type Initialize = extern "C" fn() -> Result<Ref>;

/// The modules that are part of the program, by name.
pub static MODULES: &[(&str, Initialize)] =
    &[("_codecs", codecs::_codecs::initialize), ("_string", string::_string::initialize)];
