//! `classmethod`: a function that is bound to the class it is looked up through.

use std::mem::offset_of;

use crate::method::Method;
use crate::prelude::*;

/// `classmethod`.
#[repr(C)]
#[derive(Trace)]
pub struct ClassMethod {
    base: Object,
    function: Field,
    dict: Field<Dict>,
}

impl ClassMethod {
    pub fn wrap(function: Ref) -> Ref {
        let value =
            ClassMethod { base: Object::header(), function: Field::new(Some(function)), dict: Field::null() };
        Ref::new(value).into_object()
    }

    pub fn function(&self) -> Option<Ref> {
        self.function.get()
    }
}

/// classmethod(function) -> method
///
/// Make a function a class method: looked up on the class or on an instance,
/// it gets the class as its implicit first argument.
///
/// class C:
///     @classmethod
///     def f(cls, arg1, arg2, ...):
///         ...
///
/// Both C.f() and C().f() call it. Through a derived class it gets the derived
/// class. For functions without any implicit argument see the staticmethod builtin.
#[class(
    name = "classmethod",
    symbol = "PyClassMethod_Type",
    flags = BASETYPE,
    dict_offset = offset_of!(ClassMethod, dict)
)]
impl ClassMethod {
    #[slot(tp_new)]
    fn new(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<ClassMethod>> {
        Ref::new_in(
            class,
            ClassMethod { base: Object::header(), function: Field::null(), dict: Field::null() },
        )
    }

    #[slot(tp_init, "(function, /)")]
    fn init(&self, function: &Object) -> Result<()> {
        self.function.set(Some(function.to_ref()));
        Ok(())
    }

    /// What the class method wraps may be a descriptor of its own: it then sees the class as the instance.
    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, owner: Option<&Object>) -> Result<Ref> {
        let Some(function) = self.function() else { bail!(RuntimeError, "uninitialized classmethod object") };
        let owner = match (owner, instance) {
            (Some(owner), _) => owner,
            (None, Some(instance)) => instance.class(),
            (None, None) => none_object(),
        };
        match function.class().tp_descr_get.get() {
            Some(get) => get(&function, Some(owner), Some(owner)),
            None => Ok(Method::new(function, owner.to_ref()).into_object()),
        }
    }

    #[member(OBJECT, readonly)]
    const __func__: usize = offset_of!(ClassMethod, function);

    #[getter(name = "__isabstractmethod__")]
    fn is_abstract(&self) -> Result<bool> {
        crate::property::is_abstract(self.function().as_deref())
    }

    #[getter(name = "__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        crate::protocol::get_dict(self)
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        crate::protocol::set_dict(self, value)
    }
}
