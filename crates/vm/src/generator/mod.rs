//! `generator`, and what it shares with coroutines and asynchronous generators: a suspended frame
//! (PEP 255, 342, 380, 479).

mod resume;

use std::cell::Cell;
use std::ffi::c_char;
use std::mem::offset_of;

use bytecode::{flags, number};
use objects::prelude::*;
use objects::thread_state::ExceptionStackItem;

use crate::async_generator::AsyncGenerator;
use crate::code::Code;
use crate::coroutine::Coroutine;
use crate::frame::Frame;

pub use resume::{
    Sent, begin_in_loop, close, finalize, finalize_object, finish_in_loop, next, of_frame, raise_from, send,
    send_from_python, sendable, stop_iteration, stop_iteration_value, throw, throw_into,
};

/// `PyGenObject`, with which coroutines and asynchronous generators begin too.
#[repr(C)]
#[derive(Trace)]
pub struct Generator {
    pub(crate) base: Object,
    /// None once it has ended.
    pub frame: Field<Frame>,
    #[trace(skip)]
    pub running: Cell<c_char>,
    code: Field<Code>,
    #[trace(skip)]
    pub(crate) weakreflist: Cell<*mut Object>,
    name: Field<Str>,
    qualname: Field<Str>,
    exc_state: ExceptionStackItem,
}

/// Which of the three a structure is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Generator => "generator",
            Kind::Coroutine => "coroutine",
            Kind::AsyncGenerator => "async generator",
        }
    }
}

/// A generator, coroutine or asynchronous generator, as the code's flags say, that owns the frame.
pub fn new(frame: Ref<Frame>, name: Ref<Str>, qualname: Ref<Str>) -> Result<Ref> {
    let code = frame.code();
    frame.back.set(None);
    gc::track(&frame);
    let object = if code.has_flags(flags::COROUTINE) {
        Coroutine::new(frame, name, qualname)?.into_object()
    } else if code.has_flags(flags::ASYNC_GENERATOR) {
        AsyncGenerator::new(frame, name, qualname).into_object()
    } else {
        let generator = Ref::new(Generator::parts(frame, name, qualname));
        generator.own_frame();
        generator.into_object()
    };
    Ok(object)
}

impl Generator {
    pub(crate) const CODE_OFFSET: usize = offset_of!(Generator, code);

    /// The structure, on its way into an object.
    pub(crate) fn parts(frame: Ref<Frame>, name: Ref<Str>, qualname: Ref<Str>) -> Generator {
        let code = frame.code().to_ref();
        Generator {
            base: Object::header(),
            frame: Field::new(Some(frame)),
            running: Cell::new(0),
            code: Field::new(Some(code)),
            weakreflist: Cell::new(std::ptr::null_mut()),
            name: Field::new(Some(name)),
            qualname: Field::new(Some(qualname)),
            exc_state: ExceptionStackItem::EMPTY,
        }
    }

    /// Tells the frame, now that the object has its address.
    pub(crate) fn own_frame(&self) {
        if let Some(frame) = self.frame.get() {
            frame.generator.set(self.as_ptr());
        }
    }

    pub fn kind(&self) -> Kind {
        let class = self.as_object().class();
        if class.is(Coroutine::class()) {
            Kind::Coroutine
        } else if class.is(AsyncGenerator::class()) {
            Kind::AsyncGenerator
        } else {
            Kind::Generator
        }
    }

    pub fn qualname(&self) -> Ref<Str> {
        self.qualname.get().unwrap_or_else(Str::empty)
    }

    pub fn name(&self) -> Ref<Str> {
        self.name.get().unwrap_or_else(Str::empty)
    }

    pub fn code(&self) -> Ref<Code> {
        match self.code.get() {
            Some(code) => code,
            None => unreachable!("a generator keeps its code"),
        }
    }

    /// The frame, if it has neither ended nor is it running.
    pub fn suspended(&self) -> Option<Ref<Frame>> {
        self.frame.get().filter(|frame| !frame.stacktop.get().is_null())
    }

    /// The iterator that the frame delegates to (`yield from`, `await`).
    pub fn delegate(&self) -> Option<Ref> {
        let frame = self.suspended()?;
        let next = usize::try_from(frame.lasti.get()).ok()? + 2;
        if frame.code().bytecode().get(next) != Some(&number::YIELD_FROM) {
            return None;
        }
        // SAFETY: the frame is suspended before `YIELD_FROM`, with the iterator on top of its stack.
        unsafe { (*frame.stacktop.get().sub(1)).get() }
    }

    pub(crate) fn repr_as(&self, noun: &str) -> Result<Ref<Str>> {
        Str::format_args(format_args!("<{noun} object {} at {:p}>", self.qualname(), self.as_ptr()))
    }

    pub(crate) fn set_name_checked(&self, value: Option<&Object>) -> Result<()> {
        match value.and_then(Object::downcast::<Str>) {
            Some(name) => self.name.set(Some(name.to_ref())),
            None => bail!(TypeError, "__name__ must be set to a string object"),
        }
        Ok(())
    }

    pub(crate) fn set_qualname_checked(&self, value: Option<&Object>) -> Result<()> {
        match value.and_then(Object::downcast::<Str>) {
            Some(name) => self.qualname.set(Some(name.to_ref())),
            None => bail!(TypeError, "__qualname__ must be set to a string object"),
        }
        Ok(())
    }
}

/// Tells a frame that outlives its generator so.
impl Drop for Generator {
    fn drop(&mut self) {
        if let Some(frame) = self.frame.take() {
            frame.generator.set(std::ptr::null_mut());
        }
    }
}

#[class(
    name = "generator",
    symbol = "PyGen_Type",
    weaklist_offset = offset_of!(Generator, weakreflist),
    generic_getattro
)]
impl Generator {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.repr_as("generator")
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Ref<Generator> {
        self.to_ref()
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        next(self)
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        finalize(self);
    }

    /// send(arg) -> send 'arg' into generator,
    /// return next yielded value or raise StopIteration.
    #[method("(arg, /)", no_text_signature)]
    fn send(&self, argument: &Object) -> Result<Ref> {
        send_from_python(self, argument)
    }

    /// throw(typ[,val[,tb]]) -> raise exception in generator,
    /// return next yielded value or raise StopIteration.
    #[method("(typ, val=None, tb=None, /)", no_text_signature, takes_tuple)]
    fn throw(&self, class: &Object, value: Option<&Object>, traceback: Option<&Object>) -> Result<Ref> {
        throw(self, true, class, value, traceback)
    }

    /// close() -> raise GeneratorExit inside generator.
    #[method("()", no_text_signature)]
    fn close(&self) -> Result<()> {
        close(self)
    }

    /// name of the generator
    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[setter(name = "__name__")]
    fn set_name(&self, value: Option<&Object>) -> Result<()> {
        self.set_name_checked(value)
    }

    /// qualified name of the generator
    #[getter(name = "__qualname__")]
    fn get_qualname(&self) -> Ref<Str> {
        self.qualname()
    }

    #[setter(name = "__qualname__")]
    fn set_qualname(&self, value: Option<&Object>) -> Result<()> {
        self.set_qualname_checked(value)
    }

    /// object being iterated by yield from, or None
    #[getter]
    fn gi_yieldfrom(&self) -> Option<Ref> {
        self.delegate()
    }

    #[member(OBJECT, readonly, read_restricted)]
    const gi_frame: usize = offset_of!(Generator, frame);
    #[member(BOOL, readonly)]
    const gi_running: usize = offset_of!(Generator, running);
    #[member(OBJECT, readonly, read_restricted)]
    const gi_code: usize = offset_of!(Generator, code);
}
