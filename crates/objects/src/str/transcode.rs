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
/// What a word written at the last place takes behind the window.
const SPARE: usize = 3;

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

/// What the WTF-8 form of code points will be.
#[derive(Default)]
pub(super) struct Measure {
    /// Its bytes.
    pub length: usize,
    /// Whether there are lone surrogates, so that it is not UTF-8.
    pub has_surrogates: bool,
}

impl Measure {
    pub(super) fn of(points: Points<'_>) -> Measure {
        /// What the counts of a chunk cannot run over.
        const CHUNK: usize = 1 << 14;
        let mut measure = Measure::default();
        with_units!(points, units => for units in units.chunks(CHUNK) {
            let (spared, surrogates) = units.iter().fold((0_u16, 0_u16), |(spared, surrogates), &unit| {
                let point = u32::from(unit);
                let fits = |bits: u32| u16::from(point & bits == point);
                (spared + fits(0x7f) + fits(0x7ff) + fits(0xffff), surrogates | u16::from(is_surrogate(point)))
            });
            measure.length += 4 * units.len() - usize::from(spared);
            measure.has_surrogates |= surrogates != 0;
        });
        measure
    }

    /// The length, if the form is UTF-8.
    pub(super) fn of_utf8(self) -> Option<usize> {
        (!self.has_surrogates).then_some(self.length)
    }
}

pub(super) fn is_surrogate(point: u32) -> bool {
    point & 0xffff_f800 == 0xd800
}

/// Writes the WTF-8 form of code points, which has as many bytes as there is room.
pub(super) fn write_wtf8(points: Points<'_>, room: &mut [u8]) {
    with_units!(points, units => write_wtf8_of(units, room));
}

fn write_wtf8_of<U: Unit>(units: &[U], room: &mut [u8]) {
    /// How many groups are written before it is looked for a run of ASCII.
    const GROUPS: usize = 8;
    let (mut done, mut at) = (0, 0);
    'groups: loop {
        let run = write_ascii_run(&units[done..], &mut room[at..]);
        (done, at) = (done + run, at + run);
        for _ in 0..GROUPS {
            let Some(window) = room[at..].first_chunk_mut::<{ WINDOW + SPARE }>() else { break 'groups };
            let Some(group) = units[done..].first_chunk::<TOGETHER>() else { break 'groups };
            at += group.iter().fold(0, |at, &unit| write_within(unit.into(), window, at));
            done += TOGETHER;
        }
    }
    for &unit in &units[done..] {
        at += with_wtf8(unit.into(), |form| {
            room[at..at + form.len()].copy_from_slice(form);
            form.len()
        });
    }
}

/// Writes the units of ASCII in front, as many as can be told together. Gives how many. (A function of its own: what it
/// needs would stand in the way of the caller's loop.)
#[inline(never)]
fn write_ascii_run<U: Unit>(units: &[U], room: &mut [u8]) -> usize {
    /// How many are told together.
    const RUN: usize = 16;
    let mut runs = 0;
    for (units, bytes) in units.as_chunks::<RUN>().0.iter().zip(room.as_chunks_mut().0) {
        let Some(ascii) = narrowed(units) else { break };
        *bytes = ascii;
        runs += 1;
    }
    runs * RUN
}

/// Units that are all of ASCII, as bytes.
#[inline(always)]
fn narrowed<U: Unit, const N: usize>(units: &[U; N]) -> Option<[u8; N]> {
    let is_ascii = units.iter().fold(0, |union, &unit| union | unit.into()) < 0x80;
    is_ascii.then(|| units.map(|unit| unit.into() as u8))
}

/// Writes the WTF-8 form of a code point from a place on, where what stands behind it is not written yet. Gives the
/// place behind it.
#[inline(always)]
fn write_within(point: u32, window: &mut [u8; WINDOW + SPARE], at: usize) -> usize {
    let place = at & PLACES;
    let low = |shift: u32| 0x80 | point >> shift & 0x3f;
    let mut put = |word: u32| window[place..place + 4].copy_from_slice(&word.to_le_bytes());
    match point {
        0..0x80 => {
            window[place] = point as u8;
            at + 1
        }
        0x80..0x800 => {
            let word = 0xc0 | point >> 6 | low(0) << 8;
            window[place..place + 2].copy_from_slice(&(word as u16).to_le_bytes());
            at + 2
        }
        0x800..0x1_0000 => {
            put(0xe0 | point >> 12 | low(6) << 8 | low(0) << 16);
            at + 3
        }
        _ => {
            put(0xf0 | point >> 18 | low(12) << 8 | low(6) << 16 | low(0) << 24);
            at + 4
        }
    }
}

/// Gives the WTF-8 form of a code point to a function.
#[inline]
fn with_wtf8<T>(point: u32, run: impl FnOnce(&[u8]) -> T) -> T {
    let mut window = [0; WINDOW + SPARE];
    let length = write_within(point, &mut window, 0);
    run(&window[..length])
}

/// Adds a code point to WTF-8 bytes.
#[inline]
pub fn push_code_point(bytes: &mut Vec<u8>, point: u32) {
    with_wtf8(point, |form| bytes.extend_from_slice(form));
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
