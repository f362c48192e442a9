//! What sets do with each other and with iterables.

use super::*;

impl Set {
    /// Whether a key is an element. A set, which has no hash, is looked for as a frozen one.
    pub fn contains_or_frozen(&self, key: &Object) -> Result<bool> {
        self.with_frozen(key, Set::contains)
    }

    /// Removes an element, with the same provision for a set; whether it was there.
    pub fn discard_or_frozen(&self, key: &Object) -> Result<bool> {
        self.with_frozen(key, Set::discard)
    }

    fn with_frozen(&self, key: &Object, operation: fn(&Set, &Object) -> Result<bool>) -> Result<bool> {
        match operation(self, key) {
            Err(raised) if raised.matches(&exceptions::TypeError) && key.downcast::<Set>().is_some() => {
                raised.clear();
                operation(self, &*Set::collect_in(&FROZENSET, key)?)
            }
            outcome => outcome,
        }
    }

    /// Runs a function on each element, as long as it says so; whether it did to the end. Elements that
    /// are added meanwhile may be among them.
    fn all(&self, mut visit: impl FnMut(&Object, isize) -> Result<bool>) -> Result<bool> {
        let mut position = 0;
        while let Some((key, hash)) = self.next(&mut position) {
            if !visit(&key, hash)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn each(&self, mut visit: impl FnMut(&Object, isize) -> Result<()>) -> Result<()> {
        self.all(|key, hash| visit(key, hash).map(|()| true)).map(drop)
    }

    pub fn intersection(&self, other: &Object) -> Result<Ref<Set>> {
        if self.is(other) {
            return self.copy();
        }
        let result = Set::new_in(self.base_class())?;
        match Set::any(other) {
            Some(other) => {
                let (smaller, larger) = if other.len() > self.len() { (self, other) } else { (other, self) };
                smaller.each(|key, hash| {
                    if larger.contains_known_hash(key, hash)? {
                        result.add_known_hash(key, hash)?;
                    }
                    Ok(())
                })?;
            }
            None => other.for_each(|key| {
                let hash = crate::dict::hash_of(&key)?;
                if self.contains_known_hash(&key, hash)? {
                    result.add_known_hash(&key, hash)?;
                }
                Ok(())
            })?,
        }
        Ok(result)
    }

    pub fn intersection_update(&self, other: &Object) -> Result<()> {
        self.swap_content(&*self.intersection(other)?);
        Ok(())
    }

    pub fn difference(&self, other: &Object) -> Result<Ref<Set>> {
        let others = match (Set::any(other), other.downcast::<Dict>()) {
            (Some(set), _) => set.len(),
            (_, Some(dict)) => dict.len(),
            _ => 0,
        };
        let knows_members = Set::any(other).is_some() || other.downcast::<Dict>().is_some();
        // Removing a few from a copy beats asking about each.
        if !knows_members || self.len() >> 2 > others {
            let result = self.copy()?;
            result.difference_update(other)?;
            return Ok(result);
        }
        let result = Set::new_in(self.base_class())?;
        self.each(|key, hash| {
            let is_there = match (Set::any(other), other.downcast::<Dict>()) {
                (Some(set), _) => set.contains_known_hash(key, hash)?,
                (_, Some(dict)) => dict.contains_known_hash(key, hash)?,
                _ => false,
            };
            match is_there {
                true => Ok(()),
                false => result.add_known_hash(key, hash).map(drop),
            }
        })?;
        Ok(result)
    }

    pub fn difference_update(&self, other: &Object) -> Result<()> {
        if self.is(other) {
            self.clear();
            return Ok(());
        }
        match Set::any(other) {
            Some(set) if set.len() >> 3 > self.len() => {
                let both = self.intersection(set)?;
                both.each(|key, hash| self.discard_known_hash(key, hash).map(drop))?;
            }
            Some(set) => set.each(|key, hash| self.discard_known_hash(key, hash).map(drop))?,
            None => other.for_each(|key| self.discard(&key).map(drop))?,
        }
        self.sweep()
    }

    pub fn symmetric_difference(&self, other: &Object) -> Result<Ref<Set>> {
        let result = Set::collect_in(self.base_class(), other)?;
        result.symmetric_difference_update(self)?;
        Ok(result)
    }

    pub fn symmetric_difference_update(&self, other: &Object) -> Result<()> {
        if self.is(other) {
            self.clear();
            return Ok(());
        }
        let toggle = |key: &Object, hash: isize| {
            if !self.discard_known_hash(key, hash)? {
                self.add_known_hash(key, hash)?;
            }
            Ok(())
        };
        if let Some(dict) = other.downcast_exact::<Dict>() {
            let mut position = 0;
            while let Some((key, _, hash)) = dict.next_entry(&mut position) {
                toggle(&key, hash)?;
            }
            return Ok(());
        }
        match Set::any(other) {
            Some(set) => set.each(toggle),
            None => Set::collect_in(self.base_class(), other)?.each(toggle),
        }
    }

    pub fn is_subset(&self, other: &Set) -> Result<bool> {
        if self.len() > other.len() {
            return Ok(false);
        }
        self.all(|key, hash| other.contains_known_hash(key, hash))
    }

    pub fn is_disjoint(&self, other: &Object) -> Result<bool> {
        if self.is(other) {
            return Ok(self.is_empty());
        }
        if let Some(other) = Set::any(other) {
            let (smaller, larger) = if other.len() > self.len() { (self, other) } else { (other, self) };
            return smaller.all(|key, hash| larger.contains_known_hash(key, hash).map(|found| !found));
        }
        let iterator = other.iter()?;
        while let Some(key) = iterator.next()? {
            if self.contains(&key)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether both have the same elements.
    pub fn equals(&self, other: &Set) -> Result<bool> {
        let (mine, theirs) = (self.hash.get(), other.hash.get());
        if self.len() != other.len() || mine != -1 && theirs != -1 && mine != theirs {
            return Ok(false);
        }
        self.is_subset(other)
    }
}
