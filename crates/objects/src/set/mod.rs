//! `set` and `frozenset`: collections of unique elements.

mod class;
mod frozen;
mod iterator;
mod operations;
mod table;

use std::cell::Cell;
use std::ptr;

use crate::prelude::*;

pub use class::SET;
pub use frozen::{FROZENSET, FrozenSet, empty as empty_frozenset};
pub use iterator::SET_ITERATOR;
use table::{Entry, SMALL};

/// `PySetObject`, of sets and frozen sets.
///
/// The table has `mask + 1` entries, a power of two. It is `small_table` until that is too small.
#[repr(C)]
pub struct Set {
    base: Object,
    /// The entries in use and the deleted ones.
    fill: Cell<usize>,
    used: Cell<usize>,
    mask: Cell<usize>,
    /// Null, or a block of its own, or `small_table`: the first and the last are the same.
    table: Cell<*mut Entry>,
    /// A frozen set's hash once it was asked for; else -1.
    hash: Cell<isize>,
    /// Where `pop` looks next.
    finger: Cell<usize>,
    small_table: [Entry; SMALL],
    weak_references: Cell<*mut Object>,
}

impl Set {
    fn empty_value() -> Set {
        Set {
            base: Object::header(),
            fill: Cell::new(0),
            used: Cell::new(0),
            mask: Cell::new(SMALL - 1),
            table: Cell::new(ptr::null_mut()),
            hash: Cell::new(-1),
            finger: Cell::new(0),
            small_table: [const { Entry::EMPTY }; SMALL],
            weak_references: Cell::new(ptr::null_mut()),
        }
    }

    /// An empty set of the class: `set`, `frozenset` or a subclass of either.
    pub fn new_in(class: &Type) -> Result<Ref<Set>> {
        let set = match class.is_subtype(&FROZENSET) {
            // SAFETY: a frozen set is a set's structure.
            true => unsafe { frozen::allocate(class, Set::empty_value())?.cast_unchecked::<Set>() },
            false => Ref::new_in(class, Set::empty_value())?,
        };
        set.table.set(set.small_table.as_ptr().cast_mut());
        Ok(set)
    }

    /// An empty set.
    pub fn new() -> Ref<Set> {
        crate::memory::assured(|| Set::new_in(&SET))
    }

    /// A set of the class with an iterable's elements.
    pub fn collect_in(class: &Type, iterable: &Object) -> Result<Ref<Set>> {
        let set = Set::new_in(class)?;
        set.update(iterable)?;
        Ok(set)
    }

    /// `set(iterable)`.
    pub fn from_iterable(iterable: &Object) -> Result<Ref<Set>> {
        Set::collect_in(&SET, iterable)
    }

    /// The object as a set, be it frozen or not.
    #[inline]
    pub fn any(object: &Object) -> Option<&Set> {
        let class = object.class();
        // SAFETY: instances of either type and of subclasses begin with a Set.
        (class.is(&SET) || class.is(&FROZENSET) || class.is_subtype(&SET) || class.is_subtype(&FROZENSET))
            .then(|| unsafe { object.cast() })
    }

    /// Whether the set's class is `set` or `frozenset` itself.
    pub fn is_exact(&self) -> bool {
        self.class().is(&SET) || self.class().is(&FROZENSET)
    }

    /// The class of the results of this set's operations: `set` or `frozenset`, not a subclass.
    fn base_class(&self) -> &'static Type {
        if self.class().is_subtype(&FROZENSET) { &FROZENSET } else { &SET }
    }

    /// A copy whose class is `set` or `frozenset`.
    pub fn copy(&self) -> Result<Ref<Set>> {
        let copy = Set::new_in(self.base_class())?;
        copy.merge(self)?;
        Ok(copy)
    }
}
