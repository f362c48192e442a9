//! Classes whose instances are called by the vectorcall convention.

use crate::prelude::*;
use crate::type_object::layout::VECTORCALL_ARGUMENTS_OFFSET;

/// The arguments of a call: those by position, then a value for each name.
#[derive(Clone, Copy)]
pub struct VectorArguments<'a> {
    all: &'a [&'a Object],
    names: Option<&'a Tuple>,
}

impl<'a> VectorArguments<'a> {
    /// All values: first those by position.
    #[inline(always)]
    pub fn all(&self) -> &'a [&'a Object] {
        self.all
    }

    #[inline(always)]
    pub fn names(&self) -> Option<&'a Tuple> {
        self.names
    }

    /// The values by position, and those that have names.
    #[inline(always)]
    pub fn split(&self) -> (&'a [&'a Object], &'a [&'a Object]) {
        self.all.split_at(self.all.len() - self.names.map_or(0, |names| names.items().len()))
    }

    /// Calls another object with the same arguments.
    #[inline(always)]
    pub fn pass_to(&self, callable: &Object) -> Result<Ref> {
        let (positional, _) = self.split();
        // SAFETY: as many arguments by position as is said, and a value for each name.
        unsafe { callable.vectorcall(self.all.as_ptr(), positional.len(), self.names) }
    }
}

/// A class whose instances have [`entry`] in the field at the class's `vectorcall_offset`.
pub trait Vectorcall: Layout {
    fn vectorcall(&self, arguments: VectorArguments) -> Result<Ref>;
}

/// The function in instances' fields.
///
/// # Safety
/// As the convention has it: with an instance of T, as many arguments as the count says, and a value for each name.
pub unsafe extern "C" fn entry<T: Vectorcall>(
    callable: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    let count = (count & !VECTORCALL_ARGUMENTS_OFFSET) as isize;
    // SAFETY: the caller's promise.
    unsafe {
        let all = crate::arguments::vector(arguments, count, names);
        callable.cast::<T>().vectorcall(VectorArguments { all, names })
    }
}
