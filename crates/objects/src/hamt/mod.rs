//! `hamt`: a persistent mapping, a hash array mapped trie. A changed copy shares all but one path with the original.

mod iterator;
mod node;

use std::cell::Cell;
use std::mem::offset_of;

use crate::prelude::*;
use crate::protocol::CompareOp;

pub use iterator::{ITEM_ITERATOR, ItemIterator, KEY_ITERATOR, KeyIterator, VALUE_ITERATOR, ValueIterator};
pub use node::{NODE, Removed};
use node::{Node, folded_hash};

/// `PyHamtObject`. Immutable, so that the references it gives out need no care.
#[repr(C)]
#[derive(Trace)]
pub struct Hamt {
    base: Object,
    /// None where the mapping is empty.
    root: Option<Ref<Node>>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
    length: usize,
}

impl Hamt {
    pub fn new() -> Ref<Hamt> {
        Hamt::over(None, 0)
    }

    /// The mapping of one key.
    pub fn of_one(key: &Object, value: &Object) -> Result<Ref<Hamt>> {
        Ok(Hamt::over(Some(Node::of_one(folded_hash(key)?, key, value)), 1))
    }

    fn over(root: Option<Ref<Node>>, length: usize) -> Ref<Hamt> {
        Ref::new(Hamt {
            base: Object::header(),
            root,
            weak_references: Cell::new(std::ptr::null_mut()),
            length,
        })
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The key's value. Hashes and compares, which may raise.
    pub fn get(&self, key: &Object) -> Result<Option<Ref>> {
        let hash = folded_hash(key)?;
        self.root.as_ref().map_or(Ok(None), |root| root.find(0, hash, key))
    }

    /// This mapping with the key's value set.
    pub fn with(&self, key: &Object, value: &Object) -> Result<Ref<Hamt>> {
        let Some(ours) = &self.root else { return Hamt::of_one(key, value) };
        let (root, is_new) = ours.with(0, folded_hash(key)?, key, value)?;
        Ok(match root.is(ours) {
            true => self.to_ref(),
            false => Hamt::over(Some(root), self.length + usize::from(is_new)),
        })
    }

    /// This mapping without the key.
    pub fn without(&self, key: &Object) -> Result<Removed<Hamt>> {
        let hash = folded_hash(key)?;
        let Some(root) = &self.root else { return Ok(Removed::Nothing) };
        Ok(match root.without(0, hash, key)? {
            Removed::Nothing => Removed::Nothing,
            Removed::Last => Removed::Last,
            Removed::Rest(root) => Removed::Rest(Hamt::over(Some(root), self.length - 1)),
        })
    }

    /// Whether both have equal values for the same keys.
    pub fn equals(&self, other: &Hamt) -> Result<bool> {
        if self.is(other) {
            return Ok(true);
        }
        if self.length != other.length {
            return Ok(false);
        }
        let Some(theirs) = &other.root else { return Ok(true) };
        let mut walk = node::Walk::over(self.root.as_deref());
        while let Some((hash, key, value)) = walk.next() {
            match theirs.find(0, hash, &key)? {
                Some(theirs) if value.equals(&theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

#[class(name = "hamt", symbol = "_PyHamt_Type", weaklist_offset = offset_of!(Hamt, weak_references), generic_getattro)]
impl Hamt {
    #[slot(tp_new)]
    fn make(_class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Ref<Hamt> {
        Hamt::new()
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match (op, other.downcast_exact::<Hamt>()) {
            (CompareOp::Eq, Some(other)) => Ok(bool_object(self.equals(other)?)),
            (CompareOp::Ne, Some(other)) => Ok(bool_object(!self.equals(other)?)),
            _ => Ok(not_implemented()),
        }
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<KeyIterator> {
        KeyIterator::over(self)
    }

    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.length
    }

    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object) -> Result<Ref> {
        Hamt::get(self, key)?.ok_or_else(|| raise::set_key_error(key))
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        Ok(Hamt::get(self, key)?.is_some())
    }

    #[method("(key, value, /)", name = "set", no_text_signature)]
    fn set_entry(&self, key: &Object, value: &Object) -> Result<Ref<Hamt>> {
        self.with(key, value)
    }

    #[method("(key, default=None, /)", name = "get", no_text_signature)]
    fn get_or(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        Ok(Hamt::get(self, key)?.unwrap_or_else(|| default.unwrap_or(none_object()).to_ref()))
    }

    #[method("(key, /)", no_text_signature)]
    fn delete(&self, key: &Object) -> Result<Ref<Hamt>> {
        Ok(match self.without(key)? {
            Removed::Nothing => self.to_ref(),
            Removed::Last => Hamt::new(),
            Removed::Rest(rest) => rest,
        })
    }

    #[method(no_text_signature)]
    fn keys(&self) -> Ref<KeyIterator> {
        KeyIterator::over(self)
    }

    #[method(no_text_signature)]
    fn values(&self) -> Ref<ValueIterator> {
        ValueIterator::over(self)
    }

    #[method(no_text_signature)]
    fn items(&self) -> Ref<ItemIterator> {
        ItemIterator::over(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(map: &Hamt) -> usize {
        ItemIterator::over(map).collect_vec().unwrap().len()
    }

    #[test]
    fn every_version_keeps_its_own_entries() {
        crate::startup::with_types(|| {
            // Numbers far apart and numbers whose folded hashes are alike: n and n << 32.
            let keys: Vec<Ref> = (1..400u64)
                .flat_map(|n| [n, n << 32, n * 0x9E37_79B9])
                .map(|n| Int::from_u64(n).into_object())
                .collect();
            let mut versions = vec![Hamt::new()];
            for key in &keys {
                versions.push(versions.last().unwrap().with(key, key).unwrap());
            }
            for (count, version) in versions.iter().enumerate() {
                assert_eq!((version.len(), pairs(version)), (count, count));
            }
            let full = versions.last().unwrap();
            let mut rest = full.clone();
            for (index, key) in keys.iter().enumerate() {
                assert!(full.get(key).unwrap().unwrap().is(key));
                rest = rest.delete(key).unwrap();
                assert!(rest.get(key).unwrap().is_none() && rest.delete(key).unwrap().is(&rest));
                assert_eq!(pairs(&rest), keys.len() - index - 1);
            }
            assert!(rest.equals(&versions[0]).unwrap() && !rest.equals(&versions[1]).unwrap());
        });
    }

    #[test]
    fn equality_asks_neither_order_nor_history() {
        crate::startup::with_types(|| {
            let keys: Vec<Ref> =
                (1..80u64).flat_map(|n| [n, n << 32]).map(|n| Int::from_u64(n).into_object()).collect();
            let build = |keys: &mut dyn Iterator<Item = &Ref>| {
                keys.fold(Hamt::new(), |map, key| map.with(key, key).unwrap())
            };
            let (forwards, backwards) = (build(&mut keys.iter()), build(&mut keys.iter().rev()));
            assert!(forwards.equals(&backwards).unwrap());
            assert!(forwards.with(&keys[3], &keys[3]).unwrap().is(&forwards));
            assert!(!forwards.with(&keys[3], &keys[4]).unwrap().equals(&backwards).unwrap());
        });
    }
}
