//! `wrapper_descriptor` and `method-wrapper`: a type's slot as a special method, unbound and bound.

use std::ffi::c_void;

use super::{Descriptor, doc_signature, doc_text};
use crate::prelude::*;
use crate::protocol::CompareOp;
use crate::type_object::slots::SlotDef;

/// `PyWrapperDescrObject`.
#[repr(C)]
#[derive(Trace)]
pub struct WrapperDescriptor {
    base: Descriptor,
    #[trace(skip)]
    definition: &'static SlotDef,
    #[trace(skip)]
    wrapped: *const c_void,
}

impl WrapperDescriptor {
    /// The wrapper around the function that a slot of the owner holds.
    pub fn new(owner: &Type, definition: &'static SlotDef, wrapped: *const c_void) -> Ref<WrapperDescriptor> {
        let base = Descriptor {
            base: Object::header(),
            owner: Field::new(Some(owner.to_ref())),
            name: Field::new(Some(definition.name_object())),
            qualname: Field::null(),
        };
        Ref::new(WrapperDescriptor { base, definition, wrapped })
    }

    pub fn definition(&self) -> &'static SlotDef {
        self.definition
    }

    /// The slot's function.
    pub fn wrapped(&self) -> *const c_void {
        self.wrapped
    }

    fn call_on(&self, receiver: &Object, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        if !self.definition.keywords && keywords.is_some_and(|keywords| keywords.len() > 0) {
            bail!(TypeError, "wrapper {}() takes no keyword arguments", self.definition.name);
        }
        (self.definition.wrapper)(receiver, arguments, keywords, self.wrapped)
    }

    fn bind(&self, receiver: &Object) -> Result<Ref> {
        self.check_receiver(receiver)?;
        let method = MethodWrapper {
            base: Object::header(),
            descriptor: Field::new(Some(self.to_ref())),
            receiver: Field::new(Some(receiver.to_ref())),
        };
        Ok(Ref::new(method).into_object())
    }

    fn doc_object(&self) -> Ref<Str> {
        Str::new(doc_text("", self.definition.doc))
    }

    fn signature_object(&self) -> Option<Ref<Str>> {
        doc_signature("", self.definition.doc).map(Str::new)
    }
}

#[class(name = "wrapper_descriptor", symbol = "PyWrapperDescr_Type", layout = Descriptor, flags = METHOD_DESCRIPTOR, generic_getattro)]
impl WrapperDescriptor {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        self.describe("slot wrapper")
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let owner = self.owner();
        let Some((receiver, rest)) = arguments.items().split_first() else {
            bail!(TypeError, "descriptor '{}' of '{}' object needs an argument", self.name(), owner.name());
        };
        if !receiver.class().is_subtype(&owner) {
            bail!(
                TypeError,
                "descriptor '{}' requires a '{}' object but received a '{}'",
                self.name(),
                owner.name(),
                receiver.class().name()
            );
        }
        self.call_on(receiver, &*Tuple::new(rest.iter().cloned())?, keywords)
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        match instance {
            Some(instance) => self.bind(instance),
            None => Ok(self.as_object().to_ref()),
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
    fn doc(&self) -> Ref<Str> {
        self.doc_object()
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Option<Ref<Str>> {
        self.signature_object()
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        Descriptor::reduce(self)
    }
}

/// A wrapper with its receiver.
#[repr(C)]
#[derive(Trace)]
pub struct MethodWrapper {
    base: Object,
    descriptor: Field<WrapperDescriptor>,
    receiver: Field,
}

impl MethodWrapper {
    fn parts(&self) -> Result<(Ref<WrapperDescriptor>, Ref)> {
        match (self.descriptor.get(), self.receiver.get()) {
            (Some(descriptor), Some(receiver)) => Ok((descriptor, receiver)),
            _ => Err(raise!(SystemError, "a method-wrapper that the collector has cleared")),
        }
    }
}

#[class(name = "method-wrapper", symbol = "_PyMethodWrapper_Type", generic_getattro)]
impl MethodWrapper {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (descriptor, receiver) = self.parts()?;
        let (name, class) = (descriptor.definition.name, receiver.class().name());
        Ok(Str::new(&format!("<method-wrapper '{name}' of {class} object at {:p}>", &*receiver)))
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let (descriptor, receiver) = self.parts()?;
        descriptor.call_on(&receiver, arguments, keywords)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let (descriptor, receiver) = self.parts()?;
        let mix =
            (receiver.as_ptr() as usize).rotate_right(4) ^ (descriptor.as_ptr() as usize).rotate_right(4);
        Ok(mix as isize)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast_exact::<MethodWrapper>() else { return Ok(not_implemented()) };
        let ((descriptor, receiver), (theirs, their_receiver)) = (self.parts()?, other.parts()?);
        let equal = descriptor.is(&theirs) && receiver.is(&their_receiver);
        match op {
            CompareOp::Eq => Ok(bool_object(equal)),
            CompareOp::Ne => Ok(bool_object(!equal)),
            _ => Ok(not_implemented()),
        }
    }

    #[getter(name = "__self__")]
    fn get_self(&self) -> Result<Ref> {
        self.parts().map(|(_, receiver)| receiver)
    }

    #[getter(name = "__objclass__")]
    fn get_owner(&self) -> Result<Ref<Type>> {
        self.parts().map(|(descriptor, _)| descriptor.owner())
    }

    #[getter(name = "__name__")]
    fn get_name(&self) -> Result<Ref<Str>> {
        self.parts().map(|(descriptor, _)| descriptor.name())
    }

    #[getter(name = "__qualname__")]
    fn qualname(&self) -> Result<Ref> {
        self.parts()?.0.get_qualname()
    }

    #[getter(name = "__doc__")]
    fn doc(&self) -> Result<Ref<Str>> {
        self.parts().map(|(descriptor, _)| descriptor.doc_object())
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Result<Option<Ref<Str>>> {
        self.parts().map(|(descriptor, _)| descriptor.signature_object())
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let (descriptor, receiver) = self.parts()?;
        let builtins = (crate::services::get().import)("builtins")?;
        let getattr = builtins.get_attr(intern!("getattr"))?;
        let arguments = Tuple::new([receiver, descriptor.name().into_object()])?;
        Tuple::new([getattr, arguments.into_object()])
    }
}
