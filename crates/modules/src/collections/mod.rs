//! `_collections`: the container types of `collections` that are native.

mod default_dict;
mod deque;
mod deque_iterator;
mod order;
mod ordered_dict;
mod ordered_views;
mod tuple_getter;

pub use _collections::{DEFINITION, initialize};

/// The containers that the collections module shows, and its counting loop.
///
/// A deque takes and gives elements at both ends, a defaultdict makes the values of missing keys,
/// and an OrderedDict can put its keys in another order.
#[module(
    name = "_collections",
    classes = [
        super::deque::DEQUE,
        super::default_dict::DEFAULT_DICT,
        super::ordered_dict::ORDERED_DICT,
        super::deque_iterator::DEQUE_ITERATOR,
        super::deque_iterator::DEQUE_REVERSE_ITERATOR,
        super::tuple_getter::TUPLE_GETTER,
        super::ordered_views::ORDERED_ITERATOR,
        super::ordered_views::ORDERED_KEYS,
        super::ordered_views::ORDERED_VALUES,
        super::ordered_views::ORDERED_ITEMS
    ]
)]
pub mod _collections {
    use objects::dict::DICT;
    use objects::prelude::*;

    /// Add one to mapping[element] for each element that the iterable gives; a count begins at 0.
    #[function("(mapping, iterable, /)", name = "_count_elements")]
    fn count_elements(mapping: &Object, iterable: &Object) -> Result<()> {
        let one = Int::one();
        let items = iterable.iter()?;
        if let Some(dict) = plain_counter(mapping)? {
            return items.for_each(|key| {
                let count = match dict.get(&key)? {
                    None => one.clone().into_object(),
                    Some(count) => count.add(&one)?,
                };
                dict.set(&key, &count)
            });
        }
        let get = mapping.get_attr(intern!("get"))?;
        let zero = Int::zero();
        items.for_each(|key| {
            let count = get.call(&[&key, &zero])?.add(&one)?;
            mapping.set_item(&key, &count)
        })
    }

    /// The mapping as a dictionary, unless it reads or writes entries in a way of its own.
    fn plain_counter(mapping: &Object) -> Result<Option<&Dict>> {
        let Some(dict) = mapping.downcast::<Dict>() else { return Ok(None) };
        let class = mapping.class();
        let same = |name: &Str| match (class.lookup(name), DICT.lookup(name)) {
            (Some(ours), Some(theirs)) => ours.is(&theirs),
            _ => false,
        };
        Ok((same(intern!("get")) && same(intern!("__setitem__"))).then_some(dict))
    }
}
