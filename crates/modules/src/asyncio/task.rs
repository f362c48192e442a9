//! `Task`: a coroutine that a loop runs, as a future of its result.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use objects::context::Context;
use objects::prelude::*;
use vm::coroutine::Coroutine;

use super::future::{FUTURE, Future};
use super::{cannot_delete, report, running, step};
use crate::imported::Imported;

static IS_COROUTINE: Imported = Imported::new("asyncio.coroutines", "iscoroutine");
static TASK_REPR_INFO: Imported = Imported::new("asyncio.base_tasks", "_task_repr_info");
static TASK_GET_STACK: Imported = Imported::new("asyncio.base_tasks", "_task_get_stack");
static TASK_PRINT_STACK: Imported = Imported::new("asyncio.base_tasks", "_task_print_stack");

/// How many tasks were given a name.
static NAMED: AtomicU64 = AtomicU64::new(0);

/// A coroutine and its state.
///
/// As long as the task is not done, either its next step is scheduled, or it waits for a future, one of whose
/// callbacks wakes it up.
#[repr(C)]
#[derive(Trace)]
pub struct Task {
    pub(super) base: Future,
    pub(super) waits_for: Field,
    pub(super) coroutine: Field,
    name: Field,
    pub(super) context: Field,
    /// Whether `CancelledError` is to be thrown in at the next step.
    pub(super) must_cancel: Cell<bool>,
    log_destroy_pending: Cell<bool>,
}

fn is_coroutine(object: &Object) -> Result<bool> {
    match object.downcast_exact::<Coroutine>() {
        Some(_) => Ok(true),
        None => IS_COROUTINE.get()?.call1(object)?.is_true(),
    }
}

/// A name as a string.
fn as_name(name: &Object) -> Result<Ref> {
    match name.downcast_exact::<Str>() {
        Some(name) => Ok(name.to_ref().into_object()),
        None => name.str().map(Ref::into_object),
    }
}

/// Runs a coroutine in an event loop, step by step. The task is a future of what the coroutine returns.
#[class(
    name = "Task",
    module = "_asyncio",
    layout = Future,
    base = FUTURE,
    flags = BASETYPE,
    dict_offset = Future::DICT_OFFSET,
    weaklist_offset = Future::WEAK_OFFSET
)]
impl Task {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Task>> {
        Ref::new_in(
            class,
            Task {
                base: Future::blank(),
                waits_for: Field::null(),
                coroutine: Field::null(),
                name: Field::null(),
                context: Field::null(),
                must_cancel: Cell::new(false),
                log_destroy_pending: Cell::new(false),
            },
        )
    }

    #[slot(tp_init, "(coro, *, loop=None, name=None)")]
    fn init(&self, coro: &Object, event_loop: NoneOr<&Object>, name: NoneOr<&Object>) -> Result<()> {
        self.start(event_loop.0)?;
        if !is_coroutine(coro)? {
            self.log_destroy_pending.set(false);
            bail!(TypeError, "a coroutine was expected, got {}", coro.repr()?);
        }
        self.context.set(Some(Context::current().duplicate().into_object()));
        self.waits_for.set(None);
        self.must_cancel.set(false);
        self.log_destroy_pending.set(true);
        self.coroutine.set(Some(coro.to_ref()));
        let name = match name.0 {
            Some(name) => as_name(name)?,
            None => {
                let number = NAMED.fetch_add(1, Ordering::Relaxed) + 1;
                Str::new(&format!("Task-{number}")).into_object()
            }
        };
        self.name.set(Some(name));
        step::schedule(self, None)?;
        running::register(self)
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.is_pending() && self.log_destroy_pending.get() {
            report(
                self.loop_or_none(),
                "Task was destroyed but it is pending!",
                "task",
                self,
                None,
                self.source_traceback(),
            );
        }
        Future::finalize(self);
    }

    #[method("(result, /)")]
    fn set_result(&self, _result: &Object) -> Result<()> {
        Err(raise!(RuntimeError, "Task does not support set_result operation"))
    }

    #[method("(exception, /)")]
    fn set_exception(&self, _exception: &Object) -> Result<()> {
        Err(raise!(RuntimeError, "Task does not support set_exception operation"))
    }

    /// Request that this task cancel itself.
    ///
    /// CancelledError is thrown into the coroutine in the next round of the event loop. The coroutine may
    /// clean up then, or even deny the request: it may catch the exception and go on, return a value,
    /// or raise another exception.
    ///
    /// So cancelled() does not yet return True after this, but only when the coroutine has ended with
    /// CancelledError (even if cancel() was not called).
    ///
    /// Returns False if the task is done already.
    #[method("(msg=None)")]
    fn cancel(&self, msg: Option<&Object>) -> Result<bool> {
        self.forget_traceback();
        if !self.is_pending() {
            return Ok(false);
        }
        if let Some(waits_for) = self.waits_for.get()
            && step::cancel(&waits_for, msg)?
        {
            // It stays: a task may catch the cancellation, and be cancelled again later.
            return Ok(true);
        }
        // So the next step is scheduled.
        self.must_cancel.set(true);
        self.set_cancel_message(msg.map(Object::to_ref));
        Ok(true)
    }

    /// Return the list of stack frames for this task's coroutine.
    ///
    /// They are ordered from oldest to newest: of a coroutine that is suspended, the
    /// frame where it is; of one that an exception ended, those of the traceback;
    /// else none. With a limit, no more than so many: the newest of a stack, the oldest
    /// of a traceback.
    #[method("(*, limit=None)")]
    fn get_stack(&self, limit: Option<&Object>) -> Result<Ref> {
        TASK_GET_STACK.get()?.call(&[self, limit.unwrap_or(none_object())])
    }

    /// Print the stack or traceback for this task's coroutine.
    ///
    /// The frames are those of get_stack(), to which limit is passed, in the form of
    /// the traceback module. They go to file, by default sys.stderr.
    #[method("(*, limit=None, file=None)")]
    fn print_stack(&self, limit: Option<&Object>, file: Option<&Object>) -> Result<Ref> {
        let [limit, file] = [limit, file].map(|argument| argument.unwrap_or(none_object()));
        TASK_PRINT_STACK.get()?.call(&[self, limit, file])
    }

    #[method("()", name = "_repr_info")]
    fn repr_info(&self) -> Result<Ref> {
        self.event_loop()?;
        TASK_REPR_INFO.get()?.call1(self)
    }

    #[method("()")]
    fn get_name(&self) -> Option<Ref> {
        self.name.get()
    }

    #[method("(value, /)")]
    fn set_name(&self, value: &Object) -> Result<()> {
        self.name.set(Some(as_name(value)?));
        Ok(())
    }

    #[method("()")]
    fn get_coro(&self) -> Option<Ref> {
        self.coroutine.get()
    }

    #[getter(name = "_log_destroy_pending")]
    fn get_log_destroy_pending(&self) -> bool {
        self.log_destroy_pending.get()
    }

    #[setter(name = "_log_destroy_pending")]
    fn set_log_destroy_pending(&self, value: Option<&Object>) -> Result<()> {
        let value = value.ok_or_else(cannot_delete)?;
        self.log_destroy_pending.set(value.is_true()?);
        Ok(())
    }

    #[getter(name = "_must_cancel")]
    fn get_must_cancel(&self) -> bool {
        self.must_cancel.get()
    }

    #[getter(name = "_coro")]
    fn get_coroutine(&self) -> Option<Ref> {
        self.coroutine.get()
    }

    #[getter(name = "_fut_waiter")]
    fn get_waits_for(&self) -> Option<Ref> {
        self.waits_for.get()
    }
}
