//! What holds in a zone between two transitions.

use objects::prelude::*;

use crate::datetime::delta::{Span, TimeDelta};

/// An offset from UTC, how much of it is daylight saving, and what it is called.
#[derive(Clone)]
pub struct Period {
    /// In seconds.
    pub offset: i64,
    pub utc_offset: Ref<TimeDelta>,
    pub saving: Ref<TimeDelta>,
    pub name: Ref,
}

/// A difference in seconds.
fn delta(seconds: i64) -> Result<Ref<TimeDelta>> {
    Ok(TimeDelta::new(Span::new(0, seconds, 0)?))
}

impl Period {
    pub fn new(offset: i64, saving: i64, name: Ref) -> Result<Period> {
        Ok(Period { offset, utc_offset: delta(offset)?, saving: delta(saving)?, name })
    }

    pub fn named(offset: i64, saving: i64, name: &str) -> Result<Period> {
        Period::new(offset, saving, Str::try_new(name)?.into_object())
    }

    pub fn equals(&self, other: &Period) -> Result<bool> {
        Ok(self.offset == other.offset
            && self.saving.span() == other.saving.span()
            && self.name.equals(&other.name)?)
    }
}
