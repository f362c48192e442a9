//! `deque`: a sequence with two open ends.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem::offset_of;

use objects::prelude::*;
use objects::protocol::ReprGuard;
use objects::sequences::{self, Position};

use super::deque_iterator::{DequeIterator, DequeReverseIterator};

/// `dequeobject`, in size. No borrow of the items lives while anything runs, a drop included.
#[repr(C)]
#[derive(Trace)]
pub struct Deque {
    base: Object,
    items: RefCell<VecDeque<Ref>>,
    /// Changes with each item that comes or goes: iterators look at it.
    state: Cell<usize>,
    /// -1 for none.
    most: Cell<isize>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

/// What CPython's storage has for each block of items.
const BLOCK_ITEMS: usize = 64;
const BLOCK_BYTES: usize = (BLOCK_ITEMS + 2) * size_of::<usize>();

impl Deque {
    fn new_in(class: &Type) -> Result<Ref<Deque>> {
        Ref::new_in(
            class,
            Deque {
                base: Object::header(),
                items: RefCell::default(),
                state: Cell::new(0),
                most: Cell::new(-1),
                weak_references: Cell::new(std::ptr::null_mut()),
            },
        )
    }

    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// A number that changes when items come or go.
    pub fn state(&self) -> usize {
        self.state.get()
    }

    fn touch(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }

    pub fn get(&self, index: usize) -> Option<Ref> {
        self.items.borrow().get(index).cloned()
    }

    fn to_vec(&self) -> Vec<Ref> {
        self.items.borrow().iter().cloned().collect()
    }

    fn bound(&self) -> usize {
        usize::try_from(self.most.get()).unwrap_or(usize::MAX)
    }

    fn push_back(&self, item: Ref) {
        self.touch();
        self.items.borrow_mut().push_back(item);
        if self.len() > self.bound() {
            self.touch();
            let gone = self.items.borrow_mut().pop_front();
            drop(gone);
        }
    }

    fn push_front(&self, item: Ref) {
        self.touch();
        self.items.borrow_mut().push_front(item);
        if self.len() > self.bound() {
            self.touch();
            let gone = self.items.borrow_mut().pop_back();
            drop(gone);
        }
    }

    fn extend_with(&self, iterable: &Object, push: fn(&Deque, Ref)) -> Result<()> {
        if iterable.is(self) {
            self.to_vec().into_iter().for_each(|item| push(self, item));
            return Ok(());
        }
        iterable.for_each(|item| {
            push(self, item);
            Ok(())
        })
    }

    fn remove_at(&self, index: usize) -> Option<Ref> {
        let removed = self.items.borrow_mut().remove(index);
        self.touch();
        removed
    }

    /// A deque without items, of the same class and bound.
    fn empty_like(&self) -> Result<Ref> {
        if self.class().is(&DEQUE) {
            let deque = Deque::new_in(&DEQUE)?;
            deque.most.set(self.most.get());
            return Ok(deque.into_object());
        }
        let class = self.class().as_object();
        match self.most.get() {
            -1 => class.call0(),
            most => class.call(&[&Tuple::empty(), &Int::from_isize(most)]),
        }
    }

    fn duplicate(&self) -> Result<Ref<Deque>> {
        let copy = self.empty_like()?.into_type::<Deque>().map_err(|other| {
            raise!(TypeError, "{}() must return a deque, not {}", self.class().name(), other.class().name())
        })?;
        copy.extend_with(self, Deque::push_back)?;
        Ok(copy)
    }

    /// The first index in the range at which an item equals the value; raises where comparing changed the deque.
    fn find(&self, value: &Object, start: usize, stop: usize) -> Result<Option<usize>> {
        let state = self.state();
        let mut index = start;
        while index < stop
            && let Some(item) = self.get(index)
        {
            let equal = item.equals(value)?;
            if self.state() != state {
                bail!(RuntimeError, "deque mutated during iteration");
            }
            if equal {
                return Ok(Some(index));
            }
            index += 1;
        }
        Ok(None)
    }

    fn replace_content(&self, items: VecDeque<Ref>) {
        self.touch();
        let old = self.items.replace(items);
        drop(old);
    }

    fn repeated(&self, times: isize) -> Result<VecDeque<Ref>> {
        let items = self.to_vec();
        let bound = self.bound();
        // Of a bounded deque only the end is kept, so no more than that is made.
        let enough = match (items.len(), bound) {
            (0, _) | (_, usize::MAX) => times,
            (length, bound) => times.min((bound / length) as isize + 2),
        };
        let mut all = VecDeque::from(sequences::repeat(&items, enough)?);
        let excess = all.len().saturating_sub(bound);
        drop(all.drain(..excess));
        Ok(all)
    }
}

fn at_place(index: isize, length: usize) -> Result<usize> {
    match usize::try_from(index).ok().filter(|&index| index < length) {
        Some(index) => Ok(index),
        None => Err(raise!(IndexError, "deque index out of range")),
    }
}

/// deque([iterable[, maxlen]]) --> deque object
///
/// A double-ended queue: a sequence that grows and shrinks at either end in constant time.
#[class(
    name = "deque",
    module = "collections",
    flags = BASETYPE,
    weaklist_offset = offset_of!(Deque, weak_references),
    generic_getattro
)]
impl Deque {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Deque>> {
        Deque::new_in(class)
    }

    #[slot(tp_init, "(iterable=(), maxlen=None)")]
    fn init(&self, iterable: Option<&Object>, maxlen: NoneOr<&Object>) -> Result<()> {
        let most = match maxlen.0 {
            None => -1,
            Some(most) if most.downcast::<Int>().is_none() => bail!(TypeError, "an integer is required"),
            Some(most) => match most.as_isize()? {
                ..0 => bail!(ValueError, "maxlen must be non-negative"),
                most => most,
            },
        };
        self.most.set(most);
        self.replace_content(VecDeque::new());
        iterable.map_or(Ok(()), |iterable| self.extend_with(iterable, Deque::push_back))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(_guard) = ReprGuard::enter(self) else { return Ok(Str::new("[...]")) };
        let items = List::from_vec(self.to_vec()).repr()?;
        let name = self.class().name();
        let name = name.rsplit('.').next().unwrap_or(name);
        match self.most.get() {
            -1 => objects::format_str!("{name}({items})"),
            most => objects::format_str!("{name}({items}, maxlen={most})"),
        }
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast::<Deque>() else { return Ok(not_implemented()) };
        let states = (self.state(), other.state());
        let answer =
            sequences::compare_items(|i| self.get(i), |i| other.get(i), op, || (self.len(), other.len()))?;
        if states != (self.state(), other.state()) {
            bail!(RuntimeError, "deque mutated during iteration");
        }
        Ok(answer)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<DequeIterator> {
        DequeIterator::over(self)
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.len()
    }

    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        self.len() > 0
    }

    #[slot(sq_concat)]
    fn concatenate(&self, other: &Object) -> Result<Ref<Deque>> {
        let Some(addend) = other.downcast::<Deque>() else {
            bail!(TypeError, "can only concatenate deque (not \"{}\") to deque", other.class().name());
        };
        let sum = self.duplicate()?;
        sum.extend_with(addend, Deque::push_back)?;
        Ok(sum)
    }

    #[slot(sq_inplace_concat)]
    fn extend_in_place(&self, other: &Object) -> Result<&Deque> {
        self.extend_with(other, Deque::push_back)?;
        Ok(self)
    }

    #[slot(sq_repeat)]
    fn repeat(&self, times: isize) -> Result<Ref<Deque>> {
        let product = self.duplicate()?;
        let items = product.repeated(times)?;
        product.replace_content(items);
        Ok(product)
    }

    #[slot(sq_inplace_repeat)]
    fn repeat_in_place(&self, times: isize) -> Result<&Deque> {
        if times != 1 {
            let items = self.repeated(times)?;
            self.replace_content(items);
        }
        Ok(self)
    }

    #[slot(sq_item)]
    fn item(&self, index: isize) -> Result<Ref> {
        let index = at_place(index, self.len())?;
        self.get(index).ok_or_else(|| raise!(IndexError, "deque index out of range"))
    }

    #[slot(sq_ass_item)]
    fn set_item_at(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let index = at_place(index, self.len())?;
        let old = match value {
            Some(value) => {
                self.items.borrow_mut().get_mut(index).map(|place| std::mem::replace(place, value.to_ref()))
            }
            None => self.remove_at(index),
        };
        drop(old);
        Ok(())
    }

    #[slot(sq_contains)]
    fn has(&self, value: &Object) -> Result<bool> {
        Ok(self.find(value, 0, usize::MAX)?.is_some())
    }

    /// Put one element behind the last one.
    #[method("(element, /)", no_text_signature)]
    fn append(&self, element: &Object) {
        self.push_back(element.to_ref());
    }

    /// Put one element before the first one.
    #[method("(element, /)", no_text_signature)]
    fn appendleft(&self, element: &Object) {
        self.push_front(element.to_ref());
    }

    /// Empty the deque.
    #[method(name = "clear", no_text_signature)]
    fn clear_items(&self) {
        self.replace_content(VecDeque::new());
    }

    /// A new deque with the same elements and the same maxlen; the elements themselves are shared.
    #[method(name = "__copy__", no_text_signature)]
    fn copy_for_module(&self) -> Result<Ref<Deque>> {
        self.duplicate()
    }

    /// A new deque with the same elements and the same maxlen; the elements themselves are shared.
    #[method(no_text_signature)]
    fn copy(&self) -> Result<Ref<Deque>> {
        self.duplicate()
    }

    /// D.count(value) -> integer -- return number of occurrences of value
    #[method("(value, /)", no_text_signature)]
    fn count(&self, value: &Object) -> Result<usize> {
        let mut found = 0;
        let mut start = 0;
        while let Some(index) = self.find(value, start, usize::MAX)? {
            found += 1;
            start = index + 1;
        }
        Ok(found)
    }

    /// Append each element that the iterable gives, in turn, at the right end.
    #[method("(iterable, /)", no_text_signature)]
    fn extend(&self, iterable: &Object) -> Result<()> {
        self.extend_with(iterable, Deque::push_back)
    }

    /// Append each element that the iterable gives, in turn, at the left end: they end up in reverse order.
    #[method("(iterable, /)", no_text_signature)]
    fn extendleft(&self, iterable: &Object) -> Result<()> {
        self.extend_with(iterable, Deque::push_front)
    }

    /// D.index(value, [start, [stop]]) -> integer
    /// Where value first occurs between start and stop; a ValueError where it does not.
    #[method("(value, start=0, stop=sys.maxsize, /)", no_text_signature)]
    fn index(&self, value: &Object, start: Option<Position>, stop: Option<Position>) -> Result<usize> {
        let start = start.unwrap_or(Position(0)).from_start(self.len());
        let stop = stop.unwrap_or(Position(isize::MAX)).from_start(self.len());
        match self.find(value, start, stop)? {
            Some(index) => Ok(index),
            None => Err(raise!(ValueError, "{} is not in deque", value.repr()?)),
        }
    }

    /// D.insert(index, object) -- insert object before index
    #[method("(index, object, /)", no_text_signature)]
    fn insert(&self, index: isize, object: &Object) -> Result<()> {
        let length = self.len();
        if length >= self.bound() {
            bail!(IndexError, "deque already at its maximum size");
        }
        let index = if index < 0 { (index + length as isize).max(0) } else { index };
        self.items.borrow_mut().insert((index as usize).min(length), object.to_ref());
        self.touch();
        Ok(())
    }

    /// Take the last element off the right end; an IndexError when there is none.
    #[method(no_text_signature)]
    fn pop(&self) -> Result<Ref> {
        let item = self.items.borrow_mut().pop_back();
        self.touch();
        item.ok_or_else(|| raise!(IndexError, "pop from an empty deque"))
    }

    /// Take the first element off the left end; an IndexError when there is none.
    #[method(no_text_signature)]
    fn popleft(&self) -> Result<Ref> {
        let item = self.items.borrow_mut().pop_front();
        self.touch();
        item.ok_or_else(|| raise!(IndexError, "pop from an empty deque"))
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let arguments = match self.most.get() {
            -1 => Tuple::empty(),
            most => Tuple::new([Tuple::empty().into_object(), Int::from_isize(most).into_object()])?,
        };
        let state = self.get_attr_opt(intern!("__dict__"))?.unwrap_or_else(none);
        let items = self.as_object().iter()?;
        Tuple::new([self.class().to_ref().into_object(), arguments.into_object(), state, items])
    }

    /// D.remove(value) -- remove first occurrence of value.
    #[method("(value, /)", no_text_signature)]
    fn remove(&self, value: &Object) -> Result<()> {
        let length = self.len();
        let mut index = 0;
        while let Some(item) = self.get(index) {
            let equal = item.equals(value)?;
            if self.len() != length {
                bail!(IndexError, "deque mutated during remove().");
            }
            if equal {
                drop(self.remove_at(index));
                return Ok(());
            }
            index += 1;
        }
        Err(raise!(ValueError, "deque.remove(x): x not in deque"))
    }

    /// D.__reversed__() -- return a reverse iterator over the deque
    #[method(name = "__reversed__", no_text_signature)]
    fn reversed(&self) -> Ref<DequeReverseIterator> {
        DequeReverseIterator::over(self)
    }

    /// D.reverse() -- reverse *IN PLACE*
    #[method(no_text_signature)]
    fn reverse(&self) {
        self.items.borrow_mut().make_contiguous().reverse();
    }

    /// Move n elements (by default one) from the right end to the left; a negative n moves them the other way.
    #[method("(n=1, /)", no_text_signature)]
    fn rotate(&self, n: isize) {
        let length = self.len() as isize;
        if length > 1 {
            self.items.borrow_mut().rotate_right(n.rem_euclid(length) as usize);
            self.touch();
        }
    }

    /// D.__sizeof__() -- size of D in memory, in bytes
    #[method(name = "__sizeof__", no_text_signature)]
    fn memory_size(&self) -> usize {
        self.class().tp_basicsize.get() as usize + (self.len() / BLOCK_ITEMS + 1) * BLOCK_BYTES
    }

    /// How many elements the deque may hold before it drops some at the far end; None where there is no limit.
    #[getter]
    fn maxlen(&self) -> Option<isize> {
        Some(self.most.get()).filter(|&most| most >= 0)
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }
}
