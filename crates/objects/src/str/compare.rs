//! Equality and order of strings: by code point.

use std::cmp::Ordering;

use super::{Points, Str};
use crate::with_units;

impl Str {
    /// Whether both have the same code points.
    #[inline]
    pub fn equals(&self, other: &Str) -> bool {
        if self.is(other) {
            return true;
        }
        match (self.points(), other.points()) {
            (Points::One(a), Points::One(b)) => a == b,
            (Points::Two(a), Points::Two(b)) => a == b,
            (Points::Four(a), Points::Four(b)) => a == b,
            // A string is stored in the narrowest kind there is for it.
            _ => false,
        }
    }

    /// Whether this is the text.
    #[inline]
    pub fn equals_text(&self, text: &str) -> bool {
        match self.as_ascii() {
            Some(ascii) => ascii == text,
            None => self.points().iter().eq(text.chars().map(u32::from)),
        }
    }

    /// The order by code points.
    pub fn order(&self, other: &Str) -> Ordering {
        match (self.points(), other.points()) {
            (Points::One(a), Points::One(b)) => a.cmp(b),
            (a, b) => with_units!(a, a => with_units!(b, b => {
                a.iter().map(|&unit| u32::from(unit)).cmp(b.iter().map(|&unit| u32::from(unit)))
            })),
        }
    }
}
