//! UTF-8 and the units of strings, one into the other in bulk; strings of a known number of code points.

use super::storage::Unit;
use super::{Kind, Points, Str};
use crate::prelude::*;
use crate::with_units;

/// How many code points are transcoded together: as many of ASCII as a word has.
const TOGETHER: usize = 8;
/// What their UTF-8 takes at most. A place in it is masked, which costs less than to check it.
const WINDOW: usize = 4 * TOGETHER;
const PLACES: usize = WINDOW - 1;

/// Writes the code points of text as units, which are as many and wide enough.
fn write_units<U: Unit>(text: &str, units: &mut [U]) {
    let bytes = text.as_bytes();
    let (mut done, mut at) = (0, 0);
    while let Some(window) = bytes[at..].first_chunk::<WINDOW>() {
        if let Some(chunk) = units[done..].first_chunk_mut::<WINDOW>()
            && window.is_ascii()
        {
            chunk.iter_mut().zip(window).for_each(|(unit, &byte)| *unit = U::from_point(byte.into()));
            done += WINDOW;
            at += WINDOW;
            continue;
        }
        let Some(chunk) = units[done..].first_chunk_mut::<TOGETHER>() else { break };
        done += TOGETHER;
        at += read_window(window, chunk);
    }
    units[done..]
        .iter_mut()
        .zip(text[at..].chars())
        .for_each(|(unit, point)| *unit = U::from_point(point.into()));
}

/// Writes the code points that UTF-8 begins with as units. Gives how many bytes they take.
#[inline(always)]
fn read_window<U: Unit>(window: &[u8; WINDOW], chunk: &mut [U; TOGETHER]) -> usize {
    if window[..TOGETHER].is_ascii() {
        chunk.iter_mut().zip(window).for_each(|(unit, &byte)| *unit = U::from_point(byte.into()));
        return TOGETHER;
    }
    let mut at = 0;
    for unit in chunk {
        let byte = |place: usize| u32::from(window[(at + place) & PLACES]);
        let low = |place: usize| byte(place) & 0x3f;
        let first = byte(0);
        let (point, length) = match first {
            0..0x80 => (first, 1),
            0x80..0xe0 => ((first & 0x1f) << 6 | low(1), 2),
            0xe0..0xf0 => ((first & 0xf) << 12 | low(1) << 6 | low(2), 3),
            _ => ((first & 7) << 18 | low(1) << 12 | low(2) << 6 | low(3), 4),
        };
        *unit = U::from_point(point);
        at += length;
    }
    at
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
    let (mut done, mut at) = (0, 0);
    while let Some(window) = room[at..].first_chunk_mut::<WINDOW>() {
        if let Some(chunk) = units[done..].first_chunk::<WINDOW>()
            && chunk.iter().fold(0, |union, &unit| union | unit.into()) < 0x80
        {
            window.iter_mut().zip(chunk).for_each(|(byte, &unit)| *byte = unit.into() as u8);
            done += WINDOW;
            at += WINDOW;
            continue;
        }
        let Some(chunk) = units[done..].first_chunk::<TOGETHER>() else { break };
        done += TOGETHER;
        at += chunk.iter().fold(0, |at, &unit| write_point(unit.into(), window, at));
    }
    for &unit in &units[done..] {
        let mut window = [0; WINDOW];
        let length = write_point(unit.into(), &mut window, 0);
        room[at..at + length].copy_from_slice(&window[..length]);
        at += length;
    }
}

/// Writes the WTF-8 form of a code point from a place on. Gives the place behind it. (Two bytes and three are told apart
/// without a branch: which of them comes next is hard to foresee.)
#[inline(always)]
fn write_point(point: u32, window: &mut [u8; WINDOW], at: usize) -> usize {
    let mut put = |place: usize, byte: u32| window[(at + place) & PLACES] = byte as u8;
    let low = |shift: u32| 0x80 | point >> shift & 0x3f;
    match point {
        0..0x80 => {
            put(0, point);
            at + 1
        }
        0x80..0x1_0000 => {
            let is_long = point >= 0x800;
            put(0, if is_long { 0xe0 | point >> 12 } else { 0xc0 | point >> 6 });
            put(1, if is_long { low(6) } else { low(0) });
            put(2, low(0));
            at + 2 + usize::from(is_long)
        }
        _ => {
            put(0, 0xf0 | point >> 18);
            put(1, low(12));
            put(2, low(6));
            put(3, low(0));
            at + 4
        }
    }
}

/// Adds a code point to WTF-8 bytes.
#[inline]
pub fn push_code_point(bytes: &mut Vec<u8>, point: u32) {
    let mut window = [0; WINDOW];
    let length = write_point(point, &mut window, 0);
    bytes.extend_from_slice(&window[..length]);
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
