//! Comparing secrets: `compare_digest` of `_operator` and `_hashlib`.

use objects::buffer::request;
use objects::prelude::*;

/// Whether two strings of ASCII text, or two objects that lend bytes, have the same content. `TypeError` for others.
pub fn compare(a: &Object, b: &Object) -> Result<bool> {
    if let (Some(a), Some(b)) = (a.downcast::<Str>(), b.downcast::<Str>()) {
        return match (a.as_ascii(), b.as_ascii()) {
            (Some(a), Some(b)) => Ok(is_equal(a.as_bytes(), b.as_bytes())),
            _ => Err(raise!(TypeError, "comparing strings with non-ASCII characters is not supported")),
        };
    }
    if !a.has_buffer() && !b.has_buffer() {
        let (a, b) = (a.class().name(), b.class().name());
        bail!(TypeError, "unsupported operand types(s) or combination of types: '{a}' and '{b}'");
    }
    let a = a.get_buffer(request::SIMPLE)?;
    let b = b.get_buffer(request::SIMPLE)?;
    Ok(is_equal(a.bytes(), b.bytes()))
}

/// Compares all of the second argument, whatever the first is.
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    let (reference, start) = if a.len() == b.len() { (a, 0) } else { (b, 1) };
    let difference = reference.iter().zip(b).fold(start, |difference, (a, b)| difference | (a ^ b));
    std::hint::black_box(difference) == 0
}
