//! The type `bytearray`: construction, and what it does as a mutable sequence.

use super::iterator::ByteArrayIterator;
use super::storage::ByteArray;
use crate::buffer::BytesLike;
use crate::bytes::convert;
use crate::bytes_like::{self, ByteString, operations};
use crate::prelude::*;
use crate::slice::Slice;

const RANGE: &str = "byte must be in range(0, 256)";

impl ByteString for ByteArray {
    #[inline]
    fn with<R>(&self, action: impl FnOnce(&[u8]) -> R) -> R {
        self.with_bytes(action)
    }

    #[inline]
    fn make(content: &[u8]) -> Result<Ref<ByteArray>> {
        ByteArray::new(content)
    }

    fn unchanged(&self) -> Result<Ref<ByteArray>> {
        ByteArray::new(&self.to_vec())
    }
}

/// bytearray(iterable_of_ints) -> bytearray
/// bytearray(string, encoding[, errors]) -> bytearray
/// bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer
/// bytearray(int) -> bytes array of size given by the parameter initialized with null bytes
/// bytearray() -> empty bytes array
///
/// A mutable array of bytes: from integers in range(256), text in an
/// encoding, anything that lends its memory, or so many zeros.
#[class(
    name = "bytearray", symbol = "PyByteArray_Type", static_ = BYTE_ARRAY, layout = VarObject, flags = BASETYPE,
    include = [bytes_like::BYTEARRAY_METHODS],
    generic_getattro
)]
impl ByteArray {
    #[slot(tp_new)]
    fn new_bytearray(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<ByteArray>> {
        Ref::new_in(class, ByteArray::empty_value())
    }

    #[slot(tp_init, "(source=b'', encoding='utf-8', errors='strict')", getargs)]
    fn init(&self, source: Option<&Object>, encoding: Option<&str>, errors: Option<&str>) -> Result<()> {
        if !self.is_empty() {
            self.resize(0)?;
        }
        if let Some(bytes) = convert::encoded(source, encoding, errors)? {
            return self.extend(bytes.as_bytes());
        }
        let Some(object) = source else { return Ok(()) };
        if object.downcast::<Str>().is_some() {
            bail!(TypeError, "string argument without an encoding");
        }
        if let Some(count) = convert::count(object)? {
            self.resize(count)?;
            self.with_mut(|content| content.fill(0));
            return Ok(());
        }
        match convert::lent(object)? {
            Some(bytes) => self.extend(&bytes),
            None => self.append_integers(object),
        }
    }

    #[slot(bf_getbuffer)]
    unsafe extern "C" fn lend_slot(
        object: &Object,
        view: *mut crate::buffer::BufferView,
        flags: std::ffi::c_int,
    ) -> std::ffi::c_int {
        // SAFETY: as the slot's contract says.
        unsafe { ByteArray::lend(object, view, flags) }
    }

    #[slot(bf_releasebuffer)]
    unsafe extern "C" fn take_back_slot(object: &Object, view: *mut crate::buffer::BufferView) {
        // SAFETY: as the slot's contract says.
        unsafe { ByteArray::take_back(object, view) }
    }

    #[slot(tp_repr)]
    fn repr_slot(&self) -> Result<Ref<Str>> {
        let name = self.class().name();
        let name = name.rsplit('.').next().unwrap_or(name);
        self.with_bytes(|content| operations::quoted(&format!("{name}("), content, ")", true))
    }

    #[slot(tp_str)]
    fn str_slot(&self) -> Result<Ref<Str>> {
        if (crate::services::get().bytes_warning)() > 0 {
            crate::services::warn(&exceptions::BytesWarning, "str() on a bytearray instance", 1)?;
        }
        self.repr_slot()
    }

    #[slot(tp_richcompare)]
    fn compare_slot(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        bytes_like::warn_of_comparison(other, op)?;
        if !other.has_buffer() {
            return Ok(not_implemented());
        }
        let Some(other) = raise::ignore(BytesLike::of(other), &exceptions::Exception)? else {
            return Ok(not_implemented());
        };
        Ok(crate::bool::bool_object(op.accepts(self.with_bytes(|content| content.cmp(other.bytes())))))
    }

    #[slot(tp_iter)]
    fn iter_slot(&self) -> Ref {
        ByteArrayIterator::over(self).into_object()
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length_slot(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn concat_slot(&self, other: &Object) -> Result<Ref<ByteArray>> {
        let appended = concatenable(self, other)?;
        let joined = ByteArray::new(&self.to_vec())?;
        joined.extend(appended.bytes())?;
        Ok(joined)
    }

    #[slot(sq_inplace_concat)]
    fn inplace_concat(&self, other: &Object) -> Result<Ref<ByteArray>> {
        let appended = concatenable(self, other)?;
        // What is appended may be this very memory.
        let appended = appended.bytes().to_vec();
        if self.is(other) && self.is_exported() {
            self.check_resizable()?;
        }
        self.extend(&appended)?;
        Ok(self.to_ref())
    }

    #[slot(sq_repeat)]
    fn repeat_slot(&self, count: isize) -> Result<Ref<ByteArray>> {
        let copy = ByteArray::new(&self.to_vec())?;
        copy.repeat_in_place(count)?;
        Ok(copy)
    }

    #[slot(sq_inplace_repeat)]
    fn inplace_repeat(&self, count: isize) -> Result<Ref<ByteArray>> {
        self.repeat_in_place(count)?;
        Ok(self.to_ref())
    }

    #[slot(sq_item)]
    fn item_slot(&self, index: isize) -> Result<Ref<Int>> {
        let byte =
            usize::try_from(index).ok().and_then(|i| self.with_bytes(|content| content.get(i).copied()));
        match byte {
            Some(byte) => Ok(Int::new(byte.into())),
            None => Err(raise!(IndexError, "bytearray index out of range")),
        }
    }

    #[slot(sq_ass_item)]
    fn assign_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(place) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            bail!(IndexError, "bytearray index out of range");
        };
        match value {
            None => self.splice(place, place + 1, &[]),
            Some(value) => self.set_byte(place, convert::byte(value, RANGE)?),
        }
    }

    #[slot(sq_contains)]
    fn contains_slot(&self, item: &Object) -> Result<bool> {
        operations::contains(self, item)
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.item_slot(self.from_end(index)).map(Ref::into_object);
        }
        let Some(slice) = key.downcast::<Slice>() else { return Err(bad_key(key)) };
        let indices = slice.select(|| self.len())?;
        operations::sliced(self, indices).map(Ref::into_object)
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if key.has_index() {
            let index = self.from_end(key.as_index_or(&exceptions::IndexError)?);
            return self.assign_item(index, value);
        }
        match key.downcast::<Slice>() {
            Some(slice) => self.assign_slice(slice, value),
            None => Err(bad_key(key)),
        }
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        match left.downcast::<ByteArray>() {
            Some(template) => {
                let formatted = crate::percent::format_bytes(&template.to_vec(), right)?;
                ByteArray::new(&formatted).map(Ref::into_object)
            }
            None => Ok(not_implemented()),
        }
    }

    /// B.__alloc__() -> int
    ///
    /// How many bytes of memory are allocated for the content.
    #[method(name = "__alloc__", no_text_signature)]
    fn alloc_method(&self) -> usize {
        self.allocated()
    }

    /// State information for pickling.
    #[method(name = "__reduce__", "()")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        self.reduced(2)
    }

    /// State information for pickling.
    #[method(name = "__reduce_ex__", "(proto=0, /)")]
    fn reduce_ex(&self, proto: i32) -> Result<Ref<Tuple>> {
        self.reduced(proto)
    }

    /// The size of the object in memory, in bytes.
    #[method(name = "__sizeof__", "()")]
    fn sizeof(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.allocated()
    }

    /// Put one byte, an integer from 0 to 255, behind the last.
    ///
    ///    item
    ///      The value of the new byte.
    #[method("(item, /)")]
    fn append(&self, item: &Object) -> Result<()> {
        let byte = convert::byte(item, RANGE)?;
        self.push(byte)
    }

    /// Leave the bytearray empty.
    #[method("()")]
    fn clear(&self) -> Result<()> {
        self.check_resizable()?;
        self.resize(0)
    }

    /// A copy of the bytearray.
    #[method("()")]
    fn copy(&self) -> Result<Ref<ByteArray>> {
        ByteArray::new(&self.to_vec())
    }

    /// Append all the items from the iterator or sequence to the bytearray.
    ///
    ///   iterable_of_ints
    ///     The iterable of items to append.
    #[method(name = "extend", "(iterable_of_ints, /)")]
    fn extend_method(&self, iterable_of_ints: &Object) -> Result<()> {
        if iterable_of_ints.has_buffer() {
            let bytes = BytesLike::of(iterable_of_ints)?.bytes().to_vec();
            return self.extend(&bytes);
        }
        let iterator = match iterable_of_ints.iter() {
            Ok(iterator) => iterator,
            Err(raised) if raised.matches(&exceptions::TypeError) => {
                raised.clear();
                bail!(TypeError, "can't extend bytearray with {}", iterable_of_ints.class().name());
            }
            Err(raised) => return Err(raised),
        };
        let mut bytes = Vec::new();
        if bytes.try_reserve(iterable_of_ints.length_hint(32)?).is_err() {
            bail!(MemoryError);
        }
        while let Some(item) = iterator.next()? {
            bytes.push(convert::byte(&item, RANGE)?);
        }
        self.extend(&bytes)
    }

    /// Put one byte, an integer from 0 to 255, in front of the one at an index.
    ///
    ///    index
    ///      Where the new byte will stand. Past either end it goes to that end.
    ///    item
    ///      The value of the new byte.
    #[method("(index, item, /)")]
    fn insert(&self, index: isize, item: &Object) -> Result<()> {
        let byte = convert::byte(item, RANGE)?;
        let place = self.from_end(index).clamp(0, self.size()) as usize;
        self.check_resizable()?;
        self.splice(place, place, &[byte])
    }

    /// Take one byte out, and give it as an integer.
    ///
    ///    index
    ///      Which byte it is; without this argument, the last.
    ///
    /// IndexError if there is no byte at this index.
    #[method("(index=-1, /)")]
    fn pop(&self, index: isize) -> Result<Ref<Int>> {
        if self.is_empty() {
            bail!(IndexError, "pop from empty bytearray");
        }
        let index = self.from_end(index);
        let Some(place) = usize::try_from(index).ok().filter(|&index| index < self.len()) else {
            bail!(IndexError, "pop index out of range");
        };
        self.check_resizable()?;
        let byte = self.with_bytes(|content| content[place]);
        self.splice(place, place + 1, &[])?;
        Ok(Int::new(byte.into()))
    }

    /// Take out the leftmost byte of a given value.
    ///
    ///    value
    ///      The integer to look for. ValueError if it does not occur.
    #[method("(value, /)")]
    fn remove(&self, value: &Object) -> Result<()> {
        let byte = convert::byte(value, RANGE)?;
        let Some(place) = self.with_bytes(|content| memchr::memchr(byte, content)) else {
            bail!(ValueError, "value not found in bytearray");
        };
        self.splice(place, place + 1, &[])
    }

    /// Turn the bytearray around, so that its last byte comes first.
    #[method("()")]
    fn reverse(&self) {
        self.with_mut(<[u8]>::reverse);
    }
}

fn bad_key(key: &Object) -> Raised {
    raise!(TypeError, "bytearray indices must be integers or slices, not {}", key.class().name())
}

/// What can be put behind a bytearray.
fn concatenable<'a>(left: &ByteArray, right: &'a Object) -> Result<BytesLike<'a>> {
    match BytesLike::of(right) {
        Ok(bytes) => Ok(bytes),
        Err(raised) => {
            raised.clear();
            let (right, left) = (right.class().name(), left.class().name());
            Err(raise!(TypeError, "can't concat {right} to {left}"))
        }
    }
}

impl ByteArray {
    /// An index counted from the end where negative.
    fn from_end(&self, index: isize) -> isize {
        if index < 0 { index + self.size() } else { index }
    }

    fn set_byte(&self, place: usize, byte: u8) -> Result<()> {
        // Asking for the byte's value may have shortened the content.
        match self.with_mut(|content| content.get_mut(place).map(|old| *old = byte)) {
            Some(()) => Ok(()),
            None => Err(raise!(IndexError, "bytearray index out of range")),
        }
    }

    /// Adds a byte at the end.
    pub fn push(&self, byte: u8) -> Result<()> {
        let length = self.len();
        self.check_resizable()?;
        self.resize(length + 1)?;
        self.with_mut(|content| content[length] = byte);
        Ok(())
    }

    fn repeat_in_place(&self, count: isize) -> Result<()> {
        let count = usize::try_from(count).unwrap_or(0);
        let pattern = self.to_vec();
        let Some(length) = pattern.len().checked_mul(count).filter(|&length| length < isize::MAX as usize)
        else {
            bail!(MemoryError);
        };
        self.resize(length)?;
        self.with_mut(|content| match content.len() {
            0 => {}
            _ => crate::units::fill_repeated(content, &pattern),
        });
        Ok(())
    }

    fn assign_slice(&self, slice: &Slice, value: Option<&Object>) -> Result<()> {
        let values = match value {
            None => Vec::new(),
            Some(value) => slice_values(value)?,
        };
        let indices = slice.select(|| self.len())?;
        if indices.step == 1 {
            let start = indices.start as usize;
            return self.splice(start, start + indices.length, &values);
        }
        match value {
            None => self.delete_stepped(indices),
            // Nothing in the place of something is a deletion too.
            Some(_) if values.is_empty() => self.delete_stepped(indices),
            Some(_) if values.len() != indices.length => {
                let (given, size) = (values.len(), indices.length);
                if indices.length == 0 && given == 0 {
                    return Ok(());
                }
                bail!(ValueError, "attempt to assign bytes of size {given} to extended slice of size {size}")
            }
            Some(_) => {
                self.with_mut(|content| {
                    indices.iter().zip(&values).for_each(|(index, &byte)| content[index] = byte)
                });
                Ok(())
            }
        }
    }

    fn delete_stepped(&self, indices: crate::slice::Indices) -> Result<()> {
        if indices.length == 0 {
            return Ok(());
        }
        self.check_resizable()?;
        let mut goes = vec![false; self.len()];
        indices.iter().for_each(|index| goes[index] = true);
        let kept: Vec<u8> = self.with_bytes(|content| {
            content.iter().zip(&goes).filter(|(_, goes)| !**goes).map(|(&byte, _)| byte).collect()
        });
        self.splice(0, self.len(), &kept)
    }

    fn reduced(&self, protocol: i32) -> Result<Ref<Tuple>> {
        let content = self.to_vec();
        let arguments = match (protocol < 3, content.is_empty()) {
            (_, true) => Tuple::new([])?,
            (true, _) => {
                Tuple::new([Str::from_latin1(&content)?.into_object(), Str::new("latin-1").into_object()])?
            }
            (false, _) => Tuple::new([Bytes::try_new(&content)?.into_object()])?,
        };
        let dict = self.get_attr_opt(intern!("__dict__"))?.unwrap_or_else(none);
        Tuple::new([self.class().to_ref().into_object(), arguments.into_object(), dict])
    }
}

/// The bytes that are assigned to a slice.
fn slice_values(value: &Object) -> Result<Vec<u8>> {
    if let Some(array) = value.downcast::<ByteArray>() {
        return Ok(array.to_vec());
    }
    if value.downcast::<Str>().is_some() || value.has_index() {
        bail!(TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
    }
    if let Some(bytes) = convert::lent(value)? {
        return Ok(bytes);
    }
    let values = ByteArray::new(b"")?;
    values.append_integers(value)?;
    Ok(values.to_vec())
}

impl ByteArray {
    /// Appends the integers of an iterable one by one: an iterator that looks at the bytearray sees the ones before, and
    /// is not asked how many there are.
    fn append_integers(&self, object: &Object) -> Result<()> {
        let iterator = convert::integers(object, "bytearray")?;
        while let Some(item) = iterator.next()? {
            self.push(convert::byte(&item, RANGE)?)?;
        }
        Ok(())
    }
}
