//! Numbers that modules name.

use objects::module::Module;
use objects::prelude::*;

/// Names and numbers.
pub type Constants = &'static [(&'static str, i64)];

/// A table of numbers: those without a value are the C library's, of the same name.
macro_rules! constants {
    (@value $name:ident) => { libc::$name as i64 };
    (@value $name:ident = $value:expr) => { $value };
    ($($name:ident $(= $value:expr)?),* $(,)?) => {
        &[$((stringify!($name), crate::constants::constants!(@value $name $(= $value)?))),*]
    };
}

pub(crate) use constants;

/// Adds the numbers to a module.
pub fn add(module: &Module, constants: Constants) -> Result<()> {
    constants.iter().try_for_each(|&(name, value)| module.add(name, value))
}
