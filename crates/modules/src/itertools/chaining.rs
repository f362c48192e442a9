//! Iterators that join or combine: `accumulate`, `chain`, `starmap`, `zip_longest`.

use std::cell::Cell;

use super::selecting::SLICE_ITERATOR;
use super::*;

/// `accumulateobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Accumulate {
    base: Object,
    total: Field,
    iterator: Field,
    /// Null for addition.
    function: Field,
    /// The initial value, until it is given.
    initial: Field,
}

/// Running totals: the first element, then each result of func for the last total and the next element.
///
/// Without func they are sums. A total given as initial comes first.
#[class(
    name = "accumulate",
    module = "itertools",
    flags = BASETYPE,
    signature = "(iterable, func=None, *, initial=None)",
    generic_getattro
)]
impl Accumulate {
    #[slot(tp_new, "(iterable, func=None, *, initial=None)")]
    fn make(
        class: &Type,
        iterable: &Object,
        func: NoneOr<&Object>,
        initial: NoneOr<&Object>,
    ) -> Result<Ref<Accumulate>> {
        let iterator = iterable.iter()?;
        Ref::new_in(
            class,
            Accumulate {
                base: Object::header(),
                total: Field::null(),
                iterator: Field::new(Some(iterator)),
                function: Field::new(func.0.map(Object::to_ref)),
                initial: Field::new(initial.0.map(Object::to_ref)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Accumulate {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        if let Some(initial) = self.initial.take() {
            self.total.set(Some(initial.clone()));
            return Ok(Some(initial));
        }
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let Some(item) = iterator.next()? else { return Ok(None) };
        let total = match (self.total.get(), self.function.get()) {
            (None, _) => item,
            (Some(total), None) => total.add(&item)?,
            (Some(total), Some(function)) => function.call(&[&total, &item])?,
        };
        self.total.set(Some(total.clone()));
        Ok(Some(total))
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let (iterator, function) = (present(&self.iterator), present(&self.function));
        let preceded = |first: Ref| {
            let first = Tuple::new([first])?;
            CHAIN.as_object().call(&[&first, &iterator])
        };
        if let Some(initial) = self.initial.get() {
            return Tuple::new([class_of(self), pair(preceded(initial)?, function)?, none()]);
        }
        match self.total.get() {
            // None as a state means that there is no total.
            Some(total) if total.is_none() => {
                let preceded = preceded(total)?;
                let again = ACCUMULATE.as_object().call(&[&preceded, &function])?;
                let arguments = Tuple::new([again, Int::one().into_object(), none()])?;
                Tuple::new([SLICE_ITERATOR.to_ref().into_object(), arguments.into_object()])
            }
            total => Tuple::new([class_of(self), pair(iterator, function)?, total.unwrap_or_else(none)]),
        }
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) {
        self.total.set(Some(state.to_ref()));
    }
}

/// `chainobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Chain {
    base: Object,
    /// The iterator over the iterables; null at the end.
    source: Field,
    /// The one at work.
    active: Field,
}

impl Chain {
    fn over(class: &Type, source: Ref) -> Result<Ref<Chain>> {
        Ref::new_in(
            class,
            Chain { base: Object::header(), source: Field::new(Some(source)), active: Field::null() },
        )
    }
}

/// chain(*iterables) --> chain object
///
/// Joins iterables end to end: each is taken up when the one before it has
/// nothing left.
#[class(name = "chain", module = "itertools", flags = BASETYPE, generic_getattro)]
impl Chain {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Chain>> {
        if class.is(&CHAIN) && kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            bail!(TypeError, "chain() takes no keyword arguments");
        }
        Chain::over(class, args.iter()?)
    }

    /// Like chain(), but the iterables are themselves taken from an iterable, each only when its turn comes.
    #[classmethod("(iterable, /)")]
    fn from_iterable(class: &Type, iterable: &Object) -> Result<Ref<Chain>> {
        Chain::over(class, iterable.iter()?)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Chain {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        loop {
            let active = match self.active.get() {
                Some(active) => active,
                None => {
                    let Some(source) = self.source.get() else { return Ok(None) };
                    let begun = source.next().and_then(|iterable| iterable.map(|it| it.iter()).transpose());
                    let Ok(Some(iterator)) = begun else {
                        self.source.set(None);
                        return begun;
                    };
                    self.active.set(Some(iterator.clone()));
                    iterator
                }
            };
            if let Some(item) = active.next()? {
                return Ok(Some(item));
            }
            self.active.set(None);
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let state = match (self.source.get(), self.active.get()) {
            (Some(source), Some(active)) => pair(source, active)?,
            (Some(source), None) => Tuple::new([source])?.into_object(),
            (None, _) => return Tuple::new([class_of(self), empty_tuple()]),
        };
        Tuple::new([class_of(self), empty_tuple(), state])
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let (source, active) = match state_tuple(state)? {
            [source] => (source, None),
            [source, active] => (source, Some(active)),
            parts => return Err(wrong_state(parts, 1, 2)),
        };
        if !source.is_iterator() || active.is_some_and(|active| !active.is_iterator()) {
            bail!(TypeError, "Arguments must be iterators.");
        }
        self.source.set(Some(source.clone()));
        self.active.set(active.cloned());
        Ok(())
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }
}

/// `starmapobject`.
#[repr(C)]
#[derive(Trace)]
pub struct StarMap {
    base: Object,
    function: Field,
    iterator: Field,
}

/// Call function once for each element, which is the tuple of its arguments, and give the results.
#[class(
    name = "starmap",
    module = "itertools",
    flags = BASETYPE,
    signature = "(function, iterable, /)",
    generic_getattro
)]
impl StarMap {
    #[slot(tp_new, "(function, iterable, /)")]
    fn make(class: &Type, function: &Object, iterable: &Object) -> Result<Ref<StarMap>> {
        let iterator = iterable.iter()?;
        Ref::new_in(
            class,
            StarMap {
                base: Object::header(),
                function: Field::new(Some(function.to_ref())),
                iterator: Field::new(Some(iterator)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &StarMap {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        let Some(arguments) = iterator.next()? else { return Ok(None) };
        let arguments = arguments.collect_tuple()?;
        present(&self.function).call_dict(&arguments, None).map(Some)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        pair(class_of(self), pair(present(&self.function), present(&self.iterator))?)
    }
}

/// `ziplongestobject`.
#[repr(C)]
#[derive(Trace)]
pub struct ZipLongest {
    base: Object,
    length: Cell<usize>,
    /// How many iterators are not at their end.
    active: Cell<usize>,
    /// A list of iterators, and `None` for those at their end.
    iterators: Field<List>,
    result: SpareTuple,
    fill: Field,
}

/// zip_longest(iter1 [,iter2 [...]], [fillvalue=None]) --> zip_longest object
///
/// Return a zip_longest object whose .__next__() method returns a tuple where
/// the i-th element comes from the i-th iterable argument.  It goes on until the
/// longest of them is exhausted, and then raises StopIteration.  In the place of
/// elements of those that are exhausted before, there is the fillvalue,
/// which is None unless it is given as a keyword argument.
#[class(name = "zip_longest", module = "itertools", flags = BASETYPE, generic_getattro)]
impl ZipLongest {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<ZipLongest>> {
        let mut fill = none();
        if let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) {
            match kwargs.get(intern!("fillvalue"))? {
                Some(value) if kwargs.len() == 1 => fill = value,
                _ => bail!(TypeError, "zip_longest() got an unexpected keyword argument"),
            }
        }
        let iterators = args.items().iter().map(|iterable| iterable.iter()).collect::<Result<Vec<Ref>>>()?;
        Ref::new_in(
            class,
            ZipLongest {
                base: Object::header(),
                length: Cell::new(iterators.len()),
                active: Cell::new(iterators.len()),
                iterators: Field::new(Some(List::from_vec(iterators))),
                result: SpareTuple::none(),
                fill: Field::new(Some(fill)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &ZipLongest {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(iterators) = self.iterators.get().filter(|_| self.active.get() > 0) else { return Ok(None) };
        let mut items = Vec::with_capacity(self.length.get());
        for index in 0..self.length.get() {
            let iterator = iterators.get(index).filter(|iterator| !iterator.is_none());
            let item = match iterator.map(|iterator| iterator.next()) {
                None => present(&self.fill),
                Some(Ok(Some(item))) => item,
                Some(Ok(None)) => {
                    self.active.set(self.active.get().saturating_sub(1));
                    if self.active.get() == 0 {
                        return Ok(None);
                    }
                    iterators.set(index, none());
                    present(&self.fill)
                }
                Some(Err(raised)) => {
                    self.active.set(0);
                    return Err(raised);
                }
            };
            items.push(item);
        }
        self.result.give_all(items).map(Some)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let iterators = self.iterators.get().map_or_else(Vec::new, |iterators| iterators.to_vec());
        let iterators = iterators.into_iter().map(|it| if it.is_none() { empty_tuple() } else { it });
        let iterators = Tuple::new(iterators.collect::<Vec<_>>())?.into_object();
        Tuple::new([class_of(self), iterators, present(&self.fill)])
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) {
        self.fill.set(Some(state.to_ref()));
    }
}
