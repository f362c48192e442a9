//! `f_locals`: a function's variables as a mapping, and the way back.

use bytecode::flags;
use objects::cell::Cell as CellObject;
use objects::prelude::*;

use super::Frame;

/// The value that a cell's place holds: the cell's content.
fn cell_content(place: &Field) -> Option<Ref> {
    let cell = place.get()?;
    match cell.downcast::<CellObject>() {
        Some(cell) => cell.get(),
        None => Some(cell),
    }
}

impl Frame {
    /// The locals mapping, brought up to date with the fast locals (`PyFrame_FastToLocalsWithError`).
    pub fn update_locals(&self) -> Result<Ref> {
        let locals = match self.locals.get() {
            Some(locals) => locals,
            None => {
                let locals = Dict::new().into_object();
                self.locals.set(Some(locals.clone()));
                locals
            }
        };
        let code = self.code();
        for (index, name) in code.varnames.items().iter().enumerate() {
            store(&locals, name, self.local(index).get())?;
        }
        let cells = code.cellvars.items();
        for (index, name) in cells.iter().enumerate() {
            store(&locals, name, cell_content(self.cell(index)))?;
        }
        // A class body's free variables are not its names.
        if code.has_flags(flags::OPTIMIZED) {
            for (index, name) in code.freevars.items().iter().enumerate() {
                store(&locals, name, cell_content(self.cell(cells.len() + index)))?;
            }
        }
        Ok(locals)
    }

    /// Writes the locals mapping back to the fast locals (`PyFrame_LocalsToFast`): after a trace
    /// function, and for `import *`. With `clear`, names that are not there are unbound.
    pub fn restore_locals(&self, clear: bool) {
        let Some(locals) = self.locals.get() else { return };
        let pending = raise::fetch();
        let code = self.code();
        for (index, name) in code.varnames.items().iter().enumerate() {
            let value = load(&locals, name);
            if value.is_some() || clear {
                self.local(index).set(value);
            }
        }
        let cells = code.cellvars.items();
        for (index, name) in cells.iter().enumerate() {
            self.restore_cell(index, load(&locals, name), clear);
        }
        if code.has_flags(flags::OPTIMIZED) {
            for (index, name) in code.freevars.items().iter().enumerate() {
                self.restore_cell(cells.len() + index, load(&locals, name), clear);
            }
        }
        if let Some(pending) = pending {
            let _ = pending.restore();
        }
    }

    fn restore_cell(&self, index: usize, value: Option<Ref>, clear: bool) {
        if (value.is_some() || clear)
            && let Some(cell) = self.cell(index).get()
            && let Some(cell) = cell.downcast::<CellObject>()
        {
            cell.set(value);
        }
    }
}

fn store(locals: &Object, name: &Object, value: Option<Ref>) -> Result<()> {
    match value {
        Some(value) => locals.set_item(name, &value),
        None => raise::ignore(locals.del_item(name), &exceptions::KeyError).map(|_| ()),
    }
}

/// A name's value in the mapping; an error counts as absence, as nobody is there to hear of it.
fn load(locals: &Object, name: &Object) -> Option<Ref> {
    match locals.get_item(name) {
        Ok(value) => Some(value),
        Err(raised) => {
            raised.clear();
            None
        }
    }
}
