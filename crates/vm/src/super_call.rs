//! What `super()` without arguments stands for.

use objects::cell::Cell;
use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::frame::Frame;

/// The class in whose body the running function was defined, and its first argument.
pub fn arguments() -> Result<(Ref<Type>, Ref)> {
    let Some(frame) = Frame::innermost(ThreadState::current()) else {
        bail!(RuntimeError, "super(): no current frame");
    };
    if frame.code().argcount == 0 {
        bail!(RuntimeError, "super(): no arguments");
    }
    let Some(receiver) = first_argument(frame) else {
        bail!(RuntimeError, "super(): arg[0] deleted");
    };
    Ok((class(frame)?, receiver))
}

/// The first argument, which may have moved to a cell.
fn first_argument(frame: &Frame) -> Option<Ref> {
    if let Some(value) = frame.local(0).get() {
        return Some(value);
    }
    let code = frame.code();
    let index = (0..code.cellvars.items().len()).find(|&index| code.cell_argument(index) == Some(0))?;
    frame.cell(index).get()?.downcast::<Cell>()?.get()
}

fn class(frame: &Frame) -> Result<Ref<Type>> {
    let code = frame.code();
    let free = code.freevars.items();
    let is_class = |name: &Ref| name.downcast::<Str>().is_some_and(|name| name.equals_text("__class__"));
    let Some(index) = free.iter().position(is_class) else {
        bail!(RuntimeError, "super(): __class__ cell not found");
    };
    let cell = frame.cell(code.cellvars.items().len() + index).get();
    let Some(cell) = cell.as_deref().and_then(Object::downcast::<Cell>) else {
        bail!(RuntimeError, "super(): bad __class__ cell");
    };
    let Some(class) = cell.get() else {
        bail!(RuntimeError, "super(): empty __class__ cell");
    };
    class
        .into_type::<Type>()
        .map_err(|other| raise!(RuntimeError, "super(): __class__ is not a type ({})", other.class().name()))
}
