//! The end of an object, without deep native recursion.

use std::cell::{Cell, RefCell};

use crate::prelude::*;

/// How many deallocations may nest before the next ones wait for their turn.
const DEEPEST: u32 = 50;

/// How deep deallocations are nested, and whether objects wait. It needs no end of its own: looking at it is cheap.
struct Nesting {
    depth: Cell<u32>,
    any_waits: Cell<bool>,
}

thread_local! {
    static NESTING: Nesting = const { Nesting { depth: Cell::new(0), any_waits: Cell::new(false) } };
    /// Objects without references that wait until the nesting has unwound.
    static WAITING: RefCell<Vec<*const Object>> = const { RefCell::new(Vec::new()) };
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
    NESTING.with(|nesting| {
        let depth = nesting.depth.get();
        if depth >= DEEPEST {
            // The collector must not take it for garbage of its own meanwhile.
            gc::untrack(object);
            WAITING.with_borrow_mut(|waiting| waiting.push(object));
            nesting.any_waits.set(true);
            return;
        }
        nesting.depth.set(depth + 1);
        end(object);
        if depth == 0 && nesting.any_waits.get() {
            end_waiting();
            nesting.any_waits.set(false);
        }
        nesting.depth.set(depth);
    });
}

/// Ends the objects that wait, and those that begin to wait meanwhile.
#[inline(never)]
fn end_waiting() {
    // The borrow ends before the next object does: its end may put others aside.
    while let Some(next) = WAITING.with_borrow_mut(Vec::pop) {
        // SAFETY: the object has no references left, so nobody else has ended it.
        end(unsafe { &*next });
    }
}

fn end(object: &Object) {
    match object.class().tp_dealloc.get() {
        // SAFETY: no reference is left; the type's own function ends its object.
        Some(dealloc) => unsafe { dealloc(object.as_ptr()) },
        None => debug_assert!(false, "{} has no tp_dealloc", object.class().name()),
    }
}
