//! Classes made at run time: `type.__new__` (language reference 3.3.3).

use std::ffi::{c_char, c_void};
use std::mem::size_of;

use super::{bases, instance, ready, slots};
use crate::cell::Cell;
use crate::prelude::*;

const WORD: isize = size_of::<usize>() as isize;

/// The entries for `__slots__` that follow a heap type's structure.
pub fn slot_members(class: &Type) -> &[MemberDef] {
    if !class.has_flags(flags::HEAPTYPE) {
        return &[];
    }
    let count = usize::try_from(class.size()).unwrap_or(0);
    let start = class.class().tp_basicsize.get();
    // SAFETY: as many entries as `ob_size` says follow the structure of the metatype's size.
    unsafe { std::slice::from_raw_parts(class.as_ptr().cast::<u8>().offset(start).cast(), count) }
}

/// What `__slots__` and the bases make of a class's instances.
struct InstanceLayout {
    /// Mangled and sorted.
    slots: Vec<Ref<Str>>,
    /// `__slots__` as a tuple; nothing where the class has none.
    declared: Option<Ref<Tuple>>,
    has_dict: bool,
    has_weaklist: bool,
}

/// `type(name, bases, namespace, **keywords)`.
pub fn new_class(
    metatype: &Type,
    name: &Str,
    bases: &Tuple,
    namespace: &Dict,
    arguments: &Tuple,
    keywords: Option<&Dict>,
) -> Result<Ref> {
    let object_bases;
    let bases = match bases.items().is_empty() {
        true => {
            object_bases = Tuple::new([crate::object::OBJECT.to_ref().into_object()])?;
            &*object_bases
        }
        false => {
            check_mro_entries(bases)?;
            bases
        }
    };
    let winner = bases::metaclass(metatype, bases)?;
    if !std::ptr::eq(winner, metatype) {
        let own = metatype.tp_new.get().map(|new| new as usize);
        if let Some(new) = winner.tp_new.get()
            && Some(new as usize) != own
        {
            return new(winner, arguments, keywords);
        }
    }
    let base = bases::best_base(bases)?;
    let dict = namespace.copy()?;
    let layout = InstanceLayout::of(name, &base, bases, &dict)?;
    let class = allocate(winner, name, &base, bases, &dict, layout)?;
    fill_dictionary(&class, &dict)?;
    let cell = take_class_cell(&dict)?;
    if let Some(cell) = cell {
        // Before the metatype's `mro()` can call a method that uses `super()`.
        cell.set(Some(class.clone().into_object()));
    }
    ready::ready(&class)?;
    crate::dict::share_keys(&class);
    slots::fill_slots(&class);
    call_set_name(&class, &dict)?;
    call_init_subclass(&class, keywords)?;
    Ok(class.into_object())
}

/// `type()` itself does not resolve `__mro_entries__` (PEP 560): only the class statement does.
fn check_mro_entries(bases: &Tuple) -> Result<()> {
    for base in bases.items() {
        if base.downcast::<Type>().is_none() && base.has_attr(intern!("__mro_entries__"))? {
            bail!(TypeError, "type() doesn't support MRO entry resolution; use types.new_class()");
        }
    }
    Ok(())
}

impl InstanceLayout {
    fn of(name: &Str, base: &Type, bases: &Tuple, dict: &Dict) -> Result<InstanceLayout> {
        let may_add_dict = base.tp_dictoffset.get() == 0;
        let may_add_weaklist = base.tp_weaklistoffset.get() == 0 && base.tp_itemsize.get() == 0;
        let Some(declared) = dict.get(intern!("__slots__"))? else {
            return Ok(InstanceLayout {
                slots: Vec::new(),
                declared: None,
                has_dict: may_add_dict,
                has_weaklist: may_add_weaklist,
            });
        };
        let declared = match declared.downcast::<Str>() {
            Some(single) => Tuple::new([single.to_ref().into_object()])?,
            None => declared.collect_tuple()?,
        };
        if !declared.items().is_empty() && base.tp_itemsize.get() != 0 {
            bail!(TypeError, "nonempty __slots__ not supported for subtype of '{}'", base.name());
        }
        let mut layout =
            InstanceLayout { slots: Vec::new(), declared: None, has_dict: false, has_weaklist: false };
        for slot in declared.items() {
            let slot = checked_slot_name(slot)?;
            if slot.equals(intern!("__dict__")) {
                if !may_add_dict || layout.has_dict {
                    bail!(TypeError, "__dict__ slot disallowed: we already got one");
                }
                layout.has_dict = true;
            } else if slot.equals(intern!("__weakref__")) {
                if !may_add_weaklist || layout.has_weaklist {
                    bail!(
                        TypeError,
                        "__weakref__ slot disallowed: either we already got one, or __itemsize__ != 0"
                    );
                }
                layout.has_weaklist = true;
            } else {
                let mangled = mangle(name, slot);
                let is_special =
                    mangled.equals(intern!("__qualname__")) || mangled.equals(intern!("__classcell__"));
                if !is_special && dict.get(&mangled)?.is_some() {
                    bail!(ValueError, "{} in __slots__ conflicts with class variable", mangled.repr()?);
                }
                layout.slots.push(mangled);
            }
        }
        layout.slots.sort_by(|a, b| a.order(b));
        // What a further base has, the class has too.
        for other in bases.items().iter().filter_map(|base| base.downcast::<Type>()) {
            if std::ptr::eq(other, base) {
                continue;
            }
            layout.has_dict |= may_add_dict && other.tp_dictoffset.get() != 0;
            layout.has_weaklist |= may_add_weaklist && other.tp_weaklistoffset.get() != 0;
        }
        layout.declared = Some(declared);
        Ok(layout)
    }
}

fn checked_slot_name(slot: &Object) -> Result<&Str> {
    let Some(name) = slot.downcast::<Str>() else {
        bail!(TypeError, "__slots__ items must be strings, not '{}'", slot.class().name());
    };
    let mut points = name.points().iter();
    let starts = points.next().is_some_and(|first| first == '_' as u32 || unicode::is_xid_start(first));
    if !starts || !points.all(unicode::is_xid_continue) {
        bail!(TypeError, "__slots__ must be identifiers");
    }
    Ok(name)
}

/// A private name in a class's body carries the class's name (language reference 6.2.1).
fn mangle(class: &Str, name: &Str) -> Ref<Str> {
    let (Some(class_text), Some(text)) = (class.as_str(), name.as_str()) else { return name.to_ref() };
    let class_text = class_text.trim_start_matches('_');
    if class_text.is_empty() || !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return name.to_ref();
    }
    Str::intern(Str::new(&format!("_{class_text}{text}")))
}

/// The type object, its slots set but for what its dictionary says.
fn allocate(
    metatype: &Type,
    name: &Str,
    base: &Type,
    bases: &Tuple,
    dict: &Dict,
    layout: InstanceLayout,
) -> Result<Ref<Type>> {
    let c_name = checked_name(name)?;
    let object = match metatype.tp_alloc.get() {
        // SAFETY: the metatype's own function; a type of zeros is one without anything.
        Some(alloc) => unsafe { alloc(metatype, layout.slots.len() as isize)? },
        None => bail!(TypeError, "cannot create '{}' instances", metatype.name()),
    };
    // SAFETY: an instance of a metatype begins with a HeapType, as every subclass of `type` does.
    let heap: &HeapType = unsafe { &*object.as_ptr().cast() };
    let class: Ref<Type> = match object.into_type() {
        Ok(class) => class,
        Err(other) => bail!(SystemError, "tp_alloc of a metatype made a '{}'", other.class().name()),
    };
    heap.ht_name.set(Some(name.to_ref().into_object()));
    class.tp_name.set(c_name.as_ptr());
    // Every instance may be in a cycle: it holds its class.
    class.tp_flags.set(flags::DEFAULT | flags::HEAPTYPE | flags::BASETYPE | flags::HAVE_GC);
    point_to_suites(heap);
    class.tp_bases.set(Some(bases.to_ref()));
    class.tp_base.set(base.to_ref().into_raw());
    class.tp_dict.set(Some(dict.to_ref()));
    heap.ht_slots.set(layout.declared.clone().map(Ref::into_object));
    lay_out_instances(&class, base, &layout)?;
    class.tp_dealloc.set(Some(instance::dealloc_instance));
    class.tp_alloc.set(Some(memory::generic_alloc));
    class.tp_free.set(Some(memory::object_gc_free));
    class.tp_traverse.set(Some(instance::traverse_instance));
    class.tp_clear.set(Some(instance::clear_instance));
    Ok(class)
}

/// A class's name as C sees it. `ValueError` where it would be cut short.
pub fn checked_name(name: &Str) -> Result<&std::ffi::CStr> {
    let c_name = name.as_c_str()?;
    if c_name.to_bytes().len() != name.as_utf8()?.len() {
        bail!(ValueError, "type name must not contain null characters");
    }
    Ok(c_name)
}

/// Lets a type's pointers to suites point into the structure itself.
pub fn point_to_suites(heap: &HeapType) {
    // SAFETY: the suites live as long as the type whose pointers these are.
    let heap: &'static HeapType = unsafe { &*std::ptr::from_ref(heap) };
    heap.base.tp_as_async.set(Some(&heap.as_async));
    heap.base.tp_as_number.set(Some(&heap.as_number));
    heap.base.tp_as_sequence.set(Some(&heap.as_sequence));
    heap.base.tp_as_mapping.set(Some(&heap.as_mapping));
    heap.base.tp_as_buffer.set(Some(&heap.as_buffer));
}

/// Gives each slot its offset, then the dictionary and the list of weak references theirs.
fn lay_out_instances(class: &Type, base: &Type, layout: &InstanceLayout) -> Result<()> {
    let mut offset = base.tp_basicsize.get();
    // SAFETY: `tp_alloc` made room for this many entries behind the structure, and one of zeros after them.
    let members =
        unsafe { class.as_ptr().cast::<u8>().offset(class.class().tp_basicsize.get()).cast::<MemberDef>() };
    for (index, slot) in layout.slots.iter().enumerate() {
        // SAFETY: as above; the name is freed with the type.
        unsafe {
            members.add(index).write(MemberDef {
                name: copy_c_string(slot.as_utf8()?.as_bytes())?,
                kind: member_kind::OBJECT_EX,
                offset,
                flags: 0,
                doc: std::ptr::null(),
            });
        }
        offset += WORD;
    }
    if layout.has_dict {
        class.tp_dictoffset.set(if base.tp_itemsize.get() != 0 { -WORD } else { offset });
        offset += WORD;
    }
    if layout.has_weaklist {
        class.tp_weaklistoffset.set(offset);
        offset += WORD;
    }
    class.tp_basicsize.set(offset);
    class.tp_itemsize.set(base.tp_itemsize.get());
    if !layout.slots.is_empty() {
        class.tp_members.set(members);
    }
    class.tp_getset.set(match (layout.has_dict, layout.has_weaklist) {
        (true, true) => BOTH.0.as_ptr(),
        (true, false) => DICT_ONLY.0.as_ptr(),
        (false, true) => WEAKREF_ONLY.0.as_ptr(),
        (false, false) => std::ptr::null(),
    });
    Ok(())
}

struct Attributes<const N: usize>([GetSetDef; N]);

// SAFETY: constant.
unsafe impl<const N: usize> Sync for Attributes<N> {}

const DICT_ATTRIBUTE: GetSetDef = GetSetDef {
    name: c"__dict__".as_ptr(),
    get: Some(get_instance_dict),
    set: Some(set_instance_dict),
    doc: c"dictionary for instance variables (if defined)".as_ptr(),
    closure: std::ptr::null_mut(),
};
const WEAKREF_ATTRIBUTE: GetSetDef = GetSetDef {
    name: c"__weakref__".as_ptr(),
    get: Some(get_weakref),
    set: None,
    doc: c"list of weak references to the object (if defined)".as_ptr(),
    closure: std::ptr::null_mut(),
};

static BOTH: Attributes<3> = Attributes([DICT_ATTRIBUTE, WEAKREF_ATTRIBUTE, GetSetDef::END]);
static DICT_ONLY: Attributes<2> = Attributes([DICT_ATTRIBUTE, GetSetDef::END]);
static WEAKREF_ONLY: Attributes<2> = Attributes([WEAKREF_ATTRIBUTE, GetSetDef::END]);

/// The nearest built-in base that has a `__dict__` of its own: its attribute is the one that counts.
fn built_in_dict_owner(class: &Type) -> Option<&Type> {
    let mut next = Some(class);
    while let Some(class) = next {
        if class.tp_dictoffset.get() == 0 {
            return None;
        }
        if !class.has_flags(flags::HEAPTYPE) {
            return Some(class);
        }
        next = class.base();
    }
    None
}

/// The `__dict__` descriptor of a built-in base, if that is where the dictionary comes from.
fn built_in_dict_descriptor(object: &Object) -> Result<Option<Ref>> {
    let Some(owner) = built_in_dict_owner(object.class()) else { return Ok(None) };
    match owner.lookup(intern!("__dict__")) {
        Some(descriptor) if descriptor.class().tp_descr_set.get().is_some() => Ok(Some(descriptor)),
        _ => Err(raise!(
            TypeError,
            "this __dict__ descriptor does not support '{}' objects",
            object.class().name()
        )),
    }
}

unsafe extern "C" fn get_instance_dict(object: &Object, _: *mut c_void) -> Result<Ref> {
    match built_in_dict_descriptor(object)? {
        Some(descriptor) => match descriptor.class().tp_descr_get.get() {
            Some(get) => get(&descriptor, Some(object), Some(object.class())),
            None => Err(raise!(TypeError, "this __dict__ descriptor cannot be read")),
        },
        None => crate::protocol::get_dict(object),
    }
}

unsafe extern "C" fn set_instance_dict(
    object: &Object,
    value: Option<&Object>,
    _: *mut c_void,
) -> std::ffi::c_int {
    raise::status(built_in_dict_descriptor(object).and_then(|descriptor| match descriptor {
        Some(descriptor) => match descriptor.class().tp_descr_set.get() {
            Some(set) => raise::check_status(set(&descriptor, object, value)),
            None => Err(raise!(TypeError, "this __dict__ descriptor cannot be set")),
        },
        None if value.is_none() => {
            // Instances of classes in Python may start anew.
            if let Some(field) = object.dict_field() {
                field.set(None);
            }
            Ok(())
        }
        None => crate::protocol::set_dict(object, value),
    }))
}

unsafe extern "C" fn get_weakref(object: &Object, _: *mut c_void) -> Result<Ref> {
    let offset = object.class().tp_weaklistoffset.get();
    if offset == 0 {
        bail!(AttributeError, "This object has no __weakref__");
    }
    // SAFETY: the type says that the head of the list is at the offset.
    let first = unsafe { object.as_ptr().cast::<u8>().offset(offset).cast::<*mut Object>().read() };
    // SAFETY: the list holds live weak reference objects, not owned.
    Ok(unsafe { first.as_ref() }.map_or_else(none, Object::to_ref))
}

/// What a class's dictionary gets or hands over: `__module__`, `__qualname__`, `__doc__`, implicit wrappers.
fn fill_dictionary(class: &Type, dict: &Dict) -> Result<()> {
    // SAFETY: allocated as a HeapType above.
    let heap: &HeapType = unsafe { &*class.as_ptr().cast() };
    if dict.get_str(intern!("__module__")).is_none()
        && let Some(globals) = (crate::services::get().current_globals)()
        && let Some(module) = globals.get(intern!("__name__"))?
    {
        dict.set(intern!("__module__"), &module)?;
    }
    match dict.get(intern!("__qualname__"))? {
        Some(qualname) if qualname.downcast::<Str>().is_none() => {
            bail!(TypeError, "type __qualname__ must be a str, not {}", qualname.class().name());
        }
        Some(qualname) => {
            heap.ht_qualname.set(Some(qualname));
            dict.remove(intern!("__qualname__"))?;
        }
        None => heap.ht_qualname.set(heap.ht_name.get()),
    }
    if let Some(doc) = dict.get(intern!("__doc__"))?
        && let Some(doc) = doc.downcast::<Str>()
    {
        class.tp_doc.set(copy_c_string(doc.as_utf8()?.as_bytes())?);
    }
    let is_function = crate::services::get().is_python_function;
    if let Some(new) = dict.get(intern!("__new__"))?
        && is_function(&new)
    {
        dict.set(intern!("__new__"), &*crate::static_method::StaticMethod::wrap(new))?;
    }
    for name in [intern!("__init_subclass__"), intern!("__class_getitem__")] {
        if let Some(method) = dict.get(name)?
            && is_function(&method)
        {
            dict.set(name, &*crate::class_method::ClassMethod::wrap(method))?;
        }
    }
    Ok(())
}

/// A copy that the type's end frees; cut at a NUL as C sees it.
pub fn copy_c_string(bytes: &[u8]) -> Result<*const c_char> {
    let copy = memory::raw_allocate(bytes.len() + 1).cast::<u8>();
    if copy.is_null() {
        bail!(MemoryError);
    }
    // SAFETY: room for the bytes and the NUL was just allocated.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), copy, bytes.len());
        copy.add(bytes.len()).write(0);
    }
    Ok(copy.cast())
}

/// Takes the cell that `super()` and `__class__` of the body's functions refer to.
fn take_class_cell(dict: &Dict) -> Result<Option<Ref<Cell>>> {
    let Some(cell) = dict.get(intern!("__classcell__"))? else { return Ok(None) };
    let Ok(cell) = cell.clone().into_type::<Cell>() else {
        bail!(TypeError, "__classcell__ must be a nonlocal cell, not <class '{}'>", cell.class().name());
    };
    dict.remove(intern!("__classcell__"))?;
    Ok(Some(cell))
}

/// Tells each attribute that asks for it its name (PEP 487).
fn call_set_name(class: &Type, dict: &Dict) -> Result<()> {
    let attributes = dict.copy()?;
    let mut position = 0;
    while let Some((name, value)) = attributes.next(&mut position) {
        let Some(method) = value.lookup_special(intern!("__set_name__"))? else { continue };
        if let Err(raised) = method.call(&[class, &name]) {
            let cause = raised.fetch().normalize().value;
            let raised = raise!(
                RuntimeError,
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                value.class().name(),
                name.repr_lossy(),
                class.name()
            );
            return Err(exceptions::set_cause_and_context(raised, cause));
        }
    }
    Ok(())
}

/// `super(class, class).__init_subclass__(**keywords)` (PEP 487).
fn call_init_subclass(class: &Type, keywords: Option<&Dict>) -> Result<()> {
    let Some(order) = class.tp_mro.get() else { return Ok(()) };
    // A metatype's mro() may leave the class itself out.
    let Some(place) = order.items().iter().position(|base| base.is(class)) else {
        return Err(crate::super_object::not_an_instance());
    };
    for base in &order.items()[place + 1..] {
        let Some(base) = base.downcast::<Type>() else { continue };
        let Some(dict) = base.tp_dict.get() else { continue };
        let Some(method) = dict.get_str(intern!("__init_subclass__")) else { continue };
        let method = match method.class().tp_descr_get.get() {
            Some(get) => get(&method, None, Some(class))?,
            None => method,
        };
        method.call_dict(&*Tuple::new([])?, keywords)?;
        return Ok(());
    }
    Ok(())
}

/// `tp_dealloc` of types: only those made at run time ever end.
pub unsafe extern "C" fn dealloc_type(object: *mut Object) {
    // SAFETY: called once, when the last reference is gone.
    unsafe {
        let class = &*object.cast::<Type>();
        debug_assert!(class.has_flags(flags::HEAPTYPE));
        let saved = raise::fetch();
        gc::untrack(class);
        if let Some(bases) = class.tp_bases.get() {
            class.leave_subclass_lists(&bases);
        }
        crate::weakref::clear_all(class);
        let heap = &*object.cast::<HeapType>();
        for field in [&heap.ht_name, &heap.ht_qualname, &heap.ht_slots, &heap.ht_module, &class.tp_cache] {
            field.set(None);
        }
        class.tp_dict.set(None);
        class.tp_bases.set(None);
        class.tp_mro.set(None);
        class.tp_subclasses.set(None);
        memory::raw_free(class.tp_doc.get().cast_mut().cast());
        for member in slot_members(class) {
            memory::raw_free(member.name.cast_mut().cast());
        }
        if let Some(base) = class.tp_base.replace(std::ptr::null()).as_ref() {
            base.decref();
        }
        crate::dict::drop_shared_keys(heap);
        memory::free(object);
        if let Some(saved) = saved {
            let _ = saved.restore();
        }
    }
}

/// `tp_traverse` of types: static ones are not the collector's.
pub unsafe extern "C" fn traverse_type(
    object: *mut Object,
    visit: VisitProc,
    context: *mut c_void,
) -> std::ffi::c_int {
    // SAFETY: the collector passes a live heap type; visiting runs no Python code.
    unsafe {
        let class = &*object.cast::<Type>();
        if !class.has_flags(flags::HEAPTYPE) {
            return 0;
        }
        let heap = &*object.cast::<HeapType>();
        let members = [
            class.tp_dict.peek().map(|dict| dict.as_ptr()),
            class.tp_cache.peek().map(|cache| cache.as_ptr()),
            class.tp_mro.peek().map(|mro| mro.as_ptr()),
            class.tp_bases.peek().map(|bases| bases.as_ptr()),
            class.base().map(|base| base.as_ptr()),
            heap.ht_module.peek().map(|module| module.as_ptr()),
        ];
        for member in members.into_iter().flatten() {
            let status = visit(member, context);
            if status != 0 {
                return status;
            }
        }
        0
    }
}

/// `tp_clear` of types: what is enough to break every cycle through one.
pub unsafe extern "C" fn clear_type(object: *mut Object) -> std::ffi::c_int {
    // SAFETY: the collector passes a live heap type, which it holds a reference to.
    unsafe {
        let class = &*object.cast::<Type>();
        class.modified();
        if let Some(dict) = class.tp_dict.get() {
            dict.clear();
        }
        (*object.cast::<HeapType>()).ht_module.set(None);
        class.tp_mro.set(None);
    }
    0
}
