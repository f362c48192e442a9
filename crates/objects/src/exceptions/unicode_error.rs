//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`.

use std::mem::offset_of;

use super::UnicodeErrorObject;
use crate::prelude::*;

fn check_count(args: &Tuple, expected: usize) -> Result<()> {
    match args.items().len() {
        count if count == expected => Ok(()),
        count => Err(raise!(TypeError, "function takes exactly {expected} arguments ({count} given)")),
    }
}

fn checked_str(args: &Tuple, index: usize) -> Result<Ref> {
    let argument = &args.items()[index];
    match argument.downcast::<Str>() {
        Some(_) => Ok(argument.clone()),
        None => {
            let got = crate::arguments::described(argument);
            Err(raise!(TypeError, "argument {} must be str, not {got}", index + 1))
        }
    }
}

impl UnicodeErrorObject {
    /// What `__init__` of all three does, the arguments being checked: the fields from `first` on are
    /// the object, start, end and reason.
    fn fill(&self, args: &Tuple, encoding: Option<Ref>, object: Ref, first: usize) -> Result<()> {
        let reason = checked_str(args, first + 3)?;
        let (start, end) = (args.items()[first + 1].as_isize()?, args.items()[first + 2].as_isize()?);
        self.args.set(Some(args.to_ref()));
        self.encoding.set(encoding);
        self.object.set(Some(object));
        self.start.set(start);
        self.end.set(end);
        self.reason.set(Some(reason));
        Ok(())
    }

    fn text(field: &Field) -> Result<Ref<Str>> {
        field.get().map_or_else(|| Ok(Str::empty()), |value| value.str())
    }

    /// The range within the object: as the codecs' handlers read it.
    pub fn range(&self, length: usize) -> (usize, usize) {
        let length = length as isize;
        let start = self.start.get().clamp(0, (length - 1).max(0));
        let end = self.end.get().clamp(1.min(length), length);
        (start as usize, end.max(0) as usize)
    }

    /// "character '\xe9' in position 3" or "characters in position 3-5" of a string.
    fn describe_characters(&self, object: &Str) -> String {
        let (start, end) = (self.start.get(), self.end.get());
        if start >= 0 && (start as usize) < object.len() && end == start + 1 {
            let point = object.code_point(start as usize);
            let shown = match point {
                0..=0xff => format!("\\x{point:02x}"),
                0x100..=0xffff => format!("\\u{point:04x}"),
                _ => format!("\\U{point:08x}"),
            };
            return format!("character '{shown}' in position {start}");
        }
        format!("characters in position {start}-{}", end - 1)
    }
}

#[methods(UNICODE_ERROR_MEMBERS)]
impl UnicodeErrorObject {
    /// exception encoding
    #[member(OBJECT)]
    const encoding: usize = offset_of!(UnicodeErrorObject, encoding);

    /// exception object
    #[member(OBJECT)]
    const object: usize = offset_of!(UnicodeErrorObject, object);

    /// exception start
    #[member(PYSSIZET)]
    const start: usize = offset_of!(UnicodeErrorObject, start);

    /// exception end
    #[member(PYSSIZET)]
    const end: usize = offset_of!(UnicodeErrorObject, end);

    /// exception reason
    #[member(OBJECT)]
    const reason: usize = offset_of!(UnicodeErrorObject, reason);
}

#[methods(ENCODE_ERROR)]
impl UnicodeErrorObject {
    #[slot(tp_init)]
    fn init_encode(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        super::base::refuse_keywords(self.class(), kwargs)?;
        check_count(args, 5)?;
        let (encoding, object) = (checked_str(args, 0)?, checked_str(args, 1)?);
        self.fill(args, Some(encoding), object, 1)
    }

    #[slot(tp_str)]
    fn str_encode(&self) -> Result<Ref<Str>> {
        let Some(object) = self.object.get().and_then(|object| object.into_type::<Str>().ok()) else {
            return Ok(Str::empty());
        };
        let (encoding, reason) = (Self::text(&self.encoding)?, Self::text(&self.reason)?);
        let what = self.describe_characters(&object);
        format_str!("'{encoding}' codec can't encode {what}: {reason}")
    }
}

#[methods(DECODE_ERROR)]
impl UnicodeErrorObject {
    #[slot(tp_init)]
    fn init_decode(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        super::base::refuse_keywords(self.class(), kwargs)?;
        check_count(args, 5)?;
        let encoding = checked_str(args, 0)?;
        let object = &args.items()[1];
        let object = match object.downcast::<Bytes>() {
            Some(_) => object.clone(),
            // Any other buffer is kept as the bytes that it holds now.
            None => {
                let buffer = object.get_buffer(crate::buffer::request::SIMPLE)?;
                Bytes::try_new(buffer.bytes())?.into_object()
            }
        };
        self.fill(args, Some(encoding), object, 1)
    }

    #[slot(tp_str)]
    fn str_decode(&self) -> Result<Ref<Str>> {
        let Some(object) = self.object.get().and_then(|object| object.into_type::<Bytes>().ok()) else {
            return Ok(Str::empty());
        };
        let (encoding, reason) = (Self::text(&self.encoding)?, Self::text(&self.reason)?);
        let (start, end) = (self.start.get(), self.end.get());
        let byte = usize::try_from(start).ok().and_then(|start| object.as_bytes().get(start).copied());
        let what = match byte {
            Some(byte) if end == start + 1 => format!("byte 0x{byte:02x} in position {start}"),
            _ => format!("bytes in position {start}-{}", end - 1),
        };
        format_str!("'{encoding}' codec can't decode {what}: {reason}")
    }
}

#[methods(TRANSLATE_ERROR)]
impl UnicodeErrorObject {
    #[slot(tp_init)]
    fn init_translate(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        super::base::refuse_keywords(self.class(), kwargs)?;
        check_count(args, 4)?;
        let object = checked_str(args, 0)?;
        self.fill(args, None, object, 0)
    }

    #[slot(tp_str)]
    fn str_translate(&self) -> Result<Ref<Str>> {
        let Some(object) = self.object.get().and_then(|object| object.into_type::<Str>().ok()) else {
            return Ok(Str::empty());
        };
        let (reason, what) = (Self::text(&self.reason)?, self.describe_characters(&object));
        format_str!("can't translate {what}: {reason}")
    }
}
