//! A set's iterator.

use super::*;

/// `setiterobject`. It watches for changes of the set's size.
#[repr(C)]
#[derive(Trace)]
pub struct SetIterator {
    base: Object,
    /// Null once it is at the end. A frozen set's too.
    set: Field,
    /// The set's length when iteration began; something else once a change was noticed.
    used: Cell<usize>,
    position: Cell<usize>,
    /// How many are still to come.
    left: Cell<usize>,
}

pub(super) fn over(set: &Set) -> Ref {
    Ref::new(SetIterator {
        base: Object::header(),
        set: Field::new(Some(set.as_object().to_ref())),
        used: Cell::new(set.len()),
        position: Cell::new(0),
        left: Cell::new(set.len()),
    })
    .into_object()
}

impl SetIterator {
    fn step(&self, position: &Cell<usize>) -> Result<Option<Ref>> {
        // SAFETY: the borrow ends before anything runs: looking at an entry runs nothing.
        let Some(set) = unsafe { self.set.peek() }.and_then(Set::any) else { return Ok(None) };
        if self.used.get() != set.len() {
            self.used.set(usize::MAX);
            bail!(RuntimeError, "Set changed size during iteration");
        }
        let mut place = position.get();
        let key = set.next(&mut place).map(|(key, _)| key);
        position.set(place);
        Ok(key)
    }
}

#[class(name = "set_iterator", symbol = "PySetIter_Type", generic_getattro)]
impl SetIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &SetIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let key = self.step(&self.position)?;
        match key {
            Some(_) => self.left.set(self.left.get().saturating_sub(1)),
            None => self.set.set(None),
        }
        Ok(key)
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> usize {
        match self.set.get().as_deref().and_then(Set::any) {
            Some(set) if set.len() == self.used.get() => self.left.get(),
            _ => 0,
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let position = self.position.clone();
        let mut left = Vec::new();
        while let Some(key) = self.step(&position)? {
            left.push(key);
        }
        crate::iterators::reduce_to_list(left)
    }
}
