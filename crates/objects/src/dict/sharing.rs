//! Key-sharing dictionaries: the attributes of a class's instances share one table (PEP 412).

use super::keys::MINIMUM_SIZE;
use super::*;

/// Gives a new class whose instances have dictionaries a table for them to share. Where there is no
/// memory for it they do without.
pub fn share_keys(class: &Type) {
    if class.tp_dictoffset.get() == 0 {
        return;
    }
    if let Some(heap) = heap_type(class)
        && heap.ht_cached_keys.get().is_null()
    {
        match KeysRef::new(MINIMUM_SIZE, Kind::Shared) {
            Ok(keys) => heap.ht_cached_keys.set(keys.into_raw().cast()),
            Err(raised) => raised.clear(),
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
        let shared = self.is_split();
        self.set(name, value)?;
        if shared && !self.is_split() {
            follow_resize(class, self);
        }
        Ok(())
    }

    /// Adds the attribute that is next in the table that instances share, if this is its index and this
    /// very key stands there; whether it was.
    #[inline]
    pub fn append_at(&self, index: usize, key: &Str, value: &Object) -> bool {
        let is_next = self.is_split() && index == self.len() && self.keys().holds(index, key);
        if is_next {
            self.track_for(value, value);
            self.value_field(index).set(Some(value.to_ref()));
            self.used.set(index + 1);
            self.bump_version();
        }
        is_next
    }

    /// Removes an attribute of an instance of the class, of which this is the dictionary; whether it was
    /// there. Instances that lose attributes share no table.
    pub fn remove_attribute(&self, class: &Type, name: &Str) -> Result<bool> {
        let removed = self.remove(name)?;
        if let Some(class) = heap_type(class) {
            drop_shared_keys(class);
        }
        Ok(removed)
    }
}

/// The bytes of the table that a class's instances share.
pub fn shared_keys_bytes(class: &Type) -> usize {
    let keys = heap_type(class).map_or(ptr::null_mut(), |class| class.ht_cached_keys.get().cast::<Keys>());
    // SAFETY: the class holds a reference to the table.
    unsafe { keys.as_ref() }.map_or(0, Keys::bytes)
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
