//! `enumerate`: pairs of a count and an item.

use std::cell::Cell;

use crate::prelude::*;
use crate::spare_tuple::SpareTuple;

/// `enumobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Enumerate {
    base: Object,
    /// The next count while it fits; its greatest value means that `large` counts on.
    index: Cell<isize>,
    iterator: Field,
    pair: SpareTuple,
    large: Field<Int>,
}

impl Enumerate {
    /// The next count. Past the greatest machine word, counting goes on in objects.
    fn count(&self) -> Result<Ref> {
        let index = self.index.get();
        if index != isize::MAX {
            self.index.set(index + 1);
            return Ok(Int::new(index as i64).into_object());
        }
        let count = self.large.get().unwrap_or_else(|| Int::new(index as i64));
        let next = count.add(&Int::one())?;
        self.large.set(next.into_type::<Int>().ok());
        Ok(count.into_object())
    }

    fn next_count(&self) -> Ref<Int> {
        self.large.get().unwrap_or_else(|| Int::new(self.index.get() as i64))
    }
}

/// Return an enumerate object.
///
///   iterable
///     an object supporting iteration
///
/// The iterator gives pairs of a count, from start on (zero by default), and
/// an item of the iterable: (0, seq[0]), (1, seq[1]), (2, seq[2]), ...
#[class(
    name = "enumerate",
    symbol = "PyEnum_Type",
    signature = "(iterable, start=0)",
    flags = BASETYPE,
    generic_getattro
)]
impl Enumerate {
    #[slot(tp_new, "(iterable, start=0)")]
    fn new(class: &Type, iterable: &Object, start: Option<&Object>) -> Result<Ref<Enumerate>> {
        let start = start.map(|start| start.index()).transpose()?;
        let (index, large) = match start {
            None => (0, None),
            Some(start) => match start.to_isize() {
                Some(index) if index != isize::MAX => (index, None),
                _ => (isize::MAX, Some(start)),
            },
        };
        let value = Enumerate {
            base: Object::header(),
            index: Cell::new(index),
            iterator: Field::new(Some(iterable.iter()?)),
            pair: SpareTuple::none(),
            large: Field::new(large),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> &Enumerate {
        self
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        match iterator.next()? {
            Some(item) => self.pair.give([self.count()?, item]).map(Some),
            None => Ok(None),
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        (self.class(), (self.iterator.get(), self.next_count())).into_object()
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}
