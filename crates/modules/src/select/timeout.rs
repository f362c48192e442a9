//! How long to wait, and for how long still after a signal.

use std::ffi::c_int;
use std::time::{Duration, Instant};

use objects::prelude::*;

use crate::time::clock::{self, NANOSECONDS, Rounding};
use system::Errno;

/// A time to wait, forever where there is none.
pub struct Timeout {
    nanoseconds: Option<i64>,
}

impl Timeout {
    fn of(object: Option<&Object>, unit: i64, wrong: &str) -> Result<Timeout> {
        let nanoseconds = object.map(|object| clock::nanoseconds_in(object, unit, Rounding::Up)).transpose();
        match nanoseconds {
            Ok(nanoseconds) => Ok(Timeout { nanoseconds }),
            Err(raised) if raised.matches(&exceptions::TypeError) => Err(raise!(TypeError, "{wrong}")),
            Err(raised) => Err(raised),
        }
    }

    /// Of a number of seconds. `TypeError` with the message for what is no number.
    pub fn seconds(object: Option<&Object>, wrong: &str) -> Result<Timeout> {
        Timeout::of(object, NANOSECONDS, wrong)
    }

    /// Of a number of milliseconds.
    pub fn milliseconds(object: Option<&Object>, wrong: &str) -> Result<Timeout> {
        Timeout::of(object, NANOSECONDS / 1000, wrong)
    }

    pub fn is_negative(&self) -> bool {
        self.nanoseconds.is_some_and(i64::is_negative)
    }

    /// A negative time is forever. `OverflowError` for one that has too many milliseconds for the system.
    pub fn negative_is_forever(&mut self) -> Result<()> {
        if let Some(nanoseconds) = self.nanoseconds {
            if c_int::try_from(in_milliseconds(nanoseconds)).is_err() {
                bail!(OverflowError, "timeout is too large");
            }
            self.nanoseconds = Some(nanoseconds).filter(|&nanoseconds| nanoseconds >= 0);
        }
        Ok(())
    }

    /// Makes a call that waits so long, again for the rest whenever a signal interrupts it and its handler does not
    /// raise. Nothing where the time was over then. A call that does not wait keeps the GIL if nobody wants it.
    pub fn wait<T>(
        &mut self,
        mut call: impl FnMut(Option<Duration>) -> Result<T, Errno>,
    ) -> Result<Option<Result<T, Errno>>> {
        let mut left = self.nanoseconds.map(|nanoseconds| Duration::from_nanos(nanoseconds.max(0) as u64));
        let is_instant = left == Some(Duration::ZERO);
        let end = left.and_then(|left| if is_instant { None } else { Instant::now().checked_add(left) });
        loop {
            match if is_instant { system::looking(|| call(left)) } else { system::blocking(|| call(left)) } {
                Err(Errno(libc::EINTR)) => (objects::services::get().check_signals)()?,
                result => return Ok(Some(result)),
            }
            if let Some(end) = end {
                match end.checked_duration_since(Instant::now()) {
                    Some(rest) => left = Some(rest),
                    None => return Ok(None),
                }
            }
        }
    }
}

/// Rounded away from zero.
fn in_milliseconds(nanoseconds: i64) -> i64 {
    const UNIT: i64 = NANOSECONDS / 1000;
    let whole = nanoseconds / UNIT;
    whole + (nanoseconds % UNIT).signum()
}

/// A time for a call that takes milliseconds, -1 standing for forever.
pub fn for_system(left: Option<Duration>) -> c_int {
    left.map_or(-1, |left| c_int::try_from(in_milliseconds(left.as_nanos() as i64)).unwrap_or(c_int::MAX))
}
