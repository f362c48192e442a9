//! How much text entities make of the input: the defence against those that grow without bound.

use std::cell::Cell;
use std::rc::Rc;

use crate::code::Code;

const MOST_AMPLIFICATION: f64 = 100.0;
/// Below this many bytes, anything goes.
const THRESHOLD: u64 = 8 << 20;
/// The length of the shortest document that names an external entity.
const SHORTEST: u64 = 22;

/// Where text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Input,
    Entity,
}

/// Counts for a document and all of its external entities.
#[derive(Clone, Debug, Default)]
pub struct Account(Rc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    direct: Cell<u64>,
    indirect: Cell<u64>,
}

impl Account {
    /// Counts bytes.
    #[inline]
    pub fn add(&self, origin: Origin, bytes: usize) -> Result<(), Code> {
        let Counts { direct, indirect } = &*self.0;
        let counter = if origin == Origin::Input { direct } else { indirect };
        counter.set(counter.get() + bytes as u64);
        match indirect.get() == 0 || direct.get() + indirect.get() < THRESHOLD {
            true => Ok(()),
            false => self.check(),
        }
    }

    #[cold]
    fn check(&self) -> Result<(), Code> {
        let (direct, indirect) = (self.0.direct.get(), self.0.indirect.get());
        let factor = match direct {
            0 => (SHORTEST + indirect) as f64 / SHORTEST as f64,
            direct => (direct + indirect) as f64 / direct as f64,
        };
        match factor <= MOST_AMPLIFICATION {
            true => Ok(()),
            false => Err(Code::AmplificationLimitBreach),
        }
    }
}
