//! Classes of characters.

use crate::name_tables::{CONTINUATIONS, STARTS};
use crate::scan::Stop;

/// What a byte can be; a byte has several bits.
pub type Class = u16;

pub const NAME_START: Class = 1;
/// May stand in a name behind its start.
pub const NAME: Class = 1 << 1;
/// Space, tab, carriage return, line feed.
pub const SPACE: Class = 1 << 2;
/// No character of XML.
pub const BAD: Class = 1 << 3;
/// Part of a character beyond ASCII.
pub const WIDE: Class = 1 << 4;
pub const LESS: Class = 1 << 5;
pub const AMPERSAND: Class = 1 << 6;
pub const DOUBLE_QUOTE: Class = 1 << 7;
pub const SINGLE_QUOTE: Class = 1 << 8;
pub const RIGHT_BRACKET: Class = 1 << 9;
/// Carriage return and line feed.
pub const LINE_END: Class = 1 << 10;
pub const MINUS: Class = 1 << 11;
pub const QUESTION: Class = 1 << 12;
pub const PERCENT: Class = 1 << 13;
/// Only as a letter of names where there are no namespaces.
pub const COLON: Class = 1 << 14;

pub static CLASSES: [Class; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => NAME_START | NAME,
            b':' => COLON,
            b'0'..=b'9' | b'.' => NAME,
            b'-' => NAME | MINUS,
            b' ' | b'\t' => SPACE,
            b'\r' | b'\n' => SPACE | LINE_END,
            b'<' => LESS,
            b'&' => AMPERSAND,
            b'"' => DOUBLE_QUOTE,
            b'\'' => SINGLE_QUOTE,
            b']' => RIGHT_BRACKET,
            b'?' => QUESTION,
            b'%' => PERCENT,
            0..0x20 => BAD,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

#[inline(always)]
pub fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

#[inline(always)]
pub fn is_space(byte: u8) -> bool {
    class(byte) & SPACE != 0
}

/// Whether a byte of UTF-8 goes on with a character.
#[inline(always)]
pub fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// The length and the code point of the character beyond ASCII at a place.
pub fn wide(text: &[u8], at: usize) -> Result<(usize, u32), Stop> {
    let first = text[at];
    let length = match first {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Err(Stop::Invalid(at)),
    };
    let Some(bytes) = text.get(at..at + length) else { return Err(Stop::PartialChar) };
    let mut point = u32::from(first) & (0xff >> (length + 1));
    for &byte in &bytes[1..] {
        if !is_continuation(byte) {
            return Err(Stop::Invalid(at));
        }
        point = point << 6 | u32::from(byte & 0x3f);
    }
    let least = [0x80, 0x800, 0x10000][length - 2];
    match point {
        0xd800..=0xdfff | 0xfffe | 0xffff | 0x110000.. => Err(Stop::Invalid(at)),
        point if point < least => Err(Stop::Invalid(at)),
        point => Ok((length, point)),
    }
}

fn is_in(table: &[(u16, u16)], point: u32) -> bool {
    let Ok(point) = u16::try_from(point) else { return false };
    let behind = table.partition_point(|&(first, _)| first <= point);
    behind > 0 && point <= table[behind - 1].1
}

/// Of code points beyond ASCII.
pub fn is_wide_name_start(point: u32) -> bool {
    is_in(&STARTS, point)
}

/// Of code points beyond ASCII.
pub fn is_wide_name_char(point: u32) -> bool {
    is_in(&STARTS, point) || is_in(&CONTINUATIONS, point)
}

/// Whether a character reference may name it.
pub fn is_char(point: u32) -> bool {
    matches!(point, 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)
}

/// Writes a code point as UTF-8. Of one that is no scalar value nothing is written.
pub fn push(out: &mut Vec<u8>, point: u32) {
    if let Some(scalar) = char::from_u32(point) {
        out.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes());
    }
}
