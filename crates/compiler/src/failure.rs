//! What compilation reports: failures and warnings, as plain descriptions of exceptions.

/// The exception to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    SyntaxError,
    RecursionError,
    RuntimeError,
    SystemError,
    TypeError,
    ValueError,
}

/// Where in the source: `lineno` and `offset` of a `SyntaxError`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub offset: u32,
}

/// Why there is no code unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileFailure {
    pub exception: Exception,
    pub message: String,
    /// Only a `SyntaxError` has one.
    pub position: Option<Position>,
    /// Issued before the failure was found, and to be issued before it is raised.
    pub warnings: Vec<Warning>,
}

/// A `SyntaxWarning`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub message: String,
    pub position: Position,
}

/// Failures are rare and large.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<CompileFailure>>;

impl CompileFailure {
    pub(crate) fn new(exception: Exception, message: impl Into<String>) -> Box<Self> {
        Box::new(CompileFailure { exception, message: message.into(), position: None, warnings: Vec::new() })
    }

    /// A `SyntaxError`; the offset counts from 1.
    pub(crate) fn syntax(message: impl Into<String>, line: u32, offset: u32) -> Box<Self> {
        let mut failure = Self::new(Exception::SyntaxError, message);
        failure.position = Some(Position { line, offset });
        failure
    }
}

impl From<Box<CompileFailure>> for CompileFailure {
    fn from(failure: Box<CompileFailure>) -> Self {
        *failure
    }
}
