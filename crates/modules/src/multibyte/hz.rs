//! HZ: GB 2312 in seven bits, between `~{` and `~}` (RFC 1843).

use objects::str::Points;

use super::charset::{Charset, Found, charset};
use super::codec::{State, Stop};
use super::decoded::Decoded;

pub struct Hz(&'static Charset);

/// Whether the text is within the braces.
fn is_within(state: &State) -> bool {
    state[0] != 0
}

impl Hz {
    pub fn new() -> Option<Hz> {
        charset("gb2312").map(Hz)
    }

    pub fn decode(
        &self,
        state: &mut State,
        input: &[u8],
        at: &mut usize,
        text: &mut Decoded,
    ) -> Result<(), Stop> {
        while let Some(&byte) = input.get(*at) {
            let second = input.get(*at + 1).copied();
            if byte == b'~' {
                match (second.ok_or(Stop::Incomplete)?, is_within(state)) {
                    (b'~', false) => text.push(u32::from(b'~')),
                    (b'{', false) => state[0] = 1,
                    (b'\n', false) => {}
                    (b'}', true) => state[0] = 0,
                    _ => return Err(Stop::Illegal(1)),
                }
                *at += 2;
            } else if byte >= 0x80 {
                return Err(Stop::Illegal(1));
            } else if !is_within(state) {
                text.push(byte.into());
                *at += 1;
            } else {
                let second = second.ok_or(Stop::Incomplete)?;
                match self.0.double(byte | 0x80, second ^ 0x80) {
                    Found::Point(point) => text.push(point),
                    _ => return Err(Stop::Illegal(1)),
                }
                *at += 2;
            }
        }
        Ok(())
    }

    pub fn encode(
        &self,
        state: &mut State,
        points: Points<'_>,
        at: &mut usize,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Stop> {
        while *at < points.len() {
            let point = points.at(*at);
            if point < 0x80 {
                reset_encoding(state, bytes);
                bytes.push(point as u8);
                if point == u32::from(b'~') {
                    bytes.push(b'~');
                }
            } else {
                let Some(number) = self.0.bytes_of(point).filter(|number| number & 0x8080 == 0x8080) else {
                    return Err(Stop::Illegal(1));
                };
                if !is_within(state) {
                    bytes.extend(b"~{");
                    state[0] = 1;
                }
                bytes.extend((number as u16 & 0x7f7f).to_be_bytes());
            }
            *at += 1;
        }
        Ok(())
    }
}

/// Leaves the braces.
pub fn reset_encoding(state: &mut State, bytes: &mut Vec<u8>) {
    if is_within(state) {
        bytes.extend(b"~}");
        state[0] = 0;
    }
}
