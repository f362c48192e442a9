//! `zip`: tuples of the items that several iterables give in step.

use crate::prelude::*;
use crate::spare_tuple::SpareTuple;

/// `zipobject`: the iterators in a tuple.
#[repr(C)]
#[derive(Trace)]
pub struct Zip {
    base: Object,
    #[trace(skip)]
    count: isize,
    iterators: Field<Tuple>,
    result: SpareTuple,
}

/// zip(*iterables) --> A zip object yielding tuples until an input is exhausted.
///
/// The n-th tuple holds the n-th item of each iterable, in the order of the
/// arguments; the shortest iterable ends the iteration.
///
/// >>> list(zip('abcd', range(3), [10, 20]))
/// [('a', 0, 10), ('b', 1, 20)]
#[class(name = "zip", symbol = "PyZip_Type", flags = BASETYPE, generic_getattro)]
impl Zip {
    #[slot(tp_new, "(*iterables)")]
    fn new(class: &Type, iterables: &[&Object]) -> Result<Ref<Zip>> {
        let iterators = iterables.iter().map(|iterable| iterable.iter()).collect::<Result<Vec<_>>>()?;
        let value = Zip {
            base: Object::header(),
            count: iterators.len() as isize,
            iterators: Field::new(Some(Tuple::new(iterators)?)),
            result: SpareTuple::none(),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> &Zip {
        self
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterators) = self.iterators.get().filter(|_| self.count > 0) else { return Ok(None) };
        if let [first, second] = iterators.items() {
            let Some(first) = first.next()? else { return Ok(None) };
            let Some(second) = second.next()? else { return Ok(None) };
            return self.result.give([first, second]).map(Some);
        }
        let mut items = Vec::with_capacity(iterators.items().len());
        for iterator in iterators.items() {
            match iterator.next()? {
                Some(item) => items.push(item),
                None => return Ok(None),
            }
        }
        self.result.give_all(items).map(Some)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        (self.class(), self.iterators.get()).into_object()
    }
}
