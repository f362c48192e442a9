//! The type `bytes`: construction, and what it does as a sequence.

use super::convert;
use super::iterator::BytesIterator;
use super::storage::{BASE_SIZE, Bytes};
use crate::buffer::BytesLike;
use crate::bytes_like::{self, ByteString, operations};
use crate::prelude::*;
use crate::slice::Slice;

/// bytes(iterable_of_ints) -> bytes
/// bytes(string, encoding[, errors]) -> bytes
/// bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer
/// bytes(int) -> bytes object of size given by the parameter initialized with null bytes
/// bytes() -> empty bytes object
///
/// An immutable array of bytes: from integers in range(256), text in an
/// encoding, anything that lends its memory, or so many zeros.
#[class(
    name = "bytes", symbol = "PyBytes_Type", static_ = BYTES, layout = VarObject, basicsize = BASE_SIZE,
    itemsize = 1, flags = BASETYPE | BYTES_SUBCLASS, include = [bytes_like::BYTES_METHODS],
    generic_getattro
)]
impl Bytes {
    #[slot(tp_new, "(source=b'', encoding='utf-8', errors='strict')", getargs)]
    fn new_bytes(
        class: &Type,
        source: Option<&Object>,
        encoding: Option<&str>,
        errors: Option<&str>,
    ) -> Result<Ref> {
        let bytes = match (convert::encoded(source, encoding, errors)?, source) {
            (Some(bytes), _) => bytes,
            (None, Some(object)) => convert::from_object(object)?,
            (None, None) => Bytes::try_new(b"")?,
        };
        match std::ptr::eq(class, &BYTES) {
            true => Ok(bytes.into_object()),
            false => Bytes::new_in(class, bytes.as_bytes()).map(Ref::into_object),
        }
    }

    #[slot(bf_getbuffer)]
    unsafe extern "C" fn lend(
        object: &Object,
        view: *mut crate::buffer::BufferView,
        flags: std::ffi::c_int,
    ) -> std::ffi::c_int {
        // SAFETY: as the slot's contract says.
        unsafe { Bytes::get_buffer_slot(object, view, flags) }
    }

    #[slot(tp_repr)]
    fn repr_slot(&self) -> Result<Ref<Str>> {
        operations::quoted("", self.as_bytes(), "", false)
    }

    #[slot(tp_str)]
    fn str_slot(&self) -> Result<Ref<Str>> {
        if (crate::services::get().bytes_warning)() > 0 {
            crate::services::warn(&exceptions::BytesWarning, "str() on a bytes instance", 1)?;
        }
        self.repr_slot()
    }

    #[slot(tp_hash)]
    fn hash_slot(&self) -> isize {
        self.hash_value()
    }

    #[slot(tp_richcompare)]
    fn compare_slot(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.downcast::<Bytes>() {
            Some(other) => {
                let answer = match op {
                    CompareOp::Eq => self.as_bytes() == other.as_bytes(),
                    CompareOp::Ne => self.as_bytes() != other.as_bytes(),
                    _ => op.accepts(self.as_bytes().cmp(other.as_bytes())),
                };
                Ok(crate::bool::bool_object(answer))
            }
            None => {
                bytes_like::warn_of_comparison(other, op)?;
                Ok(not_implemented())
            }
        }
    }

    #[slot(tp_iter)]
    fn iter_slot(&self) -> Ref {
        BytesIterator::over(self).into_object()
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length_slot(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn concat_slot(&self, other: &Object) -> Result<Ref<Bytes>> {
        concatenated(self.as_object(), self.as_bytes(), other)
    }

    #[slot(sq_repeat)]
    fn repeat_slot(&self, count: isize) -> Result<Ref<Bytes>> {
        let count = usize::try_from(count).unwrap_or(0);
        if (count == 1 || self.is_empty()) && self.is_exact() {
            return Ok(self.to_ref());
        }
        if count == 0 {
            // A new object, as the memory that is traced shows.
            return Bytes::unfilled(0);
        }
        let Some(length) = self.len().checked_mul(count).filter(|&length| length <= isize::MAX as usize)
        else {
            bail!(OverflowError, "repeated bytes are too long");
        };
        Bytes::build(length, |room| crate::units::fill_repeated(room, self.as_bytes()))
    }

    #[slot(sq_item)]
    fn item_slot(&self, index: isize) -> Result<Ref<Int>> {
        match usize::try_from(index).ok().and_then(|index| self.as_bytes().get(index)) {
            Some(&byte) => Ok(Int::new(byte.into())),
            None => Err(raise!(IndexError, "index out of range")),
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
            let index = if index < 0 { index + self.size() } else { index };
            return self.item_slot(index).map(Ref::into_object);
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "byte indices must be integers or slices, not {}", key.class().name());
        };
        let indices = slice.select(|| self.len())?;
        if indices.step == 1 && indices.length == self.len() {
            return self.unchanged().map(Ref::into_object);
        }
        operations::sliced(self, indices).map(Ref::into_object)
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        match left.downcast::<Bytes>() {
            Some(template) => {
                let formatted = crate::percent::format_bytes(template.as_bytes(), right)?;
                Bytes::try_new(&formatted).map(Ref::into_object)
            }
            None => Ok(not_implemented()),
        }
    }

    #[method(name = "__getnewargs__", no_text_signature)]
    fn getnewargs(&self) -> Result<(Ref<Bytes>,)> {
        Ok((Bytes::try_new(self.as_bytes())?,))
    }
}

/// Both one behind the other, as `bytes`.
fn concatenated(left: &Object, content: &[u8], right: &Object) -> Result<Ref<Bytes>> {
    let appended = match BytesLike::of(right) {
        Ok(appended) => appended,
        Err(raised) => {
            raised.clear();
            let (right, left) = (right.class().name(), left.class().name());
            bail!(TypeError, "can't concat {right} to {left}");
        }
    };
    let appended = appended.bytes();
    let Some(length) = content.len().checked_add(appended.len()).filter(|&n| n <= isize::MAX as usize) else {
        bail!(MemoryError);
    };
    Bytes::build(length, |room| {
        room[..content.len()].copy_from_slice(content);
        room[content.len()..].copy_from_slice(appended);
    })
}
