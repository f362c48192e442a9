//! Formats of `struct`: which values stand where, and in how many bytes.

use super::ERROR;
use objects::prelude::*;

/// How bytes are ordered, and values placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub big_endian: bool,
    /// With the machine's sizes and alignment.
    pub native: bool,
}

/// A run of values of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The format character.
    pub code: u8,
    pub offset: usize,
    /// Bytes of one value; of `s` and `p`, the whole.
    pub size: usize,
    /// How many values.
    pub count: usize,
}

/// A format, read.
#[derive(Debug)]
pub struct Format {
    pub order: Order,
    pub items: Vec<Item>,
    /// Bytes in all.
    pub size: usize,
    /// Values in all.
    pub count: usize,
}

const NATIVE: Order = Order { big_endian: cfg!(target_endian = "big"), native: true };

impl Format {
    /// Reads a format. `struct.error`.
    pub fn parse(text: &[u8]) -> Result<Format> {
        if text.contains(&0) {
            return Err(ERROR.raise("embedded null character"));
        }
        let (order, text) = match text {
            [b'@', rest @ ..] => (NATIVE, rest),
            [b'=', rest @ ..] => (Order { native: false, ..NATIVE }, rest),
            [b'<', rest @ ..] => (Order { big_endian: false, native: false }, rest),
            [b'>' | b'!', rest @ ..] => (Order { big_endian: true, native: false }, rest),
            _ => (NATIVE, text),
        };
        let mut format = Format { order, items: Vec::new(), size: 0, count: 0 };
        let mut rest = text;
        while let [first, after @ ..] = rest {
            if matches!(first, b' ' | 0x09..=0x0d) {
                rest = after;
                continue;
            }
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let count = repeat_count(&rest[..digits])?;
            let Some(&code) = rest.get(digits) else {
                return Err(ERROR.raise("repeat count given without format specifier"));
            };
            format.add(code, count)?;
            rest = &rest[digits + 1..];
        }
        Ok(format)
    }

    fn add(&mut self, code: u8, repeat: usize) -> Result<()> {
        let Some((size, alignment)) = size_of_code(code, self.order.native) else {
            return Err(ERROR.raise("bad char in struct format"));
        };
        let offset = self.size.checked_next_multiple_of(alignment).ok_or_else(too_long)?;
        let bytes = size.checked_mul(repeat).ok_or_else(too_long)?;
        let end = offset.checked_add(bytes).filter(|&end| end <= isize::MAX as usize);
        self.size = end.ok_or_else(too_long)?;
        let item = match code {
            b'x' => return Ok(()),
            b's' | b'p' => Item { code, offset, size: repeat, count: 1 },
            _ => Item { code, offset, size, count: repeat },
        };
        self.count = self.count.checked_add(item.count).ok_or_else(too_long)?;
        if item.count > 0 {
            self.items.push(item);
        }
        Ok(())
    }
}

fn too_long() -> Raised {
    ERROR.raise("total struct size too long")
}

fn repeat_count(digits: &[u8]) -> Result<usize> {
    if digits.is_empty() {
        return Ok(1);
    }
    let grow = |count: isize, digit: &u8| count.checked_mul(10)?.checked_add((digit - b'0').into());
    let count = digits.iter().try_fold(0_isize, grow).ok_or_else(too_long)?;
    Ok(count as usize)
}

/// Size and alignment of a value.
fn size_of_code(code: u8, native: bool) -> Option<(usize, usize)> {
    let size = match code {
        b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' if native => size_of::<std::ffi::c_long>(),
        b'l' | b'L' => 4,
        b'q' | b'Q' | b'd' => 8,
        b'n' | b'N' | b'P' if native => size_of::<usize>(),
        _ => return None,
    };
    Some((size, if native { size } else { 1 }))
}
