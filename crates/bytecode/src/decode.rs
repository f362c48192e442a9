//! Walking `co_code`: one item for each instruction, its prefixes folded in.

use crate::Opcode;

/// One instruction with its whole argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Offset in bytes of the instruction itself, after its `EXTENDED_ARG` prefixes.
    pub offset: usize,
    /// How many `EXTENDED_ARG` prefixes stand before it.
    pub prefixes: u8,
    /// `None` where the byte is no opcode of 3.9.
    pub opcode: Option<Opcode>,
    /// The opcode as a number.
    pub number: u8,
    pub argument: u32,
}

impl Instruction {
    /// The byte offset to which this instruction may jump.
    pub fn jump_target(&self) -> Option<usize> {
        use crate::Argument;
        match self.opcode?.argument() {
            Argument::RelativeJump => Some(self.offset + 2 + self.argument as usize),
            Argument::AbsoluteJump => Some(self.argument as usize),
            _ => None,
        }
    }
}

/// Iterates over the instructions of `co_code`; a trailing odd byte is ignored.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    code: &'a [u8],
    offset: usize,
}

impl<'a> Decoder<'a> {
    pub fn new(code: &'a [u8]) -> Self {
        Decoder { code, offset: 0 }
    }
}

impl Iterator for Decoder<'_> {
    type Item = Instruction;

    fn next(&mut self) -> Option<Instruction> {
        let mut extended = 0u32;
        let mut prefixes = 0u8;
        loop {
            let offset = self.offset;
            let &[number, low] = self.code.get(offset..offset + 2)? else { return None };
            self.offset += 2;
            let argument = extended | u32::from(low);
            if number == Opcode::ExtendedArg as u8 && offset + 4 <= self.code.len() {
                extended = argument << 8;
                prefixes = prefixes.saturating_add(1);
                continue;
            }
            return Some(Instruction {
                offset,
                prefixes,
                opcode: Opcode::from_number(number),
                number,
                argument,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_folded_into_the_argument() {
        let code = [144, 1, 144, 2, 100, 3, 83, 0];
        let decoded: Vec<_> =
            Decoder::new(&code).map(|i| (i.offset, i.prefixes, i.number, i.argument)).collect();
        assert_eq!(decoded, [(4, 2, 100, 0x010203), (6, 0, 83, 0)]);
    }
}
