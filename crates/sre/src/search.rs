//! Matching at a place, and looking for the first place that matches.

use crate::matcher::{Extent, Matcher};
use crate::program::{Info, Program};
use crate::state::{Environment, Error, State};
use crate::text::Unit;

impl State {
    /// Whether the pattern matches from `start` on.
    pub fn match_here<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        environment: &mut Environment,
    ) -> Result<bool, Error> {
        self.match_extent(program, text, environment, Extent::Any)
    }

    /// Whether the pattern matches all from `start` to `end`.
    pub fn match_full<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        environment: &mut Environment,
    ) -> Result<bool, Error> {
        self.match_extent(program, text, environment, Extent::Full)
    }

    fn match_extent<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        environment: &mut Environment,
        extent: Extent,
    ) -> Result<bool, Error> {
        self.begin();
        let start = self.start;
        Matcher::new(program, self, text, environment, extent).run(0, start)
    }

    /// Whether the pattern matches anywhere from `start` on; `start` is then where it does.
    pub fn search<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        environment: &mut Environment,
    ) -> Result<bool, Error> {
        self.begin();
        let info = &program.info;
        let subject = &text[..self.end.min(text.len())];
        let Some(last) = subject.len().checked_sub(info.min_width) else { return Ok(false) };
        let mut at = self.start;
        let mut matcher = Matcher::new(program, self, text, environment, Extent::Any);
        while let Some(start) = next_start(info, subject, at, last) {
            if info.literal {
                matcher.accept(start, start + info.prefix.len());
                return Ok(true);
            }
            if matcher.try_at(info.prefix_skip as u32, start, start + info.prefix_skip)? {
                return Ok(true);
            }
            at = start + 1;
        }
        Ok(false)
    }

    fn begin(&mut self) {
        self.reset_groups();
        self.position = self.start;
    }
}

/// The first place from `at` to `last` where a match may start.
fn next_start<U: Unit>(info: &Info, subject: &[U], at: usize, last: usize) -> Option<usize> {
    if at > last {
        return None;
    }
    let found = if !info.prefix.is_empty() {
        find_prefix(&subject[at..], &info.prefix)?
    } else if let Some(first) = &info.first {
        subject[at..].iter().position(|unit| first.contains(unit.code()))?
    } else {
        0
    };
    Some(at + found).filter(|&start| start <= last)
}

fn find_prefix<U: Unit>(text: &[U], prefix: &[u32]) -> Option<usize> {
    let (&first, rest) = prefix.split_first()?;
    let mut at = 0;
    loop {
        at += U::find(text.get(at..)?, first)?;
        let after = text.get(at + 1..at + prefix.len())?;
        if after.iter().map(|unit| unit.code()).eq(rest.iter().copied()) {
            return Some(at);
        }
        at += 1;
    }
}
