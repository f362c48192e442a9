//! `_bisect`: searching and inserting in sorted sequences.

use objects::prelude::*;

pub use _bisect::{DEFINITION, initialize};

/// Search of sorted lists in steps that halve the range.
///
/// A new item is put in its place by few comparisons: this keeps a list
/// sorted for less than sorting it again after each change costs.
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
            _ => Ok((lo, a.sequence_length()?)),
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

    /// The index at which x, put into the sorted list a, is behind all items equal to it.
    ///
    /// So items before that index are at most x, and those from there on larger. With lo
    /// and hi, only the slice of a that they bound is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn bisect_right(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<isize> {
        right(a, x, bounds(a, lo, hi)?)
    }

    /// The index at which x, put into the sorted list a, is before all items equal to it.
    ///
    /// So items before that index are less than x, and those from there on at least x. With
    /// lo and hi, only the slice of a that they bound is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn bisect_left(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<isize> {
        left(a, x, bounds(a, lo, hi)?)
    }

    /// Put x into the sorted list a where it belongs, behind all items equal to it.
    ///
    /// With lo and hi, only the slice of a that they bound is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn insort_right(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<()> {
        insert(a, x, right(a, x, bounds(a, lo, hi)?)?)
    }

    /// Put x into the sorted list a where it belongs, before all items equal to it.
    ///
    /// With lo and hi, only the slice of a that they bound is searched.
    #[function("(a, x, lo=0, hi=None)")]
    fn insort_left(a: &Object, x: &Object, lo: isize, hi: NoneOr<isize>) -> Result<()> {
        insert(a, x, left(a, x, bounds(a, lo, hi)?)?)
    }
}
