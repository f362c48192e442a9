//! Padding, stripping and tabs.

use super::{Str, Unit};
use crate::prelude::*;
use crate::units::{self, Ends};
use crate::with_units;

/// The one character to fill with.
fn fill_character(value: Option<&Object>) -> Result<u32> {
    let Some(value) = value else { return Ok(' '.into()) };
    let Some(string) = value.downcast::<Str>() else {
        bail!(TypeError, "The fill character must be a unicode character, not {}", value.class().name());
    };
    match string.len() {
        1 => Ok(string.code_point(0)),
        _ => Err(raise!(TypeError, "The fill character must be exactly one character long")),
    }
}

impl Str {
    /// The string with so many fill characters to its left and right. Raises `OverflowError`.
    pub fn pad(&self, left: usize, right: usize, fill: u32) -> Result<Ref<Str>> {
        if left == 0 && right == 0 {
            return self.to_exact();
        }
        let length = left.checked_add(right).and_then(|padding| padding.checked_add(self.len()));
        let Some(length) = length.filter(|&length| length <= isize::MAX as usize) else {
            bail!(OverflowError, "padded string is too long");
        };
        let fill_string = Str::from_point(fill)?;
        let union = self.max_point() | fill_string.max_point();
        let margins = [fill_string.repeat(left as isize)?, fill_string.repeat(right as isize)?];
        Str::from_pieces(length, union, [margins[0].points(), self.points(), margins[1].points()])
    }

    fn stripped(&self, name: &str, ends: Ends, characters: Option<&Object>) -> Result<Ref<Str>> {
        match characters.filter(|characters| !characters.is_none()) {
            None => {
                let (start, end) =
                    with_units!(self.points(), units => units::strip_range(units, ends, unicode::is_space));
                self.substring(start, end)
            }
            Some(characters) => match characters.downcast::<Str>() {
                Some(characters) => self.strip(ends, characters),
                None => Err(raise!(TypeError, "{name} arg must be None or str")),
            },
        }
    }

    /// The string without the characters that stand in `characters` at the ends.
    pub fn strip(&self, ends: Ends, characters: &Str) -> Result<Ref<Str>> {
        let set = characters.points();
        let (start, end) = with_units!(self.points(), units => {
            units::strip_range(units, ends, |point| set.iter().any(|other| other == point))
        });
        self.substring(start, end)
    }
}

fn missing(width: isize, length: usize) -> usize {
    usize::try_from(width).unwrap_or(0).saturating_sub(length)
}

#[methods(PADDING)]
impl Str {
    /// The string in the middle of a field of the given width.
    ///
    /// It is padded with the fill character, a space by default.
    #[method("(width, fillchar=' ', /)")]
    fn center(&self, width: isize, fillchar: Option<&Object>) -> Result<Ref<Str>> {
        let fill = fill_character(fillchar)?;
        let padding = missing(width, self.len());
        let left = padding / 2 + (padding & width as usize & 1);
        self.pad(left, padding - left, fill)
    }

    /// The string at the left of a field of the given width.
    ///
    /// It is padded with the fill character, a space by default.
    #[method("(width, fillchar=' ', /)")]
    fn ljust(&self, width: isize, fillchar: Option<&Object>) -> Result<Ref<Str>> {
        let fill = fill_character(fillchar)?;
        self.pad(0, missing(width, self.len()), fill)
    }

    /// The string at the right of a field of the given width.
    ///
    /// It is padded with the fill character, a space by default.
    #[method("(width, fillchar=' ', /)")]
    fn rjust(&self, width: isize, fillchar: Option<&Object>) -> Result<Ref<Str>> {
        let fill = fill_character(fillchar)?;
        self.pad(missing(width, self.len()), 0, fill)
    }

    /// A numeric string filled with zeros on the left, behind its sign, to the given width.
    ///
    /// The string is never cut.
    #[method("(width, /)")]
    fn zfill(&self, width: isize) -> Result<Ref<Str>> {
        let zeros = missing(width, self.len());
        let padded = self.pad(zeros, 0, '0'.into())?;
        let sign = self.points().iter().next().filter(|&point| point == '+'.into() || point == '-'.into());
        match sign {
            Some(sign) if zeros > 0 => {
                with_units!(padded.points(), units => {
                    let mut units = units.to_vec();
                    units[0] = Unit::from_point(sign);
                    units[zeros] = Unit::from_point('0'.into());
                    Str::from_points(Unit::points(&units))
                })
            }
            _ => Ok(padded),
        }
    }

    /// The string with tab characters made into spaces.
    ///
    /// Where tabsize is not given, a tab goes to the next multiple of 8 in its line.
    #[method("(tabsize=8)")]
    fn expandtabs(&self, tabsize: i32) -> Result<Ref<Str>> {
        with_units!(self.points(), units => match units::expand_tabs(units, tabsize as isize)? {
            Some(expanded) => Str::from_points(Unit::points(&expanded)),
            None => self.to_exact(),
        })
    }

    /// The string without white space at its start and end.
    ///
    /// Where chars is given and not None, the characters in it are taken off instead.
    #[method(name = "strip", "(chars=None, /)")]
    fn strip_method(&self, chars: Option<&Object>) -> Result<Ref<Str>> {
        self.stripped("strip", Ends::Both, chars)
    }

    /// The string without white space at its start.
    ///
    /// Where chars is given and not None, the characters in it are taken off instead.
    #[method("(chars=None, /)")]
    fn lstrip(&self, chars: Option<&Object>) -> Result<Ref<Str>> {
        self.stripped("lstrip", Ends::Left, chars)
    }

    /// The string without white space at its end.
    ///
    /// Where chars is given and not None, the characters in it are taken off instead.
    #[method("(chars=None, /)")]
    fn rstrip(&self, chars: Option<&Object>) -> Result<Ref<Str>> {
        self.stripped("rstrip", Ends::Right, chars)
    }
}
