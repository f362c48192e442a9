//! The matcher: instructions run forward, choices taken back.
//!
//! Whatever may be tried another way leaves a `Choice` on a stack. A failure pops the last
//! one. What each restores, of marks above all, is what CPython restores in that place, so
//! that groups hold the same after the same detours.

use crate::charset::{Fold, Locale, is_linebreak, is_word_ascii, is_word_locale, is_word_unicode};
use crate::constants::At;
use crate::program::{Alternative, Op, Place, Program, Repeat, Single};
use crate::state::{Environment, Error, State, UNSET};
use crate::text::Unit;

/// Which end a match must have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Any,
    Full,
}

/// How many steps pass between two calls of `Environment::poll`.
const POLL_INTERVAL: u32 = 4096;

const NONE: u32 = u32::MAX;

/// An iteration of a `REPEAT` under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loop {
    repeat: u32,
    /// Iterations begun, less one.
    count: usize,
    /// The loop around this one, or `NONE`.
    outer: u32,
    /// Where the last iteration began that may be empty only once.
    last: usize,
}

/// Groups as they stood: how many marks were valid, and the last group closed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Groups {
    marked: u32,
    last_index: u32,
}

/// What to try, or to restore, when the way taken fails.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    Branch {
        next: u32,
        at: usize,
        groups: Groups,
        saved: u32,
    },
    /// Give back one of the characters after `from + min`.
    GiveBack {
        repeat: u32,
        from: usize,
        at: usize,
        groups: Groups,
    },
    /// Take one more character.
    TakeMore {
        repeat: u32,
        at: usize,
        count: usize,
        groups: Groups,
    },
    /// The `REPEAT` fails: its loop ends.
    EndLoop {
        outer: u32,
    },
    /// An iteration below the minimum fails.
    Iteration {
        of: u32,
    },
    /// An iteration above the minimum fails: go on after the loop.
    LeaveLoop {
        of: u32,
        next: Place,
        at: usize,
        groups: Groups,
        saved: u32,
        last: usize,
    },
    /// What follows the loop fails: it is under way again.
    Reenter {
        of: u32,
    },
    /// What follows the lazy loop fails: one more iteration.
    IterateMore {
        of: u32,
        at: usize,
        groups: Groups,
    },
    /// A further iteration of the lazy loop fails.
    LazyIteration {
        of: u32,
        last: usize,
    },
    /// An assertion's body fails.
    Assertion {
        op: Place,
        at: usize,
        outer: u32,
        current: u32,
        loops: u32,
        saved: u32,
    },
}

/// A place in the program and in the text.
type Point = (Place, usize);

pub(crate) struct Matcher<'a, 'e, U> {
    program: &'a Program,
    /// All the text, to look back in.
    whole: &'a [U],
    /// The text up to where matching ends.
    text: &'a [U],
    state: &'a mut State,
    locale: &'e dyn Locale,
    poll: &'a mut dyn FnMut() -> bool,
    extent: Extent,
    /// The innermost loop under way, or `NONE`.
    current: u32,
    /// The choice of the innermost assertion under way, or `NONE`.
    assertion: u32,
    steps: u32,
}

impl<'a, 'e, U: Unit> Matcher<'a, 'e, U> {
    pub(crate) fn new(
        program: &'a Program,
        state: &'a mut State,
        whole: &'a [U],
        environment: &'a mut Environment<'e>,
        extent: Extent,
    ) -> Self {
        state.marks.resize(2 * program.groups, UNSET);
        Matcher {
            program,
            whole,
            text: &whole[..state.end.min(whole.len())],
            state,
            locale: environment.locale,
            poll: &mut *environment.poll,
            extent,
            current: NONE,
            assertion: NONE,
            steps: 0,
        }
    }
}

/// Where to go on: forward from a point, or back to the last choice.
enum Step {
    To(Point),
    Fail,
    /// The match has ended there.
    Done(usize),
}

impl<U: Unit> Matcher<'_, '_, U> {
    /// Matches from an instruction on; whether that succeeds. The groups are those of before.
    pub(crate) fn run(&mut self, place: Place, at: usize) -> Result<bool, Error> {
        self.state.memory.choices.clear();
        self.state.memory.loops.clear();
        self.state.memory.saved.clear();
        self.current = NONE;
        self.assertion = NONE;
        let mut point = (place, at);
        loop {
            self.steps += 1;
            if self.steps.is_multiple_of(POLL_INTERVAL) && !(self.poll)() {
                return Err(Error::Cancelled);
            }
            let mut step = self.execute(point)?;
            while let Step::Fail = step {
                let Some(choice) = self.state.memory.choices.pop() else { return Ok(false) };
                step = self.take_back(choice)?;
            }
            match step {
                Step::To(next) => point = next,
                Step::Done(end) => {
                    self.state.position = end;
                    return Ok(true);
                }
                Step::Fail => {}
            }
        }
    }

    /// Matches with groups cleared, for a match that starts at `start`, from an instruction on.
    pub(crate) fn try_at(&mut self, place: Place, start: usize, at: usize) -> Result<bool, Error> {
        self.state.reset_groups();
        self.state.must_advance &= start == self.state.start;
        self.state.start = start;
        self.run(place, at)
    }

    /// A match that needs no running.
    pub(crate) fn accept(&mut self, start: usize, end: usize) {
        self.state.start = start;
        self.state.position = end;
    }

    #[inline(always)]
    fn execute(&mut self, (place, at): Point) -> Result<Step, Error> {
        let passes = match self.program.ops[place as usize] {
            Op::Single(single) if self.passes(single, at) => return Ok(Step::To((place + 1, at + 1))),
            Op::Single(_) | Op::Failure => false,
            Op::At(position) => self.stands(position, at),
            Op::Mark(mark) => {
                self.mark(mark as usize, at);
                true
            }
            Op::Jump(target) => return Ok(Step::To((target, at))),
            Op::Branch(first) => return self.branch(first, at),
            Op::GroupRef { group, fold } => return Ok(self.group_ref(group, fold, (place, at))),
            Op::GroupRefExists { group, otherwise } => {
                let next = if self.group(group).is_some() { place + 1 } else { otherwise };
                return Ok(Step::To((next, at)));
            }
            Op::RepeatOne(repeat) => return self.repeat_one(repeat, at),
            Op::Repeat(repeat) => return self.repeat(repeat, at),
            Op::Until { lazy: false } => return self.until_greedy((place, at)),
            Op::Until { lazy: true } => return self.until_lazy((place, at)),
            Op::Assert { back, next, negative } => {
                return self.assert((place, at), back as usize, next, negative);
            }
            Op::Success => return Ok(self.success(at)),
        };
        Ok(if passes { Step::To((place + 1, at)) } else { Step::Fail })
    }

    fn take_back(&mut self, choice: Choice) -> Result<Step, Error> {
        match choice {
            Choice::Branch { next, at, groups, saved } => {
                self.restore_marks(saved, groups);
                self.restore_groups(groups);
                return self.next_alternative(next, at, groups, saved);
            }
            Choice::GiveBack { repeat, from, at, groups } => {
                self.restore_groups(groups);
                if at == from {
                    return Ok(Step::Fail);
                }
                return self.give_back(repeat, from, at - 1, groups);
            }
            Choice::TakeMore { repeat, at, count, groups } => {
                return self.take_more(repeat, at, count, groups);
            }
            Choice::EndLoop { outer } => {
                self.state.memory.loops.pop();
                self.current = outer;
            }
            Choice::Iteration { of } => self.loop_mut(of).count -= 1,
            Choice::LeaveLoop { of, next, at, groups, saved, last } => {
                self.loop_mut(of).last = last;
                self.loop_mut(of).count -= 1;
                self.restore_marks(saved, groups);
                self.drop_marks(saved);
                self.restore_groups(groups);
                return self.leave_loop(of, (next, at));
            }
            Choice::Reenter { of } => self.current = of,
            Choice::IterateMore { of, at, groups } => {
                self.current = of;
                self.restore_groups(groups);
                return self.iterate_more(of, at);
            }
            Choice::LazyIteration { of, last } => {
                self.loop_mut(of).last = last;
                self.loop_mut(of).count -= 1;
            }
            Choice::Assertion { op, at, outer, .. } => {
                self.assertion = outer;
                if let Op::Assert { next, negative: true, .. } = self.program.ops[op as usize] {
                    return Ok(Step::To((next, at)));
                }
            }
        }
        Ok(Step::Fail)
    }

    #[inline]
    fn push(&mut self, choice: Choice) -> Result<(), Error> {
        let choices = &mut self.state.memory.choices;
        if choices.len() == choices.capacity() {
            // Positions among the choices are kept in 32 bits.
            if choices.len() >= NONE as usize / 2 {
                return Err(Error::Memory);
            }
            choices.try_reserve(1).map_err(|_| Error::Memory)?;
        }
        choices.push(choice);
        Ok(())
    }

    // Characters and positions.

    #[inline(always)]
    fn passes(&self, single: Single, at: usize) -> bool {
        let Some(unit) = self.text.get(at) else { return false };
        self.accepts(single, unit.code())
    }

    #[inline(always)]
    fn accepts(&self, single: Single, code: u32) -> bool {
        match single {
            Single::Any => !is_linebreak(code),
            Single::AnyAll => true,
            Single::Literal(literal) => code == literal,
            Single::NotLiteral(literal) => code != literal,
            Single::Set(set) => self.program.sets[set as usize].contains(code, self.locale),
        }
    }

    /// How many characters from `at` on, `max` at most, pass.
    fn count(&self, single: Single, at: usize, max: usize) -> usize {
        let end = at.saturating_add(max).min(self.text.len());
        let text = &self.text[at..end];
        let stop = match single {
            Single::Any => U::find(text, 0x0a),
            Single::AnyAll => None,
            Single::Literal(literal) => U::find_other(text, literal),
            Single::NotLiteral(literal) => U::find(text, literal),
            Single::Set(set) => {
                let set = &self.program.sets[set as usize];
                text.iter().position(|unit| !set.contains(unit.code(), self.locale))
            }
        };
        stop.unwrap_or(text.len())
    }

    fn stands(&self, position: At, at: usize) -> bool {
        let end = self.text.len();
        let breaks = |unit: Option<&U>| unit.is_some_and(|unit| is_linebreak(unit.code()));
        match position {
            At::Beginning | At::BeginningString => at == 0,
            At::BeginningLine => at == 0 || breaks(self.whole.get(at - 1)),
            At::End => at == end || at + 1 == end && breaks(self.text.get(at)),
            At::EndLine => at == end || breaks(self.text.get(at)),
            At::EndString => at == end,
            At::Boundary => self.edge(at, is_word_ascii) == Some(true),
            At::NonBoundary => self.edge(at, is_word_ascii) == Some(false),
            At::LocBoundary => self.edge(at, |code| is_word_locale(code, self.locale)) == Some(true),
            At::LocNonBoundary => self.edge(at, |code| is_word_locale(code, self.locale)) == Some(false),
            At::UniBoundary => self.edge(at, is_word_unicode) == Some(true),
            At::UniNonBoundary => self.edge(at, is_word_unicode) == Some(false),
        }
    }

    /// Whether a word starts or ends here. In an empty text there is no telling.
    fn edge(&self, at: usize, is_word: impl Fn(u32) -> bool) -> Option<bool> {
        if self.text.is_empty() {
            return None;
        }
        let is_word = |unit: Option<&U>| unit.is_some_and(|unit| is_word(unit.code()));
        let before = at.checked_sub(1).and_then(|before| self.whole.get(before));
        Some(is_word(before) != is_word(self.text.get(at)))
    }

    // Groups.

    #[inline]
    fn groups(&self) -> Groups {
        Groups { marked: self.state.marked as u32, last_index: self.state.last_index as u32 }
    }

    #[inline]
    fn restore_groups(&mut self, groups: Groups) {
        self.state.marked = groups.marked as usize;
        self.state.last_index = groups.last_index as usize;
    }

    fn mark(&mut self, mark: usize, at: usize) {
        let state = &mut *self.state;
        if mark % 2 == 1 {
            state.last_index = mark / 2 + 1;
        }
        if mark >= state.marked {
            state.marks[state.marked..mark].fill(UNSET);
            state.marked = mark + 1;
        }
        state.marks[mark] = at;
    }

    /// Saves the marks where a loop may change them in vain.
    fn save_marks(&mut self) -> Result<u32, Error> {
        let state = &mut *self.state;
        // A single mark is not worth it to CPython, and that shows.
        if state.marked <= 1 {
            return Ok(NONE);
        }
        let saved = &mut state.memory.saved;
        saved.try_reserve(state.marked).map_err(|_| Error::Memory)?;
        let base = u32::try_from(saved.len()).map_err(|_| Error::Memory)?;
        saved.extend_from_slice(&state.marks[..state.marked]);
        Ok(base)
    }

    fn restore_marks(&mut self, saved: u32, groups: Groups) {
        if saved != NONE {
            let (base, count) = (saved as usize, groups.marked as usize);
            let state = &mut *self.state;
            state.marks[..count].copy_from_slice(&state.memory.saved[base..base + count]);
        }
    }

    fn drop_marks(&mut self, saved: u32) {
        if saved != NONE {
            self.state.memory.saved.truncate(saved as usize);
        }
    }

    fn group(&self, group: u32) -> Option<(usize, usize)> {
        self.state.group(group as usize + 1).filter(|(start, end)| start <= end)
    }

    fn group_ref(&self, group: u32, fold: Fold, (place, at): Point) -> Step {
        let Some((start, end)) = self.group(group) else { return Step::Fail };
        if start == end {
            return Step::To((place + 1, at));
        }
        let next = at + (end - start);
        let Some(here) = self.text.get(at..next) else { return Step::Fail };
        let folded = |unit: &U| fold.apply(unit.code(), self.locale);
        let same = self.text[start..end].iter().map(folded).eq(here.iter().map(folded));
        if same { Step::To((place + 1, next)) } else { Step::Fail }
    }

    // Branches.

    fn branch(&mut self, first: u32, at: usize) -> Result<Step, Error> {
        let groups = self.groups();
        let saved = if self.current == NONE { NONE } else { self.save_marks()? };
        self.next_alternative(first, at, groups, saved)
    }

    /// Takes the first alternative from `next` on that its guard lets through.
    fn next_alternative(&mut self, next: u32, at: usize, groups: Groups, saved: u32) -> Result<Step, Error> {
        for next in next.. {
            let Alternative { target: Some(target), guard } = self.program.alternatives[next as usize] else {
                break;
            };
            if guard.is_none_or(|guard| self.passes(guard, at)) {
                self.push(Choice::Branch { next: next + 1, at, groups, saved })?;
                return Ok(Step::To((target, at)));
            }
        }
        self.drop_marks(saved);
        Ok(Step::Fail)
    }

    // Repeats of one character.

    fn repeat_one(&mut self, number: u32, at: usize) -> Result<Step, Error> {
        let Repeat { min, max, lazy, single, .. } = self.program.repeats[number as usize];
        if self.text.len().checked_sub(at).is_none_or(|left| min > left) {
            return Ok(Step::Fail);
        }
        let groups = self.groups();
        let count = self.count(single, at, if lazy { min } else { max });
        if count < min {
            return Ok(Step::Fail);
        }
        if lazy {
            return self.offer_tail(number, at + min, min, groups);
        }
        self.give_back(number, at + min, at + count, groups)
    }

    /// Goes on after the repeat at the last place from `at` down to `from` where that may match.
    fn give_back(&mut self, number: u32, from: usize, at: usize, groups: Groups) -> Result<Step, Error> {
        let Repeat { target, guard, .. } = self.program.repeats[number as usize];
        let Some(at) = self.last_passing(guard, from, at) else { return Ok(Step::Fail) };
        self.push(Choice::GiveBack { repeat: number, from, at, groups })?;
        Ok(Step::To((target, at)))
    }

    fn last_passing(&self, guard: Option<Single>, from: usize, at: usize) -> Option<usize> {
        match guard {
            None => Some(at),
            Some(guard) => (from..=at).rev().find(|&at| self.passes(guard, at)),
        }
    }

    fn take_more(&mut self, number: u32, at: usize, count: usize, groups: Groups) -> Result<Step, Error> {
        let Repeat { max, single, .. } = self.program.repeats[number as usize];
        if !self.passes(single, at) {
            return Ok(Step::Fail);
        }
        self.restore_groups(groups);
        if count >= max {
            return Ok(Step::Fail);
        }
        self.offer_tail(number, at + 1, count + 1, groups)
    }

    /// Goes on after the lazy repeat at the first place from `at` on where that may match.
    fn offer_tail(
        &mut self,
        number: u32,
        mut at: usize,
        mut count: usize,
        groups: Groups,
    ) -> Result<Step, Error> {
        let Repeat { max, single, target, guard, .. } = self.program.repeats[number as usize];
        if let Some(guard) = guard {
            while !self.passes(guard, at) {
                if count >= max || !self.passes(single, at) {
                    return Ok(Step::Fail);
                }
                at += 1;
                count += 1;
            }
        }
        self.push(Choice::TakeMore { repeat: number, at, count, groups })?;
        Ok(Step::To((target, at)))
    }

    // Repeats of more than one character.

    fn loop_mut(&mut self, of: u32) -> &mut Loop {
        &mut self.state.memory.loops[of as usize]
    }

    fn repeat(&mut self, number: u32, at: usize) -> Result<Step, Error> {
        let outer = self.current;
        self.push(Choice::EndLoop { outer })?;
        let loops = &mut self.state.memory.loops;
        loops.try_reserve(1).map_err(|_| Error::Memory)?;
        self.current = loops.len() as u32;
        loops.push(Loop { repeat: number, count: 0, outer, last: UNSET });
        Ok(Step::To((self.program.repeats[number as usize].target, at)))
    }

    /// The loop under way and its bounds.
    fn current_loop(&self) -> Result<(Loop, Repeat), Error> {
        let current = *self.state.memory.loops.get(self.current as usize).ok_or(Error::Internal)?;
        Ok((current, self.program.repeats[current.repeat as usize]))
    }

    /// Runs the body once more.
    fn iterate(&mut self, of: u32, at: usize) -> Step {
        let current = self.loop_mut(of);
        current.count += 1;
        let repeat = current.repeat;
        Step::To((self.program.repeats[repeat as usize].body, at))
    }

    fn until_greedy(&mut self, (place, at): Point) -> Result<Step, Error> {
        let (Loop { count, last, .. }, Repeat { min, max, .. }) = self.current_loop()?;
        let of = self.current;
        if count < min {
            self.push(Choice::Iteration { of })?;
            return Ok(self.iterate(of, at));
        }
        if count < max && at != last {
            let groups = self.groups();
            let saved = self.save_marks()?;
            self.push(Choice::LeaveLoop { of, next: place + 1, at, groups, saved, last })?;
            self.loop_mut(of).last = at;
            return Ok(self.iterate(of, at));
        }
        self.leave_loop(of, (place + 1, at))
    }

    fn leave_loop(&mut self, of: u32, point: Point) -> Result<Step, Error> {
        self.push(Choice::Reenter { of })?;
        self.current = self.loop_mut(of).outer;
        Ok(Step::To(point))
    }

    fn until_lazy(&mut self, (place, at): Point) -> Result<Step, Error> {
        let (Loop { count, outer, .. }, Repeat { min, .. }) = self.current_loop()?;
        let of = self.current;
        if count < min {
            self.push(Choice::Iteration { of })?;
            return Ok(self.iterate(of, at));
        }
        let groups = self.groups();
        self.push(Choice::IterateMore { of, at, groups })?;
        self.current = outer;
        Ok(Step::To((place + 1, at)))
    }

    fn iterate_more(&mut self, of: u32, at: usize) -> Result<Step, Error> {
        let (Loop { count, last, .. }, Repeat { max, .. }) = self.current_loop()?;
        if count >= max || at == last {
            return Ok(Step::Fail);
        }
        self.push(Choice::LazyIteration { of, last })?;
        self.loop_mut(of).last = at;
        Ok(self.iterate(of, at))
    }

    // Assertions, and the end.

    fn assert(
        &mut self,
        (place, at): Point,
        back: usize,
        next: Place,
        negative: bool,
    ) -> Result<Step, Error> {
        let Some(from) = at.checked_sub(back) else {
            return Ok(if negative { Step::To((next, at)) } else { Step::Fail });
        };
        let memory = &self.state.memory;
        let choice = Choice::Assertion {
            op: place,
            at,
            outer: self.assertion,
            current: self.current,
            loops: memory.loops.len() as u32,
            saved: memory.saved.len() as u32,
        };
        let number = memory.choices.len() as u32;
        self.push(choice)?;
        self.assertion = number;
        Ok(Step::To((place + 1, from)))
    }

    fn success(&mut self, at: usize) -> Step {
        if self.assertion != NONE {
            return self.end_assertion();
        }
        let refused = self.extent == Extent::Full && at != self.text.len()
            || self.state.must_advance && at == self.state.start;
        if refused { Step::Fail } else { Step::Done(at) }
    }

    /// An assertion's body has matched: the choices in it are gone.
    fn end_assertion(&mut self) -> Step {
        let memory = &mut self.state.memory;
        let choice = memory.choices.get(self.assertion as usize).copied();
        let Some(Choice::Assertion { op, at, outer, current, loops, saved }) = choice else {
            return Step::Fail;
        };
        memory.choices.truncate(self.assertion as usize);
        memory.loops.truncate(loops as usize);
        memory.saved.truncate(saved as usize);
        self.assertion = outer;
        self.current = current;
        match self.program.ops[op as usize] {
            Op::Assert { next, negative: false, .. } => Step::To((next, at)),
            _ => Step::Fail,
        }
    }
}
