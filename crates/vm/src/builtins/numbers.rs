//! Functions over numbers and characters.

use objects::prelude::*;

#[functions(NUMBERS)]
pub mod functions {
    use super::*;

    /// Return the absolute value of the argument.
    #[function("(x, /)")]
    fn abs(x: &Object) -> Result<Ref> {
        x.absolute()
    }

    /// Return the binary representation of an integer.
    ///
    ///    >>> bin(2796202)
    ///    '0b1010101010101010101010'
    #[function("(number, /)")]
    fn bin(number: &Object) -> Result<Ref<Str>> {
        number.to_base(2)
    }

    /// Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.
    #[function("(i, /)")]
    fn chr(i: i32) -> Result<Ref<Str>> {
        match u32::try_from(i) {
            Ok(point) if point <= 0x10_ffff => Str::from_point(point),
            _ => Err(raise!(ValueError, "chr() arg not in range(0x110000)")),
        }
    }

    /// Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.
    #[function("(x, y, /)")]
    fn divmod(x: &Object, y: &Object) -> Result<Ref> {
        x.divmod(y)
    }

    /// Return the hexadecimal representation of an integer.
    ///
    ///    >>> hex(12648430)
    ///    '0xc0ffee'
    #[function("(number, /)")]
    fn hex(number: &Object) -> Result<Ref<Str>> {
        number.to_base(16)
    }

    /// Return the octal representation of an integer.
    ///
    ///    >>> oct(342391)
    ///    '0o1234567'
    #[function("(number, /)")]
    fn oct(number: &Object) -> Result<Ref<Str>> {
        number.to_base(8)
    }

    /// Return the Unicode code point for a one-character string.
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

    /// Round a number to a given precision in decimal digits.
    ///
    /// The return value is an integer if ndigits is omitted or None.  Otherwise
    /// the return value has the same type as the number.  ndigits may be negative.
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
