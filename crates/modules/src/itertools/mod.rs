//! `itertools`: iterators that are made of iterators.

mod chaining;
mod combinatorics;
mod grouping;
mod infinite;
mod selecting;
mod tee;

pub use itertools::{DEFINITION, initialize};

use objects::prelude::*;
use objects::spare_tuple::SpareTuple;

/// A pickled state has to be a tuple.
fn state_tuple(state: &Object) -> Result<&[Ref]> {
    match state.downcast::<Tuple>() {
        Some(tuple) => Ok(tuple.items()),
        None => Err(raise!(TypeError, "state is not a tuple")),
    }
}

/// The error of a pickled state with another number of parts than from `least` to `most`.
fn wrong_state(parts: &[Ref], least: usize, most: usize) -> Raised {
    let (bound, wanted) = match parts.len() < least {
        _ if least == most => ("exactly", least),
        true => ("at least", least),
        false => ("at most", most),
    };
    let plural = if wanted == 1 { "" } else { "s" };
    raise!(TypeError, "function takes {bound} {wanted} argument{plural} ({} given)", parts.len())
}

/// The class of an instance, for the first place of what `__reduce__` gives.
fn class_of(object: &Object) -> Ref {
    object.class().to_ref().into_object()
}

fn pair(first: Ref, second: Ref) -> Result<Ref> {
    Tuple::new([first, second]).map(Ref::into_object)
}

fn present(field: &Field) -> Ref {
    field.get().unwrap_or_else(none)
}

fn empty_tuple() -> Ref {
    Tuple::empty().into_object()
}

/// Iterators made of other iterators, each computing its elements as they are asked for.
///
/// Without an end:
/// count(start=0, step=1) --> start, start+step, start+2*step, ...
/// cycle(p) --> p0, p1, ... plast, p0, p1, ...
/// repeat(elem [,n]) --> elem, elem, elem, ... endlessly or up to n times
///
/// As long as what they take from:
/// accumulate(p[, func]) --> p0, p0+p1, p0+p1+p2
/// chain(p, q, ...) --> p0, p1, ... plast, q0, q1, ...
/// chain.from_iterable([p, q, ...]) --> p0, p1, ... plast, q0, q1, ...
/// compress(data, selectors) --> each data[i] with a true selectors[i]
/// dropwhile(pred, seq) --> seq[n], seq[n+1], ... from the first that pred is false for
/// groupby(iterable[, keyfunc]) --> (key, iterator) for each run of equal keys
/// filterfalse(pred, seq) --> each element that pred is false for
/// islice(seq, [start,] stop [, step]) --> what seq[start:stop:step] would hold
/// starmap(fun, seq) --> fun(*seq[0]), fun(*seq[1]), ...
/// tee(it, n=2) --> it1, it2, ... itn, each with all the elements
/// takewhile(pred, seq) --> seq[0], seq[1], ... up to the first that pred is false for
/// zip_longest(p, q, ...) --> (p[0], q[0]), (p[1], q[1]), ...
///
/// Choices and arrangements:
/// product(p, q, ... [repeat=1]) --> one element of each, in all ways
/// permutations(p[, r]) --> r elements in a row, in all ways
/// combinations(p, r) --> r elements, in all ways
/// combinations_with_replacement(p, r) --> the same with repetitions
#[module(
    name = "itertools",
    classes = [
        super::chaining::ACCUMULATE,
        super::combinatorics::COMBINATIONS,
        super::combinatorics::COMBINATIONS_WITH_REPLACEMENT,
        super::infinite::CYCLE,
        super::selecting::DROP_WHILE,
        super::selecting::TAKE_WHILE,
        super::selecting::SLICE_ITERATOR,
        super::chaining::STAR_MAP,
        super::chaining::CHAIN,
        super::selecting::COMPRESS,
        super::selecting::FILTER_FALSE,
        super::infinite::COUNT,
        super::chaining::ZIP_LONGEST,
        super::combinatorics::PERMUTATIONS,
        super::combinatorics::PRODUCT,
        super::infinite::REPEAT,
        super::grouping::GROUP_BY,
        super::grouping::GROUPER,
        super::tee::TEE,
        super::tee::TEE_DATA
    ]
)]
pub mod itertools {
    use objects::prelude::*;

    /// Split one iterator into a tuple of n: each gives all of its elements, at its own pace.
    #[function("(iterable, n=2, /)")]
    fn tee(iterable: &Object, n: isize) -> Result<Ref<Tuple>> {
        crate::itertools::tee::split(iterable, n)
    }
}
