//! `OrderedDict`: a dictionary whose order is part of its value.
//!
//! Every dictionary keeps the order in which its keys came; here it is kept once more, as one that can be changed.

use std::cell::{Cell, RefCell};
use std::mem::offset_of;

use objects::dict::DICT;
use objects::prelude::*;
use objects::protocol::ReprGuard;

use super::order::{Node, Order};
use super::ordered_views::{Direction, OrderedItems, OrderedIterator, OrderedKeys, OrderedValues, What};

/// `PyODictObject`, in size and in the places that its type tells of. No borrow of the order lives while
/// anything runs, a drop included.
#[repr(C)]
#[derive(Trace)]
pub struct OrderedDict {
    base: Dict,
    order: RefCell<Box<Order>>,
    room: [usize; 3],
    /// Changes with each key that comes, goes or moves: iterators look at it.
    state: Cell<usize>,
    attributes: Field<Dict>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

/// What CPython's storage has for each entry.
const NODE_BYTES: usize = 4 * size_of::<usize>();

impl OrderedDict {
    fn new_in(class: &Type) -> Result<Ref<OrderedDict>> {
        Ref::new_in(
            class,
            OrderedDict {
                base: Dict::empty_value()?,
                order: RefCell::default(),
                room: [0; 3],
                state: Cell::new(0),
                attributes: Field::null(),
                weak_references: Cell::new(std::ptr::null_mut()),
            },
        )
    }

    pub fn state(&self) -> usize {
        self.state.get()
    }

    fn is_exact(&self) -> bool {
        self.class().is(&ORDERED_DICT)
    }

    /// Notes a change of the keys.
    fn touch(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }

    /// The place in the order of the key that is equal to a key.
    fn place(&self, key: &Object, hash: isize) -> Result<Option<usize>> {
        let stored = self.base.stored_key(key, hash)?;
        Ok(stored.and_then(|stored| self.order.borrow().place(&stored)))
    }

    /// The key at which iteration begins.
    pub fn start(&self, direction: Direction) -> Option<Ref> {
        let node = self.order.borrow().at_end(direction == Direction::Backwards);
        node.map(|node| node.key)
    }

    /// The key that iteration comes to after a key, which is to be there still.
    pub fn after(&self, key: &Object, direction: Direction) -> Result<Option<Ref>> {
        match self.place(key, key.hash()?)? {
            Some(place) => Ok(self.order.borrow().neighbour(place, direction == Direction::Backwards)),
            None => Err(raise::set_key_error(key)),
        }
    }

    /// The keys in their order.
    fn ordered_keys(&self) -> Vec<Ref> {
        self.order.borrow().keys()
    }

    /// The value of a key that stands in the order, and may be gone from the dictionary.
    pub fn value(&self, key: &Object) -> Result<Ref> {
        self.base.get(key)?.ok_or_else(|| raise::set_key_error(key))
    }

    fn set_entry(&self, key: &Object, value: &Object) -> Result<()> {
        let hash = key.hash()?;
        let stored = self.base.stored_key(key, hash)?;
        self.base.set_known_hash(key, hash, value)?;
        // A key that was not there comes last, even where the order has it still.
        let missing = match stored {
            Some(stored) => self.order.borrow().place(&stored).is_none().then_some(stored),
            None => Some(key.to_ref()),
        };
        if let Some(stored) = missing {
            self.order.borrow_mut().push(stored, hash);
            self.touch();
        }
        Ok(())
    }

    /// Takes a key out of the order; whether it was there.
    fn remove_from_order(&self, key: &Object, hash: isize) -> Result<bool> {
        let Some(place) = self.place(key, hash)? else { return Ok(false) };
        let removed = self.order.borrow_mut().remove(place);
        self.touch();
        Ok(removed.is_some())
    }

    fn take_entry(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        match self.remove_from_order(key, hash)? {
            true => self.base.pop_known_hash(key, hash),
            false => Ok(None),
        }
    }

    /// `self[key] = value` for each pair, by the class's own idea of it.
    fn add_pairs(&self, pairs: &Object) -> Result<()> {
        pairs.for_each(|pair| {
            let iterator = pair.iter()?;
            let Some(key) = iterator.next()? else { bail!(ValueError, "need more than 0 values to unpack") };
            let Some(value) = iterator.next()? else { bail!(ValueError, "need more than 1 value to unpack") };
            if iterator.next()?.is_some() {
                bail!(ValueError, "too many values to unpack (expected 2)");
            }
            self.as_object().set_item(&key, &value)
        })
    }

    fn update_from(&self, other: &Object) -> Result<()> {
        if let Some(dict) = other.downcast_exact::<Dict>() {
            return self.add_pairs(&*dict.items_list()?);
        }
        if other.get_attr_opt(intern!("keys"))?.is_some() {
            let keys = other.call_method(intern!("keys"), &[])?;
            return keys.for_each(|key| {
                let value = other.get_item(&key)?;
                self.as_object().set_item(&key, &value)
            });
        }
        match other.get_attr_opt(intern!("items"))? {
            Some(items) => self.add_pairs(&*items.call0()?),
            None => self.add_pairs(other),
        }
    }

    fn update_from_call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if let Some(other) = args.as_slice().first() {
            self.update_from(other)?;
        }
        match kwargs {
            Some(kwargs) => self.add_pairs(&*kwargs.items_list()?),
            None => Ok(()),
        }
    }

    /// Whether both have the same keys in the same order.
    fn has_order_of(&self, other: &OrderedDict) -> Result<bool> {
        let (ours, theirs) = (self.ordered_keys(), other.ordered_keys());
        if ours.len() != theirs.len() {
            return Ok(false);
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            if !ours.equals(theirs)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn duplicate(&self) -> Result<Ref> {
        if self.is_exact() {
            let copy = OrderedDict::new_in(&ORDERED_DICT)?;
            for key in self.ordered_keys() {
                copy.set_entry(&key, &*self.value(&key)?)?;
            }
            return Ok(copy.into_object());
        }
        let copy = self.class().as_object().call0()?;
        for key in self.ordered_keys() {
            let value = self.as_object().get_item(&key)?;
            copy.set_item(&key, &value)?;
        }
        Ok(copy)
    }

    /// A list of the pairs, as `items()` of the class itself has them.
    fn pairs(&self) -> Result<Ref<List>> {
        let pairs = self.ordered_keys().into_iter().map(|key| {
            let value = self.value(&key)?;
            Ok(Tuple::new([key, value])?.into_object())
        });
        Ok(List::from_vec(pairs.collect::<Result<_>>()?))
    }
}

/// A dict that keeps its keys in an order of its own, which move_to_end() and popitem() work on.
#[class(
    name = "OrderedDict",
    module = "collections",
    symbol = "PyODict_Type",
    layout = Dict,
    base = DICT,
    flags = BASETYPE,
    dict_offset = offset_of!(OrderedDict, attributes),
    weaklist_offset = offset_of!(OrderedDict, weak_references)
)]
impl OrderedDict {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<OrderedDict>> {
        OrderedDict::new_in(class)
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if args.len() > 1 {
            bail!(TypeError, "expected at most 1 arguments, got {}", args.len());
        }
        self.update_from_call(args, kwargs)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().name();
        let name = name.rsplit('.').next().unwrap_or(name);
        if self.base.is_empty() {
            return objects::format_str!("{name}()");
        }
        let Some(_guard) = ReprGuard::enter(self) else { return Ok(Str::new("...")) };
        let items = match self.is_exact() {
            true => self.pairs()?,
            false => self.call_method(intern!("items"), &[])?.collect_list()?,
        };
        objects::format_str!("{name}({})", items.repr()?)
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (Some(dict), CompareOp::Eq | CompareOp::Ne) = (other.downcast::<Dict>(), op) else {
            return Ok(not_implemented());
        };
        let equal = Dict::equals(&self.base, dict)?
            && match other.downcast::<OrderedDict>() {
                Some(other) => self.has_order_of(other)?,
                None => true,
            };
        Ok(bool_object(equal == (op == CompareOp::Eq)))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<OrderedIterator> {
        OrderedIterator::over(self, What::Keys, Direction::Forwards)
    }

    #[slot(mp_ass_subscript)]
    fn assign(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.set_entry(key, value),
            None => {
                let hash = key.hash()?;
                self.remove_from_order(key, hash)?;
                match self.base.pop_known_hash(key, hash)? {
                    Some(_) => Ok(()),
                    None => Err(raise::set_key_error(key)),
                }
            }
        }
    }

    #[slot(nb_or)]
    fn union(left: &Object, right: &Object) -> Result<Ref> {
        let own = if left.downcast::<OrderedDict>().is_some() { left } else { right };
        if left.downcast::<Dict>().is_none() || right.downcast::<Dict>().is_none() {
            return Ok(not_implemented());
        }
        let union = own.class().as_object().call1(left)?;
        match union.downcast::<OrderedDict>() {
            Some(dict) => dict.update_from(right)?,
            None => drop(union.call_method(intern!("update"), &[right])?),
        }
        Ok(union)
    }

    #[slot(nb_inplace_or)]
    fn update_in_place(&self, other: &Object) -> Result<&OrderedDict> {
        self.update_from(other)?;
        Ok(self)
    }

    /// Make an instance of this class in which each key that the iterable gives, in its order, has the same value.
    #[classmethod("(iterable, value=None)")]
    fn fromkeys(class: &Type, iterable: &Object, value: Option<&Object>) -> Result<Ref> {
        let made = class.as_object().call0()?;
        let value = value.unwrap_or(none_object());
        iterable.for_each(|key| made.set_item(&key, value))?;
        Ok(made)
    }

    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        let nodes = match self.order.borrow().len() {
            0 => 0,
            length => length * NODE_BYTES + self.base.table_size() * size_of::<usize>(),
        };
        self.base.size_of() + nodes
    }

    /// Return state information for pickling
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let state = match self.get_attr_opt(intern!("__dict__"))? {
            Some(dict) if dict.length()? > 0 => dict,
            _ => none(),
        };
        let items = self.call_method(intern!("items"), &[])?.iter()?;
        let class = self.class().to_ref().into_object();
        Tuple::new([class, Tuple::empty().into_object(), state, none(), items])
    }

    /// Give the value at key, after storing default there in case the key was missing.
    #[method("(key, default=None)")]
    fn setdefault(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        let default = default.unwrap_or(none_object());
        if self.is_exact() {
            if let Some(value) = self.base.get(key)? {
                return Ok(value);
            }
            self.set_entry(key, default)?;
            return Ok(default.to_ref());
        }
        if self.as_object().contains(key)? {
            return self.as_object().get_item(key);
        }
        self.as_object().set_item(key, default)?;
        Ok(default.to_ref())
    }

    /// od.pop(k[,d]) -> v
    /// Take key k out and give the value it had. A missing key gives d, or a KeyError
    /// when there is no d.
    #[method("(key, default=None)", no_text_signature)]
    fn pop(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        match self.take_entry(key, key.hash()?)?.or_else(|| default.map(Object::to_ref)) {
            Some(value) => Ok(value),
            None => Err(raise::set_key_error(key)),
        }
    }

    /// Take the last pair out, or the first one when last is false, and give it as (key, value).
    ///
    /// An empty dictionary raises KeyError.
    #[method("(last=True)")]
    fn popitem(&self, last: bool) -> Result<Ref<Tuple>> {
        let node = self.order.borrow().at_end(last);
        let Some(Node { key, hash }) = node else { bail!(KeyError, "dictionary is empty") };
        match self.take_entry(&key, hash)? {
            Some(value) => Tuple::new([key, value]),
            None => Err(raise::set_key_error(&key)),
        }
    }

    #[method(no_text_signature)]
    fn keys(&self) -> Ref<OrderedKeys> {
        OrderedKeys::of(&self.base)
    }

    #[method(no_text_signature)]
    fn values(&self) -> Ref<OrderedValues> {
        OrderedValues::of(&self.base)
    }

    #[method(no_text_signature)]
    fn items(&self) -> Ref<OrderedItems> {
        OrderedItems::of(&self.base)
    }

    #[method(varargs, no_text_signature)]
    fn update(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if args.len() > 1 {
            bail!(TypeError, "update() takes at most 1 positional argument ({} given)", args.len());
        }
        self.update_from_call(args, kwargs)
    }

    /// od.clear() -> None.  Remove all items from od.
    #[method(name = "clear", no_text_signature)]
    fn clear_entries(&self) {
        self.base.clear();
        let order = self.order.take();
        drop(order);
    }

    /// od.copy() -> a shallow copy of od
    #[method(no_text_signature)]
    fn copy(&self) -> Result<Ref> {
        self.duplicate()
    }

    /// od.__reversed__() <==> reversed(od)
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Ref<OrderedIterator> {
        OrderedIterator::over(self, What::Keys, Direction::Backwards)
    }

    /// Make a key that is there already the last one, or the first one when last is false.
    ///
    /// A missing key raises KeyError.
    #[method("(key, last=True)")]
    fn move_to_end(&self, key: &Object, last: bool) -> Result<()> {
        let at_end = self.order.borrow().at_end(last);
        let Some(at_end) = at_end else { return Err(raise::set_key_error(key)) };
        if at_end.key.is(key) {
            return Ok(());
        }
        let Some(place) = self.place(key, key.hash()?)? else { return Err(raise::set_key_error(key)) };
        self.order.borrow_mut().move_to_end(place, last);
        self.touch();
        Ok(())
    }

    #[getter(name = "__dict__")]
    fn attributes(&self) -> Result<Ref> {
        objects::protocol::get_dict(self)
    }

    #[setter(name = "__dict__")]
    fn set_attributes(&self, value: Option<&Object>) -> Result<()> {
        objects::protocol::set_dict(self, value)
    }
}
