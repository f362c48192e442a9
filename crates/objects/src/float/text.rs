//! Floats from text and to text: the shortest decimals that read back as the same float.

pub use numtext::float::{repr, shortest};

use crate::int::{decimal_ascii, trim};
use crate::prelude::*;

/// The float that ASCII text without blanks around denotes, as `float(text)` reads it.
pub fn parse(text: &[u8]) -> Option<f64> {
    if !text.contains(&b'_') {
        return std::str::from_utf8(text).ok()?.parse().ok();
    }
    let is_digit = |index: Option<usize>| {
        index.and_then(|index| text.get(index)).is_some_and(|byte| byte.is_ascii_digit())
    };
    let mut plain = String::with_capacity(text.len());
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'_' if is_digit(index.checked_sub(1)) && is_digit(Some(index + 1)) => {}
            b'_' => return None,
            _ => plain.push(char::from(byte)),
        }
    }
    plain.parse().ok()
}

impl Float {
    /// `float(object)` for what has no number methods: text. `ValueError`, `TypeError`.
    pub fn parse_object(object: &Object) -> Result<Ref<Float>> {
        if let Some(text) = object.downcast::<Str>() {
            return match text.as_ascii() {
                Some(ascii) => Float::parse_bytes(ascii.as_bytes(), object),
                None => Float::parse_bytes(&decimal_ascii(text), object),
            };
        }
        match object.get_buffer(crate::buffer::request::SIMPLE) {
            Ok(buffer) => Float::parse_bytes(buffer.bytes(), object),
            Err(raised) => {
                raised.clear();
                Err(raise!(
                    TypeError,
                    "float() argument must be a string or a number, not '{}'",
                    object.class().name()
                ))
            }
        }
    }

    fn parse_bytes(text: &[u8], source: &Object) -> Result<Ref<Float>> {
        match parse(trim(text)) {
            Some(value) => Ok(Float::new(value)),
            None if trim(text).is_empty() && !text.is_empty() => {
                Err(raise!(ValueError, "could not convert string to float: ''"))
            }
            None => Err(raise!(ValueError, "could not convert string to float: {}", source.repr()?)),
        }
    }
}
