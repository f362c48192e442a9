//! The error handlers that there are from the start, as codecs use them and as functions for Python.

use std::fmt::Write;

use super::ByteOrder;
use super::errors::Replacement;
use crate::exceptions::UnicodeErrorObject;
use crate::prelude::*;
use crate::str::repr::push_numeric_escape;
use crate::str::{StrBuilder, push_code_point};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

use Builtin::*;

impl Builtin {
    pub const ALL: [Builtin; 8] = [
        Strict,
        Ignore,
        Replace,
        BackslashReplace,
        XmlCharRefReplace,
        NameReplace,
        SurrogateEscape,
        SurrogatePass,
    ];

    /// The name it is registered by.
    pub fn name(self) -> &'static str {
        match self {
            Strict => "strict",
            Ignore => "ignore",
            Replace => "replace",
            BackslashReplace => "backslashreplace",
            XmlCharRefReplace => "xmlcharrefreplace",
            NameReplace => "namereplace",
            SurrogateEscape => "surrogateescape",
            SurrogatePass => "surrogatepass",
        }
    }

    pub fn named(name: &str) -> Option<Builtin> {
        Builtin::ALL.into_iter().find(|builtin| builtin.name() == name)
    }
}

fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}

/// What stands for the code points from `start` to `end`, and where to go on; nothing where the
/// exception is to be raised.
pub fn encode(
    builtin: Builtin,
    encoding: &str,
    string: &Str,
    start: usize,
    end: usize,
) -> Option<Result<(Replacement, usize)>> {
    let points = || string.points().range(start, end).iter();
    let text = |push: &dyn Fn(&mut StrBuilder, u32)| {
        let mut builder = StrBuilder::new();
        points().for_each(|point| push(&mut builder, point));
        Some(builder.finish().map(|text| (Replacement::Text(text), end)))
    };
    match builtin {
        Strict => None,
        Ignore => Some(Ok((Replacement::Bytes(Vec::new()), end))),
        Replace => text(&|builder, _| builder.push('?'.into())),
        BackslashReplace => text(&push_numeric_escape),
        XmlCharRefReplace => text(&|builder, point| {
            // Writing to a builder does not fail.
            let _ = write!(builder, "&#{point};");
        }),
        NameReplace => text(&|builder, point| match unicode::name(point) {
            Some(name) => {
                let _ = write!(builder, "\\N{{{name}}}");
            }
            None => push_numeric_escape(builder, point),
        }),
        SurrogateEscape => {
            let bytes: Vec<u8> = points()
                .map_while(|point| (0xdc80..=0xdcff).contains(&point).then_some(point as u8))
                .collect();
            let next = start + bytes.len();
            (next == end).then_some(Ok((Replacement::Bytes(bytes), next)))
        }
        SurrogatePass => {
            let form = SurrogateForm::of(encoding)?;
            let mut bytes = Vec::new();
            for point in points() {
                if !is_surrogate(point) {
                    return None;
                }
                form.push(&mut bytes, point);
            }
            Some(Ok((Replacement::Bytes(bytes), end)))
        }
    }
}

/// What stands for the bytes from `start` to `end`, and where to go on; nothing where the
/// exception is to be raised.
pub fn decode(
    builtin: Builtin,
    encoding: &str,
    input: &[u8],
    start: usize,
    end: usize,
) -> Option<(Vec<u32>, usize)> {
    let bytes = &input[start.min(input.len())..end.min(input.len())];
    match builtin {
        Ignore => Some((Vec::new(), end)),
        Replace => Some((vec![0xfffd], end)),
        BackslashReplace => {
            let escaped: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            Some((escaped.chars().map(u32::from).collect(), end))
        }
        SurrogateEscape => {
            let escaped: Vec<u32> = bytes
                .iter()
                .take(4)
                .take_while(|&&byte| byte >= 0x80)
                .map(|&byte| 0xdc00 + u32::from(byte))
                .collect();
            let next = start + escaped.len();
            (!escaped.is_empty()).then_some((escaped, next))
        }
        SurrogatePass => {
            let form = SurrogateForm::of(encoding)?;
            let point = form.read(&input[start..])?;
            Some((vec![point], start + form.width()))
        }
        Strict | XmlCharRefReplace | NameReplace => None,
    }
}

/// How an encoding would write a surrogate: what `surrogatepass` knows.
#[derive(Clone, Copy)]
enum SurrogateForm {
    Utf8,
    Utf16(ByteOrder),
    Utf32(ByteOrder),
}

impl SurrogateForm {
    fn of(encoding: &str) -> Option<SurrogateForm> {
        let name = encoding.to_ascii_lowercase();
        if name == "cp65001" {
            return Some(SurrogateForm::Utf8);
        }
        let rest = name.strip_prefix("utf")?;
        let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
        let (width, order) = rest.split_at_checked(2).unwrap_or((rest, ""));
        let order = match order {
            "" => ByteOrder::NATIVE,
            "-be" | "_be" | "be" => ByteOrder::Big,
            "-le" | "_le" | "le" => ByteOrder::Little,
            _ if rest == "8" => ByteOrder::NATIVE,
            _ => return None,
        };
        match width {
            "8" => Some(SurrogateForm::Utf8),
            "16" => Some(SurrogateForm::Utf16(order)),
            "32" => Some(SurrogateForm::Utf32(order)),
            _ => None,
        }
    }

    fn width(self) -> usize {
        match self {
            SurrogateForm::Utf8 => 3,
            SurrogateForm::Utf16(_) => 2,
            SurrogateForm::Utf32(_) => 4,
        }
    }

    fn push(self, bytes: &mut Vec<u8>, point: u32) {
        match self {
            SurrogateForm::Utf8 => push_code_point(bytes, point),
            SurrogateForm::Utf16(ByteOrder::Little) => bytes.extend((point as u16).to_le_bytes()),
            SurrogateForm::Utf16(ByteOrder::Big) => bytes.extend((point as u16).to_be_bytes()),
            SurrogateForm::Utf32(ByteOrder::Little) => bytes.extend(point.to_le_bytes()),
            SurrogateForm::Utf32(ByteOrder::Big) => bytes.extend(point.to_be_bytes()),
        }
    }

    /// The surrogate at the start of the bytes.
    fn read(self, bytes: &[u8]) -> Option<u32> {
        let bytes = bytes.get(..self.width())?;
        let point = match (self, bytes) {
            (SurrogateForm::Utf8, &[a, b, c]) if a & 0xf0 == 0xe0 && b & 0xc0 == 0x80 && c & 0xc0 == 0x80 => {
                u32::from(a & 0x0f) << 12 | u32::from(b & 0x3f) << 6 | u32::from(c & 0x3f)
            }
            (SurrogateForm::Utf16(ByteOrder::Little), &[a, b]) => u16::from_le_bytes([a, b]).into(),
            (SurrogateForm::Utf16(ByteOrder::Big), &[a, b]) => u16::from_be_bytes([a, b]).into(),
            (SurrogateForm::Utf32(ByteOrder::Little), &[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            (SurrogateForm::Utf32(ByteOrder::Big), &[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
            _ => return None,
        };
        is_surrogate(point).then_some(point)
    }
}

/// Handles an exception object as the registered function does.
pub fn call(builtin: Builtin, exception: &Object) -> Result<Ref> {
    let is = |class: &Type| exception.class().is_subtype(class);
    let raise_given = || match is(&exceptions::BaseException) {
        true => Err(raise::set_instance(exception.to_ref())),
        false => Err(raise!(TypeError, "codec must pass exception instance")),
    };
    if builtin == Strict {
        return raise_given();
    }
    let encodes = is(&exceptions::UnicodeEncodeError);
    let decodes = is(&exceptions::UnicodeDecodeError);
    let translates = is(&exceptions::UnicodeTranslateError);
    let handles = match builtin {
        XmlCharRefReplace | NameReplace => encodes,
        SurrogateEscape | SurrogatePass => encodes || decodes,
        _ => encodes || decodes || translates,
    };
    let fields = match exception.downcast::<UnicodeErrorObject>() {
        Some(fields) if handles => fields,
        _ => bail!(TypeError, "don't know how to handle {} in error callback", exception.class().name()),
    };
    if decodes {
        let (object, start, end) = bytes_and_bounds(fields)?;
        let encoding = encoding_of(fields);
        return match decode(builtin, &encoding, object.as_bytes(), start, end) {
            Some((points, next)) => answer(Str::from_u32(&points)?, next),
            None => raise_given(),
        };
    }
    let (string, start, end) = string_and_bounds(fields)?;
    if translates && builtin == Replace {
        return answer(Str::from_point(0xfffd)?.repeat((end - start) as isize)?, end);
    }
    match encode(builtin, &encoding_of(fields), &string, start, end).transpose()? {
        Some((Replacement::Text(text), next)) => answer(text, next),
        Some((Replacement::Bytes(bytes), next)) if builtin == Ignore => {
            debug_assert!(bytes.is_empty());
            answer(Str::empty(), next)
        }
        Some((Replacement::Bytes(bytes), next)) => {
            let next = Int::from_usize(next).into_object();
            Tuple::new([Bytes::try_new(&bytes)?.into_object(), next]).map(Ref::into_object)
        }
        None => raise_given(),
    }
}

fn answer(text: Ref<Str>, next: usize) -> Result<Ref> {
    Tuple::new([text.into_object(), Int::from_usize(next).into_object()]).map(Ref::into_object)
}

fn encoding_of(fields: &UnicodeErrorObject) -> String {
    let encoding = fields.encoding.get();
    encoding
        .as_deref()
        .and_then(|encoding| encoding.downcast::<Str>())
        .map(Str::to_string)
        .unwrap_or_default()
}

/// The bounds of an exception, cut to the length of its object.
fn bounds(fields: &UnicodeErrorObject, length: usize) -> (usize, usize) {
    let last = length.saturating_sub(1) as isize;
    let start = fields.start.get().clamp(0, last);
    let end = fields.end.get().clamp((start + 1).min(length as isize), length as isize);
    (start as usize, (end as usize).max(start as usize))
}

fn bytes_and_bounds(fields: &UnicodeErrorObject) -> Result<(Ref<Bytes>, usize, usize)> {
    let Some(Ok(object)) = fields.object.get().map(Ref::into_type::<Bytes>) else {
        bail!(TypeError, "object attribute must be bytes");
    };
    let (start, end) = bounds(fields, object.len());
    Ok((object, start, end))
}

fn string_and_bounds(fields: &UnicodeErrorObject) -> Result<(Ref<Str>, usize, usize)> {
    let Some(Ok(object)) = fields.object.get().map(Ref::into_type::<Str>) else {
        bail!(TypeError, "object attribute must be unicode");
    };
    let (start, end) = bounds(fields, object.len());
    Ok((object, start, end))
}
