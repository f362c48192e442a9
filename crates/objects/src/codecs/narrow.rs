//! The codecs of one byte for a code point: ASCII and Latin-1.

use super::Decoded;
use super::errors::{ErrorMode, Input, Replacement, raise_encode};
use crate::prelude::*;
use crate::str::{Points, StrBuilder};

/// Decodes Latin-1, in which every byte is a code point.
pub fn decode_latin1(bytes: &[u8]) -> Result<Decoded> {
    Ok((Str::from_latin1(bytes)?, bytes.len()))
}

/// Decodes ASCII.
pub fn decode_ascii(bytes: &[u8], errors: &str) -> Result<Decoded> {
    if bytes.is_ascii() {
        return decode_latin1(bytes);
    }
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = input.bytes().get(at) {
        if byte < 0x80 {
            builder.push(byte.into());
            at += 1;
        } else {
            at = mode.decode("ascii", &mut input, at, at + 1, "ordinal not in range(128)", &mut builder)?;
        }
    }
    Ok((builder.finish()?, at))
}

/// Encodes in Latin-1.
pub fn encode_latin1(string: &Str, errors: &str) -> Result<Ref<Bytes>> {
    match string.points() {
        Points::One(units) => Bytes::try_new(units),
        _ => encode_checked(string, errors, "latin-1", 0x100, "ordinal not in range(256)"),
    }
}

/// Encodes in ASCII.
pub fn encode_ascii(string: &Str, errors: &str) -> Result<Ref<Bytes>> {
    match string.as_ascii() {
        Some(text) => Bytes::try_new(text.as_bytes()),
        None => encode_checked(string, errors, "ascii", 0x80, "ordinal not in range(128)"),
    }
}

fn encode_checked(string: &Str, errors: &str, name: &str, limit: u32, reason: &str) -> Result<Ref<Bytes>> {
    let mut mode = ErrorMode::new(errors);
    let points = string.points();
    let mut bytes = Vec::with_capacity(points.len());
    let mut at = 0;
    while at < points.len() {
        let point = points.at(at);
        if point < limit {
            bytes.push(point as u8);
            at += 1;
            continue;
        }
        let end = (at + 1..points.len()).find(|&index| points.at(index) < limit).unwrap_or(points.len());
        let end = mode.reach(points, at, end);
        let (replacement, next) = mode.encode(name, string, at, end, reason)?;
        match replacement {
            Replacement::Bytes(replacement) => bytes.extend_from_slice(&replacement),
            Replacement::Text(text) => {
                if text.max_point() >= limit {
                    return Err(raise_encode(name, string, at, end, reason));
                }
                bytes.extend(text.points().iter().map(|point| point as u8));
            }
        }
        at = next;
    }
    Bytes::try_new(&bytes)
}
