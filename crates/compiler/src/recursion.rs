//! How deep a tree may be.

use crate::failure::{CompileFailure, Exception, Result};
use syntax::StackLimit;

/// Bounds on recursion over the tree.
#[derive(Clone, Debug)]
pub struct Recursion {
    /// The recursion limit of the running program, and how much of it is in use.
    /// The compiler's own recursion may be three times as deep.
    pub limit: usize,
    pub depth: usize,
    /// How far the native stack may grow.
    pub stack: StackLimit,
}

impl Default for Recursion {
    fn default() -> Self {
        Recursion { limit: 1000, depth: 0, stack: StackLimit::default() }
    }
}

/// CPython's ratio of compiler frames to Python frames.
const COMPILER_FRAMES: usize = 3;

/// Counts the levels of one walk over the tree.
#[derive(Debug)]
pub(crate) struct Depth {
    level: usize,
    limit: usize,
    stack: StackLimit,
}

impl Depth {
    pub fn new(recursion: &Recursion) -> Self {
        Depth {
            level: recursion.depth.saturating_mul(COMPILER_FRAMES),
            limit: recursion.limit.saturating_mul(COMPILER_FRAMES),
            stack: recursion.stack,
        }
    }

    /// As deep as the native stack allows: for walks that an earlier, counted one has bounded.
    pub fn uncounted(recursion: &Recursion) -> Self {
        Depth { limit: usize::MAX, ..Self::new(recursion) }
    }

    pub fn enter(&mut self) -> Result {
        self.level += 1;
        if self.level > self.limit || self.stack.is_reached() {
            return Err(CompileFailure::new(
                Exception::RecursionError,
                "maximum recursion depth exceeded during compilation",
            ));
        }
        Ok(())
    }

    pub fn leave(&mut self) {
        self.level -= 1;
    }
}
