//! Numbers, text and bytes.

use objects::bytearray::ByteArray;
use objects::codecs;
use objects::int::ByteOrder;
use objects::memoryview::MemoryView;
use objects::prelude::*;

use super::{Loader, failed, numbers};
use crate::pickle::input::truncated;

/// A length in so many bytes. `OverflowError` beyond what memory can hold.
fn length_of<const N: usize>(bytes: [u8; N], kind: &str) -> Result<usize> {
    let mut whole = [0; 8];
    whole[..N].copy_from_slice(&bytes);
    match isize::try_from(u64::from_le_bytes(whole)) {
        Ok(length) => Ok(length as usize),
        Err(_) => Err(raise!(OverflowError, "{kind} exceeds system's maximum size of {} bytes", isize::MAX)),
    }
}

impl Loader<'_> {
    #[inline]
    pub(super) fn push_int(&mut self, value: i64) {
        self.stack.push(Int::new(value).into_object());
    }

    pub(super) fn load_int(&mut self) -> Result<()> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(truncated());
        }
        let value = match numbers::parse_c(line) {
            // Protocols before 2 have no instructions for them.
            Some(truth @ (0 | 1)) if line.len() == 3 => bool_object(truth == 1),
            Some(number) => Int::new(number).into_object(),
            None => match Int::parse(line, 0)? {
                Some(number) => number.into_object(),
                None => bail!(ValueError, "could not convert string to int"),
            },
        };
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn load_long(&mut self) -> Result<()> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(truncated());
        }
        let digits = line.strip_suffix(b"L\n").unwrap_or(line);
        let number = numbers::parse(digits, 10)?;
        self.stack.push(number.into_object());
        Ok(())
    }

    pub(super) fn load_counted_long(&mut self, length: i64) -> Result<()> {
        let Ok(length) = usize::try_from(length) else {
            return Err(failed("LONG pickle has negative byte count"));
        };
        let number = match length {
            0 => Int::zero(),
            _ => Int::from_bytes(self.input.take(length)?, ByteOrder::Little, true)?,
        };
        self.stack.push(number.into_object());
        Ok(())
    }

    pub(super) fn load_float(&mut self) -> Result<()> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(truncated());
        }
        let value = numbers::parse_float(line)?;
        self.stack.push(Float::new(value).into_object());
        Ok(())
    }

    pub(super) fn load_bytes<const N: usize>(&mut self) -> Result<()> {
        let length = length_of::<N>(self.input.array()?, "BINBYTES")?;
        let bytes = self.input.data(length)?;
        self.stack.push(bytes.into_object());
        Ok(())
    }

    pub(super) fn load_bytearray(&mut self) -> Result<()> {
        let length = length_of::<8>(self.input.array()?, "BYTEARRAY8")?;
        let mut content = Vec::new();
        self.input.data_from_file(length, &mut content)?;
        self.stack.push(ByteArray::new(&content)?.into_object());
        Ok(())
    }

    pub(super) fn load_next_buffer(&mut self) -> Result<()> {
        let Some(buffers) = self.unpickler.buffers.get() else {
            return Err(failed(
                "pickle stream refers to out-of-band data but no *buffers* argument was given",
            ));
        };
        match buffers.next()? {
            Some(buffer) => {
                self.stack.push(buffer);
                Ok(())
            }
            None => Err(failed("not enough out-of-band buffers")),
        }
    }

    pub(super) fn make_readonly(&mut self) -> Result<()> {
        let buffer = self.stack.top()?.clone();
        let view = MemoryView::of(&buffer)?;
        if !view.as_object().get_attr(intern!("readonly"))?.is_true()? {
            let readonly = view.as_object().call_method(intern!("toreadonly"), &[])?;
            self.stack.replace_top(readonly);
        }
        Ok(())
    }

    /// A byte string of Python 2, as the unpickler's encoding says.
    fn push_decoded(&mut self, bytes: &[u8]) -> Result<()> {
        let encoding = self.encoding();
        let value = match encoding.encoding == "bytes" {
            true => Bytes::try_new(bytes)?.into_object(),
            false => {
                codecs::decode_text(bytes, Some(&encoding.encoding), Some(&encoding.errors))?.into_object()
            }
        };
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn load_string(&mut self) -> Result<()> {
        let line = self.input.line()?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let content = match line {
            [first @ (b'\'' | b'"'), content @ .., last] if first == last => content,
            _ => return Err(failed("the STRING opcode argument must be quoted")),
        };
        let (bytes, _) = codecs::escape::decode(content, "strict")?;
        self.push_decoded(&bytes)
    }

    pub(super) fn load_binstring<const N: usize>(&mut self) -> Result<()> {
        let length = length_of::<N>(self.input.array()?, "BINSTRING")?;
        let bytes = self.input.take(length)?.to_vec();
        self.push_decoded(&bytes)
    }

    pub(super) fn load_unicode(&mut self) -> Result<()> {
        let line = self.input.line()?;
        let (text, _) = codecs::unicode_escape::decode_raw(&line[..line.len() - 1], "strict", true)?;
        self.stack.push(text.into_object());
        Ok(())
    }

    #[inline]
    pub(super) fn load_str<const N: usize>(&mut self) -> Result<()> {
        let length = length_of::<N>(self.input.array()?, "BINUNICODE")?;
        let bytes = self.input.take(length)?;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Str::try_new(text)?,
            Err(_) => {
                let bytes = bytes.to_vec();
                codecs::decode_text(&bytes, Some("utf-8"), Some("surrogatepass"))?
            }
        };
        self.stack.push(text.into_object());
        Ok(())
    }
}
