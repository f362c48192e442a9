//! The iterator over a bytearray.

use std::cell::Cell;

use super::ByteArray;
use crate::arguments::PlainIndex;
use crate::prelude::*;

/// `bytesiterobject` of bytearray.
#[repr(C)]
#[derive(Trace)]
pub struct ByteArrayIterator {
    base: Object,
    index: Cell<isize>,
    /// None when the iterator is at its end.
    array: Field<ByteArray>,
}

impl ByteArrayIterator {
    pub fn over(array: &ByteArray) -> Ref<ByteArrayIterator> {
        let array = Field::new(Some(array.to_ref()));
        Ref::new(ByteArrayIterator { base: Object::header(), index: Cell::new(0), array })
    }
}

#[class(name = "bytearray_iterator", symbol = "PyByteArrayIter_Type", generic_getattro)]
impl ByteArrayIterator {
    #[slot(tp_iter)]
    fn iter_slot(&self) -> &ByteArrayIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_slot(&self) -> Option<Ref<Int>> {
        let index = self.index.get();
        let array = self.array.get()?;
        match array.with_bytes(|content| content.get(index as usize).copied()) {
            Some(byte) => {
                self.index.set(index + 1);
                Some(Int::new(byte.into()))
            }
            None => {
                self.array.set(None);
                None
            }
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> isize {
        self.array.get().map_or(0, |array| (array.size() - self.index.get()).max(0))
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", "()")]
    fn reduce(&self) -> Result<Ref> {
        crate::iterators::reduce(self.array.get().map(Ref::into_object), self.index.get() as usize)
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, PlainIndex(state): PlainIndex) {
        if let Some(array) = self.array.get() {
            self.index.set(state.clamp(0, array.size()));
        }
    }
}
