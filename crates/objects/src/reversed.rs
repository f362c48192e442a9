//! `reversed`: the items of a sequence from the last to the first.

use std::cell::Cell;

use crate::arguments::PlainIndex;
use crate::prelude::*;

/// `reversedobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Reversed {
    base: Object,
    /// The next index; -1 at the end.
    index: Cell<isize>,
    /// Null once the iteration is over.
    sequence: Field,
}

impl Reversed {
    fn finish(&self) {
        self.index.set(-1);
        self.sequence.set(None);
    }
}

/// Runs through a sequence from its last item to the first, without a copy of it.
///
/// The object must define __reversed__(), or else have a length and take integer indexes.
#[class(
    name = "reversed",
    symbol = "PyReversed_Type",
    signature = "(sequence, /)",
    flags = BASETYPE,
    generic_getattro
)]
impl Reversed {
    /// A `__reversed__` method decides what the result is.
    #[slot(tp_new, "(sequence, /)")]
    fn new(class: &Type, sequence: &Object) -> Result<Ref> {
        let not_reversible = || raise!(TypeError, "'{}' object is not reversible", sequence.class().name());
        match sequence.lookup_special(intern!("__reversed__"))? {
            Some(method) if method.is_none() => return Err(not_reversible()),
            Some(method) => return method.call0(),
            None => {}
        }
        if !sequence.is_sequence() {
            return Err(not_reversible());
        }
        let length = sequence.length()?;
        let value = Reversed {
            base: Object::header(),
            index: Cell::new(length - 1),
            sequence: Field::new(Some(sequence.to_ref())),
        };
        Ref::new_in(class, value).map(Ref::into_object)
    }

    #[slot(tp_iter)]
    fn iter(&self) -> &Reversed {
        self
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        let index = self.index.get();
        let Some(sequence) = self.sequence.get().filter(|_| index >= 0) else {
            self.finish();
            return Ok(None);
        };
        let raised = match sequence.get_index(index) {
            Ok(item) => {
                self.index.set(index - 1);
                return Ok(Some(item));
            }
            Err(raised) => raised,
        };
        if !raised.matches(&exceptions::IndexError) && !raised.matches(&exceptions::StopIteration) {
            return Err(raised);
        }
        raised.clear();
        self.finish();
        Ok(None)
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> Result<isize> {
        let Some(sequence) = self.sequence.get() else { return Ok(0) };
        let length = sequence.length()?;
        let left = self.index.get() + 1;
        // A sequence that shrank meanwhile is at its end.
        Ok(if length < left { 0 } else { left })
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        match self.sequence.get() {
            Some(sequence) => (self.class(), (sequence,), self.index.get()).into_object(),
            None => (self.class(), (Tuple::new([])?,)).into_object(),
        }
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, PlainIndex(index): PlainIndex) -> Result<()> {
        let Some(sequence) = self.sequence.get() else { return Ok(()) };
        let length = sequence.length()?;
        self.index.set(index.clamp(-1, (length - 1).max(-1)));
        Ok(())
    }
}
