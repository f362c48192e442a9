//! The exceptions that add a field or a way to show themselves: `StopIteration`, `SystemExit`,
//! `ImportError`, `KeyError`.

use std::mem::offset_of;

use super::base::refuse_keywords;
use super::{BaseExceptionObject, ImportErrorObject, StopIterationObject, SystemExitObject};
use crate::prelude::*;

#[methods(STOP_ITERATION)]
impl StopIterationObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        refuse_keywords(self.class(), kwargs)?;
        self.args.set(Some(args.to_ref()));
        self.value.set(Some(args.items().first().cloned().unwrap_or_else(none)));
        Ok(())
    }

    /// generator return value
    #[member(OBJECT)]
    const value: usize = offset_of!(StopIterationObject, value);
}

#[methods(SYSTEM_EXIT)]
impl SystemExitObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        refuse_keywords(self.class(), kwargs)?;
        self.args.set(Some(args.to_ref()));
        match args.items() {
            [] => {}
            [code] => self.code.set(Some(code.clone())),
            _ => self.code.set(Some(args.as_object().to_ref())),
        }
        Ok(())
    }

    /// exception code
    #[member(OBJECT)]
    const code: usize = offset_of!(SystemExitObject, code);
}

/// A table of its own: each class below has an `__init__` in its dictionary too.
#[methods(IMPORT_ERROR_INIT)]
impl ImportErrorObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        self.args.set(Some(args.to_ref()));
        let (mut name, mut path) = (None, None);
        if let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) {
            if kwargs.len() > 2 {
                bail!(TypeError, "ImportError() takes at most 2 keyword arguments ({} given)", kwargs.len());
            }
            let mut position = 0;
            while let Some((keyword, value)) = kwargs.next(&mut position) {
                let field = match keyword.downcast::<Str>() {
                    Some(keyword) if keyword.equals_text("name") => &mut name,
                    Some(keyword) if keyword.equals_text("path") => &mut path,
                    _ => bail!(
                        TypeError,
                        "'{}' is an invalid keyword argument for ImportError()",
                        keyword.str()?
                    ),
                };
                *field = Some(value);
            }
        }
        self.name.set(name);
        self.path.set(path);
        self.msg.set(match args.items() {
            [message] => Some(message.clone()),
            _ => None,
        });
        Ok(())
    }
}

#[methods(IMPORT_ERROR)]
impl ImportErrorObject {
    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        match self.msg.get().and_then(|message| message.into_type::<Str>().ok()) {
            Some(message) if message.is_exact() => Ok(message),
            _ => self.default_str(),
        }
    }

    #[method("()", name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let own = [(intern!("name"), self.name.get()), (intern!("path"), self.path.get())];
        let mut state = self.dict.get();
        if own.iter().any(|(_, value)| value.is_some()) {
            let copy = match state {
                Some(dict) => dict.copy()?,
                None => Dict::new(),
            };
            for (name, value) in &own {
                if let Some(value) = value {
                    copy.set(name, value)?;
                }
            }
            state = Some(copy);
        }
        self.reduce_with(&*self.arguments()?, state.map(Ref::into_object))
    }

    /// exception message
    #[member(OBJECT)]
    const msg: usize = offset_of!(ImportErrorObject, msg);

    /// module name
    #[member(OBJECT)]
    const name: usize = offset_of!(ImportErrorObject, name);

    /// module path
    #[member(OBJECT)]
    const path: usize = offset_of!(ImportErrorObject, path);
}

/// `KeyError`'s own behaviour; its instances are plain.
pub struct KeyErrorMethods;

/// A lone key is shown by its `repr`, so that an empty string is seen.
#[methods(KEY_ERROR)]
impl KeyErrorMethods {
    #[slot(tp_str)]
    extern "C" fn str(object: &Object) -> Result<Ref> {
        // SAFETY: the slot of KeyError: its instances are exceptions.
        let exception: &BaseExceptionObject = unsafe { object.cast() };
        let args = exception.arguments()?;
        match args.items() {
            [key] => key.repr().map(Ref::into_object),
            _ => exception.default_str().map(Ref::into_object),
        }
    }
}
