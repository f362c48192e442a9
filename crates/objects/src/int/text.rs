//! Ints from text and to text, in any base.

use std::sync::atomic::{AtomicUsize, Ordering};

use dashu_int::UBig;

use super::digits::{self, SHIFT};
use super::storage::ROOM_FOR_DIGIT;
use super::{Int, IntBuilder};
use crate::buffer::request;
use crate::memory::expect_room;
use crate::prelude::*;

/// The least and the greatest base that `int()` takes, besides 0.
pub const BASES: std::ops::RangeInclusive<u32> = 2..=36;

/// Up to so many characters, a number is read digit by digit; beyond, through dashu.
const SHORT: usize = 256;

/// `sys.int_info.default_max_str_digits`.
pub const DEFAULT_MAX_TEXT_DIGITS: usize = 4300;
/// `sys.int_info.str_digits_check_threshold`: numbers of fewer digits are converted whatever the limit.
pub const TEXT_DIGITS_THRESHOLD: usize = 640;

/// How many digits a number may have in text that is not of a base that is a power of two: converting takes
/// more than linear time. 0 is no limit.
static MAX_TEXT_DIGITS: AtomicUsize = AtomicUsize::new(DEFAULT_MAX_TEXT_DIGITS);

/// `sys.get_int_max_str_digits()`.
pub fn max_text_digits() -> usize {
    MAX_TEXT_DIGITS.load(Ordering::Relaxed)
}

/// `sys.set_int_max_str_digits()`. `ValueError` for a limit below the threshold that is not 0.
pub fn set_max_text_digits(limit: i32) -> Result<()> {
    match usize::try_from(limit) {
        Ok(limit) if limit == 0 || limit >= TEXT_DIGITS_THRESHOLD => {
            MAX_TEXT_DIGITS.store(limit, Ordering::Relaxed);
            Ok(())
        }
        _ => Err(raise!(ValueError, "maxdigits must be 0 or larger than {TEXT_DIGITS_THRESHOLD}")),
    }
}

#[cold]
fn too_long(length: Option<usize>) -> Raised {
    let found = length.map_or(String::new(), |length| format!(": value has {length} digits"));
    raise!(
        ValueError,
        "Exceeds the limit ({}) for integer string conversion{found}; use sys.set_int_max_str_digits() to \
         increase the limit",
        max_text_digits()
    )
}

/// How many digits a magnitude has in the base that so many bits make.
fn bit_digits(magnitude: &[u32], bits: u32) -> usize {
    digits::bit_length(magnitude).div_ceil(bits.into()).max(1) as usize
}

/// Adds a magnitude in the base that so many bits make, of five at most: each digit is some of its bits.
fn push_bits(text: &mut Vec<u8>, magnitude: &[u32], bits: u32) {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let start = text.len();
    text.resize(start + bit_digits(magnitude, bits), b'0');
    let (mut rest, mut held) = (0_u64, 0);
    let mut more = magnitude.iter();
    for place in text[start..].iter_mut().rev() {
        if held < bits
            && let Some(&digit) = more.next()
        {
            rest |= u64::from(digit) << held;
            held += SHIFT;
        }
        *place = DIGITS[(rest & ((1 << bits) - 1)) as usize];
        rest >>= bits;
        held = held.saturating_sub(bits);
    }
}

impl Int {
    /// The digits in a base (2 to 36), with `0b`, `0o` or `0x` in front where a prefix is asked for.
    /// `ValueError` beyond the limit of decimal digits.
    pub fn to_text(&self, base: u32, with_prefix: bool) -> Result<String> {
        let prefix = match base {
            _ if !with_prefix => "",
            2 => "0b",
            8 => "0o",
            16 => "0x",
            _ => "",
        };
        let sign = if self.is_negative() { "-" } else { "" };
        // The digits of the text, their copy with a sign, and the number's.
        expect_room(
            self.digits().len().saturating_mul(2 * (SHIFT / base.ilog2()) as usize + ROOM_FOR_DIGIT),
        )?;
        Ok(match (self.to_medium(), base) {
            (Some(value), 10) => value.to_string(),
            (None, 10) => format!("{sign}{}", self.decimal_digits()?),
            (_, 2 | 4 | 8 | 16 | 32) => {
                let length = sign.len() + prefix.len() + bit_digits(self.digits(), base.ilog2());
                let mut text = Vec::with_capacity(length);
                text.extend_from_slice(sign.as_bytes());
                text.extend_from_slice(prefix.as_bytes());
                push_bits(&mut text, self.digits(), base.ilog2());
                String::from_utf8(text).unwrap_or_default()
            }
            _ => format!("{sign}{prefix}{}", digits::to_ubig(self.digits()).in_radix(base as u8)),
        })
    }

    /// The decimal digits of the magnitude. `ValueError` beyond the limit, soon where it is far beyond.
    fn decimal_digits(&self) -> Result<String> {
        let limit = max_text_digits();
        // A decimal digit is worth more than three bits and less than three and a third.
        let least = (self.bit_length() as f64 * std::f64::consts::LOG10_2) as usize;
        let is_limited = limit > 0 && least >= TEXT_DIGITS_THRESHOLD;
        if is_limited && least > limit {
            return Err(too_long(None));
        }
        let text = digits::to_ubig(self.digits()).to_string();
        match is_limited && text.len() > limit {
            true => Err(too_long(None)),
            false => Ok(text),
        }
    }

    /// The number that ASCII text denotes as `int(text, base)` reads it: blanks around, a sign, a prefix, digits
    /// with single underscores between. Nothing where it denotes none.
    pub fn parse(text: &[u8], base: u32) -> Result<Option<Ref<Int>>> {
        let text = trim(text);
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let Some((base, is_octal_like, text)) = split_prefix(text, base) else { return Ok(None) };
        if let Some(value) = short_value(text, base) {
            return Ok(
                Some(Int::from_magnitude_u64(value, negative)).filter(|_| !is_octal_like || value == 0)
            );
        }
        let Some(values) = digit_values(text, base) else { return Ok(None) };
        let limit = max_text_digits();
        if limit > 0 && values.len() > limit.max(TEXT_DIGITS_THRESHOLD) && !base.is_power_of_two() {
            return Err(too_long(Some(values.len())));
        }
        let int = from_values(&values, base, negative)?;
        // Base 0 reads Python's literals, which have no other leading zeros than those of zero.
        Ok(Some(int).filter(|int| !is_octal_like || int.is_zero()))
    }

    /// `int(object)` for what has no number methods: text in base 10.
    pub fn parse_object(object: &Object) -> Result<Ref<Int>> {
        if let Some(text) = object.downcast::<Str>() {
            return Int::parse_str(text, 10);
        }
        match object.get_buffer(request::SIMPLE) {
            Ok(buffer) => Int::parse_bytes(buffer.bytes(), 10),
            Err(raised) => {
                raised.clear();
                Err(raise!(
                    TypeError,
                    "int() argument must be a string, a bytes-like object or a number, not '{}'",
                    object.class().name()
                ))
            }
        }
    }

    /// `int(text, base)`; any Unicode decimal digits count. `ValueError`.
    pub fn parse_str(text: &Str, base: u32) -> Result<Ref<Int>> {
        let parsed = match text.as_ascii() {
            Some(ascii) => Int::parse(ascii.as_bytes(), base)?,
            None => Int::parse(&decimal_ascii(text), base)?,
        };
        match parsed {
            Some(int) => Ok(int),
            None => Err(invalid_literal(text, base)),
        }
    }

    /// `int(bytes, base)`. `ValueError`.
    pub fn parse_bytes(bytes: &[u8], base: u32) -> Result<Ref<Int>> {
        match Int::parse(bytes, base)? {
            Some(int) => Ok(int),
            None => Err(invalid_literal(&Bytes::new(bytes), base)),
        }
    }
}

/// The text with decimal digits of any script as ASCII, blanks as spaces, everything else that is not ASCII as `?`.
pub fn decimal_ascii(text: &Str) -> Vec<u8> {
    let convert = |point: u32| match point {
        0..=0x7f => point as u8,
        _ if unicode::is_space(point) => b' ',
        _ => unicode::to_decimal(point).map_or(b'?', |value| b'0' + value),
    };
    text.points().iter().map(convert).collect()
}

#[cold]
fn invalid_literal(source: &Object, base: u32) -> Raised {
    match source.repr() {
        Ok(shown) => {
            let shown: String = shown.to_string_lossy().chars().take(200).collect();
            raise!(ValueError, "invalid literal for int() with base {base}: {shown}")
        }
        Err(raised) => raised,
    }
}

/// Without the blanks around, as C's `isspace` knows them.
pub fn trim(text: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|byte| !is_blank(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    &text[start..end]
}

/// The base, whether the text is a literal with a leading zero, and the text behind the prefix.
fn split_prefix(text: &[u8], base: u32) -> Option<(u32, bool, &[u8])> {
    let named = match text {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    match named {
        Some(named) if base == 0 || base == named => {
            let digits = &text[2..];
            Some((named, false, digits.strip_prefix(b"_").unwrap_or(digits)))
        }
        _ if base == 0 => Some((10, text.first() == Some(&b'0'), text)),
        _ => Some((base, false, text)),
    }
}

/// What digits stand for that are few, and nothing but digits.
fn short_value(text: &[u8], base: u32) -> Option<u64> {
    let bits = u32::BITS - (base - 1).leading_zeros();
    if text.is_empty() || text.len() > (u64::BITS / bits) as usize {
        return None;
    }
    text.iter().try_fold(0, |total, &byte| {
        Some(total * u64::from(base) + u64::from(char::from(byte).to_digit(base)?))
    })
}

/// The values of the digits; nothing where a character is none of the base, or underscores stand amiss.
fn digit_values(text: &[u8], base: u32) -> Option<Vec<u8>> {
    let mut values = Vec::with_capacity(text.len());
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' && after_digit {
            after_digit = false;
            continue;
        }
        let value = char::from(byte).to_digit(base)?;
        values.push(value as u8);
        after_digit = true;
    }
    after_digit.then_some(values)
}

fn from_values(values: &[u8], base: u32, negative: bool) -> Result<Ref<Int>> {
    if base.is_power_of_two() {
        return from_bit_groups(values, base.trailing_zeros(), negative);
    }
    if let Some(value) = machine_value(values, base) {
        return Ok(Int::from_magnitude_u64(value, negative));
    }
    if values.len() > SHORT {
        return from_long_values(values, base, negative);
    }
    let bits = values.len() * (u32::BITS - (base - 1).leading_zeros()) as usize;
    let mut int = IntBuilder::new(bits.div_ceil(SHIFT as usize))?;
    let digits = int.digits();
    let mut used = 0;
    for group in values.chunks(digits::MASK.ilog(base) as usize) {
        let (mut carry, mut factor) = (0u64, 1u64);
        for &value in group {
            carry = carry * u64::from(base) + u64::from(value);
            factor *= u64::from(base);
        }
        for digit in &mut digits[..used] {
            carry += u64::from(*digit) * factor;
            *digit = carry as u32 & digits::MASK;
            carry >>= SHIFT;
        }
        if carry != 0 {
            digits[used] = carry as u32;
            used += 1;
        }
    }
    Ok(int.finish(negative))
}

fn machine_value(values: &[u8], base: u32) -> Option<u64> {
    let wide = u64::from(base);
    values.iter().try_fold(0u64, |total, &value| total.checked_mul(wide)?.checked_add(value.into()))
}

/// Digits of a base that is a power of two: each is so many bits.
fn from_bit_groups(values: &[u8], bits: u32, negative: bool) -> Result<Ref<Int>> {
    let count = (values.len() * bits as usize).div_ceil(SHIFT as usize);
    let mut int = IntBuilder::new(count)?;
    let (mut pending, mut filled) = (0u64, 0);
    let mut places = int.digits().iter_mut();
    for &value in values.iter().rev() {
        pending |= u64::from(value) << filled;
        filled += bits;
        if filled >= SHIFT
            && let Some(place) = places.next()
        {
            *place = pending as u32 & digits::MASK;
            pending >>= SHIFT;
            filled -= SHIFT;
        }
    }
    if let Some(place) = places.next() {
        *place = pending as u32;
    }
    Ok(int.finish(negative))
}

fn from_long_values(values: &[u8], base: u32, negative: bool) -> Result<Ref<Int>> {
    let text: String = values.iter().filter_map(|&value| char::from_digit(value.into(), base)).collect();
    match UBig::from_str_radix(&text, base) {
        Ok(value) => Int::from_digits(&digits::from_ubig(&value), negative),
        Err(_) => Err(raise!(SystemError, "digits of base {base} were not understood")),
    }
}
