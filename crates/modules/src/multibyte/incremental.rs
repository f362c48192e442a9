//! Encoders and decoders that take their input in pieces, and what streams share with them.

use std::cell::{Cell, RefCell};

use objects::buffer::BytesLike;
use objects::int::ByteOrder;
use objects::prelude::*;
use objects::str::StrBuilder;

use super::codec::State;
use super::coding;
use super::object::{MultibyteCodec, text_of};

/// How many code points an encoder keeps, and how many bytes a decoder.
const MOST_POINTS: usize = 2;
const MOST_BYTES: usize = 8;
/// The bytes of an encoder's state as a number: how many bytes of text it keeps, room for them, its codec's state.
const ENCODER_BYTES: usize = 1 + MOST_POINTS * 4 + size_of::<State>();

/// The codec that a class names as its own.
fn codec_of(class: &Type) -> Result<Ref<MultibyteCodec>> {
    let codec = class.get_attr(intern!("codec"))?;
    codec.into_type().map_err(|_| raise!(TypeError, "codec is unexpected type"))
}

/// What encoders and stream writers have.
#[derive(Trace)]
pub struct Encoding {
    codec: Ref<MultibyteCodec>,
    pub errors: Field<Str>,
    #[trace(skip)]
    state: Cell<State>,
    /// Text that may belong together with what comes.
    pending: Field<Str>,
}

impl Encoding {
    pub fn new(class: &Type, errors: Option<&str>) -> Result<Encoding> {
        let codec = codec_of(class)?;
        let state = Cell::new(codec.codec.encoding_state());
        let errors = Field::new(Some(Str::try_new(errors.unwrap_or("strict"))?));
        Ok(Encoding { codec, errors, state, pending: Field::null() })
    }

    pub fn encode(&self, input: &Object, is_last: bool) -> Result<Vec<u8>> {
        let input = text_of(input)?;
        let text = match self.pending.get() {
            Some(pending) => pending.concat(&input)?,
            None => input,
        };
        let errors = self.errors.get();
        let errors = errors.as_deref().map_or(Ok("strict"), Str::as_utf8)?;
        let mut state = self.state.get();
        let codec = &self.codec.codec;
        let done = coding::encode(codec, &mut state, &text, errors, is_last);
        self.state.set(state);
        let (bytes, used) = done?;
        self.pending.set(None);
        if used < text.len() {
            if text.len() - used > MOST_POINTS {
                let (start, end) = (used, text.len());
                let reason = "pending buffer overflow";
                return Err(objects::codecs::errors::raise_encode(codec.name, &text, start, end, reason));
            }
            self.pending.set(Some(text.substring(used, text.len())?));
        }
        Ok(bytes)
    }

    /// The way back to the beginning; what is pending goes.
    fn reset(&self) -> Vec<u8> {
        let (mut state, mut bytes) = (self.state.get(), Vec::new());
        self.codec.codec.reset_encoding(&mut state, &mut bytes);
        self.state.set(state);
        self.pending.set(None);
        bytes
    }

    /// What is pending, and the way back to the beginning.
    pub fn finish(&self) -> Result<Vec<u8>> {
        self.encode(&Str::empty(), true)
    }
}

/// What decoders and stream readers have.
#[derive(Trace)]
pub struct Decoding {
    codec: Ref<MultibyteCodec>,
    pub errors: Field<Str>,
    #[trace(skip)]
    state: Cell<State>,
    /// Bytes that belong together with what comes.
    #[trace(skip)]
    pending: RefCell<Vec<u8>>,
}

impl Decoding {
    pub fn new(class: &Type, errors: Option<&str>) -> Result<Decoding> {
        let codec = codec_of(class)?;
        let state = Cell::new(codec.codec.decoding_state());
        let errors = Field::new(Some(Str::try_new(errors.unwrap_or("strict"))?));
        Ok(Decoding { codec, errors, state, pending: RefCell::default() })
    }

    pub fn decode(&self, input: &[u8], is_last: bool) -> Result<StrBuilder> {
        let mut data = self.pending.borrow().clone();
        let data = match data.is_empty() {
            true => input,
            false => {
                data.extend_from_slice(input);
                &data
            }
        };
        let errors = self.errors.get();
        let errors = errors.as_deref().map_or(Ok("strict"), Str::as_utf8)?;
        let mut state = self.state.get();
        let codec = &self.codec.codec;
        let done = coding::decode(codec, &mut state, data, errors, is_last);
        self.state.set(state);
        let (text, rest) = done?;
        if rest.len() > MOST_BYTES {
            let reason = "pending buffer overflow";
            return Err(objects::codecs::errors::raise_decode(codec.name, &rest, 0, rest.len(), reason));
        }
        *self.pending.borrow_mut() = rest;
        Ok(text)
    }

    pub fn reset(&self) {
        let mut state = self.state.get();
        self.codec.codec.reset_decoding(&mut state);
        self.state.set(state);
        self.pending.borrow_mut().clear();
    }
}

/// Sets the attribute `errors`.
pub fn set_errors(field: &Field<Str>, value: Option<&Object>) -> Result<()> {
    let Some(value) = value else { bail!(AttributeError, "cannot delete attribute") };
    let Some(text) = value.downcast::<Str>() else { bail!(TypeError, "errors must be a string") };
    field.set(Some(text.to_ref()));
    Ok(())
}

/// An encoder.
#[repr(C)]
#[derive(Trace)]
pub struct MultibyteIncrementalEncoder {
    base: Object,
    encoding: Encoding,
}

#[class(name = "MultibyteIncrementalEncoder", flags = BASETYPE, generic_getattro)]
impl MultibyteIncrementalEncoder {
    #[slot(tp_new, "(errors='strict')", name = "IncrementalEncoder", getargs)]
    fn new(class: &Type, errors: Option<&str>) -> Result<Ref<MultibyteIncrementalEncoder>> {
        let encoding = Encoding::new(class, errors)?;
        Ref::new_in(class, MultibyteIncrementalEncoder { base: Object::header(), encoding })
    }

    #[slot(tp_init)]
    fn init(&self, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    #[method("(input, final=False)")]
    fn encode(&self, input: &Object, is_last: bool) -> Result<Vec<u8>> {
        self.encoding.encode(input, is_last)
    }

    #[method]
    fn getstate(&self) -> Result<Ref<Int>> {
        let mut bytes = Vec::with_capacity(ENCODER_BYTES);
        let pending = self.encoding.pending.get();
        let pending = pending.as_deref().map_or(Ok(""), Str::as_utf8)?;
        bytes.push(pending.len() as u8);
        bytes.extend_from_slice(pending.as_bytes());
        bytes.extend(self.encoding.state.get());
        Int::from_bytes(&bytes, ByteOrder::Little, false)
    }

    #[method("(state, /)")]
    fn setstate(&self, state: &Int) -> Result<()> {
        let mut bytes = [0; ENCODER_BYTES];
        state.write_bytes(&mut bytes, ByteOrder::Little, false)?;
        let count = usize::from(bytes[0]);
        if count > MOST_POINTS * 4 {
            bail!(UnicodeError, "pending buffer too large");
        }
        let (pending, rest) = bytes[1..].split_at(count);
        let (text, _) = objects::codecs::utf8::decode(pending, "strict", true)?;
        self.encoding.pending.set((!text.is_empty()).then_some(text));
        if let Some(&state) = rest.first_chunk() {
            self.encoding.state.set(state);
        }
        Ok(())
    }

    #[method]
    fn reset(&self) {
        self.encoding.reset();
    }

    /// The name of the error handler, as in 'strict'.
    #[getter]
    fn errors(&self) -> Option<Ref<Str>> {
        self.encoding.errors.get()
    }

    #[setter]
    fn set_errors(&self, value: Option<&Object>) -> Result<()> {
        set_errors(&self.encoding.errors, value)
    }
}

/// A decoder.
#[repr(C)]
#[derive(Trace)]
pub struct MultibyteIncrementalDecoder {
    base: Object,
    decoding: Decoding,
}

#[class(name = "MultibyteIncrementalDecoder", flags = BASETYPE, generic_getattro)]
impl MultibyteIncrementalDecoder {
    #[slot(tp_new, "(errors='strict')", name = "IncrementalDecoder", getargs)]
    fn new(class: &Type, errors: Option<&str>) -> Result<Ref<MultibyteIncrementalDecoder>> {
        let decoding = Decoding::new(class, errors)?;
        Ref::new_in(class, MultibyteIncrementalDecoder { base: Object::header(), decoding })
    }

    #[slot(tp_init)]
    fn init(&self, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    #[method("(input, final=False)")]
    fn decode(&self, input: BytesLike, is_last: bool) -> Result<Ref<Str>> {
        self.decoding.decode(input.bytes(), is_last)?.finish()
    }

    #[method]
    fn getstate(&self) -> Result<(Ref<Bytes>, u64)> {
        let pending = Bytes::try_new(&self.decoding.pending.borrow())?;
        Ok((pending, u64::from_le_bytes(self.decoding.state.get())))
    }

    #[method("(state, /)")]
    fn setstate(&self, state: &Tuple) -> Result<()> {
        let illegal = || raise!(TypeError, "setstate(): illegal state argument");
        let [pending, number] = state.items() else { return Err(illegal()) };
        let (Some(pending), Some(number)) = (pending.downcast::<Bytes>(), number.downcast::<Int>()) else {
            return Err(illegal());
        };
        let number = crate::unsigned::number(number)?;
        if pending.len() > MOST_BYTES {
            bail!(UnicodeError, "pending buffer too large");
        }
        *self.decoding.pending.borrow_mut() = pending.as_bytes().to_vec();
        self.decoding.state.set(number.to_le_bytes());
        Ok(())
    }

    #[method]
    fn reset(&self) {
        self.decoding.reset();
    }

    /// The name of the error handler, as in 'strict'.
    #[getter]
    fn errors(&self) -> Option<Ref<Str>> {
        self.decoding.errors.get()
    }

    #[setter]
    fn set_errors(&self, value: Option<&Object>) -> Result<()> {
        set_errors(&self.decoding.errors, value)
    }
}
