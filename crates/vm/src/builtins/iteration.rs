//! Functions over iterables.

use objects::arguments::Keywords;
use objects::prelude::*;

/// `min` and `max`: the best of the items by a comparison.
fn best(
    name: &str,
    op: CompareOp,
    given: &[&Object],
    key: Option<&Object>,
    default: Option<&Object>,
) -> Result<Ref> {
    if given.is_empty() {
        bail!(TypeError, "{name} expected at least 1 argument, got 0");
    }
    let key = key.filter(|key| !key.is_none());
    if given.len() > 1 && default.is_some() {
        bail!(TypeError, "Cannot specify a default for {name}() with multiple positional arguments");
    }
    let items = match given {
        [iterable] => iterable.iter()?,
        several => Tuple::new(several.iter().map(|item| item.to_ref()))?.as_object().iter()?,
    };
    let mut found: Option<(Ref, Ref)> = None;
    while let Some(item) = items.next()? {
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
    match (found, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(default)) => Ok(default.to_ref()),
        (None, None) => Err(raise!(ValueError, "{name}() arg is an empty sequence")),
    }
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

    /// Return True if bool(x) is True for all values x in the iterable.
    ///
    /// If the iterable is empty, return True.
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

    /// Return True if bool(x) is True for any x in the iterable.
    ///
    /// If the iterable is empty, return False.
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
    /// Get an iterator from an object.  In the first form, the argument must
    /// supply its own iterator, or be a sequence.
    /// In the second form, the callable is called until it returns the sentinel.
    #[function("(iterable, sentinel=None, /)", no_text_signature)]
    fn iter(iterable: &Object, sentinel: Option<&Object>) -> Result<Ref> {
        match sentinel {
            None => iterable.iter(),
            Some(sentinel) => callable_iterator(iterable, sentinel),
        }
    }

    /// Return the number of items in a container.
    #[function("(obj, /)")]
    fn len(object: &Object) -> Result<isize> {
        object.length()
    }

    /// max(iterable, *[, default=obj, key=func]) -> value
    /// max(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// With a single iterable argument, return its biggest item. The
    /// default keyword-only argument specifies an object to return if
    /// the provided iterable is empty.
    /// With two or more arguments, return the largest argument.
    #[function("(*args, key=None, default=None)", no_text_signature)]
    fn max(args: &[&Object], key: Option<&Object>, default: Option<&Object>) -> Result<Ref> {
        best("max", CompareOp::Gt, args, key, default)
    }

    /// min(iterable, *[, default=obj, key=func]) -> value
    /// min(arg1, arg2, *args, *[, key=func]) -> value
    ///
    /// With a single iterable argument, return its smallest item. The
    /// default keyword-only argument specifies an object to return if
    /// the provided iterable is empty.
    /// With two or more arguments, return the smallest argument.
    #[function("(*args, key=None, default=None)", no_text_signature)]
    fn min(args: &[&Object], key: Option<&Object>, default: Option<&Object>) -> Result<Ref> {
        best("min", CompareOp::Lt, args, key, default)
    }

    /// next(iterator[, default])
    ///
    /// Return the next item from the iterator. If default is given and the iterator
    /// is exhausted, it is returned instead of raising StopIteration.
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

    /// Return a new list containing all items from the iterable in ascending order.
    ///
    /// A custom key function can be supplied to customize the sort order, and the
    /// reverse flag can be set to request the result in descending order.
    #[function("(iterable, /, **kwargs)", text_signature = "(iterable, /, *, key=None, reverse=False)")]
    fn sorted(iterable: &Object, kwargs: Keywords) -> Result<Ref<List>> {
        let list = iterable.collect_list()?;
        let keywords = kwargs.to_dict()?;
        let sort = list.get_attr(intern!("sort"))?;
        sort.call_dict(&*Tuple::new([])?, Some(&keywords))?;
        Ok(list)
    }

    /// Return the sum of a 'start' value (default: 0) plus an iterable of numbers
    ///
    /// When the iterable is empty, return the start value.
    /// This function is intended specifically for use with numeric values and may
    /// reject non-numeric types.
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
