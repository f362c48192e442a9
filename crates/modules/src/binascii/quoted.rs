//! Quoted-printable (RFC 2045, section 6.7; in headers RFC 1522).

use super::hex_byte;

/// The longest line, without its end.
const LONGEST_LINE: usize = 76;

pub fn decode(text: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] | [b'='] => return out,
            [b'=', b'\n', after @ ..] => after,
            // A soft line break ends with the line feed.
            [b'=', b'\r', after @ ..] => match after.iter().position(|&byte| byte == b'\n') {
                Some(place) => &after[place + 1..],
                None => &[],
            },
            // Broken encoders leave this.
            [b'=', b'=', after @ ..] => {
                out.push(b'=');
                after
            }
            [b'=', after @ ..] => match hex_pair(after) {
                Some(byte) => {
                    out.push(byte);
                    &after[2..]
                }
                None => {
                    out.push(b'=');
                    after
                }
            },
            [b'_', after @ ..] if header => {
                out.push(b' ');
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        };
    }
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let &[high, low, ..] = text else { return None };
    hex_byte([high, low])
}

/// Encodes, line by line.
pub struct Encoder {
    quote_tabs: bool,
    is_text: bool,
    header: bool,
    out: Vec<u8>,
    line_length: usize,
    line_end: &'static [u8],
}

impl Encoder {
    pub fn new(quote_tabs: bool, is_text: bool, header: bool) -> Encoder {
        Encoder { quote_tabs, is_text, header, out: Vec::new(), line_length: 0, line_end: b"\n" }
    }

    pub fn encode(mut self, bytes: &[u8]) -> Vec<u8> {
        // Lines end as the first one does.
        if let Some(place) = bytes.iter().position(|&byte| byte == b'\n')
            && place > 0
            && bytes[place - 1] == b'\r'
        {
            self.line_end = b"\r\n";
        }
        let mut rest = bytes;
        while let [byte, after @ ..] = rest {
            rest = self.encode_first(*byte, after);
        }
        self.out
    }

    /// Encodes one byte, or a line's end; what is left.
    fn encode_first<'a>(&mut self, byte: u8, after: &'a [u8]) -> &'a [u8] {
        if self.must_quote(byte, after) {
            if self.line_length + 3 >= LONGEST_LINE {
                self.break_line();
            }
            self.quote(byte);
            self.line_length += 3;
            return after;
        }
        if self.is_text && (byte == b'\n' || byte == b'\r' && after.first() == Some(&b'\n')) {
            self.end_line();
            return if byte == b'\r' { &after[1..] } else { after };
        }
        let goes_on = after.first().is_some_and(|&next| next != b'\n');
        if goes_on && self.line_length + 1 >= LONGEST_LINE {
            self.break_line();
        }
        self.line_length += 1;
        self.out.push(if self.header && byte == b' ' { b'_' } else { byte });
        after
    }

    fn must_quote(&self, byte: u8, after: &[u8]) -> bool {
        match byte {
            b'=' | 127.. => true,
            b'_' => self.header,
            // A dot alone in its line would end a mail.
            b'.' => self.line_length == 0 && matches!(after, [] | [b'\n' | b'\r' | 0, ..]),
            b'\r' | b'\n' => !self.is_text,
            b' ' | b'\t' => after.is_empty() || self.quote_tabs,
            _ => byte < 33,
        }
    }

    fn quote(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.out.extend([b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }

    fn break_line(&mut self) {
        self.out.push(b'=');
        self.out.extend_from_slice(self.line_end);
        self.line_length = 0;
    }

    fn end_line(&mut self) {
        // White space before the end would get lost on the way.
        if let Some(&last @ (b' ' | b'\t')) = self.out.last() {
            self.out.pop();
            self.quote(last);
        }
        self.out.extend_from_slice(self.line_end);
        self.line_length = 0;
    }
}
