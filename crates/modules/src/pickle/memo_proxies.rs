//! The memos of picklers and unpicklers as Python sees them.

use objects::prelude::*;

use super::memo::Memo;
use super::pickler::Pickler;
use super::unpickler::{Unpickler, UnpicklerMemo};

/// `_pickle.PicklerMemoProxy`.
#[repr(C)]
#[derive(Trace)]
pub struct PicklerMemoProxy {
    base: Object,
    pickler: Ref<Pickler>,
}

impl PicklerMemoProxy {
    pub fn of(pickler: &Pickler) -> Ref<PicklerMemoProxy> {
        Ref::new(PicklerMemoProxy { base: Object::header(), pickler: pickler.to_ref() })
    }

    /// The memo that an object stands for: another pickler's, or a dictionary as `copy` gives it.
    pub fn memo_from(value: &Object) -> Result<Memo> {
        if let Some(proxy) = value.downcast_exact::<PicklerMemoProxy>() {
            return Ok(proxy.pickler.memo.borrow().clone());
        }
        let Some(dict) = value.downcast::<Dict>() else {
            bail!(
                TypeError,
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {}",
                value.class().name()
            );
        };
        let mut memo = Memo::new();
        let mut position = 0;
        while let Some((_, entry)) = dict.next(&mut position) {
            let Some([number, object]) = entry.downcast::<Tuple>().map(Tuple::items) else {
                bail!(TypeError, "'memo' values must be 2-item tuples");
            };
            memo.set(object, number_of(number)? as usize);
        }
        Ok(memo)
    }

    fn to_dict(&self) -> Result<Ref<Dict>> {
        let entries: Vec<(Ref, usize)> = self.pickler.memo.borrow().entries().cloned().collect();
        let dict = Dict::new();
        for (object, number) in entries {
            let key = Int::from_usize(object.as_ptr() as usize);
            dict.set(&key, &*(number, object).into_object()?)?;
        }
        Ok(dict)
    }
}

/// A number in a memo's dictionary, as C's `Py_ssize_t`.
fn number_of(object: &Object) -> Result<isize> {
    let Some(number) = object.downcast::<Int>() else { bail!(TypeError, "an integer is required") };
    number.checked_isize()
}

#[class(
    name = "PicklerMemoProxy",
    module = "_pickle",
    generic_getattro,
    generic_setattro,
    slots = [tp_hash(objects::type_object::slots::hash_not_implemented)]
)]
impl PicklerMemoProxy {
    /// Remove all items from memo.
    #[method]
    fn clear(&self) {
        self.pickler.forget();
    }

    /// Copy the memo to a new object.
    #[method]
    fn copy(&self) -> Result<Ref<Dict>> {
        self.to_dict()
    }

    /// Implement pickle support.
    #[method]
    fn __reduce__(&self) -> Result<Ref> {
        (Dict::class(), (self.to_dict()?,)).into_object()
    }
}

/// `_pickle.UnpicklerMemoProxy`.
#[repr(C)]
#[derive(Trace)]
pub struct UnpicklerMemoProxy {
    base: Object,
    unpickler: Ref<Unpickler>,
}

impl UnpicklerMemoProxy {
    pub fn of(unpickler: &Unpickler) -> Ref<UnpicklerMemoProxy> {
        Ref::new(UnpicklerMemoProxy { base: Object::header(), unpickler: unpickler.to_ref() })
    }

    /// The memo that an object stands for: another unpickler's, or a dictionary as `copy` gives it.
    pub fn memo_from(value: &Object) -> Result<UnpicklerMemo> {
        if let Some(proxy) = value.downcast_exact::<UnpicklerMemoProxy>() {
            return Ok(proxy.unpickler.memo.borrow().clone());
        }
        let Some(dict) = value.downcast::<Dict>() else {
            bail!(
                TypeError,
                "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {}",
                value.class().name()
            );
        };
        let mut memo = UnpicklerMemo::default();
        let mut position = 0;
        while let Some((key, object)) = dict.next(&mut position) {
            let Some(number) = key.downcast::<Int>() else {
                bail!(TypeError, "memo key must be integers");
            };
            match number_of(number)? {
                ..0 => bail!(ValueError, "memo key must be positive integers."),
                number => drop(memo.set(number as usize, object)),
            }
        }
        Ok(memo)
    }

    fn to_dict(&self) -> Result<Ref<Dict>> {
        let entries = self.unpickler.memo.borrow().entries();
        let dict = Dict::new();
        for (number, object) in entries {
            dict.set(&Int::from_usize(number), &object)?;
        }
        Ok(dict)
    }
}

#[class(
    name = "UnpicklerMemoProxy",
    module = "_pickle",
    generic_getattro,
    generic_setattro,
    slots = [tp_hash(objects::type_object::slots::hash_not_implemented)]
)]
impl UnpicklerMemoProxy {
    /// Remove all items from memo.
    #[method]
    fn clear(&self) {
        let old = self.unpickler.memo.take();
        drop(old);
    }

    /// Copy the memo to a new object.
    #[method]
    fn copy(&self) -> Result<Ref<Dict>> {
        self.to_dict()
    }

    /// Implement pickling support.
    #[method]
    fn __reduce__(&self) -> Result<Ref> {
        (Dict::class(), (self.to_dict()?,)).into_object()
    }
}
