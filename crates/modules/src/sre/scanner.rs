//! `_sre.SRE_Scanner`: one match after the other.

use std::cell::Cell;
use std::mem::offset_of;

use ::sre::State;
use objects::prelude::*;

use super::matched::Match;
use super::pattern::Pattern;
use super::subject::{Mode, Subject};

/// A pattern at work on a string.
#[repr(C)]
pub struct Scanner {
    base: Object,
    pattern: Field<Pattern>,
    subject: Subject,
    /// Where it began and where it ends.
    bounds: (usize, usize),
    /// Nothing after the last match, and while the engine runs.
    state: Cell<Option<Box<State>>>,
}

impl Scanner {
    pub fn new(pattern: &Pattern, string: &Object, pos: isize, endpos: isize) -> Result<Ref<Scanner>> {
        let subject = pattern.subject(string)?;
        let state = subject.state(pos, endpos);
        Ok(Ref::new(Scanner {
            base: Object::header(),
            pattern: Field::new(Some(pattern.to_ref())),
            bounds: (state.start, state.end),
            subject,
            state: Cell::new(Some(Box::new(state))),
        }))
    }

    fn next(&self, mode: Mode) -> Result<Option<Ref<Match>>> {
        let (Some(mut state), Some(pattern)) = (self.state.take(), self.pattern.get()) else {
            return Ok(None);
        };
        if !self.subject.run(pattern.program(), &mut state, mode)? {
            return Ok(None);
        }
        let found = Match::new(&pattern, &self.subject, &state, self.bounds);
        state.advance();
        self.state.set(Some(state));
        Ok(Some(found))
    }
}

#[class(name = "SRE_Scanner", module = "_sre")]
impl Scanner {
    #[method(name = "match")]
    fn match_(&self) -> Result<Option<Ref<Match>>> {
        self.next(Mode::Match)
    }

    #[method]
    fn search(&self) -> Result<Option<Ref<Match>>> {
        self.next(Mode::Search)
    }

    #[member(OBJECT, readonly)]
    const pattern: usize = offset_of!(Scanner, pattern);
}
