//! Source bytes to the text that the tokenizer reads: byte order mark, encoding declaration (PEP 263),
//! newlines.

use crate::failure::{ExceptionClass, Place, SyntaxFailure};
use crate::options::{Decoded, Options};
use std::borrow::Cow;

/// Decoded source. Only where no encoding was declared may it hold bytes that are not UTF-8.
pub(crate) struct Source<'s> {
    pub(crate) text: Cow<'s, [u8]>,
    /// Whether an encoding is known, by declaration or because the source was text.
    pub(crate) encoding_known: bool,
    /// How many lines, from the first, must be UTF-8 when they are read.
    pub(crate) checked_lines: u32,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a source. With `end_line`, a last line without newline gets one.
pub(crate) fn decode<'s>(
    source: &'s [u8],
    end_line: bool,
    options: &Options<'_>,
) -> Result<Source<'s>, SyntaxFailure> {
    let source = match (source.contains(&0), options.script) {
        (false, _) => Cow::Borrowed(source),
        (true, Some(_)) => Cow::Owned(without_nulls(source)),
        (true, None) => {
            let message = "source code string cannot contain null bytes";
            return Err(SyntaxFailure::new(ExceptionClass::ValueError, message, None));
        }
    };
    if source.len() >= i32::MAX as usize {
        let message = "source code is too long";
        return Err(SyntaxFailure::new(ExceptionClass::OverflowError, message, None));
    }
    let text = with_newlines(source, end_line);
    if options.ignore_cookie {
        return Ok(Source { text, encoding_known: true, checked_lines: 0 });
    }
    let marked = text.starts_with(BYTE_ORDER_MARK);
    let text = if marked { without_prefix(text, BYTE_ORDER_MARK.len()) } else { text };
    let declared = declared_encoding(&text);
    let checked_lines = match (&declared, options.script) {
        _ if marked => 0,
        (_, None) => 0,
        (Some((line, _)), Some(_)) => *line,
        (None, Some(_)) => u32::MAX,
    };
    if let Some(script) = options.script
        && checked_lines == 1
        && let Some(byte) = text.split(|&byte| byte == b'\n').next().and_then(first_not_utf8)
    {
        return Err(not_utf8_failure(byte, 1, script));
    }
    let text = match declared {
        Some((_, encoding)) if encoding != "utf-8" => {
            if marked {
                return Err(encoding_failure(format!("encoding problem: {encoding} with BOM"), options));
            }
            Cow::Owned(decode_from(&encoding, &text, options)?)
        }
        Some(_) => text,
        None => return Ok(Source { text, encoding_known: marked, checked_lines }),
    };
    Ok(Source { text, encoding_known: true, checked_lines })
}

/// The first byte that keeps a line from being UTF-8.
pub(crate) fn first_not_utf8(line: &[u8]) -> Option<u8> {
    std::str::from_utf8(line).err().map(|error| line[error.valid_up_to()])
}

/// The failure of a script of which a line is not UTF-8.
pub(crate) fn not_utf8_failure(byte: u8, line: u32, script: &str) -> SyntaxFailure {
    let message = format!(
        "Non-UTF-8 code starting with '\\x{byte:02x}' in file {script} on line {line}, but no encoding declared; \
         see https://python.org/dev/peps/pep-0263/ for details"
    );
    SyntaxFailure::new(ExceptionClass::SyntaxError, message, None)
}

/// What is read of a script with null characters: a line ends before its first one, and without a newline,
/// so that the next line goes on where it ended. A line that begins with one is blank.
fn without_nulls(mut source: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(source.len());
    while let Some(null) = source.iter().position(|&byte| byte == 0) {
        text.extend(&source[..null]);
        if matches!(text.last(), None | Some(b'\n' | b'\r')) {
            text.push(b'\n');
        }
        source = &source[null..];
        let end = source.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(source.len());
        source = &source[end..];
        source = source.strip_prefix(b"\r\n").unwrap_or(source.get(1..).unwrap_or_default());
    }
    text.extend(source);
    text
}

/// A failure before any line has been read.
fn encoding_failure(message: String, options: &Options<'_>) -> SyntaxFailure {
    let place = Place { lineno: 0, offset: -1, text: None, relative: None };
    let place = options.script.is_none().then_some(place);
    SyntaxFailure::new(ExceptionClass::SyntaxError, message, place)
}

/// The text with `\n` for every newline. After a last `\r\n` stands one more, as in CPython,
/// which shows in the position of errors at the end.
fn with_newlines(source: Cow<'_, [u8]>, end_line: bool) -> Cow<'_, [u8]> {
    let ended = !end_line
        || match &*source {
            [.., b'\r', b'\n'] => false,
            [.., last] => matches!(last, b'\r' | b'\n'),
            [] => false,
        };
    if ended && !source.contains(&b'\r') {
        return source;
    }
    let mut text = Vec::with_capacity(source.len() + 1);
    let mut rest = &*source;
    while let Some(at) = rest.iter().position(|&byte| byte == b'\r') {
        text.extend(&rest[..at]);
        text.push(b'\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    text.extend(rest);
    if !ended {
        text.push(b'\n');
    }
    Cow::Owned(text)
}

fn without_prefix(text: Cow<'_, [u8]>, length: usize) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[length..]),
        Cow::Owned(mut text) => {
            text.drain(..length);
            Cow::Owned(text)
        }
    }
}

/// The encoding that a comment in the first two lines declares, and how many lines stand before it. A
/// line without newline is not looked at.
fn declared_encoding(text: &[u8]) -> Option<(u32, String)> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n').map_while(|line| line.strip_suffix(b"\n"));
    let first = lines.next()?;
    if let Some(encoding) = encoding_in(first) {
        return Some((0, encoding));
    }
    let only_comment = first.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
    match only_comment {
        None | Some(b'#') => encoding_in(lines.next()?).map(|encoding| (1, encoding)),
        Some(_) => None,
    }
}

/// The encoding that a line declares: `coding[:=]\s*([-\w.]+)` in a comment on its own.
fn encoding_in(line: &[u8]) -> Option<String> {
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'))?;
    if line[start] != b'#' {
        return None;
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    for at in start..line.len() {
        let Some([b':' | b'=', value @ ..]) = line[at..].strip_prefix(b"coding") else {
            continue;
        };
        let blanks = value.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let name: Vec<u8> = value[blanks..].iter().copied().take_while(is_name).collect();
        if !name.is_empty() {
            return Some(normal_name(&String::from_utf8_lossy(&name)));
        }
    }
    None
}

/// The names of UTF-8 and Latin-1 in one spelling, others as they are.
fn normal_name(name: &str) -> String {
    let normal: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    let is = |encoding: &str| {
        normal.strip_prefix(encoding).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        return "utf-8".to_owned();
    }
    if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
        return "iso-8859-1".to_owned();
    }
    name.to_owned()
}

fn decode_from(encoding: &str, text: &[u8], options: &Options<'_>) -> Result<Vec<u8>, SyntaxFailure> {
    let decoded = match encoding.to_ascii_lowercase().as_str() {
        "iso-8859-1" | "latin1" | "latin" | "l1" | "iso8859-1" | "iso8859_1" | "cp819" => {
            Decoded::Text(text.iter().map(|&byte| char::from(byte)).collect())
        }
        "utf8" | "u8" | "utf" => match std::str::from_utf8(text) {
            Ok(text) => Decoded::Text(text.to_owned()),
            Err(_) => Decoded::Invalid(utf8_error(text)),
        },
        "ascii" | "us-ascii" | "us_ascii" => decode_ascii(text),
        _ => options.decoder.map_or(Decoded::UnknownEncoding, |decoder| decoder(encoding, text)),
    };
    match decoded {
        Decoded::Text(text) => Ok(text.into_bytes()),
        _ if options.script.is_some() => {
            Err(encoding_failure(format!("encoding problem: {encoding}"), options))
        }
        Decoded::UnknownEncoding => Err(encoding_failure(format!("unknown encoding: {encoding}"), options)),
        Decoded::Invalid(message) => Err(encoding_failure(message, options)),
    }
}

fn decode_ascii(text: &[u8]) -> Decoded {
    match text.iter().position(|byte| !byte.is_ascii()) {
        None => Decoded::Text(String::from_utf8_lossy(text).into_owned()),
        Some(at) => Decoded::Invalid(format!(
            "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
            text[at]
        )),
    }
}

/// The message of the `UnicodeDecodeError` for bytes that are not UTF-8.
pub(crate) fn utf8_error(bytes: &[u8]) -> String {
    let Err(error) = std::str::from_utf8(bytes) else {
        return String::new();
    };
    let start = error.valid_up_to();
    let first = bytes[start];
    let (length, reason) = match error.error_len() {
        _ if matches!(first, 0x80..=0xc1 | 0xf5..) => (1, "invalid start byte"),
        Some(length) => (length, "invalid continuation byte"),
        None => (bytes.len() - start, "unexpected end of data"),
    };
    match length {
        1 => format!("'utf-8' codec can't decode byte 0x{first:02x} in position {start}: {reason}"),
        _ => format!("'utf-8' codec can't decode bytes in position {start}-{}: {reason}", start + length - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_declared_in_comments_of_the_first_two_lines() {
        let table: [(&str, Option<&str>); 9] = [
            ("# -*- coding: Latin-1 -*-\n", Some("iso-8859-1")),
            ("#!/bin/sh\n# vim: set fileencoding=UTF_8 :\n", Some("utf-8")),
            ("\n#coding=cp1252\n", Some("cp1252")),
            ("x = 1\n# coding: cp1252\n", None),
            ("\n\n# coding: cp1252\n", None),
            ("x # coding: cp1252\n", None),
            ("# coding cp1252\n", None),
            ("# coding: cp1252", None),
            ("# coding: :coding:koi8-r\n", Some("koi8-r")),
        ];
        for (source, expected) in table {
            assert_eq!(
                declared_encoding(source.as_bytes()).as_ref().map(|(_, encoding)| encoding.as_str()),
                expected,
                "{source:?}"
            );
        }
    }

    #[test]
    fn newlines_become_one_kind() {
        assert_eq!(&*with_newlines(Cow::Borrowed(b"a\r\nb\rc"), true), b"a\nb\nc\n");
        assert_eq!(&*with_newlines(Cow::Borrowed(b"a\r"), true), b"a\n");
        assert_eq!(&*with_newlines(Cow::Borrowed(b"a"), false), b"a");
        assert_eq!(&*with_newlines(Cow::Borrowed(b"a\r\n"), true), b"a\n\n");
        assert_eq!(&*with_newlines(Cow::Borrowed(b""), true), b"\n");
    }

    #[test]
    fn lines_of_a_script_end_before_a_null() {
        let table: &[(&[u8], &[u8])] = &[
            (b"x = 1\0\n", b"x = 1"),
            (b"x = 4\0 junk\n+5\n", b"x = 4+5\n"),
            (b"\0\nx\n", b"\nx\n"),
            (b"x\r\n\0y\r\nz\n", b"x\r\n\nz\n"),
            (b"x\0", b"x"),
        ];
        for (source, expected) in table {
            assert_eq!(&without_nulls(source), expected);
        }
    }
}
