//! Items of lists, dictionaries and sets, so many at once.

use objects::prelude::*;

use super::Saver;
use crate::pickle::opcodes as op;

impl Saver<'_> {
    /// Writes what `next` gives to its end: one by one before protocol 1, else in batches between
    /// a mark and the instruction for many.
    fn in_batches<T>(
        &mut self,
        mut next: impl FnMut() -> Result<Option<T>>,
        mut write: impl FnMut(&mut Self, T) -> Result<()>,
        (one, many): (u8, u8),
    ) -> Result<()> {
        if self.protocol == 0 {
            while let Some(item) = next()? {
                write(self, item)?;
                self.output.push_byte(one);
            }
            return Ok(());
        }
        while let Some(first) = next()? {
            let Some(second) = next()? else {
                write(self, first)?;
                self.output.push_byte(one);
                return Ok(());
            };
            self.output.push_byte(op::MARK);
            write(self, first)?;
            write(self, second)?;
            let mut count = 2;
            while count < op::BATCH
                && let Some(item) = next()?
            {
                write(self, item)?;
                count += 1;
            }
            self.output.push_byte(many);
            if count < op::BATCH {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Appends what an iterator gives to the list on the stack.
    pub(super) fn append_all(&mut self, iterator: &Object) -> Result<()> {
        self.in_batches(|| iterator.next(), |saver, item| saver.save(&item), (op::APPEND, op::APPENDS))
    }

    /// Sets the pairs that an iterator gives in the dictionary on the stack.
    pub(super) fn set_all(&mut self, iterator: &Object) -> Result<()> {
        self.in_batches(
            || iterator.next(),
            |saver, item| {
                let Some([key, value]) = item.downcast::<Tuple>().map(Tuple::items) else {
                    bail!(TypeError, "dict items iterator must return 2-tuples");
                };
                saver.save(key)?;
                saver.save(value)
            },
            (op::SETITEM, op::SETITEMS),
        )
    }

    /// The same for a `list` itself.
    pub(super) fn append_items(&mut self, list: &List) -> Result<()> {
        if list.len() == 1 {
            if let Some(item) = list.get(0) {
                self.save(&item)?;
            }
            self.output.push_byte(op::APPEND);
            return Ok(());
        }
        let mut index = 0;
        while index < list.len() {
            self.output.push_byte(op::MARK);
            let end = index + op::BATCH;
            while index < end
                && let Some(item) = list.get(index)
            {
                self.save(&item)?;
                index += 1;
            }
            self.output.push_byte(op::APPENDS);
        }
        Ok(())
    }

    /// The same for a `dict` itself. `RuntimeError` if it changes meanwhile.
    pub(super) fn set_items(&mut self, dict: &Dict) -> Result<()> {
        let size = dict.len();
        let mut position = 0;
        if size == 1 {
            if let Some((key, value)) = dict.next(&mut position) {
                self.save(&key)?;
                self.save(&value)?;
            }
            self.output.push_byte(op::SETITEM);
            return Ok(());
        }
        loop {
            self.output.push_byte(op::MARK);
            let mut count = 0;
            while count < op::BATCH
                && let Some((key, value)) = dict.next(&mut position)
            {
                self.save(&key)?;
                self.save(&value)?;
                count += 1;
            }
            self.output.push_byte(op::SETITEMS);
            if dict.len() != size {
                bail!(RuntimeError, "dictionary changed size during iteration");
            }
            if count < op::BATCH {
                return Ok(());
            }
        }
    }
}
