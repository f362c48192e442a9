//! Text: a Python string outside the object model.

use std::fmt;
use std::rc::Rc;

/// An immutable Python string, cheap to clone.
///
/// Python strings may hold lone surrogates, so the bytes are WTF-8: UTF-8 that also
/// admits the code points U+D800 to U+DFFF, each as its own three bytes
/// (what Python calls `utf-8` with `surrogatepass`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Rc<[u8]>);

/// The bytes given are not WTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidText;

impl Text {
    /// From code points, surrogates allowed; none may exceed U+10FFFF.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Result<Text, InvalidText> {
        let mut bytes = Vec::new();
        for point in points {
            push_code_point(&mut bytes, point)?;
        }
        Ok(Text(bytes.into()))
    }

    /// The WTF-8 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text as UTF-8, or `None` where it holds a lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The code points, surrogates as themselves.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let mut rest = &self.0[..];
        std::iter::from_fn(move || {
            let &first = rest.first()?;
            let (width, start) = match first {
                0..=0x7f => (1, u32::from(first)),
                0x80..=0xdf => (2, u32::from(first & 0x1f)),
                0xe0..=0xef => (3, u32::from(first & 0x0f)),
                _ => (4, u32::from(first & 0x07)),
            };
            let point = rest[1..width].iter().fold(start, |point, &byte| point << 6 | u32::from(byte & 0x3f));
            rest = &rest[width..];
            Some(point)
        })
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From WTF-8 bytes.
    pub fn from_wtf8(bytes: &[u8]) -> Result<Text, InvalidText> {
        if std::str::from_utf8(bytes).is_ok() {
            return Ok(Text(bytes.into()));
        }
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            let width = match first {
                0..=0x7f => 1,
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Err(InvalidText),
            };
            let (character, tail) = rest.split_at_checked(width).ok_or(InvalidText)?;
            let surrogate = matches!(character, [0xed, 0xa0..=0xbf, 0x80..=0xbf]);
            if !surrogate && std::str::from_utf8(character).is_err() {
                return Err(InvalidText);
            }
            rest = tail;
        }
        Ok(Text(bytes.into()))
    }

    /// The texts one after the other.
    pub fn concat(parts: &[&Text]) -> Text {
        Text(parts.iter().map(|part| &*part.0).collect::<Vec<_>>().concat().into())
    }

    /// As UTF-8, with U+FFFD for each byte of a lone surrogate: for messages.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

/// Text in the making.
#[derive(Default)]
pub struct TextBuilder(Vec<u8>);

impl TextBuilder {
    pub fn with_capacity(bytes: usize) -> TextBuilder {
        TextBuilder(Vec::with_capacity(bytes))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn push_str(&mut self, text: &str) {
        self.0.extend(text.as_bytes());
    }

    pub fn push_text(&mut self, text: &Text) {
        self.0.extend(text.as_bytes());
    }

    /// Appends a code point, which may be a surrogate; one past U+10FFFF is U+FFFD.
    pub fn push_code_point(&mut self, point: u32) {
        if push_code_point(&mut self.0, point).is_err() {
            self.push_str("\u{fffd}");
        }
    }

    pub fn finish(self) -> Text {
        Text(self.0.into())
    }
}

fn push_code_point(bytes: &mut Vec<u8>, point: u32) -> Result<(), InvalidText> {
    let low = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
    match point {
        0..=0x7f => bytes.push(point as u8),
        0x80..=0x7ff => bytes.extend([0xc0 | (point >> 6) as u8, low(0)]),
        0x800..=0xffff => bytes.extend([0xe0 | (point >> 12) as u8, low(6), low(0)]),
        0x1_0000..=0x10_ffff => bytes.extend([0xf0 | (point >> 18) as u8, low(12), low(6), low(0)]),
        _ => return Err(InvalidText),
    }
    Ok(())
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(text.as_bytes().into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(text.into_bytes().into())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_survive_the_round_trip() {
        let points = [0x41, 0xe9, 0x20ac, 0xd800, 0xdfff, 0x1_f600, 0x10_ffff];
        let text = Text::from_code_points(points).unwrap();
        assert_eq!(text.code_points().collect::<Vec<_>>(), points);
        assert_eq!(text.as_str(), None);
        assert_eq!(Text::from_code_points([0x11_0000]), Err(InvalidText));
        assert_eq!(Text::from_wtf8(text.as_bytes()), Ok(text));
        assert_eq!(Text::from_wtf8(b"a\xed\xa0"), Err(InvalidText));
    }
}
