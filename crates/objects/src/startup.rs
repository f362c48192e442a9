//! Making the built-in types ready, before the first object is used from Python code.

use crate::prelude::*;

/// The built-in types that Python code can meet without importing a native module, exceptions apart.
/// Bases come first only by `ready`'s own doing, but `object` and `type` must begin.
static TYPES: &[&Type] = &[
    &crate::object::OBJECT,
    &crate::type_object::TYPE,
    &crate::bool::BOOL,
    &crate::builtin_function::BUILTIN_FUNCTION,
    &crate::bytes::BYTES,
    &crate::bytearray::BYTE_ARRAY,
    &crate::bytearray::iterator::BYTE_ARRAY_ITERATOR,
    &crate::bytes::iterator::BYTES_ITERATOR,
    &crate::codecs::charmap::ENCODING_MAP,
    &crate::str::iterator::STR_ITERATOR,
    &crate::str::template::FIELD_NAME_ITERATOR,
    &crate::str::template::FORMATTER_ITERATOR,
    &crate::capsule::CAPSULE,
    &crate::cell::CELL,
    &crate::class_method::CLASS_METHOD,
    &crate::complex::COMPLEX,
    &crate::descriptor::CLASS_METHOD_DESCRIPTOR,
    &crate::descriptor::GET_SET_DESCRIPTOR,
    &crate::descriptor::MEMBER_DESCRIPTOR,
    &crate::descriptor::METHOD_DESCRIPTOR,
    &crate::descriptor::METHOD_WRAPPER,
    &crate::descriptor::WRAPPER_DESCRIPTOR,
    &crate::dict::DICT,
    &crate::enumerate::ENUMERATE,
    &crate::filter::FILTER,
    &crate::float::FLOAT,
    &crate::generic_alias::GENERIC_ALIAS,
    &crate::int::INT,
    &crate::list::LIST,
    &crate::map::MAP,
    &crate::mapping_proxy::MAPPING_PROXY,
    &crate::method::INSTANCE_METHOD,
    &crate::method::METHOD,
    &crate::module::MODULE,
    &crate::module::MODULE_DEF,
    &crate::namespace::SIMPLE_NAMESPACE,
    &crate::property::PROPERTY,
    &crate::reversed::REVERSED,
    &crate::singletons::ELLIPSIS_TYPE,
    &crate::singletons::NONE_TYPE,
    &crate::singletons::NOT_IMPLEMENTED_TYPE,
    &crate::slice::SLICE,
    &crate::static_method::STATIC_METHOD,
    &crate::str::STR,
    &crate::super_object::SUPER,
    &crate::tuple::TUPLE,
    &crate::zip::ZIP,
];

/// Makes every built-in type ready. A thread state must be current.
pub fn ready_types() -> Result<()> {
    // Descriptors are made for `object` already, so their types must have a class before.
    for class in TYPES {
        if class.is_classless() {
            class.set_class(&TYPE);
        }
    }
    for class in TYPES.iter().chain(exceptions::ALL) {
        crate::type_object::ready(class)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread_state::ThreadState;

    /// One test for what needs a thread state, since there is one current thread in a process.
    #[test]
    fn types_work_once_they_are_ready() {
        // SAFETY: this test is the one that uses objects in its process; the state is never freed.
        unsafe { ThreadState::swap(Box::leak(ThreadState::new())) };
        ready_types().unwrap();
        let list = List::from_vec(vec![Int::new(1).into_object(), none(), Str::new("x").into_object()]);
        assert_eq!(list.as_object().repr().unwrap().as_str(), Some("[1, None, 'x']"));
        let error = exceptions::KeyError.as_object().call(&[&Str::new("k")]).unwrap();
        assert_eq!(error.repr().unwrap().as_str(), Some("KeyError('k')"));
        assert_eq!(error.str().unwrap().as_str(), Some("'k'"));
        let class = TYPE
            .as_object()
            .call(&[
                &Str::new("C"),
                &*Tuple::new([crate::list::LIST.to_ref().into_object()]).unwrap(),
                &*Dict::new(),
            ])
            .unwrap();
        let instance = class.call0().unwrap();
        instance.set_attr(intern!("a"), &Int::new(5)).unwrap();
        assert_eq!(instance.get_attr(intern!("a")).unwrap().as_isize().unwrap(), 5);
        assert_eq!(instance.length().unwrap(), 0);
        assert_eq!(
            &*instance
                .get_attr(intern!("b"))
                .unwrap_err()
                .fetch()
                .normalize()
                .value
                .unwrap()
                .str()
                .unwrap()
                .to_string(),
            "'C' object has no attribute 'b'"
        );
    }
}
