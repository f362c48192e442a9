//! What `tell` gives: a position of the stream of bytes, and how to get from there to the character.

use objects::prelude::*;

/// A position in text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cookie {
    /// Where the decoder starts.
    pub position: u64,
    /// The state that it has there.
    pub flags: u64,
    /// How many bytes it gets.
    pub bytes_to_feed: u64,
    /// How many characters of what it makes of them lie before the position.
    pub chars_to_skip: u64,
    /// Whether the bytes are its last.
    pub at_end: bool,
}

impl Cookie {
    /// As one number: five fields of 64 bits, the position in the lowest.
    pub fn to_int(self) -> Result<Ref<Int>> {
        let fields = [self.position, self.flags, self.bytes_to_feed, self.chars_to_skip, self.at_end.into()];
        let mut digits = Vec::new();
        let (mut bits, mut buffer) = (0, 0u128);
        for field in fields {
            buffer |= u128::from(field) << bits;
            bits += 64;
            while bits >= 30 {
                digits.push((buffer & 0x3fff_ffff) as u32);
                buffer >>= 30;
                bits -= 30;
            }
        }
        digits.push(buffer as u32);
        Int::from_digits(&digits, false)
    }

    /// From such a number, which is not negative.
    pub fn from_int(number: &Int) -> Result<Cookie> {
        let digits = number.digits();
        let field = |index: usize| -> u64 {
            let mut value = 0u128;
            for (place, &digit) in digits.iter().enumerate() {
                let bit = place as isize * 30 - index as isize * 64;
                match bit {
                    0..64 => value |= u128::from(digit) << bit,
                    -29..0 => value |= u128::from(digit >> -bit),
                    _ => {}
                }
            }
            value as u64
        };
        Ok(Cookie {
            position: field(0),
            flags: field(1),
            bytes_to_feed: field(2),
            chars_to_skip: field(3),
            at_end: field(4) & 1 != 0,
        })
    }
}
