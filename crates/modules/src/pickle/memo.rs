//! The pickler's memo: which objects it has met, and in which order.

use std::ffi::c_int;
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::prelude::*;

/// Objects by identity, each with its number: a hash table with open addressing, its size a power of two.
#[derive(Default)]
pub struct Memo {
    slots: Vec<Option<(Ref, usize)>>,
    used: usize,
}

/// The size of the table of an empty memo.
const SMALLEST: usize = 8;

impl Memo {
    pub fn new() -> Memo {
        Memo { slots: (0..SMALLEST).map(|_| None).collect(), used: 0 }
    }

    pub fn len(&self) -> usize {
        self.used
    }

    /// The memory that the table takes, in bytes.
    pub fn size_in_bytes(&self) -> usize {
        size_of::<Memo>() + self.slots.len() * size_of::<Option<(Ref, usize)>>()
    }

    /// The slot that holds the object, or the free one where it belongs. The table is not full.
    #[inline]
    fn find(&self, object: *const Object) -> usize {
        let mask = self.slots.len() - 1;
        // Objects lie at multiples of sixteen; the multiplication spreads the rest.
        let hash = (object as usize >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut index = hash >> (usize::BITS - self.slots.len().trailing_zeros());
        loop {
            match &self.slots[index] {
                Some((known, _)) if !std::ptr::eq(&**known, object) => index = (index + 1) & mask,
                _ => return index,
            }
        }
    }

    /// The object's number.
    #[inline]
    pub fn get(&self, object: &Object) -> Option<usize> {
        if self.used == 0 {
            return None;
        }
        self.slots[self.find(object)].as_ref().map(|&(_, number)| number)
    }

    /// Remembers the object with a number.
    #[inline]
    pub fn set(&mut self, object: &Object, number: usize) {
        if self.slots.is_empty() {
            self.grow();
        }
        let index = self.find(object);
        match &mut self.slots[index] {
            Some((_, known)) => *known = number,
            free => {
                *free = Some((object.to_ref(), number));
                self.used += 1;
                if self.used * 3 >= self.slots.len() * 2 {
                    self.grow();
                }
            }
        }
    }

    #[cold]
    fn grow(&mut self) {
        let factor = if self.used > 50_000 { 2 } else { 4 };
        let size = (self.slots.len() * factor).max(SMALLEST);
        let old = std::mem::replace(&mut self.slots, (0..size).map(|_| None).collect());
        for entry in old.into_iter().flatten() {
            let index = self.find(&*entry.0);
            self.slots[index] = Some(entry);
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = &(Ref, usize)> {
        self.slots.iter().flatten()
    }
}

impl Clone for Memo {
    fn clone(&self) -> Memo {
        Memo { slots: self.slots.clone(), used: self.used }
    }
}

impl Trace for Memo {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.entries().try_for_each(|(object, _)| object.trace(visitor))
    }
}
