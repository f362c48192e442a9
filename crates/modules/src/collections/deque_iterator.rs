//! A deque's iterators. They refuse to go on once items have come or gone.

use std::cell::Cell;

use objects::prelude::*;

use super::deque::{DEQUE, Deque};

macro_rules! iterators {
    ($($(#[$doc:meta])* $name:ident: $python_name:tt, $pick:expr;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: Object,
                deque: Field<Deque>,
                state: Cell<usize>,
                /// How many items are still to come.
                left: Cell<usize>,
                /// The structure's size is CPython's.
                room: [usize; 2],
            }

            impl $name {
                pub fn over(deque: &Deque) -> Ref<$name> {
                    Ref::new($name {
                        base: Object::header(),
                        deque: Field::new(Some(deque.to_ref())),
                        state: Cell::new(deque.state()),
                        left: Cell::new(deque.len()),
                        room: [0; 2],
                    })
                }
            }

            #[class(name = $python_name, module = "_collections")]
            impl $name {
                #[slot(tp_new)]
                fn make(_class: &Type, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<$name>> {
                    let (deque, skip) = parse(args)?;
                    let iterator = $name::over(deque);
                    for _ in 0..skip {
                        if iterator.next_item()?.is_none() {
                            break;
                        }
                    }
                    Ok(iterator)
                }

                #[slot(tp_iter)]
                fn iterate(&self) -> &$name {
                    self
                }

                #[slot(tp_iternext)]
                fn next_item(&self) -> Result<Option<Ref>> {
                    let Some(deque) = self.deque.get() else { return Ok(None) };
                    if deque.state() != self.state.get() {
                        self.left.set(0);
                        bail!(RuntimeError, "deque mutated during iteration");
                    }
                    let left = self.left.get();
                    if left == 0 {
                        return Ok(None);
                    }
                    self.left.set(left - 1);
                    let pick: fn(usize, usize) -> usize = $pick;
                    Ok(deque.get(pick(deque.len(), left)))
                }

                /// Private method returning an estimate of len(list(it)).
                #[method(name = "__length_hint__", no_text_signature)]
                fn length_hint(&self) -> usize {
                    self.left.get()
                }

                /// Return state information for pickling.
                #[method(name = "__reduce__", no_text_signature)]
                fn reduce(&self) -> Result<Ref<Tuple>> {
                    let length = self.deque.get().map_or(0, |deque| deque.len());
                    let deque = self.deque.get().map_or_else(none, Ref::into_object);
                    let done = Int::from_usize(length.saturating_sub(self.left.get())).into_object();
                    let arguments = Tuple::new([deque, done])?.into_object();
                    Tuple::new([self.class().to_ref().into_object(), arguments])
                }
            }
        )*
    };
}

/// A deque, and how many items to skip.
fn parse(args: &Tuple) -> Result<(&Deque, isize)> {
    let (deque, skip) = match *args.as_slice() {
        [deque] => (deque, None),
        [deque, skip] => (deque, Some(skip)),
        ref other => {
            let bound = if other.is_empty() { "at least 1 argument" } else { "at most 2 arguments" };
            bail!(TypeError, "function takes {bound} ({} given)", other.len());
        }
    };
    match deque.downcast::<Deque>() {
        Some(deque) => Ok((deque, skip.map_or(Ok(0), Object::as_isize)?)),
        None => Err(raise!(TypeError, "argument 1 must be {}, not {}", DEQUE.name(), deque.class().name())),
    }
}

iterators! {
    /// The iterator from left to right.
    DequeIterator: "_deque_iterator", |length, left| length - left;
    /// The iterator from right to left.
    DequeReverseIterator: "_deque_reverse_iterator", |_, left| left - 1;
}
