//! Code generation: one unit for each scope, instructions for each node.
//!
//! | file | what it writes |
//! | --- | --- |
//! | `unit` | the unit under construction: instructions, labels, pools |
//! | `names` | loads, stores and deletions of names |
//! | `statements` | simple statements, and which code writes the others |
//! | `control` | branches, loops, jumps out of them |
//! | `protected` | `try` and `with` |
//! | `functions` | functions, lambdas, classes, decorators, closures |
//! | `expressions` | operators, displays, comparisons |
//! | `calls` | calls and class arguments |
//! | `comprehensions` | comprehensions and generator expressions |
//! | `lint` | the suspicious code that is warned about |

mod calls;
mod comprehensions;
mod control;
mod expressions;
mod functions;
mod lint;
mod names;
mod protected;
mod statements;
pub(crate) mod unit;

use std::rc::Rc;

use bytecode::{CodeUnit, Opcode, flags};
use literals::{Constant, Text};
use syntax::ast::*;

use crate::failure::{CompileFailure, Exception, Position, Result, Warning};
use crate::mangle::mangle;
use crate::recursion::{Depth, Recursion};
use crate::symbols::{Block, BlockKind, Node, Scope, SymbolTable};
use crate::{ALLOW_TOP_LEVEL_AWAIT, Options, assemble};
use unit::{Jump, Label, ScopeKind, Unit};

/// What holds for the whole compilation.
#[derive(Debug)]
pub(crate) struct Settings {
    optimize: u8,
    /// Future features, from outside and from the tree, and compiler flags.
    flags: u32,
    /// The line of the last future import.
    last_future_line: u32,
    recursion: Recursion,
}

impl Settings {
    pub fn new(options: &Options, flags: u32, last_future_line: u32) -> Self {
        let recursion = options.recursion.clone();
        Settings { optimize: options.optimize, flags, last_future_line, recursion }
    }

    fn annotations_are_text(&self) -> bool {
        self.flags & flags::FUTURE_ANNOTATIONS != 0
    }
}

pub(crate) fn generate(
    module: &Mod,
    table: &SymbolTable,
    filename: &Text,
    settings: &Settings,
) -> std::result::Result<(CodeUnit, Vec<Warning>), CompileFailure> {
    let mut generator = Generator {
        table,
        filename,
        settings,
        units: Vec::new(),
        suppressed: 0,
        interactive: matches!(module, Mod::Interactive { .. }),
        warnings: Vec::new(),
        depth: Depth::uncounted(&settings.recursion),
    };
    match generator.module(module) {
        Ok(code) => Ok((code, generator.warnings)),
        Err(failure) => Err(CompileFailure { warnings: generator.warnings, ..*failure }),
    }
}

struct Generator<'a> {
    table: &'a SymbolTable,
    filename: &'a Text,
    settings: &'a Settings,
    /// The units under construction, innermost last; never empty while nodes are visited.
    units: Vec<Unit<'a>>,
    /// How many constant conditions enclose the node, each of which rules it out:
    /// its code is checked, but not kept.
    suppressed: u32,
    interactive: bool,
    warnings: Vec<Warning>,
    depth: Depth,
}

impl<'a> Generator<'a> {
    fn module(&mut self, module: &'a Mod) -> Result<CodeUnit> {
        self.open_unit("<module>".into(), ScopeKind::Module, Node::Module(module), 0)?;
        let mut returns_none = true;
        match module {
            Mod::Module { body, .. } => self.body(body)?,
            Mod::Interactive { body } => {
                if statements::has_annotations(body) {
                    self.emit(Opcode::SetupAnnotations);
                }
                self.statements(body)?;
            }
            Mod::Expression { body } => {
                self.expression(body)?;
                returns_none = false;
            }
            Mod::FunctionType { .. } => {}
        }
        let unit = self.close_unit(returns_none)?;
        Ok(Rc::unwrap_or_clone(unit))
    }

    fn unit(&mut self) -> &mut Unit<'a> {
        self.units.last_mut().expect("nodes are visited within a unit")
    }

    fn unit_ref(&self) -> &Unit<'a> {
        self.units.last().expect("nodes are visited within a unit")
    }

    /// The symbols of the scope being compiled.
    fn block(&self) -> &'a Block {
        self.unit_ref().block
    }

    /// Whether `await` is allowed here although this is no function.
    fn top_level_await(&self) -> bool {
        self.settings.flags & ALLOW_TOP_LEVEL_AWAIT != 0 && self.block().kind == BlockKind::Module
    }

    fn in_function(&self) -> bool {
        self.block().kind == BlockKind::Function
    }

    fn open_unit(&mut self, name: Text, kind: ScopeKind, node: Node<'_>, first_line: u32) -> Result {
        let Some(block) = self.table.block_of(node) else {
            return Err(CompileFailure::new(Exception::SystemError, "unknown scope"));
        };
        let qualname = self.qualified_name(&name, kind);
        let private = self.units.last().and_then(|unit| unit.private);
        self.units.push(Unit::new(name, qualname, kind, block, private, first_line));
        Ok(())
    }

    fn close_unit(&mut self, returns_none: bool) -> Result<Rc<CodeUnit>> {
        let mut unit = self.units.pop().expect("units are closed as often as opened");
        unit.finish(returns_none);
        let flags = self.code_flags(&unit);
        assemble::assemble(unit, self.filename, flags).map(Rc::new)
    }

    fn code_flags(&self, unit: &Unit) -> u32 {
        let mut bits = self.settings.flags & flags::FUTURE_MASK;
        let (block, coroutine) = (unit.block, unit.is_coroutine());
        if block.kind == BlockKind::Function {
            bits |= flags::NEWLOCALS | flags::OPTIMIZED;
            let when = |condition: bool, bit: u32| if condition { bit } else { 0 };
            bits |= when(block.nested, flags::NESTED);
            bits |= when(block.generator && !coroutine, flags::GENERATOR);
            bits |= when(!block.generator && coroutine, flags::COROUTINE);
            bits |= when(block.generator && coroutine, flags::ASYNC_GENERATOR);
            bits |= when(block.has_varargs, flags::VARARGS);
            bits |= when(block.has_varkeywords, flags::VARKEYWORDS);
        } else if self.settings.flags & ALLOW_TOP_LEVEL_AWAIT != 0 && coroutine && !block.generator {
            bits |= flags::COROUTINE;
        }
        bits
    }

    /// `__qualname__` of a scope within the one being compiled (PEP 3155).
    fn qualified_name(&self, name: &Text, kind: ScopeKind) -> Text {
        let [_, .., parent] = &self.units[..] else { return name.clone() };
        if matches!(kind, ScopeKind::Function | ScopeKind::AsyncFunction | ScopeKind::Class) {
            let mangled = mangle(parent.private, name);
            if parent.block.symbols.scope(&mangled) == Some(Scope::GlobalExplicit) {
                return name.clone();
            }
        }
        let separator = match parent.kind {
            ScopeKind::Function | ScopeKind::AsyncFunction | ScopeKind::Lambda => ".<locals>.",
            _ => ".",
        };
        Text::concat(&[&parent.qualname, &separator.into(), name])
    }

    /// A `SyntaxError` where the node being compiled stands.
    fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        let unit = self.unit_ref();
        Err(CompileFailure::syntax(message, unit.line, unit.column + 1))
    }

    fn warn(&mut self, message: impl Into<String>) {
        let unit = self.unit_ref();
        let position = Position { line: unit.line, offset: unit.column + 1 };
        self.warnings.push(Warning { message: message.into(), position });
    }

    /// Visits nodes of code that can never run.
    fn suppress(&mut self, visit: impl FnOnce(&mut Self) -> Result) -> Result {
        self.suppressed += 1;
        visit(self)?;
        self.suppressed -= 1;
        Ok(())
    }

    fn emit(&mut self, opcode: Opcode) {
        self.emit_with(opcode, 0);
    }

    fn emit_with(&mut self, opcode: Opcode, argument: u32) {
        if self.suppressed == 0 {
            self.unit().emit(opcode, argument);
        }
    }

    fn jump(&mut self, opcode: Opcode, target: Label) {
        if self.suppressed == 0 {
            self.unit().jump(opcode, target);
        }
    }

    fn label(&mut self) -> Label {
        self.unit().label()
    }

    /// Starts a basic block, with the label on it.
    fn place(&mut self, label: Label) {
        self.unit().place(label);
    }

    fn load_constant(&mut self, value: Constant) {
        if self.suppressed == 0 {
            let index = self.unit().constants.add(value);
            self.unit().emit(Opcode::LoadConst, index);
        }
    }

    fn load_none(&mut self) {
        self.load_constant(Constant::None);
    }

    fn load_text(&mut self, text: Text) {
        self.load_constant(Constant::Str(text));
    }

    /// An instruction that names an attribute or module.
    fn emit_name(&mut self, opcode: Opcode, name: &Text) {
        if self.suppressed == 0 {
            let name = mangle(self.unit_ref().private, name);
            let index = self.unit().names.add(&name);
            self.unit().emit(opcode, index);
        }
    }

    /// Waits for the awaitable on top of the stack.
    fn await_value(&mut self) {
        self.emit(Opcode::GetAwaitable);
        self.load_none();
        self.emit(Opcode::YieldFrom);
    }

    fn mangled(&self, name: &Text) -> Text {
        mangle(self.unit_ref().private, name).into_owned()
    }
}

/// The number of elements as an argument.
fn count(items: &[impl Sized]) -> u32 {
    items.len() as u32
}

fn constant_of(node: &Expr) -> Option<&Constant> {
    match &node.kind {
        ExprKind::Constant { value, .. } => Some(value),
        _ => None,
    }
}

fn tuple_of_texts(texts: impl IntoIterator<Item = Text>) -> Constant {
    Constant::Tuple(texts.into_iter().map(Constant::Str).collect())
}
