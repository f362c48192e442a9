//! Type objects: their layout, their slots, inheritance, lookup, and types made at run time.

pub mod bases;
pub mod dunder;
pub mod heap;
pub mod instance;
pub mod layout;
pub mod lookup;
mod metatype;
mod mro;
mod open_copy;
pub mod ready;
pub mod rebase;
pub mod slots;
mod wrappers;

pub use layout::*;
pub use metatype::{TYPE, most_derived_metatype};
pub use open_copy::open_copy;
pub use ready::ready;
pub use slots::next_not_implemented;

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
