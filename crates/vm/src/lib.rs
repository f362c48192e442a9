//! The virtual machine's five layers, the objects that belong to them, and the modules that show them.
//!
//! | layer | where |
//! | --- | --- |
//! | runtime | `runtime`: the process |
//! | interpreter | `interpreter`: what threads share |
//! | thread | `thread`: one OS thread |
//! | frame | `frame`: one activation of a code object |
//! | evaluation loop | `eval`: where a frame runs |

pub mod async_generator;
pub mod code;
pub mod coroutine;
pub mod eval;
pub mod frame;
pub mod function;
pub mod generator;
pub mod import;
pub mod interpreter;
pub mod marshal;
pub mod runtime;
pub mod sys;
pub mod traceback;
