//! What the decompressors of bzip2 and LZMA have in common: they keep the input that they could not use yet.

use streams::{OutOfMemory, Output};

/// How a step of a stream ended.
pub enum Step {
    GoOn,
    /// The end of the compressed data.
    End,
}

/// What keeps a stream from going on.
pub enum Trouble<F> {
    OutOfMemory,
    /// The data had ended before.
    AtEnd,
    Failed(F),
}

impl<F> From<OutOfMemory> for Trouble<F> {
    fn from(_: OutOfMemory) -> Trouble<F> {
        Trouble::OutOfMemory
    }
}

/// A stream that decompresses.
pub trait Stream {
    type Failure;

    /// Takes bytes off the input and adds some to the output.
    fn step(&mut self, input: &mut &[u8], output: &mut Output) -> Result<Step, Trouble<Self::Failure>>;

    /// Whether output may be waiting when all the input is used and the room is full.
    const HOLDS_OUTPUT: bool;
}

/// Input that is kept from one call to the next.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    start: usize,
}

impl Kept {
    fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Adds bytes at the end, in the place of those that were used.
    fn add(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        if !bytes.is_empty() {
            self.bytes.drain(..self.start);
            self.start = 0;
            self.bytes.try_reserve(bytes.len()).map_err(|_| OutOfMemory)?;
            self.bytes.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// Leaves so many bytes at the end.
    fn leave(&mut self, count: usize) {
        self.start = self.bytes.len() - count;
        if count == 0 {
            *self = Kept::default();
        }
    }
}

/// A stream with what it keeps.
pub struct Decompression<S> {
    pub stream: S,
    kept: Kept,
    pub unused: Vec<u8>,
    pub is_at_end: bool,
    pub needs_input: bool,
}

/// The room that an output begins with.
const FIRST: usize = 8 * 1024;

impl<S: Stream> Decompression<S> {
    pub fn new(stream: S) -> Decompression<S> {
        Decompression {
            stream,
            kept: Kept::default(),
            unused: Vec::new(),
            is_at_end: false,
            needs_input: true,
        }
    }

    /// Decompresses data behind the input kept so far, to no more than a limit.
    pub fn run(&mut self, data: &[u8], limit: usize) -> Result<Output, Trouble<S::Failure>> {
        if self.is_at_end {
            return Err(Trouble::AtEnd);
        }
        let mut output = Output::new(FIRST, limit);
        let is_kept = !self.kept.bytes().is_empty();
        if is_kept {
            self.kept.add(data)?;
        }
        let kept = std::mem::take(&mut self.kept);
        let mut input = if is_kept { kept.bytes() } else { data };
        // An error drops what was kept.
        self.is_at_end = drain(&mut self.stream, &mut input, &mut output)?;
        if self.is_at_end {
            self.needs_input = false;
            self.unused = input.to_vec();
            return Ok(output);
        }
        self.needs_input = input.is_empty() && !(S::HOLDS_OUTPUT && output.is_full());
        let left = input.len();
        match is_kept {
            true => {
                self.kept = kept;
                self.kept.leave(left);
            }
            false => self.kept.add(input)?,
        }
        Ok(output)
    }
}

/// Steps until the input or the room for output is used up, or the data ends: whether it did.
fn drain<S: Stream>(
    stream: &mut S,
    input: &mut &[u8],
    output: &mut Output,
) -> Result<bool, Trouble<S::Failure>> {
    loop {
        if let Step::End = stream.step(input, output)? {
            return Ok(true);
        }
        let may_go_on = if S::HOLDS_OUTPUT && output.is_filled() { true } else { !input.is_empty() };
        if !may_go_on || output.is_full() {
            return Ok(false);
        }
    }
}
