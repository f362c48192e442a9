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
    /// That of the dictionary; of no dictionary once it has been another.
    length: Cell<usize>,
    state: usize,
    room: usize,
    /// The key that comes next. Null at the end.
    current: Field,
}

impl OrderedIterator {
    pub fn over(dict: &OrderedDict, what: What, direction: Direction) -> Ref<OrderedIterator> {
        Ref::new(OrderedIterator {
            base: Object::header(),
            what,
            direction,
            dict: Field::new(Some(dict.to_ref())),
            length: Cell::new(dict.len()),
            state: dict.state(),
            room: 0,
            current: Field::new(dict.start(direction)),
        })
    }

    /// The item for the current key, in whose place comes the one behind it.
    fn step(&self, current: &Field) -> Result<Option<Ref>> {
        let (Some(dict), Some(key)) = (self.dict.get(), current.get()) else { return Ok(None) };
        if dict.state() != self.state {
            self.dict.set(None);
            bail!(RuntimeError, "OrderedDict mutated during iteration");
        }
        if dict.len() != self.length.get() {
            self.length.set(usize::MAX);
            bail!(RuntimeError, "OrderedDict changed size during iteration");
        }
        match dict.after(&key, self.direction) {
            Ok(following) => current.set(following),
            Err(raised) => {
                current.set(None);
                return Err(raised);
            }
        }
        match self.what {
            What::Keys => Ok(Some(key)),
            What::Values => dict.value(&key).map(Some),
            What::Items => {
                let value = dict.value(&key)?;
                Tuple::new([key, value]).map(|pair| Some(pair.into_object()))
            }
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
        let item = self.step(&self.current)?;
        if item.is_none() {
            self.dict.set(None);
        }
        Ok(item)
    }

    /// Return state information for pickling
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let current = Field::new(self.current.get());
        let mut items = Vec::new();
        while let Some(item) = self.step(&current)? {
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
