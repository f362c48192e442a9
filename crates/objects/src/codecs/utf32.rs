//! UTF-32, with a byte order mark or in a given order.

use super::ByteOrder;
use super::errors::{ErrorMode, Input, Replacement, raise_encode};
use crate::prelude::*;
use crate::str::{Points, StrBuilder};
use crate::with_units;

fn name(order: Option<ByteOrder>) -> &'static str {
    match order {
        None => "utf-32",
        Some(ByteOrder::Little) => "utf-32-le",
        Some(ByteOrder::Big) => "utf-32-be",
    }
}

/// The text of whole units that are all code points but surrogates, which most text is.
fn decode_plain(bytes: &[u8], order: ByteOrder) -> Result<Option<Ref<Str>>> {
    let (units, rest) = bytes.as_chunks::<4>();
    let point = |&unit: &[u8; 4]| match order {
        ByteOrder::Little => u32::from_le_bytes(unit),
        ByteOrder::Big => u32::from_be_bytes(unit),
    };
    let (union, is_plain) = units.iter().map(point).fold((0, rest.is_empty()), |(union, is_plain), point| {
        (union | point, is_plain & (point < 0x11_0000) & (point & 0xffff_f800 != 0xd800))
    });
    if !is_plain {
        return Ok(None);
    }
    Str::from_known(units.len(), union, units.iter().map(point)).map(Some)
}

/// Decodes; without an order, a byte order mark is looked for and tells it. Gives the order that
/// was told or found. Unless `is_final`, a unit cut off at the end is left alone.
pub fn decode(
    bytes: &[u8],
    errors: &str,
    order: Option<ByteOrder>,
    is_final: bool,
) -> Result<(Ref<Str>, usize, Option<ByteOrder>)> {
    let (mut at, mut found) = (0, order);
    if order.is_none() {
        match bytes {
            [0xff, 0xfe, 0, 0, ..] => (at, found) = (4, Some(ByteOrder::Little)),
            [0, 0, 0xfe, 0xff, ..] => (at, found) = (4, Some(ByteOrder::Big)),
            _ => {}
        }
    }
    let effective = found.unwrap_or(ByteOrder::NATIVE);
    let encoding = name(Some(effective));
    if let Some(text) = decode_plain(&bytes[at..], effective)? {
        return Ok((text, bytes.len(), found));
    }
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len() / 4);
    while at < input.bytes().len() {
        let bytes = input.bytes();
        let (end, reason) = match bytes.get(at..at + 4) {
            None if !is_final => break,
            None => (bytes.len(), "truncated data"),
            Some(unit) => {
                let unit = [unit[0], unit[1], unit[2], unit[3]];
                let point = match effective {
                    ByteOrder::Little => u32::from_le_bytes(unit),
                    ByteOrder::Big => u32::from_be_bytes(unit),
                };
                match point {
                    0xd800..0xe000 => (at + 4, "code point in surrogate code point range(0xd800, 0xe000)"),
                    0..0x11_0000 => {
                        builder.push(point);
                        at += 4;
                        continue;
                    }
                    _ => (at + 4, "code point not in range(0x110000)"),
                }
            }
        };
        at = mode.decode(encoding, &mut input, at, end, reason, &mut builder)?;
    }
    Ok((builder.finish()?, at, found))
}

/// The units of code points without surrogates, in an order, behind a byte order mark if it is asked for.
fn encode_plain(points: Points<'_>, order: ByteOrder, has_mark: bool) -> Result<Ref<Bytes>> {
    let count = points.len() + usize::from(has_mark);
    let Some(length) = count.checked_mul(4) else { bail!(MemoryError) };
    Bytes::build(length, |room| {
        let (mark, units) = room.as_chunks_mut::<4>().0.split_at_mut(usize::from(has_mark));
        let bytes_of = |point: u32| match order {
            ByteOrder::Little => point.to_le_bytes(),
            ByteOrder::Big => point.to_be_bytes(),
        };
        mark.fill(bytes_of(0xfeff));
        with_units!(points, points => {
            units.iter_mut().zip(points).for_each(|(unit, &point)| *unit = bytes_of(point.into()));
        });
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
    let mut bytes = Vec::with_capacity(4 * points.len() + 4);
    let put = |bytes: &mut Vec<u8>, point: u32| match given {
        ByteOrder::Little => bytes.extend_from_slice(&point.to_le_bytes()),
        ByteOrder::Big => bytes.extend_from_slice(&point.to_be_bytes()),
    };
    if order.is_none() {
        put(&mut bytes, 0xfeff);
    }
    let mut mode = ErrorMode::new(errors);
    let mut at = 0;
    while at < points.len() {
        let point = points.at(at);
        if !(0xd800..0xe000).contains(&point) {
            put(&mut bytes, point);
            at += 1;
            continue;
        }
        let reason = "surrogates not allowed";
        let (replacement, next) = mode.encode(encoding, string, at, at + 1, reason)?;
        match replacement {
            Replacement::Bytes(replacement) if replacement.len() % 4 == 0 => {
                bytes.extend_from_slice(&replacement)
            }
            Replacement::Text(text) if text.is_ascii() => {
                text.points().iter().for_each(|point| put(&mut bytes, point));
            }
            _ => return Err(raise_encode(encoding, string, at, at + 1, reason)),
        }
        at = next;
    }
    Bytes::try_new(&bytes)
}
