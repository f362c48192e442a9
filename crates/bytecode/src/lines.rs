//! Line number tables: `co_lnotab` as CPython 3.9 writes and reads it.
//!
//! Pairs of bytes: how far the instruction offset goes on (unsigned), and how the line
//! changes (signed). Larger steps are split over several pairs.

/// Builds a `co_lnotab`.
#[derive(Debug)]
pub struct LineTable {
    bytes: Vec<u8>,
    offset: usize,
    line: i64,
}

impl LineTable {
    pub fn new(first_line: u32) -> Self {
        LineTable { bytes: Vec::new(), offset: 0, line: i64::from(first_line) }
    }

    /// Says that the instruction at `offset` (in bytes, never going back) begins `line`.
    pub fn mark(&mut self, offset: usize, line: u32) {
        let mut offset_step = offset - self.offset;
        let mut line_step = i64::from(line) - self.line;
        if line_step == 0 {
            return;
        }
        while offset_step > 255 {
            self.bytes.extend([255, 0]);
            offset_step -= 255;
        }
        if !(-128..=127).contains(&line_step) {
            // What is left after the whole parts follows even if it is nothing.
            let part: i8 = if line_step < 0 { -128 } else { 127 };
            for _ in 0..line_step / i64::from(part) {
                self.bytes.extend([offset_step as u8, part as u8]);
                offset_step = 0;
            }
            line_step %= i64::from(part);
        }
        self.bytes.extend([offset_step as u8, line_step as i8 as u8]);
        self.offset = offset;
        self.line = i64::from(line);
    }

    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The line of the instruction at byte `offset`.
pub fn line_of_offset(lnotab: &[u8], first_line: u32, offset: usize) -> i64 {
    let mut line = i64::from(first_line);
    let mut reached = 0;
    for &[offset_step, line_step] in lnotab.as_chunks::<2>().0 {
        reached += usize::from(offset_step);
        if reached > offset {
            break;
        }
        line += i64::from(line_step as i8);
    }
    line
}

/// The places where a new line begins, as `dis.findlinestarts` finds them: (offset, line).
pub fn lines(lnotab: &[u8], first_line: u32, code_len: usize) -> Vec<(usize, i64)> {
    let mut starts = Vec::new();
    let mut previous = None;
    let mut offset = 0;
    let mut line = i64::from(first_line);
    for &[offset_step, line_step] in lnotab.as_chunks::<2>().0 {
        if offset_step != 0 {
            if previous != Some(line) {
                starts.push((offset, line));
                previous = Some(line);
            }
            offset += usize::from(offset_step);
            if offset >= code_len {
                return starts;
            }
        }
        line += i64::from(line_step as i8);
    }
    if previous != Some(line) {
        starts.push((offset, line));
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_steps_are_split() {
        let mut table = LineTable::new(1);
        table.mark(0, 1);
        table.mark(600, 300);
        table.mark(602, 1);
        assert_eq!(table.finish(), [255, 0, 255, 0, 90, 127, 0, 127, 0, 45, 2, 128, 0, 128, 0, 213]);
    }

    #[test]
    fn offsets_find_their_line() {
        let lnotab = [2, 1, 4, 255, 2, 3];
        let found: Vec<_> = [0, 2, 5, 6, 8, 100].map(|offset| line_of_offset(&lnotab, 10, offset)).into();
        assert_eq!(found, [10, 11, 11, 10, 13, 13]);
        assert_eq!(lines(&lnotab, 10, 10), [(0, 10), (2, 11), (6, 10), (8, 13)]);
    }
}
