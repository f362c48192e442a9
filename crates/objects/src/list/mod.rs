//! `list`: a mutable sequence.

mod iterator;
mod sort;
mod storage;

use std::cell::Cell;
use std::ptr;

use crate::prelude::*;
use crate::protocol::{ReprGuard, repr_items};
use crate::sequences::{self, Position};
use crate::slice::{Indices, Slice};

pub use iterator::{LIST_ITERATOR, LIST_REVERSE_ITERATOR, ListIterator};

/// `PyListObject`: `ob_size` owned references at `items`, room for `allocated`.
///
/// A place may be null only while C code fills a list that it has just made.
#[repr(C)]
pub struct List {
    base: VarObject,
    items: Cell<*mut Field>,
    /// -1 while the list is being sorted and its items are elsewhere.
    allocated: Cell<isize>,
}

impl List {
    /// Appends the items of an iterable: `list.extend`.
    pub fn extend(&self, iterable: &Object) -> Result<()> {
        if let Some(tuple) = iterable.downcast_exact::<Tuple>() {
            return self.extend_from_vec(tuple.items().to_vec());
        }
        if let Some(list) = iterable.downcast_exact::<List>() {
            return self.extend_from_vec(list.to_vec());
        }
        if ptr::eq(iterable, self.as_object()) {
            // Of a subclass: what is appended is not to be gone through in turn.
            return self.extend_from_vec(iterable.collect_vec()?);
        }
        let iterator = iterable.iter()?;
        let hint = iterable.length_hint(8)?;
        self.make_room(hint)?;
        while let Some(item) = iterator.next()? {
            self.push(item)?;
        }
        self.give_back_room()
    }

    /// Deletes the selected items, the step being what it may.
    fn delete_selected(&self, selected: Indices) -> Result<()> {
        if selected.length == 0 {
            return Ok(());
        }
        if selected.step == 1 {
            let start = selected.start as usize;
            drop(self.splice(start..start + selected.length, Vec::new())?);
            return Ok(());
        }
        let mut doomed = vec![false; self.len()];
        selected.iter().for_each(|index| doomed[index] = true);
        let (removed, kept): (Vec<_>, Vec<_>) =
            self.to_vec().into_iter().zip(doomed).partition(|(_, doomed)| *doomed);
        let old = self.splice(0..self.len(), kept.into_iter().map(|(item, _)| item).collect())?;
        drop(old);
        drop(removed);
        Ok(())
    }

    /// The items to assign to a slice: of the list itself, as they stand, even where a subclass iterates otherwise.
    fn items_to_assign(&self, values: &Object) -> Result<Vec<Ref>> {
        match ptr::eq(values, self.as_object()) {
            true => Ok(self.to_vec()),
            false => values.collect_vec(),
        }
    }

    /// `self[slice] = items`, which are a list of their own already.
    fn assign_selected(&self, slice: &Slice, values: &Object) -> Result<()> {
        let (start, stop, step) = slice.unpack()?;
        if step == 1 {
            let items = match self.items_to_assign(values) {
                Ok(items) => items,
                Err(raised) if raised.matches(&exceptions::TypeError) && values.iter_is_missing() => {
                    raised.clear();
                    bail!(TypeError, "can only assign an iterable");
                }
                Err(raised) => return Err(raised),
            };
            let selected = Indices::adjusted(start, stop, step, self.len());
            let start = selected.start as usize;
            drop(self.splice(start..start + selected.length, items)?);
            return Ok(());
        }
        if values.iter_is_missing() {
            bail!(TypeError, "must assign iterable to extended slice");
        }
        let items = self.items_to_assign(values)?;
        let selected = Indices::adjusted(start, stop, step, self.len());
        if items.len() != selected.length {
            bail!(
                ValueError,
                "attempt to assign sequence of size {} to extended slice of size {}",
                items.len(),
                selected.length
            );
        }
        let mut replaced = Vec::with_capacity(items.len());
        for (index, item) in selected.iter().zip(items) {
            replaced.extend(self.replace(index, item));
        }
        drop(replaced);
        Ok(())
    }
}

impl Object {
    /// Whether `iter()` cannot even begin with the object.
    fn iter_is_missing(&self) -> bool {
        self.class().tp_iter.get().is_none() && !self.is_sequence()
    }
}

/// Built-in mutable sequence.
///
/// Without an argument, a new empty list; else a new list of the iterable's items.
#[class(
    name = "list",
    symbol = "PyList_Type",
    layout = VarObject,
    flags = BASETYPE | LIST_SUBCLASS,
    signature = "(iterable=(), /)",
    include = [sort::SORTING],
    generic_getattro
)]
impl List {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<List>> {
        Ref::new_in(class, List::empty_value())
    }

    #[slot(tp_init, "(iterable=(), /)")]
    fn init(&self, iterable: Option<&Object>) -> Result<()> {
        self.clear();
        let Some(iterable) = iterable else { return Ok(()) };
        // A new list takes exactly the room that the iterable says it needs.
        if iterable.has_length() {
            match iterable.length() {
                Ok(length) => self.reserve_exact(length as usize)?,
                Err(raised) if raised.matches(&exceptions::TypeError) => raised.clear(),
                Err(raised) => return Err(raised),
            }
        }
        self.extend(iterable)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.is_empty() {
            return Ok(Str::new("[]"));
        }
        let Some(_guard) = ReprGuard::enter(self) else { return Ok(Str::new("[...]")) };
        repr_items("[", "]", |index| self.get(index))?.finish()
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast::<List>() else { return Ok(not_implemented()) };
        sequences::compare_items(|i| self.get(i), |i| other.get(i), op, || (self.len(), other.len()))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<ListIterator> {
        ListIterator::over(self)
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn concatenate(&self, other: &Object) -> Result<Ref<List>> {
        let Some(other) = other.downcast::<List>() else {
            bail!(TypeError, "can only concatenate list (not \"{}\") to list", other.class().name());
        };
        let mut items = self.to_vec();
        items.extend(other.to_vec());
        Ok(List::from_vec(items))
    }

    #[slot(sq_inplace_concat)]
    fn extend_in_place(&self, other: &Object) -> Result<&List> {
        self.extend(other)?;
        Ok(self)
    }

    #[slot(sq_repeat)]
    fn repeat(&self, times: isize) -> Result<Ref<List>> {
        Ok(List::from_vec(sequences::repeat(&self.to_vec(), times)?))
    }

    #[slot(sq_inplace_repeat)]
    fn repeat_in_place(&self, times: isize) -> Result<&List> {
        match times {
            1 => {}
            ..1 => self.clear(),
            _ => self.extend_from_vec(sequences::repeat(&self.to_vec(), times - 1)?)?,
        }
        Ok(self)
    }

    #[slot(sq_item)]
    fn get_index(&self, index: isize) -> Result<Ref> {
        match usize::try_from(index).ok().and_then(|index| self.get(index)) {
            Some(item) => Ok(item),
            None => Err(raise!(IndexError, "list index out of range")),
        }
    }

    #[slot(sq_ass_item)]
    fn set_index(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(index) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            bail!(IndexError, "list assignment index out of range");
        };
        match value {
            Some(value) => drop(self.replace(index, value.to_ref())),
            None => drop(self.remove(index)?),
        }
        Ok(())
    }

    #[slot(sq_contains)]
    fn contains(&self, value: &Object) -> Result<bool> {
        Ok(sequences::find(|i| self.get(i), value, 0, usize::MAX)?.is_some())
    }

    /// x.__getitem__(y) <==> x[y]
    #[method("(key, /)", name = "__getitem__", coexist, no_text_signature)]
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.get_index(if index < 0 { index + self.size() } else { index });
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "list indices must be integers or slices, not {}", key.class().name());
        };
        let selected = slice.select(|| self.len())?;
        if selected.step == 1 {
            let start = selected.start as usize;
            return Ok(self.copy_range(start..start + selected.length)?.into_object());
        }
        Ok(List::from_vec(selected.iter().filter_map(|index| self.get(index)).collect()).into_object())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.set_index(if index < 0 { index + self.size() } else { index }, value);
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "list indices must be integers or slices, not {}", key.class().name());
        };
        match value {
            Some(value) => self.assign_selected(slice, value),
            None => self.delete_selected(slice.select(|| self.len())?),
        }
    }

    /// Return a reverse iterator over the list.
    #[method(name = "__reversed__")]
    fn reversed(&self) -> Ref {
        iterator::ListReverseIterator::over(self).into_object()
    }

    /// Return the size of the list in memory, in bytes.
    #[method(name = "__sizeof__")]
    fn size_of(&self) -> isize {
        self.class().tp_basicsize.get() + (self.allocated() * size_of::<Field>()) as isize
    }

    /// Leave the list empty.
    #[method(name = "clear")]
    fn clear_items(&self) {
        self.clear();
    }

    /// Make a second list of the same items, which themselves are not copied.
    #[method]
    pub fn copy(&self) -> Result<Ref<List>> {
        self.copy_range(0..self.len())
    }

    /// Append object to the end of the list.
    #[method("(object, /)")]
    fn append(&self, object: &Object) -> Result<()> {
        self.push(object.to_ref())
    }

    /// Insert object before index.
    #[method("(index, object, /)", name = "insert")]
    fn insert_at(&self, index: isize, object: &Object) -> Result<()> {
        let index = if index < 0 { (index + self.size()).max(0) } else { index };
        self.insert(index as usize, object.to_ref())
    }

    /// Put each item of the iterable behind the last, in the order in which they come.
    #[method("(iterable, /)", name = "extend")]
    fn extend_with(&self, iterable: &Object) -> Result<()> {
        self.extend(iterable)
    }

    /// Take one item out, the last unless an index is given, and give it.
    ///
    /// IndexError if there is no item at this index.
    #[method("(index=-1, /)")]
    fn pop(&self, index: isize) -> Result<Ref> {
        if self.is_empty() {
            bail!(IndexError, "pop from empty list");
        }
        let Some(index) = sequences::from_start(index, self.len()) else {
            bail!(IndexError, "pop index out of range");
        };
        self.remove(index)?.ok_or_else(|| raise!(IndexError, "pop index out of range"))
    }

    /// Take out the first item that equals value.
    ///
    /// ValueError if none does.
    #[method("(value, /)", name = "remove")]
    fn remove_value(&self, value: &Object) -> Result<()> {
        match sequences::find(|i| self.get(i), value, 0, usize::MAX)? {
            Some(index) => {
                drop(self.splice(index..index + 1, Vec::new())?);
                Ok(())
            }
            None => Err(raise!(ValueError, "list.remove(x): x not in list")),
        }
    }

    /// Give the position of the first item that equals value, between start and stop.
    ///
    /// ValueError if none does.
    #[method("(value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Object, start: Option<Position>, stop: Option<Position>) -> Result<usize> {
        let start = start.unwrap_or(Position(0)).from_start(self.len());
        let stop = stop.unwrap_or(Position(isize::MAX)).from_start(self.len());
        match sequences::find(|i| self.get(i), value, start, stop)? {
            Some(index) => Ok(index),
            None => Err(raise!(ValueError, "{} is not in list", value.repr()?)),
        }
    }

    /// Count the items that equal value.
    #[method("(value, /)")]
    fn count(&self, value: &Object) -> Result<usize> {
        sequences::count(|i| self.get(i), value)
    }

    /// Reverse *IN PLACE*.
    #[method(name = "reverse")]
    fn reverse_items(&self) {
        self.reverse();
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}
