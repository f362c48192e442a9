//! Unicode 13.0 as CPython 3.9 has it: character properties, case mappings, normal forms, names.
//!
//! Characters are `u32` code points, surrogates included. A number past U+10FFFF is
//! answered as U+0000 is. The tables are made by `tools/generate.py`.

#![forbid(unsafe_code)]

#[macro_use]
mod tables;

mod case;
mod database;
mod names;
mod normalize;
mod properties;

pub use case::{
    Mapping, fold_full, to_lower, to_lower_full, to_title, to_title_full, to_upper, to_upper_full,
};
pub use database::{Database, Decomposition, UNICODE_3_2, UNICODE_13};
pub use names::{Named, lookup, name};
pub use normalize::Form;
pub use properties::{
    is_alnum, is_alpha, is_case_ignorable, is_cased, is_decimal, is_digit, is_linebreak, is_lower,
    is_numeric, is_printable, is_space, is_title, is_upper, is_xid_continue, is_xid_start, to_decimal,
    to_digit, to_numeric,
};
