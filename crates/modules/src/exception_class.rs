//! Exception classes of modules, made when they are first needed.

use std::cell::OnceCell;

use objects::prelude::*;

/// What a class derives from.
enum Base {
    Builtin(&'static Type),
    Own(&'static ExceptionClass),
}

/// A class derived from an exception. It lives as long as the process.
pub struct ExceptionClass {
    module: &'static str,
    name: &'static str,
    base: Base,
    class: OnceCell<Ref>,
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for ExceptionClass {}

impl ExceptionClass {
    pub const fn new(module: &'static str, name: &'static str, base: &'static Type) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Builtin(base), class: OnceCell::new() }
    }

    /// A class that derives from another one of a module's own.
    pub const fn derived(
        module: &'static str,
        name: &'static str,
        base: &'static ExceptionClass,
    ) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Own(base), class: OnceCell::new() }
    }

    /// The name that a module knows it by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The class.
    pub fn get(&self) -> Result<Ref> {
        if let Some(class) = self.class.get() {
            return Ok(class.clone());
        }
        let base = match &self.base {
            Base::Builtin(class) => class.to_ref().into_object(),
            Base::Own(class) => class.get()?,
        };
        let bases = Tuple::new([base])?;
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
