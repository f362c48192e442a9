//! `_bisect`: searching and inserting in sorted sequences.

use objects::prelude::*;

pub use _bisect::{DEFINITION, initialize};

/// Bisection algorithms.
///
/// This module provides support for maintaining a list in sorted order without
/// having to sort the list after each insertion. For long lists of items with
/// expensive comparison operations, this can be an improvement over the more
/// common approach.
#[module(name = "_bisect")]
pub mod _bisect {
    use objects::prelude::*;

    /// The bounds of the search. `ValueError`.
    fn bounds(a: &Object, lo: isize, hi: NoneOr<isize>) -> Result<(isize, isize)> {
        if lo < 0 {
            bail!(ValueError, "lo must be non-negative");
        }
        match hi.0 {
            Some(hi) if hi != -1 => Ok((lo, hi)),
            _ => Ok((lo, a.length()?)),
        }
    }

    /// The first place for which `is_behind` the item there is true.
    fn search(
        a: &Object,
        (mut lo, mut hi): (isize, isize),
        is_behind: impl Fn(&Object) -> Result<bool>,
    ) -> Result<isize> {
        while lo < hi {
            let middle = ((lo as usize + hi as usize) / 2) as isize;
            let item = a.get_index(middle)?;
            match is_behind(&item)? {
                true => hi = middle,
                false => lo = middle + 1,
            }
        }
        Ok(lo)
    }

    fn right(a: &Object, x: &Object, bounds: (isize, isize)) -> Result<isize> {
        search(a, bounds, |item| x.compare_bool(item, CompareOp::Lt))
    }

    fn left(a: &Object, x: &Object, bounds: (isize, isize)) -> Result<isize> {
        search(a, bounds, |item| Ok(!item.compare_bool(x, CompareOp::Lt)?))
    }

    fn insert(a: &Object, x: &Object, index: isize) -> Result<()> {
        match a.downcast_exact::<List>() {
            Some(list) => list.insert((index as usize).min(list.len()), x.to_ref()),
            None => a.call_method(intern!("insert"), &[&Int::from_isize(index), x]).map(drop),
        }
    }

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e <= x, and all e in
    /// a[i:] have e > x: behind any items that equal x. lo and hi bound the slice of a that is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn bisect_right(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<isize> {
        right(a, x, bounds(a, lo, hi)?)
    }

    /// Return the index where to insert item x in list a, assuming a is sorted.
    ///
    /// The return value i is such that all e in a[:i] have e < x, and all e in
    /// a[i:] have e >= x: before any items that equal x. lo and hi bound the slice of a that is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn bisect_left(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<isize> {
        left(a, x, bounds(a, lo, hi)?)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the right of the rightmost x. lo and hi bound the slice of a that is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn insort_right(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<()> {
        insert(a, x, right(a, x, bounds(a, lo, hi)?)?)
    }

    /// Insert item x in list a, and keep it sorted assuming a is sorted.
    ///
    /// If x is already in a, insert it to the left of the leftmost x. lo and hi bound the slice of a that is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn insort_left(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<()> {
        insert(a, x, left(a, x, bounds(a, lo, hi)?)?)
    }
}
