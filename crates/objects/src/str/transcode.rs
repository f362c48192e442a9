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
    /// What the counts of a chunk cannot run over.
    const CHUNK: usize = 1 << 14;
    with_units!(points, units => units.chunks(CHUNK).map(|units| {
        let more = |&unit: &_| {
            let point = u32::from(unit);
            u16::from(point >= 0x80) + u16::from(point >= 0x800) + u16::from(point >= 0x1_0000)
        };
        units.len() + usize::from(units.iter().map(more).sum::<u16>())
    }).sum())
}

/// Writes the WTF-8 form of code points, which has as many bytes as there is room.
pub(super) fn write_wtf8(points: Points<'_>, room: &mut [u8]) {
    with_units!(points, units => write_wtf8_of(units, room));
}

fn write_wtf8_of<U: Unit>(units: &[U], room: &mut [u8]) {
    let mut at = 0;
    for &unit in units {
        let point: u32 = unit.into();
        let low = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
        if point < 0x80 {
            room[at] = point as u8;
            at += 1;
        } else if point < 0x800 {
            room[at..at + 2].copy_from_slice(&[0xc0 | (point >> 6) as u8, low(0)]);
            at += 2;
        } else if point < 0x1_0000 {
            room[at..at + 3].copy_from_slice(&[0xe0 | (point >> 12) as u8, low(6), low(0)]);
            at += 3;
        } else {
            room[at..at + 4].copy_from_slice(&[0xf0 | (point >> 18) as u8, low(12), low(6), low(0)]);
            at += 4;
        }
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

    /// A string of so many ASCII characters, NULs at first, which `fill` writes over with such. Raises `MemoryError`.
    pub fn from_ascii_with(length: usize, fill: impl FnOnce(&mut [u8])) -> Result<Ref<Str>> {
        Str::build::<u8>(length, 0x7f, |units| {
            fill(units);
            assert!(units.is_ascii(), "an ASCII string is filled with ASCII");
        })
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
