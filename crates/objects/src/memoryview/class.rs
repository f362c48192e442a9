//! The type `memoryview`: construction, indexing, and its attributes.

use std::mem::offset_of;

use super::items::unpack;
use super::storage::{MemoryView, layout_flags};
use crate::bytes_like::operations;
use crate::prelude::*;
use crate::slice::Slice;

/// Opens the memory of an object for reading, and writing if it allows, without a copy.
///
/// The object must support the buffer protocol, as bytes, bytearray and array.array do.
#[class(
    name = "memoryview", symbol = "PyMemoryView_Type", static_ = MEMORY_VIEW, layout = VarObject,
    itemsize = size_of::<isize>(), basicsize = offset_of!(MemoryView, weakrefs) + size_of::<usize>(),
    weaklist_offset = offset_of!(MemoryView, weakrefs), signature = "(object)", generic_getattro
)]
impl MemoryView {
    #[slot(tp_new, "(object)")]
    fn new_view(class: &Type, object: &Object) -> Result<Ref<MemoryView>> {
        let _ = class;
        MemoryView::of(object)
    }

    #[slot(bf_getbuffer)]
    unsafe extern "C" fn lend_slot(
        object: &Object,
        view: *mut crate::buffer::BufferView,
        flags: std::ffi::c_int,
    ) -> std::ffi::c_int {
        // SAFETY: as the slot's contract says.
        unsafe { MemoryView::lend(object, view, flags) }
    }

    #[slot(bf_releasebuffer)]
    unsafe extern "C" fn take_back_slot(object: &Object, view: *mut crate::buffer::BufferView) {
        // SAFETY: as the slot's contract says.
        unsafe { MemoryView::take_back(object, view) }
    }

    #[slot(tp_repr)]
    fn repr_slot(&self) -> Result<Ref<Str>> {
        let kind = if self.is_released() { "released memory" } else { "memory" };
        crate::format_str!("<{kind} at {:p}>", self.as_object())
    }

    #[slot(tp_hash)]
    fn hash_slot(&self) -> Result<isize> {
        if self.hash.get() != -1 {
            return Ok(self.hash.get());
        }
        self.check_released()?;
        let view = self.view();
        if view.readonly == 0 {
            bail!(ValueError, "cannot hash writable memoryview object");
        }
        if !matches!(self.native_letter(), Ok('B' | 'b' | 'c')) {
            raise::clear();
            bail!(ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
        }
        if let Some(exporter) = &view.obj {
            // Where the exporter cannot be hashed, its memory may change.
            exporter.hash()?;
        }
        let hash = crate::hash::bytes(&self.copy_items(false));
        self.hash.set(hash);
        Ok(hash)
    }

    #[slot(tp_richcompare)]
    fn compare_slot(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(not_implemented());
        }
        let answer = |equal: bool| Ok(crate::bool::bool_object(equal == (op == CompareOp::Eq)));
        if self.is_released() {
            return answer(self.is(other));
        }
        if let Some(other) = other.downcast::<MemoryView>() {
            return match other.is_released() {
                true => answer(self.is(other)),
                false => answer(self.same_items(other)?),
            };
        }
        if !other.has_buffer() {
            return Ok(not_implemented());
        }
        match MemoryView::of(other) {
            Ok(other) => answer(self.same_items(&other)?),
            Err(raised) => {
                raised.clear();
                Ok(not_implemented())
            }
        }
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length_slot(&self) -> Result<isize> {
        self.check_released()?;
        Ok(self.view().shape().first().copied().unwrap_or(1))
    }

    #[slot(sq_item)]
    fn item_slot(&self, index: isize) -> Result<Ref> {
        self.check_released()?;
        match self.view().ndim {
            0 => Err(raise!(TypeError, "invalid indexing of 0-dim memory")),
            1 => self.unpack_item(&[self.checked_index(0, index)?]),
            _ => Err(raise!(NotImplementedError, "multi-dimensional sub-views are not implemented")),
        }
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        self.check_released()?;
        if self.view().ndim == 0 {
            if key.downcast::<Tuple>().is_some_and(|key| key.items().is_empty()) {
                return unpack(self.native_letter()?, &self.item_bytes(&[]));
            }
            if key.is(&*ellipsis()) {
                return Ok(self.to_ref().into_object());
            }
            bail!(TypeError, "invalid indexing of 0-dim memory");
        }
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.item_slot(index);
        }
        if let Some(slice) = key.downcast::<Slice>() {
            return self.sliced(slice).map(Ref::into_object);
        }
        match self.multi_index(key)? {
            Some(index) => self.unpack_item(&index),
            None => Err(raise!(TypeError, "memoryview: invalid slice key")),
        }
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.check_released()?;
        self.native_letter()?;
        if self.view().readonly != 0 {
            bail!(TypeError, "cannot modify read-only memory");
        }
        let Some(value) = value else { bail!(TypeError, "cannot delete memory") };
        if self.view().ndim == 0 {
            let is_empty_tuple = key.downcast::<Tuple>().is_some_and(|key| key.items().is_empty());
            return match is_empty_tuple || key.is(&*ellipsis()) {
                true => self.pack_item(&[], value),
                false => Err(raise!(TypeError, "invalid indexing of 0-dim memory")),
            };
        }
        if key.has_index() {
            if self.view().ndim > 1 {
                bail!(NotImplementedError, "sub-views are not implemented");
            }
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.pack_item(&[self.checked_index(0, index)?], value);
        }
        if let Some(slice) = key.downcast::<Slice>() {
            if self.view().ndim > 1 {
                bail!(
                    NotImplementedError,
                    "memoryview slice assignments are currently restricted to ndim = 1"
                );
            }
            return self.sliced(slice)?.copy_from(value);
        }
        match self.multi_index(key)? {
            Some(index) => self.pack_item(&index, value),
            None => Err(raise!(TypeError, "memoryview: invalid slice key")),
        }
    }

    /// Let go of the object's memory now rather than when the view is deleted.
    ///
    /// Any later use of the view raises ValueError. BufferError if something still
    /// depends on this view.
    #[method(name = "release", "()")]
    fn release_method(&self) -> Result<()> {
        self.release()
    }

    /// Copy what the view shows into a bytes object.
    ///
    /// The order of the elements is C's, the last index varying fastest, with 'C' and None,
    /// and Fortran's, the first varying fastest, with 'F'. 'A' takes a contiguous view as it
    /// lies in memory, whichever of the two that is, and any other view as 'C' does.
    #[method("(order=None)", getargs, nameless)]
    fn tobytes(&self, order: Option<NoneOr<&str>>) -> Result<Ref<Bytes>> {
        self.check_released()?;
        let is_fortran =
            self.has_layout(layout_flags::FORTRAN) && !self.has_layout(layout_flags::C_CONTIGUOUS);
        let fortran = match order.and_then(|order| order.0) {
            None | Some("C") => false,
            Some("F") => true,
            Some("A") => is_fortran,
            Some(_) => bail!(ValueError, "order must be 'C', 'F' or 'A'"),
        };
        Bytes::try_new(&self.copy_items(fortran))
    }

    /// Return the data in the buffer as a str of hexadecimal numbers.
    ///
    ///   sep
    ///     An optional single character or byte to separate hex bytes.
    ///   bytes_per_sep
    ///     How many bytes between separators.  Positive values count from the
    ///     right, negative values count from the left.
    ///
    /// >>> value = memoryview(b'\x13\xa4\xbb')
    /// >>> value.hex()
    /// '13a4bb'
    /// >>> value.hex('-')
    /// '13-a4-bb'
    /// >>> value.hex('-', 2)
    /// '13-a4bb'
    /// >>> value.hex('-', -2)
    /// '13a4-bb'
    #[method("(sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hex(&self, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Str>> {
        self.check_released()?;
        operations::hex(&self.copy_items(false), sep, bytes_per_sep)
    }

    /// Unpack the elements into a list, which for several dimensions is one of nested lists.
    #[method("()")]
    fn tolist(&self) -> Result<Ref> {
        self.check_released()?;
        self.to_list()
    }

    // The signature that is shown says less than what is taken: the shape may be positional.
    /// cast($self, /, format, *, shape)
    /// --
    ///
    /// Show the same memory as elements of another format, or in another shape.
    #[method("(format, shape=<unrepresentable>)", no_text_signature, nameless)]
    fn cast(&self, format: &Str, shape: Option<&Object>) -> Result<Ref<MemoryView>> {
        self.cast_to(format, shape)
    }

    /// Make a second view of the same memory through which nothing can be changed.
    #[method("()")]
    fn toreadonly(&self) -> Result<Ref<MemoryView>> {
        self.check_released()?;
        let mut shape = self.shape();
        shape.readonly = true;
        self.with_shape(shape)
    }

    #[method(name = "__enter__", no_text_signature)]
    fn enter(&self) -> Result<&MemoryView> {
        self.check_released()?;
        Ok(self)
    }

    #[method("(*args)", name = "__exit__", no_text_signature, takes_tuple)]
    fn exit(&self, args: &[&Object]) -> Result<()> {
        let _ = args;
        self.release()
    }

    /// The object whose memory is viewed.
    #[getter]
    fn obj(&self) -> Result<Ref> {
        self.check_released()?;
        Ok(self.view().obj.clone().unwrap_or_else(none))
    }

    /// How many bytes tobytes() would give: the number of elements times itemsize.
    #[getter]
    fn nbytes(&self) -> Result<isize> {
        self.check_released()?;
        Ok(self.view().len)
    }

    /// Whether assigning to elements is forbidden.
    #[getter]
    fn readonly(&self) -> Result<bool> {
        self.check_released()?;
        Ok(self.view().readonly != 0)
    }

    /// How many bytes one element takes.
    #[getter]
    fn itemsize(&self) -> Result<isize> {
        self.check_released()?;
        Ok(self.view().itemsize)
    }

    /// What an element is, in the notation of the struct module; 'B' stands for plain bytes.
    #[getter(name = "format")]
    fn format_getter(&self) -> Result<Ref<Str>> {
        self.check_released()?;
        Str::try_new(self.format())
    }

    /// How many indexes it takes to address one element; 0 for a single value.
    #[getter]
    fn ndim(&self) -> Result<i32> {
        self.check_released()?;
        Ok(self.view().ndim)
    }

    /// How many elements there are along each dimension, as a tuple.
    #[getter(name = "shape")]
    fn shape_getter(&self) -> Result<Ref<Tuple>> {
        self.check_released()?;
        numbers(self.view().shape())
    }

    /// How many bytes lie between neighbours along each dimension, as a tuple.
    #[getter]
    fn strides(&self) -> Result<Ref<Tuple>> {
        self.check_released()?;
        numbers(self.view().strides().unwrap_or(&[]))
    }

    /// For arrays made of pointers, as PIL has them: the offset behind each pointer, as a tuple.
    ///
    /// Empty for ordinary memory.
    #[getter]
    fn suboffsets(&self) -> Result<Ref<Tuple>> {
        self.check_released()?;
        numbers(self.view().suboffsets().unwrap_or(&[]))
    }

    /// Whether the elements lie without gaps, and in C's order: the last index varies fastest.
    #[getter]
    fn c_contiguous(&self) -> Result<bool> {
        self.check_released()?;
        Ok(self.has_layout(layout_flags::C_CONTIGUOUS))
    }

    /// Whether the elements lie without gaps, and in Fortran's order: the first index varies fastest.
    #[getter]
    fn f_contiguous(&self) -> Result<bool> {
        self.check_released()?;
        Ok(self.has_layout(layout_flags::FORTRAN))
    }

    /// Whether the elements lie without gaps, be it in C's order or in Fortran's.
    #[getter]
    fn contiguous(&self) -> Result<bool> {
        self.check_released()?;
        Ok(self.has_layout(layout_flags::C_CONTIGUOUS | layout_flags::FORTRAN))
    }
}

fn numbers(values: &[isize]) -> Result<Ref<Tuple>> {
    let items: Vec<Ref> = values.iter().map(|&value| Int::from_isize(value).into_object()).collect();
    Tuple::new(items)
}

impl MemoryView {
    /// An index counted from the end where negative. `IndexError`.
    fn checked_index(&self, dimension: usize, index: isize) -> Result<isize> {
        let size = self.view().shape()[dimension];
        let place = if index < 0 { index + size } else { index };
        match (0..size).contains(&place) {
            true => Ok(place),
            false => Err(raise!(IndexError, "index out of bounds on dimension {}", dimension + 1)),
        }
    }

    /// The index that a tuple of integers is; none for any other key.
    fn multi_index(&self, key: &Object) -> Result<Option<Vec<isize>>> {
        let Some(key) = key.downcast::<Tuple>() else { return Ok(None) };
        let items = key.items();
        if items.iter().all(|item| item.has_index()) {
            let (given, ndim) = (items.len(), self.view().ndim as usize);
            if given < ndim {
                bail!(NotImplementedError, "sub-views are not implemented");
            }
            if given > ndim {
                bail!(TypeError, "cannot index {ndim}-dimension view with {given}-element tuple");
            }
            let mut index = Vec::with_capacity(ndim);
            for (dimension, item) in items.iter().enumerate() {
                index.push(self.checked_index(dimension, item.as_index_or(&exceptions::IndexError)?)?);
            }
            return Ok(Some(index));
        }
        if !items.is_empty() && items.iter().all(|item| item.downcast::<Slice>().is_some()) {
            bail!(NotImplementedError, "multi-dimensional slicing is not implemented");
        }
        Ok(None)
    }

    /// The view of what a slice selects of the first dimension.
    fn sliced(&self, slice: &Slice) -> Result<Ref<MemoryView>> {
        let mut shape = self.shape();
        let indices = slice.select(|| shape.shape[0] as usize)?;
        let offset = shape.strides[0] * indices.start;
        shape.start = shape.start.wrapping_offset(offset);
        shape.shape[0] = indices.length as isize;
        shape.strides[0] *= indices.step;
        self.with_shape(shape)
    }

    /// Copies the items of another object into this view, of one dimension.
    fn copy_from(&self, value: &Object) -> Result<()> {
        let source = MemoryView::of(value)?;
        let (to, from) = (self.view(), source.view());
        let plain = |format: &str| format.trim_start_matches('@').to_owned();
        let same = plain(self.format()) == plain(source.format())
            && to.itemsize == from.itemsize
            && to.shape() == from.shape();
        if !same {
            bail!(ValueError, "memoryview assignment: lvalue and rvalue have different structures");
        }
        // A copy first: both may be of the same memory.
        let bytes = source.copy_items(false);
        for (index, item) in bytes.chunks(to.itemsize.max(1) as usize).enumerate() {
            // SAFETY: the item is in memory that is lent, and writable.
            unsafe {
                let place = to.item_pointer(&[index as isize]);
                std::ptr::copy_nonoverlapping(item.as_ptr(), place, item.len());
            }
        }
        Ok(())
    }
}
