//! Types from C: `PyType_Ready`, `PyType_FromSpec`.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};

use objects::prelude::*;
use objects::type_object::heap;

#[unsafe(no_mangle)]
extern "C" fn PyType_Ready(class: &Type) -> c_int {
    raise::status(objects::type_object::ready(class))
}

#[unsafe(no_mangle)]
extern "C" fn PyType_IsSubtype(class: &Type, other: &Type) -> c_int {
    c_int::from(class.is_subtype(other))
}

#[unsafe(no_mangle)]
extern "C" fn PyType_GetFlags(class: &Type) -> c_ulong {
    class.tp_flags.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyType_Modified(class: &Type) {
    class.modified();
}

#[unsafe(no_mangle)]
extern "C" fn PyType_ClearCache() -> c_uint {
    objects::type_object::lookup::clear_cache();
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyType_GenericAlloc(class: &Type, items: isize) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { memory::generic_alloc(class, items) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyType_GenericNew(
    class: &Type,
    _args: Option<&Tuple>,
    _kwargs: Option<&Dict>,
) -> Result<Ref> {
    match class.tp_alloc.get() {
        // SAFETY: the class's own function.
        Some(alloc) => unsafe { alloc(class, 0) },
        None => Err(raise!(TypeError, "cannot create '{}' instances", class.name())),
    }
}

/// The attribute along the MRO, borrowed from the type that has it.
#[unsafe(no_mangle)]
extern "C" fn _PyType_Lookup<'a>(class: &'a Type, name: &Str) -> Option<&'a Object> {
    // SAFETY: a type keeps its attributes alive.
    class.lookup(name).map(|attribute| unsafe { &*attribute.as_ptr() })
}

#[unsafe(no_mangle)]
extern "C" fn _PyType_Name(class: &Type) -> *const c_char {
    let name = class.tp_name.get();
    // SAFETY: a NUL-terminated string; the position is within it.
    unsafe {
        match CStr::from_ptr(name).to_bytes().iter().rposition(|&byte| byte == b'.') {
            Some(dot) => name.add(dot + 1),
            None => name,
        }
    }
}

/// `PyType_Slot`.
#[repr(C)]
pub struct SpecSlot {
    number: c_int,
    function: *mut c_void,
}

/// `PyType_Spec`.
#[repr(C)]
pub struct Spec {
    name: *const c_char,
    basicsize: c_int,
    itemsize: c_int,
    flags: c_uint,
    slots: *const SpecSlot,
}

/// Where slot number `index + 1` of `typeslots.h` is in a heap type.
macro_rules! slot_places {
    ($($part:ident $suite:ident: $($slot:ident)*;)*) => {
        [$($(slot_places!(@place $part $suite, $slot),)*)*]
    };
    (@place $part:ident $suite:ident, $slot:ident) => {
        std::mem::offset_of!(HeapType, $part) + std::mem::offset_of!($suite, $slot)
    };
}

/// The offsets of the slots by their numbers in `typeslots.h` less one; 74 (`tp_members` is 72) and on are
/// the types' own.
static PLACES: &[usize] = &slot_places! {
    as_buffer BufferProcs: bf_getbuffer bf_releasebuffer;
    as_mapping MappingMethods: mp_ass_subscript mp_length mp_subscript;
    as_number NumberMethods: nb_absolute nb_add nb_and nb_bool nb_divmod nb_float nb_floor_divide nb_index
        nb_inplace_add nb_inplace_and nb_inplace_floor_divide nb_inplace_lshift nb_inplace_multiply nb_inplace_or
        nb_inplace_power nb_inplace_remainder nb_inplace_rshift nb_inplace_subtract nb_inplace_true_divide
        nb_inplace_xor nb_int nb_invert nb_lshift nb_multiply nb_negative nb_or nb_positive nb_power nb_remainder
        nb_rshift nb_subtract nb_true_divide nb_xor;
    as_sequence SequenceMethods: sq_ass_item sq_concat sq_contains sq_inplace_concat sq_inplace_repeat sq_item
        sq_length sq_repeat;
    base Type: tp_alloc tp_base tp_bases tp_call tp_clear tp_dealloc tp_del tp_descr_get tp_descr_set tp_doc tp_getattr
        tp_getattro tp_hash tp_init tp_is_gc tp_iter tp_iternext tp_methods tp_new tp_repr tp_richcompare tp_setattr
        tp_setattro tp_str tp_traverse tp_members tp_getset tp_free;
    as_number NumberMethods: nb_matrix_multiply nb_inplace_matrix_multiply;
    as_async AsyncMethods: am_await am_aiter am_anext;
    base Type: tp_finalize;
};

const TP_BASE: c_int = 48;
const TP_BASES: c_int = 49;
const TP_DOC: c_int = 56;
const TP_MEMBERS: c_int = 72;

#[unsafe(no_mangle)]
unsafe extern "C" fn PyType_FromSpec(spec: &Spec) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { from_spec(None, spec, None) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyType_FromSpecWithBases(spec: &Spec, bases: Option<&Object>) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { from_spec(None, spec, bases) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyType_FromModuleAndSpec(
    module: Option<&Object>,
    spec: &Spec,
    bases: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { from_spec(module, spec, bases) }
}

/// # Safety
/// The spec is as `PyType_FromSpec` documents; its tables live as long as the type.
unsafe fn from_spec(module: Option<&Object>, spec: &Spec, bases: Option<&Object>) -> Result<Ref> {
    // SAFETY: the caller's promise, all along.
    unsafe {
        let mut slots = Vec::new();
        let mut slot = spec.slots;
        while (*slot).number != 0 {
            slots.push(((*slot).number, (*slot).function));
            slot = slot.add(1);
        }
        let find = |number: c_int| slots.iter().find(|slot| slot.0 == number).map(|slot| slot.1);
        let members =
            find(TP_MEMBERS).map_or(std::ptr::null(), |table| table.cast::<MemberDef>().cast_const());
        let mut member_count = 0;
        while !members.is_null() && !(*members.add(member_count)).name.is_null() {
            member_count += 1;
        }
        let object = memory::generic_alloc(&TYPE, member_count as isize)?;
        let heap: &HeapType = &*object.as_ptr().cast();
        let class = &heap.base;
        class.tp_flags.set(c_ulong::from(spec.flags) | flags::HEAPTYPE);
        let full_name = CStr::from_ptr(spec.name).to_string_lossy();
        let short = full_name.rsplit('.').next().unwrap_or(&full_name);
        heap.ht_name.set(Some(Str::new(short).into_object()));
        heap.ht_qualname.set(heap.ht_name.get());
        heap.ht_module.set(module.map(Object::to_ref));
        class.tp_name.set(crate::memory_::duplicate(spec.name));
        let bases = match (bases, find(TP_BASES), find(TP_BASE)) {
            (Some(bases), _, _) => match bases.downcast::<Tuple>() {
                Some(bases) => bases.to_ref(),
                None => Tuple::new([bases.to_ref()])?,
            },
            (None, Some(bases), _) => (*bases.cast::<Tuple>()).to_ref(),
            (None, None, base) => {
                let base = base.map_or(&objects::object::OBJECT, |base| &*base.cast::<Type>());
                Tuple::new([base.to_ref().into_object()])?
            }
        };
        let base = objects::type_object::bases::best_base(&bases)?;
        class.tp_base.set(base.clone().into_raw());
        class.tp_bases.set(Some(bases));
        heap::point_to_suites(heap);
        class.tp_basicsize.set(spec.basicsize as isize);
        class.tp_itemsize.set(spec.itemsize as isize);
        for &(number, function) in &slots {
            match number {
                TP_BASE | TP_BASES => {}
                TP_DOC => {
                    if !function.is_null() {
                        class.tp_doc.set(crate::memory_::duplicate(function.cast()));
                    }
                }
                TP_MEMBERS => {
                    let own =
                        object.as_ptr().cast::<u8>().offset(TYPE.tp_basicsize.get()).cast::<MemberDef>();
                    for index in 0..member_count {
                        let mut member = *members.add(index);
                        apply_offset(class, &member);
                        member.name = crate::memory_::duplicate(member.name);
                        own.add(index).write(member);
                    }
                    class.tp_members.set(own);
                }
                _ => match PLACES.get((number - 1) as usize) {
                    Some(&offset) => {
                        object.as_ptr().cast::<u8>().add(offset).cast::<*mut c_void>().write(function)
                    }
                    None => bail!(RuntimeError, "invalid slot offset"),
                },
            }
        }
        if class.tp_dealloc.get().is_none() {
            class.tp_dealloc.set(Some(objects::type_object::instance::dealloc_instance));
        }
        objects::type_object::ready(class)?;
        objects::dict::share_keys(class);
        if let Some(dict) = class.tp_dict.get()
            && let Some((module, _)) = full_name.rsplit_once('.')
        {
            dict.set(intern!("__module__"), &Str::new(module))?;
        }
        Ok(object)
    }
}

/// The members by which a spec says where the dictionary, weak references and vectorcall are.
fn apply_offset(class: &Type, member: &MemberDef) {
    // SAFETY: a table's names are NUL-terminated.
    match unsafe { CStr::from_ptr(member.name) }.to_bytes() {
        b"__weaklistoffset__" => class.tp_weaklistoffset.set(member.offset),
        b"__dictoffset__" => class.tp_dictoffset.set(member.offset),
        b"__vectorcalloffset__" => class.tp_vectorcall_offset.set(member.offset),
        _ => {}
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyType_GetSlot(class: &Type, number: c_int) -> *mut c_void {
    if !class.has_flags(flags::HEAPTYPE) || number < 1 {
        let _ = raise!(SystemError, "bad argument to internal function");
        return std::ptr::null_mut();
    }
    match PLACES.get((number - 1) as usize) {
        // SAFETY: a heap type has every slot at its place.
        Some(&offset) => unsafe { class.as_ptr().cast::<u8>().add(offset).cast::<*mut c_void>().read() },
        None => std::ptr::null_mut(),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyType_GetModule(class: &Type) -> Option<&'static Object> {
    let module = class.has_flags(flags::HEAPTYPE).then(|| {
        // SAFETY: the flag says that the type was allocated as one.
        let heap: &HeapType = unsafe { &*class.as_ptr().cast() };
        heap.ht_module.get()
    });
    match module.flatten() {
        // SAFETY: the type keeps its module alive.
        Some(module) => Some(unsafe { &*module.as_ptr() }),
        None => {
            let _ = raise!(TypeError, "PyType_GetModule: Type '{}' has no associated module", class.name());
            None
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyType_GetModuleState(class: &Type) -> *mut c_void {
    let module = PyType_GetModule(class).and_then(|module| module.downcast::<objects::module::Module>());
    module.map_or(std::ptr::null_mut(), objects::module::Module::state)
}

/// The metaclass for a class of these bases, borrowed.
#[unsafe(no_mangle)]
extern "C" fn _PyType_CalculateMetaclass<'a>(metatype: &'a Type, bases: &'a Tuple) -> Option<&'a Type> {
    objects::type_object::bases::metaclass(metatype, bases).ok()
}
