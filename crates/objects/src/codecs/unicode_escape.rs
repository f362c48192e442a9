//! `unicode_escape` and `raw_unicode_escape`: the escapes of string literals.

use super::Decoded;
use super::errors::{ErrorMode, Input};
use crate::prelude::*;
use crate::str::StrBuilder;

/// What stands behind a backslash.
enum Escape {
    /// A code point, and how many bytes it took behind the backslash.
    Point(u32, usize),
    /// Nothing (an escaped line end).
    Nothing(usize),
    /// No escape: the backslash stands for itself.
    Unknown,
    /// An error, and how many bytes it spans behind the backslash; `cut` where more bytes could make it good.
    Malformed { reason: &'static str, length: usize, cut: bool },
}

/// As many hexadecimal digits as `\x`, `\u` or `\U` has.
fn hexadecimal(rest: &[u8], digits: usize, reason: &'static str, too_large: &'static str) -> Escape {
    let mut value = 0u32;
    for index in 1..=digits {
        match rest.get(index).map(|&byte| char::from(byte).to_digit(16)) {
            Some(Some(digit)) => value = value << 4 | digit,
            found => return Escape::Malformed { reason, length: index, cut: found.is_none() },
        }
    }
    match value {
        0..0x11_0000 => Escape::Point(value, digits + 1),
        _ => Escape::Malformed { reason: too_large, length: digits + 1, cut: false },
    }
}

fn named(rest: &[u8]) -> Escape {
    let malformed = |length, cut| Escape::Malformed { reason: "malformed \\N character escape", length, cut };
    match rest.get(1) {
        Some(b'{') => {}
        other => return malformed(1, other.is_none()),
    }
    let Some(length) = rest[2..].iter().position(|&byte| byte == b'}') else {
        return malformed(rest.len(), true);
    };
    if length == 0 {
        return malformed(2, false);
    }
    let name = std::str::from_utf8(&rest[2..2 + length]).ok();
    match name.and_then(unicode::lookup) {
        Some(unicode::Named::Character(point) | unicode::Named::Alias(point)) => {
            Escape::Point(point, length + 3)
        }
        _ => Escape::Malformed { reason: "unknown Unicode character name", length: length + 3, cut: false },
    }
}

/// Reads the escape whose backslash is in front of `rest`.
fn escape(rest: &[u8]) -> Escape {
    let Some(&kind) = rest.first() else {
        return Escape::Malformed { reason: "\\ at end of string", length: 0, cut: true };
    };
    let too_large = "illegal Unicode character";
    match kind {
        b'\n' => Escape::Nothing(1),
        b'\\' | b'\'' | b'"' => Escape::Point(kind.into(), 1),
        b'b' => Escape::Point(0x08, 1),
        b'f' => Escape::Point(0x0c, 1),
        b't' => Escape::Point(0x09, 1),
        b'n' => Escape::Point(0x0a, 1),
        b'r' => Escape::Point(0x0d, 1),
        b'v' => Escape::Point(0x0b, 1),
        b'a' => Escape::Point(0x07, 1),
        b'0'..=b'7' => {
            let digits = rest.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
            let (value, count) =
                digits.fold((0, 0), |(value, count), digit| (value * 8 + u32::from(digit - b'0'), count + 1));
            Escape::Point(value, count)
        }
        b'x' => hexadecimal(rest, 2, "truncated \\xXX escape", too_large),
        b'u' => hexadecimal(rest, 4, "truncated \\uXXXX escape", too_large),
        b'U' => hexadecimal(rest, 8, "truncated \\UXXXXXXXX escape", too_large),
        b'N' => named(rest),
        _ => Escape::Unknown,
    }
}

/// The escapes that `raw_unicode_escape` knows: `\u` and `\U` behind an odd number of backslashes.
fn raw_escape(rest: &[u8]) -> Escape {
    match rest.first() {
        None => Escape::Malformed { reason: "", length: 0, cut: true },
        Some(b'u') => hexadecimal(rest, 4, "truncated \\uXXXX escape", ""),
        Some(b'U') => hexadecimal(rest, 8, "truncated \\UXXXXXXXX escape", "\\Uxxxxxxxx out of range"),
        Some(_) => Escape::Unknown,
    }
}

/// Decodes the escapes of string literals; warns of the first that is none. Unless `is_final`, an
/// escape cut off at the end is left alone.
pub fn decode(bytes: &[u8], errors: &str, is_final: bool) -> Result<Decoded> {
    let mut first_invalid = None;
    let decoded = decode_with("unicodeescape", bytes, errors, is_final, escape, |rest, builder| {
        first_invalid = first_invalid.or(rest.first().copied());
        builder.push('\\'.into());
        0
    })?;
    if let Some(byte) = first_invalid {
        let message = format!("invalid escape sequence '\\{}'", char::from(byte));
        crate::services::warn(&exceptions::DeprecationWarning, &message, 1)?;
    }
    Ok(decoded)
}

/// Decodes `\u` and `\U` alone. Unless `is_final`, an escape cut off at the end is left alone.
pub fn decode_raw(bytes: &[u8], errors: &str, is_final: bool) -> Result<Decoded> {
    decode_with("rawunicodeescape", bytes, errors, is_final, raw_escape, |rest, builder| {
        builder.push('\\'.into());
        // What stands behind a backslash that is itself escaped is no escape.
        match rest.first() {
            Some(&byte) => {
                builder.push(byte.into());
                1
            }
            None => 0,
        }
    })
}

/// The loop of both: `unknown` adds what a backslash before no escape stands for, and tells how many
/// bytes behind it that took.
fn decode_with(
    encoding: &str,
    bytes: &[u8],
    errors: &str,
    is_final: bool,
    escape: fn(&[u8]) -> Escape,
    mut unknown: impl FnMut(&[u8], &mut StrBuilder) -> usize,
) -> Result<Decoded> {
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = input.bytes().get(at) {
        if byte != b'\\' {
            builder.push(byte.into());
            at += 1;
            continue;
        }
        let rest = &input.bytes()[at + 1..];
        match escape(rest) {
            Escape::Point(point, length) => {
                builder.push(point);
                at += 1 + length;
            }
            Escape::Nothing(length) => at += 1 + length,
            Escape::Unknown => at += 1 + unknown(rest, &mut builder),
            Escape::Malformed { cut: true, .. } if !is_final => break,
            Escape::Malformed { reason: "", .. } => at += 1 + unknown(rest, &mut builder),
            Escape::Malformed { reason, length, .. } => {
                at = mode.decode(encoding, &mut input, at, at + 1 + length, reason, &mut builder)?;
            }
        }
    }
    Ok((builder.finish()?, at))
}

/// Encodes in ASCII, with escapes for what is not printable.
pub fn encode(string: &Str) -> Result<Ref<Bytes>> {
    let mut bytes = Vec::with_capacity(string.len());
    for point in string.points().iter() {
        match point {
            0x09 => bytes.extend_from_slice(b"\\t"),
            0x0a => bytes.extend_from_slice(b"\\n"),
            0x0d => bytes.extend_from_slice(b"\\r"),
            0x5c => bytes.extend_from_slice(b"\\\\"),
            0x20..0x7f => bytes.push(point as u8),
            0..=0xff => bytes.extend(format!("\\x{point:02x}").bytes()),
            0x100..=0xffff => bytes.extend(format!("\\u{point:04x}").bytes()),
            _ => bytes.extend(format!("\\U{point:08x}").bytes()),
        }
    }
    Bytes::try_new(&bytes)
}

/// Encodes in Latin-1, with `\u` and `\U` for the rest.
pub fn encode_raw(string: &Str) -> Result<Ref<Bytes>> {
    let mut bytes = Vec::with_capacity(string.len());
    for point in string.points().iter() {
        match point {
            0..=0xff => bytes.push(point as u8),
            0x100..=0xffff => bytes.extend(format!("\\u{point:04x}").bytes()),
            _ => bytes.extend(format!("\\U{point:08x}").bytes()),
        }
    }
    Bytes::try_new(&bytes)
}
