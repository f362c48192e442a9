//! `slice`: the start, stop and step of an extended slice.

use std::mem::offset_of;

use crate::prelude::*;

/// `PySliceObject`. No field is ever null or set again.
#[repr(C)]
#[derive(Trace)]
pub struct Slice {
    base: Object,
    start: Field,
    stop: Field,
    step: Field,
}

/// What a slice selects of a sequence of known length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Indices {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
    /// How many items are selected.
    pub length: usize,
}

impl Slice {
    /// A slice; what is absent is `None`.
    pub fn new(start: Option<Ref>, stop: Option<Ref>, step: Option<Ref>) -> Ref<Slice> {
        let field = |value: Option<Ref>| Field::new(Some(value.unwrap_or_else(none)));
        Ref::new(Slice { base: Object::header(), start: field(start), stop: field(stop), step: field(step) })
    }

    /// `start:stop` with plain numbers.
    pub fn from_range(start: isize, stop: isize) -> Ref<Slice> {
        Slice::new(
            Some(Int::from_isize(start).into_object()),
            Some(Int::from_isize(stop).into_object()),
            None,
        )
    }

    pub fn start(&self) -> Ref {
        self.start.get().unwrap_or_else(none)
    }

    pub fn stop(&self) -> Ref {
        self.stop.get().unwrap_or_else(none)
    }

    pub fn step(&self) -> Ref {
        self.step.get().unwrap_or_else(none)
    }

    fn parts(&self) -> [Ref; 3] {
        [self.start(), self.stop(), self.step()]
    }

    /// `PySlice_Unpack`: start, stop and step as numbers, clipped to what an index can be.
    /// Asks `__index__` of each; raises `ValueError` for a step of zero.
    pub fn unpack(&self) -> Result<(isize, isize, isize)> {
        let step = match clipped_index(&self.step())? {
            None => 1,
            Some(0) => bail!(ValueError, "slice step cannot be zero"),
            // The least number has no positive counterpart.
            Some(step) => step.max(-isize::MAX),
        };
        let backwards = step < 0;
        let start = clipped_index(&self.start())?.unwrap_or(if backwards { isize::MAX } else { 0 });
        let stop = clipped_index(&self.stop())?.unwrap_or(if backwards { isize::MIN } else { isize::MAX });
        Ok((start, stop, step))
    }

    /// The indices that the slice selects of a sequence. `length` is read after the slice's parts
    /// were asked for their value, which may have changed the sequence.
    pub fn select(&self, length: impl FnOnce() -> usize) -> Result<Indices> {
        let (start, stop, step) = self.unpack()?;
        Ok(Indices::adjusted(start, stop, step, length()))
    }
}

impl Indices {
    /// `PySlice_AdjustIndices`: clips to a sequence of this length. The step is not zero.
    pub fn adjusted(start: isize, stop: isize, step: isize, length: usize) -> Indices {
        let length = length as isize;
        let (lowest, highest) = if step < 0 { (-1, length - 1) } else { (0, length) };
        let clip = |index: isize| {
            let index = if index < 0 { index.saturating_add(length) } else { index };
            index.clamp(lowest, highest.max(lowest))
        };
        let (start, stop) = (clip(start), clip(stop));
        let distance = if step < 0 { start - stop } else { stop - start };
        let length = if distance > 0 { (distance - 1) as usize / step.unsigned_abs() + 1 } else { 0 };
        Indices { start, stop, step, length }
    }

    /// The indices themselves, in the slice's order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator {
        (0..self.length).map(move |count| (self.start + count as isize * self.step) as usize)
    }
}

/// The number that a part stands for; none for `None`.
fn index_object(part: &Object) -> Result<Option<Ref<Int>>> {
    if part.is_none() {
        return Ok(None);
    }
    match part.has_index() {
        true => part.index().map(Some),
        false => Err(raise!(TypeError, "slice indices must be integers or None or have an __index__ method")),
    }
}

fn clipped_index(part: &Object) -> Result<Option<isize>> {
    let Some(index) = index_object(part)? else { return Ok(None) };
    Ok(Some(index.to_isize().unwrap_or(if index.is_negative() { isize::MIN } else { isize::MAX })))
}

/// One bound of `slice.indices`: clipped to `lowest..=highest`, by numbers of any size.
fn clipped_bound(part: &Object, absent: &Int, length: &Int, lowest: &Int, highest: &Int) -> Result<Ref> {
    let Some(index) = index_object(part)? else { return Ok(absent.to_ref().into_object()) };
    if index.is_negative() {
        let index = index.add(length)?;
        return match index.compare_bool(lowest, CompareOp::Lt)? {
            true => Ok(lowest.to_ref().into_object()),
            false => Ok(index),
        };
    }
    match index.compare_int(highest).is_gt() {
        true => Ok(highest.to_ref().into_object()),
        false => Ok(index.into_object()),
    }
}

/// slice(stop)
/// slice(start, stop[, step])
///
/// Make a slice object, as used for extended slicing (e.g. a[0:10:2]).
#[class(name = "slice", symbol = "PySlice_Type", generic_getattro)]
impl Slice {
    #[slot(tp_new, "(start, stop=None, step=None, /)")]
    fn new_slice(class: &Type, start: &Object, stop: Option<&Object>, step: Option<&Object>) -> Ref<Slice> {
        let _ = class;
        let start = start.to_ref();
        match stop {
            None => Slice::new(None, Some(start), None),
            Some(stop) => Slice::new(Some(start), Some(stop.to_ref()), step.map(Object::to_ref)),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let [start, stop, step] = self.parts();
        let text = format!("slice({}, {}, {})", start.repr()?, stop.repr()?, step.repr()?);
        Ok(Str::new(&text))
    }

    /// Slices compare as the tuples of their parts do.
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast_exact::<Slice>() else { return Ok(not_implemented()) };
        if self.is(other) {
            // The same slice is equal to itself whatever its parts say.
            return op.accepts(std::cmp::Ordering::Equal).into_object();
        }
        Tuple::new(self.parts())?.compare(&*Tuple::new(other.parts())?, op)
    }

    #[member(OBJECT, readonly)]
    const start: usize = offset_of!(Slice, start);
    #[member(OBJECT, readonly)]
    const stop: usize = offset_of!(Slice, stop);
    #[member(OBJECT, readonly)]
    const step: usize = offset_of!(Slice, step);

    /// S.indices(len) -> (start, stop, stride)
    ///
    /// The start, stop and stride that S selects of a sequence of length len:
    /// bounds outside the sequence are clipped as in normal slicing.
    #[method("(len, /)", no_text_signature)]
    pub fn indices(&self, length: &Object) -> Result<Ref<Tuple>> {
        let length = length.index()?;
        if length.is_negative() {
            bail!(ValueError, "length should not be negative");
        }
        let step = index_object(&self.step())?.unwrap_or_else(Int::one);
        if step.is_zero() {
            bail!(ValueError, "slice step cannot be zero");
        }
        let (lowest, highest) = match step.is_negative() {
            true => (Int::new(-1), length.add(&Int::new(-1))?.into_type::<Int>()),
            false => (Int::zero(), Ok(length.clone())),
        };
        let Ok(highest) = highest else { bail!(SystemError, "the sum of integers is no integer") };
        let (first, last) = if step.is_negative() { (&highest, &lowest) } else { (&lowest, &highest) };
        let start = clipped_bound(&self.start(), first, &length, &lowest, &highest)?;
        let stop = clipped_bound(&self.stop(), last, &length, &lowest, &highest)?;
        Tuple::new([start, stop, step.into_object()])
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<(Ref<Type>, Ref<Tuple>)> {
        Ok((self.class().to_ref(), Tuple::new(self.parts())?))
    }
}

#[cfg(test)]
mod tests {
    use super::Indices;

    #[test]
    fn adjusted() {
        for ((start, stop, step, length), expected) in [
            ((0, isize::MAX, 1, 5), (0, 5, 1, 5)),
            ((-3, isize::MAX, 1, 5), (2, 5, 1, 3)),
            ((isize::MAX, isize::MIN, -1, 5), (4, -1, -1, 5)),
            ((1, 10, 3, 8), (1, 8, 3, 3)),
            ((5, 1, 1, 8), (5, 1, 1, 0)),
            ((isize::MIN, -9, 2, 3), (0, 0, 2, 0)),
            ((isize::MAX, isize::MIN, -isize::MAX, 0), (-1, -1, -isize::MAX, 0)),
        ] {
            let (start_, stop_, step_, length_) = expected;
            let expected = Indices { start: start_, stop: stop_, step: step_, length: length_ };
            assert_eq!(Indices::adjusted(start, stop, step, length), expected);
        }
    }
}
