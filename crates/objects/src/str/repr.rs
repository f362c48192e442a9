//! `repr` and `ascii` of text.

use std::fmt::Write;

use super::{Str, StrBuilder};
use crate::prelude::*;

/// The string in quotes, with escapes for what is not printable, or with `ascii_only` not ASCII.
pub fn quoted(string: &Str, ascii_only: bool) -> Result<Ref<Str>> {
    let points = string.points();
    let has = |wanted: char| points.iter().any(|point| point == wanted.into());
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut builder = StrBuilder::with_capacity(string.len() + 2);
    builder.push(quote.into());
    for point in points.iter() {
        push_escaped(&mut builder, point, quote, ascii_only);
    }
    builder.push(quote.into());
    builder.finish()
}

#[inline]
fn push_escaped(builder: &mut StrBuilder, point: u32, quote: char, ascii_only: bool) {
    match point {
        0x09 => builder.push_str("\\t"),
        0x0a => builder.push_str("\\n"),
        0x0d => builder.push_str("\\r"),
        _ if point == '\\'.into() || point == quote.into() => {
            builder.push('\\'.into());
            builder.push(point);
        }
        0x20..0x7f => builder.push(point),
        _ if point > 0x7f && !ascii_only && unicode::is_printable(point) => builder.push(point),
        _ => push_numeric_escape(builder, point),
    }
}

/// `\xhh`, `\uhhhh` or `\Uhhhhhhhh`.
pub fn push_numeric_escape(builder: &mut StrBuilder, point: u32) {
    // Writing to a builder does not fail.
    let _ = match point {
        0..=0xff => write!(builder, "\\x{point:02x}"),
        0x100..=0xffff => write!(builder, "\\u{point:04x}"),
        _ => write!(builder, "\\U{point:08x}"),
    };
}

impl Object {
    /// `ascii(self)`.
    pub fn ascii(&self) -> Result<Ref<Str>> {
        let text = self.repr()?;
        if text.is_ascii() {
            return Ok(text);
        }
        let mut builder = StrBuilder::with_capacity(text.len());
        for point in text.points().iter() {
            match point {
                0..0x80 => builder.push(point),
                _ => push_numeric_escape(&mut builder, point),
            }
        }
        builder.finish()
    }
}
