//! Splitting and joining.

use super::search::in_kind;
use super::{Points, Str};
use crate::prelude::*;
use crate::{units, with_units};

/// The separator of `split`: a string, or white space for `None`.
fn separator(value: Option<&Object>) -> Result<Option<&Str>> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
    match value.downcast::<Str>() {
        Some(separator) if separator.is_empty() => Err(raise!(ValueError, "empty separator")),
        Some(separator) => Ok(Some(separator)),
        None => Err(raise!(TypeError, "must be str or None, not {}", value.class().name())),
    }
}

/// A limit on the number of splits: none where negative.
fn limit(count: isize) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl Str {
    /// The parts between separators, or between runs of white space; `count` splits at most where it is not negative.
    pub fn split(&self, separator: Option<&Str>, count: isize) -> Result<Ref<List>> {
        let mut parts = Vec::new();
        let piece = |start, end| {
            parts.push(self.substring(start, end)?.into_object());
            Ok(())
        };
        with_units!(self.points(), units => match separator {
            None => units::split_space(units, limit(count), unicode::is_space, piece)?,
            Some(separator) => match in_kind(separator.points()) {
                Some(separator) => units::split_on(units, &separator, limit(count), piece)?,
                None => return Ok(List::from_vec(vec![self.to_exact()?.into_object()])),
            },
        });
        Ok(List::from_vec(parts))
    }

    /// As [`Str::split`], the splits counted from the right.
    pub fn rsplit(&self, separator: Option<&Str>, count: isize) -> Result<Ref<List>> {
        let mut parts = Vec::new();
        let piece = |start, end| {
            parts.push(self.substring(start, end)?.into_object());
            Ok(())
        };
        with_units!(self.points(), units => match separator {
            None => units::rsplit_space(units, limit(count), unicode::is_space, piece)?,
            Some(separator) => match in_kind(separator.points()) {
                Some(separator) => units::rsplit_on(units, &separator, limit(count), piece)?,
                None => return Ok(List::from_vec(vec![self.to_exact()?.into_object()])),
            },
        });
        parts.reverse();
        Ok(List::from_vec(parts))
    }

    /// The lines, with their ends where `keep_ends`.
    pub fn split_lines(&self, keep_ends: bool) -> Result<Ref<List>> {
        let mut lines = Vec::new();
        with_units!(self.points(), units => units::split_lines(units, keep_ends, unicode::is_linebreak, |start, end| {
            lines.push(self.substring(start, end)?.into_object());
            Ok(())
        }))?;
        Ok(List::from_vec(lines))
    }

    /// The items, which have to be strings, with this string between them.
    pub fn join_items(&self, items: &[&Object]) -> Result<Ref<Str>> {
        match *items {
            [] => return Ok(Str::empty()),
            [item] if item.downcast_exact::<Str>().is_some() => {
                // SAFETY: just checked.
                return Ok(unsafe { item.to_ref().cast_unchecked() });
            }
            _ => {}
        }
        let mut union = if items.len() > 1 { self.max_point() } else { 0 };
        let mut length = self.len().checked_mul(items.len() - 1);
        for (index, item) in items.iter().enumerate() {
            let Some(item) = item.downcast::<Str>() else {
                let name = item.class().name();
                bail!(TypeError, "sequence item {index}: expected str instance, {name} found");
            };
            union |= item.max_point();
            length = length.and_then(|length| length.checked_add(item.len()));
        }
        let Some(length) = length.filter(|&length| length <= isize::MAX as usize) else {
            bail!(OverflowError, "join() result is too long for a Python string");
        };
        if self.is_empty() {
            union = items
                .iter()
                .filter_map(|item| item.downcast::<Str>())
                .fold(0, |all, item| all | item.max_point());
        }
        let pieces = items.iter().enumerate().flat_map(|(index, item)| {
            let between = if index > 0 { self.points() } else { Points::One(&[]) };
            // SAFETY: each was found to be a string.
            [between, unsafe { item.cast::<Str>() }.points()]
        });
        Str::from_pieces(length, union, pieces)
    }
}

/// The three parts of `partition` as a tuple, where the separator is at an index.
fn parts(string: &Str, separator: &Str, at: usize) -> Result<Ref<Tuple>> {
    let before = string.substring(0, at)?.into_object();
    let after = string.substring(at + separator.len(), string.len())?.into_object();
    Tuple::new([before, separator.to_ref().into_object(), after])
}

fn partition_separator(separator: &Object) -> Result<&Str> {
    let separator = super::expect_str(separator)?;
    match separator.is_empty() {
        true => Err(raise!(ValueError, "empty separator")),
        false => Ok(separator),
    }
}

#[methods(SPLITTING)]
impl Str {
    /// A list of the words in the string, with sep as what stands between them.
    ///
    ///   sep
    ///     What the string is split at. None, the default, is any run of
    ///     white space, and empty strings are left out of the result.
    ///   maxsplit
    ///     The most splits to do, counted from the left. -1, the default, is no limit.
    #[method(name = "split", "(sep=None, maxsplit=-1)")]
    fn split_method(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
        self.split(separator(sep)?, maxsplit)
    }

    /// A list of the words in the string, with sep as what stands between them.
    ///
    ///   sep
    ///     What the string is split at. None, the default, is any run of
    ///     white space, and empty strings are left out of the result.
    ///   maxsplit
    ///     The most splits to do, counted from the right. -1, the default, is no limit.
    #[method(name = "rsplit", "(sep=None, maxsplit=-1)")]
    fn rsplit_method(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
        self.rsplit(separator(sep)?, maxsplit)
    }

    /// A list of the lines in the string, split at line boundaries.
    ///
    /// The line breaks are not in the result unless keepends is true.
    #[method("(keepends=False)")]
    fn splitlines(&self, keepends: Option<i32>) -> Result<Ref<List>> {
        self.split_lines(keepends.unwrap_or(0) != 0)
    }

    /// The strings of an iterable, with this string between them.
    ///
    /// Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'
    #[method("(iterable, /)")]
    fn join(&self, iterable: &Object) -> Result<Ref<Str>> {
        if let Some(list) = iterable.downcast_exact::<List>() {
            return self.join_items(Ref::slice(&list.to_vec()));
        }
        if let Some(tuple) = iterable.downcast_exact::<Tuple>() {
            return self.join_items(tuple.as_slice());
        }
        let items = units::items_of(iterable, "can only join an iterable")?;
        self.join_items(Ref::slice(&items))
    }

    /// Splits the string in three parts at the first separator.
    ///
    /// The result is what is before it, the separator, and what is behind it.
    /// Where it is not found: the string itself and two empty strings.
    #[method("(sep, /)")]
    fn partition(&self, sep: &Object) -> Result<Ref<Tuple>> {
        let sep = partition_separator(sep)?;
        match self.find(sep, 0, self.len()) {
            Some(at) => parts(self, sep, at),
            None => Tuple::new([self.to_exact()?, Str::empty(), Str::empty()].map(Ref::into_object)),
        }
    }

    /// Splits the string in three parts at the last separator.
    ///
    /// The result is what is before it, the separator, and what is behind it.
    /// Where it is not found: two empty strings and the string itself.
    #[method("(sep, /)")]
    fn rpartition(&self, sep: &Object) -> Result<Ref<Tuple>> {
        let sep = partition_separator(sep)?;
        match self.rfind(sep, 0, self.len()) {
            Some(at) => parts(self, sep, at),
            None => Tuple::new([Str::empty(), Str::empty(), self.to_exact()?].map(Ref::into_object)),
        }
    }
}
