//! Exception classes of modules, made when they are first needed.

use objects::prelude::*;
use vm::interpreter::Interpreter;

/// What a class derives from.
enum Base {
    Builtin(&'static Type),
    Own(&'static ExceptionClass),
}

/// A class derived from an exception. Each interpreter has its own, to its end.
pub struct ExceptionClass {
    module: &'static str,
    name: &'static str,
    base: Base,
}

impl ExceptionClass {
    pub const fn new(module: &'static str, name: &'static str, base: &'static Type) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Builtin(base) }
    }

    /// A class that derives from another one of a module's own.
    pub const fn derived(
        module: &'static str,
        name: &'static str,
        base: &'static ExceptionClass,
    ) -> ExceptionClass {
        ExceptionClass { module, name, base: Base::Own(base) }
    }

    /// The name that a module knows it by.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The class.
    pub fn get(&self) -> Result<Ref> {
        let interpreter = Interpreter::current();
        let key = std::ptr::from_ref(self) as usize;
        if let Some(class) = interpreter.exception_classes.borrow().get(&key) {
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
        Ok(interpreter.exception_classes.borrow_mut().entry(key).or_insert(class).clone())
    }

    /// Raises it with a message.
    #[cold]
    pub fn raise(&self, message: &str) -> Raised {
        match self.get() {
            Ok(class) => raise::set(&class, Some(Str::new(message).into_object())),
            Err(raised) => raised,
        }
    }

    /// Raises it with arguments.
    #[cold]
    pub fn raise_with(&self, arguments: &[&Object]) -> Raised {
        match self.get().and_then(|class| class.call(arguments)) {
            Ok(error) => raise::set_instance(error),
            Err(raised) => raised,
        }
    }
}
