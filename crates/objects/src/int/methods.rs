//! The methods of `int`.

use super::{ByteOrder, Int, arithmetic, power};
use crate::prelude::*;

#[methods(METHODS)]
impl Int {
    /// The int itself: the conjugate of a real number.
    #[method(no_text_signature)]
    fn conjugate(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    /// Number of bits necessary to represent self in binary.
    ///
    /// >>> bin(-20)
    /// '-0b10100'
    /// >>> (-20).bit_length()
    /// 5
    #[method(name = "bit_length")]
    fn count_bits(&self) -> u64 {
        self.bit_length()
    }

    /// Return an array of bytes representing an integer.
    ///
    ///   length
    ///     How many bytes. OverflowError is raised if the integer does not fit.
    ///   byteorder
    ///     'big' has the most significant byte first, 'little' last. sys.byteorder is the machine's own.
    ///   signed
    ///     Whether two's complement is used. Without it, a negative integer raises OverflowError.
    #[method("(length, byteorder, *, signed=False)")]
    fn to_bytes(&self, length: isize, byteorder: &Str, signed: bool) -> Result<Ref<Bytes>> {
        let order = ByteOrder::from_name(byteorder)?;
        let Ok(length) = usize::try_from(length) else {
            bail!(ValueError, "length argument must be non-negative");
        };
        self.check_fits(length, signed)?;
        let mut result = Ok(());
        let bytes = Bytes::build(length, |out| result = self.write_bytes(out, order, signed))?;
        result.map(|()| bytes)
    }

    /// Return the integer represented by the given array of bytes.
    ///
    ///   bytes
    ///     A bytes-like object, or an iterable of small integers.
    ///   byteorder
    ///     'big' has the most significant byte first, 'little' last. sys.byteorder is the machine's own.
    ///   signed
    ///     Whether the bytes are two's complement.
    #[classmethod(name = "from_bytes", "(bytes, byteorder, *, signed=False)")]
    fn from_bytes_object(class: &Type, bytes: &Object, byteorder: &Str, signed: bool) -> Result<Ref> {
        let order = ByteOrder::from_name(byteorder)?;
        let bytes = super::bytes::bytes_of(bytes)?;
        let int = Int::from_bytes(bytes.as_bytes(), order, signed)?;
        match std::ptr::eq(class, Int::class()) {
            true => Ok(int.into_object()),
            false => class.as_object().call1(&int),
        }
    }

    /// Return integer ratio.
    ///
    /// A pair of integers whose ratio is the integer itself: the second is 1.
    ///
    /// >>> (7).as_integer_ratio()
    /// (7, 1)
    /// >>> (-7).as_integer_ratio()
    /// (-7, 1)
    /// >>> (0).as_integer_ratio()
    /// (0, 1)
    #[method]
    fn as_integer_ratio(&self) -> Result<(Ref<Int>, Ref<Int>)> {
        Ok((self.to_exact()?, Int::one()))
    }

    /// Truncating an Integral returns itself.
    #[method(no_text_signature)]
    fn __trunc__(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    /// Flooring an Integral returns itself.
    #[method(no_text_signature)]
    fn __floor__(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    /// Ceiling of an Integral returns itself.
    #[method(no_text_signature)]
    fn __ceil__(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    /// Rounding an Integral returns itself.
    ///
    /// With a negative number of decimals, the nearest multiple of that power of ten, ties to even.
    #[method("(ndigits=None, /)", getargs, nameless)]
    fn __round__(&self, ndigits: Option<&Object>) -> Result<Ref<Int>> {
        let Some(ndigits) = ndigits else { return self.to_exact() };
        let ndigits = ndigits.index()?;
        if !ndigits.is_negative() {
            return self.to_exact();
        }
        let places = arithmetic::negate(&ndigits)?;
        let unit = power::power(&Int::new(10), &places)?;
        let (_, rest) = arithmetic::divmod_near(self, &unit)?;
        arithmetic::subtract(self, &rest)
    }

    #[method]
    fn __getnewargs__(&self) -> Result<(Ref<Int>,)> {
        Ok((self.to_exact()?,))
    }

    #[method("(format_spec, /)")]
    fn __format__(&self, format_spec: &Str) -> Result<Ref<Str>> {
        self.format_spec(format_spec)
    }

    /// Returns size in memory, in bytes.
    #[method]
    fn __sizeof__(&self) -> usize {
        size_of::<VarObject>() + size_of_val(self.digits())
    }

    /// The integer itself, since nothing of it is imaginary.
    #[getter]
    fn real(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    /// Always 0: integers lie on the real axis.
    #[getter]
    fn imag(&self) -> i64 {
        0
    }

    /// The integer itself, which as a fraction stands over 1.
    #[getter]
    fn numerator(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    /// Always 1: what an integer, as a fraction, is divided by.
    #[getter]
    fn denominator(&self) -> i64 {
        1
    }
}
