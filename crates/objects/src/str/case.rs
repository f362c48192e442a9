//! Case: `lower`, `upper`, `title` and their kin, with Unicode's full mappings.

use super::{Points, Str, StrBuilder};
use crate::prelude::*;

const SIGMA: u32 = 0x3a3;

/// The lower case of a capital sigma: the final form behind a cased character and before none,
/// case-ignorable ones apart.
fn lower_sigma(points: Points<'_>, index: usize) -> u32 {
    let is_cased = |mut neighbours: Box<dyn Iterator<Item = u32> + '_>| {
        neighbours.find(|&point| !unicode::is_case_ignorable(point)).is_some_and(unicode::is_cased)
    };
    let length = points.len();
    let before = is_cased(Box::new(points.range(0, index).iter().rev()));
    let after = is_cased(Box::new(points.range(index + 1, length).iter()));
    if before && !after { 0x3c2 } else { 0x3c3 }
}

fn push_lower(builder: &mut StrBuilder, points: Points<'_>, index: usize, point: u32) {
    match point {
        SIGMA => builder.push(lower_sigma(points, index)),
        _ => builder.extend(unicode::to_lower_full(point).iter().copied()),
    }
}

impl Str {
    /// The string with each code point mapped; `push` gets the index and the code point.
    fn map_case(&self, mut push: impl FnMut(&mut StrBuilder, usize, u32)) -> Result<Ref<Str>> {
        let mut builder = StrBuilder::with_capacity(self.len());
        for (index, point) in self.points().iter().enumerate() {
            push(&mut builder, index, point);
        }
        builder.finish()
    }

    fn map_ascii(&self, text: &str, map: impl Fn(&mut [u8])) -> Result<Ref<Str>> {
        Str::build::<u8>(self.len(), 0x7f, |units| {
            units.copy_from_slice(text.as_bytes());
            map(units);
        })
    }

    /// The text in lower case.
    pub fn to_lower(&self) -> Result<Ref<Str>> {
        if let Some(text) = self.as_ascii() {
            return self.map_ascii(text, <[u8]>::make_ascii_lowercase);
        }
        let points = self.points();
        self.map_case(|builder, index, point| push_lower(builder, points, index, point))
    }

    /// The text in upper case.
    pub fn to_upper(&self) -> Result<Ref<Str>> {
        if let Some(text) = self.as_ascii() {
            return self.map_ascii(text, <[u8]>::make_ascii_uppercase);
        }
        self.map_case(|builder, _, point| builder.extend(unicode::to_upper_full(point).iter().copied()))
    }
}

#[methods(CASE)]
impl Str {
    /// The string with its first character in upper case and the rest in lower case.
    ///
    /// The first character is in title case where that is something else.
    #[method("()")]
    fn capitalize(&self) -> Result<Ref<Str>> {
        let points = self.points();
        self.map_case(|builder, index, point| match index {
            0 => builder.extend(unicode::to_title_full(point).iter().copied()),
            _ => push_lower(builder, points, index, point),
        })
    }

    /// The string as it is compared without regard to case.
    #[method("()")]
    fn casefold(&self) -> Result<Ref<Str>> {
        if let Some(text) = self.as_ascii() {
            return self.map_ascii(text, <[u8]>::make_ascii_lowercase);
        }
        self.map_case(|builder, _, point| builder.extend(unicode::fold_full(point).iter().copied()))
    }

    /// The string with every word in title case: first upper (or title) case, then lower case.
    #[method("()")]
    fn title(&self) -> Result<Ref<Str>> {
        let points = self.points();
        let mut in_word = false;
        self.map_case(|builder, index, point| {
            match in_word {
                true => push_lower(builder, points, index, point),
                false => builder.extend(unicode::to_title_full(point).iter().copied()),
            }
            in_word = unicode::is_cased(point);
        })
    }

    /// The string in lower case.
    #[method("()")]
    fn lower(&self) -> Result<Ref<Str>> {
        self.to_lower()
    }

    /// The string in upper case.
    #[method("()")]
    fn upper(&self) -> Result<Ref<Str>> {
        self.to_upper()
    }

    /// The string with upper case in lower case, and lower case in upper case.
    #[method("()")]
    fn swapcase(&self) -> Result<Ref<Str>> {
        let points = self.points();
        self.map_case(|builder, index, point| {
            if unicode::is_upper(point) {
                push_lower(builder, points, index, point);
            } else if unicode::is_lower(point) {
                builder.extend(unicode::to_upper_full(point).iter().copied());
            } else {
                builder.push(point);
            }
        })
    }
}
