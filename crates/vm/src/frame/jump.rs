//! Setting `f_lineno`: a trace function moves its frame to another line.

use bytecode::{Decoder, Opcode, lines};
use objects::prelude::*;

use super::Frame;
use crate::code::Code;
use crate::code::decode::stack_depths;

/// A block that an instruction stands in, as far as jumping into or out of it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    With,
    Loop,
    Try,
    Except,
}

impl Kind {
    /// Why control cannot jump into it.
    fn obstacle(self) -> &'static str {
        match self {
            Kind::With => "can't jump into the body of a with statement",
            Kind::Loop => "can't jump into the body of a for loop",
            Kind::Try => "can't jump into the body of a try statement",
            Kind::Except => "can't jump into an 'except' block as there's no exception",
        }
    }
}

/// The blocks around an instruction, the outermost first.
type Blocks = Vec<Kind>;

impl Frame {
    pub(super) fn jump_to_line(&self, line: &Object) -> Result<()> {
        let Some(line) = line.downcast::<Int>() else { bail!(ValueError, "lineno must be an integer") };
        if self.lasti.get() == -1 {
            bail!(ValueError, "can't jump from the 'call' trace event of a new frame");
        }
        if self.trace.is_null() {
            bail!(ValueError, "f_lineno can only be set by a trace function");
        }
        if self.stacktop.get().is_null() {
            bail!(ValueError, "can only jump from a 'line' trace event");
        }
        let Some(line) = line.to_i64().and_then(|line| i32::try_from(line).ok()) else {
            bail!(ValueError, "lineno out of range");
        };
        let code = self.code().to_ref();
        if line < code.firstlineno {
            bail!(ValueError, "line {line} comes before the current code block");
        }
        let starts = line_starts(&code);
        let Some(line) =
            starts.iter().map(|&(_, start)| start).filter(|&start| start >= i64::from(line)).min()
        else {
            bail!(ValueError, "line {line} comes after the current code block");
        };
        let blocks = blocks_of(&code);
        let here = blocks.get(self.lasti.get() as usize / 2).cloned().flatten().unwrap_or_default();
        let (offset, target) = best_target(&starts, line, &blocks, &here)?;
        self.unwind_for_jump(&here[target..])?;
        let depths = stack_depths(&code).unwrap_or_default();
        if depths.get(offset / 2).copied().flatten() != Some(self.stack_height()) {
            bail!(ValueError, "can't jump into the middle of an expression");
        }
        self.lineno.set(line as i32);
        self.lasti.set(offset as i32);
        Ok(())
    }

    fn stack_height(&self) -> u32 {
        // SAFETY: both point into the frame's stack.
        unsafe { self.stacktop.get().offset_from(self.valuestack()) as u32 }
    }

    fn pop_value(&self) {
        if self.stack_height() == 0 {
            return;
        }
        // SAFETY: the stack is not empty, and the frame is suspended.
        unsafe {
            let top = self.stacktop.get().sub(1);
            self.stacktop.set(top);
            drop(top.cast::<Option<Ref>>().read());
        }
    }

    fn leave_block(&self) {
        let Some(block) = self.pop_block() else { return };
        while self.stack_height() > block.level as u32 {
            self.pop_value();
        }
    }

    /// Leaves the blocks that the jump goes out of, the innermost last in the list.
    fn unwind_for_jump(&self, blocks: &[Kind]) -> Result<()> {
        if blocks.contains(&Kind::Except) {
            bail!(ValueError, "can't jump out of an 'except' block");
        }
        for kind in blocks.iter().rev() {
            match kind {
                Kind::Loop => self.pop_value(),
                Kind::Try | Kind::Except => self.leave_block(),
                Kind::With => {
                    self.leave_block();
                    // The exit function.
                    self.pop_value();
                }
            }
        }
        Ok(())
    }
}

fn line_starts(code: &Code) -> Vec<(usize, i64)> {
    lines(code.lnotab.as_bytes(), code.firstlineno as u32, code.bytecode().len())
}

/// The place of a line that is deepest in blocks around the current one: its offset, and how many of
/// these blocks it keeps.
fn best_target(
    starts: &[(usize, i64)],
    line: i64,
    blocks: &[Option<Blocks>],
    here: &[Kind],
) -> Result<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    let mut obstacle = "cannot find bytecode for specified line";
    for &(offset, _) in starts.iter().filter(|(_, start)| *start == line) {
        match blocks.get(offset / 2).and_then(Option::as_ref) {
            None => obstacle = "code may be unreachable.",
            Some(target) if here.starts_with(target) => {
                if best.is_none_or(|(_, kept)| target.len() > kept) {
                    best = Some((offset, target.len()));
                }
            }
            Some(target) => obstacle = target.last().map_or(obstacle, |kind| kind.obstacle()),
        }
    }
    best.ok_or_else(|| raise!(ValueError, "{obstacle}"))
}

/// The blocks around every instruction that can be reached.
fn blocks_of(code: &Code) -> Vec<Option<Blocks>> {
    let instructions: Vec<_> = Decoder::new(code.bytecode()).collect();
    let mut blocks: Vec<Option<Blocks>> = vec![None; code.bytecode().len() / 2 + 1];
    let mut pending = vec![(0, Blocks::new())];
    while let Some((unit, around)) = pending.pop() {
        if blocks.get(unit).is_none_or(Option::is_some) {
            continue;
        }
        let Some(place) = instructions.iter().position(|instruction| instruction.offset / 2 >= unit) else {
            continue;
        };
        let instruction = &instructions[place];
        // Prefixes stand in the same blocks as what they belong to.
        for place in &mut blocks[unit..=instruction.offset / 2] {
            *place = Some(around.clone());
        }
        let Some(opcode) = instruction.opcode else { continue };
        let following = instructions.get(place + 1).and_then(|instruction| instruction.opcode);
        if matches!(opcode, Opcode::GetIter | Opcode::GetAiter) && following == Some(Opcode::CallFunction) {
            // The iterator of a comprehension, which is a function called with it.
            pending.push((instruction.offset / 2 + 1, around));
            continue;
        }
        let next = instruction.offset / 2 + 1;
        let target = instruction.jump_target().map(|offset| offset / 2);
        let calls = instructions
            .iter()
            .any(|after| after.offset / 2 == next && after.opcode == Some(Opcode::CallFunction));
        match opcode {
            // A comprehension takes the iterator as an argument.
            Opcode::GetIter | Opcode::GetAiter if calls => pending.push((next, around)),
            _ => pending.extend(successors(opcode, next, target, around)),
        }
    }
    blocks
}

/// Where control goes from an instruction, and the blocks there.
fn successors(opcode: Opcode, next: usize, target: Option<usize>, around: Blocks) -> Vec<(usize, Blocks)> {
    use Opcode::*;
    let inside = |kind: Kind| {
        let mut blocks = around.clone();
        blocks.push(kind);
        blocks
    };
    let outside = |levels: usize| around[..around.len().saturating_sub(levels)].to_vec();
    let target = target.unwrap_or(next);
    match opcode {
        SetupFinally => vec![(target, inside(Kind::Except)), (next, inside(Kind::Try))],
        SetupWith | SetupAsyncWith => vec![(target, inside(Kind::Except)), (next, inside(Kind::With))],
        GetIter | GetAiter => vec![(next, inside(Kind::Loop))],
        ForIter => vec![(target, outside(1)), (next, around)],
        PopBlock | PopExcept => vec![(next, outside(1))],
        EndAsyncFor => vec![(next, outside(2))],
        JumpForward | JumpAbsolute => vec![(target, around)],
        ReturnValue | RaiseVarargs | Reraise => Vec::new(),
        opcode if opcode.is_jump() => vec![(target, around.clone()), (next, around)],
        _ => vec![(next, around)],
    }
}
