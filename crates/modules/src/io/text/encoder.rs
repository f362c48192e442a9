//! The encoder of a text stream: of the interpreter's own where it is a common one, else an object.

use objects::codecs;
use objects::prelude::*;

enum Kind {
    Utf8,
    Ascii,
    Latin1,
    /// An incremental encoder of the module `codecs`.
    Object(Ref),
}

/// An encoder.
pub struct Encoder {
    kind: Kind,
    errors: String,
}

impl Encoder {
    /// The encoder that a codec makes.
    pub fn new(codec: &Object, errors: &Str) -> Result<Encoder> {
        let name = codec.get_attr_opt(intern!("name"))?;
        let name = name.as_deref().and_then(|name| name.downcast::<Str>());
        let kind = match name.and_then(Str::as_str) {
            Some("utf-8") => Kind::Utf8,
            Some("ascii") => Kind::Ascii,
            Some("iso8859-1") => Kind::Latin1,
            _ => Kind::Object(codec.get_attr(intern!("incrementalencoder"))?.call1(errors)?),
        };
        Ok(Encoder { kind, errors: errors.as_utf8()?.to_owned() })
    }

    /// Adds the bytes of a text.
    pub fn encode(&self, text: &Str, bytes: &mut Vec<u8>) -> Result<()> {
        let encoded = match &self.kind {
            Kind::Utf8 => match text.as_ascii() {
                Some(ascii) => {
                    bytes.extend_from_slice(ascii.as_bytes());
                    return Ok(());
                }
                None => codecs::utf8::encode(text, &self.errors)?,
            },
            Kind::Ascii => codecs::narrow::encode_ascii(text, &self.errors)?,
            Kind::Latin1 => codecs::narrow::encode_latin1(text, &self.errors)?,
            Kind::Object(encoder) => {
                let encoded = encoder.call_method(intern!("encode"), &[text])?;
                encoded.into_type::<Bytes>().map_err(|other| {
                    raise!(TypeError, "encoder should return a bytes object, not '{}'", other.class().name())
                })?
            }
        };
        bytes.extend_from_slice(encoded.as_bytes());
        Ok(())
    }

    /// To the state at the start of a stream, where a byte order mark is written, or behind it.
    pub fn reset(&self, at_start: bool) -> Result<()> {
        let Kind::Object(encoder) = &self.kind else { return Ok(()) };
        match at_start {
            true => encoder.call_method(intern!("reset"), &[]),
            false => encoder.call_method(intern!("setstate"), &[&*Int::new(0)]),
        }
        .map(drop)
    }
}
