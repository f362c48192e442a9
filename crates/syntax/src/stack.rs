//! How much of the native stack recursion may take.

/// The lowest address that the native stack, which grows downwards, may reach.
#[derive(Clone, Copy, Debug)]
pub struct StackLimit(usize);

impl StackLimit {
    /// So many bytes below the caller's frame.
    #[inline(always)]
    pub fn below(bytes: usize) -> StackLimit {
        StackLimit(address().saturating_sub(bytes))
    }

    #[inline(always)]
    pub fn is_reached(self) -> bool {
        address() < self.0
    }
}

/// A stack as every thread has that does not ask for less.
impl Default for StackLimit {
    fn default() -> StackLimit {
        StackLimit::below(1 << 20)
    }
}

/// Roughly where the stack ends.
#[inline(always)]
fn address() -> usize {
    let marker = 0u8;
    &raw const marker as usize
}
