//! The type `dict`.

use super::iterator::{KeyIterator, ReverseKeyIterator};
use super::views::{ItemsView, KeysView, ValuesView};
use super::*;
use crate::protocol::ReprGuard;
use crate::str::StrBuilder;

impl Dict {
    /// `self[key]`, with `__missing__` of a subclass.
    pub fn subscript(&self, key: &Object) -> Result<Ref> {
        if let Some(value) = self.get(key)? {
            return Ok(value);
        }
        if !self.class().is(&DICT)
            && let Some(missing) = self.lookup_special(intern!("__missing__"))?
        {
            return missing.call1(key);
        }
        Err(raise::set_key_error(key))
    }

    /// Whether both have equal keys with equal values.
    pub fn equals(&self, other: &Dict) -> Result<bool> {
        if self.len() != other.len() {
            return Ok(false);
        }
        let mut position = 0;
        while let Some((key, value, hash)) = self.next_entry(&mut position) {
            match other.get_known_hash(&key, hash)? {
                Some(theirs) if value.equals(&theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// `update(*args, **kwargs)`, of which `name` is the method's name in messages.
    pub fn fill(&self, name: &str, args: &[&Object], kwargs: Option<&Dict>) -> Result<()> {
        match args {
            [] => {}
            [other] => self.update(other)?,
            _ => bail!(TypeError, "{name} expected at most 1 argument, got {}", args.len()),
        }
        match kwargs {
            Some(kwargs) => {
                crate::protocol::check_keywords(kwargs)?;
                self.merge_dict(kwargs, Duplicates::Replace)
            }
            None => Ok(()),
        }
    }

    fn fill_from_keys(&self, iterable: &Object, value: &Object) -> Result<()> {
        if self.class().is(&DICT) {
            let expected = match iterable.downcast_exact::<Dict>() {
                Some(dict) => dict.len(),
                None => crate::set::Set::any(iterable).map_or(0, |set| set.len()),
            };
            if expected > self.keys().capacity() {
                self.resize(keys::size_for(expected).max(expected + 1))?;
            }
            return self.fill_from_known_hashes(iterable, value);
        }
        iterable.for_each(|key| self.set_item(&key, value))
    }

    /// The same for an exact dictionary, which takes the keys of dictionaries and sets with their hashes.
    fn fill_from_known_hashes(&self, iterable: &Object, value: &Object) -> Result<()> {
        let mut position = 0;
        if let Some(dict) = iterable.downcast_exact::<Dict>() {
            while let Some((key, _, hash)) = dict.next_entry(&mut position) {
                self.set_known_hash(&key, hash, value)?;
            }
            return Ok(());
        }
        match crate::set::Set::any(iterable) {
            Some(set) if set.is_exact() => {
                while let Some((key, hash)) = set.next(&mut position) {
                    self.set_known_hash(&key, hash, value)?;
                }
                Ok(())
            }
            _ => iterable.for_each(|key| self.set(&key, value)),
        }
    }
}

/// dict() -> new empty dictionary
/// dict(mapping) -> new dictionary with the entries of a mapping
/// dict(iterable) -> new dictionary with the (key, value) pairs of an iterable
/// dict(**kwargs) -> new dictionary with the keyword arguments' names and values.
///     For example:  dict(one=1, two=2)
#[class(
    name = "dict",
    symbol = "PyDict_Type",
    flags = BASETYPE | DICT_SUBCLASS,
    generic_getattro
)]
impl Dict {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Dict>> {
        match class.is(&DICT) {
            true => Ref::new_untracked(Dict::empty_value()?),
            false => Ref::new_in(class, Dict::empty_value()?),
        }
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        self.fill("dict", args.as_slice(), kwargs)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.is_empty() {
            return Ok(Str::new("{}"));
        }
        let Some(_guard) = ReprGuard::enter(self) else { return Ok(Str::new("{...}")) };
        let mut text = StrBuilder::new();
        let mut position = 0;
        while let Some((key, value)) = self.next(&mut position) {
            text.push_str(if text.is_empty() { "{" } else { ", " });
            text.push_string(&*key.repr()?);
            text.push_str(": ");
            text.push_string(&*value.repr()?);
        }
        text.push_str("}");
        text.finish()
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match (other.downcast::<Dict>(), op) {
            (Some(other), CompareOp::Eq) => self.equals(other).map(bool_object),
            (Some(other), CompareOp::Ne) => self.equals(other).map(|equal| bool_object(!equal)),
            _ => Ok(not_implemented()),
        }
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<KeyIterator> {
        KeyIterator::over(self)
    }

    #[slot(nb_or)]
    fn union(left: &Object, right: &Object) -> Result<Ref> {
        let (Some(left), Some(_)) = (left.downcast::<Dict>(), right.downcast::<Dict>()) else {
            return Ok(not_implemented());
        };
        let union = left.copy()?;
        union.update(right)?;
        Ok(union.into_object())
    }

    #[slot(nb_inplace_or)]
    fn update_in_place(&self, other: &Object) -> Result<&Dict> {
        self.update(other)?;
        Ok(self)
    }

    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.len()
    }

    /// True if the dictionary has the specified key, else False.
    #[method("(key, /)", name = "__contains__", coexist)]
    #[slot(sq_contains)]
    fn has(&self, key: &Object) -> Result<bool> {
        self.contains(key)
    }

    /// x.__getitem__(y) <==> x[y]
    #[method("(key, /)", name = "__getitem__", coexist, no_text_signature)]
    #[slot(mp_subscript)]
    fn get_subscript(&self, key: &Object) -> Result<Ref> {
        self.subscript(key)
    }

    #[slot(mp_ass_subscript)]
    fn assign(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.set(key, value),
            None if self.remove(key)? => Ok(()),
            None => Err(raise::set_key_error(key)),
        }
    }

    /// D.__sizeof__() -> size of D in memory, in bytes
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        self.size_of()
    }

    /// Give what is stored under the key; where nothing is, the default. Never raises KeyError.
    #[method("(key, default=None, /)", name = "get")]
    fn get_or_default(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        Ok(self.get(key)?.unwrap_or_else(|| default.map_or_else(none, Object::to_ref)))
    }

    /// Make sure that the key is there, and give its value.
    ///
    /// A key that was missing is stored with the default; one that was there keeps its value.
    #[method("(key, default=None, /)", name = "setdefault")]
    fn set_default_method(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        self.set_default(key, default.unwrap_or(none_object()))
    }

    /// D.pop(k[,d]) -> v
    ///
    /// Take the key out, and give the value that it had. For a key that is not there
    /// the result is d; without d that is a KeyError.
    #[method("(key, default=<unrepresentable>, /)", name = "pop")]
    fn pop_or_default(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        let popped = match self.is_empty() {
            true => None,
            false => self.pop(key)?,
        };
        match popped.or_else(|| default.map(Object::to_ref)) {
            Some(value) => Ok(value),
            None => Err(raise::set_key_error(key)),
        }
    }

    /// Take out the entry that was added last, as a tuple (key, value).
    ///
    /// KeyError if there are no entries left.
    #[method(name = "popitem")]
    fn pop_item(&self) -> Result<Ref<Tuple>> {
        match self.pop_last()? {
            Some((key, value)) => Tuple::new([key, value]),
            None => Err(raise!(KeyError, "popitem(): dictionary is empty")),
        }
    }

    /// D.keys() -> a set-like object providing a view on D's keys
    #[method(name = "keys", no_text_signature)]
    fn keys_view(&self) -> Ref<KeysView> {
        KeysView::of(self)
    }

    /// D.items() -> a set-like object providing a view on D's items
    #[method(name = "items", no_text_signature)]
    fn items_view(&self) -> Ref<ItemsView> {
        ItemsView::of(self)
    }

    /// D.values() -> an object providing a view on D's values
    #[method(name = "values", no_text_signature)]
    fn values_view(&self) -> Ref<ValuesView> {
        ValuesView::of(self)
    }

    /// D.update([E, ]**F) -> None
    ///
    /// Store the entries of E, then those of F, and replace the values that D has for their keys.
    /// If E has a method keys(), these are its keys, and indexing E gives their values.
    /// Any other E must be an iterable of (key, value) pairs.
    #[method(varargs, name = "update", no_text_signature)]
    fn update_method(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        self.fill("update", args.as_slice(), kwargs)
    }

    /// Make a dictionary whose keys are the items of an iterable, all with the same value.
    #[classmethod("(iterable, value=None, /)", name = "fromkeys")]
    fn from_keys(class: &Type, iterable: &Object, value: Option<&Object>) -> Result<Ref> {
        let made = class.call0()?;
        let value = value.unwrap_or(none_object());
        match made.downcast::<Dict>() {
            Some(dict) => dict.fill_from_keys(iterable, value)?,
            None => iterable.for_each(|key| made.set_item(&key, value))?,
        }
        Ok(made)
    }

    /// D.clear() -> None.  Remove all items from D.
    #[method(name = "clear", no_text_signature)]
    fn clear_method(&self) {
        self.clear();
    }

    /// D.copy() -> a shallow copy of D
    #[method(name = "copy", no_text_signature)]
    fn copy_method(&self) -> Result<Ref<Dict>> {
        self.copy()
    }

    /// Return a reverse iterator over the dict keys.
    #[method(name = "__reversed__")]
    fn reversed(&self) -> Ref<ReverseKeyIterator> {
        ReverseKeyIterator::over(self)
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}
