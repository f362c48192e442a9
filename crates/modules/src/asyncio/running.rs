//! Which event loop runs in a thread, and which tasks there are.

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::imported::Imported;

static ALL_TASKS: Imported = Imported::new("_asyncio", "_all_tasks");
static CURRENT_TASKS: Imported = Imported::new("_asyncio", "_current_tasks");
static GET_EVENT_LOOP_POLICY: Imported = Imported::new("asyncio.events", "get_event_loop_policy");

/// The dictionary of what belongs to the current thread.
fn thread_dict() -> Option<Ref<Dict>> {
    let thread = ThreadState::current();
    if thread.dict.is_null() {
        thread.dict.set(Some(Dict::new().into_object()));
    }
    thread.dict.get()?.into_type::<Dict>().ok()
}

/// The loop that runs in this thread of this very process: a fork does not run its parent's.
pub fn running_loop() -> Result<Option<Ref>> {
    let Some(dict) = thread_dict() else { return Ok(None) };
    let Some(entry) = dict.get(intern!("__asyncio_running_event_loop__"))? else { return Ok(None) };
    match entry.downcast::<Tuple>().map(Tuple::as_slice) {
        Some(&[event_loop, process]) if !event_loop.is_none() => {
            let is_own = process.as_isize()? == std::process::id() as isize;
            Ok(is_own.then(|| event_loop.to_ref()))
        }
        _ => Ok(None),
    }
}

pub fn set_running_loop(event_loop: &Object) -> Result<()> {
    let Some(dict) = thread_dict() else { bail!(SystemError, "thread-local storage is not available") };
    let process = Int::new(std::process::id().into()).into_object();
    let entry = Tuple::new([event_loop.to_ref(), process])?;
    dict.set(intern!("__asyncio_running_event_loop__"), &entry)
}

/// The running loop, or the one that the policy gives.
pub fn event_loop() -> Result<Ref> {
    match running_loop()? {
        Some(event_loop) => Ok(event_loop),
        None => GET_EVENT_LOOP_POLICY.get()?.call0()?.call_method(intern!("get_event_loop"), &[]),
    }
}

pub fn register(task: &Object) -> Result<()> {
    ALL_TASKS.get()?.call_method(intern!("add"), &[task]).map(drop)
}

pub fn unregister(task: &Object) -> Result<()> {
    ALL_TASKS.get()?.call_method(intern!("discard"), &[task]).map(drop)
}

fn current_tasks() -> Result<Ref<Dict>> {
    CURRENT_TASKS.get()?.into_type().map_err(|_| raise!(TypeError, "_asyncio._current_tasks must be a dict"))
}

/// The loop begins or goes on to run the task.
pub fn enter(event_loop: &Object, task: &Object) -> Result<()> {
    let (tasks, hash) = (current_tasks()?, event_loop.hash()?);
    if let Some(current) = tasks.get_known_hash(event_loop, hash)? {
        bail!(
            RuntimeError,
            "Cannot enter into task {} while another task {} is being executed.",
            task.repr()?,
            current.repr()?
        );
    }
    tasks.set_known_hash(event_loop, hash, task)
}

/// The loop stops to run the task.
pub fn leave(event_loop: &Object, task: &Object) -> Result<()> {
    let (tasks, hash) = (current_tasks()?, event_loop.hash()?);
    let current = tasks.get_known_hash(event_loop, hash)?.unwrap_or_else(none);
    if !current.is(task) {
        bail!(
            RuntimeError,
            "Leaving task {} does not match the current task {}.",
            task.repr()?,
            current.repr()?
        );
    }
    tasks.pop_known_hash(event_loop, hash).map(drop)
}
