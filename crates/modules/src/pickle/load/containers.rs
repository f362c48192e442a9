//! Lists, tuples, dictionaries and sets, and adding items to them.

use objects::prelude::*;
use objects::set::{FROZENSET, Set};

use super::{Loader, failed};

impl Loader<'_> {
    #[inline]
    pub(super) fn load_short_tuple(&mut self, length: usize) -> Result<()> {
        let Some(start) = self.stack.len().checked_sub(length) else { return Err(self.stack.underflow()) };
        let tuple = self.stack.tuple_from(start)?;
        self.stack.push(tuple.into_object());
        Ok(())
    }

    pub(super) fn load_tuple(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        let tuple = self.stack.tuple_from(mark)?;
        self.stack.push(tuple.into_object());
        Ok(())
    }

    pub(super) fn load_list(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        let list = List::from_vec(self.stack.take_from(mark)?.collect());
        self.stack.push(list.into_object());
        Ok(())
    }

    pub(super) fn load_dict(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        if !(self.stack.len() - mark).is_multiple_of(2) {
            return Err(failed("odd number of items for DICT"));
        }
        let dict = Dict::new();
        let mut items = self.stack.take_from(mark)?;
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            dict.set(&key, &value)?;
        }
        drop(items);
        self.stack.push(dict.into_object());
        Ok(())
    }

    pub(super) fn load_frozenset(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        let items = self.stack.tuple_from(mark)?;
        let set = FROZENSET.call1(&items)?;
        self.stack.push(set);
        Ok(())
    }

    /// Appends what is above a place to what is below it: a list, or what behaves like one.
    pub(super) fn append_from(&mut self, start: usize) -> Result<()> {
        let list = self.stack.below(start)?;
        if start == self.stack.len() {
            return Ok(());
        }
        if let Some(list) = list.downcast_exact::<List>() {
            if start + 1 == self.stack.len() {
                let item = self.stack.take_from(start)?.next();
                return item.map_or(Ok(()), |item| list.push(item));
            }
            let items: Vec<Ref> = self.stack.take_from(start)?.collect();
            return list.extend_from_vec(items);
        }
        let items: Vec<Ref> = self.stack.take_from(start)?.collect();
        if let Some(extend) = list.get_attr_opt(intern!("extend"))? {
            return extend.call1(&List::from_vec(items)).map(drop);
        }
        // PEP 307 asks for both methods, but there are classes with `append` alone.
        let append = list.get_attr(intern!("append"))?;
        items.iter().try_for_each(|item| append.call1(item).map(drop))
    }

    /// Sets the pairs above a place in what is below it.
    pub(super) fn set_from(&mut self, start: usize) -> Result<()> {
        let dict = self.stack.below(start)?;
        if start == self.stack.len() {
            return Ok(());
        }
        if !(self.stack.len() - start).is_multiple_of(2) {
            return Err(failed("odd number of items for SETITEMS"));
        }
        let mut items = self.stack.take_from(start)?;
        let exact = dict.downcast_exact::<Dict>();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            match exact {
                Some(dict) => dict.set(&key, &value)?,
                None => dict.set_item(&key, &value)?,
            }
        }
        Ok(())
    }

    pub(super) fn add_items(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        let set = self.stack.below(mark)?;
        if mark == self.stack.len() {
            return Ok(());
        }
        let items: Vec<Ref> = self.stack.take_from(mark)?.collect();
        if set.class().is_subtype(&objects::set::SET)
            && let Some(set) = Set::any(&set)
        {
            return items.iter().try_for_each(|item| set.add(item).map(drop));
        }
        let add = set.get_attr(intern!("add"))?;
        items.iter().try_for_each(|item| add.call1(item).map(drop))
    }
}
