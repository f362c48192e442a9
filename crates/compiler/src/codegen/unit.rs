//! The unit under construction: what will be one code object.

use bytecode::Opcode;
use literals::{Constant, Text};
use syntax::ast::Stmt;

use crate::pool::{ConstantPool, NamePool};
use crate::symbols::Block;

/// A place in the code to jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(pub u32);

/// One instruction, its jump not yet resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Emit {
    pub opcode: Opcode,
    pub argument: u32,
    pub target: Option<Label>,
    /// The line that begins here; 0 where none does.
    pub line: u32,
}

/// What the scope of a unit is in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
}

/// What must be undone when a jump leaves a construct.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Frame<'a> {
    /// Where `continue` and `break` go. A loop whose body is ruled out has no labels.
    While(Option<Jump>),
    For(Jump),
    /// The body of a `try` with handlers.
    Except,
    /// The body of a `try` with this `finally`.
    FinallyTry(&'a [Stmt]),
    /// The copy of a `finally` that handles an exception.
    FinallyEnd,
    With,
    AsyncWith,
    /// The handlers of a `try`: at run time they stand in a block of their own.
    Handlers,
    /// A handler, and the name that it binds the exception to.
    HandlerCleanup(Option<&'a Text>),
    /// A value that a `return` in a `finally` drops.
    PopValue,
}

/// The two places to which a loop's body can jump.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jump {
    pub start: Label,
    pub exit: Label,
}

#[derive(Debug)]
pub(crate) struct Unit<'a> {
    pub name: Text,
    pub qualname: Text,
    pub kind: ScopeKind,
    pub block: &'a Block,
    /// The class whose private names are mangled here.
    pub private: Option<&'a Text>,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    /// 0 for a module: then it is that of the first instruction.
    pub first_line: u32,
    pub constants: ConstantPool,
    pub names: NamePool,
    pub varnames: NamePool,
    pub cells: NamePool,
    pub free: NamePool,
    pub code: Vec<Emit>,
    /// For each label the index of the instruction it stands before.
    pub labels: Vec<u32>,
    /// Whether the first basic block holds no instruction.
    pub entry_is_empty: bool,
    /// What a jump out of the node being compiled has to undo, innermost last.
    pub frames: Vec<Frame<'a>>,
    /// The position of the node being compiled.
    pub line: u32,
    pub column: u32,
    /// Whether an instruction has been given that line.
    pub line_is_marked: bool,
    /// Asynchronous by what it does, at a top level where `await` is allowed.
    pub awaits: bool,
    /// Whether the current basic block returns.
    returns: bool,
}

/// The index of a label that is not placed yet.
const UNPLACED: u32 = u32::MAX;

impl<'a> Unit<'a> {
    pub fn new(
        name: Text,
        qualname: Text,
        kind: ScopeKind,
        block: &'a Block,
        private: Option<&'a Text>,
        first_line: u32,
    ) -> Self {
        let cells = match block.needs_class_cell {
            true => vec!["__class__".into()],
            false => block.symbols.cells(),
        };
        Unit {
            name,
            qualname,
            kind,
            block,
            private,
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            first_line,
            constants: ConstantPool::default(),
            names: NamePool::default(),
            varnames: block.varnames.iter().cloned().collect(),
            cells: cells.into_iter().collect(),
            free: block.symbols.free().into_iter().collect(),
            code: Vec::new(),
            labels: Vec::new(),
            entry_is_empty: false,
            frames: Vec::new(),
            line: 0,
            column: 0,
            line_is_marked: false,
            awaits: false,
            returns: false,
        }
    }

    pub fn emit(&mut self, opcode: Opcode, argument: u32) {
        self.push(opcode, argument, None);
    }

    pub fn jump(&mut self, opcode: Opcode, target: Label) {
        self.push(opcode, 0, Some(target));
    }

    fn push(&mut self, opcode: Opcode, argument: u32, target: Option<Label>) {
        let line = if self.line_is_marked { 0 } else { self.line };
        self.line_is_marked = true;
        self.returns |= opcode == Opcode::ReturnValue;
        self.code.push(Emit { opcode, argument, target, line });
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(UNPLACED);
        Label(self.labels.len() as u32 - 1)
    }

    pub fn place(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.code.len() as u32;
        self.start_block();
    }

    fn start_block(&mut self) {
        self.returns = false;
        self.entry_is_empty |= self.code.is_empty();
    }

    pub fn is_coroutine(&self) -> bool {
        self.block.coroutine || self.awaits
    }

    /// Goes on to a line: the next instruction begins it.
    pub fn set_line(&mut self, line: u32) {
        self.line = line;
        self.line_is_marked = false;
    }

    /// Ends the code with a return, unless the last basic block has one.
    pub fn finish(&mut self, returns_none: bool) {
        if self.returns {
            return;
        }
        self.start_block();
        if returns_none {
            let none = self.constants.add(Constant::None);
            self.emit(Opcode::LoadConst, none);
        }
        self.emit(Opcode::ReturnValue, 0);
    }
}
