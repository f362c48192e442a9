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

/// Futures, tasks and running loops: what asyncio does most often, natively.
#[module(name = "_asyncio", classes = [super::future::FUTURE, super::task::TASK])]
pub mod _asyncio {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::type_object::ready;

    use super::iterator::FUTURE_ITER;
    use super::running;
    use super::step::{TASK_STEP, TASK_WAKEUP};

    /// The event loop that runs in this thread, None if none does.
    ///
    /// For the code of event loops; programs call get_running_loop().
    #[function("()", name = "_get_running_loop")]
    fn get_running_loop_or_none() -> Result<Option<Ref>> {
        running::running_loop()
    }

    /// Say which event loop runs in this thread from now on; None for none.
    ///
    /// For the code of event loops, when they start and stop.
    #[function("(loop, /)", name = "_set_running_loop")]
    fn set_running_loop(event_loop: &Object) -> Result<()> {
        running::set_running_loop(event_loop)
    }

    /// The event loop of this thread: the one that runs, as it always does in coroutines and callbacks.
    ///
    /// If none runs, the one that `get_event_loop_policy().get_event_loop()` gives.
    #[function("()")]
    fn get_event_loop() -> Result<Ref> {
        running::event_loop()
    }

    /// The event loop that runs in this thread. Raises RuntimeError if none does.
    #[function("()")]
    fn get_running_loop() -> Result<Ref> {
        running::running_loop()?.ok_or_else(|| raise!(RuntimeError, "no running event loop"))
    }

    /// Add a task to those that all_tasks() knows of.
    #[function("(task)", name = "_register_task")]
    fn register_task(task: &Object) -> Result<()> {
        running::register(task)
    }

    /// Take a task out of those that all_tasks() knows of.
    #[function("(task)", name = "_unregister_task")]
    fn unregister_task(task: &Object) -> Result<()> {
        running::unregister(task)
    }

    /// Make a task the current one of its event loop, which begins or goes on to run it.
    ///
    /// Raises RuntimeError while another task is current.
    #[function("(loop, task)", name = "_enter_task")]
    fn enter_task(event_loop: &Object, task: &Object) -> Result<()> {
        running::enter(event_loop, task)
    }

    /// Say that an event loop has stopped to run a task, which has ended or waits.
    ///
    /// Raises RuntimeError if the task is not the current one of the loop.
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
