//! Start-up of the object model: the built-in types, made ready in an order that works.

use std::cell::Cell;

use crate::object::OBJECT;
use crate::prelude::*;
use crate::type_object;

/// Makes every built-in type ready. Needs a current thread state; once is enough, again does nothing.
pub fn ready_types() -> Result<()> {
    OBJECT.set_class(&TYPE);
    TYPE.set_class(&TYPE);
    for class in TYPES.iter().chain(exceptions::ALL) {
        // A static type without a metatype yet gets it from its base when it is made ready.
        type_object::ready(class)?;
    }
    STARTED.0.set(true);
    crate::context::add_missing()
}

struct Started(Cell<bool>);

// SAFETY: written once, at start-up, and read under the GIL.
unsafe impl Sync for Started {}

/// Whether every built-in type is ready, so that others can be made so at any time.
static STARTED: Started = Started(Cell::new(false));

/// Makes a native module's type ready that its first instance is being made of.
#[cold]
pub(crate) fn see_to_type(class: &Type) -> Result<()> {
    match STARTED.0.get() {
        true => type_object::ready(class),
        false => Ok(()),
    }
}

/// The built-in types but for the exceptions; a base comes before what derives from it.
static TYPES: &[&Type] = &[
    &OBJECT,
    &TYPE,
    &crate::str::STR,
    &crate::dict::DICT,
    &crate::tuple::TUPLE,
    &crate::int::INT,
    &crate::bool::BOOL,
    &crate::float::FLOAT,
    &crate::complex::COMPLEX,
    &crate::bytes::BYTES,
    &crate::list::LIST,
    &crate::singletons::NONE_TYPE,
    &crate::singletons::ELLIPSIS_TYPE,
    &crate::singletons::NOT_IMPLEMENTED_TYPE,
    &crate::builtin_function::BUILTIN_FUNCTION,
    &crate::builtin_function::BUILTIN_METHOD,
    &crate::descriptor::METHOD_DESCRIPTOR,
    &crate::descriptor::CLASS_METHOD_DESCRIPTOR,
    &crate::descriptor::MEMBER_DESCRIPTOR,
    &crate::descriptor::GET_SET_DESCRIPTOR,
    &crate::descriptor::WRAPPER_DESCRIPTOR,
    &crate::descriptor::METHOD_WRAPPER,
    &crate::static_method::STATIC_METHOD,
    &crate::class_method::CLASS_METHOD,
    &crate::property::PROPERTY,
    &crate::super_object::SUPER,
    &crate::module::MODULE,
    &crate::module::MODULE_DEF,
    &crate::method::METHOD,
    &crate::method::INSTANCE_METHOD,
    &crate::cell::CELL,
    &crate::capsule::CAPSULE,
    &crate::namespace::SIMPLE_NAMESPACE,
    &crate::mapping_proxy::MAPPING_PROXY,
    &crate::generic_alias::GENERIC_ALIAS,
    &crate::slice::SLICE,
    &crate::enumerate::ENUMERATE,
    &crate::reversed::REVERSED,
    &crate::zip::ZIP,
    &crate::map::MAP,
    &crate::filter::FILTER,
    &crate::bytearray::BYTE_ARRAY,
    &crate::memoryview::MANAGED_BUFFER,
    &crate::memoryview::MEMORY_VIEW,
    &crate::bytearray::iterator::BYTE_ARRAY_ITERATOR,
    &crate::bytes::iterator::BYTES_ITERATOR,
    &crate::codecs::charmap::ENCODING_MAP,
    &crate::str::iterator::STR_ITERATOR,
    &crate::str::template::FIELD_NAME_ITERATOR,
    &crate::str::template::FORMATTER_ITERATOR,
    &crate::dict::KEYS_VIEW,
    &crate::dict::VALUES_VIEW,
    &crate::dict::ITEMS_VIEW,
    &crate::dict::KEY_ITERATOR,
    &crate::dict::VALUE_ITERATOR,
    &crate::dict::ITEM_ITERATOR,
    &crate::dict::REVERSE_KEY_ITERATOR,
    &crate::dict::REVERSE_VALUE_ITERATOR,
    &crate::dict::REVERSE_ITEM_ITERATOR,
    &crate::list::LIST_ITERATOR,
    &crate::list::LIST_REVERSE_ITERATOR,
    &crate::tuple::TUPLE_ITERATOR,
    &crate::set::SET,
    &crate::set::FROZENSET,
    &crate::set::SET_ITERATOR,
    &crate::range::RANGE,
    &crate::range::RANGE_ITERATOR,
    &crate::range::LONG_RANGE_ITERATOR,
    &crate::iterators::SEQUENCE_ITERATOR,
    &crate::iterators::CALLABLE_ITERATOR,
    &crate::weakref::REFERENCE,
    &crate::weakref::PROXY,
    &crate::weakref::CALLABLE_PROXY,
    &crate::pickle_buffer::PICKLE_BUFFER,
    &crate::hamt::HAMT,
    &crate::hamt::NODE,
    &crate::hamt::KEY_ITERATOR,
    &crate::hamt::VALUE_ITERATOR,
    &crate::hamt::ITEM_ITERATOR,
    &crate::context::CONTEXT,
    &crate::context::CONTEXT_VAR,
    &crate::context::TOKEN,
    &crate::context::MISSING,
];

/// Runs a test with a thread state current and all types ready, one test at a time: the tests of one
/// process share its objects.
#[cfg(test)]
pub(crate) fn with_types(test: impl FnOnce()) {
    use crate::thread_state::ThreadState;
    use std::sync::{Mutex, PoisonError};
    static LOCK: Mutex<()> = Mutex::new(());
    let _guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let state = Box::leak(ThreadState::new());
    // SAFETY: the lock stands in for the GIL, and the state is never dropped.
    unsafe { ThreadState::swap(state) };
    ready_types().expect("the built-in types can be made ready");
    test();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_work_once_they_are_ready() {
        with_types(|| {
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
        });
    }
}
