//! Attributes (language reference 3.3.2): access by name, and the default way to find them.

use super::call::Method;
use crate::prelude::*;

impl Object {
    /// `self.name`.
    #[inline]
    pub fn get_attr(&self, name: &Str) -> Result<Ref> {
        let class = self.class();
        if let Some(get) = class.tp_getattro.get() {
            return get(self, name);
        }
        if let Some(get) = class.tp_getattr.get() {
            // SAFETY: the cached UTF-8 form lives as long as the name.
            return unsafe { get(self, name.as_c_str()?.as_ptr()) };
        }
        Err(no_attribute(self, name))
    }

    /// `self.name`, or nothing where that raises `AttributeError`.
    pub fn get_attr_opt(&self, name: &Str) -> Result<Option<Ref>> {
        if self
            .class()
            .tp_getattro
            .get()
            .is_some_and(|get| std::ptr::fn_addr_eq(get, generic_getattro as BinaryFunc))
        {
            return find_attribute(self, name, None).or_else(ignore_attribute_error);
        }
        self.get_attr(name).map(Some).or_else(ignore_attribute_error)
    }

    /// `self.name` for a name that need not be a string: `TypeError` where it is none.
    pub fn get_attr_object(&self, name: &Object) -> Result<Ref> {
        match name.downcast::<Str>() {
            Some(name) => self.get_attr(name),
            None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
        }
    }

    /// `self.name = value`.
    pub fn set_attr(&self, name: &Str, value: &Object) -> Result<()> {
        self.assign_attr(name, Some(value))
    }

    /// `self.name = value` for a name that need not be a string: `TypeError` where it is none.
    pub fn set_attr_object(&self, name: &Object, value: &Object) -> Result<()> {
        match name.downcast::<Str>() {
            Some(name) => self.set_attr(name, value),
            None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
        }
    }

    /// `del self.name`.
    pub fn del_attr(&self, name: &Str) -> Result<()> {
        self.assign_attr(name, None)
    }

    /// Sets an attribute, or deletes it where there is no value.
    pub fn assign_attr(&self, name: &Str, value: Option<&Object>) -> Result<()> {
        let class = self.class();
        if let Some(set) = class.tp_setattro.get() {
            return raise::check_status(set(self, name, value));
        }
        if let Some(set) = class.tp_setattr.get() {
            // SAFETY: the cached UTF-8 form lives as long as the name.
            return raise::check_status(unsafe { set(self, name.as_c_str()?.as_ptr(), value) });
        }
        let readable = class.tp_getattro.get().is_some() || class.tp_getattr.get().is_some();
        Err(raise!(
            TypeError,
            "'{}' object has {} attributes ({} .{name})",
            class.name(),
            if readable { "only read-only" } else { "no" },
            if value.is_some() { "assign to" } else { "del" },
        ))
    }

    /// Whether `self.name` gives something.
    pub fn has_attr(&self, name: &Str) -> Result<bool> {
        Ok(self.get_attr_opt(name)?.is_some())
    }

    /// A special method, looked up on the type and bound to the object (language reference 3.3.12).
    pub fn lookup_special(&self, name: &Str) -> Result<Option<Ref>> {
        let class = self.class();
        let Some(attribute) = class.lookup(name) else { return Ok(None) };
        match attribute.class().tp_descr_get.get() {
            Some(get) => get(&attribute, Some(self), Some(class)).map(Some),
            None => Ok(Some(attribute)),
        }
    }

    /// Finds what calling `self.name(...)` calls; a plain function is not bound for it.
    pub fn get_method(&self, name: &Str) -> Result<Method> {
        let class = self.class();
        let is_generic = class
            .tp_getattro
            .get()
            .is_some_and(|get| std::ptr::fn_addr_eq(get, generic_getattro as BinaryFunc));
        if !is_generic {
            return self.get_attr(name).map(Method::Bound);
        }
        let attribute = class.lookup(name);
        if let Some(attribute) = &attribute {
            let kind = attribute.class();
            if let Some(get) = kind.tp_descr_get.get()
                && kind.tp_descr_set.get().is_some()
            {
                return get(attribute, Some(self), Some(class)).map(Method::Bound);
            }
        }
        if let Some(dict) = instance_dict(self)
            && let Some(value) = dict.get(name)?
        {
            return Ok(Method::Bound(value));
        }
        match attribute {
            Some(function) if function.class().has_flags(flags::METHOD_DESCRIPTOR) => {
                Ok(Method::Function(function))
            }
            Some(attribute) => match attribute.class().tp_descr_get.get() {
                Some(get) => get(&attribute, Some(self), Some(class)).map(Method::Bound),
                None => Ok(Method::Bound(attribute)),
            },
            None => Err(no_attribute(self, name)),
        }
    }

    /// The field that holds the instance's `__dict__`, if its type has one.
    #[inline]
    pub fn dict_field(&self) -> Option<&Field<Dict>> {
        let class = self.class();
        let offset = match class.tp_dictoffset.get() {
            0 => return None,
            offset if offset > 0 => offset,
            from_end => {
                // SAFETY: a type with items begins with a VarObject.
                let items = unsafe { (*self.as_ptr().cast::<VarObject>()).size() }.abs();
                let size = class.tp_basicsize.get() + items * class.tp_itemsize.get();
                ((size + 7) & !7) + from_end
            }
        };
        // SAFETY: the type says that there is such a field at the offset.
        Some(unsafe { &*self.as_ptr().cast::<u8>().offset(offset).cast() })
    }
}

fn ignore_attribute_error<T>(raised: Raised) -> Result<Option<T>> {
    match raised.matches(&exceptions::AttributeError) {
        true => {
            raised.clear();
            Ok(None)
        }
        false => Err(raised),
    }
}

#[cold]
fn no_attribute(object: &Object, name: &Str) -> Raised {
    raise!(AttributeError, "'{}' object has no attribute '{name}'", object.class().name())
}

fn instance_dict(object: &Object) -> Option<Ref<Dict>> {
    object.dict_field()?.get()
}

/// The default lookup: data descriptors of the type, then the instance's dictionary, then the type's
/// other attributes. `dict` takes the place of the instance's own. `None` where there is no such attribute.
fn find_attribute(object: &Object, name: &Str, dict: Option<&Dict>) -> Result<Option<Ref>> {
    let class = object.class();
    let attribute = class.lookup(name);
    let getter = attribute.as_ref().and_then(|attribute| attribute.class().tp_descr_get.get());
    if let (Some(attribute), Some(get)) = (&attribute, getter)
        && attribute.class().tp_descr_set.get().is_some()
    {
        return get(attribute, Some(object), Some(class)).map(Some);
    }
    let own = match dict {
        Some(dict) => dict.get(name)?,
        None => match instance_dict(object) {
            Some(dict) => dict.get(name)?,
            None => None,
        },
    };
    if own.is_some() {
        return Ok(own);
    }
    match (attribute, getter) {
        (Some(attribute), Some(get)) => get(&attribute, Some(object), Some(class)).map(Some),
        (attribute, _) => Ok(attribute),
    }
}

/// `PyObject_GenericGetAttr`, with a dictionary in the place of the instance's own where one is given.
pub fn generic_get_attr(object: &Object, name: &Str, dict: Option<&Dict>) -> Result<Ref> {
    find_attribute(object, name, dict)?.ok_or_else(|| no_attribute(object, name))
}

/// `PyObject_GenericGetAttr`: what `tp_getattro` is unless a type says otherwise.
#[unsafe(export_name = "PyObject_GenericGetAttr")]
pub extern "C" fn generic_getattro(object: &Object, name: &Object) -> Result<Ref> {
    match name.downcast::<Str>() {
        Some(name) => generic_get_attr(object, name, None),
        None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
    }
}

/// `PyObject_GenericSetAttr`, with a dictionary in the place of the instance's own where one is given.
pub fn generic_set_attr(
    object: &Object,
    name: &Str,
    value: Option<&Object>,
    dict: Option<&Dict>,
) -> Result<()> {
    let class = object.class();
    let attribute = class.lookup(name);
    if let Some(attribute) = &attribute
        && let Some(set) = attribute.class().tp_descr_set.get()
    {
        return raise::check_status(set(attribute, object, value));
    }
    let done = match (dict, object.dict_field()) {
        (Some(dict), _) => match value {
            Some(value) => return dict.set(name, value),
            None => dict.remove(name)?,
        },
        (None, Some(field)) => match (field.get(), value) {
            (Some(dict), Some(value)) => return dict.set_attribute(class, name, value),
            (Some(dict), None) => dict.remove_attribute(class, name)?,
            (None, Some(value)) => {
                let dict = Dict::for_instance(class);
                field.set(Some(dict.clone()));
                return dict.set_attribute(class, name, value);
            }
            (None, None) => false,
        },
        (None, None) => {
            return Err(match attribute {
                Some(_) => {
                    raise!(AttributeError, "'{}' object attribute '{name}' is read-only", class.name())
                }
                None => no_attribute(object, name),
            });
        }
    };
    match done {
        true => Ok(()),
        false => Err(raise::set_object(&exceptions::AttributeError, name.to_ref().into_object())),
    }
}

/// `PyObject_GenericSetAttr`: what `tp_setattro` is unless a type says otherwise.
#[unsafe(export_name = "PyObject_GenericSetAttr")]
pub extern "C" fn generic_setattro(
    object: &Object,
    name: &Object,
    value: Option<&Object>,
) -> std::ffi::c_int {
    raise::status(match name.downcast::<Str>() {
        Some(name) => generic_set_attr(object, name, value, None),
        None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
    })
}

/// The getter of a `__dict__` attribute: the dictionary, made when first asked for.
pub fn get_dict(object: &Object) -> Result<Ref> {
    let Some(field) = object.dict_field() else {
        bail!(AttributeError, "This object has no __dict__");
    };
    if field.is_null() {
        field.set(Some(Dict::for_instance(object.class())));
    }
    Ok(field.get().map_or_else(none, Ref::into_object))
}

/// The setter of a `__dict__` attribute.
pub fn set_dict(object: &Object, value: Option<&Object>) -> Result<()> {
    let Some(field) = object.dict_field() else {
        bail!(AttributeError, "This object has no __dict__");
    };
    let Some(value) = value else {
        bail!(TypeError, "cannot delete __dict__");
    };
    let Some(dict) = value.downcast::<Dict>() else {
        bail!(TypeError, "__dict__ must be set to a dictionary, not a '{}'", value.class().name());
    };
    field.set(Some(dict.to_ref()));
    Ok(())
}
