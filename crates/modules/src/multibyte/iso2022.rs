//! ISO 2022 in seven bits: escape sequences tell which character set stands where.

use objects::str::Points;
use objects::with_units;

use super::charset::{Charset, Found, TRIPLE_LEAD, charset};
use super::codec::{State, Stop};
use super::decoded::Decoded;
use super::syllables;

const ESCAPE: u8 = 0x1b;
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;

/// In a state, what stands in G0, G1 and G2: the last byte of its escape sequence, with this bit if it is of two bytes.
const DOUBLE: u8 = 0x80;
const ASCII: u8 = b'B';
const KS_X_1001: u8 = b'C' | DOUBLE;
/// The byte of a state that holds these flags.
const FLAGS: usize = 4;
const SHIFTED: u8 = 1;
const PASSING_ESCAPE: u8 = 2;

pub const ENCODING_STATE: State = [ASCII, ASCII, 0, 0, 0, 0, 0, 0];
pub const DECODING_STATE: State = [ASCII, ASCII, ASCII, 0, 0, 0, 0, 0];

/// The longest escape sequence.
const LONGEST: usize = 16;

/// Which part of an encoding's tables a set has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plane {
    First,
    Second,
    /// The rows of the second plane that JIS X 0213 has; the others are those of JIS X 0212.
    SecondOf0213,
}

/// Whether JIS X 0213 has a row in its second plane.
fn is_row_of_0213(row: u8) -> bool {
    matches!(row & 0x7f, 0x21 | 0x23..=0x25 | 0x28 | 0x2c..=0x2f | 0x6e..=0x7e)
}

/// The filler of KS X 1001, which EUC-KR has for the beginning of a longer sequence alone.
const HANGUL_FILLER: u32 = 0x3164;
/// What JIS X 0213 has for a tilde, which is a wide one in its other encodings.
const TILDE_OF_0213: [u8; 2] = [0x22, 0x32];
const WIDE_TILDE: u32 = 0xff5e;

#[derive(Clone, Copy)]
enum Content {
    /// ASCII with a yen sign and an overline.
    Roman,
    Katakana,
    Table(&'static Charset, Plane),
    /// Parts of ISO 8859, only ever in G2.
    Latin1,
    Greek,
}

/// A character set, and where it goes when text is encoded.
struct Designation {
    mark: u8,
    slot: usize,
    content: Content,
}

pub struct Iso2022 {
    designations: Vec<Designation>,
    has_shift: bool,
    has_g2: bool,
    has_extension: bool,
}

impl Designation {
    fn new(mark: u8) -> Option<Designation> {
        let double = |name, plane| charset(name).map(|charset| Content::Table(charset, plane));
        let content = match mark {
            b'J' => Content::Roman,
            b'I' => Content::Katakana,
            b'1' => Content::Latin1,
            b'7' => Content::Greek,
            b'@' | b'B' => double("euc_jp", Plane::First)?,
            b'D' => double("euc_jp", Plane::Second)?,
            b'O' => double("euc_jisx0213", Plane::First)?,
            b'Q' => double("euc_jis_2004", Plane::First)?,
            b'P' => double("euc_jis_2004", Plane::SecondOf0213)?,
            b'A' => double("gb2312", Plane::First)?,
            _ => double("euc_kr", Plane::First)?,
        };
        let (mark, slot) = match content {
            Content::Table(..) => (mark | DOUBLE, 0),
            Content::Latin1 => (b'A', 2),
            Content::Greek => (b'F', 2),
            _ => (mark, 0),
        };
        Some(Designation { mark, slot, content })
    }

    /// Whether it is the first plane of JIS X 0213, of either edition.
    fn is_0213(&self) -> bool {
        matches!(self.mark & !DOUBLE, b'O' | b'Q')
    }

    /// How many bytes a character has.
    fn width(&self) -> usize {
        if self.mark & DOUBLE != 0 { 2 } else { 1 }
    }

    fn decode(&self, bytes: &[u8]) -> Found {
        match (self.content, bytes) {
            (Content::Roman, b"\\") => Found::Point(0xa5),
            (Content::Roman, b"~") => Found::Point(0x203e),
            (Content::Roman, &[byte]) => Found::Point(byte.into()),
            (Content::Katakana, &[byte @ 0x21..=0x5f]) => Found::Point(0xff40 + u32::from(byte)),
            (Content::Table(charset, plane), &[row @ 0x21..=0x7e, column @ 0x21..=0x7e]) => {
                let (row, column) = (row | 0x80, column | 0x80);
                match plane {
                    Plane::First if self.is_0213() && bytes == TILDE_OF_0213 => Found::Point(b'~'.into()),
                    Plane::First if [row, column] == syllables::FILLER && self.mark == KS_X_1001 => {
                        Found::Point(HANGUL_FILLER)
                    }
                    Plane::First => charset.double(row, column),
                    Plane::SecondOf0213 if !is_row_of_0213(row) => Found::Nothing,
                    Plane::Second | Plane::SecondOf0213 => charset.triple(row, column),
                }
            }
            _ => Found::Nothing,
        }
    }

    /// The bytes of a character with the one behind it, if any, and how many of the two they are for.
    #[inline(always)]
    fn encode(&self, point: u32, next: Option<u32>, is_last: bool) -> Result<Option<(u16, usize)>, Stop> {
        match self.content {
            Content::Roman => Ok(match point {
                0xa5 => Some((u16::from(b'\\'), 1)),
                0x203e => Some((u16::from(b'~'), 1)),
                _ => None,
            }),
            Content::Katakana => Ok((0xff61..=0xff9f).contains(&point).then(|| ((point - 0xff40) as u16, 1))),
            Content::Table(charset, plane) => {
                if plane == Plane::First && charset.has_pairs() && charset.begins_pair(point) {
                    if next.is_none() && !is_last {
                        return Err(Stop::Incomplete);
                    }
                    if let Some(number) = next.and_then(|next| charset.bytes_of_pair(point, next)) {
                        return Ok(Some((number as u16 & 0x7f7f, 2)));
                    }
                }
                let number = charset.bytes_of(point).filter(|&number| match plane {
                    Plane::First => {
                        (0xa1a1..=0xfefe).contains(&number) && !(self.is_0213() && point == WIDE_TILDE)
                    }
                    Plane::Second => number >> 16 == u32::from(TRIPLE_LEAD),
                    Plane::SecondOf0213 => {
                        number >> 16 == u32::from(TRIPLE_LEAD) && is_row_of_0213((number >> 8) as u8)
                    }
                });
                Ok(number.map(|number| (number as u16 & 0x7f7f, 1)))
            }
            Content::Latin1 | Content::Greek => Ok(None),
        }
    }
}

/// The character of ISO 8859-7.
fn greek(byte: u8) -> Option<u32> {
    Some(match byte {
        0xa1 => 0x2018,
        0xa2 => 0x2019,
        0xaf => 0x2015,
        0..=0xa0 | 0xa3 | 0xa6..=0xa9 | 0xab..=0xad | 0xb0..=0xb3 | 0xb7 | 0xbb | 0xbd => byte.into(),
        0xb4..=0xb6 | 0xb8..=0xba | 0xbc | 0xbe..=0xd1 | 0xd3..=0xfe => u32::from(byte) + 0x2d0,
        _ => return None,
    })
}

impl Iso2022 {
    pub fn named(name: &str) -> Option<Iso2022> {
        let marks: &[u8] = match name {
            "iso2022_kr" => b"C",
            "iso2022_jp" => b"BJ@",
            "iso2022_jp_1" => b"BDJ@",
            "iso2022_jp_2" => b"BDCAJ@17",
            "iso2022_jp_2004" => b"BQP",
            "iso2022_jp_3" => b"BOP",
            "iso2022_jp_ext" => b"BDJI@",
            _ => return None,
        };
        let mut designations =
            marks.iter().map(|&mark| Designation::new(mark)).collect::<Option<Vec<_>>>()?;
        let has_shift = name == "iso2022_kr";
        if has_shift {
            designations.iter_mut().for_each(|designation| designation.slot = 1);
        }
        if name == "iso2022_jp_3" {
            // The edition of 2000 has other characters in its second plane.
            let second = charset("euc_jisx0213")?;
            designations[2].content = Content::Table(second, Plane::SecondOf0213);
        }
        let has_g2 = name == "iso2022_jp_2";
        Some(Iso2022 { designations, has_shift, has_g2, has_extension: !has_shift })
    }

    fn designation(&self, mark: u8) -> Option<&Designation> {
        self.designations.iter().find(|designation| designation.mark == mark)
    }

    /// Takes an escape sequence at the beginning of the bytes; how many it has.
    fn escape(&self, state: &mut State, bytes: &[u8]) -> Result<usize, Stop> {
        let mut place = 1;
        let length = loop {
            if place >= LONGEST {
                return Err(Stop::Illegal(1));
            }
            match bytes.get(place) {
                None => return Err(Stop::Incomplete),
                Some(b'&') if self.has_extension && bytes.get(place + 1) == Some(&b'@') => place += 2,
                Some(b'@'..=b'Z') => break place + 1,
                Some(_) => place += 1,
            }
        };
        let (mark, slot) = match &bytes[1..length] {
            &[b'(', mark] => (mark, 0),
            &[b')', mark] => (mark, 1),
            &[b'.', mark] if self.has_g2 => (mark, 2),
            &[b'$', mark] | &[b'$', b'(', mark] => (mark | DOUBLE, 0),
            &[b'$', b')', mark] => (mark | DOUBLE, 1),
            [b'&', b'@', ESCAPE, b'$', b'B'] if self.has_extension => (b'B' | DOUBLE, 0),
            _ => return Err(Stop::Illegal(length)),
        };
        if mark != ASCII && self.designation(mark).is_none() {
            return Err(Stop::Illegal(length));
        }
        state[slot] = mark;
        Ok(length)
    }

    /// The character of G2 that a byte stands for.
    fn decode_g2(&self, state: &State, byte: u8) -> Option<u32> {
        match state[2] {
            b'A' => (byte < 0x80).then(|| u32::from(byte) + 0x80),
            b'F' => greek(byte ^ 0x80),
            ASCII => (byte < 0x80).then(|| byte.into()),
            _ => None,
        }
    }

    pub fn decode(
        &self,
        state: &mut State,
        input: &[u8],
        at: &mut usize,
        text: &mut Decoded,
    ) -> Result<(), Stop> {
        while let Some(&byte) = input.get(*at) {
            let bytes = &input[*at..];
            if state[FLAGS] & PASSING_ESCAPE != 0 {
                // An escape sequence of another standard stays in the text.
                text.push(byte.into());
                *at += 1;
                if matches!(byte, b'@'..=b'Z') {
                    state[FLAGS] &= !PASSING_ESCAPE;
                }
                continue;
            }
            let shifted = state[FLAGS] & SHIFTED != 0;
            match byte {
                ESCAPE => match bytes.get(1) {
                    None => return Err(Stop::Incomplete),
                    Some(b'(' | b')' | b'$' | b'.' | b'&') => *at += self.escape(state, bytes)?,
                    Some(b'N') if self.has_g2 => {
                        let &byte = bytes.get(2).ok_or(Stop::Incomplete)?;
                        text.push(self.decode_g2(state, byte).ok_or(Stop::Illegal(3))?);
                        *at += 3;
                    }
                    Some(_) => {
                        text.push(byte.into());
                        *at += 1;
                        state[FLAGS] |= PASSING_ESCAPE;
                    }
                },
                SHIFT_IN if self.has_shift => {
                    state[FLAGS] &= !SHIFTED;
                    *at += 1;
                }
                SHIFT_OUT if self.has_shift => {
                    state[FLAGS] |= SHIFTED;
                    *at += 1;
                }
                0x80.. => return Err(Stop::Illegal(1)),
                _ => {
                    if byte == b'\n' {
                        state[FLAGS] &= !SHIFTED;
                    }
                    let mark = state[usize::from(shifted)];
                    if byte < 0x20 || mark == ASCII {
                        text.push(byte.into());
                        *at += 1;
                        continue;
                    }
                    let designation = self.designation(mark).ok_or(Stop::Illegal(1))?;
                    let width = designation.width();
                    let character = bytes.get(..width).ok_or(Stop::Incomplete)?;
                    match designation.decode(character) {
                        Found::Point(point) => text.push(point),
                        Found::Pair(first, second) => {
                            text.push(first);
                            text.push(second);
                        }
                        Found::Nothing => return Err(Stop::Illegal(width)),
                    }
                    *at += width;
                }
            }
        }
        Ok(())
    }

    pub fn encode(
        &self,
        state: &mut State,
        points: Points<'_>,
        at: &mut usize,
        bytes: &mut Vec<u8>,
        is_last: bool,
    ) -> Result<(), Stop> {
        with_units!(points, units => self.encode_units(state, units, at, bytes, is_last))
    }

    fn encode_units<U: Copy + Into<u32>>(
        &self,
        state: &mut State,
        units: &[U],
        at: &mut usize,
        bytes: &mut Vec<u8>,
        is_last: bool,
    ) -> Result<(), Stop> {
        while let Some(&unit) = units.get(*at) {
            let point: u32 = unit.into();
            if point < 0x80 {
                reset_encoding(state, bytes);
                bytes.push(point as u8);
                *at += 1;
                continue;
            }
            let next = units.get(*at + 1).map(|&unit| unit.into());
            let mut found = None;
            for designation in &self.designations {
                if let Some(encoded) = designation.encode(point, next, is_last)? {
                    found = Some((designation, encoded));
                    break;
                }
            }
            let (designation, (number, used)) = found.ok_or(Stop::Illegal(1))?;
            designate(designation, state, bytes);
            match designation.width() {
                2 => bytes.extend_from_slice(&number.to_be_bytes()),
                _ => bytes.push(number as u8),
            }
            *at += used;
        }
        Ok(())
    }
}

/// Puts a character set where it is used from.
fn designate(designation: &Designation, state: &mut State, bytes: &mut Vec<u8>) {
    let &Designation { mark, slot, .. } = designation;
    if state[slot] != mark {
        let letter = mark & !DOUBLE;
        match (mark & DOUBLE != 0, slot) {
            (false, _) => bytes.extend_from_slice(&[ESCAPE, b'(', letter]),
            // The sets that are older than the standard go without a parenthesis.
            (true, 0) if matches!(letter, b'@' | b'B') => bytes.extend_from_slice(&[ESCAPE, b'$', letter]),
            (true, 0) => bytes.extend_from_slice(&[ESCAPE, b'$', b'(', letter]),
            (true, _) => bytes.extend_from_slice(&[ESCAPE, b'$', b')', letter]),
        }
        state[slot] = mark;
    }
    if slot == 1 && state[FLAGS] & SHIFTED == 0 {
        bytes.push(SHIFT_OUT);
        state[FLAGS] |= SHIFTED;
    }
}

/// Goes back to ASCII.
pub fn reset_encoding(state: &mut State, bytes: &mut Vec<u8>) {
    if state[FLAGS] & SHIFTED != 0 {
        bytes.push(SHIFT_IN);
        state[FLAGS] &= !SHIFTED;
    }
    if state[0] != ASCII {
        bytes.extend_from_slice(&[ESCAPE, b'(', ASCII]);
        state[0] = ASCII;
    }
}

pub fn reset_decoding(state: &mut State) {
    state[0] = ASCII;
    state[FLAGS] &= !SHIFTED;
}
