//! The iterator over a bytes object.

use std::cell::Cell;

use super::Bytes;
use crate::prelude::*;

/// `striterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct BytesIterator {
    base: Object,
    index: Cell<isize>,
    /// None when the iterator is at its end.
    bytes: Field<Bytes>,
}

impl BytesIterator {
    pub fn over(bytes: &Bytes) -> Ref<BytesIterator> {
        let bytes = Field::new(Some(bytes.to_ref()));
        Ref::new(BytesIterator { base: Object::header(), index: Cell::new(0), bytes })
    }
}

#[class(name = "bytes_iterator", symbol = "PyBytesIter_Type", generic_getattro)]
impl BytesIterator {
    #[slot(tp_iter)]
    fn iter_slot(&self) -> &BytesIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_slot(&self) -> Option<Ref<Int>> {
        let index = self.index.get();
        let bytes = self.bytes.get()?;
        match bytes.as_bytes().get(index as usize) {
            Some(&byte) => {
                self.index.set(index + 1);
                Some(Int::new(byte.into()))
            }
            None => {
                self.bytes.set(None);
                None
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> isize {
        self.bytes.get().map_or(0, |bytes| bytes.size() - self.index.get())
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        crate::iterators::reduce(self.bytes.get().map(Ref::into_object), self.index.get() as usize)
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: isize) {
        if let Some(bytes) = self.bytes.get() {
            self.index.set(state.clamp(0, bytes.size()));
        }
    }
}
