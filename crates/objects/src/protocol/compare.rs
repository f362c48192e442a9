//! Comparison, hashing and truth (language reference 3.3.1).

use std::ffi::c_int;

use super::enter_call;
use crate::prelude::*;

/// The six comparisons, with the numbers that C knows them by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum CompareOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CompareOp {
    /// The operator of a number that C passed; none for a number out of range.
    pub fn from_c(number: c_int) -> Option<CompareOp> {
        use CompareOp::*;
        [Lt, Le, Eq, Ne, Gt, Ge].get(usize::try_from(number).ok()?).copied()
    }

    /// The operator with the operands exchanged.
    pub fn swapped(self) -> CompareOp {
        use CompareOp::*;
        match self {
            Lt => Gt,
            Le => Ge,
            Eq => Eq,
            Ne => Ne,
            Gt => Lt,
            Ge => Le,
        }
    }

    /// As Python writes it.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// Whether an ordering satisfies the operator.
    #[inline(always)]
    pub fn accepts(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            CompareOp::Lt => ordering.is_lt(),
            CompareOp::Le => ordering.is_le(),
            CompareOp::Eq => ordering.is_eq(),
            CompareOp::Ne => ordering.is_ne(),
            CompareOp::Gt => ordering.is_gt(),
            CompareOp::Ge => ordering.is_ge(),
        }
    }
}

impl Object {
    /// `self <op> other`: any object. The right operand's method goes first where its type derives
    /// from the left one's.
    pub fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let _guard = enter_call(" in comparison")?;
        let (left, right) = (self.class(), other.class());
        let mut reflected_is_done = false;
        if !std::ptr::eq(left, right)
            && right.is_subtype(left)
            && let Some(compare) = right.tp_richcompare.get()
        {
            reflected_is_done = true;
            let answer = compare(other, self, op.swapped() as c_int)?;
            if !answer.is_not_implemented() {
                return Ok(answer);
            }
        }
        if let Some(compare) = left.tp_richcompare.get() {
            let answer = compare(self, other, op as c_int)?;
            if !answer.is_not_implemented() {
                return Ok(answer);
            }
        }
        if !reflected_is_done && let Some(compare) = other.class().tp_richcompare.get() {
            let answer = compare(other, self, op.swapped() as c_int)?;
            if !answer.is_not_implemented() {
                return Ok(answer);
            }
        }
        match op {
            CompareOp::Eq => Ok(bool_object(self.is(other))),
            CompareOp::Ne => Ok(bool_object(!self.is(other))),
            _ => Err(raise!(
                TypeError,
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                self.class().name(),
                other.class().name()
            )),
        }
    }

    /// The truth of `self <op> other`; an object equals itself whatever its methods say.
    #[inline]
    pub fn compare_bool(&self, other: &Object, op: CompareOp) -> Result<bool> {
        if self.is(other) {
            match op {
                CompareOp::Eq => return Ok(true),
                CompareOp::Ne => return Ok(false),
                _ => {}
            }
        }
        self.compare_distinct(other, op)
    }

    /// The same for two objects. Numbers and text, which are most of what is compared, need no object for the answer.
    fn compare_distinct(&self, other: &Object, op: CompareOp) -> Result<bool> {
        if let (Some(ours), Some(theirs)) = (self.downcast_exact::<Int>(), other.downcast_exact::<Int>()) {
            return Ok(op.accepts(ours.compare_int(theirs)));
        }
        if let (Some(ours), Some(theirs)) = (self.downcast_exact::<Str>(), other.downcast_exact::<Str>()) {
            match op {
                CompareOp::Eq => return Ok(ours.equals(theirs)),
                CompareOp::Ne => return Ok(!ours.equals(theirs)),
                _ => {}
            }
        }
        self.compare(other, op)?.is_true()
    }

    /// `self is other or self == other`.
    #[inline]
    pub fn equals(&self, other: &Object) -> Result<bool> {
        self.compare_bool(other, CompareOp::Eq)
    }

    /// `hash(self)`; never -1.
    #[inline]
    pub fn hash(&self) -> Result<isize> {
        match self.class().tp_hash.get() {
            Some(hash) => raise::check_size(hash(self)),
            None => Err(raise!(TypeError, "unhashable type: '{}'", self.class().name())),
        }
    }

    /// `bool(self)` (language reference 4.1).
    #[inline]
    pub fn is_true(&self) -> Result<bool> {
        if self.is_true_object() {
            return Ok(true);
        }
        if self.is_false_object() || self.is_none() {
            return Ok(false);
        }
        let class = self.class();
        if let Some(bool) = class.tp_as_number.get().and_then(|suite| suite.nb_bool.get()) {
            return raise::check_bool(bool(self));
        }
        let length = class.tp_as_mapping.get().and_then(|suite| suite.mp_length.get());
        let length = length.or_else(|| class.tp_as_sequence.get().and_then(|suite| suite.sq_length.get()));
        match length {
            Some(length) => Ok(raise::check_size(length(self))? > 0),
            None => Ok(true),
        }
    }
}
