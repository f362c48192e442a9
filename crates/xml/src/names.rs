//! Tables with names for keys.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A name as an element or attribute is told of, its namespace included. Equal names have equal numbers in the life
/// of a parser, and the numbers are dense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name(pub(crate) u32);

impl Name {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Whether two names are the same. Most are short, so that it is told here without a call.
#[inline]
pub fn are_equal(left: &[u8], right: &[u8]) -> bool {
    /// The first and the last bytes, which together are all where there are at most twice as many.
    fn ends<const N: usize>(name: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        name.first_chunk().zip(name.last_chunk())
    }
    left.len() == right.len()
        && match left.len() {
            0..4 => left.iter().zip(right).all(|(left, right)| left == right),
            4..8 => ends::<4>(left) == ends::<4>(right),
            8..=16 => ends::<8>(left) == ends::<8>(right),
            _ => left == right,
        }
}

/// Entries by name, in the order in which they came; none goes.
#[derive(Clone, Debug)]
pub struct Table<T> {
    places: HashTable<u32>,
    entries: Vec<(Box<[u8]>, T)>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table { places: HashTable::new(), entries: Vec::new(), hasher: DefaultHashBuilder::default() }
    }
}

impl<T> Table<T> {
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        let is_it = |&place: &u32| are_equal(&self.entries[place as usize].0, name);
        self.places.find(self.hasher.hash_one(name), is_it).map(|&place| place as usize)
    }

    /// The place of an entry, and whether it was made just now.
    pub fn find_or_insert(&mut self, name: &[u8], make: impl FnOnce() -> T) -> (usize, bool) {
        let hash = self.hasher.hash_one(name);
        let entries = &mut self.entries;
        let is_it = |&place: &u32| are_equal(&entries[place as usize].0, name);
        if let Some(&place) = self.places.find(hash, is_it) {
            return (place as usize, false);
        }
        let place = entries.len();
        entries.push((name.into(), make()));
        let hasher = &self.hasher;
        let entries = &self.entries;
        self.places.insert_unique(hash, place as u32, |&place| hasher.hash_one(&*entries[place as usize].0));
        (place, true)
    }

    pub fn name(&self, place: usize) -> &[u8] {
        &self.entries[place].0
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, entry)| entry)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &T)> {
        self.entries.iter().map(|(name, entry)| (&**name, entry))
    }
}

impl<T> std::ops::Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.entries[place].1
    }
}

impl<T> std::ops::IndexMut<usize> for Table<T> {
    fn index_mut(&mut self, place: usize) -> &mut T {
        &mut self.entries[place].1
    }
}
