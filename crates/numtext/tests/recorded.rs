//! Formatting as CPython 3.9 does it, recorded by `tools/record.py`, which describes the files.

use std::path::{Path, PathBuf};

use numtext::percent::{Conversion, Star, Values};
use numtext::template::{Accessor, Key, Markups, split_name};
use numtext::*;

fn unescape(text: &str) -> Vec<u32> {
    let mut points = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\u{") {
            let (code, after) = after.split_once('}').unwrap();
            points.push(u32::from_str_radix(code, 16).unwrap());
            rest = after;
        } else {
            points.push(character.into());
            rest = &rest[character.len_utf8()..];
        }
    }
    points
}

fn escape(points: impl IntoIterator<Item = u32>) -> String {
    let show = |point| match point {
        0x20..=0x7e if point != 0x5c => char::from_u32(point).unwrap().to_string(),
        _ => format!("\\u{{{point:x}}}"),
    };
    points.into_iter().map(show).collect()
}

fn float(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).unwrap())
}

type Outcome = Result<String, FormatError>;

fn shown(outcome: Outcome) -> String {
    outcome.unwrap_or_else(|error| {
        let class = match error.kind {
            ErrorKind::Value => "ValueError",
            ErrorKind::Overflow => "OverflowError",
        };
        format!("!{class}: {}", escape(error.message.chars().map(u32::from)))
    })
}

fn field(field: Field) -> String {
    assert_eq!(field.width(), field.code_points().count());
    escape(field.code_points())
}

fn float_with(spec: &Spec, value: f64, type_name: &str) -> Outcome {
    spec.float_field(value, type_name, &Separators::none()).map(field)
}

fn int_digits(text: &str, base: u32) -> (bool, String) {
    let value: i128 = text.parse().unwrap();
    let magnitude = value.unsigned_abs();
    let digits = match base {
        2 => format!("{magnitude:b}"),
        8 => format!("{magnitude:o}"),
        16 => format!("{magnitude:x}"),
        _ => magnitude.to_string(),
    };
    (value < 0, digits)
}

fn text_with(padding: TextField, text: &[u32]) -> String {
    let fill = |count| std::iter::repeat_n(padding.fill, count);
    escape(fill(padding.left).chain(text[..padding.kept].iter().copied()).chain(fill(padding.right)))
}

fn int(value: &str, spec: &str) -> Outcome {
    let spec = Spec::parse(&unescape(spec), Some('d'), Align::Right)?;
    match spec.int_style("int")? {
        IntStyle::Float => float_with(&spec, value.parse().unwrap(), "int"),
        IntStyle::Digits(base) => {
            let (negative, digits) = int_digits(value, base);
            Ok(field(spec.int_field(negative, &digits, &Separators::none())))
        }
        IntStyle::Char => match value.parse::<u32>() {
            Ok(code) if code < 0x11_0000 => Ok(text_with(spec.char_field(), &[code])),
            _ => {
                let fits = value.parse::<i64>().is_ok();
                let message = if fits {
                    "%c arg not in range(0x110000)"
                } else {
                    "Python int too large to convert to C long"
                };
                Err(FormatError { kind: ErrorKind::Overflow, message: message.to_owned() })
            }
        },
    }
}

/// No mapping but `{"a": 1}`, and no stars.
struct One;

impl Values for One {
    type Error = FormatError;

    fn begin_key(&mut self) -> Result<(), FormatError> {
        Ok(())
    }

    fn key(&mut self, key: &[u32]) -> Result<(), FormatError> {
        assert_eq!(key, [0x61]);
        Ok(())
    }

    fn star(&mut self, _: Star) -> Result<isize, FormatError> {
        Ok(0)
    }
}

fn percent(template: &str, value: &str) -> Outcome {
    let template = unescape(template);
    let (conversion, end) = Conversion::parse(&*template, 1, &mut One)?;
    let text = match conversion.kind_char() {
        Some('d' | 'i' | 'u' | 'o' | 'x' | 'X') => {
            let base = match conversion.kind_char() {
                Some('o') => 8,
                Some('x' | 'X') => 16,
                _ => 10,
            };
            let (negative, digits) = int_digits(value, base);
            field(conversion.int_field(negative, digits.to_string()))
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => field(conversion.float_field(float(value))),
        Some('s') => {
            let value = unescape(value);
            let (left, kept, right) = conversion.text_padding(value.len());
            text_with(TextField { fill: 0x20, left, kept, right }, &value)
        }
        _ => return Err(conversion.unsupported()),
    };
    Ok(text + &escape(template[end..].iter().copied()))
}

fn template(text: &str) -> Outcome {
    let text = unescape(text);
    let part = |range: std::ops::Range<usize>| escape(text[range].iter().copied());
    let mut pieces = Vec::new();
    for markup in Markups::new(&text) {
        let markup = markup?;
        let literal = part(markup.literal);
        pieces.push(match markup.field {
            None => format!("{literal}/~/~/~"),
            Some(field) => {
                let conversion = field.conversion.map_or("~".to_owned(), |code| escape([code]));
                format!("{literal}/{}/{}/{conversion}", part(field.name), part(field.spec))
            }
        });
    }
    Ok(pieces.join("|"))
}

fn name(text: &str) -> Outcome {
    let text = unescape(text);
    let key = |key: Key| match key {
        Key::Index(index) => format!("i{index}"),
        Key::Name(range) => format!("s{}", escape(text[range].iter().copied())),
    };
    let (first, rest) = split_name(&text)?;
    let mut pieces = vec![key(first)];
    for accessor in rest {
        pieces.push(match accessor? {
            Accessor::Attribute(range) => format!("a{}", key(Key::Name(range))),
            Accessor::Item(item) => format!("i{}", key(item)),
        });
    }
    Ok(pieces.join("|"))
}

fn outcome(kind: &str, arguments: &[&str]) -> Outcome {
    match (kind, arguments) {
        ("repr", [bits]) => Ok(float::repr(float(bits))),
        ("float", [bits, spec]) => {
            let spec = Spec::parse(&unescape(spec), None, Align::Right)?;
            float_with(&spec, float(bits), "float")
        }
        ("int", [value, spec]) => int(value, spec),
        ("complex", [real, imag, spec]) => {
            let spec = Spec::parse(&unescape(spec), None, Align::Right)?;
            spec.complex_field((float(real), float(imag)), "complex", &Separators::none()).map(field)
        }
        ("str", [value, spec]) => {
            let value = unescape(value);
            let spec = Spec::parse(&unescape(spec), Some('s'), Align::Left)?;
            Ok(text_with(spec.text_field(value.len(), "str")?, &value))
        }
        ("percent", [template, value]) => percent(template, value),
        ("template", [text]) => template(text),
        ("name", [text]) => name(text),
        _ => panic!("no such kind: {kind}"),
    }
}

#[test]
fn texts_are_those_recorded() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let folder = std::env::var_os("NUMTEXT_RECORDED").map_or(own, PathBuf::from);
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in ["format", "percent", "template"] {
        let content = std::fs::read_to_string(folder.join(file).with_extension("txt")).unwrap();
        for line in content.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let (expected, call) = parts.split_last().unwrap();
            let actual = shown(outcome(call[0], &call[1..]));
            count += 1;
            if actual != *expected {
                wrong.push(format!("{call:?}\n  gives    {actual}\n  expected {expected}"));
            }
        }
    }
    assert!(
        count > 1000 && wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}

#[test]
fn groups_follow_the_locale() {
    let indian =
        Separators { decimal_point: ",".to_owned(), thousands: "\u{a0}".to_owned(), sizes: vec![3, 2] };
    let spec = Spec::parse(&unescape("n"), Some('d'), Align::Right).unwrap();
    assert_eq!(spec.int_field(true, "123456789", &indian).to_text().unwrap(), "-12\u{a0}34\u{a0}56\u{a0}789");
    let spec = Spec::parse(&unescape(".9n"), None, Align::Right).unwrap();
    let text = spec.float_field(12345.625, "float", &indian).unwrap().to_text().unwrap();
    assert_eq!(text, "12\u{a0}345,625");
    let ended = Separators { sizes: vec![3, 127], ..indian };
    let spec = Spec::parse(&unescape("n"), Some('d'), Align::Right).unwrap();
    assert_eq!(spec.int_field(false, "123456789", &ended).to_text().unwrap(), "123456\u{a0}789");
}
