//! `dict`: a mapping in insertion order.

mod class;
mod iterator;
mod keys;
mod merge;
mod sharing;
mod views;

use std::cell::Cell;
use std::ffi::c_int;
use std::ops::ControlFlow;
use std::ptr;

use crate::memory::{Trace, Visitor, assured, raw_allocate, raw_free};
use crate::prelude::*;

pub use class::DICT;
pub use iterator::{
    ITEM_ITERATOR, ItemIterator, KEY_ITERATOR, KeyIterator, REVERSE_ITEM_ITERATOR, REVERSE_KEY_ITERATOR,
    REVERSE_VALUE_ITERATOR, VALUE_ITERATOR, ValueIterator,
};
use keys::{Found, Keys, KeysRef, Kind};
pub use merge::Duplicates;
pub use sharing::{drop_shared_keys, share_keys, shared_keys_bytes};
pub use views::{ITEMS_VIEW, ItemsView, KEYS_VIEW, KeysView, VALUES_VIEW, ValuesView};

/// `PyDictObject`.
///
/// A *combined* dictionary has its values in its table's entries and `values` null. A *split* one
/// shares its table with others and has the values of the first `used` entries in `values`, which
/// has room for as many as the table can take. Removing from it makes it combined.
#[repr(C)]
pub struct Dict {
    base: Object,
    used: Cell<usize>,
    /// Unique among all states of all dictionaries (PEP 509).
    version_tag: Cell<u64>,
    keys: Cell<*mut Keys>,
    values: Cell<*mut Field>,
}

struct VersionCounter(Cell<u64>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for VersionCounter {}

static VERSION: VersionCounter = VersionCounter(Cell::new(0));

fn next_version() -> u64 {
    let version = VERSION.0.get() + 1;
    VERSION.0.set(version);
    version
}

// Storage.
impl Dict {
    /// The value that `tp_new` puts into an object: no entries, in a table of its own.
    pub fn empty_value() -> Result<Dict> {
        let keys = KeysRef::new(keys::MINIMUM_SIZE, Kind::Strings)?;
        Ok(Dict::value(keys, ptr::null_mut()))
    }

    fn value(keys: KeysRef, values: *mut Field) -> Dict {
        Dict {
            base: Object::header(),
            used: Cell::new(0),
            version_tag: Cell::new(next_version()),
            keys: Cell::new(keys.into_raw()),
            values: Cell::new(values),
        }
    }

    fn with_keys(keys: KeysRef, values: *mut Field) -> Result<Ref<Dict>> {
        Ref::new_untracked(Dict::value(keys, values))
    }

    /// The table, borrowed until anything changes the dictionary: nothing may run meanwhile.
    #[inline(always)]
    fn keys(&self) -> &Keys {
        // SAFETY: the dictionary owns a reference to its table; callers keep to the rule above.
        unsafe { &*self.keys.get() }
    }

    /// Puts another table in the place of the present one, which the caller gets.
    fn replace_keys(&self, keys: KeysRef) -> KeysRef {
        // SAFETY: the pointer carries the dictionary's reference.
        unsafe { KeysRef::from_raw(self.keys.replace(keys.into_raw())) }
    }

    #[inline(always)]
    fn is_split(&self) -> bool {
        !self.values.get().is_null()
    }

    /// The place of the value of an entry below `count`. The borrow is the caller's to keep short.
    #[inline(always)]
    fn value_field(&self, index: usize) -> &Field {
        let values = self.values.get();
        if values.is_null() {
            return &self.keys().entry(index).value;
        }
        assert!(index < self.keys().capacity());
        // SAFETY: `values` has the table's capacity.
        unsafe { &*values.add(index) }
    }

    /// Room for the values of a split dictionary, all null.
    fn allocate_values(capacity: usize) -> Result<*mut Field> {
        let values = raw_allocate(capacity * size_of::<Field>()).cast::<Field>();
        if values.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: fresh memory; a null word is a null field.
        unsafe { ptr::write_bytes(values, 0, capacity) };
        Ok(values)
    }

    /// # Safety
    /// The values, of a table with this capacity, are no dictionary's any more.
    unsafe fn free_values(values: *mut Field, capacity: usize) {
        // SAFETY: the caller's promise; each place is a field.
        unsafe {
            ptr::drop_in_place(ptr::slice_from_raw_parts_mut(values, capacity));
            raw_free(values.cast());
        }
    }

    /// Rebuilds the dictionary as a combined one over a table of at least `minimum` indices.
    fn resize(&self, minimum: usize) -> Result<()> {
        let kind = match self.keys().kind() {
            Kind::General => Kind::General,
            Kind::Strings | Kind::Shared => Kind::Strings,
        };
        let new = KeysRef::with_size(minimum.max(self.used.get() * 3 / 2), kind)?;
        let values = self.values.replace(ptr::null_mut());
        let old = self.replace_keys(new);
        if values.is_null() {
            old.move_into(self.keys());
            return Ok(());
        }
        for index in 0..self.used.get() {
            let entry = old.entry(index);
            // SAFETY: the values of the first `used` entries are in `values`, of which this function is the owner now.
            let value = unsafe { (*values.add(index)).take() };
            if let Some(key) = entry.key.get() {
                self.keys().add(key, entry.hash.get(), value);
            }
        }
        // SAFETY: the dictionary has let go of them; all are null.
        unsafe { Dict::free_values(values, old.capacity()) };
        Ok(())
    }

    /// Frees table and values, which may run Python code, leaving the dictionary empty.
    fn release(&self) {
        let values = self.values.replace(ptr::null_mut());
        self.used.set(0);
        let keys = self.replace_keys(KeysRef::empty());
        if !values.is_null() {
            // SAFETY: the dictionary has let go of them.
            unsafe { Dict::free_values(values, keys.capacity()) };
        }
    }
}

impl Dict {
    /// Whether neither keys nor values can be part of a cycle now.
    pub(crate) fn is_untrackable(&self) -> bool {
        (0..self.keys().count()).all(|index| {
            // SAFETY: the borrows end here, and nothing runs meanwhile.
            let (key, value) =
                unsafe { (self.keys().entry(index).key.peek(), self.value_field(index).peek()) };
            value.is_none_or(|value| !gc::may_be_tracked(value) && !key.is_some_and(gc::may_be_tracked))
        })
    }
}

impl Trace for Dict {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        // Exact strings are of no interest to the collector.
        let visits_keys = self.keys().kind() == Kind::General;
        for index in 0..self.keys().count() {
            if visits_keys {
                self.keys().entry(index).key.trace(visitor)?;
            }
            self.value_field(index).trace(visitor)?;
        }
        ControlFlow::Continue(())
    }

    fn clear(&self) {
        Dict::clear(self);
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        // An object whose constructor did not come to fill it has no table.
        if !self.keys.get().is_null() {
            self.release();
            // SAFETY: the reference to the empty table that is left.
            drop(unsafe { KeysRef::from_raw(self.keys.get()) });
        }
    }
}

// The Rust API.
impl Dict {
    /// An empty dictionary, untracked by the collector while it holds nothing that it knows.
    pub fn new() -> Ref<Dict> {
        assured(|| Dict::with_keys(KeysRef::empty(), ptr::null_mut()))
    }

    /// An empty dictionary with room for this many entries.
    pub fn with_capacity(entries: usize) -> Result<Ref<Dict>> {
        match entries {
            0..=5 => Ok(Dict::new()),
            _ => Dict::with_keys(
                KeysRef::with_size(keys::size_for(entries).saturating_add(1), Kind::Strings)?,
                ptr::null_mut(),
            ),
        }
    }

    /// The number of entries.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get()
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number that no other state of any dictionary has (PEP 509): equal versions, equal content.
    #[inline(always)]
    pub fn version(&self) -> u64 {
        self.version_tag.get()
    }

    #[inline(always)]
    fn bump_version(&self) {
        self.version_tag.set(next_version());
    }

    /// Puts the dictionary in the collector's sight if what goes in may be part of a cycle.
    #[inline(always)]
    fn track_for(&self, key: &Object, value: &Object) {
        if !gc::is_tracked(self) && (gc::may_be_tracked(value) || gc::may_be_tracked(key)) {
            gc::track(self);
        }
    }

    /// The index of a key's entry. A split dictionary may have no value there.
    #[inline(always)]
    fn find(&self, key: &Object, hash: isize) -> Result<Option<usize>> {
        let keys = self.keys();
        match key.downcast_exact::<Str>() {
            Some(key) if keys.kind() != Kind::General => Ok(keys.find_str(key, hash)),
            _ => self.find_general(key, hash),
        }
    }

    fn find_general(&self, key: &Object, hash: isize) -> Result<Option<usize>> {
        loop {
            // Keeps the table alive, and its address from being given to another, while comparing runs.
            let keys = self.keys().to_ref();
            match keys.find(key, hash, |keys| ptr::eq(keys, self.keys.get()))? {
                Found::At(index) => return Ok(Some(index)),
                Found::Missing => return Ok(None),
                Found::Changed => {}
            }
        }
    }

    /// The value of a key. Hashing and comparing may run Python code.
    #[inline]
    pub fn get(&self, key: &Object) -> Result<Option<Ref>> {
        self.get_known_hash(key, hash_of(key)?)
    }

    /// [`Dict::get`] with the key's hash known.
    #[inline]
    pub fn get_known_hash(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        Ok(self.find(key, hash)?.and_then(|index| self.value_field(index).get()))
    }

    /// The value of a string. Where the keys are not all exact strings, an exception from
    /// comparing them counts as "not there"; see [`Dict::get`].
    #[inline]
    pub fn get_str(&self, key: &Str) -> Option<Ref> {
        match self.get(key) {
            Ok(value) => value,
            Err(raised) => {
                raised.clear();
                None
            }
        }
    }

    #[inline]
    pub fn contains(&self, key: &Object) -> Result<bool> {
        self.contains_known_hash(key, hash_of(key)?)
    }

    pub fn contains_known_hash(&self, key: &Object, hash: isize) -> Result<bool> {
        Ok(self.find(key, hash)?.is_some_and(|index| !self.value_field(index).is_null()))
    }

    /// Sets the value of a key.
    #[inline]
    pub fn set(&self, key: &Object, value: &Object) -> Result<()> {
        self.set_known_hash(key, hash_of(key)?, value)
    }

    /// Sets the value of a string.
    #[inline]
    pub fn set_str(&self, key: &Str, value: &Object) -> Result<()> {
        self.set(key, value)
    }

    /// [`Dict::set`] with the key's hash known.
    pub fn set_known_hash(&self, key: &Object, hash: isize, value: &Object) -> Result<()> {
        match self.find(key, hash)? {
            Some(index) if !self.value_field(index).is_null() => {
                self.replace_value(index, value);
                Ok(())
            }
            found => self.add(found, key, hash, value),
        }
    }

    /// Puts another value in an entry; the old one is dropped at the end.
    #[inline(always)]
    fn replace_value(&self, index: usize, value: &Object) {
        self.track_for(value, value);
        self.bump_version();
        let old = self.value_field(index).replace(Some(value.to_ref()));
        drop(old);
    }

    /// Adds an entry for a key that has no value; where a shared table knows the key, `found` is its index.
    fn add(&self, found: Option<usize>, key: &Object, hash: isize, value: &Object) -> Result<()> {
        self.track_for(key, value);
        let is_str = key.downcast_exact::<Str>().is_some();
        if self.is_split() {
            // The values of a split dictionary have no gaps, so only the next place may be filled.
            let count = self.keys().count();
            let index = match found {
                Some(index) if index == self.len() => Some(index),
                None if is_str && self.len() == count && self.keys().usable() > 0 => {
                    Some(self.keys().add(key.to_ref(), hash, None))
                }
                _ => None,
            };
            if let Some(index) = index {
                self.value_field(index).set(Some(value.to_ref()));
                self.used.set(self.len() + 1);
                self.bump_version();
                return Ok(());
            }
            self.resize(self.len() * 3)?;
        } else if self.keys().usable() == 0 {
            self.resize(self.len() * 3)?;
        }
        if !is_str {
            self.keys().generalize();
        }
        self.keys().add(key.to_ref(), hash, Some(value.to_ref()));
        self.used.set(self.len() + 1);
        self.bump_version();
        Ok(())
    }

    /// Takes an entry out. Nothing is dropped here.
    fn take(&self, index: usize) -> Result<(Option<Ref>, Option<Ref>)> {
        if self.is_split() {
            self.resize(self.keys().size())?;
        }
        let taken = self.keys().take(index);
        self.used.set(self.len() - 1);
        self.bump_version();
        Ok(taken)
    }

    /// Removes a key, and gives its value.
    pub fn pop(&self, key: &Object) -> Result<Option<Ref>> {
        self.pop_known_hash(key, hash_of(key)?)
    }

    /// [`Dict::pop`] with the key's hash known.
    pub fn pop_known_hash(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        match self.find(key, hash)? {
            Some(index) if !self.value_field(index).is_null() => Ok(self.take(index)?.1),
            _ => Ok(None),
        }
    }

    /// The key as it was stored that is equal to a key.
    pub fn stored_key(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        Ok(match self.find(key, hash)? {
            Some(index) if !self.value_field(index).is_null() => self.keys().entry(index).key.get(),
            _ => None,
        })
    }

    /// Removes a key; whether it was there.
    pub fn remove(&self, key: &Object) -> Result<bool> {
        Ok(self.pop(key)?.is_some())
    }

    /// Removes a key if its value satisfies a predicate, which runs nothing; whether it did.
    pub fn remove_if(&self, key: &Object, hash: isize, accept: impl FnOnce(&Object) -> bool) -> Result<bool> {
        let Some(index) = self.find(key, hash)? else { return Ok(false) };
        match self.value_field(index).get() {
            Some(value) if accept(&value) => {
                drop(self.take(index)?);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Removes the entry added last.
    pub fn pop_last(&self) -> Result<Option<(Ref, Ref)>> {
        if self.is_empty() {
            return Ok(None);
        }
        if self.is_split() {
            self.resize(self.keys().size())?;
        }
        let last = (0..self.keys().count()).rfind(|&index| !self.value_field(index).is_null());
        let Some(index) = last else { return Ok(None) };
        let (key, value) = self.take(index)?;
        self.keys().truncate(index);
        Ok(key.zip(value))
    }

    /// The value of a key, set to a default first where there is none.
    pub fn set_default(&self, key: &Object, default: &Object) -> Result<Ref> {
        let hash = hash_of(key)?;
        let found = self.find(key, hash)?;
        if let Some(value) = found.and_then(|index| self.value_field(index).get()) {
            return Ok(value);
        }
        self.add(found, key, hash, default)?;
        Ok(default.to_ref())
    }

    /// The first entry at or behind a position, which starts at 0 and is moved behind it.
    #[inline]
    pub fn next(&self, position: &mut usize) -> Option<(Ref, Ref)> {
        self.next_entry(position).map(|(key, value, _)| (key, value))
    }

    /// [`Dict::next`] with the key's hash.
    #[inline]
    pub fn next_entry(&self, position: &mut usize) -> Option<(Ref, Ref, isize)> {
        while *position < self.keys().count() {
            let index = *position;
            *position += 1;
            if let Some(value) = self.value_field(index).get() {
                let entry = self.keys().entry(index);
                return Some((entry.key.get()?, value, entry.hash.get()));
            }
        }
        None
    }

    /// The last entry before a position, which starts at [`Dict::end`] and is moved to it.
    pub fn previous(&self, position: &mut usize) -> Option<(Ref, Ref)> {
        *position = (*position).min(self.end());
        while *position > 0 {
            *position -= 1;
            if let Some(value) = self.value_field(*position).get() {
                return Some((self.keys().entry(*position).key.get()?, value));
            }
        }
        None
    }

    /// The position behind the last entry.
    pub fn end(&self) -> usize {
        self.keys().count()
    }

    /// The number of the table's indices.
    pub fn table_size(&self) -> usize {
        self.keys().size()
    }

    /// Where an entry stands, for [`Dict::get_at`]: what an inline cache remembers.
    #[inline]
    pub fn locate(&self, key: &Str) -> Option<usize> {
        let keys = self.keys();
        match keys.kind() {
            Kind::General => None,
            _ => keys.find_str(key, key.hash_value()),
        }
    }

    /// The value at an index that [`Dict::locate`] gave, of any dictionary and at any time, if this very
    /// key stands there. A key that stands elsewhere, or an equal one that is another object, is not found.
    #[inline(always)]
    pub fn get_at(&self, index: usize, key: &Str) -> Option<Ref> {
        match self.keys().holds(index, key) {
            true => self.value_field(index).get(),
            false => None,
        }
    }

    /// Sets the value at an index as [`Dict::get_at`] finds it; whether it was found.
    #[inline(always)]
    pub fn set_at(&self, index: usize, key: &Str, value: &Object) -> bool {
        let found = self.keys().holds(index, key) && !self.value_field(index).is_null();
        if found {
            self.replace_value(index, value);
        }
        found
    }

    /// Removes every entry.
    pub fn clear(&self) {
        self.bump_version();
        self.release();
    }

    /// The bytes that the dictionary takes, without the collector's head.
    pub fn size_of(&self) -> usize {
        let keys = self.keys();
        let mut bytes = self.class().tp_basicsize.get() as usize;
        if self.is_split() {
            bytes += keys.capacity() * size_of::<Field>();
        }
        // A table that others hold as well is not this dictionary's.
        bytes + if keys.is_unique() { keys.bytes() } else { 0 }
    }

    /// A dictionary with the same entries.
    pub fn copy(&self) -> Result<Ref<Dict>> {
        if self.is_empty() {
            return Ok(Dict::new());
        }
        let copy = if self.is_split() {
            let values = Dict::allocate_values(self.keys().capacity())?;
            let copy = Dict::with_keys(self.keys().to_ref(), values)?;
            for index in 0..self.len() {
                copy.value_field(index).set(self.value_field(index).get());
            }
            copy
        } else if self.class().is(&DICT) && self.len() >= self.keys().count() * 2 / 3 {
            // SAFETY: of no dictionary's, and given back below.
            let keys = std::mem::ManuallyDrop::new(unsafe { KeysRef::from_raw(self.keys.get()) });
            Dict::with_keys(keys.duplicate()?, ptr::null_mut())?
        } else {
            let copy = Dict::new();
            copy.merge(self.as_object(), Duplicates::Replace)?;
            return Ok(copy);
        };
        copy.used.set(self.len());
        if gc::is_tracked(self) {
            gc::track(&copy);
        }
        Ok(copy)
    }

    fn collect<T>(&self, mut pick: impl FnMut(Ref, Ref) -> T) -> Vec<T> {
        let mut all = Vec::with_capacity(self.len());
        let mut position = 0;
        while let Some((key, value)) = self.next(&mut position) {
            all.push(pick(key, value));
        }
        all
    }

    /// The keys, as they are now.
    pub fn keys_vec(&self) -> Vec<Ref> {
        self.collect(|key, _| key)
    }

    /// The values, as they are now.
    pub fn values_vec(&self) -> Vec<Ref> {
        self.collect(|_, value| value)
    }

    pub fn keys_list(&self) -> Ref<List> {
        List::from_vec(self.keys_vec())
    }

    pub fn values_list(&self) -> Ref<List> {
        List::from_vec(self.values_vec())
    }

    /// The entries as `(key, value)` tuples.
    pub fn items_list(&self) -> Result<Ref<List>> {
        let pairs = self.collect(|key, value| Tuple::new([key, value]).map(Ref::into_object));
        Ok(List::from_vec(pairs.into_iter().collect::<Result<Vec<Ref>>>()?))
    }
}

/// The hash of a key: an exact string's is at hand.
#[inline(always)]
pub(crate) fn hash_of(key: &Object) -> Result<isize> {
    match key.downcast_exact::<Str>() {
        Some(text) => Ok(text.hash_value()),
        None => key.hash(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::startup::with_types;

    fn int(value: i64) -> Ref {
        Int::new(value).into_object()
    }

    fn repr(object: &Object) -> String {
        object.repr().map_or_else(|raised| format!("{raised:?}"), |text| text.to_string())
    }

    #[test]
    fn keeps_order_and_grows_as_documented() {
        with_types(|| {
            let dict = Dict::new();
            let mut sizes = vec![(0, dict.size_of())];
            for number in 0..400 {
                dict.set(&int(number), &int(-number)).unwrap();
                if sizes.last().unwrap().1 != dict.size_of() {
                    sizes.push((dict.len(), dict.size_of()));
                }
            }
            // Recorded with sys.getsizeof, less the collector's head.
            let recorded =
                [(0, 48), (1, 216), (6, 344), (11, 624), (22, 1160), (43, 2256), (86, 4680), (171, 9296)];
            assert_eq!(sizes[..8], recorded);
            for number in (0..400).step_by(2) {
                assert!(dict.remove(&int(number)).unwrap());
            }
            assert_eq!(dict.len(), 200);
            dict.set(&int(0), &int(7)).unwrap();
            let keys = dict.keys_vec();
            assert_eq!(repr(&keys[0]), "1");
            assert_eq!(repr(&keys[200]), "0");
            assert_eq!(repr(&dict.get(&int(399)).unwrap().unwrap()), "-399");
            assert!(dict.get(&int(398)).unwrap().is_none());
            assert_eq!(repr(&dict.pop_last().unwrap().unwrap().0), "0");
        });
    }

    #[test]
    fn an_index_finds_its_own_key_alone() {
        with_types(|| {
            let dict = Dict::new();
            let (a, b) = (Str::intern_static("spam"), Str::intern_static("eggs"));
            dict.set(a, &int(1)).unwrap();
            dict.set(b, &int(2)).unwrap();
            let index = dict.locate(b).unwrap();
            assert_eq!(repr(&dict.get_at(index, b).unwrap()), "2");
            assert!(dict.get_at(index, a).is_none());
            assert!(dict.set_at(index, b, &int(3)));
            assert_eq!(repr(&dict), "{'spam': 1, 'eggs': 3}");
            dict.remove(b).unwrap();
            assert!(dict.get_at(index, b).is_none());
            assert!(dict.get_at(1000, b).is_none());
        });
    }
}
