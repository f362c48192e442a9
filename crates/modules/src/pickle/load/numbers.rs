//! Numbers as text.

use objects::prelude::*;

/// An int in a line, its end included, as C's `strtol` and Python read it.
pub fn parse(line: &[u8], base: u32) -> Result<Ref<Int>> {
    match Int::parse(line, base)? {
        Some(number) => Ok(number),
        None => Err(raise!(ValueError, "invalid literal for int() with base {base}: {}", shown(line)?)),
    }
}

/// The start of a wrong number, for messages. `UnicodeDecodeError` for what is no text.
fn shown(line: &[u8]) -> Result<Ref<Str>> {
    objects::codecs::decode_text(start(line), Some("utf-8"), Some("strict"))?.as_object().repr()
}

/// The part of a line that messages show, which a NUL ends.
fn start(line: &[u8]) -> &[u8] {
    let start = &line[..line.len().min(200)];
    &start[..memchr::memchr(0, start).unwrap_or(start.len())]
}

/// An int in a line that counts something.
pub fn parse_size(line: &[u8]) -> Result<isize> {
    let number = parse(line, 10)?;
    number.checked_isize()
}

/// The number that C's `strtol` reads in the whole line with the base that its prefix says: unlike Python
/// it takes a leading zero for octal.
pub fn parse_c(line: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = i128::from_str_radix(digits, base).ok()?;
    i64::try_from(if is_negative { -magnitude } else { magnitude }).ok()
}

/// A float in a line, its end included.
pub fn parse_float(line: &[u8]) -> Result<f64> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    match objects::float::text::parse(text).filter(|_| !text.contains(&b'_')) {
        Some(value) => Ok(value),
        None if begins_with_float(text) => Err(raise!(ValueError, "could not convert string to float")),
        None => {
            let start = String::from_utf8_lossy(start(line));
            Err(raise!(ValueError, "could not convert string to float: '{start}'"))
        }
    }
}

/// Whether the text is a float with something behind it.
fn begins_with_float(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let name = text.get(..3).map(<[u8]>::to_ascii_lowercase);
    let digits = text.strip_prefix(b".").unwrap_or(text);
    digits.first().is_some_and(u8::is_ascii_digit) || matches!(name.as_deref(), Some(b"inf" | b"nan"))
}
