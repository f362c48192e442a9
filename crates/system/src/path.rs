//! Paths as arguments: text, bytes, objects with `__fspath__`, and open files where a call takes them.

use std::ffi::{CStr, CString, c_int};

use objects::buffer::BytesLike;
use objects::prelude::*;
use objects::str::push_code_point;

/// What a path argument may be besides text, bytes and path-like objects.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    Path,
    PathOrFile,
    PathOrNone,
    PathFileOrNone,
}

impl Accepts {
    fn described(self) -> &'static str {
        match self {
            Accepts::Path => "string, bytes or os.PathLike",
            Accepts::PathOrFile => "string, bytes, os.PathLike or integer",
            Accepts::PathOrNone => "string, bytes, os.PathLike or None",
            Accepts::PathFileOrNone => "string, bytes, os.PathLike, integer or None",
        }
    }

    fn takes_file(self) -> bool {
        matches!(self, Accepts::PathOrFile | Accepts::PathFileOrNone)
    }

    fn takes_none(self) -> bool {
        matches!(self, Accepts::PathOrNone | Accepts::PathFileOrNone)
    }
}

/// A path argument, converted.
pub struct FilePath {
    /// What the program gave: what errors name.
    pub object: Ref,
    /// The path for the system; `.` where the argument is `None`.
    pub text: CString,
    /// The open file given instead of a path.
    pub file: Option<c_int>,
    /// Whether names that come of this path are bytes.
    pub is_bytes: bool,
    pub is_none: bool,
}

impl FilePath {
    /// Converts the argument `name` of a function. `TypeError`, `ValueError`.
    pub fn new(function: &str, name: &str, object: &Object, accepts: Accepts) -> Result<FilePath> {
        let path = |text: CString, is_bytes: bool| FilePath {
            object: object.to_ref(),
            text,
            file: None,
            is_bytes,
            is_none: false,
        };
        if object.is_none() && accepts.takes_none() {
            return Ok(FilePath { is_none: true, ..path(c".".into(), false) });
        }
        let is_text = object.is_text_or_bytes();
        let is_index = !is_text && object.has_index() && accepts.takes_file();
        if !is_text && !is_index && object.has_buffer() {
            let message = wrong_type(function, name, object, accepts);
            objects::services::warn(&exceptions::DeprecationWarning, &message, 1)?;
            let buffer = object.get_buffer(objects::buffer::request::SIMPLE)?;
            return Ok(path(terminated(buffer.bytes(), function, name)?, true));
        }
        if is_index {
            return Ok(FilePath { file: Some(descriptor(object)?), ..path(c"".into(), false) });
        }
        let Some(given) = object.fs_path_opt()? else {
            return Err(raise!(TypeError, "{}", wrong_type(function, name, object, accepts)));
        };
        match given.downcast::<Str>() {
            Some(text) => Ok(path(encode_path(text)?, false)),
            None => Ok(path(terminated(BytesLike::of(&given)?.bytes(), function, name)?, true)),
        }
    }

    /// An argument that is a path and nothing else.
    pub fn path(function: &str, name: &str, object: &Object) -> Result<FilePath> {
        FilePath::new(function, name, object, Accepts::Path)
    }

    /// What errors of a call on this path name: nothing for an open file.
    pub fn shown(&self) -> Option<&Object> {
        (self.file.is_none() && !self.is_none).then_some(&*self.object)
    }

    /// A name that came of this path, in its kind of text.
    pub fn name(&self, bytes: &[u8]) -> Result<Ref> {
        match self.is_bytes {
            true => Ok(Bytes::try_new(bytes)?.into_object()),
            false => Ok(decode_path(bytes)?.into_object()),
        }
    }
}

#[cold]
fn wrong_type(function: &str, name: &str, object: &Object, accepts: Accepts) -> String {
    format!("{function}: {name} should be {}, not {}", accepts.described(), object.class().short_name())
}

fn terminated(bytes: &[u8], function: &str, name: &str) -> Result<CString> {
    CString::new(bytes).map_err(|_| raise!(ValueError, "{function}: embedded null character in {name}"))
}

/// An open file's number from an argument that has an index. `OverflowError`.
pub fn descriptor(object: &Object) -> Result<c_int> {
    let index = object.index()?;
    match index.to_i64().map(c_int::try_from) {
        Some(Ok(number)) => Ok(number),
        _ if index.is_negative() => Err(raise!(OverflowError, "fd is less than minimum")),
        _ => Err(raise!(OverflowError, "fd is greater than maximum")),
    }
}

/// Text as the file system has it: UTF-8, escaped bytes as themselves (PEP 383). `UnicodeEncodeError`.
pub fn encode(text: &Str) -> Result<Vec<u8>> {
    if let Some(text) = text.as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for (place, point) in text.points().iter().enumerate() {
        match point {
            0xdc80..=0xdcff => bytes.push(point as u8),
            0xd800..=0xdfff => {
                return Err(objects::codecs::errors::raise_encode(
                    "utf-8",
                    text,
                    place,
                    place + 1,
                    "surrogates not allowed",
                ));
            }
            _ => push_code_point(&mut bytes, point),
        }
    }
    Ok(bytes)
}

fn encode_path(text: &Str) -> Result<CString> {
    CString::new(encode(text)?).map_err(|_| raise!(ValueError, "embedded null byte"))
}

/// Bytes of the file system as text: what is no UTF-8 as escapes (PEP 383).
pub fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Str::try_new(text);
    }
    let mut points = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        points.extend(chunk.valid().chars().map(u32::from));
        points.extend(chunk.invalid().iter().map(|&byte| 0xdc00 + u32::from(byte)));
    }
    Str::from_u32(&points)
}

fn decode_path(bytes: &[u8]) -> Result<Ref<Str>> {
    decode(bytes)
}

/// What `PyUnicode_FSConverter` makes of an argument: a string for the system. `TypeError`, `ValueError`.
pub fn converted(object: &Object) -> Result<CString> {
    let path = object.fs_path()?;
    let bytes = match path.downcast::<Str>() {
        Some(text) => encode(text)?,
        None => path.downcast::<Bytes>().map_or_else(Vec::new, |bytes| bytes.as_bytes().to_vec()),
    };
    CString::new(bytes).map_err(|_| raise!(ValueError, "embedded null byte"))
}

/// A C string of the system as text.
pub fn text_of(text: &CStr) -> Result<Ref<Str>> {
    decode(text.to_bytes())
}
