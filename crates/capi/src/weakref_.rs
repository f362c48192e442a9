//! `weakrefobject.h`.

use objects::prelude::*;

#[unsafe(no_mangle)]
extern "C" fn PyWeakref_NewRef(object: &Object, callback: Option<&Object>) -> Result<Ref> {
    objects::weakref::new_reference_with(object, callback.filter(|callback| !callback.is_none()))
}

#[unsafe(no_mangle)]
extern "C" fn PyWeakref_NewProxy(object: &Object, callback: Option<&Object>) -> Result<Ref> {
    objects::weakref::new_proxy(object, callback.filter(|callback| !callback.is_none()))
}

/// The referent, borrowed; `None` where it is gone.
#[unsafe(no_mangle)]
extern "C" fn PyWeakref_GetObject(reference: Option<&Object>) -> Option<&'static Object> {
    match reference.filter(|reference| objects::weakref::as_reference(reference).is_some()) {
        // SAFETY: C's contract of a borrowed reference.
        Some(reference) => Some(
            objects::weakref::referent(reference)
                .map_or(none_object(), |object| unsafe { &*object.as_ptr() }),
        ),
        None => {
            let _ = raise!(SystemError, "bad argument to internal function");
            None
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_ClearWeakRefs(object: &Object) {
    objects::weakref::clear_all(object);
}
