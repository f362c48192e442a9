//! `bool`: the two truth values, which are ints.

use crate::int::{INT, Int, bits};
use crate::prelude::*;

/// `True` or `False`: an int of one digit.
#[repr(C)]
pub struct Bool {
    base: VarObject,
    digit: u32,
}

#[unsafe(export_name = "_Py_TrueStruct")]
pub static TRUE: Bool = Bool { base: VarObject::static_header(&BOOL, 1), digit: 1 };
#[unsafe(export_name = "_Py_FalseStruct")]
pub static FALSE: Bool = Bool { base: VarObject::static_header(&BOOL, 0), digit: 0 };

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for Bool {}

/// `True`.
#[inline(always)]
pub fn true_() -> Ref {
    TRUE.base.to_ref()
}

/// `False`.
#[inline(always)]
pub fn false_() -> Ref {
    FALSE.base.to_ref()
}

/// `True` or `False`.
#[inline(always)]
pub fn bool_object(value: bool) -> Ref {
    if value { true_() } else { false_() }
}

impl Object {
    #[inline(always)]
    pub fn is_true_object(&self) -> bool {
        self.is(&TRUE.base)
    }

    #[inline(always)]
    pub fn is_false_object(&self) -> bool {
        self.is(&FALSE.base)
    }

    /// Whether the object is `True` or `False`.
    #[inline(always)]
    pub fn is_bool(&self) -> bool {
        self.is_true_object() || self.is_false_object()
    }
}

/// A bitwise operation: of two truth values it is one, else the ints'.
fn bitwise(
    left: &Object,
    right: &Object,
    of_bools: fn(bool, bool) -> bool,
    of_ints: fn(&Int, &Int) -> Result<Ref<Int>>,
) -> Result<Ref> {
    if left.is_bool() && right.is_bool() {
        return Ok(bool_object(of_bools(left.is_true_object(), right.is_true_object())));
    }
    match (left.downcast::<Int>(), right.downcast::<Int>()) {
        (Some(left), Some(right)) => Ok(of_ints(left, right)?.into_object()),
        _ => Ok(not_implemented()),
    }
}

/// bool(x) -> bool
///
/// True if the argument counts as true, else False. The two are the only instances of the class,
/// which derives from int and cannot be derived from.
#[class(
    name = "bool",
    symbol = "PyBool_Type",
    base = INT,
    layout = VarObject,
    basicsize = size_of::<VarObject>() + 8,
    itemsize = size_of::<u32>()
)]
impl Bool {
    #[slot(tp_new, "(x=False, /)")]
    fn create(_class: &Type, x: bool) -> bool {
        x
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(_: *mut Object) {
        // The truth values live in statics: foreign code has given back more references than it had.
        std::process::abort()
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        match self.digit {
            0 => intern!("False").to_ref(),
            _ => intern!("True").to_ref(),
        }
    }

    #[slot(nb_and)]
    fn and(left: &Object, right: &Object) -> Result<Ref> {
        bitwise(left, right, |a, b| a & b, bits::and)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        bitwise(left, right, |a, b| a | b, bits::or)
    }

    #[slot(nb_xor)]
    fn xor(left: &Object, right: &Object) -> Result<Ref> {
        bitwise(left, right, |a, b| a ^ b, bits::xor)
    }
}
