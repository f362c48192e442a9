//! `ContextVar`: a key of contexts.

use super::*;

/// `PyContextVar`.
#[repr(C)]
#[derive(Trace)]
pub struct ContextVar {
    base: Object,
    name: Ref<Str>,
    default: Field,
    /// CPython keeps the last value found and the hash here; the places are the structure's.
    room: [usize; 4],
}

impl ContextVar {
    /// `TypeError` unless the name is a `str`.
    pub fn new(name: &Object, default: Option<&Object>) -> Result<Ref<ContextVar>> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "context variable name must be a str");
        };
        Ok(Ref::new(ContextVar {
            base: Object::header(),
            name: name.to_ref(),
            default: Field::new(default.map(Object::to_ref)),
            room: [0; 4],
        }))
    }

    /// The value in the current context, else the default given, else the variable's own.
    pub fn value(&self, default: Option<&Object>) -> Result<Option<Ref>> {
        let found = match ThreadState::current().context.get() {
            Some(_) => Context::current().find(self)?,
            None => None,
        };
        Ok(found.or_else(|| default.map(Object::to_ref)).or_else(|| self.default.get()))
    }

    /// Sets the value in the current context; the token can take it back.
    pub fn assign(&self, value: &Object) -> Result<Ref<Token>> {
        let context = Context::current();
        let token = Token::new(&context, self, context.find(self)?);
        context.store(self, Some(value))?;
        Ok(token)
    }

    /// Brings back the value that was there when the token was made.
    pub fn restore(&self, token: &Token) -> Result<()> {
        if token.is_used() {
            bail!(RuntimeError, "{} has already been used once", token.as_object().repr()?);
        }
        if !token.is_of_variable(self) {
            bail!(ValueError, "{} was created by a different ContextVar", token.as_object().repr()?);
        }
        let context = Context::current();
        if !token.is_of_context(&context) {
            bail!(ValueError, "{} was created in a different Context", token.as_object().repr()?);
        }
        token.use_up();
        context.store(self, token.old_value().as_deref())
    }
}

#[class(name = "ContextVar", symbol = "PyContextVar_Type", generic_getattro)]
impl ContextVar {
    #[slot(tp_new, "(name, /, *, default=None)")]
    fn make(_class: &Type, name: &Object, default: Option<&Object>) -> Result<Ref<ContextVar>> {
        ContextVar::new(name, default)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        crate::hash::pointer(self)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.name.as_object().repr()?;
        match self.default.get() {
            Some(default) => {
                crate::format_str!("<ContextVar name={name} default={} at {:p}>", default.repr()?, self)
            }
            None => crate::format_str!("<ContextVar name={name} at {:p}>", self),
        }
    }

    #[member(OBJECT, readonly)]
    const name: usize = offset_of!(ContextVar, name);

    /// Return a value for the context variable for the current context.
    ///
    /// If there is no value for the variable in the current context, the method will:
    ///  * return the value of the default argument of the method, if provided; or
    ///  * return the default value for the context variable, if it was created
    ///    with one; or
    ///  * raise a LookupError.
    #[method("(default=<unrepresentable>, /)")]
    fn get(&self, default: Option<&Object>) -> Result<Ref> {
        self.value(default)?
            .ok_or_else(|| raise::set_object(&exceptions::LookupError, self.to_ref().into_object()))
    }

    /// Call to set a new value for the context variable in the current context.
    ///
    /// The required value argument is the new value for the context variable.
    ///
    /// Returns a Token object that can be used to restore the variable to its previous
    /// value via the `ContextVar.reset()` method.
    #[method("(value, /)")]
    fn set(&self, value: &Object) -> Result<Ref<Token>> {
        self.assign(value)
    }

    /// Reset the context variable.
    ///
    /// The variable is reset to the value it had before the `ContextVar.set()` that
    /// created the token was used.
    #[method("(token, /)")]
    fn reset(&self, token: &Object) -> Result<()> {
        match token.downcast_exact::<Token>() {
            Some(token) => self.restore(token),
            None => Err(raise!(TypeError, "expected an instance of Token, got {}", token.repr()?)),
        }
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}
