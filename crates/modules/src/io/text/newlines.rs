//! Line ends: what was seen of them, and their translation.

use std::cell::Cell;

use objects::prelude::*;
use objects::str::{Points, StrBuilder};

/// The line ends in decoded text, chunk by chunk.
#[derive(Default)]
pub struct Newlines {
    translate: Cell<bool>,
    /// Whether a carriage return at a chunk's end waits for what follows.
    pending: Cell<bool>,
    seen: Cell<u8>,
}

impl objects::memory::Trace for Newlines {}

const LF: u8 = 1;
const CR: u8 = 2;
const CRLF: u8 = 4;

impl Newlines {
    pub fn new(translate: bool) -> Newlines {
        let newlines = Newlines::default();
        newlines.translate.set(translate);
        newlines
    }

    pub fn set_translate(&self, translate: bool) {
        self.translate.set(translate);
    }

    pub fn is_pending(&self) -> bool {
        self.pending.get()
    }

    pub fn set_pending(&self, pending: bool) {
        self.pending.set(pending);
    }

    pub fn reset(&self) {
        self.pending.set(false);
        self.seen.set(0);
    }

    /// A chunk of text, its line ends noted and perhaps translated.
    pub fn decode(&self, text: Ref<Str>, is_final: bool) -> Result<Ref<Str>> {
        let mut text = text;
        if self.pending.get() && (is_final || !text.is_empty()) {
            text = Str::from_point('\r'.into())?.concat(&text)?;
            self.pending.set(false);
        }
        if !is_final && !text.is_empty() && text.code_point(text.len() - 1) == '\r'.into() {
            text = text.substring(0, text.len() - 1)?;
            self.pending.set(true);
        }
        if text.is_empty() {
            return Ok(text);
        }
        match text.points() {
            Points::One(bytes) if memchr::memchr(b'\r', bytes).is_none() => {
                if self.seen.get() & LF == 0 && memchr::memchr(b'\n', bytes).is_some() {
                    self.seen.set(self.seen.get() | LF);
                }
                Ok(text)
            }
            points => self.scan(points, &text),
        }
    }

    fn scan(&self, points: Points<'_>, text: &Str) -> Result<Ref<Str>> {
        let mut seen = self.seen.get();
        let mut builder = StrBuilder::with_capacity(points.len());
        let mut rest = points.iter().peekable();
        while let Some(point) = rest.next() {
            match char::from_u32(point) {
                Some('\n') => seen |= LF,
                Some('\r') if rest.peek() == Some(&u32::from('\n')) => {
                    rest.next();
                    seen |= CRLF;
                }
                Some('\r') => seen |= CR,
                _ => {
                    builder.push(point);
                    continue;
                }
            }
            builder.push('\n'.into());
        }
        self.seen.set(seen);
        match self.translate.get() {
            true => builder.finish(),
            false => Ok(text.to_ref()),
        }
    }

    /// What was seen: `None`, a string, or a tuple of strings.
    pub fn seen(&self) -> Result<Ref> {
        let all = [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")];
        let found: Vec<Ref> = all
            .into_iter()
            .filter(|(bit, _)| self.seen.get() & bit != 0)
            .map(|(_, text)| Str::new(text).into_object())
            .collect();
        match found.len() {
            0 => Ok(none()),
            1 => Ok(found[0].clone()),
            _ => Tuple::new(found).map(Ref::into_object),
        }
    }
}

/// The parts of a decoder's state: what it keeps, and a number, of which the low 64 bits count.
fn state_parts(state: &Object) -> Option<(Ref, u64)> {
    match state.downcast::<Tuple>()?.items() {
        [kept, flag] => Some((kept.clone(), flag.downcast::<Int>()?.low_u64())),
        _ => None,
    }
}

/// A decoder that translates line ends behind another decoder, or in text as it comes.
#[repr(C)]
#[derive(Trace)]
pub struct IncrementalNewlineDecoder {
    base: Object,
    /// Null before the initialisation.
    decoder: Field,
    newlines: Newlines,
}

impl IncrementalNewlineDecoder {
    fn decoder(&self) -> Result<Ref> {
        self.decoder
            .get()
            .ok_or_else(|| raise!(ValueError, "IncrementalNewlineDecoder.__init__() not called"))
    }
}

/// The step of a text file's decoding that deals with line endings.
///
/// It hands its input to decoder, another incremental decoder (or, with None,
/// takes str as it is), and remembers in newlines which endings came by.
/// Where translate is true, \r\n and \r come out as \n. Where it is not, they
/// stay, but a \r\n is never torn apart: a \r at the end of the input waits
/// for what follows.
#[class(
    name = "IncrementalNewlineDecoder", module = "_io", flags = BASETYPE,
    signature = "(decoder, translate, errors='strict')"
)]
impl IncrementalNewlineDecoder {
    #[slot(tp_new)]
    fn new_decoder(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<IncrementalNewlineDecoder>> {
        let decoder = IncrementalNewlineDecoder {
            base: Object::header(),
            decoder: Field::null(),
            newlines: Newlines::default(),
        };
        Ref::new_in(class, decoder)
    }

    #[slot(tp_init, "(decoder, translate, errors='strict')")]
    fn init(&self, decoder: &Object, translate: i32, errors: Option<&Object>) -> Result<()> {
        let _ = errors;
        self.decoder.set(Some(decoder.to_ref()));
        self.newlines.reset();
        self.newlines.set_translate(translate != 0);
        Ok(())
    }

    #[method("(input, final=False)")]
    fn decode(&self, input: &Object, last: Option<i32>) -> Result<Ref<Str>> {
        let decoder = self.decoder()?;
        let is_final = last.unwrap_or(0) != 0;
        let output = match decoder.is_none() {
            true => input.to_ref(),
            false => {
                let last = objects::bool::bool_object(is_final);
                decoder.call_method(intern!("decode"), &[input, &last])?
            }
        };
        self.newlines.decode(expect_text(output)?, is_final)
    }

    #[method("()")]
    fn getstate(&self) -> Result<(Ref, Ref)> {
        let decoder = self.decoder()?;
        let pending = Int::new(self.newlines.is_pending().into());
        if decoder.is_none() {
            return Ok((Bytes::new(b"").into_object(), pending.into_object()));
        }
        let state = decoder.call_method(intern!("getstate"), &[])?;
        let Some((buffer, flag)) = state_parts(&state) else { bail!(TypeError, "illegal decoder state") };
        Ok((buffer, Int::from_u64(flag << 1 | u64::from(self.newlines.is_pending())).into_object()))
    }

    #[method("(state, /)")]
    fn setstate(&self, state: &Object) -> Result<Ref> {
        let decoder = self.decoder()?;
        if state.downcast::<Tuple>().is_none() {
            bail!(TypeError, "state argument must be a tuple");
        }
        let Some((buffer, flag)) = state_parts(state) else {
            bail!(TypeError, "setstate(): illegal state argument");
        };
        self.newlines.set_pending(flag & 1 != 0);
        match decoder.is_none() {
            true => Ok(none()),
            false => {
                let state = Tuple::new([buffer, Int::from_u64(flag >> 1).into_object()])?;
                decoder.call_method(intern!("setstate"), &[&state])
            }
        }
    }

    #[method("()")]
    fn reset(&self) -> Result<Ref> {
        let decoder = self.decoder()?;
        self.newlines.reset();
        match decoder.is_none() {
            true => Ok(none()),
            false => decoder.call_method(intern!("reset"), &[]),
        }
    }

    #[getter(name = "newlines")]
    fn newlines_seen(&self) -> Result<Ref> {
        self.decoder()?;
        self.newlines.seen()
    }
}

/// What a decoder gave, which has to be text.
pub fn expect_text(output: Ref) -> Result<Ref<Str>> {
    output.into_type::<Str>().map_err(|other| {
        raise!(TypeError, "decoder should return a string result, not '{}'", other.class().name())
    })
}
