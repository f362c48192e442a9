//! `replace`, `removeprefix` and `removesuffix`.

use super::search::in_kind;
use super::{Kind, Str, Unit};
use crate::prelude::*;
use crate::units;

impl Str {
    /// The string with `old` replaced, `count` times at most where it is not negative.
    pub fn replace(&self, old: &Str, new: &Str, count: isize) -> Result<Ref<Str>> {
        let limit = usize::try_from(count).unwrap_or(usize::MAX);
        if limit == 0 || old.len() > self.len() || old.kind() > self.kind() || old.equals(new) {
            return self.to_exact();
        }
        match self.kind().max(new.kind()) {
            Kind::One => self.replace_in::<u8>(old, new, limit),
            Kind::Two => self.replace_in::<u16>(old, new, limit),
            Kind::Four => self.replace_in::<u32>(old, new, limit),
        }
    }

    fn replace_in<U: Unit>(&self, old: &Str, new: &Str, limit: usize) -> Result<Ref<Str>> {
        if self.kind() < U::KIND && self.find(old, 0, self.len()).is_none() {
            return self.to_exact();
        }
        let (Some(units), Some(old), Some(new_units)) =
            (in_kind::<U>(self.points()), in_kind::<U>(old.points()), in_kind::<U>(new.points()))
        else {
            return self.to_exact();
        };
        let replaced = match old.is_empty() {
            true => Some(units::interleave(&units, &new_units, limit)?),
            false => units::replace_units(&units, &old, &new_units, limit)?,
        };
        match replaced {
            None => self.to_exact(),
            Some(replaced) if self.is_ascii() && new.is_ascii() => Str::from_units(&replaced, 0x7f),
            Some(replaced) => Str::from_points(U::points(&replaced)),
        }
    }
}

#[methods(REPLACING)]
impl Str {
    /// The string with every old in it replaced by new.
    ///
    ///   count
    ///     The most that are replaced, counted from the left.
    ///     -1, the default, is all of them.
    #[method(name = "replace", "(old, new, count=-1, /)")]
    fn replace_method(&self, old: &Str, new: &Str, count: isize) -> Result<Ref<Str>> {
        self.replace(old, new, count)
    }

    /// The string without the prefix, if it has it.
    ///
    /// A string that starts with the prefix gives string[len(prefix):], any other itself.
    #[method("(prefix, /)")]
    fn removeprefix(&self, prefix: &Str) -> Result<Ref<Str>> {
        match self.has_affix(prefix, 0, self.len(), false) {
            true => self.substring(prefix.len(), self.len()),
            false => self.to_exact(),
        }
    }

    /// The string without the suffix, if it has it.
    ///
    /// A string that ends with a suffix that is not empty gives string[:-len(suffix)], any other itself.
    #[method("(suffix, /)")]
    fn removesuffix(&self, suffix: &Str) -> Result<Ref<Str>> {
        match self.has_affix(suffix, 0, self.len(), true) {
            true => self.substring(0, self.len() - suffix.len()),
            false => self.to_exact(),
        }
    }
}
