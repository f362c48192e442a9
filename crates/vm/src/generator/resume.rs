//! Resuming generators, coroutines and asynchronous generators: send, throw, close, finalise.

use std::fmt;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use super::{Generator, Kind};
use crate::coroutine::Coroutine;
use crate::eval;
use crate::frame::Frame;
use crate::traceback::Traceback;

/// What resuming came to.
pub enum Sent {
    Yielded(Ref),
    Returned(Ref),
}

/// A generator or coroutine to which values can be sent without its methods being looked up.
pub fn sendable(object: &Object) -> Option<&Generator> {
    match object.downcast_exact::<Coroutine>() {
        Some(coroutine) => Some(coroutine),
        None => object.downcast_exact::<Generator>(),
    }
}

/// How a generator is resumed.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Send,
    /// The exception that is set is raised inside.
    Throw,
    /// As `Throw`, by `close()`: one that has ended is left alone.
    Close,
}

/// Runs the frame until it yields or ends.
fn resume(generator: &Generator, argument: Option<&Object>, mode: Mode) -> Result<Sent> {
    if generator.running.get() != 0 {
        bail!(ValueError, "{} already executing", generator.kind().noun());
    }
    let Some(frame) = generator.suspended() else { return resume_ended(generator, mode) };
    if frame.lasti.get() == -1 {
        if argument.is_some_and(|argument| !argument.is_none()) {
            bail!(TypeError, "can't send non-None value to a just-started {}", generator.kind().noun());
        }
    } else {
        push(&frame, argument.unwrap_or(none_object()).to_ref());
    }
    let thread = ThreadState::current();
    frame.back.set(Frame::innermost(thread).map(Frame::to_ref));
    generator.running.set(1);
    let handled = &generator.exc_state;
    handled.previous_item.set(thread.exc_info.get());
    thread.exc_info.set(handled);
    if mode != Mode::Send && handled.exc_type.get().is_some_and(|class| !class.is_none()) {
        chain_to_handled();
    }
    let result = eval::execute(thread, &frame, mode != Mode::Send);
    thread.exc_info.set(handled.previous_item.replace(std::ptr::null()));
    generator.running.set(0);
    frame.back.set(None);
    if result.is_ok() && !frame.stacktop.get().is_null() {
        return result.map(Sent::Yielded);
    }
    let result = match result {
        Ok(value) => Ok(Sent::Returned(value)),
        Err(raised) => Err(refuse_stop(generator.kind(), raised)),
    };
    end(generator);
    result
}

/// Gives the exception that is thrown in the one that the generator is handling as its `__context__`.
#[cold]
fn chain_to_handled() {
    let Some(thrown) = raise::fetch() else { return };
    let chained = raise::set(&thrown.class, thrown.value).fetch();
    let traceback = chained.traceback.clone().or(thrown.traceback);
    let _ = raise::restore(raise::Fetched { traceback, ..chained });
}

/// Makes a generator's frame ready to go on in the loop that iterates over it: nothing where it has
/// ended. The loop owns the reference; [`finish_in_loop`] ends what this begins.
#[inline(always)]
pub fn begin_in_loop(thread: &ThreadState, generator: &Generator) -> Result<Option<Ref<Frame>>> {
    if generator.running.get() != 0 {
        bail!(ValueError, "generator already executing");
    }
    let Some(frame) = generator.suspended() else { return Ok(None) };
    frame.code().decoded()?;
    if frame.lasti.get() != -1 {
        push(&frame, none());
    }
    frame.back.set(Frame::innermost(thread).map(Frame::to_ref));
    generator.running.set(1);
    let handled = &generator.exc_state;
    handled.previous_item.set(thread.exc_info.get());
    thread.exc_info.set(handled);
    Ok(Some(frame))
}

/// What a generator that ran in its caller's loop came to: a value, or its end.
#[inline(always)]
pub fn finish_in_loop(
    thread: &ThreadState,
    generator: &Generator,
    suspended: bool,
    result: Result<Ref>,
) -> Result<Option<Ref>> {
    thread.exc_info.set(generator.exc_state.previous_item.replace(std::ptr::null()));
    generator.running.set(0);
    if let Some(frame) = generator.frame.get() {
        frame.back.set(None);
    }
    if suspended {
        return result.map(Some);
    }
    let result = match result {
        Ok(_) => Ok(None),
        Err(raised) => Err(refuse_stop(Kind::Generator, raised)),
    };
    end(generator);
    result
}

/// The generator that owns a frame, if it is a plain one's.
#[inline(always)]
pub fn of_frame(frame: &Frame) -> Option<Ref<Generator>> {
    // SAFETY: null, or the live generator that owns the frame.
    let owner = unsafe { frame.generator.get().as_ref() }?;
    owner.downcast_exact::<Generator>().map(Generator::to_ref)
}

/// Puts the value that `yield` evaluates to on a suspended frame's stack.
fn push(frame: &Frame, value: Ref) {
    let top = frame.stacktop.get();
    // SAFETY: the frame is suspended in an instruction that verification has given room for its result.
    unsafe {
        top.cast::<Option<Ref>>().write(Some(value));
        frame.stacktop.set(top.add(1));
    }
}

fn resume_ended(generator: &Generator, mode: Mode) -> Result<Sent> {
    if generator.kind() == Kind::Coroutine && mode != Mode::Close {
        if mode == Mode::Throw {
            raise::clear();
        }
        bail!(RuntimeError, "cannot reuse already awaited coroutine");
    }
    match mode {
        Mode::Send => Ok(Sent::Returned(none())),
        _ => Err(raise::already_set()),
    }
}

/// A generator does not end by `StopIteration` that it raises itself (PEP 479).
fn refuse_stop(kind: Kind, raised: Raised) -> Raised {
    if raised.matches(&exceptions::StopIteration) {
        return raise_from(
            raised,
            &exceptions::RuntimeError,
            format_args!("{} raised StopIteration", kind.noun()),
        );
    }
    if kind == Kind::AsyncGenerator && raised.matches(&exceptions::StopAsyncIteration) {
        return raise_from(
            raised,
            &exceptions::RuntimeError,
            format_args!("async generator raised StopAsyncIteration"),
        );
    }
    raised
}

/// Raises an exception with the one that is set as its cause and context.
pub fn raise_from(raised: Raised, class: &Type, message: fmt::Arguments<'_>) -> Raised {
    let fetched = raised.fetch().normalize();
    if let Some(value) = &fetched.value
        && let Some(exception) = value.downcast::<exceptions::BaseExceptionObject>()
    {
        exception.traceback.set(fetched.traceback.clone());
    }
    let raised = raise::set_message(class, message);
    exceptions::set_cause_and_context(raised, fetched.value)
}

/// The frame has ended.
fn end(generator: &Generator) {
    let state = &generator.exc_state;
    let handled = (state.exc_type.take(), state.exc_value.take(), state.exc_traceback.take());
    if let Some(frame) = generator.frame.take() {
        frame.generator.set(std::ptr::null_mut());
        drop(frame);
    }
    drop(handled);
}

/// `__next__`: nothing where the generator returns `None`.
pub fn next(generator: &Generator) -> Result<Option<Ref>> {
    match resume(generator, None, Mode::Send)? {
        Sent::Yielded(value) => Ok(Some(value)),
        Sent::Returned(value) if value.is_none() => Ok(None),
        Sent::Returned(value) => Err(stop_iteration(value)),
    }
}

/// Sends a value.
pub fn send(generator: &Generator, value: &Object) -> Result<Sent> {
    resume(generator, Some(value), Mode::Send)
}

/// `send(value)`: a return is `StopIteration`.
pub fn send_from_python(generator: &Generator, value: &Object) -> Result<Ref> {
    finish(generator, send(generator, value)?)
}

/// What Python code sees of a resumption: a return is `StopIteration`, or `StopAsyncIteration`.
fn finish(generator: &Generator, sent: Sent) -> Result<Ref> {
    match sent {
        Sent::Yielded(value) => Ok(value),
        Sent::Returned(_) if generator.kind() == Kind::AsyncGenerator => Err(raise!(StopAsyncIteration)),
        Sent::Returned(value) if value.is_none() => Err(raise!(StopIteration)),
        Sent::Returned(value) => Err(stop_iteration(value)),
    }
}

/// `StopIteration(value)`: made at once where raising would take a tuple or an exception apart.
pub fn stop_iteration(value: Ref) -> Raised {
    if value.downcast::<Tuple>().is_none() && !value.class().has_flags(flags::EXCEPTION_SUBCLASS) {
        return raise::set_object(&exceptions::StopIteration, value);
    }
    match exceptions::StopIteration.as_object().call1(&value) {
        Ok(exception) => raise::set_object(&exceptions::StopIteration, exception),
        Err(raised) => raised,
    }
}

/// The value of a `StopIteration` that is set, which is dropped; any other exception goes on.
pub fn stop_iteration_value(raised: Raised) -> Result<Ref> {
    if !raised.matches(&exceptions::StopIteration) {
        return Err(raised);
    }
    let fetched = raised.fetch().normalize();
    match fetched.value.as_deref().and_then(Object::downcast::<exceptions::StopIterationObject>) {
        Some(exception) => Ok(exception.value.get().unwrap_or_else(none)),
        None => Err(fetched.restore()),
    }
}

/// Closes what a generator delegates to.
fn close_delegate(delegate: &Object) -> Result<()> {
    if let Some(generator) = sendable(delegate) {
        return close(generator);
    }
    match delegate.get_attr_opt(intern!("close")) {
        Ok(Some(close)) => close.call0().map(|_| ()),
        Ok(None) => Ok(()),
        Err(raised) => {
            raised.write_unraisable(Some(delegate));
            Ok(())
        }
    }
}

/// Runs a function with the generator marked as running.
fn while_running<T>(generator: &Generator, function: impl FnOnce() -> T) -> T {
    generator.running.set(1);
    let result = function();
    generator.running.set(0);
    result
}

/// `close()`.
pub fn close(generator: &Generator) -> Result<()> {
    if generator.running.get() != 0 {
        bail!(ValueError, "{} already executing", generator.kind().noun());
    }
    let closed = match generator.delegate() {
        Some(delegate) => while_running(generator, || close_delegate(&delegate)),
        None => Ok(()),
    };
    if closed.is_ok() {
        let _ = raise!(GeneratorExit);
    }
    let raised = match resume(generator, Some(none_object()), Mode::Close) {
        Ok(Sent::Yielded(_)) => bail!(RuntimeError, "{} ignored GeneratorExit", generator.kind().noun()),
        Ok(Sent::Returned(_)) => return Ok(()),
        Err(raised) => raised,
    };
    if raised.matches(&exceptions::StopIteration) || raised.matches(&exceptions::GeneratorExit) {
        raised.clear();
        return Ok(());
    }
    Err(raised)
}

/// `throw(class, value, traceback)`. Where the generator delegates, the exception goes there first;
/// `GeneratorExit` closes the delegate instead, if asked for.
pub fn throw(
    generator: &Generator,
    close_on_exit: bool,
    class: &Object,
    value: Option<&Object>,
    traceback: Option<&Object>,
) -> Result<Ref> {
    let sent = throw_into(generator, close_on_exit, class, value, traceback)?;
    finish(generator, sent)
}

fn is_generator_exit(class: &Object) -> bool {
    let class = match class.downcast::<Type>() {
        Some(class) => class,
        None => class.class(),
    };
    class.is_subtype(&exceptions::GeneratorExit)
}

/// [`throw`], with what it came to.
pub fn throw_into(
    generator: &Generator,
    close_on_exit: bool,
    class: &Object,
    value: Option<&Object>,
    traceback: Option<&Object>,
) -> Result<Sent> {
    let Some(delegate) = generator.delegate() else {
        return throw_here(generator, class, value, traceback);
    };
    if generator.running.get() != 0 {
        bail!(ValueError, "{} already executing", generator.kind().noun());
    }
    if close_on_exit && is_generator_exit(class) {
        return match while_running(generator, || close_delegate(&delegate)) {
            Ok(()) => throw_here(generator, class, value, traceback),
            Err(_) => resume(generator, Some(none_object()), Mode::Throw),
        };
    }
    let result = match sendable(&delegate) {
        Some(inner) => throw_to_generator(generator, inner, close_on_exit, class, value, traceback),
        None => {
            let Some(method) = delegate.get_attr_opt(intern!("throw"))? else {
                return throw_here(generator, class, value, traceback);
            };
            let arguments: Vec<&Object> =
                [Some(class), value, traceback].into_iter().map_while(|a| a).collect();
            while_running(generator, || method.call(&arguments)).map(Sent::Yielded)
        }
    };
    let ended = match result {
        Ok(Sent::Yielded(value)) => return Ok(Sent::Yielded(value)),
        Ok(Sent::Returned(value)) => Ok(value),
        Err(raised) => stop_iteration_value(raised),
    };
    leave_delegate(generator);
    match ended {
        Ok(value) => resume(generator, Some(&value), Mode::Send),
        Err(_) => resume(generator, Some(none_object()), Mode::Throw),
    }
}

/// Throws into a generator that another delegates to, whose frame shows in between.
fn throw_to_generator(
    generator: &Generator,
    inner: &Generator,
    close_on_exit: bool,
    class: &Object,
    value: Option<&Object>,
    traceback: Option<&Object>,
) -> Result<Sent> {
    let thread = ThreadState::current();
    let innermost = thread.frame.get();
    let frame = generator.frame.get();
    if let Some(frame) = &frame {
        frame.back.set(Frame::innermost(thread).map(Frame::to_ref));
        thread.frame.set(frame.as_ptr());
    }
    let result = while_running(generator, || throw_into(inner, close_on_exit, class, value, traceback));
    thread.frame.set(innermost);
    if let Some(frame) = &frame {
        frame.back.set(None);
    }
    result
}

/// The delegate has ended: the frame goes on behind `YIELD_FROM`.
fn leave_delegate(generator: &Generator) {
    let Some(frame) = generator.suspended() else { return };
    // SAFETY: the frame is suspended with the delegate on top of its stack.
    unsafe {
        let top = frame.stacktop.get().sub(1);
        frame.stacktop.set(top);
        drop(top.cast::<Option<Ref>>().read());
    }
    frame.lasti.set(frame.lasti.get() + 2);
}

/// Raises inside of the generator's own frame.
fn throw_here(
    generator: &Generator,
    class: &Object,
    value: Option<&Object>,
    traceback: Option<&Object>,
) -> Result<Sent> {
    let traceback = match traceback.filter(|traceback| !traceback.is_none()) {
        None => None,
        Some(traceback) if traceback.downcast::<Traceback>().is_some() => Some(traceback.to_ref()),
        Some(_) => bail!(TypeError, "throw() third argument must be a traceback object"),
    };
    let value = value.filter(|value| !value.is_none());
    let is_class = class.downcast::<Type>().is_some_and(|class| class.has_flags(flags::EXCEPTION_SUBCLASS));
    let fetched = if is_class {
        raise::Fetched { class: class.to_ref(), value: value.map(Object::to_ref), traceback }.normalize()
    } else if class.class().has_flags(flags::EXCEPTION_SUBCLASS) {
        if value.is_some() {
            bail!(TypeError, "instance exception may not have a separate value");
        }
        let traceback = traceback.or_else(|| exceptions::traceback_of(class));
        raise::Fetched { class: class.class().as_object().to_ref(), value: Some(class.to_ref()), traceback }
    } else {
        bail!(
            TypeError,
            "exceptions must be classes or instances deriving from BaseException, not {}",
            class.class().name()
        );
    };
    let _ = fetched.restore();
    resume(generator, Some(none_object()), Mode::Throw)
}

/// `tp_finalize`: what is suspended is closed; errors go to `sys.unraisablehook`.
pub fn finalize(generator: &Generator) {
    let Some(frame) = generator.suspended() else { return };
    let pending = raise::fetch();
    if !crate::async_generator::finalize_by_hook(generator) {
        let never_started = frame.lasti.get() == -1;
        drop(frame);
        if generator.kind() == Kind::Coroutine && never_started {
            crate::coroutine::warn_unawaited(generator);
        } else if let Err(raised) = close(generator) {
            raised.write_unraisable(Some(generator.as_object()));
        }
    }
    if let Some(pending) = pending {
        let _ = pending.restore();
    }
}

/// [`finalize`] of an object that a frame says owns it.
pub fn finalize_object(owner: &Object) {
    let is_one = owner.downcast::<Generator>().is_some()
        || owner.downcast::<Coroutine>().is_some()
        || crate::async_generator::is_exact(owner);
    if is_one {
        // SAFETY: all three begin with the structure.
        finalize(unsafe { &*std::ptr::from_ref(owner).cast::<Generator>() });
    }
}
