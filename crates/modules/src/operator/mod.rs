//! `_operator`: operators as functions, and callables that fetch items, attributes and methods.

mod getters;

use objects::prelude::*;

pub use _operator::{DEFINITION, initialize};

/// Operator interface.
///
/// This module exports a set of functions implemented in C corresponding
/// to the intrinsic operators of Python.  For example, operator.add(x, y)
/// is equivalent to the expression x+y.
#[module(
    name = "_operator",
    classes = [super::getters::ITEM_GETTER, super::getters::ATTRIBUTE_GETTER, super::getters::METHOD_CALLER]
)]
pub mod _operator {
    use objects::prelude::*;

    /// The sum of two objects: a + b.
    #[function("(a, b, /)")]
    fn add(a: &Object, b: &Object) -> Result<Ref> {
        a.add(b)
    }

    /// The difference of two objects: a - b.
    #[function("(a, b, /)")]
    fn sub(a: &Object, b: &Object) -> Result<Ref> {
        a.subtract(b)
    }

    /// The product of two objects: a * b.
    #[function("(a, b, /)")]
    fn mul(a: &Object, b: &Object) -> Result<Ref> {
        a.multiply(b)
    }

    /// The matrix product of two objects: a @ b.
    #[function("(a, b, /)")]
    fn matmul(a: &Object, b: &Object) -> Result<Ref> {
        a.matrix_multiply(b)
    }

    /// The quotient, rounded down: a // b.
    #[function("(a, b, /)")]
    fn floordiv(a: &Object, b: &Object) -> Result<Ref> {
        a.floor_divide(b)
    }

    /// The quotient, as exact as it gets: a / b.
    #[function("(a, b, /)")]
    fn truediv(a: &Object, b: &Object) -> Result<Ref> {
        a.true_divide(b)
    }

    /// The remainder of a division, or a formatted string: a % b.
    #[function("(a, b, /)")]
    fn r#mod(a: &Object, b: &Object) -> Result<Ref> {
        a.remainder(b)
    }

    /// The bits of a moved b places to the left: a << b.
    #[function("(a, b, /)")]
    fn lshift(a: &Object, b: &Object) -> Result<Ref> {
        a.lshift(b)
    }

    /// The bits of a moved b places to the right: a >> b.
    #[function("(a, b, /)")]
    fn rshift(a: &Object, b: &Object) -> Result<Ref> {
        a.rshift(b)
    }

    /// Bits set in both, or an intersection: a & b.
    #[function("(a, b, /)")]
    fn and_(a: &Object, b: &Object) -> Result<Ref> {
        a.and(b)
    }

    /// Bits set in just one of the two, or a symmetric difference: a ^ b.
    #[function("(a, b, /)")]
    fn xor(a: &Object, b: &Object) -> Result<Ref> {
        a.xor(b)
    }

    /// Bits set in either, or a union: a | b.
    #[function("(a, b, /)")]
    fn or_(a: &Object, b: &Object) -> Result<Ref> {
        a.or(b)
    }

    /// What a refers to after the statement a += b.
    #[function("(a, b, /)")]
    fn iadd(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_add(b)
    }

    /// What a refers to after the statement a -= b.
    #[function("(a, b, /)")]
    fn isub(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_subtract(b)
    }

    /// What a refers to after the statement a *= b.
    #[function("(a, b, /)")]
    fn imul(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_multiply(b)
    }

    /// What a refers to after the statement a @= b.
    #[function("(a, b, /)")]
    fn imatmul(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_matrix_multiply(b)
    }

    /// What a refers to after the statement a //= b.
    #[function("(a, b, /)")]
    fn ifloordiv(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_floor_divide(b)
    }

    /// What a refers to after the statement a /= b.
    #[function("(a, b, /)")]
    fn itruediv(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_true_divide(b)
    }

    /// What a refers to after the statement a %= b.
    #[function("(a, b, /)")]
    fn imod(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_remainder(b)
    }

    /// What a refers to after the statement a <<= b.
    #[function("(a, b, /)")]
    fn ilshift(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_lshift(b)
    }

    /// What a refers to after the statement a >>= b.
    #[function("(a, b, /)")]
    fn irshift(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_rshift(b)
    }

    /// What a refers to after the statement a &= b.
    #[function("(a, b, /)")]
    fn iand(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_and(b)
    }

    /// What a refers to after the statement a ^= b.
    #[function("(a, b, /)")]
    fn ixor(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_xor(b)
    }

    /// What a refers to after the statement a |= b.
    #[function("(a, b, /)")]
    fn ior(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_or(b)
    }

    /// Same as a[b].
    #[function("(a, b, /)")]
    fn getitem(a: &Object, b: &Object) -> Result<Ref> {
        a.get_item(b)
    }

    /// Same as -a.
    #[function("(a, /)")]
    fn neg(a: &Object) -> Result<Ref> {
        a.negative()
    }

    /// Same as +a.
    #[function("(a, /)")]
    fn pos(a: &Object) -> Result<Ref> {
        a.positive()
    }

    /// Same as ~a.
    #[function("(a, /)")]
    fn inv(a: &Object) -> Result<Ref> {
        a.invert()
    }

    /// Same as ~a.
    #[function("(a, /)")]
    fn invert(a: &Object) -> Result<Ref> {
        a.invert()
    }

    /// Same as abs(a).
    #[function("(a, /)")]
    fn abs(a: &Object) -> Result<Ref> {
        a.absolute()
    }

    /// Compare two objects: a < b.
    #[function("(a, b, /)")]
    fn lt(a: &Object, b: &Object) -> Result<Ref> {
        a.compare(b, CompareOp::Lt)
    }

    /// Compare two objects: a <= b.
    #[function("(a, b, /)")]
    fn le(a: &Object, b: &Object) -> Result<Ref> {
        a.compare(b, CompareOp::Le)
    }

    /// Compare two objects: a == b.
    #[function("(a, b, /)")]
    fn eq(a: &Object, b: &Object) -> Result<Ref> {
        a.compare(b, CompareOp::Eq)
    }

    /// Compare two objects: a != b.
    #[function("(a, b, /)")]
    fn ne(a: &Object, b: &Object) -> Result<Ref> {
        a.compare(b, CompareOp::Ne)
    }

    /// Compare two objects: a > b.
    #[function("(a, b, /)")]
    fn gt(a: &Object, b: &Object) -> Result<Ref> {
        a.compare(b, CompareOp::Gt)
    }

    /// Compare two objects: a >= b.
    #[function("(a, b, /)")]
    fn ge(a: &Object, b: &Object) -> Result<Ref> {
        a.compare(b, CompareOp::Ge)
    }

    /// One object to the power of another: a ** b.
    #[function("(a, b, /)")]
    fn pow(a: &Object, b: &Object) -> Result<Ref> {
        a.power(b, none_object())
    }

    /// What a refers to after the statement a **= b.
    #[function("(a, b, /)")]
    fn ipow(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_power(b, none_object())
    }

    /// Put an element into a container: a[b] = c.
    #[function("(a, b, c, /)")]
    fn setitem(a: &Object, b: &Object, c: &Object) -> Result<()> {
        a.set_item(b, c)
    }

    /// Same as del a[b].
    #[function("(a, b, /)")]
    fn delitem(a: &Object, b: &Object) -> Result<()> {
        a.del_item(b)
    }

    /// Whether the two are one object: a is b.
    #[function("(a, b, /)")]
    fn is_(a: &Object, b: &Object) -> bool {
        a.is(b)
    }

    /// Whether the two are distinct objects: a is not b.
    #[function("(a, b, /)")]
    fn is_not(a: &Object, b: &Object) -> bool {
        !a.is(b)
    }

    /// Same as not a.
    #[function("(a, /)")]
    fn not_(a: &Object) -> Result<bool> {
        Ok(!a.is_true()?)
    }

    /// What a counts as in a condition: bool(a).
    #[function("(a, /)")]
    fn truth(a: &Object) -> Result<bool> {
        a.is_true()
    }

    /// Same as a.__index__()
    #[function("(a, /)")]
    fn index(a: &Object) -> Result<Ref<Int>> {
        a.index()
    }

    /// Join two sequences: a + b. Others, such as numbers, raise TypeError.
    #[function("(a, b, /)")]
    fn concat(a: &Object, b: &Object) -> Result<Ref> {
        a.concatenate(b)
    }

    /// What the sequence a refers to after a += b. Others, such as numbers, raise TypeError.
    #[function("(a, b, /)")]
    fn iconcat(a: &Object, b: &Object) -> Result<Ref> {
        a.inplace_concatenate(b)
    }

    /// Whether the container a has the element b: b in a.
    #[function("(a, b, /)")]
    fn contains(a: &Object, b: &Object) -> Result<bool> {
        a.contains(b)
    }

    /// The iterator over a sequence argument. `TypeError`.
    fn iterate(a: &Object) -> Result<Ref> {
        match a.iter() {
            Err(raised) if raised.matches(&exceptions::TypeError) => {
                raised.clear();
                Err(raise!(TypeError, "argument of type '{}' is not iterable", a.class().name()))
            }
            iterator => iterator,
        }
    }

    /// How often b, or an equal of it, occurs among the elements of a.
    #[function("(a, b, /)")]
    fn countOf(a: &Object, b: &Object) -> Result<isize> {
        let iterator = iterate(a)?;
        let mut count = 0;
        while let Some(item) = iterator.next()? {
            count += isize::from(item.equals(b)?);
        }
        Ok(count)
    }

    /// How many elements of a come before the first that is b or equal to it; a ValueError when none is.
    #[function("(a, b, /)")]
    fn indexOf(a: &Object, b: &Object) -> Result<isize> {
        let iterator = iterate(a)?;
        let mut index = 0;
        while let Some(item) = iterator.next()? {
            if item.equals(b)? {
                return Ok(index);
            }
            index += 1;
        }
        Err(raise!(ValueError, "sequence.index(x): x not in sequence"))
    }

    /// Return an estimate of the number of items in obj.
    ///
    /// It may be too large or too small, but is at least 0. The default is given where there is none.
    #[function("(obj, default=0, /)")]
    fn length_hint(obj: &Object, default: isize) -> Result<isize> {
        // The default may be negative, and is given back as it is.
        const NONE: usize = isize::MAX as usize;
        match obj.length_hint(NONE)? {
            NONE => Ok(default),
            hint => Ok(hint as isize),
        }
    }

    /// Return 'a == b'.
    ///
    /// The comparison takes as long for any content of the same length, so that the time tells nothing of a
    /// secret. Both arguments are ASCII text, or both bytes-like objects.
    #[function("(a, b, /)")]
    fn _compare_digest(a: &Object, b: &Object) -> Result<bool> {
        crate::digests::comparison::compare(a, b)
    }
}
