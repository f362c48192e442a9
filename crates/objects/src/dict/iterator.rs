//! A dictionary's iterators: over keys, values and items, forwards and backwards.

use super::*;
use crate::spare_tuple::SpareTuple;

/// Where an iterator is. It watches for changes of the dictionary's size.
#[repr(C)]
#[derive(Trace)]
struct Cursor {
    /// Null once it is at the end.
    dict: Field<Dict>,
    /// The dictionary's length when iteration began; something else once a change was noticed.
    used: Cell<usize>,
    position: Cell<usize>,
    /// The last item, where items are what is iterated over.
    result: SpareTuple,
    /// How many are still to come.
    left: Cell<usize>,
}

impl Cursor {
    fn at_start(dict: &Dict) -> Cursor {
        Cursor {
            dict: Field::new(Some(dict.to_ref())),
            used: Cell::new(dict.len()),
            position: Cell::new(0),
            result: SpareTuple::none(),
            left: Cell::new(dict.len()),
        }
    }

    fn at_end(dict: &Dict) -> Cursor {
        let cursor = Cursor::at_start(dict);
        cursor.position.set(dict.end());
        cursor
    }

    #[inline(always)]
    fn step(&self, forwards: bool) -> Result<Option<(Ref, Ref)>> {
        // SAFETY: the borrow ends before anything runs: looking at an entry runs nothing.
        let Some(dict) = (unsafe { self.dict.peek() }) else { return Ok(None) };
        if self.used.get() != dict.len() {
            self.used.set(usize::MAX);
            bail!(RuntimeError, "dictionary changed size during iteration");
        }
        let mut position = self.position.get();
        let entry = match forwards {
            true => dict.next(&mut position),
            false => dict.previous(&mut position),
        };
        self.position.set(position);
        if entry.is_none() {
            self.dict.set(None);
            return Ok(None);
        }
        if self.left.get() == 0 {
            self.dict.set(None);
            bail!(RuntimeError, "dictionary keys changed during iteration");
        }
        self.left.set(self.left.get() - 1);
        Ok(entry)
    }

    fn length_hint(&self) -> usize {
        match self.dict.get() {
            Some(dict) if dict.len() == self.used.get() => self.left.get(),
            _ => 0,
        }
    }

    /// What is left, as a list, without moving this cursor.
    fn reduce(&self, forwards: bool, pick: fn(&SpareTuple, Ref, Ref) -> Result<Ref>) -> Result<Ref> {
        let twin = Cursor {
            dict: Field::new(self.dict.get()),
            used: self.used.clone(),
            position: self.position.clone(),
            result: SpareTuple::none(),
            left: self.left.clone(),
        };
        let mut items = Vec::new();
        while let Some((key, value)) = twin.step(forwards)? {
            items.push(pick(&SpareTuple::none(), key, value)?);
        }
        crate::iterators::reduce_to_list(items)
    }
}

fn pick_key(_: &SpareTuple, key: Ref, _: Ref) -> Result<Ref> {
    Ok(key)
}

fn pick_value(_: &SpareTuple, _: Ref, value: Ref) -> Result<Ref> {
    Ok(value)
}

fn pick_item(last: &SpareTuple, key: Ref, value: Ref) -> Result<Ref> {
    last.give([key, value]).map(Ref::into_object)
}

macro_rules! iterators {
    ($($(#[$doc:meta])* $name:ident: $python_name:tt, $symbol:tt, $start:ident, $forwards:tt, $pick:ident;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: Object,
                cursor: Cursor,
            }

            impl $name {
                pub fn over(dict: &Dict) -> Ref<$name> {
                    Ref::new($name { base: Object::header(), cursor: Cursor::$start(dict) })
                }
            }

            #[class(name = $python_name, symbol = $symbol)]
            impl $name {
                #[slot(tp_iter)]
                fn iterate(&self) -> &$name {
                    self
                }

                #[slot(tp_iternext)]
                fn next_item(&self) -> Result<Option<Ref>> {
                    match self.cursor.step($forwards)? {
                        Some((key, value)) => $pick(&self.cursor.result, key, value).map(Some),
                        None => Ok(None),
                    }
                }

                /// Private method returning an estimate of len(list(it)).
                #[method(name = "__length_hint__", no_text_signature)]
                fn length_hint(&self) -> usize {
                    self.cursor.length_hint()
                }

                /// Return state information for pickling.
                #[method(name = "__reduce__", no_text_signature)]
                fn reduce(&self) -> Result<Ref> {
                    self.cursor.reduce($forwards, $pick)
                }
            }
        )*
    };
}

iterators! {
    /// The iterator over keys.
    KeyIterator: "dict_keyiterator", "PyDictIterKey_Type", at_start, true, pick_key;
    /// The iterator over values.
    ValueIterator: "dict_valueiterator", "PyDictIterValue_Type", at_start, true, pick_value;
    /// The iterator over `(key, value)` tuples.
    ItemIterator: "dict_itemiterator", "PyDictIterItem_Type", at_start, true, pick_item;
    /// The iterator over keys, the last first.
    ReverseKeyIterator: "dict_reversekeyiterator", "PyDictRevIterKey_Type", at_end, false, pick_key;
    /// The iterator over values, the last first.
    ReverseValueIterator: "dict_reversevalueiterator", "PyDictRevIterValue_Type", at_end, false, pick_value;
    /// The iterator over `(key, value)` tuples, the last first.
    ReverseItemIterator: "dict_reverseitemiterator", "PyDictRevIterItem_Type", at_end, false, pick_item;
}
