//! Dumps and digests of trees and failures, in the form in which CPython's were recorded.

use literals::{Constant, Text};
use std::fmt::Write;
use syntax::ast::schema::{Arity, Class, Field};
use syntax::ast::{Sink, Span};
use syntax::{Mode, Options, Parsed, SyntaxFailure};

/// Parses as the mode of a case says: `exec`, `eval`, `single` or `func_type`; `str-` before it where
/// the source is text; after it, parted by `+`, the flags of `compile()` and the feature version.
pub fn parse(mode: &str, source: &[u8]) -> Result<Parsed, SyntaxFailure> {
    const DONT_IMPLY_DEDENT: u32 = 0x200;
    const TYPE_COMMENTS: u32 = 0x1000;
    const BARRY_AS_BDFL: u32 = 0x40_0000;
    let ignore_cookie = mode.starts_with("str-");
    let mut parts = mode.trim_start_matches("str-").split('+');
    let mode = match parts.next() {
        Some("eval") => Mode::Eval,
        Some("single") => Mode::Single,
        Some("func_type") => Mode::FunctionType,
        _ => Mode::Exec,
    };
    let flags: u32 = parts.next().map_or(0, |flags| flags.parse().expect("flags are a number"));
    let feature_version = parts.next().map_or(9, |minor| minor.parse().expect("a version is a number"));
    let options = Options {
        ignore_cookie,
        feature_version,
        type_comments: flags & TYPE_COMMENTS != 0,
        dont_imply_dedent: flags & DONT_IMPLY_DEDENT != 0,
        barry_as_bdfl: flags & BARRY_AS_BDFL != 0,
        ..Options::default()
    };
    syntax::parse(source, mode, &options)
}

/// The checksum and length of the tree's dump, or the failure.
pub fn digest(mode: &str, source: &[u8]) -> String {
    match parse(mode, source) {
        Ok(parsed) => {
            let dump = dump(&parsed);
            format!("OK {:08x} {}", crc32(dump.as_bytes()), dump.len())
        }
        Err(failure) => describe_failure(&failure),
    }
}

/// The failure as JSON: class, message and, where it has them, line, offset and text.
pub fn describe_failure(failure: &SyntaxFailure) -> String {
    let mut text = format!("ERR [{}, {}", json(failure.class.name()), json(&failure.shown_message()));
    if let Some(place) = &failure.place {
        let line = place.text.as_deref().map_or("null".to_owned(), json);
        let _ = write!(text, ", {}, {}, {line}", place.lineno, place.offset);
    }
    text + "]"
}

/// The tree as `ast.dump(tree, include_attributes=True)` shows it.
pub fn dump(parsed: &Parsed) -> String {
    let Ok(text) = parsed.module.to_sink(&mut Dump);
    text.unwrap_or_default()
}

struct Dump;

/// What a dump shows of a value: nothing for a missing one.
type Shown = Result<Option<String>, std::convert::Infallible>;

impl Sink for Dump {
    type Value = Option<String>;
    type Error = std::convert::Infallible;

    fn none(&mut self) -> Shown {
        Ok(None)
    }

    fn text(&mut self, text: &Text, _: &'static Field) -> Shown {
        Ok(Some(repr_text(text)))
    }

    fn int(&mut self, value: i32) -> Shown {
        Ok(Some(value.to_string()))
    }

    fn constant(&mut self, value: &Constant) -> Shown {
        Ok(Some(repr(value)))
    }

    fn list(&mut self, items: Vec<Self::Value>) -> Shown {
        let items: Vec<String> = items.into_iter().map(|item| item.unwrap_or("None".to_owned())).collect();
        Ok(Some(format!("[{}]", items.join(", "))))
    }

    fn choice(&mut self, class: &'static Class) -> Shown {
        Ok(Some(format!("{}()", class.name)))
    }

    fn node(&mut self, class: &'static Class, fields: Vec<Self::Value>, span: Option<Span>) -> Shown {
        let mut parts = Vec::new();
        for (field, value) in class.fields.iter().zip(fields) {
            match value {
                Some(value) => parts.push(format!("{}={value}", field.name)),
                None if field.arity == Arity::Optional => {}
                None => parts.push(format!("{}=None", field.name)),
            }
        }
        if let Some(span) = span {
            parts.push(format!(
                "lineno={}, col_offset={}, end_lineno={}, end_col_offset={}",
                span.lineno, span.col_offset, span.end_lineno, span.end_col_offset
            ));
        }
        Ok(Some(format!("{}({})", class.name, parts.join(", "))))
    }
}

fn repr(value: &Constant) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Bool(true) => "True".to_owned(),
        Constant::Bool(false) => "False".to_owned(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => {
            let text = repr_float(*value);
            if text.bytes().all(|byte| byte.is_ascii_digit()) { text + ".0" } else { text }
        }
        Constant::Complex(_, imag) => format!("{}j", repr_float(*imag)),
        Constant::Str(text) => repr_text(text),
        Constant::Bytes(bytes) => {
            format!("b{}", quoted(&bytes.iter().map(|&byte| u32::from(byte)).collect::<Vec<_>>(), true))
        }
        Constant::Tuple(_) | Constant::FrozenSet(_) => unreachable!("a literal is no container"),
    }
}

/// The shortest decimal form; of a whole number, without a point.
fn repr_float(value: f64) -> String {
    if value.is_infinite() {
        return "inf".to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    if (-4..16).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn repr_text(text: &Text) -> String {
    quoted(&text.code_points().collect::<Vec<_>>(), false)
}

fn quoted(points: &[u32], ascii: bool) -> String {
    let has = |quote: char| points.contains(&u32::from(quote));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut text = String::from(quote);
    for &point in points {
        match char::from_u32(point) {
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some(c) if c == quote || c == '\\' => text.extend(['\\', c]),
            Some(c @ ' '..='~') => text.push(c),
            Some(c) if !ascii && point > 0x7f && unicode::is_printable(point) => text.push(c),
            _ if point <= 0xff => _ = write!(text, "\\x{point:02x}"),
            _ if point <= 0xffff => _ = write!(text, "\\u{point:04x}"),
            _ => _ = write!(text, "\\U{point:08x}"),
        }
    }
    text.push(quote);
    text
}

/// Text as JSON, in ASCII.
fn json(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            ' '..='~' => quoted.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted + "\""
}

/// The checksum of zlib and PNG.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, &byte| {
        (0..8).fold(
            sum ^ u32::from(byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}
