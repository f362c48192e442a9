//! Encodings of input, and how it becomes UTF-8.

use crate::chars::{self, is_continuation};
use crate::scan::Stop;

/// What stands in the text for input that is no character: a byte that UTF-8 never has.
pub const INVALID: u8 = 0xff;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Utf16Little,
    Utf16Big,
    /// One byte a character, by a table; none for bytes that are no character.
    Table(Box<[Option<u32>; 256]>),
}

impl Encoding {
    /// One of those known without a table.
    pub fn by_name(name: &[u8]) -> Option<Encoding> {
        let known = [
            ("ISO-8859-1", Encoding::Latin1),
            ("US-ASCII", Encoding::Ascii),
            ("UTF-8", Encoding::Utf8),
            ("UTF-16", Encoding::Utf16Big),
            ("UTF-16BE", Encoding::Utf16Big),
            ("UTF-16LE", Encoding::Utf16Little),
        ];
        let found = known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
        found.map(|(_, encoding)| encoding)
    }

    /// A table of what the bytes mean; none where a byte of ASCII that markup is made of means something else.
    pub fn table(map: &[i32; 256]) -> Option<Encoding> {
        let is_free = |byte: usize| !(0x20..0x80).contains(&byte) || b"$@\\^`{}~\x7f".contains(&(byte as u8));
        let is_text_control = |byte: usize| matches!(byte, 0x9 | 0xa | 0xd);
        let mut table = Box::new([None; 256]);
        for (byte, &point) in map.iter().enumerate() {
            if byte < 0x80 && (!is_free(byte) || is_text_control(byte)) && point != byte as i32 {
                return None;
            }
            let Ok(point) = u32::try_from(point) else { continue };
            let target = point as usize;
            if point < 0x80 && (!is_free(target) || is_text_control(target)) && target != byte {
                return None;
            }
            if point > 0xffff && chars::is_char(point) {
                return None;
            }
            table[byte] = Some(point).filter(|&point| chars::is_char(point));
        }
        Some(Encoding::Table(table))
    }

    pub fn is_utf16(&self) -> bool {
        matches!(self, Encoding::Utf16Little | Encoding::Utf16Big)
    }

    /// The input is the text.
    pub fn is_utf8(&self) -> bool {
        *self == Encoding::Utf8
    }

    /// Text in this encoding is given to the caller in small pieces, since a conversion makes them.
    pub fn comes_in_pieces(&self) -> bool {
        !matches!(self, Encoding::Utf8 | Encoding::Ascii)
    }

    /// Adds the input's text. What is left of the input is the beginning of a character.
    pub fn decode<'i>(&self, mut input: &'i [u8], text: &mut Vec<u8>) -> &'i [u8] {
        match self {
            Encoding::Utf8 => text.extend_from_slice(input),
            Encoding::Ascii => {
                text.extend(input.iter().map(|&byte| if byte < 0x80 { byte } else { INVALID }));
            }
            Encoding::Latin1 => input.iter().for_each(|&byte| chars::push(text, byte.into())),
            Encoding::Table(table) => {
                input.iter().for_each(|&byte| match table[usize::from(byte)] {
                    Some(point) => chars::push(text, point),
                    None => text.push(INVALID),
                });
            }
            Encoding::Utf16Little | Encoding::Utf16Big => {
                let unit = |pair: &[u8; 2]| match self {
                    Encoding::Utf16Little => u16::from_le_bytes(*pair),
                    _ => u16::from_be_bytes(*pair),
                };
                while let Some((pair, rest)) = input.split_first_chunk::<2>() {
                    let first = unit(pair);
                    let mut after = rest;
                    let point = match first {
                        0xd800..=0xdbff => {
                            let Some((pair, rest)) = rest.split_first_chunk::<2>() else { return input };
                            after = rest;
                            // Whatever stands there counts as the second half, as it does for expat.
                            0x10000 + ((u32::from(first) & 0x3ff) << 10 | u32::from(unit(pair)) & 0x3ff)
                        }
                        first => first.into(),
                    };
                    match char::from_u32(point) {
                        Some(_) => chars::push(text, point),
                        None => text.push(INVALID),
                    }
                    input = after;
                }
                return input;
            }
        }
        &[]
    }

    /// How many bytes of input a piece of text was.
    pub fn input_length(&self, text: &[u8]) -> usize {
        let characters = || text.iter().filter(|&&byte| !is_continuation(byte));
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16Little | Encoding::Utf16Big => {
                characters().map(|&byte| if matches!(byte, 0xf0..=0xf4) { 4 } else { 2 }).sum()
            }
            _ => characters().count(),
        }
    }
}

/// What the first bytes of an entity tell.
#[derive(Debug, PartialEq, Eq)]
pub enum Detected {
    /// The encoding, and the length of the mark before the text.
    Encoding(Encoding, usize),
    NotYet,
}

/// Finds out how an entity is encoded. `named` is what the caller has said; `is_content` tells that it is not the
/// document, and may so begin with anything.
pub fn detect(input: &[u8], named: Option<(&Encoding, bool)>, is_content: bool) -> Detected {
    let (named, is_any_utf16) = (named.map(|(encoding, _)| encoding), named.is_some_and(|(_, any)| any));
    let is_utf16 = named.is_some_and(Encoding::is_utf16);
    let latin1_content = named == Some(&Encoding::Latin1) && is_content;
    let found = |encoding, mark| Detected::Encoding(encoding, mark);
    if let Some(table @ Encoding::Table(_)) = named {
        return found(table.clone(), 0);
    }
    match *input {
        [] => return Detected::NotYet,
        [_] if is_utf16 => return Detected::NotYet,
        [0xfe | 0xff | 0xef] if !latin1_content => return Detected::NotYet,
        [0x00 | 0x3c] => return Detected::NotYet,
        [_] => {}
        [0xfe, 0xff, ..] if !latin1_content => return found(Encoding::Utf16Big, 2),
        [0xff, 0xfe, ..] if !latin1_content => return found(Encoding::Utf16Little, 2),
        [0x3c, 0, ..] if !(is_content && (is_any_utf16 || named == Some(&Encoding::Utf16Big))) => {
            return found(Encoding::Utf16Little, 0);
        }
        [0xef, 0xbb, ..] if !(is_content && (latin1_content || is_utf16)) => match input.get(2) {
            None => return Detected::NotYet,
            Some(0xbf) => return found(Encoding::Utf8, 3),
            Some(_) => {}
        },
        [0, ..] if !(is_content && named == Some(&Encoding::Utf16Little)) => {
            return found(Encoding::Utf16Big, 0);
        }
        [_, 0, ..] if !is_content => return found(Encoding::Utf16Little, 0),
        _ => {}
    }
    found(named.cloned().unwrap_or(Encoding::Utf8), 0)
}

/// The text ends within a character: what of it is there decides what is said.
pub fn torn(rest: &[u8]) -> Option<Stop> {
    match rest.len() {
        0 => None,
        1 => Some(Stop::Partial),
        _ => Some(Stop::PartialChar),
    }
}
