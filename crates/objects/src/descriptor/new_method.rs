//! `__new__` of a type in C or Rust: a static method that calls `tp_new` once it is sure that it may.

use crate::builtin_function::BuiltinFunction;
use crate::prelude::*;

struct Definition(MethodDef);

// SAFETY: constant.
unsafe impl Sync for Definition {}

static DEFINITION: Definition = Definition(MethodDef {
    name: c"__new__".as_ptr(),
    function: call_new as *const std::ffi::c_void,
    flags: method_flags::VARARGS | method_flags::KEYWORDS,
    doc: c"__new__($type, *args, **kwargs)\n--\n\nMakes a new object. See help(type) for the signature."
        .as_ptr(),
});

/// The `__new__` for a type that has a `tp_new`.
pub fn new_method(class: &Type) -> Result<Ref> {
    let receiver = Some(class.to_ref().into_object());
    BuiltinFunction::new(&DEFINITION.0, receiver, None).map(Ref::into_object)
}

/// Whether an attribute is a `__new__` made above, whichever type's: then a class's instances are made by
/// the `tp_new` that it inherited.
pub fn is_new_method(method: &Object) -> bool {
    let Some(function) = method.downcast::<BuiltinFunction>() else { return false };
    std::ptr::eq(function.definition(), &DEFINITION.0)
}

extern "C" fn call_new(owner: Option<&Object>, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    let Some(owner) = owner.and_then(|owner| owner.downcast::<Type>()) else {
        bail!(SystemError, "__new__() called with non-type 'self'");
    };
    let name = owner.name();
    let Some((class, rest)) = arguments.items().split_first() else {
        bail!(TypeError, "{name}.__new__(): not enough arguments");
    };
    let Some(class) = class.downcast::<Type>() else {
        bail!(TypeError, "{name}.__new__(X): X is not a type object ({})", class.class().name());
    };
    if !class.is_subtype(owner) {
        bail!(TypeError, "{name}.__new__({}): {} is not a subtype of {name}", class.name(), class.name());
    }
    // The nearest base in C or Rust must be the one to make the object: object.__new__(dict) would
    // leave a dict without its table.
    let mut solid = class;
    while is_python_new(solid)
        && let Some(base) = solid.base()
    {
        solid = base;
    }
    if solid.tp_new.get().map(|new| new as usize) != owner.tp_new.get().map(|new| new as usize) {
        bail!(TypeError, "{name}.__new__({}) is not safe, use {}.__new__()", class.name(), solid.name());
    }
    match owner.tp_new.get() {
        Some(new) => new(class, &*Tuple::new(rest.iter().cloned())?, keywords),
        None => Err(raise!(TypeError, "cannot create '{name}' instances")),
    }
}

/// Whether the class's `tp_new` is the one that calls a `__new__` written in Python.
fn is_python_new(class: &Type) -> bool {
    class
        .tp_new
        .get()
        .is_some_and(|new| std::ptr::fn_addr_eq(new, crate::type_object::dunder::new as NewFunc))
}
