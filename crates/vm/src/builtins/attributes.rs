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

    /// Tell whether calling the object could work, which is to say whether it has a call slot.
    ///
    /// True for functions, methods and classes, and for any instance whose class defines
    /// __call__(). The call itself may still fail.
    #[function("(obj, /)")]
    fn callable(object: &Object) -> bool {
        object.is_callable()
    }

    /// Remove an attribute by its name, given as a string.
    ///
    /// The statement `del x.y` does the same as delattr(x, 'y').
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

    /// Turn a value into text the way format_spec asks for.
    ///
    /// The value's own __format__() does the work and interprets the specification; an empty
    /// one, the default, mostly amounts to str(value). help('FORMATTING') describes the
    /// specifications that the built-in types understand.
    #[function("(value, format_spec='', /)")]
    fn format(value: &Object, format_spec: Option<&Str>) -> Result<Ref<Str>> {
        value.format(format_spec)
    }

    /// getattr(object, name[, default]) -> value
    ///
    /// Look up an attribute whose name is a string: getattr(x, 'y') does what x.y does.
    /// A missing attribute raises AttributeError, unless there is a default to give instead.
    #[function("(object, name, default=None, /)", no_text_signature)]
    fn getattr(object: &Object, name: &Object, default: Option<&Object>) -> Result<Ref> {
        let name = attribute_name(name, "getattr")?;
        match default {
            None => object.get_attr(name),
            Some(default) => Ok(object.get_attr_opt(name)?.unwrap_or_else(|| default.to_ref())),
        }
    }

    /// Tell whether looking up the named attribute succeeds.
    ///
    /// The lookup really takes place, as getattr(obj, name) would do it: AttributeError
    /// means False, and any other exception is passed on.
    #[function("(obj, name, /)")]
    fn hasattr(object: &Object, name: &Object) -> Result<bool> {
        Ok(object.get_attr_opt(attribute_name(name, "hasattr")?)?.is_some())
    }

    /// Compute the integer by which dictionaries and sets file the object.
    ///
    /// Equal objects hash alike; different objects may happen to do so too. Objects
    /// without a hash, such as lists, raise TypeError.
    #[function("(obj, /)")]
    fn hash(object: &Object) -> Result<isize> {
        object.hash()
    }

    /// Give an integer that no other object has while this one is alive.
    ///
    /// It is the address of the object in memory, so a later object may get it again.
    #[function("(obj, /)")]
    fn id(object: &Object) -> Result<usize> {
        let address = object.as_ptr() as usize;
        (objects::services::get().audit)("builtins.id", &[&*Int::from_usize(address)])?;
        Ok(address)
    }

    /// Tell whether the object's class is the given one or derives from it.
    ///
    /// With a tuple of classes, which may hold further tuples, one that fits is enough:
    /// isinstance(x, (A, B)) asks for an A or a B. Classes can have their own say in
    /// this through __instancecheck__().
    #[function("(obj, class_or_tuple, /)")]
    fn isinstance(object: &Object, class_or_tuple: &Object) -> Result<bool> {
        object.is_instance(class_or_tuple)
    }

    /// Tell whether cls derives from the other class; every class counts as its own subclass.
    ///
    /// With a tuple of classes, which may hold further tuples, one that fits is enough:
    /// issubclass(x, (A, B)) asks for a subclass of A or of B. Classes can have their own
    /// say in this through __subclasscheck__().
    #[function("(cls, class_or_tuple, /)")]
    fn issubclass(class: &Object, class_or_tuple: &Object) -> Result<bool> {
        class.is_subclass(class_or_tuple)
    }

    /// Describe the object in a string made for programmers.
    ///
    /// Where it is possible, as with most built-in types, the string is an expression that
    /// eval() turns into an equal object. Classes choose theirs by defining __repr__().
    #[function("(obj, /)")]
    fn repr(object: &Object) -> Result<Ref<Str>> {
        object.repr()
    }

    /// Give an attribute, named by a string, a new value.
    ///
    /// The statement `x.y = v` does the same as setattr(x, 'y', v).
    #[function("(obj, name, value, /)")]
    fn setattr(object: &Object, name: &Object, value: &Object) -> Result<()> {
        object.set_attr_object(name, value)
    }

    /// vars([object]) -> dictionary
    ///
    /// The object's __dict__; TypeError if it has none. When called without an object,
    /// the local variables of the caller, just as locals() gives them.
    #[function("(object=None, /)", no_text_signature)]
    fn vars(object: Option<&Object>) -> Result<Ref> {
        let Some(object) = object else { return current_locals() };
        match object.get_attr_opt(intern!("__dict__"))? {
            Some(dict) => Ok(dict),
            None => Err(raise!(TypeError, "vars() argument must have __dict__ attribute")),
        }
    }
}
