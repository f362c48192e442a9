//! What `bytes` and `bytearray` have in common.

mod methods;
pub mod operations;

pub(crate) use methods::{BYTEARRAY_METHODS, BYTES_METHODS};

use crate::prelude::*;

/// `bytes` or `bytearray`.
pub trait ByteString: Layout {
    /// Lends the content to a function, which runs no Python code.
    fn with<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R;

    /// A new object of the plain type.
    fn make(content: &[u8]) -> Result<Ref<Self>>;

    /// What a method gives whose result is the content as it is: the object itself where that is immutable.
    fn unchanged(&self) -> Result<Ref<Self>>;
}

impl ByteString for Bytes {
    #[inline]
    fn with<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R {
        action(self.as_bytes())
    }

    #[inline]
    fn make(content: &[u8]) -> Result<Ref<Bytes>> {
        Bytes::try_new(content)
    }

    fn unchanged(&self) -> Result<Ref<Bytes>> {
        match self.is_exact() {
            true => Ok(self.to_ref()),
            false => Bytes::try_new(self.as_bytes()),
        }
    }
}

/// With `-b`: comparing bytes with text or numbers is suspicious.
pub fn warn_of_comparison(other: &Object, op: CompareOp) -> Result<()> {
    if (crate::services::get().bytes_warning)() == 0 || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(());
    }
    if other.downcast::<Str>().is_some() {
        crate::services::warn(&exceptions::BytesWarning, "Comparison between bytes and string", 1)?;
    } else if other.downcast::<Int>().is_some() {
        crate::services::warn(&exceptions::BytesWarning, "Comparison between bytes and int", 1)?;
    }
    Ok(())
}
