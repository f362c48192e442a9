//! Building strings piece by piece, and joining two.

use super::storage::Unit;
use super::transcode::leading_union;
use super::{Points, Str};
use crate::prelude::*;
use crate::with_units;

/// A string in the making: its units get wider when a code point asks for it.
pub struct StrBuilder {
    units: Units,
    /// The bits of all the code points so far.
    union: u32,
    /// A string that is all there is so far: the result, unless more comes.
    whole: Option<Ref<Str>>,
}

enum Units {
    One(Vec<u8>),
    Two(Vec<u16>),
    Four(Vec<u32>),
}

impl Default for StrBuilder {
    fn default() -> StrBuilder {
        StrBuilder::new()
    }
}

fn widen<S: Unit, T: Unit>(units: &[S], more: usize) -> Vec<T> {
    let mut wider = Vec::with_capacity(units.len() + more);
    wider.extend(units.iter().map(|&unit| T::from_point(unit.into())));
    wider
}

fn extend<S: Unit, T: Unit>(units: &mut Vec<T>, more: &[S]) {
    units.extend(more.iter().map(|&unit| T::from_point(unit.into())));
}

impl StrBuilder {
    pub const fn new() -> StrBuilder {
        StrBuilder { units: Units::One(Vec::new()), union: 0, whole: None }
    }

    /// A builder with room for so many narrow code points.
    pub fn with_capacity(capacity: usize) -> StrBuilder {
        StrBuilder { units: Units::One(Vec::with_capacity(capacity)), union: 0, whole: None }
    }

    /// The number of code points so far.
    pub fn len(&self) -> usize {
        self.points().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes the units wide enough for these bits, before `more` of them are added.
    #[inline]
    fn admit(&mut self, union: u32, more: usize) {
        self.copy_whole();
        self.union |= union;
        match &self.units {
            Units::One(units) if union > 0xffff => self.units = Units::Four(widen(units, more)),
            Units::One(units) if union > 0xff => self.units = Units::Two(widen(units, more)),
            Units::Two(units) if union > 0xffff => self.units = Units::Four(widen(units, more)),
            _ => {}
        }
    }

    /// Lets go of the string that is all there was, as more comes.
    #[inline]
    fn copy_whole(&mut self) {
        if let Some(string) = self.whole.take() {
            self.push_with_union(string.points(), string.max_point());
        }
    }

    /// The units, where more narrow ones need only be put behind them, as mostly.
    #[inline(always)]
    fn narrow(&mut self) -> Option<&mut Vec<u8>> {
        match (&mut self.units, &self.whole) {
            (Units::One(units), None) => Some(units),
            _ => None,
        }
    }

    /// Adds a code point, which is not past U+10FFFF.
    #[inline]
    pub fn push(&mut self, point: u32) {
        if let Ok(unit) = u8::try_from(point)
            && let Some(units) = self.narrow()
        {
            units.push(unit);
            self.union |= point;
            return;
        }
        self.admit(point, 16);
        match &mut self.units {
            Units::One(units) => units.push(point as u8),
            Units::Two(units) => units.push(point as u16),
            Units::Four(units) => units.push(point),
        }
    }

    /// Adds a code point so many times.
    pub fn push_repeated(&mut self, point: u32, count: usize) {
        if count == 0 {
            return;
        }
        self.admit(point, count);
        match &mut self.units {
            Units::One(units) => units.resize(units.len() + count, point as u8),
            Units::Two(units) => units.resize(units.len() + count, point as u16),
            Units::Four(units) => units.resize(units.len() + count, point),
        }
    }

    /// Adds text.
    pub fn push_str(&mut self, text: &str) {
        if text.is_ascii() {
            return self.push_with_union(Points::One(text.as_bytes()), 0x7f);
        }
        self.admit(leading_union(text), text.len());
        let points = text.chars().map(u32::from);
        match &mut self.units {
            Units::One(units) => units.extend(points.map(|point| point as u8)),
            Units::Two(units) => units.extend(points.map(|point| point as u16)),
            Units::Four(units) => units.extend(points),
        }
    }

    /// Adds a string. One that nothing is added to is the result itself.
    pub fn push_string(&mut self, string: &Str) {
        if self.is_empty() && string.is_exact() {
            self.whole = Some(string.to_ref());
            return;
        }
        let points = string.points();
        self.push_with_union(points, string.max_point());
    }

    /// Adds code points.
    pub fn push_points(&mut self, points: Points<'_>) {
        self.push_with_union(points, points.union());
    }

    /// `union` has every bit of the points, and is not wider than they are.
    fn push_with_union(&mut self, points: Points<'_>, union: u32) {
        if points.is_empty() {
            return;
        }
        if let Points::One(more) = points
            && let Some(units) = self.narrow()
        {
            units.extend_from_slice(more);
            self.union |= union;
            return;
        }
        self.admit(union, points.len());
        match (&mut self.units, points) {
            (Units::One(units), Points::One(more)) => units.extend_from_slice(more),
            (Units::Two(units), Points::Two(more)) => units.extend_from_slice(more),
            (Units::Four(units), Points::Four(more)) => units.extend_from_slice(more),
            (Units::One(units), more) => with_units!(more, more => extend(units, more)),
            (Units::Two(units), more) => with_units!(more, more => extend(units, more)),
            (Units::Four(units), more) => with_units!(more, more => extend(units, more)),
        }
    }

    /// The code points so far.
    pub fn points(&self) -> Points<'_> {
        if let Some(string) = &self.whole {
            return string.points();
        }
        match &self.units {
            Units::One(units) => Points::One(units),
            Units::Two(units) => Points::Two(units),
            Units::Four(units) => Points::Four(units),
        }
    }

    /// Forgets the code points behind the first `length`. The width stays.
    pub fn truncate(&mut self, length: usize) {
        self.copy_whole();
        match &mut self.units {
            Units::One(units) => units.truncate(length),
            Units::Two(units) => units.truncate(length),
            Units::Four(units) => units.truncate(length),
        }
        self.union = self.points().union();
    }

    /// The string. Raises `MemoryError`.
    pub fn finish(self) -> Result<Ref<Str>> {
        if let Some(string) = self.whole {
            return Ok(string);
        }
        match &self.units {
            Units::One(units) => Str::from_units(units, self.union),
            Units::Two(units) => Str::from_units(units, self.union),
            Units::Four(units) => Str::from_units(units, self.union),
        }
    }
}

impl Extend<u32> for StrBuilder {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, points: I) {
        points.into_iter().for_each(|point| self.push(point));
    }
}

impl Str {
    /// A string of this text. Raises `MemoryError`.
    pub fn try_new(text: &str) -> Result<Ref<Str>> {
        if text.is_ascii() {
            return Str::from_units(text.as_bytes(), 0x7f);
        }
        Str::from_wide_text(text)
    }

    /// A string of this text, which the program being run has no say in the size of.
    pub fn new(text: &str) -> Ref<Str> {
        crate::memory::assured(|| Str::try_new(text))
    }

    /// Both, one behind the other. Raises `MemoryError`.
    pub fn concat(&self, other: &Str) -> Result<Ref<Str>> {
        if self.is_empty() && other.is_exact() {
            return Ok(other.to_ref());
        }
        if other.is_empty() && self.is_exact() {
            return Ok(self.to_ref());
        }
        let Some(length) = self.len().checked_add(other.len()).filter(|&n| n <= isize::MAX as usize) else {
            bail!(OverflowError, "strings are too large to concat");
        };
        Str::from_pieces(length, self.max_point() | other.max_point(), [self.points(), other.points()])
    }

    /// The part from `start` to `end`, both in range: the string itself for all of it, unless it is of a subclass.
    pub fn substring(&self, start: usize, end: usize) -> Result<Ref<Str>> {
        if start == 0 && end == self.len() && self.is_exact() {
            return Ok(self.to_ref());
        }
        let points = self.points().range(start, end);
        match (points, self.is_ascii()) {
            (Points::One(units), true) => Str::from_units(units, 0x7f),
            _ => Str::from_points(points),
        }
    }

    /// The string itself, or for an instance of a subclass its content as a plain string.
    pub fn to_exact(&self) -> Result<Ref<Str>> {
        match self.is_exact() {
            true => Ok(self.to_ref()),
            false => Str::from_points(self.points()),
        }
    }
}
