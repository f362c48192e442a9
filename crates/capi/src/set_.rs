//! `setobject.h`.

use std::ffi::c_int;

use objects::prelude::*;
use objects::set::Set;

fn any(object: &Object) -> Result<&Set> {
    Set::any(object).ok_or_else(|| raise!(SystemError, "bad argument to internal function"))
}

#[unsafe(no_mangle)]
extern "C" fn PySet_New(iterable: Option<&Object>) -> Result<Ref> {
    match iterable {
        Some(iterable) => Set::from_iterable(iterable).map(Ref::into_object),
        None => Ok(Set::new().into_object()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyFrozenSet_New(iterable: Option<&Object>) -> Result<Ref> {
    // Always a set of its own, never the one that all empty ones are: the caller may add to it yet.
    let set = objects::set::Set::new_in(&objects::set::FROZENSET)?;
    if let Some(iterable) = iterable {
        set.update(iterable)?;
    }
    Ok(set.into_object())
}

#[unsafe(no_mangle)]
extern "C" fn PySet_Size(object: &Object) -> isize {
    any(object).map_or(-1, |set| set.len() as isize)
}

#[unsafe(no_mangle)]
extern "C" fn PySet_Contains(object: &Object, key: &Object) -> c_int {
    any(object).and_then(|set| set.contains(key)).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PySet_Add(object: &Object, key: &Object) -> c_int {
    raise::status(any(object).and_then(|set| set.add(key)).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn PySet_Discard(object: &Object, key: &Object) -> c_int {
    any(object).and_then(|set| set.discard(key)).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PySet_Pop(object: &Object) -> Result<Ref> {
    let set = any(object)?;
    set.pop().ok_or_else(|| raise!(KeyError, "pop from an empty set"))
}

#[unsafe(no_mangle)]
extern "C" fn PySet_Clear(object: &Object) -> c_int {
    raise::status(any(object).map(Set::clear))
}

#[unsafe(no_mangle)]
extern "C" fn _PySet_Update(object: &Object, iterable: &Object) -> c_int {
    raise::status(any(object).and_then(|set| set.update(iterable)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PySet_NextEntry(
    object: &Object,
    position: *mut isize,
    key: *mut *mut Object,
    hash: *mut isize,
) -> c_int {
    let Ok(set) = any(object) else { return -1 };
    // SAFETY: the caller's places; the reference lent is the set's own.
    unsafe {
        let mut at = *position as usize;
        let Some((found, found_hash)) = set.next(&mut at) else { return 0 };
        *position = at as isize;
        key.write(found.as_ptr());
        hash.write(found_hash);
    }
    1
}
