//! Encoding and decoding by name: what `str.encode`, `bytes.decode` and `str(bytes, encoding)` do.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{ByteOrder, narrow, registry, utf8, utf16, utf32};
use crate::exceptions::BaseExceptionObject;
use crate::prelude::*;

/// Whether encodings and error handlers are looked up before they are needed, so that a wrong name is
/// found out even where nothing has to be encoded (`-X dev`).
static CHECKS_NAMES: AtomicBool = AtomicBool::new(false);

pub fn check_names() {
    CHECKS_NAMES.store(true, Ordering::Relaxed);
}

/// Looks up the names of an encoding and an error handler in development mode. `LookupError`.
pub fn check_given(encoding: Option<&str>, errors: Option<&str>) -> Result<()> {
    if !CHECKS_NAMES.load(Ordering::Relaxed) {
        return Ok(());
    }
    if let Some(encoding) = encoding {
        registry::lookup(encoding)?;
    }
    if let Some(errors) = errors {
        registry::lookup_error(errors)?;
    }
    Ok(())
}

/// The codecs that need no registry.
enum Native {
    Utf8,
    Latin1,
    Ascii,
    Utf16(Option<ByteOrder>),
    Utf32(Option<ByteOrder>),
}

impl Native {
    fn named(encoding: &str) -> Option<Native> {
        // The common spellings first: no allocation.
        match encoding {
            "utf-8" | "utf8" | "UTF-8" => return Some(Native::Utf8),
            "latin-1" | "latin1" | "iso-8859-1" => return Some(Native::Latin1),
            "ascii" => return Some(Native::Ascii),
            _ => {}
        }
        let mut name = String::with_capacity(encoding.len());
        for c in encoding.chars() {
            match c {
                _ if c.is_ascii_alphanumeric() || c == '.' => name.push(c.to_ascii_lowercase()),
                _ if !c.is_ascii() => return None,
                _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
                _ => {}
            }
        }
        Some(match name.trim_end_matches('_') {
            "utf_8" | "utf8" => Native::Utf8,
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" => Native::Latin1,
            "ascii" | "us_ascii" => Native::Ascii,
            "utf_16" | "utf16" => Native::Utf16(None),
            "utf_32" | "utf32" => Native::Utf32(None),
            _ => return None,
        })
    }
}

/// The bytes of a text in an encoding, UTF-8 unless named.
pub fn encode_text(string: &Str, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Bytes>> {
    check_given(encoding, errors)?;
    let mode = errors.unwrap_or("strict");
    match encoding.map(|encoding| (encoding, Native::named(encoding))) {
        None | Some((_, Some(Native::Utf8))) => utf8::encode(string, mode),
        Some((_, Some(Native::Latin1))) => narrow::encode_latin1(string, mode),
        Some((_, Some(Native::Ascii))) => narrow::encode_ascii(string, mode),
        Some((_, Some(Native::Utf16(order)))) => utf16::encode(string, mode, order),
        Some((_, Some(Native::Utf32(order)))) => utf32::encode(string, mode, order),
        Some((encoding, None)) => encode_by_registry(string, encoding, errors),
    }
}

fn encode_by_registry(string: &Str, encoding: &str, errors: Option<&str>) -> Result<Ref<Bytes>> {
    let codec = text_codec(encoding, "codecs.encode()")?;
    let encoded = call_codec(&codec.items()[0], string, encoding, errors, "encod")?;
    match encoded.into_type::<Bytes>() {
        Ok(bytes) => Ok(bytes),
        Err(encoded) => match encoded.downcast::<crate::bytearray::ByteArray>() {
            Some(array) => {
                let message = format!(
                    "encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"
                );
                crate::services::warn(&exceptions::RuntimeWarning, &message, 1)?;
                Bytes::try_new(&array.to_vec())
            }
            None => Err(raise!(
                TypeError,
                "'{encoding}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
                encoded.class().name()
            )),
        },
    }
}

/// The text of bytes in an encoding, UTF-8 unless named.
pub fn decode_text(bytes: &[u8], encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
    check_given(encoding, errors)?;
    let mode = errors.unwrap_or("strict");
    Ok(match encoding.map(|encoding| (encoding, Native::named(encoding))) {
        None | Some((_, Some(Native::Utf8))) => utf8::decode(bytes, mode, true)?.0,
        Some((_, Some(Native::Latin1))) => narrow::decode_latin1(bytes)?.0,
        Some((_, Some(Native::Ascii))) => narrow::decode_ascii(bytes, mode)?.0,
        Some((_, Some(Native::Utf16(order)))) => utf16::decode(bytes, mode, order, true)?.0,
        Some((_, Some(Native::Utf32(order)))) => utf32::decode(bytes, mode, order, true)?.0,
        Some((encoding, None)) => decode_by_registry(bytes, encoding, errors)?,
    })
}

fn decode_by_registry(bytes: &[u8], encoding: &str, errors: Option<&str>) -> Result<Ref<Str>> {
    let codec = text_codec(encoding, "codecs.decode()")?;
    let input = Bytes::try_new(bytes)?;
    let view = crate::memoryview::MemoryView::of(&input)?;
    let decoded = call_codec(&codec.items()[1], &view, encoding, errors, "decod")?;
    decoded.into_type::<Str>().map_err(|decoded| {
        raise!(
            TypeError,
            "'{encoding}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
            decoded.class().name()
        )
    })
}

/// The codec, which has to be one between text and bytes.
pub fn text_codec(encoding: &str, alternative: &str) -> Result<Ref<Tuple>> {
    let codec = registry::lookup(encoding)?;
    if codec.downcast_exact::<Tuple>().is_none()
        && let Some(marked) = codec.get_attr_opt(intern!("_is_text_encoding"))?
        && !marked.is_true()?
    {
        bail!(
            LookupError,
            "'{encoding}' is not a text encoding; use {alternative} to handle arbitrary codecs"
        );
    }
    Ok(codec)
}

/// `codecs.encode`: by a codec between any types.
pub fn encode_any(object: &Object, encoding: &str, errors: Option<&str>) -> Result<Ref> {
    let codec = registry::lookup(encoding)?;
    call_codec(&codec.items()[0], object, encoding, errors, "encod")
}

/// `codecs.decode`: by a codec between any types.
pub fn decode_any(object: &Object, encoding: &str, errors: Option<&str>) -> Result<Ref> {
    let codec = registry::lookup(encoding)?;
    call_codec(&codec.items()[1], object, encoding, errors, "decod")
}

/// Calls a codec's function; a failure is said again with the codec's name.
fn call_codec(
    function: &Object,
    input: &Object,
    encoding: &str,
    errors: Option<&str>,
    verb: &str,
) -> Result<Ref> {
    let called = match errors {
        None => function.call1(input),
        Some(errors) => {
            let errors = Str::try_new(errors)?;
            function.call(&[input, &errors])
        }
    };
    let answer = match called {
        Ok(answer) => answer,
        Err(raised) => return Err(said_again(raised, &format!("{verb}ing with '{encoding}' codec failed"))),
    };
    match answer.downcast::<Tuple>().map(Tuple::items) {
        Some([output, _]) => Ok(output.clone()),
        _ => Err(raise!(TypeError, "{verb}er must return a tuple (object, integer)")),
    }
}

/// The exception with more said, itself its cause: where an exception of its class takes just a
/// message and has nothing more to it. Any other stays as it is.
fn said_again(raised: Raised, message: &str) -> Raised {
    let exception = raised.fetch().normalize();
    match again(&exception, message) {
        Ok(Some(instance)) => {
            if let Some(cause) =
                exception.value.as_ref().and_then(|value| value.downcast::<BaseExceptionObject>())
            {
                cause.traceback.set(exception.traceback);
            }
            let again = raise::set_instance(instance);
            exceptions::set_cause_and_context(again, exception.value)
        }
        Ok(None) => exception.restore(),
        Err(raised) => {
            raised.clear();
            exception.restore()
        }
    }
}

fn again(exception: &raise::Fetched, message: &str) -> Result<Option<Ref>> {
    let (Some(value), Some(class)) = (&exception.value, exception.class.downcast::<Type>()) else {
        return Ok(None);
    };
    let Some(fields) = value.downcast::<BaseExceptionObject>() else { return Ok(None) };
    let plain = size_of::<BaseExceptionObject>() as isize;
    let expected = if class.has_flags(flags::HEAPTYPE) { 2 * size_of::<usize>() as isize } else { 0 };
    let same_new =
        class.tp_new.get().map(|f| f as usize) == exceptions::BaseException.tp_new.get().map(|f| f as usize);
    let same_init = class.tp_init.get().map(|f| f as usize)
        == exceptions::BaseException.tp_init.get().map(|f| f as usize);
    let is_plain = same_new && same_init && class.tp_basicsize.get() <= plain + expected;
    let arguments = fields.args.get();
    let arguments = arguments.as_deref().map_or(&[][..], Tuple::items);
    let is_message = match arguments {
        [] => true,
        [argument] => argument.downcast_exact::<Str>().is_some(),
        _ => false,
    };
    if !is_plain || !is_message || fields.dict.get().is_some_and(|dict| !dict.is_empty()) {
        return Ok(None);
    }
    let name = class.name();
    let name = name.rsplit('.').next().unwrap_or(name);
    let text = format!("{message} ({name}: {})", value.str()?);
    let text = Str::try_new(&text)?;
    class.call1(&text).map(Some)
}

/// `str(object, encoding, errors)`.
pub fn text_from_object(object: &Object, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
    if let Some(bytes) = object.downcast::<Bytes>() {
        return decode_text(bytes.as_bytes(), encoding, errors);
    }
    if object.downcast::<Str>().is_some() {
        bail!(TypeError, "decoding str is not supported");
    }
    let buffer = match object.get_buffer(crate::buffer::request::SIMPLE) {
        Ok(buffer) => buffer,
        Err(raised) if raised.matches(&exceptions::TypeError) => {
            bail!(TypeError, "decoding to str: need a bytes-like object, {} found", object.class().name())
        }
        Err(raised) => return Err(raised),
    };
    decode_text(buffer.bytes(), encoding, errors)
}
