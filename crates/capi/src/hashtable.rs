//! `pycore_hashtable.h`: a table of pointers to pointers, private to CPython's own extension modules.
//!
//! These read the structure themselves, so it has CPython's layout: buckets are singly linked lists.

use std::ffi::{c_int, c_void};
use std::ptr;

use objects::memory::domains::{self, Domain};

type HashFunction = unsafe extern "C" fn(*const c_void) -> usize;
type EqualFunction = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;
type DestroyFunction = unsafe extern "C" fn(*mut c_void);
type VisitFunction = unsafe extern "C" fn(*mut Table, *const c_void, *const c_void, *mut c_void) -> c_int;

/// `_Py_hashtable_allocator_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Allocator {
    allocate: unsafe extern "C" fn(usize) -> *mut c_void,
    free: unsafe extern "C" fn(*mut c_void),
}

/// `_Py_hashtable_entry_t`.
#[repr(C)]
pub struct Entry {
    next: *mut Entry,
    hash: usize,
    key: *mut c_void,
    value: *mut c_void,
}

/// `_Py_hashtable_t`.
#[repr(C)]
pub struct Table {
    length: usize,
    /// A power of two.
    bucket_count: usize,
    buckets: *mut *mut Entry,
    get_entry: unsafe extern "C" fn(&Table, *const c_void) -> *mut Entry,
    hash: HashFunction,
    equal: EqualFunction,
    destroy_key: Option<DestroyFunction>,
    destroy_value: Option<DestroyFunction>,
    allocator: Allocator,
}

const LEAST_BUCKETS: usize = 16;

unsafe extern "C" fn allocate(size: usize) -> *mut c_void {
    domains::allocate(Domain::Memory, size)
}

unsafe extern "C" fn free(memory: *mut c_void) {
    // SAFETY: allocated by the function above.
    unsafe { domains::free(Domain::Memory, memory) }
}

const DEFAULT_ALLOCATOR: Allocator = Allocator { allocate, free };

impl Table {
    /// Empty buckets; null where there is no memory.
    ///
    /// # Safety
    /// The allocator is sound.
    unsafe fn empty_buckets(allocator: &Allocator, count: usize) -> *mut *mut Entry {
        // SAFETY: the caller's promise; the memory has room for the count.
        unsafe {
            let buckets = (allocator.allocate)(count * size_of::<*mut Entry>()).cast::<*mut Entry>();
            if !buckets.is_null() {
                ptr::write_bytes(buckets, 0, count);
            }
            buckets
        }
    }

    /// Where the list of a hash begins.
    fn bucket(&self, hash: usize) -> *mut *mut Entry {
        // SAFETY: the index is less than the number of buckets, which is a power of two.
        unsafe { self.buckets.add(hash & (self.bucket_count - 1)) }
    }

    /// The place that points to a key's entry; to null at the list's end where there is none.
    ///
    /// # Safety
    /// The key is one that the table's functions take.
    unsafe fn place(&self, key: *const c_void) -> *mut *mut Entry {
        // SAFETY: the lists hold live entries; the functions are the table's own.
        unsafe {
            let hash = (self.hash)(key);
            let mut place = self.bucket(hash);
            while !(*place).is_null() {
                let entry = *place;
                if (*entry).hash == hash && (self.equal)(key, (*entry).key) != 0 {
                    break;
                }
                place = &raw mut (*entry).next;
            }
            place
        }
    }

    /// Spreads the entries over another number of buckets; leaves the table as it is where there is no memory.
    ///
    /// # Safety
    /// No entry is being looked at.
    unsafe fn spread(&mut self, count: usize) {
        // SAFETY: the entries move from list to list, each once.
        unsafe {
            let buckets = Table::empty_buckets(&self.allocator, count);
            if buckets.is_null() {
                return;
            }
            let (old, old_count) = (self.buckets, self.bucket_count);
            (self.buckets, self.bucket_count) = (buckets, count);
            for index in 0..old_count {
                let mut entry = *old.add(index);
                while !entry.is_null() {
                    let next = (*entry).next;
                    let place = self.bucket((*entry).hash);
                    (*entry).next = *place;
                    *place = entry;
                    entry = next;
                }
            }
            (self.allocator.free)(old.cast());
        }
    }
}

/// A pointer's hash: its address without the bits that alignment leaves zero.
#[unsafe(no_mangle)]
extern "C" fn _Py_hashtable_hash_ptr(key: *const c_void) -> usize {
    objects::hash::pointer(key) as usize
}

#[unsafe(no_mangle)]
extern "C" fn _Py_hashtable_compare_direct(key: *const c_void, other: *const c_void) -> c_int {
    c_int::from(key == other)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_new(hash: HashFunction, equal: EqualFunction) -> *mut Table {
    // SAFETY: the same contract.
    unsafe { _Py_hashtable_new_full(hash, equal, None, None, None) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_new_full(
    hash: HashFunction,
    equal: EqualFunction,
    destroy_key: Option<DestroyFunction>,
    destroy_value: Option<DestroyFunction>,
    allocator: Option<&Allocator>,
) -> *mut Table {
    let allocator = *allocator.unwrap_or(&DEFAULT_ALLOCATOR);
    // SAFETY: the allocator is the caller's or our own; the table is written before it is used.
    unsafe {
        let table = (allocator.allocate)(size_of::<Table>()).cast::<Table>();
        if table.is_null() {
            return table;
        }
        let buckets = Table::empty_buckets(&allocator, LEAST_BUCKETS);
        if buckets.is_null() {
            (allocator.free)(table.cast());
            return ptr::null_mut();
        }
        table.write(Table {
            length: 0,
            bucket_count: LEAST_BUCKETS,
            buckets,
            get_entry,
            hash,
            equal,
            destroy_key,
            destroy_value,
            allocator,
        });
        table
    }
}

unsafe extern "C" fn get_entry(table: &Table, key: *const c_void) -> *mut Entry {
    // SAFETY: the caller's key.
    unsafe { *table.place(key) }
}

#[unsafe(no_mangle)]
extern "C" fn _Py_hashtable_size(table: &Table) -> usize {
    let entries = table.length * size_of::<Entry>();
    size_of::<Table>() + table.bucket_count * size_of::<*mut Entry>() + entries
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_set(table: &mut Table, key: *const c_void, value: *mut c_void) -> c_int {
    // SAFETY: the caller's key, which is not in the table; the entry is written before it is linked.
    unsafe {
        let entry = (table.allocator.allocate)(size_of::<Entry>()).cast::<Entry>();
        if entry.is_null() {
            return -1;
        }
        if table.length >= table.bucket_count / 2 {
            table.spread(table.bucket_count * 4);
        }
        let hash = (table.hash)(key);
        let bucket = table.bucket(hash);
        entry.write(Entry { next: *bucket, hash, key: key.cast_mut(), value });
        *bucket = entry;
    }
    table.length += 1;
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_get(table: &Table, key: *const c_void) -> *mut c_void {
    // SAFETY: the caller's key.
    unsafe { get_entry(table, key).as_ref() }.map_or(ptr::null_mut(), |entry| entry.value)
}

/// Takes an entry out without ending its key and value; gives the value.
#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_steal(table: &mut Table, key: *const c_void) -> *mut c_void {
    // SAFETY: the caller's key; the entry is unlinked before it is freed.
    unsafe {
        let place = table.place(key);
        let entry = *place;
        if entry.is_null() {
            return ptr::null_mut();
        }
        *place = (*entry).next;
        let value = (*entry).value;
        (table.allocator.free)(entry.cast());
        table.length -= 1;
        value
    }
}

/// Calls back with each entry until an answer is not zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_foreach(
    table: *mut Table,
    visit: VisitFunction,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the caller's function leaves the table as it is.
    unsafe {
        for index in 0..(*table).bucket_count {
            let mut entry = *(*table).buckets.add(index);
            while !entry.is_null() {
                let answer = visit(table, (*entry).key, (*entry).value, argument);
                if answer != 0 {
                    return answer;
                }
                entry = (*entry).next;
            }
        }
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_clear(table: &mut Table) {
    // SAFETY: each entry is ended once, by the caller's functions.
    unsafe {
        for index in 0..table.bucket_count {
            let mut entry = (*table.buckets.add(index)).cast_const();
            *table.buckets.add(index) = ptr::null_mut();
            while !entry.is_null() {
                let Entry { next, key, value, .. } = entry.read();
                if let Some(destroy) = table.destroy_key {
                    destroy(key);
                }
                if let Some(destroy) = table.destroy_value {
                    destroy(value);
                }
                (table.allocator.free)(entry.cast_mut().cast());
                entry = next;
            }
        }
        table.length = 0;
        table.spread(LEAST_BUCKETS);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_hashtable_destroy(table: *mut Table) {
    // SAFETY: made above, and given up.
    unsafe {
        _Py_hashtable_clear(&mut *table);
        let free = (*table).allocator.free;
        free((*table).buckets.cast());
        free(table.cast());
    }
}
