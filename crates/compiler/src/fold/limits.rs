//! Which operations are worth folding: a constant must not outgrow what computes it.

use literals::{Constant, IBig};
use syntax::ast::Operator;

use super::arithmetic::{self, bits, integer};

/// The widest integer that folding may make, in bits.
const MAX_INT_BITS: usize = 128;
/// The most elements that repeating a tuple may make.
const MAX_COLLECTION_LEN: usize = 256;
/// The most characters or bytes that repeating a string may make.
const MAX_STRING_LEN: usize = 4096;
/// The most elements, nested ones included, that repeating a tuple may make.
const MAX_TOTAL_ITEMS: isize = 1024;

/// The result of a binary operation, if it can be computed and is small.
pub(super) fn binary(op: Operator, left: &Constant, right: &Constant) -> Option<Constant> {
    let worthwhile = match op {
        Operator::Mult => product_is_small(left, right),
        Operator::Pow => power_is_small(left, right),
        Operator::LShift => shift_is_small(left, right),
        // Formatting depends on what the program sets at run time.
        Operator::Mod => !matches!(left, Constant::Str(_) | Constant::Bytes(_)),
        _ => true,
    };
    if worthwhile { arithmetic::binary(op, left, right) } else { None }
}

fn product_is_small(left: &Constant, right: &Constant) -> bool {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => {
            left == IBig::ZERO || right == IBig::ZERO || bits(&left) + bits(&right) <= MAX_INT_BITS
        }
        (Some(count), None) => repetition_is_small(&count, right),
        (None, Some(count)) => repetition_is_small(&count, left),
        (None, None) => true,
    }
}

fn repetition_is_small(count: &IBig, sequence: &Constant) -> bool {
    let (len, max) = match sequence {
        Constant::Tuple(items) | Constant::FrozenSet(items) => (items.len(), MAX_COLLECTION_LEN),
        Constant::Str(text) => (text.code_points().count(), MAX_STRING_LEN),
        Constant::Bytes(bytes) => (bytes.len(), MAX_STRING_LEN),
        _ => return true,
    };
    if len == 0 {
        return true;
    }
    let Ok(count) = usize::try_from(count) else { return false };
    if count > max / len {
        return false;
    }
    match sequence {
        Constant::Tuple(_) if count != 0 => remaining_items(sequence, MAX_TOTAL_ITEMS / count as isize) >= 0,
        _ => true,
    }
}

/// What is left of an allowance of elements after those of the tuple, nested ones included.
fn remaining_items(value: &Constant, allowance: isize) -> isize {
    let Constant::Tuple(items) = value else { return allowance };
    let mut left = allowance - items.len() as isize;
    for item in &**items {
        if left < 0 {
            break;
        }
        left = remaining_items(item, left);
    }
    left
}

fn power_is_small(base: &Constant, exponent: &Constant) -> bool {
    let (Some(base), Some(exponent)) = (integer(base), integer(exponent)) else { return true };
    if exponent <= IBig::ZERO {
        return true;
    }
    usize::try_from(&exponent).is_ok_and(|exponent| bits(&base) <= MAX_INT_BITS / exponent)
}

fn shift_is_small(value: &Constant, shift: &Constant) -> bool {
    let (Some(value), Some(shift)) = (integer(value), integer(shift)) else { return true };
    if value == IBig::ZERO || shift == IBig::ZERO {
        return true;
    }
    usize::try_from(&shift).is_ok_and(|shift| shift <= MAX_INT_BITS && bits(&value) <= MAX_INT_BITS - shift)
}
