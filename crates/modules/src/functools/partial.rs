//! `functools.partial`: a function with some of its arguments given.

use std::cell::Cell;
use std::fmt::Write;
use std::mem::offset_of;

use objects::prelude::*;
use objects::protocol::ReprGuard;
use objects::str::StrBuilder;
use objects::vectorcall::{self, VectorArguments, Vectorcall};

/// `partialobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Partial {
    base: Object,
    function: Field,
    arguments: Field<Tuple>,
    keywords: Field<Dict>,
    dict: Field<Dict>,
    #[trace(skip)]
    weakrefs: Cell<*mut Object>,
    #[trace(skip)]
    vectorcall: Cell<Option<VectorcallFunc>>,
}

/// The parts of a partial function.
struct Parts {
    function: Ref,
    arguments: Ref<Tuple>,
    keywords: Ref<Dict>,
}

impl Partial {
    fn parts(&self) -> Result<Parts> {
        match (self.function.get(), self.arguments.get(), self.keywords.get()) {
            (Some(function), Some(arguments), Some(keywords)) => Ok(Parts { function, arguments, keywords }),
            _ => Err(raise!(SystemError, "a partial object without a function")),
        }
    }

    /// The own keywords and further ones, which take precedence.
    fn merged(own: &Dict, further: Option<&Dict>) -> Result<Ref<Dict>> {
        let merged = own.copy()?;
        if let Some(further) = further {
            merged.update(further)?;
        }
        Ok(merged)
    }
}

impl Vectorcall for Partial {
    /// Without keywords of its own, nothing but a slice is made.
    fn vectorcall(&self, given: VectorArguments) -> Result<Ref> {
        let parts = self.parts()?;
        if parts.keywords.is_empty() {
            if parts.arguments.items().is_empty() {
                return given.pass_to(&parts.function);
            }
            let all: Vec<&Object> = parts.arguments.as_slice().iter().chain(given.all()).copied().collect();
            return match given.names() {
                Some(names) => parts.function.call_keywords(&all, names),
                None => parts.function.call(&all),
            };
        }
        let (positional, named) = given.split();
        let keywords = parts.keywords.copy()?;
        if let Some(names) = given.names() {
            for (name, value) in names.items().iter().zip(named) {
                keywords.set(name, value)?;
            }
        }
        let all = parts.arguments.as_slice().iter().chain(positional).map(|argument| argument.to_ref());
        parts.function.call_dict(&*Tuple::new(all.collect::<Vec<_>>())?, Some(&keywords))
    }
}

/// partial(func, *args, **keywords)
/// A callable that calls func with these arguments and with its own, which come
/// behind the positional ones and replace keywords of the same name.
#[class(
    name = "partial",
    module = "functools",
    flags = BASETYPE,
    dict_offset = offset_of!(Partial, dict),
    weaklist_offset = offset_of!(Partial, weakrefs),
    vectorcall_offset = offset_of!(Partial, vectorcall),
    generic_getattro,
    generic_setattro,
)]
impl Partial {
    /// The callable that each call is passed on to.
    #[member(OBJECT, readonly)]
    const func: usize = offset_of!(Partial, function);

    /// The positional arguments put in front of those of a call.
    #[member(OBJECT, readonly)]
    const args: usize = offset_of!(Partial, arguments);

    /// The keyword arguments of each call, unless the call gives its own.
    #[member(OBJECT, readonly)]
    const keywords: usize = offset_of!(Partial, keywords);

    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<Partial>> {
        let [function, rest @ ..] = arguments.items() else {
            bail!(TypeError, "type 'partial' takes at least one argument");
        };
        if !function.is_callable() {
            bail!(TypeError, "the first argument must be callable");
        }
        // A partial function of a partial function is flattened, unless one of them is more than that.
        let inner = function.downcast_exact::<Partial>().filter(|inner| inner.dict.is_null());
        let (function, arguments, keywords) = match inner {
            None => {
                let keywords = keywords.map_or_else(|| Ok(Dict::new()), Dict::copy)?;
                (function.clone(), Tuple::new(rest.to_vec())?, keywords)
            }
            Some(inner) => {
                let parts = inner.parts()?;
                let arguments = [parts.arguments.items(), rest].concat();
                (parts.function, Tuple::new(arguments)?, Partial::merged(&parts.keywords, keywords)?)
            }
        };
        let value = Partial {
            base: Object::header(),
            function: Field::new(Some(function)),
            arguments: Field::new(Some(arguments)),
            keywords: Field::new(Some(keywords)),
            dict: Field::null(),
            weakrefs: Cell::new(std::ptr::null_mut()),
            vectorcall: Cell::new(Some(vectorcall::entry::<Partial>)),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let parts = self.parts()?;
        let all = [parts.arguments.items(), arguments.items()].concat();
        let keywords = Partial::merged(&parts.keywords, keywords)?;
        let all = Tuple::new(all)?;
        parts.function.call_dict(&all, Some(&keywords))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(_guard) = ReprGuard::enter(self) else { return Ok(Str::new("...")) };
        let parts = self.parts()?;
        let mut shown = StrBuilder::new();
        write!(shown, "{}({}", self.class().name(), parts.function.repr()?).ok();
        for argument in parts.arguments.items() {
            write!(shown, ", {}", argument.repr()?).ok();
        }
        let mut position = 0;
        while let Some((name, value)) = parts.keywords.next(&mut position) {
            write!(shown, ", {}={}", name.str()?, value.repr()?).ok();
        }
        shown.push_str(")");
        shown.finish()
    }

    #[getter]
    fn __dict__(&self) -> Result<Ref> {
        objects::protocol::get_dict(self)
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        objects::protocol::set_dict(self, value)
    }

    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        let Parts { function, arguments, keywords } = self.parts()?;
        let state = (function.clone(), arguments, keywords, self.dict.get());
        (self.class(), (function,), state).into_object()
    }

    #[method("(state, /)", no_text_signature)]
    fn __setstate__(&self, state: &Object) -> Result<()> {
        let invalid = || raise!(TypeError, "invalid partial state");
        let Some(state) = state.downcast::<Tuple>() else { return Err(invalid()) };
        let [function, arguments, keywords, dict] = state.items() else { return Err(invalid()) };
        let Some(arguments) = arguments.downcast::<Tuple>().filter(|_| function.is_callable()) else {
            return Err(invalid());
        };
        let keywords = match keywords.downcast::<Dict>() {
            Some(keywords) if keywords.downcast_exact::<Dict>().is_some() => keywords.to_ref(),
            Some(keywords) => keywords.copy()?,
            None if keywords.is_none() => Dict::new(),
            None => return Err(invalid()),
        };
        let arguments = match arguments.downcast_exact::<Tuple>() {
            Some(arguments) => arguments.to_ref(),
            None => Tuple::new(arguments.items().to_vec())?,
        };
        let dict = match dict.downcast::<Dict>() {
            Some(dict) => Some(dict.to_ref()),
            None if dict.is_none() => None,
            None => return Err(invalid()),
        };
        self.function.set(Some(function.clone()));
        self.arguments.set(Some(arguments));
        self.keywords.set(Some(keywords));
        self.dict.set(dict);
        Ok(())
    }

    /// See PEP 585
    #[classmethod("(item, /)", no_text_signature)]
    fn __class_getitem__(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }
}
