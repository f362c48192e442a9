//! The iterator over a string's characters.

use std::cell::Cell;

use super::Str;
use crate::arguments::PlainIndex;
use crate::prelude::*;

/// `unicodeiterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct StrIterator {
    base: Object,
    #[trace(skip)]
    index: Cell<isize>,
    /// None when the iterator is at its end.
    string: Field<Str>,
}

impl StrIterator {
    pub fn over(string: &Str) -> Ref<StrIterator> {
        Ref::new(StrIterator {
            base: Object::header(),
            index: Cell::new(0),
            string: Field::new(Some(string.to_ref())),
        })
    }
}

#[class(name = "str_iterator", symbol = "PyUnicodeIter_Type", static_ = STR_ITERATOR, generic_getattro)]
impl StrIterator {
    #[slot(tp_iter)]
    fn iter_slot(&self) -> Ref {
        self.to_ref().into_object()
    }

    #[slot(tp_iternext)]
    fn next_slot(&self) -> Result<Option<Ref<Str>>> {
        // SAFETY: nothing runs while the borrow lives.
        let Some(string) = (unsafe { self.string.peek() }) else { return Ok(None) };
        let index = self.index.get();
        if (index as usize) < string.len() {
            self.index.set(index + 1);
            return Str::from_point(string.code_point(index as usize)).map(Some);
        }
        self.string.set(None);
        Ok(None)
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> isize {
        self.string.get().map_or(0, |string| string.len() as isize - self.index.get())
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        match self.string.get() {
            Some(string) => crate::iterators::reduce(Some(string.into_object()), self.index.get() as usize),
            None => {
                let arguments = Tuple::new([Str::empty().into_object()])?.into_object();
                Tuple::new([crate::iterators::builtin("iter")?, arguments]).map(Ref::into_object)
            }
        }
    }

    /// Set state information for unpickling.
    #[method(name = "__setstate__", "(state, /)", no_text_signature)]
    fn setstate(&self, PlainIndex(state): PlainIndex) -> Result<()> {
        if let Some(string) = self.string.get() {
            self.index.set(state.clamp(0, string.len() as isize));
        }
        Ok(())
    }
}
