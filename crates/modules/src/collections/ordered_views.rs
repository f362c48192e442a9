//! The views of an `OrderedDict`, and its one type of iterator.

use std::cell::Cell;

use objects::dict::{ITEMS_VIEW, ItemsView, KEYS_VIEW, KeysView, VALUES_VIEW, ValuesView};
use objects::prelude::*;

use super::ordered_dict::OrderedDict;

/// What an iterator gives of each entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    Keys,
    Values,
    Items,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forwards,
    Backwards,
}

/// `odictiterobject`, in size.
#[repr(C)]
#[derive(Trace)]
pub struct OrderedIterator {
    base: Object,
    #[trace(skip)]
    what: What,
    #[trace(skip)]
    direction: Direction,
    /// Null once it is at the end.
    dict: Field<OrderedDict>,
    length: usize,
    state: usize,
    position: Cell<usize>,
    room: usize,
}

impl OrderedIterator {
    pub fn over(dict: &OrderedDict, what: What, direction: Direction) -> Ref<OrderedIterator> {
        let start = if direction == Direction::Forwards { 0 } else { dict.end() };
        Ref::new(OrderedIterator {
            base: Object::header(),
            what,
            direction,
            dict: Field::new(Some(dict.to_ref())),
            length: dict.len(),
            state: dict.state(),
            position: Cell::new(start),
            room: 0,
        })
    }

    fn step(&self, position: &Cell<usize>) -> Result<Option<Ref>> {
        let Some(dict) = self.dict.get() else { return Ok(None) };
        let problem = if dict.state() != self.state {
            "mutated"
        } else if dict.len() != self.length {
            "changed size"
        } else {
            ""
        };
        if !problem.is_empty() {
            self.dict.set(None);
            bail!(RuntimeError, "OrderedDict {problem} during iteration");
        }
        let mut place = position.get();
        let entry = match self.direction {
            Direction::Forwards => dict.next(&mut place),
            Direction::Backwards => dict.previous(&mut place),
        };
        position.set(place);
        let Some((key, value)) = entry else { return Ok(None) };
        match self.what {
            What::Keys => Ok(Some(key)),
            What::Values => Ok(Some(value)),
            What::Items => Tuple::new([key, value]).map(|pair| Some(pair.into_object())),
        }
    }
}

#[class(name = "odict_iterator", symbol = "PyODictIter_Type")]
impl OrderedIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &OrderedIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let item = self.step(&self.position)?;
        if item.is_none() {
            self.dict.set(None);
        }
        Ok(item)
    }

    /// Return state information for pickling
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let position = self.position.clone();
        let mut items = Vec::new();
        while let Some(item) = self.step(&position)? {
            items.push(item);
        }
        objects::iterators::reduce_to_list(items)
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident: $python_name:tt, $symbol:tt, $base:ident, $base_static:ident, $what:ident;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: $base,
            }

            impl $name {
                pub fn of(dict: &Dict) -> Ref<$name> {
                    Ref::new($name { base: $base::value_of(dict) })
                }

                fn iterator(&self, direction: Direction) -> Result<Ref> {
                    match self.base.dict().downcast::<OrderedDict>() {
                        Some(dict) => Ok(OrderedIterator::over(dict, What::$what, direction).into_object()),
                        None => Err(raise!(TypeError, "expected an OrderedDict")),
                    }
                }
            }

            #[class(name = $python_name, symbol = $symbol, layout = $base, base = $base_static)]
            impl $name {
                #[slot(tp_iter)]
                fn iterate(&self) -> Result<Ref> {
                    self.iterator(Direction::Forwards)
                }

                #[method(name = "__reversed__", no_text_signature)]
                fn reversed(&self) -> Result<Ref> {
                    self.iterator(Direction::Backwards)
                }
            }
        )*
    };
}

views! {
    /// `OrderedDict.keys()`.
    OrderedKeys: "odict_keys", "PyODictKeys_Type", KeysView, KEYS_VIEW, Keys;
    /// `OrderedDict.values()`.
    OrderedValues: "odict_values", "PyODictValues_Type", ValuesView, VALUES_VIEW, Values;
    /// `OrderedDict.items()`.
    OrderedItems: "odict_items", "PyODictItems_Type", ItemsView, ITEMS_VIEW, Items;
}
