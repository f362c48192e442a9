//! The attributes of `function`.

use std::mem::offset_of;

use objects::cell::Cell as CellObject;
use objects::prelude::*;

use super::Function;
use crate::code::Code;

#[methods(ATTRIBUTES)]
impl Function {
    #[member(OBJECT, readonly, read_restricted)]
    const __closure__: usize = offset_of!(Function, closure);
    #[member(OBJECT)]
    const __doc__: usize = offset_of!(Function, doc);
    #[member(OBJECT, readonly, read_restricted)]
    const __globals__: usize = offset_of!(Function, globals);
    #[member(OBJECT)]
    const __module__: usize = offset_of!(Function, module);

    #[getter(name = "__code__")]
    fn get_code(&self) -> Result<Ref<Code>> {
        (objects::services::get().audit)("object.__getattr__", &[self, intern!("__code__")])?;
        Ok(self.code().to_ref())
    }

    #[setter(name = "__code__")]
    fn set_code(&self, value: Option<&Object>) -> Result<()> {
        let Some(code) = value.and_then(Object::downcast::<Code>) else {
            bail!(TypeError, "__code__ must be set to a code object");
        };
        (objects::services::get().audit)("object.__setattr__", &[self, intern!("__code__"), code])?;
        let wanted = code.freevars.items().len();
        let cells = self.closure.get().map_or(0, |closure| closure.items().len());
        if wanted != cells {
            bail!(
                ValueError,
                "{}() requires a code object with {cells} free vars, not {wanted}",
                self.name()
            );
        }
        self.code.set(Some(code.to_ref()));
        Ok(())
    }

    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[setter(name = "__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        match value.and_then(Object::downcast::<Str>) {
            Some(name) => self.name.set(Some(name.to_ref())),
            None => bail!(TypeError, "__name__ must be set to a string object"),
        }
        Ok(())
    }

    #[getter(name = "__qualname__")]
    fn get_qualname(&self) -> Ref<Str> {
        self.qualname()
    }

    #[setter(name = "__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        match value.and_then(Object::downcast::<Str>) {
            Some(name) => self.qualname.set(Some(name.to_ref())),
            None => bail!(TypeError, "__qualname__ must be set to a string object"),
        }
        Ok(())
    }

    #[getter(name = "__defaults__")]
    fn get_defaults(&self) -> Result<Option<Ref<Tuple>>> {
        (objects::services::get().audit)("object.__getattr__", &[self, intern!("__defaults__")])?;
        Ok(self.defaults.get())
    }

    #[setter(name = "__defaults__")]
    fn set_defaults(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value.filter(|value| !value.is_none()) else {
            (objects::services::get().audit)("object.__delattr__", &[self, intern!("__defaults__")])?;
            self.defaults.set(None);
            return Ok(());
        };
        let Some(defaults) = value.downcast::<Tuple>() else {
            bail!(TypeError, "__defaults__ must be set to a tuple object");
        };
        (objects::services::get().audit)("object.__setattr__", &[self, intern!("__defaults__"), defaults])?;
        self.defaults.set(Some(defaults.to_ref()));
        Ok(())
    }

    #[getter(name = "__kwdefaults__")]
    fn get_kwdefaults(&self) -> Result<Option<Ref<Dict>>> {
        (objects::services::get().audit)("object.__getattr__", &[self, intern!("__kwdefaults__")])?;
        Ok(self.kwdefaults.get())
    }

    #[setter(name = "__kwdefaults__")]
    fn set_kwdefaults(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value.filter(|value| !value.is_none()) else {
            (objects::services::get().audit)("object.__delattr__", &[self, intern!("__kwdefaults__")])?;
            self.kwdefaults.set(None);
            return Ok(());
        };
        let Some(defaults) = value.downcast::<Dict>() else {
            bail!(TypeError, "__kwdefaults__ must be set to a dict object");
        };
        (objects::services::get().audit)("object.__setattr__", &[self, intern!("__kwdefaults__"), defaults])?;
        self.kwdefaults.set(Some(defaults.to_ref()));
        Ok(())
    }

    #[getter(name = "__annotations__")]
    fn get_annotations(&self) -> Ref<Dict> {
        match self.annotations.get() {
            Some(annotations) => annotations,
            None => {
                let annotations = Dict::new();
                self.annotations.set(Some(annotations.clone()));
                annotations
            }
        }
    }

    #[setter(name = "__annotations__")]
    fn set_annotations(&self, value: Option<&Object>) -> Result<()> {
        match value.filter(|value| !value.is_none()) {
            None => self.annotations.set(None),
            Some(value) => match value.downcast::<Dict>() {
                Some(annotations) => self.annotations.set(Some(annotations.to_ref())),
                None => bail!(TypeError, "__annotations__ must be set to a dict object"),
            },
        }
        Ok(())
    }

    #[getter(name = "__dict__")]
    fn get_dict(&self) -> Ref<Dict> {
        match self.dict.get() {
            Some(dict) => dict,
            None => {
                let dict = Dict::new();
                self.dict.set(Some(dict.clone()));
                dict
            }
        }
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { bail!(TypeError, "cannot delete __dict__") };
        match value.downcast::<Dict>() {
            Some(dict) => self.dict.set(Some(dict.to_ref())),
            None => {
                bail!(TypeError, "__dict__ must be set to a dictionary, not a '{}'", value.class().name())
            }
        }
        Ok(())
    }
}

/// The closure given to `function(..)`, which has to fit the code.
pub(super) fn checked_closure(code: &Code, closure: Option<&Object>) -> Result<Option<Ref<Tuple>>> {
    let wanted = code.freevars.items().len();
    let closure = closure.unwrap_or(none_object());
    let Some(cells) = closure.downcast::<Tuple>() else {
        if wanted > 0 {
            bail!(TypeError, "arg 5 (closure) must be tuple");
        }
        if !closure.is_none() {
            bail!(TypeError, "arg 5 (closure) must be None or tuple");
        }
        return Ok(None);
    };
    let given = cells.items().len();
    if wanted != given {
        bail!(ValueError, "{} requires closure of length {wanted}, not {given}", code.name);
    }
    for cell in cells.items() {
        if cell.downcast::<CellObject>().is_none() {
            bail!(TypeError, "arg 5 (closure) expected cell, found {}", cell.class().name());
        }
    }
    Ok((wanted > 0).then(|| cells.to_ref()))
}
