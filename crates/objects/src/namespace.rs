//! `types.SimpleNamespace`: an object that is nothing but its attributes.

use std::fmt::Write;
use std::mem::offset_of;

use crate::prelude::*;
use crate::protocol::CompareOp;
use crate::str::StrBuilder;

/// `_PyNamespaceObject`.
#[repr(C)]
#[derive(Trace)]
pub struct SimpleNamespace {
    base: Object,
    dict: Field<Dict>,
}

impl SimpleNamespace {
    /// A namespace with a copy of these attributes.
    pub fn new(attributes: Option<&Dict>) -> Result<Ref<SimpleNamespace>> {
        let dict = Dict::new();
        if let Some(attributes) = attributes {
            dict.update(attributes)?;
        }
        Ok(Ref::new(SimpleNamespace { base: Object::header(), dict: Field::new(Some(dict)) }))
    }

    pub fn dict(&self) -> Ref<Dict> {
        match self.dict.get() {
            Some(dict) => dict,
            None => {
                let dict = Dict::new();
                self.dict.set(Some(dict.clone()));
                dict
            }
        }
    }
}

/// A simple attribute-based namespace.
///
/// SimpleNamespace(**kwargs)
#[class(
    name = "SimpleNamespace",
    module = "types",
    symbol = "_PyNamespace_Type",
    flags = BASETYPE,
    dict_offset = offset_of!(SimpleNamespace, dict),
    generic_getattro,
    generic_setattro,
)]
impl SimpleNamespace {
    #[slot(tp_new)]
    fn new_namespace(
        class: &Type,
        _arguments: &Tuple,
        _keywords: Option<&Dict>,
    ) -> Result<Ref<SimpleNamespace>> {
        Ref::new_in(class, SimpleNamespace { base: Object::header(), dict: Field::new(Some(Dict::new())) })
    }

    #[slot(tp_init)]
    fn init(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<()> {
        if arguments.size() > 0 {
            bail!(TypeError, "no positional arguments expected");
        }
        let Some(keywords) = keywords else { return Ok(()) };
        crate::protocol::check_keywords(keywords)?;
        self.dict().update(keywords)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.class();
        let name = if std::ptr::eq(class, &SIMPLE_NAMESPACE) { "namespace" } else { class.name() };
        let Some(_guard) = crate::protocol::ReprGuard::enter(self) else {
            return format_str!("{name}(...)");
        };
        let dict = self.dict();
        let mut shown = StrBuilder::new();
        write!(shown, "{name}(").ok();
        let mut separator = "";
        for key in dict.keys_vec() {
            let Some(key) = key.downcast::<Str>().filter(|key| !key.is_empty()) else { continue };
            if let Some(value) = dict.get(key)? {
                write!(shown, "{separator}{key}={}", value.repr()?).ok();
                separator = ", ";
            }
        }
        shown.push_str(")");
        shown.finish()
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.downcast::<SimpleNamespace>() {
            Some(other) => self.dict().compare(&*other.dict(), op),
            None => Ok(not_implemented()),
        }
    }

    #[member(OBJECT, readonly)]
    const __dict__: usize = offset_of!(SimpleNamespace, dict);

    /// Return state information for pickling
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<(Ref<Type>, Ref<Tuple>, Ref<Dict>)> {
        Ok((self.class().to_ref(), Tuple::new([])?, self.dict()))
    }
}
