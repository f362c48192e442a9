//! Which characters a match can start with, worked out from the instructions.

use crate::program::{Op, Place, Program, Single};

/// Characters that a match may start with: all others need not be tried.
#[derive(Clone, Debug)]
pub(crate) struct FirstSet {
    latin: [bool; 256],
    /// Whether it may start with a character past the first 256.
    wide: bool,
}

impl FirstSet {
    /// `None` where a match may be empty, or may start with nearly anything.
    pub(crate) fn of(program: &Program) -> Option<FirstSet> {
        let mut set = FirstSet { latin: [false; 256], wide: false };
        let mut seen = vec![false; program.ops.len()];
        let mut places: Vec<Place> = vec![0];
        while let Some(place) = places.pop() {
            if !std::mem::replace(seen.get_mut(place as usize)?, true) {
                set.add_starts(program, place, &mut places)?;
            }
        }
        let excluded = set.latin.iter().filter(|&&member| !member).count();
        (excluded >= 16).then_some(set)
    }

    /// Adds what may stand at an instruction, or the places to go on from.
    fn add_starts(&mut self, program: &Program, place: Place, places: &mut Vec<Place>) -> Option<()> {
        match program.ops[place as usize] {
            Op::Failure => {}
            Op::Single(single) => self.add(program, single),
            // What an assertion says can only narrow what follows.
            Op::At(_) | Op::Mark(_) => places.push(place + 1),
            Op::Assert { next: target, .. } | Op::Jump(target) => places.push(target),
            Op::Branch(first) => {
                let alternatives = program.alternatives[first as usize..].iter();
                places.extend(alternatives.map_while(|alternative| alternative.target));
            }
            Op::RepeatOne(number) => {
                let repeat = program.repeats[number as usize];
                self.add(program, repeat.single);
                if repeat.min == 0 {
                    places.push(repeat.target);
                }
            }
            Op::Repeat(number) => {
                let repeat = program.repeats[number as usize];
                places.push(repeat.body);
                if repeat.min == 0 {
                    places.push(repeat.target + 1);
                }
            }
            Op::Success | Op::GroupRef { .. } | Op::GroupRefExists { .. } | Op::Until { .. } => return None,
        }
        Some(())
    }

    fn add(&mut self, program: &Program, single: Single) {
        let literal = |code: u32| (code < 256).then_some(code as usize);
        match single {
            Single::Literal(code) => match literal(code) {
                Some(code) => self.latin[code] = true,
                None => self.wide = true,
            },
            Single::Set(set) => {
                self.wide = true;
                program.sets[set as usize].add_to(&mut self.latin);
            }
            Single::Any | Single::AnyAll | Single::NotLiteral(_) => {
                self.wide = true;
                self.latin = [true; 256];
            }
        }
    }

    #[inline(always)]
    pub(crate) fn contains(&self, code: u32) -> bool {
        self.latin.get(code as usize).copied().unwrap_or(self.wide)
    }
}
