//! `mappingproxy`: a mapping that can only be read.

use crate::prelude::*;
use crate::protocol::CompareOp;

/// `mappingproxyobject`.
#[repr(C)]
#[derive(Trace)]
pub struct MappingProxy {
    base: Object,
    mapping: Field,
}

impl MappingProxy {
    pub fn new(mapping: Ref) -> Ref<MappingProxy> {
        Ref::new(MappingProxy { base: Object::header(), mapping: Field::new(Some(mapping)) })
    }

    pub fn mapping(&self) -> Ref {
        self.mapping.get().unwrap_or_else(none)
    }
}

/// What an operand of `|` stands for.
fn unwrapped(operand: &Object) -> Ref {
    match operand.downcast::<MappingProxy>() {
        Some(proxy) => proxy.mapping(),
        None => operand.to_ref(),
    }
}

#[class(name = "mappingproxy", symbol = "PyDictProxy_Type", generic_getattro)]
impl MappingProxy {
    #[slot(tp_new, "(mapping)")]
    fn new_proxy(_class: &Type, mapping: &Object) -> Result<Ref<MappingProxy>> {
        if !mapping.is_mapping()
            || mapping.downcast::<List>().is_some()
            || mapping.downcast::<Tuple>().is_some()
        {
            bail!(TypeError, "mappingproxy() argument must be a mapping, not {}", mapping.class().name());
        }
        Ok(MappingProxy::new(mapping.to_ref()))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        format_str!("mappingproxy({})", self.mapping().repr()?)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        self.mapping().str()
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        self.mapping().compare(other, op)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        self.mapping().iter()
    }

    #[slot(mp_length)]
    fn length(&self) -> Result<isize> {
        self.mapping().length()
    }

    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object) -> Result<Ref> {
        self.mapping().get_item(key)
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        self.mapping().contains(key)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        unwrapped(left).or(&unwrapped(right))
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(&self, _other: &Object) -> Result<Ref> {
        Err(raise!(TypeError, "'|=' is not supported by {}; use '|' instead", self.class().name()))
    }

    /// D.get(k[,d]) -> D[k] if k in D, else d.  d defaults to None.
    #[method("(key, default=None, /)", no_text_signature)]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        self.mapping().call_method(intern!("get"), &[key, default.unwrap_or(none_object())])
    }

    /// D.keys() -> a set-like object providing a view on D's keys
    #[method(no_text_signature)]
    fn keys(&self) -> Result<Ref> {
        self.mapping().call_method(intern!("keys"), &[])
    }

    /// D.values() -> an object providing a view on D's values
    #[method(no_text_signature)]
    fn values(&self) -> Result<Ref> {
        self.mapping().call_method(intern!("values"), &[])
    }

    /// D.items() -> a set-like object providing a view on D's items
    #[method(no_text_signature)]
    fn items(&self) -> Result<Ref> {
        self.mapping().call_method(intern!("items"), &[])
    }

    /// D.copy() -> a shallow copy of D
    #[method(no_text_signature)]
    fn copy(&self) -> Result<Ref> {
        self.mapping().call_method(intern!("copy"), &[])
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }

    /// D.__reversed__() -> reverse iterator
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Result<Ref> {
        self.mapping().call_method(intern!("__reversed__"), &[])
    }
}
