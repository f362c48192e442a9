//! The lines of uuencode.

use objects::prelude::*;

use super::ERROR;

/// The most bytes of a line.
const LONGEST: usize = 45;

pub fn encode(bytes: &[u8], backtick: bool) -> Result<Vec<u8>> {
    if bytes.len() > LONGEST {
        return Err(ERROR.raise("At most 45 bytes at once"));
    }
    let character = |value: u8| if backtick && value == 0 { b'`' } else { value + b' ' };
    let mut out = vec![character(bytes.len() as u8)];
    for group in bytes.chunks(3) {
        let at = |index: usize| group.get(index).copied().unwrap_or(0);
        let (a, b, c) = (at(0), at(1), at(2));
        out.extend([a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, c].map(|value| character(value & 0x3f)));
    }
    out.push(b'\n');
    Ok(out)
}

/// A line may be short: what is missing is zero.
pub fn decode(line: &[u8]) -> Result<Vec<u8>> {
    let (&first, mut rest) = line.split_first().unwrap_or((&0, &[]));
    let length = usize::from(first.wrapping_sub(b' ') & 0x3f);
    let mut out = Vec::with_capacity(length);
    let (mut bits, mut count) = (0_u32, 0);
    while out.len() < length {
        let value = match rest {
            [] | [b'\n' | b'\r', ..] => 0,
            [byte @ b' '..=b'`', ..] => (byte - b' ') & 0x3f,
            _ => return Err(ERROR.raise("Illegal char")),
        };
        rest = rest.get(1..).unwrap_or(&[]);
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if rest.iter().all(|byte| matches!(byte, b' ' | b'`' | b'\n' | b'\r')) {
        Ok(out)
    } else {
        Err(ERROR.raise("Trailing garbage"))
    }
}
