//! UTF-7 (RFC 2152): ASCII, with runs of UTF-16 in base 64 between `+` and `-`.

use super::Decoded;
use super::errors::{ErrorMode, Input};
use crate::prelude::*;
use crate::str::StrBuilder;

const NAME: &str = "utf7";
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(byte: u8) -> Option<u32> {
    DIGITS.iter().position(|&digit| digit == byte).map(|value| value as u32)
}

/// Whether a character stands for itself: RFC 2152's direct characters, the optional ones among them, and space.
fn is_direct(point: u32) -> bool {
    match u8::try_from(point) {
        Ok(byte) => {
            byte.is_ascii_alphanumeric()
                || b" \t\n\r".contains(&byte)
                || b"'(),-./:?".contains(&byte)
                || b"!\"#$%&*;<=>@[]^_`{|}".contains(&byte)
        }
        Err(_) => false,
    }
}

/// Whether a character may stand for itself in what is decoded.
fn is_decodable(byte: u8) -> bool {
    byte < 0x80 && byte != b'+'
}

/// A run in base 64 that is being read.
struct Run {
    /// Where its `+` is.
    start: usize,
    /// How much was decoded in front of it.
    decoded: usize,
    buffer: u32,
    bits: u32,
    high: Option<u32>,
}

impl Run {
    /// Takes six more bits; adds the code point that they complete.
    fn take(&mut self, value: u32, builder: &mut StrBuilder) {
        self.buffer = self.buffer << 6 | value;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits;
        self.buffer &= (1 << self.bits) - 1;
        if let Some(high) = self.high.take() {
            if let 0xdc00..0xe000 = unit {
                return builder.push(0x1_0000 + ((high & 0x3ff) << 10 | unit & 0x3ff));
            }
            builder.push(high);
        }
        match unit {
            0xd800..0xdc00 => self.high = Some(unit),
            _ => builder.push(unit),
        }
    }

    /// What is wrong with the run's end, if anything.
    fn problem(&self) -> Option<&'static str> {
        match self.bits {
            6.. => Some("partial character in base64 sequence"),
            1.. if self.buffer != 0 => Some("non-zero padding bits in base64 sequence"),
            _ => None,
        }
    }
}

/// Decodes; unless `is_final`, a run that is not ended is left alone.
pub fn decode(bytes: &[u8], errors: &str, is_final: bool) -> Result<Decoded> {
    let mut mode = ErrorMode::new(errors);
    let mut input = Input::new(bytes);
    let mut builder = StrBuilder::with_capacity(bytes.len());
    let mut run: Option<Run> = None;
    let mut start = 0;
    let mut at = 0;
    loop {
        while let Some(&byte) = input.bytes().get(at) {
            let problem = match &mut run {
                Some(open) => match digit(byte) {
                    Some(value) => {
                        open.take(value, &mut builder);
                        at += 1;
                        continue;
                    }
                    None => {
                        let problem = open.problem();
                        let high = open.high.take();
                        start = open.start;
                        run = None;
                        match (problem, high) {
                            (Some(problem), _) => {
                                at += 1;
                                Some(problem)
                            }
                            (None, high) => {
                                if let Some(high) = high
                                    && is_decodable(byte)
                                {
                                    builder.push(high);
                                }
                                if byte == b'-' {
                                    at += 1;
                                } else if !is_decodable(byte) && byte != b'+' {
                                    start = at;
                                    at += 1;
                                    run = None;
                                    at = mode.decode(
                                        NAME,
                                        &mut input,
                                        start,
                                        at,
                                        "unexpected special character",
                                        &mut builder,
                                    )?;
                                }
                                continue;
                            }
                        }
                    }
                },
                None if byte == b'+' => {
                    start = at;
                    at += 1;
                    match input.bytes().get(at) {
                        Some(b'-') => {
                            builder.push('+'.into());
                            at += 1;
                            None
                        }
                        Some(&next) if digit(next).is_none() => {
                            at += 1;
                            Some("ill-formed sequence")
                        }
                        _ => {
                            run = Some(Run { start, decoded: builder.len(), buffer: 0, bits: 0, high: None });
                            None
                        }
                    }
                }
                None if is_decodable(byte) => {
                    builder.push(byte.into());
                    at += 1;
                    None
                }
                None => {
                    start = at;
                    at += 1;
                    Some("unexpected special character")
                }
            };
            if let Some(problem) = problem {
                at = mode.decode(NAME, &mut input, start, at, problem, &mut builder)?;
            }
        }
        let Some(open) = run.take() else { break };
        if !is_final {
            builder.truncate(open.decoded);
            return Ok((builder.finish()?, open.start));
        }
        if open.high.is_none() && open.bits < 6 && (open.bits == 0 || open.buffer == 0) {
            break;
        }
        let end = input.bytes().len();
        at = mode.decode(NAME, &mut input, open.start, end, "unterminated shift sequence", &mut builder)?;
        if at >= input.bytes().len() {
            break;
        }
    }
    let _ = start;
    Ok((builder.finish()?, at))
}

/// Encodes. Nothing is beyond UTF-7, so there are no errors.
pub fn encode(string: &Str) -> Result<Ref<Bytes>> {
    let mut bytes = Vec::with_capacity(string.len());
    let (mut shifted, mut buffer, mut bits) = (false, 0u32, 0);
    for point in string.points().iter() {
        if is_direct(point) {
            if shifted {
                if bits > 0 {
                    bytes.push(DIGITS[(buffer << (6 - bits) & 0x3f) as usize]);
                    (buffer, bits) = (0, 0);
                }
                shifted = false;
                // What could be read as part of the run needs its end marked.
                if digit(point as u8).is_some() || point == '-'.into() {
                    bytes.push(b'-');
                }
            }
            bytes.push(point as u8);
            continue;
        }
        if !shifted {
            bytes.push(b'+');
            if point == '+'.into() {
                bytes.push(b'-');
                continue;
            }
            shifted = true;
        }
        let mut units = [point, 0];
        let count = match point {
            0x1_0000.. => {
                units = [0xd800 | (point - 0x1_0000) >> 10, 0xdc00 | (point - 0x1_0000) & 0x3ff];
                2
            }
            _ => 1,
        };
        for unit in &units[..count] {
            buffer = buffer << 16 | unit;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                bytes.push(DIGITS[(buffer >> bits & 0x3f) as usize]);
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        bytes.push(DIGITS[(buffer << (6 - bits) & 0x3f) as usize]);
    }
    if shifted {
        bytes.push(b'-');
    }
    Bytes::try_new(&bytes)
}
