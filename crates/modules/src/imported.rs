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
    pub fn get(&self) -> Result<Ref> {
        let interpreter = Interpreter::current();
        let key = std::ptr::from_ref(self) as usize;
        if let Some(known) = interpreter.imported.borrow().get(&key) {
            return Ok(known.clone());
        }
        let found = objects::services::import(self.module)?.get_attr(&Str::intern(Str::new(self.name)))?;
        Ok(interpreter.imported.borrow_mut().entry(key).or_insert(found).clone())
    }
}
