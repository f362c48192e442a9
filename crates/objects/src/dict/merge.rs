//! Taking over the entries of another mapping: `update`, `**`, `|`.

use super::keys::{size_for, usable_fraction};
use super::*;

/// What becomes of a key that both have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    Replace,
    Keep,
    /// `KeyError` with the key: how a call notices a keyword argument given twice.
    Raise,
}

impl Dict {
    /// Whether its entries stand in the order in which it iterates. A subclass that iterates in its
    /// own way is asked through its methods.
    pub(super) fn has_own_order(&self) -> bool {
        self.class().tp_iter.get().map(|f| f as usize) == DICT.tp_iter.get().map(|f| f as usize)
    }

    /// Takes over the entries of a mapping: a dictionary, or anything with `keys()` and subscription.
    pub fn merge(&self, other: &Object, duplicates: Duplicates) -> Result<()> {
        match other.downcast::<Dict>() {
            Some(dict) if dict.has_own_order() => self.merge_dict(dict, duplicates),
            _ => self.merge_mapping(other, duplicates),
        }
    }

    /// Takes over the entries of an iterable of pairs, or of a mapping: `dict.update(other)`.
    pub fn update(&self, other: &Object) -> Result<()> {
        if other.downcast_exact::<Dict>().is_some() || other.get_attr_opt(intern!("keys"))?.is_some() {
            return self.merge(other, Duplicates::Replace);
        }
        self.merge_pairs(other, Duplicates::Replace)
    }

    pub(super) fn merge_dict(&self, other: &Dict, duplicates: Duplicates) -> Result<()> {
        if self.is(other) || other.is_empty() {
            return Ok(());
        }
        if usable_fraction(self.keys().size()) < other.len() {
            self.resize(size_for(self.len() + other.len()))?;
        }
        let count = other.keys().count();
        let mut position = 0;
        while let Some((key, value, hash)) = other.next_entry(&mut position) {
            self.merge_entry(&key, hash, &value, duplicates)?;
            if other.keys().count() != count {
                bail!(RuntimeError, "dict mutated during update");
            }
        }
        Ok(())
    }

    fn merge_entry(&self, key: &Object, hash: isize, value: &Object, duplicates: Duplicates) -> Result<()> {
        if duplicates == Duplicates::Replace || !self.contains_known_hash(key, hash)? {
            return self.set_known_hash(key, hash, value);
        }
        match duplicates {
            Duplicates::Raise => Err(raise::set_key_error(key)),
            _ => Ok(()),
        }
    }

    fn merge_mapping(&self, other: &Object, duplicates: Duplicates) -> Result<()> {
        let keys = other.call_method(intern!("keys"), &[])?.iter()?;
        while let Some(key) = keys.next()? {
            if duplicates != Duplicates::Replace && self.contains(&key)? {
                match duplicates {
                    Duplicates::Raise => return Err(raise::set_key_error(&key)),
                    _ => continue,
                }
            }
            self.set(&key, &*other.get_item(&key)?)?;
        }
        Ok(())
    }

    /// Takes over an iterable of pairs.
    pub fn merge_pairs(&self, pairs: &Object, duplicates: Duplicates) -> Result<()> {
        let mut number = 0;
        pairs.for_each(|element| {
            let pair =
                element.collect_vec().map_err(|raised| match raised.matches(&exceptions::TypeError) {
                    true => raise!(
                        TypeError,
                        "cannot convert dictionary update sequence element #{number} to a sequence"
                    ),
                    false => raised,
                })?;
            let [key, value] = &pair[..] else {
                bail!(
                    ValueError,
                    "dictionary update sequence element #{number} has length {}; 2 is required",
                    pair.len()
                );
            };
            number += 1;
            match duplicates {
                Duplicates::Replace => self.set(key, value),
                _ => self.set_default(key, value).map(drop),
            }
        })
    }
}
