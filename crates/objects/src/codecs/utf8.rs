//! UTF-8.

use super::Decoded;
use super::errors::{ErrorMode, Input, Replacement};
use crate::prelude::*;
use crate::str::{Points, StrBuilder, push_code_point};

const NAME: &str = "utf-8";

/// Decodes; unless `is_final`, a sequence cut off at the end is left alone.
pub fn decode(bytes: &[u8], errors: &str, is_final: bool) -> Result<Decoded> {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Ok((Str::try_new(text)?, bytes.len()));
    }
    decode_checked(bytes, errors, is_final)
}

fn decode_checked(bytes: &[u8], errors: &str, is_final: bool) -> Result<Decoded> {
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len());
    let mut at = 0;
    while at < input.bytes().len() {
        let rest = &input.bytes()[at..];
        let error = match std::str::from_utf8(rest) {
            Ok(text) => {
                builder.push_str(text);
                at += text.len();
                break;
            }
            Err(error) => error,
        };
        let valid = &rest[..error.valid_up_to()];
        // SAFETY: the error says that this much is UTF-8.
        builder.push_str(unsafe { std::str::from_utf8_unchecked(valid) });
        let start = at + valid.len();
        let (end, reason) = match error.error_len() {
            None if !is_final => return Ok((builder.finish()?, start)),
            Some(_) if !is_final && is_cut_surrogate(&input.bytes()[start..]) => {
                return Ok((builder.finish()?, start));
            }
            None => (input.bytes().len(), "unexpected end of data"),
            Some(length) => (start + length, reason_for(rest[valid.len()])),
        };
        at = mode.decode(NAME, &mut input, start, end, reason, &mut builder)?;
    }
    Ok((builder.finish()?, at))
}

/// Whether these are the first two bytes of a surrogate, which `surrogatepass` takes once it is complete.
fn is_cut_surrogate(rest: &[u8]) -> bool {
    matches!(rest, [0xed, 0xa0..=0xbf])
}

fn reason_for(first: u8) -> &'static str {
    match first {
        0xc2..=0xf4 => "invalid continuation byte",
        _ => "invalid start byte",
    }
}

/// Encodes; surrogates go to the error handler.
pub fn encode(string: &Str, errors: &str) -> Result<Ref<Bytes>> {
    match string.to_utf8_bytes()? {
        Some(bytes) => Ok(bytes),
        None => encode_checked(string, errors),
    }
}

fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}

fn encode_checked(string: &Str, errors: &str) -> Result<Ref<Bytes>> {
    let mut mode = ErrorMode::new(errors);
    let points = string.points();
    let mut bytes = Vec::with_capacity(points.len() + points.len() / 2);
    let mut at = 0;
    while at < points.len() {
        let point = points.at(at);
        if !is_surrogate(point) {
            push_code_point(&mut bytes, point);
            at += 1;
            continue;
        }
        let end =
            (at + 1..points.len()).find(|&index| !is_surrogate(points.at(index))).unwrap_or(points.len());
        let end = mode.reach(points, at, end);
        let reason = "surrogates not allowed";
        let (replacement, next) = mode.encode(NAME, string, at, end, reason)?;
        match replacement {
            Replacement::Bytes(replacement) => bytes.extend_from_slice(&replacement),
            Replacement::Text(text) => match (text.points(), text.is_ascii()) {
                (Points::One(units), true) => bytes.extend_from_slice(units),
                _ => return Err(super::errors::raise_encode(NAME, string, at, end, reason)),
            },
        }
        at = next;
    }
    Bytes::try_new(&bytes)
}
