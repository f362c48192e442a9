//! `list.sort`: what is compared, and how.

use super::*;
use crate::float::Float;

mod merge;

/// What stands for an item while it is sorted: its key, and where it was.
#[derive(Clone, Copy)]
struct Keyed<K> {
    key: K,
    index: usize,
}

/// What all the keys are, so that most comparisons need not go through the general protocol. The types
/// are exact, so none of the specialised comparisons can run Python code.
enum Keys {
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Strings,
    /// Tuples that are not empty; the first items are ints, floats or strings.
    Tuples(Box<Keys>),
    Any,
}

impl Keys {
    fn classify(keys: &[&Object]) -> Keys {
        let Some(first) = keys.first() else { return Keys::Any };
        if first.downcast_exact::<Str>().is_some() {
            let all = keys.iter().all(|key| key.downcast_exact::<Str>().is_some());
            return if all { Keys::Strings } else { Keys::Any };
        }
        if first.downcast_exact::<Int>().is_some() {
            let all = keys.iter().map(|key| key.downcast_exact::<Int>()?.to_i64()).collect();
            return Option::map_or(all, Keys::Any, Keys::Ints);
        }
        if first.downcast_exact::<Float>().is_some() {
            let all = keys.iter().map(|key| key.downcast_exact::<Float>().map(Float::value)).collect();
            return Option::map_or(all, Keys::Any, Keys::Floats);
        }
        if first.downcast_exact::<Tuple>().is_some() {
            let firsts: Option<Vec<&Object>> =
                keys.iter().map(|key| Some(&**key.downcast_exact::<Tuple>()?.items().first()?)).collect();
            return match firsts.map(|firsts| Keys::classify(&firsts)) {
                Some(firsts @ (Keys::Ints(_) | Keys::Floats(_) | Keys::Strings)) => {
                    Keys::Tuples(Box::new(firsts))
                }
                _ => Keys::Any,
            };
        }
        Keys::Any
    }
}

fn keyed<K>(keys: impl Iterator<Item = K>) -> Vec<Keyed<K>> {
    keys.enumerate().map(|(index, key)| Keyed { key, index }).collect()
}

fn order<K: Copy>(mut items: Vec<Keyed<K>>, less: impl Fn(K, K) -> Result<bool>) -> (Vec<usize>, Result<()>) {
    let outcome = merge::sort(&mut items, &mut |a, b| less(a.key, b.key));
    (items.into_iter().map(|item| item.index).collect(), outcome)
}

/// Where two tuples' first items do not decide, the tuples are compared in full.
fn order_tuples<K: Copy + PartialOrd>(
    firsts: impl Iterator<Item = K>,
    tuples: &[&Object],
) -> (Vec<usize>, Result<()>) {
    let items = keyed(firsts.zip(tuples.iter().copied()));
    order(items, |a, b| {
        if a.0 < b.0 {
            return Ok(true);
        }
        if a.0 > b.0 {
            return Ok(false);
        }
        is_less(a.1, b.1)
    })
}

fn is_less(a: &Object, b: &Object) -> Result<bool> {
    a.compare_bool(b, CompareOp::Lt)
}

/// A string's order as Rust's: for the first items of tuples.
#[derive(Clone, Copy)]
struct Text<'a>(&'a Str);

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0)
    }
}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.0.order(other.0))
    }
}

fn texts<'a>(keys: impl Iterator<Item = &'a Object>) -> impl Iterator<Item = Text<'a>> {
    keys.filter_map(|key| key.downcast::<Str>()).map(Text)
}

/// The places of the keys in ascending order, equal ones in the order they came in. Where comparing
/// raises, in the order that was reached.
fn sorted_places(keys: &[&Object]) -> (Vec<usize>, Result<()>) {
    match Keys::classify(keys) {
        Keys::Ints(values) => order(keyed(values.into_iter()), |a, b| Ok(a < b)),
        Keys::Floats(values) => order(keyed(values.into_iter()), |a, b| Ok(a < b)),
        Keys::Strings => order(keyed(texts(keys.iter().copied())), |a, b| Ok(a < b)),
        Keys::Tuples(firsts) => match *firsts {
            Keys::Ints(values) => order_tuples(values.into_iter(), keys),
            Keys::Floats(values) => order_tuples(values.into_iter(), keys),
            _ => {
                let firsts = keys.iter().filter_map(|key| Some(&**key.downcast::<Tuple>()?.items().first()?));
                order_tuples(texts(firsts), keys)
            }
        },
        Keys::Any => order(keyed(keys.iter().copied()), is_less),
    }
}

/// Sorts items by their keys, or by themselves where there are none; in any case all of them are there
/// afterwards.
fn sort_items(items: &mut Vec<Ref>, key: Option<&Object>, reverse: bool) -> Result<()> {
    let keys = match key {
        None => None,
        Some(key) => Some(items.iter().map(|item| key.call1(item)).collect::<Result<Vec<Ref>>>()?),
    };
    let mut keys: Vec<&Object> = Ref::slice(keys.as_deref().unwrap_or(items)).to_vec();
    // Descending order is the mirror image, in which equal items too would be the other way round.
    if reverse {
        keys.reverse();
    }
    let (mut places, outcome) = sorted_places(&keys);
    if reverse {
        places.reverse();
        let last = places.len().wrapping_sub(1);
        places.iter_mut().for_each(|place| *place = last - *place);
    }
    let mut taken: Vec<Option<Ref>> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| taken[place].take()));
    outcome
}

impl List {
    /// Sorts the list in place by its items' own order.
    pub fn sort(&self) -> Result<()> {
        self.sort_by(None, false)
    }

    /// Sorts the list in place. While that goes on, the list appears empty.
    pub fn sort_by(&self, key: Option<&Object>, reverse: bool) -> Result<()> {
        let (mut items, block) = self.begin_sorting();
        let outcome = sort_items(&mut items, key, reverse);
        let changed = self.end_sorting(items, block);
        match outcome {
            Ok(()) if changed => Err(raise!(ValueError, "list modified during sort")),
            outcome => outcome,
        }
    }
}

#[methods(SORTING)]
impl List {
    /// Put the items in order, smallest first, within the list itself; the result is None.
    ///
    /// They are compared by what key(item) gives, which is called once per item, if there
    /// is a key function. A true reverse puts the largest first. Items that compare equal
    /// keep their order either way: the sort is stable.
    ///
    /// If a comparison raises, the items may be left partly in order.
    #[method("(*, key=None, reverse=False)", name = "sort")]
    fn sort_with(&self, key: NoneOr<&Object>, reverse: Option<i32>) -> Result<()> {
        self.sort_by(key.0, reverse.unwrap_or(0) != 0)
    }
}
