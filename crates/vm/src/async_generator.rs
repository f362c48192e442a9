//! `async_generator` and the awaitables of its methods (PEP 525).

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::frame::Frame;
use crate::generator::{self, Generator, Sent};

/// `PyAsyncGenObject`.
#[repr(C)]
#[derive(Trace)]
pub struct AsyncGenerator {
    base: Generator,
    /// What the event loop wants called when the generator is dropped unfinished.
    finalizer: Field,
    #[trace(skip)]
    hooks_inited: Cell<c_int>,
    #[trace(skip)]
    closed: Cell<c_int>,
    #[trace(skip)]
    running_async: Cell<c_int>,
}

impl AsyncGenerator {
    pub fn new(frame: Ref<Frame>, name: Ref<Str>, qualname: Ref<Str>) -> Ref<AsyncGenerator> {
        let generator = Ref::new(AsyncGenerator {
            base: Generator::parts(frame, name, qualname),
            finalizer: Field::null(),
            hooks_inited: Cell::new(0),
            closed: Cell::new(0),
            running_async: Cell::new(0),
        });
        generator.own_frame();
        generator
    }

    /// Tells the event loop's hooks of the generator, once.
    fn init_hooks(&self) -> Result<()> {
        if self.hooks_inited.replace(1) != 0 {
            return Ok(());
        }
        let thread = ThreadState::current();
        self.finalizer.set(thread.async_gen_finalizer.get());
        match thread.async_gen_firstiter.get() {
            Some(hook) => hook.call1(self).map(|_| ()),
            None => Ok(()),
        }
    }
}

/// Whether an object is exactly an asynchronous generator, whose awaitables need no check.
pub fn is_exact(object: &Object) -> bool {
    object.downcast_exact::<AsyncGenerator>().is_some()
}

/// Hands an unfinished asynchronous generator to its event loop; false where it has none.
pub fn finalize_by_hook(generator: &Generator) -> bool {
    let Some(generator) = generator.as_object().downcast_exact::<AsyncGenerator>() else { return false };
    let Some(finalizer) = generator.finalizer.get().filter(|_| generator.closed.get() == 0) else {
        return false;
    };
    if let Err(raised) = finalizer.call1(generator) {
        raised.write_unraisable(Some(generator.as_object()));
    }
    true
}

#[class(
    name = "async_generator",
    symbol = "PyAsyncGen_Type",
    layout = Generator,
    weaklist_offset = offset_of!(Generator, weakreflist),
    generic_getattro
)]
impl AsyncGenerator {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.repr_as("async_generator")
    }

    #[slot(am_aiter)]
    fn aiter(&self) -> Ref<AsyncGenerator> {
        self.to_ref()
    }

    #[slot(am_anext)]
    fn anext(&self) -> Result<Ref<AsyncSend>> {
        self.init_hooks()?;
        Ok(AsyncSend::new(self, None))
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        generator::finalize(self);
    }

    /// asend(v) -> send 'v' in generator.
    #[method("(value, /)", no_text_signature)]
    fn asend(&self, value: &Object) -> Result<Ref<AsyncSend>> {
        self.init_hooks()?;
        Ok(AsyncSend::new(self, Some(value.to_ref())))
    }

    /// athrow(typ[,val[,tb]]) -> raise exception in generator.
    #[method(varargs)]
    fn athrow(&self, arguments: &Tuple) -> Result<Ref<AsyncThrow>> {
        self.init_hooks()?;
        Ok(AsyncThrow::new(self, Some(arguments.to_ref())))
    }

    /// aclose() -> raise GeneratorExit inside generator.
    #[method("()", no_text_signature)]
    fn aclose(&self) -> Result<Ref<AsyncThrow>> {
        self.init_hooks()?;
        Ok(AsyncThrow::new(self, None))
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }

    /// name of the async generator
    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[setter(name = "__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.set_name_checked(value)
    }

    /// qualified name of the async generator
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
    fn ag_await(&self) -> Option<Ref> {
        self.delegate()
    }

    #[member(OBJECT, readonly, read_restricted)]
    const ag_frame: usize = offset_of!(Generator, frame);
    #[member(BOOL, readonly)]
    const ag_running: usize = offset_of!(AsyncGenerator, running_async);
    #[member(OBJECT, readonly, read_restricted)]
    const ag_code: usize = Generator::CODE_OFFSET;
}

/// A value that an asynchronous generator yields, as against one that it passes on from what it awaits.
#[repr(C)]
#[derive(Trace)]
struct WrappedValue {
    base: Object,
    value: Field,
}

#[class(name = "async_generator_wrapped_value", symbol = "_PyAsyncGenWrappedValue_Type")]
impl WrappedValue {}

/// Wraps a yielded value.
pub fn wrap(value: Ref) -> Ref {
    Ref::new(WrappedValue { base: Object::header(), value: Field::new(Some(value)) }).into_object()
}

/// What an awaitable has come to.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Init,
    Iterating,
    Closed,
}

/// Turns what a resumption came to into what the awaiting side sees: a yielded value ends the
/// awaitable with it (`StopIteration(value)`); anything else is passed on to the event loop.
fn unwrap(generator: &AsyncGenerator, sent: Result<Sent>) -> Result<Ref> {
    let result = match sent {
        Ok(Sent::Yielded(value)) => Ok(value),
        Ok(Sent::Returned(_)) => Err(raise!(StopAsyncIteration)),
        Err(raised) => Err(raised),
    };
    match result {
        Err(raised) => {
            if raised.matches(&exceptions::StopAsyncIteration) || raised.matches(&exceptions::GeneratorExit) {
                generator.closed.set(1);
            }
            generator.running_async.set(0);
            Err(raised)
        }
        Ok(value) => match value.downcast_exact::<WrappedValue>() {
            Some(wrapped) => {
                generator.running_async.set(0);
                Err(generator::stop_iteration(wrapped.value.get().unwrap_or_else(none)))
            }
            None => Ok(value),
        },
    }
}

/// `asend(value)` and `__anext__()`.
#[repr(C)]
#[derive(Trace)]
pub struct AsyncSend {
    base: Object,
    generator: Ref<AsyncGenerator>,
    value: Field,
    #[trace(skip)]
    state: Cell<State>,
}

impl AsyncSend {
    fn new(generator: &AsyncGenerator, value: Option<Ref>) -> Ref<AsyncSend> {
        Ref::new(AsyncSend {
            base: Object::header(),
            generator: generator.to_ref(),
            value: Field::new(value),
            state: Cell::new(State::Init),
        })
    }

    fn check_open(&self) -> Result<()> {
        match self.state.get() {
            State::Closed => Err(raise!(RuntimeError, "cannot reuse already awaited __anext__()/asend()")),
            _ => Ok(()),
        }
    }

    fn resume(&self, argument: &Object) -> Result<Ref> {
        self.check_open()?;
        let mut argument = argument.to_ref();
        if self.state.get() == State::Init {
            if self.generator.running_async.get() != 0 {
                bail!(RuntimeError, "anext(): asynchronous generator is already running");
            }
            if argument.is_none() {
                argument = self.value.get().unwrap_or_else(none);
            }
            self.state.set(State::Iterating);
        }
        self.generator.running_async.set(1);
        let result = unwrap(&self.generator, generator::send(&self.generator, &argument));
        if result.is_err() {
            self.state.set(State::Closed);
        }
        result
    }
}

#[class(name = "async_generator_asend", symbol = "_PyAsyncGenASend_Type")]
impl AsyncSend {
    #[slot(am_await)]
    fn r#await(&self) -> Ref<AsyncSend> {
        self.to_ref()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Ref<AsyncSend> {
        self.to_ref()
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.resume(none_object()).map(Some)
    }

    #[method("(arg, /)", no_text_signature)]
    fn send(&self, argument: &Object) -> Result<Ref> {
        self.resume(argument)
    }

    #[method("(typ, val=None, tb=None, /)", no_text_signature, takes_tuple)]
    fn throw(&self, class: &Object, value: Option<&Object>, traceback: Option<&Object>) -> Result<Ref> {
        self.check_open()?;
        let sent = generator::throw_into(&self.generator, false, class, value, traceback);
        let result = unwrap(&self.generator, sent);
        if result.is_err() {
            self.state.set(State::Closed);
        }
        result
    }

    #[method("()", no_text_signature)]
    fn close(&self) {
        self.state.set(State::Closed);
    }
}

/// `athrow(..)` and, without arguments, `aclose()`.
#[repr(C)]
#[derive(Trace)]
pub struct AsyncThrow {
    base: Object,
    generator: Ref<AsyncGenerator>,
    arguments: Field<Tuple>,
    #[trace(skip)]
    state: Cell<State>,
}

impl AsyncThrow {
    fn new(generator: &AsyncGenerator, arguments: Option<Ref<Tuple>>) -> Ref<AsyncThrow> {
        Ref::new(AsyncThrow {
            base: Object::header(),
            generator: generator.to_ref(),
            arguments: Field::new(arguments),
            state: Cell::new(State::Init),
        })
    }

    fn is_close(&self) -> bool {
        self.arguments.is_null()
    }

    fn resume(&self, argument: &Object) -> Result<Ref> {
        let generator = &*self.generator;
        if self.state.get() == State::Closed {
            bail!(RuntimeError, "cannot reuse already awaited aclose()/athrow()");
        }
        let sent = match self.state.get() {
            State::Init => self.start(argument)?,
            _ => generator::send(generator, argument),
        };
        self.finish(sent)
    }

    /// Throws into the generator.
    fn start(&self, argument: &Object) -> Result<Result<Sent>> {
        let generator = &*self.generator;
        if generator.frame.is_null() {
            // One that has ended is closed already.
            self.state.set(State::Closed);
            return Err(raise!(StopIteration));
        }
        if generator.running_async.get() != 0 {
            self.state.set(State::Closed);
            let method = if self.is_close() { "aclose" } else { "athrow" };
            bail!(RuntimeError, "{method}(): asynchronous generator is already running");
        }
        if generator.closed.get() != 0 {
            self.state.set(State::Closed);
            return Err(raise!(StopAsyncIteration));
        }
        if !argument.is_none() {
            bail!(RuntimeError, "can't send non-None value to a just-started async generator");
        }
        self.state.set(State::Iterating);
        generator.running_async.set(1);
        let Some(arguments) = self.arguments.get() else {
            generator.closed.set(1);
            let class = &exceptions::GeneratorExit;
            return Ok(generator::throw_into(generator, false, class, None, None));
        };
        let given = arguments.as_slice();
        if given.is_empty() || given.len() > 3 {
            let bound = if given.is_empty() { "at least 1 argument" } else { "at most 3 arguments" };
            bail!(TypeError, "athrow expected {bound}, got {}", given.len());
        }
        Ok(generator::throw_into(generator, false, given[0], given.get(1).copied(), given.get(2).copied()))
    }

    /// Judges what the generator did with the exception.
    fn finish(&self, sent: Result<Sent>) -> Result<Ref> {
        let generator = &*self.generator;
        if !self.is_close() {
            let result = unwrap(generator, sent);
            if result.is_err() {
                self.state.set(State::Closed);
            }
            return result;
        }
        match sent {
            Ok(Sent::Yielded(value)) if value.downcast_exact::<WrappedValue>().is_some() => {
                generator.running_async.set(0);
                self.state.set(State::Closed);
                Err(raise!(RuntimeError, "async generator ignored GeneratorExit"))
            }
            Ok(Sent::Yielded(value)) => Ok(value),
            Ok(Sent::Returned(_)) => self.end(raise!(StopAsyncIteration)),
            Err(raised) => self.end(raised),
        }
    }

    /// `aclose()` ends well where the generator ends.
    fn end(&self, raised: Raised) -> Result<Ref> {
        self.generator.running_async.set(0);
        self.state.set(State::Closed);
        if raised.matches(&exceptions::StopAsyncIteration) || raised.matches(&exceptions::GeneratorExit) {
            raised.clear();
            return Err(raise!(StopIteration));
        }
        Err(raised)
    }
}

#[class(name = "async_generator_athrow", symbol = "_PyAsyncGenAThrow_Type")]
impl AsyncThrow {
    #[slot(am_await)]
    fn r#await(&self) -> Ref<AsyncThrow> {
        self.to_ref()
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Ref<AsyncThrow> {
        self.to_ref()
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        self.resume(none_object()).map(Some)
    }

    #[method("(arg, /)", no_text_signature)]
    fn send(&self, argument: &Object) -> Result<Ref> {
        self.resume(argument)
    }

    #[method("(typ, val=None, tb=None, /)", no_text_signature, takes_tuple)]
    fn throw(&self, class: &Object, value: Option<&Object>, traceback: Option<&Object>) -> Result<Ref> {
        if self.state.get() == State::Closed {
            bail!(RuntimeError, "cannot reuse already awaited aclose()/athrow()");
        }
        let sent = generator::throw_into(&self.generator, false, class, value, traceback);
        self.finish(sent)
    }

    #[method("()", no_text_signature)]
    fn close(&self) {
        self.state.set(State::Closed);
    }
}
