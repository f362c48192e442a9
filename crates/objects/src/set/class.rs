//! The type `set`, and what it has in common with `frozenset`.

use super::*;
use crate::protocol::ReprGuard;
use crate::str::StrBuilder;

/// Both operands of an operator as sets.
fn operands<'a>(left: &'a Object, right: &Object) -> Option<&'a Set> {
    Set::any(right)?;
    Set::any(left)
}

#[methods(COMMON)]
impl Set {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().name();
        if self.is_empty() {
            return crate::format_str!("{name}()");
        }
        let Some(_guard) = ReprGuard::enter(self) else { return crate::format_str!("{name}(...)") };
        let mut items = StrBuilder::new();
        for element in self.to_vec() {
            if !items.is_empty() {
                items.push_str(", ");
            }
            items.push_string(&*element.repr()?);
        }
        let items = items.finish()?;
        match self.class().is(&SET) {
            true => crate::format_str!("{{{items}}}"),
            false => crate::format_str!("{name}({{{items}}})"),
        }
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = Set::any(other) else { return Ok(not_implemented()) };
        let answer = match op {
            CompareOp::Eq => Set::equals(self, other)?,
            CompareOp::Ne => !Set::equals(self, other)?,
            CompareOp::Le => self.is_subset(other)?,
            CompareOp::Ge => other.is_subset(self)?,
            CompareOp::Lt => self.len() < other.len() && self.is_subset(other)?,
            CompareOp::Gt => self.len() > other.len() && other.is_subset(self)?,
        };
        Ok(bool_object(answer))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref {
        iterator::over(self)
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.len()
    }

    /// x.__contains__(y) <==> y in x.
    #[method("(key, /)", name = "__contains__", coexist, no_text_signature)]
    #[slot(sq_contains)]
    fn has(&self, key: &Object) -> Result<bool> {
        self.contains_or_frozen(key)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        let Some(set) = operands(left, right) else { return Ok(not_implemented()) };
        let union = set.copy()?;
        union.update(right)?;
        Ok(union.into_object())
    }

    #[slot(nb_and)]
    fn and(left: &Object, right: &Object) -> Result<Ref> {
        match operands(left, right) {
            Some(set) => set.intersection(right).map(Ref::into_object),
            None => Ok(not_implemented()),
        }
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        match operands(left, right) {
            Some(set) => set.difference(right).map(Ref::into_object),
            None => Ok(not_implemented()),
        }
    }

    #[slot(nb_xor)]
    fn xor(left: &Object, right: &Object) -> Result<Ref> {
        match operands(left, right) {
            Some(set) => set.symmetric_difference(right).map(Ref::into_object),
            None => Ok(not_implemented()),
        }
    }

    /// Make a set of all the elements that occur here or in any of the iterables.
    #[method("(*others)", name = "union", no_text_signature, takes_tuple)]
    fn union_of(&self, others: &[&Object]) -> Result<Ref<Set>> {
        let union = self.copy()?;
        for other in others {
            if !self.is(other) {
                union.update(other)?;
            }
        }
        Ok(union)
    }

    /// Make a set of those elements that occur in each of the iterables too.
    #[method("(*others)", name = "intersection", no_text_signature, takes_tuple)]
    fn intersection_of(&self, others: &[&Object]) -> Result<Ref<Set>> {
        match others {
            [] => self.copy(),
            [first, rest @ ..] => {
                rest.iter().try_fold(self.intersection(first)?, |common, other| common.intersection(other))
            }
        }
    }

    /// Make a set of those elements that occur in none of the iterables.
    #[method("(*others)", name = "difference", no_text_signature, takes_tuple)]
    fn difference_of(&self, others: &[&Object]) -> Result<Ref<Set>> {
        let [first, rest @ ..] = others else { return self.copy() };
        let result = self.difference(first)?;
        for other in rest {
            result.difference_update(other)?;
        }
        Ok(result)
    }

    /// Make a set of what occurs either here or in the iterable, but not in both.
    #[method("(other, /)", name = "symmetric_difference", no_text_signature)]
    fn symmetric_difference_of(&self, other: &Object) -> Result<Ref<Set>> {
        self.symmetric_difference(other)
    }

    /// Tell whether no element of this set occurs in the iterable.
    #[method("(other, /)", name = "isdisjoint", no_text_signature)]
    fn is_disjoint_from(&self, other: &Object) -> Result<bool> {
        self.is_disjoint(other)
    }

    /// Tell whether every element of this set occurs in the iterable.
    #[method("(other, /)", name = "issubset", no_text_signature)]
    fn is_subset_of(&self, other: &Object) -> Result<bool> {
        match Set::any(other) {
            Some(other) => self.is_subset(other),
            None => self.is_subset(&*Set::from_iterable(other)?),
        }
    }

    /// Tell whether every item of the iterable is an element of this set.
    #[method("(other, /)", name = "issuperset", no_text_signature)]
    fn is_superset_of(&self, other: &Object) -> Result<bool> {
        match Set::any(other) {
            Some(other) => other.is_subset(self),
            None => Set::from_iterable(other)?.is_subset(self),
        }
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let elements = Tuple::new([List::from_vec(self.to_vec()).into_object()])?.into_object();
        let state = self.get_attr_opt(intern!("__dict__"))?.unwrap_or_else(none);
        Tuple::new([self.class().to_ref().into_object(), elements, state])
    }

    /// S.__sizeof__() -> size of S in memory, in bytes
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.table_bytes()
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}

/// set() -> new empty set object
/// set(iterable) -> new set object
///
/// A collection in which nothing occurs twice, and which keeps no order. Elements must
/// have a hash; whether one is there is found out in constant time.
#[class(
    name = "set",
    symbol = "PySet_Type",
    flags = BASETYPE,
    weaklist_offset = std::mem::offset_of!(Set, weak_references),
    generic_getattro,
    include = [COMMON]
)]
impl Set {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Set>> {
        Set::new_in(class)
    }

    #[slot(tp_init, "(iterable=(), /)")]
    fn init(&self, iterable: Option<&Object>) -> Result<()> {
        self.clear();
        iterable.map_or(Ok(()), |iterable| self.update(iterable))
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(&self, other: &Object) -> Result<Ref> {
        self.in_place(other, Set::update)
    }

    #[slot(nb_inplace_and)]
    fn inplace_and(&self, other: &Object) -> Result<Ref> {
        self.in_place(other, Set::intersection_update)
    }

    #[slot(nb_inplace_subtract)]
    fn inplace_subtract(&self, other: &Object) -> Result<Ref> {
        self.in_place(other, Set::difference_update)
    }

    #[slot(nb_inplace_xor)]
    fn inplace_xor(&self, other: &Object) -> Result<Ref> {
        self.in_place(other, Set::symmetric_difference_update)
    }

    /// Put an element in, unless an equal one is there already.
    #[method("(element, /)", name = "add", no_text_signature)]
    fn add_element(&self, element: &Object) -> Result<()> {
        self.add(element).map(drop)
    }

    /// Leave the set without any elements.
    #[method(name = "clear", no_text_signature)]
    fn clear_elements(&self) {
        self.clear();
    }

    /// Make a second set of the same elements, which themselves are not copied.
    #[method(name = "copy", no_text_signature)]
    fn copy_set(&self) -> Result<Ref<Set>> {
        self.copy()
    }

    /// Take an element out if it is there; that it is not is no error, unlike with remove().
    #[method("(element, /)", name = "discard", no_text_signature)]
    fn discard_element(&self, element: &Object) -> Result<()> {
        self.discard_or_frozen(element).map(drop)
    }

    /// Take an element out. KeyError if it is not there; discard() is the lenient form.
    #[method("(element, /)", name = "remove", no_text_signature)]
    fn remove(&self, element: &Object) -> Result<()> {
        match self.discard_or_frozen(element)? {
            true => Ok(()),
            false => Err(raise::set_key_error(element)),
        }
    }

    /// Take out whichever element is at hand, and give it.
    /// KeyError if there are none left.
    #[method(name = "pop", no_text_signature)]
    fn pop_element(&self) -> Result<Ref> {
        self.pop().ok_or_else(|| raise!(KeyError, "pop from an empty set"))
    }

    /// Put in everything that the iterables hold.
    #[method("(*others)", name = "update", no_text_signature, takes_tuple)]
    fn update_all(&self, others: &[&Object]) -> Result<()> {
        others.iter().try_for_each(|other| self.update(other))
    }

    /// Keep only those elements that occur in each of the iterables too.
    #[method("(*others)", name = "intersection_update", no_text_signature, takes_tuple)]
    fn intersection_update_all(&self, others: &[&Object]) -> Result<()> {
        self.swap_content(&*self.intersection_of(others)?);
        Ok(())
    }

    /// Take out everything that the iterables hold.
    #[method("(*others)", name = "difference_update", no_text_signature, takes_tuple)]
    fn difference_update_all(&self, others: &[&Object]) -> Result<()> {
        others.iter().try_for_each(|other| self.difference_update(other))
    }

    /// Put in what only the iterable holds, and take out what both hold.
    #[method("(other, /)", name = "symmetric_difference_update", no_text_signature)]
    fn symmetric_difference_update_with(&self, other: &Object) -> Result<()> {
        self.symmetric_difference_update(other)
    }
}

impl Set {
    fn in_place(&self, other: &Object, operation: fn(&Set, &Object) -> Result<()>) -> Result<Ref> {
        if Set::any(other).is_none() {
            return Ok(not_implemented());
        }
        operation(self, other)?;
        Ok(self.as_object().to_ref())
    }
}
