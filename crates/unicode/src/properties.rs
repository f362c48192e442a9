//! What kind of character a code point is, as the methods of `str` ask.

use crate::tables::{Trie, u16_at, u32_at};

/// What a code point shares with all that have the same kind and case distances.
pub(crate) struct TypeRecord {
    flags: u16,
    /// 0 to 9, or `NO_DIGIT`.
    digit: u8,
    /// Place in `NUMERIC`; 0 where there is no value.
    numeric: u8,
    /// Distances to the simple case mappings.
    pub(crate) lower: i32,
    pub(crate) upper: i32,
    pub(crate) title: i32,
    /// Place among the full mappings, where `HAS_FULL_MAPPING`.
    pub(crate) full: u16,
}

const RECORD_SIZE: usize = 20;
const RECORD_BYTES: &[u8] = include_bytes!("tables/type_records.bin");

static RECORDS: [TypeRecord; RECORD_BYTES.len() / RECORD_SIZE] = {
    let mut records = [const { record_at(0) }; RECORD_BYTES.len() / RECORD_SIZE];
    let mut i = 0;
    while i < records.len() {
        records[i] = record_at(i * RECORD_SIZE);
        i += 1;
    }
    records
};

const fn record_at(at: usize) -> TypeRecord {
    TypeRecord {
        flags: u16_at(RECORD_BYTES, at),
        digit: RECORD_BYTES[at + 2],
        numeric: RECORD_BYTES[at + 3],
        lower: u32_at(RECORD_BYTES, at + 4) as i32,
        upper: u32_at(RECORD_BYTES, at + 8) as i32,
        title: u32_at(RECORD_BYTES, at + 12) as i32,
        full: u16_at(RECORD_BYTES, at + 16),
    }
}

static INDEX: Trie = Trie::new(numbers!(u16, "type_index.bin"));
const NUMERIC: &[u8] = include_bytes!("tables/numeric.bin");
const NO_DIGIT: u8 = 0xff;

/// Flags of U+0000 to U+00FF, so that the common text takes one load.
static LATIN: [u16; 256] = {
    let index: &[u16] = numbers!(u16, "type_index.bin");
    let (shift, first_length) = (index[0], index[1] as usize);
    let mut flags = [0; 256];
    let mut point = 0;
    while point < 256 {
        let block = index[2 + (point >> shift)] as usize;
        let record = index[2 + first_length + (block << shift | point & ((1 << shift) - 1))] as usize;
        flags[point] = u16_at(RECORD_BYTES, record * RECORD_SIZE);
        point += 1;
    }
    flags
};

pub(crate) fn record(point: u32) -> &'static TypeRecord {
    &RECORDS[INDEX.get(point)]
}

impl TypeRecord {
    pub(crate) fn has_full_mapping(&self) -> bool {
        self.flags & HAS_FULL_MAPPING != 0
    }
}

#[inline]
fn flags(point: u32) -> u16 {
    match LATIN.get(point as usize) {
        Some(&flags) => flags,
        None => record(point).flags,
    }
}

const HAS_FULL_MAPPING: u16 = 1 << 14;

macro_rules! predicates {
    ($($bit:literal $name:ident: $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[inline]
            pub fn $name(point: u32) -> bool {
                flags(point) & (1 << $bit) != 0
            }
        )*
    };
}

predicates! {
    0 is_alpha: "A letter: general category L.";
    1 is_decimal: "A digit that can form numbers in base ten.";
    2 is_digit: "A digit: decimal, or one such as a superscript.";
    3 is_numeric: "Has a numeric value: digits, fractions, ideographs of number.";
    4 is_lower: "The derived property Lowercase.";
    5 is_upper: "The derived property Uppercase.";
    6 is_title: "General category Lt.";
    7 is_space: "White space: bidirectional type WS, B or S, or category Zs.";
    8 is_linebreak: "Where `str.splitlines` breaks.";
    9 is_printable: "Shown as itself by `repr`.";
    10 is_cased: "Has lower, upper or title case.";
    11 is_case_ignorable: "Passed over in looking for a cased neighbour (final sigma).";
    12 is_xid_start: "May start an identifier. The underscore, which Python allows too, is not in it.";
    13 is_xid_continue: "May go on an identifier.";
}

/// A letter or anything with a numeric value.
#[inline]
pub fn is_alnum(point: u32) -> bool {
    flags(point) & 0b1111 != 0
}

/// The value of a decimal digit.
#[inline]
pub fn to_decimal(point: u32) -> Option<u8> {
    if is_decimal(point) { to_digit(point) } else { None }
}

/// The value of a digit.
pub fn to_digit(point: u32) -> Option<u8> {
    let digit = record(point).digit;
    (digit != NO_DIGIT).then_some(digit)
}

/// The numeric value, a fraction for some.
pub fn to_numeric(point: u32) -> Option<f64> {
    numeric_value(record(point).numeric)
}

pub(crate) fn numeric_value(place: u8) -> Option<f64> {
    let bytes = NUMERIC.chunks_exact(8).nth(place.into())?;
    (place != 0).then(|| f64::from_le_bytes(bytes.try_into().unwrap_or_default()))
}
