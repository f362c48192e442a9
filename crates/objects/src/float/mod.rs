//! `float`: IEEE 754 double precision.

pub mod arithmetic;
pub mod hex;
pub mod parts;
pub mod text;

use std::cell::Cell;
use std::cmp::Ordering;
use std::ptr;

use arithmetic::{Power, operand};

use crate::complex::Complex;
use crate::memory::FreeList;
use crate::prelude::*;

/// `PyFloatObject`. Immutable.
#[repr(C)]
pub struct Float {
    base: Object,
    value: f64,
}

static FREE: FreeList<256> = FreeList::of(size_of::<Float>());

impl Float {
    /// A float of this value.
    #[inline(always)]
    pub fn new(value: f64) -> Ref<Float> {
        let float: *mut Float = FREE.take().cast();
        // SAFETY: a block of ours alone, of a float's size.
        unsafe {
            float.write(Float { base: Object::live_header(&FLOAT), value });
            Ref::from_raw(float)
        }
    }

    /// A float of the class, `float` or a subclass.
    pub fn new_in(class: &Type, value: f64) -> Result<Ref<Float>> {
        match ptr::eq(class, &FLOAT) {
            true => Ok(Float::new(value)),
            false => Ref::new_in(class, Float { base: Object::header(), value }),
        }
    }

    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The value without its fraction, as an int. `OverflowError` for infinities, `ValueError` for NaN.
    pub fn integral(value: f64) -> Result<Ref<Int>> {
        if value.is_nan() {
            bail!(ValueError, "cannot convert float NaN to integer");
        }
        if value.is_infinite() {
            bail!(OverflowError, "cannot convert float infinity to integer");
        }
        Int::from_integral_f64(value)
    }

    /// How the value compares with a number; the outer none for what is no number, the inner one for NaN.
    fn order(&self, other: &Object) -> Option<Option<Ordering>> {
        if let Some(other) = other.downcast::<Float>() {
            return Some(self.value.partial_cmp(&other.value));
        }
        let other = other.downcast::<Int>()?;
        Some(other.compare_f64(self.value).map(Ordering::reverse))
    }
}

/// Applies an operation to the operands, or leaves it to the other one's type.
#[inline(always)]
fn binary(left: &Object, right: &Object, operation: impl FnOnce(f64, f64) -> Result<f64>) -> Result<Ref> {
    let Some(left) = operand(left)? else { return Ok(not_implemented()) };
    let Some(right) = operand(right)? else { return Ok(not_implemented()) };
    Ok(Float::new(operation(left, right)?).into_object())
}

/// The free list: what is kept, how many, and the size of each.
pub fn free_list() -> (&'static str, usize, usize) {
    ("PyFloatObject", FREE.kept(), size_of::<Float>())
}

/// What `float.__setformat__` says of the machine's formats.
struct Format {
    name: &'static str,
    is_unknown: Cell<bool>,
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for Format {}

static FORMATS: [Format; 2] = [
    Format { name: "double", is_unknown: Cell::new(false) },
    Format { name: "float", is_unknown: Cell::new(false) },
];
const NATIVE_FORMAT: &str = "IEEE, little-endian";

fn format_of(name: &str, function: &str) -> Result<&'static Format> {
    match FORMATS.iter().find(|format| format.name == name) {
        Some(format) => Ok(format),
        None => Err(raise!(ValueError, "{function}() argument 1 must be 'double' or 'float'")),
    }
}

/// Where `float.__setformat__` says that a format is unknown, infinities and NaNs in it mean nothing.
pub fn refuse_special(value: f64, format: &str) -> Result<f64> {
    let is_unknown = || FORMATS.iter().any(|known| known.name == format && known.is_unknown.get());
    match !value.is_finite() && is_unknown() {
        true => Err(raise!(ValueError, "can't unpack IEEE 754 special value on non-IEEE platform")),
        false => Ok(value),
    }
}

/// A floating-point number of double precision, made from a number or from text.
///
/// Text may have a sign, an exponent, white space around it and single underscores
/// between digits, or spell out 'inf' or 'nan'. ValueError if it is anything else.
#[class(name = "float", symbol = "PyFloat_Type", flags = BASETYPE, signature = "(x=0, /)", generic_getattro)]
impl Float {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference is gone; an exact float lives in a block of its size.
        unsafe {
            if !(ptr::eq((*object).class(), &FLOAT) && FREE.put(object.cast())) {
                memory::free(object);
            }
        }
    }

    #[slot(tp_new, "(x=0, /)")]
    fn create(class: &Type, x: Option<&Object>) -> Result<Ref<Float>> {
        let float = match x {
            None => return Float::new_in(class, 0.0),
            Some(x) => x.float()?,
        };
        match ptr::eq(class, &FLOAT) {
            true => Ok(float),
            false => Float::new_in(class, float.value),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        text::repr(self.value)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        parts::hash(self.value)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        match self.order(other) {
            None => not_implemented(),
            Some(Some(order)) => bool_object(op.accepts(order)),
            Some(None) => bool_object(op == CompareOp::Ne),
        }
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| Ok(a + b))
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| Ok(a - b))
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| Ok(a * b))
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::divide)
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::remainder)
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, arithmetic::floor_divide)
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        let Some(left) = operand(left)? else { return Ok(not_implemented()) };
        let Some(right) = operand(right)? else { return Ok(not_implemented()) };
        arithmetic::divmod(left, right).into_object()
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        if !modulus.is_none() {
            bail!(TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
        }
        let Some(base_value) = operand(base)? else { return Ok(not_implemented()) };
        let Some(exponent_value) = operand(exponent)? else { return Ok(not_implemented()) };
        match arithmetic::power(base_value, exponent_value)? {
            Power::Real(power) => Ok(Float::new(power).into_object()),
            Power::Complex => Complex::power_of(base_value, exponent_value),
        }
    }

    #[slot(nb_negative)]
    fn negative(&self) -> f64 {
        -self.value
    }

    #[slot(nb_positive)]
    #[slot(nb_float)]
    fn positive(&self) -> Ref<Float> {
        match ptr::eq(self.class(), &FLOAT) {
            true => self.to_ref(),
            false => Float::new(self.value),
        }
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> f64 {
        self.value.abs()
    }

    #[slot(nb_bool)]
    fn is_nonzero(&self) -> bool {
        self.value != 0.0
    }

    #[slot(nb_int)]
    fn to_int(&self) -> Result<Ref<Int>> {
        Float::integral(self.value)
    }

    /// The float itself: the conjugate of a real number.
    #[method]
    fn conjugate(&self) -> Ref<Float> {
        self.positive()
    }

    /// The integer next to the number in the direction of zero.
    #[method]
    fn __trunc__(&self) -> Result<Ref<Int>> {
        Float::integral(self.value)
    }

    /// The greatest integer that is not above the number.
    #[method]
    fn __floor__(&self) -> Result<Ref<Int>> {
        Float::integral(self.value.floor())
    }

    /// The least integer that is not below the number.
    #[method]
    fn __ceil__(&self) -> Result<Ref<Int>> {
        Float::integral(self.value.ceil())
    }

    /// Round to the nearest number with so many decimals, ties to even.
    ///
    /// Without the number of decimals, or with None for it, the result is an int.
    #[method("(ndigits=None, /)")]
    fn __round__(&self, ndigits: Option<&Object>) -> Result<Ref> {
        match ndigits.filter(|ndigits| !ndigits.is_none()) {
            None => Ok(Float::integral(arithmetic::round_half_even(self.value))?.into_object()),
            Some(ndigits) => arithmetic::round_to(self.value, ndigits.as_isize_clip()?)?.into_object(),
        }
    }

    /// A pair of integers, in lowest terms and with a positive second, whose ratio is exactly the float.
    ///
    /// >>> (0.75).as_integer_ratio()
    /// (3, 4)
    /// >>> (-2.0).as_integer_ratio()
    /// (-2, 1)
    /// >>> (0.0).as_integer_ratio()
    /// (0, 1)
    #[method]
    fn as_integer_ratio(&self) -> Result<(Ref<Int>, Ref<Int>)> {
        if self.value.is_nan() {
            bail!(ValueError, "cannot convert NaN to integer ratio");
        }
        if self.value.is_infinite() {
            bail!(OverflowError, "cannot convert Infinity to integer ratio");
        }
        parts::integer_ratio(self.value)
    }

    /// Whether the float is finite and has no fraction.
    #[method]
    fn is_integer(&self) -> bool {
        self.value.is_finite() && self.value.floor() == self.value
    }

    /// The float as hexadecimal text, exactly.
    ///
    /// >>> (-0.1).hex()
    /// '-0x1.999999999999ap-4'
    /// >>> 0.75.hex()
    /// '0x1.8000000000000p-1'
    #[method(name = "hex")]
    fn to_hex(&self) -> String {
        hex::to_hex(self.value)
    }

    /// The float that hexadecimal text denotes.
    ///
    /// >>> float.fromhex('0x1.ffffp10')
    /// 2047.984375
    /// >>> float.fromhex('-0x.c')
    /// -0.75
    #[classmethod("(string, /)")]
    fn fromhex(class: &Type, string: &Object) -> Result<Ref> {
        let Some(text) = string.downcast::<Str>() else {
            bail!(TypeError, "bad argument type for built-in operation");
        };
        let value = match hex::from_hex(crate::int::trim(text.as_utf8()?.as_bytes())) {
            Ok(value) => Float::new(value),
            Err(failure) => return Err(failure.raise()),
        };
        match ptr::eq(class, &FLOAT) {
            true => Ok(value.into_object()),
            false => class.as_object().call1(&value),
        }
    }

    #[method]
    fn __getnewargs__(&self) -> (f64,) {
        (self.value,)
    }

    /// The float as text, according to format_spec.
    #[method("(format_spec, /)")]
    fn __format__(&self, format_spec: &Str) -> Result<Ref<Str>> {
        self.format_spec(format_spec)
    }

    /// Tell how the machine represents 'double' or 'float'. For Python's own tests.
    #[classmethod("(typestr, /)")]
    fn __getformat__(_class: &Type, typestr: &str) -> Result<&'static str> {
        let format = format_of(typestr, "__getformat__")?;
        Ok(if format.is_unknown.get() { "unknown" } else { NATIVE_FORMAT })
    }

    /// Say how the machine represents 'double' or 'float': as it does, or 'unknown'. For Python's own tests.
    #[classmethod("(typestr, fmt, /)")]
    fn __setformat__(_class: &Type, typestr: &str, fmt: &str) -> Result<()> {
        let format = format_of(typestr, "__setformat__")?;
        match fmt {
            "unknown" | NATIVE_FORMAT => format.is_unknown.set(fmt == "unknown"),
            "IEEE, big-endian" => {
                bail!(ValueError, "can only set {typestr} format to 'unknown' or the detected platform value")
            }
            _ => bail!(
                ValueError,
                "__setformat__() argument 2 must be 'unknown', 'IEEE, little-endian' or 'IEEE, big-endian'"
            ),
        }
        Ok(())
    }

    /// The float itself, since nothing of it is imaginary.
    #[getter]
    fn real(&self) -> Ref<Float> {
        self.positive()
    }

    /// Always 0.0: floats lie on the real axis.
    #[getter]
    fn imag(&self) -> f64 {
        0.0
    }
}
