//! File names given by Python code.

use objects::prelude::*;

/// The text of a path: a string, bytes in the file system's encoding, or what `__fspath__` gives.
pub fn decoded_path(path: &Object) -> Result<Ref<Str>> {
    if path.downcast::<Str>().is_none() && path.downcast::<Bytes>().is_none() && path.has_buffer() {
        let message = format!("path should be string, bytes, or os.PathLike, not {}", path.class().name());
        (objects::services::get().warn)(&exceptions::DeprecationWarning, &Str::new(&message), 1, None)?;
        let buffer = path.get_buffer(objects::buffer::request::SIMPLE)?;
        return without_null(decode(buffer.bytes())?);
    }
    let path = fs_path(path)?;
    let text = match path.into_type::<Str>() {
        Ok(text) => text,
        Err(other) => {
            let bytes = other.get_buffer(objects::buffer::request::SIMPLE)?;
            decode(bytes.bytes())?
        }
    };
    without_null(text)
}

fn without_null(text: Ref<Str>) -> Result<Ref<Str>> {
    let has_null = text.points().iter().any(|point| point == 0);
    match has_null {
        true => Err(raise!(ValueError, "embedded null character")),
        false => Ok(text),
    }
}

/// `os.fspath`.
pub fn fs_path(path: &Object) -> Result<Ref> {
    if path.downcast::<Str>().is_some() || path.downcast::<Bytes>().is_some() {
        return Ok(path.to_ref());
    }
    let Some(method) = path.lookup_special(intern!("__fspath__"))? else {
        bail!(TypeError, "expected str, bytes or os.PathLike object, not {}", path.class().name());
    };
    let result = method.call0()?;
    if result.downcast::<Str>().is_none() && result.downcast::<Bytes>().is_none() {
        bail!(
            TypeError,
            "expected {}.__fspath__() to return str or bytes, not {}",
            path.class().name(),
            result.class().name()
        );
    }
    Ok(result)
}

/// Text of bytes from the operating system: undecodable ones become surrogates (PEP 383).
pub fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    objects::codecs::decode_text(bytes, Some("utf-8"), Some("surrogateescape"))
}

/// The bytes for the operating system.
pub fn encode(text: &Str) -> Result<Ref<Bytes>> {
    objects::codecs::encode_text(text, Some("utf-8"), Some("surrogateescape"))
}
