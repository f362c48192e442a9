//! Iteration.

use objects::prelude::*;

use super::machine::Machine;
use crate::frame::Frame;
use crate::generator::{self, Generator};

impl Machine {
    #[inline(always)]
    pub fn get_iter(&mut self) -> Result<()> {
        let iterator = self.peek(0).iter()?;
        self.set_top(iterator);
        Ok(())
    }

    /// Pushes the next item, or pops the iterator and jumps. A generator gives its frame, which is to run
    /// in the same loop, unless it is traced.
    #[inline(always)]
    pub fn for_iter<const TRACING: bool>(&mut self, distance: u32) -> Result<Option<Ref<Frame>>> {
        let iterator = self.peek(0);
        if !TRACING
            && let Some(generator) = iterator.downcast_exact::<Generator>()
            && let Some(frame) = generator::begin_in_loop(self.thread, generator)?
        {
            return Ok(Some(frame));
        }
        let Some(next) = iterator.class().tp_iternext.get() else {
            return Err(raise!(TypeError, "'{}' object is not an iterator", iterator.class().name()));
        };
        match next(iterator) {
            Some(item) => self.push(item),
            None => {
                if TRACING && iterator.downcast_exact::<Generator>().is_some() && !raise::occurred() {
                    // Nothing need be raised to end the loop, but a trace function hears of it.
                    let _ = raise!(StopIteration);
                }
                end_of_iteration()?;
                drop(self.pop());
                self.jump_by(distance);
            }
        }
        Ok(None)
    }

    /// A generator's frame could not be entered: it is as if it had raised.
    #[cold]
    pub fn abandon_generator(&self, raised: Raised) -> Raised {
        match self.peek(0).downcast_exact::<Generator>() {
            Some(generator) => match generator::finish_in_loop(self.thread, generator, false, Err(raised)) {
                Err(raised) => raised,
                Ok(_) => raise::already_set(),
            },
            None => raised,
        }
    }
}

/// Sees whether an iterator that gave nothing has ended, or raised something else than `StopIteration`.
#[inline(always)]
pub fn end_of_iteration() -> Result<()> {
    match raise::occurred() {
        false => Ok(()),
        true => ended_by_exception(),
    }
}

#[cold]
fn ended_by_exception() -> Result<()> {
    let raised = raise::already_set();
    if !raised.matches(&exceptions::StopIteration) {
        return Err(raised);
    }
    super::tracing::stop_iteration_handled();
    raised.clear();
    Ok(())
}
