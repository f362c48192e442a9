//! Algorithms over stored code points and bytes, for `str`, `bytes` and `bytearray` alike.

mod replace;
mod search;
mod split;

pub use replace::{fill_repeated, interleave, replace_units};
pub use search::{count, find, occurrences, rfind};
pub use split::{expand_tabs, rsplit_on, rsplit_space, split_lines, split_on, split_space, strip_range};

use crate::prelude::*;

/// Which ends `strip` and its kin work on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Left,
    Right,
    Both,
}

impl Ends {
    #[inline]
    pub fn left(self) -> bool {
        self != Ends::Right
    }

    #[inline]
    pub fn right(self) -> bool {
        self != Ends::Left
    }
}

/// A slice's bounds as `find(sub, start, end)` takes them, counted from the end where negative and
/// cut to the length; `start` may lie behind `end`.
pub fn adjust_bounds(start: isize, end: isize, length: usize) -> (usize, usize) {
    let length = length as isize;
    let from_end = |index: isize| if index < 0 { (index + length).max(0) } else { index };
    (from_end(start) as usize, from_end(end.min(length)) as usize)
}

/// The arguments `sub[, start[, end]]` of a method, the bounds adjusted to the length.
pub fn search_arguments<'a>(
    method: &str,
    arguments: &[&'a Object],
    length: usize,
) -> Result<(&'a Object, usize, usize)> {
    let given = arguments.len();
    let (start, end) = match *arguments {
        [] => bail!(TypeError, "{method}() takes at least 1 argument (0 given)"),
        [_] => (0, isize::MAX),
        [_, start] => (bound(start, 0)?, isize::MAX),
        [_, start, end] => (bound(start, 0)?, bound(end, isize::MAX)?),
        _ => bail!(TypeError, "{method}() takes at most 3 arguments ({given} given)"),
    };
    let (start, end) = adjust_bounds(start, end, length);
    Ok((arguments[0], start, end))
}

/// The items of what `join` takes; `message` is the `TypeError` for what cannot be iterated.
pub fn items_of(iterable: &Object, message: &str) -> Result<Vec<Ref>> {
    if let Some(list) = iterable.downcast::<List>() {
        return Ok(list.to_vec());
    }
    if let Some(tuple) = iterable.downcast::<Tuple>() {
        return Ok(tuple.items().to_vec());
    }
    match iterable.iter() {
        Ok(iterator) => iterator.collect_vec(),
        Err(raised) if raised.matches(&exceptions::TypeError) => Err(raise!(TypeError, "{message}")),
        Err(raised) => Err(raised),
    }
}

/// A bound of a slice: `None` is its default, numbers out of range are cut.
pub fn bound(value: &Object, default: isize) -> Result<isize> {
    if value.is_none() {
        return Ok(default);
    }
    if value.class().tp_as_number.get().is_none_or(|number| number.nb_index.get().is_none()) {
        bail!(TypeError, "slice indices must be integers or None or have an __index__ method");
    }
    value.as_isize_clip()
}
