//! Case mappings: simple, one code point to one, and full, to as many as three.

use std::ops::Deref;

use crate::properties::record;

/// One to three code points that a code point maps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    points: [u32; 3],
    length: u8,
}

impl Mapping {
    fn single(point: u32) -> Mapping {
        Mapping { points: [point, 0, 0], length: 1 }
    }

    /// From a table entry, where zeros fill what is not used.
    fn from_padded(points: [u32; 3]) -> Mapping {
        let length = points.iter().rposition(|&point| point != 0).map_or(1, |last| last as u8 + 1);
        Mapping { points, length }
    }
}

impl Deref for Mapping {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.points[..self.length.into()]
    }
}

/// For each entry the lower, upper, title case and folded mappings.
static FULL: &[u32] = numbers!(u32, "full_case.bin");
const ENTRY: usize = 12;

enum Full {
    Lower,
    Upper,
    Title,
    Fold,
}

fn full(entry: u16, which: Full) -> Mapping {
    let at = usize::from(entry) * ENTRY + 3 * which as usize;
    Mapping::from_padded([FULL[at], FULL[at + 1], FULL[at + 2]])
}

/// The simple lower case mapping.
#[inline]
pub fn to_lower(point: u32) -> u32 {
    match point {
        0x41..=0x5a => point + 0x20,
        0..=0x7f => point,
        _ => point.wrapping_add_signed(record(point).lower),
    }
}

/// The simple upper case mapping.
#[inline]
pub fn to_upper(point: u32) -> u32 {
    match point {
        0x61..=0x7a => point - 0x20,
        0..=0x7f => point,
        _ => point.wrapping_add_signed(record(point).upper),
    }
}

/// The simple title case mapping.
#[inline]
pub fn to_title(point: u32) -> u32 {
    match point {
        0..=0x7f => to_upper(point),
        _ => point.wrapping_add_signed(record(point).title),
    }
}

/// The full lower case mapping, without regard to neighbours (a capital sigma maps to the small one that is not final).
pub fn to_lower_full(point: u32) -> Mapping {
    map(point, to_lower, Full::Lower)
}

/// The full upper case mapping.
pub fn to_upper_full(point: u32) -> Mapping {
    map(point, to_upper, Full::Upper)
}

/// The full title case mapping.
pub fn to_title_full(point: u32) -> Mapping {
    map(point, to_title, Full::Title)
}

/// The full case folding, for comparison without case.
pub fn fold_full(point: u32) -> Mapping {
    map(point, to_lower, Full::Fold)
}

#[inline]
fn map(point: u32, simple: fn(u32) -> u32, which: Full) -> Mapping {
    if point < 0x80 {
        return Mapping::single(simple(point));
    }
    let record = record(point);
    if record.has_full_mapping() { full(record.full, which) } else { Mapping::single(simple(point)) }
}
