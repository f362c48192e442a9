//! Code words checked and turned into instructions.

use crate::charset::{CharSet, Fold};
use crate::constants::At;
use crate::decoder::Decoder;
use crate::first::FirstSet;

/// The code words are not what `sre_compile` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCode;

/// Place of an instruction.
pub(crate) type Place = u32;

/// A test of one character.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Single {
    /// Anything but a line break.
    Any,
    AnyAll,
    Literal(u32),
    NotLiteral(u32),
    /// Number of the set in `Program::sets`.
    Set(u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Failure,
    Success,
    Single(Single),
    At(At),
    Mark(u32),
    Jump(Place),
    /// `Program::alternatives` from this place on, to one without a target.
    Branch(u32),
    GroupRef {
        group: u32,
        fold: Fold,
    },
    GroupRefExists {
        group: u32,
        otherwise: Place,
    },
    /// The body follows.
    Assert {
        back: u32,
        next: Place,
        negative: bool,
    },
    /// Number of the repeat in `Program::repeats`.
    RepeatOne(u32),
    /// Number of the repeat; the body follows.
    Repeat(u32),
    Until {
        lazy: bool,
    },
}

/// One way of a branch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alternative {
    /// Where it starts; none at the end of the list.
    pub(crate) target: Option<Place>,
    /// What its first character must pass, if that is known.
    pub(crate) guard: Option<Single>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeat {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Shortest first.
    pub(crate) lazy: bool,
    /// The test repeated, in `RepeatOne`.
    pub(crate) single: Single,
    /// Of `RepeatOne`, what follows; of `Repeat`, the `UNTIL`.
    pub(crate) target: Place,
    /// What is iterated, in `Repeat`.
    pub(crate) body: Place,
    /// What the character after a `RepeatOne` must pass, if that is known.
    pub(crate) guard: Option<Single>,
}

/// What the `INFO` block says, to search fast.
#[derive(Debug, Default)]
pub(crate) struct Info {
    pub(crate) min_width: usize,
    pub(crate) prefix: Vec<u32>,
    /// How many characters of the prefix need not be matched again.
    pub(crate) prefix_skip: usize,
    /// The prefix is all of the pattern.
    pub(crate) literal: bool,
    /// What the first character is.
    pub(crate) first: Option<FirstSet>,
}

/// A pattern ready to run.
#[derive(Debug)]
pub struct Program {
    pub(crate) ops: Vec<Op>,
    pub(crate) sets: Vec<CharSet>,
    pub(crate) alternatives: Vec<Alternative>,
    pub(crate) repeats: Vec<Repeat>,
    pub(crate) info: Info,
    pub(crate) groups: usize,
}

impl Program {
    /// Checks the code words of a pattern with so many groups.
    pub fn new(code: &[u32], groups: usize) -> Result<Program, InvalidCode> {
        Decoder::new(code, groups).run()
    }
}
