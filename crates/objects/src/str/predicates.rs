//! The `is…` methods.

use super::{Points, Str};
use crate::prelude::*;

impl Str {
    /// Whether there are code points and all satisfy the predicate.
    #[inline]
    fn all(&self, predicate: impl Fn(u32) -> bool) -> bool {
        match self.points() {
            Points::One(units) => !units.is_empty() && units.iter().all(|&unit| predicate(unit.into())),
            points => points.iter().all(predicate),
        }
    }

    /// Whether this is an identifier of the language, keyword or not.
    pub fn is_identifier(&self) -> bool {
        let mut points = self.points().iter();
        let starts = points.next().is_some_and(|point| point == '_'.into() || unicode::is_xid_start(point));
        starts && points.all(unicode::is_xid_continue)
    }

    /// Whether there is a cased character, and every one is `wanted` and none `other` (or title case).
    fn is_cased_as(&self, wanted: fn(u32) -> bool, other: fn(u32) -> bool) -> bool {
        let mut cased = false;
        for point in self.points().iter() {
            if other(point) || unicode::is_title(point) {
                return false;
            }
            cased = cased || wanted(point);
        }
        cased
    }
}

#[methods(PREDICATES)]
impl Str {
    /// Whether all characters are ASCII, U+0000 to U+007F. The empty string is ASCII too.
    #[method("()")]
    fn isascii(&self) -> bool {
        self.is_ascii()
    }

    /// Whether there are cased characters and all of them are lower case.
    #[method("()")]
    fn islower(&self) -> bool {
        self.is_cased_as(unicode::is_lower, unicode::is_upper)
    }

    /// Whether there are cased characters and all of them are upper case.
    #[method("()")]
    fn isupper(&self) -> bool {
        self.is_cased_as(unicode::is_upper, unicode::is_lower)
    }

    /// Whether every word starts with upper or title case and goes on in lower case,
    /// and there is a word.
    #[method("()")]
    fn istitle(&self) -> bool {
        let (mut cased, mut in_word) = (false, false);
        for point in self.points().iter() {
            if unicode::is_upper(point) || unicode::is_title(point) {
                if in_word {
                    return false;
                }
                (cased, in_word) = (true, true);
            } else if unicode::is_lower(point) {
                if !in_word {
                    return false;
                }
                cased = true;
            } else {
                in_word = false;
            }
        }
        cased
    }

    /// Whether all characters are white space, and there is one.
    #[method("()")]
    fn isspace(&self) -> bool {
        !self.is_empty() && self.all(unicode::is_space)
    }

    /// Whether all characters are decimal digits, and there is one.
    #[method("()")]
    fn isdecimal(&self) -> bool {
        !self.is_empty() && self.all(unicode::is_decimal)
    }

    /// Whether all characters are digits, and there is one.
    #[method("()")]
    fn isdigit(&self) -> bool {
        !self.is_empty() && self.all(unicode::is_digit)
    }

    /// Whether all characters have a numeric value, and there is one.
    #[method("()")]
    fn isnumeric(&self) -> bool {
        !self.is_empty() && self.all(unicode::is_numeric)
    }

    /// Whether all characters are letters, and there is one.
    #[method("()")]
    fn isalpha(&self) -> bool {
        !self.is_empty() && self.all(unicode::is_alpha)
    }

    /// Whether all characters are letters or have a numeric value, and there is one.
    #[method("()")]
    fn isalnum(&self) -> bool {
        !self.is_empty() && self.all(unicode::is_alnum)
    }

    /// Whether the string is a valid identifier.
    ///
    /// Reserved words are valid identifiers too: ask keyword.iskeyword() for those.
    #[method("()")]
    fn isidentifier(&self) -> bool {
        self.is_identifier()
    }

    /// Whether repr() would show every character as itself. The empty string is printable.
    #[method("()")]
    fn isprintable(&self) -> bool {
        self.points().iter().all(unicode::is_printable)
    }
}
