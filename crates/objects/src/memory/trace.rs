//! What a structure shows the cycle collector: the references that it owns.

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::ops::ControlFlow;

use crate::prelude::*;

/// The collector's visit, as `tp_traverse` gets it.
pub struct Visitor {
    visit: VisitProc,
    argument: *mut c_void,
}

impl Visitor {
    /// Shows the collector one owned reference.
    #[inline(always)]
    pub fn visit(&self, object: &Object) -> ControlFlow<c_int> {
        // SAFETY: the collector's own function and argument.
        match unsafe { (self.visit)(object.as_ptr(), self.argument) } {
            0 => ControlFlow::Continue(()),
            status => ControlFlow::Break(status),
        }
    }
}

/// A value that may own references. Derived with `#[derive(Trace)]` for an object's structure.
pub trait Trace {
    /// Shows every owned reference once. Runs no Python code.
    fn trace(&self, _: &Visitor) -> ControlFlow<c_int> {
        ControlFlow::Continue(())
    }

    /// Drops the references that may be part of a cycle, and leaves the value usable.
    fn clear(&self) {}
}

macro_rules! untraced {
    ($($kind:ty),* $(,)?) => {
        $(impl Trace for $kind {})*
    };
}

untraced!(
    Object,
    VarObject,
    bool,
    u8,
    i8,
    u16,
    i16,
    u32,
    i32,
    u64,
    i64,
    usize,
    isize,
    f64,
    f32,
    char,
    String,
    Vec<u8>,
);

impl<T: Layout> Trace for Ref<T> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        visitor.visit(self.as_object())
    }
}

impl<T: Layout> Trace for Field<T> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        // SAFETY: a visit runs no Python code, so the field stays as it is.
        match unsafe { self.peek() } {
            Some(object) => visitor.visit(object.as_object()),
            None => ControlFlow::Continue(()),
        }
    }

    fn clear(&self) {
        self.set(None);
    }
}

impl<T: Trace> Trace for Option<T> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.iter().try_for_each(|value| value.trace(visitor))
    }
}

impl<T: Trace, const N: usize> Trace for [T; N] {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.iter().try_for_each(|value| value.trace(visitor))
    }

    fn clear(&self) {
        self.iter().for_each(T::clear);
    }
}

impl<T: Layout> Trace for Vec<Ref<T>> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.iter().try_for_each(|object| visitor.visit(object.as_object()))
    }
}

impl<T: Layout> Trace for std::collections::VecDeque<Ref<T>> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.iter().try_for_each(|object| visitor.visit(object.as_object()))
    }
}

impl<T: Layout> Trace for Box<[Ref<T>]> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.iter().try_for_each(|object| visitor.visit(object.as_object()))
    }
}

/// A cell is emptied by putting the default value in its place.
impl<T: Trace + Default> Trace for Cell<T> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        let value = self.take();
        let flow = value.trace(visitor);
        self.set(value);
        flow
    }

    fn clear(&self) {
        drop(self.take());
    }
}

impl<T: Trace + Default> Trace for RefCell<T> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.borrow().trace(visitor)
    }

    fn clear(&self) {
        drop(self.take());
    }
}

/// `tp_traverse` of a structure.
pub unsafe extern "C" fn traverse<T: Layout + Trace>(
    object: *mut Object,
    visit: VisitProc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: called with a live instance of T's class or a subclass.
    let value = unsafe { (*object).cast::<T>() };
    match value.trace(&Visitor { visit, argument }) {
        ControlFlow::Continue(()) => 0,
        ControlFlow::Break(status) => status,
    }
}

/// `tp_clear` of a structure.
pub unsafe extern "C" fn clear<T: Layout + Trace>(object: *mut Object) -> c_int {
    // SAFETY: as above.
    unsafe { (*object).cast::<T>() }.clear();
    0
}
