//! Interned strings, and the strings that there is one of: the empty one and the characters of Latin-1.

use std::cell::{Cell, OnceCell, UnsafeCell};
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::ptr::NonNull;

use super::storage::Interned;
use crate::prelude::*;

/// A string in the table, which does not count as a reference: a mortal string leaves it as it dies.
struct Entry(NonNull<Str>);

impl Entry {
    fn string(&self) -> &Str {
        // SAFETY: strings in the table are alive.
        unsafe { self.0.as_ref() }
    }
}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_isize(self.string().hash_value());
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.string().equals(other.string())
    }
}

impl Eq for Entry {}

/// Takes the string's own hash as it is.
#[derive(Default)]
struct SameHash(u64);

impl Hasher for SameHash {
    fn finish(&self) -> u64 {
        // The table takes the top bits too; those of short strings' hashes are as good as the others.
        self.0
    }
    fn write(&mut self, _: &[u8]) {}
    fn write_isize(&mut self, hash: isize) {
        self.0 = hash as u64;
    }
}

struct Table(UnsafeCell<HashSet<Entry, BuildHasherDefault<SameHash>>>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for Table {}

static TABLE: Table = Table(UnsafeCell::new(HashSet::with_hasher(BuildHasherDefault::new())));

impl Table {
    /// # Safety
    /// `action` does not come back here: comparing and hashing strings runs no Python code.
    #[allow(clippy::mut_from_ref)]
    unsafe fn get(&self) -> &mut HashSet<Entry, BuildHasherDefault<SameHash>> {
        // SAFETY: the caller's promise, under the GIL.
        unsafe { &mut *self.0.get() }
    }
}

impl Str {
    /// The one string that stands for all that are equal to this one. Instances of subclasses are
    /// not interned.
    pub fn intern(string: Ref<Str>) -> Ref<Str> {
        if string.interned() != Interned::Not || !string.is_exact() {
            return string;
        }
        // SAFETY: the borrow ends in this block.
        unsafe {
            let table = TABLE.get();
            let entry = Entry(NonNull::from_ref(&*string));
            if let Some(known) = table.get(&entry) {
                return known.string().to_ref();
            }
            string.set_interned(Interned::Mortal);
            table.insert(entry);
        }
        string
    }

    /// The interned string of a name, for ever.
    pub fn intern_static(text: &str) -> &'static Str {
        let string = Str::intern(Str::new(text));
        string.set_interned(Interned::Immortal);
        // SAFETY: the reference is given up, so the string stays.
        unsafe { &*string.into_raw() }
    }
}

/// Whether the string is the one that stands for all its equals.
#[inline(always)]
pub fn is_interned(string: &Str) -> bool {
    string.interned() != Interned::Not
}

/// Takes a dying string out of the table.
pub(super) fn forget(string: &Str) {
    // SAFETY: the borrow ends here; hashing and comparing a string runs nothing.
    unsafe { TABLE.get() }.remove(&Entry(NonNull::from_ref(string)));
}

/// A name in the Rust source, interned where it is first used: what [`crate::intern!`] makes.
pub struct InternedName {
    text: &'static str,
    string: Cell<Option<&'static Str>>,
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for InternedName {}

impl InternedName {
    pub const fn new(text: &'static str) -> InternedName {
        InternedName { text, string: Cell::new(None) }
    }

    #[inline(always)]
    pub fn get(&self) -> &'static Str {
        match self.string.get() {
            Some(string) => string,
            None => self.intern(),
        }
    }

    #[cold]
    fn intern(&self) -> &'static Str {
        let string = Str::intern_static(self.text);
        self.string.set(Some(string));
        string
    }
}

/// The interned string of a literal: `intern!("__name__")` is a `&'static Str`, made once for each place.
#[macro_export]
macro_rules! intern {
    ($text:literal) => {{
        static NAME: $crate::str::InternedName = $crate::str::InternedName::new($text);
        NAME.get()
    }};
}

/// The strings of U+0000 to U+00FF, and the empty one, each made when it is first asked for.
struct Kept {
    empty: OnceCell<Ref<Str>>,
    characters: [OnceCell<Ref<Str>>; 256],
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for Kept {}

static KEPT: Kept = Kept { empty: OnceCell::new(), characters: [const { OnceCell::new() }; 256] };

/// The empty string.
#[inline]
pub(super) fn empty() -> Ref<Str> {
    KEPT.empty.get_or_init(Str::new_empty).clone()
}

/// The string of one character of Latin-1.
#[inline]
pub(super) fn character(point: u8) -> Ref<Str> {
    KEPT.characters[usize::from(point)]
        .get_or_init(|| crate::memory::assured(|| Str::from_new_point(point.into())))
        .clone()
}
