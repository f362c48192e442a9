//! Abstract syntax tree in, code unit out.
//!
//! The stages, in the order in which a tree passes them:
//!
//! | module | what it does |
//! | --- | --- |
//! | `future` | reads the `from __future__` imports |
//! | `fold` | folds constants in the tree |
//! | `symbols` | decides the scope of every name |
//! | `codegen` | writes instructions, one unit for each scope |
//! | `assemble` | resolves jumps, computes stack depth, packs bytes and the line table |
//! | `peephole` | improves the packed bytes |
//!
//! What comes out equals what CPython 3.9 makes of the same source, byte for byte.

mod assemble;
mod codegen;
mod constant_repr;
mod failure;
mod fold;
mod future;
mod mangle;
mod peephole;
mod pool;
mod recursion;
pub mod symbols;
pub mod unparse;
pub mod validate;

use bytecode::CodeUnit;
use literals::Text;
use syntax::ast;

pub use failure::{CompileFailure, Exception, Position, Warning};
pub use recursion::Recursion;
pub use symbols::SymbolTable;

/// The bit in [`Options::flags`] that allows `await` at the top level (`ast.PyCF_ALLOW_TOP_LEVEL_AWAIT`).
pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;

/// How to compile.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// 0, 1 (no asserts, `__debug__` false) or 2 (no docstrings either).
    pub optimize: u8,
    /// `FUTURE_` bits of [`bytecode::flags`] in force from outside, and [`ALLOW_TOP_LEVEL_AWAIT`].
    pub flags: u32,
    pub recursion: Recursion,
}

/// Compiles a module, an interactive statement or an expression; the tree is folded in the process.
///
/// The warnings are for the caller to issue, in order. Where a filter makes one an error, that
/// is a `SyntaxError` with the warning's message and position.
pub fn compile(
    module: &mut ast::Mod,
    filename: &Text,
    options: &Options,
) -> Result<(CodeUnit, Vec<Warning>), CompileFailure> {
    let future = future::features(module)?;
    let flags = future.flags | options.flags;
    fold::fold(module, options.optimize, flags, &options.recursion)?;
    let table = SymbolTable::build(module, &options.recursion)?;
    codegen::generate(module, &table, filename, &codegen::Settings::new(options, flags, future.last_line))
}

/// The symbol table of a tree, as the `symtable` module shows it: nothing folded, and future imports
/// not looked at.
pub fn symtable(module: &ast::Mod, recursion: &Recursion) -> Result<SymbolTable, CompileFailure> {
    SymbolTable::build(module, recursion)
}
