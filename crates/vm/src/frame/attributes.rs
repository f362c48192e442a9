//! The attributes of `frame` that are computed, and its methods.

use objects::prelude::*;

use super::Frame;
use crate::generator;

#[methods(ATTRIBUTES)]
impl Frame {
    #[getter]
    fn f_locals(&self) -> Result<Ref> {
        (objects::services::get().audit)("object.__getattr__", &[self, intern!("f_locals")])?;
        self.update_locals()
    }

    #[getter]
    fn f_lineno(&self) -> i32 {
        self.line()
    }

    #[setter(name = "f_lineno")]
    fn set_f_lineno(&self, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.jump_to_line(value),
            None => Err(raise!(AttributeError, "cannot delete attribute")),
        }
    }

    #[getter]
    fn f_trace(&self) -> Ref {
        self.trace.get().unwrap_or_else(none)
    }

    #[setter(name = "f_trace")]
    fn set_f_trace(&self, value: Option<&Object>) -> Result<()> {
        // From now on the line is the field's: it starts where the frame is.
        self.lineno.set(self.line());
        self.trace.set(value.filter(|value| !value.is_none()).map(Object::to_ref));
        Ok(())
    }

    /// F.clear(): clear most references held by the frame
    #[method("()")]
    fn clear(&self) -> Result<()> {
        if self.executing.get() != 0 {
            bail!(RuntimeError, "cannot clear an executing frame");
        }
        // SAFETY: the pointer is null or to the generator that owns this frame, which lives.
        if let Some(owner) = unsafe { self.generator.get().as_ref() } {
            generator::finalize_object(owner);
        }
        objects::memory::Trace::clear(self);
        Ok(())
    }

    #[method("()", name = "__sizeof__")]
    fn sizeof(&self) -> usize {
        // One place is part of the structure.
        size_of::<Frame>() + self.code().frame_places() * size_of::<Field>() - size_of::<Field>()
    }
}
