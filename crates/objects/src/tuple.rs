//! `tuple`: an immutable sequence with its items inline.

use std::ffi::c_int;
use std::ops::ControlFlow;
use std::ptr;

use crate::arguments::PlainIndex;
use crate::memory::gc::GcHead;
use crate::memory::{FreeList, Trace, Visitor};
use crate::prelude::*;
use crate::protocol::{ReprGuard, repr_items};
use crate::sequences::{self, Position};
use crate::slice::Slice;

/// `PyTupleObject`: `ob_size` owned references follow the header.
#[repr(C)]
pub struct Tuple {
    base: VarObject,
    items: [Field; 0],
}

struct EmptyTuple(Field<Tuple>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for EmptyTuple {}

/// The one tuple without items.
static EMPTY: EmptyTuple = EmptyTuple(Field::null());

/// Tuples of up to this many items are made in the blocks of dead ones.
const SHORT: usize = 6;

/// Blocks of tuples with one item, with two, and so on.
static FREE: [FreeList<200>; SHORT] = {
    let mut lists = [const { FreeList::of(0) }; SHORT];
    let mut index = 0;
    while index < SHORT {
        lists[index] = FreeList::of(block_size(index + 1));
        index += 1;
    }
    lists
};

/// The bytes of a tuple's block, the collector's head in front of it included.
const fn block_size(length: usize) -> usize {
    size_of::<GcHead>() + size_of::<VarObject>() + length * size_of::<Field>()
}

/// The free lists: of which length, how many, and the size of each.
pub fn free_lists() -> impl Iterator<Item = (usize, usize, usize)> {
    FREE.iter().zip(1..).map(|(list, length)| (length, list.kept(), block_size(length)))
}

// Storage.
impl Tuple {
    /// The items.
    #[inline(always)]
    pub fn items(&self) -> &[Ref] {
        // SAFETY: `size` initialised, non-null references follow the header, and a tuple never changes.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr().cast(), self.size() as usize) }
    }

    /// The items' places, null in a tuple that C code is filling.
    #[inline(always)]
    fn fields(&self) -> &[Field] {
        // SAFETY: `size` words follow the header, each a reference or null.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr(), self.size() as usize) }
    }

    /// The items, borrowed: what calls take.
    #[inline(always)]
    pub fn as_slice(&self) -> &[&Object] {
        Ref::slice(self.items())
    }

    /// The number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.size() as usize
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// The tuple without items, of which there is one.
    pub fn empty() -> Ref<Tuple> {
        if let Some(empty) = EMPTY.0.get() {
            return empty;
        }
        let empty = memory::assured(|| memory::allocate_var::<Tuple>(&TUPLE, 0));
        EMPTY.0.set(Some(empty.clone()));
        empty
    }

    /// A tuple of these items.
    #[inline]
    pub fn new(items: impl IntoIterator<Item = Ref, IntoIter: ExactSizeIterator>) -> Result<Ref<Tuple>> {
        let items = items.into_iter();
        match items.len() {
            0 => Ok(Tuple::empty()),
            _ => Tuple::new_in(&TUPLE, items),
        }
    }

    /// A tuple of the class, which is `tuple` or a subclass.
    pub fn new_in(class: &Type, items: impl ExactSizeIterator<Item = Ref>) -> Result<Ref<Tuple>> {
        let count = items.len();
        let tuple = match ptr::eq(class, &TUPLE) {
            true => Tuple::allocate(count)?,
            false => memory::allocate_var::<Tuple>(class, count as isize)?,
        };
        let start: *mut Ref = tuple.items.as_ptr().cast_mut().cast();
        let mut filled = 0;
        for item in items.take(count) {
            // SAFETY: room for `count` items was allocated.
            unsafe { start.add(filled).write(item) };
            filled += 1;
        }
        assert_eq!(filled, count, "an iterator told a wrong length");
        gc::track(&tuple);
        Ok(tuple)
    }

    /// A tuple of this many nulls, which C code fills at once. Not the empty tuple.
    pub fn unfilled(length: usize) -> Result<Ref<Tuple>> {
        let tuple = Tuple::allocate(length)?;
        gc::track(&tuple);
        Ok(tuple)
    }

    /// The same for items that refer to nothing, so that the collector need not know the tuple.
    pub fn unfilled_of_atoms(length: usize) -> Result<Ref<Tuple>> {
        Tuple::allocate(length)
    }

    /// A tuple of this many nulls that the collector does not know yet.
    #[inline]
    fn allocate(length: usize) -> Result<Ref<Tuple>> {
        let Some(list) = FREE.get(length.wrapping_sub(1)) else {
            return memory::allocate_var::<Tuple>(&TUPLE, length as isize);
        };
        let object = gc::allocate_from(list, block_size(length) - size_of::<GcHead>())?;
        // SAFETY: a block with room for this many items behind the header.
        unsafe {
            object.cast::<u8>().write_bytes(0, size_of::<VarObject>() + length * size_of::<Field>());
            (*object).set_class(&TUPLE);
            (*object).set_refcnt(1);
            (*object.cast::<VarObject>()).set_size(length as isize);
            Ok(Ref::from_raw(object.cast()))
        }
    }

    /// The place of an item, for C code that fills a new tuple; nothing behind the end.
    pub fn field(&self, index: usize) -> Option<&Field> {
        self.fields().get(index)
    }

    /// Puts the items of a slice of the tuple's length in the place of the tuple's, and the tuple's in the slice.
    ///
    /// # Safety
    /// Nobody but the caller knows the tuple, it is filled, and nothing is borrowed from it.
    #[inline(always)]
    pub(crate) unsafe fn exchange_items(&self, items: &mut [Ref]) {
        for (field, item) in self.fields().iter().zip(items) {
            // SAFETY: a field that is not null is a reference, and the caller promises that it is not borrowed.
            unsafe { ptr::swap(ptr::from_ref(field).cast_mut().cast::<Ref>(), item) };
        }
    }

    /// Whether no item can be part of a cycle, now or later: then the tuple cannot either.
    pub(crate) fn is_untrackable(&self) -> bool {
        self.fields().iter().all(|field| {
            // SAFETY: the borrow ends here, and nothing runs meanwhile. A null says that the tuple is not filled yet.
            unsafe { field.peek() }.is_some_and(|item| !gc::may_be_tracked(item))
        })
    }
}

impl Trace for Tuple {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.fields().iter().try_for_each(|field| field.trace(visitor))
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        let fields = ptr::slice_from_raw_parts_mut(self.items.as_mut_ptr(), self.size() as usize);
        // SAFETY: `size` words follow the header, each a reference or null, and nobody sees them any more.
        unsafe { ptr::drop_in_place(fields) };
    }
}

impl Tuple {
    fn item(&self, index: usize) -> Option<Ref> {
        self.items().get(index).cloned()
    }

    /// The items of a range, which is cut to the tuple's.
    pub fn slice(&self, start: usize, stop: usize) -> Result<Ref<Tuple>> {
        let stop = stop.min(self.len());
        let start = start.min(stop);
        if start == 0 && stop == self.len() && self.class().is(&TUPLE) {
            return Ok(self.to_ref());
        }
        Tuple::new(self.items()[start..stop].iter().cloned())
    }

    /// The hash of a sequence of hashes (a variant of xxHash).
    fn combine_hashes(items: &[Ref]) -> Result<isize> {
        const PRIME_1: u64 = 11400714785074694791;
        const PRIME_2: u64 = 14029467366897019727;
        const PRIME_5: u64 = 2870177450012600261;
        let mut combined = PRIME_5;
        for item in items {
            let lane = item.hash()? as u64;
            combined =
                combined.wrapping_add(lane.wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1);
        }
        combined = combined.wrapping_add(items.len() as u64 ^ (PRIME_5 ^ 3527539));
        Ok(match combined as isize {
            -1 => 1546275796,
            hash => hash,
        })
    }
}

/// Built-in immutable sequence.
///
/// Without an argument, the empty tuple. With an iterable, a tuple of its items,
/// which is the argument itself where that is a tuple.
#[class(
    name = "tuple",
    symbol = "PyTuple_Type",
    layout = VarObject,
    itemsize = 8,
    flags = BASETYPE | TUPLE_SUBCLASS,
    signature = "(iterable=(), /)",
    generic_getattro
)]
impl Tuple {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference is gone; an exact tuple lives in a block of its size.
        unsafe {
            gc::untrack(&*object);
            let length = (*object.cast::<VarObject>()).size() as usize;
            ptr::drop_in_place(object.cast::<Tuple>());
            match FREE.get(length.wrapping_sub(1)) {
                Some(list) if ptr::eq((*object).class(), &TUPLE) => gc::free_to(list, object),
                _ => memory::free(object),
            }
        }
    }

    #[slot(tp_new, "(iterable=(), /)")]
    fn make(class: &Type, iterable: Option<&Object>) -> Result<Ref<Tuple>> {
        let items = match iterable {
            None => Tuple::empty(),
            Some(iterable) => iterable.collect_tuple()?,
        };
        match class.is(&TUPLE) {
            true => Ok(items),
            false => Tuple::new_in(class, items.items().iter().cloned()),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if self.is_empty() {
            return Ok(Str::new("()"));
        }
        let Some(_guard) = ReprGuard::enter(self) else { return Ok(Str::new("(...)")) };
        let close = if self.len() == 1 { ",)" } else { ")" };
        repr_items("(", close, |index| self.item(index))?.finish()
    }

    #[slot(tp_hash)]
    fn hash_items(&self) -> Result<isize> {
        Tuple::combine_hashes(self.items())
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast::<Tuple>() else { return Ok(not_implemented()) };
        sequences::compare_items(|i| self.item(i), |i| other.item(i), op, || (self.len(), other.len()))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<TupleIterator> {
        Ref::new(TupleIterator {
            base: Object::header(),
            index: Default::default(),
            tuple: Field::new(Some(self.to_ref())),
        })
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn concatenate(&self, other: &Object) -> Result<Ref> {
        if self.is_empty() && other.downcast_exact::<Tuple>().is_some() {
            return Ok(other.to_ref());
        }
        let Some(other) = other.downcast::<Tuple>() else {
            bail!(TypeError, "can only concatenate tuple (not \"{}\") to tuple", other.class().name());
        };
        if other.is_empty() && self.class().is(&TUPLE) {
            return Ok(self.as_object().to_ref());
        }
        let items = [self.items(), other.items()].concat();
        Tuple::new(items).map(Ref::into_object)
    }

    #[slot(sq_repeat)]
    fn repeat(&self, times: isize) -> Result<Ref<Tuple>> {
        if (self.is_empty() || times == 1) && self.class().is(&TUPLE) {
            return Ok(self.to_ref());
        }
        Tuple::new(sequences::repeat(self.items(), times)?)
    }

    #[slot(sq_item)]
    fn get_index(&self, index: isize) -> Result<Ref> {
        match usize::try_from(index).ok().and_then(|index| self.item(index)) {
            Some(item) => Ok(item),
            None => Err(raise!(IndexError, "tuple index out of range")),
        }
    }

    #[slot(sq_contains)]
    fn contains(&self, value: &Object) -> Result<bool> {
        Ok(sequences::find(|i| self.item(i), value, 0, usize::MAX)?.is_some())
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.get_index(if index < 0 { index + self.size() } else { index });
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "tuple indices must be integers or slices, not {}", key.class().name());
        };
        let selected = slice.select(|| self.len())?;
        if selected.length == 0 {
            return Ok(Tuple::empty().into_object());
        }
        if selected.start == 0
            && selected.step == 1
            && selected.length == self.len()
            && self.class().is(&TUPLE)
        {
            return Ok(self.as_object().to_ref());
        }
        let items = self.items();
        Tuple::new(selected.iter().map(|index| items[index].clone())).map(Ref::into_object)
    }

    #[method(name = "__getnewargs__")]
    fn new_arguments(&self) -> Result<Ref<Tuple>> {
        Tuple::new([Tuple::new(self.items().iter().cloned())?.into_object()])
    }

    /// Give the position of the first item that equals value, between start and stop.
    ///
    /// ValueError if none does.
    #[method("(value, start=0, stop=sys.maxsize, /)")]
    fn index(&self, value: &Object, start: Option<Position>, stop: Option<Position>) -> Result<usize> {
        let start = start.unwrap_or(Position(0)).from_start(self.len());
        let stop = stop.unwrap_or(Position(isize::MAX)).from_start(self.len());
        match sequences::find(|i| self.item(i), value, start, stop)? {
            Some(index) => Ok(index),
            None => Err(raise!(ValueError, "tuple.index(x): x not in tuple")),
        }
    }

    /// Count the items that equal value.
    #[method("(value, /)")]
    fn count(&self, value: &Object) -> Result<usize> {
        sequences::count(|i| self.item(i), value)
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }
}

/// The iterator of a tuple; null once it is at the end.
#[repr(C)]
#[derive(Trace)]
pub struct TupleIterator {
    base: Object,
    index: std::cell::Cell<usize>,
    tuple: Field<Tuple>,
}

#[class(name = "tuple_iterator", symbol = "PyTupleIter_Type", generic_getattro)]
impl TupleIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &TupleIterator {
        self
    }

    #[slot(tp_iternext)]
    #[inline(always)]
    fn next_item(&self) -> Option<Ref> {
        let index = self.index.get();
        // SAFETY: the borrow ends before anything runs.
        let tuple = unsafe { self.tuple.peek() }?;
        if let Some(item) = tuple.items().get(index) {
            self.index.set(index + 1);
            return Some(item.clone());
        }
        self.tuple.set(None);
        None
    }

    /// Private method returning an estimate of len(list(it)).
    #[method(name = "__length_hint__", no_text_signature)]
    fn length_hint(&self) -> usize {
        self.tuple.get().map_or(0, |tuple| tuple.len().saturating_sub(self.index.get()))
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        crate::iterators::reduce(self.tuple.get().map(Ref::into_object), self.index.get())
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, PlainIndex(state): PlainIndex) {
        if let Some(tuple) = self.tuple.get() {
            self.index.set((state.max(0) as usize).min(tuple.len()));
        }
    }
}
