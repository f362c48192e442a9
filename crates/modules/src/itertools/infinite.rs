//! Iterators without an end of their own: `count`, `cycle`, `repeat`.

use std::cell::Cell;

use super::*;

/// `countobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Count {
    base: Object,
    /// The next value, while the step is 1 and it fits; else `isize::MAX`.
    small: Cell<isize>,
    /// The next value otherwise.
    value: Field,
    step: Field,
}

impl Count {
    fn is_step_one(&self) -> bool {
        self.step.get().is_some_and(|step| step.downcast::<Int>().and_then(Int::to_i64) == Some(1))
    }

    fn value(&self) -> Ref {
        match self.small.get() {
            isize::MAX => self.value.get().unwrap_or_else(|| Int::from_isize(isize::MAX).into_object()),
            small => Int::from_isize(small).into_object(),
        }
    }
}

/// Counts without end: start first, then step more each time.
///
/// Both may be any numbers:
///     count(10)       10, 11, 12, ...
///     count(1, 0.5)   1, 1.5, 2.0, ...
#[class(name = "count", module = "itertools", flags = BASETYPE, signature = "(start=0, step=1)", generic_getattro)]
impl Count {
    #[slot(tp_new, "(start=0, step=1)")]
    fn make(class: &Type, start: Option<&Object>, step: Option<&Object>) -> Result<Ref<Count>> {
        if start.is_some_and(|start| !start.is_number()) || step.is_some_and(|step| !step.is_number()) {
            bail!(TypeError, "a number is required");
        }
        let small = match start {
            None => Some(0),
            Some(start) => start.downcast::<Int>().and_then(Int::to_isize),
        };
        let is_one =
            step.is_none_or(|step| step.downcast::<Int>().is_some_and(|step| step.to_i64() == Some(1)));
        let small = small.filter(|&small| is_one && small != isize::MAX);
        let start = start.map_or_else(|| Int::zero().into_object(), Object::to_ref);
        let step = step.map_or_else(|| Int::one().into_object(), Object::to_ref);
        Ref::new_in(
            class,
            Count {
                base: Object::header(),
                small: Cell::new(small.unwrap_or(isize::MAX)),
                value: Field::new(small.is_none().then_some(start)),
                step: Field::new(Some(step)),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Count {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let small = self.small.get();
        if small != isize::MAX {
            self.small.set(small + 1);
            return Ok(Some(Int::from_isize(small).into_object()));
        }
        let value = self.value();
        self.value.set(Some(value.add(&present(&self.step))?));
        Ok(Some(value))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (name, value) = (self.class().name(), self.value().repr()?);
        let name = name.rsplit('.').next().unwrap_or(name);
        match self.is_step_one() {
            true => objects::format_str!("{name}({value})"),
            false => objects::format_str!("{name}({value}, {})", present(&self.step).repr()?),
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let arguments = match self.is_step_one() {
            true => Tuple::new([self.value()])?.into_object(),
            false => pair(self.value(), present(&self.step))?,
        };
        pair(class_of(self), arguments)
    }
}

/// `cycleobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Cycle {
    base: Object,
    /// Null once the first round is over.
    iterator: Field,
    saved: Field<List>,
    index: Cell<usize>,
    /// Whether this round's items are all in `saved` already.
    is_saved: Cell<isize>,
}

impl Cycle {
    fn saved(&self) -> Ref<List> {
        self.saved.get().unwrap_or_else(List::new)
    }
}

/// Goes through the iterable, remembering its elements, and then through those again and again.
#[class(name = "cycle", module = "itertools", flags = BASETYPE, signature = "(iterable, /)", generic_getattro)]
impl Cycle {
    #[slot(tp_new, "(iterable, /)")]
    fn make(class: &Type, iterable: &Object) -> Result<Ref<Cycle>> {
        Ref::new_in(
            class,
            Cycle {
                base: Object::header(),
                iterator: Field::new(Some(iterable.iter()?)),
                saved: Field::new(Some(List::new())),
                index: Cell::new(0),
                is_saved: Cell::new(0),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Cycle {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        if let Some(iterator) = self.iterator.get() {
            if let Some(item) = iterator.next()? {
                if self.is_saved.get() == 0 {
                    self.saved().push(item.clone())?;
                }
                return Ok(Some(item));
            }
            self.iterator.set(None);
        }
        let saved = self.saved();
        let index = self.index.get();
        let item = saved.get(index);
        self.index.set(if index + 1 >= saved.len() { 0 } else { index + 1 });
        Ok(item)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let (iterator, is_saved) = match self.iterator.get() {
            Some(iterator) => (iterator, self.is_saved.get()),
            None => {
                let iterator = self.saved().iter()?;
                if self.index.get() != 0 {
                    iterator.call_method(intern!("__setstate__"), &[&Int::from_usize(self.index.get())])?;
                }
                (iterator, 1)
            }
        };
        let state = pair(self.saved().into_object(), Int::from_isize(is_saved).into_object())?;
        Tuple::new([class_of(self), Tuple::new([iterator])?.into_object(), state])
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let parts = state_tuple(state)?;
        let [saved, is_saved] = parts else { return Err(wrong_state(parts, 2, 2)) };
        let Some(saved) = saved.downcast::<List>() else {
            bail!(TypeError, "argument 1 must be list, not {}", objects::arguments::described(saved));
        };
        let is_saved = is_saved.as_isize()?;
        self.saved.set(Some(saved.to_ref()));
        self.is_saved.set((is_saved != 0).into());
        self.index.set(0);
        Ok(())
    }
}

/// `repeatobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Repeat {
    base: Object,
    element: Field,
    /// How many times are left; -1 for ever.
    left: Cell<isize>,
}

/// repeat(object [,times])
/// Gives the same object again and again: times times, or for ever where that is
/// left out.
#[class(name = "repeat", module = "itertools", flags = BASETYPE, generic_getattro)]
impl Repeat {
    #[slot(tp_new, "(object, times=None)")]
    fn make(class: &Type, object: &Object, times: Option<isize>) -> Result<Ref<Repeat>> {
        Ref::new_in(
            class,
            Repeat {
                base: Object::header(),
                element: Field::new(Some(object.to_ref())),
                left: Cell::new(times.map_or(-1, |times| times.max(0))),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Repeat {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Option<Ref> {
        match self.left.get() {
            0 => return None,
            -1 => {}
            left => self.left.set(left - 1),
        }
        self.element.get()
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().name();
        let name = name.rsplit('.').next().unwrap_or(name);
        let element = present(&self.element).repr()?;
        match self.left.get() {
            -1 => objects::format_str!("{name}({element})"),
            left => objects::format_str!("{name}({element}, {left})"),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> Result<isize> {
        match self.left.get() {
            -1 => Err(raise!(TypeError, "len() of unsized object")),
            left => Ok(left),
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let element = present(&self.element);
        let arguments = match self.left.get() {
            -1 => Tuple::new([element])?.into_object(),
            left => pair(element, Int::from_isize(left).into_object())?,
        };
        pair(class_of(self), arguments)
    }
}
