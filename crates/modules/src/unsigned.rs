//! C's `unsigned long long` from an object: the widest number without a sign.

use objects::prelude::*;

/// An integer from 0 to 2**64 - 1. `TypeError` for anything but an int, `OverflowError` for another one.
pub fn number(value: &Object) -> Result<u64> {
    let Some(value) = value.downcast::<Int>() else { bail!(TypeError, "an integer is required") };
    if value.is_negative() {
        bail!(OverflowError, "can't convert negative int to unsigned");
    }
    value.to_u64().ok_or_else(|| raise!(OverflowError, "int too big to convert"))
}
