//! Exception classes of modules, made when they are first needed.

use std::cell::OnceCell;

use objects::prelude::*;

/// A class derived from a built-in exception. It lives as long as the process.
pub struct ExceptionClass {
    module: &'static str,
    name: &'static str,
    base: &'static Type,
    class: OnceCell<Ref>,
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for ExceptionClass {}

impl ExceptionClass {
    pub const fn new(module: &'static str, name: &'static str, base: &'static Type) -> ExceptionClass {
        ExceptionClass { module, name, base, class: OnceCell::new() }
    }

    /// The class.
    pub fn get(&self) -> Result<Ref> {
        if let Some(class) = self.class.get() {
            return Ok(class.clone());
        }
        let bases = Tuple::new([self.base.to_ref().into_object()])?;
        let namespace = Dict::new();
        namespace.set_str(intern!("__module__"), &Str::new(self.module))?;
        let class = TYPE.as_object().call(&[&Str::new(self.name), &bases, &namespace])?;
        Ok(self.class.get_or_init(|| class).clone())
    }

    /// Raises it with a message.
    #[cold]
    pub fn raise(&self, message: &str) -> Raised {
        match self.get() {
            Ok(class) => raise::set(&class, Some(Str::new(message).into_object())),
            Err(raised) => raised,
        }
    }
}
