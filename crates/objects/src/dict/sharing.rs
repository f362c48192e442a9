//! Key-sharing dictionaries: the attributes of a class's instances share one table (PEP 412).

use std::ffi::c_void;

use super::keys::MINIMUM_SIZE;
use super::*;

/// A table for the instances of a new class to share: the content of `ht_cached_keys`. Null where
/// there is no memory for it; then instances do without.
pub fn make_shared_keys() -> *mut c_void {
    match KeysRef::new(MINIMUM_SIZE, Kind::Shared) {
        Ok(keys) => keys.into_raw().cast(),
        Err(raised) => {
            raised.clear();
            ptr::null_mut()
        }
    }
}

/// Ends a class's hold on its instances' table.
pub fn drop_shared_keys(class: &HeapType) {
    let keys = class.ht_cached_keys.replace(ptr::null_mut());
    if !keys.is_null() {
        // SAFETY: the field carries the class's reference.
        drop(unsafe { KeysRef::from_raw(keys.cast()) });
    }
}

fn heap_type(class: &Type) -> Option<&HeapType> {
    // SAFETY: a heap type is a HeapType.
    class.has_flags(flags::HEAPTYPE).then(|| unsafe { &*ptr::from_ref(class).cast() })
}

impl Dict {
    /// An empty dictionary for the attributes of an instance of the class.
    pub fn for_instance(class: &Type) -> Ref<Dict> {
        match Dict::sharing_keys(class) {
            Ok(Some(dict)) => dict,
            Ok(None) => Dict::new(),
            Err(raised) => {
                raised.clear();
                Dict::new()
            }
        }
    }

    fn sharing_keys(class: &Type) -> Result<Option<Ref<Dict>>> {
        let keys =
            heap_type(class).map_or(ptr::null_mut(), |class| class.ht_cached_keys.get().cast::<Keys>());
        if keys.is_null() {
            return Ok(None);
        }
        // SAFETY: the class holds a reference to the table.
        let keys = unsafe { (*keys).to_ref() };
        let values = Dict::allocate_values(keys.capacity())?;
        Dict::with_keys(keys, values).map(Some)
    }

    /// Sets an attribute of an instance of the class, of which this is the dictionary.
    #[inline]
    pub fn set_attribute(&self, class: &Type, name: &Str, value: &Object) -> Result<()> {
        let was_split = self.is_split();
        self.set(name, value)?;
        if was_split && !self.is_split() {
            follow_resize(class, self);
        }
        Ok(())
    }
}

/// A dictionary has outgrown its class's table or left its order. If it was the only one to share the
/// table, its new one takes that place; else the class's instances share no more.
#[cold]
fn follow_resize(class: &Type, dict: &Dict) {
    let Some(class) = heap_type(class) else { return };
    let cached = class.ht_cached_keys.get().cast::<Keys>();
    if cached.is_null() {
        return;
    }
    // SAFETY: the class holds a reference to its table.
    let alone = unsafe { (*cached).is_unique() };
    drop_shared_keys(class);
    if alone && split(dict) {
        class.ht_cached_keys.set(dict.keys().to_ref().into_raw().cast());
    }
}

/// Makes a combined dictionary of strings without gaps a split one; whether it could.
fn split(dict: &Dict) -> bool {
    let keys = dict.keys();
    if keys.kind() != Kind::Strings || keys.count() != dict.len() {
        return false;
    }
    let values = match Dict::allocate_values(keys.capacity()) {
        Ok(values) => values,
        Err(raised) => {
            raised.clear();
            return false;
        }
    };
    for index in 0..dict.len() {
        // SAFETY: `values` has room for the table's capacity.
        unsafe { (*values.add(index)).set(keys.entry(index).value.take()) };
    }
    keys.share();
    dict.values.set(values);
    true
}
