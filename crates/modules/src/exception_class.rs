//! Exception classes of modules, made when they are first needed.

use objects::prelude::*;
use vm::interpreter::Interpreter;

/// What a class derives from.
enum Base {
    Builtin(&'static Type),
    Own(&'static ExceptionClass),
    Both(&'static Type, &'static Type),
}

/// A class derived from an exception. Each interpreter has its own, to its end.
pub struct ExceptionClass {
    module: &'static str,
    name: &'static str,
    base: Base,
    doc: Option<&'static str>,
}

impl ExceptionClass {
    pub const fn new(module: &'static str, name: &'static str, base: &'static Type) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Builtin(base), doc: None }
    }

    /// A class that derives from another one of a module's own.
    pub const fn derived(
        module: &'static str,
        name: &'static str,
        base: &'static ExceptionClass,
    ) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Own(base), doc: None }
    }

    /// A class that derives from two exceptions.
    pub const fn of_both(
        module: &'static str,
        name: &'static str,
        first: &'static Type,
        second: &'static Type,
    ) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Both(first, second), doc: None }
    }

    /// The same with a `__doc__`.
    pub const fn with_doc(self, doc: &'static str) -> ExceptionClass {
        ExceptionClass { doc: Some(doc), ..self }
    }

    /// The name that a module knows it by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The class.
    pub fn get(&'static self) -> Result<Ref> {
        Interpreter::current().kept(self, || self.make())
    }

    fn make(&self) -> Result<Ref> {
        let bases = match &self.base {
            Base::Builtin(class) => Tuple::new([class.to_ref().into_object()]),
            Base::Own(class) => Tuple::new([class.get()?]),
            Base::Both(first, second) => {
                Tuple::new([first.to_ref().into_object(), second.to_ref().into_object()])
            }
        }?;
        let namespace = Dict::new();
        namespace.set_str(intern!("__module__"), &Str::new(self.module))?;
        if let Some(doc) = self.doc {
            namespace.set_str(intern!("__doc__"), &Str::new(doc))?;
        }
        TYPE.as_object().call(&[&Str::new(self.name), &bases, &namespace])
    }

    /// Raises it with a message.
    #[cold]
    pub fn raise(&'static self, message: &str) -> Raised {
        match self.get() {
            Ok(class) => raise::set(&class, Some(Str::new(message).into_object())),
            Err(raised) => raised,
        }
    }

    /// Raises it with arguments.
    #[cold]
    pub fn raise_with(&'static self, arguments: &[&Object]) -> Raised {
        match self.get().and_then(|class| class.call(arguments)) {
            Ok(error) => raise::set_instance(error),
            Err(raised) => raised,
        }
    }
}
