//! `Token`: what `ContextVar.set` gives, for `ContextVar.reset`.

use super::*;

/// `PyContextToken`.
#[repr(C)]
#[derive(Trace)]
pub struct Token {
    base: Object,
    context: Field<Context>,
    variable: Field<ContextVar>,
    /// Null where the variable had no value.
    old_value: Field,
    is_used: Cell<c_int>,
}

/// `Token.MISSING`'s type.
#[repr(C)]
pub struct Missing {
    base: Object,
}

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for Missing {}

static MISSING_OBJECT: Missing = Missing { base: Object::static_header(&MISSING) };

/// `Token.MISSING`: the old value of a variable that had none.
pub fn missing() -> Ref {
    MISSING_OBJECT.base.to_ref()
}

/// Puts `MISSING` among `Token`'s attributes, once both types are ready.
pub fn add_missing() -> Result<()> {
    match TOKEN.tp_dict.get() {
        Some(dict) => dict.set(intern!("MISSING"), &missing()),
        None => Err(raise!(SystemError, "Token is not ready")),
    }
}

#[class(name = "Token.MISSING", generic_getattro)]
impl Missing {
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        "<Token.MISSING>"
    }
}

impl Token {
    pub(super) fn new(context: &Context, variable: &ContextVar, old_value: Option<Ref>) -> Ref<Token> {
        Ref::new(Token {
            base: Object::header(),
            context: Field::new(Some(context.to_ref())),
            variable: Field::new(Some(variable.to_ref())),
            old_value: Field::new(old_value),
            is_used: Cell::new(0),
        })
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used.get() != 0
    }

    pub(super) fn use_up(&self) {
        self.is_used.set(1);
    }

    pub(super) fn is_of_variable(&self, variable: &ContextVar) -> bool {
        self.variable.get().is_some_and(|ours| ours.is(variable))
    }

    pub(super) fn is_of_context(&self, context: &Context) -> bool {
        self.context.get().is_some_and(|ours| ours.is(context))
    }

    pub(super) fn old_value(&self) -> Option<Ref> {
        self.old_value.get()
    }
}

#[class(
    name = "Token",
    symbol = "PyContextToken_Type",
    generic_getattro,
    slots = [tp_hash(crate::type_object::slots::hash_not_implemented)]
)]
impl Token {
    #[slot(tp_new)]
    fn make(_class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Token>> {
        Err(raise!(RuntimeError, "Tokens can only be created by ContextVars"))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let used = if self.is_used() { " used" } else { "" };
        crate::format_str!("<Token{used} var={} at {:p}>", self.var().repr()?, self)
    }

    #[getter]
    fn var(&self) -> Ref {
        self.variable.get().map_or_else(none, Ref::into_object)
    }

    #[getter(name = "old_value")]
    fn get_old_value(&self) -> Ref {
        self.old_value.get().unwrap_or_else(missing)
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}
