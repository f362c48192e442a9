//! Functions over numbers and characters.

use objects::prelude::*;

#[functions(NUMBERS)]
pub mod functions {
    use super::*;

    /// Give the magnitude of a number: how far it is from zero.
    #[function("(x, /)")]
    fn abs(x: &Object) -> Result<Ref> {
        x.absolute()
    }

    /// Write an integer in base two, as a string with the prefix 0b.
    ///
    ///    >>> bin(-42)
    ///    '-0b101010'
    #[function("(number, /)")]
    fn bin(number: &Object) -> Result<Ref<Str>> {
        number.to_base(2)
    }

    /// Give the string whose only character has the code point i.
    ///
    /// ValueError is raised for numbers outside of 0 to 0x10ffff.
    #[function("(i, /)")]
    fn chr(i: i32) -> Result<Ref<Str>> {
        match u32::try_from(i) {
            Ok(point) if point <= 0x10_ffff => Str::from_point(point),
            _ => Err(raise!(ValueError, "chr() arg not in range(0x110000)")),
        }
    }

    /// Divide with remainder: a pair (quotient, remainder), in which the quotient is floored.
    ///
    /// For integers this is (x // y, x % y), where y times the quotient plus the remainder is x again.
    #[function("(x, y, /)")]
    fn divmod(x: &Object, y: &Object) -> Result<Ref> {
        x.divmod(y)
    }

    /// Write an integer in base sixteen, as a string with the prefix 0x and lower-case digits.
    ///
    ///    >>> hex(-51966)
    ///    '-0xcafe'
    #[function("(number, /)")]
    fn hex(number: &Object) -> Result<Ref<Str>> {
        number.to_base(16)
    }

    /// Write an integer in base eight, as a string with the prefix 0o.
    ///
    ///    >>> oct(493)
    ///    '0o755'
    #[function("(number, /)")]
    fn oct(number: &Object) -> Result<Ref<Str>> {
        number.to_base(8)
    }

    /// Give the number of a character: its code point in Unicode, or the value of a single byte.
    ///
    /// TypeError is raised for text or bytes of any other length than one.
    #[function("(c, /)")]
    fn ord(c: &Object) -> Result<u32> {
        let bytes = if let Some(text) = c.downcast::<Str>() {
            if text.len() == 1 {
                return Ok(text.code_point(0));
            }
            text.len()
        } else if let Some(bytes) = c.downcast::<Bytes>() {
            if let [byte] = bytes.as_bytes() {
                return Ok((*byte).into());
            }
            bytes.len()
        } else if let Some(bytes) = c.downcast::<objects::bytearray::ByteArray>() {
            let content = bytes.to_vec();
            if let [byte] = content[..] {
                return Ok(byte.into());
            }
            content.len()
        } else {
            bail!(TypeError, "ord() expected string of length 1, but {} found", c.class().name());
        };
        Err(raise!(TypeError, "ord() expected a character, but string of length {bytes} found"))
    }

    /// Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.
    ///
    /// Some types, such as ints, are able to use a more efficient algorithm when
    /// invoked using the three argument form.
    #[function("(base, exp, mod=None)")]
    fn pow(base: &Object, exp: &Object, modulus: Option<&Object>) -> Result<Ref> {
        base.power(exp, modulus.unwrap_or(none_object()))
    }

    /// Give the number at a precision of ndigits behind the decimal point.
    ///
    /// With no ndigits (or None) an integer comes out, else a number of the type that was
    /// given. A negative ndigits rounds to tens, hundreds and so on. For the built-in types
    /// a number halfway between two candidates goes to the even one.
    #[function("(number, ndigits=None)")]
    fn round(number: &Object, ndigits: Option<&Object>) -> Result<Ref> {
        let Some(method) = number.lookup_special(intern!("__round__"))? else {
            bail!(TypeError, "type {} doesn't define __round__ method", number.class().name());
        };
        match ndigits.filter(|digits| !digits.is_none()) {
            None => method.call0(),
            Some(digits) => method.call1(digits),
        }
    }
}
