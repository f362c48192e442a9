//! Functions that a subclass may define, and an instance may be given: `persistent_id`, `persistent_load`.

use std::cell::Cell;
use std::ffi::c_int;
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::method::Method;
use objects::prelude::*;

/// The function. A method of the object itself is kept without the object: they would keep each other alive.
#[derive(Default)]
pub struct BoundHook {
    function: Field,
    is_own_method: Cell<bool>,
}

impl Trace for BoundHook {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.function.trace(visitor)
    }

    fn clear(&self) {
        self.function.clear();
    }
}

impl BoundHook {
    /// Takes what the object's attribute is, if it has it.
    pub fn look_up(&self, object: &Object, name: &Str) -> Result<()> {
        self.function.set(None);
        self.is_own_method.set(false);
        let found = object.get_attr_opt(name)?;
        if let Some(method) = found.as_deref().and_then(|found| found.downcast_exact::<Method>())
            && method.receiver().is(object)
        {
            self.is_own_method.set(true);
            self.function.set(Some(method.function()));
            return Ok(());
        }
        self.function.set(found);
        Ok(())
    }

    pub fn is_absent(&self) -> bool {
        self.function.is_null()
    }

    /// Calls the function, which is there.
    pub fn call(&self, owner: &Object, argument: &Object) -> Result<Ref> {
        match self.function.get() {
            None => Err(raise!(SystemError, "no function to call")),
            Some(function) if self.is_own_method.get() => function.call(&[owner, argument]),
            Some(function) => function.call1(argument),
        }
    }

    /// The attribute as Python sees it. `AttributeError` if there is none.
    pub fn shown(&self, owner: &Object, name: &Str) -> Result<Ref> {
        match self.function.get() {
            None => Err(raise!(AttributeError, "{name}")),
            Some(function) if self.is_own_method.get() => {
                Ok(Method::new(function, owner.to_ref()).into_object())
            }
            Some(function) => Ok(function),
        }
    }

    /// `TypeError` for a deletion, and for what cannot be called.
    pub fn assign(&self, value: Option<&Object>, name: &str) -> Result<()> {
        let Some(value) = value else { bail!(TypeError, "attribute deletion is not supported") };
        if !value.is_callable() {
            bail!(TypeError, "{name} must be a callable taking one argument");
        }
        self.is_own_method.set(false);
        self.function.set(Some(value.to_ref()));
        Ok(())
    }
}
