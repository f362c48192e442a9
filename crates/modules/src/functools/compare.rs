//! Sort keys from comparison functions.

use std::mem::offset_of;

use objects::prelude::*;

/// `functools.KeyWrapper`: a comparison function, and the object to compare once it has been called with one.
#[repr(C)]
#[derive(Trace)]
pub struct CompareFunction {
    base: Object,
    compare: Field,
    object: Field,
}

impl CompareFunction {
    pub fn new(compare: &Object, object: Option<&Object>) -> Ref<CompareFunction> {
        Ref::new(CompareFunction {
            base: Object::header(),
            compare: Field::new(Some(compare.to_ref())),
            object: Field::new(object.map(Object::to_ref)),
        })
    }
}

#[class(name = "KeyWrapper", module = "functools", generic_getattro)]
impl CompareFunction {
    /// Value wrapped by a key function.
    #[member(OBJECT)]
    const obj: usize = offset_of!(CompareFunction, object);

    #[slot(tp_call, "(obj)", name = "K")]
    fn call(&self, obj: &Object) -> Result<Ref<CompareFunction>> {
        let compare = self.compare.get().unwrap_or_else(none);
        Ok(CompareFunction::new(&compare, Some(obj)))
    }

    #[slot(tp_richcompare)]
    fn compare_keys(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast_exact::<CompareFunction>() else {
            bail!(TypeError, "other argument must be K instance");
        };
        let (Some(compare), Some(left), Some(right)) =
            (self.compare.get(), self.object.get(), other.object.get())
        else {
            bail!(AttributeError, "object");
        };
        compare.call(&[&left, &right])?.compare(&Int::zero(), op)
    }
}
