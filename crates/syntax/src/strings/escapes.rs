//! Escape sequences.

use literals::{Text, TextBuilder};

/// A decoded literal and the first character that needed no escaping.
pub(super) type Decoded<T> = Result<(T, Option<u8>), String>;

/// Where decoding stands. `at` counts as CPython's error messages do: of the body with every
/// non-ASCII character written as a ten-byte `\UXXXXXXXX`.
struct Reader<'s> {
    rest: &'s str,
    at: usize,
}

const WIDE_ESCAPE: usize = 10;
/// `\u005c`, which stands for a backslash that escapes nothing.
const BACKSLASH_ESCAPE: usize = 6;

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        self.at += if character.is_ascii() { 1 } else { WIDE_ESCAPE };
        Some(character)
    }

    /// Up to `limit` digits, as a number, and how many there were.
    fn digits(&mut self, radix: u32, limit: usize) -> (u32, usize) {
        let mut value = 0;
        for count in 0..limit {
            let digit = self.rest.bytes().next().and_then(|byte| char::from(byte).to_digit(radix));
            let Some(digit) = digit else {
                return (value, count);
            };
            value = value * radix + digit;
            self.next();
        }
        (value, limit)
    }
}

/// The code point of an escape that is one letter.
fn simple_escape(character: char) -> Option<u32> {
    Some(match character {
        '\\' | '\'' | '"' => u32::from(character),
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'n' => 0x0a,
        'r' => 0x0d,
        't' => 0x09,
        'v' => 0x0b,
        _ => return None,
    })
}

/// The text that the body of a string literal stands for.
pub(super) fn decode_text(body: &str) -> Decoded<Text> {
    let mut text = TextBuilder::with_capacity(body.len());
    let mut reader = Reader { rest: body, at: 0 };
    let mut invalid = None;
    loop {
        let plain = reader.rest.find('\\').unwrap_or(reader.rest.len());
        let (before, after) = reader.rest.split_at(plain);
        text.push_str(before);
        reader.at += before.chars().map(|c| if c.is_ascii() { 1 } else { WIDE_ESCAPE }).sum::<usize>();
        reader.rest = after;
        let start = reader.at;
        if reader.next().is_none() {
            return Ok((text.finish(), invalid));
        }
        let Some(escaped) = reader.rest.chars().next().filter(char::is_ascii) else {
            // A backslash at the end, or before a character beyond ASCII, stands for itself.
            text.push_str("\\");
            reader.at = start + BACKSLASH_ESCAPE;
            continue;
        };
        decode_escape(&mut reader, escaped, start, &mut text, &mut invalid)?;
    }
}

/// Decodes one escape, whose backslash at `start` has been read.
fn decode_escape(
    reader: &mut Reader<'_>,
    escaped: char,
    start: usize,
    text: &mut TextBuilder,
    invalid: &mut Option<u8>,
) -> Result<(), String> {
    if let '0'..='7' = escaped {
        let (point, _) = reader.digits(8, 3);
        text.push_code_point(point);
        return Ok(());
    }
    reader.next();
    match escaped {
        '\n' => {}
        'x' => text.push_code_point(hexadecimal(reader, 2, start, "truncated \\xXX escape")?),
        'u' => text.push_code_point(hexadecimal(reader, 4, start, "truncated \\uXXXX escape")?),
        'U' => {
            let point = hexadecimal(reader, 8, start, "truncated \\UXXXXXXXX escape")?;
            if point > 0x10_ffff {
                return Err(unicode_error(start, reader.at, "illegal Unicode character"));
            }
            text.push_code_point(point);
        }
        'N' => text.push_code_point(named(reader, start)?),
        _ => match simple_escape(escaped) {
            Some(point) => text.push_code_point(point),
            None => {
                text.push_str("\\");
                text.push_code_point(u32::from(escaped));
                invalid.get_or_insert(escaped as u8);
            }
        },
    }
    Ok(())
}

fn hexadecimal(reader: &mut Reader<'_>, width: usize, start: usize, reason: &str) -> Result<u32, String> {
    let (point, count) = reader.digits(16, width);
    match count == width {
        true => Ok(point),
        false => Err(unicode_error(start, reader.at, reason)),
    }
}

/// The character of `\N{name}`, of which `\N` has been read.
fn named(reader: &mut Reader<'_>, start: usize) -> Result<u32, String> {
    const MALFORMED: &str = "malformed \\N character escape";
    if !reader.rest.starts_with('{') {
        return Err(unicode_error(start, reader.at, MALFORMED));
    }
    reader.next();
    let Some(length) = reader.rest.find('}') else {
        while reader.next().is_some() {}
        return Err(unicode_error(start, reader.at, MALFORMED));
    };
    let name = &reader.rest[..length];
    for _ in name.chars() {
        reader.next();
    }
    if name.is_empty() {
        return Err(unicode_error(start, reader.at, MALFORMED));
    }
    reader.next();
    match unicode::lookup(name) {
        Some(unicode::Named::Character(point) | unicode::Named::Alias(point)) => Ok(point),
        _ => Err(unicode_error(start, reader.at, "unknown Unicode character name")),
    }
}

fn unicode_error(start: usize, end: usize, reason: &str) -> String {
    let last = end - 1;
    match last == start {
        true => format!(
            "(unicode error) 'unicodeescape' codec can't decode byte 0x5c in position {start}: {reason}"
        ),
        false => format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{last}: {reason}"
        ),
    }
}

/// The bytes that the body of a bytes literal stands for.
pub(super) fn decode_bytes(body: &[u8]) -> Decoded<Vec<u8>> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut invalid = None;
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += 1;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let escaped = *body.get(at).ok_or("(value error) Trailing \\ in string")?;
        at += 1;
        match escaped {
            b'\n' => {}
            b'0'..=b'7' => {
                let digits = body[at - 1..].iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
                let (value, count) = digits.fold((0u32, 0), |(value, count), digit| {
                    (value * 8 + u32::from(digit - b'0'), count + 1)
                });
                bytes.push(value as u8);
                at += count - 1;
            }
            b'x' => {
                let digit = |index: usize| body.get(index).and_then(|&byte| char::from(byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(at), digit(at + 1)) else {
                    return Err(format!("(value error) invalid \\x escape at position {}", at - 2));
                };
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            _ => match simple_escape(char::from(escaped)) {
                Some(value) => bytes.push(value as u8),
                None => {
                    bytes.extend([b'\\', escaped]);
                    invalid.get_or_insert(escaped);
                }
            },
        }
    }
    Ok((bytes, invalid))
}
