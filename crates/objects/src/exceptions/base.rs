//! `BaseException`: what all exceptions have.

use std::mem::offset_of;

use super::BaseExceptionObject;
use crate::prelude::*;

/// An instance with its arguments. What its class's structure has besides is null until `__init__` fills it.
pub fn new_exception(class: &Type, args: &Tuple) -> Result<Ref> {
    let exception = BaseExceptionObject {
        base: Object::header(),
        dict: Field::null(),
        args: Field::new(Some(args.to_ref())),
        traceback: Field::null(),
        context: Field::null(),
        cause: Field::null(),
        suppress_context: std::cell::Cell::new(0),
    };
    Ref::new_in(class, exception).map(Ref::into_object)
}

/// Refuses keyword arguments, by the name of the instance's class.
pub fn refuse_keywords(class: &Type, keywords: Option<&Dict>) -> Result<()> {
    match keywords.is_some_and(|keywords| !keywords.is_empty()) {
        true => Err(raise!(TypeError, "{}() takes no keyword arguments", class.name())),
        false => Ok(()),
    }
}

impl BaseExceptionObject {
    /// `args`, empty where the instance was never initialised.
    pub fn arguments(&self) -> Result<Ref<Tuple>> {
        match self.args.get() {
            Some(args) => Ok(args),
            None => Tuple::new([]),
        }
    }

    /// The default text: nothing, the one argument, or all of them as a tuple.
    pub fn default_str(&self) -> Result<Ref<Str>> {
        let args = self.arguments()?;
        match args.items() {
            [] => Ok(Str::empty()),
            [single] => single.str(),
            _ => args.as_object().str(),
        }
    }

    /// The class and what rebuilds the instance: `args`, and the dictionary where it has content.
    pub fn reduce_with(&self, args: &Tuple, state: Option<Ref>) -> Result<Ref<Tuple>> {
        let mut parts = vec![self.class().to_ref().into_object(), args.to_ref().into_object()];
        parts.extend(state);
        Tuple::new(parts)
    }
}

/// `None` or an exception, for `__cause__` and `__context__`.
fn checked_exception(value: Option<&Object>, attribute: &str) -> Result<Option<Ref>> {
    let Some(value) = value else {
        bail!(TypeError, "__{attribute}__ may not be deleted");
    };
    if value.is_none() {
        return Ok(None);
    }
    if !value.class().has_flags(flags::EXCEPTION_SUBCLASS) {
        bail!(TypeError, "exception {attribute} must be None or derive from BaseException");
    }
    Ok(Some(value.to_ref()))
}

/// The one `tp_new` of all exception classes but those of the operating system's errors: a class in C
/// below several of them can be made by any one's `__new__`.
#[methods(NEW)]
impl BaseExceptionObject {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref> {
        new_exception(class, args)
    }
}

#[methods(INIT)]
impl BaseExceptionObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        refuse_keywords(self.class(), kwargs)?;
        self.args.set(Some(args.to_ref()));
        Ok(())
    }
}

#[methods(BASE_EXCEPTION, generic_getattro, generic_setattro)]
impl BaseExceptionObject {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let args = self.arguments()?;
        let name = self.class().short_name();
        let mut text = crate::str::StrBuilder::with_capacity(name.len() + 16);
        text.push_str(name);
        match args.items() {
            [single] => {
                text.push_str("(");
                text.push_string(&*single.repr()?);
                text.push_str(")");
            }
            _ => text.push_string(&*args.as_object().repr()?),
        }
        text.finish()
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        self.default_str()
    }

    #[method("()", name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let state = self.dict.get().map(Ref::into_object);
        self.reduce_with(&*self.arguments()?, state)
    }

    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        if state.is_none() {
            return Ok(());
        }
        let Some(state) = state.downcast::<Dict>() else {
            bail!(TypeError, "state is not a dictionary");
        };
        let mut position = 0;
        while let Some((name, value)) = state.next(&mut position) {
            let Some(name) = name.downcast::<Str>() else {
                bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
            };
            self.set_attr(name, &value)?;
        }
        Ok(())
    }

    /// Exception.with_traceback(tb) --
    ///     sets self.__traceback__ to tb and gives self.
    #[method("(tb, /)", no_text_signature)]
    fn with_traceback(&self, tb: &Object) -> Result<Ref> {
        self.set_traceback(Some(tb))?;
        Ok(self.as_object().to_ref())
    }

    #[member(BOOL)]
    const __suppress_context__: usize = offset_of!(BaseExceptionObject, suppress_context);

    #[getter(name = "__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        crate::protocol::get_dict(self)
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        crate::protocol::set_dict(self, value)
    }

    #[getter(name = "args")]
    fn get_args(&self) -> Option<Ref<Tuple>> {
        self.args.get()
    }

    #[setter(name = "args")]
    fn set_args(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            bail!(TypeError, "args may not be deleted");
        };
        self.args.set(Some(value.collect_tuple()?));
        Ok(())
    }

    #[getter(name = "__traceback__")]
    fn get_traceback(&self) -> Option<Ref> {
        self.traceback.get()
    }

    #[setter(name = "__traceback__")]
    fn set_traceback(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            bail!(TypeError, "__traceback__ may not be deleted");
        };
        if !value.is_none() && !(crate::services::get().is_traceback)(value) {
            bail!(TypeError, "__traceback__ must be a traceback or None");
        }
        self.traceback.set((!value.is_none()).then(|| value.to_ref()));
        Ok(())
    }

    #[getter(name = "__context__")]
    fn get_context(&self) -> Option<Ref> {
        self.context.get()
    }

    #[setter(name = "__context__")]
    fn set_context(&self, value: Option<&Object>) -> Result<()> {
        self.context.set(checked_exception(value, "context")?);
        Ok(())
    }

    #[getter(name = "__cause__")]
    fn get_cause(&self) -> Option<Ref> {
        self.cause.get()
    }

    #[setter(name = "__cause__")]
    fn set_cause(&self, value: Option<&Object>) -> Result<()> {
        self.cause.set(checked_exception(value, "cause")?);
        self.suppress_context.set(1);
        Ok(())
    }
}
