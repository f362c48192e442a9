//! `longobject.h`: integers to and from C.

use std::ffi::{CStr, c_char, c_double, c_int, c_long, c_ulong, c_void};

use objects::int::ByteOrder;
use objects::int::{arithmetic, bits};
use objects::prelude::*;

macro_rules! from_c {
    ($($name:ident($kind:ty) = $make:ident as $wide:ty;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(value: $kind) -> Ref<Int> {
            Int::$make(value as $wide)
        })*
    };
}

from_c! {
    PyLong_FromLong(c_long) = new as i64;
    PyLong_FromLongLong(i64) = new as i64;
    PyLong_FromSsize_t(isize) = new as i64;
    PyLong_FromUnsignedLong(c_ulong) = from_u64 as u64;
    PyLong_FromUnsignedLongLong(u64) = from_u64 as u64;
    PyLong_FromSize_t(usize) = from_u64 as u64;
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_FromVoidPtr(pointer: *mut c_void) -> Ref<Int> {
    Int::from_u64(pointer as u64)
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_FromDouble(value: c_double) -> Result<Ref<Int>> {
    Float::integral(value)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyLong_FromString(
    text: *const c_char,
    end: *mut *const c_char,
    base: c_int,
) -> Result<Ref<Int>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    if !(base == 0 || (2..=36).contains(&base)) {
        bail!(ValueError, "int() arg 2 must be >= 2 and <= 36");
    }
    if !end.is_null() {
        // SAFETY: the caller's place.
        unsafe { end.write(text.add(bytes.len())) };
    }
    Int::parse_bytes(bytes, base as u32)
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_FromNbIndexOrNbInt(object: &Object) -> Result<Ref<Int>> {
    match object.downcast_exact::<Int>() {
        Some(number) => Ok(number.to_ref()),
        None => object.as_integer(),
    }
}

fn too_large(kind: &str) -> Raised {
    raise!(OverflowError, "Python int too large to convert to C {kind}")
}

/// An exact conversion of an integer, or of what has an `__index__`; `fail` is C's error value.
fn checked<T>(object: Option<&Object>, fail: T, convert: impl FnOnce(&Int) -> Result<T>) -> T {
    let Some(object) = object else {
        let _ = raise!(SystemError, "bad argument to internal function");
        return fail;
    };
    let result = match object.downcast::<Int>() {
        Some(number) => convert(number),
        None => object.as_integer().and_then(|number| convert(&number)),
    };
    result.unwrap_or(fail)
}

/// As [`checked`], for the functions that take nothing but an integer.
fn strict<T>(object: Option<&Object>, fail: T, convert: impl FnOnce(&Int) -> Result<T>) -> T {
    match object.and_then(|object| object.downcast::<Int>()) {
        Some(number) => convert(number).unwrap_or(fail),
        None => {
            let _ = raise!(TypeError, "an integer is required");
            fail
        }
    }
}

fn to_unsigned(number: &Int, kind: &str) -> Result<u64> {
    if number.is_negative() {
        bail!(OverflowError, "can't convert negative value to unsigned int");
    }
    number.to_u64().ok_or_else(|| too_large(kind))
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsLong(object: Option<&Object>) -> c_long {
    checked(object, -1, |number| number.to_i64().ok_or_else(|| too_large("long")))
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsLongLong(object: Option<&Object>) -> i64 {
    checked(object, -1, |number| {
        number.to_i64().ok_or_else(|| raise!(OverflowError, "int too big to convert"))
    })
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_AsInt(object: Option<&Object>) -> c_int {
    checked(object, -1, |number| {
        number.to_i64().and_then(|number| c_int::try_from(number).ok()).ok_or_else(|| match number.to_i64() {
            Some(_) => too_large("int"),
            None => too_large("int"),
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsSsize_t(object: Option<&Object>) -> isize {
    strict(object, -1, |number| number.to_isize().ok_or_else(|| too_large("ssize_t")))
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsUnsignedLong(object: Option<&Object>) -> c_ulong {
    strict(object, c_ulong::MAX, |number| to_unsigned(number, "unsigned long"))
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsUnsignedLongLong(object: Option<&Object>) -> u64 {
    strict(object, u64::MAX, |number| to_unsigned(number, "unsigned long"))
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsSize_t(object: Option<&Object>) -> usize {
    strict(object, usize::MAX, |number| {
        if number.is_negative() {
            bail!(OverflowError, "can't convert negative value to size_t");
        }
        number.to_u64().map(|number| number as usize).ok_or_else(|| too_large("size_t"))
    })
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsUnsignedLongMask(object: Option<&Object>) -> c_ulong {
    checked(object, c_ulong::MAX, |number| Ok(number.low_u64()))
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsUnsignedLongLongMask(object: Option<&Object>) -> u64 {
    checked(object, u64::MAX, |number| Ok(number.low_u64()))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyLong_AsLongAndOverflow(object: Option<&Object>, overflow: *mut c_int) -> c_long {
    // SAFETY: the caller's place.
    unsafe { overflow.write(0) };
    checked(object, -1, |number| {
        Ok(number.to_i64().unwrap_or_else(|| {
            // SAFETY: as above.
            unsafe { overflow.write(number.sign()) };
            -1
        }))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyLong_AsLongLongAndOverflow(object: Option<&Object>, overflow: *mut c_int) -> i64 {
    // SAFETY: the same contract.
    unsafe { PyLong_AsLongAndOverflow(object, overflow) }
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsDouble(object: Option<&Object>) -> c_double {
    strict(object, -1.0, Int::to_f64)
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_AsVoidPtr(object: Option<&Object>) -> *mut c_void {
    strict(object, 0, |number| match number.is_negative() {
        true => number.to_i64().map(|number| number as u64).ok_or_else(|| too_large("long")),
        false => number.to_u64().ok_or_else(|| too_large("unsigned long")),
    }) as *mut c_void
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_Sign(number: &Int) -> c_int {
    number.sign()
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_NumBits(number: &Int) -> usize {
    number.bit_length() as usize
}

#[unsafe(no_mangle)]
extern "C" fn _Py_bit_length(value: c_ulong) -> c_int {
    (c_ulong::BITS - value.leading_zeros()) as c_int
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_Copy(number: &Int) -> Result<Ref<Int>> {
    number.copy_in(Int::class())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyLong_FromByteArray(
    bytes: *const u8,
    count: usize,
    little_endian: c_int,
    signed: c_int,
) -> Result<Ref<Int>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { memory::slice_or_empty(bytes, count) };
    Int::from_bytes(bytes, order(little_endian), signed != 0)
}

fn order(little_endian: c_int) -> ByteOrder {
    if little_endian != 0 { ByteOrder::Little } else { ByteOrder::Big }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyLong_AsByteArray(
    number: &Int,
    bytes: *mut u8,
    count: usize,
    little_endian: c_int,
    signed: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    let out = unsafe { if count == 0 { &mut [][..] } else { std::slice::from_raw_parts_mut(bytes, count) } };
    raise::status(number.write_bytes(out, order(little_endian), signed != 0))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyLong_Frexp(number: &Int, exponent: *mut isize) -> c_double {
    let (fraction, power) = number.to_fraction();
    // SAFETY: the caller's place.
    unsafe { exponent.write(power as isize) };
    fraction
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_GCD(a: &Int, b: &Int) -> Result<Ref<Int>> {
    arithmetic::gcd(a, b)
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_DivmodNear(a: &Int, b: &Int) -> Result<Ref<Tuple>> {
    let (quotient, remainder) = arithmetic::divmod_near(a, b)?;
    Tuple::new([quotient.into_object(), remainder.into_object()])
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_Rshift(number: &Int, count: usize) -> Result<Ref<Int>> {
    bits::right_shift(number, &Int::from_usize(count))
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_Lshift(number: &Int, count: usize) -> Result<Ref<Int>> {
    bits::left_shift(number, &Int::from_usize(count))
}

#[unsafe(no_mangle)]
extern "C" fn _PyLong_Format(object: &Object, base: c_int) -> Result<Ref<Str>> {
    object.to_base(base as u32)
}

macro_rules! converters {
    ($($name:ident: $kind:ty, $shown:literal;)*) => {
        $(#[unsafe(no_mangle)]
        unsafe extern "C" fn $name(object: &Object, place: *mut c_void) -> c_int {
            if object.downcast::<Int>().is_some_and(|number| _PyLong_Sign(number) < 0) {
                let _ = raise!(ValueError, "value must be positive");
                return 0;
            }
            let number = PyLong_AsUnsignedLong(Some(object));
            if number == c_ulong::MAX && raise::occurred() {
                return 0;
            }
            match <$kind>::try_from(number) {
                Ok(number) => {
                    // SAFETY: the caller's place.
                    unsafe { place.cast::<$kind>().write(number) };
                    1
                }
                Err(_) => {
                    let _ = raise!(OverflowError, concat!("Python int too large for C ", $shown));
                    0
                }
            }
        })*
    };
}

converters! {
    _PyLong_UnsignedShort_Converter: u16, "unsigned short";
    _PyLong_UnsignedInt_Converter: u32, "unsigned int";
    _PyLong_UnsignedLong_Converter: u64, "unsigned long";
    _PyLong_UnsignedLongLong_Converter: u64, "unsigned long long";
    _PyLong_Size_t_Converter: usize, "size_t";
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_convert_optional_to_ssize_t(object: &Object, place: *mut c_void) -> c_int {
    if object.is_none() {
        return 1;
    }
    if !object.has_index() {
        let _ = raise!(TypeError, "argument should be integer or None, not {}", object.class().name());
        return 0;
    }
    match object.as_isize() {
        Ok(number) => {
            // SAFETY: the caller's place.
            unsafe { place.cast::<isize>().write(number) };
            1
        }
        Err(_) => 0,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_GetInfo() -> Result<Ref> {
    match (objects::services::get().sys_get)("int_info") {
        Some(info) => Ok(info),
        None => Err(raise!(RuntimeError, "lost sys.int_info")),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyBool_FromLong(value: c_long) -> Ref {
    bool_object(value != 0)
}

/// An int of so many digits, for C code to write; its size is the caller's to correct.
#[unsafe(no_mangle)]
extern "C" fn _PyLong_New(digits: isize) -> Result<Ref<Int>> {
    Ok(objects::int::IntBuilder::new(digits.max(0) as usize)?.unfinished())
}

#[unsafe(no_mangle)]
extern "C" fn PyLong_FromUnicodeObject(text: &Str, base: c_int) -> Result<Ref<Int>> {
    if !(base == 0 || (2..=36).contains(&base)) {
        bail!(ValueError, "int() arg 2 must be >= 2 and <= 36");
    }
    Int::parse_str(text, base as u32)
}

macro_rules! from_ids {
    ($($name:ident)*) => {
        /// The id; -1 for the highest one, as everywhere.
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(id: u32) -> Ref<Int> {
            Int::new(if id == u32::MAX { -1 } else { i64::from(id) })
        })*
    };
}

from_ids!(_PyLong_FromUid _PyLong_FromGid);

/// The digits of a number in C source, and where they end. Base 0 lets a prefix say the base.
///
/// # Safety
/// The pointer is to a C string.
unsafe fn scan(text: *const c_char, end: *mut *const c_char, base: c_int) -> (Option<c_ulong>, bool) {
    // SAFETY: the caller's promise; `end` is null or the caller's place.
    unsafe {
        let bytes = CStr::from_ptr(text).to_bytes();
        let mut at = bytes.iter().take_while(|byte| matches!(byte, b' ' | 9..=13)).count();
        let negative = bytes.get(at) == Some(&b'-');
        at += usize::from(matches!(bytes.get(at), Some(b'-' | b'+')));
        let digit_at = |at: usize, base: u32| bytes.get(at).and_then(|&byte| char::from(byte).to_digit(base));
        let prefixed = match bytes.get(at..at + 2) {
            Some([b'0', b'x' | b'X']) => Some(16),
            Some([b'0', b'o' | b'O']) => Some(8),
            Some([b'0', b'b' | b'B']) => Some(2),
            _ => None,
        };
        let base = match (prefixed, base) {
            (Some(prefixed), base) if base == 0 || base == prefixed as c_int => {
                if digit_at(at + 2, prefixed).is_some() {
                    at += 2;
                }
                prefixed
            }
            (_, 0) => 10,
            (_, base) => base.clamp(2, 36) as u32,
        };
        let mut value = Some(0 as c_ulong);
        while let Some(digit) = digit_at(at, base) {
            value = value.and_then(|value| value.checked_mul(base.into())?.checked_add(digit.into()));
            at += 1;
        }
        if !end.is_null() {
            end.write(text.add(at));
        }
        (value, negative)
    }
}

fn out_of_range() {
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = libc::ERANGE };
}

/// The number; the greatest, and `ERANGE`, where it is too large.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_strtoul(text: *const c_char, end: *mut *const c_char, base: c_int) -> c_ulong {
    // SAFETY: the same contract.
    match unsafe { scan(text, end, base) } {
        (Some(value), false) => value,
        (Some(value), true) => value.wrapping_neg(),
        (None, _) => {
            out_of_range();
            c_ulong::MAX
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_strtol(text: *const c_char, end: *mut *const c_char, base: c_int) -> c_long {
    // SAFETY: the same contract.
    let (value, negative) = unsafe { scan(text, end, base) };
    let signed = value.map(i128::from).map(|value| if negative { -value } else { value });
    signed.and_then(|value| c_long::try_from(value).ok()).unwrap_or_else(|| {
        out_of_range();
        c_long::MAX
    })
}
