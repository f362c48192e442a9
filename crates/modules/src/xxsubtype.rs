//! `xxsubtype`: classes that derive from built-in ones, as an example and for tests.

use std::cell::Cell;

use objects::arguments::Keywords;
use objects::dict::DICT;
use objects::list::LIST;
use objects::prelude::*;

/// A list with a number.
#[repr(C)]
#[derive(Trace)]
pub struct SpamList {
    base: List,
    #[trace(skip)]
    state: Cell<i32>,
}

/// A dictionary with a number.
#[repr(C)]
#[derive(Trace)]
pub struct SpamDict {
    base: Dict,
    #[trace(skip)]
    state: Cell<i32>,
}

/// What the methods for classes and without a receiver give: all they were called with.
fn told(receiver: Ref, args: &[&Object], kwargs: Keywords) -> Result<Ref<Tuple>> {
    let arguments = Tuple::new(args.iter().map(|argument| argument.to_ref()))?;
    let keywords = kwargs.to_dict()?;
    let keywords = if keywords.is_empty() { none() } else { keywords.into_object() };
    Tuple::new([receiver, arguments.into_object(), keywords])
}

/// `__init__` of the base class.
fn initialize_as(base: &Type, object: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
    let mut arguments = vec![object.to_ref()];
    arguments.extend(args.as_slice().iter().map(|argument| argument.to_ref()));
    let arguments = Tuple::new(arguments)?;
    base.get_attr(intern!("__init__"))?.call_dict(&arguments, kwargs).map(drop)
}

#[class(name = "spamlist", module = "xxsubtype", static_ = SPAM_LIST, layout = List, base = LIST, flags = BASETYPE)]
impl SpamList {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        initialize_as(&LIST, self, args, kwargs)?;
        self.state.set(0);
        Ok(())
    }

    /// getstate() -> state
    #[method("()", no_text_signature)]
    fn getstate(&self) -> i32 {
        self.state.get()
    }

    /// setstate(state)
    #[method("(state, /)", no_text_signature)]
    fn setstate(&self, state: i32) {
        self.state.set(state);
    }

    /// classmeth(*args, **kw)
    #[classmethod("(*args, **kw)", no_text_signature)]
    fn classmeth(class: &Type, args: &[&Object], kw: Keywords) -> Result<Ref<Tuple>> {
        told(class.to_ref().into_object(), args, kw)
    }

    /// staticmeth(*args, **kw)
    #[staticmethod("(*args, **kw)", no_text_signature)]
    fn staticmeth(args: &[&Object], kw: Keywords) -> Result<Ref<Tuple>> {
        told(none(), args, kw)
    }

    /// the number that setstate() stores
    #[getter]
    fn state(&self) -> i32 {
        self.state.get()
    }
}

#[class(name = "spamdict", module = "xxsubtype", static_ = SPAM_DICT, layout = Dict, base = DICT, flags = BASETYPE)]
impl SpamDict {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        initialize_as(&DICT, self, args, kwargs)?;
        self.state.set(0);
        Ok(())
    }

    /// getstate() -> state
    #[method("()", no_text_signature)]
    fn getstate(&self) -> i32 {
        self.state.get()
    }

    /// setstate(state)
    #[method("(state, /)", no_text_signature)]
    fn setstate(&self, state: i32) {
        self.state.set(state);
    }

    /// the number that setstate() stores
    #[member(INT, readonly)]
    const state: usize = std::mem::offset_of!(SpamDict, state);
}

/// xxsubtype is an example module: how built-in types are extended in native code.
///
/// The tests of the standard library use it.
#[module(name = "xxsubtype", classes = [super::SPAM_LIST, super::SPAM_DICT])]
pub mod module {
    use super::*;

    /// How many seconds it takes to look an attribute up, n times.
    #[function("(obj, name, n=1000, /)", no_text_signature)]
    fn bench(obj: &Object, name: &Str, n: Option<i32>) -> Result<f64> {
        let begin = std::time::Instant::now();
        for _ in 0..n.unwrap_or(1000) {
            obj.get_attr(name)?;
        }
        Ok(begin.elapsed().as_secs_f64())
    }
}
