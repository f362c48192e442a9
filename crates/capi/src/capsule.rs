//! `pycapsule.h`: C pointers that modules hand to each other.

use std::ffi::{CStr, c_char, c_int, c_void};

use objects::capsule::{Capsule, CapsuleDestructor as Destructor};
use objects::prelude::*;

use crate::errors::text;

/// # Safety
/// The pointer is null or to a NUL-terminated string that lives as long as the capsule.
unsafe fn name<'a>(pointer: *const c_char) -> Option<&'a CStr> {
    // SAFETY: the caller's promise.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCapsule_New(
    pointer: *mut c_void,
    name: *const c_char,
    destructor: Option<Destructor>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { Capsule::new(pointer, name, destructor) }.map(Ref::into_object)
}

/// The capsule, if it is one of that name.
///
/// # Safety
/// The name is null or a C string.
unsafe fn checked<'a>(
    object: Option<&'a Object>,
    wanted: *const c_char,
    function: &str,
) -> Option<&'a Capsule> {
    let capsule =
        object.and_then(|object| object.downcast::<Capsule>()).filter(|c| !c.pointer.get().is_null());
    let Some(capsule) = capsule else {
        let _ = raise!(ValueError, "{function} called with invalid PyCapsule object");
        return None;
    };
    // SAFETY: the caller's promise.
    if capsule.name() != unsafe { name(wanted) } {
        let _ = raise!(ValueError, "{function} called with incorrect name");
        return None;
    }
    Some(capsule)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCapsule_GetPointer(object: Option<&Object>, name: *const c_char) -> *mut c_void {
    // SAFETY: the caller's promise.
    let capsule = unsafe { checked(object, name, "PyCapsule_GetPointer") };
    capsule.map_or(std::ptr::null_mut(), |capsule| capsule.pointer.get())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCapsule_IsValid(object: Option<&Object>, wanted: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    c_int::from(object.is_some_and(|object| Capsule::is_valid(object, unsafe { name(wanted) })))
}

fn any<'a>(object: Option<&'a Object>, function: &str) -> Option<&'a Capsule> {
    let capsule =
        object.and_then(|object| object.downcast::<Capsule>()).filter(|c| !c.pointer.get().is_null());
    if capsule.is_none() {
        let _ = raise!(ValueError, "{function} called with invalid PyCapsule object");
    }
    capsule
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_GetName(object: Option<&Object>) -> *const c_char {
    any(object, "PyCapsule_GetName").and_then(Capsule::name).map_or(std::ptr::null(), CStr::as_ptr)
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_GetContext(object: Option<&Object>) -> *mut c_void {
    any(object, "PyCapsule_GetContext").map_or(std::ptr::null_mut(), |capsule| capsule.context.get())
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_SetContext(object: Option<&Object>, context: *mut c_void) -> c_int {
    match any(object, "PyCapsule_SetContext") {
        Some(capsule) => {
            capsule.context.set(context);
            0
        }
        None => -1,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_SetDestructor(object: Option<&Object>, destructor: Option<Destructor>) -> c_int {
    match any(object, "PyCapsule_SetDestructor") {
        Some(capsule) => {
            capsule.destructor.set(destructor);
            0
        }
        None => -1,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_SetPointer(object: Option<&Object>, pointer: *mut c_void) -> c_int {
    match any(object, "PyCapsule_SetPointer") {
        Some(capsule) if !pointer.is_null() => {
            capsule.pointer.set(pointer);
            0
        }
        Some(_) => {
            let _ = raise!(ValueError, "PyCapsule_SetPointer called with null pointer");
            -1
        }
        None => -1,
    }
}

/// The pointer of the capsule at `module.attribute...`, the module imported.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyCapsule_Import(path: *const c_char, _no_block: c_int) -> *mut c_void {
    // SAFETY: the caller's promise.
    let shown = unsafe { text(path) };
    let find = || -> Result<Ref> {
        let mut parts = shown.split('.');
        let first = parts.next().unwrap_or_default();
        let mut object = match (objects::services::get().import)(first) {
            Ok(object) => object,
            Err(raised) => {
                raised.clear();
                bail!(ImportError, "PyCapsule_Import could not import module \"{first}\"");
            }
        };
        for part in parts {
            object = object.get_attr(&Str::new(part))?;
        }
        Ok(object)
    };
    let Ok(object) = find() else { return std::ptr::null_mut() };
    // SAFETY: the caller's promise.
    if !Capsule::is_valid(&object, unsafe { name(path) }) {
        let _ = raise!(AttributeError, "PyCapsule_Import \"{shown}\" is not valid");
        return std::ptr::null_mut();
    }
    object.downcast::<Capsule>().map_or(std::ptr::null_mut(), |capsule| capsule.pointer.get())
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_SetName(object: Option<&Object>, name: *const c_char) -> c_int {
    match any(object, "PyCapsule_SetName") {
        Some(capsule) => {
            capsule.name.set(name);
            0
        }
        None => -1,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyCapsule_GetDestructor(object: Option<&Object>) -> Option<Destructor> {
    any(object, "PyCapsule_GetDestructor")?.destructor.get()
}
