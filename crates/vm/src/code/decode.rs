//! The private, decoded copy of the bytecode that the evaluation loop runs.
//!
//! One [`Instruction`] per code unit, so an index is the same in both; `EXTENDED_ARG` is folded into
//! the argument. Decoding verifies what the loop then relies on without checking: indices are in
//! range, jumps land inside, and every instruction finds its operands on the stack, within its bounds.

use std::cell::{Cell, RefCell};

use bytecode::{Argument, Opcode, number};

use super::Code;
use super::inputs::inputs;
use crate::eval::{AttributeCache, GlobalCache};

/// One code unit, decoded.
#[repr(C)]
pub struct Instruction {
    pub opcode: Cell<u8>,
    /// Counts executions until the instruction is worth a cache, and what the cache missed.
    pub counter: Cell<u8>,
    pub argument: u32,
    /// The inline cache: its meaning is the opcode's.
    pub cache: Cell<u64>,
}

/// The decoded copy and what belongs to it.
pub struct Decoded {
    pub instructions: Box<[Instruction]>,
    /// Caches too large to be inline: an instruction's `cache` is the address of one.
    #[allow(clippy::vec_box)] // The loop keeps pointers to the caches while the vectors grow.
    globals: RefCell<Vec<Box<GlobalCache>>>,
    #[allow(clippy::vec_box)] // As above.
    attributes: RefCell<Vec<Box<AttributeCache>>>,
}

/// The opcode of a unit that holds no instruction of 3.9.
pub const UNKNOWN: u8 = 0;

/// What is wrong with hand-made bytecode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl Decoded {
    /// Decodes and verifies.
    pub fn new(code: &Code) -> Result<Decoded, Malformed> {
        let instructions = decode(code.bytecode());
        Verifier::new(code, &instructions).run()?;
        Ok(Decoded {
            instructions: instructions.into(),
            globals: RefCell::default(),
            attributes: RefCell::default(),
        })
    }

    /// An empty cache that lives as long as the decoded copy.
    pub fn new_global_cache(&self) -> *const GlobalCache {
        add(&self.globals)
    }

    /// An empty cache that lives as long as the decoded copy.
    pub fn new_attribute_cache(&self) -> *const AttributeCache {
        add(&self.attributes)
    }
}

/// Adds an empty cache. Boxed, so that its address stays.
fn add<T: Default>(caches: &RefCell<Vec<Box<T>>>) -> *const T {
    let cache = Box::<T>::default();
    let address: *const T = &*cache;
    caches.borrow_mut().push(cache);
    address
}

fn decode(bytecode: &[u8]) -> Vec<Instruction> {
    let units = bytecode.as_chunks::<2>().0;
    let mut extended = 0u32;
    units
        .iter()
        .map(|&[opcode, low]| {
            let argument = extended << 8 | u32::from(low);
            let is_prefix = opcode == number::EXTENDED_ARG;
            extended = if is_prefix { argument } else { 0 };
            let opcode = match Opcode::from_number(opcode) {
                Some(_) if is_prefix => number::NOP,
                Some(_) => opcode,
                None => UNKNOWN,
            };
            Instruction { opcode: Cell::new(opcode), counter: Cell::new(0), argument, cache: Cell::new(0) }
        })
        .collect()
}

/// The height of the value stack before each instruction; none for what no path reaches.
pub fn stack_depths(code: &Code) -> Result<Vec<Option<u32>>, Malformed> {
    let instructions = decode(code.bytecode());
    let mut verifier = Verifier::new(code, &instructions);
    verifier.run()?;
    Ok(verifier.states.into_iter().map(|state| state.map(|state| state.depth)).collect())
}

/// What is known of the value stack at an instruction.
#[derive(Clone, PartialEq, Eq)]
struct State {
    depth: u32,
    /// The places, ascending, where `LOAD_METHOD` may have left a null.
    nulls: Vec<u32>,
}

struct Verifier<'a> {
    code: &'a Code,
    instructions: &'a [Instruction],
    states: Vec<Option<State>>,
    pending: Vec<usize>,
}

impl<'a> Verifier<'a> {
    fn new(code: &'a Code, instructions: &'a [Instruction]) -> Verifier<'a> {
        let states = vec![None; instructions.len()];
        Verifier { code, instructions, states, pending: Vec::new() }
    }

    fn run(&mut self) -> Result<(), Malformed> {
        self.reach(Some(0), State { depth: 0, nulls: Vec::new() })?;
        while let Some(index) = self.pending.pop() {
            let Some(state) = self.states[index].clone() else { continue };
            self.step(index, state)?;
        }
        Ok(())
    }

    /// Notes that control comes to an instruction with this state of the stack.
    fn reach(&mut self, index: Option<usize>, state: State) -> Result<(), Malformed> {
        let Some(known) = index.and_then(|index| self.states.get_mut(index)) else {
            return Err(Malformed("control leaves the bytecode"));
        };
        if state.depth > self.code.stacksize as u32 {
            return Err(Malformed("value stack overflow"));
        }
        match known {
            None => *known = Some(state),
            Some(known) if *known == state => return Ok(()),
            Some(known) if known.depth != state.depth => {
                return Err(Malformed("value stack of different heights at one instruction"));
            }
            Some(known) => {
                let count = known.nulls.len();
                known.nulls.extend(state.nulls);
                known.nulls.sort_unstable();
                known.nulls.dedup();
                if known.nulls.len() == count {
                    return Ok(());
                }
            }
        }
        self.pending.extend(index);
        Ok(())
    }

    /// Checks one instruction and passes the state on to where control goes from it.
    fn step(&mut self, index: usize, state: State) -> Result<(), Malformed> {
        let instruction = &self.instructions[index];
        let Some(opcode) = Opcode::from_number(instruction.opcode.get()) else { return Ok(()) };
        let argument = instruction.argument;
        self.check_argument(opcode, argument)?;
        let Some(inputs) = inputs(opcode, argument).filter(|&inputs| inputs <= state.depth as usize) else {
            return Err(Malformed("value stack underflow"));
        };
        let lowest = state.depth - inputs as u32;
        let may_read = |&place: &u32| opcode == Opcode::CallMethod && place == lowest;
        if state.nulls.iter().any(|place| *place >= lowest && !may_read(place)) {
            return Err(Malformed("an instruction would use a method's empty place"));
        }
        let after = |jump: bool| -> Result<State, Malformed> {
            let depth = i64::from(state.depth) + opcode.effect(argument, Some(jump));
            let depth = u32::try_from(depth).map_err(|_| Malformed("value stack underflow"))?;
            let mut nulls: Vec<u32> = state.nulls.iter().copied().filter(|&place| place < lowest).collect();
            if opcode == Opcode::LoadMethod {
                nulls.push(lowest);
            }
            Ok(State { depth, nulls })
        };
        if let Some(target) = self.jump_target(opcode, index, argument)? {
            self.reach(target, after(true)?)?;
        }
        let goes_on = !matches!(
            opcode,
            Opcode::ReturnValue
                | Opcode::RaiseVarargs
                | Opcode::Reraise
                | Opcode::JumpForward
                | Opcode::JumpAbsolute
        );
        if goes_on {
            self.reach(index.checked_add(1), after(false)?)?;
        }
        Ok(())
    }

    /// The index that an instruction may jump to; the inner value is none where that is outside.
    fn jump_target(
        &self,
        opcode: Opcode,
        index: usize,
        argument: u32,
    ) -> Result<Option<Option<usize>>, Malformed> {
        let offset = argument as usize;
        if opcode.is_jump() && !offset.is_multiple_of(2) {
            return Err(Malformed("a jump into the middle of an instruction"));
        }
        Ok(match opcode.argument() {
            Argument::RelativeJump => Some(index.checked_add(1 + offset / 2)),
            Argument::AbsoluteJump => Some(Some(offset / 2)),
            _ => None,
        })
    }

    fn check_argument(&self, opcode: Opcode, argument: u32) -> Result<(), Malformed> {
        let code = self.code;
        let limit = match opcode.argument() {
            Argument::Const => code.consts.items().len(),
            Argument::Name => code.names.items().len(),
            Argument::Local => code.local_count(),
            Argument::Free => code.cellvars.items().len() + code.freevars.items().len(),
            Argument::Comparison => bytecode::COMPARISONS.len(),
            _ => return Ok(()),
        };
        match (argument as usize) < limit {
            true => Ok(()),
            false => Err(Malformed("an instruction's argument is out of range")),
        }
    }
}
