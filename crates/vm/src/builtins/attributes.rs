//! What can be asked of any object: attributes, class, identity, text.

use objects::prelude::*;

use crate::frame::Frame;
use objects::thread_state::ThreadState;

/// The name of an attribute, as `getattr` and its like take it.
fn attribute_name<'a>(name: &'a Object, function: &str) -> Result<&'a Str> {
    name.downcast::<Str>().ok_or_else(|| raise!(TypeError, "{function}(): attribute name must be string"))
}

/// The locals of the innermost Python frame.
pub(super) fn current_locals() -> Result<Ref> {
    match Frame::innermost(ThreadState::current()) {
        Some(frame) => frame.update_locals(),
        None => Err(raise!(SystemError, "frame does not exist")),
    }
}

#[functions(ATTRIBUTES)]
pub mod functions {
    use super::*;

    /// Return the Unicode-safe text of an object: repr() with everything beyond ASCII escaped.
    #[function("(obj, /)")]
    fn ascii(object: &Object) -> Result<Ref<Str>> {
        object.ascii()
    }

    /// Return whether the object is callable (i.e., some kind of function).
    ///
    /// Note that classes are callable, as are instances of classes with a
    /// __call__() method.
    #[function("(obj, /)")]
    fn callable(object: &Object) -> bool {
        object.is_callable()
    }

    /// Deletes the named attribute from the given object.
    ///
    /// delattr(x, 'y') is equivalent to ``del x.y''
    #[function("(obj, name, /)")]
    fn delattr(object: &Object, name: &Object) -> Result<()> {
        match name.downcast::<Str>() {
            Some(name) => object.del_attr(name),
            None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
        }
    }

    /// dir([object]) -> list of strings
    ///
    /// Without an argument, the names in the current scope; else the names of
    /// the attributes that can be reached from the object.
    #[function("(object=None, /)", no_text_signature)]
    fn dir(object: Option<&Object>) -> Result<Ref<List>> {
        let names = match object {
            None => {
                let locals = current_locals()?;
                let names = locals.mapping_keys()?;
                names.sort()?;
                return Ok(names);
            }
            Some(object) => match object.lookup_special(intern!("__dir__"))? {
                Some(method) => method.call0()?,
                None => bail!(TypeError, "object does not provide __dir__"),
            },
        };
        let names = names.collect_list()?;
        names.sort()?;
        Ok(names)
    }

    /// Return value.__format__(format_spec)
    ///
    /// format_spec defaults to the empty string.
    /// See the Format Specification Mini-Language section of help('FORMATTING') for
    /// details.
    #[function("(value, format_spec='', /)")]
    fn format(value: &Object, format_spec: Option<&Str>) -> Result<Ref<Str>> {
        value.format(format_spec)
    }

    /// getattr(object, name[, default]) -> value
    ///
    /// Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.
    /// When a default argument is given, it is returned when the attribute doesn't
    /// exist; without it, an exception is raised in that case.
    #[function("(object, name, default=None, /)", no_text_signature)]
    fn getattr(object: &Object, name: &Object, default: Option<&Object>) -> Result<Ref> {
        let name = attribute_name(name, "getattr")?;
        match default {
            None => object.get_attr(name),
            Some(default) => Ok(object.get_attr_opt(name)?.unwrap_or_else(|| default.to_ref())),
        }
    }

    /// Return whether the object has an attribute with the given name.
    ///
    /// This is done by calling getattr(obj, name) and catching AttributeError.
    #[function("(obj, name, /)")]
    fn hasattr(object: &Object, name: &Object) -> Result<bool> {
        Ok(object.get_attr_opt(attribute_name(name, "hasattr")?)?.is_some())
    }

    /// Return the hash value for the given object.
    ///
    /// Two objects that compare equal must also have the same hash value, but the
    /// reverse is not necessarily true.
    #[function("(obj, /)")]
    fn hash(object: &Object) -> Result<isize> {
        object.hash()
    }

    /// Return the identity of an object.
    ///
    /// This is guaranteed to be unique among simultaneously existing objects.
    /// (CPython uses the object's memory address.)
    #[function("(obj, /)")]
    fn id(object: &Object) -> Result<usize> {
        let address = object.as_ptr() as usize;
        (objects::services::get().audit)("builtins.id", &[&*Int::from_usize(address)])?;
        Ok(address)
    }

    /// Return whether an object is an instance of a class or of a subclass thereof.
    ///
    /// A tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)
    /// or ...`` etc.
    #[function("(obj, class_or_tuple, /)")]
    fn isinstance(object: &Object, class_or_tuple: &Object) -> Result<bool> {
        object.is_instance(class_or_tuple)
    }

    /// Return whether 'cls' is a derived from another class or is the same class.
    ///
    /// A tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to
    /// check against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)
    /// or ...`` etc.
    #[function("(cls, class_or_tuple, /)")]
    fn issubclass(class: &Object, class_or_tuple: &Object) -> Result<bool> {
        class.is_subclass(class_or_tuple)
    }

    /// Return the canonical string representation of the object.
    ///
    /// For many object types, including most builtins, eval(repr(obj)) == obj.
    #[function("(obj, /)")]
    fn repr(object: &Object) -> Result<Ref<Str>> {
        object.repr()
    }

    /// Sets the named attribute on the given object to the specified value.
    ///
    /// setattr(x, 'y', v) is equivalent to ``x.y = v''
    #[function("(obj, name, value, /)")]
    fn setattr(object: &Object, name: &Object, value: &Object) -> Result<()> {
        object.set_attr_object(name, value)
    }

    /// vars([object]) -> dictionary
    ///
    /// Without arguments, equivalent to locals().
    /// With an argument, equivalent to object.__dict__.
    #[function("(object=None, /)", no_text_signature)]
    fn vars(object: Option<&Object>) -> Result<Ref> {
        let Some(object) = object else { return current_locals() };
        match object.get_attr_opt(intern!("__dict__"))? {
            Some(dict) => Ok(dict),
            None => Err(raise!(TypeError, "vars() argument must have __dict__ attribute")),
        }
    }
}
