//! `range`: integers at equal distances.

use std::cell::Cell;
use std::mem::offset_of;

use crate::arguments::Loose;
use crate::int::arithmetic::{add, divmod, floor_divide, multiply, subtract};
use crate::prelude::*;
use crate::slice::Slice;

/// `rangeobject`. No field is ever null or set again.
#[repr(C)]
pub struct Range {
    base: Object,
    start: Field<Int>,
    stop: Field<Int>,
    step: Field<Int>,
    length: Field<Int>,
}

fn field(value: Ref<Int>) -> Field<Int> {
    Field::new(Some(value))
}

/// How many steps it takes from `start` to reach or pass `stop`.
fn length_between(start: &Int, stop: &Int, step: &Int) -> Result<Ref<Int>> {
    let (distance, step) = match step.is_negative() {
        true => (subtract(start, stop)?, subtract(&Int::zero(), step)?),
        false => (subtract(stop, start)?, step.to_ref()),
    };
    if distance.is_zero() || distance.is_negative() {
        return Ok(Int::zero());
    }
    add(&*floor_divide(&*subtract(&distance, &Int::one())?, &step)?, &Int::one())
}

impl Range {
    /// The range between bounds. The step is not zero.
    pub fn new(start: Ref<Int>, stop: Ref<Int>, step: Ref<Int>) -> Result<Ref<Range>> {
        let length = length_between(&start, &stop, &step)?;
        Ok(Ref::new(Range {
            base: Object::header(),
            start: field(start),
            stop: field(stop),
            step: field(step),
            length: field(length),
        }))
    }

    fn part(field: &Field<Int>) -> &Int {
        // SAFETY: the fields of a range are never null and never set again.
        unsafe { field.peek().unwrap_unchecked() }
    }

    pub fn start(&self) -> &Int {
        Range::part(&self.start)
    }

    pub fn stop(&self) -> &Int {
        Range::part(&self.stop)
    }

    pub fn step(&self) -> &Int {
        Range::part(&self.step)
    }

    /// The number of items, which may be too large for a machine integer.
    pub fn count(&self) -> &Int {
        Range::part(&self.length)
    }

    /// The item at an index, which may be out of range.
    fn at(&self, index: &Int) -> Result<Ref<Int>> {
        match (self.start().to_medium(), self.step().to_medium(), index.to_medium()) {
            // Neither product nor sum can overflow where all three have two digits at most... of 30 bits.
            (Some(start), Some(step), Some(index))
                if step.unsigned_abs() < 1 << 31 && index.unsigned_abs() < 1 << 31 =>
            {
                Ok(Int::new(start + step * index))
            }
            _ => add(self.start(), &*multiply(self.step(), index)?),
        }
    }

    fn checked(&self, index: &Int) -> Result<Ref<Int>> {
        let from_start = match index.is_negative() {
            true => add(index, self.count())?,
            false => index.to_ref(),
        };
        if from_start.is_negative() || from_start.compare_int(self.count()).is_ge() {
            bail!(IndexError, "range object index out of range");
        }
        self.at(&from_start)
    }

    /// The index of a number, if it is an item.
    fn index_of(&self, value: &Int) -> Result<Option<Ref<Int>>> {
        let (quotient, remainder) = divmod(&*subtract(value, self.start())?, self.step())?;
        let is_item =
            remainder.is_zero() && !quotient.is_negative() && quotient.compare_int(self.count()).is_lt();
        Ok(is_item.then_some(quotient))
    }

    /// The items of a range of indices, as the iterator of the whole or of the reverse.
    fn iterator(&self, start: Ref<Int>, step: Ref<Int>, last: &Int) -> Ref {
        let length = self.count();
        match (start.to_i64(), step.to_i64(), last.to_i64(), length.to_i64()) {
            // The value behind the last is computed, too, and must fit.
            (Some(start), Some(step), Some(last), Some(length)) if last.checked_add(step).is_some() => {
                Ref::new(RangeIterator { base: Object::header(), index: Cell::new(0), start, step, length })
                    .into_object()
            }
            _ => Ref::new(LongRangeIterator {
                base: Object::header(),
                index: field(Int::zero()),
                start: field(start),
                step: field(step),
                length: field(length.to_ref()),
            })
            .into_object(),
        }
    }

    /// The last item, or the one before the first where there is none.
    fn last(&self) -> Result<Ref<Int>> {
        self.at(&*subtract(self.count(), &Int::one())?)
    }

    fn exact_int(value: &Object) -> Option<&Int> {
        value.downcast_exact::<Int>().or_else(|| match value.class().is(&crate::bool::BOOL) {
            true => value.downcast(),
            false => None,
        })
    }

    /// The items equal to a value that is no int, of which the first `limit` count.
    fn search(&self, value: &Object, limit: usize) -> Result<Vec<usize>> {
        let mut found = Vec::new();
        let iterator = self.iter()?;
        let mut index = 0;
        while found.len() < limit
            && let Some(item) = iterator.next()?
        {
            if item.equals(value)? {
                found.push(index);
            }
            index += 1;
        }
        Ok(found)
    }
}

/// range(stop) -> range object
/// range(start, stop[, step]) -> range object
///
/// An object that stands for the integers from start (inclusive) to stop (exclusive)
/// by step. range(i, j) has i, i+1, i+2, ..., j-1. Without start they begin at 0;
/// range(4) has 0, 1, 2, 3: the valid indices of a list of 4 elements.
/// The step, 1 where it is not given, may be negative.
#[class(name = "range", symbol = "PyRange_Type", generic_getattro)]
impl Range {
    #[slot(tp_new)]
    fn make(_class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Range>> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            bail!(TypeError, "range() takes no keyword arguments");
        }
        match *args.as_slice() {
            [stop] => Range::new(Int::zero(), stop.index()?, Int::one()),
            [start, stop] => Range::new(start.index()?, stop.index()?, Int::one()),
            [start, stop, step] => {
                let (start, stop, step) = (start.index()?, stop.index()?, step.index()?);
                if step.is_zero() {
                    bail!(ValueError, "range() arg 3 must not be zero");
                }
                Range::new(start, stop, step)
            }
            [] => Err(raise!(TypeError, "range expected at least 1 argument, got 0")),
            _ => Err(raise!(TypeError, "range expected at most 3 arguments, got {}", args.len())),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (start, stop, step) = (self.start().repr()?, self.stop().repr()?, self.step());
        match step.to_medium() {
            Some(1) => crate::format_str!("range({start}, {stop})"),
            _ => crate::format_str!("range({start}, {stop}, {})", step.repr()?),
        }
    }

    /// Equal ranges have the same items; start and step matter only where they show.
    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let start = if self.count().is_zero() { none() } else { self.start().to_ref().into_object() };
        let step = match self.count().to_medium() {
            Some(0 | 1) => none(),
            _ => self.step().to_ref().into_object(),
        };
        Tuple::new([self.count().to_ref().into_object(), start, step])?.as_object().hash()
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Ref {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast::<Range>(), op) else {
            return not_implemented();
        };
        let length = self.count();
        let equal = length.equals(other.count())
            && (length.is_zero()
                || self.start().equals(other.start())
                    && (length.to_medium() == Some(1) || self.step().equals(other.step())));
        bool_object(equal == (op == CompareOp::Eq))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Result<Ref> {
        Ok(self.iterator(self.start().to_ref(), self.step().to_ref(), &*self.last()?))
    }

    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        !self.count().is_zero()
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(&self) -> Result<isize> {
        self.count().checked_isize()
    }

    #[slot(sq_item)]
    fn get_index(&self, index: isize) -> Result<Ref<Int>> {
        self.checked(&Int::from_isize(index))
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            return self.checked(&*key.index()?).map(Ref::into_object);
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "range indices must be integers or slices, not {}", key.class().name());
        };
        let indices = slice.indices(self.count())?;
        let [start, stop, step] = indices.items() else {
            bail!(SystemError, "slice.indices() gave no three numbers");
        };
        let (start, stop, step) = (start.index()?, stop.index()?, step.index()?);
        let range = Range::new(self.at(&start)?, self.at(&stop)?, multiply(self.step(), &step)?)?;
        Ok(range.into_object())
    }

    #[slot(sq_contains)]
    fn contains(&self, value: &Object) -> Result<bool> {
        match Range::exact_int(value) {
            Some(value) => Ok(self.index_of(value)?.is_some()),
            None => Ok(!self.search(value, 1)?.is_empty()),
        }
    }

    /// Return a reverse iterator.
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Result<Ref> {
        let step = subtract(&Int::zero(), self.step())?;
        Ok(self.iterator(self.last()?, step, self.start()))
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let parts = [self.start(), self.stop(), self.step()].map(|part| part.to_ref().into_object());
        Tuple::new([self.class().to_ref().into_object(), Tuple::new(parts)?.into_object()])
    }

    /// rangeobject.count(value) -> integer -- return number of occurrences of value
    #[method("(value, /)", name = "count", no_text_signature)]
    fn count_of(&self, value: &Object) -> Result<usize> {
        match Range::exact_int(value) {
            Some(value) => Ok(usize::from(self.index_of(value)?.is_some())),
            None => Ok(self.search(value, usize::MAX)?.len()),
        }
    }

    /// rangeobject.index(value) -> integer
    /// Give the position at which the value comes. ValueError if the range does not contain it.
    #[method("(value, /)", name = "index", no_text_signature)]
    fn index_method(&self, value: &Object) -> Result<Ref> {
        let Some(number) = Range::exact_int(value) else {
            return match self.search(value, 1)?.first() {
                Some(&index) => Ok(Int::from_usize(index).into_object()),
                None => Err(raise!(ValueError, "sequence.index(x): x not in sequence")),
            };
        };
        match self.index_of(number)? {
            Some(index) => Ok(index.into_object()),
            None => Err(raise!(ValueError, "{} is not in range", value.repr()?)),
        }
    }

    #[member(OBJECT_EX, readonly, name = "start")]
    const START: usize = offset_of!(Range, start);
    #[member(OBJECT_EX, readonly, name = "stop")]
    const STOP: usize = offset_of!(Range, stop);
    #[member(OBJECT_EX, readonly, name = "step")]
    const STEP: usize = offset_of!(Range, step);
}

/// `(iter, (range(..),), index)`.
fn reduce_iterator(start: Ref<Int>, step: Ref<Int>, length: &Int, index: Ref<Int>) -> Result<Ref<Tuple>> {
    let stop = add(&start, &*multiply(&step, length)?)?;
    let range = Range::new(start, stop, step)?.into_object();
    let arguments = Tuple::new([range])?.into_object();
    Tuple::new([crate::iterators::builtin("iter")?, arguments, index.into_object()])
}

/// `rangeiterobject`: the iterator of a range in machine integers.
#[repr(C)]
pub struct RangeIterator {
    base: Object,
    index: Cell<i64>,
    start: i64,
    step: i64,
    length: i64,
}

#[class(name = "range_iterator", symbol = "PyRangeIter_Type", generic_getattro)]
impl RangeIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &RangeIterator {
        self
    }

    #[slot(tp_iternext)]
    #[inline(always)]
    fn next_item(&self) -> Option<Ref<Int>> {
        let index = self.index.get();
        if index >= self.length {
            return None;
        }
        self.index.set(index + 1);
        Some(Int::new(self.start.wrapping_add(index.wrapping_mul(self.step))))
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> i64 {
        self.length - self.index.get()
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let index = Int::new(self.index.get());
        reduce_iterator(Int::new(self.start), Int::new(self.step), &Int::new(self.length), index)
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, Loose(state): Loose<i64>) {
        self.index.set(state.clamp(0, self.length));
    }
}

/// `longrangeiterobject`: the iterator of a range that machine integers cannot hold. The fields are never null.
#[repr(C)]
pub struct LongRangeIterator {
    base: Object,
    index: Field<Int>,
    start: Field<Int>,
    step: Field<Int>,
    length: Field<Int>,
}

#[class(name = "longrange_iterator", symbol = "PyLongRangeIter_Type", generic_getattro)]
impl LongRangeIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &LongRangeIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Int>>> {
        let (Some(index), Some(length)) = (self.index.get(), self.length.get()) else { return Ok(None) };
        if index.compare_int(&length).is_ge() {
            return Ok(None);
        }
        let offset = multiply(&index, Range::part(&self.step))?;
        self.index.set(Some(add(&index, &Int::one())?));
        add(Range::part(&self.start), &offset).map(Some)
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> Result<Ref<Int>> {
        subtract(Range::part(&self.length), &*self.index.get().unwrap_or_else(Int::zero))
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let part = |field: &Field<Int>| Range::part(field).to_ref();
        let index = self.index.get().unwrap_or_else(Int::zero);
        reduce_iterator(part(&self.start), part(&self.step), Range::part(&self.length), index)
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        if state.compare_bool(&Int::zero(), CompareOp::Lt)? {
            self.index.set(Some(Int::zero()));
            return Ok(());
        }
        let index = state.index()?;
        let length = Range::part(&self.length);
        self.index.set(Some(if index.compare_int(length).is_gt() { length.to_ref() } else { index }));
        Ok(())
    }
}
