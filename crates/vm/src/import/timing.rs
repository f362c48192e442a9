//! `-X importtime`: how long each import takes, with and without those within it.

use std::cell::Cell;
use std::time::{Duration, Instant};

use objects::prelude::*;

use crate::interpreter::Interpreter;

thread_local! {
    /// How many imports are going on.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// What the imports that ended within the current one took together.
    static INNER: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static HEADING: Cell<bool> = const { Cell::new(false) };
}

/// Imports a module, and tells how long it took where that was asked for.
pub fn measured(name: &Str, import: impl FnOnce() -> Result<Ref>) -> Result<Ref> {
    if !Interpreter::current().config.borrow().import_time {
        return import();
    }
    if !HEADING.replace(true) {
        eprintln!("import time: self [us] | cumulative | imported package");
    }
    let depth = DEPTH.get();
    DEPTH.set(depth + 1);
    let outer = INNER.take();
    let start = Instant::now();
    let result = import();
    let total = start.elapsed();
    let own = total.saturating_sub(INNER.get());
    DEPTH.set(depth);
    INNER.set(outer + total);
    let indent = 2 * depth;
    eprintln!("import time: {:9} | {:10} | {:indent$}{name}", own.as_micros(), total.as_micros(), "");
    result
}
