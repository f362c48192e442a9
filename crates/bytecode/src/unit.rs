//! The code unit: everything a code object is made of, as plain data.

use std::rc::Rc;

use literals::{Constant, Text};

/// What the compiler makes of a module, class body, function or comprehension.
///
/// Fields are the `co_*` attributes of the same name.
#[derive(Clone, Debug)]
pub struct CodeUnit {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub nlocals: u32,
    pub stacksize: u32,
    /// A union of [`flags`].
    pub flags: u32,
    pub firstlineno: u32,
    pub code: Vec<u8>,
    pub consts: Vec<Const>,
    pub names: Vec<Text>,
    pub varnames: Vec<Text>,
    pub freevars: Vec<Text>,
    pub cellvars: Vec<Text>,
    pub filename: Text,
    pub name: Text,
    pub lnotab: Vec<u8>,
}

/// One entry of `co_consts`.
#[derive(Clone, Debug)]
pub enum Const {
    Value(Constant),
    Code(Rc<CodeUnit>),
}

/// The bits of `co_flags`, and those of compiler flags that share their numbers.
pub mod flags {
    pub const OPTIMIZED: u32 = 0x0001;
    pub const NEWLOCALS: u32 = 0x0002;
    pub const VARARGS: u32 = 0x0004;
    pub const VARKEYWORDS: u32 = 0x0008;
    pub const NESTED: u32 = 0x0010;
    pub const GENERATOR: u32 = 0x0020;
    /// There are neither free nor cell variables.
    pub const NOFREE: u32 = 0x0040;
    pub const COROUTINE: u32 = 0x0080;
    pub const ITERABLE_COROUTINE: u32 = 0x0100;
    pub const ASYNC_GENERATOR: u32 = 0x0200;
    pub const FUTURE_DIVISION: u32 = 0x0002_0000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x0004_0000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x0008_0000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x0010_0000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x0020_0000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x0040_0000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x0080_0000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x0100_0000;
    /// Every bit that a `from __future__` import can set.
    pub const FUTURE_MASK: u32 = 0x01fe_0000;
}
