//! `map`: what a function gives for the items of iterables.

use crate::prelude::*;

/// `mapobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Map {
    base: Object,
    iterators: Field<Tuple>,
    function: Field,
}

/// map(func, *iterables) --> map object
///
/// Iterate over the results of func, called with an item of each of the
/// iterables. The shortest iterable ends the iteration.
#[class(name = "map", symbol = "PyMap_Type", flags = BASETYPE, generic_getattro)]
impl Map {
    #[slot(tp_new, "(*arguments)")]
    fn new(class: &Type, arguments: &[&Object]) -> Result<Ref<Map>> {
        let [function, iterables @ ..] = arguments else {
            bail!(TypeError, "map() must have at least two arguments.");
        };
        if iterables.is_empty() {
            bail!(TypeError, "map() must have at least two arguments.");
        }
        let iterators = iterables.iter().map(|iterable| iterable.iter()).collect::<Result<Vec<_>>>()?;
        let value = Map {
            base: Object::header(),
            iterators: Field::new(Some(Tuple::new(iterators)?)),
            function: Field::new(Some(function.to_ref())),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> &Map {
        self
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let (Some(iterators), Some(function)) = (self.iterators.get(), self.function.get()) else {
            return Ok(None);
        };
        if let [iterator] = iterators.items() {
            return match iterator.next()? {
                Some(item) => function.call1(&item).map(Some),
                None => Ok(None),
            };
        }
        let mut items = Vec::with_capacity(iterators.items().len());
        for iterator in iterators.items() {
            match iterator.next()? {
                Some(item) => items.push(item),
                None => return Ok(None),
            }
        }
        function.call(Ref::slice(&items)).map(Some)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let iterators = self.iterators.get();
        let iterators = iterators.iter().flat_map(|iterators| iterators.items()).cloned();
        let arguments: Vec<Ref> = self.function.get().into_iter().chain(iterators).collect();
        (self.class(), Tuple::new(arguments)?).into_object()
    }
}
