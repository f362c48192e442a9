//! What a match leaves behind, and what it needs on the way.

use crate::charset::Locale;

/// Why matching ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no memory to go on backtracking.
    Memory,
    /// `Environment::poll` said so.
    Cancelled,
    /// The code words passed the check, but make no sense ("internal error in regular expression engine").
    Internal,
}

/// What the engine asks of its surroundings.
pub struct Environment<'a> {
    pub locale: &'a dyn Locale,
    /// Called every few thousand steps; whether to go on.
    pub poll: &'a mut dyn FnMut() -> bool,
}

/// A place in the text that no group holds.
pub(crate) const UNSET: usize = usize::MAX;

/// The state of matching one pattern against one text, match after match.
///
/// `start` and `end` bound where matches are looked for. What stands before `start`
/// is seen by anchors and by looking behind; what stands from `end` on does not exist.
#[derive(Debug, Default)]
pub struct State {
    /// Where the next match is tried, and afterwards where the match starts.
    pub start: usize,
    pub end: usize,
    /// Where the match ended.
    pub position: usize,
    /// An empty match at `start` does not count: the match before was that.
    pub must_advance: bool,
    /// Number of the last group closed, or 0.
    pub last_index: usize,
    pub(crate) marks: Vec<usize>,
    /// How many of `marks` are valid.
    pub(crate) marked: usize,
    pub(crate) memory: Memory,
}

/// Room that is kept from match to match.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) choices: Vec<crate::matcher::Choice>,
    pub(crate) loops: Vec<crate::matcher::Loop>,
    /// Copies of marks, to be restored.
    pub(crate) saved: Vec<usize>,
}

impl State {
    pub fn new(start: usize, end: usize) -> State {
        State { start, end, position: start, ..State::default() }
    }

    /// The place that a group (from 1) matched, after a match.
    pub fn group(&self, group: usize) -> Option<(usize, usize)> {
        let mark = 2 * (group - 1);
        let span = self.marks.get(mark..mark + 2)?;
        (mark + 1 < self.marked && span[0] != UNSET && span[1] != UNSET).then(|| (span[0], span[1]))
    }

    /// Gets ready for the next match to start where this one ended.
    pub fn advance(&mut self) {
        self.must_advance = self.position == self.start;
        self.start = self.position;
    }

    pub(crate) fn reset_groups(&mut self) {
        self.marked = 0;
        self.last_index = 0;
    }
}
