//! The steps of a task: each runs its coroutine until it waits for something.

use objects::prelude::*;
use vm::generator::{self, GENERATOR, Generator, Sent};

use super::future::{Future, Outcome};
use super::task::{TASK, Task};
use super::{CANCELLED_ERROR, call_soon, cancelled_error, invalid_state, running};

/// What the loop calls for the next step of a task.
#[repr(C)]
#[derive(Trace)]
pub struct TaskStep {
    base: Object,
    task: Field<Task>,
    /// An exception to be thrown into the coroutine.
    exception: Field,
}

fn no_keywords(kwargs: Option<&Dict>) -> Result<()> {
    match kwargs.is_some_and(|kwargs| kwargs.len() > 0) {
        true => Err(raise!(TypeError, "function takes no keyword arguments")),
        false => Ok(()),
    }
}

#[class(name = "TaskStepMethWrapper", generic_getattro)]
impl TaskStep {
    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        no_keywords(kwargs)?;
        if !args.as_slice().is_empty() {
            bail!(TypeError, "function takes no positional arguments");
        }
        match self.task.get() {
            Some(task) => step(&task, self.exception.get()),
            None => Ok(()),
        }
    }

    #[getter(name = "__self__")]
    fn get_self(&self) -> Option<Ref<Task>> {
        self.task.get()
    }
}

/// What the future that a task waits for calls when it is done.
#[repr(C)]
#[derive(Trace)]
pub struct TaskWakeup {
    base: Object,
    task: Field<Task>,
}

#[class(name = "TaskWakeupMethWrapper", generic_getattro)]
impl TaskWakeup {
    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        no_keywords(kwargs)?;
        let [future] = *args.as_slice() else {
            bail!(TypeError, "function takes exactly 1 argument ({} given)", args.as_slice().len());
        };
        match self.task.get() {
            Some(task) => wake(&task, future),
            None => Ok(()),
        }
    }

    #[getter(name = "__self__")]
    fn get_self(&self) -> Option<Ref<Task>> {
        self.task.get()
    }
}

/// An own future, not of a subclass: its methods need not be looked up.
fn own_future(object: &Object) -> Option<&Future> {
    match object.downcast_exact::<Future>() {
        Some(future) => Some(future),
        None if object.class().is(&TASK) => object.downcast::<Future>(),
        None => None,
    }
}

/// Asks the loop for the task's next step, which throws an exception in if one is given.
pub fn schedule(task: &Task, exception: Option<Ref>) -> Result<()> {
    let callback = Ref::new(TaskStep {
        base: Object::header(),
        task: Field::new(Some(task.to_ref())),
        exception: Field::new(exception),
    });
    call_soon(&*task.event_loop()?, &callback, None, task.context.get().as_deref())
}

/// `future.cancel(msg=message)`, as a truth.
pub fn cancel(future: &Object, message: Option<&Object>) -> Result<bool> {
    let names = Tuple::new([intern!("msg").to_ref().into_object()])?;
    let method = future.get_attr(intern!("cancel"))?;
    method.call_keywords(&[message.unwrap_or(none_object())], &names)?.is_true()
}

/// The future that the task waits for is done.
fn wake(task: &Task, future: &Object) -> Result<()> {
    let exception = match own_future(future).map(Future::outcome) {
        Some(Ok(Outcome::Result(_))) => return step(task, None),
        Some(Ok(Outcome::Exception(exception))) => return step(task, Some(exception)),
        Some(Err(raised)) => raised,
        None => match future.call_method(intern!("result"), &[]) {
            Ok(_) => return step(task, None),
            Err(raised) => raised,
        },
    };
    let exception = instance(exception)?;
    step(task, Some(exception))
}

/// The exception that is set, as an instance with its traceback; it is not set any more.
fn instance(raised: Raised) -> Result<Ref> {
    let fetched = raised.fetch().normalize();
    let value = fetched.value.clone().unwrap_or_else(none);
    if let Some(traceback) = &fetched.traceback {
        value.set_attr(intern!("__traceback__"), traceback)?;
    }
    Ok(value)
}

/// Runs a step as the loop's current task.
fn step(task: &Task, exception: Option<Ref>) -> Result<()> {
    let event_loop = task.event_loop()?;
    running::enter(&event_loop, task)?;
    let Err(raised) = run(task, exception) else { return running::leave(&event_loop, task) };
    let first = raised.fetch();
    match running::leave(&event_loop, task) {
        Ok(()) => Err(first.restore()),
        Err(raised) => {
            let second = instance(raised)?;
            let first = instance(first.restore())?;
            second.set_attr(intern!("__context__"), &first)?;
            Err(raise::set_instance(second))
        }
    }
}

fn run(task: &Task, exception: Option<Ref>) -> Result<()> {
    if !task.is_pending() {
        let exception = exception.unwrap_or_else(none);
        return Err(invalid_state(&format!("_step(): already done: {} {}", task.repr()?, exception.repr()?)));
    }
    let exception = match task.must_cancel.get() {
        true => Some(cancellation(task, exception)?),
        false => exception,
    };
    task.waits_for.set(None);
    let Some(coroutine) = task.coroutine.get() else {
        bail!(RuntimeError, "uninitialized Task object");
    };
    let sent = resume(&coroutine, exception.as_deref());
    // What was thrown in belongs to the coroutine alone from here.
    drop(exception);
    match sent {
        Ok(Sent::Yielded(awaited)) => wait_for(task, &awaited),
        Ok(Sent::Returned(result)) if task.must_cancel.replace(false) => {
            // Cancelled just before the coroutine ended.
            drop(result);
            task.cancel_with(task.cancel_message()).map(drop)
        }
        Ok(Sent::Returned(result)) => task.finish(&result),
        Err(raised) => end_with(task, raised),
    }
}

/// The exception to be thrown into a task that is to be cancelled.
fn cancellation(task: &Task, exception: Option<Ref>) -> Result<Ref> {
    let class = CANCELLED_ERROR.get()?;
    let exception = match exception {
        Some(exception) if exception.is_instance(&class)? => exception,
        _ => {
            let message = task.cancel_message().filter(|message| !message.is_none());
            cancelled_error(message.as_deref())?
        }
    };
    task.must_cancel.set(false);
    Ok(exception)
}

/// Sends `None` into a coroutine, or throws an exception in.
fn resume(coroutine: &Object, exception: Option<&Object>) -> Result<Sent> {
    if let Some(generator) = generator::sendable(coroutine) {
        let sent = match exception {
            None => generator::send(generator, none_object()),
            Some(exception) => generator::throw_into(generator, true, exception, None, None),
        };
        return sent.or_else(returned);
    }
    let yielded = match exception {
        None => coroutine.call_method(intern!("send"), &[none_object()]),
        Some(exception) => coroutine.call_method(intern!("throw"), &[exception]),
    };
    yielded.map(Sent::Yielded).or_else(returned)
}

/// `StopIteration` is a return.
fn returned(raised: Raised) -> Result<Sent> {
    generator::stop_iteration_value(raised).map(Sent::Returned)
}

/// The coroutine ended with an exception.
fn end_with(task: &Task, raised: Raised) -> Result<()> {
    let exception = instance(raised)?;
    if exception.is_instance(&*CANCELLED_ERROR.get()?)? {
        task.set_cancelled_by(Some(exception));
        return task.cancel_with(None).map(drop);
    }
    task.fail(&exception)?;
    let is = |base: &Type| exception.class().is_subtype(base);
    // These end the loop as well.
    match is(&exceptions::KeyboardInterrupt) || is(&exceptions::SystemExit) {
        true => Err(raise::set_instance(exception)),
        false => Ok(()),
    }
}

/// The loop of anything that is like a future.
fn loop_of(future: &Object) -> Result<Ref> {
    match future.get_attr_opt(intern!("get_loop"))? {
        Some(get_loop) => get_loop.call0(),
        None => future.get_attr(intern!("_loop")),
    }
}

/// The coroutine has given something that it waits for.
fn wait_for(task: &Task, awaited: &Object) -> Result<()> {
    let fail = |message: String| {
        let error = exceptions::RuntimeError.as_object().call1(&Str::new(&message))?;
        schedule(task, Some(error))
    };
    if awaited.is(task) {
        return fail(format!("Task cannot await on itself: {}", task.repr()?));
    }
    let wake_up = || Ref::new(TaskWakeup { base: Object::header(), task: Field::new(Some(task.to_ref())) });
    let context = task.context.get().unwrap_or_else(none);
    let is_awaited = if let Some(future) = own_future(awaited) {
        if !future.event_loop()?.is(&*task.event_loop()?) {
            return fail(other_loop(task, awaited)?);
        }
        let is_awaited = future.is_awaited();
        if is_awaited {
            future.set_awaited(false);
            future.add_callback(&wake_up(), &context)?;
        }
        is_awaited
    } else if awaited.is_none() {
        return schedule(task, None);
    } else {
        let blocking = awaited.get_attr_opt(intern!("_asyncio_future_blocking"))?;
        let Some(blocking) = blocking.filter(|blocking| !blocking.is_none()) else {
            return match awaited.downcast::<Generator>().is_some_and(|_| awaited.class().is(&GENERATOR)) {
                true => fail(format!(
                    "yield was used instead of yield from for generator in task {} with {}",
                    task.repr()?,
                    awaited.repr()?
                )),
                false => fail(format!("Task got bad yield: {}", awaited.repr()?)),
            };
        };
        let is_awaited = blocking.is_true()?;
        if !loop_of(awaited)?.is(&*task.event_loop()?) {
            return fail(other_loop(task, awaited)?);
        }
        if is_awaited {
            awaited.set_attr(intern!("_asyncio_future_blocking"), &false_())?;
            let names = Tuple::new([intern!("context").to_ref().into_object()])?;
            let add = awaited.get_attr(intern!("add_done_callback"))?;
            add.call_keywords(&[&wake_up(), &context], &names)?;
        }
        is_awaited
    };
    if !is_awaited {
        return fail(format!(
            "yield was used instead of yield from in task {} with {}",
            task.repr()?,
            awaited.repr()?
        ));
    }
    task.waits_for.set(Some(awaited.to_ref()));
    if task.must_cancel.get() && cancel(awaited, task.cancel_message().as_deref())? {
        task.must_cancel.set(false);
    }
    Ok(())
}

fn other_loop(task: &Task, awaited: &Object) -> Result<String> {
    Ok(format!("Task {} got Future {} attached to a different loop", task.repr()?, awaited.repr()?))
}
