//! The virtual machine's five layers, the objects that belong to them, and the modules that show them.
//!
//! | layer | where |
//! | --- | --- |
//! | runtime | `runtime`: the process |
//! | interpreter | `interpreter`: what threads share |
//! | thread | `thread`: one OS thread |
//! | frame | `frame`: one activation of a code object |
//! | evaluation loop | `eval`: where a frame runs |

pub mod ast;
pub mod async_generator;
pub mod atexit;
pub mod builtins;
pub mod code;
pub mod compile;
pub mod config;
pub mod console;
pub mod coroutine;
pub mod dump;
pub mod editing;
pub mod eval;
pub mod faults;
pub mod frame;
pub mod function;
pub mod generator;
pub mod gil;
pub mod import;
pub mod interpreter;
pub mod interpreter_id;
pub mod locale;
pub mod lock;
pub mod marshal;
pub mod paths;
pub mod peg_parser;
pub mod pending;
pub mod report;
pub mod runtime;
pub mod sharing;
pub mod shutdown;
pub mod signals;
pub mod source_lines;
pub mod start;
pub mod std_printer;
pub mod streams;
pub mod super_call;
pub mod symtable;
pub mod sys;
pub mod thread;
pub mod traceback;
pub mod warnings;
