//! The tuple that an iterator gives again where nobody kept it, so that a loop which takes the items
//! apart at once allocates none.

use crate::prelude::*;

/// A place in an iterator for its last result.
#[repr(transparent)]
#[derive(Trace, Default)]
pub struct SpareTuple {
    last: Field<Tuple>,
}

impl SpareTuple {
    pub const fn none() -> SpareTuple {
        SpareTuple { last: Field::null() }
    }

    /// Whether nothing has been given yet.
    pub fn is_none(&self) -> bool {
        self.last.is_null()
    }

    /// A tuple of these items: the last one filled anew if only this place still holds it.
    #[inline]
    pub fn give<const N: usize>(&self, mut items: [Ref; N]) -> Result<Ref<Tuple>> {
        match self.refill(&mut items) {
            Some(tuple) => Ok(tuple),
            None => self.keep(Tuple::new(items)?),
        }
    }

    /// The same for any number of items.
    pub fn give_all(&self, mut items: Vec<Ref>) -> Result<Ref<Tuple>> {
        match self.refill(&mut items) {
            Some(tuple) => Ok(tuple),
            None => self.keep(Tuple::new(items)?),
        }
    }

    fn keep(&self, tuple: Ref<Tuple>) -> Result<Ref<Tuple>> {
        self.last.set(Some(tuple.clone()));
        Ok(tuple)
    }

    /// Exchanges the items with those of the last result, which the caller then drops.
    #[inline]
    fn refill(&self, items: &mut [Ref]) -> Option<Ref<Tuple>> {
        // SAFETY: nothing runs while the borrow lives.
        let last =
            unsafe { self.last.peek() }.filter(|last| last.refcnt() == 1 && last.len() == items.len())?;
        // SAFETY: the only reference is this place's, and nobody borrows from it meanwhile.
        unsafe { last.exchange_items(items) };
        // The collector may have found that the old items could be in no cycle.
        if !gc::is_tracked(last) {
            gc::track(last);
        }
        Some(last.to_ref())
    }
}
