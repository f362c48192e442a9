//! `binascii`: bytes as text of several old and one current kind.

mod base64;
mod hqx;
mod quoted;
mod uu;

use objects::arguments::Place;
use objects::buffer::{Buffer, BytesLike, request};
use objects::bytes_like::operations;
use objects::module::Module;
use objects::prelude::*;
use objects::services;

use crate::exception_class::ExceptionClass;

static ERROR: ExceptionClass = ExceptionClass::new("binascii", "Error", &exceptions::ValueError);
static INCOMPLETE: ExceptionClass = ExceptionClass::new("binascii", "Incomplete", &exceptions::Exception);

/// Text to be decoded: a string of ASCII, or bytes.
enum Encoded<'a> {
    Text(&'a [u8]),
    Lent(Buffer),
}

impl<'a> FromArgument<'a> for Encoded<'a> {
    fn from_argument(object: &'a Object, _: &Place) -> Result<Encoded<'a>> {
        if let Some(text) = object.downcast::<Str>() {
            return match text.as_ascii() {
                Some(ascii) => Ok(Encoded::Text(ascii.as_bytes())),
                None => Err(raise!(ValueError, "string argument should contain only ASCII characters")),
            };
        }
        object.get_buffer(request::SIMPLE).map(Encoded::Lent).map_err(|raised| {
            raised.clear();
            let name = object.class().name();
            raise!(TypeError, "argument should be bytes, buffer or ASCII string, not '{name}'")
        })
    }
}

impl Encoded<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Encoded::Text(text) => text,
            Encoded::Lent(buffer) => buffer.bytes(),
        }
    }
}

/// Decodes text.
fn decoded(text: &Encoded, decode: impl FnOnce(&[u8]) -> Result<Vec<u8>>) -> Result<Ref<Bytes>> {
    Bytes::try_new(&decode(text.bytes())?)
}

/// Encodes bytes.
fn encoded(data: &BytesLike, encode: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Ref<Bytes>> {
    Bytes::try_new(&encode(data.bytes()))
}

fn deprecated(function: &str) -> Result<()> {
    services::warn(&exceptions::DeprecationWarning, &format!("binascii.{function}() is deprecated"), 1)
}

/// The value of each hexadecimal digit; what is none has a bit beyond.
static HEX_VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if let Some(value) = (byte as char).to_digit(16) {
            values[byte as usize] = value as u8;
        }
        byte += 1;
    }
    values
};
const NO_DIGIT: u8 = 0x80;

/// The byte of two hexadecimal digits.
fn hex_byte(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| HEX_VALUES[usize::from(digit)]);
    ((high | low) & NO_DIGIT == 0).then_some(high << 4 | low)
}

fn from_hex(text: &[u8]) -> Result<Vec<u8>> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ERROR.raise("Odd-length string"));
    }
    let mut bytes = vec![0; pairs.len()];
    let mut all = 0;
    for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (HEX_VALUES[usize::from(high)], HEX_VALUES[usize::from(low)]);
        all |= high | low;
        *byte = high << 4 | low;
    }
    match all & NO_DIGIT {
        0 => Ok(bytes),
        _ => Err(ERROR.raise("Non-hexadecimal digit found")),
    }
}

fn to_hex(data: &BytesLike, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Bytes>> {
    let text = operations::hex(data.bytes(), sep, bytes_per_sep)?;
    Bytes::try_new(text.points().as_bytes())
}

/// Bytes as text and back: hexadecimal digits, base64, uuencode, quoted-printable, BinHex; and checksums.
#[module(name = "binascii")]
pub mod module {
    use super::*;

    /// The bytes that a line of uuencoded text stands for. Raises binascii.Error for one that is malformed.
    #[function("(data, /)")]
    fn a2b_uu(data: Encoded) -> Result<Ref<Bytes>> {
        decoded(&data, uu::decode)
    }

    /// A line of uuencoded text for at most 45 bytes. With backtick, zeros are '`' instead of spaces.
    #[function("(data, /, *, backtick=False)")]
    fn b2a_uu(data: BytesLike, backtick: bool) -> Result<Ref<Bytes>> {
        Bytes::try_new(&uu::encode(data.bytes(), backtick)?)
    }

    /// The bytes that base64 text stands for. What is not in the alphabet is passed over.
    ///
    /// Raises binascii.Error for text that ends too early.
    #[function("(data, /)")]
    fn a2b_base64(data: Encoded) -> Result<Ref<Bytes>> {
        decoded(&data, base64::decode)
    }

    /// A line of base64 text for the bytes, with a newline behind it unless that is turned off.
    #[function("(data, /, *, newline=True)")]
    fn b2a_base64(data: BytesLike, newline: bool) -> Result<Ref<Bytes>> {
        encoded(&data, |bytes| base64::encode(bytes, newline))
    }

    /// Undo b2a_hqx(): a pair of the bytes, and 1 if the colon that ends a BinHex file was met, else 0.
    #[function("(data, /)")]
    fn a2b_hqx(data: Encoded) -> Result<(Ref<Bytes>, u8)> {
        deprecated("a2b_hqx")?;
        let (bytes, done) = hqx::decode(data.bytes())?;
        Ok((Bytes::try_new(&bytes)?, done.into()))
    }

    /// Text of a BinHex file for bytes, which rlecode_hqx() has shortened before.
    #[function("(data, /)")]
    fn b2a_hqx(data: BytesLike) -> Result<Ref<Bytes>> {
        deprecated("b2a_hqx")?;
        encoded(&data, hqx::encode)
    }

    /// Shorten runs of equal bytes, as BinHex files have them.
    #[function("(data, /)")]
    fn rlecode_hqx(data: BytesLike) -> Result<Ref<Bytes>> {
        deprecated("rlecode_hqx")?;
        encoded(&data, hqx::compress)
    }

    /// Undo rlecode_hqx(): write runs of equal bytes out.
    #[function("(data, /)")]
    fn rledecode_hqx(data: BytesLike) -> Result<Ref<Bytes>> {
        deprecated("rledecode_hqx")?;
        Bytes::try_new(&hqx::expand(data.bytes())?)
    }

    /// The bytes whose hexadecimal digits, of upper or lower case, a text consists of.
    ///
    /// Raises binascii.Error for an odd number of digits, or anything else in the text. unhexlify() is the same.
    #[function("(hexstr, /)")]
    fn a2b_hex(hexstr: Encoded) -> Result<Ref<Bytes>> {
        decoded(&hexstr, from_hex)
    }

    /// The bytes whose hexadecimal digits, of upper or lower case, a text consists of.
    ///
    /// Raises binascii.Error for an odd number of digits, or anything else in the text. a2b_hex() is the same.
    #[function("(hexstr, /)")]
    fn unhexlify(hexstr: Encoded) -> Result<Ref<Bytes>> {
        decoded(&hexstr, from_hex)
    }

    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     A character or byte to stand between groups of bytes.
    ///   bytes_per_sep
    ///     How many bytes a group has; counted from the right, or from the left if negative.
    ///
    /// This function is also available as "hexlify()".
    #[function("(data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn b2a_hex(data: BytesLike, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Bytes>> {
        to_hex(&data, sep, bytes_per_sep)
    }

    /// Hexadecimal representation of binary data.
    ///
    ///   sep
    ///     A character or byte to stand between groups of bytes.
    ///   bytes_per_sep
    ///     How many bytes a group has; counted from the right, or from the left if negative.
    #[function("(data, sep=<unrepresentable>, bytes_per_sep=1)")]
    fn hexlify(data: BytesLike, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Bytes>> {
        to_hex(&data, sep, bytes_per_sep)
    }

    /// The checksum of a BinHex file, CRC-CCITT, of more data; crc is that of the data before, at first 0.
    #[function("(data, crc, /)")]
    fn crc_hqx(data: BytesLike, crc: Masked<u32>) -> Result<u16> {
        Ok(hqx::checksum(data.bytes(), crc.0 as u16))
    }

    /// The checksum of a ZIP file, CRC-32, of more data; crc is that of the data before.
    #[function("(data, crc=0, /)")]
    fn crc32(data: BytesLike, crc: Option<Masked<u32>>) -> Result<u32> {
        let mut hasher = crc32fast::Hasher::new_with_initial(crc.map_or(0, |crc| crc.0));
        hasher.update(data.bytes());
        Ok(hasher.finalize())
    }

    /// The bytes that quoted-printable text stands for. With header, underscores are spaces.
    #[function("(data, header=False)")]
    fn a2b_qp(data: Encoded, header: Option<i32>) -> Result<Ref<Bytes>> {
        decoded(&data, |text| Ok(quoted::decode(text, header.unwrap_or(0) != 0)))
    }

    /// Quoted-printable text for the bytes.
    ///
    /// With istext, newlines stay as they are, and white space at the end of lines is encoded;
    /// without it, \n and \r are both encoded. With quotetabs, space and tabs are encoded.
    /// With header, spaces become underscores.
    #[function("(data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(
        data: BytesLike,
        quotetabs: Option<i32>,
        istext: Option<i32>,
        header: Option<i32>,
    ) -> Result<Ref<Bytes>> {
        encoded(&data, |bytes| {
            quoted::Encoder::new(
                quotetabs.unwrap_or(0) != 0,
                istext.unwrap_or(1) != 0,
                header.unwrap_or(0) != 0,
            )
            .encode(bytes)
        })
    }

    #[exec]
    fn add_errors(module: &Module) -> Result<()> {
        module.add("Error", ERROR.get()?)?;
        module.add("Incomplete", INCOMPLETE.get()?)
    }
}
