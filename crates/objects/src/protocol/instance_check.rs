//! `isinstance` and `issubclass` (PEP 3119).

use super::enter_call;
use crate::prelude::*;

impl Object {
    /// `isinstance(self, class)`: `class` is a type, a tuple of such, or anything with `__instancecheck__`.
    pub fn is_instance(&self, class: &Object) -> Result<bool> {
        if class.is(self.class()) {
            return Ok(true);
        }
        if std::ptr::eq(class.class(), &TYPE) {
            return self.is_instance_by_default(class);
        }
        if let Some(classes) = class.downcast::<Tuple>() {
            let _guard = enter_call(" in __instancecheck__")?;
            return any(classes, |class| self.is_instance(class));
        }
        if let Some(check) = class.lookup_special(intern!("__instancecheck__"))? {
            let _guard = enter_call(" in __instancecheck__")?;
            return check.call1(self)?.is_true();
        }
        self.is_instance_by_default(class)
    }

    /// `type.__instancecheck__(class, self)`.
    pub fn is_instance_by_default(&self, class: &Object) -> Result<bool> {
        let claimed = || self.get_attr_opt(intern!("__class__"));
        if let Some(class) = class.downcast::<Type>() {
            if self.class().is_subtype(class) {
                return Ok(true);
            }
            let claimed = claimed()?;
            return Ok(claimed
                .as_ref()
                .filter(|claimed| !claimed.is(self.class()))
                .and_then(|claimed| claimed.downcast::<Type>())
                .is_some_and(|claimed| claimed.is_subtype(class)));
        }
        check_class(class, "isinstance() arg 2 must be a type or tuple of types")?;
        match claimed()? {
            Some(claimed) => abstract_is_subclass(&claimed, class),
            None => Ok(false),
        }
    }

    /// `issubclass(self, class)`.
    pub fn is_subclass(&self, class: &Object) -> Result<bool> {
        if std::ptr::eq(class.class(), &TYPE) {
            return if self.is(class) { Ok(true) } else { self.is_subclass_by_default(class) };
        }
        if let Some(classes) = class.downcast::<Tuple>() {
            let _guard = enter_call(" in __subclasscheck__")?;
            return any(classes, |class| self.is_subclass(class));
        }
        if let Some(check) = class.lookup_special(intern!("__subclasscheck__"))? {
            let _guard = enter_call(" in __subclasscheck__")?;
            return check.call1(self)?.is_true();
        }
        self.is_subclass_by_default(class)
    }

    /// `type.__subclasscheck__(class, self)`.
    pub fn is_subclass_by_default(&self, class: &Object) -> Result<bool> {
        if let (Some(derived), Some(class)) = (self.downcast::<Type>(), class.downcast::<Type>()) {
            return Ok(derived.is_subtype(class));
        }
        check_class(self, "issubclass() arg 1 must be a class")?;
        check_class(class, "issubclass() arg 2 must be a class or tuple of classes")?;
        abstract_is_subclass(self, class)
    }
}

fn any(classes: &Tuple, mut test: impl FnMut(&Object) -> Result<bool>) -> Result<bool> {
    for class in classes.items() {
        if test(class)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The `__bases__` of whatever passes for a class: a tuple, or nothing.
fn bases_of(class: &Object) -> Result<Option<Ref<Tuple>>> {
    Ok(class.get_attr_opt(intern!("__bases__"))?.and_then(|bases| bases.into_type::<Tuple>().ok()))
}

fn check_class(class: &Object, message: &str) -> Result<()> {
    match bases_of(class)? {
        Some(_) => Ok(()),
        None => Err(raise!(TypeError, "{message}")),
    }
}

fn abstract_is_subclass(derived: &Object, class: &Object) -> Result<bool> {
    let mut derived = derived.to_ref();
    loop {
        if derived.is(class) {
            return Ok(true);
        }
        let Some(bases) = bases_of(&derived)? else { return Ok(false) };
        match bases.items() {
            [] => return Ok(false),
            [base] => derived = base.clone(),
            bases => {
                let _guard = enter_call(" in __issubclass__")?;
                for base in bases {
                    if abstract_is_subclass(base, class)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
        }
    }
}
