//! Numbers, text and bytes.

use objects::bytearray::{BYTE_ARRAY, ByteArray};
use objects::bytes::BYTES;
use objects::int::ByteOrder;
use objects::pickle_buffer::PickleBuffer;
use objects::prelude::*;

use super::Saver;
use crate::pickle::PICKLING_ERROR;
use crate::pickle::opcodes as op;

/// The instructions for data with its length in one, four and eight bytes.
struct Sized {
    short: Option<u8>,
    long: u8,
    huge: Option<u8>,
}

impl Saver<'_> {
    pub(super) fn save_bool(&mut self, value: bool) {
        match (self.protocol >= 2, value) {
            (true, true) => self.output.push_byte(op::NEWTRUE),
            (true, false) => self.output.push_byte(op::NEWFALSE),
            (false, true) => self.push_line(op::INT, b"01"),
            (false, false) => self.push_line(op::INT, b"00"),
        }
    }

    pub(super) fn save_int(&mut self, number: &Int) -> Result<()> {
        if let Some(small) = number.to_i64().and_then(|value| i32::try_from(value).ok()) {
            let [a, b, c, d] = small.to_le_bytes();
            match small {
                _ if !self.is_binary => self.push_line(op::INT, small.to_string().as_bytes()),
                0..=0xff => self.output.push(&[op::BININT1, a]),
                0x100..=0xffff => self.output.push(&[op::BININT2, a, b]),
                _ => self.output.push(&[op::BININT, a, b, c, d]),
            }
            return Ok(());
        }
        if self.protocol < 2 {
            let mut text = number.to_text(10, false)?;
            text.push('L');
            self.push_line(op::LONG, text.as_bytes());
            return Ok(());
        }
        // A negative power of two may need a byte less than its magnitude with a sign in front.
        let length = (number.bit_length() >> 3) as usize + 1;
        if length > i32::MAX as usize {
            bail!(OverflowError, "int too large to pickle");
        }
        let mut bytes = vec![0; length];
        number.write_bytes(&mut bytes, ByteOrder::Little, true)?;
        if number.is_negative() && length > 1 && bytes[length - 1] == 0xff && bytes[length - 2] & 0x80 != 0 {
            bytes.pop();
        }
        match u8::try_from(bytes.len()) {
            Ok(length) => self.output.push(&[op::LONG1, length]),
            Err(_) => {
                self.output.push_byte(op::LONG4);
                self.output.push(&(bytes.len() as u32).to_le_bytes());
            }
        }
        self.output.push(&bytes);
        Ok(())
    }

    pub(super) fn save_float(&mut self, value: f64) {
        if self.is_binary {
            let mut instruction = [op::BINFLOAT; 9];
            instruction[1..].copy_from_slice(&value.to_be_bytes());
            self.output.push(&instruction);
        } else {
            self.push_line(op::FLOAT, objects::float::text::repr(value).as_bytes());
        }
    }

    /// Data with its length in front.
    fn push_sized(
        &mut self,
        instructions: &Sized,
        data: &[u8],
        object: Option<&Object>,
        kind: &str,
    ) -> Result<()> {
        if let (Some(short), Ok(length)) = (instructions.short, u8::try_from(data.len())) {
            self.output.push(&[short, length]);
            self.output.push(data);
            return Ok(());
        }
        if let Ok(length) = u32::try_from(data.len()) {
            let mut header = [instructions.long; 5];
            header[1..].copy_from_slice(&length.to_le_bytes());
            return self.output.push_data(&header, data, object);
        }
        let Some(huge) = instructions.huge else {
            bail!(
                OverflowError,
                "serializing a {kind} larger than 4 GiB requires pickle protocol 4 or higher"
            );
        };
        self.push_huge(huge, data, object)
    }

    fn push_huge(&mut self, opcode: u8, data: &[u8], object: Option<&Object>) -> Result<()> {
        let mut header = [opcode; 9];
        header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        self.output.push_data(&header, data, object)
    }

    pub(super) fn save_str(&mut self, text: &Str) -> Result<()> {
        if !self.is_binary {
            let escaped = raw_escaped(text);
            self.push_line(op::UNICODE, &escaped);
        } else {
            let is_new = self.protocol >= 4;
            let instructions = Sized {
                short: is_new.then_some(op::SHORT_BINUNICODE),
                long: op::BINUNICODE,
                huge: is_new.then_some(op::BINUNICODE8),
            };
            match text.as_str() {
                Some(text) => self.push_sized(&instructions, text.as_bytes(), None, "string")?,
                None => self.push_sized(&instructions, &text.to_wtf8(), None, "string")?,
            }
        }
        self.memoize(text)
    }

    pub(super) fn save_bytes(&mut self, bytes: &Bytes) -> Result<()> {
        if self.protocol >= 3 {
            return self.push_bytes(bytes, bytes.as_bytes());
        }
        // Python 2 makes its byte string of text encoded as Latin-1.
        let parts = match bytes.is_empty() {
            true => (&BYTES, Tuple::empty()).into_object(),
            false => {
                let text = Str::from_latin1(bytes.as_bytes())?;
                (&*self.shared.encode, (text, intern!("latin1"))).into_object()
            }
        };
        self.save_made(parts, bytes)
    }

    /// The instruction for data that is read as `bytes`, made of an object that is remembered with it.
    fn push_bytes(&mut self, object: &Object, data: &[u8]) -> Result<()> {
        let instructions = Sized {
            short: Some(op::SHORT_BINBYTES),
            long: op::BINBYTES,
            huge: (self.protocol >= 4).then_some(op::BINBYTES8),
        };
        self.push_sized(&instructions, data, Some(object), "bytes object")?;
        self.memoize(object)
    }

    /// The same for `bytearray`.
    fn push_bytearray(&mut self, object: &Object, data: &[u8]) -> Result<()> {
        self.push_huge(op::BYTEARRAY8, data, Some(object))?;
        self.memoize(object)
    }

    /// What a tuple says makes the object.
    pub(super) fn save_made(&mut self, parts: Result<Ref>, object: &Object) -> Result<()> {
        match parts?.downcast::<Tuple>() {
            Some(parts) => self.save_reduced(parts, Some(object)),
            None => Err(raise!(SystemError, "no tuple to pickle by")),
        }
    }

    pub(super) fn save_bytearray(&mut self, array: &ByteArray) -> Result<()> {
        let content = array.to_vec();
        if self.protocol >= 5 {
            return self.push_bytearray(array, &content);
        }
        let parts = match content.is_empty() {
            true => (&BYTE_ARRAY, Tuple::empty()).into_object(),
            false => (&BYTE_ARRAY, (content,)).into_object(),
        };
        self.save_made(parts, array)
    }

    pub(super) fn save_buffer(&mut self, buffer: &PickleBuffer) -> Result<()> {
        if self.protocol < 5 {
            return Err(PICKLING_ERROR.raise("PickleBuffer can only pickled with protocol >= 5"));
        }
        let view = buffer.view()?;
        let is_readonly = view.readonly != 0;
        if !view.suboffsets.is_null() || !(view.is_contiguous() || view.is_fortran_contiguous()) {
            return Err(PICKLING_ERROR
                .raise("PickleBuffer can not be pickled when pointing to a non-contiguous buffer"));
        }
        let is_in_band = match self.pickler.buffer_callback.get() {
            None => true,
            Some(callback) => callback.call1(buffer)?.is_true()?,
        };
        if !is_in_band {
            self.output.push_byte(op::NEXT_BUFFER);
            if is_readonly {
                self.output.push_byte(op::READONLY_BUFFER);
            }
            return Ok(());
        }
        // The bytes as they lie in memory, in Fortran order if that is the buffer's.
        let raw = buffer.as_object().call_method(intern!("raw"), &[])?;
        let data = raw.get_buffer(objects::buffer::request::SIMPLE)?;
        match is_readonly {
            true => self.push_bytes(buffer, data.bytes()),
            false => self.push_bytearray(buffer, data.bytes()),
        }
    }
}

/// Text in Latin-1, what is beyond it and what would end the line as `\u` and `\U` escapes.
fn raw_escaped(text: &Str) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for point in text.points().iter() {
        match point {
            0 | 0x0a | 0x0d | 0x1a | 0x5c | 0x100..=0xffff => {
                escaped.extend_from_slice(format!("\\u{point:04x}").as_bytes());
            }
            0x1_0000.. => escaped.extend_from_slice(format!("\\U{point:08x}").as_bytes()),
            _ => escaped.push(point as u8),
        }
    }
    escaped
}
