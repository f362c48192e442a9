//! Text streams over streams of bytes.

mod cookie;
mod decoder;
mod encoder;
pub mod newlines;
mod position;
mod wrapper;

use objects::prelude::*;

pub use wrapper::{LineEnds, TEXT_IO_WRAPPER};

/// Marks a stream whose `repr` is being made. `RuntimeError` where it is being made already.
pub fn enter_repr(object: &Object) -> Result<objects::protocol::ReprGuard> {
    objects::protocol::ReprGuard::enter(object)
        .ok_or_else(|| raise!(RuntimeError, "reentrant call inside {}.__repr__", object.class().name()))
}
