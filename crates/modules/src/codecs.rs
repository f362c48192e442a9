//! `_codecs`: the codecs themselves and their registry, for the module `codecs`.

use objects::buffer::BytesLike;
use objects::codecs::{self, ByteOrder};
use objects::prelude::*;

/// The data of a decoder of escapes: bytes, or text in its UTF-8 form.
enum Escaped<'a> {
    Text(&'a str),
    Bytes(BytesLike<'a>),
}

impl Escaped<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Escaped::Text(text) => text.as_bytes(),
            Escaped::Bytes(bytes) => bytes.bytes(),
        }
    }
}

impl<'a> FromArgument<'a> for Escaped<'a> {
    fn from_argument(value: &'a Object, place: &objects::arguments::Place) -> Result<Self> {
        match value.downcast::<Str>() {
            Some(text) => text.as_utf8().map(Escaped::Text),
            None => BytesLike::from_argument(value, place).map(Escaped::Bytes),
        }
    }
}

fn mode<'a>(errors: &NoneOr<&'a str>) -> &'a str {
    errors.0.unwrap_or("strict")
}

fn is_final(flag: Option<i32>) -> bool {
    flag.unwrap_or(0) != 0
}

/// What an encoder gives: the bytes, and how many characters went into them.
type Encoded = Result<(Ref<Bytes>, usize)>;

fn encoded(bytes: Result<Ref<Bytes>>, string: &Str) -> Encoded {
    Ok((bytes?, string.len()))
}

#[module(name = "_codecs")]
pub mod _codecs {
    use super::*;

    /// Add a function to those that are asked, one by one, for the codec of an encoding.
    ///
    /// It takes the name in lower case, and gives None if it knows of no such codec, or a CodecInfo object,
    /// or a tuple of four functions: (encoder, decoder, stream_reader, stream_writer).
    #[function("(search_function, /)")]
    fn register(search_function: &Object) -> Result<()> {
        codecs::registry::register(search_function)
    }

    /// Look a codec up, and return a tuple of functions, or a CodecInfo object.
    #[function("(encoding, /)")]
    fn lookup(encoding: &str) -> Result<Ref<Tuple>> {
        codecs::registry::lookup(encoding)
    }

    /// Forget what was found by an encoding's name.
    #[function("(encoding, /)")]
    fn _forget_codec(encoding: &str) -> Result<()> {
        codecs::registry::forget(encoding)
    }

    /// Encode an object with the codec registered for the encoding.
    ///
    /// The default encoding is 'utf-8'. 'strict' errors raise a ValueError; others are
    /// 'ignore', 'replace' and every name registered with codecs.register_error.
    #[function("(obj, encoding='utf-8', errors='strict')")]
    fn encode(obj: &Object, encoding: &str, errors: Option<&str>) -> Result<Ref> {
        codecs::encode_any(obj, encoding, errors)
    }

    /// Decode an object with the codec registered for the encoding.
    ///
    /// The default encoding is 'utf-8'. 'strict' errors raise a ValueError; others are
    /// 'ignore', 'replace' and every name registered with codecs.register_error.
    #[function("(obj, encoding='utf-8', errors='strict')")]
    fn decode(obj: &Object, encoding: &str, errors: Option<&str>) -> Result<Ref> {
        codecs::decode_any(obj, encoding, errors)
    }

    /// Register an error handler under a name.
    ///
    /// The handler is called with an exception that tells where the error is. It raises it or another,
    /// or returns a tuple of the replacement and the position to go on at.
    #[function("(errors, handler, /)")]
    fn register_error(errors: &str, handler: &Object) -> Result<()> {
        codecs::registry::register_error(errors, handler)
    }

    /// Return the error handler of a name. Raises LookupError for an unknown one.
    #[function("(name, /)")]
    fn lookup_error(name: &str) -> Result<Ref> {
        codecs::registry::lookup_error(name)
    }

    #[function("(data, errors=None, /)")]
    fn escape_decode(data: Escaped, errors: NoneOr<&str>) -> Result<(Ref<Bytes>, usize)> {
        let (bytes, first_invalid) = codecs::escape::decode(data.bytes(), mode(&errors))?;
        if let Some(at) = first_invalid {
            let message = format!("invalid escape sequence '\\{}'", char::from(data.bytes()[at]));
            objects::services::warn(&exceptions::DeprecationWarning, &message, 1)?;
        }
        Ok((Bytes::try_new(&bytes)?, data.bytes().len()))
    }

    #[function("(data, errors=None, /)")]
    fn escape_encode(data: &Bytes, errors: NoneOr<&str>) -> Result<(Ref<Bytes>, usize)> {
        let _ = errors;
        Ok((Bytes::try_new(&codecs::escape::encode(data.as_bytes()))?, data.len()))
    }

    #[function("(data, errors=None, final=True, /)")]
    fn unicode_escape_decode(
        data: Escaped,
        errors: NoneOr<&str>,
        last: Option<i32>,
    ) -> Result<codecs::Decoded> {
        codecs::unicode_escape::decode(data.bytes(), mode(&errors), last.unwrap_or(1) != 0)
    }

    #[function("(data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(
        data: Escaped,
        errors: NoneOr<&str>,
        last: Option<i32>,
    ) -> Result<codecs::Decoded> {
        codecs::unicode_escape::decode_raw(data.bytes(), mode(&errors), last.unwrap_or(1) != 0)
    }

    #[function("(str, errors=None, /)")]
    fn unicode_escape_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        let _ = errors;
        encoded(codecs::unicode_escape::encode(string), string)
    }

    #[function("(str, errors=None, /)")]
    fn raw_unicode_escape_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        let _ = errors;
        encoded(codecs::unicode_escape::encode_raw(string), string)
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_7_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        codecs::utf7::decode(data.bytes(), mode(&errors), is_final(last))
    }

    #[function("(str, errors=None, /)")]
    fn utf_7_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        let _ = errors;
        encoded(codecs::utf7::encode(string), string)
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_8_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        codecs::utf8::decode(data.bytes(), mode(&errors), is_final(last))
    }

    #[function("(str, errors=None, /)")]
    fn utf_8_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::utf8::encode(string, mode(&errors)), string)
    }

    fn decode_16(
        data: &BytesLike,
        errors: &NoneOr<&str>,
        order: Option<ByteOrder>,
        last: Option<i32>,
    ) -> Result<codecs::Decoded> {
        let (text, used, _) = codecs::utf16::decode(data.bytes(), mode(errors), order, is_final(last))?;
        Ok((text, used))
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_16_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        decode_16(&data, &errors, None, last)
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_16_le_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        decode_16(&data, &errors, Some(ByteOrder::Little), last)
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_16_be_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        decode_16(&data, &errors, Some(ByteOrder::Big), last)
    }

    #[function("(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_16_ex_decode(
        data: BytesLike,
        errors: NoneOr<&str>,
        byteorder: i32,
        last: Option<i32>,
    ) -> Result<(Ref<Str>, usize, i32)> {
        let order = ByteOrder::from_c(byteorder);
        let (text, used, found) = codecs::utf16::decode(data.bytes(), mode(&errors), order, is_final(last))?;
        Ok((text, used, ByteOrder::to_c(found)))
    }

    #[function("(str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(string: &Str, errors: NoneOr<&str>, byteorder: i32) -> Encoded {
        encoded(codecs::utf16::encode(string, mode(&errors), ByteOrder::from_c(byteorder)), string)
    }

    #[function("(str, errors=None, /)")]
    fn utf_16_le_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::utf16::encode(string, mode(&errors), Some(ByteOrder::Little)), string)
    }

    #[function("(str, errors=None, /)")]
    fn utf_16_be_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::utf16::encode(string, mode(&errors), Some(ByteOrder::Big)), string)
    }

    fn decode_32(
        data: &BytesLike,
        errors: &NoneOr<&str>,
        order: Option<ByteOrder>,
        last: Option<i32>,
    ) -> Result<codecs::Decoded> {
        let (text, used, _) = codecs::utf32::decode(data.bytes(), mode(errors), order, is_final(last))?;
        Ok((text, used))
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_32_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        decode_32(&data, &errors, None, last)
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_32_le_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        decode_32(&data, &errors, Some(ByteOrder::Little), last)
    }

    #[function("(data, errors=None, final=False, /)")]
    fn utf_32_be_decode(data: BytesLike, errors: NoneOr<&str>, last: Option<i32>) -> Result<codecs::Decoded> {
        decode_32(&data, &errors, Some(ByteOrder::Big), last)
    }

    #[function("(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_32_ex_decode(
        data: BytesLike,
        errors: NoneOr<&str>,
        byteorder: i32,
        last: Option<i32>,
    ) -> Result<(Ref<Str>, usize, i32)> {
        let order = ByteOrder::from_c(byteorder);
        let (text, used, found) = codecs::utf32::decode(data.bytes(), mode(&errors), order, is_final(last))?;
        Ok((text, used, ByteOrder::to_c(found)))
    }

    #[function("(str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(string: &Str, errors: NoneOr<&str>, byteorder: i32) -> Encoded {
        encoded(codecs::utf32::encode(string, mode(&errors), ByteOrder::from_c(byteorder)), string)
    }

    #[function("(str, errors=None, /)")]
    fn utf_32_le_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::utf32::encode(string, mode(&errors), Some(ByteOrder::Little)), string)
    }

    #[function("(str, errors=None, /)")]
    fn utf_32_be_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::utf32::encode(string, mode(&errors), Some(ByteOrder::Big)), string)
    }

    #[function("(data, errors=None, /)")]
    fn latin_1_decode(data: BytesLike, errors: NoneOr<&str>) -> Result<codecs::Decoded> {
        let _ = errors;
        codecs::narrow::decode_latin1(data.bytes())
    }

    #[function("(str, errors=None, /)")]
    fn latin_1_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::narrow::encode_latin1(string, mode(&errors)), string)
    }

    #[function("(data, errors=None, /)")]
    fn ascii_decode(data: BytesLike, errors: NoneOr<&str>) -> Result<codecs::Decoded> {
        codecs::narrow::decode_ascii(data.bytes(), mode(&errors))
    }

    #[function("(str, errors=None, /)")]
    fn ascii_encode(string: &Str, errors: NoneOr<&str>) -> Encoded {
        encoded(codecs::narrow::encode_ascii(string, mode(&errors)), string)
    }

    #[function("(data, errors=None, mapping=None, /)")]
    fn charmap_decode(
        data: BytesLike,
        errors: NoneOr<&str>,
        mapping: Option<&Object>,
    ) -> Result<codecs::Decoded> {
        codecs::charmap::decode(data.bytes(), mode(&errors), mapping)
    }

    #[function("(str, errors=None, mapping=None, /)")]
    fn charmap_encode(string: &Str, errors: NoneOr<&str>, mapping: Option<&Object>) -> Encoded {
        encoded(codecs::charmap::encode(string, mode(&errors), mapping), string)
    }

    #[function("(map, /)")]
    fn charmap_build(map: &Str) -> Result<Ref> {
        codecs::charmap::build(map)
    }

    #[function("(data, errors=None, /)")]
    fn readbuffer_encode(data: Escaped, errors: NoneOr<&str>) -> Result<(Ref<Bytes>, usize)> {
        let _ = errors;
        Ok((Bytes::try_new(data.bytes())?, data.bytes().len()))
    }
}
