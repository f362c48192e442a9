//! Generators, coroutines and asynchronous iteration, seen from inside of their frames.

use bytecode::{flags as code_flags, number};
use objects::prelude::*;

use super::exceptions::special;
use super::machine::Machine;
use crate::async_generator;
use crate::coroutine::{self, Coroutine};
use crate::frame::Frame;
use crate::generator::{self, Generator, Sent};

impl Machine {
    #[inline(always)]
    pub fn get_yield_from_iter(&mut self) -> Result<()> {
        let iterator = yield_from_iterator(self.peek(0), self.frame())?;
        self.set_top(iterator);
        Ok(())
    }

    /// Sends the value on top to the iterator under it: a value to yield on, or nothing where the
    /// iterator has ended and its result is on top.
    #[inline(always)]
    pub fn yield_from<const TRACING: bool>(&mut self) -> Result<Option<Ref>> {
        let value = self.pop();
        match send::<TRACING>(self.peek(0), &value)? {
            Sent::Yielded(value) => Ok(Some(value)),
            Sent::Returned(result) => {
                self.set_top(result);
                Ok(None)
            }
        }
    }

    /// The value to yield; an asynchronous generator wraps it, to tell it from an awaited one's.
    #[inline(always)]
    pub fn yielded(&mut self) -> Ref {
        let value = self.pop();
        match self.frame().code().has_flags(code_flags::ASYNC_GENERATOR) {
            true => async_generator::wrap(value),
            false => value,
        }
    }

    #[inline(always)]
    pub fn get_awaitable(&mut self) -> Result<()> {
        let iterator = awaitable_in_frame(self.peek(0), self.frame())?;
        self.set_top(iterator);
        Ok(())
    }

    #[inline(always)]
    pub fn get_aiter(&mut self) -> Result<()> {
        let iterator = asynchronous_iterator(self.peek(0))?;
        self.set_top(iterator);
        Ok(())
    }

    #[inline(always)]
    pub fn get_anext(&mut self) -> Result<()> {
        let awaitable = next_awaitable(self.peek(0))?;
        self.push(awaitable);
        Ok(())
    }

    #[inline(always)]
    pub fn before_async_with(&mut self) -> Result<()> {
        let (exit, entering) = enter_asynchronously(self.peek(0))?;
        self.set_top(exit);
        self.push(entering);
        Ok(())
    }

    #[inline(always)]
    pub fn setup_async_with(&mut self, distance: u32) -> Result<()> {
        let entered = self.pop();
        self.setup_finally(distance)?;
        self.push(entered);
        Ok(())
    }
}

#[inline(never)]
fn yield_from_iterator(iterable: &Object, frame: &Frame) -> Result<Ref> {
    if iterable.downcast_exact::<Coroutine>().is_some() {
        if !frame.code().has_flags(code_flags::COROUTINE | code_flags::ITERABLE_COROUTINE) {
            bail!(TypeError, "cannot 'yield from' a coroutine object in a non-coroutine generator");
        }
        return Ok(iterable.to_ref());
    }
    if iterable.downcast_exact::<Generator>().is_some() {
        return Ok(iterable.to_ref());
    }
    iterable.iter()
}

/// Sends a value to an iterator.
#[inline(never)]
fn send<const TRACING: bool>(iterator: &Object, value: &Object) -> Result<Sent> {
    if let Some(generator) = generator::sendable(iterator) {
        return match generator::send(generator, value)? {
            Sent::Returned(result) if TRACING => ended(generator::stop_iteration(result)),
            sent => Ok(sent),
        };
    }
    let result = match value.is_none() {
        true => match iterator.class().tp_iternext.get() {
            Some(next) => match next(iterator) {
                Some(value) => Ok(value),
                None if !raise::occurred() => return Ok(Sent::Returned(none())),
                None => Err(raise::already_set()),
            },
            None => Err(raise!(TypeError, "'{}' object is not an iterator", iterator.class().name())),
        },
        false => iterator.call_method(intern!("send"), &[value]),
    };
    match result {
        Ok(value) => Ok(Sent::Yielded(value)),
        Err(raised) => ended(raised),
    }
}

/// The result in a `StopIteration`, of which a trace function hears.
fn ended(raised: Raised) -> Result<Sent> {
    if raised.matches(&exceptions::StopIteration) {
        super::tracing::stop_iteration_handled();
    }
    generator::stop_iteration_value(raised).map(Sent::Returned)
}

#[inline(never)]
fn awaitable_in_frame(object: &Object, frame: &Frame) -> Result<Ref> {
    let iterator = match coroutine::awaitable_iterator(object) {
        Ok(iterator) => iterator,
        Err(raised) => return Err(explain_awaitable(raised, object.class(), frame)),
    };
    if let Some(coroutine) = iterator.downcast_exact::<Coroutine>()
        && coroutine.delegate().is_some()
    {
        bail!(RuntimeError, "coroutine is being awaited already");
    }
    Ok(iterator)
}

/// Where what cannot be awaited came from `async with`, the message says so.
#[cold]
fn explain_awaitable(raised: Raised, class: &Type, frame: &Frame) -> Raised {
    if class.tp_as_async.get().is_some_and(|methods| methods.am_await.get().is_some()) {
        return raised;
    }
    let before = |distance: usize| {
        let offset = usize::try_from(frame.lasti.get()).ok()?.checked_sub(distance)?;
        frame.code().bytecode().get(offset).copied()
    };
    let method = match (before(4), before(2)) {
        (_, Some(number::BEFORE_ASYNC_WITH)) => "__aenter__",
        (_, Some(number::WITH_EXCEPT_START)) | (Some(number::DUP_TOP), Some(number::CALL_FUNCTION)) => {
            "__aexit__"
        }
        _ => return raised,
    };
    raised.clear();
    raise!(
        TypeError,
        "'async with' received an object from {method} that does not implement __await__: {}",
        class.name()
    )
}

#[inline(never)]
fn asynchronous_iterator(object: &Object) -> Result<Ref> {
    let class = object.class();
    let Some(aiter) = class.tp_as_async.get().and_then(|methods| methods.am_aiter.get()) else {
        bail!(TypeError, "'async for' requires an object with __aiter__ method, got {}", class.name());
    };
    let iterator = aiter(object)?;
    if iterator.class().tp_as_async.get().is_none_or(|methods| methods.am_anext.get().is_none()) {
        bail!(
            TypeError,
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            iterator.class().name()
        );
    }
    Ok(iterator)
}

#[inline(never)]
fn next_awaitable(iterator: &Object) -> Result<Ref> {
    let class = iterator.class();
    let Some(anext) = class.tp_as_async.get().and_then(|methods| methods.am_anext.get()) else {
        bail!(TypeError, "'async for' requires an iterator with __anext__ method, got {}", class.name());
    };
    let next = anext(iterator)?;
    if async_generator::is_exact(iterator) {
        return Ok(next);
    }
    coroutine::awaitable_iterator(&next).map_err(|raised| {
        generator::raise_from(
            raised,
            &exceptions::TypeError,
            format_args!("'async for' received an invalid object from __anext__: {}", next.class().name()),
        )
    })
}

#[inline(never)]
fn enter_asynchronously(manager: &Object) -> Result<(Ref, Ref)> {
    let enter = special(manager, intern!("__aenter__"))?;
    let exit = special(manager, intern!("__aexit__"))?;
    let entering = enter.call0()?;
    Ok((exit, entering))
}
