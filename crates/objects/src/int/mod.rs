//! `int`: integers of any size in 30-bit digits.

pub mod arithmetic;
pub mod bits;
mod bytes;
mod convert;
pub mod digits;
pub mod divide;
mod methods;
pub mod power;
mod storage;
mod text;

use std::ptr;

pub use bytes::ByteOrder;
pub use convert::{HASH_BITS, HASH_MODULUS};
pub use storage::{IntBuilder, free_list};
pub use text::{
    BASES, DEFAULT_MAX_TEXT_DIGITS, TEXT_DIGITS_THRESHOLD, decimal_ascii, max_text_digits,
    set_max_text_digits, trim,
};

use crate::prelude::*;

/// `PyLongObject`: `|ob_size|` digits of 30 bits follow, the least significant first; the
/// value's sign is `ob_size`'s. Immutable.
#[repr(C)]
pub struct Int {
    base: VarObject,
    digits: [u32; 0],
}

/// Applies an operation to two ints, or leaves it to the other operand's type.
#[inline(always)]
fn binary(
    left: &Object,
    right: &Object,
    operation: impl FnOnce(&Int, &Int) -> Result<Ref<Int>>,
) -> Result<Ref> {
    match (left.downcast::<Int>(), right.downcast::<Int>()) {
        (Some(left), Some(right)) => Ok(operation(left, right)?.into_object()),
        _ => Ok(not_implemented()),
    }
}

/// int([x]) -> integer
/// int(x, base=10) -> integer
///
/// Convert a number or text to an integer; without arguments, 0. Numbers are truncated towards zero.
/// Text is a literal in the given base, 2 to 36, perhaps with a sign and blanks around it; base 0 takes
/// the base from the literal's prefix, as Python source does.
///
/// >>> int('0b100', base=0)
/// 4
#[class(
    name = "int",
    symbol = "PyLong_Type",
    layout = VarObject,
    flags = BASETYPE | INT_SUBCLASS,
    basicsize = size_of::<VarObject>(),
    itemsize = size_of::<u32>(),
    include = [methods::METHODS],
    generic_getattro
)]
impl Int {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference is gone.
        unsafe { storage::dealloc(object) }
    }

    #[slot(tp_new, "(x=0, /, base=10)")]
    fn create(class: &Type, x: Option<&Object>, base: Option<&Object>) -> Result<Ref<Int>> {
        let int = convert::from_arguments(x, base)?;
        match ptr::eq(class, &INT) {
            true => Ok(int),
            false => int.copy_in(class),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        self.to_text(10, false)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        self.hash_value()
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        match other.downcast::<Int>() {
            Some(other) => bool_object(op.accepts(self.compare_int(other))),
            None => not_implemented(),
        }
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::add)
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::subtract)
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::multiply)
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::floor_divide)
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::remainder)
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        match (left.downcast::<Int>(), right.downcast::<Int>()) {
            (Some(left), Some(right)) => arithmetic::divmod(left, right)?.into_object(),
            _ => Ok(not_implemented()),
        }
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        match (left.downcast::<Int>(), right.downcast::<Int>()) {
            (Some(left), Some(right)) => divide::true_divide(left, right)?.into_object(),
            _ => Ok(not_implemented()),
        }
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        let (Some(base_int), Some(exponent_int)) = (base.downcast::<Int>(), exponent.downcast::<Int>())
        else {
            return Ok(not_implemented());
        };
        if let Some(modulus) = modulus.downcast::<Int>() {
            return Ok(power::power_modulo(base_int, exponent_int, modulus)?.into_object());
        }
        if !modulus.is_none() {
            return Ok(not_implemented());
        }
        match exponent_int.is_negative() {
            true => Float::new(base_int.to_f64()?).power(&Float::new(exponent_int.to_f64()?), none_object()),
            false => Ok(power::power(base_int, exponent_int)?.into_object()),
        }
    }

    #[slot(nb_lshift)]
    fn left_shift(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, bits::left_shift)
    }

    #[slot(nb_rshift)]
    fn right_shift(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, bits::right_shift)
    }

    #[slot(nb_and)]
    fn and(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, bits::and)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, bits::or)
    }

    #[slot(nb_xor)]
    fn xor(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, bits::xor)
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref<Int>> {
        arithmetic::negate(self)
    }

    #[slot(nb_positive)]
    #[slot(nb_int)]
    #[slot(nb_index)]
    fn positive(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref<Int>> {
        arithmetic::absolute(self)
    }

    #[slot(nb_invert)]
    fn invert(&self) -> Result<Ref<Int>> {
        bits::invert(self)
    }

    #[slot(nb_bool)]
    fn is_nonzero(&self) -> bool {
        !self.is_zero()
    }

    #[slot(nb_float)]
    fn to_float(&self) -> Result<f64> {
        self.to_f64()
    }
}
