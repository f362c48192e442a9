//! Ints to and from arrays of bytes.

use super::digits::{self, MASK, SHIFT};
use super::{Int, IntBuilder};
use crate::prelude::*;

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// From `'little'` or `'big'`. `ValueError`.
    pub fn from_name(name: &Str) -> Result<ByteOrder> {
        match name.as_str() {
            Some("little") => Ok(ByteOrder::Little),
            Some("big") => Ok(ByteOrder::Big),
            _ => Err(raise!(ValueError, "byteorder must be either 'little' or 'big'")),
        }
    }
}

impl Int {
    /// The int that the bytes are, in two's complement where `signed`.
    pub fn from_bytes(bytes: &[u8], order: ByteOrder, signed: bool) -> Result<Ref<Int>> {
        let little: Vec<u8> = match order {
            ByteOrder::Little => bytes.to_vec(),
            ByteOrder::Big => bytes.iter().rev().copied().collect(),
        };
        let negative = signed && little.last().is_some_and(|last| last & 0x80 != 0);
        let mut int = IntBuilder::new((little.len() * 8).div_ceil(SHIFT as usize))?;
        let (mut pending, mut filled, mut carry) = (0u64, 0, 1);
        let mut places = int.digits().iter_mut();
        for byte in little {
            let mut value = u64::from(byte);
            if negative {
                value = (value ^ 0xff) + carry;
                carry = value >> 8;
                value &= 0xff;
            }
            pending |= value << filled;
            filled += 8;
            if filled >= SHIFT
                && let Some(place) = places.next()
            {
                *place = pending as u32 & MASK;
                pending >>= SHIFT;
                filled -= SHIFT;
            }
        }
        if let Some(place) = places.next() {
            *place = pending as u32;
        }
        Ok(int.finish(negative))
    }

    /// Writes the int into the bytes, in two's complement where `signed`. `OverflowError`.
    pub fn write_bytes(&self, out: &mut [u8], order: ByteOrder, signed: bool) -> Result<()> {
        self.check_fits(out.len(), signed)?;
        let (mut pending, mut filled, mut carry) = (0u64, 0, 1u64);
        let mut digits = self.digits().iter();
        for place in out.iter_mut() {
            if filled < 8
                && let Some(&digit) = digits.next()
            {
                pending |= u64::from(digit) << filled;
                filled += SHIFT;
            }
            let mut value = pending & 0xff;
            if self.is_negative() {
                value = (value ^ 0xff) + carry;
                carry = value >> 8;
            }
            *place = value as u8;
            pending >>= 8;
            filled = filled.saturating_sub(8);
        }
        if order == ByteOrder::Big {
            out.reverse();
        }
        Ok(())
    }

    /// `OverflowError` where so many bytes have no room for the value.
    pub(super) fn check_fits(&self, bytes: usize, signed: bool) -> Result<()> {
        if self.is_negative() && !signed {
            bail!(OverflowError, "can't convert negative int to unsigned");
        }
        match self.fits(bytes, signed) {
            true => Ok(()),
            false => Err(raise!(OverflowError, "int too big to convert")),
        }
    }

    /// Whether so many bytes have room for the value.
    fn fits(&self, bytes: usize, signed: bool) -> bool {
        let bits = bytes as u64 * 8;
        let length = self.bit_length();
        if !signed {
            return length <= bits;
        }
        // The lowest number is a power of two: its magnitude has the sign's bit as well.
        let is_power = || self.digits().iter().map(|digit| digit.count_ones()).sum::<u32>() == 1;
        length < bits || length == bits && (length == 0 || self.is_negative() && is_power())
    }

    /// The bits of the magnitude, for a call that says how many bytes it needs.
    pub fn byte_length(&self) -> usize {
        digits::bit_length(self.digits()).div_ceil(8) as usize
    }
}

/// The bytes that an argument stands for: its `__bytes__`, its buffer, or the small integers it iterates over.
pub(super) fn bytes_of(object: &Object) -> Result<Ref<Bytes>> {
    if let Some(bytes) = object.downcast_exact::<Bytes>() {
        return Ok(bytes.to_ref());
    }
    if let Some(method) = object.lookup_special(intern!("__bytes__"))? {
        return method.call0()?.into_type::<Bytes>().map_err(|result| {
            raise!(TypeError, "__bytes__ returned non-bytes (type {})", result.class().name())
        });
    }
    if object.has_buffer() {
        return Bytes::try_new(object.get_buffer(crate::buffer::request::SIMPLE)?.bytes());
    }
    let is_iterable = object.class().tp_iter.get().is_some() || object.is_sequence();
    if object.downcast::<Str>().is_some() || !is_iterable {
        bail!(TypeError, "cannot convert '{}' object to bytes", object.class().name());
    }
    let mut bytes = Vec::new();
    object.for_each(|item| match u8::try_from(item.as_isize()?) {
        Ok(byte) => {
            bytes.push(byte);
            Ok(())
        }
        Err(_) => Err(raise!(ValueError, "bytes must be in range(0, 256)")),
    })?;
    Bytes::try_new(&bytes)
}
