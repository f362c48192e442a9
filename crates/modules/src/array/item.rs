//! The items of an array: which there are, and how each becomes bytes.

use objects::lent_items::ItemKind;
use objects::prelude::*;

/// Every kind, in the order of `typecodes`.
pub static KINDS: [ItemKind; 13] = [
    ItemKind { code: b'b', size: 1, format: c"b" },
    ItemKind { code: b'B', size: 1, format: c"B" },
    ItemKind { code: b'u', size: 4, format: c"w" },
    ItemKind { code: b'h', size: 2, format: c"h" },
    ItemKind { code: b'H', size: 2, format: c"H" },
    ItemKind { code: b'i', size: 4, format: c"i" },
    ItemKind { code: b'I', size: 4, format: c"I" },
    ItemKind { code: b'l', size: 8, format: c"l" },
    ItemKind { code: b'L', size: 8, format: c"L" },
    ItemKind { code: b'q', size: 8, format: c"q" },
    ItemKind { code: b'Q', size: 8, format: c"Q" },
    ItemKind { code: b'f', size: 4, format: c"f" },
    ItemKind { code: b'd', size: 8, format: c"d" },
];

/// The kind with a code.
pub fn kind_of(code: char) -> Option<&'static ItemKind> {
    KINDS.iter().find(|kind| char::from(kind.code) == code)
}

/// Whether items of a kind are integers of the machine.
pub fn is_integer(kind: &ItemKind) -> bool {
    !matches!(kind.code, b'u' | b'f' | b'd')
}

/// Whether integers of a kind have a sign.
pub fn is_signed(kind: &ItemKind) -> bool {
    kind.code.is_ascii_lowercase()
}

/// The bytes as an integer of their size, extended to 64 bits.
#[inline(always)]
fn integer(bytes: &[u8], signed: bool) -> i64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    let bits = i64::from_ne_bytes(word);
    let unused = 64 - 8 * bytes.len() as u32;
    if signed { bits << unused >> unused } else { bits }
}

/// An integer item as a number that orders like it.
#[inline(always)]
pub fn order_key(kind: &ItemKind, bytes: &[u8]) -> i128 {
    let signed = is_signed(kind);
    let value = integer(bytes, signed);
    if signed { value.into() } else { (value as u64).into() }
}

/// The object that an item's bytes stand for. `ValueError` for a code point that there is not.
#[inline]
pub fn unpack(kind: &ItemKind, bytes: &[u8]) -> Result<Ref> {
    Ok(match kind.code {
        b'f' => Float::new(f32::from_bits(integer(bytes, false) as u32).into()).into_object(),
        b'd' => Float::new(f64::from_bits(integer(bytes, false) as u64)).into_object(),
        b'u' => match integer(bytes, false) as u32 {
            point @ ..=0x10ffff => Str::from_point(point)?.into_object(),
            point => return Err(not_a_character(point)),
        },
        _ if is_signed(kind) => Int::new(integer(bytes, true)).into_object(),
        _ => Int::from_u64(integer(bytes, false) as u64).into_object(),
    })
}

/// `ValueError`: the number is no code point.
#[cold]
pub fn not_a_character(point: u32) -> Raised {
    raise!(ValueError, "character U+{point:x} is not in range [U+0000; U+10ffff]")
}

/// An item as bytes, the first ones of eight.
#[inline]
pub fn pack(kind: &ItemKind, value: &Object) -> Result<[u8; 8]> {
    let bits = match kind.code {
        b'b' => between(signed(value, short)?, i8::MIN.into(), i8::MAX.into(), "signed char")? as u64,
        b'B' => between(signed(value, long)?, 0, u8::MAX.into(), "unsigned byte integer")? as u64,
        b'h' => signed(value, short)? as u64,
        b'H' => between(signed(value, int)?, 0, u16::MAX.into(), "unsigned short")? as u64,
        b'i' => signed(value, int)? as u64,
        b'l' => signed(value, long)? as u64,
        b'q' => long_long(value)? as u64,
        b'I' => match unsigned_long(value)? {
            value @ 0..=0xffff_ffff => value,
            _ => bail!(OverflowError, "unsigned int is greater than maximum"),
        },
        b'L' => unsigned_long(value)?,
        b'Q' => unsigned_long_long(value)?,
        b'f' => u64::from((value.as_f64()? as f32).to_bits()),
        b'd' => value.as_f64()?.to_bits(),
        _ => match value.downcast::<Str>() {
            Some(text) if text.len() == 1 => text.code_point(0).into(),
            _ => bail!(TypeError, "array item must be unicode character"),
        },
    };
    // The low bytes come first on this platform, and are those of any smaller size.
    Ok(bits.to_le_bytes())
}

/// A C `long` of the value, by the conversion of C's smaller type that `narrow` is.
#[inline(always)]
fn signed(value: &Object, narrow: fn(i64) -> Result<i64>) -> Result<i64> {
    match value.downcast_exact::<Int>().and_then(Int::to_i64) {
        Some(value) => narrow(value),
        None => narrow(FromArgument::from_argument(value, &PLACE)?),
    }
}

const PLACE: objects::arguments::Place = objects::arguments::Place::new("array", "item");

fn between(value: i64, least: i64, most: i64, name: &str) -> Result<i64> {
    match value {
        _ if value < least => Err(raise!(OverflowError, "{name} is less than minimum")),
        _ if value > most => Err(raise!(OverflowError, "{name} is greater than maximum")),
        value => Ok(value),
    }
}

fn short(value: i64) -> Result<i64> {
    between(value, i16::MIN.into(), i16::MAX.into(), "signed short integer")
}

fn int(value: i64) -> Result<i64> {
    between(value, i32::MIN.into(), i32::MAX.into(), "signed integer")
}

fn long(value: i64) -> Result<i64> {
    Ok(value)
}

/// `long long`, which C converts by other functions with other messages.
fn long_long(value: &Object) -> Result<i64> {
    if value.downcast::<Float>().is_some() {
        bail!(TypeError, "integer argument expected, got float");
    }
    let value = int_of(value)?;
    value.to_i64().ok_or_else(|| raise!(OverflowError, "int too big to convert"))
}

fn unsigned_long(value: &Object) -> Result<u64> {
    let value = unsigned_source(value)?;
    if value.is_negative() {
        bail!(OverflowError, "can't convert negative value to unsigned int");
    }
    value.to_u64().ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C unsigned long"))
}

fn unsigned_long_long(value: &Object) -> Result<u64> {
    let value = unsigned_source(value)?;
    if value.is_negative() {
        bail!(OverflowError, "can't convert negative int to unsigned");
    }
    value.to_u64().ok_or_else(|| raise!(OverflowError, "int too big to convert"))
}

fn unsigned_source(value: &Object) -> Result<Ref<Int>> {
    match value.downcast::<Float>() {
        Some(_) => Err(raise!(TypeError, "array item must be integer")),
        None => int_of(value),
    }
}

/// The integer that a number stands for: by `__index__`, or by `__int__` with a warning.
fn int_of(value: &Object) -> Result<Ref<Int>> {
    objects::arguments::integer(value)
}
