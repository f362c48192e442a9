//! A list's items: reading, replacing, growing, shrinking. Nothing here runs Python code but the
//! dropping of what the caller gets handed back.

use std::ffi::c_int;
use std::ops::{ControlFlow, Range};
use std::ptr;

use super::*;
use crate::memory::{Trace, Visitor, assured, raw_free, raw_reallocate};

impl List {
    /// The value that `tp_new` puts into an object: no items.
    pub(crate) fn empty_value() -> List {
        List { base: VarObject::header(0), items: Cell::new(ptr::null_mut()), allocated: Cell::new(0) }
    }

    /// An empty list.
    pub fn new() -> Ref<List> {
        Ref::new(List::empty_value())
    }

    /// An empty list with room for this many items.
    pub fn with_capacity(capacity: usize) -> Result<Ref<List>> {
        let list = List::new();
        list.reserve_exact(capacity)?;
        Ok(list)
    }

    /// A list of these items.
    pub fn from_vec(items: Vec<Ref>) -> Ref<List> {
        assured(|| {
            let list = List::with_capacity(items.len())?;
            list.extend_from_vec(items)?;
            Ok(list)
        })
    }

    /// A list of as many items as the iterator says that it has, or gives at the most. It runs no Python code.
    pub fn from_exact(items: impl ExactSizeIterator<Item = Ref>) -> Result<Ref<List>> {
        let length = items.len();
        let list = List::with_capacity(length)?;
        for (index, item) in items.take(length).enumerate() {
            // SAFETY: the block has room for `length` items; the place is null or uninitialised.
            unsafe { list.items.get().add(index).write(Field::new(Some(item))) };
            list.set_size(index as isize + 1);
        }
        Ok(list)
    }

    /// A new list of the items of a range, which is cut to the list's.
    pub fn copy_range(&self, range: Range<usize>) -> Result<Ref<List>> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let list = List::with_capacity(end - start)?;
        // Making the list may have collected, and finalisers may have changed this one.
        let end = end.min(self.len());
        let fields = &self.fields()[start.min(end)..end];
        for (index, field) in fields.iter().enumerate() {
            // SAFETY: the block has room for all of the range; the place is null or uninitialised.
            unsafe { list.items.get().add(index).write(Field::new(field.get())) };
        }
        list.set_size(fields.len() as isize);
        Ok(list)
    }

    /// A list of this many nulls, which C code fills at once.
    pub fn unfilled(length: usize) -> Result<Ref<List>> {
        let list = List::with_capacity(length)?;
        list.set_size(length as isize);
        Ok(list)
    }

    /// The number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.size() as usize
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items' places. The borrow is kept within this file: nothing runs while it lives.
    #[inline(always)]
    fn fields(&self) -> &[Field] {
        match self.items.get() {
            items if items.is_null() => &[],
            // SAFETY: `ob_size` initialised places.
            items => unsafe { std::slice::from_raw_parts(items, self.len()) },
        }
    }

    /// An item, or nothing behind the end.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<Ref> {
        self.fields().get(index)?.get()
    }

    /// Puts an item in the place of another, which is handed back; nothing happens behind the end.
    #[inline(always)]
    pub fn replace(&self, index: usize, item: Ref) -> Option<Ref> {
        self.fields().get(index)?.replace(Some(item))
    }

    /// Puts an item in the place of another, which is dropped at the end; false behind the end.
    #[inline(always)]
    pub fn set(&self, index: usize, item: Ref) -> bool {
        match self.fields().get(index) {
            Some(field) => {
                let old = field.replace(Some(item));
                drop(old);
                true
            }
            None => false,
        }
    }

    /// Exchanges two items; false where one of them is behind the end.
    #[inline(always)]
    pub fn swap(&self, first: usize, second: usize) -> bool {
        let fields = self.fields();
        match (fields.get(first), fields.get(second)) {
            (Some(first), Some(second)) => {
                first.swap(second);
                true
            }
            _ => false,
        }
    }

    /// The items, as they are now.
    pub fn to_vec(&self) -> Vec<Ref> {
        self.range_to_vec(0..self.len())
    }

    /// The items of a range, as they are now; the range is cut to the list's.
    pub fn range_to_vec(&self, range: Range<usize>) -> Vec<Ref> {
        let end = range.end.min(self.len());
        collect(&self.fields()[range.start.min(end)..end], Field::get)
    }

    /// Makes room for `length` items in all, and says that there are as many: the room behind the present
    /// end is null. A growing list is given more room than it asks for, so that appending is cheap.
    fn resize(&self, length: usize) -> Result<()> {
        let old = self.len();
        let allocated = self.allocated();
        if allocated < length || length < allocated >> 1 {
            let mut room = (length + (length >> 3) + 6) & !3;
            if length > old && length - old > room - length {
                room = (length + 3) & !3;
            }
            self.reallocate(if length == 0 { 0 } else { room })?;
        }
        self.set_size(length as isize);
        Ok(())
    }

    /// Moves the items into a block with this much room, at least for those there are (below the new end).
    fn reallocate(&self, room: usize) -> Result<()> {
        let Some(bytes) = room.checked_mul(size_of::<Field>()) else { bail!(MemoryError) };
        if room == 0 {
            // SAFETY: the list's own block.
            unsafe { raw_free(self.items.replace(ptr::null_mut()).cast()) };
            self.allocated.set(0);
            return Ok(());
        }
        // SAFETY: the list's own block, or null.
        let items = unsafe { raw_reallocate(self.items.get().cast(), bytes) }.cast::<Field>();
        if items.is_null() {
            bail!(MemoryError);
        }
        let old = self.allocated();
        if room > old {
            // SAFETY: the block's new part; a null word is a null field.
            unsafe { ptr::write_bytes(items.add(old), 0, room - old) };
        }
        self.items.set(items);
        self.allocated.set(room as isize);
        Ok(())
    }

    /// Makes room for exactly this many items, where there is less.
    pub fn reserve_exact(&self, room: usize) -> Result<()> {
        match room > self.allocated() {
            true => self.reallocate(room),
            false => Ok(()),
        }
    }

    /// Appends an item.
    #[inline]
    pub fn push(&self, item: Ref) -> Result<()> {
        let length = self.len();
        if self.allocated() > length {
            self.set_size(length as isize + 1);
        } else {
            self.resize(length + 1)?;
        }
        // SAFETY: the place was made just now, and is uninitialised or null.
        unsafe { self.items.get().add(length).write(Field::new(Some(item))) };
        Ok(())
    }

    /// Appends items.
    pub fn extend_from_vec(&self, items: Vec<Ref>) -> Result<()> {
        let length = self.len();
        if length + items.len() > self.allocated() || items.is_empty() {
            self.resize(length + items.len())?;
        } else {
            self.set_size((length + items.len()) as isize);
        }
        for (index, item) in items.into_iter().enumerate() {
            // SAFETY: the places were made just now, and are uninitialised or null.
            unsafe { self.items.get().add(length + index).write(Field::new(Some(item))) };
        }
        Ok(())
    }

    /// Takes the items of a range out and puts others in their place. The range is cut to the list's;
    /// what was there is handed back, to be dropped once nothing is half done.
    pub fn splice(&self, range: Range<usize>, items: Vec<Ref>) -> Result<Vec<Ref>> {
        let length = self.len();
        let end = range.end.min(length);
        let start = range.start.min(end);
        let tail = length - end;
        let new_length = start + items.len() + tail;
        let removed = collect(&self.fields()[start..end], Field::take);
        let count = items.len();
        if new_length > length {
            self.resize(new_length)?;
        }
        // SAFETY: all of it is inside the block, before it shrinks or after it has grown; what the moved
        // places leave behind is overwritten or beyond the end.
        unsafe {
            let block = self.items.get();
            ptr::copy(block.add(end), block.add(start + count), tail);
            for (index, item) in items.into_iter().enumerate() {
                block.add(start + index).write(Field::new(Some(item)));
            }
        }
        if new_length < length {
            self.resize(new_length)?;
        }
        Ok(removed)
    }

    /// Inserts an item before an index, at the end where that is behind it.
    pub fn insert(&self, index: usize, item: Ref) -> Result<()> {
        let length = self.len();
        let index = index.min(length);
        self.resize(length + 1)?;
        // SAFETY: there is room for one more item.
        unsafe {
            let place = self.items.get().add(index);
            ptr::copy(place, place.add(1), length - index);
            place.write(Field::new(Some(item)));
        }
        Ok(())
    }

    /// Takes an item out; nothing behind the end.
    pub fn remove(&self, index: usize) -> Result<Option<Ref>> {
        let length = self.len();
        let Some(item) = self.fields().get(index).and_then(Field::take) else { return Ok(None) };
        // SAFETY: the places behind it move over the one just emptied.
        unsafe {
            let place = self.items.get().add(index);
            ptr::copy(place.add(1), place, length - index - 1);
        }
        self.resize(length - 1)?;
        Ok(Some(item))
    }

    /// Takes the block with every item; the list keeps no room.
    fn take_block(&self) -> Block {
        let block = Block { items: self.items.replace(ptr::null_mut()), length: self.len() };
        self.set_size(0);
        self.allocated.set(0);
        block
    }

    /// Room for this many items behind the present ones, where there is less; as `list.extend` makes it
    /// before it knows how many there will be.
    pub(super) fn make_room(&self, more: usize) -> Result<()> {
        let length = self.len();
        // A hint beyond all reason is not one.
        let Some(wanted) = length.checked_add(more).filter(|&wanted| wanted <= isize::MAX as usize) else {
            return Ok(());
        };
        if wanted > self.allocated() {
            self.resize(wanted)?;
            self.set_size(length as isize);
        }
        Ok(())
    }

    /// Gives back the room that was made and is not needed.
    pub(super) fn give_back_room(&self) -> Result<()> {
        match self.len() < self.allocated() {
            true => self.resize(self.len()),
            false => Ok(()),
        }
    }

    /// Removes every item.
    pub fn clear(&self) {
        drop(self.take_block());
    }

    /// Turns a range of items round.
    pub fn reverse(&self) {
        let fields = self.fields();
        for index in 0..fields.len() / 2 {
            let mirrored = &fields[fields.len() - 1 - index];
            let item = fields[index].take();
            fields[index].set(mirrored.replace(item));
        }
    }

    /// The room that there is.
    pub fn allocated(&self) -> usize {
        self.allocated.get().max(0) as usize
    }

    /// Where C code finds the items.
    pub fn as_ptr(&self) -> *mut Field {
        self.items.get()
    }

    /// Takes the items out for sorting, and marks the list: a change of it meanwhile will show.
    pub(super) fn begin_sorting(&self) -> (Vec<Ref>, EmptyBlock) {
        let items = collect(self.fields(), Field::take);
        let block = EmptyBlock { items: self.items.replace(ptr::null_mut()), allocated: self.allocated() };
        self.set_size(0);
        self.allocated.set(-1);
        (items, block)
    }

    /// Puts the sorted items back; whether the list was changed meanwhile.
    pub(super) fn end_sorting(&self, items: Vec<Ref>, block: EmptyBlock) -> bool {
        let changed = self.allocated.get() != -1;
        let others = self.take_block();
        assert!(items.len() <= block.allocated);
        self.set_size(items.len() as isize);
        for (index, item) in items.into_iter().enumerate() {
            // SAFETY: the block has room for all; its places are null or uninitialised.
            unsafe { block.items.add(index).write(Field::new(Some(item))) };
        }
        self.items.set(block.items);
        self.allocated.set(block.allocated as isize);
        drop(others);
        changed
    }
}

/// The block of a list that is being sorted: the places of its items, all null.
#[must_use]
pub(super) struct EmptyBlock {
    items: *mut Field,
    allocated: usize,
}

impl Trace for List {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.fields().iter().try_for_each(|field| field.trace(visitor))
    }

    fn clear(&self) {
        List::clear(self);
    }
}

impl Drop for List {
    fn drop(&mut self) {
        drop(self.take_block());
    }
}

/// Items that are no list's any more. The last is dropped first.
struct Block {
    items: *mut Field,
    length: usize,
}

impl Drop for Block {
    fn drop(&mut self) {
        if self.items.is_null() {
            return;
        }
        // SAFETY: the block is this value's own, with `length` initialised places.
        unsafe {
            for index in (0..self.length).rev() {
                ptr::drop_in_place(self.items.add(index));
            }
            raw_free(self.items.cast());
        }
    }
}

/// What `take` gets out of each field, in room made once.
fn collect(fields: &[Field], take: impl Fn(&Field) -> Option<Ref>) -> Vec<Ref> {
    let mut items = Vec::with_capacity(fields.len());
    items.extend(fields.iter().filter_map(take));
    items
}
