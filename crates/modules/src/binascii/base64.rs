//! Base64 (RFC 4648), as forgiving as MIME asks (RFC 2045, section 6.8).

use objects::prelude::*;

use super::ERROR;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID: u8 = 0xff;
const PAD: u8 = b'=';

static VALUES: [u8; 256] = {
    let mut values = [INVALID; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

pub fn encode(bytes: &[u8], newline: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4 + 1);
    let (triples, rest) = bytes.as_chunks::<3>();
    for &[a, b, c] in triples {
        out.extend_from_slice(&sextets([a, b, c]));
    }
    match *rest {
        [a] => out.extend_from_slice(&[&sextets([a, 0, 0])[..2], b"=="].concat()),
        [a, b] => out.extend_from_slice(&[&sextets([a, b, 0])[..3], b"="].concat()),
        _ => {}
    }
    if newline {
        out.push(b'\n');
    }
    out
}

fn sextets([a, b, c]: [u8; 3]) -> [u8; 4] {
    [a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, c].map(|value| ALPHABET[usize::from(value & 0x3f)])
}

/// Decodes the groups of four characters of the alphabet that text begins with; what is behind them.
fn decode_groups<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (groups, _) = text.as_chunks::<4>();
    let mut done = 0;
    for group in groups {
        let [a, b, c, d] = group.map(|byte| VALUES[usize::from(byte)]);
        if (a | b | c | d) == INVALID {
            break;
        }
        out.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        done += 4;
    }
    &text[done..]
}

/// Passes over what is not in the alphabet, and ends with a full padding.
pub fn decode(text: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count, mut pads) = (0_u32, 0, 0);
    let mut rest = decode_groups(text, &mut out);
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte == PAD {
            pads += 1;
            if count >= 2 && count + pads >= 4 {
                return Ok(out);
            }
            continue;
        }
        let value = VALUES[usize::from(byte)];
        if value == INVALID {
            // Lines end between groups.
            if count == 0 && pads == 0 {
                rest = decode_groups(rest, &mut out);
            }
            continue;
        }
        pads = 0;
        bits = bits << 6 | u32::from(value);
        if count > 0 {
            out.push((bits >> (6 - 2 * count)) as u8);
        }
        count = (count + 1) % 4;
    }
    match count {
        0 => Ok(out),
        1 => Err(ERROR.raise(&format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        ))),
        _ => Err(ERROR.raise("Incorrect padding")),
    }
}
