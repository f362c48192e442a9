//! `method_descriptor` and `classmethod_descriptor`: the methods of types in C and Rust, unbound.

use std::ffi::{CStr, c_int};
use std::mem::offset_of;

use super::{Callee, Descriptor, check_flags, for_convention};
use crate::builtin_function::BuiltinFunction;
use crate::prelude::*;

/// `PyMethodDescrObject`.
#[repr(C)]
#[derive(Trace)]
pub struct MethodDescriptor {
    base: Descriptor,
    #[trace(skip)]
    definition: &'static MethodDef,
    #[trace(skip)]
    vectorcall: Option<VectorcallFunc>,
}

/// A method of a class's, as `PyMethodDescrObject` too.
#[repr(C)]
#[derive(Trace)]
pub struct ClassMethodDescriptor {
    base: MethodDescriptor,
}

unsafe extern "C" fn vectorcall<const CONVENTION: c_int>(
    callee: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: only method descriptors point here.
    let method: &MethodDescriptor = unsafe { callee.cast() };
    let count = count & !VECTORCALL_ARGUMENTS_OFFSET;
    if count == 0 {
        return Err(method.missing_receiver());
    }
    // SAFETY: the first of the arguments is the receiver; the rest follow it.
    unsafe {
        let receiver = *arguments;
        method.check_receiver(receiver)?;
        let class = method.defining_class();
        let callee = method.callee(receiver, class.as_deref());
        callee.vectorcall::<CONVENTION>(arguments.add(1), count - 1, names)
    }
}

impl MethodDescriptor {
    pub fn new(owner: &Type, definition: &'static MethodDef) -> Result<Ref<MethodDescriptor>> {
        check_flags(definition)?;
        // SAFETY: a table's names are NUL-terminated.
        let base = Descriptor::new(owner, unsafe { CStr::from_ptr(definition.name) });
        Ok(Ref::new(MethodDescriptor {
            base,
            definition,
            vectorcall: Some(for_convention!(definition, vectorcall)),
        }))
    }

    /// The table's entry.
    #[inline(always)]
    pub fn definition(&self) -> &'static MethodDef {
        self.definition
    }

    /// The class that a `METH_METHOD` function is passed.
    #[inline(always)]
    fn defining_class(&self) -> Option<Ref<Type>> {
        (self.definition.flags & method_flags::METHOD != 0).then(|| self.owner())
    }

    fn callee<'a>(&'a self, receiver: &'a Object, class: Option<&'a Type>) -> Callee<'a> {
        Callee { definition: self.definition, receiver: Some(receiver), class, function: self }
    }

    #[cold]
    fn missing_receiver(&self) -> Raised {
        raise!(TypeError, "unbound method {}.{}() needs an argument", self.owner().short_name(), self.name())
    }

    fn bind(&self, receiver: &Object) -> Result<Ref<BuiltinFunction>> {
        let class = self.defining_class();
        BuiltinFunction::new_method(self.definition, Some(receiver.to_ref()), None, class)
    }
}

#[class(
    name = "method_descriptor",
    symbol = "PyMethodDescr_Type",
    layout = Descriptor,
    flags = METHOD_DESCRIPTOR,
    vectorcall_offset = offset_of!(MethodDescriptor, vectorcall),
    generic_getattro
)]
impl MethodDescriptor {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        self.describe("method")
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let Some((receiver, rest)) = arguments.items().split_first() else {
            return Err(self.missing_receiver());
        };
        self.check_receiver(receiver)?;
        let class = self.defining_class();
        self.callee(receiver, class.as_deref()).call(&*Tuple::new(rest.iter().cloned())?, keywords)
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.check_receiver(instance)?;
        self.bind(instance).map(Ref::into_object)
    }

    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[getter(name = "__objclass__")]
    fn get_owner(&self) -> Ref<Type> {
        self.owner()
    }

    #[getter(name = "__qualname__")]
    fn qualname(&self) -> Result<Ref> {
        self.get_qualname()
    }

    #[getter(name = "__doc__")]
    fn doc(&self) -> Ref {
        // SAFETY: a table's texts are NUL-terminated.
        unsafe { self.table_doc(self.definition.doc) }
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Ref {
        // SAFETY: a table's texts are NUL-terminated.
        unsafe { self.table_signature(self.definition.doc) }
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        Descriptor::reduce(self)
    }
}

impl ClassMethodDescriptor {
    pub fn new(owner: &Type, definition: &'static MethodDef) -> Result<Ref<ClassMethodDescriptor>> {
        check_flags(definition)?;
        // SAFETY: a table's names are NUL-terminated.
        let base = Descriptor::new(owner, unsafe { CStr::from_ptr(definition.name) });
        let base = MethodDescriptor { base, definition, vectorcall: None };
        Ok(Ref::new(ClassMethodDescriptor { base }))
    }

    /// The method bound to a class, which must derive from the owner.
    fn bind_class(&self, class: &Object) -> Result<Ref> {
        let owner = self.owner();
        let Some(class) = class.downcast::<Type>() else {
            bail!(
                TypeError,
                "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                self.name(),
                owner.name(),
                class.class().name()
            );
        };
        if !class.is_subtype(&owner) {
            bail!(
                TypeError,
                "descriptor '{}' requires a subtype of '{}' but received '{}'",
                self.name(),
                owner.name(),
                class.name()
            );
        }
        self.bind(class).map(Ref::into_object)
    }
}

#[class(name = "classmethod_descriptor", symbol = "PyClassMethodDescr_Type", layout = MethodDescriptor, generic_getattro)]
impl ClassMethodDescriptor {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        self.describe("method")
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let Some((class, rest)) = arguments.items().split_first() else {
            bail!(
                TypeError,
                "descriptor '{}' of '{}' object needs an argument",
                self.name(),
                self.owner().name()
            );
        };
        self.bind_class(class)?.call_dict(&*Tuple::new(rest.iter().cloned())?, keywords)
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, owner: Option<&Object>) -> Result<Ref> {
        match (owner, instance) {
            (Some(owner), _) => self.bind_class(owner),
            (None, Some(instance)) => self.bind_class(instance.class()),
            (None, None) => Err(raise!(
                TypeError,
                "descriptor '{}' for type '{}' needs either an object or a type",
                self.name(),
                self.owner().name()
            )),
        }
    }

    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[getter(name = "__objclass__")]
    fn get_owner(&self) -> Ref<Type> {
        self.owner()
    }

    #[getter(name = "__qualname__")]
    fn qualname(&self) -> Result<Ref> {
        self.get_qualname()
    }

    #[getter(name = "__doc__")]
    fn doc(&self) -> Ref {
        MethodDescriptor::doc(self)
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Ref {
        MethodDescriptor::text_signature(self)
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        Descriptor::reduce(self)
    }
}
