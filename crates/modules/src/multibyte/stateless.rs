//! Encodings without a state: tables, and a few rules for what is longer than they tell.

use objects::str::Points;
use objects::with_units;

use super::charset::{Charset, Found, Single, TRIPLE_LEAD, charset};
use super::codec::Stop;
use super::decoded::Decoded;
use super::syllables;

/// What an encoding has besides its tables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    None,
    /// Four bytes for all that two do not reach (GB 18030).
    FourBytes,
    /// Syllables in parts (KS X 1001, annex 3).
    Syllables,
}

pub struct Stateless {
    charset: &'static Charset,
    rule: Rule,
    /// The next edition of the standard, if this one knows of what it lacks.
    next_edition: Option<&'static Charset>,
}

/// The bytes that stand at the first and third place of four.
const LEADS: std::ops::RangeInclusive<u8> = 0x81..=0xfe;
/// The digits that stand at the second and fourth place of four bytes.
const DIGITS: std::ops::RangeInclusive<u8> = b'0'..=b'9';

/// The place that four bytes say.
fn place([first, second, third, fourth]: [u8; 4]) -> Option<u32> {
    let is_valid = [first, third].iter().all(|byte| LEADS.contains(byte))
        && [second, fourth].iter().all(|byte| DIGITS.contains(byte));
    let place = |lead: u8, digit: u8| (u32::from(lead) - 0x81) * 10 + u32::from(digit - b'0');
    is_valid.then(|| place(first, second) * 1260 + place(third, fourth))
}

fn bytes_of_place(place: u32) -> [u8; 4] {
    let pair = |place: u32| [(place / 10) as u8 + 0x81, (place % 10) as u8 + b'0'];
    let ([first, second], [third, fourth]) = (pair(place / 1260), pair(place % 1260));
    [first, second, third, fourth]
}

/// How many code points room is made for at once.
const TOGETHER: usize = 64;

/// Adds the bytes of a big-endian number, without those that are zero at its beginning; zero itself is one byte.
#[inline(always)]
pub fn push_bytes(bytes: &mut Vec<u8>, number: u32) {
    match number {
        0..0x100 => bytes.push(number as u8),
        0x100..0x1_0000 => bytes.extend((number as u16).to_be_bytes()),
        _ => bytes.extend(&number.to_be_bytes()[1..]),
    }
}

impl Stateless {
    pub fn named(name: &str) -> Option<Stateless> {
        let rule = match name {
            "gb18030" => Rule::FourBytes,
            "euc_kr" => Rule::Syllables,
            _ => Rule::None,
        };
        let next_edition = match name {
            "euc_jisx0213" => charset("euc_jis_2004"),
            "shift_jisx0213" => charset("shift_jis_2004"),
            _ => None,
        };
        Some(Stateless { charset: charset(name)?, rule, next_edition })
    }

    pub fn decode(&self, input: &[u8], at: &mut usize, text: &mut Decoded) -> Result<(), Stop> {
        let charset = self.charset;
        while let Some(&lead) = input.get(*at) {
            if lead < 0x80 && charset.is_ascii() {
                let run = input[*at..].iter().take_while(|byte| byte.is_ascii()).count();
                text.push_ascii(&input[*at..*at + run]);
                *at += run;
                continue;
            }
            match charset.single(lead) {
                Single::Point(point) => {
                    text.push(point);
                    *at += 1;
                }
                Single::Illegal => return Err(Stop::Illegal(1)),
                Single::Lead => {
                    let (found, length) = self.decode_sequence(&input[*at..])?;
                    match found {
                        Found::Point(point) => text.push(point),
                        Found::Pair(first, second) => {
                            text.push(first);
                            text.push(second);
                        }
                        Found::Nothing => return Err(Stop::Illegal(1)),
                    }
                    *at += length;
                }
            }
        }
        Ok(())
    }

    /// What the bytes at the beginning say, and how many they are.
    #[inline(always)]
    fn decode_sequence(&self, bytes: &[u8]) -> Result<(Found, usize), Stop> {
        match *bytes {
            [TRIPLE_LEAD, row, column, ..] if self.charset.has_triple() => {
                Ok((self.charset.triple(row, column), 3))
            }
            [TRIPLE_LEAD, ..] if self.charset.has_triple() => Err(Stop::Incomplete),
            [lead, trail, ..] => match self.charset.double(lead, trail) {
                Found::Nothing => self.decode_longer(bytes),
                found => Ok((found, 2)),
            },
            _ => Err(Stop::Incomplete),
        }
    }

    #[cold]
    fn decode_longer(&self, bytes: &[u8]) -> Result<(Found, usize), Stop> {
        let point = match (self.rule, bytes) {
            (Rule::FourBytes, &[first, second, third, fourth, ..]) if DIGITS.contains(&second) => {
                let place = place([first, second, third, fourth]).ok_or(Stop::Illegal(1))?;
                return self
                    .charset
                    .ranged(place)
                    .map(|point| (Found::Point(point), 4))
                    .ok_or(Stop::Illegal(1));
            }
            (Rule::FourBytes, &[_, second, ..]) if DIGITS.contains(&second) => {
                return Err(Stop::Incomplete);
            }
            (Rule::Syllables, _) if bytes.starts_with(&syllables::FILLER) => {
                syllables::compose(bytes.first_chunk().ok_or(Stop::Incomplete)?)
            }
            _ => None,
        };
        match (point, self.next_edition, bytes) {
            (Some(point), ..) => Ok((Found::Point(point), syllables::LENGTH)),
            (None, Some(next), &[lead, trail, ..]) if next.double(lead, trail) != Found::Nothing => {
                Err(Stop::Illegal(2))
            }
            _ => Err(Stop::Illegal(1)),
        }
    }

    pub fn encode(
        &self,
        points: Points<'_>,
        at: &mut usize,
        bytes: &mut Vec<u8>,
        is_last: bool,
    ) -> Result<(), Stop> {
        with_units!(points, units => self.encode_units(units, at, bytes, is_last))
    }

    fn encode_units<U: Copy + Into<u32>>(
        &self,
        units: &[U],
        at: &mut usize,
        bytes: &mut Vec<u8>,
        is_last: bool,
    ) -> Result<(), Stop> {
        let charset = self.charset;
        loop {
            let next = &units[*at..];
            let count = self.encode_short(&next[..next.len().min(TOGETHER)], bytes);
            *at += count;
            let Some(&unit) = units.get(*at) else { return Ok(()) };
            if count == TOGETHER {
                continue;
            }
            let point: u32 = unit.into();
            if charset.begins_pair(point) {
                let second = units.get(*at + 1).map(|&unit| unit.into());
                if second.is_none() && !is_last {
                    return Err(Stop::Incomplete);
                }
                if let Some(number) = second.and_then(|second| charset.bytes_of_pair(point, second)) {
                    push_bytes(bytes, number);
                    *at += 2;
                    continue;
                }
            }
            match charset.bytes_of(point) {
                Some(number) => push_bytes(bytes, number),
                None => self.encode_longer(point, bytes)?,
            }
            *at += 1;
        }
    }

    /// Encodes code points as long as they are of one byte or two, which is told by the tables alone. Gives their number.
    fn encode_short<U: Copy + Into<u32>>(&self, units: &[U], bytes: &mut Vec<u8>) -> usize {
        let charset = self.charset;
        let (is_ascii, has_pairs) = (charset.is_ascii(), charset.has_pairs());
        let start = bytes.len();
        bytes.resize(start + 2 * units.len(), 0);
        let room = &mut bytes[start..];
        let (mut count, mut end) = (0, 0);
        for &unit in units {
            let point: u32 = unit.into();
            let number = match point < 0x80 && is_ascii {
                true => point,
                false if has_pairs && charset.begins_pair(point) => break,
                false => charset.bytes_of(point).unwrap_or(u32::MAX),
            };
            match number {
                0..0x100 => {
                    room[end] = number as u8;
                    end += 1;
                }
                0x100..0x1_0000 => {
                    room[end..end + 2].copy_from_slice(&(number as u16).to_be_bytes());
                    end += 2;
                }
                _ => break,
            }
            count += 1;
        }
        bytes.truncate(start + end);
        count
    }

    #[cold]
    fn encode_longer(&self, point: u32, bytes: &mut Vec<u8>) -> Result<(), Stop> {
        match self.rule {
            Rule::FourBytes => {
                let place = self.charset.place_in_ranges(point).ok_or(Stop::Illegal(1))?;
                bytes.extend(bytes_of_place(place));
            }
            Rule::Syllables => bytes.extend(syllables::decompose(point).ok_or(Stop::Illegal(1))?),
            Rule::None => return Err(Stop::Illegal(1)),
        }
        Ok(())
    }
}
