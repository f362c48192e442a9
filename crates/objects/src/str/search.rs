//! `find`, `index`, `count`, `startswith` and their kin.

use std::borrow::Cow;

use super::{Points, Str, Unit, expect_str};
use crate::prelude::*;
use crate::{units, with_units};

/// Code points as units of the wanted kind; none where they do not fit.
pub(super) fn in_kind<U: Unit>(points: Points<'_>) -> Option<Cow<'_, [U]>> {
    with_units!(points, units => match kind_of(units) {
        kind if kind == U::KIND => Some(Cow::Borrowed(bytemuck::cast_slice(units))),
        kind if kind < U::KIND => Some(Cow::Owned(units.iter().map(|&unit| U::from_point(unit.into())).collect())),
        _ => None,
    })
}

fn kind_of<U: Unit>(_: &[U]) -> super::Kind {
    U::KIND
}

impl Str {
    /// Where `needle` first is in the part from `start` to `end`, which is not behind the end.
    pub fn find(&self, needle: &Str, start: usize, end: usize) -> Option<usize> {
        if start > end || end - start < needle.len() {
            return None;
        }
        with_units!(self.points(), units => {
            let needle = in_kind(needle.points())?;
            units::find(&units[start..end], &needle).map(|at| at + start)
        })
    }

    /// Where `needle` last is in the part from `start` to `end`, which is not behind the end.
    pub fn rfind(&self, needle: &Str, start: usize, end: usize) -> Option<usize> {
        if start > end || end - start < needle.len() {
            return None;
        }
        with_units!(self.points(), units => {
            let needle = in_kind(needle.points())?;
            units::rfind(&units[start..end], &needle).map(|at| at + start)
        })
    }

    /// How often `needle` is in the part from `start` to `end`, which is not behind the end.
    pub fn count(&self, needle: &Str, start: usize, end: usize) -> usize {
        if start > end {
            return 0;
        }
        with_units!(self.points(), units => match in_kind(needle.points()) {
            Some(needle) => units::count(&units[start..end], &needle, usize::MAX),
            None => 0,
        })
    }

    /// Whether `affix` stands at the start of the part from `start` to `end`, or with `at_end` at its end.
    pub fn has_affix(&self, affix: &Str, start: usize, end: usize, at_end: bool) -> bool {
        let length = affix.len();
        if start > end || end - start < length {
            return false;
        }
        let from = if at_end { end - length } else { start };
        match (self.points().range(from, from + length), affix.points()) {
            (Points::One(a), Points::One(b)) => a == b,
            (Points::Two(a), Points::Two(b)) => a == b,
            (Points::Four(a), Points::Four(b)) => a == b,
            (a, b) => a.iter().eq(b.iter()),
        }
    }

    fn affix_argument(&self, method: &str, arguments: &[&Object], at_end: bool) -> Result<bool> {
        let (affixes, start, end) = units::search_arguments(method, arguments, self.len())?;
        if let Some(affix) = affixes.downcast::<Str>() {
            return Ok(self.has_affix(affix, start, end, at_end));
        }
        let Some(affixes) = affixes.downcast::<Tuple>() else {
            let name = affixes.class().name();
            bail!(TypeError, "{method} first arg must be str or a tuple of str, not {name}");
        };
        for affix in affixes.as_slice() {
            let Some(affix) = affix.downcast::<Str>() else {
                bail!(TypeError, "tuple for {method} must only contain str, not {}", affix.class().name());
            };
            if self.has_affix(affix, start, end, at_end) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn searched(&self, method: &str, arguments: &[&Object], from_right: bool) -> Result<Option<usize>> {
        let (needle, start, end) = units::search_arguments(method, arguments, self.len())?;
        let needle = expect_str(needle)?;
        Ok(match from_right {
            true => self.rfind(needle, start, end),
            false => self.find(needle, start, end),
        })
    }
}

fn or_minus_one(place: Option<usize>) -> isize {
    place.map_or(-1, |place| place as isize)
}

fn or_error(place: Option<usize>) -> Result<usize> {
    place.ok_or_else(|| raise!(ValueError, "substring not found"))
}

#[methods(SEARCHING)]
impl Str {
    /// S.count(sub[, start[, end]]) -> int
    ///
    /// How often sub stands in S[start:end], without overlaps. The bounds
    /// are taken as in slice notation.
    #[method(name = "count", "(*args)", no_text_signature, takes_tuple)]
    fn count_method(&self, args: &[&Object]) -> Result<usize> {
        let (needle, start, end) = units::search_arguments("count", args, self.len())?;
        Ok(self.count(expect_str(needle)?, start, end))
    }

    /// S.find(sub[, start[, end]]) -> int
    ///
    /// The lowest index at which sub stands in S[start:end], -1 if it does not.
    /// The bounds are taken as in slice notation.
    #[method(name = "find", "(*args)", no_text_signature, takes_tuple)]
    fn find_method(&self, args: &[&Object]) -> Result<isize> {
        self.searched("find", args, false).map(or_minus_one)
    }

    /// S.index(sub[, start[, end]]) -> int
    ///
    /// The lowest index at which sub stands in S[start:end]. The bounds are
    /// taken as in slice notation.
    ///
    /// Raises ValueError if sub is not there.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn index(&self, args: &[&Object]) -> Result<usize> {
        or_error(self.searched("index", args, false)?)
    }

    /// S.rfind(sub[, start[, end]]) -> int
    ///
    /// The highest index at which sub stands in S[start:end], -1 if it does not.
    /// The bounds are taken as in slice notation.
    #[method(name = "rfind", "(*args)", no_text_signature, takes_tuple)]
    fn rfind_method(&self, args: &[&Object]) -> Result<isize> {
        self.searched("rfind", args, true).map(or_minus_one)
    }

    /// S.rindex(sub[, start[, end]]) -> int
    ///
    /// The highest index at which sub stands in S[start:end]. The bounds are
    /// taken as in slice notation.
    ///
    /// Raises ValueError if sub is not there.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn rindex(&self, args: &[&Object]) -> Result<usize> {
        or_error(self.searched("rindex", args, true)?)
    }

    /// S.startswith(prefix[, start[, end]]) -> bool
    ///
    /// Whether S starts with the prefix, or with any of a tuple of them.
    /// With start and end, S[start:end] is looked at.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn startswith(&self, args: &[&Object]) -> Result<bool> {
        self.affix_argument("startswith", args, false)
    }

    /// S.endswith(suffix[, start[, end]]) -> bool
    ///
    /// Whether S ends with the suffix, or with any of a tuple of them.
    /// With start and end, S[start:end] is looked at.
    #[method("(*args)", no_text_signature, takes_tuple)]
    fn endswith(&self, args: &[&Object]) -> Result<bool> {
        self.affix_argument("endswith", args, true)
    }
}
