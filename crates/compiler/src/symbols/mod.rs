//! Symbol tables: which scope every name belongs to.
//!
//! `build` walks the tree and notes how each block uses names; `analyze` then decides, for each name
//! in each block, where it lives.

mod analyze;
mod build;

pub(crate) use build::first_component;

use literals::Text;
use syntax::ast::{Expr, Mod, Stmt};

use crate::failure::CompileFailure;
use crate::pool::QuickMap;
use crate::recursion::Recursion;

/// How a block uses a name: the bits of the `_symtable` module.
pub mod usage {
    pub const GLOBAL: u32 = 1;
    pub const LOCAL: u32 = 2;
    pub const PARAM: u32 = 4;
    pub const NONLOCAL: u32 = 8;
    pub const USE: u32 = 16;
    pub const FREE: u32 = 32;
    /// Free in a method, and bound or global in the class body itself.
    pub const FREE_CLASS: u32 = 64;
    pub const IMPORT: u32 = 128;
    pub const ANNOTATED: u32 = 256;
    /// An iteration variable of a comprehension.
    pub const COMPREHENSION_TARGET: u32 = 512;
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT;

    /// Where the scope of the name stands in its flags.
    pub const SCOPE_OFFSET: u32 = 11;
    pub const SCOPE_MASK: u32 = GLOBAL | LOCAL | PARAM | NONLOCAL;
}

/// Where a name lives, as seen from one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Scope {
    Local = 1,
    GlobalExplicit = 2,
    GlobalImplicit = 3,
    /// In the cell of an enclosing function.
    Free = 4,
    /// In a cell of its own, for functions within.
    Cell = 5,
}

impl Scope {
    fn from_flags(flags: u32) -> Option<Scope> {
        match flags >> usage::SCOPE_OFFSET & usage::SCOPE_MASK {
            1 => Some(Scope::Local),
            2 => Some(Scope::GlobalExplicit),
            3 => Some(Scope::GlobalImplicit),
            4 => Some(Scope::Free),
            5 => Some(Scope::Cell),
            _ => None,
        }
    }
}

/// What kind of code a block is; the numbers are those of the `_symtable` module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum BlockKind {
    Function = 0,
    Class = 1,
    Module = 2,
}

/// Names of one block with their flags, in the order in which they were first met.
#[derive(Debug, Default)]
pub struct Symbols {
    entries: Vec<(Text, u32)>,
    index: QuickMap<Text, usize>,
}

impl Symbols {
    pub fn get(&self, name: &Text) -> Option<u32> {
        self.index.get(name).map(|&index| self.entries[index].1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Text, u32)> {
        self.entries.iter().map(|(name, flags)| (name, *flags))
    }

    pub fn scope(&self, name: &Text) -> Option<Scope> {
        Scope::from_flags(self.get(name)?)
    }

    fn set(&mut self, name: &Text, flags: u32) {
        match self.index.get(name) {
            Some(&index) => self.entries[index].1 = flags,
            None => {
                self.index.insert(name.clone(), self.entries.len());
                self.entries.push((name.clone(), flags));
            }
        }
    }

    /// The names that a test of their flags picks out, sorted.
    pub(crate) fn sorted(&self, test: impl Fn(u32) -> bool) -> Vec<Text> {
        let mut names: Vec<Text> =
            self.entries.iter().filter(|(_, flags)| test(*flags)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// The names of variables in cells of this block.
    pub(crate) fn cells(&self) -> Vec<Text> {
        self.sorted(|flags| Scope::from_flags(flags) == Some(Scope::Cell))
    }

    /// The names of variables in cells of enclosing blocks.
    pub(crate) fn free(&self) -> Vec<Text> {
        self.sorted(|flags| Scope::from_flags(flags) == Some(Scope::Free) || flags & usage::FREE_CLASS != 0)
    }
}

/// A place where a name is declared global or nonlocal, for errors found later.
#[derive(Debug)]
struct Directive {
    name: Text,
    line: u32,
    column: u32,
}

/// The number of a block in [`SymbolTable::blocks`]; also good as its `id`.
pub type BlockId = usize;

/// The symbol table of one block: a module, class body, function or comprehension.
#[derive(Debug)]
pub struct Block {
    pub id: BlockId,
    pub name: Text,
    pub kind: BlockKind,
    pub line: u32,
    pub column: u32,
    pub symbols: Symbols,
    /// Parameters, in the order of a frame's local variables.
    pub varnames: Vec<Text>,
    pub children: Vec<BlockId>,
    /// Within a function, however deep.
    pub nested: bool,
    pub has_free: bool,
    pub child_has_free: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub comprehension: bool,
    pub has_varargs: bool,
    pub has_varkeywords: bool,
    pub returns_value: bool,
    /// A method refers to `__class__`.
    pub needs_class_cell: bool,
    /// The target of a comprehension is being visited.
    in_comprehension_target: bool,
    /// How many iterables of comprehensions enclose what is being visited.
    comprehension_iterables: u32,
    directives: Vec<Directive>,
}

/// The symbol tables of a whole tree.
#[derive(Debug, Default)]
pub struct SymbolTable {
    /// The first is the module's.
    pub blocks: Vec<Block>,
    by_node: QuickMap<usize, BlockId>,
}

/// A node that has a block of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'a> {
    Module(&'a Mod),
    Statement(&'a Stmt),
    Expression(&'a Expr),
}

impl Node<'_> {
    /// Its address: the tree does not move while it is compiled.
    fn key(self) -> usize {
        match self {
            Node::Module(node) => std::ptr::from_ref(node) as usize,
            Node::Statement(node) => std::ptr::from_ref(node) as usize,
            Node::Expression(node) => std::ptr::from_ref(node) as usize,
        }
    }
}

impl SymbolTable {
    pub(crate) fn build(module: &Mod, recursion: &Recursion) -> Result<SymbolTable, CompileFailure> {
        let mut table = build::build(module, recursion)?;
        analyze::analyze(&mut table)?;
        Ok(table)
    }

    pub fn top(&self) -> &Block {
        &self.blocks[0]
    }

    /// The block of a node; every node of the tree that opens a scope has one.
    pub(crate) fn block_of(&self, node: Node<'_>) -> Option<&Block> {
        self.by_node.get(&node.key()).map(|&id| &self.blocks[id])
    }
}
