//! Iterators that leave items out: `compress`, `dropwhile`, `takewhile`, `filterfalse`, `islice`.

use std::cell::Cell;

use objects::arguments::PlainIndex;

use super::*;

/// `compressobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Compress {
    base: Object,
    data: Field,
    selectors: Field,
}

/// Return data elements corresponding to true selector elements.
///
/// The iterator is shorter than the data by those whose selector is false.
#[class(
    name = "compress",
    module = "itertools",
    flags = BASETYPE,
    signature = "(data, selectors)",
    generic_getattro
)]
impl Compress {
    #[slot(tp_new, "(data, selectors)")]
    fn make(class: &Type, data: &Object, selectors: &Object) -> Result<Ref<Compress>> {
        let (data, selectors) = (data.iter()?, selectors.iter()?);
        Ref::new_in(
            class,
            Compress {
                base: Object::header(),
                data: Field::new(Some(data)),
                selectors: Field::new(Some(selectors)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Compress {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let (Some(data), Some(selectors)) = (self.data.get(), self.selectors.get()) else { return Ok(None) };
        loop {
            let Some(item) = data.next()? else { return Ok(None) };
            let Some(selector) = selectors.next()? else { return Ok(None) };
            if selector.is_true()? {
                return Ok(Some(item));
            }
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        pair(class_of(self), pair(present(&self.data), present(&self.selectors))?)
    }
}

/// A function, an iterator, and whether the function has had its say.
macro_rules! predicated {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: Object,
                function: Field,
                iterator: Field,
                is_done: Cell<bool>,
            }

            impl $name {
                fn over(class: &Type, function: &Object, iterable: &Object) -> Result<Ref<$name>> {
                    let iterator = iterable.iter()?;
                    Ref::new_in(
                        class,
                        $name {
                            base: Object::header(),
                            function: Field::new(Some(function.to_ref())),
                            iterator: Field::new(Some(iterator)),
                            is_done: Cell::new(false),
                        },
                    )
                }

                fn reduce_with_state(&self) -> Result<Ref<Tuple>> {
                    let arguments = pair(present(&self.function), present(&self.iterator))?;
                    Tuple::new([class_of(self), arguments, Int::new(self.is_done.get().into()).into_object()])
                }
            }
        )*
    };
}

predicated! {
    /// `dropwhileobject`.
    DropWhile;
    /// `takewhileobject`.
    TakeWhile;
}

/// Skips elements as long as predicate(element) is true.
///
/// From the first for which it is false everything is given, and predicate is
/// called no more.
#[class(
    name = "dropwhile",
    module = "itertools",
    flags = BASETYPE,
    signature = "(predicate, iterable, /)",
    generic_getattro
)]
impl DropWhile {
    #[slot(tp_new, "(predicate, iterable, /)")]
    fn make(class: &Type, predicate: &Object, iterable: &Object) -> Result<Ref<DropWhile>> {
        DropWhile::over(class, predicate, iterable)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &DropWhile {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        while let Some(item) = iterator.next()? {
            if self.is_done.get() || !present(&self.function).call1(&item)?.is_true()? {
                self.is_done.set(true);
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.reduce_with_state()
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: bool) {
        self.is_done.set(state);
    }
}

/// Gives elements up to, but without, the first for which predicate(element) is false.
#[class(
    name = "takewhile",
    module = "itertools",
    flags = BASETYPE,
    signature = "(predicate, iterable, /)",
    generic_getattro
)]
impl TakeWhile {
    #[slot(tp_new, "(predicate, iterable, /)")]
    fn make(class: &Type, predicate: &Object, iterable: &Object) -> Result<Ref<TakeWhile>> {
        TakeWhile::over(class, predicate, iterable)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &TakeWhile {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(iterator) = self.iterator.get().filter(|_| !self.is_done.get()) else { return Ok(None) };
        let Some(item) = iterator.next()? else { return Ok(None) };
        if present(&self.function).call1(&item)?.is_true()? {
            return Ok(Some(item));
        }
        self.is_done.set(true);
        Ok(None)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.reduce_with_state()
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: bool) {
        self.is_done.set(state);
    }
}

/// `filterfalseobject`.
#[repr(C)]
#[derive(Trace)]
pub struct FilterFalse {
    base: Object,
    function: Field,
    iterator: Field,
}

/// Gives only the elements for which function(element) is false.
///
/// With None as the function, the elements must be false themselves.
#[class(
    name = "filterfalse",
    module = "itertools",
    flags = BASETYPE,
    signature = "(function, iterable, /)",
    generic_getattro
)]
impl FilterFalse {
    #[slot(tp_new, "(function, iterable, /)")]
    fn make(class: &Type, function: &Object, iterable: &Object) -> Result<Ref<FilterFalse>> {
        let iterator = iterable.iter()?;
        Ref::new_in(
            class,
            FilterFalse {
                base: Object::header(),
                function: Field::new(Some(function.to_ref())),
                iterator: Field::new(Some(iterator)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &FilterFalse {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let (Some(function), Some(iterator)) = (self.function.get(), self.iterator.get()) else {
            return Ok(None);
        };
        let by_truth = function.is_none() || function.is(&objects::bool::BOOL);
        while let Some(item) = iterator.next()? {
            let holds = if by_truth { item.is_true()? } else { function.call1(&item)?.is_true()? };
            if !holds {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        pair(class_of(self), pair(present(&self.function), present(&self.iterator))?)
    }
}

/// `isliceobject`.
#[repr(C)]
#[derive(Trace)]
pub struct SliceIterator {
    base: Object,
    /// Null once it is at the end.
    iterator: Field,
    /// The index of the next item to give.
    next: Cell<isize>,
    /// -1 for no end.
    stop: Cell<isize>,
    step: Cell<isize>,
    /// How many items of the iterator were taken.
    taken: Cell<isize>,
}

/// A bound of a slice: none, or a number that is not negative; nothing where it is neither.
fn bound(argument: &Object) -> Option<Option<isize>> {
    if argument.is_none() {
        return Some(None);
    }
    match argument.as_isize() {
        Ok(bound) => (bound >= 0).then_some(Some(bound)),
        Err(raised) => {
            raised.clear();
            None
        }
    }
}

/// islice(iterable, stop) --> islice object
/// islice(iterable, start, stop[, step]) --> islice object
///
/// Return an iterator whose next() method returns selected values from an
/// iterable.  Those before start, 0 if it is not given, are skipped; from there on
/// step, which defaults to one, is the distance from one value to the next.
/// It works as a slice of a list does, but returns an iterator.
#[class(name = "islice", module = "itertools", flags = BASETYPE, generic_getattro)]
impl SliceIterator {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<SliceIterator>> {
        if class.is(&SLICE_ITERATOR) && kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            bail!(TypeError, "islice() takes no keyword arguments");
        }
        let nothing = none_object();
        let (iterable, start, stop, step) = match *args.as_slice() {
            [iterable, stop] => (iterable, None, stop, nothing),
            [iterable, start, stop] => (iterable, Some(start), stop, nothing),
            [iterable, start, stop, step] => (iterable, Some(start), stop, step),
            ref few if few.len() < 2 => {
                bail!(TypeError, "islice expected at least 2 arguments, got {}", few.len())
            }
            ref many => bail!(TypeError, "islice expected at most 4 arguments, got {}", many.len()),
        };
        let bounds = (bound(start.unwrap_or(nothing)), bound(stop));
        let (Some(first), Some(last)) = bounds else {
            bail!(
                ValueError,
                "{} for islice() must be None or an integer: 0 <= x <= sys.maxsize.",
                if start.is_none() || bounds.1.is_none() { "Stop argument" } else { "Indices" }
            );
        };
        let Some(step) = bound(step).map(|step| step.unwrap_or(1)).filter(|&step| step > 0) else {
            bail!(ValueError, "Step for islice() must be a positive integer or None.");
        };
        let iterator = iterable.iter()?;
        Ref::new_in(
            class,
            SliceIterator {
                base: Object::header(),
                iterator: Field::new(Some(iterator)),
                next: Cell::new(first.unwrap_or(0)),
                stop: Cell::new(last.unwrap_or(-1)),
                step: Cell::new(step),
                taken: Cell::new(0),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &SliceIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let (next, stop) = (self.next.get(), self.stop.get());
        while self.taken.get() < next {
            if iterator.next()?.is_none() {
                self.iterator.set(None);
                return Ok(None);
            }
            self.taken.set(self.taken.get() + 1);
        }
        let item = match stop != -1 && self.taken.get() >= stop {
            true => None,
            false => iterator.next()?,
        };
        if item.is_none() {
            self.iterator.set(None);
            return Ok(None);
        }
        self.taken.set(self.taken.get() + 1);
        let following =
            next.checked_add(self.step.get()).filter(|&following| stop == -1 || following <= stop);
        self.next.set(following.unwrap_or(stop));
        Ok(item)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let number = |number: isize| Int::from_isize(number).into_object();
        let Some(iterator) = self.iterator.get() else {
            let arguments = pair(List::new().iter()?, number(0))?;
            return Tuple::new([class_of(self), arguments, number(0)]);
        };
        let stop = if self.stop.get() == -1 { none() } else { number(self.stop.get()) };
        let arguments = Tuple::new([iterator, number(self.next.get()), stop, number(self.step.get())])?;
        Tuple::new([class_of(self), arguments.into_object(), number(self.taken.get())])
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, PlainIndex(taken): PlainIndex) {
        self.taken.set(taken);
    }
}
