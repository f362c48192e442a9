//! An array's iterator.

use std::cell::Cell;

use objects::arguments::PlainIndex;
use objects::prelude::*;

use super::Array;

/// `arrayiterobject`, in size.
#[repr(C)]
#[derive(Trace)]
pub struct ArrayIterator {
    base: Object,
    index: Cell<usize>,
    /// Null once it is at the end.
    array: Field<Array>,
    /// The structure's size is CPython's.
    room: usize,
}

impl ArrayIterator {
    pub fn over(array: &Array) -> Ref<ArrayIterator> {
        Ref::new(ArrayIterator {
            base: Object::header(),
            index: Cell::new(0),
            array: Field::new(Some(array.to_ref())),
            room: 0,
        })
    }
}

#[class(name = "arrayiterator", generic_getattro)]
impl ArrayIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &ArrayIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(array) = self.array.get() else { return Ok(None) };
        let index = self.index.get();
        match array.get(index)? {
            Some(item) => {
                self.index.set(index + 1);
                Ok(Some(item))
            }
            None => {
                self.array.set(None);
                Ok(None)
            }
        }
    }

    /// For pickling: a function that makes the iterator again, the array, and the index.
    #[method("()", name = "__reduce__")]
    fn reduce(&self) -> Result<Ref> {
        objects::iterators::reduce(self.array.get().map(Ref::into_object), self.index.get())
    }

    /// Go to an index, as unpickling does.
    #[method("(state, /)", name = "__setstate__")]
    fn set_state(&self, PlainIndex(index): PlainIndex) -> Result<()> {
        let length = self.array.get().map_or(0, |array| array.items.len());
        self.index.set((index.max(0) as usize).min(length));
        Ok(())
    }
}
