//! Escapes in bytes literals: what `pickle` used for byte strings.

use crate::prelude::*;

/// The bytes that an escaped form stands for, and the place of the first escape that is none.
/// Raises `ValueError`.
pub fn decode(bytes: &[u8], errors: &str) -> Result<(Vec<u8>, Option<usize>)> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut first_invalid = None;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            decoded.push(bytes[at]);
            at += 1;
            continue;
        }
        let Some(&kind) = bytes.get(at + 1) else {
            bail!(ValueError, "Trailing \\ in string");
        };
        let start = at;
        at += 2;
        match kind {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => decoded.push(kind),
            b'b' => decoded.push(0x08),
            b'f' => decoded.push(0x0c),
            b't' => decoded.push(b'\t'),
            b'n' => decoded.push(b'\n'),
            b'r' => decoded.push(b'\r'),
            b'v' => decoded.push(0x0b),
            b'a' => decoded.push(0x07),
            b'0'..=b'7' => {
                let digits =
                    bytes[start + 1..].iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
                let (mut value, mut count) = (0u32, 0);
                for digit in digits {
                    value = value * 8 + u32::from(digit - b'0');
                    count += 1;
                }
                decoded.push(value as u8);
                at = start + 1 + count;
            }
            b'x' => at = push_hexadecimal(&mut decoded, bytes, start, errors)?,
            _ => {
                first_invalid = first_invalid.or(Some(start + 1));
                decoded.push(b'\\');
                at -= 1;
            }
        }
    }
    Ok((decoded, first_invalid))
}

/// Adds the byte of `\xhh`, and tells where to go on.
fn push_hexadecimal(decoded: &mut Vec<u8>, bytes: &[u8], start: usize, errors: &str) -> Result<usize> {
    let digit = |index: usize| bytes.get(index).and_then(|&byte| char::from(byte).to_digit(16));
    if let (Some(high), Some(low)) = (digit(start + 2), digit(start + 3)) {
        decoded.push((high << 4 | low) as u8);
        return Ok(start + 4);
    }
    match errors {
        "strict" => bail!(ValueError, "invalid \\x escape at position {start}"),
        "replace" => decoded.push(b'?'),
        "ignore" => {}
        _ => bail!(ValueError, "decoding error; unknown error handling code: {errors}"),
    }
    // Of the two digits one may be there.
    Ok(start + 2 + usize::from(digit(start + 2).is_some()))
}

/// The escaped form of bytes.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\'' | b'\\' => encoded.extend([b'\\', byte]),
            b'\t' => encoded.extend(b"\\t"),
            b'\n' => encoded.extend(b"\\n"),
            b'\r' => encoded.extend(b"\\r"),
            b' '..=b'~' => encoded.push(byte),
            _ => encoded.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
    encoded
}
