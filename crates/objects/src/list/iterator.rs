//! A list's iterators. Both look at the list as it is at each step.

use std::cell::Cell;

use super::List;
use crate::arguments::PlainIndex;
use crate::prelude::*;

/// The iterator of a list.
#[repr(C)]
#[derive(Trace)]
pub struct ListIterator {
    base: Object,
    index: Cell<usize>,
    /// Null once it is at the end.
    list: Field<List>,
}

impl ListIterator {
    pub fn over(list: &List) -> Ref<ListIterator> {
        Ref::new(ListIterator {
            base: Object::header(),
            index: Cell::new(0),
            list: Field::new(Some(list.to_ref())),
        })
    }
}

#[class(name = "list_iterator", symbol = "PyListIter_Type", generic_getattro)]
impl ListIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &ListIterator {
        self
    }

    #[slot(tp_iternext)]
    #[inline(always)]
    fn next_item(&self) -> Option<Ref> {
        let index = self.index.get();
        // SAFETY: the borrow ends before anything runs.
        let item = unsafe { self.list.peek() }?.get(index);
        match item {
            Some(_) => self.index.set(index + 1),
            None => self.list.set(None),
        }
        item
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> usize {
        self.list.get().map_or(0, |list| list.len().saturating_sub(self.index.get()))
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        match self.list.get() {
            Some(list) => crate::iterators::reduce(Some(list.into_object()), self.index.get()),
            None => crate::iterators::reduce_to_list(Vec::new()),
        }
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, PlainIndex(state): PlainIndex) {
        if let Some(list) = self.list.get() {
            self.index.set((state.max(0) as usize).min(list.len()));
        }
    }
}

/// The reverse iterator of a list.
#[repr(C)]
#[derive(Trace)]
pub struct ListReverseIterator {
    base: Object,
    /// The index of the next item; -1 at the end.
    index: Cell<isize>,
    /// Null once it is at the end.
    list: Field<List>,
}

impl ListReverseIterator {
    pub fn over(list: &List) -> Ref<ListReverseIterator> {
        Ref::new(ListReverseIterator {
            base: Object::header(),
            index: Cell::new(list.size() - 1),
            list: Field::new(Some(list.to_ref())),
        })
    }
}

#[class(name = "list_reverseiterator", symbol = "PyListRevIter_Type", generic_getattro)]
impl ListReverseIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &ListReverseIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Option<Ref> {
        let index = self.index.get();
        let item = usize::try_from(index).ok().and_then(|index| self.list.get()?.get(index));
        match item {
            Some(_) => self.index.set(index - 1),
            None => {
                self.index.set(-1);
                self.list.set(None);
            }
        }
        item
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> isize {
        let left = self.index.get() + 1;
        self.list.get().filter(|list| list.size() >= left).map_or(0, |_| left)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        match self.list.get() {
            Some(list) => crate::iterators::reduce_to("reversed", Some(list.into_object()), self.index.get()),
            None => crate::iterators::reduce_to_list(Vec::new()),
        }
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, PlainIndex(state): PlainIndex) {
        if let Some(list) = self.list.get() {
            self.index.set(state.clamp(-1, list.size() - 1));
        }
    }
}
