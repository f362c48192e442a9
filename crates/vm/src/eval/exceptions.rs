//! Raising, handling, and unwinding the block stack.

use std::ffi::c_int;

use bytecode::number;
use objects::prelude::*;
use objects::raise::Fetched;
use objects::thread_state::{ExceptionStackItem, ThreadState};

use super::machine::Machine;
use crate::frame::{Block, Frame};

/// An exception on its way, and whether this frame has its traceback entry already.
pub enum Thrown {
    Raised,
    Again,
}

impl Machine {
    #[inline(always)]
    pub fn load_assertion_error(&mut self) {
        self.push(exceptions::AssertionError.to_ref().into_object());
    }

    #[inline(always)]
    pub fn setup_finally(&mut self, distance: u32) -> Result<()> {
        let handler = (self.next * 2) as c_int + distance as c_int;
        self.frame().push_block(c_int::from(number::SETUP_FINALLY), handler, self.level())
    }

    #[inline(always)]
    pub fn pop_block(&mut self) -> Result<()> {
        match self.frame().pop_block() {
            Some(_) => Ok(()),
            None => Err(no_block()),
        }
    }

    #[inline(always)]
    pub fn pop_except(&mut self) -> Result<()> {
        match self.frame().pop_block() {
            Some(block) if block.kind == Block::EXCEPT_HANDLER => {}
            _ => bail!(SystemError, "popped block is not an except handler"),
        }
        let class = self.pop();
        let value = self.pop();
        let traceback = self.pop();
        set_handled(self.thread, class, value, traceback);
        Ok(())
    }

    /// `RERAISE`: the three values go back to where exceptions on their way are.
    #[inline(always)]
    pub fn reraise(&mut self) {
        let class = self.pop();
        let value = self.pop();
        let traceback = self.pop();
        restore(class, value, traceback);
    }

    #[inline(always)]
    pub fn raise_varargs(&mut self, count: u32) -> Thrown {
        let cause = if count >= 2 { Some(self.pop()) } else { None };
        let exception = if count >= 1 { Some(self.pop()) } else { None };
        throw(self.thread, exception, cause, count)
    }

    #[inline(always)]
    pub fn setup_with(&mut self, distance: u32) -> Result<()> {
        let manager = self.peek(0);
        let (enter, exit) = context_methods(manager)?;
        self.set_top(exit);
        let entered = enter.call0()?;
        self.setup_finally(distance)?;
        self.push(entered);
        Ok(())
    }

    #[inline(always)]
    pub fn with_except_start(&mut self) -> Result<()> {
        let exit = self.peek(6);
        let answer = exit.call(&[self.peek(0), self.peek(1), self.peek(2)])?;
        self.push(answer);
        Ok(())
    }

    #[inline(always)]
    pub fn end_async_for(&mut self) -> Result<(), Thrown> {
        let class = self.pop();
        if !exceptions::class_matches(&class, &exceptions::StopAsyncIteration) {
            let value = self.pop();
            let traceback = self.pop();
            restore(class, value, traceback);
            return Err(Thrown::Again);
        }
        let level = self.level();
        match self.frame().pop_block() {
            Some(block) if block.kind == Block::EXCEPT_HANDLER && block.level + 5 == level => {}
            _ => {
                let _ = raise!(SystemError, "popped block is not an except handler");
                return Err(Thrown::Raised);
            }
        }
        self.drop_slots(2);
        let class = self.pop();
        let value = self.pop();
        let traceback = self.pop();
        set_handled(self.thread, class, value, traceback);
        drop(self.pop());
        Ok(())
    }

    /// Leaves blocks until one handles the exception that is set, and goes on in its handler; false
    /// where none does, and the stack is empty.
    #[inline(always)]
    pub fn unwind(&mut self) -> bool {
        let (target, top) = unwind(self.thread, self.frame(), self.top_ptr());
        // SAFETY: the values up to there are initialised.
        unsafe { self.set_top_ptr(top) };
        match target {
            Some(offset) => {
                self.jump(offset as u32);
                true
            }
            None => false,
        }
    }
}

#[cold]
fn no_block() -> Raised {
    raise!(SystemError, "block stack underflow")
}

/// Sets the exception being handled; what was there is dropped last.
fn set_handled(thread: &ThreadState, class: Ref, value: Ref, traceback: Ref) {
    // SAFETY: points to the thread's own item or that of a generator that runs.
    let item = unsafe { &*thread.exc_info.get() };
    let old = (
        item.exc_type.replace(Some(class)),
        item.exc_value.replace(Some(value)),
        item.exc_traceback.replace(Some(traceback)),
    );
    drop(old);
}

fn restore(class: Ref, value: Ref, traceback: Ref) {
    let present = |value: Ref| Some(value).filter(|value| !value.is_none());
    let _ = Fetched { class, value: present(value), traceback: present(traceback) }.restore();
}

/// The slow path of the loop's exceptions: see [`Machine::unwind`].
#[cold]
#[inline(never)]
fn unwind(
    thread: &ThreadState,
    frame: &Frame,
    mut top: *mut Option<Ref>,
) -> (Option<c_int>, *mut Option<Ref>) {
    let bottom: *mut Option<Ref> = frame.valuestack().cast();
    // SAFETY: the stack from its bottom to its top is initialised; each pop is checked against the bottom.
    unsafe {
        let pop_to = |top: &mut *mut Option<Ref>, level: c_int| {
            let target = bottom.offset(level as isize);
            while *top > target {
                *top = top.sub(1);
                drop(top.read());
            }
        };
        while let Some(block) = frame.pop_block() {
            let level = top.offset_from(bottom) as c_int;
            if block.kind == Block::EXCEPT_HANDLER {
                if level < block.level + 3 {
                    continue;
                }
                pop_to(&mut top, block.level + 3);
                let mut pop = || {
                    top = top.sub(1);
                    top.read().unwrap_or_else(none)
                };
                let (class, value, traceback) = (pop(), pop(), pop());
                set_handled(thread, class, value, traceback);
                continue;
            }
            if level < block.level {
                continue;
            }
            pop_to(&mut top, block.level);
            let item = &*thread.exc_info.get();
            // A block cannot be missing: one was popped just now.
            let _ = frame.push_block(Block::EXCEPT_HANDLER, -1, block.level);
            let (class, value, traceback) = caught();
            let handled = |field: &Field, new: &Ref| field.replace(Some(new.clone())).unwrap_or_else(none);
            let previous = [
                handled(&item.exc_traceback, &traceback),
                handled(&item.exc_value, &value),
                handled(&item.exc_type, &class),
            ];
            for value in previous.into_iter().chain([traceback, value, class]) {
                top.write(Some(value));
                top = top.add(1);
            }
            return (Some(block.handler), top);
        }
        pop_to(&mut top, 0);
    }
    (None, top)
}

/// Takes the exception that is set, normalised, its traceback in its instance too.
fn caught() -> (Ref, Ref, Ref) {
    let Some(fetched) = raise::fetch() else { return (none(), none(), none()) };
    let fetched = fetched.normalize();
    let traceback = fetched.traceback.unwrap_or_else(none);
    let value = fetched.value.unwrap_or_else(none);
    if let Some(exception) = value.downcast::<exceptions::BaseExceptionObject>() {
        exception.traceback.set(Some(traceback.clone()).filter(|traceback| !traceback.is_none()));
    }
    (fetched.class, value, traceback)
}

/// `raise`, with what it was given.
#[inline(never)]
fn throw(thread: &ThreadState, exception: Option<Ref>, cause: Option<Ref>, count: u32) -> Thrown {
    if count > 2 {
        let _ = raise!(SystemError, "bad RAISE_VARARGS oparg");
        return Thrown::Raised;
    }
    let Some(exception) = exception else { return throw_again(thread.topmost_handled()) };
    // Whatever goes wrong in making the exception is what is raised.
    let _ = throw_new(exception, cause);
    Thrown::Raised
}

/// `raise` alone: the exception being handled.
fn throw_again(item: &ExceptionStackItem) -> Thrown {
    match item.exc_type.get().filter(|class| !class.is_none()) {
        None => {
            let _ = raise!(RuntimeError, "No active exception to reraise");
            Thrown::Raised
        }
        Some(class) => {
            restore(
                class,
                item.exc_value.get().unwrap_or_else(none),
                item.exc_traceback.get().unwrap_or_else(none),
            );
            Thrown::Again
        }
    }
}

fn is_exception_class(object: &Object) -> bool {
    object.downcast::<Type>().is_some_and(|class| class.has_flags(flags::EXCEPTION_SUBCLASS))
}

fn is_exception(object: &Object) -> bool {
    object.class().has_flags(flags::EXCEPTION_SUBCLASS)
}

/// Raises; a result that is not an error does not occur.
fn throw_new(exception: Ref, cause: Option<Ref>) -> Result<()> {
    let (class, instance) = if is_exception_class(&exception) {
        let instance = exception.call0()?;
        if !is_exception(&instance) {
            bail!(
                TypeError,
                "calling {} should have returned an instance of BaseException, not {}",
                exception.repr()?,
                instance.class().as_object().repr()?
            );
        }
        (exception, instance)
    } else if is_exception(&exception) {
        (exception.class().as_object().to_ref(), exception)
    } else {
        bail!(TypeError, "exceptions must derive from BaseException");
    };
    if let Some(cause) = cause {
        let cause = match &cause {
            class if is_exception_class(class) => Some(class.call0()?),
            instance if is_exception(instance) => Some(cause.clone()),
            none if none.is_none() => None,
            _ => bail!(TypeError, "exception causes must derive from BaseException"),
        };
        if let Some(exception) = instance.downcast::<exceptions::BaseExceptionObject>() {
            exception.suppress_context.set(1);
            exception.cause.set(cause);
        }
    }
    Err(raise::set(&class, Some(instance)))
}

/// A special method of a context manager: looked up in the class.
pub fn special(object: &Object, name: &Str) -> Result<Ref> {
    match object.lookup_special(name)? {
        Some(method) => Ok(method),
        None => Err(raise::set_object(&exceptions::AttributeError, name.to_ref().into_object())),
    }
}

#[inline(never)]
fn context_methods(manager: &Object) -> Result<(Ref, Ref)> {
    let enter = special(manager, intern!("__enter__"))?;
    let exit = special(manager, intern!("__exit__"))?;
    Ok((enter, exit))
}
