//! Lists, tuples, dictionaries and sets.

use objects::prelude::*;
use objects::set::{FROZENSET, SET};

use super::{Saver, elements};
use crate::pickle::opcodes as op;

impl Saver<'_> {
    pub(super) fn save_list(&mut self, list: &List) -> Result<()> {
        self.nested(list, |saver| {
            match saver.is_binary {
                true => saver.output.push_byte(op::EMPTY_LIST),
                false => saver.output.push(&[op::MARK, op::LIST]),
            }
            saver.memoize(list)?;
            match list.is_empty() {
                true => Ok(()),
                false if saver.protocol > 0 => saver.append_items(list),
                false => saver.append_all(&*list.as_object().iter()?),
            }
        })
    }

    pub(super) fn save_dict(&mut self, dict: &Dict) -> Result<()> {
        self.nested(dict, |saver| {
            match saver.is_binary {
                true => saver.output.push_byte(op::EMPTY_DICT),
                false => saver.output.push(&[op::MARK, op::DICT]),
            }
            saver.memoize(dict)?;
            match dict.is_empty() {
                true => Ok(()),
                false if saver.protocol > 0 => saver.set_items(dict),
                false => {
                    let items = dict.as_object().call_method(intern!("items"), &[])?;
                    saver.set_all(&*items.iter()?)
                }
            }
        })
    }

    /// A tuple that holds itself is complete, and remembered, once its items are written: then they are dropped.
    pub(super) fn save_tuple(&mut self, tuple: &Tuple) -> Result<()> {
        let length = tuple.len();
        if length == 0 {
            match self.is_binary {
                true => self.output.push_byte(op::EMPTY_TUPLE),
                false => self.output.push(&[op::MARK, op::TUPLE]),
            }
            return Ok(());
        }
        let is_short = length <= 3 && self.protocol >= 2;
        if !is_short {
            self.output.push_byte(op::MARK);
        }
        for item in tuple.items() {
            self.save(item)?;
        }
        if self.pickler.memo.borrow().get(tuple).is_some() {
            match (is_short, self.is_binary) {
                (true, _) => self.output.push(&[op::POP; 3][..length]),
                (false, true) => self.output.push_byte(op::POP_MARK),
                // One more, for the mark.
                (false, false) => (0..=length).for_each(|_| self.output.push_byte(op::POP)),
            }
            self.is_memoized(tuple)?;
            return Ok(());
        }
        self.output.push_byte(match (is_short, length) {
            (true, 1) => op::TUPLE1,
            (true, 2) => op::TUPLE2,
            (true, _) => op::TUPLE3,
            (false, _) => op::TUPLE,
        });
        self.memoize(tuple)
    }

    pub(super) fn save_set(&mut self, set: &Object) -> Result<()> {
        if self.protocol < 4 {
            return self.save_made((&SET, (elements(set)?,)).into_object(), set);
        }
        self.output.push_byte(op::EMPTY_SET);
        self.memoize(set)?;
        let items = elements(set)?;
        let mut rest = &items[..];
        if rest.is_empty() {
            return Ok(());
        }
        // As for dictionaries, there is an empty batch at the end if the last one was full.
        loop {
            let (batch, behind) = rest.split_at(rest.len().min(op::BATCH));
            self.output.push_byte(op::MARK);
            for item in batch {
                self.save(item)?;
            }
            self.output.push_byte(op::ADDITEMS);
            if set.length()? as usize != items.len() {
                bail!(RuntimeError, "set changed size during iteration");
            }
            if batch.len() < op::BATCH {
                return Ok(());
            }
            rest = behind;
        }
    }

    pub(super) fn save_frozenset(&mut self, set: &Object) -> Result<()> {
        if self.protocol < 4 {
            return self.save_made((&FROZENSET, (elements(set)?,)).into_object(), set);
        }
        self.nested(set, |saver| {
            saver.output.push_byte(op::MARK);
            for item in elements(set)? {
                saver.save(&item)?;
            }
            if saver.pickler.memo.borrow().get(set).is_some() {
                saver.output.push_byte(op::POP_MARK);
                saver.is_memoized(set)?;
                return Ok(());
            }
            saver.output.push_byte(op::FROZENSET);
            saver.memoize(set)
        })
    }
}
