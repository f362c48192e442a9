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

    /// The value that this variable has in the running context.
    ///
    /// Where it has none, the first of these decides what happens:
    ///  * a default given here is the result;
    ///  * a default given when the variable was made is the result;
    ///  * LookupError is raised.
    #[method("(default=<unrepresentable>, /)")]
    fn get(&self, default: Option<&Object>) -> Result<Ref> {
        self.value(default)?
            .ok_or_else(|| raise::set_object(&exceptions::LookupError, self.to_ref().into_object()))
    }

    /// Give this variable another value, which holds in the running context only.
    ///
    /// The result is a Token that remembers how things were: handed to the variable's
    /// `reset()`, it undoes this call.
    #[method("(value, /)")]
    fn set(&self, value: &Object) -> Result<Ref<Token>> {
        self.assign(value)
    }

    /// Undo an earlier `set()` of this variable.
    ///
    /// The token is the one which that call gave: the variable gets back the value it
    /// had then, or none. Each token can be used once, in the context it was made in.
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
