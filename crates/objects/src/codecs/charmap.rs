//! Codecs of one byte for a code point by a table: what most of the package `encodings` is made of.

use super::errors::{ErrorMode, Input, Replacement, raise_encode};
use super::{Decoded, handlers, narrow};
use crate::prelude::*;
use crate::str::{Points, StrBuilder};
use crate::with_units;

const NAME: &str = "charmap";
const UNDEFINED: &str = "character maps to <undefined>";

/// Decodes by a mapping from bytes to text: a string that has the character of each byte at its
/// place, or anything with `__getitem__`. No mapping is Latin-1.
pub fn decode(bytes: &[u8], errors: &str, mapping: Option<&Object>) -> Result<Decoded> {
    let Some(mapping) = mapping.filter(|mapping| !mapping.is_none()) else {
        return narrow::decode_latin1(bytes);
    };
    let table = mapping.downcast_exact::<Str>();
    if let Some(table) = table
        && let Some(text) = decode_all(bytes, table.points())?
    {
        return Ok((text, bytes.len()));
    }
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = input.bytes().get(at) {
        let decoded = match table {
            Some(table) => push_from_string(table, byte, &mut builder),
            None => push_from_mapping(mapping, byte, &mut builder)?,
        };
        at = match decoded {
            true => at + 1,
            false => mode.decode(NAME, &mut input, at, at + 1, UNDEFINED, &mut builder)?,
        };
    }
    Ok((builder.finish()?, at))
}

/// What stands in a table for a byte that means nothing.
const NOTHING: u32 = 0xfffe;

/// The text of bytes that a table of 256 characters has all of.
fn decode_all(bytes: &[u8], table: Points<'_>) -> Result<Option<Ref<Str>>> {
    with_units!(table, units => {
        let Some(units) = units.first_chunk::<256>() else { return Ok(None) };
        let points = bytes.iter().map(|&byte| u32::from(units[usize::from(byte)]));
        let (union, is_defined) = points.clone().fold((0, true), |(union, is_defined), point| {
            (union | point, is_defined & (point != NOTHING))
        });
        match is_defined {
            true => Str::from_known(bytes.len(), union, points).map(Some),
            false => Ok(None),
        }
    })
}

fn push_from_string(table: &Str, byte: u8, builder: &mut StrBuilder) -> bool {
    let index = usize::from(byte);
    let point = if index < table.len() { table.code_point(index) } else { NOTHING };
    if point != NOTHING {
        builder.push(point);
    }
    point != NOTHING
}

/// Adds what a mapping has for a byte; false where it has nothing.
fn push_from_mapping(mapping: &Object, byte: u8, builder: &mut StrBuilder) -> Result<bool> {
    let value = match mapping.get_item(&Int::new(byte.into())) {
        Ok(value) => value,
        Err(raised) if raised.matches(&exceptions::LookupError) => {
            raised.clear();
            return Ok(false);
        }
        Err(raised) => return Err(raised),
    };
    if value.is_none() {
        return Ok(false);
    }
    if let Some(number) = value.downcast::<Int>() {
        return match number.to_i64() {
            Some(number) if number == NOTHING.into() => Ok(false),
            Some(point @ 0..=0x10_ffff) => {
                builder.push(point as u32);
                Ok(true)
            }
            _ => Err(raise!(TypeError, "character mapping must be in range(0x{:x})", 0x11_0000)),
        };
    }
    let Some(text) = value.downcast::<Str>() else {
        bail!(TypeError, "character mapping must return integer, None or str");
    };
    if text.len() == 1 && text.code_point(0) == NOTHING {
        return Ok(false);
    }
    builder.push_string(text);
    Ok(true)
}

/// A table for encoding, made of one for decoding: `codecs.charmap_build`. The bytes of 256 code points stand
/// together in a page.
#[repr(C)]
pub struct EncodingMap {
    base: Object,
    /// Where the page of the code points with this high byte is.
    places: Vec<u16>,
    /// The first page is empty. Zero is no byte, but for U+0000.
    pages: Vec<[u8; 256]>,
}

#[class(name = "EncodingMap", static_ = ENCODING_MAP)]
impl EncodingMap {
    /// The bytes of memory that the map takes.
    #[method(no_text_signature)]
    fn size(&self) -> usize {
        size_of::<EncodingMap>() + size_of_val(&*self.places) + size_of_val(&*self.pages)
    }
}

impl EncodingMap {
    fn of(known: impl Iterator<Item = (u32, u8)>) -> EncodingMap {
        let mut map = EncodingMap { base: Object::header(), places: vec![0; 256], pages: vec![[0; 256]] };
        for (point, byte) in known {
            let place = &mut map.places[(point >> 8) as usize];
            if *place == 0 {
                *place = map.pages.len() as u16;
                map.pages.push([0; 256]);
            }
            map.pages[usize::from(*place)][(point & 0xff) as usize] = byte;
        }
        map
    }

    #[inline(always)]
    fn byte(&self, point: u32) -> Option<u8> {
        let place = *self.places.get((point >> 8) as usize)?;
        let byte = self.pages[usize::from(place)][(point & 0xff) as usize];
        (byte != 0 || point == 0).then_some(byte)
    }

    /// The bytes of code points that the map has all of.
    fn encode_all(&self, points: Points<'_>) -> Result<Option<Ref<Bytes>>> {
        let mut is_complete = true;
        let bytes = Bytes::build(points.len(), |room| {
            with_units!(points, units => for (place, &unit) in room.iter_mut().zip(units) {
                let Some(byte) = self.byte(unit.into()) else {
                    is_complete = false;
                    break;
                };
                *place = byte;
            });
        })?;
        Ok(is_complete.then_some(bytes))
    }
}

/// The table for encoding that belongs to a string with the character of each byte: a dictionary
/// where the string is out of the ordinary.
pub fn build(table: &Str) -> Result<Ref> {
    let length = table.len().min(256);
    let points = table.points().range(0, length);
    let is_ordinary =
        length > 0 && points.at(0) == 0 && points.iter().skip(1).all(|point| point != 0 && point <= 0xffff);
    if is_ordinary {
        let known = points.iter().zip(0..=255).filter(|&(point, _)| point != NOTHING);
        return Ok(Ref::new(EncodingMap::of(known)).into_object());
    }
    let map = Dict::new();
    for (byte, point) in points.iter().enumerate() {
        map.set(&Int::new(point.into()), &Int::from_usize(byte))?;
    }
    Ok(map.into_object())
}

/// Adds the bytes of a code point; false where the mapping has none.
fn push_encoded(mapping: &Object, point: u32, bytes: &mut Vec<u8>) -> Result<bool> {
    if let Some(map) = mapping.downcast_exact::<EncodingMap>() {
        let byte = map.byte(point);
        bytes.extend(byte);
        return Ok(byte.is_some());
    }
    let value = match mapping.get_item(&Int::new(point.into())) {
        Ok(value) => value,
        Err(raised) if raised.matches(&exceptions::LookupError) => {
            raised.clear();
            return Ok(false);
        }
        Err(raised) => return Err(raised),
    };
    if value.is_none() {
        return Ok(false);
    }
    if let Some(number) = value.downcast::<Int>() {
        return match number.to_i64().map(u8::try_from) {
            Some(Ok(byte)) => {
                bytes.push(byte);
                Ok(true)
            }
            _ => Err(raise!(TypeError, "character mapping must be in range(256)")),
        };
    }
    match value.downcast::<Bytes>() {
        Some(value) => {
            bytes.extend_from_slice(value.as_bytes());
            Ok(true)
        }
        None => Err(raise!(
            TypeError,
            "character mapping must return integer, bytes or None, not {}",
            value.class().name()
        )),
    }
}

/// Whether the mapping has a code point.
fn is_encodable(mapping: &Object, point: u32) -> Result<bool> {
    push_encoded(mapping, point, &mut Vec::new())
}

/// Encodes by a mapping from code points to bytes. No mapping is Latin-1.
pub fn encode(string: &Str, errors: &str, mapping: Option<&Object>) -> Result<Ref<Bytes>> {
    let Some(mapping) = mapping.filter(|mapping| !mapping.is_none()) else {
        return narrow::encode_latin1(string, errors);
    };
    let points = string.points();
    if let Some(map) = mapping.downcast_exact::<EncodingMap>()
        && let Some(bytes) = map.encode_all(points)?
    {
        return Ok(bytes);
    }
    let mut mode = ErrorMode::new(errors);
    let mut bytes = Vec::with_capacity(points.len());
    let mut at = 0;
    while at < points.len() {
        if push_encoded(mapping, points.at(at), &mut bytes)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < points.len() && !is_encodable(mapping, points.at(end))? {
            end += 1;
        }
        let (replacement, next) = match mode.builtin() {
            Some(handlers::Builtin::SurrogateEscape) => {
                let escaped = (at..end).find(|&i| !(0xdc80..=0xdcff).contains(&points.at(i))).unwrap_or(end);
                mode.encode(NAME, string, at, if escaped > at { escaped } else { end }, UNDEFINED)?
            }
            _ => mode.encode(NAME, string, at, end, UNDEFINED)?,
        };
        match replacement {
            Replacement::Bytes(replacement) => bytes.extend_from_slice(&replacement),
            Replacement::Text(text) => {
                for point in text.points().iter() {
                    if !push_encoded(mapping, point, &mut bytes)? {
                        return Err(raise_encode(NAME, string, at, end, UNDEFINED));
                    }
                }
            }
        }
        at = next;
    }
    Bytes::try_new(&bytes)
}
