//! Weak references: `weakref.ref`, `weakref.proxy`.
//!
//! An object that can be referenced weakly holds the head of a list of its weak references, at its type's
//! `tp_weaklistoffset`. The list owns nothing: a reference takes itself out when it ends.

mod proxy;
mod reference;

use std::cell::Cell;
use std::ptr;

use crate::prelude::*;

pub use proxy::{CALLABLE_PROXY, PROXY};
pub use reference::{REFERENCE, Reference};

/// Where an object's list begins; nothing for an object that cannot be referenced weakly.
fn list_of(object: &Object) -> Option<&Cell<*const Reference>> {
    let offset = object.class().tp_weaklistoffset.get();
    // SAFETY: the type says that there is a pointer at the offset, null or to a live reference.
    (offset > 0).then(|| unsafe { &*object.as_ptr().cast::<u8>().offset(offset).cast() })
}

fn list_or_raise(object: &Object) -> Result<&Cell<*const Reference>> {
    match list_of(object) {
        Some(list) => Ok(list),
        None => Err(raise!(TypeError, "cannot create weak reference to '{}' object", object.class().name())),
    }
}

/// Whether objects of the type can be referenced weakly.
pub fn is_supported(class: &Type) -> bool {
    class.tp_weaklistoffset.get() > 0
}

/// The weak references to an object, in the list's order.
pub fn references_to(object: &Object) -> Vec<Ref> {
    let Some(list) = list_of(object) else { return Vec::new() };
    let mut references = Vec::new();
    // SAFETY: what is in a list is alive, and nothing runs while it is walked.
    let mut next = unsafe { list.get().as_ref() };
    while let Some(reference) = next {
        references.push(reference.as_object().to_ref());
        // SAFETY: as above.
        next = unsafe { reference.next.get().as_ref() };
    }
    references
}

/// `weakref.ref(object)`.
pub fn new_reference(object: &Object) -> Result<Ref> {
    reference::make(&REFERENCE, object, None)
}

/// `weakref.ref(object, callback)`.
pub fn new_reference_with(object: &Object, callback: Option<&Object>) -> Result<Ref> {
    reference::make(&REFERENCE, object, callback)
}

/// `weakref.proxy(object, callback)`.
pub fn new_proxy(object: &Object, callback: Option<&Object>) -> Result<Ref> {
    let class = if object.is_callable() { &CALLABLE_PROXY } else { &PROXY };
    reference::make(class, object, callback)
}

/// What a weak reference or proxy refers to; nothing once that is gone, and for any other object.
pub fn referent(reference: &Object) -> Option<Ref> {
    as_reference(reference)?.referent()
}

/// The object as a weak reference of any kind, a proxy included.
pub fn as_reference(object: &Object) -> Option<&Reference> {
    let class = object.class();
    let is_proxy = class.is(&PROXY) || class.is(&CALLABLE_PROXY);
    match is_proxy {
        // SAFETY: proxies have the structure of references.
        true => Some(unsafe { object.cast() }),
        false => object.downcast(),
    }
}

/// Ends every weak reference to an object that is going, and calls their callbacks.
///
/// The object may have no references left, so nothing here takes a new one.
pub fn clear_all(object: &Object) {
    let Some(list) = list_of(object) else { return };
    if list.get().is_null() {
        return;
    }
    let mut calls = Vec::new();
    // SAFETY: what is in the list is alive; `detach` takes it out.
    while let Some(reference) = unsafe { list.get().as_ref() } {
        let callback = reference.detach();
        // A reference that is itself going has nobody to be told.
        if let Some(callback) = callback
            && reference.refcnt() > 0
        {
            calls.push((reference.as_object().to_ref(), callback));
        }
    }
    if calls.is_empty() {
        return;
    }
    let pending = raise::fetch();
    for (reference, callback) in calls {
        call_back(&callback, &reference);
    }
    if let Some(pending) = pending {
        let _ = pending.restore();
    }
}

/// Calls a callback with the reference; an exception from it has nobody to go to.
pub(crate) fn call_back(callback: &Object, reference: &Object) {
    if let Err(raised) = callback.call1(reference) {
        raised.write_unraisable(Some(callback));
    }
}

/// Ends the weak references to an object without calling anything, and gives them with their callbacks.
pub(crate) fn detach_all(object: &Object) -> Vec<(Ref, Option<Ref>)> {
    let Some(list) = list_of(object) else { return Vec::new() };
    let mut detached = Vec::new();
    // SAFETY: as in `clear_all`.
    while let Some(reference) = unsafe { list.get().as_ref() } {
        match reference.refcnt() > 0 {
            true => detached.push((reference.as_object().to_ref(), reference.detach())),
            // One that is going itself drops its callback when it does.
            false => reference.forget_referent(),
        }
    }
    detached
}
