//! The decoder of a text stream: of the interpreter's own where it is a common one, else an object.

use std::cell::{Cell, RefCell};

use objects::codecs;
use objects::prelude::*;

use super::newlines::{Newlines, expect_text};

/// How bytes become text.
enum Kind {
    Utf8,
    Ascii,
    Latin1,
    /// An incremental decoder of the module `codecs`.
    Object(Ref),
}

/// A decoder, with what it keeps between chunks.
pub struct Decoder {
    kind: Kind,
    errors: String,
    /// The start of a sequence that was cut off.
    pending: RefCell<Vec<u8>>,
    newlines: Option<Newlines>,
    /// Whether anything was decoded since the last reset: what state a fresh UTF-8 decoder has.
    used: Cell<bool>,
}

/// A decoder's state: bytes that it keeps, and a number.
pub type State = (Ref, u64);

/// The parts of what `getstate` gives.
pub fn state_parts(state: &Object) -> Result<State> {
    let Some([buffer, flag]) = state.downcast::<Tuple>().map(Tuple::items) else {
        bail!(TypeError, "illegal decoder state");
    };
    if buffer.downcast::<Bytes>().is_none() {
        let name = buffer.class().name();
        bail!(TypeError, "illegal decoder state: the first item should be a bytes object, not '{name}'");
    }
    let flag = flag.index()?;
    match flag.to_u64() {
        Some(flag) => Ok((buffer.clone(), flag)),
        None => Err(raise!(OverflowError, "Python int too large to convert to C int")),
    }
}

/// What an object's `getstate` gives.
pub fn state_of(decoder: &Object) -> Result<State> {
    state_parts(&*decoder.call_method(intern!("getstate"), &[])?)
}

impl Decoder {
    /// The decoder that a codec makes; `newlines` looks at its output.
    pub fn new(codec: &Object, errors: &Str, newlines: Option<Newlines>) -> Result<Decoder> {
        let name = codec.get_attr_opt(intern!("name"))?;
        let name = name.as_deref().and_then(|name| name.downcast::<Str>());
        let kind = match name.and_then(Str::as_str) {
            Some("utf-8") => Kind::Utf8,
            Some("ascii") => Kind::Ascii,
            Some("iso8859-1") => Kind::Latin1,
            _ => Kind::Object(codec.get_attr(intern!("incrementaldecoder"))?.call1(errors)?),
        };
        Ok(Decoder {
            kind,
            errors: errors.as_utf8()?.to_owned(),
            pending: RefCell::default(),
            newlines,
            used: Cell::new(false),
        })
    }

    /// Decodes a chunk.
    pub fn decode(&self, bytes: &[u8], is_final: bool) -> Result<Ref<Str>> {
        self.used.set(true);
        let text = match &self.kind {
            Kind::Utf8 => self.decode_utf8(bytes, is_final)?,
            Kind::Ascii => codecs::narrow::decode_ascii(bytes, &self.errors)?.0,
            Kind::Latin1 => codecs::narrow::decode_latin1(bytes)?.0,
            Kind::Object(decoder) => {
                let last = objects::bool::bool_object(is_final);
                let chunk = Bytes::try_new(bytes)?;
                expect_text(decoder.call_method(intern!("decode"), &[&chunk, &last])?)?
            }
        };
        match &self.newlines {
            Some(newlines) => newlines.decode(text, is_final),
            None => Ok(text),
        }
    }

    fn decode_utf8(&self, bytes: &[u8], is_final: bool) -> Result<Ref<Str>> {
        if self.pending.borrow().is_empty() {
            let (text, used) = codecs::utf8::decode(bytes, &self.errors, is_final)?;
            if used < bytes.len() {
                *self.pending.borrow_mut() = bytes[used..].to_vec();
            }
            return Ok(text);
        }
        let mut all = self.pending.borrow().clone();
        all.extend_from_slice(bytes);
        let (text, used) = codecs::utf8::decode(&all, &self.errors, is_final)?;
        all.drain(..used);
        *self.pending.borrow_mut() = all;
        Ok(text)
    }

    fn inner_state(&self) -> Result<State> {
        match &self.kind {
            Kind::Object(decoder) => state_of(decoder),
            _ => Ok((Bytes::try_new(&self.pending.borrow())?.into_object(), 0)),
        }
    }

    /// The state between chunks.
    pub fn state(&self) -> Result<State> {
        let (buffer, flag) = self.inner_state()?;
        match &self.newlines {
            Some(newlines) => Ok((buffer, flag << 1 | u64::from(newlines.is_pending()))),
            None => Ok((buffer, flag)),
        }
    }

    pub fn set_state(&self, state: &State) -> Result<()> {
        let (buffer, mut flag) = (&state.0, state.1);
        if let Some(newlines) = &self.newlines {
            newlines.set_pending(flag & 1 != 0);
            flag >>= 1;
        }
        match &self.kind {
            Kind::Object(decoder) => {
                let state = Tuple::new([buffer.clone(), Int::from_u64(flag).into_object()])?;
                decoder.call_method(intern!("setstate"), &[&state]).map(drop)
            }
            _ => {
                let bytes = buffer.downcast::<Bytes>().map_or(&[][..], Bytes::as_bytes);
                *self.pending.borrow_mut() = bytes.to_vec();
                Ok(())
            }
        }
    }

    /// Back to the start.
    pub fn reset(&self) -> Result<()> {
        if let Some(newlines) = &self.newlines {
            newlines.reset();
        }
        self.pending.borrow_mut().clear();
        self.used.set(false);
        match &self.kind {
            Kind::Object(decoder) => decoder.call_method(intern!("reset"), &[]).map(drop),
            _ => Ok(()),
        }
    }

    /// The line ends seen.
    pub fn newlines(&self) -> Result<Ref> {
        match (&self.newlines, &self.kind) {
            (Some(newlines), _) => newlines.seen(),
            (None, Kind::Object(decoder)) => {
                Ok(decoder.get_attr_opt(intern!("newlines"))?.unwrap_or_else(none))
            }
            (None, _) => Ok(none()),
        }
    }
}
