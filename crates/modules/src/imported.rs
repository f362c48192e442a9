//! Names of Python modules that native code needs, looked up once for each interpreter.

use objects::prelude::*;
use vm::interpreter::Interpreter;

/// A name of a module, in a `static`.
pub struct Imported {
    module: &'static str,
    name: &'static str,
}

impl Imported {
    pub const fn new(module: &'static str, name: &'static str) -> Imported {
        Imported { module, name }
    }

    /// What the name stood for when it was first needed.
    pub fn get(&'static self) -> Result<Ref> {
        Interpreter::current().kept(self, || {
            objects::services::import(self.module)?.get_attr(&Str::intern(Str::new(self.name)))
        })
    }
}
