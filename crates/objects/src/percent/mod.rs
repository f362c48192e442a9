//! `template % values`, of `str` and of `bytes`.

mod bytes;
mod str;
mod values;

pub use bytes::format_bytes;
pub use str::format_str;

use numtext::Field;
use numtext::percent::Conversion;

use crate::memory::expect_room;
use crate::prelude::*;

/// The conversion's letter, for messages.
fn letter(conversion: &Conversion) -> char {
    conversion.kind_char().unwrap_or('?')
}

/// Raises `MemoryError` where the conversion asks for more than there can be.
fn check_room(conversion: &Conversion) -> Result<()> {
    let precision = match letter(conversion) {
        // It cuts text.
        's' | 'r' | 'a' | 'b' | 'c' => 0,
        _ => conversion.precision.unwrap_or(0),
    };
    expect_room(conversion.width.saturating_add(precision).saturating_mul(2))
}

/// The field of `%d`, `%x` and their kin.
fn int_field(conversion: &Conversion, value: &Object) -> Result<Field> {
    let number = int_value(conversion, value)?;
    let base = match letter(conversion) {
        'o' => 8,
        'x' | 'X' => 16,
        _ => 10,
    };
    let mut digits = number.to_text(base, false)?;
    if number.is_negative() {
        digits.remove(0);
    }
    Ok(conversion.int_field(number.is_negative(), digits))
}

fn int_value(conversion: &Conversion, value: &Object) -> Result<Ref<Int>> {
    if let Some(number) = value.downcast::<Int>() {
        return Ok(number.to_ref());
    }
    let kind = letter(conversion);
    let takes_index = matches!(kind, 'o' | 'x' | 'X');
    let converted = match value.is_number() {
        false => None,
        true if takes_index => raise::ignore(value.index(), &exceptions::TypeError)?,
        true => raise::ignore(value.int(), &exceptions::TypeError)?,
    };
    converted.ok_or_else(|| {
        let what = if takes_index { "an integer" } else { "a number" };
        raise!(TypeError, "%{kind} format: {what} is required, not {}", value.class().name())
    })
}
