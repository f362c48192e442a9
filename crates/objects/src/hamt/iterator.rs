//! Iterators over the trie. What they walk never changes.

use std::cell::Cell;

use super::node::Walk;
use super::*;

macro_rules! iterators {
    ($($(#[$doc:meta])* $name:ident: $python_name:tt, $symbol:tt, $pick:expr;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: Object,
                hamt: Field<Hamt>,
                walk: Cell<Walk>,
            }

            impl $name {
                pub fn over(hamt: &Hamt) -> Ref<$name> {
                    let walk = Cell::new(Walk::over(hamt.root.as_deref()));
                    Ref::new($name { base: Object::header(), hamt: Field::new(Some(hamt.to_ref())), walk })
                }
            }

            #[class(name = $python_name, symbol = $symbol, generic_getattro)]
            impl $name {
                #[slot(tp_iter)]
                fn iterate(&self) -> &$name {
                    self
                }

                #[slot(tp_iternext)]
                fn next_item(&self) -> Result<Option<Ref>> {
                    let mut walk = self.walk.take();
                    let entry = walk.next();
                    self.walk.set(walk);
                    let pick: fn(Ref, Ref) -> Result<Ref> = $pick;
                    entry.map(|(_, key, value)| pick(key, value)).transpose()
                }

                #[slot(mp_length)]
                fn length(&self) -> usize {
                    self.hamt.get().map_or(0, |hamt| hamt.len())
                }
            }
        )*
    };
}

iterators! {
    /// The iterator over keys.
    KeyIterator: "keys", "_PyHamtKeys_Type", |key, _| Ok(key);
    /// The iterator over values.
    ValueIterator: "values", "_PyHamtValues_Type", |_, value| Ok(value);
    /// The iterator over `(key, value)` tuples.
    ItemIterator: "items", "_PyHamtItems_Type", |key, value| Tuple::new([key, value]).map(Ref::into_object);
}
