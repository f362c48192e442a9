//! Iteration.

use objects::prelude::*;

use super::machine::Machine;

impl Machine {
    #[inline(always)]
    pub fn get_iter(&mut self) -> Result<()> {
        let iterator = self.peek(0).iter()?;
        self.set_top(iterator);
        Ok(())
    }

    #[inline(always)]
    pub fn for_iter(&mut self, distance: u32) -> Result<()> {
        let iterator = self.peek(0);
        let Some(next) = iterator.class().tp_iternext.get() else {
            return Err(raise!(TypeError, "'{}' object is not an iterator", iterator.class().name()));
        };
        match next(iterator) {
            Some(item) => self.push(item),
            None => {
                end_of_iteration()?;
                drop(self.pop());
                self.jump_by(distance);
            }
        }
        Ok(())
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
