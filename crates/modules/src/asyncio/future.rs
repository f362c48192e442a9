//! `Future`: a result that is to come.

use std::cell::{Cell, RefCell};
use std::mem::offset_of;

use objects::context::Context;
use objects::prelude::*;

use super::iterator::FutureIter;
use super::{call_soon, cancelled_error, cannot_delete, invalid_state, report, running};
use crate::imported::Imported;

static FUTURE_REPR_INFO: Imported = Imported::new("asyncio.base_futures", "_future_repr_info");
static EXTRACT_STACK: Imported = Imported::new("traceback", "extract_stack");

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Pending,
    Cancelled,
    Finished,
}

/// What a finished future has come to.
pub enum Outcome {
    Result(Ref),
    Exception(Ref),
}

/// A result that is to come.
#[repr(C)]
#[derive(Trace)]
pub struct Future {
    base: Object,
    /// Null until it is initialised.
    event_loop: Field,
    #[trace(skip)]
    state: Cell<State>,
    result: Field,
    exception: Field,
    cancel_message: Field,
    /// What a task was cancelled by: the context of the exception that tells of it.
    cancelled_by: Field,
    source_traceback: Field,
    /// Functions to be called when it is done, each in a tuple with the context to call it in.
    callbacks: RefCell<Vec<Ref<Tuple>>>,
    /// Whether nobody has asked for the exception yet.
    log_traceback: Cell<bool>,
    /// Whether it was given to a task to wait for.
    is_awaited: Cell<bool>,
    dict: Field<Dict>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

impl Future {
    pub const DICT_OFFSET: usize = offset_of!(Future, dict);
    pub const WEAK_OFFSET: usize = offset_of!(Future, weak_references);

    /// One that is not initialised.
    pub fn blank() -> Future {
        Future {
            base: Object::header(),
            event_loop: Field::null(),
            state: Cell::new(State::Pending),
            result: Field::null(),
            exception: Field::null(),
            cancel_message: Field::null(),
            cancelled_by: Field::null(),
            source_traceback: Field::null(),
            callbacks: RefCell::default(),
            log_traceback: Cell::new(false),
            is_awaited: Cell::new(false),
            dict: Field::null(),
            weak_references: Cell::new(std::ptr::null_mut()),
        }
    }

    /// `__init__`, which also makes a future anew.
    pub fn start(&self, event_loop: Option<&Object>) -> Result<()> {
        for field in [
            &self.event_loop,
            &self.result,
            &self.exception,
            &self.cancel_message,
            &self.cancelled_by,
            &self.source_traceback,
        ] {
            field.set(None);
        }
        drop(self.callbacks.take());
        self.state.set(State::Pending);
        self.log_traceback.set(false);
        self.is_awaited.set(false);
        let event_loop = match event_loop {
            Some(event_loop) => event_loop.to_ref(),
            None => running::event_loop()?,
        };
        self.event_loop.set(Some(event_loop.clone()));
        if event_loop.call_method(intern!("get_debug"), &[])?.is_true()? && !vm::thread::is_finalizing() {
            self.source_traceback.set(Some(EXTRACT_STACK.get()?.call0()?));
        }
        Ok(())
    }

    /// The loop. `RuntimeError` before there is one.
    pub fn event_loop(&self) -> Result<Ref> {
        self.event_loop.get().ok_or_else(|| raise!(RuntimeError, "Future object is not initialized."))
    }

    pub fn loop_or_none(&self) -> Option<Ref> {
        self.event_loop.get()
    }

    pub fn is_pending(&self) -> bool {
        self.state.get() == State::Pending
    }

    pub fn is_awaited(&self) -> bool {
        self.is_awaited.get()
    }

    pub fn set_awaited(&self, is_awaited: bool) {
        self.is_awaited.set(is_awaited);
    }

    pub fn cancel_message(&self) -> Option<Ref> {
        self.cancel_message.get()
    }

    pub fn set_cancel_message(&self, message: Option<Ref>) {
        self.cancel_message.set(message);
    }

    pub fn set_cancelled_by(&self, exception: Option<Ref>) {
        self.cancelled_by.set(exception);
    }

    /// Nobody need be told of the exception any more.
    pub fn forget_traceback(&self) {
        self.log_traceback.set(false);
    }

    pub fn source_traceback(&self) -> Option<Ref> {
        self.source_traceback.get()
    }

    fn schedule_callbacks(&self) -> Result<()> {
        let event_loop = self.event_loop()?;
        let callbacks = self.callbacks.take();
        callbacks.iter().try_for_each(|entry| match *entry.as_slice() {
            [callback, context] => call_soon(&event_loop, callback, Some(self), Some(context)),
            _ => Ok(()),
        })
    }

    /// Calls a function when the future is done: in the loop's next round, if it is done already.
    pub fn add_callback(&self, callback: &Object, context: &Object) -> Result<()> {
        if !self.is_pending() {
            return call_soon(&*self.event_loop()?, callback, Some(self), Some(context));
        }
        let entry = Tuple::new([callback.to_ref(), context.to_ref()])?;
        self.callbacks.borrow_mut().push(entry);
        Ok(())
    }

    pub fn finish(&self, result: &Object) -> Result<()> {
        self.event_loop()?;
        if !self.is_pending() {
            return Err(invalid_state("invalid state"));
        }
        self.result.set(Some(result.to_ref()));
        self.state.set(State::Finished);
        self.schedule_callbacks()
    }

    pub fn fail(&self, exception: &Object) -> Result<()> {
        self.event_loop()?;
        if !self.is_pending() {
            return Err(invalid_state("invalid state"));
        }
        let is_class =
            exception.downcast::<Type>().is_some_and(|class| class.has_flags(flags::EXCEPTION_SUBCLASS));
        let exception = if is_class { exception.call0()? } else { exception.to_ref() };
        if !self.is_pending() {
            return Err(invalid_state("invalid state"));
        }
        if !exception.class().has_flags(flags::EXCEPTION_SUBCLASS) {
            bail!(TypeError, "invalid exception object");
        }
        if exception.class().is(&exceptions::StopIteration) {
            bail!(
                TypeError,
                "StopIteration interacts badly with generators and cannot be raised into a Future"
            );
        }
        self.exception.set(Some(exception));
        self.state.set(State::Finished);
        self.schedule_callbacks()?;
        self.log_traceback.set(true);
        Ok(())
    }

    /// Cancels it; whether it was not done yet.
    pub fn cancel_with(&self, message: Option<Ref>) -> Result<bool> {
        self.event_loop()?;
        self.forget_traceback();
        if !self.is_pending() {
            return Ok(false);
        }
        self.state.set(State::Cancelled);
        self.cancel_message.set(message);
        self.schedule_callbacks()?;
        Ok(true)
    }

    /// The exception that tells of the cancellation.
    pub fn new_cancelled_error(&self) -> Result<Ref> {
        let message = self.cancel_message.get().filter(|message| !message.is_none());
        cancelled_error(message.as_deref())
    }

    #[cold]
    fn raise_cancelled(&self) -> Raised {
        let raise = || {
            let error = self.new_cancelled_error()?;
            let context = self.cancelled_by.get();
            let raised = raise::set_instance(error.clone());
            match context {
                None => Ok(raised),
                Some(context) => {
                    let pending = raised.fetch();
                    error.set_attr(intern!("__context__"), &context)?;
                    Ok(pending.restore())
                }
            }
        };
        raise().unwrap_or_else(|raised| raised)
    }

    /// What it has come to. Raises where it is not done, or cancelled.
    pub fn outcome(&self) -> Result<Outcome> {
        match self.state.get() {
            State::Cancelled => return Err(self.raise_cancelled()),
            State::Pending => return Err(invalid_state("Result is not set.")),
            State::Finished => self.forget_traceback(),
        }
        Ok(match self.exception.get() {
            Some(exception) => Outcome::Exception(exception),
            None => Outcome::Result(self.result.get().unwrap_or_else(none)),
        })
    }

    pub fn result_or_raise(&self) -> Result<Ref> {
        match self.outcome()? {
            Outcome::Result(result) => Ok(result),
            Outcome::Exception(exception) => Err(raise::set_instance(exception)),
        }
    }

    fn check_initialized(&self) -> Result<()> {
        match self.event_loop.is_null() {
            true => Err(invalid_state("Future object is not initialized.")),
            false => Ok(()),
        }
    }
}

/// Future(*, loop=None)
///
/// A result that is to come. It is much like concurrent.futures.Future, with these differences:
///
/// - result() and exception() never wait, and so take no timeout: they raise an
///   exception as long as the future isn't done.
///
/// - The functions given to add_done_callback() are run by the event loop,
///   through call_soon().
///
/// - wait() and as_completed() of the package concurrent.futures do not take it.
#[class(
    name = "Future",
    module = "_asyncio",
    flags = BASETYPE,
    dict_offset = Future::DICT_OFFSET,
    weaklist_offset = Future::WEAK_OFFSET
)]
impl Future {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Future>> {
        Ref::new_in(class, Future::blank())
    }

    #[slot(tp_init, "(*, loop=None)")]
    fn init(&self, event_loop: NoneOr<&Object>) -> Result<()> {
        self.start(event_loop.0)
    }

    #[slot(tp_finalize)]
    pub fn finalize(&self) {
        if self.log_traceback.replace(false) {
            let message = format!("{} exception was never retrieved", self.class().short_name());
            report(
                self.event_loop.get(),
                &message,
                "future",
                self,
                self.exception.get(),
                self.source_traceback.get(),
            );
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.event_loop()?;
        let info = self.call_method(intern!("_repr_info"), &[])?;
        let info = intern!(" ").call_method(intern!("join"), &[&info])?;
        let mut text = objects::str::StrBuilder::new();
        text.push_str(&format!("<{} ", self.class().short_name()));
        if let Some(info) = info.downcast::<Str>() {
            text.push_points(info.points());
        }
        text.push_str(">");
        text.finish()
    }

    #[slot(tp_iter)]
    #[slot(am_await)]
    fn iterate(&self) -> Result<Ref<FutureIter>> {
        self.event_loop()?;
        Ok(FutureIter::over(self))
    }

    /// The result, once it was set.
    ///
    /// Raises the exception if one was set instead, CancelledError for a future that was
    /// cancelled, and InvalidStateError as long as it isn't done.
    #[method("()")]
    fn result(&self) -> Result<Ref> {
        self.check_initialized()?;
        self.result_or_raise()
    }

    /// The exception that was set; None for a future with a result.
    ///
    /// Raises CancelledError for a future that was cancelled, and InvalidStateError as
    /// long as it isn't done.
    #[method("()")]
    fn exception(&self) -> Result<Option<Ref>> {
        self.check_initialized()?;
        match self.state.get() {
            State::Cancelled => Err(self.raise_cancelled()),
            State::Pending => Err(invalid_state("Exception is not set.")),
            State::Finished => {
                self.forget_traceback();
                Ok(self.exception.get())
            }
        }
    }

    /// Finish the future with a result. Raises InvalidStateError for one that is done.
    #[method("(result, /)")]
    fn set_result(&self, result: &Object) -> Result<()> {
        self.finish(result)
    }

    /// Finish the future with an exception, which is an instance or a class.
    ///
    /// Raises InvalidStateError for a future that is done.
    #[method("(exception, /)")]
    fn set_exception(&self, exception: &Object) -> Result<()> {
        self.fail(exception)
    }

    /// Add a callback to be run when the future becomes done.
    ///
    /// It is called with the future as its argument, by the loop's call_soon();
    /// at once if the future is done already.
    #[method("(fn, /, *, context=<unrepresentable>)")]
    fn add_done_callback(&self, function: &Object, context: Option<&Object>) -> Result<()> {
        if self.event_loop.is_null() {
            bail!(RuntimeError, "uninitialized Future object");
        }
        match context {
            Some(context) => self.add_callback(function, context),
            None => self.add_callback(function, &Context::current().duplicate()),
        }
    }

    /// Forget a function that add_done_callback() was given, however many times.
    ///
    /// Gives how many times that was.
    #[method("(fn, /)")]
    fn remove_done_callback(&self, function: &Object) -> Result<usize> {
        self.event_loop()?;
        let mut kept = Vec::new();
        let (mut index, mut removed) = (0, 0);
        // Comparing may change the list: it is looked at anew for each.
        loop {
            let entry = self.callbacks.borrow().get(index).cloned();
            let Some(entry) = entry else { break };
            index += 1;
            match entry.as_slice().first().map_or(Ok(false), |callback| function.equals(callback))? {
                true => removed += 1,
                false => kept.push(entry),
            }
        }
        if removed > 0 && !self.callbacks.borrow().is_empty() {
            let old = self.callbacks.replace(kept);
            drop(old);
        }
        Ok(removed)
    }

    /// Finish the future without a result, and have the event loop run its callbacks.
    ///
    /// Gives whether that was possible: False for a future that is done. A message may be
    /// given for the CancelledError that result() raises then.
    #[method("(msg=None)")]
    fn cancel(&self, msg: Option<&Object>) -> Result<bool> {
        self.cancel_with(msg.map(Object::to_ref))
    }

    /// Whether cancel() has finished the future.
    #[method("()")]
    fn cancelled(&self) -> bool {
        !self.event_loop.is_null() && self.state.get() == State::Cancelled
    }

    /// Whether the future is finished: by a result, an exception, or cancel().
    #[method("()")]
    fn done(&self) -> bool {
        !self.event_loop.is_null() && !self.is_pending()
    }

    /// The event loop that runs the callbacks of the future.
    #[method("()")]
    fn get_loop(&self) -> Result<Ref> {
        self.event_loop()
    }

    /// Make the CancelledError that tells of the cancellation, with its message and context.
    ///
    /// The context goes with it: call this once for each cancellation.
    #[method("()", name = "_make_cancelled_error")]
    fn make_cancelled_error(&self) -> Result<Ref> {
        let error = self.new_cancelled_error()?;
        if let Some(context) = self.cancelled_by.take() {
            error.set_attr(intern!("__context__"), &context)?;
        }
        Ok(error)
    }

    #[method("()", name = "_repr_info")]
    fn repr_info(&self) -> Result<Ref> {
        self.event_loop()?;
        FUTURE_REPR_INFO.get()?.call1(self)
    }

    /// Makes Future[item], for type hints.
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }

    #[getter(name = "_state")]
    fn state_name(&self) -> Result<&'static str> {
        self.event_loop()?;
        Ok(match self.state.get() {
            State::Pending => "PENDING",
            State::Cancelled => "CANCELLED",
            State::Finished => "FINISHED",
        })
    }

    #[getter(name = "_asyncio_future_blocking")]
    fn get_blocking(&self) -> bool {
        !self.event_loop.is_null() && self.is_awaited.get()
    }

    #[setter(name = "_asyncio_future_blocking")]
    fn set_blocking(&self, value: Option<&Object>) -> Result<()> {
        self.event_loop()?;
        let value = value.ok_or_else(cannot_delete)?;
        self.is_awaited.set(value.is_true()?);
        Ok(())
    }

    #[getter(name = "_loop")]
    fn get_loop_or_none(&self) -> Option<Ref> {
        self.event_loop.get()
    }

    #[getter(name = "_callbacks")]
    fn get_callbacks(&self) -> Result<Option<Ref>> {
        self.event_loop()?;
        let callbacks = self.callbacks.borrow().clone();
        match callbacks.is_empty() {
            true => Ok(None),
            false => callbacks.into_object().map(Some),
        }
    }

    #[getter(name = "_result")]
    fn get_result(&self) -> Result<Option<Ref>> {
        self.event_loop()?;
        Ok(self.result.get())
    }

    #[getter(name = "_exception")]
    fn get_exception(&self) -> Result<Option<Ref>> {
        self.event_loop()?;
        Ok(self.exception.get())
    }

    #[getter(name = "_log_traceback")]
    fn get_log_traceback(&self) -> Result<bool> {
        self.event_loop()?;
        Ok(self.log_traceback.get())
    }

    #[setter(name = "_log_traceback")]
    fn set_log_traceback(&self, value: Option<&Object>) -> Result<()> {
        let value = value.ok_or_else(cannot_delete)?;
        if value.is_true()? {
            bail!(ValueError, "_log_traceback can only be set to False");
        }
        self.forget_traceback();
        Ok(())
    }

    #[getter(name = "_source_traceback")]
    fn get_source_traceback(&self) -> Option<Ref> {
        self.source_traceback.get()
    }

    #[getter(name = "_cancel_message")]
    fn get_cancel_message(&self) -> Option<Ref> {
        self.cancel_message.get()
    }

    #[setter(name = "_cancel_message")]
    fn put_cancel_message(&self, value: Option<&Object>) -> Result<()> {
        let value = value.ok_or_else(cannot_delete)?;
        self.cancel_message.set(Some(value.to_ref()));
        Ok(())
    }
}
