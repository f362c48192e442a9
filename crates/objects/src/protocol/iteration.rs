//! Iteration (language reference 3.3.7; the library reference's iterator types).

use crate::prelude::*;

impl Object {
    /// `iter(self)`.
    #[inline]
    pub fn iter(&self) -> Result<Ref> {
        let class = self.class();
        let Some(iter) = class.tp_iter.get() else {
            if self.is_sequence() {
                return crate::iterators::sequence_iterator(self);
            }
            bail!(TypeError, "'{}' object is not iterable", class.name());
        };
        let iterator = iter(self)?;
        if !iterator.is_iterator() {
            bail!(TypeError, "iter() returned non-iterator of type '{}'", iterator.class().name());
        }
        Ok(iterator)
    }

    /// Whether the object has a `__next__` (`PyIter_Check`).
    #[inline(always)]
    pub fn is_iterator(&self) -> bool {
        self.class().tp_iternext.get().is_some_and(|next| {
            !std::ptr::fn_addr_eq(next, crate::type_object::next_not_implemented as IterNextFunc)
        })
    }

    /// The iterator's next item, or nothing at its end.
    #[inline]
    pub fn next(&self) -> Result<Option<Ref>> {
        let Some(next) = self.class().tp_iternext.get() else {
            bail!(TypeError, "'{}' object is not an iterator", self.class().name());
        };
        match next(self) {
            Some(item) => Ok(Some(item)),
            None => end_of_iteration(),
        }
    }

    /// Hands each item of an iterable to a function, until it is done or raises.
    pub fn for_each(&self, mut visit: impl FnMut(Ref) -> Result<()>) -> Result<()> {
        let iterator = self.iter()?;
        while let Some(item) = iterator.next()? {
            visit(item)?;
        }
        Ok(())
    }

    /// The items of an iterable.
    pub fn collect_vec(&self) -> Result<Vec<Ref>> {
        if let Some(tuple) = self.downcast_exact::<Tuple>() {
            return Ok(tuple.items().to_vec());
        }
        if let Some(list) = self.downcast_exact::<List>() {
            return Ok(list.to_vec());
        }
        let iterator = self.iter()?;
        let hint = self.length_hint(8)?;
        if hint > isize::MAX as usize / size_of::<Ref>() {
            bail!(MemoryError);
        }
        let mut items = Vec::with_capacity(hint.min(1 << 20));
        while let Some(item) = iterator.next()? {
            if items.try_reserve(1).is_err() {
                bail!(MemoryError);
            }
            items.push(item);
        }
        Ok(items)
    }

    /// A list or tuple itself, of another iterable a list of its items; what is not iterable raises TypeError
    /// with this message (`PySequence_Fast`).
    pub fn list_or_tuple(&self, message: &str) -> Result<Ref> {
        if self.downcast_exact::<List>().is_some() || self.downcast_exact::<Tuple>().is_some() {
            return Ok(self.to_ref());
        }
        let iterator = self.iter().map_err(|raised| match raised.matches(&exceptions::TypeError) {
            true => raise!(TypeError, "{message}"),
            false => raised,
        })?;
        iterator.collect_list().map(Ref::into_object)
    }

    /// `tuple(self)`; a tuple of exactly that type is itself.
    pub fn collect_tuple(&self) -> Result<Ref<Tuple>> {
        match self.downcast_exact::<Tuple>() {
            Some(tuple) => Ok(tuple.to_ref()),
            None => Tuple::new(self.collect_vec()?),
        }
    }

    /// `list(self)`.
    pub fn collect_list(&self) -> Result<Ref<List>> {
        Ok(List::from_vec(self.collect_vec()?))
    }

    /// `operator.length_hint(self, default)` (PEP 424).
    pub fn length_hint(&self, default: usize) -> Result<usize> {
        if self.has_length() {
            match self.length() {
                Ok(length) => return Ok(length as usize),
                Err(raised) if raised.matches(&exceptions::TypeError) => raised.clear(),
                Err(raised) => return Err(raised),
            }
        }
        let Some(method) = self.lookup_special(intern!("__length_hint__"))? else { return Ok(default) };
        let Some(hint) = raise::ignore(method.call0(), &exceptions::TypeError)? else { return Ok(default) };
        if hint.is_not_implemented() {
            return Ok(default);
        }
        let Some(hint) = hint.downcast::<Int>() else {
            bail!(TypeError, "__length_hint__ must be an integer, not {}", hint.class().name());
        };
        match usize::try_from(hint.checked_isize()?) {
            Ok(hint) => Ok(hint),
            Err(_) => Err(raise!(ValueError, "__length_hint__() should return >= 0")),
        }
    }
}

/// What a null from `tp_iternext` means: the end, also said by `StopIteration`, or an exception.
#[inline]
fn end_of_iteration() -> Result<Option<Ref>> {
    if !raise::occurred() {
        return Ok(None);
    }
    let raised = raise::already_set();
    match raised.matches(&exceptions::StopIteration) {
        true => {
            raised.clear();
            Ok(None)
        }
        false => Err(raised),
    }
}
