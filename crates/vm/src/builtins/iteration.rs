//! Functions over iterables.

use objects::arguments::Keywords;
use objects::prelude::*;

/// `min` and `max`: the best of the items by a comparison.
fn best(
    name: &str,
    op: CompareOp,
    first: &Object,
    rest: &[&Object],
    key: Option<&Object>,
    default: Option<&Object>,
) -> Result<Ref> {
    let key = key.filter(|key| !key.is_none());
    if !rest.is_empty() && default.is_some() {
        bail!(TypeError, "Cannot specify a default for {name}() with multiple positional arguments");
    }
    let found = match rest {
        [] => {
            let items = first.iter()?;
            best_of(|| items.next(), op, key)?
        }
        rest => {
            let mut items = std::iter::once(first).chain(rest.iter().copied());
            best_of(|| Ok(items.next().map(|item| item.to_ref())), op, key)?
        }
    };
    match (found, default) {
        (Some(item), _) => Ok(item),
        (None, Some(default)) => Ok(default.to_ref()),
        (None, None) => Err(raise!(ValueError, "{name}() arg is an empty sequence")),
    }
}

/// The first of the items than which no other is better, if there are any.
fn best_of(
    mut next: impl FnMut() -> Result<Option<Ref>>,
    op: CompareOp,
    key: Option<&Object>,
) -> Result<Option<Ref>> {
    let mut found: Option<(Ref, Ref)> = None;
    while let Some(item) = next()? {
        let measure = match key {
            Some(key) => key.call1(&item)?,
            None => item.clone(),
        };
        let is_better = match &found {
            Some((_, best)) => measure.compare_bool(best, op)?,
            None => true,
        };
        if is_better {
            found = Some((item, measure));
        }
    }
    Ok(found.map(|(item, _)| item))
}

/// What `iter(callable, sentinel)` iterates over.
fn callable_iterator(callable: &Object, sentinel: &Object) -> Result<Ref> {
    if !callable.is_callable() {
        bail!(TypeError, "iter(v, w): v must be callable");
    }
    Ok(objects::iterators::callable_iterator(callable, sentinel))
}

#[functions(ITERATION)]
pub mod functions {
    use super::*;

    /// Tell whether no item of the iterable is false; so True if there are no items.
    ///
    /// The first false item ends the search.
    #[function("(iterable, /)")]
    fn all(iterable: &Object) -> Result<bool> {
        let items = iterable.iter()?;
        while let Some(item) = items.next()? {
            if !item.is_true()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tell whether an item of the iterable is true; so False if there are no items.
    ///
    /// The first true item ends the search.
    #[function("(iterable, /)")]
    fn any(iterable: &Object) -> Result<bool> {
        let items = iterable.iter()?;
        while let Some(item) = items.next()? {
            if item.is_true()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// iter(iterable) -> iterator
    /// iter(callable, sentinel) -> iterator
    ///
    /// Make an iterator. A single argument is asked for one through __iter__(), or is
    /// indexed from 0 on if it is a sequence without that method. With a sentinel the
    /// iterator calls the first argument for each item, until a call gives the sentinel.
    #[function("(iterable, sentinel=None, /)", no_text_signature)]
    fn iter(iterable: &Object, sentinel: Option<&Object>) -> Result<Ref> {
        match sentinel {
            None => iterable.iter(),
            Some(sentinel) => callable_iterator(iterable, sentinel),
        }
    }

    /// Give how many items the container says it has, as an integer.
    #[function("(obj, /)")]
    fn len(object: &Object) -> Result<isize> {
        object.length()
    }

    /// max(iterable, *[, default=obj, key=func]) -> value
    /// max(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// Find the greatest item of an iterable, or the greatest of several arguments; of
    /// equals it is the first. The key function, if any, computes what is compared.
    /// For an iterable without items the default is the result, or ValueError if none is given.
    #[function("(first, /, *rest, key=None, default=None)", no_text_signature)]
    fn max(first: &Object, rest: &[&Object], key: Option<&Object>, default: Option<&Object>) -> Result<Ref> {
        best("max", CompareOp::Gt, first, rest, key, default)
    }

    /// min(iterable, *[, default=obj, key=func]) -> value
    /// min(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// Find the least item of an iterable, or the least of several arguments; of equals
    /// it is the first. The key function, if any, computes what is compared.
    /// For an iterable without items the default is the result, or ValueError if none is given.
    #[function("(first, /, *rest, key=None, default=None)", no_text_signature)]
    fn min(first: &Object, rest: &[&Object], key: Option<&Object>, default: Option<&Object>) -> Result<Ref> {
        best("min", CompareOp::Lt, first, rest, key, default)
    }

    /// next(iterator[, default])
    ///
    /// Advance the iterator by one item, and give the item. At the end it is the
    /// default that comes, or StopIteration that is raised where there is no default.
    #[function("(iterator, default=None, /)", no_text_signature)]
    fn next(iterator: &Object, default: Option<&Object>) -> Result<Ref> {
        let Some(function) = iterator.class().tp_iternext.get() else {
            bail!(TypeError, "'{}' object is not an iterator", iterator.class().name());
        };
        if let Some(value) = function(iterator) {
            return Ok(value);
        }
        if raise::occurred() {
            let raised = raise::already_set();
            return match default {
                Some(default) if raised.matches(&exceptions::StopIteration) => {
                    raised.clear();
                    Ok(default.to_ref())
                }
                _ => Err(raised),
            };
        }
        match default {
            Some(default) => Ok(default.to_ref()),
            None => Err(raise!(StopIteration)),
        }
    }

    /// Put the items of an iterable in order, smallest first, into a list of their own.
    ///
    /// Items are compared by what key(item) gives, if there is a key function. A true
    /// reverse puts the largest first. Equal items keep their order either way.
    #[function("(iterable, /, **kwargs)", text_signature = "(iterable, /, *, key=None, reverse=False)")]
    fn sorted(iterable: &Object, kwargs: Keywords) -> Result<Ref<List>> {
        let list = iterable.collect_list()?;
        let keywords = kwargs.to_dict()?;
        let sort = list.get_attr(intern!("sort"))?;
        sort.call_dict(&*Tuple::new([])?, Some(&keywords))?;
        Ok(list)
    }

    /// Add the items of an iterable to start, from left to right.
    ///
    /// Without any items the result is start itself. Meant for numbers: str, bytes
    /// and bytearray as a start raise TypeError, since their join() is the way to go.
    #[function("(iterable, /, start=0)")]
    fn sum(iterable: &Object, start: Option<&Object>) -> Result<Ref> {
        let items = iterable.iter()?;
        let mut total = match start {
            None => Int::new(0).into_object(),
            Some(start) => {
                let (kind, hint) = if start.downcast::<Str>().is_some() {
                    ("strings", "''.join(seq)")
                } else if start.downcast::<Bytes>().is_some() {
                    ("bytes", "b''.join(seq)")
                } else if start.downcast::<objects::bytearray::ByteArray>().is_some() {
                    ("bytearray", "b''.join(seq)")
                } else {
                    ("", "")
                };
                if !kind.is_empty() {
                    bail!(TypeError, "sum() can't sum {kind} [use {hint} instead]");
                }
                start.to_ref()
            }
        };
        while let Some(item) = items.next()? {
            total = add(&total, &item)?;
        }
        Ok(total)
    }

    /// Ints and floats are added without a look at their classes' slots.
    fn add(total: &Object, item: &Object) -> Result<Ref> {
        if let (Some(one), Some(other)) = (total.downcast_exact::<Int>(), item.downcast_exact::<Int>())
            && let (Some(one), Some(other)) = (one.to_medium(), other.to_medium())
        {
            return Ok(Int::new(one + other).into_object());
        }
        if let (Some(one), Some(other)) = (total.downcast_exact::<Float>(), item.downcast_exact::<Float>()) {
            return Ok(Float::new(one.value() + other.value()).into_object());
        }
        total.add(item)
    }
}
