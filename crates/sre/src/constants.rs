//! The numbers that `sre_constants.py` of Python 3.9 gives to operators, positions and categories.

/// Version of the code words.
pub const MAGIC: u32 = 20171005;
/// Bytes in a code word.
pub const CODE_SIZE: usize = 4;
/// In a repeat, "without end".
pub const MAX_REPEAT: u32 = u32::MAX;
/// How many groups a pattern may have.
pub const MAX_GROUPS: u32 = u32::MAX / 2;

/// Bits of the `INFO` block.
pub(crate) mod info {
    pub const PREFIX: u32 = 1;
    pub const LITERAL: u32 = 2;
    pub const CHARSET: u32 = 4;
}

macro_rules! numbered {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant),* }

        impl $name {
            pub(crate) fn from_word(word: u32) -> Option<$name> {
                const ALL: &[$name] = &[$($name::$variant),*];
                ALL.get(word as usize).copied()
            }
        }
    };
}

numbered! {
    /// Operators.
    Code {
        Failure Success
        Any AnyAll
        Assert AssertNot
        At
        Branch
        Call
        Category
        Charset BigCharset
        GroupRef GroupRefExists
        In
        Info
        Jump
        Literal
        Mark
        MaxUntil
        MinUntil
        NotLiteral
        Negate
        Range
        Repeat
        RepeatOne
        Subpattern
        MinRepeatOne
        GroupRefIgnore
        InIgnore
        LiteralIgnore
        NotLiteralIgnore
        GroupRefLocIgnore
        InLocIgnore
        LiteralLocIgnore
        NotLiteralLocIgnore
        GroupRefUniIgnore
        InUniIgnore
        LiteralUniIgnore
        NotLiteralUniIgnore
        RangeUniIgnore
    }
}

numbered! {
    /// Positions.
    At {
        Beginning BeginningLine BeginningString
        Boundary NonBoundary
        End EndLine EndString
        LocBoundary LocNonBoundary
        UniBoundary UniNonBoundary
    }
}

numbered! {
    /// Categories of characters.
    Category {
        Digit NotDigit
        Space NotSpace
        Word NotWord
        Linebreak NotLinebreak
        LocWord LocNotWord
        UniDigit UniNotDigit
        UniSpace UniNotSpace
        UniWord UniNotWord
        UniLinebreak UniNotLinebreak
    }
}
