//! `getset_descriptor`: an attribute behind a pair of functions.

use std::ffi::CStr;

use super::Descriptor;
use crate::prelude::*;

/// `PyGetSetDescrObject`.
#[repr(C)]
#[derive(Trace)]
pub struct GetSetDescriptor {
    base: Descriptor,
    #[trace(skip)]
    definition: &'static GetSetDef,
}

impl GetSetDescriptor {
    pub fn new(owner: &Type, definition: &'static GetSetDef) -> Result<Ref<GetSetDescriptor>> {
        // SAFETY: a table's names are NUL-terminated.
        let base = Descriptor::new(owner, unsafe { CStr::from_ptr(definition.name) });
        Ok(Ref::new(GetSetDescriptor { base, definition }))
    }
}

#[class(name = "getset_descriptor", symbol = "PyGetSetDescr_Type", layout = Descriptor)]
impl GetSetDescriptor {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        self.describe("attribute")
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.check_receiver(instance)?;
        match self.definition.get {
            // SAFETY: the table's getter, for an instance of its type.
            Some(get) => unsafe { get(instance, self.definition.closure) },
            None => Err(raise!(
                AttributeError,
                "attribute '{}' of '{}' objects is not readable",
                self.name(),
                self.owner().name()
            )),
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        self.check_receiver(instance)?;
        match self.definition.set {
            // SAFETY: the table's setter, for an instance of its type.
            Some(set) => raise::check_status(unsafe { set(instance, value, self.definition.closure) }),
            None => Err(raise!(
                AttributeError,
                "attribute '{}' of '{}' objects is not writable",
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
        // SAFETY: a table's texts are NUL-terminated.
        unsafe { self.table_doc(self.definition.doc) }
    }

    #[getter(name = "__text_signature__")]
    fn text_signature(&self) -> Ref {
        // SAFETY: a table's texts are NUL-terminated.
        unsafe { self.table_signature(self.definition.doc) }
    }
}
