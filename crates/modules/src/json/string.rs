//! Reading JSON strings.

use objects::prelude::*;
use objects::str::{Kind, StrBuilder, Unit};
use objects::with_units;

/// The same byte in each place of a word.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Marks the lowest byte below a bound of 1 to 128 with its high bit, and perhaps some bytes above that one.
#[inline(always)]
pub fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(each(bound)) & !word & each(0x80)
}

/// Marks the lowest byte that equals another, as [`below`] does.
#[inline(always)]
pub fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ each(byte), 1)
}

/// The number of bytes before the first one of interest: `mark` marks it in a word of eight, `is_end` knows it alone.
#[inline(always)]
pub fn run_of_bytes(bytes: &[u8], mark: impl Fn(u64) -> u64, is_end: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = mark(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8 + rest.iter().position(|&byte| is_end(byte)).unwrap_or(rest.len())
}

/// Whether a character cannot stand for itself in a JSON string.
#[inline(always)]
pub fn is_special(point: u32) -> bool {
    point < 0x20 || point == u32::from(b'"') || point == u32::from(b'\\')
}

/// The number of characters before the first that is a quote, a backslash or a control character.
#[inline(always)]
pub fn plain_run<U: Unit>(units: &[U]) -> usize {
    match U::KIND {
        Kind::One => run_of_bytes(
            bytemuck::cast_slice(units),
            |word| below(word, 0x20) | equal(word, b'"') | equal(word, b'\\'),
            |byte| is_special(byte.into()),
        ),
        _ => units.iter().position(|&unit| is_special(unit.into())).unwrap_or(units.len()),
    }
}

/// `JSONDecodeError` with a message, the document and an index into it (or -1).
#[cold]
pub fn malformed(message: &str, document: &Str, index: isize) -> Raised {
    let raise = || {
        let class = objects::services::import("json.decoder")?.get_attr(intern!("JSONDecodeError"))?;
        class.call(&[&Str::new(message), document, &Int::from_isize(index)])
    };
    match raise() {
        Ok(error) => raise::set_instance(error),
        Err(raised) => raised,
    }
}

/// `scanstring`: the string that begins at an index, and the index behind it.
pub fn scan_from(document: &Str, start: isize, strict: bool) -> Result<(Ref<Str>, usize)> {
    let Some(mut at) = usize::try_from(start).ok().filter(|&start| start <= document.len()) else {
        bail!(ValueError, "end is out of bounds");
    };
    let string = with_units!(document.points(), units => scan(document, units, &mut at, strict))?;
    Ok((string, at))
}

/// The string that begins at `at` (behind its quote), which is moved behind it.
#[inline]
pub fn scan<U: Unit>(document: &Str, units: &[U], at: &mut usize, strict: bool) -> Result<Ref<Str>> {
    let start = *at;
    let length = plain_run(&units[start..]);
    let end = start + length;
    if units.get(end).is_some_and(|&unit| unit.into() == u32::from(b'"')) {
        *at = end + 1;
        return Str::from_points(U::points(&units[start..end]));
    }
    scan_with_escapes(document, units, at, strict)
}

fn scan_with_escapes<U: Unit>(document: &Str, units: &[U], at: &mut usize, strict: bool) -> Result<Ref<Str>> {
    // Where messages say that the string begins: at its quote.
    let unterminated =
        |start: usize| malformed("Unterminated string starting at", document, start as isize - 1);
    let start = *at;
    let mut builder = StrBuilder::new();
    // The part that is read but not in the builder yet begins here.
    let mut pending = start;
    let mut next = start;
    loop {
        next += plain_run(&units[next..]);
        let Some(&unit) = units.get(next) else { return Err(unterminated(start)) };
        match unit.into() {
            0x22 => break,
            0x5c => {
                builder.push_points(U::points(&units[pending..next]));
                next += 1;
                let Some(&kind) = units.get(next) else { return Err(unterminated(start)) };
                builder.push(escaped(document, units, &mut next, kind.into())?);
                pending = next;
            }
            _ if strict => return Err(malformed("Invalid control character at", document, next as isize)),
            _ => next += 1,
        }
    }
    builder.push_points(U::points(&units[pending..next]));
    *at = next + 1;
    builder.finish()
}

/// The character that an escape denotes; `next` is at the character behind the backslash, and moved behind the escape.
fn escaped<U: Unit>(document: &Str, units: &[U], next: &mut usize, kind: u32) -> Result<u32> {
    let backslash = *next as isize - 1;
    *next += 1;
    Ok(match u8::try_from(kind).unwrap_or(0) {
        b'b' => 0x08,
        b't' => 0x09,
        b'n' => 0x0a,
        b'f' => 0x0c,
        b'r' => 0x0d,
        b'u' => {
            let first = hexadecimal(document, units, *next)?;
            *next += 4;
            match second_of_pair(document, units, first, *next)? {
                Some(second) => {
                    *next += 6;
                    0x10000 + ((first & 0x3ff) << 10 | second & 0x3ff)
                }
                None => first,
            }
        }
        plain @ (b'"' | b'\\' | b'/') => plain.into(),
        _ => return Err(malformed("Invalid \\escape", document, backslash)),
    })
}

/// The number of four hexadecimal digits, behind which something has to stand.
fn hexadecimal<U: Unit>(document: &Str, units: &[U], at: usize) -> Result<u32> {
    let digits = units.get(at..at + 4).filter(|_| at + 4 < units.len());
    let value = digits.and_then(|digits| {
        digits.iter().try_fold(0, |value, &unit| {
            let digit = char::from_u32(unit.into())?.to_digit(16)?;
            Some(value << 4 | digit)
        })
    });
    value.ok_or_else(|| malformed("Invalid \\uXXXX escape", document, at as isize - 1))
}

/// The low surrogate that an escape at `at` denotes, where `first` is a high one that it makes a pair with.
fn second_of_pair<U: Unit>(document: &Str, units: &[U], first: u32, at: usize) -> Result<Option<u32>> {
    let is_high = (0xd800..0xdc00).contains(&first);
    let is_escape = units.get(at).is_some_and(|&unit| unit.into() == u32::from(b'\\'))
        && units.get(at + 1).is_some_and(|&unit| unit.into() == u32::from(b'u'));
    if !is_high || !is_escape || at + 6 >= units.len() {
        return Ok(None);
    }
    let second = hexadecimal(document, units, at + 2)?;
    Ok(Some(second).filter(|second| (0xdc00..0xe000).contains(second)))
}
