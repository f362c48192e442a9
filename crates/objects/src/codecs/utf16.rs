//! UTF-16, with a byte order mark or in a given order.

use super::errors::{ErrorMode, Input, Replacement, raise_encode};
use super::{ByteOrder, Decoded};
use crate::prelude::*;
use crate::str::{Points, StrBuilder};

fn read(order: ByteOrder, bytes: &[u8], at: usize) -> u32 {
    let pair = [bytes[at], bytes[at + 1]];
    match order {
        ByteOrder::Little => u16::from_le_bytes(pair).into(),
        ByteOrder::Big => u16::from_be_bytes(pair).into(),
    }
}

fn name(order: Option<ByteOrder>) -> &'static str {
    match order {
        None => "utf-16",
        Some(ByteOrder::Little) => "utf-16-le",
        Some(ByteOrder::Big) => "utf-16-be",
    }
}

/// Decodes; without an order, a byte order mark is looked for and tells it. Gives the order that
/// was told or found. Unless `is_final`, a unit or a pair cut off at the end is left alone.
pub fn decode(
    bytes: &[u8],
    errors: &str,
    order: Option<ByteOrder>,
    is_final: bool,
) -> Result<(Ref<Str>, usize, Option<ByteOrder>)> {
    let (mut at, mut found) = (0, order);
    if order.is_none() {
        match bytes {
            [0xff, 0xfe, ..] => (at, found) = (2, Some(ByteOrder::Little)),
            [0xfe, 0xff, ..] => (at, found) = (2, Some(ByteOrder::Big)),
            _ => {}
        }
    }
    let (text, used) = decode_units(bytes, at, errors, found.unwrap_or(ByteOrder::NATIVE), is_final)?;
    Ok((text, used, found))
}

/// The text of whole units without surrogates, which most text is.
fn decode_plain(bytes: &[u8], order: ByteOrder) -> Result<Option<Ref<Str>>> {
    /// The byte order is chosen once, not for each unit.
    #[inline(always)]
    fn decode_by(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Result<Option<Ref<Str>>> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|&pair| unit(pair));
        let (union, is_plain) = units.clone().fold((0, rest.is_empty()), |(union, is_plain), unit| {
            (union | unit, is_plain & (unit & 0xf800 != 0xd800))
        });
        match is_plain {
            true => Str::from_known(pairs.len(), union.into(), units.map(u32::from)).map(Some),
            false => Ok(None),
        }
    }
    match order {
        ByteOrder::Little => decode_by(bytes, u16::from_le_bytes),
        ByteOrder::Big => decode_by(bytes, u16::from_be_bytes),
    }
}

fn decode_units(
    bytes: &[u8],
    mut at: usize,
    errors: &str,
    order: ByteOrder,
    is_final: bool,
) -> Result<Decoded> {
    let encoding = name(Some(order));
    if let Some(text) = decode_plain(&bytes[at..], order)? {
        return Ok((text, bytes.len()));
    }
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len() / 2);
    loop {
        let bytes = input.bytes();
        let length = bytes.len();
        if at >= length {
            break;
        }
        let (end, reason) = if length - at < 2 {
            if !is_final {
                break;
            }
            (length, "truncated data")
        } else {
            let unit = read(order, bytes, at);
            match unit {
                0xd800..0xdc00 if length - at < 4 => {
                    if !is_final {
                        break;
                    }
                    (length, "unexpected end of data")
                }
                0xd800..0xdc00 => match read(order, bytes, at + 2) {
                    low @ 0xdc00..0xe000 => {
                        builder.push(0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff));
                        at += 4;
                        continue;
                    }
                    _ => (at + 2, "illegal UTF-16 surrogate"),
                },
                0xdc00..0xe000 => (at + 2, "illegal encoding"),
                _ => {
                    builder.push(unit);
                    at += 2;
                    continue;
                }
            }
        };
        at = mode.decode(encoding, &mut input, at, end, reason, &mut builder)?;
    }
    Ok((builder.finish()?, at))
}

/// The units of code points without lone surrogates, in an order, behind a byte order mark if it is asked for.
fn encode_plain(points: Points<'_>, order: ByteOrder, has_mark: bool) -> Result<Ref<Bytes>> {
    let astral = match points {
        Points::Four(units) => units.iter().filter(|&&unit| unit > 0xffff).count(),
        _ => 0,
    };
    let count = points.len() + astral + usize::from(has_mark);
    let Some(length) = count.checked_mul(2) else { bail!(MemoryError) };
    Bytes::build(length, |room| {
        let (mark, pairs) = room.as_chunks_mut::<2>().0.split_at_mut(usize::from(has_mark));
        let bytes_of = |unit: u16| match order {
            ByteOrder::Little => unit.to_le_bytes(),
            ByteOrder::Big => unit.to_be_bytes(),
        };
        mark.fill(bytes_of(0xfeff));
        match points {
            Points::One(units) => {
                pairs.iter_mut().zip(units).for_each(|(pair, &unit)| *pair = bytes_of(unit.into()));
            }
            Points::Two(units) => {
                pairs.iter_mut().zip(units).for_each(|(pair, &unit)| *pair = bytes_of(unit))
            }
            Points::Four(units) => {
                let units = units.iter().flat_map(|&point| match point.checked_sub(0x1_0000) {
                    None => [Some(point as u16), None],
                    Some(offset) => {
                        [Some(0xd800 | (offset >> 10) as u16), Some(0xdc00 | (offset & 0x3ff) as u16)]
                    }
                });
                pairs.iter_mut().zip(units.flatten()).for_each(|(pair, unit)| *pair = bytes_of(unit));
            }
        }
    })
}

/// Encodes; without an order, in the machine's, a byte order mark in front.
pub fn encode(string: &Str, errors: &str, order: Option<ByteOrder>) -> Result<Ref<Bytes>> {
    let encoding = name(order);
    let given = order.unwrap_or(ByteOrder::NATIVE);
    let points = string.points();
    if string.first_surrogate().is_none() {
        return encode_plain(points, given, order.is_none());
    }
    let mut bytes = Vec::with_capacity(2 * points.len() + 2);
    let put = |bytes: &mut Vec<u8>, unit: u32| match given {
        ByteOrder::Little => bytes.extend_from_slice(&(unit as u16).to_le_bytes()),
        ByteOrder::Big => bytes.extend_from_slice(&(unit as u16).to_be_bytes()),
    };
    if order.is_none() {
        put(&mut bytes, 0xfeff);
    }
    let mut mode = ErrorMode::new(errors);
    let mut at = 0;
    while at < points.len() {
        match points.at(at) {
            0xd800..0xe000 => {
                let reason = "surrogates not allowed";
                let (replacement, next) = mode.encode(encoding, string, at, at + 1, reason)?;
                match replacement {
                    Replacement::Bytes(replacement) if replacement.len() % 2 == 0 => {
                        bytes.extend_from_slice(&replacement);
                    }
                    Replacement::Text(text) if text.is_ascii() => {
                        text.points().iter().for_each(|point| put(&mut bytes, point));
                    }
                    _ => return Err(raise_encode(encoding, string, at, at + 1, reason)),
                }
                at = next;
                continue;
            }
            point @ 0..=0xffff => put(&mut bytes, point),
            point => {
                let offset = point - 0x1_0000;
                put(&mut bytes, 0xd800 | offset >> 10);
                put(&mut bytes, 0xdc00 | offset & 0x3ff);
            }
        }
        at += 1;
    }
    Bytes::try_new(&bytes)
}
