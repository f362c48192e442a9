//! `property`: an attribute that functions get, set and delete.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;

use crate::prelude::*;

/// `propertyobject`. What is absent is null, never `None`.
#[repr(C)]
#[derive(Trace)]
pub struct Property {
    base: Object,
    getter: Field,
    setter: Field,
    deleter: Field,
    doc: Field,
    /// Whether the docstring is the getter's.
    getter_doc: Cell<c_int>,
}

/// `__isabstractmethod__` of what a descriptor wraps.
pub fn is_abstract(function: Option<&Object>) -> Result<bool> {
    let Some(function) = function else { return Ok(false) };
    match function.get_attr_opt(intern!("__isabstractmethod__"))? {
        Some(flag) => flag.is_true(),
        None => Ok(false),
    }
}

fn unless_none(value: NoneOr<&Object>) -> Option<Ref> {
    value.0.map(Object::to_ref)
}

impl Property {
    /// A property of the same class with some of its functions replaced; `None` replaces nothing.
    fn copy(
        &self,
        getter: Option<&Object>,
        setter: Option<&Object>,
        deleter: Option<&Object>,
    ) -> Result<Ref> {
        let chosen = |given: Option<&Object>, own: &Field| match given.filter(|given| !given.is_none()) {
            Some(given) => given.to_ref(),
            None => own.get().unwrap_or_else(none),
        };
        let getter = chosen(getter, &self.getter);
        let setter = chosen(setter, &self.setter);
        let deleter = chosen(deleter, &self.deleter);
        // A docstring from the getter is taken anew from the new getter.
        let doc = match self.getter_doc.get() != 0 && !getter.is_none() {
            true => none(),
            false => self.doc.get().unwrap_or_else(none),
        };
        let class = self.class().to_ref();
        class.call(&[&getter, &setter, &deleter, &doc])
    }

    /// Takes the docstring over from the getter; a subclass's instance keeps it in its `__dict__`.
    fn take_getter_doc(&self, getter: &Object) -> Result<()> {
        let doc = match getter.get_attr(intern!("__doc__")) {
            Ok(doc) => doc,
            Err(raised) if raised.matches(&exceptions::Exception) => {
                raised.clear();
                return Ok(());
            }
            Err(raised) => return Err(raised),
        };
        match std::ptr::eq(self.class(), &PROPERTY) {
            true => self.doc.set(Some(doc)),
            false => self.set_attr(intern!("__doc__"), &doc)?,
        }
        self.getter_doc.set(1);
        Ok(())
    }
}

/// Property attribute.
///
///   fget
///     function to be used for getting an attribute value
///   fset
///     function to be used for setting an attribute value
///   fdel
///     function to be used for del'ing an attribute
///   doc
///     docstring
///
/// Typical use is to define a managed attribute x:
///
/// class C(object):
///     def getx(self): return self._x
///     def setx(self, value): self._x = value
///     def delx(self): del self._x
///     x = property(getx, setx, delx, "I'm the 'x' property.")
///
/// Decorators make defining new properties or changing existing ones easy:
///
/// class C(object):
///     @property
///     def x(self):
///         "I am the 'x' property."
///         return self._x
///     @x.setter
///     def x(self, value):
///         self._x = value
///     @x.deleter
///     def x(self):
///         del self._x
#[class(
    name = "property",
    symbol = "PyProperty_Type",
    signature = "(fget=None, fset=None, fdel=None, doc=None)",
    flags = BASETYPE,
    generic_getattro
)]
impl Property {
    #[slot(tp_new)]
    fn new(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Property>> {
        let value = Property {
            base: Object::header(),
            getter: Field::null(),
            setter: Field::null(),
            deleter: Field::null(),
            doc: Field::null(),
            getter_doc: Cell::new(0),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_init, "(fget=None, fset=None, fdel=None, doc=None)")]
    fn init(
        &self,
        getter: NoneOr<&Object>,
        setter: NoneOr<&Object>,
        deleter: NoneOr<&Object>,
        doc: NoneOr<&Object>,
    ) -> Result<()> {
        self.getter.set(unless_none(getter));
        self.setter.set(unless_none(setter));
        self.deleter.set(unless_none(deleter));
        self.doc.set(unless_none(doc));
        self.getter_doc.set(0);
        match (doc.0, getter.0) {
            (None, Some(getter)) => self.take_getter_doc(getter),
            _ => Ok(()),
        }
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        let Some(instance) = instance.filter(|instance| !instance.is_none()) else {
            return Ok(self.to_ref().into_object());
        };
        match self.getter.get() {
            Some(getter) => getter.call1(instance),
            None => Err(raise!(AttributeError, "unreadable attribute")),
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        let function = match value {
            Some(_) => self.setter.get(),
            None => self.deleter.get(),
        };
        match (function, value) {
            (Some(setter), Some(value)) => setter.call(&[instance, value]).map(drop),
            (Some(deleter), None) => deleter.call1(instance).map(drop),
            (None, Some(_)) => Err(raise!(AttributeError, "can't set attribute")),
            (None, None) => Err(raise!(AttributeError, "can't delete attribute")),
        }
    }

    #[member(OBJECT, readonly)]
    const fget: usize = offset_of!(Property, getter);
    #[member(OBJECT, readonly)]
    const fset: usize = offset_of!(Property, setter);
    #[member(OBJECT, readonly)]
    const fdel: usize = offset_of!(Property, deleter);
    #[member(OBJECT)]
    const __doc__: usize = offset_of!(Property, doc);

    /// Make a property like this one, except that fget reads the attribute.
    #[method("(fget, /)", name = "getter", no_text_signature)]
    fn with_getter(&self, function: &Object) -> Result<Ref> {
        self.copy(Some(function), None, None)
    }

    /// Make a property like this one, except that fset assigns the attribute.
    #[method("(fset, /)", name = "setter", no_text_signature)]
    fn with_setter(&self, function: &Object) -> Result<Ref> {
        self.copy(None, Some(function), None)
    }

    /// Make a property like this one, except that fdel deletes the attribute.
    #[method("(fdel, /)", name = "deleter", no_text_signature)]
    fn with_deleter(&self, function: &Object) -> Result<Ref> {
        self.copy(None, None, Some(function))
    }

    #[getter(name = "__isabstractmethod__")]
    fn get_is_abstract(&self) -> Result<bool> {
        for function in [&self.getter, &self.setter, &self.deleter] {
            if is_abstract(function.get().as_deref())? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
