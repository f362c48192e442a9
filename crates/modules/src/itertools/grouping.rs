//! `groupby`, and the iterator over one of its groups.

use std::cell::Cell;
use std::ptr;

use super::*;

/// `groupbyobject`.
#[repr(C)]
#[derive(Trace)]
pub struct GroupBy {
    base: Object,
    iterator: Field,
    function: Field,
    /// The key of the group that was given last.
    target_key: Field,
    current_key: Field,
    current_value: Field,
    /// The group that may still be iterated, borrowed; only ever compared.
    #[trace(skip)]
    current_group: Cell<*const Object>,
}

impl GroupBy {
    /// Takes the next item and its key; whether there is one.
    fn step(&self) -> Result<bool> {
        let Some(iterator) = self.iterator.get() else { return Ok(false) };
        let Some(value) = iterator.next()? else { return Ok(false) };
        let key = match self.function.get().filter(|function| !function.is_none()) {
            Some(function) => function.call1(&value)?,
            None => value.clone(),
        };
        self.current_value.set(Some(value));
        self.current_key.set(Some(key));
        Ok(true)
    }

    fn is_in_target_group(&self) -> Result<bool> {
        match (self.target_key.get(), self.current_key.get()) {
            (Some(target), Some(current)) => target.equals(&current),
            (_, current) => Ok(current.is_none()),
        }
    }
}

/// make an iterator that returns consecutive keys and groups from the iterable
///
///   iterable
///     Elements to divide into groups according to the key function.
///   key
///     A function for computing the group category for each element.
///     Without it, or if it is None, the element itself is the category.
#[class(
    name = "groupby",
    module = "itertools",
    flags = BASETYPE,
    signature = "(iterable, key=None)",
    generic_getattro
)]
impl GroupBy {
    #[slot(tp_new, "(iterable, key=None)")]
    fn make(class: &Type, iterable: &Object, key: Option<&Object>) -> Result<Ref<GroupBy>> {
        let iterator = iterable.iter()?;
        Ref::new_in(
            class,
            GroupBy {
                base: Object::header(),
                iterator: Field::new(Some(iterator)),
                function: Field::new(Some(key.map_or_else(none, Object::to_ref))),
                target_key: Field::null(),
                current_key: Field::null(),
                current_value: Field::null(),
                current_group: Cell::new(ptr::null()),
            },
        )
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &GroupBy {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref<Tuple>>> {
        self.current_group.set(ptr::null());
        while self.is_in_target_group()? {
            if !self.step()? {
                return Ok(None);
            }
        }
        let key = present(&self.current_key);
        self.target_key.set(Some(key.clone()));
        let group = Grouper::of(self, &key)?;
        Tuple::new([key, group.into_object()]).map(Some)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let arguments = pair(present(&self.iterator), present(&self.function))?;
        match (self.current_value.get(), self.target_key.get(), self.current_key.get()) {
            (Some(value), Some(target), Some(key)) => {
                let state = Tuple::new([value, target, key])?.into_object();
                Tuple::new([class_of(self), arguments, state])
            }
            _ => Tuple::new([class_of(self), arguments]),
        }
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let parts = state_tuple(state)?;
        let [value, target, key] = parts else { return Err(wrong_state(parts, 3, 3)) };
        self.current_value.set(Some(value.clone()));
        self.target_key.set(Some(target.clone()));
        self.current_key.set(Some(key.clone()));
        Ok(())
    }
}

/// `_grouperobject`: the items of one group, as long as the parent has not gone on.
#[repr(C)]
#[derive(Trace)]
pub struct Grouper {
    base: Object,
    parent: Field<GroupBy>,
    key: Field,
}

impl Grouper {
    fn of(parent: &GroupBy, key: &Object) -> Result<Ref<Grouper>> {
        let group = Ref::new(Grouper {
            base: Object::header(),
            parent: Field::new(Some(parent.to_ref())),
            key: Field::new(Some(key.to_ref())),
        });
        parent.current_group.set(group.as_object());
        Ok(group)
    }

    fn is_current(&self, parent: &GroupBy) -> bool {
        ptr::eq(parent.current_group.get(), self.as_object())
    }
}

#[class(name = "_grouper", module = "itertools", generic_getattro)]
impl Grouper {
    #[slot(tp_new, "(parent, tgtkey, /)")]
    fn make(_class: &Type, parent: &GroupBy, tgtkey: &Object) -> Result<Ref<Grouper>> {
        Grouper::of(parent, tgtkey)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Grouper {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(parent) = self.parent.get().filter(|parent| self.is_current(parent)) else {
            return Ok(None);
        };
        if parent.current_value.is_null() && !parent.step()? {
            return Ok(None);
        }
        if !present(&self.key).equals(&present(&parent.current_key))? {
            return Ok(None);
        }
        parent.current_key.set(None);
        Ok(parent.current_value.take())
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        match self.parent.get() {
            Some(parent) if self.is_current(&parent) => {
                pair(class_of(self), pair(parent.into_object(), present(&self.key))?)
            }
            _ => objects::iterators::reduce(None, 0),
        }
    }
}

impl Drop for Grouper {
    fn drop(&mut self) {
        // The next group may come to stand at the same address.
        if let Some(parent) = self.parent.get()
            && self.is_current(&parent)
        {
            parent.current_group.set(ptr::null());
        }
    }
}
