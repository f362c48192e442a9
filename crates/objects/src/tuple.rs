//! `tuple`: an immutable sequence with its items inline.

use std::ops::Deref;

use crate::prelude::*;

/// `PyTupleObject`: `ob_size` owned references follow the header.
#[repr(C)]
pub struct Tuple {
    base: VarObject,
    items: [Field; 0],
}

/// `PyTuple_Type`.
#[unsafe(export_name = "PyTuple_Type")]
pub static TUPLE: Type = Type::empty(c"tuple", size_of::<Tuple>());

// SAFETY: `#[repr(C)]`, begins with the header; every tuple begins so.
unsafe impl Layout for Tuple {
    fn class() -> &'static Type {
        &TUPLE
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::TUPLE_SUBCLASS)
    }
}

impl Tuple {
    /// The items.
    #[inline(always)]
    pub fn items(&self) -> &[Ref] {
        // SAFETY: `size` initialised, non-null references follow the header, and a tuple never changes.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr().cast(), self.size() as usize) }
    }

    /// The items, borrowed: what calls take.
    #[inline(always)]
    pub fn as_slice(&self) -> &[&Object] {
        Ref::slice(self.items())
    }

    /// A tuple of these items.
    pub fn new(items: impl IntoIterator<Item = Ref, IntoIter: ExactSizeIterator>) -> Result<Ref<Tuple>> {
        let items = items.into_iter();
        let count = items.len();
        let tuple = memory::allocate_var::<Tuple>(&TUPLE, count as isize)?;
        let start: *mut Ref = tuple.items.as_ptr().cast_mut().cast();
        for (index, item) in items.take(count).enumerate() {
            // SAFETY: room for `count` items was allocated.
            unsafe { start.add(index).write(item) };
        }
        gc::track(&tuple);
        Ok(tuple)
    }
}

impl Deref for Tuple {
    type Target = VarObject;
    fn deref(&self) -> &VarObject {
        &self.base
    }
}
