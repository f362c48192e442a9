//! Tracing and profiling: `sys.settrace`, `sys.setprofile`.

use std::ffi::{c_int, c_void};

use objects::prelude::*;
use objects::raise::Fetched;
use objects::thread_state::{ThreadState, TraceFunc};

use crate::code::Code;
use crate::frame::Frame;
use crate::traceback::Traceback;

/// The events, by their C numbers (`PyTrace_CALL` ...).
#[derive(Clone, Copy, PartialEq)]
#[repr(i32)]
pub enum Event {
    Call = 0,
    Exception = 1,
    Line = 2,
    Return = 3,
    CCall = 4,
    CException = 5,
    CReturn = 6,
    Opcode = 7,
}

const NAMES: [&str; 8] =
    ["call", "exception", "line", "return", "c_call", "c_exception", "c_return", "opcode"];

/// Where the loop stands among the lines of a frame's code: the byte offsets of the current line's
/// instructions, and of the instruction traced last.
pub struct Lines {
    lower: c_int,
    upper: c_int,
    previous: c_int,
}

impl Lines {
    pub const NONE: Lines = Lines { lower: 0, upper: -1, previous: -1 };

    /// Where a frame stands whose instruction was traced before: the callee's lines were in between.
    pub fn back_in(frame: &Frame) -> Lines {
        let mut lines = Lines::NONE;
        lines.locate(frame.code(), frame.lasti.get());
        lines.previous = frame.lasti.get();
        lines
    }

    /// An exception is about to be handled: where the line changes, the handler's first instruction counts
    /// as the start of its line, even in the middle of it.
    pub fn handle_exception(&mut self, frame: &Frame) {
        let offset = frame.lasti.get();
        let has_left = offset < self.lower || offset >= self.upper;
        let has_told = offset == self.lower || offset < self.previous;
        if has_left || !has_told && self.lower > 0 {
            self.previous = c_int::MAX;
        }
    }

    /// Finds the run of instructions of one line around an offset, and its line.
    fn locate(&mut self, code: &Code, offset: c_int) -> c_int {
        let mut line = code.firstlineno;
        let mut reached = 0;
        self.lower = 0;
        self.upper = c_int::MAX;
        let mut found = false;
        for &[step, change] in code.lnotab.as_bytes().as_chunks::<2>().0 {
            let next = reached + c_int::from(step);
            if !found && next > offset {
                found = true;
            }
            reached = next;
            let change = change as i8;
            match found {
                false if change != 0 => {
                    self.lower = reached;
                    line += c_int::from(change);
                }
                true if change != 0 => {
                    self.upper = reached;
                    break;
                }
                _ => {}
            }
        }
        line
    }
}

/// Calls a trace function, unless one runs already. An exception from it stands.
fn call(
    thread: &ThreadState,
    function: Option<TraceFunc>,
    object: &Field,
    frame: &Frame,
    event: Event,
    argument: Option<&Object>,
) -> Result<()> {
    let Some(function) = function else { return Ok(()) };
    if thread.tracing.get() != 0 {
        return Ok(());
    }
    let object = object.get();
    thread.tracing.set(thread.tracing.get() + 1);
    thread.use_tracing.set(0);
    // SAFETY: the function was set for this object; the frame lives.
    let status = unsafe { function(object.as_deref(), frame.as_ptr().cast(), event as c_int, argument) };
    thread.use_tracing.set(c_int::from(is_on(thread)));
    thread.tracing.set(thread.tracing.get() - 1);
    raise::check_status(status)
}

/// Runs something that trace and profile functions are not told of.
pub fn without<T>(thread: &ThreadState, run: impl FnOnce() -> T) -> T {
    thread.tracing.set(thread.tracing.get() + 1);
    thread.use_tracing.set(0);
    let result = run();
    thread.tracing.set(thread.tracing.get() - 1);
    thread.use_tracing.set(c_int::from(thread.tracing.get() == 0 && is_on(thread)));
    result
}

/// Whether a trace or profile function is set.
pub fn is_on(thread: &ThreadState) -> bool {
    thread.c_tracefunc.get().is_some() || thread.c_profilefunc.get().is_some()
}

/// [`call`] while an exception may be set, which stands unless the function raises another.
fn call_protected(
    thread: &ThreadState,
    function: Option<TraceFunc>,
    object: &Field,
    frame: &Frame,
    event: Event,
    argument: Option<&Object>,
) -> Result<()> {
    let pending = raise::fetch();
    call(thread, function, object, frame, event, argument)?;
    if let Some(pending) = pending {
        let _ = pending.restore();
    }
    Ok(())
}

fn both(thread: &ThreadState, frame: &Frame, event: Event, argument: Option<&Object>) -> Result<()> {
    if thread.use_tracing.get() == 0 {
        return Ok(());
    }
    call_protected(thread, thread.c_tracefunc.get(), &thread.c_traceobj, frame, event, argument)?;
    call_protected(thread, thread.c_profilefunc.get(), &thread.c_profileobj, frame, event, argument)
}

/// A frame begins, or goes on after it was suspended.
#[cold]
pub fn call_event(thread: &ThreadState, frame: &Frame) -> Result<()> {
    both(thread, frame, Event::Call, Some(none_object()))
}

/// A frame ends or is suspended with a value, or ends with the exception that is set.
#[cold]
pub fn return_event(thread: &ThreadState, frame: &Frame, value: Option<&Object>) -> Result<()> {
    both(thread, frame, Event::Return, value)
}

/// An exception came out of an instruction. One from the trace function takes its place.
#[cold]
pub fn exception_event(thread: &ThreadState, frame: &Frame) {
    if thread.c_tracefunc.get().is_none() {
        return;
    }
    let Some(fetched) = raise::fetch() else { return };
    let fetched = fetched.normalize();
    if trace_exception(thread, frame, &fetched).is_ok() {
        let _ = fetched.restore();
    }
}

fn trace_exception(thread: &ThreadState, frame: &Frame, fetched: &Fetched) -> Result<()> {
    let argument = Tuple::new([
        fetched.class.clone(),
        fetched.value.clone().unwrap_or_else(none),
        fetched.traceback.clone().unwrap_or_else(none),
    ])?;
    call(thread, thread.c_tracefunc.get(), &thread.c_traceobj, frame, Event::Exception, Some(&argument))
}

/// An iterator raised `StopIteration` and a loop is about to end: the trace function hears of it.
pub fn stop_iteration_handled() {
    let thread = ThreadState::current();
    if thread.use_tracing.get() != 0
        && let Some(frame) = Frame::innermost(thread)
    {
        exception_event(thread, frame);
    }
}

/// An instruction is about to run: line and opcode events. The trace function may move the frame to
/// another line.
pub fn before_instruction(thread: &ThreadState, frame: &Frame, lines: &mut Lines) -> Result<()> {
    if thread.c_tracefunc.get().is_none() || thread.tracing.get() != 0 {
        return Ok(());
    }
    let offset = frame.lasti.get();
    let mut line = frame.lineno.get();
    if offset < lines.lower || offset >= lines.upper {
        line = lines.locate(frame.code(), offset);
    }
    let trace =
        |event| call(thread, thread.c_tracefunc.get(), &thread.c_traceobj, frame, event, Some(none_object()));
    let mut result = Ok(());
    if offset == lines.lower || offset < lines.previous {
        frame.lineno.set(line);
        if frame.trace_lines.get() != 0 {
            result = trace(Event::Line);
        }
    }
    if frame.trace_opcodes.get() != 0 && result.is_ok() {
        result = trace(Event::Opcode);
    }
    lines.previous = frame.lasti.get();
    result
}

/// Calls something native while a trace or profile function is set: a profile function hears of the
/// call of a built-in function, of its return, and of its exception.
pub fn call_native(
    thread: &ThreadState,
    callee: &Object,
    given: &[&Object],
    run: impl FnOnce() -> Result<Ref>,
) -> Result<Ref> {
    let Some(function) = profiled(callee, given)? else { return run() };
    let Some(frame) = Frame::innermost(thread).filter(|_| thread.c_profilefunc.get().is_some()) else {
        return run();
    };
    let tell = |event| {
        call_protected(
            thread,
            thread.c_profilefunc.get(),
            &thread.c_profileobj,
            frame,
            event,
            Some(&function),
        )
    };
    tell(Event::CCall)?;
    let result = run();
    if thread.c_profilefunc.get().is_none() {
        return result;
    }
    match result {
        Ok(value) => tell(Event::CReturn).map(|()| value),
        Err(raised) => {
            tell(Event::CException)?;
            Err(raised)
        }
    }
}

/// The built-in function that a call is of, a method bound to its receiver.
fn profiled(callee: &Object, given: &[&Object]) -> Result<Option<Ref>> {
    if callee.downcast::<objects::builtin_function::BuiltinFunction>().is_some() {
        return Ok(Some(callee.to_ref()));
    }
    if callee.downcast_exact::<objects::descriptor::MethodDescriptor>().is_some()
        && let [receiver, ..] = given
        && let Some(get) = callee.class().tp_descr_get.get()
    {
        return get(callee, Some(receiver), Some(receiver.class())).map(Some);
    }
    Ok(None)
}

/// Calls a Python function with a frame, an event's name and its argument.
fn call_python(callback: &Object, frame: &Frame, event: c_int, argument: Option<&Object>) -> Result<Ref> {
    frame.update_locals()?;
    let name = Str::intern_static(NAMES[event as usize & 7]);
    let result = callback.call(&[frame, name, argument.unwrap_or(none_object())]);
    frame.restore_locals(true);
    if result.is_err() {
        Traceback::here(ThreadState::current(), frame);
    }
    result
}

/// What `sys.settrace` sets: calls events go to the function, others to what it returned for the frame.
unsafe extern "C" fn trace_trampoline(
    function: Option<&Object>,
    frame: *mut c_void,
    event: c_int,
    argument: Option<&Object>,
) -> c_int {
    // SAFETY: called with a live frame.
    let frame = unsafe { &*frame.cast::<Frame>() };
    let callback = match event == Event::Call as c_int {
        true => function.map(Object::to_ref),
        false => frame.trace.get(),
    };
    let Some(callback) = callback else { return 0 };
    match call_python(&callback, frame, event, argument) {
        Ok(result) => {
            if !result.is_none() {
                frame.lineno.set(frame.line());
                frame.trace.set(Some(result));
            }
            0
        }
        Err(_) => {
            let pending = raise::fetch();
            set_trace(ThreadState::current(), None);
            frame.trace.set(None);
            if let Some(pending) = pending {
                let _ = pending.restore();
            }
            -1
        }
    }
}

/// What `sys.setprofile` sets.
unsafe extern "C" fn profile_trampoline(
    function: Option<&Object>,
    frame: *mut c_void,
    event: c_int,
    argument: Option<&Object>,
) -> c_int {
    // SAFETY: called with a live frame.
    let frame = unsafe { &*frame.cast::<Frame>() };
    let Some(function) = function else { return 0 };
    match call_python(function, frame, event, argument) {
        Ok(_) => 0,
        Err(_) => {
            let pending = raise::fetch();
            set_profile(ThreadState::current(), None);
            if let Some(pending) = pending {
                let _ = pending.restore();
            }
            -1
        }
    }
}

/// `sys.settrace`.
pub fn set_trace(thread: &ThreadState, function: Option<Ref>) {
    set_c_trace(thread, function.is_some().then_some(trace_trampoline as TraceFunc), function);
}

/// A trace function of C's, with its argument (`PyEval_SetTrace`).
pub fn set_c_trace(thread: &ThreadState, function: Option<TraceFunc>, argument: Option<Ref>) {
    thread.c_tracefunc.set(None);
    thread.c_traceobj.set(argument);
    thread.c_tracefunc.set(function);
    thread.use_tracing.set(c_int::from(is_on(thread)));
}

/// A profiler that is not written in Python.
pub trait Profiler: Layout {
    /// A frame begins or ends, or a built-in function, which the argument is, is called or ends.
    fn event(&self, frame: &Frame, event: Event, argument: Option<&Object>) -> Result<()>;
}

unsafe extern "C" fn profiler_trampoline<T: Profiler>(
    profiler: Option<&Object>,
    frame: *mut c_void,
    event: c_int,
    argument: Option<&Object>,
) -> c_int {
    // SAFETY: called with a live frame.
    let frame = unsafe { &*frame.cast::<Frame>() };
    let event = match event {
        0 => Event::Call,
        3 => Event::Return,
        4 => Event::CCall,
        5 => Event::CException,
        6 => Event::CReturn,
        _ => return 0,
    };
    match profiler.and_then(|profiler| profiler.downcast::<T>()) {
        Some(profiler) => raise::status(profiler.event(frame, event, argument)),
        None => 0,
    }
}

/// Makes a profiler the current thread's; `sys.setprofile` takes it away.
pub fn set_profiler<T: Profiler>(profiler: &T) {
    let argument = profiler.to_ref().into_object();
    set_c_profile(ThreadState::current(), Some(profiler_trampoline::<T>), Some(argument));
}

/// `sys.setprofile`.
pub fn set_profile(thread: &ThreadState, function: Option<Ref>) {
    set_c_profile(thread, function.is_some().then_some(profile_trampoline as TraceFunc), function);
}

/// A profiling function of C's, with its argument (`PyEval_SetProfile`).
pub fn set_c_profile(thread: &ThreadState, function: Option<TraceFunc>, argument: Option<Ref>) {
    thread.c_profilefunc.set(None);
    thread.c_profileobj.set(argument);
    thread.c_profilefunc.set(function);
    thread.use_tracing.set(c_int::from(is_on(thread)));
}
