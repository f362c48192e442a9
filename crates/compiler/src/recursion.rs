//! How deep a tree may be.

use crate::failure::{CompileFailure, Exception, Result};

/// Bounds on recursion over the tree.
#[derive(Clone, Debug)]
pub struct Recursion {
    /// The recursion limit of the running program, and how much of it is in use.
    /// The compiler's own recursion may be three times as deep.
    pub limit: usize,
    pub depth: usize,
    /// How many bytes of the native stack the compiler may take.
    pub stack: usize,
}

impl Default for Recursion {
    fn default() -> Self {
        Recursion { limit: 1000, depth: 0, stack: 1 << 20 }
    }
}

/// CPython's ratio of compiler frames to Python frames.
const COMPILER_FRAMES: usize = 3;

/// Counts the levels of one walk over the tree.
#[derive(Debug)]
pub(crate) struct Depth {
    level: usize,
    limit: usize,
    lowest_address: usize,
}

impl Depth {
    pub fn new(recursion: &Recursion) -> Self {
        Depth {
            level: recursion.depth.saturating_mul(COMPILER_FRAMES),
            limit: recursion.limit.saturating_mul(COMPILER_FRAMES),
            lowest_address: stack_address().saturating_sub(recursion.stack),
        }
    }

    /// As deep as the native stack allows: for walks that an earlier, counted one has bounded.
    pub fn uncounted(recursion: &Recursion) -> Self {
        Depth { limit: usize::MAX, ..Self::new(recursion) }
    }

    pub fn enter(&mut self) -> Result {
        self.level += 1;
        if self.level > self.limit || stack_address() < self.lowest_address {
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

/// Roughly where the native stack ends, which grows downwards.
#[inline(always)]
fn stack_address() -> usize {
    let marker = 0u8;
    &raw const marker as usize
}
