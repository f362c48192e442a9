//! What stands for a path in the file system (PEP 519).

use crate::prelude::*;

impl Object {
    /// What a path is in the end.
    pub fn is_text_or_bytes(&self) -> bool {
        self.downcast::<Str>().is_some() || self.downcast::<Bytes>().is_some()
    }

    /// `os.fspath(self)`: text and bytes as they are, else what `__fspath__` gives. Raises `TypeError` for what is no path.
    pub fn fs_path(&self) -> Result<Ref> {
        self.fs_path_opt()?.ok_or_else(|| {
            let class = self.class().short_name();
            raise!(TypeError, "expected str, bytes or os.PathLike object, not {class}")
        })
    }

    /// As `fs_path`, but none for what is no path.
    pub fn fs_path_opt(&self) -> Result<Option<Ref>> {
        if self.is_text_or_bytes() {
            return Ok(Some(self.to_ref()));
        }
        let Some(method) = self.lookup_special(intern!("__fspath__"))? else {
            return Ok(None);
        };
        let given = method.call0()?;
        if given.is_text_or_bytes() {
            return Ok(Some(given));
        }
        let (class, wrong) = (self.class().short_name(), given.class().short_name());
        Err(raise!(TypeError, "expected {class}.__fspath__() to return str or bytes, not {wrong}"))
    }
}
