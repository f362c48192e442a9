//! Strings formatted as `format!` does. Lone surrogates, which Rust's text cannot hold, come through.

use std::cell::Cell;
use std::fmt::{self, Write};

use super::{Str, StrBuilder};
use crate::prelude::*;

const REPLACEMENT: &str = "\u{fffd}";

thread_local! {
    /// The lone surrogate that the U+FFFD being written stands for; 0 for none.
    static SURROGATE: Cell<u32> = const { Cell::new(0) };
}

/// A string formatted as `format!` does.
#[macro_export]
macro_rules! format_str {
    ($($message:tt)+) => {
        $crate::str::Str::format_args(format_args!($($message)+))
    };
}

/// The text, with U+FFFD for a lone surrogate wherever it is not a [`StrBuilder`] that it is written to.
impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.as_str() {
            return f.pad(text);
        }
        if f.width().is_some() || f.precision().is_some() {
            return f.pad(&self.to_string_lossy());
        }
        self.points().iter().try_for_each(|point| match char::from_u32(point) {
            Some(character) => f.write_char(character),
            None => {
                SURROGATE.set(point);
                let written = f.write_str(REPLACEMENT);
                SURROGATE.set(0);
                written
            }
        })
    }
}

impl fmt::Write for StrBuilder {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match text == REPLACEMENT && SURROGATE.get() != 0 {
            true => self.push(SURROGATE.get()),
            false => self.push_str(text),
        }
        Ok(())
    }
}

impl Str {
    /// What [`format_str!`] expands to. Raises `MemoryError`.
    pub fn format_args(arguments: fmt::Arguments<'_>) -> Result<Ref<Str>> {
        if let Some(text) = arguments.as_str() {
            return Str::try_new(text);
        }
        let mut builder = StrBuilder::with_capacity(64);
        // What an argument cannot show is left out.
        let _ = builder.write_fmt(arguments);
        builder.finish()
    }
}
