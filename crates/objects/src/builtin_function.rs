//! `builtin_function_or_method`: a function of a method table, with the object it is bound to.

use std::ffi::{CStr, c_int};
use std::mem::offset_of;
use std::ptr;

use crate::descriptor::{Callee, check_flags, doc_signature, doc_text, for_convention};
use crate::module::Module;
use crate::prelude::*;
use crate::protocol::CompareOp;

/// `PyCFunctionObject`.
#[repr(C)]
#[derive(Trace)]
pub struct BuiltinFunction {
    base: Object,
    #[trace(skip)]
    definition: &'static MethodDef,
    receiver: Field,
    module: Field,
    #[trace(skip)]
    weak_references: std::cell::Cell<*mut Object>,
    #[trace(skip)]
    vectorcall: Option<VectorcallFunc>,
}

/// `PyCMethodObject`: a function that is told the class that defines it (PEP 573).
#[repr(C)]
#[derive(Trace)]
pub struct BuiltinMethod {
    base: BuiltinFunction,
    class: Field<Type>,
}

unsafe extern "C" fn vectorcall<const CONVENTION: c_int>(
    callee: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: only functions of this type point here.
    let function: &BuiltinFunction = unsafe { callee.cast() };
    let class = function.defining_class();
    // SAFETY: the field is set for good when the function is made, but for the collector's clearing.
    let receiver =
        unsafe { function.receiver.peek() }.filter(|_| function.definition.flags & method_flags::STATIC == 0);
    let callee =
        Callee { definition: function.definition, receiver, class: class.as_deref(), function: callee };
    // SAFETY: the caller's promise.
    unsafe { callee.vectorcall::<CONVENTION>(arguments, count & !VECTORCALL_ARGUMENTS_OFFSET, names) }
}

impl BuiltinFunction {
    /// A function bound to an object (for a module's function: the module), with the name of its module.
    pub fn new(
        definition: &'static MethodDef,
        receiver: Option<Ref>,
        module: Option<Ref>,
    ) -> Result<Ref<BuiltinFunction>> {
        BuiltinFunction::new_method(definition, receiver, module, None)
    }

    /// The same for a `METH_METHOD` function, which is told the class that defines it.
    pub fn new_method(
        definition: &'static MethodDef,
        receiver: Option<Ref>,
        module: Option<Ref>,
        class: Option<Ref<Type>>,
    ) -> Result<Ref<BuiltinFunction>> {
        check_flags(definition)?;
        let function = BuiltinFunction {
            base: Object::header(),
            definition,
            receiver: Field::new(receiver),
            module: Field::new(module),
            weak_references: std::cell::Cell::new(ptr::null_mut()),
            vectorcall: Some(for_convention!(definition, vectorcall)),
        };
        match (definition.flags & method_flags::METHOD != 0, class) {
            (false, None) => Ok(Ref::new(function)),
            (true, Some(class)) => {
                let method = Ref::new(BuiltinMethod { base: function, class: Field::new(Some(class)) });
                // SAFETY: the method's structure begins with the function's.
                Ok(unsafe { method.cast_unchecked() })
            }
            (true, None) => {
                bail!(SystemError, "attempting to create PyCMethod with a METH_METHOD flag but no class")
            }
            (false, Some(_)) => {
                bail!(SystemError, "attempting to create PyCFunction with class but no METH_METHOD flag")
            }
        }
    }

    /// The class that defines the function, which only a [`BuiltinMethod`] knows.
    pub fn defining_class(&self) -> Option<Ref<Type>> {
        match self.definition.flags & method_flags::METHOD {
            0 => None,
            _ => self.as_object().downcast::<BuiltinMethod>()?.class.get(),
        }
    }

    /// The table's entry.
    #[inline(always)]
    pub fn definition(&self) -> &'static MethodDef {
        self.definition
    }

    /// What the function is bound to; nothing for a static method.
    pub fn receiver(&self) -> Option<Ref> {
        match self.definition.flags & method_flags::STATIC {
            0 => self.receiver.get(),
            _ => None,
        }
    }

    fn name(&self) -> std::borrow::Cow<'static, str> {
        // SAFETY: a table's names are NUL-terminated.
        unsafe { CStr::from_ptr(self.definition.name) }.to_string_lossy()
    }

    fn doc(&self) -> Option<std::borrow::Cow<'static, str>> {
        // SAFETY: a table's texts are NUL-terminated.
        (!self.definition.doc.is_null())
            .then(|| unsafe { CStr::from_ptr(self.definition.doc) }.to_string_lossy())
    }
}

#[class(
    name = "builtin_function_or_method",
    symbol = "PyCFunction_Type",
    generic_getattro,
    weaklist_offset = offset_of!(BuiltinFunction, weak_references),
    vectorcall_offset = offset_of!(BuiltinFunction, vectorcall)
)]
impl BuiltinFunction {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        let name = self.name();
        Str::new(&match self.receiver.get().filter(|receiver| receiver.downcast::<Module>().is_none()) {
            None => format!("<built-in function {name}>"),
            Some(receiver) => {
                format!("<built-in method {name} of {} object at {:p}>", receiver.class().name(), &*receiver)
            }
        })
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let (receiver, class) = (self.receiver(), self.defining_class());
        let callee = Callee {
            definition: self.definition,
            receiver: receiver.as_deref(),
            class: class.as_deref(),
            function: self,
        };
        callee.call(arguments, keywords)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        let receiver = self.receiver.get().map_or(0, |receiver| receiver.as_ptr() as usize);
        (receiver.rotate_right(4) ^ (self.definition.function as usize).rotate_right(4)) as isize
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        let Some(other) = other.downcast::<BuiltinFunction>() else { return not_implemented() };
        let same_receiver = match (self.receiver.get(), other.receiver.get()) {
            (Some(ours), Some(theirs)) => ours.is(&theirs),
            (None, None) => true,
            _ => false,
        };
        let equal = same_receiver && ptr::eq(self.definition.function, other.definition.function);
        match op {
            CompareOp::Eq => bool_object(equal),
            CompareOp::Ne => bool_object(!equal),
            _ => not_implemented(),
        }
    }

    #[member(OBJECT)]
    const __module__: usize = offset_of!(BuiltinFunction, module);

    #[getter(name = "__self__")]
    fn get_self(&self) -> Option<Ref> {
        self.receiver()
    }

    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        Str::new(&self.name())
    }

    /// For a method, the qualified name of its receiver's type comes first.
    #[getter(name = "__qualname__")]
    fn qualname(&self) -> Result<Ref<Str>> {
        let name = self.name();
        let receiver = self.receiver.get().filter(|receiver| receiver.downcast::<Module>().is_none());
        let Some(receiver) = receiver else { return Ok(Str::new(&name)) };
        let class = match receiver.downcast::<Type>() {
            Some(class) => class,
            None => receiver.class(),
        };
        let qualname = class.get_attr(intern!("__qualname__"))?;
        match qualname.downcast::<Str>() {
            Some(qualname) => format_str!("{qualname}.{name}"),
            None => Err(raise!(TypeError, "<method>.__class__.__qualname__ is not a unicode object")),
        }
    }

    #[getter(name = "__doc__")]
    fn get_doc(&self) -> Option<Ref<Str>> {
        let doc = self.doc()?;
        Some(doc_text(&self.name(), &doc)).filter(|text| !text.is_empty()).map(Str::new)
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Option<Ref<Str>> {
        self.doc().and_then(|doc| doc_signature(&self.name(), &doc).map(Str::new))
    }

    /// A module's function pickles by name, a bound one as its receiver's attribute.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let receiver = self.receiver.get().filter(|receiver| receiver.downcast::<Module>().is_none());
        let name = Str::new(&self.name()).into_object();
        let Some(receiver) = receiver else { return Ok(name) };
        let builtins = (crate::services::get().import)("builtins")?;
        let arguments = Tuple::new([receiver, name])?;
        Tuple::new([builtins.get_attr(intern!("getattr"))?, arguments.into_object()]).map(Ref::into_object)
    }
}

#[class(name = "builtin_method", symbol = "PyCMethod_Type", base = BUILTIN_FUNCTION, layout = BuiltinFunction)]
impl BuiltinMethod {}
