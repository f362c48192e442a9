//! Python's operators on constants. `None` where Python would raise, or where nothing is folded.

use dashu_int::ops::UnsignedAbs;
use literals::{Constant, IBig, Text};
use syntax::ast::{Operator, UnaryOp};

use super::float;

/// An integer or boolean as an integer.
pub(super) fn integer(value: &Constant) -> Option<IBig> {
    match value {
        Constant::Int(value) => Some(value.clone()),
        Constant::Bool(value) => Some(IBig::from(u8::from(*value))),
        _ => None,
    }
}

/// `bool(value)`.
pub(crate) fn truth(value: &Constant) -> bool {
    match value {
        Constant::None => false,
        Constant::Ellipsis => true,
        Constant::Bool(value) => *value,
        Constant::Int(value) => *value != IBig::ZERO,
        Constant::Float(value) => *value != 0.0,
        Constant::Complex(real, imag) => *real != 0.0 || *imag != 0.0,
        Constant::Str(text) => !text.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

pub(super) fn unary(op: UnaryOp, value: &Constant) -> Option<Constant> {
    if op == UnaryOp::Not {
        return Some(Constant::Bool(!truth(value)));
    }
    if let Some(value) = integer(value) {
        return Some(Constant::Int(match op {
            UnaryOp::USub => -value,
            UnaryOp::Invert => !value,
            _ => value,
        }));
    }
    match (op, value) {
        (UnaryOp::USub, Constant::Float(value)) => Some(Constant::Float(-value)),
        (UnaryOp::USub, Constant::Complex(real, imag)) => Some(Constant::Complex(-real, -imag)),
        (UnaryOp::UAdd, Constant::Float(_) | Constant::Complex(..)) => Some(value.clone()),
        _ => None,
    }
}

pub(super) fn binary(op: Operator, left: &Constant, right: &Constant) -> Option<Constant> {
    use Constant::{Bool, Bytes, Complex, Float, Str, Tuple};
    if let (Bool(left), Bool(right)) = (left, right) {
        match op {
            Operator::BitAnd => return Some(Bool(left & right)),
            Operator::BitOr => return Some(Bool(left | right)),
            Operator::BitXor => return Some(Bool(left ^ right)),
            _ => {}
        }
    }
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => return integers(op, left, right),
        (None, Some(count)) if op == Operator::Mult && is_sequence(left) => return repeat(left, &count),
        (Some(count), None) if op == Operator::Mult && is_sequence(right) => return repeat(right, &count),
        _ => {}
    }
    match (left, right) {
        (Str(left), Str(right)) if op == Operator::Add => Some(Str(Text::concat(&[left, right]))),
        (Bytes(left), Bytes(right)) if op == Operator::Add => Some(Bytes([&**left, right].concat().into())),
        (Tuple(left), Tuple(right)) if op == Operator::Add => Some(Tuple([&**left, right].concat().into())),
        (Complex(..), _) | (_, Complex(..)) => {
            let (real, imag) = float::complex_binary(op, complex(left)?, complex(right)?)?;
            Some(Complex(real, imag))
        }
        (Float(_), _) | (_, Float(_)) => floats(op, real(left)?, real(right)?),
        _ => None,
    }
}

/// A real number as a float; `None` for one out of range.
fn real(value: &Constant) -> Option<f64> {
    match value {
        Constant::Float(value) => Some(*value),
        _ => float::from_integer(&integer(value)?),
    }
}

fn complex(value: &Constant) -> Option<(f64, f64)> {
    match value {
        Constant::Complex(real, imag) => Some((*real, *imag)),
        _ => Some((real(value)?, 0.0)),
    }
}

fn integers(op: Operator, left: IBig, right: IBig) -> Option<Constant> {
    let result = match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div => return float::quotient(&left, &right).map(Constant::Float),
        Operator::FloorDiv => floor_division(left, right)?.0,
        Operator::Mod => floor_division(left, right)?.1,
        Operator::Pow if right < IBig::ZERO => {
            return floats(op, float::from_integer(&left)?, float::from_integer(&right)?);
        }
        Operator::Pow => left.pow(usize::try_from(&right).ok()?),
        Operator::LShift => left << usize::try_from(&right).ok()?,
        Operator::RShift if right < IBig::ZERO => return None,
        Operator::RShift => match usize::try_from(&right) {
            Ok(shift) => left >> shift,
            // Everything is shifted out.
            Err(_) if left < IBig::ZERO => IBig::NEG_ONE,
            Err(_) => IBig::ZERO,
        },
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::BitAnd => left & right,
        Operator::MatMult => return None,
    };
    Some(Constant::Int(result))
}

/// Quotient rounded down and remainder with the divisor's sign.
fn floor_division(left: IBig, right: IBig) -> Option<(IBig, IBig)> {
    if right == IBig::ZERO {
        return None;
    }
    let (quotient, remainder) = (&left / &right, left % &right);
    if remainder != IBig::ZERO && (remainder < IBig::ZERO) != (right < IBig::ZERO) {
        return Some((quotient - 1, remainder + right));
    }
    Some((quotient, remainder))
}

fn floats(op: Operator, left: f64, right: f64) -> Option<Constant> {
    let divisor = || (right != 0.0).then_some(right);
    let result = match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mult => left * right,
        Operator::Div => left / divisor()?,
        Operator::FloorDiv => float::floor_division(left, divisor()?).0,
        Operator::Mod => float::floor_division(left, divisor()?).1,
        Operator::Pow if left < 0.0 && left.is_finite() && right.is_finite() && right.fract() != 0.0 => {
            let (real, imag) = float::complex_binary(op, (left, 0.0), (right, 0.0))?;
            return Some(Constant::Complex(real, imag));
        }
        Operator::Pow => float::power(left, right)?,
        _ => return None,
    };
    Some(Constant::Float(result))
}

fn is_sequence(value: &Constant) -> bool {
    matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
}

fn repeat(sequence: &Constant, count: &IBig) -> Option<Constant> {
    let empty = matches!(sequence, Constant::Str(text) if text.is_empty())
        || matches!(sequence, Constant::Bytes(bytes) if bytes.is_empty())
        || matches!(sequence, Constant::Tuple(items) if items.is_empty());
    let count = match *count <= IBig::ZERO || empty {
        true => 0,
        false => usize::try_from(count).ok()?,
    };
    Some(match sequence {
        Constant::Str(text) => Constant::Str(Text::concat(&vec![text; count])),
        Constant::Bytes(bytes) => Constant::Bytes(bytes.repeat(count).into()),
        Constant::Tuple(items) => {
            Constant::Tuple(std::iter::repeat_n(&**items, count).flatten().cloned().collect())
        }
        _ => return None,
    })
}

pub(super) fn subscript(value: &Constant, index: &Constant) -> Option<Constant> {
    let index = integer(index)?;
    let place = |len: usize| {
        let index = if index < IBig::ZERO { &index + IBig::from(len) } else { index.clone() };
        usize::try_from(&index).ok().filter(|&index| index < len)
    };
    match value {
        Constant::Str(text) => {
            let index = place(text.code_points().count())?;
            Text::from_code_points(text.code_points().nth(index)).ok().map(Constant::Str)
        }
        Constant::Bytes(bytes) => Some(Constant::Int(bytes[place(bytes.len())?].into())),
        Constant::Tuple(items) => Some(items[place(items.len())?].clone()),
        _ => None,
    }
}

/// A key that is the same for constants that Python finds equal, across types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum EqualityKey {
    Whole(IBig),
    Number(u64, u64),
    Other(Constant),
    Tuple(Vec<EqualityKey>),
    /// Equal to nothing but itself: not a number.
    Unique(usize),
}

pub(super) fn equality_key(value: &Constant) -> EqualityKey {
    match value {
        Constant::Int(_) | Constant::Bool(_) => EqualityKey::Whole(integer(value).unwrap_or_default()),
        Constant::Float(number) => number_key(value, *number, 0.0),
        Constant::Complex(real, imag) => number_key(value, *real, *imag),
        Constant::Tuple(items) => EqualityKey::Tuple(items.iter().map(equality_key).collect()),
        other => EqualityKey::Other(other.clone()),
    }
}

fn number_key(value: &Constant, real: f64, imag: f64) -> EqualityKey {
    if real.is_nan() || imag.is_nan() {
        return EqualityKey::Unique(std::ptr::from_ref(value) as usize);
    }
    match IBig::try_from(real) {
        Ok(whole) if imag == 0.0 && real.fract() == 0.0 => EqualityKey::Whole(whole),
        // Adding zero makes a negative zero positive.
        _ => EqualityKey::Number((real + 0.0).to_bits(), (imag + 0.0).to_bits()),
    }
}

/// The width of the magnitude.
pub(super) fn bits(value: &IBig) -> usize {
    use dashu_int::ops::BitTest;
    value.clone().unsigned_abs().bit_len()
}
