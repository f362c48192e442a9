//! The instruction set of CPython 3.9 as one table, and the code unit as plain data.
//!
//! | file | subject |
//! | --- | --- |
//! | `instructions` | the table: names, numbers, arguments, stack effects |
//! | `decode` | walking `co_code` with `EXTENDED_ARG` folded in |
//! | `unit` | the code unit: what a code object is made of |
//! | `lines` | line number tables (`co_lnotab`) |
//! | `dump` | a canonical text form, to compare code units with |

mod decode;
mod dump;
mod instructions;
mod lines;
mod unit;

pub use decode::{Decoder, Instruction};
pub use dump::quoted;
pub use instructions::{
    Argument, COMPARISONS, EXTENDED_ARG, HAVE_ARGUMENT, Opcode, StackEffect, number, opcodes_with,
};
pub use lines::{LineTable, line_of_offset, lines};
pub use unit::{CodeUnit, Const, flags};

/// The number that opens a `.pyc` file made by CPython 3.9 (followed there by `\r\n`).
pub const MAGIC_NUMBER: u16 = 3425;

/// The first four bytes of a `.pyc` file.
pub const MAGIC: [u8; 4] = [MAGIC_NUMBER.to_le_bytes()[0], MAGIC_NUMBER.to_le_bytes()[1], b'\r', b'\n'];
