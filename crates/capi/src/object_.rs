//! `object.h`, `objimpl.h`: objects in general.

use std::ffi::{c_char, c_int, c_void};

use objects::prelude::*;

use crate::errors::text;
use crate::unicode_::{_PyUnicode_FromId, Identifier};

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_Dealloc(object: *mut Object) {
    // SAFETY: the caller has just given the last reference back.
    memory::dealloc(unsafe { &*object });
}

#[unsafe(no_mangle)]
extern "C" fn Py_IncRef(object: Option<&Object>) {
    if let Some(object) = object {
        object.incref();
    }
}

#[unsafe(no_mangle)]
extern "C" fn Py_DecRef(object: Option<Ref>) {
    drop(object);
}

#[unsafe(no_mangle)]
extern "C" fn _Py_NewReference(object: &Object) {
    object.set_refcnt(1);
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Repr(object: Option<&Object>) -> Result<Ref<Str>> {
    match object {
        Some(object) => object.repr(),
        None => Ok(Str::new("<NULL>")),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Str(object: Option<&Object>) -> Result<Ref<Str>> {
    match object {
        Some(object) => object.str(),
        None => Ok(Str::new("<NULL>")),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_ASCII(object: Option<&Object>) -> Result<Ref> {
    let Some(object) = object else { return Ok(Str::new("<NULL>").into_object()) };
    let builtins = (objects::services::get().import)("builtins")?;
    builtins.call_method(intern!("ascii"), &[object])
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Bytes(object: Option<&Object>) -> Result<Ref> {
    match object {
        Some(object) => Bytes::class().as_object().call1(object),
        None => Ok(Bytes::new(b"<NULL>").into_object()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Format(object: &Object, spec: Option<&Str>) -> Result<Ref<Str>> {
    object.format(spec)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Hash(object: &Object) -> isize {
    let class = object.class();
    // An object of a type of C's that nobody has made ready yet: what it inherits is not there before.
    if class.tp_hash.get().is_none() && !class.has_flags(flags::READY) {
        // SAFETY: such a type is a `static` of C's.
        if objects::type_object::ready(unsafe { &*std::ptr::from_ref(class) }).is_err() {
            return -1;
        }
    }
    object.hash().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_HashNotImplemented(object: &Object) -> isize {
    objects::type_object::slots::hash_not_implemented(object)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_IsTrue(object: &Object) -> c_int {
    object.is_true().map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Not(object: &Object) -> c_int {
    object.is_true().map_or(-1, |truth| c_int::from(!truth))
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_RichCompare(left: &Object, right: &Object, op: c_int) -> Result<Ref> {
    match CompareOp::from_c(op) {
        Some(op) => left.compare(right, op),
        None => Err(raise!(SystemError, "bad argument to internal function")),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_RichCompareBool(left: &Object, right: &Object, op: c_int) -> c_int {
    match CompareOp::from_c(op) {
        Some(op) => left.compare_bool(right, op).map_or(-1, c_int::from),
        None => {
            let _ = raise!(SystemError, "bad argument to internal function");
            -1
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Type(object: &Object) -> Ref<Type> {
    object.class().to_ref()
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_SelfIter(object: &Object) -> Ref {
    object.to_ref()
}

#[unsafe(no_mangle)]
extern "C" fn _PyObject_NextNotImplemented(object: &Object) -> Option<Ref> {
    objects::type_object::next_not_implemented(object)
}

#[unsafe(no_mangle)]
extern "C" fn PyCallable_Check(object: Option<&Object>) -> c_int {
    c_int::from(object.is_some_and(Object::is_callable))
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_IsInstance(object: &Object, class: &Object) -> c_int {
    object.is_instance(class).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_IsSubclass(object: &Object, class: &Object) -> c_int {
    object.is_subclass(class).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Dir(object: Option<&Object>) -> Result<Ref> {
    let builtins = (objects::services::get().import)("builtins")?;
    let dir = builtins.get_attr(intern!("dir"))?;
    match object {
        Some(object) => dir.call1(object),
        None => dir.call0(),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_GetAttr(object: &Object, name: &Object) -> Result<Ref> {
    object.get_attr_object(name)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_GetAttrString(object: &Object, name: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    object.get_attr(&Str::intern(Str::new(&unsafe { text(name) })))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_GetAttrId(object: &Object, name: *mut Identifier) -> Result<Ref> {
    // SAFETY: a static structure of the caller's.
    object.get_attr_object(unsafe { &*_PyUnicode_FromId(name) })
}

/// 1 and the attribute, 0 for none, -1 for an exception other than `AttributeError`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_LookupAttr(object: &Object, name: &Object, place: *mut Option<Ref>) -> c_int {
    let found = match name.downcast::<Str>() {
        Some(name) => object.get_attr_opt(name),
        None => object.get_attr_object(name).map(Some),
    };
    let (value, status) = match found {
        Ok(Some(value)) => (Some(value), 1),
        Ok(None) => (None, 0),
        Err(_) => (None, -1),
    };
    // SAFETY: the caller's place, not initialised.
    unsafe { place.write(value) };
    status
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_LookupAttrId(
    object: &Object,
    name: *mut Identifier,
    place: *mut Option<Ref>,
) -> c_int {
    // SAFETY: a static structure, and the caller's place.
    unsafe { _PyObject_LookupAttr(object, &*_PyUnicode_FromId(name), place) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_LookupSpecial(object: &Object, name: *mut Identifier) -> Option<Ref> {
    // SAFETY: a static structure of the caller's.
    let name: &Str = unsafe { (*_PyUnicode_FromId(name)).cast() };
    object.lookup_special(name).unwrap_or(None)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_SetAttr(object: &Object, name: &Object, value: Option<&Object>) -> c_int {
    raise::status(match name.downcast::<Str>() {
        Some(name) => object.assign_attr(name, value),
        None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_SetAttrString(
    object: &Object,
    name: *const c_char,
    value: Option<&Object>,
) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(object.assign_attr(&Str::intern(Str::new(&unsafe { text(name) })), value))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_SetAttrId(
    object: &Object,
    name: *mut Identifier,
    value: Option<&Object>,
) -> c_int {
    // SAFETY: a static structure of the caller's.
    PyObject_SetAttr(object, unsafe { &*_PyUnicode_FromId(name) }, value)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_HasAttr(object: &Object, name: &Object) -> c_int {
    match object.get_attr_object(name) {
        Ok(_) => 1,
        Err(raised) => {
            raised.clear();
            0
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_HasAttrString(object: &Object, name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    PyObject_HasAttr(object, &Str::new(&unsafe { text(name) }))
}

#[unsafe(no_mangle)]
extern "C" fn _PyObject_GetDictPtr(object: &Object) -> *const Field<Dict> {
    object.dict_field().map_or(std::ptr::null(), std::ptr::from_ref)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_GenericGetDict(object: &Object, _context: *mut c_void) -> Result<Ref> {
    objects::protocol::get_dict(object)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_GenericSetDict(
    object: &Object,
    value: Option<&Object>,
    _context: *mut c_void,
) -> c_int {
    raise::status(objects::protocol::set_dict(object, value))
}

#[unsafe(no_mangle)]
extern "C" fn _PyObject_GenericGetAttrWithDict(
    object: &Object,
    name: &Str,
    dict: Option<&Dict>,
    suppress: c_int,
) -> Option<Ref> {
    match objects::protocol::generic_get_attr(object, name, dict) {
        Ok(value) => Some(value),
        Err(raised) if suppress != 0 && raised.matches(&exceptions::AttributeError) => {
            raised.clear();
            None
        }
        Err(_) => None,
    }
}

#[unsafe(no_mangle)]
extern "C" fn Py_ReprEnter(object: &Object) -> c_int {
    c_int::from(!objects::protocol::repr_guard::enter(object))
}

#[unsafe(no_mangle)]
extern "C" fn Py_ReprLeave(object: &Object) {
    objects::protocol::repr_guard::leave(object);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_Init(object: *mut Object, class: &Type) -> *mut Object {
    // SAFETY: fresh memory of the class's size.
    unsafe {
        (*object).set_class(class);
        if class.has_flags(flags::HEAPTYPE) {
            class.incref();
        }
        (*object).set_refcnt(1);
    }
    object
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_InitVar(object: *mut VarObject, class: &Type, size: isize) -> *mut VarObject {
    // SAFETY: fresh memory of the class's size.
    unsafe {
        (*object).set_size(size);
        PyObject_Init(object.cast(), class);
    }
    object
}

fn var_size(class: &Type, items: isize) -> usize {
    ((class.tp_basicsize.get() + items * class.tp_itemsize.get() + 7) & !7) as usize
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_New(class: &Type) -> *mut Object {
    let object = memory::raw_allocate(class.tp_basicsize.get() as usize).cast::<Object>();
    if object.is_null() {
        let _ = raise!(MemoryError);
        return object;
    }
    // SAFETY: fresh memory of the class's size.
    unsafe { PyObject_Init(object, class) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_NewVar(class: &Type, items: isize) -> *mut VarObject {
    let object = memory::raw_allocate(var_size(class, items)).cast::<VarObject>();
    if object.is_null() {
        let _ = raise!(MemoryError);
        return object;
    }
    // SAFETY: fresh memory of the class's size.
    unsafe { PyObject_InitVar(object, class, items) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_GC_New(class: &Type) -> *mut Object {
    match gc::allocate(class.tp_basicsize.get() as usize) {
        // SAFETY: fresh memory of the class's size.
        Ok(object) => unsafe { PyObject_Init(object, class) },
        Err(_) => std::ptr::null_mut(),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_GC_NewVar(class: &Type, items: isize) -> *mut VarObject {
    match gc::allocate(var_size(class, items)) {
        // SAFETY: fresh memory of the class's size.
        Ok(object) => unsafe { PyObject_InitVar(object.cast(), class, items) },
        Err(_) => std::ptr::null_mut(),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_GC_Resize(object: *mut VarObject, items: isize) -> *mut VarObject {
    // SAFETY: the caller's promise: untracked, and nobody else holds it.
    unsafe {
        let size = var_size((*object).class(), items);
        let object = gc::reallocate(object.cast(), size).cast::<VarObject>();
        match object.is_null() {
            true => {
                let _ = raise!(MemoryError);
            }
            false => (*object).set_size(items),
        }
        object
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_GC_Track(object: &Object) {
    gc::track(object);
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_GC_UnTrack(object: &Object) {
    gc::untrack(object);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_GC_Del(object: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { memory::object_gc_free(object) }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_GC_IsTracked(object: &Object) -> c_int {
    c_int::from(gc::is_tracked(object))
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_IS_GC(object: &Object) -> c_int {
    c_int::from(gc::is_gc(object))
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_CallFinalizer(object: &Object) {
    objects::type_object::instance::finalize_once(object);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_CallFinalizerFromDealloc(object: &Object) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { objects::type_object::instance::finalize_before_dealloc(object) } {
        true => -1,
        false => 0,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTrash_thread_deposit_object(object: *mut Object) {
    // SAFETY: the caller has ended its use of the object.
    unsafe { _Py_Dealloc(object) }
}

#[unsafe(no_mangle)]
extern "C" fn _PyTrash_thread_destroy_chain() {}

/// C's trashcan macros: the nesting is bounded where objects are deallocated, so each proceeds.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTrash_begin(_thread: *mut c_void, _object: *mut Object) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn _PyTrash_end(_thread: *mut c_void) {}

#[unsafe(no_mangle)]
extern "C" fn PyObject_AsFileDescriptor(object: &Object) -> c_int {
    let descriptor = || -> Result<c_int> {
        let number = match object.downcast::<Int>() {
            Some(number) => number.to_ref(),
            None => {
                let Some(method) = object.get_attr_opt(intern!("fileno"))? else {
                    bail!(TypeError, "argument must be an int, or have a fileno() method.");
                };
                match method.call0()?.into_type::<Int>() {
                    Ok(number) => number,
                    Err(_) => bail!(TypeError, "fileno() returned a non-integer"),
                }
            }
        };
        let Some(descriptor) = number.to_i64().and_then(|number| c_int::try_from(number).ok()) else {
            bail!(OverflowError, "Python int too large to convert to C int");
        };
        if descriptor < 0 {
            bail!(ValueError, "file descriptor cannot be a negative integer ({descriptor})");
        }
        Ok(descriptor)
    };
    descriptor().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn Py_GenericAlias(origin: &Object, arguments: &Object) -> Result<Ref> {
    objects::generic_alias::new(origin, arguments)
}

/// Whether an object looks freed: it or its class is at null, or at one of the patterns of debugging allocators.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_IsFreed(object: *const Object) -> c_int {
    const PATTERNS: [u8; 3] = [0xcd, 0xdd, 0xfd];
    let looks_freed = |address: usize| {
        address == 0 || PATTERNS.iter().any(|&pattern| address.to_ne_bytes() == [pattern; size_of::<usize>()])
    };
    // SAFETY: the caller's promise is that there is memory at the pointer, where it is none of the patterns.
    c_int::from(looks_freed(object as usize) || unsafe { looks_freed(object.cast::<usize>().add(1).read()) })
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_GC_IsFinalized(object: &Object) -> c_int {
    c_int::from(gc::is_finalized(object))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_HasAttrId(object: &Object, name: *mut Identifier) -> c_int {
    // SAFETY: a static structure of the caller's.
    PyObject_HasAttr(object, unsafe { &*_PyUnicode_FromId(name) })
}
