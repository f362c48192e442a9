//! The peephole pass: small improvements to the packed bytes.
//!
//! It works on code units of two bytes and never lengthens the code: what becomes superfluous is
//! overwritten with `NOP`, and at the end the `NOP`s are squeezed out.

use bytecode::number::*;
use bytecode::{Argument, Const, Opcode};
use literals::Constant;

use crate::assemble::width;
use crate::fold::truth;

/// Improves the code; constants may be added.
pub(crate) fn optimize(code: Vec<u8>, lnotab: Vec<u8>, consts: &mut Vec<Const>) -> (Vec<u8>, Vec<u8>) {
    // An offset step of 255 may be a part of a greater one, which squeezing would have to split anew.
    if lnotab.iter().step_by(2).any(|&step| step == 255) {
        return (code, lnotab);
    }
    let units: Vec<CodeCell> = code.as_chunks::<2>().0.to_vec();
    let blocks = block_numbers(&units);
    let mut pass = Pass { units, blocks, consts };
    pass.run();
    pass.squeeze(&lnotab).unwrap_or((code, lnotab))
}

/// Opcode and the low byte of the argument.
type CodeCell = [u8; 2];

struct Pass<'a> {
    units: Vec<CodeCell>,
    /// For each code unit the number of its basic block.
    blocks: Vec<u32>,
    consts: &'a mut Vec<Const>,
}

/// Numbers basic blocks, which begin where jumps arrive.
fn block_numbers(units: &[CodeCell]) -> Vec<u32> {
    let mut starts = vec![0; units.len()];
    for index in 0..units.len() {
        if is_jump(units[index][0])
            && let Some(start) = starts.get_mut(jump_target(units, index))
        {
            *start = 1;
        }
    }
    let mut number = 0;
    for start in &mut starts {
        number += *start;
        *start = number;
    }
    starts
}

fn is_jump(opcode: u8) -> bool {
    Opcode::from_number(opcode).is_some_and(Opcode::is_jump)
}

fn is_absolute_jump(opcode: u8) -> bool {
    Opcode::from_number(opcode).is_some_and(|opcode| opcode.argument() == Argument::AbsoluteJump)
}

fn is_unconditional_jump(opcode: u8) -> bool {
    matches!(opcode, JUMP_ABSOLUTE | JUMP_FORWARD)
}

fn is_conditional_jump(opcode: u8) -> bool {
    matches!(opcode, POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP_IF_FALSE_OR_POP | JUMP_IF_TRUE_OR_POP)
}

fn jumps_on_true(opcode: u8) -> bool {
    matches!(opcode, POP_JUMP_IF_TRUE | JUMP_IF_TRUE_OR_POP)
}

/// The whole argument of the instruction whose last code unit is at the index.
fn argument(units: &[CodeCell], index: usize) -> u32 {
    let mut argument = u32::from(units[index][1]);
    let prefixes = units[..index].iter().rev().take_while(|unit| unit[0] == EXTENDED_ARG).take(3);
    for (place, prefix) in prefixes.enumerate() {
        argument |= u32::from(prefix[1]) << (8 * (place + 1));
    }
    argument
}

/// The index of the code unit to which the jump goes.
fn jump_target(units: &[CodeCell], index: usize) -> usize {
    let distance = argument(units, index) as usize / 2;
    if is_absolute_jump(units[index][0]) { distance } else { distance + index + 1 }
}

fn write(cells: &mut [CodeCell], opcode: u8, argument: u32) {
    let count = cells.len();
    for (index, cell) in cells.iter_mut().enumerate() {
        let place = count - 1 - index;
        *cell = [if place == 0 { opcode } else { EXTENDED_ARG }, (argument >> (8 * place)) as u8];
    }
}

impl Pass<'_> {
    fn run(&mut self) {
        // How many constants in a row have been loaded just before.
        let mut loaded = 0;
        let mut index = self.skip_prefixes(0);
        while index < self.units.len() {
            let start = self.instruction_start(index);
            let next = self.skip_prefixes(index + 1);
            let loaded_before = std::mem::take(&mut loaded);
            index = match self.units[index][0] {
                LOAD_CONST => {
                    if !self.drop_true_test(start, index, next) {
                        loaded = loaded_before + 1;
                    }
                    next
                }
                BUILD_TUPLE => {
                    self.simplify_tuple(start, index, next, loaded_before);
                    next
                }
                JUMP_IF_FALSE_OR_POP | JUMP_IF_TRUE_OR_POP => {
                    self.thread_short_circuit(index).unwrap_or_else(|| {
                        self.thread_jump(start, index);
                        next
                    })
                }
                POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | JUMP_FORWARD | JUMP_ABSOLUTE => {
                    self.thread_jump(start, index);
                    next
                }
                RETURN_VALUE => self.drop_unreachable(index),
                _ => next,
            };
        }
    }

    /// The first index from the given one on that is no prefix.
    fn skip_prefixes(&self, from: usize) -> usize {
        let rest = self.units.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|unit| unit[0] == EXTENDED_ARG).count()
    }

    /// Where the prefixes of the instruction begin.
    fn instruction_start(&self, index: usize) -> usize {
        index - self.units[..index].iter().rev().take_while(|unit| unit[0] == EXTENDED_ARG).count()
    }

    fn opcode_at(&self, index: usize) -> u8 {
        self.units.get(index).map_or(0, |unit| unit[0])
    }

    fn same_block(&self, start: usize, end: usize) -> bool {
        self.blocks.get(start) == self.blocks.get(end)
    }

    fn fill(&mut self, start: usize, end: usize) {
        self.units[start..end].fill([NOP, 0]);
    }

    /// Replaces the instructions from `start` up to `end` by one, if it fits: at the end, after `NOP`s.
    fn replace(&mut self, start: usize, end: usize, opcode: u8, argument: u32) {
        let needed = width(argument);
        if start + needed <= end {
            write(&mut self.units[end - needed..end], opcode, argument);
            self.fill(start, end - needed);
        }
    }

    /// A test of a true constant that jumps if it is false does nothing.
    fn drop_true_test(&mut self, start: usize, index: usize, next: usize) -> bool {
        let useless = self.opcode_at(next) == POP_JUMP_IF_FALSE
            && self.same_block(start, index + 1)
            && match self.consts.get(argument(&self.units, index) as usize) {
                Some(Const::Value(value)) => truth(value),
                Some(Const::Code(_)) => true,
                None => false,
            };
        if useless {
            self.fill(start, next + 1);
        }
        useless
    }

    /// Makes a constant of a tuple of constants; a tuple that is unpacked at once is not built.
    fn simplify_tuple(&mut self, start: usize, index: usize, next: usize, loaded: u32) {
        let len = argument(&self.units, index);
        if len > 0 && loaded >= len {
            let first = self.first_of_last_loads(start, len);
            if self.same_block(first, start) {
                self.fold_tuple(first, start, index + 1);
                return;
            }
        }
        let unpacked = self.opcode_at(next) == UNPACK_SEQUENCE
            && self.same_block(start, index + 1)
            && argument(&self.units, next) == len;
        if !unpacked {
            return;
        }
        let rotations: &[u8] = match len {
            0 | 1 => &[],
            2 => &[ROT_TWO],
            3 => &[ROT_THREE, ROT_TWO],
            _ => return,
        };
        self.fill(start, next + 1);
        for (cell, &rotation) in self.units[start..].iter_mut().zip(rotations) {
            *cell = [rotation, 0];
        }
    }

    /// Where the last so many instructions before `end` begin, which all load constants.
    fn first_of_last_loads(&self, end: usize, count: u32) -> usize {
        let mut index = end;
        let mut left = count;
        while left > 0 && index > 0 {
            index -= 1;
            left -= u32::from(self.units[index][0] == LOAD_CONST);
        }
        self.instruction_start(index)
    }

    fn fold_tuple(&mut self, first: usize, start: usize, end: usize) {
        let loads = (first..start).filter(|&index| self.units[index][0] == LOAD_CONST);
        let items: Option<Vec<Constant>> = loads
            .map(|index| match self.consts.get(argument(&self.units, index) as usize) {
                Some(Const::Value(value)) => Some(value.clone()),
                _ => None,
            })
            .collect();
        let Some(items) = items else { return };
        let index = self.consts.len() as u32;
        self.consts.push(Const::Value(Constant::Tuple(items.into())));
        self.replace(first, end, LOAD_CONST, index);
    }

    /// A short-circuit jump to a conditional jump, whose outcome is then known. Gives the index of
    /// the instruction if it was changed: it may be changed once more.
    ///
    /// | from | at the target | becomes |
    /// | --- | --- | --- |
    /// | `JUMP_IF_FALSE_OR_POP y` | `JUMP_IF_FALSE_OR_POP z` | `JUMP_IF_FALSE_OR_POP z` |
    /// | `JUMP_IF_FALSE_OR_POP y` | `JUMP_IF_TRUE_OR_POP z` | `POP_JUMP_IF_FALSE y + 1` |
    fn thread_short_circuit(&mut self, index: usize) -> Option<usize> {
        let opcode = self.units[index][0];
        let target = self.skip_prefixes(argument(&self.units, index) as usize / 2);
        let at_target = self.opcode_at(target);
        if !is_conditional_jump(at_target) {
            return None;
        }
        let (becomes, destination) = if jumps_on_true(at_target) == jumps_on_true(opcode) {
            (at_target, argument(&self.units, target))
        } else if jumps_on_true(opcode) {
            (POP_JUMP_IF_TRUE, (target as u32 + 1) * 2)
        } else {
            (POP_JUMP_IF_FALSE, (target as u32 + 1) * 2)
        };
        let index = self.set_argument(index, destination)?;
        self.units[index][0] = becomes;
        Some(index)
    }

    /// Changes an argument in place if it does not get wider; gives where the instruction then is.
    fn set_argument(&mut self, index: usize, new: u32) -> Option<usize> {
        let old = argument(&self.units, index);
        if old == new {
            return Some(index);
        }
        let (room, needed) = (width(old), width(new));
        if room < needed {
            return None;
        }
        let start = index + 1 - room;
        let opcode = self.units[index][0];
        write(&mut self.units[start..start + needed], opcode, new);
        self.fill(start + needed, index + 1);
        Some(start + needed - 1)
    }

    /// A jump to an unconditional jump goes where that one goes; one to a return returns.
    fn thread_jump(&mut self, start: usize, index: usize) {
        let opcode = self.units[index][0];
        let target = self.skip_prefixes(jump_target(&self.units, index));
        let at_target = self.opcode_at(target);
        if is_unconditional_jump(opcode) && at_target == RETURN_VALUE {
            self.fill(start, index + 1);
            self.units[start] = [RETURN_VALUE, 0];
        } else if is_unconditional_jump(at_target) {
            // The other jump may go backwards, which only an absolute one can.
            let opcode = if opcode == JUMP_FORWARD { JUMP_ABSOLUTE } else { opcode };
            let destination = jump_target(&self.units, target) as u32;
            self.replace(start, index + 1, opcode, destination * 2);
        }
    }

    /// Nothing after a return runs until the next place where a jump arrives. What pairs the ends
    /// of a `try` is kept all the same: setting the line of a frame relies on it.
    fn drop_unreachable(&mut self, index: usize) -> usize {
        let block = self.blocks[index];
        let rest = (index + 1..self.units.len()).take_while(|&next| self.blocks[next] == block);
        let mut end = index + 1;
        for next in rest {
            match self.units[next][0] {
                RERAISE => break,
                SETUP_FINALLY => {
                    end = self.instruction_start(next).max(index + 1);
                    break;
                }
                _ => end = next + 1,
            }
        }
        self.fill(index + 1, end);
        self.skip_prefixes(end)
    }

    /// Removes the `NOP`s and adapts jumps and line table; `None` if a jump does not fit.
    fn squeeze(&mut self, lnotab: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut kept = 0u32;
        let mut places: Vec<u32> = Vec::with_capacity(self.units.len() + 1);
        for unit in &self.units {
            places.push(kept);
            kept += u32::from(unit[0] != NOP);
        }
        places.push(kept);
        let mut cells: Vec<CodeCell> = Vec::with_capacity(kept as usize);
        let mut start = 0;
        while start < self.units.len() {
            let index = self.skip_prefixes(start);
            let room = index + 1 - start;
            let opcode = self.opcode_at(index);
            let mut new = argument(&self.units, index.min(self.units.len() - 1));
            start = index + 1;
            if opcode == NOP {
                continue;
            }
            if is_jump(opcode) {
                let target = *places.get(jump_target(&self.units, index))?;
                new = match is_absolute_jump(opcode) {
                    true => target * 2,
                    false => (target - places[index] - 1) * 2,
                };
            }
            // A narrower argument keeps its prefixes.
            if width(new) > room || room > 4 {
                return None;
            }
            let end = cells.len() + room;
            cells.resize(end, [0, 0]);
            write(&mut cells[end - room..], opcode, new);
        }
        Some((cells.concat(), squeeze_lines(lnotab, &places)?))
    }
}

fn squeeze_lines(lnotab: &[u8], places: &[u32]) -> Option<Vec<u8>> {
    let mut squeezed = lnotab.to_vec();
    let (mut offset, mut last) = (0usize, 0u32);
    for [step, _] in squeezed.as_chunks_mut::<2>().0 {
        offset += usize::from(*step);
        let place = *places.get(offset / 2)? * 2;
        *step = (place - last) as u8;
        last = place;
    }
    Some(squeezed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn optimized(code: &[u8]) -> Vec<u8> {
        let mut consts = vec![Const::Value(Constant::Bool(true)), Const::Value(Constant::None)];
        optimize(code.to_vec(), Vec::new(), &mut consts).0
    }

    #[test]
    fn jumps_to_jumps_are_threaded() {
        let code = [LOAD_NAME, 0, POP_JUMP_IF_FALSE, 6, RETURN_VALUE, 0, JUMP_ABSOLUTE, 0];
        assert_eq!(optimized(&code), [LOAD_NAME, 0, POP_JUMP_IF_FALSE, 0, RETURN_VALUE, 0, JUMP_ABSOLUTE, 0]);
    }

    #[test]
    fn what_follows_a_return_goes() {
        let code = [LOAD_CONST, 1, RETURN_VALUE, 0, LOAD_CONST, 1, RETURN_VALUE, 0];
        assert_eq!(optimized(&code), code[..4]);
    }

    #[test]
    fn a_pair_that_is_unpacked_is_swapped() {
        let code = [LOAD_NAME, 0, LOAD_NAME, 1, BUILD_TUPLE, 2, UNPACK_SEQUENCE, 2, RETURN_VALUE, 0];
        assert_eq!(optimized(&code), [LOAD_NAME, 0, LOAD_NAME, 1, ROT_TWO, 0, RETURN_VALUE, 0]);
    }
}
