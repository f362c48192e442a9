//! Codecs: between text and bytes, with error handlers (PEP 293) and the registry of both.

pub mod charmap;
pub mod errors;
pub mod escape;
mod functions;
pub mod handlers;
pub mod narrow;
pub mod registry;
pub mod unicode_escape;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

pub use functions::{
    check_given, check_names, decode_any, decode_text, encode_any, encode_text, text_codec, text_from_object,
};

use crate::prelude::*;

/// What a decoder made of some bytes, and how many it used.
pub type Decoded = (Ref<Str>, usize);

/// The order of bytes in wider units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    pub const NATIVE: ByteOrder =
        if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };

    /// What C's `int` says: below 0 little, above 0 big, 0 neither.
    pub fn from_c(number: i32) -> Option<ByteOrder> {
        match number {
            0 => None,
            _ if number < 0 => Some(ByteOrder::Little),
            _ => Some(ByteOrder::Big),
        }
    }

    /// The number that C has for an order, or for none.
    pub fn to_c(order: Option<ByteOrder>) -> i32 {
        match order {
            None => 0,
            Some(ByteOrder::Little) => -1,
            Some(ByteOrder::Big) => 1,
        }
    }
}
