//! `object`: the type that every type derives from.

use std::ffi::c_int;

use crate::prelude::*;
use crate::protocol::{CompareOp, generic_getattro, generic_setattro};

/// Whether a call has arguments that `object` does not take.
fn has_extra(arguments: &Tuple, keywords: Option<&Dict>) -> bool {
    !arguments.items().is_empty() || keywords.is_some_and(|keywords| keywords.len() > 0)
}

fn overrides_new(class: &Type) -> bool {
    class.tp_new.get().is_none_or(|new| !std::ptr::fn_addr_eq(new, new_object as NewFunc))
}

fn overrides_init(class: &Type) -> bool {
    class.tp_init.get().is_none_or(|init| !std::ptr::fn_addr_eq(init, init_object as InitProc))
}

extern "C" fn init_object(object: &Object, arguments: &Tuple, keywords: Option<&Dict>) -> c_int {
    let class = object.class();
    if !has_extra(arguments, keywords) {
        return 0;
    }
    raise::status(if overrides_init(class) {
        Err(raise!(TypeError, "object.__init__() takes exactly one argument (the instance to initialize)"))
    } else if !overrides_new(class) {
        Err(raise!(
            TypeError,
            "{}.__init__() takes exactly one argument (the instance to initialize)",
            class.name()
        ))
    } else {
        Ok(())
    })
}

extern "C" fn new_object(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    if has_extra(arguments, keywords) {
        if overrides_new(class) {
            bail!(TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
        }
        if !overrides_init(class) {
            bail!(TypeError, "{}() takes no arguments", class.name());
        }
    }
    if class.has_flags(flags::IS_ABSTRACT) {
        return Err(abstract_class(class)?);
    }
    match class.tp_alloc.get() {
        // SAFETY: the class's own function; zeros are a valid instance of a class below `object`.
        Some(alloc) => unsafe { alloc(class, 0) },
        None => Err(raise!(TypeError, "cannot create '{}' instances", class.name())),
    }
}

/// The error that names the abstract methods left, sorted.
fn abstract_class(class: &Type) -> Result<Raised> {
    let methods = class.get_attr(intern!("__abstractmethods__"))?.collect_list()?;
    let mut names: Vec<String> = methods
        .to_vec()
        .iter()
        .map(|name| match name.downcast::<Str>() {
            Some(name) => Ok(name.to_string()),
            None => Err(raise!(
                TypeError,
                "sequence item 0: expected str instance, {} found",
                name.class().name()
            )),
        })
        .collect::<Result<_>>()?;
    names.sort();
    Ok(raise!(
        TypeError,
        "Can't instantiate abstract class {} with abstract method{} {}",
        class.name(),
        if names.len() > 1 { "s" } else { "" },
        names.join(", ")
    ))
}

/// A bare `object()`.
#[repr(C)]
pub struct BareObject {
    base: Object,
}

/// The base class of the class hierarchy.
///
/// When called, it takes no arguments and gives a new featureless
/// instance that has no instance attributes and cannot be given any.
#[class(
    name = "object",
    symbol = "PyBaseObject_Type",
    static_ = OBJECT,
    layout = Object,
    basicsize = size_of::<Object>(),
    flags = BASETYPE,
    signature = "()",
    slots = [
        tp_alloc(memory::generic_alloc),
        tp_free(memory::object_free),
        tp_new(new_object),
        tp_init(init_object),
        tp_getattro(generic_getattro),
        tp_setattro(generic_setattro),
    ]
)]
impl BareObject {
    #[slot(tp_repr)]
    fn repr(object: &Object) -> Result<Ref<Str>> {
        let class = object.class();
        let module = raise::ignore(class.module_object(), &exceptions::AttributeError)?;
        let module = module.and_then(|module| module.into_type::<Str>().ok());
        match module.filter(|module| !module.equals_text("builtins")) {
            None => format_str!("<{} object at {:p}>", class.name(), object),
            Some(module) => {
                format_str!("<{module}.{} object at {:p}>", class.qualname_object().str()?, object)
            }
        }
    }

    #[slot(tp_str)]
    fn str(object: &Object) -> Result<Ref<Str>> {
        object.repr()
    }

    #[slot(tp_hash)]
    fn hash(object: &Object) -> isize {
        (object.as_ptr() as usize).rotate_right(4) as isize
    }

    #[slot(tp_richcompare)]
    fn compare(object: &Object, other: &Object, op: CompareOp) -> Result<Ref> {
        match op {
            CompareOp::Eq if object.is(other) => Ok(true_()),
            // The opposite of what the type's own `==` says, unless it does not know.
            CompareOp::Ne => match object.class().tp_richcompare.get() {
                None => Ok(not_implemented()),
                Some(compare) => {
                    let equal = compare(object, other, CompareOp::Eq as i32)?;
                    match equal.is_not_implemented() {
                        true => Ok(equal),
                        false => Ok(bool_object(!equal.is_true()?)),
                    }
                }
            },
            _ => Ok(not_implemented()),
        }
    }

    #[getter(name = "__class__")]
    fn get_class(&self) -> Ref<Type> {
        self.class().to_ref()
    }

    #[setter(name = "__class__")]
    fn set_class(&self, value: Option<&Object>) -> Result<()> {
        crate::type_object::rebase::set_class(self, value)
    }

    /// Helper for pickle, by protocol.
    #[method("(protocol, /)", name = "__reduce_ex__")]
    fn reduce_ex(&self, protocol: i32) -> Result<Ref> {
        if let Some(method) = self.get_attr_opt(intern!("__reduce__"))? {
            let own = self.class().get_attr(intern!("__reduce__"))?;
            let plain = OBJECT.get_attr(intern!("__reduce__"))?;
            if !own.is(&plain) {
                return method.call0();
            }
        }
        crate::reduce::reduce(self, protocol)
    }

    /// Helper for pickle.
    #[method("()", name = "__reduce__")]
    fn reduce(&self) -> Result<Ref> {
        crate::reduce::reduce(self, 0)
    }

    /// Abstract classes override this to customise issubclass(); NotImplemented leaves it to the default.
    #[classmethod("(subclass, /)", name = "__subclasshook__", no_text_signature)]
    fn subclass_hook(_class: &Type, _subclass: &Object) -> Ref {
        not_implemented()
    }

    /// Called when a class is subclassed; does nothing unless overridden.
    #[classmethod("()", name = "__init_subclass__", no_text_signature)]
    fn init_subclass(_class: &Type) {}

    /// The default object formatter.
    #[method("(format_spec, /)", name = "__format__")]
    fn format(&self, spec: &Str) -> Result<Ref<Str>> {
        if spec.len() > 0 {
            bail!(TypeError, "unsupported format string passed to {}.__format__", self.class().name());
        }
        self.str()
    }

    /// The memory that the object takes, in bytes.
    #[method("()", name = "__sizeof__")]
    fn size_of(&self) -> isize {
        let class = self.class();
        let items = match class.tp_itemsize.get() {
            0 => 0,
            // SAFETY: a type with items begins with a VarObject.
            item => item * unsafe { (*self.as_ptr().cast::<VarObject>()).size() }.abs(),
        };
        class.tp_basicsize.get() + items
    }

    /// The names of the object's attributes, its class's and its class's bases'.
    #[method("()", name = "__dir__")]
    fn dir(&self) -> Result<Ref> {
        let names = Dict::new();
        if let Some(dict) = self.get_attr_opt(intern!("__dict__"))?
            && let Some(dict) = dict.downcast::<Dict>()
        {
            names.update(dict)?;
        }
        if let Some(class) = self.get_attr_opt(intern!("__class__"))? {
            merge_class_names(&names, &class)?;
        }
        Ok(names.collect_list()?.into_object())
    }
}

fn merge_class_names(names: &Dict, class: &Object) -> Result<()> {
    if let Some(dict) = class.get_attr_opt(intern!("__dict__"))? {
        names.update(&dict)?;
    }
    if let Some(bases) = class.get_attr_opt(intern!("__bases__"))? {
        for index in 0..bases.length()? {
            merge_class_names(names, &*bases.get_index(index)?)?;
        }
    }
    Ok(())
}
