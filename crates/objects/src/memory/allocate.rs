//! Allocation of objects, through the type's own slots.

use std::ffi::c_void;
use std::ptr;

use super::domains::{self, Domain, assured};
use super::gc::{self, GcHead};
use crate::prelude::*;

/// Memory for `size` bytes, never null for want of bytes (0 counts as 1). Null where there is none.
#[inline]
pub fn raw_allocate(size: usize) -> *mut c_void {
    domains::allocate(Domain::Object, size)
}

/// # Safety
/// The pointer is null or came from this allocator; it is not used afterwards unless the result is null.
#[inline]
pub unsafe fn raw_reallocate(pointer: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { domains::reallocate(Domain::Object, pointer, size) }
}

/// # Safety
/// The pointer is null or came from this allocator, and is not used afterwards.
#[inline]
pub unsafe fn raw_free(pointer: *mut c_void) {
    // SAFETY: the caller's promise.
    unsafe { domains::free(Domain::Object, pointer) }
}

/// Memory of this size comes zeroed from the system, which gives it when it is first used: all of a code
/// object's value stack may never be.
const LARGE: usize = 1 << 16;

/// The memory, unless there is none.
fn unless_null(memory: *mut c_void) -> Result<*mut c_void> {
    match memory.is_null() {
        true => Err(raise!(MemoryError)),
        false => Ok(memory),
    }
}

/// Memory for an object of the class with `items` inline items, header written, one reference,
/// the rest zero, not yet tracked by the collector. Raises `MemoryError`.
fn allocate_raw_object(class: &Type, items: isize) -> Result<*mut Object> {
    let bytes = class
        .tp_itemsize
        .get()
        .checked_mul(items)
        .and_then(|bytes| bytes.checked_add(class.tp_basicsize.get()))
        .and_then(|bytes| bytes.checked_add(7 + size_of::<GcHead>() as isize));
    let Some(bytes) = bytes.map(|bytes| (bytes as usize - size_of::<GcHead>()) & !7) else {
        bail!(MemoryError);
    };
    let known = class.has_flags(flags::HAVE_GC);
    let object: *mut Object = match bytes < LARGE {
        true => {
            let object = if known { gc::allocate(bytes)? } else { unless_null(raw_allocate(bytes))?.cast() };
            // SAFETY: fresh memory of this size.
            unsafe { ptr::write_bytes(object.cast::<u8>(), 0, bytes) };
            object
        }
        false if known => gc::allocate_zeroed(bytes)?,
        false => unless_null(domains::allocate_zeroed(Domain::Object, 1, bytes))?.cast(),
    };
    // SAFETY: a header fits in any object.
    unsafe {
        (*object).set_class(class);
        (*object).set_refcnt(1);
    }
    if class.has_flags(flags::HEAPTYPE) {
        class.incref();
    }
    Ok(object)
}

/// `PyType_GenericAlloc`: what `tp_alloc` is unless a type says otherwise. Zeroed and tracked, so
/// for structures that zeros are a valid value of; Rust's go through [`Ref::new_in`].
pub unsafe extern "C" fn generic_alloc(class: &Type, items: isize) -> Result<Ref> {
    // One item more than is asked for: zeros that end a table, as the members of a type are.
    let object = allocate_raw_object(class, items.saturating_add(1))?;
    // SAFETY: freshly made, with one reference.
    unsafe {
        if class.tp_itemsize.get() != 0 {
            (*object.cast::<VarObject>()).set_size(items);
        }
        let object = Ref::from_raw(object);
        if class.has_flags(flags::HAVE_GC) {
            gc::track(&object);
        }
        Ok(object)
    }
}

/// An object of the class through its `tp_alloc`, untracked by the collector until it is filled.
pub fn allocate_var<T: Layout>(class: &Type, items: isize) -> Result<Ref<T>> {
    let object = match class.tp_alloc.get() {
        // SAFETY: the class's own function.
        Some(alloc) if !ptr::fn_addr_eq(alloc, generic_alloc as AllocFunc) => unsafe { alloc(class, items)? },
        // SAFETY: freshly made, with one reference.
        _ => unsafe {
            let object = allocate_raw_object(class, items)?;
            if class.tp_itemsize.get() != 0 {
                (*object.cast::<VarObject>()).set_size(items);
            }
            Ref::from_raw(object)
        },
    };
    gc::untrack(&object);
    // SAFETY: an instance of a class whose layout begins with T; the caller fills it before it is seen.
    Ok(unsafe { object.cast_unchecked() })
}

/// An object that the collector does not know, with `bytes` of room in all (`None` for more than can
/// be counted): header written, the rest zero. For a type whose size its `tp_itemsize` cannot say.
pub fn allocate_sized<T: Layout>(class: &Type, bytes: Option<usize>) -> Result<Ref<T>> {
    debug_assert!(!class.has_flags(flags::HAVE_GC | flags::HEAPTYPE));
    let allocate = |bytes| domains::allocate_zeroed(Domain::Object, 1, bytes).cast::<Object>();
    let pointer = bytes.map_or(ptr::null_mut(), allocate);
    if pointer.is_null() {
        bail!(MemoryError);
    }
    // SAFETY: fresh memory, ours alone.
    unsafe {
        (*pointer).set_class(class);
        (*pointer).set_refcnt(1);
        Ok(Ref::from_raw(pointer.cast()))
    }
}

/// An object of the class that begins with the value; its header is written here.
pub fn allocate<T: Layout>(class: &Type, value: T) -> Result<Ref<T>> {
    debug_assert!(class.tp_basicsize.get() as usize >= size_of::<T>());
    let object: Ref<T> = allocate_var(class, items_of(&value))?;
    let header = (object.as_object().refcnt(), ptr::from_ref(object.as_object().class()));
    let pointer: *mut T = object.as_object().as_ptr().cast();
    // SAFETY: the memory is ours alone, of at least T's size; its old bytes need no drop.
    unsafe {
        ptr::write(pointer, value);
        (*pointer).as_object().set_refcnt(header.0);
        (*pointer).as_object().set_class(&*header.1);
    }
    if class.has_flags(flags::HAVE_GC) {
        gc::track(object.as_object());
    }
    Ok(object)
}

/// How many items the value says that it has: none where its class has no items.
#[inline(always)]
fn items_of<T: Layout>(value: &T) -> isize {
    match T::class().tp_itemsize.get() != 0 && size_of::<T>() >= size_of::<VarObject>() {
        // SAFETY: types with items begin with a VarObject.
        true => unsafe { (*ptr::from_ref(value).cast::<VarObject>()).size() },
        false => 0,
    }
}

/// Memory for an instance of a structure's own class, which is made ready where it is not; untracked by the collector.
#[inline(never)]
fn fresh(class: &Type, size: usize, items: isize) -> Result<*mut Object> {
    let is_ready_and_static = class.tp_flags.get() & (flags::READY | flags::HEAPTYPE) == flags::READY;
    let is_plain = class.tp_basicsize.get() as usize == size && class.tp_itemsize.get() == 0;
    if is_ready_and_static && is_plain {
        return match class.has_flags(flags::HAVE_GC) {
            true => gc::allocate(size),
            false => unless_null(raw_allocate(size)).map(|memory| memory.cast()),
        };
    }
    crate::startup::see_to_type(class)?;
    allocate_var::<Object>(class, items).map(|object| object.into_raw().cast())
}

/// An object that is the value and nothing more, of a static class, untracked by the collector: no part
/// of its memory is written twice.
#[inline]
fn allocate_plain<T: Layout>(class: &Type, value: T) -> Result<Ref<T>> {
    let collected = class.has_flags(flags::HAVE_GC);
    let pointer: *mut T = match collected {
        true => gc::allocate(size_of::<T>())?.cast(),
        false => raw_allocate(size_of::<T>()).cast(),
    };
    if pointer.is_null() {
        bail!(MemoryError);
    }
    // SAFETY: fresh memory of T's size, with the alignment of any object.
    let object: Ref<T> = unsafe {
        ptr::write(pointer, value);
        (*pointer).as_object().set_class(class);
        (*pointer).as_object().set_refcnt(1);
        Ref::from_raw(pointer.cast::<Object>()).cast_unchecked()
    };
    Ok(object)
}

impl<T: Layout> Ref<T> {
    /// A new object of T's own class. Small objects end the process when there is no memory at all,
    /// as every allocation of Rust's does; whatever has a size that a program chooses is fallible.
    #[inline(always)]
    pub fn new(value: T) -> Ref<T> {
        // The memory comes first: so the fields are written there and nowhere else.
        let memory = assured(|| fresh(T::class(), size_of::<T>(), items_of(&value)));
        // SAFETY: memory for an instance of T's own class, ours alone.
        unsafe { Ref::begin(memory, value) }
    }

    /// # Safety
    /// The memory is for an instance of T's own class, and the caller's alone.
    #[inline(always)]
    unsafe fn begin(memory: *mut Object, value: T) -> Ref<T> {
        let (class, pointer) = (T::class(), memory.cast::<T>());
        // SAFETY: the caller's promise.
        unsafe {
            ptr::write(pointer, value);
            (*pointer).as_object().set_class(class);
            (*pointer).as_object().set_refcnt(1);
            if class.has_flags(flags::HAVE_GC) {
                gc::track((*pointer).as_object());
            }
            Ref::from_raw(pointer.cast::<Object>()).cast_unchecked()
        }
    }

    /// The same for a container that the collector need not know yet. Raises `MemoryError`.
    #[inline]
    pub fn new_untracked(value: T) -> Result<Ref<T>> {
        let class = T::class();
        debug_assert!(class.tp_basicsize.get() as usize == size_of::<T>() && class.tp_itemsize.get() == 0);
        allocate_plain(class, value)
    }

    /// A new object of the class, which is T's or a subclass. Raises `MemoryError`.
    #[inline]
    pub fn new_in(class: &Type, value: T) -> Result<Ref<T>> {
        match ptr::eq(class, T::class()) {
            // SAFETY: as in `new`.
            true => Ok(unsafe { Ref::begin(fresh(class, size_of::<T>(), items_of(&value))?, value) }),
            false => allocate(class, value),
        }
    }
}

/// Gives an object's memory back through its type's `tp_free`, and the reference of an instance to
/// its heap type.
///
/// # Safety
/// The object has no references left and its content is already dropped.
pub unsafe fn free(object: *mut Object) {
    // SAFETY: the caller's promise; the type outlives the call, its instance's reference goes last.
    unsafe {
        let class = ptr::from_ref((*object).class());
        let free = (*class).tp_free.get().unwrap_or(match (*class).has_flags(flags::HAVE_GC) {
            true => object_gc_free,
            false => object_free,
        });
        free(object.cast());
    }
}

/// `tp_free` of objects that the collector does not know.
pub unsafe extern "C" fn object_free(pointer: *mut c_void) {
    // SAFETY: such an object begins its block.
    unsafe {
        (*pointer.cast::<Object>()).mark_freed();
        raw_free(pointer)
    }
}

/// `tp_free` of objects that the collector knows.
pub unsafe extern "C" fn object_gc_free(pointer: *mut c_void) {
    // SAFETY: such an object follows its collector's head.
    unsafe {
        (*pointer.cast::<Object>()).mark_freed();
        gc::free(pointer.cast())
    }
}

/// `tp_dealloc` of a structure in Rust: finalised, then ended as [`dealloc_unfinalized`] does.
pub unsafe extern "C" fn generic_dealloc<T: Layout>(object: *mut Object) {
    // SAFETY: called once, when the last reference is gone.
    unsafe {
        // An instance of a class in Python was finalised before it came here.
        let class = (*object).class();
        if class.tp_finalize.get().is_some()
            && !class.has_flags(flags::HEAPTYPE)
            && crate::type_object::instance::finalize_before_dealloc(&*object)
        {
            return;
        }
        dealloc_unfinalized::<T>(object);
    }
}

/// `tp_dealloc` of a structure in Rust whose finaliser does nothing that is seen where no subclass has changed it: out of
/// the collector's lists, weak references cleared, fields dropped, memory given back. A Python subclass's instance comes
/// here after its own part is done.
pub unsafe extern "C" fn dealloc_unfinalized<T: Layout>(object: *mut Object) {
    // SAFETY: called once, when the last reference is gone.
    unsafe {
        if (*object).class().has_flags(flags::HAVE_GC) {
            gc::untrack(&*object);
        }
        if T::class().tp_weaklistoffset.get() > 0 {
            crate::weakref::clear_all(&*object);
        }
        ptr::drop_in_place(object.cast::<T>());
        free(object);
    }
}

/// The address of the block that an object is in: the collector's head is in front of it.
pub fn block_of(object: &Object) -> usize {
    let address = object.as_ptr() as usize;
    match object.class().has_flags(flags::HAVE_GC) {
        true => address - size_of::<GcHead>(),
        false => address,
    }
}
