//! `HASH` and `HASHXOF`.

use objects::prelude::*;

use crate::digests::hash::{self, Hash, hexadecimal};

/// A hash being computed, as hashlib.new() and its like make it.
///
/// update() takes more data. digest() gives the digest of the data so far as
/// bytes, hexdigest() as text of hexadecimal digits. copy() makes a hash of
/// its own that goes on from here.
///
/// name is the algorithm's, digest_size and block_size are numbers of bytes.
#[class(name = "HASH", module = "_hashlib", flags = BASETYPE, include = [hash::COMMON, hash::FIXED])]
impl Hash {
    #[slot(tp_new)]
    fn refuse(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "cannot create '{}' instances", class.short_name()))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<{} {} object @ {:p}>", self.state().name(), self.class().name(), self.as_ptr())
    }
}

/// `_hashlib.HASHXOF`.
#[repr(C)]
pub struct HashXof {
    base: Hash,
}

fn checked_length(length: isize) -> Result<usize> {
    usize::try_from(length)
        .map_err(|_| raise!(SystemError, "Negative size passed to PyBytes_FromStringAndSize"))
}

/// A hash being computed, of an algorithm whose digests may have any length.
///
/// update() takes more data. digest(length) gives so many bytes for the data so
/// far, hexdigest(length) the same as text of hexadecimal digits. copy() makes a
/// hash of its own that goes on from here.
///
/// name is the algorithm's, block_size a number of bytes, and digest_size 0.
#[class(name = "HASHXOF", module = "_hashlib", flags = BASETYPE, base = HASH, layout = Hash)]
impl HashXof {
    /// So many bytes of the output for all data so far.
    #[method("(length)")]
    fn digest(&self, length: isize) -> Result<Ref<Bytes>> {
        self.extended(checked_length(length)?)
    }

    /// So many bytes of the output for all data so far, as text of two hexadecimal digits each.
    #[method("(length)")]
    fn hexdigest(&self, length: isize) -> Result<Ref<Str>> {
        hexadecimal(self.extended(checked_length(length)?)?.as_bytes())
    }
}
