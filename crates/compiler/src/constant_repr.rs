//! `repr()` of constants.

use std::fmt::Write;

use literals::{Constant, Text};

/// What stands for infinity where the text must be valid source.
const INFINITY: &str = "1e309";

/// The text of a constant as an annotation shows it.
pub(crate) fn repr(value: &Constant) -> String {
    match value {
        Constant::None => "None".into(),
        Constant::Ellipsis => "...".into(),
        Constant::Bool(true) => "True".into(),
        Constant::Bool(false) => "False".into(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => float(*value, true),
        Constant::Complex(real, imag) => complex(*real, *imag),
        Constant::Str(text) => string(text),
        Constant::Bytes(bytes) => byte_string(bytes),
        Constant::Tuple(items) => match &**items {
            [item] => format!("({},)", repr(item)),
            items => format!("({})", joined(items)),
        },
        Constant::FrozenSet(items) if items.is_empty() => "frozenset()".into(),
        Constant::FrozenSet(items) => format!("frozenset({{{}}})", joined(items)),
    }
}

fn joined(items: &[Constant]) -> String {
    items.iter().map(repr).collect::<Vec<_>>().join(", ")
}

/// The shortest digits that give the number back; exponents outside -4 to 15 are written out.
fn float(value: f64, point: bool) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return format!("{}{INFINITY}", if value < 0.0 { "-" } else { "" });
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if point && !plain.contains('.') { plain + ".0" } else { plain };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn complex(real: f64, imag: f64) -> String {
    let imag_text = float(imag, false);
    if real == 0.0 && real.is_sign_positive() {
        return imag_text + "j";
    }
    let sign = if imag_text.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imag_text}j)", float(real, false))
}

/// Single quotes, unless only double ones save escapes.
fn quote_for(mut points: impl Iterator<Item = u32> + Clone) -> char {
    let single = points.clone().any(|point| point == u32::from('\''));
    let double = points.any(|point| point == u32::from('"'));
    if single && !double { '"' } else { '\'' }
}

pub(crate) fn string(text: &Text) -> String {
    let quote = quote_for(text.code_points().collect::<Vec<_>>().into_iter());
    let mut out = String::from(quote);
    for point in text.code_points() {
        let _ = match char::from_u32(point) {
            Some(char) if char == quote || char == '\\' => write!(out, "\\{char}"),
            Some('\n') => write!(out, "\\n"),
            Some('\r') => write!(out, "\\r"),
            Some('\t') => write!(out, "\\t"),
            Some(char) if unicode::is_printable(point) => write!(out, "{char}"),
            _ if point <= 0xff => write!(out, "\\x{point:02x}"),
            _ if point <= 0xffff => write!(out, "\\u{point:04x}"),
            _ => write!(out, "\\U{point:08x}"),
        };
    }
    out.push(quote);
    out
}

fn byte_string(bytes: &[u8]) -> String {
    let quote = quote_for(bytes.iter().map(|&byte| byte.into()));
    let mut out = format!("b{quote}");
    for &byte in bytes {
        let char = char::from(byte);
        let _ = match char {
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            _ if char == quote || char == '\\' => write!(out, "\\{char}"),
            ' '..='~' => write!(out, "{char}"),
            _ => write!(out, "\\x{byte:02x}"),
        };
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_python_shows_them() {
        let floats = [1e22, 1e15, 123456789012345680.0, 0.0001, 0.00001234, -0.0, f64::INFINITY, 1.5];
        let texts = ["1e+22", "1000000000000000.0", "1.2345678901234568e+17", "0.0001", "1.234e-05", "-0.0"];
        let shown: Vec<String> = floats.iter().map(|&value| repr(&Constant::Float(value))).collect();
        assert_eq!(shown[..6], texts);
        assert_eq!(shown[6..], ["1e309", "1.5"]);
        assert_eq!(repr(&Constant::Complex(0.0, -1.0)), "-1j");
        assert_eq!(repr(&Constant::Complex(-0.0, 1.0)), "(-0+1j)");
    }

    #[test]
    fn strings_prefer_single_quotes() {
        assert_eq!(string(&"it's".into()), "\"it's\"");
        assert_eq!(string(&"'\"\n\u{200b}".into()), "'\\'\"\\n\\u200b'");
        assert_eq!(byte_string(b"\0\xff'\""), "b'\\x00\\xff\\'\"'");
    }
}
