//! A dictionary's views: `keys()`, `values()` and `items()` (PEP 3106).

use super::iterator::*;
use super::*;
use crate::protocol::ReprGuard;
use crate::set::Set;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Trace)]
            pub struct $name {
                base: Object,
                dict: Field<Dict>,
            }

            impl $name {
                pub fn of(dict: &Dict) -> Ref<$name> {
                    Ref::new($name::value_of(dict))
                }

                /// The value of a new view: what views of a subclass begin with.
                pub fn value_of(dict: &Dict) -> $name {
                    $name { base: Object::header(), dict: Field::new(Some(dict.to_ref())) }
                }

                /// The dictionary; a view of none, which only the collector leaves behind, is one of nothing.
                pub fn dict(&self) -> Ref<Dict> {
                    self.dict.get().unwrap_or_else(Dict::new)
                }
            }
        )*
    };
}

views! {
    /// `dict.keys()`.
    KeysView;
    /// `dict.items()`.
    ItemsView;
    /// `dict.values()`.
    ValuesView;
}

/// The dictionary of a view that is a set: of keys or items.
fn set_view_dict(object: &Object) -> Option<Ref<Dict>> {
    let keys = object.downcast::<KeysView>().map(KeysView::dict);
    keys.or_else(|| object.downcast::<ItemsView>().map(ItemsView::dict))
}

fn is_set_like(object: &Object) -> bool {
    Set::any(object).is_some() || set_view_dict(object).is_some()
}

fn repr(view: &Object) -> Result<Ref<Str>> {
    let Some(_guard) = ReprGuard::enter(view) else { return Ok(Str::new("...")) };
    let items = view.collect_list()?;
    crate::format_str!("{}({})", view.class().name(), items.repr()?)
}

fn all_contained(left: &Object, right: &Object) -> Result<bool> {
    let iterator = left.iter()?;
    while let Some(item) = iterator.next()? {
        if !right.contains(&item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(view: &Object, other: &Object, op: CompareOp) -> Result<Ref> {
    if !is_set_like(other) {
        return Ok(not_implemented());
    }
    let (ours, theirs) = (view.length()?, other.length()?);
    let answer = match op {
        CompareOp::Eq => ours == theirs && all_contained(view, other)?,
        CompareOp::Ne => !(ours == theirs && all_contained(view, other)?),
        CompareOp::Lt => ours < theirs && all_contained(view, other)?,
        CompareOp::Le => ours <= theirs && all_contained(view, other)?,
        CompareOp::Gt => ours > theirs && all_contained(other, view)?,
        CompareOp::Ge => ours >= theirs && all_contained(other, view)?,
    };
    Ok(bool_object(answer))
}

/// A set of the left operand's items, changed by a method with the right one.
fn combine(left: &Object, right: &Object, method: &Str) -> Result<Ref> {
    let result = Set::from_iterable(left)?;
    result.call_method(method, &[right])?;
    Ok(result.into_object())
}

fn intersect(left: &Object, right: &Object) -> Result<Ref> {
    let (mut view, mut other) = match set_view_dict(left).is_some() {
        true => (left, right),
        // The view is the right operand.
        false => (right, left),
    };
    let length = view.length()?;
    if let Some(set) = other.downcast_exact::<Set>()
        && length <= set.len() as isize
    {
        return set.call_method(intern!("intersection"), &[view]);
    }
    if set_view_dict(other).is_some() && other.length()? > length {
        (view, other) = (other, view);
    }
    let result = Set::new();
    other.for_each(|item| match view.contains(&item)? {
        true => result.add(&item).map(drop),
        false => Ok(()),
    })?;
    Ok(result.into_object())
}

fn is_disjoint(view: &Object, other: &Object) -> Result<bool> {
    if view.is(other) {
        return Ok(view.length()? == 0);
    }
    let (mut view, mut other) = (view, other);
    if is_set_like(other) && other.length()? > view.length()? {
        (view, other) = (other, view);
    }
    let iterator = other.iter()?;
    while let Some(item) = iterator.next()? {
        if view.contains(&item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What makes the views of keys and items sets.
#[methods(SET_OPERATIONS)]
impl KeysView {
    #[slot(tp_richcompare)]
    fn rich_compare(view: &Object, other: &Object, op: CompareOp) -> Result<Ref> {
        compare(view, other, op)
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        combine(left, right, intern!("difference_update"))
    }

    #[slot(nb_and)]
    fn and(left: &Object, right: &Object) -> Result<Ref> {
        intersect(left, right)
    }

    #[slot(nb_xor)]
    fn xor(left: &Object, right: &Object) -> Result<Ref> {
        combine(left, right, intern!("symmetric_difference_update"))
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        combine(left, right, intern!("update"))
    }
}

#[class(name = "dict_keys", symbol = "PyDictKeys_Type", generic_getattro, include = [SET_OPERATIONS])]
impl KeysView {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        repr(self)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<KeyIterator> {
        KeyIterator::over(&self.dict())
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.dict().len()
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        self.dict().contains(key)
    }

    /// Return True if the view and the given iterable have a null intersection.
    #[method("(other, /)", name = "isdisjoint", no_text_signature)]
    fn is_disjoint(&self, other: &Object) -> Result<bool> {
        is_disjoint(self, other)
    }

    /// Return a reverse iterator over the dict keys.
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Ref<ReverseKeyIterator> {
        ReverseKeyIterator::over(&self.dict())
    }
}

#[class(name = "dict_items", symbol = "PyDictItems_Type", generic_getattro, include = [SET_OPERATIONS])]
impl ItemsView {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        repr(self)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<ItemIterator> {
        ItemIterator::over(&self.dict())
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.dict().len()
    }

    #[slot(sq_contains)]
    fn contains(&self, item: &Object) -> Result<bool> {
        let Some([key, value]) = item.downcast::<Tuple>().map(Tuple::items) else { return Ok(false) };
        match self.dict().get(key)? {
            Some(found) => found.equals(value),
            None => Ok(false),
        }
    }

    /// Return True if the view and the given iterable have a null intersection.
    #[method("(other, /)", name = "isdisjoint", no_text_signature)]
    fn is_disjoint(&self, other: &Object) -> Result<bool> {
        is_disjoint(self, other)
    }

    /// Return a reverse iterator over the dict items.
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Ref<ReverseItemIterator> {
        ReverseItemIterator::over(&self.dict())
    }
}

#[class(name = "dict_values", symbol = "PyDictValues_Type", generic_getattro)]
impl ValuesView {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        repr(self)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<ValueIterator> {
        ValueIterator::over(&self.dict())
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.dict().len()
    }

    /// Return a reverse iterator over the dict values.
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Ref<ReverseValueIterator> {
        ReverseValueIterator::over(&self.dict())
    }
}
