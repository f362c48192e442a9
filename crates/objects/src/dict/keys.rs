//! The table behind a dictionary: a hash index over entries in insertion order.

use std::cell::Cell;
use std::ffi::c_void;
use std::ops::Deref;
use std::ptr::{self, NonNull};

use crate::memory::{raw_allocate, raw_free};
use crate::prelude::*;

/// What is known of a table's keys.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Kind {
    /// Anything: comparing keys may run Python code.
    General,
    /// Exact strings alone, which compare without running anything.
    Strings,
    /// Exact strings alone; the table is shared by dictionaries that hold their own values (PEP 412).
    Shared,
}

/// `PyDictKeysObject`. Behind it: `size` indices of 1, 2, 4 or 8 bytes, then room for
/// `usable_fraction(size)` entries, of which the first `count` are initialised.
#[repr(C)]
pub struct Keys {
    refcnt: Cell<isize>,
    /// The number of indices, a power of two.
    size: usize,
    kind: Cell<Kind>,
    /// How many more entries fit.
    usable: Cell<usize>,
    /// How many entries were added, those deleted since included.
    count: Cell<usize>,
}

/// `PyDictKeyEntry`. A deleted entry has neither key nor value; a shared table's has no value.
#[repr(C)]
pub struct Entry {
    pub hash: Cell<isize>,
    pub key: Field,
    pub value: Field,
}

/// What an index holds where there is no entry.
const EMPTY: isize = -1;
/// What an index holds where there was one.
const DELETED: isize = -2;

pub const MINIMUM_SIZE: usize = 8;
const PERTURB_SHIFT: u32 = 5;

/// How many entries a table of this size takes before it grows.
pub const fn usable_fraction(size: usize) -> usize {
    (size << 1) / 3
}

/// The size of a table that fits this many entries.
pub const fn size_for(entries: usize) -> usize {
    entries * 3 / 2
}

#[repr(C)]
struct EmptyKeys {
    keys: Keys,
    indices: [i8; 8],
}

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for EmptyKeys {}

static EMPTY_KEYS: EmptyKeys = EmptyKeys {
    keys: Keys {
        // Never 1, which would say that one dictionary owns the table.
        refcnt: Cell::new(1 << 30),
        size: 1,
        kind: Cell::new(Kind::Strings),
        usable: Cell::new(0),
        count: Cell::new(0),
    },
    indices: [EMPTY as i8; 8],
};

/// The places where a hash is looked for, one after the other, without end.
struct Probe {
    place: usize,
    perturb: usize,
    mask: usize,
}

impl Probe {
    #[inline(always)]
    fn new(hash: isize, size: usize) -> Probe {
        let mask = size - 1;
        Probe { place: hash as usize & mask, perturb: hash as usize, mask }
    }

    #[inline(always)]
    fn advance(&mut self) {
        self.perturb >>= PERTURB_SHIFT;
        self.place = (self.place.wrapping_mul(5).wrapping_add(self.perturb).wrapping_add(1)) & self.mask;
    }
}

/// What a look-up that ran Python code came to.
pub enum Found {
    At(usize),
    Missing,
    /// The table was changed meanwhile: look again.
    Changed,
}

impl Keys {
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        self.kind.get()
    }

    /// Admits keys that are no exact strings. Of a shared table, never.
    pub fn generalize(&self) {
        debug_assert!(self.kind() != Kind::Shared);
        self.kind.set(Kind::General);
    }

    /// Makes a table of strings one that several dictionaries may share.
    pub fn share(&self) {
        debug_assert!(self.kind() == Kind::Strings);
        self.kind.set(Kind::Shared);
    }

    #[inline(always)]
    pub fn size(&self) -> usize {
        self.size
    }

    #[inline(always)]
    pub fn usable(&self) -> usize {
        self.usable.get()
    }

    #[inline(always)]
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// Whether nobody but one dictionary (or one type) holds the table.
    pub fn is_unique(&self) -> bool {
        self.refcnt.get() == 1
    }

    #[inline(always)]
    pub fn capacity(&self) -> usize {
        usable_fraction(self.size)
    }

    /// The bytes that the table takes.
    pub fn bytes(&self) -> usize {
        size_of::<Keys>() + self.size * self.index_width() + self.capacity() * size_of::<Entry>()
    }

    #[inline(always)]
    fn index_width(&self) -> usize {
        match self.size {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        }
    }

    #[inline(always)]
    fn indices(&self) -> *mut c_void {
        ptr::from_ref(self).wrapping_add(1).cast_mut().cast()
    }

    #[inline(always)]
    fn index_at(&self, place: usize) -> isize {
        debug_assert!(place < self.size);
        let start = self.indices();
        // SAFETY: `size` indices of this width follow the header, and a probe is masked to their number.
        unsafe {
            match self.index_width() {
                1 => *start.cast::<i8>().add(place) as isize,
                2 => *start.cast::<i16>().add(place) as isize,
                4 => *start.cast::<i32>().add(place) as isize,
                _ => *start.cast::<isize>().add(place),
            }
        }
    }

    #[inline(always)]
    fn set_index_at(&self, place: usize, index: isize) {
        debug_assert!(place < self.size);
        let start = self.indices();
        // SAFETY: as in `index_at`.
        unsafe {
            match self.index_width() {
                1 => *start.cast::<i8>().add(place) = index as i8,
                2 => *start.cast::<i16>().add(place) = index as i16,
                4 => *start.cast::<i32>().add(place) = index as i32,
                _ => *start.cast::<isize>().add(place) = index,
            }
        }
    }

    #[inline(always)]
    fn entries(&self) -> *mut Entry {
        self.indices().cast::<u8>().wrapping_add(self.size * self.index_width()).cast()
    }

    /// An initialised entry.
    #[inline(always)]
    pub fn entry(&self, index: usize) -> &Entry {
        assert!(index < self.count(), "entry {index} of {}", self.count());
        // SAFETY: the first `count` entries are initialised.
        unsafe { self.entry_unchecked(index) }
    }

    /// # Safety
    /// The index is below `count`.
    #[inline(always)]
    unsafe fn entry_unchecked(&self, index: usize) -> &Entry {
        // SAFETY: the caller's promise.
        unsafe { &*self.entries().add(index) }
    }

    /// The entry of a string, in a table of strings alone. Runs nothing.
    #[inline]
    pub fn find_str(&self, key: &Str, hash: isize) -> Option<usize> {
        debug_assert!(self.kind() != Kind::General);
        let mut probe = Probe::new(hash, self.size);
        loop {
            match self.index_at(probe.place) {
                EMPTY => return None,
                DELETED => {}
                index => {
                    // SAFETY: an index names an initialised entry; the keys are exact strings, and nothing runs.
                    let entry = unsafe { self.entry_unchecked(index as usize) };
                    // SAFETY: as above.
                    if let Some(candidate) = unsafe { entry.key.peek() }
                        && (candidate.is(key)
                            // SAFETY: as above.
                            || entry.hash.get() == hash && unsafe { candidate.cast::<Str>() }.equals(key))
                    {
                        return Some(index as usize);
                    }
                }
            }
            probe.advance();
        }
    }

    /// The entry of a key, by its own idea of equality, which may run Python code. `is_current` says
    /// whether the table is still the dictionary's, which the caller keeps from being freed.
    pub fn find(&self, key: &Object, hash: isize, is_current: impl Fn(&Keys) -> bool) -> Result<Found> {
        let mut probe = Probe::new(hash, self.size);
        loop {
            match self.index_at(probe.place) {
                EMPTY => return Ok(Found::Missing),
                DELETED => {}
                index => {
                    let index = index as usize;
                    let entry = self.entry(index);
                    // SAFETY: the borrow ends before anything runs.
                    if unsafe { entry.key.peek() }.is_some_and(|candidate| candidate.is(key)) {
                        return Ok(Found::At(index));
                    }
                    if entry.hash.get() == hash
                        && let Some(candidate) = entry.key.get()
                    {
                        let equal = candidate.equals(key)?;
                        if !is_current(self) || !self.holds(index, &candidate) {
                            return Ok(Found::Changed);
                        }
                        if equal {
                            return Ok(Found::At(index));
                        }
                    }
                }
            }
            probe.advance();
        }
    }

    /// Whether this very key is the one at an index, which may be out of range.
    #[inline(always)]
    pub fn holds(&self, index: usize, key: &Object) -> bool {
        // SAFETY: in range; the borrow ends before anything runs.
        index < self.count()
            && unsafe { self.entry_unchecked(index).key.peek() }.is_some_and(|held| held.is(key))
    }

    /// Adds an entry for a key that the table does not have, and gives its index. There must be room.
    pub fn add(&self, key: Ref, hash: isize, value: Option<Ref>) -> usize {
        assert!(self.usable() > 0);
        let index = self.count();
        self.set_index_at(self.free_place(hash), index as isize);
        // SAFETY: count + usable never exceeds the capacity, so there is room for one more entry.
        unsafe {
            let entry = Entry { hash: Cell::new(hash), key: Field::new(Some(key)), value: Field::new(value) };
            self.entries().add(index).write(entry);
        }
        self.usable.set(self.usable() - 1);
        self.count.set(index + 1);
        index
    }

    fn free_place(&self, hash: isize) -> usize {
        let mut probe = Probe::new(hash, self.size);
        while self.index_at(probe.place) >= 0 {
            probe.advance();
        }
        probe.place
    }

    /// Takes an entry out; its room is used again when the table is rebuilt.
    pub fn take(&self, index: usize) -> (Option<Ref>, Option<Ref>) {
        let entry = self.entry(index);
        let mut probe = Probe::new(entry.hash.get(), self.size);
        while self.index_at(probe.place) != index as isize {
            probe.advance();
        }
        self.set_index_at(probe.place, DELETED);
        (entry.key.take(), entry.value.take())
    }

    /// Gives up the entries from an index on, all of which were taken: what `popitem` leaves behind.
    pub fn truncate(&self, count: usize) {
        debug_assert!((count..self.count()).all(|index| self.entry(index).key.is_null()));
        self.count.set(count);
    }
}

/// An owned reference to a table.
#[repr(transparent)]
pub struct KeysRef(NonNull<Keys>);

impl KeysRef {
    /// The table of every dictionary without entries.
    #[inline(always)]
    pub fn empty() -> KeysRef {
        EMPTY_KEYS.keys.to_ref()
    }

    /// A table without entries. The size is a power of two, at least [`MINIMUM_SIZE`].
    pub fn new(size: usize, kind: Kind) -> Result<KeysRef> {
        debug_assert!(size.is_power_of_two() && size >= MINIMUM_SIZE);
        let keys = Keys {
            refcnt: Cell::new(1),
            size,
            kind: Cell::new(kind),
            usable: Cell::new(usable_fraction(size)),
            count: Cell::new(0),
        };
        let Some(bytes) = size.checked_mul(24).map(|_| keys.bytes()) else { bail!(MemoryError) };
        let memory = raw_allocate(bytes).cast::<Keys>();
        if memory.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: fresh memory with room for the header and the indices.
        unsafe {
            let indices = keys.size * keys.index_width();
            memory.write(keys);
            ptr::write_bytes((*memory).indices().cast::<u8>(), EMPTY as i8 as u8, indices);
            Ok(KeysRef(NonNull::new_unchecked(memory)))
        }
    }

    /// The smallest table of at least this size.
    pub fn with_size(minimum: usize, kind: Kind) -> Result<KeysRef> {
        match minimum.max(MINIMUM_SIZE).checked_next_power_of_two() {
            Some(size) => KeysRef::new(size, kind),
            None => Err(raise!(MemoryError)),
        }
    }

    /// The same entries in a table of their own, with references of its own.
    pub fn duplicate(&self) -> Result<KeysRef> {
        debug_assert!(self.kind() != Kind::Shared);
        let copy = KeysRef::new(self.size, self.kind())?;
        // SAFETY: both tables have the same size. An entry is copied only with a reference for each field added.
        unsafe {
            let indices = self.size * self.index_width();
            ptr::copy_nonoverlapping(self.indices().cast::<u8>(), copy.indices().cast::<u8>(), indices);
            for index in 0..self.count() {
                let entry = self.entry_unchecked(index);
                let (key, value) = (entry.key.get(), entry.value.get());
                let duplicate =
                    Entry { hash: entry.hash.clone(), key: Field::new(key), value: Field::new(value) };
                copy.entries().add(index).write(duplicate);
            }
        }
        copy.count.set(self.count());
        copy.usable.set(self.usable());
        Ok(copy)
    }

    /// Moves the entries into another table, without the room of deleted ones.
    pub fn move_into(self, target: &Keys) {
        for index in 0..self.count() {
            let entry = self.entry(index);
            if let Some(key) = entry.key.take() {
                target.add(key, entry.hash.get(), entry.value.take());
            }
        }
        self.count.set(0);
    }

    pub fn into_raw(self) -> *mut Keys {
        std::mem::ManuallyDrop::new(self).0.as_ptr()
    }

    /// # Safety
    /// The pointer came from `into_raw`, and its reference passes to the result.
    pub unsafe fn from_raw(pointer: *mut Keys) -> KeysRef {
        // SAFETY: the caller's promise.
        KeysRef(unsafe { NonNull::new_unchecked(pointer) })
    }
}

impl Keys {
    /// A new owned reference to the table.
    #[inline(always)]
    pub fn to_ref(&self) -> KeysRef {
        self.refcnt.set(self.refcnt.get() + 1);
        KeysRef(NonNull::from_ref(self))
    }
}

impl Deref for KeysRef {
    type Target = Keys;
    #[inline(always)]
    fn deref(&self) -> &Keys {
        // SAFETY: an owned reference keeps the table alive.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for KeysRef {
    fn clone(&self) -> KeysRef {
        self.to_ref()
    }
}

impl Drop for KeysRef {
    /// The last reference ends the table and its entries, which may run Python code.
    fn drop(&mut self) {
        let references = self.refcnt.get() - 1;
        self.refcnt.set(references);
        if references > 0 {
            return;
        }
        // SAFETY: nobody else refers to the table; the first `count` entries are initialised.
        unsafe {
            ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.entries(), self.count()));
            raw_free(self.0.as_ptr().cast());
        }
    }
}
