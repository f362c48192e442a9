//! What can be wrong with a format.

use std::fmt;

/// The exception class that an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    Value,
    Overflow,
}

/// An error with CPython's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    pub kind: ErrorKind,
    pub message: String,
}

impl FormatError {
    pub(crate) fn value(message: impl Into<String>) -> FormatError {
        FormatError { kind: ErrorKind::Value, message: message.into() }
    }

    /// A presentation type that an object of the named type does not know.
    pub fn unknown_code(code: u32, type_name: &str) -> FormatError {
        let shown = shown(code);
        FormatError::value(format!("Unknown format code '{shown}' for object of type '{type_name}'"))
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A character as messages show it: itself where it is printable ASCII.
pub(crate) fn shown(code: u32) -> String {
    match u8::try_from(code) {
        Ok(byte @ 33..=127) => char::from(byte).to_string(),
        _ => format!("\\x{code:x}"),
    }
}
