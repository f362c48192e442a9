//! How long the calls of a socket may take.

use std::sync::atomic::{AtomicI64, Ordering};

use objects::prelude::*;

use crate::time::clock::{NANOSECONDS, Rounding, nanoseconds_of};

/// In nanoseconds; negative for as long as it takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Timeout(pub i64);

impl Timeout {
    pub const FOREVER: Timeout = Timeout(-1);

    /// Of a number of seconds, or None. `ValueError` for a negative one.
    pub fn parse(object: &Object) -> Result<Timeout> {
        if object.is_none() {
            return Ok(Timeout::FOREVER);
        }
        let nanoseconds = nanoseconds_of(object, Rounding::Up)?;
        if nanoseconds < 0 {
            bail!(ValueError, "Timeout value out of range");
        }
        Ok(Timeout(nanoseconds))
    }

    pub fn seconds(self) -> Option<f64> {
        (self.0 >= 0).then(|| self.0 as f64 / NANOSECONDS as f64)
    }

    /// Whether calls fail at once where they would wait, or wait for a while at most.
    pub fn is_limited(self) -> bool {
        self.0 >= 0
    }
}

/// The timeout of new sockets.
static DEFAULT: AtomicI64 = AtomicI64::new(-1);

pub fn default() -> Timeout {
    Timeout(DEFAULT.load(Ordering::Relaxed))
}

pub fn set_default(timeout: Timeout) {
    DEFAULT.store(timeout.0, Ordering::Relaxed);
}
