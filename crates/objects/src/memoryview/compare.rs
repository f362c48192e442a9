//! Equality of views: of shape, and of the values of items.

use super::items::{native_format, unpack};
use super::storage::MemoryView;
use crate::prelude::*;

/// How a view's items become values.
enum Reader {
    Native(char),
    /// `struct.Struct(format).unpack`, for formats of more than one native type.
    Struct(Ref),
}

impl Reader {
    /// The reader for a format; none for one that `struct` does not know.
    fn new(format: &str) -> Result<Option<Reader>> {
        if let Some((letter, _)) = native_format(format) {
            return Ok(Some(Reader::Native(letter)));
        }
        let module = crate::services::import("struct")?;
        let error = module.get_attr(intern!("error"))?;
        let made = module.get_attr(intern!("Struct"))?.call1(&*Str::try_new(format)?);
        match made {
            Ok(structure) => structure.get_attr(intern!("unpack")).map(|unpack| Some(Reader::Struct(unpack))),
            Err(raised) if error.downcast::<Type>().is_some_and(|error| raised.matches(error)) => {
                raised.clear();
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    fn value(&self, item: &[u8]) -> Result<Ref> {
        match self {
            Reader::Native(letter) => unpack(*letter, item),
            Reader::Struct(unpack) => unpack.call1(&*Bytes::try_new(item)?),
        }
    }
}

/// Whether items of the format are equal just where their bytes are.
fn compares_by_bytes(format: &str) -> bool {
    native_format(format).is_some_and(|(letter, _)| !matches!(letter, 'f' | 'd' | '?'))
}

impl MemoryView {
    /// Whether two views have the same shape and equal items.
    pub(super) fn same_items(&self, other: &MemoryView) -> Result<bool> {
        let (a, b) = (self.view(), other.view());
        if a.shape() != b.shape() {
            return Ok(false);
        }
        let plain = |format: &str| format.trim_start_matches('@').to_owned();
        if plain(self.format()) == plain(other.format()) && compares_by_bytes(self.format()) {
            return Ok(self.copy_items(false) == other.copy_items(false));
        }
        let (Some(left), Some(right)) = (Reader::new(self.format())?, Reader::new(other.format())?) else {
            return Ok(false);
        };
        let (first, second) = (self.copy_items(false), other.copy_items(false));
        let items = first.chunks(a.itemsize.max(1) as usize).zip(second.chunks(b.itemsize.max(1) as usize));
        for (x, y) in items {
            if !left.value(x)?.compare(&*right.value(y)?, CompareOp::Eq)?.is_true()? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
