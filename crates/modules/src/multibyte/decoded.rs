//! Text that comes code point by code point, most of it of the first plane.

use objects::str::{Points, StrBuilder};

/// ASCII of this length goes into the text at once; what is shorter costs less among the rest.
const LONG: usize = 32;

/// Collects code points on their way into text: in one width, which needs no look at each.
pub struct Decoded {
    text: StrBuilder,
    units: Vec<u16>,
}

impl Decoded {
    /// With room for so many code points.
    pub fn with_capacity(count: usize) -> Decoded {
        Decoded { text: StrBuilder::new(), units: Vec::with_capacity(count) }
    }

    #[inline(always)]
    pub fn push(&mut self, point: u32) {
        match u16::try_from(point) {
            Ok(unit) => self.units.push(unit),
            Err(_) => self.text().push(point),
        }
    }

    pub fn push_ascii(&mut self, run: &[u8]) {
        match run.len() < LONG {
            true => self.units.extend(run.iter().map(|&byte| u16::from(byte))),
            false => self.text().push_points(Points::One(run)),
        }
    }

    /// The text so far, to which more can be added.
    #[inline(never)]
    pub fn text(&mut self) -> &mut StrBuilder {
        self.text.push_points(Points::Two(&self.units));
        self.units.clear();
        &mut self.text
    }

    pub fn finish(mut self) -> StrBuilder {
        self.text();
        self.text
    }
}
