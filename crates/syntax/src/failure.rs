//! What a rejected source raises, as plain data.

use crate::legacy::missing_parentheses;

/// The class of the exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionClass {
    SyntaxError,
    IndentationError,
    TabError,
    ValueError,
    OverflowError,
    MemoryError,
    RecursionError,
    UnicodeDecodeError,
}

impl ExceptionClass {
    pub fn name(self) -> &'static str {
        match self {
            ExceptionClass::SyntaxError => "SyntaxError",
            ExceptionClass::IndentationError => "IndentationError",
            ExceptionClass::TabError => "TabError",
            ExceptionClass::ValueError => "ValueError",
            ExceptionClass::OverflowError => "OverflowError",
            ExceptionClass::MemoryError => "MemoryError",
            ExceptionClass::RecursionError => "RecursionError",
            ExceptionClass::UnicodeDecodeError => "UnicodeDecodeError",
        }
    }
}

/// Why a source was rejected.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxFailure {
    pub class: ExceptionClass,
    /// The message; empty for an exception that is raised without one. What `SyntaxError` itself
    /// makes of it is [`SyntaxFailure::shown_message`].
    pub message: String,
    /// Where it is, for the classes that say.
    pub place: Option<Place>,
    /// What was to warn of before the failure came up.
    pub warnings: Vec<EscapeWarning>,
}

impl SyntaxFailure {
    /// The message that the exception shows: `SyntaxError` knows statements of Python 2 by their line.
    pub fn shown_message(&self) -> String {
        let line = self.place.as_ref().and_then(|place| place.text.as_deref());
        let hint = line.filter(|_| self.class == ExceptionClass::SyntaxError).and_then(missing_parentheses);
        hint.unwrap_or_else(|| self.message.clone())
    }

    pub(crate) fn new(
        class: ExceptionClass,
        message: impl Into<String>,
        place: Option<Place>,
    ) -> SyntaxFailure {
        SyntaxFailure { class, message: message.into(), place, warnings: Vec::new() }
    }

    /// A source nests deeper than the parser may.
    pub(crate) fn too_deep() -> SyntaxFailure {
        SyntaxFailure::new(ExceptionClass::MemoryError, "", None)
    }
}

/// Where in the source a failure is, as `SyntaxError` reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub lineno: u32,
    pub offset: i64,
    pub text: Option<String>,
    /// For a failure that shows the line of the file where the source came from one: what
    /// [`Place::in_file`] needs.
    pub(crate) relative: Option<ByteOffset>,
}

/// An offset in bytes, and whether it is shown in characters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ByteOffset {
    pub(crate) offset: i64,
    pub(crate) in_characters: bool,
}

impl ByteOffset {
    /// The offset shown, given the line it is in.
    pub(crate) fn shown(self, line: &[u8]) -> i64 {
        if !self.in_characters || self.offset < 0 {
            return self.offset;
        }
        let line = String::from_utf8_lossy(line);
        let offset = self.offset as usize;
        let beyond = offset.saturating_sub(line.len());
        let before = &line.as_bytes()[..offset - beyond];
        (String::from_utf8_lossy(before).chars().count() + beyond) as i64
    }
}

impl Place {
    /// Whether the line is to be read anew from the file the source came from, if there is one:
    /// CPython does so for errors that the parser finds in a file's source.
    pub fn wants_file_line(&self) -> bool {
        self.relative.is_some()
    }

    /// The place with its line, newline included, as it was read from the file.
    pub fn in_file(&self, line: &str) -> Place {
        let offset = self.relative.map_or(self.offset, |relative| relative.shown(line.as_bytes()));
        Place { offset, text: Some(line.to_owned()), ..self.clone() }
    }
}

/// A `DeprecationWarning` for an invalid escape sequence. Where warnings are errors it is a
/// `SyntaxError` with the same message, at `place`.
#[derive(Clone, Debug, PartialEq)]
pub struct EscapeWarning {
    pub message: String,
    pub place: Place,
}
