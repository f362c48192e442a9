//! `MultibyteCodec`: an encoding as an object.

use objects::buffer::BytesLike;
use objects::prelude::*;

use super::codec::Codec;
use super::coding;

#[repr(C)]
pub struct MultibyteCodec {
    base: Object,
    pub codec: Codec,
}

/// The object for an encoding of a module. `LookupError` for any other.
pub fn get(known: &[&'static str], encoding: &Object) -> Result<Ref<MultibyteCodec>> {
    let Some(encoding) = encoding.downcast::<Str>() else {
        bail!(TypeError, "encoding name must be a string.");
    };
    let name = known.iter().find(|name| encoding.equals_text(name));
    match name.and_then(|name| Codec::named(name)) {
        Some(codec) => Ok(Ref::new(MultibyteCodec { base: Object::header(), codec })),
        None => Err(raise!(LookupError, "no such codec is supported.")),
    }
}

/// The text that an object is, or that it gives.
pub fn text_of(object: &Object) -> Result<Ref<Str>> {
    match object.downcast::<Str>() {
        Some(text) => Ok(text.to_ref()),
        None => object.str(),
    }
}

#[class(name = "MultibyteCodec", generic_getattro)]
impl MultibyteCodec {
    /// Return an encoded string version of `input'.
    ///
    /// 'errors' may be given to set a different error handling scheme: 'strict', the default,
    /// raises a UnicodeEncodeError; others are 'ignore', 'replace', 'xmlcharrefreplace' and any other name
    /// registered with codecs.register_error that can handle UnicodeEncodeErrors.
    #[method("(input, errors=None)")]
    fn encode(&self, input: &Object, errors: NoneOr<&str>) -> Result<(Ref<Bytes>, usize)> {
        let text = text_of(input)?;
        let mut state = self.codec.encoding_state();
        let (bytes, _) = coding::encode(&self.codec, &mut state, &text, errors.0.unwrap_or("strict"), true)?;
        Ok((Bytes::try_new(&bytes)?, text.len()))
    }

    /// Decodes 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme: 'strict', the default,
    /// raises a UnicodeDecodeError; others are 'ignore', 'replace' and any other name
    /// registered with codecs.register_error that is able to handle UnicodeDecodeErrors.
    #[method("(input, errors=None)")]
    fn decode(&self, input: BytesLike, errors: NoneOr<&str>) -> Result<(Ref<Str>, usize)> {
        let bytes = input.bytes();
        let mut state = self.codec.decoding_state();
        let (text, _) = coding::decode(&self.codec, &mut state, bytes, errors.0.unwrap_or("strict"), true)?;
        Ok((text.finish()?, bytes.len()))
    }
}
