//! From Rust's values to what C slots and methods give back.

use std::ffi::c_int;

use crate::prelude::*;
use crate::protocol::CompareOp;

/// A value that becomes an object: what methods and getters may return.
pub trait IntoObject {
    fn into_object(self) -> Result<Ref>;
}

impl<T: Layout> IntoObject for Ref<T> {
    #[inline(always)]
    fn into_object(self) -> Result<Ref> {
        Ok(Ref::into_object(self))
    }
}

impl<T: Layout> IntoObject for &T {
    #[inline(always)]
    fn into_object(self) -> Result<Ref> {
        Ok(self.as_object().to_ref())
    }
}

impl<T: IntoObject> IntoObject for Result<T> {
    #[inline(always)]
    fn into_object(self) -> Result<Ref> {
        self?.into_object()
    }
}

/// Nothing is `None`.
impl<T: IntoObject> IntoObject for Option<T> {
    #[inline(always)]
    fn into_object(self) -> Result<Ref> {
        match self {
            Some(value) => value.into_object(),
            None => Ok(none()),
        }
    }
}

impl IntoObject for () {
    #[inline(always)]
    fn into_object(self) -> Result<Ref> {
        Ok(none())
    }
}

impl IntoObject for bool {
    #[inline(always)]
    fn into_object(self) -> Result<Ref> {
        Ok(bool_object(self))
    }
}

macro_rules! signed {
    ($($kind:ty),*) => {
        $(impl IntoObject for $kind {
            #[inline]
            fn into_object(self) -> Result<Ref> {
                Ok(Int::new(self as i64).into_object())
            }
        })*
    };
}

macro_rules! unsigned {
    ($($kind:ty),*) => {
        $(impl IntoObject for $kind {
            #[inline]
            fn into_object(self) -> Result<Ref> {
                Ok(Int::from_u64(self as u64).into_object())
            }
        })*
    };
}

signed!(i8, i16, i32, i64, isize);
unsigned!(u8, u16, u32, u64, usize);

impl IntoObject for f64 {
    #[inline]
    fn into_object(self) -> Result<Ref> {
        Ok(Float::new(self).into_object())
    }
}

impl IntoObject for &str {
    fn into_object(self) -> Result<Ref> {
        Ok(Str::try_new(self)?.into_object())
    }
}

impl IntoObject for String {
    fn into_object(self) -> Result<Ref> {
        self.as_str().into_object()
    }
}

impl IntoObject for char {
    fn into_object(self) -> Result<Ref> {
        (&*self.encode_utf8(&mut [0; 4])).into_object()
    }
}

impl IntoObject for &[u8] {
    fn into_object(self) -> Result<Ref> {
        Ok(Bytes::try_new(self)?.into_object())
    }
}

impl IntoObject for Vec<u8> {
    fn into_object(self) -> Result<Ref> {
        self.as_slice().into_object()
    }
}

/// A vector becomes a `list`.
impl<T: Layout> IntoObject for Vec<Ref<T>> {
    fn into_object(self) -> Result<Ref> {
        Ok(List::from_vec(self.into_iter().map(Ref::into_object).collect()).into_object())
    }
}

macro_rules! tuples {
    ($($(($item:ident, $index:tt))+;)*) => {
        $(impl<$($item: IntoObject),+> IntoObject for ($($item,)+) {
            fn into_object(self) -> Result<Ref> {
                let items = [$(self.$index.into_object()?),+];
                Ok(Tuple::new(items)?.into_object())
            }
        })*
    };
}

tuples! {
    (A, 0);
    (A, 0) (B, 1);
    (A, 0) (B, 1) (C, 2);
    (A, 0) (B, 1) (C, 2) (D, 3);
    (A, 0) (B, 1) (C, 2) (D, 3) (E, 4);
    (A, 0) (B, 1) (C, 2) (D, 3) (E, 4) (F, 5);
    (A, 0) (B, 1) (C, 2) (D, 3) (E, 4) (F, 5) (G, 6);
    (A, 0) (B, 1) (C, 2) (D, 3) (E, 4) (F, 5) (G, 6) (H, 7);
}

/// A result in the form that a slot with C type `C` gives it back.
pub trait IntoSlot<C> {
    fn into_slot(self) -> C;
}

impl<T, C> IntoSlot<C> for Result<T>
where
    T: IntoSlot<C>,
    C: Failure,
{
    #[inline(always)]
    fn into_slot(self) -> C {
        match self {
            Ok(value) => value.into_slot(),
            Err(_) => C::FAILURE,
        }
    }
}

/// The value of a C type that says: an exception is set.
pub trait Failure {
    const FAILURE: Self;
}

impl Failure for c_int {
    const FAILURE: c_int = -1;
}

impl Failure for isize {
    const FAILURE: isize = -1;
}

impl Failure for Option<Ref> {
    const FAILURE: Option<Ref> = None;
}

impl IntoSlot<c_int> for () {
    #[inline(always)]
    fn into_slot(self) -> c_int {
        0
    }
}

impl IntoSlot<c_int> for bool {
    #[inline(always)]
    fn into_slot(self) -> c_int {
        self.into()
    }
}

/// `tp_init` with a signature: the result counts as success only.
impl IntoSlot<c_int> for Ref {
    #[inline(always)]
    fn into_slot(self) -> c_int {
        0
    }
}

impl IntoSlot<isize> for isize {
    #[inline(always)]
    fn into_slot(self) -> isize {
        self
    }
}

impl IntoSlot<isize> for usize {
    #[inline(always)]
    fn into_slot(self) -> isize {
        self as isize
    }
}

/// `tp_iternext`: nothing is the end.
impl<T: Layout> IntoSlot<Option<Ref>> for Option<Ref<T>> {
    #[inline(always)]
    fn into_slot(self) -> Option<Ref> {
        self.map(Ref::into_object)
    }
}

/// The operator that C passes as a number.
#[inline(always)]
pub fn compare_op(number: c_int) -> Result<CompareOp> {
    CompareOp::from_c(number).ok_or_else(|| raise!(SystemError, "bad comparison operator {number}"))
}

/// A hash, or that asking for it raised: -1 says the latter, so a hash of -1 becomes -2.
pub trait IntoHash {
    fn into_hash(self) -> isize;
}

impl IntoHash for isize {
    #[inline(always)]
    fn into_hash(self) -> isize {
        match self {
            -1 => -2,
            hash => hash,
        }
    }
}

impl IntoHash for Result<isize> {
    #[inline(always)]
    fn into_hash(self) -> isize {
        match self {
            Ok(hash) => hash.into_hash(),
            Err(_) => -1,
        }
    }
}
