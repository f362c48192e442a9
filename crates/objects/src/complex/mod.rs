//! `complex`: a pair of floats.

mod arithmetic;
pub mod text;

use std::ptr;

pub use arithmetic::{Failure, Pair};

use crate::float::parts;
use crate::prelude::*;

/// `PyComplexObject`. Immutable.
#[repr(C)]
pub struct Complex {
    base: Object,
    value: Pair,
}

impl Complex {
    /// A complex number of these parts.
    pub fn new(real: f64, imag: f64) -> Ref<Complex> {
        Complex::from_pair(Pair { real, imag })
    }

    pub fn from_pair(value: Pair) -> Ref<Complex> {
        Ref::new(Complex { base: Object::header(), value })
    }

    #[inline]
    pub fn value(&self) -> Pair {
        self.value
    }

    /// The complex power of real numbers.
    pub fn power_of(base: f64, exponent: f64) -> Result<Ref> {
        power(Pair::new(base, 0.0), Pair::new(exponent, 0.0))
    }

    /// What `object.__complex__()` gives, where there is such a method.
    pub fn from_method(object: &Object) -> Result<Option<Pair>> {
        if let Some(complex) = object.downcast_exact::<Complex>() {
            return Ok(Some(complex.value));
        }
        let Some(method) = object.lookup_special(intern!("__complex__"))? else { return Ok(None) };
        let result = method.call0()?;
        let name = result.class().name();
        let Some(complex) = result.downcast::<Complex>() else {
            bail!(TypeError, "__complex__ returned non-complex (type {name})");
        };
        if result.downcast_exact::<Complex>().is_none() {
            let message = format!(
                "__complex__ returned non-complex (type {name}).  The ability to return an instance of a strict \
                 subclass of complex is deprecated, and may be removed in a future version of Python."
            );
            crate::services::warn(&exceptions::DeprecationWarning, &message, 1)?;
        }
        Ok(Some(complex.value))
    }

    /// The value of an argument that may be any number: `PyComplex_AsCComplex`.
    pub fn from_number(object: &Object) -> Result<Pair> {
        if let Some(complex) = object.downcast::<Complex>() {
            return Ok(complex.value);
        }
        match Complex::from_method(object)? {
            Some(value) => Ok(value),
            None => Ok(Pair::new(object.as_f64()?, 0.0)),
        }
    }

    fn in_class(class: &Type, value: Pair) -> Result<Ref<Complex>> {
        Ref::new_in(class, Complex { base: Object::header(), value })
    }

    fn from_text(class: &Type, text: &Str) -> Result<Ref<Complex>> {
        let parsed = match text.as_ascii() {
            Some(ascii) => text::parse(ascii.as_bytes()),
            None => text::parse(&crate::int::decimal_ascii(text)),
        };
        match parsed {
            Some(value) => Complex::in_class(class, value),
            None => Err(raise!(ValueError, "complex() arg is a malformed string")),
        }
    }
}

/// The value of an operand: complex, float or int; nothing for anything else.
fn operand(object: &Object) -> Result<Option<Pair>> {
    if let Some(complex) = object.downcast::<Complex>() {
        return Ok(Some(complex.value));
    }
    Ok(crate::float::arithmetic::operand(object)?.map(|real| Pair::new(real, 0.0)))
}

fn binary(left: &Object, right: &Object, operation: impl FnOnce(Pair, Pair) -> Result<Pair>) -> Result<Ref> {
    let Some(left) = operand(left)? else { return Ok(not_implemented()) };
    let Some(right) = operand(right)? else { return Ok(not_implemented()) };
    Ok(Complex::from_pair(operation(left, right)?).into_object())
}

fn power(base: Pair, exponent: Pair) -> Result<Ref> {
    match base.power(exponent) {
        Ok(power) => Ok(Complex::from_pair(power).into_object()),
        Err(Failure::Domain) => Err(raise!(ZeroDivisionError, "0.0 to a negative or complex power")),
        Err(Failure::Range) => Err(raise!(OverflowError, "complex exponentiation")),
    }
}

/// A part of the result of `complex(real, imag)`: an argument's value, and whether it was complex itself.
struct Part {
    value: Pair,
    is_complex: bool,
}

impl Part {
    fn of(argument: &Object) -> Result<Part> {
        match argument.downcast::<Complex>() {
            Some(complex) => Ok(Part { value: complex.value, is_complex: true }),
            None => Ok(Part { value: Pair::new(argument.float()?.value(), 0.0), is_complex: false }),
        }
    }
}

fn is_real_or_complex(object: &Object) -> bool {
    object.downcast::<Complex>().is_some()
        || object
            .class()
            .tp_as_number
            .get()
            .is_some_and(|suite| suite.nb_float.get().is_some() || suite.nb_index.get().is_some())
}

/// A number with a real and an imaginary part, each of them a float.
///
/// The number is real + imag*1j; both arguments default to 0 and may be complex
/// themselves. A string such as '1+2j' is parsed, and then must be the only argument.
#[class(
    name = "complex",
    symbol = "PyComplex_Type",
    flags = BASETYPE,
    signature = "(real=0, imag=0)",
    generic_getattro
)]
impl Complex {
    #[slot(tp_new, "(real=0, imag=0)")]
    fn create(class: &Type, real: Option<&Object>, imag: Option<&Object>) -> Result<Ref<Complex>> {
        let zero = Int::zero();
        let first = real.unwrap_or(&zero);
        if imag.is_none()
            && ptr::eq(class, &COMPLEX)
            && let Some(complex) = first.downcast_exact::<Complex>()
        {
            return Ok(complex.to_ref());
        }
        if let Some(text) = first.downcast::<Str>() {
            if imag.is_some() {
                bail!(TypeError, "complex() can't take second arg if first is a string");
            }
            return Complex::from_text(class, text);
        }
        if imag.is_some_and(|imag| imag.downcast::<Str>().is_some()) {
            bail!(TypeError, "complex() second arg can't be a string");
        }
        let converted = match first.downcast_exact::<Complex>() {
            Some(complex) => Some(complex.value),
            None => Complex::from_method(first)?,
        };
        if converted.is_none() && !is_real_or_complex(first) {
            let name = first.class().name();
            bail!(TypeError, "complex() first argument must be a string or a number, not '{name}'");
        }
        if let Some(imag) = imag.filter(|imag| !is_real_or_complex(imag)) {
            bail!(TypeError, "complex() second argument must be a number, not '{}'", imag.class().name());
        }
        let first = match converted {
            Some(value) => Part { value, is_complex: true },
            None => Part::of(first)?,
        };
        let Some(imag) = imag else { return Complex::in_class(class, first.value) };
        let second = Part::of(imag)?;
        let mut value = Pair::new(first.value.real, second.value.real);
        if second.is_complex {
            value.real -= second.value.imag;
        }
        if first.is_complex {
            value.imag += first.value.imag;
        }
        Complex::in_class(class, value)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        text::repr(self.value)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        const IMAG: isize = 1_000_003;
        parts::hash(self.value.real).wrapping_add(IMAG.wrapping_mul(parts::hash(self.value.imag)))
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Ref {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return not_implemented();
        }
        let Pair { real, imag } = self.value;
        let equal = if let Some(other) = other.downcast::<Complex>() {
            self.value == other.value
        } else if let Some(other) = other.downcast::<Float>() {
            real == other.value() && imag == 0.0
        } else if let Some(other) = other.downcast::<Int>() {
            imag == 0.0 && other.compare_f64(real).is_some_and(|order| order.is_eq())
        } else {
            return not_implemented();
        };
        bool_object(equal == (op == CompareOp::Eq))
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| Ok(a.add(b)))
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| Ok(a.subtract(b)))
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| Ok(a.multiply(b)))
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, |a, b| {
            a.divide(b).map_err(|_| raise!(ZeroDivisionError, "complex division by zero"))
        })
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        let Some(base) = operand(base)? else { return Ok(not_implemented()) };
        let Some(exponent) = operand(exponent)? else { return Ok(not_implemented()) };
        if !modulus.is_none() {
            bail!(ValueError, "complex modulo");
        }
        power(base, exponent)
    }

    #[slot(nb_remainder)]
    fn remainder(_: &Object, _: &Object) -> Result<Ref> {
        Err(raise!(TypeError, "can't mod complex numbers."))
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(_: &Object, _: &Object) -> Result<Ref> {
        Err(raise!(TypeError, "can't take floor of complex number."))
    }

    #[slot(nb_divmod)]
    fn divmod(_: &Object, _: &Object) -> Result<Ref> {
        Err(raise!(TypeError, "can't take floor or mod of complex number."))
    }

    #[slot(nb_int)]
    fn to_int(&self) -> Result<Ref> {
        Err(raise!(TypeError, "can't convert complex to int"))
    }

    #[slot(nb_float)]
    fn to_float(&self) -> Result<Ref> {
        Err(raise!(TypeError, "can't convert complex to float"))
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Ref<Complex> {
        Complex::new(-self.value.real, -self.value.imag)
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Ref<Complex> {
        match ptr::eq(self.class(), &COMPLEX) {
            true => self.to_ref(),
            false => Complex::from_pair(self.value),
        }
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<f64> {
        self.value.modulus().map_err(|_| raise!(OverflowError, "absolute value too large"))
    }

    #[slot(nb_bool)]
    fn is_nonzero(&self) -> bool {
        self.value.real != 0.0 || self.value.imag != 0.0
    }

    /// complex.conjugate() -> complex
    ///
    /// The number with the imaginary part negated: (3-4j).conjugate() is 3+4j.
    #[method(no_text_signature)]
    fn conjugate(&self) -> Ref<Complex> {
        Complex::new(self.value.real, -self.value.imag)
    }

    #[method(no_text_signature)]
    fn __getnewargs__(&self) -> (f64, f64) {
        (self.value.real, self.value.imag)
    }

    /// complex.__format__() -> str
    ///
    /// The number as text, according to format_spec.
    #[method("(format_spec, /)", getargs)]
    fn __format__(&self, format_spec: &Str) -> Result<Ref<Str>> {
        self.format_spec(format_spec)
    }

    /// the real part of a complex number
    #[member(DOUBLE, readonly)]
    const real: usize = std::mem::offset_of!(Complex, value);

    /// The float that is multiplied by 1j to make the other part.
    #[member(DOUBLE, readonly)]
    const imag: usize = std::mem::offset_of!(Complex, value) + size_of::<f64>();
}
