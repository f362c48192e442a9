//! `filter`: the items of an iterable that a function finds true.

use crate::prelude::*;

/// `filterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Filter {
    base: Object,
    function: Field,
    iterator: Field,
}

/// filter(function or None, iterable) --> filter object
///
/// Iterate over the items for which function(item) is true; with None as the
/// function, over the items that are true themselves.
#[class(name = "filter", symbol = "PyFilter_Type", flags = BASETYPE, generic_getattro)]
impl Filter {
    #[slot(tp_new, "(function, iterable, /)")]
    fn new(class: &Type, function: &Object, iterable: &Object) -> Result<Ref<Filter>> {
        let value = Filter {
            base: Object::header(),
            function: Field::new(Some(function.to_ref())),
            iterator: Field::new(Some(iterable.iter()?)),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> &Filter {
        self
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let (Some(iterator), Some(function)) = (self.iterator.get(), self.function.get()) else {
            return Ok(None);
        };
        let by_truth = function.is_none() || function.is(Object::as_object(&crate::bool::BOOL));
        while let Some(item) = iterator.next()? {
            let accepted = match by_truth {
                true => item.is_true()?,
                false => function.call1(&item)?.is_true()?,
            };
            if accepted {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        (self.class(), (self.function.get(), self.iterator.get())).into_object()
    }
}
