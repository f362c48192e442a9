//! A set's table: open addressing, with a short walk along neighbours before each jump.

use std::ffi::c_int;
use std::mem::size_of;
use std::ops::ControlFlow;

use super::*;
use crate::memory::{Trace, Visitor, raw_allocate, raw_free};

/// How many entries the table in the object itself has.
pub const SMALL: usize = 8;
/// How many neighbours are looked at before the next jump.
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;
/// The hash of an entry that was deleted. No object hashes to it.
const DELETED: isize = -1;

/// `setentry`. One that was never used has neither key nor hash.
#[repr(C)]
pub struct Entry {
    key: Field,
    hash: Cell<isize>,
}

impl Entry {
    pub const EMPTY: Entry = Entry { key: Field::null(), hash: Cell::new(0) };

    #[inline(always)]
    fn is_unused(&self) -> bool {
        self.key.is_null() && self.hash.get() == 0
    }
}

/// The places where a hash is looked for, one after the other, without end.
struct Probe {
    place: usize,
    /// The start of the present walk, and how far it has come.
    start: usize,
    perturb: usize,
    mask: usize,
}

impl Probe {
    #[inline(always)]
    fn new(hash: isize, mask: usize) -> Probe {
        let start = hash as usize & mask;
        Probe { place: start, start, perturb: hash as usize, mask }
    }

    #[inline(always)]
    fn advance(&mut self) {
        if self.start + LINEAR_PROBES <= self.mask && self.place < self.start + LINEAR_PROBES {
            self.place += 1;
            return;
        }
        self.perturb >>= PERTURB_SHIFT;
        self.start = self.start.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb) & self.mask;
        self.place = self.start;
    }
}

/// Where a key is, or may go.
pub(super) enum Place {
    At(usize),
    /// The unused entry where the search ended, and the last deleted one on the way.
    Free {
        unused: usize,
        deleted: Option<usize>,
    },
}

enum Match {
    Yes,
    No,
    /// The table was changed while keys were compared.
    Changed,
}

// Storage.
impl Set {
    #[inline(always)]
    fn entry(&self, index: usize) -> &Entry {
        assert!(index <= self.mask.get());
        let table = self.table.get();
        if table.is_null() {
            return &self.small_table[index];
        }
        // SAFETY: the table has `mask + 1` entries. No caller keeps the borrow while anything runs.
        unsafe { &*table.add(index) }
    }

    fn has_own_table(&self) -> bool {
        let table = self.table.get();
        !table.is_null() && !ptr::eq(table, self.small_table.as_ptr())
    }

    /// Replaces the table by an empty one of this size, and hands the old one back.
    fn replace_table(&self, size: usize) -> Result<OldTable> {
        let new = match size {
            SMALL => self.small_table.as_ptr().cast_mut(),
            _ => {
                let Some(bytes) = size.checked_mul(size_of::<Entry>()) else { bail!(MemoryError) };
                let table = raw_allocate(bytes).cast::<Entry>();
                if table.is_null() {
                    bail!(MemoryError);
                }
                // SAFETY: fresh memory; zeros are an unused entry.
                unsafe { ptr::write_bytes(table, 0, size) };
                table
            }
        };
        let old = match self.has_own_table() {
            true => OldTable::Block { table: self.table.get(), size: self.mask.get() + 1 },
            false => OldTable::Small(std::array::from_fn(|index| {
                let entry = &self.small_table[index];
                Entry { key: Field::new(entry.key.take()), hash: Cell::new(entry.hash.replace(0)) }
            })),
        };
        self.table.set(new);
        self.mask.set(size - 1);
        self.fill.set(0);
        self.used.set(0);
        Ok(old)
    }

    /// The bytes of the table, if it is not in the object itself.
    pub(super) fn table_bytes(&self) -> usize {
        if self.has_own_table() { (self.mask.get() + 1) * size_of::<Entry>() } else { 0 }
    }

    /// Exchanges content with another set, neither of which is empty-valued twice over.
    pub(super) fn swap_content(&self, other: &Set) {
        for (mine, theirs) in self.small_table.iter().zip(&other.small_table) {
            let key = mine.key.take();
            mine.key.set(theirs.key.replace(key));
            mine.hash.swap(&theirs.hash);
        }
        let (mine, theirs) = (self.has_own_table(), other.has_own_table());
        let (my_table, their_table) = (self.table.get(), other.table.get());
        self.table.set(if theirs { their_table } else { self.small_table.as_ptr().cast_mut() });
        other.table.set(if mine { my_table } else { other.small_table.as_ptr().cast_mut() });
        self.fill.swap(&other.fill);
        self.used.swap(&other.used);
        self.mask.swap(&other.mask);
        self.hash.set(-1);
        other.hash.set(-1);
    }
}

/// A table that is no set's any more. Dropping it drops the keys that are left.
enum OldTable {
    Small([Entry; SMALL]),
    Block { table: *mut Entry, size: usize },
}

impl OldTable {
    fn entries(&self) -> &[Entry] {
        match self {
            OldTable::Small(entries) => entries,
            // SAFETY: a block of `size` entries that this is the owner of.
            OldTable::Block { table, size } => unsafe { std::slice::from_raw_parts(*table, *size) },
        }
    }
}

impl Drop for OldTable {
    fn drop(&mut self) {
        if let OldTable::Block { table, size } = *self {
            // SAFETY: as above.
            unsafe {
                ptr::drop_in_place(ptr::slice_from_raw_parts_mut(table, size));
                raw_free(table.cast());
            }
        }
    }
}

impl Trace for Set {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        (0..=self.mask.get()).try_for_each(|index| self.entry(index).key.trace(visitor))
    }

    fn clear(&self) {
        Set::clear(self);
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        self.clear();
    }
}

// The Rust API.
impl Set {
    /// The number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get()
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether any entry is deleted.
    pub(super) fn has_deleted(&self) -> bool {
        self.fill.get() != self.used.get()
    }

    #[inline(always)]
    fn matches(&self, index: usize, key: &Object, hash: isize) -> Result<Match> {
        let entry = self.entry(index);
        if entry.hash.get() != hash {
            return Ok(Match::No);
        }
        // SAFETY: the borrow ends before anything runs; comparing exact strings runs nothing.
        let Some(candidate) = (unsafe { entry.key.peek() }) else { return Ok(Match::No) };
        if candidate.is(key) {
            return Ok(Match::Yes);
        }
        if let (Some(a), Some(b)) = (candidate.downcast_exact::<Str>(), key.downcast_exact::<Str>()) {
            return Ok(if a.equals(b) { Match::Yes } else { Match::No });
        }
        let candidate = candidate.to_ref();
        let (table, mask) = (self.table.get(), self.mask.get());
        let equal = candidate.equals(key)?;
        let same_table = table == self.table.get() && mask == self.mask.get();
        // SAFETY: as above.
        if !same_table || !unsafe { self.entry(index).key.peek() }.is_some_and(|key| key.is(&candidate)) {
            return Ok(Match::Changed);
        }
        Ok(if equal { Match::Yes } else { Match::No })
    }

    /// Looks for a key. Comparing may run Python code.
    fn locate(&self, key: &Object, hash: isize) -> Result<Place> {
        'restart: loop {
            let mut probe = Probe::new(hash, self.mask.get());
            let mut deleted = None;
            loop {
                let entry = self.entry(probe.place);
                if entry.is_unused() {
                    return Ok(Place::Free { unused: probe.place, deleted });
                }
                if entry.hash.get() == DELETED {
                    deleted = Some(probe.place);
                } else {
                    match self.matches(probe.place, key, hash)? {
                        Match::Yes => return Ok(Place::At(probe.place)),
                        Match::No => {}
                        Match::Changed => continue 'restart,
                    }
                }
                probe.advance();
            }
        }
    }

    /// Puts a key that the table does not have where nothing is deleted.
    fn insert_clean(&self, key: Ref, hash: isize) {
        let mut probe = Probe::new(hash, self.mask.get());
        while !self.entry(probe.place).is_unused() {
            probe.advance();
        }
        let entry = self.entry(probe.place);
        entry.key.set(Some(key));
        entry.hash.set(hash);
        self.fill.set(self.fill.get() + 1);
        self.used.set(self.used.get() + 1);
    }

    /// Rebuilds the table for more than `minimum` elements, without deleted entries.
    fn resize(&self, minimum: usize) -> Result<()> {
        let mut size = SMALL;
        while size <= minimum {
            size <<= 1;
        }
        if size == SMALL && !self.has_own_table() && !self.has_deleted() {
            return Ok(());
        }
        let old = self.replace_table(size)?;
        for entry in old.entries() {
            if let Some(key) = entry.key.take() {
                self.insert_clean(key, entry.hash.get());
            }
        }
        Ok(())
    }

    /// Grows the table as one that is filled by single elements does.
    fn grow(&self) -> Result<()> {
        let used = self.used.get();
        self.resize(if used > 50000 { used * 2 } else { used * 4 })
    }

    fn make_room(&self, more: usize) -> Result<()> {
        match (self.fill.get() + more) * 5 >= self.mask.get() * 3 {
            true => self.resize((self.used.get() + more) * 2),
            false => Ok(()),
        }
    }

    /// Adds an element; whether it is new.
    pub fn add(&self, key: &Object) -> Result<bool> {
        self.add_known_hash(key, crate::dict::hash_of(key)?)
    }

    /// [`Set::add`] with the element's hash known.
    pub fn add_known_hash(&self, key: &Object, hash: isize) -> Result<bool> {
        let Place::Free { unused, deleted } = self.locate(key, hash)? else { return Ok(false) };
        let entry = self.entry(deleted.unwrap_or(unused));
        entry.key.set(Some(key.to_ref()));
        entry.hash.set(hash);
        self.used.set(self.used.get() + 1);
        if deleted.is_none() {
            self.fill.set(self.fill.get() + 1);
            if self.fill.get() * 5 >= self.mask.get() * 3 {
                self.grow()?;
            }
        }
        Ok(true)
    }

    pub fn contains(&self, key: &Object) -> Result<bool> {
        self.contains_known_hash(key, crate::dict::hash_of(key)?)
    }

    pub fn contains_known_hash(&self, key: &Object, hash: isize) -> Result<bool> {
        Ok(matches!(self.locate(key, hash)?, Place::At(_)))
    }

    fn take_at(&self, index: usize) -> Option<Ref> {
        let entry = self.entry(index);
        entry.hash.set(DELETED);
        self.used.set(self.used.get() - 1);
        entry.key.take()
    }

    /// Removes an element; whether it was there.
    pub fn discard(&self, key: &Object) -> Result<bool> {
        self.discard_known_hash(key, crate::dict::hash_of(key)?)
    }

    /// [`Set::discard`] with the element's hash known.
    pub fn discard_known_hash(&self, key: &Object, hash: isize) -> Result<bool> {
        match self.locate(key, hash)? {
            Place::At(index) => {
                drop(self.take_at(index));
                Ok(true)
            }
            Place::Free { .. } => Ok(false),
        }
    }

    /// Removes some element. Repeated, it goes round the table.
    pub fn pop(&self) -> Option<Ref> {
        if self.is_empty() {
            return None;
        }
        let mask = self.mask.get();
        let mut index = self.finger.get() & mask;
        while self.entry(index).key.is_null() {
            index = (index + 1) & mask;
        }
        self.finger.set(index + 1);
        self.take_at(index)
    }

    /// The first element at or behind a position, which starts at 0 and is moved behind it; with its hash.
    #[inline]
    pub fn next(&self, position: &mut usize) -> Option<(Ref, isize)> {
        while *position <= self.mask.get() {
            let entry = self.entry(*position);
            *position += 1;
            if let Some(key) = entry.key.get() {
                return Some((key, entry.hash.get()));
            }
        }
        None
    }

    /// Removes every element.
    pub fn clear(&self) {
        if self.fill.get() > 0 || self.has_own_table() {
            // A table in the object itself asks for no memory.
            drop(self.replace_table(SMALL));
        }
        self.hash.set(-1);
    }

    /// The elements, as they are now.
    pub fn to_vec(&self) -> Vec<Ref> {
        let mut elements = Vec::with_capacity(self.len());
        let mut position = 0;
        while let Some((key, _)) = self.next(&mut position) {
            elements.push(key);
        }
        elements
    }

    /// Adds another set's elements.
    pub fn merge(&self, other: &Set) -> Result<()> {
        if self.is(other) || other.is_empty() {
            return Ok(());
        }
        self.make_room(other.len())?;
        let mut position = 0;
        if self.fill.get() > 0 {
            while let Some((key, hash)) = other.next(&mut position) {
                self.add_known_hash(&key, hash)?;
            }
            return Ok(());
        }
        if self.mask.get() == other.mask.get() && !other.has_deleted() {
            for index in 0..=self.mask.get() {
                let (mine, theirs) = (self.entry(index), other.entry(index));
                mine.key.set(theirs.key.get());
                mine.hash.set(theirs.hash.get());
            }
            self.fill.set(other.len());
            self.used.set(other.len());
            return Ok(());
        }
        while let Some((key, hash)) = other.next(&mut position) {
            self.insert_clean(key, hash);
        }
        Ok(())
    }

    /// Adds the elements of an iterable.
    pub fn update(&self, iterable: &Object) -> Result<()> {
        if let Some(set) = Set::any(iterable) {
            return self.merge(set);
        }
        if let Some(dict) = iterable.downcast_exact::<Dict>() {
            self.make_room(dict.len())?;
            let mut position = 0;
            while let Some((key, _, hash)) = dict.next_entry(&mut position) {
                self.add_known_hash(&key, hash)?;
            }
            return Ok(());
        }
        iterable.for_each(|key| self.add(&key).map(drop))
    }

    /// Rebuilds the table if more than a quarter of it is deleted entries.
    pub(super) fn sweep(&self) -> Result<()> {
        match self.fill.get() - self.used.get() > self.mask.get() / 4 {
            true => self.grow(),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::startup::with_types;

    /// Adds a number, or removes its negative; then the elements in the table's order.
    fn order(steps: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let set = Set::new();
        for step in steps {
            match step {
                0.. => drop(set.add(&Int::new(step)).unwrap()),
                _ => drop(set.discard(&Int::new(-step)).unwrap()),
            }
        }
        set.to_vec().iter().map(|element| element.as_isize().unwrap() as i64).collect()
    }

    #[test]
    fn order_is_the_tables() {
        with_types(|| {
            // Recorded from the reference implementation.
            assert_eq!(order([100, 8, 16, 0, 24, 3]), [0, 3, 100, 8, 16, 24]);
            assert_eq!(
                order((1..12).map(|i| i * 1000)),
                [4000, 8000, 1000, 5000, 9000, 2000, 6000, 10000, 7000, 11000, 3000]
            );
            assert_eq!(order([8, 16, 24, -16, 40, -8, 32]), [32, 40, 24]);
        });
    }
}
