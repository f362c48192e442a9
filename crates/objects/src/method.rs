//! `method`: a function bound to an instance. `instancemethod`: a callable that binds as a function does.

use std::cell::Cell;
use std::mem::offset_of;

use crate::prelude::*;
use crate::protocol::CompareOp;

/// `PyMethodObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Method {
    base: Object,
    function: Field,
    receiver: Field,
    #[trace(skip)]
    weakrefs: Cell<*mut Object>,
    #[trace(skip)]
    vectorcall: Cell<Option<VectorcallFunc>>,
}

impl Method {
    pub fn new(function: Ref, receiver: Ref) -> Ref<Method> {
        Ref::new(Method {
            base: Object::header(),
            function: Field::new(Some(function)),
            receiver: Field::new(Some(receiver)),
            weakrefs: Cell::new(std::ptr::null_mut()),
            vectorcall: Cell::new(Some(vectorcall)),
        })
    }

    pub fn function(&self) -> Ref {
        self.function.get().unwrap_or_else(none)
    }

    pub fn receiver(&self) -> Ref {
        self.receiver.get().unwrap_or_else(none)
    }
}

/// The receiver goes in front of the arguments: in the word before them where the caller lends it (PEP 590).
unsafe extern "C" fn vectorcall(
    callable: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the function sits in this type's objects alone.
    let method = unsafe { callable.cast::<Method>() };
    let (function, receiver) = (method.function(), method.receiver());
    let positional = count & !VECTORCALL_ARGUMENTS_OFFSET;
    if count & VECTORCALL_ARGUMENTS_OFFSET != 0 {
        // SAFETY: the flag says that the word before may be overwritten; it is put back.
        unsafe {
            let first = arguments.cast_mut().sub(1).cast::<*const Object>();
            let saved = first.replace(receiver.as_ptr());
            let result = function.vectorcall(first.cast(), positional + 1, names);
            first.write(saved);
            return result;
        }
    }
    // SAFETY: the caller passes as many arguments as it says, and a value for each name.
    let given = unsafe { crate::arguments::vector(arguments, positional as isize, names) };
    with_receiver(&receiver, given, |all| {
        // Room in front lets the function put a receiver of its own there.
        // SAFETY: `all[1..]` are the arguments, and `all[0]` may be overwritten.
        unsafe {
            function.vectorcall(all.as_ptr().add(1), (positional + 1) | VECTORCALL_ARGUMENTS_OFFSET, names)
        }
    })
}

/// Calls back with a free word, the receiver and the arguments: on the stack where they are few.
fn with_receiver<T>(receiver: &Object, given: &[&Object], call: impl FnOnce(&[&Object]) -> T) -> T {
    const FEW: usize = 6;
    if given.len() <= FEW {
        let mut all = [receiver; FEW + 2];
        all[2..2 + given.len()].copy_from_slice(given);
        return call(&all[..2 + given.len()]);
    }
    let mut all = Vec::with_capacity(given.len() + 2);
    all.extend([receiver, receiver]);
    all.extend_from_slice(given);
    call(&all)
}

/// The name by which `repr` calls a function.
fn shown_name(function: &Object) -> Result<Ref<Str>> {
    let name = match function.get_attr_opt(intern!("__qualname__"))? {
        Some(name) => Some(name),
        None => function.get_attr_opt(intern!("__name__"))?,
    };
    let name = name.and_then(|name| name.into_type::<Str>().ok());
    Ok(name.unwrap_or_else(|| Str::new("?")))
}

/// method(function, instance)
///
/// Make a bound method: a callable that passes the instance first.
#[class(
    name = "method",
    symbol = "PyMethod_Type",
    flags = 0,
    generic_setattro,
    weaklist_offset = offset_of!(Method, weakrefs),
    vectorcall_offset = offset_of!(Method, vectorcall),
)]
impl Method {
    #[slot(tp_new, "(function, instance, /)")]
    fn new_method(_class: &Type, function: &Object, instance: &Object) -> Result<Ref<Method>> {
        if !function.is_callable() {
            bail!(TypeError, "first argument must be callable");
        }
        if instance.is_none() {
            bail!(TypeError, "self must not be None");
        }
        Ok(Method::new(function.to_ref(), instance.to_ref()))
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        with_receiver(&self.receiver(), arguments.as_slice(), |all| {
            let all = Tuple::new(all[1..].iter().map(|argument| argument.to_ref()))?;
            self.function().call_dict(&all, keywords)
        })
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = shown_name(&self.function())?;
        format_str!("<bound method {name} of {}>", self.receiver().repr()?)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Ok(crate::hash::pointer(self.receiver().as_ptr()) ^ self.function().hash()?)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.downcast_exact::<Method>()) else {
            return Ok(not_implemented());
        };
        let equal = self.function().equals(&other.function())? && self.receiver().is(&other.receiver());
        Ok(bool_object(equal == (op == CompareOp::Eq)))
    }

    /// The method's own attributes come first, then the function's.
    #[slot(tp_getattro)]
    fn get_attribute(&self, name: &Object) -> Result<Ref> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        let Some(own) = self.class().lookup(name) else { return self.function().get_attr(name) };
        match own.class().tp_descr_get.get() {
            Some(get) => get(&own, Some(self), Some(self.class())),
            None => Ok(own),
        }
    }

    /// Already bound, so binding it again changes nothing.
    #[slot(tp_descr_get)]
    fn get(&self, _instance: Option<&Object>, _owner: Option<&Object>) -> Ref<Method> {
        self.to_ref()
    }

    #[getter(name = "__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        self.function().get_attr_opt(intern!("__doc__"))
    }

    /// the function (or other callable) implementing a method
    #[member(OBJECT, readonly, read_restricted)]
    const __func__: usize = offset_of!(Method, function);
    /// the instance to which a method is bound
    #[member(OBJECT, readonly, read_restricted)]
    const __self__: usize = offset_of!(Method, receiver);

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<(Ref, (Ref, Ref))> {
        let name = self.function().get_attr(intern!("__name__"))?;
        Ok((crate::services::builtin("getattr")?, (self.receiver(), name)))
    }
}

/// `PyInstanceMethodObject`: made by extension modules alone.
#[repr(C)]
#[derive(Trace)]
pub struct InstanceMethod {
    base: Object,
    function: Field,
}

impl InstanceMethod {
    pub fn new(function: Ref) -> Ref<InstanceMethod> {
        Ref::new(InstanceMethod { base: Object::header(), function: Field::new(Some(function)) })
    }

    pub fn function(&self) -> Ref {
        self.function.get().unwrap_or_else(none)
    }
}

/// instancemethod(function)
///
/// Bind a function to a class.
#[class(name = "instancemethod", symbol = "PyInstanceMethod_Type", generic_setattro)]
impl InstanceMethod {
    #[slot(tp_new, "(function, /)")]
    fn new_instance_method(_class: &Type, function: &Object) -> Result<Ref<InstanceMethod>> {
        if !function.is_callable() {
            bail!(TypeError, "first argument must be callable");
        }
        Ok(InstanceMethod::new(function.to_ref()))
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        self.function().call_dict(arguments, keywords)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let function = self.function();
        let name = function.get_attr_opt(intern!("__name__"))?;
        let name = name.and_then(|name| name.into_type::<Str>().ok()).unwrap_or_else(|| Str::new("?"));
        format_str!("<instancemethod {name} at {:p}>", self)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.downcast::<InstanceMethod>()) else {
            return Ok(not_implemented());
        };
        let equal = self.function().equals(&other.function())?;
        Ok(bool_object(equal == (op == CompareOp::Eq)))
    }

    #[slot(tp_getattro)]
    fn get_attribute(&self, name: &Object) -> Result<Ref> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        let Some(own) = self.class().lookup(name) else { return self.function().get_attr(name) };
        match own.class().tp_descr_get.get() {
            Some(get) => get(&own, Some(self), Some(self.class())),
            None => Ok(own),
        }
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Ref {
        match instance {
            Some(instance) => Method::new(self.function(), instance.to_ref()).into_object(),
            None => self.function(),
        }
    }

    #[getter(name = "__doc__")]
    fn doc(&self) -> Result<Option<Ref>> {
        self.function().get_attr_opt(intern!("__doc__"))
    }

    /// the function (or other callable) implementing a method
    #[member(OBJECT, readonly, read_restricted)]
    const __func__: usize = offset_of!(InstanceMethod, function);
}
