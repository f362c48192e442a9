//! The module `sys`.

use objects::prelude::*;

use crate::interpreter::Interpreter;

/// What an expression statement of the interactive shell does with its value.
pub fn display(value: &Object) -> Result<()> {
    match Interpreter::current().sys_get(intern!("displayhook")) {
        Some(hook) => hook.call1(value).map(|_| ()),
        None => Err(raise!(RuntimeError, "lost sys.displayhook")),
    }
}
