//! The life of an instance of a class made at run time: its slots, its dictionary, its end.

use std::ffi::{c_int, c_void};

use crate::memory::gc::GcHead;
use crate::prelude::*;

/// The nearest base that is not a class made at run time with the functions below.
fn native_base(class: &Type) -> &Type {
    let mut base = class;
    while base
        .tp_dealloc
        .get()
        .is_some_and(|dealloc| std::ptr::fn_addr_eq(dealloc, dealloc_instance as Destructor))
        && let Some(next) = base.base()
    {
        base = next;
    }
    base
}

/// The classes from a class down to, and without, its native base.
fn python_classes(class: &Type) -> impl Iterator<Item = &Type> {
    let native = native_base(class);
    std::iter::successors(Some(class), |class| class.base())
        .take_while(move |class| !std::ptr::eq(*class, native))
}

/// The fields of an instance that `__slots__` of one class made.
///
/// # Safety
/// The object is an instance of the class.
unsafe fn slot_fields(object: *mut Object, class: &Type) -> impl Iterator<Item = &Field> {
    super::heap::slot_members(class).iter().filter(|member| member.kind == member_kind::OBJECT_EX).map(
        // SAFETY: the caller's promise: the field is at its offset in the instance.
        move |member| unsafe { &*object.cast::<u8>().offset(member.offset).cast::<Field>() },
    )
}

/// The field of the instance's own dictionary, where the native base has none.
///
/// # Safety
/// The object is alive enough to have its type.
unsafe fn own_dict(object: *mut Object, native: &Type) -> Option<&'static Field<Dict>> {
    // SAFETY: the caller's promise.
    let object: &'static Object = unsafe { &*object };
    if native.tp_dictoffset.get() != 0 { None } else { object.dict_field() }
}

/// `tp_dealloc` of such classes: finaliser, weak references, slots, dictionary, then the base's own.
pub unsafe extern "C" fn dealloc_instance(object: *mut Object) {
    // SAFETY: called once, when the last reference is gone; the instance keeps its class alive to the end.
    unsafe {
        let class: &Type = &*std::ptr::from_ref((*object).class());
        let is_gc = class.has_flags(flags::HAVE_GC);
        if is_gc {
            gc::untrack(&*object);
        }
        if class.tp_finalize.get().is_some() {
            if is_gc {
                gc::track(&*object);
            }
            if finalize_before_dealloc(&*object) {
                return;
            }
            if is_gc {
                gc::untrack(&*object);
            }
        }
        // The finaliser may have assigned `__class__`.
        let class: &Type = &*std::ptr::from_ref((*object).class());
        if class.tp_weaklistoffset.get() != 0 && native_base(class).tp_weaklistoffset.get() == 0 {
            crate::weakref::clear_all(&*object);
        }
        if let Some(del) = class.tp_del.get() {
            if is_gc {
                gc::track(&*object);
            }
            // It counts the object's references itself, from none to none or to what it was saved by.
            (*object).set_refcnt(0);
            del(object);
            if (*object).refcnt() > 0 {
                return;
            }
            if is_gc {
                gc::untrack(&*object);
            }
        }
        // So may this have.
        let class: &Type = &*std::ptr::from_ref((*object).class());
        let native: &Type = native_base(class);
        for class in python_classes(class) {
            slot_fields(object, class).for_each(|field| field.set(None));
        }
        if let Some(dict) = own_dict(object, native) {
            dict.set(None);
        }
        if is_gc && native.has_flags(flags::HAVE_GC) {
            gc::track(&*object);
        }
        let base_is_heap = native.has_flags(flags::HEAPTYPE);
        match native.tp_dealloc.get() {
            Some(dealloc) => dealloc(object),
            None => memory::free(object),
        }
        // A native heap type's own function has given the reference back already.
        if !base_is_heap {
            class.decref();
        }
    }
}

/// Runs the finaliser once in the object's life (PEP 442); whether the object has new references.
///
/// # Safety
/// The object's last reference is gone and nothing of it is torn down yet.
pub unsafe fn finalize_before_dealloc(object: &Object) -> bool {
    object.set_refcnt(1);
    finalize_once(object);
    object.set_refcnt(object.refcnt() - 1);
    object.refcnt() > 0
}

/// Runs `tp_finalize` unless it has run.
pub fn finalize_once(object: &Object) {
    let Some(finalize) = object.class().tp_finalize.get() else { return };
    let is_gc = gc::is_gc(object);
    // SAFETY: a collected object has its head; finalisers take a live object.
    unsafe {
        if is_gc && GcHead::of(object).has_flag(gc::FINALIZED) {
            return;
        }
        finalize(object.as_ptr());
        if is_gc {
            GcHead::of(object).set_flag(gc::FINALIZED);
        }
    }
}

/// `tp_traverse` of such classes.
pub unsafe extern "C" fn traverse_instance(
    object: *mut Object,
    visit: VisitProc,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the collector passes a live object; visiting runs no Python code.
    unsafe {
        let class = (*object).class();
        let native = native_base(class);
        for class in python_classes(class) {
            for field in slot_fields(object, class) {
                if let Some(value) = field.peek() {
                    let status = visit(value.as_ptr(), context);
                    if status != 0 {
                        return status;
                    }
                }
            }
        }
        if let Some(dict) = own_dict(object, native).and_then(|field| field.peek()) {
            let status = visit(dict.as_ptr(), context);
            if status != 0 {
                return status;
            }
        }
        if !native.has_flags(flags::HEAPTYPE) {
            let status = visit(class.as_ptr(), context);
            if status != 0 {
                return status;
            }
        }
        match native.tp_traverse.get() {
            Some(traverse) => traverse(object, visit, context),
            None => 0,
        }
    }
}

/// `tp_clear` of such classes.
pub unsafe extern "C" fn clear_instance(object: *mut Object) -> c_int {
    // SAFETY: the collector passes a live object, which it holds a reference to.
    unsafe {
        let class = (*object).class();
        let native = native_base(class);
        for class in python_classes(class) {
            slot_fields(object, class).for_each(|field| field.set(None));
        }
        if let Some(dict) = own_dict(object, native) {
            dict.set(None);
        }
        match native.tp_clear.get() {
            Some(clear) => clear(object),
            None => 0,
        }
    }
}
