//! Built-in classes that programs may change, as they may the classes of their own.

use std::ffi::CStr;

use super::{heap, instance, ready};
use crate::prelude::*;

/// A class made at run time with the slots and tables of a static type that serves as its model and is
/// itself never shown.
///
/// Of the model's structure the instances have nothing to drop but their `__dict__`, which goes as that
/// of any instance.
pub fn open_copy(model: &'static Type) -> Result<Ref<Type>> {
    // SAFETY: a type of zeros is one without anything.
    let object = unsafe { memory::generic_alloc(&TYPE, 0)? };
    // SAFETY: `type` makes room for a HeapType.
    let heap: &HeapType = unsafe { &*object.as_ptr().cast() };
    let class = &heap.base;
    let name = Str::intern(Str::new(model.short_name()));
    heap.ht_qualname.set(Some(name.clone().into_object()));
    heap.ht_name.set(Some(name.into_object()));
    heap::point_to_suites(heap);
    class.tp_flags.set(model.tp_flags.get() | flags::HEAPTYPE);
    macro_rules! take {
        ($($field:ident)*) => { $(class.$field.set(model.$field.get());)* };
    }
    take!(tp_name tp_basicsize tp_itemsize tp_dictoffset tp_weaklistoffset tp_vectorcall_offset);
    take!(tp_methods tp_members tp_getset);
    take!(tp_new tp_init tp_call tp_repr tp_str tp_hash tp_richcompare tp_getattro tp_setattro tp_iter tp_iternext);
    class.tp_alloc.set(Some(memory::generic_alloc));
    class.tp_dealloc.set(Some(instance::dealloc_instance));
    if class.has_flags(flags::HAVE_GC) {
        class.tp_free.set(Some(memory::object_gc_free));
        class.tp_traverse.set(Some(instance::traverse_instance));
        class.tp_clear.set(Some(instance::clear_instance));
    } else {
        class.tp_free.set(Some(memory::object_free));
    }
    if !model.tp_doc.get().is_null() {
        // SAFETY: a NUL-terminated string that lives as long as the model.
        class.tp_doc.set(heap::copy_c_string(unsafe { CStr::from_ptr(model.tp_doc.get()) }.to_bytes())?);
    }
    ready::ready(class)?;
    if let (Some(dict), Some((module, _))) = (class.tp_dict.get(), model.name().rsplit_once('.')) {
        dict.set(intern!("__module__"), &Str::new(module))?;
    }
    match object.into_type() {
        Ok(class) => Ok(class),
        Err(other) => Err(raise!(SystemError, "an instance of type came as a '{}'", other.class().name())),
    }
}
