//! `_Py_hashtable`: private to CPython's own extension modules.

use std::ffi::{c_int, c_void};

type HashFunction = unsafe extern "C" fn(*const c_void) -> usize;
type EqualFunction = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;
type DestroyFunction = unsafe extern "C" fn(*mut c_void);

/// A table of pointers to pointers, by the caller's functions.
pub struct Table {
    buckets: std::collections::HashMap<usize, Vec<(*const c_void, *mut c_void)>>,
    hash: HashFunction,
    equal: EqualFunction,
    destroy_key: Option<DestroyFunction>,
    destroy_value: Option<DestroyFunction>,
}

#[unsafe(no_mangle)]
extern "C" fn _Py_hashtable_new_full(
    hash: HashFunction,
    equal: EqualFunction,
    destroy_key: Option<DestroyFunction>,
    destroy_value: Option<DestroyFunction>,
    _allocator: *const c_void,
) -> *mut Table {
    Box::into_raw(Box::new(Table { buckets: Default::default(), hash, equal, destroy_key, destroy_value }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_set(table: &mut Table, key: *const c_void, value: *mut c_void) -> c_int {
    // SAFETY: the caller's functions, for the caller's keys.
    let hash = unsafe { (table.hash)(key) };
    table.buckets.entry(hash).or_default().push((key, value));
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_get(table: &Table, key: *const c_void) -> *mut c_void {
    // SAFETY: the caller's functions, for the caller's keys.
    unsafe {
        let bucket = table.buckets.get(&(table.hash)(key));
        let entry = bucket.and_then(|bucket| bucket.iter().find(|entry| (table.equal)(entry.0, key) != 0));
        entry.map_or(std::ptr::null_mut(), |entry| entry.1)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_destroy(table: *mut Table) {
    // SAFETY: made above, and given up; the caller's functions end its keys and values.
    unsafe {
        let table = Box::from_raw(table);
        for (key, value) in table.buckets.into_values().flatten() {
            if let Some(destroy) = table.destroy_key {
                destroy(key.cast_mut());
            }
            if let Some(destroy) = table.destroy_value {
                destroy(value);
            }
        }
    }
}
