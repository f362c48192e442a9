//! `product`, `combinations`, `combinations_with_replacement`, `permutations`.

use std::cell::Cell;

use super::*;

/// Positions in a pool, taken out while they are worked on.
type Indices = Cell<Option<Box<Vec<usize>>>>;

fn indices(values: Vec<usize>) -> Indices {
    Cell::new(Some(Box::new(values)))
}

fn with_indices<T>(cell: &Indices, work: impl FnOnce(&mut Vec<usize>) -> T) -> T {
    let mut values = cell.take().unwrap_or_default();
    let result = work(&mut values);
    cell.set(Some(values));
    result
}

fn index_tuple(cell: &Indices) -> Result<Ref> {
    let numbers = with_indices(cell, |values| values.clone());
    Tuple::new(numbers.into_iter().map(|index| Int::from_usize(index).into_object())).map(Ref::into_object)
}

/// The numbers of a pickled state, of which there have to be `count`.
fn state_numbers(state: &Object, count: usize) -> Result<Vec<isize>> {
    match state.downcast::<Tuple>() {
        Some(tuple) if tuple.len() == count => tuple.items().iter().map(|item| item.as_isize()).collect(),
        _ => Err(raise!(ValueError, "invalid arguments")),
    }
}

fn clamp(number: isize, most: usize) -> usize {
    (number.max(0) as usize).min(most)
}

/// The items of a pool at some positions.
fn pick(last: &SpareTuple, pool: &Tuple, places: &[usize]) -> Result<Ref<Tuple>> {
    let items = pool.items();
    last.give_all(places.iter().map(|&place| items[place].clone()).collect())
}

fn size_with(object: &Object, words: usize) -> usize {
    object.class().tp_basicsize.get() as usize + words * size_of::<usize>()
}

/// `productobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Product {
    base: Object,
    /// A tuple of tuples.
    pools: Field<Tuple>,
    #[trace(skip)]
    indices: Indices,
    /// The last result; null before the first.
    result: SpareTuple,
    is_done: Cell<bool>,
}

impl Product {
    fn pools(&self) -> Ref<Tuple> {
        self.pools.get().unwrap_or_else(Tuple::empty)
    }

    fn build(&self, places: &[usize]) -> Result<Ref<Tuple>> {
        let pools = self.pools();
        let items = pools.items().iter().zip(places).filter_map(|(pool, &place)| {
            pool.downcast::<Tuple>().and_then(|pool| pool.items().get(place)).cloned()
        });
        self.result.give_all(items.collect())
    }

    fn pool_lengths(&self) -> Vec<usize> {
        let length = |pool: &Ref| pool.downcast::<Tuple>().map_or(0, Tuple::len);
        self.pools().items().iter().map(length).collect()
    }

    /// Moves on to the next positions; whether there are any.
    fn advance(&self) -> bool {
        let lengths = self.pool_lengths();
        with_indices(&self.indices, |places| {
            for (place, &length) in places.iter_mut().zip(&lengths).rev() {
                *place += 1;
                if *place < length {
                    return true;
                }
                *place = 0;
            }
            false
        })
    }
}

/// product(*iterables, repeat=1) --> product object
///
/// Cartesian product of input iterables.  Equivalent to nested for-loops.
///
/// product(A, B) returns the same as:  ((x,y) for x in A for y in B): the leftmost
/// iterable is the outermost loop, and the rightmost element changes every time.
///
/// repeat is the number of times that all the iterables are taken:
/// product(A, repeat=4) means the same as product(A, A, A, A).
///
/// product('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)
/// product((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...
#[class(name = "product", module = "itertools", flags = BASETYPE, generic_getattro)]
impl Product {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Product>> {
        let mut repeat = 1;
        if let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) {
            if kwargs.len() > 1 {
                bail!(TypeError, "product() takes at most 1 keyword argument ({} given)", kwargs.len());
            }
            let mut position = 0;
            while let Some((name, value)) = kwargs.next(&mut position) {
                match name.downcast::<Str>() {
                    Some(name) if name.equals_text("repeat") => repeat = value.as_isize()?,
                    _ => bail!(TypeError, "'{}' is an invalid keyword argument for product()", name.str()?),
                }
            }
        }
        let Ok(repeat) = usize::try_from(repeat) else {
            bail!(ValueError, "repeat argument cannot be negative");
        };
        if args.len().checked_mul(repeat).is_none_or(|count| count > isize::MAX as usize / 8) {
            bail!(OverflowError, "repeat argument too large");
        }
        let pools = match repeat {
            0 => Vec::new(),
            _ => args.items().iter().map(|it| it.collect_tuple()).collect::<Result<Vec<_>>>()?,
        };
        let mut repeated = Vec::new();
        if repeated.try_reserve_exact(pools.len() * repeat).is_err() {
            bail!(MemoryError);
        }
        for _ in 0..repeat {
            repeated.extend(pools.iter().map(|pool| pool.clone().into_object()));
        }
        let count = repeated.len();
        Ref::new_in(
            class,
            Product {
                base: Object::header(),
                pools: Field::new(Some(Tuple::new(repeated)?)),
                indices: indices(vec![0; count]),
                result: SpareTuple::none(),
                is_done: Cell::new(false),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Product {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Tuple>>> {
        if self.is_done.get() {
            return Ok(None);
        }
        let has_next = match self.result.is_none() {
            true => self.pool_lengths().iter().all(|&length| length > 0),
            false => self.advance(),
        };
        if !has_next {
            self.is_done.set(true);
            return Ok(None);
        }
        with_indices(&self.indices, |places| self.build(places)).map(Some)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        if self.is_done.get() {
            return pair(class_of(self), Tuple::new([empty_tuple()])?.into_object());
        }
        let pools = self.pools().into_object();
        match self.result.is_none() {
            true => pair(class_of(self), pools),
            false => Tuple::new([class_of(self), pools, index_tuple(&self.indices)?]).map(Ref::into_object),
        }
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let lengths = self.pool_lengths();
        let numbers = state_numbers(state, lengths.len())?;
        if lengths.contains(&0) {
            self.is_done.set(true);
            return Ok(());
        }
        let places: Vec<usize> =
            numbers.iter().zip(&lengths).map(|(&number, &length)| clamp(number, length - 1)).collect();
        self.build(&places)?;
        self.indices.set(Some(Box::new(places)));
        Ok(())
    }

    /// Returns size in memory, in bytes.
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        size_with(self, self.pools().len())
    }
}

/// What the selections from one pool have in common.
macro_rules! selections {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: Object,
                pool: Field<Tuple>,
                #[trace(skip)]
                indices: Indices,
                /// The last result; null before the first.
                result: SpareTuple,
                length: usize,
                is_done: Cell<bool>,
            }

            impl $name {
                fn over(class: &Type, iterable: &Object, length: isize, can_be: fn(usize, usize) -> bool, start: fn(usize) -> Vec<usize>) -> Result<Ref<$name>> {
                    let pool = iterable.collect_tuple()?;
                    let Ok(length) = usize::try_from(length) else {
                        bail!(ValueError, "r must be non-negative");
                    };
                    let is_done = !can_be(pool.len(), length);
                    if length > isize::MAX as usize / 8 {
                        bail!(MemoryError);
                    }
                    let places = if is_done { Vec::new() } else { start(length) };
                    Ref::new_in(
                        class,
                        $name {
                            base: Object::header(),
                            pool: Field::new(Some(pool)),
                            indices: indices(places),
                            result: SpareTuple::none(),
                            length,
                            is_done: Cell::new(is_done),
                        },
                    )
                }

                fn pool(&self) -> Ref<Tuple> {
                    self.pool.get().unwrap_or_else(Tuple::empty)
                }

                fn next_selection(&self, advance: fn(&mut [usize], usize) -> bool) -> Result<Option<Ref<Tuple>>> {
                    if self.is_done.get() {
                        return Ok(None);
                    }
                    let pool = self.pool();
                    let is_first = self.result.is_none();
                    let selection = with_indices(&self.indices, |places| {
                        match is_first || advance(places, pool.len()) {
                            true => pick(&self.result, &pool, places).map(Some),
                            false => Ok(None),
                        }
                    })?;
                    self.is_done.set(selection.is_none());
                    Ok(selection)
                }

                fn reduce_selection(&self) -> Result<Ref> {
                    let length = Int::from_usize(self.length).into_object();
                    if self.is_done.get() {
                        return pair(class_of(self), pair(empty_tuple(), length)?);
                    }
                    let arguments = pair(self.pool().into_object(), length)?;
                    match self.result.is_none() {
                        true => pair(class_of(self), arguments),
                        false => Tuple::new([class_of(self), arguments, index_tuple(&self.indices)?])
                            .map(Ref::into_object),
                    }
                }

                fn set_places(&self, places: Vec<usize>) -> Result<()> {
                    pick(&self.result, &self.pool(), &places)?;
                    self.indices.set(Some(Box::new(places)));
                    Ok(())
                }
            }
        )*
    };
}

selections! {
    /// `combinationsobject`.
    Combinations;
    /// `cwrobject`.
    CombinationsWithReplacement;
}

/// Every way to choose r elements of the iterable, each as a tuple in which they keep their order.
///
/// combinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)
#[class(
    name = "combinations",
    module = "itertools",
    flags = BASETYPE,
    signature = "(iterable, r)",
    generic_getattro
)]
impl Combinations {
    #[slot(tp_new, "(iterable, r)")]
    fn make(class: &Type, iterable: &Object, r: isize) -> Result<Ref<Combinations>> {
        Combinations::over(
            class,
            iterable,
            r,
            |items, length| length <= items,
            |length| (0..length).collect(),
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Combinations {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Tuple>>> {
        self.next_selection(|places, items| {
            let length = places.len();
            // The rightmost place that is not at its end moves on; those behind it follow it closely.
            let Some(moving) = (0..length).rfind(|&i| places[i] != i + items - length) else { return false };
            let first = places[moving] + 1;
            places[moving..].iter_mut().zip(first..).for_each(|(place, value)| *place = value);
            true
        })
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        self.reduce_selection()
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let numbers = state_numbers(state, self.length)?;
        let items = self.pool().len();
        if self.length > items {
            return Ok(());
        }
        let places = numbers.iter().enumerate().map(|(i, &number)| clamp(number, i + items - self.length));
        self.set_places(places.collect())
    }

    /// Returns size in memory, in bytes.
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        size_with(self, self.length)
    }
}

/// Every way to choose r elements of the iterable when each may be chosen any number of times.
///
/// combinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')
#[class(
    name = "combinations_with_replacement",
    module = "itertools",
    flags = BASETYPE,
    signature = "(iterable, r)",
    generic_getattro
)]
impl CombinationsWithReplacement {
    #[slot(tp_new, "(iterable, r)")]
    fn make(class: &Type, iterable: &Object, r: isize) -> Result<Ref<CombinationsWithReplacement>> {
        memory::expect_room(usize::try_from(r).unwrap_or(0).saturating_mul(size_of::<usize>()))?;
        CombinationsWithReplacement::over(
            class,
            iterable,
            r,
            |items, length| items > 0 || length == 0,
            |length| vec![0; length],
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &CombinationsWithReplacement {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Tuple>>> {
        self.next_selection(|places, items| {
            let Some(moving) = places.iter().rposition(|&place| place != items - 1) else { return false };
            let value = places[moving] + 1;
            places[moving..].fill(value);
            true
        })
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        self.reduce_selection()
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let numbers = state_numbers(state, self.length)?;
        let items = self.pool().len();
        if items == 0 && self.length > 0 {
            return Ok(());
        }
        self.set_places(numbers.iter().map(|&number| clamp(number, items.saturating_sub(1))).collect())
    }

    /// Returns size in memory, in bytes.
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        size_with(self, self.length)
    }
}

/// `permutationsobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Permutations {
    base: Object,
    pool: Field<Tuple>,
    #[trace(skip)]
    indices: Indices,
    /// For each of the places in a result, how many items it has still to see.
    #[trace(skip)]
    cycles: Indices,
    /// The last result; null before the first.
    result: SpareTuple,
    length: usize,
    is_done: Cell<bool>,
}

impl Permutations {
    fn pool(&self) -> Ref<Tuple> {
        self.pool.get().unwrap_or_else(Tuple::empty)
    }

    fn pick(&self) -> Result<Ref<Tuple>> {
        let pool = self.pool();
        with_indices(&self.indices, |places| pick(&self.result, &pool, &places[..self.length]))
    }

    /// Moves on to the next arrangement; whether there is one.
    fn advance(&self) -> bool {
        with_indices(&self.indices, |places| {
            with_indices(&self.cycles, |cycles| {
                for i in (0..self.length).rev() {
                    cycles[i] -= 1;
                    if cycles[i] > 0 {
                        let last = places.len() - cycles[i];
                        places.swap(i, last);
                        return true;
                    }
                    places[i..].rotate_left(1);
                    cycles[i] = places.len() - i;
                }
                false
            })
        })
    }
}

/// Every way to put r elements of the iterable in a row, each as a tuple; without r, all of them are used.
///
/// permutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)
#[class(
    name = "permutations",
    module = "itertools",
    flags = BASETYPE,
    signature = "(iterable, r=None)",
    generic_getattro
)]
impl Permutations {
    #[slot(tp_new, "(iterable, r=None)")]
    fn make(class: &Type, iterable: &Object, r: Option<&Object>) -> Result<Ref<Permutations>> {
        let pool = iterable.collect_tuple()?;
        let items = pool.len();
        let length = match r.filter(|r| !r.is_none()) {
            None => items as isize,
            Some(r) if r.downcast::<Int>().is_none() => bail!(TypeError, "Expected int as r"),
            Some(r) => r.as_isize()?,
        };
        let Ok(length) = usize::try_from(length) else {
            bail!(ValueError, "r must be non-negative");
        };
        let cycles = (0..length.min(items)).map(|i| items - i).collect();
        Ref::new_in(
            class,
            Permutations {
                base: Object::header(),
                pool: Field::new(Some(pool)),
                indices: indices((0..items).collect()),
                cycles: indices(cycles),
                result: SpareTuple::none(),
                length,
                is_done: Cell::new(length > items),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Permutations {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Tuple>>> {
        if self.is_done.get() {
            return Ok(None);
        }
        if self.result.is_none() || self.advance() {
            return self.pick().map(Some);
        }
        self.is_done.set(true);
        Ok(None)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let length = Int::from_usize(self.length).into_object();
        if self.is_done.get() {
            return pair(class_of(self), pair(empty_tuple(), length)?);
        }
        let arguments = pair(self.pool().into_object(), length)?;
        if self.result.is_none() {
            return pair(class_of(self), arguments);
        }
        let state = pair(index_tuple(&self.indices)?, index_tuple(&self.cycles)?)?;
        Tuple::new([class_of(self), arguments, state]).map(Ref::into_object)
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let parts = state_tuple(state)?;
        let [places, cycles] = parts else { return Err(wrong_state(parts, 2, 2)) };
        for (part, number) in parts.iter().zip(1..) {
            if part.downcast::<Tuple>().is_none() {
                bail!(
                    TypeError,
                    "argument {number} must be tuple, not {}",
                    objects::arguments::described(part)
                );
            }
        }
        let items = self.pool().len();
        let places = state_numbers(places, items)?;
        let cycles = state_numbers(cycles, self.length)?;
        if self.is_done.get() {
            return Ok(());
        }
        let places = places.into_iter().map(|place| clamp(place, items.saturating_sub(1))).collect();
        let cycles =
            cycles.into_iter().enumerate().map(|(i, cycle)| clamp(cycle, items - i).max(1)).collect();
        self.indices.set(Some(Box::new(places)));
        self.cycles.set(Some(Box::new(cycles)));
        self.pick().map(drop)
    }

    /// Returns size in memory, in bytes.
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        size_with(self, self.pool().len() + self.length)
    }
}
