//! The end of an object, without deep native recursion.

use std::cell::{Cell, RefCell};

use crate::prelude::*;

/// How many deallocations may nest before the next ones wait for their turn.
const NESTING: u32 = 50;

struct Trash {
    depth: Cell<u32>,
    /// Objects without references that wait until the nesting has unwound.
    waiting: RefCell<Vec<*const Object>>,
}

thread_local! {
    static TRASH: Trash = const { Trash { depth: Cell::new(0), waiting: RefCell::new(Vec::new()) } };
}

/// `_Py_Dealloc`: ends an object whose last reference is gone, which may run Python code.
///
/// A container that ends another and so on to any depth does not exhaust the stack:
/// below a certain nesting, containers are put aside and ended in a loop.
#[cold]
pub fn dealloc(object: &Object) {
    let class = object.class();
    if !class.has_flags(flags::HAVE_GC) {
        return end(object);
    }
    TRASH.with(|trash| {
        if trash.depth.get() >= NESTING {
            // The collector must not take it for garbage of its own meanwhile.
            gc::untrack(object);
            trash.waiting.borrow_mut().push(object);
            return;
        }
        trash.depth.set(trash.depth.get() + 1);
        end(object);
        if trash.depth.get() == 1 {
            loop {
                // The borrow ends before the next object does: its end may put others aside.
                let next = trash.waiting.borrow_mut().pop();
                let Some(next) = next else { break };
                // SAFETY: the object has no references left, so nobody else has ended it.
                end(unsafe { &*next });
            }
        }
        trash.depth.set(trash.depth.get() - 1);
    });
}

fn end(object: &Object) {
    match object.class().tp_dealloc.get() {
        // SAFETY: no reference is left; the type's own function ends its object.
        Some(dealloc) => unsafe { dealloc(object.as_ptr()) },
        None => debug_assert!(false, "{} has no tp_dealloc", object.class().name()),
    }
}
