//! `array`: sequences of numbers as the machine has them.

mod item;
mod iterator;
mod methods;
mod pickle;

use std::cell::Cell;
use std::mem::offset_of;

use objects::bytearray::ByteArray;
use objects::lent_items::{self, ItemKind, Lender, LentItems};
use objects::prelude::*;
use objects::slice::{Indices, Slice};
use objects::str::Points;

use item::{is_integer, kind_of, order_key};
use iterator::{ARRAY_ITERATOR, ArrayIterator};

pub use module::{DEFINITION, initialize};

/// `arrayobject`, in size.
#[repr(C)]
pub struct Array {
    base: Object,
    items: LentItems,
    weak_references: Cell<*mut Object>,
}

impl Lender for Array {
    fn items(&self) -> &LentItems {
        &self.items
    }
}

impl Array {
    fn empty(class: &Type, kind: &'static ItemKind) -> Result<Ref<Array>> {
        Ref::new_in(
            class,
            Array {
                base: Object::header(),
                items: LentItems::new(kind),
                weak_references: Cell::new(std::ptr::null_mut()),
            },
        )
    }

    /// A plain array of these items.
    fn of_bytes(kind: &'static ItemKind, bytes: &[u8]) -> Result<Ref<Array>> {
        let array = Array::empty(&ARRAY, kind)?;
        array.items.resize(bytes.len() / kind.size, 0)?;
        array.items.with_mut(|items| items.copy_from_slice(bytes));
        Ok(array)
    }

    /// An array as its constructor makes it.
    fn create(class: &Type, kind: &'static ItemKind, initial: Option<&Object>) -> Result<Ref<Array>> {
        let code = char::from(kind.code);
        if let Some(initial) = initial
            && code != 'u'
        {
            if initial.downcast::<Str>().is_some() {
                bail!(TypeError, "cannot use a str to initialize an array with typecode '{code}'");
            }
            if initial.downcast::<Array>().is_some_and(|array| array.kind().code == b'u') {
                bail!(TypeError, "cannot use a unicode array to initialize an array with typecode '{code}'");
            }
        }
        let Some(initial) = initial else { return Array::empty(class, kind) };
        if let Some(list) = initial.downcast::<List>() {
            let array = Array::empty(class, kind)?;
            array.fill(list.len(), |index| initial.get_index(index as isize))?;
            return Ok(array);
        }
        if let Some(tuple) = initial.downcast::<Tuple>() {
            let array = Array::empty(class, kind)?;
            array.fill(tuple.as_slice().len(), |index| initial.get_index(index as isize))?;
            return Ok(array);
        }
        if initial.downcast::<Bytes>().is_some() || initial.downcast::<ByteArray>().is_some() {
            let array = Array::empty(class, kind)?;
            array.append_bytes(initial)?;
            return Ok(array);
        }
        if let Some(text) = initial.downcast::<Str>() {
            let array = Array::empty(class, kind)?;
            array.items.resize(text.len(), 0)?;
            array.items.with_mut(|items| items.copy_from_slice(&wide_bytes(text)));
            return Ok(array);
        }
        if let Some(source) = initial.downcast::<Array>().filter(|source| source.is_like(kind)) {
            let array = Array::empty(class, kind)?;
            array.items.resize(source.len(), 0)?;
            source.items.with_bytes(|bytes| array.items.with_mut(|items| items.copy_from_slice(bytes)));
            return Ok(array);
        }
        let iterator = initial.iter()?;
        let array = Array::empty(class, kind)?;
        array.extend_from(&iterator)?;
        Ok(array)
    }

    /// Puts as many items as there are into a new array.
    fn fill(&self, count: usize, get: impl Fn(usize) -> Result<Ref>) -> Result<()> {
        self.items.resize(count, 0)?;
        (0..count).try_for_each(|index| self.set(index, &*get(index)?))
    }

    fn kind(&self) -> &'static ItemKind {
        self.items.kind()
    }

    fn is_like(&self, kind: &ItemKind) -> bool {
        std::ptr::eq(self.kind(), kind)
    }

    fn len(&self) -> usize {
        self.items.len()
    }

    /// An item, or nothing behind the end.
    #[inline]
    fn get(&self, index: usize) -> Result<Option<Ref>> {
        let kind = self.kind();
        let mut item = [0; 8];
        let found = self.items.with_bytes(|bytes| {
            let bytes = bytes.get(index * kind.size..(index + 1) * kind.size)?;
            item[..kind.size].copy_from_slice(bytes);
            Some(())
        });
        found.map(|()| item::unpack(kind, &item[..kind.size])).transpose()
    }

    /// Puts a value at an index. The array may have become shorter while the value was asked what it is: nothing
    /// is written then.
    fn set(&self, index: usize, value: &Object) -> Result<()> {
        let kind = self.kind();
        let item = item::pack(kind, value)?;
        self.items.with_mut(|bytes| {
            if let Some(place) = bytes.get_mut(index * kind.size..(index + 1) * kind.size) {
                place.copy_from_slice(&item[..kind.size]);
            }
        });
        Ok(())
    }

    fn check_resizable(&self) -> Result<()> {
        match self.items.is_lent() {
            true => Err(raise!(BufferError, "cannot resize an array that is exporting buffers")),
            false => Ok(()),
        }
    }

    /// Another number of items, with room for more where it grows.
    fn resize(&self, count: usize) -> Result<()> {
        if count == self.len() {
            return Ok(());
        }
        self.check_resizable()?;
        let more = if self.len() < 8 { 3 } else { 7 };
        self.items.resize(count, count.saturating_add((count >> 4) + more))
    }

    /// Puts bytes of items in the place of the items in a range.
    fn splice(&self, start: usize, end: usize, bytes: &[u8]) -> Result<()> {
        let size = self.kind().size;
        let (old, added) = (self.len(), bytes.len() / size);
        let Some(length) = (old - (end - start)).checked_add(added) else { bail!(MemoryError) };
        let rest = end * size..old * size;
        if length < old {
            self.check_resizable()?;
            self.items.with_mut(|items| items.copy_within(rest, (start + added) * size));
            self.resize(length)?;
        } else if length > old {
            self.resize(length)?;
            self.items.with_mut(|items| items.copy_within(rest, (start + added) * size));
        }
        self.items.with_mut(|items| items[start * size..start * size + bytes.len()].copy_from_slice(bytes));
        Ok(())
    }

    /// A copy of the bytes of the items in a range.
    fn bytes_of(&self, start: usize, end: usize) -> Vec<u8> {
        let size = self.kind().size;
        self.items.with_bytes(|bytes| bytes[start * size..end * size].to_vec())
    }

    fn all_bytes(&self) -> Vec<u8> {
        self.items.with_bytes(<[u8]>::to_vec)
    }

    /// Inserts a value before an index, which is cut to what there is.
    fn insert_at(&self, index: usize, value: &Object) -> Result<()> {
        let item = item::pack(self.kind(), value)?;
        let index = index.min(self.len());
        self.check_resizable()?;
        self.splice(index, index, &item[..self.kind().size])
    }

    fn append_value(&self, value: &Object) -> Result<()> {
        let item = item::pack(self.kind(), value)?;
        let (size, length) = (self.kind().size, self.len());
        self.resize(length + 1)?;
        self.items.with_mut(|bytes| bytes[length * size..].copy_from_slice(&item[..size]));
        Ok(())
    }

    fn extend_from(&self, iterator: &Object) -> Result<()> {
        while let Some(item) = iterator.next()? {
            self.append_value(&item)?;
        }
        Ok(())
    }

    /// Appends the items of another array of the same kind, or of any iterable.
    fn extend_with(&self, other: &Object) -> Result<()> {
        let Some(array) = other.downcast::<Array>() else {
            return self.extend_from(&*other.iter()?);
        };
        if !array.is_like(self.kind()) {
            bail!(TypeError, "can only extend with array of same kind");
        }
        let (bytes, length) = (array.all_bytes(), self.len());
        self.splice(length, length, &bytes)
    }

    /// Appends what an object's memory holds, as items of this machine.
    fn append_bytes(&self, source: &Object) -> Result<()> {
        let (bytes, length) = {
            let buffer = source.get_buffer(objects::buffer::request::SIMPLE)?;
            if buffer.view().itemsize != 1 {
                bail!(TypeError, "a bytes-like object is required");
            }
            if buffer.len() % self.kind().size != 0 {
                bail!(ValueError, "bytes length not a multiple of item size");
            }
            (buffer.bytes().to_vec(), self.len())
        };
        self.splice(length, length, &bytes)
    }

    fn append_text(&self, text: &Str) -> Result<()> {
        let length = self.len();
        self.splice(length, length, &wide_bytes(text))
    }

    /// The text that code points make.
    fn text(&self) -> Result<Ref<Str>> {
        let point = |bytes: &[u8]| bytes.iter().rev().fold(0, |point, &byte| point << 8 | u32::from(byte));
        let points: Vec<u32> = self.items.with_bytes(|bytes| bytes.chunks_exact(4).map(point).collect());
        match points.iter().find(|&&point| point > 0x10ffff) {
            Some(&point) => Err(item::not_a_character(point)),
            None => Str::from_u32(&points),
        }
    }

    fn items_list(&self) -> Result<Ref<List>> {
        let list = List::with_capacity(self.len())?;
        let mut index = 0;
        while let Some(item) = self.get(index)? {
            list.push(item)?;
            index += 1;
        }
        Ok(list)
    }

    /// The first index at which an item equals a value.
    fn find(&self, value: &Object) -> Result<Option<usize>> {
        let mut index = 0;
        while let Some(item) = self.get(index)? {
            if item.equals(value)? {
                return Ok(Some(index));
            }
            index += 1;
        }
        Ok(None)
    }

    /// The bytes of the items that a slice selects.
    fn selected(&self, selected: Indices) -> Vec<u8> {
        if selected.step == 1 {
            let start = selected.start as usize;
            return self.bytes_of(start, start + selected.length);
        }
        let size = self.kind().size;
        self.items.with_bytes(|bytes| {
            let mut items = Vec::with_capacity(selected.length * size);
            selected
                .iter()
                .for_each(|index| items.extend_from_slice(&bytes[index * size..(index + 1) * size]));
            items
        })
    }

    /// `self[slice] = bytes of items`; nothing for a deletion.
    fn assign_selected(&self, selected: Indices, bytes: Option<&[u8]>) -> Result<()> {
        let size = self.kind().size;
        let needed = bytes.map_or(0, |bytes| bytes.len() / size);
        // Deleting nothing counts as a change as well.
        if needed == 0 || selected.length != needed {
            self.check_resizable()?;
        }
        if selected.step == 1 {
            let start = selected.start as usize;
            return self.splice(start, start + selected.length, bytes.unwrap_or_default());
        }
        if needed == 0 {
            return self.delete_selected(selected);
        }
        if needed != selected.length {
            bail!(
                ValueError,
                "attempt to assign array of size {needed} to extended slice of size {}",
                selected.length
            );
        }
        self.items.with_mut(|items| {
            let sources = bytes.unwrap_or_default().chunks_exact(size);
            for (index, source) in selected.iter().zip(sources) {
                items[index * size..(index + 1) * size].copy_from_slice(source);
            }
        });
        Ok(())
    }

    fn delete_selected(&self, selected: Indices) -> Result<()> {
        let size = self.kind().size;
        let mut doomed = vec![false; self.len()];
        selected.iter().for_each(|index| doomed[index] = true);
        let kept = self.items.with_mut(|items| {
            let mut kept = 0;
            for index in (0..doomed.len()).filter(|&index| !doomed[index]) {
                items.copy_within(index * size..(index + 1) * size, kept * size);
                kept += 1;
            }
            kept
        });
        self.resize(kept)
    }

    /// The items' bytes, so many times over. Raises `MemoryError`.
    fn repeated(&self, times: usize) -> Result<Vec<u8>> {
        let bytes = self.all_bytes();
        let total = bytes.len().checked_mul(times).filter(|&total| total <= isize::MAX as usize);
        let mut repeated = Vec::new();
        if total.is_none_or(|total| repeated.try_reserve_exact(total).is_err()) {
            bail!(MemoryError);
        }
        (0..times).for_each(|_| repeated.extend_from_slice(&bytes));
        Ok(repeated)
    }

    /// How integers of one kind compare, without an object for each.
    fn compare_integers(&self, other: &Array) -> std::cmp::Ordering {
        let kind = self.kind();
        self.items.with_bytes(|left| {
            other.items.with_bytes(|right| {
                let keys = |bytes| <[u8]>::chunks_exact(bytes, kind.size).map(|item| order_key(kind, item));
                keys(left).cmp(keys(right))
            })
        })
    }
}

/// array(typecode [, initializer]) -> array
///
/// A mutable sequence whose items are all of one kind, which typecode names, and stand in memory as the
/// machine has them. The initializer is a list, bytes or any iterable of suitable items; for 'u' a string.
///
/// The type codes, the C types and the bytes that they take at least:
///
///     'b'  signed integer      1        'B'  unsigned integer    1
///     'h'  signed integer      2        'H'  unsigned integer    2
///     'i'  signed integer      2        'I'  unsigned integer    2
///     'l'  signed integer      4        'L'  unsigned integer    4
///     'q'  signed integer      8        'Q'  unsigned integer    8
///     'f'  floating point      4        'd'  floating point      8
///     'u'  Unicode character   2
///
/// typecode and itemsize are attributes. The methods of lists are there, and with them buffer_info,
/// byteswap, frombytes, fromfile, fromlist, fromunicode, tobytes, tofile, tolist and tounicode.
#[class(
    name = "array",
    module = "array",
    flags = BASETYPE,
    weaklist_offset = offset_of!(Array, weak_references),
    slots = [bf_getbuffer(lent_items::lend::<Array>), bf_releasebuffer(lent_items::take_back::<Array>)],
    include = [methods::METHODS],
    generic_getattro
)]
impl Array {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Array>> {
        if class.is(&ARRAY) {
            objects::arguments::check_no_keywords("array.array", kwargs, true)?;
        }
        let args = args.as_slice();
        objects::arguments::check_parsed_count("array", args.len(), 1, 2)?;
        let (code, initial) = (args[0], args.get(1).copied());
        let Some(text) = code.downcast::<Str>().filter(|code| code.len() == 1) else {
            let got = objects::arguments::described(code);
            bail!(TypeError, "array() argument 1 must be a unicode character, not {got}");
        };
        (objects::services::get().audit)("array.__new__", &[text, initial.unwrap_or(none_object())])?;
        match char::from_u32(text.code_point(0)).and_then(kind_of) {
            Some(kind) => Array::create(class, kind, initial),
            None => Err(raise!(ValueError, "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)")),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.class().short_name();
        let code = char::from(self.kind().code);
        if self.items.is_empty() {
            return objects::format_str!("{name}('{code}')");
        }
        let content = if code == 'u' { self.text()?.repr()? } else { self.items_list()?.repr()? };
        let mut text = objects::str::StrBuilder::new();
        text.push_str(&format!("{name}('{code}', "));
        text.push_string(&content);
        text.push_str(")");
        text.finish()
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast::<Array>() else { return Ok(not_implemented()) };
        if self.len() != other.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(bool_object(op == CompareOp::Ne));
        }
        if other.is_like(self.kind()) && is_integer(self.kind()) {
            return Ok(bool_object(op.accepts(self.compare_integers(other))));
        }
        // Items are compared for equality first, and by the operator where they differ.
        let mut index = 0;
        while let (Some(left), Some(right)) = (self.get(index)?, other.get(index)?) {
            if !left.compare_bool(&right, CompareOp::Eq)? {
                return match op {
                    CompareOp::Eq => Ok(false_()),
                    CompareOp::Ne => Ok(true_()),
                    op => left.compare(&right, op),
                };
            }
            index += 1;
        }
        Ok(bool_object(op.accepts(self.len().cmp(&other.len()))))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<ArrayIterator> {
        ArrayIterator::over(self)
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn concatenate(&self, other: &Object) -> Result<Ref<Array>> {
        let Some(other) = other.downcast::<Array>() else {
            bail!(TypeError, "can only append array (not \"{}\") to array", other.class().name());
        };
        if !other.is_like(self.kind()) {
            return Err(bad_argument());
        }
        let mut bytes = self.all_bytes();
        other.items.with_bytes(|more| bytes.extend_from_slice(more));
        Array::of_bytes(self.kind(), &bytes)
    }

    #[slot(sq_inplace_concat)]
    fn extend_in_place(&self, other: &Object) -> Result<&Array> {
        if other.downcast::<Array>().is_none() {
            bail!(TypeError, "can only extend array with array (not \"{}\")", other.class().name());
        }
        self.extend_with(other)?;
        Ok(self)
    }

    #[slot(sq_repeat)]
    fn repeat(&self, times: isize) -> Result<Ref<Array>> {
        Array::of_bytes(self.kind(), &self.repeated(times.max(0) as usize)?)
    }

    #[slot(sq_inplace_repeat)]
    fn repeat_in_place(&self, times: isize) -> Result<&Array> {
        if self.len() > 0 && times != 1 {
            self.check_resizable()?;
            let bytes = self.repeated(times.max(0) as usize)?;
            self.splice(0, self.len(), &bytes)?;
        }
        Ok(self)
    }

    #[slot(sq_item)]
    fn item(&self, index: isize) -> Result<Ref> {
        let item = usize::try_from(index).ok().filter(|&index| index < self.len());
        match item.map_or(Ok(None), |index| self.get(index))? {
            Some(item) => Ok(item),
            None => Err(raise!(IndexError, "array index out of range")),
        }
    }

    #[slot(sq_ass_item)]
    fn set_item_at(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(index) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            bail!(IndexError, "array assignment index out of range");
        };
        match value {
            Some(value) => self.set(index, value),
            None => self.splice(index, index + 1, &[]),
        }
    }

    #[slot(sq_contains)]
    fn has(&self, value: &Object) -> Result<bool> {
        Ok(self.find(value)?.is_some())
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.item(if index < 0 { index + self.len() as isize } else { index });
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "array indices must be integers");
        };
        let selected = slice.select(|| self.len())?;
        Ok(Array::of_bytes(self.kind(), &self.selected(selected))?.into_object())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.set_item_at(if index < 0 { index + self.len() as isize } else { index }, value);
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "array indices must be integers");
        };
        let selected = slice.select(|| self.len())?;
        let Some(value) = value else { return self.assign_selected(selected, None) };
        let Some(source) = value.downcast::<Array>() else {
            bail!(TypeError, "can only assign array (not \"{}\") to array slice", value.class().name());
        };
        if !source.is_like(self.kind()) {
            return Err(bad_argument());
        }
        self.assign_selected(selected, Some(&source.all_bytes()))
    }

    /// The letter that names the kind of the items.
    #[getter]
    fn typecode(&self) -> char {
        char::from(self.kind().code)
    }

    /// How many bytes one item has.
    #[getter]
    fn itemsize(&self) -> usize {
        self.kind().size
    }
}

/// A string's code points, in four bytes each.
fn wide_bytes(text: &Str) -> Vec<u8> {
    match text.points() {
        points @ Points::Four(_) => points.as_bytes().to_vec(),
        points => points.iter().flat_map(u32::to_ne_bytes).collect(),
    }
}

#[cold]
fn bad_argument() -> Raised {
    raise!(TypeError, "bad argument type for built-in operation")
}

/// Sequences of numbers or characters in the form that the machine has for
/// them. They are like lists in all but this: the items of one are all of the
/// same kind, and take no more room than their values need.
#[module(name = "array", classes = [super::ARRAY])]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;

    use super::{ARRAY, ARRAY_ITERATOR, Array, item, pickle};

    /// Makes an array of what __reduce_ex__() has told: for unpickling alone.
    #[function("(arraytype, typecode, mformat_code, items, /)", name = "_array_reconstructor")]
    fn array_reconstructor(
        arraytype: &Object,
        typecode: char,
        mformat_code: i32,
        items: &Object,
    ) -> Result<Ref<Array>> {
        pickle::reconstruct(arraytype, typecode, mformat_code, items)
    }

    #[exec]
    fn add_names(module: &Module) -> Result<()> {
        objects::type_object::ready(&ARRAY_ITERATOR)?;
        module.add("ArrayType", ARRAY.to_ref())?;
        let codes: String = item::KINDS.iter().map(|kind| char::from(kind.code)).collect();
        module.add("typecodes", codes)
    }
}
