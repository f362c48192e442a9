//! The type `str`: construction, and what it does as a sequence.

use super::storage::DetachedStr;
use super::*;
use crate::prelude::*;
use crate::slice::Slice;
use crate::{units, with_units};

/// str(object='') -> str
/// str(bytes_or_buffer[, encoding[, errors]]) -> str
///
/// Text made from an object. With an encoding or an error handler the object is bytes,
/// which are decoded; otherwise the text is what object.__str__() gives, or repr(object)
/// where that is missing. The encoding is sys.getdefaultencoding() and the errors are
/// 'strict' unless said otherwise.
#[class(
    name = "str", symbol = "PyUnicode_Type", static_ = STR, flags = BASETYPE | STR_SUBCLASS,
    basicsize = size_of::<DetachedStr>(),
    include = [
        case::CASE, encode::ENCODING, format::FORMATTING, padding::PADDING, predicates::PREDICATES,
        replace::REPLACING, search::SEARCHING, split::SPLITTING, translate::TRANSLATION,
    ],
    generic_getattro
)]
impl Str {
    #[slot(tp_new, "(object='', encoding='utf-8', errors='strict')", getargs)]
    fn new_str(
        class: &Type,
        object: Option<&Object>,
        encoding: Option<&str>,
        errors: Option<&str>,
    ) -> Result<Ref> {
        let text = match object {
            None => Str::empty(),
            Some(object) if encoding.is_none() && errors.is_none() => object.str()?,
            Some(object) => crate::codecs::text_from_object(object, encoding, errors)?,
        };
        match std::ptr::eq(class, &STR) {
            true => Ok(text.into_object()),
            false => Str::new_in(class, &text).map(Ref::into_object),
        }
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc_slot(object: *mut Object) {
        // SAFETY: as the slot's contract says.
        unsafe { Str::dealloc(object) }
    }

    #[slot(tp_repr)]
    fn repr_slot(&self) -> Result<Ref<Str>> {
        repr::quoted(self, false)
    }

    #[slot(tp_str)]
    fn str_slot(&self) -> Result<Ref<Str>> {
        self.to_exact()
    }

    #[slot(tp_hash)]
    fn hash_slot(&self) -> isize {
        self.hash_value()
    }

    #[slot(tp_richcompare)]
    fn compare_slot(&self, other: &Object, op: CompareOp) -> Ref {
        let Some(other) = other.downcast::<Str>() else { return not_implemented() };
        let answer = match op {
            CompareOp::Eq => self.equals(other),
            CompareOp::Ne => !self.equals(other),
            _ => op.accepts(self.order(other)),
        };
        crate::bool::bool_object(answer)
    }

    #[slot(tp_iter)]
    fn iter_slot(&self) -> Ref {
        iterator::StrIterator::over(self).into_object()
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length_slot(&self) -> usize {
        self.len()
    }

    #[slot(sq_concat)]
    fn concat_slot(&self, other: &Object) -> Result<Ref<Str>> {
        match other.downcast::<Str>() {
            Some(other) => self.concat(other),
            None => {
                Err(raise!(TypeError, "can only concatenate str (not \"{}\") to str", other.class().name()))
            }
        }
    }

    #[slot(sq_repeat)]
    fn repeat_slot(&self, count: isize) -> Result<Ref<Str>> {
        self.repeat(count)
    }

    #[slot(sq_item)]
    fn item_slot(&self, index: isize) -> Result<Ref<Str>> {
        match usize::try_from(index) {
            Ok(index) if index < self.len() => Str::from_point(self.code_point(index)),
            _ => Err(raise!(IndexError, "string index out of range")),
        }
    }

    #[slot(sq_contains)]
    fn contains_slot(&self, item: &Object) -> Result<bool> {
        match item.downcast::<Str>() {
            Some(item) => Ok(self.find(item, 0, self.len()).is_some()),
            None => Err(raise!(
                TypeError,
                "'in <string>' requires string as left operand, not {}",
                item.class().name()
            )),
        }
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref<Str>> {
        if let Some(slice) = key.downcast::<Slice>() {
            return self.slice(slice);
        }
        if !key.has_index() {
            bail!(TypeError, "string indices must be integers");
        }
        let index = key.as_index_or(&exceptions::IndexError)?;
        self.item_slot(if index < 0 { index + self.len() as isize } else { index })
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        match left.downcast::<Str>() {
            Some(template) => crate::percent::format_str(template, right).map(Ref::into_object),
            None => Ok(not_implemented()),
        }
    }

    #[method(name = "__sizeof__", "()")]
    /// The bytes of memory that the string takes.
    fn sizeof(&self) -> usize {
        self.memory_size()
    }

    #[method(name = "__getnewargs__", no_text_signature)]
    fn getnewargs(&self) -> Result<(Ref<Str>,)> {
        Ok((Str::from_points(self.points())?,))
    }
}

impl Str {
    /// The part that a slice selects.
    fn slice(&self, slice: &Slice) -> Result<Ref<Str>> {
        let indices = slice.select(|| self.len())?;
        if indices.length == 0 {
            return Ok(Str::empty());
        }
        if indices.step == 1 {
            return self.substring(indices.start as usize, indices.start as usize + indices.length);
        }
        with_units!(self.points(), units => {
            let selected: Vec<_> = indices.iter().map(|index| units[index]).collect();
            Str::from_points(Unit::points(&selected))
        })
    }

    /// The string so many times. Raises `OverflowError`.
    pub fn repeat(&self, count: isize) -> Result<Ref<Str>> {
        let count = usize::try_from(count).unwrap_or(0);
        match count {
            0 => return Ok(Str::empty()),
            1 => return self.to_exact(),
            _ if self.is_empty() => return Ok(Str::empty()),
            _ => {}
        }
        let Some(length) = self.len().checked_mul(count).filter(|&length| length <= isize::MAX as usize)
        else {
            bail!(OverflowError, "repeated string is too long");
        };
        let union = self.max_point();
        with_units!(self.points(), units => Str::build(length, union, |room| units::fill_repeated(room, units)))
    }
}
