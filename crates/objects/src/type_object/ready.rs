//! Making a type ready (`PyType_Ready`): its dictionary, its MRO, and what it inherits.

use std::ffi::CStr;

use super::{mro, slots};
use crate::descriptor;
use crate::prelude::*;

/// Makes a type ready for use, its bases first. Once is enough; again does nothing.
pub fn ready(class: &Type) -> Result<()> {
    // One that is being made ready may be met again by its metatype's `mro()`.
    if class.has_flags(flags::READY) || class.has_flags(flags::READYING) {
        return Ok(());
    }
    class.add_flags(flags::READYING);
    let result = make_ready(class);
    class.remove_flags(flags::READYING);
    if result.is_ok() {
        class.add_flags(flags::READY);
    }
    result
}

fn make_ready(class: &Type) -> Result<()> {
    let object = &crate::object::OBJECT;
    if class.base().is_none() && !std::ptr::eq(class, object) {
        class.tp_base.set(object);
        if class.has_flags(flags::HEAPTYPE) {
            object.incref();
        }
    }
    if let Some(base) = class.base() {
        ready(base)?;
        if class.is_classless() {
            class.set_class(base.class());
        }
    }
    if class.tp_bases.is_null() {
        let bases =
            Tuple::new(class.base().iter().map(|base| base.to_ref().into_object()).collect::<Vec<_>>())?;
        class.tp_bases.set(Some(bases));
    }
    let dict = match class.tp_dict.get() {
        Some(dict) => dict,
        None => {
            let dict = Dict::new();
            class.tp_dict.set(Some(dict.clone()));
            dict
        }
    };
    slots::add_operators(class, &dict)?;
    add_tables(class, &dict)?;
    recompute_mro(class)?;
    let Some(order) = class.tp_mro.get() else {
        bail!(SystemError, "type '{}' has no MRO", class.name());
    };
    if let Some(base) = class.base() {
        inherit_special(class, base);
    }
    for base in order.items().iter().skip(1) {
        if let Some(base) = base.downcast::<Type>() {
            inherit_slots(class, base);
        }
    }
    if class.has_flags(flags::HAVE_GC) && !class.has_flags(flags::BASETYPE) && class.tp_free.get().is_none() {
        class.tp_free.set(Some(memory::object_gc_free));
    }
    set_doc(class, &dict)?;
    if class.tp_hash.get().is_none() && dict.get_str(intern!("__hash__")).is_none() {
        dict.set(intern!("__hash__"), none_object())?;
        class.tp_hash.set(Some(slots::hash_not_implemented));
    }
    inherit_suites(class);
    class.enter_subclass_lists()
}

/// Makes the descriptors for the type's tables of methods, members and attributes.
fn add_tables(class: &Type, dict: &Dict) -> Result<()> {
    let mut method = class.tp_methods.get();
    // SAFETY: each table ends with an entry without a name.
    unsafe {
        while !method.is_null() && !(*method).name.is_null() {
            descriptor::add_method(class, dict, &*method)?;
            method = method.add(1);
        }
        let mut member = class.tp_members.get();
        while !member.is_null() && !(*member).name.is_null() {
            descriptor::add_member(class, dict, &*member)?;
            member = member.add(1);
        }
        let mut getset = class.tp_getset.get();
        while !getset.is_null() && !(*getset).name.is_null() {
            descriptor::add_getset(class, dict, &*getset)?;
            getset = getset.add(1);
        }
    }
    Ok(())
}

/// `__doc__` without the signature line that built-in types carry before it.
fn set_doc(class: &Type, dict: &Dict) -> Result<()> {
    if dict.get_str(intern!("__doc__")).is_some() {
        return Ok(());
    }
    let doc = match class.tp_doc.get().is_null() {
        true => none(),
        // SAFETY: tp_doc is a NUL-terminated string.
        false => Str::new(descriptor::doc_text(class.short_name(), &unsafe { c_text(class.tp_doc.get()) }))
            .into_object(),
    };
    dict.set(intern!("__doc__"), &doc)
}

/// # Safety
/// The pointer is to a NUL-terminated string.
unsafe fn c_text(text: *const std::ffi::c_char) -> std::borrow::Cow<'static, str> {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// What only the base that decides the layout hands down.
fn inherit_special(class: &Type, base: &Type) {
    if !class.has_flags(flags::HAVE_GC)
        && base.has_flags(flags::HAVE_GC)
        && class.tp_traverse.get().is_none()
        && class.tp_clear.get().is_none()
    {
        class.add_flags(flags::HAVE_GC);
        class.tp_traverse.set(base.tp_traverse.get());
        class.tp_clear.set(base.tp_clear.get());
    }
    // A static type directly below `object` without `tp_new` cannot be instantiated.
    if class.tp_new.get().is_none()
        && (!std::ptr::eq(base, &crate::object::OBJECT) || class.has_flags(flags::HEAPTYPE))
    {
        class.tp_new.set(base.tp_new.get());
    }
    if class.tp_basicsize.get() == 0 {
        class.tp_basicsize.set(base.tp_basicsize.get());
    }
    for (own, inherited) in [
        (&class.tp_itemsize, &base.tp_itemsize),
        (&class.tp_weaklistoffset, &base.tp_weaklistoffset),
        (&class.tp_dictoffset, &base.tp_dictoffset),
    ] {
        if own.get() == 0 {
            own.set(inherited.get());
        }
    }
    class.add_flags(base.tp_flags.get() & flags::SUBCLASSES);
}

fn take<F: Copy>(own: &Slot<F>, inherited: &Slot<F>) {
    if own.get().is_none() {
        own.set(inherited.get());
    }
}

macro_rules! inherit_suite {
    ($class:ident, $base:ident, $suite:ident: $($slot:ident)*) => {
        if let (Some(own), Some(inherited)) = ($class.$suite.get(), $base.$suite.get())
            && !std::ptr::eq(own, inherited)
        {
            $(take(&own.$slot, &inherited.$slot);)*
        }
    };
}

/// What each type of the MRO hands down in turn.
fn inherit_slots(class: &Type, base: &Type) {
    inherit_suite!(class, base, tp_as_number:
        nb_add nb_subtract nb_multiply nb_remainder nb_divmod nb_power nb_negative nb_positive nb_absolute
        nb_bool nb_invert nb_lshift nb_rshift nb_and nb_xor nb_or nb_int nb_float nb_inplace_add
        nb_inplace_subtract nb_inplace_multiply nb_inplace_remainder nb_inplace_power nb_inplace_lshift
        nb_inplace_rshift nb_inplace_and nb_inplace_xor nb_inplace_or nb_floor_divide nb_true_divide
        nb_inplace_floor_divide nb_inplace_true_divide nb_index nb_matrix_multiply
        nb_inplace_matrix_multiply);
    inherit_suite!(class, base, tp_as_async: am_await am_aiter am_anext);
    inherit_suite!(class, base, tp_as_sequence:
        sq_length sq_concat sq_repeat sq_item sq_ass_item sq_contains sq_inplace_concat sq_inplace_repeat);
    inherit_suite!(class, base, tp_as_mapping: mp_length mp_subscript mp_ass_subscript);
    inherit_suite!(class, base, tp_as_buffer: bf_getbuffer bf_releasebuffer);
    take(&class.tp_dealloc, &base.tp_dealloc);
    if class.tp_getattr.get().is_none() && class.tp_getattro.get().is_none() {
        class.tp_getattr.set(base.tp_getattr.get());
        class.tp_getattro.set(base.tp_getattro.get());
    }
    if class.tp_setattr.get().is_none() && class.tp_setattro.get().is_none() {
        class.tp_setattr.set(base.tp_setattr.get());
        class.tp_setattro.set(base.tp_setattro.get());
    }
    take(&class.tp_repr, &base.tp_repr);
    if class.tp_call.get().is_none() {
        class.tp_call.set(base.tp_call.get());
    }
    if class.tp_vectorcall_offset.get() == 0 {
        class.tp_vectorcall_offset.set(base.tp_vectorcall_offset.get());
    }
    // A heap type may get a `__call__` later, so only a static one takes the fast way over.
    let same_call = match (class.tp_call.get(), base.tp_call.get()) {
        (Some(own), Some(inherited)) => std::ptr::fn_addr_eq(own, inherited),
        _ => true,
    };
    if base.has_flags(flags::HAVE_VECTORCALL) && !class.has_flags(flags::HEAPTYPE) && same_call {
        class.add_flags(flags::HAVE_VECTORCALL);
    }
    take(&class.tp_str, &base.tp_str);
    if class.tp_hash.get().is_none() && class.tp_richcompare.get().is_none() && !overrides_hash(class) {
        class.tp_hash.set(base.tp_hash.get());
        class.tp_richcompare.set(base.tp_richcompare.get());
    }
    take(&class.tp_iter, &base.tp_iter);
    take(&class.tp_iternext, &base.tp_iternext);
    take(&class.tp_descr_get, &base.tp_descr_get);
    if base.has_flags(flags::METHOD_DESCRIPTOR)
        && !class.has_flags(flags::HEAPTYPE)
        && class.tp_descr_get.get().map(|f| f as usize) == base.tp_descr_get.get().map(|f| f as usize)
    {
        class.add_flags(flags::METHOD_DESCRIPTOR);
    }
    take(&class.tp_descr_set, &base.tp_descr_set);
    take(&class.tp_init, &base.tp_init);
    take(&class.tp_alloc, &base.tp_alloc);
    take(&class.tp_finalize, &base.tp_finalize);
    if class.tp_is_gc.get().is_none() && class.has_flags(flags::HAVE_GC) == base.has_flags(flags::HAVE_GC) {
        class.tp_is_gc.set(base.tp_is_gc.get());
    }
    inherit_free(class, base);
}

/// The freeing function must suit the kind of memory that the type's instances live in.
fn inherit_free(class: &Type, base: &Type) {
    if class.tp_free.get().is_some() {
        return;
    }
    match (class.has_flags(flags::HAVE_GC), base.has_flags(flags::HAVE_GC)) {
        (true, false) => class.tp_free.set(Some(memory::object_gc_free)),
        (own, inherited) if own == inherited => class.tp_free.set(base.tp_free.get()),
        _ => {}
    }
}

/// A class that defines equality or hashing anew takes over neither.
fn overrides_hash(class: &Type) -> bool {
    class.tp_dict.get().is_some_and(|dict| {
        dict.get_str(intern!("__eq__")).is_some() || dict.get_str(intern!("__hash__")).is_some()
    })
}

/// A static type without a suite of its own uses its base's.
fn inherit_suites(class: &Type) {
    let Some(base) = class.base() else { return };
    macro_rules! take_suites {
        ($($suite:ident)*) => {
            $(if class.$suite.get().is_none() {
                class.$suite.set(base.$suite.get());
            })*
        };
    }
    take_suites!(tp_as_async tp_as_number tp_as_sequence tp_as_mapping tp_as_buffer);
}

/// Works the MRO out and links it in; the MRO that it replaces. Where the metatype's `mro()` has itself led
/// to a new one, that one stays, and nothing is replaced.
pub fn recompute_mro(class: &Type) -> Result<Option<Replaced>> {
    let old = class.tp_mro.get();
    let new = class.compute_mro()?;
    if !is_same(&class.tp_mro.get(), &old) {
        return Ok(None);
    }
    class.tp_mro.set(Some(new.clone()));
    class.modified();
    Ok(Some(Replaced { old, new }))
}

/// An MRO and what it came in the place of.
pub struct Replaced {
    pub old: Option<Ref<Tuple>>,
    pub new: Ref<Tuple>,
}

fn is_same(one: &Option<Ref<Tuple>>, other: &Option<Ref<Tuple>>) -> bool {
    one.as_ref().map(|order| order.as_ptr()) == other.as_ref().map(|order| order.as_ptr())
}

/// The MRO that C3 gives a class, for `type.mro()`.
pub fn default_mro(class: &Type) -> Result<Ref<Tuple>> {
    match class.tp_bases.get() {
        Some(bases) => mro::linearize(class, &bases),
        None => Err(raise!(TypeError, "type '{}' has no bases", class.name())),
    }
}
