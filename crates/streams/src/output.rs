//! Where streams put their bytes.

use std::mem::MaybeUninit;

/// There is no memory for the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

/// Bytes that grow up to a limit.
pub struct Output {
    bytes: Vec<u8>,
    first: usize,
    limit: usize,
}

impl Output {
    /// Nothing yet; room for `first` bytes to begin with, and for no more than `limit` ever.
    pub fn new(first: usize, limit: usize) -> Output {
        Output { bytes: Vec::new(), first, limit }
    }

    /// Takes the room that the output begins with.
    pub fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.bytes.try_reserve_exact(self.first.min(self.limit)).map_err(|_| OutOfMemory)
    }

    /// Whether the limit is reached.
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }

    /// Whether all the room taken so far is used.
    pub fn is_filled(&self) -> bool {
        self.bytes.len() == self.bytes.capacity().min(self.limit)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Room for the next bytes: none only where the limit is reached. The room doubles as it fills.
    pub(crate) fn room(&mut self) -> Result<&mut [MaybeUninit<u8>], OutOfMemory> {
        let (length, capacity) = (self.bytes.len(), self.bytes.capacity());
        if length == capacity {
            let wanted = capacity.saturating_mul(2).max(self.first).max(1).min(self.limit);
            self.bytes.try_reserve_exact(wanted.saturating_sub(length)).map_err(|_| OutOfMemory)?;
        }
        let most = self.limit.saturating_sub(length);
        let spare = self.bytes.spare_capacity_mut();
        let usable = spare.len().min(most);
        Ok(&mut spare[..usable])
    }

    /// Counts bytes that were written at the beginning of the room.
    ///
    /// # Safety
    /// So many bytes of the room are initialised.
    pub(crate) unsafe fn advance(&mut self, count: usize) {
        // SAFETY: the room is the spare capacity, and the caller's promise.
        unsafe { self.bytes.set_len(self.bytes.len() + count) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(output: &mut Output) -> usize {
        let room = output.room().expect("memory");
        room.fill(MaybeUninit::new(7));
        let count = room.len();
        // SAFETY: filled just now.
        unsafe { output.advance(count) };
        count
    }

    #[test]
    fn room_doubles_up_to_the_limit() {
        let mut output = Output::new(4, 13);
        assert_eq!(
            [fill(&mut output), fill(&mut output), fill(&mut output), fill(&mut output)],
            [4, 4, 5, 0]
        );
        assert!(output.is_full());
        assert_eq!(output.bytes(), [7; 13]);
        assert_eq!(Output::new(1 << 62, usize::MAX).room().map(|room| room.len()), Err(OutOfMemory));
    }
}
