//! One value of `struct`, as bytes and back.

use std::borrow::Cow;

use objects::bytearray::ByteArray;
use objects::prelude::*;

use super::ERROR;
use super::format::{Item, Order};

/// Writes a value where an item of the format says.
pub fn pack(order: Order, item: &Item, value: &Object, out: &mut [u8]) -> Result<()> {
    match item.code {
        b'c' => match value.downcast::<Bytes>() {
            Some(bytes) if bytes.len() == 1 => out.copy_from_slice(bytes.as_bytes()),
            _ => return Err(ERROR.raise("char format requires a bytes object of length 1")),
        },
        b's' => {
            let content = content(value, 's')?;
            let length = content.len().min(out.len());
            out[..length].copy_from_slice(&content[..length]);
        }
        b'p' => {
            let content = content(value, 'p')?;
            if let Some((head, tail)) = out.split_first_mut() {
                let length = content.len().min(tail.len());
                tail[..length].copy_from_slice(&content[..length]);
                *head = length.min(255) as u8;
            }
        }
        b'?' => out[0] = value.is_true()?.into(),
        b'e' | b'f' | b'd' => return pack_float(order, item.code, value, out),
        _ => {
            let bits = match value.downcast::<Int>() {
                Some(number) => int_bits(item, number)?,
                None if value.has_index() => int_bits(item, &*value.index()?)?,
                None => return Err(ERROR.raise("required argument is not an integer")),
            };
            put(order, bits, out);
        }
    }
    Ok(())
}

/// The float of a format that the machine may be said not to know; its native one it does.
fn float(order: Order, value: f64, format: &str) -> Result<Ref> {
    let value = if order.native { value } else { objects::float::refuse_special(value, format)? };
    Ok(Float::new(value).into_object())
}

/// Reads a value.
pub fn unpack(order: Order, item: &Item, bytes: &[u8]) -> Result<Ref> {
    Ok(match item.code {
        b'c' | b's' => Bytes::try_new(bytes)?.into_object(),
        b'p' => {
            let content = bytes
                .split_first()
                .map_or(&[][..], |(&length, tail)| &tail[..usize::from(length).min(tail.len())]);
            Bytes::try_new(content)?.into_object()
        }
        b'?' => bool_object(bytes.iter().any(|&byte| byte != 0)),
        b'e' => Float::new(from_half(get(order, bytes) as u16)).into_object(),
        b'f' => float(order, f32::from_bits(get(order, bytes) as u32).into(), "float")?,
        b'd' => float(order, f64::from_bits(get(order, bytes)), "double")?,
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' | b'P' => Int::from_u64(get(order, bytes)).into_object(),
        _ => {
            let unused = 64 - 8 * bytes.len() as u32;
            Int::new((get(order, bytes) << unused) as i64 >> unused).into_object()
        }
    })
}

#[inline]
fn put(order: Order, bits: u64, out: &mut [u8]) {
    let bits = if order.big_endian { bits.swap_bytes() >> (64 - 8 * out.len()) } else { bits };
    match out.len() {
        1 => out[0] = bits as u8,
        2 => out.copy_from_slice(&(bits as u16).to_le_bytes()),
        4 => out.copy_from_slice(&(bits as u32).to_le_bytes()),
        _ => out.copy_from_slice(&bits.to_le_bytes()),
    }
}

#[inline]
fn get(order: Order, bytes: &[u8]) -> u64 {
    let bits = match *bytes {
        [a] => a.into(),
        [a, b] => u16::from_le_bytes([a, b]).into(),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]).into(),
        _ => bytes.first_chunk().map_or(0, |&bytes| u64::from_le_bytes(bytes)),
    };
    if order.big_endian { bits.swap_bytes() >> (64 - 8 * bytes.len()) } else { bits }
}

fn content(value: &Object, code: char) -> Result<Cow<'_, [u8]>> {
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    match value.downcast::<ByteArray>() {
        Some(bytes) => {
            Ok(Cow::Owned(bytes.as_object().get_buffer(objects::buffer::request::SIMPLE)?.bytes().to_vec()))
        }
        None => Err(ERROR.raise(&format!("argument for '{code}' must be a bytes object"))),
    }
}

/// The bits of an int in an item's size, which it has to fit.
fn int_bits(item: &Item, number: &Int) -> Result<u64> {
    let out_of_range = || ERROR.raise("argument out of range");
    let code = item.code;
    if code == b'P' {
        let bits = number.to_i64().map(|value| value as u64).or_else(|| number.to_u64());
        return bits.ok_or_else(|| ERROR.raise("int too large to convert"));
    }
    let narrow_unsigned = matches!(code, b'B' | b'H');
    let bits = if code.is_ascii_lowercase() || narrow_unsigned {
        let value = number.to_i64().ok_or_else(out_of_range)?;
        // What is left of the bits that the item has no room for: of one sign alone.
        let beyond =
            value.checked_shr(8 * item.size as u32 - u32::from(!narrow_unsigned)).unwrap_or(value >> 63);
        if beyond != 0 && (narrow_unsigned || beyond != -1) {
            return Err(refused(item));
        }
        value as u64
    } else {
        let value = number.to_u64().ok_or_else(out_of_range)?;
        if value.checked_shr(8 * item.size as u32).unwrap_or(0) != 0 {
            return Err(refused(item));
        }
        value
    };
    Ok(bits)
}

fn limits(size: usize, signed: bool) -> (i128, i128) {
    let bits = 8 * size as u32;
    if signed { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) }
}

#[cold]
fn refused(item: &Item) -> Raised {
    let message = match item.code {
        b'b' => "byte format requires -128 <= number <= 127".to_owned(),
        b'B' => "ubyte format requires 0 <= number <= 255".to_owned(),
        b'h' => "short format requires (-0x7fff - 1) <= number <= 0x7fff".to_owned(),
        b'H' => "ushort format requires 0 <= number <= (0x7fff * 2 + 1)".to_owned(),
        code => {
            let (low, high) = limits(item.size, code.is_ascii_lowercase());
            format!("'{}' format requires {low} <= number <= {high}", char::from(code))
        }
    };
    ERROR.raise(&message)
}

fn pack_float(order: Order, code: u8, value: &Object, out: &mut [u8]) -> Result<()> {
    let number = match value.as_f64() {
        Ok(number) => number,
        Err(raised) => {
            raised.clear();
            return Err(ERROR.raise("required argument is not a float"));
        }
    };
    let too_large = |code| raise!(OverflowError, "float too large to pack with {code} format");
    let bits = match code {
        b'e' => to_half(number).ok_or_else(|| too_large('e'))?.into(),
        b'f' => {
            let narrow = number as f32;
            if !order.native && narrow.is_infinite() && number.is_finite() {
                return Err(too_large('f'));
            }
            narrow.to_bits().into()
        }
        _ => number.to_bits(),
    };
    put(order, bits, out);
    Ok(())
}

/// IEEE 754 binary16, rounded half to even; nothing where the finite value is too large.
fn to_half(value: f64) -> Option<u16> {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    let magnitude = value.abs();
    if value.is_nan() {
        return Some(sign | 0x7e00);
    }
    if value.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // In units of the last place that the result has: 2**-24 at the least.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    let units = (magnitude * 2_f64.powi(10 - exponent)).round_ties_even() as u32;
    // Rounding up may carry into the exponent, which the sum gets right.
    let bits = ((exponent + 14) as u32 * 0x400) + units;
    (bits < 0x7c00).then_some(sign | bits as u16)
}

fn from_half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        0 => fraction * 2_f64.powi(-24),
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    }
}
