//! `_asyncio`: futures and tasks, and which of them run, behind the package `asyncio`.

mod future;
mod iterator;
mod running;
mod step;
mod task;

use objects::prelude::*;

use crate::imported::Imported;

pub use _asyncio::{DEFINITION, initialize};

static INVALID_STATE_ERROR: Imported = Imported::new("asyncio.exceptions", "InvalidStateError");
static CANCELLED_ERROR: Imported = Imported::new("asyncio.exceptions", "CancelledError");

/// `InvalidStateError` with a message.
#[cold]
fn invalid_state(message: &str) -> Raised {
    match INVALID_STATE_ERROR.get() {
        Ok(class) => raise::set(&class, Some(Str::new(message).into_object())),
        Err(raised) => raised,
    }
}

/// A new `CancelledError` with a message, if there is one.
fn cancelled_error(message: Option<&Object>) -> Result<Ref> {
    let class = CANCELLED_ERROR.get()?;
    match message {
        None => class.call0(),
        Some(message) => class.call1(message),
    }
}

fn cannot_delete() -> Raised {
    raise!(AttributeError, "cannot delete attribute")
}

/// `loop.call_soon(callback, argument, context=context)`.
fn call_soon(
    event_loop: &Object,
    callback: &Object,
    argument: Option<&Object>,
    context: Option<&Object>,
) -> Result<()> {
    let method = event_loop.get_attr(intern!("call_soon"))?;
    let arguments: Vec<&Object> = [Some(callback), argument, context].into_iter().flatten().collect();
    match context {
        Some(_) => {
            let names = Tuple::new([intern!("context").to_ref().into_object()])?;
            method.call_keywords(&arguments, &names)?
        }
        None => method.call(&arguments)?,
    };
    Ok(())
}

/// Tells the loop's exception handler of a future or task that goes, as the value of `role`: there is nobody to
/// raise to. An exception that is set meanwhile stays.
fn report(
    event_loop: Option<Ref>,
    message: &str,
    role: &'static str,
    object: &Object,
    exception: Option<Ref>,
    source_traceback: Option<Ref>,
) {
    let Some(event_loop) = event_loop else { return };
    let pending = raise::fetch();
    let tell = || {
        let context = Dict::new();
        context.set_str(intern!("message"), &Str::new(message))?;
        if let Some(exception) = exception {
            context.set_str(intern!("exception"), &exception)?;
        }
        context.set_str(&Str::intern(Str::new(role)), object)?;
        if let Some(traceback) = source_traceback {
            context.set_str(intern!("source_traceback"), &traceback)?;
        }
        let handler = event_loop.get_attr(intern!("call_exception_handler"))?;
        if let Err(raised) = handler.call1(&context) {
            raised.write_unraisable(Some(&handler));
        }
        Ok(())
    };
    if let Err(raised) = tell() {
        let raised: Raised = raised;
        raised.write_unraisable(Some(object));
    }
    if let Some(pending) = pending {
        let _ = pending.restore();
    }
}

/// Accelerator module for asyncio
#[module(name = "_asyncio", classes = [super::future::FUTURE, super::task::TASK])]
pub mod _asyncio {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::type_object::ready;

    use super::iterator::FUTURE_ITER;
    use super::running;
    use super::step::{TASK_STEP, TASK_WAKEUP};

    /// Return the running event loop or None.
    ///
    /// This is a low-level function intended to be used by event loops.
    /// This function is thread-specific.
    #[function("()", name = "_get_running_loop")]
    fn get_running_loop_or_none() -> Result<Option<Ref>> {
        running::running_loop()
    }

    /// Set the running event loop.
    ///
    /// This is a low-level function intended to be used by event loops.
    /// This function is thread-specific.
    #[function("(loop, /)", name = "_set_running_loop")]
    fn set_running_loop(event_loop: &Object) -> Result<()> {
        running::set_running_loop(event_loop)
    }

    /// Return an asyncio event loop.
    ///
    /// In a coroutine or a callback (e.g. scheduled with call_soon or similar API),
    /// this is always the running event loop.
    ///
    /// Where no event loop runs, it is what
    /// `get_event_loop_policy().get_event_loop()` gives.
    #[function("()")]
    fn get_event_loop() -> Result<Ref> {
        running::event_loop()
    }

    /// Return the running event loop.  Raise a RuntimeError if there is none.
    ///
    /// This function is thread-specific.
    #[function("()")]
    fn get_running_loop() -> Result<Ref> {
        running::running_loop()?.ok_or_else(|| raise!(RuntimeError, "no running event loop"))
    }

    /// Register a new task in asyncio as executed by loop.
    ///
    /// Returns None.
    #[function("(task)", name = "_register_task")]
    fn register_task(task: &Object) -> Result<()> {
        running::register(task)
    }

    /// Unregister a task.
    ///
    /// Returns None.
    #[function("(task)", name = "_unregister_task")]
    fn unregister_task(task: &Object) -> Result<()> {
        running::unregister(task)
    }

    /// Enter into task execution or resume suspended task.
    ///
    /// Task belongs to loop.
    ///
    /// Returns None.
    #[function("(loop, task)", name = "_enter_task")]
    fn enter_task(event_loop: &Object, task: &Object) -> Result<()> {
        running::enter(event_loop, task)
    }

    /// Leave task execution or suspend a task.
    ///
    /// Task belongs to loop.
    ///
    /// Returns None.
    #[function("(loop, task)", name = "_leave_task")]
    fn leave_task(event_loop: &Object, task: &Object) -> Result<()> {
        running::leave(event_loop, task)
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        for class in [&FUTURE_ITER, &TASK_STEP, &TASK_WAKEUP] {
            ready(class)?;
        }
        let weak_set = objects::services::import("weakref")?.get_attr(intern!("WeakSet"))?;
        module.add("_all_tasks", weak_set.call0()?)?;
        module.add("_current_tasks", Dict::new())
    }
}
