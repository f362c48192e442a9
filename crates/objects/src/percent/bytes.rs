//! `bytes % values` (PEP 461).

use numtext::percent::Conversion;

use super::values::Arguments;
use super::{check_room, int_field, letter};
use crate::buffer::request;
use crate::bytearray::ByteArray;
use crate::prelude::*;

/// The template with its conversion specifiers filled in from the values.
pub fn format_bytes(template: &[u8], values: &Object) -> Result<Vec<u8>> {
    let mut values = Arguments::new(values, true);
    let mut formatted = Vec::with_capacity(template.len() + 32);
    let mut at = 0;
    while let Some(length) = memchr::memchr(b'%', &template[at..]) {
        formatted.extend_from_slice(&template[at..at + length]);
        at += length + 1;
        if template.get(at) == Some(&b'%') {
            formatted.push(b'%');
            at += 1;
            continue;
        }
        let (conversion, next) = Conversion::parse(template, at, &mut values).map_err(|failure| failure.0)?;
        let value = values.take()?;
        push_converted(&mut formatted, &conversion, &value)?;
        at = next;
    }
    formatted.extend_from_slice(&template[at..]);
    values.finish("bytes")?;
    Ok(formatted)
}

fn push_converted(formatted: &mut Vec<u8>, conversion: &Conversion, value: &Object) -> Result<()> {
    check_room(conversion)?;
    match letter(conversion) {
        's' | 'b' => push_padded(formatted, conversion, &content(value)?),
        'r' | 'a' => push_padded(formatted, conversion, value.ascii()?.points().as_bytes()),
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            formatted.extend(int_field(conversion, value)?.code_points().map(|point| point as u8));
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = match value.as_f64() {
                Ok(number) => number,
                Err(raised) if raised.matches(&exceptions::TypeError) => {
                    raised.clear();
                    bail!(TypeError, "float argument required, not {}", value.class().name());
                }
                Err(raised) => return Err(raised),
            };
            formatted.extend(conversion.float_field(number).code_points().map(|point| point as u8));
        }
        'c' => push_padded(formatted, conversion, &[single_byte(value)?]),
        _ => return Err(crate::format::raise(conversion.unsupported())),
    }
    Ok(())
}

fn push_padded(formatted: &mut Vec<u8>, conversion: &Conversion, content: &[u8]) {
    let (left, kept, right) = conversion.text_padding(content.len());
    formatted.resize(formatted.len() + left, b' ');
    formatted.extend_from_slice(&content[..kept]);
    formatted.resize(formatted.len() + right, b' ');
}

/// The bytes of `%b`.
fn content(value: &Object) -> Result<Vec<u8>> {
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Some(array) = value.downcast::<ByteArray>() {
        return Ok(array.to_vec());
    }
    if let Some(method) = value.lookup_special(intern!("__bytes__"))? {
        return match method.call0()?.into_type::<Bytes>() {
            Ok(bytes) => Ok(bytes.as_bytes().to_vec()),
            Err(other) => {
                Err(raise!(TypeError, "__bytes__ returned non-bytes (type {})", other.class().name()))
            }
        };
    }
    if value.has_buffer() {
        return Ok(value.get_buffer(request::FULL_RO)?.to_contiguous());
    }
    let name = value.class().name();
    bail!(TypeError, "%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'")
}

/// The byte of `%c`.
fn single_byte(value: &Object) -> Result<u8> {
    let wrong_type = || raise!(TypeError, "%c requires an integer in range(256) or a single byte");
    if let Some(bytes) = value.downcast::<Bytes>().map(Bytes::as_bytes) {
        return if let [byte] = *bytes { Ok(byte) } else { Err(wrong_type()) };
    }
    if let Some(array) = value.downcast::<ByteArray>().map(ByteArray::to_vec) {
        return if let [byte] = array[..] { Ok(byte) } else { Err(wrong_type()) };
    }
    let Some(number) = raise::ignore(value.index(), &exceptions::TypeError)? else {
        return Err(wrong_type());
    };
    match number.to_i64().map(u8::try_from) {
        Some(Ok(byte)) => Ok(byte),
        _ => Err(raise!(OverflowError, "%c arg not in range(256)")),
    }
}
