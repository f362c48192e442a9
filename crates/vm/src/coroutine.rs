//! `coroutine` and its `__await__` (PEP 492).

use std::mem::offset_of;

use bytecode::flags as code_flags;
use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::frame::Frame;
use crate::generator::{self, Generator};

/// `PyCoroObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Coroutine {
    base: Generator,
    /// Where it was made, if `sys.set_coroutine_origin_tracking_depth` asks for that.
    origin: Field,
}

impl Coroutine {
    pub fn new(frame: Ref<Frame>, name: Ref<Str>, qualname: Ref<Str>) -> Result<Ref<Coroutine>> {
        let thread = ThreadState::current();
        let origin = match thread.coroutine_origin_tracking_depth.get() {
            0 => None,
            depth => Some(origin(thread, depth as usize)?),
        };
        let coroutine = Ref::new(Coroutine {
            base: Generator::parts(frame, name, qualname),
            origin: Field::new(origin.map(Ref::into_object)),
        });
        coroutine.own_frame();
        Ok(coroutine)
    }
}

/// The innermost frames as `(filename, line, function)`.
fn origin(thread: &ThreadState, depth: usize) -> Result<Ref<Tuple>> {
    let mut entries = Vec::new();
    let mut frame = Frame::innermost(thread).map(Frame::to_ref);
    while let Some(current) = frame.filter(|_| entries.len() < depth) {
        let code = current.code();
        let filename = code.filename.get().map_or_else(none, Ref::into_object);
        let entry = (filename, current.line(), code.name.clone());
        entries.push(entry.into_object()?);
        frame = current.back.get();
    }
    Tuple::new(entries)
}

#[class(
    name = "coroutine",
    symbol = "PyCoro_Type",
    layout = Generator,
    weaklist_offset = offset_of!(Generator, weakreflist),
    generic_getattro
)]
impl Coroutine {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.repr_as("coroutine")
    }

    #[slot(am_await)]
    fn r#await(&self) -> Ref<CoroutineWrapper> {
        Ref::new(CoroutineWrapper { base: Object::header(), coroutine: Field::new(Some(self.to_ref())) })
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        generator::finalize(self);
    }

    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[method("(arg, /)", no_text_signature)]
    fn send(&self, argument: &Object) -> Result<Ref> {
        generator::send_from_python(self, argument)
    }

    /// throw(typ[,val[,tb]]) -> raise exception in coroutine,
    /// return next iterated value or raise StopIteration.
    #[method("(typ, val=None, tb=None, /)", no_text_signature, takes_tuple)]
    fn throw(&self, class: &Object, value: Option<&Object>, traceback: Option<&Object>) -> Result<Ref> {
        generator::throw(self, true, class, value, traceback)
    }

    /// close() -> raise GeneratorExit inside coroutine.
    #[method("()", no_text_signature)]
    fn close(&self) -> Result<()> {
        generator::close(self)
    }

    /// name of the coroutine
    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[setter(name = "__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.set_name_checked(value)
    }

    /// qualified name of the coroutine
    #[getter(name = "__qualname__")]
    fn get_qualname(&self) -> Ref<Str> {
        self.qualname()
    }

    #[setter(name = "__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.set_qualname_checked(value)
    }

    /// object being awaited on, or None
    #[getter]
    fn cr_await(&self) -> Option<Ref> {
        self.delegate()
    }

    #[member(OBJECT, readonly, read_restricted)]
    const cr_frame: usize = offset_of!(Generator, frame);
    #[member(BOOL, readonly)]
    const cr_running: usize = offset_of!(Generator, running);
    #[member(OBJECT, readonly, read_restricted)]
    const cr_code: usize = Generator::CODE_OFFSET;
    #[member(OBJECT, readonly)]
    const cr_origin: usize = offset_of!(Coroutine, origin);
}

/// What `coroutine.__await__()` gives: an iterator over the coroutine.
#[repr(C)]
#[derive(Trace)]
pub struct CoroutineWrapper {
    base: Object,
    coroutine: Field<Coroutine>,
}

impl CoroutineWrapper {
    fn coroutine(&self) -> Result<Ref<Coroutine>> {
        self.coroutine.get().ok_or_else(|| raise!(RuntimeError, "the coroutine is gone"))
    }
}

/// A wrapper object implementing __await__ for coroutines.
#[class(name = "coroutine_wrapper", symbol = "_PyCoroWrapper_Type")]
impl CoroutineWrapper {
    #[slot(tp_iter)]
    fn iter(&self) -> Ref<CoroutineWrapper> {
        self.to_ref()
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        generator::next(&*self.coroutine()?)
    }

    /// send(arg) -> send 'arg' into coroutine,
    /// return next iterated value or raise StopIteration.
    #[method("(arg, /)", no_text_signature)]
    fn send(&self, argument: &Object) -> Result<Ref> {
        generator::send_from_python(&*self.coroutine()?, argument)
    }

    /// throw(typ[,val[,tb]]) -> raise exception in coroutine,
    /// return next iterated value or raise StopIteration.
    #[method("(typ, val=None, tb=None, /)", no_text_signature, takes_tuple)]
    fn throw(&self, class: &Object, value: Option<&Object>, traceback: Option<&Object>) -> Result<Ref> {
        generator::throw(&*self.coroutine()?, true, class, value, traceback)
    }

    /// close() -> raise GeneratorExit inside coroutine.
    #[method("()", no_text_signature)]
    fn close(&self) -> Result<()> {
        generator::close(&*self.coroutine()?)
    }
}

/// The iterator behind `await object`.
pub fn awaitable_iterator(object: &Object) -> Result<Ref> {
    if object.downcast_exact::<Coroutine>().is_some() {
        return Ok(object.to_ref());
    }
    if let Some(generator) = object.downcast_exact::<Generator>()
        && generator.code().has_flags(code_flags::ITERABLE_COROUTINE)
    {
        return Ok(object.to_ref());
    }
    let class = object.class();
    let Some(function) = class.tp_as_async.get().and_then(|methods| methods.am_await.get()) else {
        bail!(TypeError, "object {} can't be used in 'await' expression", class.name());
    };
    let iterator = function(object)?;
    let is_coroutine = iterator.downcast_exact::<Coroutine>().is_some()
        || iterator
            .downcast_exact::<Generator>()
            .is_some_and(|generator| generator.code().has_flags(code_flags::ITERABLE_COROUTINE));
    if is_coroutine {
        bail!(TypeError, "__await__() returned a coroutine");
    }
    if iterator.class().tp_iternext.get().is_none() {
        bail!(TypeError, "__await__() returned non-iterator of type '{}'", iterator.class().name());
    }
    Ok(iterator)
}

/// Warns of a coroutine that ends without having started, through `warnings` where that is loaded and works.
pub fn warn_unawaited(coroutine: &Generator) {
    let is_warned = warn_through_module(coroutine).unwrap_or_else(|raised| {
        // The warning itself may have been made an error.
        let is_warned = raised.matches(&exceptions::RuntimeWarning);
        raised.write_unraisable(Some(coroutine.as_object()));
        is_warned
    });
    if !is_warned && let Err(raised) = warn_plainly(coroutine) {
        raised.write_unraisable(Some(coroutine.as_object()));
    }
}

/// Whether there is a function in `warnings` for this, which was called.
fn warn_through_module(coroutine: &Generator) -> Result<bool> {
    if let Some(warnings) = crate::import::loaded_module(intern!("warnings"))?
        && let Some(function) = warnings.get_attr_opt(intern!("_warn_unawaited_coroutine"))?
    {
        return function.call1(coroutine.as_object()).map(|_| true);
    }
    Ok(false)
}

fn warn_plainly(coroutine: &Generator) -> Result<()> {
    let message = Str::format_args(format_args!("coroutine '{}' was never awaited", coroutine.qualname()))?;
    (objects::services::get().warn)(&exceptions::RuntimeWarning, &message, 1, Some(coroutine.as_object()))
}
