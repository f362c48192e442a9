//! `repr`, `str`, `ascii`, `format`, and names for messages.

use super::enter_call;
use crate::prelude::*;

impl Object {
    /// `repr(self)`.
    pub fn repr(&self) -> Result<Ref<Str>> {
        let Some(repr) = self.class().tp_repr.get() else { return Ok(self.default_repr()) };
        let _guard = enter_call(" while getting the repr of an object")?;
        repr(self)?.into_type::<Str>().map_err(|other| {
            raise!(TypeError, "__repr__ returned non-string (type {})", other.class().name())
        })
    }

    /// `str(self)`.
    pub fn str(&self) -> Result<Ref<Str>> {
        if let Some(text) = self.downcast_exact::<Str>() {
            return Ok(text.to_ref());
        }
        let Some(str) = self.class().tp_str.get() else { return self.repr() };
        let _guard = enter_call(" while getting the str of an object")?;
        str(self)?
            .into_type::<Str>()
            .map_err(|other| raise!(TypeError, "__str__ returned non-string (type {})", other.class().name()))
    }

    /// `<module.name object at 0x…>`: what `object.__repr__` gives where no more is known.
    pub fn default_repr(&self) -> Ref<Str> {
        Str::new(&format!("<{} object at {:p}>", self.class().name(), self))
    }

    /// The `repr` for a message about something else: any exception it raises is dropped.
    pub fn repr_lossy(&self) -> String {
        match self.repr() {
            Ok(text) => text.to_string(),
            Err(raised) => {
                raised.clear();
                self.default_repr().to_string()
            }
        }
    }

    /// `format(self, spec)`; no spec is the empty one.
    pub fn format(&self, spec: Option<&Str>) -> Result<Ref<Str>> {
        if spec.is_none_or(|spec| spec.len() == 0) {
            if let Some(text) = self.downcast_exact::<Str>() {
                return Ok(text.to_ref());
            }
            if std::ptr::eq(self.class(), Int::class()) {
                return self.str();
            }
        }
        let empty = intern!("");
        let spec = spec.unwrap_or(empty);
        let Some(method) = self.lookup_special(intern!("__format__"))? else {
            bail!(TypeError, "Type {} doesn't define __format__", self.class().name());
        };
        method
            .call(&[spec])?
            .into_type::<Str>()
            .map_err(|other| raise!(TypeError, "__format__ must return a str, not {}", other.class().name()))
    }
}
