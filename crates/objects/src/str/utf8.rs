//! Strings and Rust's UTF-8: the cached form, and WTF-8 for what holds lone surrogates.

use std::borrow::Cow;

use literals::Text;

use super::transcode::{Measure, is_surrogate, write_wtf8};
use super::{Points, Str, StrBuilder, Unit};
use crate::prelude::*;

/// The code points of bytes that are WTF-8.
pub fn wtf8_points(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let &first = rest.first()?;
        let (width, start) = match first {
            0..=0x7f => (1, u32::from(first)),
            0x80..=0xdf => (2, u32::from(first & 0x1f)),
            0xe0..=0xef => (3, u32::from(first & 0x0f)),
            _ => (4, u32::from(first & 0x07)),
        };
        let width = width.min(rest.len());
        let point = rest[1..width].iter().fold(start, |point, &byte| point << 6 | u32::from(byte & 0x3f));
        rest = &rest[width..];
        Some(point)
    })
}

impl Str {
    /// A string of WTF-8 bytes: UTF-8 that may hold lone surrogates. Raises `MemoryError`.
    pub fn from_wtf8(bytes: &[u8]) -> Result<Ref<Str>> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Str::try_new(text);
        }
        let mut builder = StrBuilder::with_capacity(bytes.len());
        builder.extend(wtf8_points(bytes));
        builder.finish()
    }

    /// A string of a literal's text. Raises `MemoryError`.
    pub fn from_text(text: &Text) -> Result<Ref<Str>> {
        Str::from_wtf8(text.as_bytes())
    }

    /// The content outside the object model.
    pub fn to_text(&self) -> Text {
        match self.as_str() {
            Some(text) => Text::from(text),
            None => Text::from_code_points(self.points().iter()).unwrap_or_else(|_| Text::from("")),
        }
    }

    /// The WTF-8 form: UTF-8, lone surrogates as three bytes each.
    pub fn to_wtf8(&self) -> Cow<'_, [u8]> {
        match self.cached_utf8() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(self.encode_measured(self.measure().length)),
        }
    }

    /// The UTF-8 form; none if there are lone surrogates. Not cached.
    pub fn utf8_form(&self) -> Option<Cow<'_, [u8]>> {
        match self.cached_utf8() {
            Some(bytes) => Some(Cow::Borrowed(bytes)),
            None => Some(Cow::Owned(self.encode_measured(self.measure().of_utf8()?))),
        }
    }

    fn measure(&self) -> Measure {
        Measure::of(self.points())
    }

    /// The WTF-8 form, which has the measured length.
    fn encode_measured(&self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        write_wtf8(self.points(), &mut bytes);
        bytes
    }

    /// The UTF-8 form as a bytes object; none if there are lone surrogates. Raises `MemoryError`.
    pub fn to_utf8_bytes(&self) -> Result<Option<Ref<Bytes>>> {
        if let Some(bytes) = self.cached_utf8() {
            return Bytes::try_new(bytes).map(Some);
        }
        let length = self.measure().of_utf8();
        length.map(|length| Bytes::build(length, |room| write_wtf8(self.points(), room))).transpose()
    }

    /// The text, cached in the string; none if it holds lone surrogates.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        let bytes = match self.cached_utf8() {
            Some(bytes) => bytes,
            None => self.fill_utf8()?,
        };
        // SAFETY: what is cached is UTF-8.
        Some(unsafe { std::str::from_utf8_unchecked(bytes) })
    }

    #[cold]
    fn fill_utf8(&self) -> Option<&[u8]> {
        let length = self.measure().of_utf8()?;
        Some(crate::memory::assured(|| self.cache_utf8(&self.encode_measured(length))))
    }

    /// Where the first lone surrogate is.
    pub(crate) fn first_surrogate(&self) -> Option<usize> {
        fn first<U: Unit>(units: &[U]) -> Option<usize> {
            let is_surrogate = |&unit: &U| is_surrogate(unit.into());
            // Most strings have none, which is seen fastest without a way out of the loop.
            match units.iter().fold(false, |any, unit| any | is_surrogate(unit)) {
                false => None,
                true => units.iter().position(is_surrogate),
            }
        }
        match self.points() {
            Points::One(_) => None,
            Points::Two(units) => first(units),
            Points::Four(units) => first(units),
        }
    }

    /// The text, cached in the string. Raises `UnicodeEncodeError` for a lone surrogate.
    pub fn as_utf8(&self) -> Result<&str> {
        match self.as_str() {
            Some(text) => Ok(text),
            None => Err(self.raise_surrogates_not_allowed()),
        }
    }

    /// The text as C sees it: NUL-terminated, cached in the string. Raises as [`Str::as_utf8`] does.
    pub fn as_c_str(&self) -> Result<&std::ffi::CStr> {
        let text = self.as_utf8()?;
        // SAFETY: what is cached has a NUL behind it, as the content of an ASCII string has.
        Ok(unsafe { std::ffi::CStr::from_ptr(text.as_ptr().cast()) })
    }

    #[cold]
    fn raise_surrogates_not_allowed(&self) -> Raised {
        let start = self.first_surrogate().unwrap_or(0);
        let others = |&index: &usize| !is_surrogate(self.points().at(index));
        let end = (start + 1..self.len()).find(others).unwrap_or(self.len());
        crate::codecs::errors::raise_encode("utf-8", self, start, end, "surrogates not allowed")
    }

    /// The text with U+FFFD for lone surrogates: for messages alone.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        match self.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => self
                .points()
                .iter()
                .map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        }
    }
}
