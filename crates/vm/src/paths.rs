//! File names given by Python code.

use objects::prelude::*;

/// The text of a path: a string, bytes in the file system's encoding, or what `__fspath__` gives.
pub fn decoded_path(path: &Object) -> Result<Ref<Str>> {
    if !path.is_text_or_bytes() && path.has_buffer() {
        let message = format!("path should be string, bytes, or os.PathLike, not {}", path.class().name());
        (objects::services::get().warn)(&exceptions::DeprecationWarning, &Str::new(&message), 1, None)?;
        let buffer = path.get_buffer(objects::buffer::request::SIMPLE)?;
        return without_null(decode(buffer.bytes())?);
    }
    let path = path.fs_path()?;
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

/// Text of bytes from the operating system: undecodable ones become surrogates (PEP 383).
pub fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    objects::codecs::decode_text(bytes, Some("utf-8"), Some("surrogateescape"))
}

/// The bytes for the operating system.
pub fn encode(text: &Str) -> Result<Ref<Bytes>> {
    objects::codecs::encode_text(text, Some("utf-8"), Some("surrogateescape"))
}
