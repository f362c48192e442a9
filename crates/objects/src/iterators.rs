//! Iterators over what has no own: `iterator` over any sequence, `callable_iterator` of `iter(f, sentinel)`;
//! and what all iterators need to be pickled.

use std::cell::Cell;

use crate::prelude::*;

/// What `__reduce__` of an iterator over a sequence gives: `(iter, (sequence,), index)`, and
/// `(iter, ((),))` at the end.
pub fn reduce(sequence: Option<Ref>, index: usize) -> Result<Ref> {
    reduce_to("iter", sequence, index as isize)
}

/// [`reduce`] by another builtin function.
pub fn reduce_to(function: &str, sequence: Option<Ref>, index: isize) -> Result<Ref> {
    let function = builtin(function)?;
    match sequence {
        Some(sequence) => {
            let arguments = Tuple::new([sequence])?.into_object();
            Tuple::new([function, arguments, Int::from_isize(index).into_object()])
        }
        None => {
            let arguments = Tuple::new([Tuple::empty().into_object()])?.into_object();
            Tuple::new([function, arguments])
        }
    }
    .map(Ref::into_object)
}

/// `(iter, (list,))`: how an iterator without a state is pickled, as one over what it has left.
pub fn reduce_to_list(items: Vec<Ref>) -> Result<Ref> {
    let arguments = Tuple::new([List::from_vec(items).into_object()])?.into_object();
    Tuple::new([builtin("iter")?, arguments]).map(Ref::into_object)
}

/// A function of `builtins`.
pub fn builtin(name: &str) -> Result<Ref> {
    let builtins = (crate::services::get().builtins)()?;
    match builtins.get(&Str::new(name))? {
        Some(function) => Ok(function),
        None => Err(raise!(AttributeError, "module 'builtins' has no attribute '{name}'")),
    }
}

/// Iterates a sequence by `__getitem__` with 0, 1, 2 ...
#[repr(C)]
#[derive(Trace)]
pub struct SequenceIterator {
    base: Object,
    index: Cell<isize>,
    /// Null once it is at the end.
    sequence: Field,
}

/// An iterator over anything with `__getitem__`.
pub fn sequence_iterator(sequence: &Object) -> Result<Ref> {
    let iterator = SequenceIterator {
        base: Object::header(),
        index: Cell::new(0),
        sequence: Field::new(Some(sequence.to_ref())),
    };
    Ok(Ref::new(iterator).into_object())
}

#[class(name = "iterator", symbol = "PySeqIter_Type", generic_getattro)]
impl SequenceIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &SequenceIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(sequence) = self.sequence.get() else { return Ok(None) };
        let index = self.index.get();
        if index == isize::MAX {
            bail!(OverflowError, "iter index too large");
        }
        match sequence.get_index(index) {
            Ok(item) => {
                self.index.set(index + 1);
                Ok(Some(item))
            }
            Err(raised)
                if raised.matches(&exceptions::IndexError) || raised.matches(&exceptions::StopIteration) =>
            {
                raised.clear();
                self.sequence.set(None);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> Result<Ref> {
        let Some(sequence) = self.sequence.get() else { return Ok(Int::from_isize(0).into_object()) };
        if !sequence.has_length() {
            return Ok(not_implemented());
        }
        let left = sequence.length()? - self.index.get();
        Ok(Int::from_isize(left.max(0)).into_object())
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        reduce(self.sequence.get(), self.index.get() as usize)
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: isize) {
        if !self.sequence.is_null() {
            self.index.set(state.max(0));
        }
    }
}

/// Calls a function until it returns the sentinel.
#[repr(C)]
#[derive(Trace)]
pub struct CallableIterator {
    base: Object,
    /// Null once it is at the end, as the sentinel is.
    callable: Field,
    sentinel: Field,
}

/// `iter(callable, sentinel)`.
pub fn callable_iterator(callable: &Object, sentinel: &Object) -> Ref {
    Ref::new(CallableIterator {
        base: Object::header(),
        callable: Field::new(Some(callable.to_ref())),
        sentinel: Field::new(Some(sentinel.to_ref())),
    })
    .into_object()
}

impl CallableIterator {
    fn finish(&self) {
        self.callable.set(None);
        self.sentinel.set(None);
    }
}

#[class(name = "callable_iterator", symbol = "PyCallIter_Type", generic_getattro)]
impl CallableIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &CallableIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(callable) = self.callable.get() else { return Ok(None) };
        let value = match callable.call0() {
            Ok(value) => value,
            Err(raised) if raised.matches(&exceptions::StopIteration) => {
                raised.clear();
                self.finish();
                return Ok(None);
            }
            Err(raised) => return Err(raised),
        };
        // The call may have brought this very iterator to its end.
        let Some(sentinel) = self.sentinel.get() else { return Ok(None) };
        if !sentinel.equals(&value)? {
            return Ok(Some(value));
        }
        self.finish();
        Ok(None)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let (Some(callable), Some(sentinel)) = (self.callable.get(), self.sentinel.get()) else {
            return reduce(None, 0);
        };
        let arguments = Tuple::new([callable, sentinel])?.into_object();
        Tuple::new([builtin("iter")?, arguments]).map(Ref::into_object)
    }
}
