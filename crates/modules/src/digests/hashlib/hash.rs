//! `HASH` and `HASHXOF`.

use objects::prelude::*;

use crate::digests::hash::{self, Hash, hexadecimal};

/// A hash is an object used to calculate a checksum of a string of information.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest() -- return the current digest value
/// hexdigest() -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
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

/// A hash is an object used to calculate a checksum of a string of information.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest(length) -- return the current digest value
/// hexdigest(length) -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
#[class(name = "HASHXOF", module = "_hashlib", flags = BASETYPE, base = HASH, layout = Hash)]
impl HashXof {
    /// Return the digest value, of so many bytes, as a bytes object.
    #[method("(length)")]
    fn digest(&self, length: isize) -> Result<Ref<Bytes>> {
        self.extended(checked_length(length)?)
    }

    /// Return the digest value, of so many bytes, as a string of hexadecimal digits.
    #[method("(length)")]
    fn hexdigest(&self, length: isize) -> Result<Ref<Str>> {
        hexadecimal(self.extended(checked_length(length)?)?.as_bytes())
    }
}
