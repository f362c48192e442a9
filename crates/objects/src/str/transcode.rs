//! UTF-8 and the units of strings, one into the other in bulk; strings of a known number of code points.

use super::storage::Unit;
use super::{Kind, Points, Str};
use crate::prelude::*;
use crate::with_units;

/// How many bytes are looked at together for whether they are ASCII.
const WORD: usize = size_of::<u64>();
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// How many ASCII bytes the next word of these begins with; none where fewer than a word is left.
#[inline(always)]
fn leading_ascii(bytes: &[u8]) -> Option<usize> {
    let word = u64::from_le_bytes(*bytes.first_chunk::<WORD>()?);
    Some((word & HIGH_BITS).trailing_zeros() as usize / 8)
}

/// Writes the code points of text as units, which are as many and wide enough.
fn write_units<U: Unit>(text: &str, mut units: &mut [U]) {
    let mut rest = text;
    while let Some(count) = leading_ascii(rest.as_bytes()) {
        let (ascii, behind) = rest.split_at(count);
        let (room, more) = units.split_at_mut(count);
        room.iter_mut().zip(ascii.bytes()).for_each(|(unit, byte)| *unit = U::from_point(byte.into()));
        (rest, units) = (behind, more);
        if count == WORD {
            continue;
        }
        // Characters of other scripts come in runs.
        let mut points = rest.chars();
        let mut written = 0;
        while let Some(point) = points.clone().next().filter(|point| !point.is_ascii()) {
            points.next();
            units[written] = U::from_point(point.into());
            written += 1;
        }
        rest = points.as_str();
        units = &mut units[written..];
    }
    units.iter_mut().zip(rest.chars()).for_each(|(unit, point)| *unit = U::from_point(point.into()));
}

/// A number as wide as the widest character, told by the greatest first byte of them.
pub(super) fn leading_union(text: &str) -> u32 {
    match text.bytes().max().unwrap_or(0) {
        0..0x80 => 0x7f,
        0x80..0xc4 => 0xff,
        0xc4..0xf0 => 0xffff,
        _ => 0x10_ffff,
    }
}

/// How many bytes the WTF-8 form of code points has.
pub(super) fn wtf8_length(points: Points<'_>) -> usize {
    with_units!(points, units => {
        let beyond = |limit: u32| units.iter().filter(|&&unit| u32::from(unit) >= limit).count();
        match points {
            Points::One(_) => units.len() + beyond(0x80),
            Points::Two(_) => units.len() + beyond(0x80) + beyond(0x800),
            Points::Four(_) => units.len() + beyond(0x80) + beyond(0x800) + beyond(0x1_0000),
        }
    })
}

/// Writes the WTF-8 form of code points, which has as many bytes as there is room.
pub(super) fn write_wtf8(points: Points<'_>, room: &mut [u8]) {
    with_units!(points, units => write_wtf8_of(units, room));
}

#[inline(always)]
fn write_wtf8_of<U: Unit>(units: &[U], mut room: &mut [u8]) {
    for &unit in units {
        let point: u32 = unit.into();
        let low = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
        room = match (point, room) {
            (0..=0x7f, [first, rest @ ..]) => {
                *first = point as u8;
                rest
            }
            (0x80..=0x7ff, [first, second, rest @ ..]) => {
                (*first, *second) = (0xc0 | (point >> 6) as u8, low(0));
                rest
            }
            (0x800..=0xffff, [first, second, third, rest @ ..]) => {
                (*first, *second, *third) = (0xe0 | (point >> 12) as u8, low(6), low(0));
                rest
            }
            (_, [first, second, third, fourth, rest @ ..]) => {
                (*first, *second, *third, *fourth) = (0xf0 | (point >> 18) as u8, low(12), low(6), low(0));
                rest
            }
            _ => unreachable!("the room was measured"),
        };
    }
}

impl Str {
    /// A string of text that is not ASCII alone. Raises `MemoryError`.
    pub(super) fn from_wide_text(text: &str) -> Result<Ref<Str>> {
        let (length, union) = (text.chars().count(), leading_union(text));
        match Kind::of(union) {
            Kind::One => Str::build::<u8>(length, union, |units| write_units(text, units)),
            Kind::Two => Str::build::<u16>(length, union, |units| write_units(text, units)),
            Kind::Four => Str::build::<u32>(length, union, |units| write_units(text, units)),
        }
    }

    /// A string of so many code points, whose bits are all in `union`, and which need its width. Raises
    /// `MemoryError`.
    pub fn from_known(length: usize, union: u32, points: impl Iterator<Item = u32>) -> Result<Ref<Str>> {
        fn fill<U: Unit>(units: &mut [U], points: impl Iterator<Item = u32>) {
            units.iter_mut().zip(points).for_each(|(unit, point)| *unit = U::from_point(point));
        }
        match Kind::of(union) {
            Kind::One => Str::build::<u8>(length, union, |units| fill(units, points)),
            Kind::Two => Str::build::<u16>(length, union, |units| fill(units, points)),
            Kind::Four => Str::build::<u32>(length, union, |units| fill(units, points)),
        }
    }
}
