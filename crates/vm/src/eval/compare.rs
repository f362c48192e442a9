//! Comparisons, membership, identity, and the jumps that depend on a truth value.

use objects::prelude::*;

use super::arithmetic::{floats, small_ints};
use super::machine::Machine;

/// The operators of `COMPARE_OP`, by argument.
const OPERATORS: [CompareOp; 6] =
    [CompareOp::Lt, CompareOp::Le, CompareOp::Eq, CompareOp::Ne, CompareOp::Gt, CompareOp::Ge];

#[inline(always)]
fn holds<T: PartialOrd>(argument: u32, left: T, right: T) -> bool {
    match argument {
        0 => left < right,
        1 => left <= right,
        2 => left == right,
        3 => left != right,
        4 => left > right,
        _ => left >= right,
    }
}

impl Machine {
    #[inline(always)]
    pub fn compare(&mut self, argument: u32) -> Result<()> {
        let (left, right) = (self.peek(1), self.peek(0));
        if let Some((left, right)) = small_ints(left, right) {
            return self.finish_comparison(holds(argument, left, right));
        }
        if let Some((left, right)) = floats(left, right) {
            return self.finish_comparison(holds(argument, left, right));
        }
        if let (2 | 3, Some(one), Some(other)) =
            (argument, left.downcast_exact::<Str>(), right.downcast_exact::<Str>())
        {
            let equal = one.is(other) || one.equals(other);
            return self.finish_comparison(equal == (argument == 2));
        }
        let right = self.pop();
        let result = self.peek(0).compare(&right, OPERATORS[argument as usize]);
        drop(right);
        self.set_top(result?);
        Ok(())
    }

    /// Puts the answer in the place of the operands.
    #[inline(always)]
    fn finish_comparison(&mut self, truth: bool) -> Result<()> {
        let right = self.pop();
        self.set_top(bool_object(truth));
        drop(right);
        Ok(())
    }

    #[inline(always)]
    pub fn is_op(&mut self, negated: bool) {
        let right = self.pop();
        let same = self.peek(0).is(&right);
        self.set_top(bool_object(same != negated));
    }

    #[inline(always)]
    pub fn contains_op(&mut self, negated: bool) -> Result<()> {
        let container = self.pop();
        let found = container.contains(self.peek(0))?;
        self.set_top(bool_object(found != negated));
        Ok(())
    }

    /// `POP_JUMP_IF_TRUE` and `POP_JUMP_IF_FALSE`; whether it jumped backwards.
    #[inline(always)]
    pub fn pop_jump_if(&mut self, wanted: bool, target: u32) -> Result<bool> {
        let value = self.pop();
        let truth = self.truth(&value)?;
        if truth != wanted {
            return Ok(false);
        }
        let here = self.next;
        self.jump(target);
        Ok(self.next < here)
    }

    /// `JUMP_IF_TRUE_OR_POP` and `JUMP_IF_FALSE_OR_POP`.
    #[inline(always)]
    pub fn jump_if_or_pop(&mut self, wanted: bool, target: u32) -> Result<()> {
        let truth = self.truth(self.peek(0))?;
        match truth == wanted {
            true => self.jump(target),
            false => drop(self.pop()),
        }
        Ok(())
    }

    #[inline(always)]
    pub fn jump_if_not_exc_match(&mut self, target: u32) -> Result<()> {
        let class = self.pop();
        let raised = self.pop();
        if !exception_matches(&raised, &class)? {
            self.jump(target);
        }
        Ok(())
    }
}

/// Whether an `except` clause with this class, or tuple of classes, catches an exception.
fn exception_matches(raised: &Object, wanted: &Object) -> Result<bool> {
    let is_exception = |class: &Object| {
        class.downcast::<Type>().is_some_and(|class| class.has_flags(flags::EXCEPTION_SUBCLASS))
    };
    let is_valid = match wanted.downcast::<Tuple>() {
        Some(classes) => classes.items().iter().all(|class| is_exception(class)),
        None => is_exception(wanted),
    };
    if !is_valid {
        bail!(TypeError, "catching classes that do not inherit from BaseException is not allowed");
    }
    let matches = |class: &Object| {
        class.downcast::<Type>().is_some_and(|class| exceptions::class_matches(raised, class))
    };
    Ok(match wanted.downcast::<Tuple>() {
        Some(classes) => classes.items().iter().any(|class| matches(class)),
        None => matches(wanted),
    })
}
