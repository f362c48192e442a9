//! What lists and tuples have in common: comparing, searching, repeating.

use crate::arguments::Place;
use crate::prelude::*;

/// A position in a sequence as `index(value, start, stop)` takes it: by `__index__`, clipped to what
/// an index can be.
#[derive(Clone, Copy)]
pub struct Position(pub isize);

impl<'a> FromArgument<'a> for Position {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        if !value.has_index() {
            bail!(TypeError, "slice indices must be integers or have an __index__ method");
        }
        let index = value.index()?;
        Ok(Position(index.to_isize().unwrap_or(if index.is_negative() { isize::MIN } else { isize::MAX })))
    }
}

impl Position {
    /// The place from the start; what is before it becomes 0.
    pub fn from_start(self, length: usize) -> usize {
        match self.0 {
            index if index < 0 => index.saturating_add(length as isize).max(0) as usize,
            index => index as usize,
        }
    }
}

/// `left <op> right` for two sequences, item by item: `left` and `right` give an item, or nothing
/// behind the end, which may change while items are compared.
pub fn compare_items(
    left: impl Fn(usize) -> Option<Ref>,
    right: impl Fn(usize) -> Option<Ref>,
    op: CompareOp,
    lengths: impl Fn() -> (usize, usize),
) -> Result<Ref> {
    let (left_length, right_length) = lengths();
    if left_length != right_length && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(bool_object(op == CompareOp::Ne));
    }
    let mut index = 0;
    while let (Some(a), Some(b)) = (left(index), right(index)) {
        if !a.equals(&b)? {
            let (left_length, right_length) = lengths();
            if index >= left_length || index >= right_length {
                // Comparing has emptied one of them.
                break;
            }
            return match op {
                CompareOp::Eq => Ok(false_()),
                CompareOp::Ne => Ok(true_()),
                _ => a.compare(&b, op),
            };
        }
        index += 1;
    }
    let (left_length, right_length) = lengths();
    Ok(bool_object(op.accepts(left_length.cmp(&right_length))))
}

/// The first index in the range at which an item equals the value.
pub fn find(
    item: impl Fn(usize) -> Option<Ref>,
    value: &Object,
    start: usize,
    stop: usize,
) -> Result<Option<usize>> {
    let mut index = start;
    while index < stop {
        let Some(item) = item(index) else { return Ok(None) };
        if item.equals(value)? {
            return Ok(Some(index));
        }
        index += 1;
    }
    Ok(None)
}

/// How many items equal the value.
pub fn count(item: impl Fn(usize) -> Option<Ref>, value: &Object) -> Result<usize> {
    let (mut index, mut found) = (0, 0);
    while let Some(item) = item(index) {
        found += usize::from(item.equals(value)?);
        index += 1;
    }
    Ok(found)
}

/// The items, `times` over. Raises `MemoryError` for more than there can be.
pub fn repeat(items: &[Ref], times: isize) -> Result<Vec<Ref>> {
    let times = times.max(0) as usize;
    let total = items.len().checked_mul(times).filter(|&total| total <= isize::MAX as usize / 8);
    let mut repeated = Vec::new();
    if total.is_none_or(|total| repeated.try_reserve_exact(total).is_err()) {
        bail!(MemoryError);
    }
    match items {
        [item] => repeated.resize(times, item.clone()),
        items => (0..times).for_each(|_| repeated.extend_from_slice(items)),
    }
    Ok(repeated)
}

/// `index` counted from the start of a sequence of this length.
#[inline(always)]
pub fn from_start(index: isize, length: usize) -> Option<usize> {
    let index = if index < 0 { index + length as isize } else { index };
    usize::try_from(index).ok().filter(|&index| index < length)
}
