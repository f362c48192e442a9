//! Type objects: their layout, their slots, inheritance, lookup, and types made at run time.

pub mod layout;

pub use layout::*;

use crate::prelude::*;

/// `PyType_Type`, the type of types.
#[unsafe(export_name = "PyType_Type")]
pub static TYPE: Type = Type::empty(c"type", size_of::<HeapType>());

// SAFETY: `#[repr(C)]`, begins with the header; every type begins so.
unsafe impl Layout for Type {
    fn class() -> &'static Type {
        &TYPE
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::TYPE_SUBCLASS)
    }
}

impl Type {
    /// Whether this type is the other or derives from it.
    #[inline]
    pub fn is_subtype(&self, other: &Type) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        // SAFETY: the borrow of the MRO ends here, and nothing runs meanwhile.
        match unsafe { self.tp_mro.peek() } {
            Some(mro) => mro.items().iter().any(|class| class.is(other)),
            None => {
                // A type that is not ready yet: only its line of bases is known.
                let mut base = self.base();
                while let Some(class) = base {
                    if std::ptr::eq(class, other) {
                        return true;
                    }
                    base = class.base();
                }
                std::ptr::eq(other, &crate::object::OBJECT)
            }
        }
    }
}
