//! `staticmethod`: a function that is not bound when it is looked up through a class.

use std::mem::offset_of;

use crate::prelude::*;

/// `staticmethod`.
#[repr(C)]
#[derive(Trace)]
pub struct StaticMethod {
    base: Object,
    function: Field,
    dict: Field<Dict>,
}

impl StaticMethod {
    pub fn wrap(function: Ref) -> Ref {
        let value = StaticMethod {
            base: Object::header(),
            function: Field::new(Some(function)),
            dict: Field::null(),
        };
        Ref::new(value).into_object()
    }

    pub fn function(&self) -> Option<Ref> {
        self.function.get()
    }
}

/// staticmethod(function) -> method
///
/// Make a function a static method of a class: looked up on the class or on an
/// instance, it is the plain function, without an implicit first argument.
///
/// class C:
///     @staticmethod
///     def f(arg1, arg2, ...):
///         ...
///
/// Both C.f() and C().f() call it. A class method gets the class as its first
/// argument: see the classmethod builtin.
#[class(
    name = "staticmethod",
    symbol = "PyStaticMethod_Type",
    flags = BASETYPE,
    dict_offset = offset_of!(StaticMethod, dict)
)]
impl StaticMethod {
    #[slot(tp_new)]
    fn new(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<StaticMethod>> {
        Ref::new_in(
            class,
            StaticMethod { base: Object::header(), function: Field::null(), dict: Field::null() },
        )
    }

    #[slot(tp_init, "(function, /)")]
    fn init(&self, function: &Object) -> Result<()> {
        self.function.set(Some(function.to_ref()));
        Ok(())
    }

    #[slot(tp_descr_get)]
    fn get(&self, _instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        self.function().ok_or_else(|| raise!(RuntimeError, "uninitialized staticmethod object"))
    }

    #[member(OBJECT, readonly)]
    const __func__: usize = offset_of!(StaticMethod, function);

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
