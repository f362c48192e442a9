//! The engine behind `re`: runs the code words that `sre_compile` makes.
//!
//! [`Program::new`] checks code words and turns them into instructions; a [`State`]
//! matches them against text of one, two or four bytes a character, by backtracking
//! on a stack of its own. What matches, and what every group holds then, is what
//! CPython 3.9 finds.

#![forbid(unsafe_code)]

mod charset;
mod constants;
mod decoder;
mod first;
mod matcher;
mod program;
mod search;
mod state;
mod text;

pub use charset::{Locale, is_cased_ascii, is_cased_unicode, lower_ascii, lower_unicode};
pub use constants::{CODE_SIZE, MAGIC, MAX_GROUPS, MAX_REPEAT};
pub use program::{InvalidCode, Program};
pub use state::{Environment, Error, State};
pub use text::Unit;
