//! Assembly: from instructions with labels to packed bytes, line table and stack depth.

use bytecode::{Argument, CodeUnit, LineTable, Opcode, flags};
use literals::Text;

use crate::codegen::unit::{Emit, Label, Unit};
use crate::failure::Result;
use crate::peephole;

/// Makes the code unit.
pub(crate) fn assemble(mut unit: Unit<'_>, filename: &Text, mut code_flags: u32) -> Result<CodeUnit> {
    let first_line = match (unit.first_line, unit.code.first()) {
        (0, Some(first)) if !unit.entry_is_empty && first.line != 0 => first.line,
        (0, _) => 1,
        (line, _) => line,
    };
    let stacksize = stack_depth(&unit.code, &unit.labels);
    resolve_jumps(&mut unit.code, &unit.labels);
    let (code, lnotab) = pack(&unit.code, first_line);
    let mut consts = unit.constants.into_constants();
    let (code, lnotab) = peephole::optimize(code, lnotab, &mut consts);
    let (cellvars, freevars) = (unit.cells.into_names(), unit.free.into_names());
    if cellvars.is_empty() && freevars.is_empty() {
        code_flags |= flags::NOFREE;
    }
    let varnames = unit.varnames.into_names();
    Ok(CodeUnit {
        argcount: unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        nlocals: varnames.len() as u32,
        stacksize,
        flags: code_flags,
        firstlineno: first_line,
        code,
        consts,
        names: unit.names.into_names(),
        varnames,
        freevars,
        cellvars,
        filename: filename.clone(),
        name: unit.name,
        lnotab,
    })
}

fn index_of(labels: &[u32], label: Label) -> usize {
    labels[label.0 as usize] as usize
}

/// The greatest height of the value stack along all paths.
fn stack_depth(code: &[Emit], labels: &[u32]) -> u32 {
    const UNSEEN: i64 = i64::MIN;
    // Heights are joined where jumps arrive, as CPython does: the first visit of a place with a
    // height is repeated only for a greater one.
    let mut heights = vec![UNSEEN; code.len() + 1];
    let mut is_target = vec![false; code.len() + 1];
    for target in code.iter().filter_map(|instruction| instruction.target) {
        is_target[index_of(labels, target)] = true;
    }
    heights[0] = 0;
    let mut pending = vec![0usize];
    let mut deepest = 0;
    while let Some(start) = pending.pop() {
        let mut height = heights[start];
        for index in start..code.len() {
            if index > start && is_target[index] {
                if heights[index] < height {
                    heights[index] = height;
                    pending.push(index);
                }
                break;
            }
            let Emit { opcode, argument, target, .. } = code[index];
            if let Some(target) = target {
                let target = index_of(labels, target);
                let there = height + opcode.effect(0, Some(true));
                deepest = deepest.max(there);
                if heights[target] < there {
                    heights[target] = there;
                    pending.push(target);
                }
            }
            height += opcode.effect(argument, Some(false));
            deepest = deepest.max(height);
            if ends_path(opcode) {
                break;
            }
        }
    }
    deepest.try_into().unwrap_or(0)
}

fn ends_path(opcode: Opcode) -> bool {
    matches!(
        opcode,
        Opcode::JumpAbsolute
            | Opcode::JumpForward
            | Opcode::ReturnValue
            | Opcode::RaiseVarargs
            | Opcode::Reraise
    )
}

/// How many code units an instruction with the argument takes, its prefixes included.
pub(crate) fn width(argument: u32) -> usize {
    match argument {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xff_ffff => 3,
        _ => 4,
    }
}

/// Gives every jump its argument. Arguments decide widths and widths decide arguments, so this goes
/// on until no width changes.
fn resolve_jumps(code: &mut [Emit], labels: &[u32]) {
    if code.iter().all(|instruction| instruction.target.is_none()) {
        return;
    }
    let mut offsets = Vec::with_capacity(code.len() + 1);
    loop {
        offsets.clear();
        let mut offset = 0u32;
        for instruction in code.iter() {
            offsets.push(offset);
            offset += width(instruction.argument) as u32;
        }
        offsets.push(offset);
        let mut changed = false;
        for (index, instruction) in code.iter_mut().enumerate() {
            let Some(target) = instruction.target else { continue };
            let before = width(instruction.argument);
            let target = offsets[index_of(labels, target)];
            let distance = match instruction.opcode.argument() {
                Argument::RelativeJump => target - offsets[index + 1],
                _ => target,
            };
            instruction.argument = distance * 2;
            changed |= width(instruction.argument) != before;
        }
        if !changed {
            return;
        }
    }
}

fn pack(code: &[Emit], first_line: u32) -> (Vec<u8>, Vec<u8>) {
    let mut bytes = Vec::with_capacity(code.len() * 2);
    let mut lines = LineTable::new(first_line);
    for instruction in code {
        if instruction.line != 0 {
            lines.mark(bytes.len(), instruction.line);
        }
        push_instruction(&mut bytes, instruction.opcode as u8, instruction.argument);
    }
    (bytes, lines.finish())
}

fn push_instruction(bytes: &mut Vec<u8>, opcode: u8, argument: u32) {
    for place in (1..width(argument)).rev() {
        bytes.extend([bytecode::EXTENDED_ARG, (argument >> (8 * place)) as u8]);
    }
    bytes.extend([opcode, argument as u8]);
}
