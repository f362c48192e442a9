//! BinHex 4.0 (RFC 1741): six-bit text, runs, checksum.

use objects::prelude::*;

use super::{ERROR, INCOMPLETE};

const ALPHABET: &[u8; 64] = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
/// Marks a run.
const RUN: u8 = 0x90;
const LONGEST_RUN: usize = 255;

pub fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        count += 8;
        while count >= 6 {
            count -= 6;
            out.push(ALPHABET[(bits >> count & 0x3f) as usize]);
        }
    }
    if count > 0 {
        out.push(ALPHABET[(bits << (6 - count) & 0x3f) as usize]);
    }
    out
}

/// The bytes, and whether the colon that ends them was there.
pub fn decode(text: &[u8]) -> Result<(Vec<u8>, bool)> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for &byte in text {
        match byte {
            b'\n' | b'\r' => continue,
            b':' => return Ok((out, true)),
            _ => {}
        }
        let Some(value) = ALPHABET.iter().position(|&letter| letter == byte) else {
            return Err(ERROR.raise("Illegal char"));
        };
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if count > 0 {
        return Err(INCOMPLETE.raise("String has incomplete number of bytes"));
    }
    Ok((out, false))
}

pub fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(&byte) = rest.first() {
        if byte == RUN {
            out.extend([RUN, 0]);
            rest = &rest[1..];
            continue;
        }
        let run = rest.iter().take(LONGEST_RUN).take_while(|&&next| next == byte).count();
        if run > 3 {
            out.extend([byte, RUN, run as u8]);
            rest = &rest[run..];
        } else {
            out.push(byte);
            rest = &rest[1..];
        }
    }
    out
}

pub fn expand(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        if byte != RUN {
            out.push(byte);
            continue;
        }
        let Some(&run) = rest.next() else { return Err(INCOMPLETE.raise("")) };
        match (run, out.last().copied()) {
            (0, _) => out.push(RUN),
            (_, None) => return Err(ERROR.raise("Orphaned RLE code at start")),
            (run, Some(last)) => out.extend(std::iter::repeat_n(last, usize::from(run) - 1)),
        }
    }
    Ok(out)
}

/// CRC-CCITT with the polynomial 0x1021.
pub fn checksum(bytes: &[u8], start: u16) -> u16 {
    bytes.iter().fold(start, |crc, &byte| {
        (0..8).fold(
            crc ^ u16::from(byte) << 8,
            |crc, _| {
                if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }
            },
        )
    })
}
