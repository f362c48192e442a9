//! Unary and binary operators.
//!
//! Exact ints of up to two digits and exact floats are worked on here; everything else goes through
//! the number protocol.

use bytecode::number;
use objects::prelude::*;

use super::machine::Machine;

/// Two operands that are ints of machine size.
#[inline(always)]
pub fn small_ints(left: &Object, right: &Object) -> Option<(i64, i64)> {
    let left = left.downcast_exact::<Int>()?;
    let right = right.downcast_exact::<Int>()?;
    Some((left.to_medium()?, right.to_medium()?))
}

/// Two operands that are floats.
#[inline(always)]
pub fn floats(left: &Object, right: &Object) -> Option<(f64, f64)> {
    Some((left.downcast_exact::<Float>()?.value(), right.downcast_exact::<Float>()?.value()))
}

/// Python's floor division of machine integers, the divisor not zero.
#[inline(always)]
fn floor_divide(left: i64, right: i64) -> i64 {
    let (quotient, remainder) = (left / right, left % right);
    if remainder != 0 && (remainder < 0) != (right < 0) { quotient - 1 } else { quotient }
}

/// Python's remainder, which has the divisor's sign.
#[inline(always)]
fn floor_remainder(left: i64, right: i64) -> i64 {
    let remainder = left % right;
    if remainder != 0 && (remainder < 0) != (right < 0) { remainder + right } else { remainder }
}

impl Machine {
    /// Replaces the value on top by what a function makes of it.
    #[inline(always)]
    pub fn unary(&mut self, operation: fn(&Object) -> Result<Ref>) -> Result<()> {
        let result = operation(self.peek(0))?;
        self.set_top(result);
        Ok(())
    }

    #[inline(always)]
    pub fn unary_not(&mut self) -> Result<()> {
        let value = self.pop();
        let truth = self.truth(&value)?;
        self.push(bool_object(!truth));
        Ok(())
    }

    /// The truth of a value; that of a bool without a call.
    #[inline(always)]
    pub fn truth(&self, value: &Object) -> Result<bool> {
        if value.is_true_object() {
            return Ok(true);
        }
        if value.is_false_object() || value.is_none() {
            return Ok(false);
        }
        value.is_true()
    }

    /// Replaces the two values on top by what a function makes of them.
    #[inline(always)]
    pub fn binary(&mut self, operation: fn(&Object, &Object) -> Result<Ref>) -> Result<()> {
        let right = self.pop();
        let result = operation(self.peek(0), &right);
        drop(right);
        self.set_top(result?);
        Ok(())
    }

    #[inline(always)]
    fn finish_binary(&mut self, result: Ref) -> Result<()> {
        let right = self.pop();
        self.set_top(result);
        drop(right);
        Ok(())
    }

    #[inline(always)]
    pub fn add(&mut self, in_place: bool) -> Result<()> {
        let (left, right) = (self.peek(1), self.peek(0));
        if let Some((left, right)) = small_ints(left, right) {
            return self.finish_binary(Int::new(left + right).into_object());
        }
        if let Some((left, right)) = floats(left, right) {
            return self.finish_binary(Float::new(left + right).into_object());
        }
        if left.downcast_exact::<Str>().is_some() && right.downcast_exact::<Str>().is_some() {
            return self.concatenate();
        }
        self.binary(if in_place { Object::inplace_add } else { Object::add })
    }

    /// Joins two strings. Where the variable that the result is stored in holds the left one, it is
    /// emptied first, so that the left one can grow in place.
    #[inline(always)]
    fn concatenate(&mut self) -> Result<()> {
        let right = self.pop();
        let left = self.pop();
        let next = self.following();
        if next.opcode.get() == number::STORE_FAST {
            let variable = self.local(next.argument);
            // SAFETY: the borrow ends with the comparison.
            if unsafe { variable.peek() }.is_some_and(|value| value.is(&left)) {
                drop(variable.take());
            }
        }
        let result = concatenate(left, &right)?;
        self.push(result);
        Ok(())
    }

    #[inline(always)]
    pub fn subtract(&mut self, in_place: bool) -> Result<()> {
        let (left, right) = (self.peek(1), self.peek(0));
        if let Some((left, right)) = small_ints(left, right) {
            return self.finish_binary(Int::new(left - right).into_object());
        }
        if let Some((left, right)) = floats(left, right) {
            return self.finish_binary(Float::new(left - right).into_object());
        }
        self.binary(if in_place { Object::inplace_subtract } else { Object::subtract })
    }

    #[inline(always)]
    pub fn multiply(&mut self, in_place: bool) -> Result<()> {
        let (left, right) = (self.peek(1), self.peek(0));
        if let Some((left, right)) = small_ints(left, right)
            && let Some(product) = left.checked_mul(right)
        {
            return self.finish_binary(Int::new(product).into_object());
        }
        if let Some((left, right)) = floats(left, right) {
            return self.finish_binary(Float::new(left * right).into_object());
        }
        self.binary(if in_place { Object::inplace_multiply } else { Object::multiply })
    }

    #[inline(always)]
    pub fn true_divide(&mut self, in_place: bool) -> Result<()> {
        if let Some((left, right)) = floats(self.peek(1), self.peek(0))
            && right != 0.0
        {
            return self.finish_binary(Float::new(left / right).into_object());
        }
        self.binary(if in_place { Object::inplace_true_divide } else { Object::true_divide })
    }

    #[inline(always)]
    pub fn floor_divide(&mut self, in_place: bool) -> Result<()> {
        if let Some((left, right)) = small_ints(self.peek(1), self.peek(0))
            && right != 0
        {
            return self.finish_binary(Int::new(floor_divide(left, right)).into_object());
        }
        self.binary(if in_place { Object::inplace_floor_divide } else { Object::floor_divide })
    }

    #[inline(always)]
    pub fn remainder(&mut self, in_place: bool) -> Result<()> {
        if let Some((left, right)) = small_ints(self.peek(1), self.peek(0))
            && right != 0
        {
            return self.finish_binary(Int::new(floor_remainder(left, right)).into_object());
        }
        self.binary(if in_place { Object::inplace_remainder } else { Object::remainder })
    }

    /// `&`, `|` and `^`, the operation on machine integers first.
    #[inline(always)]
    pub fn bitwise(
        &mut self,
        small: impl Fn(i64, i64) -> i64,
        operation: fn(&Object, &Object) -> Result<Ref>,
    ) -> Result<()> {
        if let Some((left, right)) = small_ints(self.peek(1), self.peek(0)) {
            return self.finish_binary(Int::new(small(left, right)).into_object());
        }
        self.binary(operation)
    }

    #[inline(always)]
    pub fn shift_right(&mut self, in_place: bool) -> Result<()> {
        if let Some((left, right)) = small_ints(self.peek(1), self.peek(0))
            && (0..64).contains(&right)
        {
            return self.finish_binary(Int::new(left >> right).into_object());
        }
        self.binary(if in_place { Object::inplace_rshift } else { Object::rshift })
    }

    #[inline(always)]
    pub fn shift_left(&mut self, in_place: bool) -> Result<()> {
        if let Some((left, right)) = small_ints(self.peek(1), self.peek(0))
            && (0..30).contains(&right)
            && left.unsigned_abs() < 1 << 30
        {
            return self.finish_binary(Int::new(left << right).into_object());
        }
        self.binary(if in_place { Object::inplace_lshift } else { Object::lshift })
    }

    #[inline(always)]
    pub fn subscript(&mut self) -> Result<()> {
        let (container, index) = (self.peek(1), self.peek(0));
        if let Some(index) = index.downcast_exact::<Int>().and_then(Int::to_medium) {
            let found = if let Some(list) = container.downcast_exact::<List>() {
                place(index, list.len()).and_then(|index| list.get(index))
            } else if let Some(tuple) = container.downcast_exact::<Tuple>() {
                place(index, tuple.items().len()).map(|index| tuple.items()[index].clone())
            } else {
                None
            };
            if let Some(item) = found {
                return self.finish_binary(item);
            }
        }
        if let Some(dict) = container.downcast_exact::<Dict>()
            && let Some(value) = dict.get(index)?
        {
            return self.finish_binary(value);
        }
        self.binary(Object::get_item)
    }

    #[inline(always)]
    pub fn store_subscript(&mut self) -> Result<()> {
        let (value, container, index) = (self.peek(2), self.peek(1), self.peek(0));
        if let Some(dict) = container.downcast_exact::<Dict>() {
            dict.set(index, value)?;
        } else if let Some(list) = container.downcast_exact::<List>()
            && let Some(place) = index
                .downcast_exact::<Int>()
                .and_then(Int::to_medium)
                .and_then(|index| place(index, list.len()))
        {
            list.set(place, value.to_ref());
        } else {
            container.set_item(index, value)?;
        }
        self.drop_slots(3);
        Ok(())
    }

    #[inline(always)]
    pub fn delete_subscript(&mut self) -> Result<()> {
        self.peek(1).del_item(self.peek(0))?;
        self.drop_slots(2);
        Ok(())
    }
}

/// The place that an index of a sequence means, negative ones counted from the end.
#[inline(always)]
fn place(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index + length as i64 } else { index };
    usize::try_from(index).ok().filter(|&index| index < length)
}

#[inline(never)]
fn concatenate(left: Ref, right: &Object) -> Result<Ref> {
    match (left.into_type::<Str>(), right.downcast::<Str>()) {
        (Ok(left), Some(right)) => Ok(Str::append(left, right)?.into_object()),
        (Ok(left), None) => left.as_object().add(right),
        (Err(left), _) => left.add(right),
    }
}
