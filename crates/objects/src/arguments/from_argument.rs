//! The conversion of one argument.

use super::Place;
use crate::prelude::*;

/// A Rust type that an argument converts to.
pub trait FromArgument<'a>: Sized {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self>;

    /// The conversion where `None` is taken too.
    #[inline(always)]
    fn from_nullable(value: &'a Object, place: &Place) -> Result<Option<Self>> {
        match value.is_none() {
            true => Ok(None),
            false => Self::from_argument(value, place).map(Some),
        }
    }
}

/// `None` counts as nothing: `Optional` parameters, as against absent ones.
#[derive(Clone, Copy)]
pub struct NoneOr<T>(pub Option<T>);

impl<'a, T: FromArgument<'a>> FromArgument<'a> for NoneOr<T> {
    #[inline(always)]
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        T::from_nullable(value, place).map(NoneOr)
    }
}

impl<'a, T: Layout> FromArgument<'a> for &'a T {
    #[inline(always)]
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        match value.downcast::<T>() {
            Some(value) => Ok(value),
            None => Err(place.bad_argument(T::class().name(), value)),
        }
    }
}

impl<'a, T: Layout> FromArgument<'a> for Ref<T> {
    #[inline(always)]
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        <&T>::from_argument(value, place).map(T::to_ref)
    }
}

/// Text as C takes it: without lone surrogates, and without a NUL, which would end it.
impl<'a> FromArgument<'a> for &'a str {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        match <&Str>::from_argument(value, place)?.as_utf8()? {
            text if text.contains('\0') => Err(raise!(ValueError, "embedded null character")),
            text => Ok(text),
        }
    }

    fn from_nullable(value: &'a Object, place: &Place) -> Result<Option<Self>> {
        match value.downcast::<Str>() {
            Some(_) => Self::from_argument(value, place).map(Some),
            None if value.is_none() => Ok(None),
            None => Err(place.bad_argument("str or None", value)),
        }
    }
}

/// A truth value: any object has one.
impl<'a> FromArgument<'a> for bool {
    #[inline]
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        value.is_true()
    }
}

impl<'a> FromArgument<'a> for f64 {
    #[inline]
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        value.as_f64()
    }
}

/// A string of one character. Surrogates are characters: hence the number.
impl<'a> FromArgument<'a> for char {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        let text = value.downcast::<Str>().filter(|text| text.len() == 1);
        match text.and_then(|text| char::from_u32(text.code_point(0))) {
            Some(character) => Ok(character),
            None => Err(place.bad_argument("a unicode character", value)),
        }
    }
}

/// A size or an index: through `__index__` alone.
impl<'a> FromArgument<'a> for isize {
    #[inline]
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        refuse_float(value)?;
        value.index()?.checked_isize()
    }

    fn from_nullable(value: &'a Object, _: &Place) -> Result<Option<Self>> {
        if value.is_none() {
            return Ok(None);
        }
        if !value.has_index() {
            bail!(TypeError, "argument should be integer or None, not '{}'", value.class().name());
        }
        value.as_isize().map(Some)
    }
}

/// A size or an index as `PyLong_AsSsize_t` takes it: from an `int` alone.
#[derive(Clone, Copy)]
pub struct PlainIndex(pub isize);

impl<'a> FromArgument<'a> for PlainIndex {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        match value.downcast::<Int>() {
            Some(value) => value.checked_isize().map(PlainIndex),
            None => Err(raise!(TypeError, "an integer is required")),
        }
    }
}

/// C's `long`.
impl<'a> FromArgument<'a> for i64 {
    #[inline]
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        integer(value)?
            .to_i64()
            .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
    }
}

/// C's `int`.
impl<'a> FromArgument<'a> for i32 {
    #[inline]
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        let value = integer(value)?;
        let fitting = value.to_i64().and_then(|number| i32::try_from(number).ok());
        fitting.ok_or_else(|| place.too_large_for_int(&value))
    }
}

/// An integer by C's `PyLong_AsLong`, which takes floats too, with a warning.
#[derive(Clone, Copy)]
pub struct Loose<T>(pub T);

impl<'a> FromArgument<'a> for Loose<i64> {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        match value.as_integer()?.to_i64() {
            Some(number) => Ok(Loose(number)),
            None => Err(raise!(OverflowError, "Python int too large to convert to C long")),
        }
    }
}

impl<'a> FromArgument<'a> for Loose<isize> {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        value.as_integer()?.checked_isize().map(Loose)
    }
}

impl<'a> FromArgument<'a> for Loose<i32> {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        i32::from_argument(&*value.as_integer()?, place).map(Loose)
    }
}

macro_rules! ranged {
    ($($kind:ty: $name:literal;)*) => {
        $(impl<'a> FromArgument<'a> for $kind {
            #[inline]
            fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
                let value = i64::from_argument(value, place)?;
                <$kind>::try_from(value).map_err(|_| match value > 0 {
                    true => raise!(OverflowError, concat!($name, " integer is greater than maximum")),
                    false => raise!(OverflowError, concat!($name, " integer is less than minimum")),
                })
            }
        })*
    };
}

ranged! {
    i16: "signed short";
    u8: "unsigned byte";
}

macro_rules! unsigned {
    ($($kind:ty: $c_name:literal, by $widest:literal;)*) => {
        $(impl<'a> FromArgument<'a> for $kind {
            #[inline]
            fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
                let value = integer(value)?;
                if value.is_negative() {
                    bail!(ValueError, "value must be positive");
                }
                let Some(value) = value.to_u64() else {
                    bail!(OverflowError, concat!("Python int too large to convert to C ", $widest));
                };
                <$kind>::try_from(value)
                    .map_err(|_| raise!(OverflowError, concat!("Python int too large for C ", $c_name)))
            }
        })*
    };
}

unsigned! {
    u16: "unsigned short", by "unsigned long";
    u32: "unsigned int", by "unsigned long";
    u64: "unsigned long", by "unsigned long";
    usize: "size_t", by "size_t";
}

/// The low bits of an integer of any size, without an overflow check.
#[derive(Clone, Copy)]
pub struct Masked<T>(pub T);

macro_rules! masked {
    ($($kind:ty),*) => {
        $(impl<'a> FromArgument<'a> for Masked<$kind> {
            #[inline]
            fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
                Ok(Masked(integer(value)?.low_u64() as $kind))
            }
        })*
    };
}

masked!(u8, u16, u32);

/// For the widest type the argument has to be an `int` itself.
impl<'a> FromArgument<'a> for Masked<u64> {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        <&Int>::from_argument(value, place).map(|value| Masked(value.low_u64()))
    }
}

/// A `float` is no integer, though it has an `__int__`.
#[inline(always)]
fn refuse_float(value: &Object) -> Result<()> {
    match value.downcast::<Float>() {
        Some(_) => Err(raise!(TypeError, "integer argument expected, got float")),
        None => Ok(()),
    }
}

/// The integer that an argument stands for: through `__index__`, or `__int__` with a warning. `TypeError` for a float.
#[inline]
pub fn integer(value: &Object) -> Result<Ref<Int>> {
    match value.downcast::<Int>() {
        Some(value) => Ok(value.to_ref()),
        None => {
            refuse_float(value)?;
            value.as_integer()
        }
    }
}
