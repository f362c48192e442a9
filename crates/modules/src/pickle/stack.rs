//! The stack of an unpickler: values, with marks between them.

use objects::prelude::*;

use super::UNPICKLING_ERROR;

#[derive(Default)]
pub struct Stack {
    items: Vec<Ref>,
    /// Where each mark is.
    pub marks: Vec<usize>,
    /// Where the last mark is: what is below is out of reach.
    fence: usize,
}

impl Stack {
    /// An empty stack with room for marks.
    pub fn new(marks: Vec<usize>) -> Stack {
        Stack { items: Vec::new(), marks, fence: 0 }
    }

    #[cold]
    pub fn underflow(&self) -> Raised {
        UNPICKLING_ERROR.raise(match self.marks.is_empty() {
            true => "unpickling stack underflow",
            false => "unexpected MARK found",
        })
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    #[inline]
    pub fn push(&mut self, item: Ref) {
        self.items.push(item);
    }

    #[inline]
    pub fn pop(&mut self) -> Result<Ref> {
        match self.items.len() > self.fence {
            true => self.items.pop().ok_or_else(|| raise!(SystemError, "an empty stack")),
            false => Err(self.underflow()),
        }
    }

    /// The topmost value.
    #[inline]
    pub fn top(&self) -> Result<&Ref> {
        match self.items.last() {
            Some(top) if self.items.len() > self.fence => Ok(top),
            _ => Err(self.underflow()),
        }
    }

    #[inline]
    pub fn replace_top(&mut self, item: Ref) {
        let old = match self.items.last_mut() {
            Some(top) => std::mem::replace(top, item),
            None => return,
        };
        drop(old);
    }

    pub fn mark(&mut self) {
        if self.marks.len() == self.marks.capacity() {
            self.marks.reserve_exact(self.marks.len() + 20);
        }
        self.fence = self.items.len();
        self.marks.push(self.fence);
    }

    /// Takes the last mark away, and tells where it was.
    pub fn pop_mark(&mut self) -> Result<usize> {
        match self.marks.pop() {
            Some(mark) => {
                self.fence = self.marks.last().copied().unwrap_or(0);
                Ok(mark)
            }
            None => Err(UNPICKLING_ERROR.raise("could not find MARK")),
        }
    }

    /// Drops a mark if it is on top, else a value.
    pub fn drop_top(&mut self) -> Result<()> {
        if self.marks.last() == Some(&self.items.len()) {
            return self.pop_mark().map(drop);
        }
        self.pop().map(drop)
    }

    /// Takes everything from a place on.
    pub fn take_from(&mut self, start: usize) -> Result<std::vec::Drain<'_, Ref>> {
        if start < self.fence {
            return Err(self.underflow());
        }
        let start = start.min(self.items.len());
        Ok(self.items.drain(start..))
    }

    /// The values from a place on, as a tuple.
    pub fn tuple_from(&mut self, start: usize) -> Result<Ref<Tuple>> {
        Tuple::new(self.take_from(start)?)
    }

    /// The value below a place, whose items are all that is above: for instructions that add items to it.
    pub fn below(&self, start: usize) -> Result<Ref> {
        match start > self.items.len() || start <= self.fence {
            true => Err(self.underflow()),
            false => Ok(self.items[start - 1].clone()),
        }
    }
}
