//! The kinds of token, and what a token records of its place.

use crate::ast::Span;

/// Kinds with a fixed spelling, from one list: operators and keywords.
macro_rules! spelled_kinds {
    (operators { $( $Op:ident $op:literal )* } keywords { $( $Word:ident $word:literal )* }) => {
        /// The kind of a token. A keyword is a kind of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum TokenKind {
            EndMarker, Name, Number, String, Newline, Indent, Dedent, TypeComment,
            /// `async` and `await`, which old feature versions know as names.
            Async, Await,
            /// An ASCII character that begins no token of Python.
            Unknown,
            $( $Op, )* $( $Word, )*
        }

        impl TokenKind {
            /// The kind with this spelling, or with this name in the grammar.
            pub fn named(name: &str) -> Option<TokenKind> {
                Some(match name {
                    "ENDMARKER" => TokenKind::EndMarker,
                    "NAME" => TokenKind::Name,
                    "NUMBER" => TokenKind::Number,
                    "STRING" => TokenKind::String,
                    "NEWLINE" => TokenKind::Newline,
                    "INDENT" => TokenKind::Indent,
                    "DEDENT" => TokenKind::Dedent,
                    "TYPE_COMMENT" => TokenKind::TypeComment,
                    "ASYNC" => TokenKind::Async,
                    "AWAIT" => TokenKind::Await,
                    $( $op => TokenKind::$Op, )*
                    $( $word => TokenKind::$Word, )*
                    _ => return None,
                })
            }

            /// The keyword that a name is.
            pub fn keyword(name: &[u8]) -> Option<TokenKind> {
                match std::str::from_utf8(name).ok()? {
                    $( $word => Some(TokenKind::$Word), )*
                    _ => None,
                }
            }
        }
    };
}

spelled_kinds! {
    operators {
        LeftParen "(" RightParen ")" LeftBracket "[" RightBracket "]" LeftBrace "{" RightBrace "}"
        Colon ":" Comma "," Semicolon ";" Dot "." Ellipsis "..." At "@" Arrow "->" ColonEqual ":="
        Plus "+" Minus "-" Star "*" DoubleStar "**" Slash "/" DoubleSlash "//" Percent "%"
        VerticalBar "|" Circumflex "^" Ampersand "&" Tilde "~" LeftShift "<<" RightShift ">>"
        Less "<" Greater ">" LessEqual "<=" GreaterEqual ">=" EqualEqual "==" NotEqual "!="
        Equal "=" PlusEqual "+=" MinusEqual "-=" StarEqual "*=" DoubleStarEqual "**=" SlashEqual "/="
        DoubleSlashEqual "//=" PercentEqual "%=" VerticalBarEqual "|=" CircumflexEqual "^="
        AmpersandEqual "&=" LeftShiftEqual "<<=" RightShiftEqual ">>=" AtEqual "@="
    }
    keywords {
        False "False" None "None" PegParser "__peg_parser__" True "True" And "and" As "as"
        Assert "assert" Break "break" Class "class" Continue "continue" Def "def" Del "del" Elif "elif"
        Else "else" Except "except" Finally "finally" For "for" From "from" Global "global" If "if"
        Import "import" In "in" Is "is" Lambda "lambda" Nonlocal "nonlocal" Not "not" Or "or"
        Pass "pass" Raise "raise" Return "return" Try "try" While "while" With "with" Yield "yield"
    }
}

/// A token: its kind, its bytes in the source, and its place.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
    pub span: Span,
}

impl TokenKind {
    /// Whether the token only shapes lines and blocks: such a token never ends a node.
    pub fn is_layout(self) -> bool {
        matches!(self, TokenKind::EndMarker | TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent)
    }
}
