//! `tupleobject.h`, `listobject.h`, `dictobject.h`, `sliceobject.h`, `cellobject.h`: containers from C.

use std::ffi::{c_char, c_int};

use objects::prelude::*;
use objects::slice::Slice;

use crate::errors::text;

fn bad_call() -> Raised {
    raise!(SystemError, "bad argument to internal function")
}

#[unsafe(no_mangle)]
extern "C" fn PyTuple_New(size: isize) -> Result<Ref<Tuple>> {
    match usize::try_from(size) {
        Ok(size) => Tuple::unfilled(size),
        Err(_) => Err(bad_call()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyTuple_Size(object: &Object) -> isize {
    match object.downcast::<Tuple>() {
        Some(tuple) => tuple.size(),
        None => {
            let _ = bad_call();
            -1
        }
    }
}

/// The item, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyTuple_GetItem(object: &Object, index: isize) -> Option<&Object> {
    let Some(tuple) = object.downcast::<Tuple>() else {
        let _ = bad_call();
        return None;
    };
    let field = usize::try_from(index).ok().and_then(|index| tuple.field(index));
    if field.is_none() {
        let _ = raise!(IndexError, "tuple index out of range");
    }
    // SAFETY: a filled tuple never changes; the tuple keeps its items alive.
    field.and_then(|field| unsafe { field.peek() })
}

#[unsafe(no_mangle)]
extern "C" fn PyTuple_SetItem(object: &Object, index: isize, item: Option<Ref>) -> c_int {
    let Some(tuple) = object.downcast::<Tuple>().filter(|tuple| tuple.refcnt() == 1) else {
        let _ = bad_call();
        return -1;
    };
    match usize::try_from(index).ok().and_then(|index| tuple.field(index)) {
        Some(field) => {
            field.set(item);
            0
        }
        None => {
            let _ = raise!(IndexError, "tuple assignment index out of range");
            -1
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyTuple_GetSlice(tuple: &Tuple, start: isize, end: isize) -> Result<Ref<Tuple>> {
    let end = end.clamp(0, tuple.size());
    tuple.slice(start.clamp(0, end) as usize, end as usize)
}

/// Another size for a fresh tuple that the caller alone holds.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTuple_Resize(place: *mut Option<Ref<Tuple>>, size: isize) -> c_int {
    // SAFETY: the caller's place holds an owned reference.
    unsafe {
        let Some(old) = (*place).take() else {
            let _ = bad_call();
            return -1;
        };
        let Ok(new) = PyTuple_New(size) else { return -1 };
        for index in 0..(size.min(old.size())) as usize {
            if let (Some(from), Some(to)) = (old.field(index), new.field(index)) {
                to.set(from.take());
            }
        }
        *place = Some(new);
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyList_New(size: isize) -> Result<Ref<List>> {
    match usize::try_from(size) {
        Ok(size) => List::unfilled(size),
        Err(_) => Err(bad_call()),
    }
}

fn list(object: &Object) -> Result<&List> {
    object.downcast::<List>().ok_or_else(bad_call)
}

#[unsafe(no_mangle)]
extern "C" fn PyList_Size(object: &Object) -> isize {
    list(object).map_or(-1, |list| list.len() as isize)
}

/// The item, borrowed: the list must keep it as long as it is used.
#[unsafe(no_mangle)]
extern "C" fn PyList_GetItem(object: &Object, index: isize) -> Option<&Object> {
    let list = list(object).ok()?;
    match usize::try_from(index).ok().and_then(|index| list.get(index)) {
        // SAFETY: C's contract of a borrowed reference.
        Some(item) => Some(unsafe { &*item.as_ptr() }),
        None => {
            let _ = raise!(IndexError, "list index out of range");
            None
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyList_SetItem(object: &Object, index: isize, item: Option<Ref>) -> c_int {
    let Ok(list) = list(object) else { return -1 };
    if !(0..list.len() as isize).contains(&index) {
        let _ = raise!(IndexError, "list assignment index out of range");
        return -1;
    }
    // SAFETY: in range, as just checked; dropping the old item comes last.
    let field = unsafe { &*list.as_ptr().add(index as usize) };
    field.set(item);
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyList_Append(object: &Object, item: &Object) -> c_int {
    raise::status(list(object).and_then(|list| list.push(item.to_ref())))
}

#[unsafe(no_mangle)]
extern "C" fn PyList_Insert(object: &Object, index: isize, item: &Object) -> c_int {
    raise::status(list(object).and_then(|list| {
        let length = list.len() as isize;
        let index = if index < 0 { (index + length).max(0) } else { index.min(length) };
        list.insert(index as usize, item.to_ref())
    }))
}

fn bounds(start: isize, end: isize, length: usize) -> std::ops::Range<usize> {
    let start = start.clamp(0, length as isize);
    start as usize..end.clamp(start, length as isize) as usize
}

#[unsafe(no_mangle)]
extern "C" fn PyList_GetSlice(object: &Object, start: isize, end: isize) -> Result<Ref<List>> {
    let list = list(object)?;
    Ok(List::from_vec(list.range_to_vec(bounds(start, end, list.len()))))
}

#[unsafe(no_mangle)]
extern "C" fn PyList_SetSlice(object: &Object, start: isize, end: isize, items: Option<&Object>) -> c_int {
    let replace = || -> Result<()> {
        let list = list(object)?;
        let items = match items {
            Some(items) => items.collect_vec()?,
            None => Vec::new(),
        };
        list.splice(bounds(start, end, list.len()), items).map(drop)
    };
    raise::status(replace())
}

#[unsafe(no_mangle)]
extern "C" fn PyList_Sort(object: &Object) -> c_int {
    raise::status(list(object).and_then(List::sort))
}

#[unsafe(no_mangle)]
extern "C" fn PyList_Reverse(object: &Object) -> c_int {
    raise::status(list(object).map(List::reverse))
}

#[unsafe(no_mangle)]
extern "C" fn PyList_AsTuple(object: &Object) -> Result<Ref<Tuple>> {
    Tuple::new(list(object)?.to_vec())
}

#[unsafe(no_mangle)]
extern "C" fn _PyList_Extend(list: &List, items: &Object) -> Result<Ref> {
    list.extend_from_vec(items.collect_vec()?)?;
    Ok(none())
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_New() -> Ref<Dict> {
    Dict::new()
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_NewPresized(entries: isize) -> Result<Ref<Dict>> {
    Dict::with_capacity(entries.max(0) as usize)
}

fn dict(object: &Object) -> Result<&Dict> {
    object.downcast::<Dict>().ok_or_else(bad_call)
}

/// A new reference as a borrowed one: the container keeps the object alive, by C's contract.
fn borrowed<'a>(object: Option<Ref>) -> Option<&'a Object> {
    // SAFETY: as above.
    object.map(|object| unsafe { &*object.as_ptr() })
}

/// The value, borrowed; any exception on the way is dropped.
#[unsafe(no_mangle)]
extern "C" fn PyDict_GetItem<'a>(object: &Object, key: &Object) -> Option<&'a Object> {
    let saved = raise::fetch();
    let found = dict(object).and_then(|dict| dict.get(key)).unwrap_or_else(|raised| {
        raised.clear();
        None
    });
    if let Some(saved) = saved {
        let _ = saved.restore();
    }
    borrowed(found)
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_GetItemWithError<'a>(object: &Object, key: &Object) -> Option<&'a Object> {
    borrowed(dict(object).and_then(|dict| dict.get(key)).unwrap_or(None))
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_GetItem_KnownHash<'a>(
    object: &Object,
    key: &Object,
    hash: isize,
) -> Option<&'a Object> {
    borrowed(dict(object).and_then(|dict| dict.get_known_hash(key, hash)).unwrap_or(None))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyDict_GetItemString<'a>(object: &Object, key: *const c_char) -> Option<&'a Object> {
    // SAFETY: the caller's promise.
    PyDict_GetItem(object, &Str::new(&unsafe { text(key) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyDict_GetItemStringWithError<'a>(
    object: &Object,
    key: *const c_char,
) -> Option<&'a Object> {
    // SAFETY: the caller's promise.
    PyDict_GetItemWithError(object, &Str::new(&unsafe { text(key) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyDict_GetItemIdWithError<'a>(
    object: &Object,
    key: *mut crate::unicode_::Identifier,
) -> Option<&'a Object> {
    // SAFETY: a static structure of the caller's.
    PyDict_GetItemWithError(object, unsafe { &*crate::unicode_::_PyUnicode_FromId(key) })
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_SetItem(object: &Object, key: &Object, value: &Object) -> c_int {
    raise::status(dict(object).and_then(|dict| dict.set(key, value)))
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_SetItem_KnownHash(object: &Object, key: &Object, value: &Object, hash: isize) -> c_int {
    raise::status(dict(object).and_then(|dict| dict.set_known_hash(key, hash, value)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyDict_SetItemString(object: &Object, key: *const c_char, value: &Object) -> c_int {
    // SAFETY: the caller's promise.
    PyDict_SetItem(object, &Str::intern(Str::new(&unsafe { text(key) })), value)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyDict_SetItemId(
    object: &Object,
    key: *mut crate::unicode_::Identifier,
    value: &Object,
) -> c_int {
    // SAFETY: a static structure of the caller's.
    PyDict_SetItem(object, unsafe { &*crate::unicode_::_PyUnicode_FromId(key) }, value)
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_DelItem(object: &Object, key: &Object) -> c_int {
    raise::status(dict(object).and_then(|dict| match dict.remove(key)? {
        true => Ok(()),
        false => Err(raise::set_object(&exceptions::KeyError, Tuple::new([key.to_ref()])?.into_object())),
    }))
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_DelItem_KnownHash(object: &Object, key: &Object, hash: isize) -> c_int {
    raise::status(dict(object).and_then(|dict| match dict.pop_known_hash(key, hash)? {
        Some(_) => Ok(()),
        None => Err(raise::set_key_error(key)),
    }))
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_SizeOf(dict: &Dict) -> isize {
    dict.size_of() as isize
}

/// Adds key and value pairs; `replace` says whether a later one counts for the same key.
#[unsafe(no_mangle)]
extern "C" fn PyDict_MergeFromSeq2(dict: &Dict, pairs: &Object, replace: c_int) -> c_int {
    let merge = || -> Result<()> {
        let added = objects::dict::DICT.as_object().call1(pairs)?;
        match (replace != 0, added.downcast::<Dict>()) {
            (true, Some(added)) => dict.update(added),
            _ => dict.merge(&added, objects::dict::Duplicates::Keep),
        }
    };
    raise::status(merge())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyDict_DelItemString(object: &Object, key: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    PyDict_DelItem(object, &Str::new(&unsafe { text(key) }))
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_SetDefault<'a>(
    object: &Object,
    key: &Object,
    default: Option<&Object>,
) -> Option<&'a Object> {
    let value = dict(object).and_then(|dict| dict.set_default(key, default.unwrap_or(none_object())));
    borrowed(value.ok())
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_Pop(object: &Object, key: &Object, default: Option<&Object>) -> Result<Ref> {
    match (dict(object)?.pop(key)?, default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_ref()),
        (None, None) => {
            Err(raise::set_object(&exceptions::KeyError, Tuple::new([key.to_ref()])?.into_object()))
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Contains(object: &Object, key: &Object) -> c_int {
    dict(object).and_then(|dict| dict.contains(key)).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn _PyDict_Contains_KnownHash(object: &Object, key: &Object, hash: isize) -> c_int {
    dict(object).and_then(|dict| dict.contains_known_hash(key, hash)).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Size(object: &Object) -> isize {
    dict(object).map_or(-1, |dict| dict.len() as isize)
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Clear(object: &Object) {
    if let Some(dict) = object.downcast::<Dict>() {
        dict.clear();
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Copy(object: &Object) -> Result<Ref<Dict>> {
    dict(object)?.copy()
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Keys(object: &Object) -> Result<Ref<List>> {
    Ok(dict(object)?.keys_list())
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Values(object: &Object) -> Result<Ref<List>> {
    Ok(dict(object)?.values_list())
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Items(object: &Object) -> Result<Ref<List>> {
    dict(object)?.items_list()
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Update(object: &Object, other: &Object) -> c_int {
    raise::status(dict(object).and_then(|dict| dict.update(other)))
}

#[unsafe(no_mangle)]
extern "C" fn PyDict_Merge(object: &Object, other: &Object, replace: c_int) -> c_int {
    use objects::dict::Duplicates;
    let duplicates = if replace != 0 { Duplicates::Replace } else { Duplicates::Keep };
    raise::status(dict(object).and_then(|dict| dict.merge(other, duplicates)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyDict_Next(
    object: &Object,
    position: *mut isize,
    key: *mut *mut Object,
    value: *mut *mut Object,
) -> c_int {
    // SAFETY: the caller's places; the hash is not asked for.
    unsafe { _PyDict_Next(object, position, key, value, std::ptr::null_mut()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyDict_Next(
    object: &Object,
    position: *mut isize,
    key: *mut *mut Object,
    value: *mut *mut Object,
    hash: *mut isize,
) -> c_int {
    let Some(dict) = object.downcast::<Dict>() else { return 0 };
    // SAFETY: the caller's places; the references lent are the dictionary's own.
    unsafe {
        let mut at = *position as usize;
        let Some((found_key, found_value, found_hash)) = dict.next_entry(&mut at) else { return 0 };
        *position = at as isize;
        if !key.is_null() {
            key.write(found_key.as_ptr());
        }
        if !value.is_null() {
            value.write(found_value.as_ptr());
        }
        if !hash.is_null() {
            hash.write(found_hash);
        }
    }
    1
}

#[unsafe(no_mangle)]
extern "C" fn PyDictProxy_New(mapping: &Object) -> Result<Ref> {
    Ok(objects::mapping_proxy::MappingProxy::new(mapping.to_ref()).into_object())
}

#[unsafe(no_mangle)]
extern "C" fn PySlice_New(
    start: Option<&Object>,
    stop: Option<&Object>,
    step: Option<&Object>,
) -> Ref<Slice> {
    let owned = |bound: Option<&Object>| bound.map(Object::to_ref);
    Slice::new(owned(start), owned(stop), owned(step))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PySlice_Unpack(
    slice: &Slice,
    start: *mut isize,
    stop: *mut isize,
    step: *mut isize,
) -> c_int {
    match slice.unpack() {
        Ok((from, to, by)) => {
            // SAFETY: the caller's places.
            unsafe {
                start.write(from);
                stop.write(to);
                step.write(by);
            }
            0
        }
        Err(_) => -1,
    }
}

/// Clips the bounds to a sequence's length; the number of items selected.
#[unsafe(no_mangle)]
unsafe extern "C" fn PySlice_AdjustIndices(
    length: isize,
    start: *mut isize,
    stop: *mut isize,
    step: isize,
) -> isize {
    // SAFETY: the caller's places.
    unsafe {
        let clip = |bound: isize| {
            let bound = if bound < 0 { bound + length } else { bound };
            let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
            bound.clamp(low, high.max(low))
        };
        *start = clip(*start);
        *stop = clip(*stop);
        let distance = if step < 0 { *start - *stop } else { *stop - *start };
        if distance <= 0 { 0 } else { (distance - 1) / step.abs() + 1 }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PySlice_GetIndicesEx(
    slice: &Slice,
    length: isize,
    start: *mut isize,
    stop: *mut isize,
    step: *mut isize,
    count: *mut isize,
) -> c_int {
    // SAFETY: the caller's places.
    unsafe {
        if PySlice_Unpack(slice, start, stop, step) < 0 {
            return -1;
        }
        *count = PySlice_AdjustIndices(length, start, stop, *step);
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyCell_New(content: Option<&Object>) -> Ref<objects::cell::Cell> {
    objects::cell::Cell::new(content.map(Object::to_ref))
}

#[unsafe(no_mangle)]
extern "C" fn PyCell_Get(cell: &objects::cell::Cell) -> Option<Ref> {
    cell.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyCell_Set(cell: &objects::cell::Cell, content: Option<&Object>) -> c_int {
    cell.set(content.map(Object::to_ref));
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyMethod_New(function: &Object, receiver: Option<&Object>) -> Result<Ref> {
    match receiver {
        Some(receiver) => {
            Ok(objects::method::Method::new(function.to_ref(), receiver.to_ref()).into_object())
        }
        None => Err(bad_call()),
    }
}

/// A bound of a slice, cut to what C can count; `None` leaves the place as it is.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyEval_SliceIndex(bound: Option<&Object>, place: *mut isize) -> c_int {
    let Some(bound) = bound.filter(|bound| !bound.is_none()) else { return 1 };
    if !bound.has_index() {
        let _ = raise!(TypeError, "slice indices must be integers or None or have an __index__ method");
        return 0;
    }
    match bound.as_isize_clip() {
        Ok(bound) => {
            // SAFETY: the caller's place.
            unsafe { place.write(bound) };
            1
        }
        Err(_) => 0,
    }
}
