//! `floatobject.h`, `complexobject.h`, `pystrtod.h`.

use std::ffi::{CStr, c_char, c_double, c_int, c_uchar};

use numtext::float::{Options, Style};
use objects::complex::Complex;
use objects::complex::{Failure, Pair};
use objects::memory::domains::{self, Domain};
use objects::prelude::*;

#[unsafe(no_mangle)]
extern "C" fn PyFloat_FromDouble(value: c_double) -> Ref<Float> {
    Float::new(value)
}

#[unsafe(no_mangle)]
extern "C" fn PyFloat_AsDouble(object: Option<&Object>) -> c_double {
    let Some(object) = object else {
        let _ = raise!(TypeError, "bad argument type for built-in operation");
        return -1.0;
    };
    object.as_f64().unwrap_or(-1.0)
}

#[unsafe(no_mangle)]
extern "C" fn PyFloat_FromString(object: &Object) -> Result<Ref<Float>> {
    Float::parse_object(object)
}

#[unsafe(no_mangle)]
extern "C" fn PyFloat_GetMax() -> c_double {
    f64::MAX
}

#[unsafe(no_mangle)]
extern "C" fn PyFloat_GetMin() -> c_double {
    f64::MIN_POSITIVE
}

/// # Safety
/// `bytes` has room for `N`.
unsafe fn store<const N: usize>(mut encoded: [u8; N], bytes: *mut c_uchar, little_endian: c_int) {
    // Encoded in the order of the machine, which is little-endian.
    if little_endian == 0 {
        encoded.reverse();
    }
    // SAFETY: the caller's promise.
    unsafe { bytes.cast::<[u8; N]>().write(encoded) };
}

/// # Safety
/// `bytes` points to `N`.
unsafe fn load<const N: usize>(bytes: *const c_uchar, little_endian: c_int) -> [u8; N] {
    // SAFETY: the caller's promise.
    let mut encoded = unsafe { bytes.cast::<[u8; N]>().read() };
    if little_endian == 0 {
        encoded.reverse();
    }
    encoded
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyFloat_Pack8(value: c_double, bytes: *mut c_uchar, little_endian: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { store(value.to_le_bytes(), bytes, little_endian) };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyFloat_Unpack8(bytes: *const c_uchar, little_endian: c_int) -> c_double {
    // SAFETY: the caller's promise.
    let value = f64::from_le_bytes(unsafe { load(bytes, little_endian) });
    objects::float::refuse_special(value, "double").unwrap_or(-1.0)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyFloat_Pack4(value: c_double, bytes: *mut c_uchar, little_endian: c_int) -> c_int {
    let narrow = value as f32;
    if narrow.is_infinite() && !value.is_infinite() {
        let _ = raise!(OverflowError, "float too large to pack with f format");
        return -1;
    }
    // SAFETY: the caller's promise.
    unsafe { store(narrow.to_le_bytes(), bytes, little_endian) };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyFloat_Unpack4(bytes: *const c_uchar, little_endian: c_int) -> c_double {
    // SAFETY: the caller's promise.
    let value = f32::from_le_bytes(unsafe { load(bytes, little_endian) });
    objects::float::refuse_special(value.into(), "float").unwrap_or(-1.0)
}

/// The nearest half-precision number (IEEE 754 binary16), ties to even; none where it is too large.
fn to_half(value: f64) -> Option<u16> {
    let sign = ((value.to_bits() >> 48) & 0x8000) as u16;
    if value.is_nan() {
        return Some(sign | 0x7e00);
    }
    if value.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let magnitude = value.abs();
    if magnitude >= 65520.0 {
        return None;
    }
    // In units of the last place of the number's binade, or of the subnormals'.
    let exponent = if magnitude < 2f64.powi(-14) { -14 } else { ((magnitude.to_bits() >> 52) as i32) - 1023 };
    let scaled = magnitude * 2f64.powi(10 - exponent);
    let rounded = scaled.round_ties_even() as u32;
    let biased = if magnitude < 2f64.powi(-14) { 0 } else { (exponent + 14) as u32 };
    Some(sign | (biased * 0x400 + rounded) as u16)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyFloat_Pack2(value: c_double, bytes: *mut c_uchar, little_endian: c_int) -> c_int {
    match to_half(value) {
        Some(half) => {
            // SAFETY: the caller's promise.
            unsafe { store(half.to_le_bytes(), bytes, little_endian) };
            0
        }
        None => {
            let _ = raise!(OverflowError, "float too large to pack with e format");
            -1
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyFloat_Unpack2(bytes: *const c_uchar, little_endian: c_int) -> c_double {
    // SAFETY: the caller's promise.
    let half = u16::from_le_bytes(unsafe { load(bytes, little_endian) });
    let sign = if half & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f64::from(half & 0x3ff));
    match exponent {
        0x1f if fraction == 0.0 => sign * f64::INFINITY,
        0x1f => f64::NAN.copysign(sign),
        0 => sign * fraction * 2f64.powi(-24),
        _ => sign * (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

#[unsafe(no_mangle)]
extern "C" fn _Py_dg_stdnan(sign: c_int) -> c_double {
    f64::NAN.copysign(if sign != 0 { -1.0 } else { 1.0 })
}

#[unsafe(no_mangle)]
extern "C" fn _Py_dg_infinity(sign: c_int) -> c_double {
    if sign != 0 { f64::NEG_INFINITY } else { f64::INFINITY }
}

#[unsafe(no_mangle)]
extern "C" fn _Py_HashDouble(value: c_double) -> isize {
    objects::float::parts::hash(value)
}

#[unsafe(no_mangle)]
extern "C" fn _Py_HashPointer(pointer: *const std::ffi::c_void) -> isize {
    match (pointer as usize).rotate_right(4) as isize {
        -1 => -2,
        hash => hash,
    }
}

/// The length of the number at the start of a text, as `strtod` reads it, but for any locale's sake.
fn number_length(text: &[u8]) -> usize {
    let unsigned = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let rest = &text[unsigned..];
    for word in [&b"infinity"[..], b"inf", b"nan"] {
        if rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word) {
            return unsigned + word.len();
        }
    }
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(rest);
    let mut length = whole;
    let mut fraction = 0;
    if rest.get(length) == Some(&b'.') {
        fraction = digits(&rest[length + 1..]);
        if whole + fraction > 0 {
            length += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(rest.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(&rest[(length + 1 + sign).min(rest.len())..]);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    unsigned + length
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_string_to_double(
    text: *const c_char,
    end: *mut *const c_char,
    overflow: Option<&Object>,
) -> c_double {
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    let length = number_length(bytes);
    if length == 0 || (end.is_null() && length != bytes.len()) {
        let _ = raise!(ValueError, "could not convert string to float: '{}'", String::from_utf8_lossy(bytes));
        return -1.0;
    }
    let value = objects::float::text::parse(&bytes[..length]).unwrap_or(-1.0);
    let names_infinity = bytes[..length].iter().any(|byte| matches!(byte, b'i' | b'I'));
    if let Some(overflow) = overflow
        && value.is_infinite()
        && !names_infinity
    {
        let message = format!("value too large to convert to float: '{}'", String::from_utf8_lossy(bytes));
        let _ = raise::set(overflow, Some(Str::new(&message).into_object()));
        return -1.0;
    }
    if !end.is_null() {
        // SAFETY: the caller's place, within the string.
        unsafe { end.write(text.add(length)) };
    }
    value
}

/// The flags of `PyOS_double_to_string`.
const SIGN: c_int = 1;
const ADD_DOT_0: c_int = 2;
const ALTERNATE: c_int = 4;

#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_double_to_string(
    value: c_double,
    code: c_char,
    precision: c_int,
    flags: c_int,
    kind: *mut c_int,
) -> *mut c_char {
    if !kind.is_null() {
        // SAFETY: the caller's place.
        unsafe { kind.write(if value.is_nan() { 2 } else { c_int::from(value.is_infinite()) }) };
    }
    let code = code as u8;
    let options = Options {
        sign: flags & SIGN != 0,
        add_dot_0: flags & ADD_DOT_0 != 0,
        alternate: flags & ALTERNATE != 0,
        upper: code.is_ascii_uppercase(),
    };
    let style = match code.to_ascii_lowercase() {
        b'e' => Style::Exponent,
        b'f' => Style::Fixed,
        b'g' => Style::General,
        _ => Style::Repr,
    };
    let text = numtext::float::format(value, style, precision.max(0) as usize, options);
    let copy = domains::allocate(Domain::Memory, text.len() + 1).cast::<c_char>();
    if copy.is_null() {
        let _ = raise!(MemoryError);
        return copy;
    }
    // SAFETY: room was just allocated.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), copy, text.len());
        copy.add(text.len()).write(0);
    }
    copy
}

#[unsafe(no_mangle)]
pub extern "C" fn PyComplex_FromDoubles(real: c_double, imaginary: c_double) -> Result<Ref> {
    Ok(Complex::new(real, imaginary).into_object())
}

/// `Py_complex`.
#[repr(C)]
pub struct ComplexValue {
    real: c_double,
    imaginary: c_double,
}

#[unsafe(no_mangle)]
extern "C" fn PyComplex_FromCComplex(value: ComplexValue) -> Result<Ref> {
    PyComplex_FromDoubles(value.real, value.imaginary)
}

/// The parts of a complex number, or of what converts to one.
pub fn complex_parts(object: &Object) -> Result<(f64, f64)> {
    if let Some(complex) = object.downcast::<Complex>() {
        return Ok({
            let value = complex.value();
            (value.real, value.imag)
        });
    }
    if let Some(method) = object.lookup_special(intern!("__complex__"))? {
        let result = method.call0()?;
        return match result.downcast::<Complex>() {
            Some(complex) => Ok({
                let value = complex.value();
                (value.real, value.imag)
            }),
            None => {
                Err(raise!(TypeError, "__complex__ returned non-complex (type {})", result.class().name()))
            }
        };
    }
    Ok((object.as_f64()?, 0.0))
}

#[unsafe(no_mangle)]
extern "C" fn PyComplex_AsCComplex(object: &Object) -> ComplexValue {
    let (real, imaginary) = complex_parts(object).unwrap_or((-1.0, 0.0));
    ComplexValue { real, imaginary }
}

#[unsafe(no_mangle)]
extern "C" fn PyComplex_RealAsDouble(object: &Object) -> c_double {
    complex_parts(object).map_or(-1.0, |(real, _)| real)
}

#[unsafe(no_mangle)]
extern "C" fn PyComplex_ImagAsDouble(object: &Object) -> c_double {
    match object.downcast::<Complex>() {
        Some(complex) => complex.value().imag,
        None => 0.0,
    }
}

impl ComplexValue {
    fn pair(self) -> Pair {
        Pair::new(self.real, self.imaginary)
    }
}

impl From<Pair> for ComplexValue {
    fn from(pair: Pair) -> ComplexValue {
        ComplexValue { real: pair.real, imaginary: pair.imag }
    }
}

/// The answer; where there is none, `errno` says why and `default` stands for it.
fn or_errno<T>(answer: Result<T, Failure>, default: T) -> T {
    let (number, answer) = match answer {
        Ok(answer) => (0, answer),
        Err(Failure::Domain) => (libc::EDOM, default),
        Err(Failure::Range) => (libc::ERANGE, default),
    };
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = number };
    answer
}

const COMPLEX_ZERO: Pair = Pair { real: 0.0, imag: 0.0 };

#[unsafe(no_mangle)]
extern "C" fn _Py_c_sum(a: ComplexValue, b: ComplexValue) -> ComplexValue {
    a.pair().add(b.pair()).into()
}

#[unsafe(no_mangle)]
extern "C" fn _Py_c_diff(a: ComplexValue, b: ComplexValue) -> ComplexValue {
    a.pair().subtract(b.pair()).into()
}

#[unsafe(no_mangle)]
extern "C" fn _Py_c_neg(a: ComplexValue) -> ComplexValue {
    ComplexValue { real: -a.real, imaginary: -a.imaginary }
}

#[unsafe(no_mangle)]
extern "C" fn _Py_c_prod(a: ComplexValue, b: ComplexValue) -> ComplexValue {
    a.pair().multiply(b.pair()).into()
}

#[unsafe(no_mangle)]
extern "C" fn _Py_c_quot(a: ComplexValue, b: ComplexValue) -> ComplexValue {
    or_errno(a.pair().divide(b.pair()), COMPLEX_ZERO).into()
}

#[unsafe(no_mangle)]
extern "C" fn _Py_c_pow(a: ComplexValue, b: ComplexValue) -> ComplexValue {
    or_errno(a.pair().power(b.pair()), COMPLEX_ZERO).into()
}

#[unsafe(no_mangle)]
extern "C" fn _Py_c_abs(a: ComplexValue) -> c_double {
    or_errno(a.pair().modulus(), f64::INFINITY)
}
