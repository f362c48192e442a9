//! `type`: what Python code sees of types.

use std::ffi::{c_int, c_void};
use std::mem::{offset_of, size_of};

use super::{bases, heap, ready, slots};
use crate::descriptor::{doc_signature, doc_text};
use crate::mapping_proxy::MappingProxy;
use crate::prelude::*;

impl Type {
    /// `__name__`: for a static type, what comes after the last dot.
    pub fn short_name(&self) -> &str {
        match self.has_flags(flags::HEAPTYPE) {
            true => self.name(),
            false => self.bare_name(),
        }
    }

    /// What comes after the last dot of `tp_name` whatever the type, as many messages have it (`_PyType_Name`).
    pub fn bare_name(&self) -> &str {
        let name = self.name();
        name.rsplit('.').next().unwrap_or(name)
    }

    fn heap(&self) -> Option<&HeapType> {
        // SAFETY: the flag says that the type was allocated as one.
        self.has_flags(flags::HEAPTYPE).then(|| unsafe { &*self.as_ptr().cast() })
    }

    fn own(&self, name: &Str) -> Option<Ref> {
        self.tp_dict.get()?.get_str(name)
    }

    fn set_own(&self, name: &Str, value: &Object) -> Result<()> {
        match self.tp_dict.get() {
            Some(dict) => dict.set(name, value)?,
            None => bail!(SystemError, "type '{}' is not ready", self.name()),
        }
        self.modified();
        Ok(())
    }

    /// `__name__` as an object.
    pub fn name_object(&self) -> Ref {
        match self.heap().and_then(|heap| heap.ht_name.get()) {
            Some(name) => name,
            None => Str::new(self.short_name()).into_object(),
        }
    }

    /// `__qualname__` as an object.
    pub fn qualname_object(&self) -> Ref {
        match self.heap().and_then(|heap| heap.ht_qualname.get()) {
            Some(qualname) => qualname,
            None => self.name_object(),
        }
    }

    /// `__module__`, where there is one.
    pub fn module_object(&self) -> Result<Ref> {
        if self.has_flags(flags::HEAPTYPE) {
            return self.own(intern!("__module__")).ok_or_else(|| {
                raise::set_object(&exceptions::AttributeError, intern!("__module__").to_ref().into_object())
            });
        }
        Ok(match self.name().rsplit_once('.') {
            Some((module, _)) => Str::intern(Str::new(module)).into_object(),
            None => intern!("builtins").to_ref().into_object(),
        })
    }

    /// Refuses changes to a type that is not Python's own.
    fn check_settable(&self, value: Option<&Object>, name: &str) -> Result<()> {
        if !self.has_flags(flags::HEAPTYPE) {
            bail!(TypeError, "can't set {}.{name}", self.name());
        }
        if value.is_none() {
            bail!(TypeError, "can't delete {}.{name}", self.name());
        }
        match value {
            Some(value) => {
                (crate::services::get().audit)("object.__setattr__", &[self, &*Str::new(name), value])
            }
            None => Ok(()),
        }
    }

    /// The documentation that a static type carries.
    fn static_doc(&self) -> Option<std::borrow::Cow<'_, str>> {
        let doc = self.tp_doc.get();
        // SAFETY: tp_doc is null or a NUL-terminated string that lives as long as the type.
        (!doc.is_null()).then(|| unsafe { std::ffi::CStr::from_ptr(doc) }.to_string_lossy())
    }

    /// What `type.__getattribute__` finds: data descriptors of the metatype, then the MRO's attributes,
    /// then the rest of the metatype. None where there is nothing.
    fn find_attribute(&self, name: &Str) -> Result<Option<Ref>> {
        ready::ready(self)?;
        let metatype = self.class();
        let meta = metatype.lookup(name);
        let meta_get = meta.as_ref().and_then(|attribute| attribute.class().tp_descr_get.get());
        if let (Some(meta), Some(get)) = (&meta, meta_get)
            && meta.class().tp_descr_set.get().is_some()
        {
            return get(meta, Some(self), Some(metatype)).map(Some);
        }
        if let Some(attribute) = self.lookup(name) {
            return match attribute.class().tp_descr_get.get() {
                Some(get) => get(&attribute, None, Some(self)).map(Some),
                None => Ok(Some(attribute)),
            };
        }
        match (meta, meta_get) {
            (Some(meta), Some(get)) => get(&meta, Some(self), Some(metatype)).map(Some),
            (meta, _) => Ok(meta),
        }
    }
}

/// type(object_or_name, bases, dict)
/// type(object) -> the object's type
/// type(name, bases, dict) -> a new type
#[class(
    name = "type",
    symbol = "PyType_Type",
    static_ = TYPE,
    layout = VarObject,
    basicsize = size_of::<HeapType>(),
    itemsize = size_of::<MemberDef>(),
    flags = BASETYPE | TYPE_SUBCLASS | HAVE_GC,
    dict_offset = offset_of!(Type, tp_dict),
    weaklist_offset = offset_of!(Type, tp_weaklist)
)]
impl Type {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: the same contract.
        unsafe { heap::dealloc_type(object) }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let module = raise::ignore(self.module_object(), &exceptions::AttributeError)?;
        let module = module.and_then(|module| module.into_type::<Str>().ok());
        match module {
            Some(module) if !module.equals_text("builtins") => {
                format_str!("<class '{module}.{}'>", self.qualname_object().str()?)
            }
            _ => format_str!("<class '{}'>", self.name()),
        }
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        if std::ptr::eq(self, &TYPE)
            && let [object] = arguments.items()
            && keywords.is_none_or(|keywords| keywords.len() == 0)
        {
            return Ok(object.class().to_ref().into_object());
        }
        let Some(new) = self.tp_new.get() else {
            bail!(TypeError, "cannot create '{}' instances", self.name());
        };
        let object = new(self, arguments, keywords)?;
        // What `__new__` gives need not be an instance; then nothing is initialised.
        if object.class().is_subtype(self)
            && let Some(init) = object.class().tp_init.get()
        {
            raise::check_status(init(&object, arguments, keywords))?;
        }
        Ok(object)
    }

    #[slot(tp_new)]
    fn new(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let [name, bases, namespace] = arguments.items() else {
            if std::ptr::eq(class, &TYPE) {
                bail!(TypeError, "type() takes 1 or 3 arguments");
            }
            bail!(TypeError, "type.__new__() takes exactly 3 arguments ({} given)", arguments.items().len());
        };
        let expected = |position: usize, kind: &str, got: &Object| {
            raise!(TypeError, "type.__new__() argument {position} must be {kind}, not {}", got.class().name())
        };
        let name = name.downcast::<Str>().ok_or_else(|| expected(1, "str", name))?;
        let bases = bases.downcast::<Tuple>().ok_or_else(|| expected(2, "tuple", bases))?;
        let namespace = namespace.downcast::<Dict>().ok_or_else(|| expected(3, "dict", namespace))?;
        heap::new_class(class, name, bases, namespace, arguments, keywords)
    }

    #[slot(tp_init)]
    fn init(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<()> {
        let count = arguments.items().len();
        if count == 1 && keywords.is_some_and(|keywords| keywords.len() > 0) {
            bail!(TypeError, "type.__init__() takes no keyword arguments");
        }
        if !matches!(count, 1 | 3) {
            bail!(TypeError, "type.__init__() takes 1 or 3 arguments");
        }
        Ok(())
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result<Ref> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        self.find_attribute(name)?
            .ok_or_else(|| raise!(AttributeError, "type object '{}' has no attribute '{name}'", self.name()))
    }

    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        if !self.has_flags(flags::HEAPTYPE) {
            bail!(TypeError, "can't set attributes of built-in/extension type '{}'", self.name());
        }
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        let name = Str::intern(name.to_ref());
        let dict = self.tp_dict.get();
        let result = crate::protocol::generic_set_attr(self, &name, value, dict.as_deref());
        // Even a failed attempt may have run code that looked the name up.
        self.modified();
        result?;
        match name.as_str() {
            Some(text) if text.starts_with("__") && text.ends_with("__") => slots::update_slot(self, &name),
            _ => Ok(()),
        }
    }

    #[slot(tp_traverse)]
    unsafe extern "C" fn traverse(object: *mut Object, visit: VisitProc, context: *mut c_void) -> c_int {
        // SAFETY: the same contract.
        unsafe { heap::traverse_type(object, visit, context) }
    }

    #[slot(tp_clear)]
    unsafe extern "C" fn clear(object: *mut Object) -> c_int {
        // SAFETY: the same contract.
        unsafe { heap::clear_type(object) }
    }

    #[slot(tp_is_gc)]
    fn is_gc(&self) -> bool {
        self.has_flags(flags::HEAPTYPE)
    }

    #[member(PYSSIZET, readonly)]
    const __basicsize__: usize = offset_of!(Type, tp_basicsize);

    #[member(PYSSIZET, readonly)]
    const __itemsize__: usize = offset_of!(Type, tp_itemsize);

    #[member(ULONG, readonly)]
    const __flags__: usize = offset_of!(Type, tp_flags);

    #[member(PYSSIZET, readonly)]
    const __weakrefoffset__: usize = offset_of!(Type, tp_weaklistoffset);

    #[member(OBJECT, readonly)]
    const __base__: usize = offset_of!(Type, tp_base);

    #[member(PYSSIZET, readonly)]
    const __dictoffset__: usize = offset_of!(Type, tp_dictoffset);

    #[member(OBJECT, readonly)]
    const __mro__: usize = offset_of!(Type, tp_mro);

    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref {
        self.name_object()
    }

    #[setter(name = "__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.check_settable(value, "__name__")?;
        let (Some(heap), Some(value)) = (self.heap(), value) else { return Ok(()) };
        let Some(name) = value.downcast::<Str>() else {
            bail!(
                TypeError,
                "can only assign string to {}.__name__, not '{}'",
                self.name(),
                value.class().name()
            );
        };
        let c_name = heap::checked_name(name)?;
        self.tp_name.set(c_name.as_ptr());
        heap.ht_name.set(Some(name.to_ref().into_object()));
        Ok(())
    }

    #[getter(name = "__qualname__")]
    fn get_qualname(&self) -> Ref {
        self.qualname_object()
    }

    #[setter(name = "__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.check_settable(value, "__qualname__")?;
        let (Some(heap), Some(value)) = (self.heap(), value) else { return Ok(()) };
        if value.downcast::<Str>().is_none() {
            bail!(
                TypeError,
                "can only assign string to {}.__qualname__, not '{}'",
                self.name(),
                value.class().name()
            );
        }
        heap.ht_qualname.set(Some(value.to_ref()));
        Ok(())
    }

    #[getter(name = "__module__")]
    fn get_module(&self) -> Result<Ref> {
        self.module_object()
    }

    #[setter(name = "__module__")]
    fn set_module(&self, value: Option<&Object>) -> Result<()> {
        self.check_settable(value, "__module__")?;
        self.set_own(intern!("__module__"), value.unwrap_or(none_object()))
    }

    #[getter(name = "__bases__")]
    fn get_bases(&self) -> Option<Ref<Tuple>> {
        self.tp_bases.get()
    }

    #[setter(name = "__bases__")]
    fn set_bases(&self, value: Option<&Object>) -> Result<()> {
        self.check_settable(value, "__bases__")?;
        super::rebase::set_bases(self, value.unwrap_or(none_object()))
    }

    #[getter(name = "__dict__")]
    fn get_dict(&self) -> Ref {
        match self.tp_dict.get() {
            Some(dict) => MappingProxy::new(dict.into_object()).into_object(),
            None => none(),
        }
    }

    #[getter(name = "__doc__")]
    fn get_doc(&self) -> Result<Ref> {
        if !self.has_flags(flags::HEAPTYPE)
            && let Some(doc) = self.static_doc()
        {
            return Ok(Str::new(doc_text(self.short_name(), &doc)).into_object());
        }
        let Some(doc) = self.own(intern!("__doc__")) else { return Ok(none()) };
        match doc.class().tp_descr_get.get() {
            Some(get) => get(&doc, None, Some(self)),
            None => Ok(doc),
        }
    }

    #[setter(name = "__doc__")]
    fn set_doc(&self, value: Option<&Object>) -> Result<()> {
        self.check_settable(value, "__doc__")?;
        self.set_own(intern!("__doc__"), value.unwrap_or(none_object()))
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Option<Ref<Str>> {
        let doc = self.static_doc()?;
        doc_signature(self.short_name(), &doc).map(Str::new)
    }

    #[getter(name = "__abstractmethods__")]
    fn get_abstract_methods(&self) -> Result<Ref> {
        let name = intern!("__abstractmethods__");
        let found = if std::ptr::eq(self, &TYPE) { None } else { self.own(name) };
        found.ok_or_else(|| raise::set_object(&exceptions::AttributeError, name.to_ref().into_object()))
    }

    /// A class with abstract methods left cannot be instantiated: a flag says so.
    #[setter(name = "__abstractmethods__")]
    fn set_abstract_methods(&self, value: Option<&Object>) -> Result<()> {
        let name = intern!("__abstractmethods__");
        let is_abstract = match value {
            Some(value) => {
                let is_abstract = value.is_true()?;
                self.set_own(name, value)?;
                is_abstract
            }
            None => {
                let removed = match self.tp_dict.get() {
                    Some(dict) => dict.remove(name)?,
                    None => false,
                };
                if !removed {
                    return Err(raise::set_object(&exceptions::AttributeError, name.to_ref().into_object()));
                }
                false
            }
        };
        self.modified();
        match is_abstract {
            true => self.add_flags(flags::IS_ABSTRACT),
            false => self.remove_flags(flags::IS_ABSTRACT),
        }
        Ok(())
    }

    /// The method resolution order, worked out anew, as a list.
    #[method("()")]
    fn mro(&self) -> Result<Ref<List>> {
        ready::default_mro(self)?.collect_list()
    }

    /// The immediate subclasses that are alive, as a list.
    #[method("()", name = "__subclasses__")]
    fn get_subclasses(&self) -> Ref<List> {
        List::from_vec(self.subclasses().into_iter().map(Ref::into_object).collect())
    }

    /// The namespace that a class statement's body fills: a plain dict.
    #[classmethod("(*args, **kwargs)", name = "__prepare__", no_text_signature)]
    fn prepare(_class: &Type, args: &[&Object], kwargs: Keywords) -> Ref<Dict> {
        let _ = (args, kwargs);
        Dict::new()
    }

    /// Whether an object is an instance.
    #[method("(instance, /)", name = "__instancecheck__")]
    fn instance_check(&self, instance: &Object) -> Result<bool> {
        instance.is_instance_by_default(self)
    }

    /// Whether a class is a subclass.
    #[method("(subclass, /)", name = "__subclasscheck__")]
    fn subclass_check(&self, subclass: &Object) -> Result<bool> {
        subclass.is_subclass_by_default(self)
    }

    /// The names of the class's and its bases' attributes.
    #[method("()", name = "__dir__")]
    fn dir(&self) -> Result<Ref<List>> {
        let names = Dict::new();
        if let Some(order) = self.tp_mro.get() {
            for class in order.items().iter().rev().filter_map(|class| class.downcast::<Type>()) {
                if let Some(dict) = class.tp_dict.get() {
                    names.update(&dict)?;
                }
            }
        }
        names.collect_list()
    }

    /// The memory that the type object takes, in bytes.
    #[method("()", name = "__sizeof__")]
    fn size_of(&self) -> isize {
        match self.has_flags(flags::HEAPTYPE) {
            true => (size_of::<HeapType>() + crate::dict::shared_keys_bytes(self)) as isize,
            false => size_of::<Type>() as isize,
        }
    }
}

/// The winner among a class statement's metatypes, for `__build_class__`.
pub fn most_derived_metatype(metatype: &Type, given: &Tuple) -> Result<Ref<Type>> {
    bases::metaclass(metatype, given).map(|metatype| metatype.to_ref())
}
