//! What the caller of the parser chooses.

use crate::stack::StackLimit;

/// What a source is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file: any number of statements.
    Exec,
    /// One expression.
    Eval,
    /// One interactive statement.
    Single,
    /// The signature in a type comment: `(int, str) -> bool`.
    FunctionType,
}

/// The text of bytes in some encoding.
pub enum Decoded {
    Text(String),
    /// There is no such encoding.
    UnknownEncoding,
    /// The bytes are not of the encoding: the message of the exception that says so.
    Invalid(String),
}

/// Decodes bytes in the encoding of the name.
pub type Decoder<'a> = &'a dyn Fn(&str, &[u8]) -> Decoded;

/// How the source is read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// `PyCF_TYPE_COMMENTS`: keep type comments in the tree.
    pub type_comments: bool,
    /// `PyCF_IGNORE_COOKIE`: the source is UTF-8 whatever it says.
    pub ignore_cookie: bool,
    /// `PyCF_DONT_IMPLY_DEDENT`: the end of an interactive statement closes no block.
    pub dont_imply_dedent: bool,
    /// The source is a statement that a shell has read line by line: an empty line ends its blocks, and
    /// nothing is added at its end.
    pub prompted: bool,
    /// `CO_FUTURE_BARRY_AS_BDFL`: `<>` takes the place of `!=` (PEP 401).
    pub barry_as_bdfl: bool,
    /// The minor version of Python 3 whose syntax is accepted.
    pub feature_version: u8,
    /// The source is a script, read line by line from the file of this name: a line that is not of its
    /// encoding is an error when it is reached, and a null character ends what is read.
    pub script: Option<&'a str>,
    /// Decodes a source in an encoding that the crate does not know itself.
    pub decoder: Option<Decoder<'a>>,
    /// How many decimal digits an integer may have; 0 for any number.
    pub max_int_digits: usize,
    /// How many rules of the grammar may nest, above which parsing is a `MemoryError`.
    pub max_depth: u32,
    /// How far the native stack may grow, beyond which parsing is a `MemoryError` too.
    pub stack: StackLimit,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            type_comments: false,
            ignore_cookie: false,
            dont_imply_dedent: false,
            prompted: false,
            barry_as_bdfl: false,
            feature_version: 9,
            script: None,
            decoder: None,
            max_int_digits: 0,
            max_depth: 6000,
            stack: StackLimit::default(),
        }
    }
}
