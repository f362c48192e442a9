//! What stands for a path in the file system (PEP 519).

use crate::prelude::*;

impl Object {
    /// `os.fspath(self)`: text and bytes as they are, else what `__fspath__` gives. Raises `TypeError` for what is no path.
    pub fn fs_path(&self) -> Result<Ref> {
        let is_path =
            |object: &Object| object.downcast::<Str>().is_some() || object.downcast::<Bytes>().is_some();
        if is_path(self) {
            return Ok(self.to_ref());
        }
        let class = self.class().short_name();
        let Some(method) = self.lookup_special(intern!("__fspath__"))? else {
            bail!(TypeError, "expected str, bytes or os.PathLike object, not {class}");
        };
        let given = method.call0()?;
        match is_path(&given) {
            true => Ok(given),
            false => {
                let wrong = given.class().short_name();
                Err(raise!(TypeError, "expected {class}.__fspath__() to return str or bytes, not {wrong}"))
            }
        }
    }
}
