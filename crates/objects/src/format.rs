//! `__format__` of the numbers: the format specification applied, and its errors raised.

use std::ffi::{CStr, c_char};

use numtext::{Align, ErrorKind, Field, FormatError, IntStyle, Separators, Spec, TextField};

use crate::memory::expect_room;
use crate::prelude::*;
use crate::str::StrBuilder;

/// Raises the error of a format.
pub fn raise(error: FormatError) -> Raised {
    match error.kind {
        ErrorKind::Value => raise!(ValueError, "{error}"),
        ErrorKind::Overflow => raise!(OverflowError, "{error}"),
    }
}

/// Reads a format specification. `ValueError`.
pub fn parse_spec(spec: &Str, default_kind: Option<char>, default_align: Align) -> Result<Spec> {
    let points: Vec<u32> = spec.points().iter().collect();
    let spec = Spec::parse(&points, default_kind, default_align).map_err(raise)?;
    expect_room(spec.width.unwrap_or(0).saturating_mul(size_of::<u32>()))?;
    Ok(spec)
}

/// The text of a field.
pub fn field_to_str(field: &Field) -> Result<Ref<Str>> {
    let mut builder = StrBuilder::with_capacity(field.width());
    builder.push_repeated(field.fill, field.left);
    builder.push_str(&field.head);
    builder.push_repeated(field.fill, field.inner);
    builder.push_str(&field.body);
    builder.push_repeated(field.fill, field.right);
    builder.finish()
}

/// Text in its field.
pub fn text_to_str(field: TextField, text: &Str) -> Result<Ref<Str>> {
    if field.left == 0 && field.right == 0 && field.kept == text.len() {
        return Ok(text.to_ref());
    }
    let mut builder = StrBuilder::with_capacity(field.left + field.kept + field.right);
    builder.push_repeated(field.fill, field.left);
    builder.push_points(text.points().range(0, field.kept));
    builder.push_repeated(field.fill, field.right);
    builder.finish()
}

/// The separators of the process's locale, for the presentation type `n`.
fn separators(spec: &Spec) -> Separators {
    if spec.kind != Some('n') {
        return Separators::none();
    }
    // SAFETY: the call has no precondition; what it gives is valid until the locale changes, which the GIL excludes.
    let conventions = unsafe { &*libc::localeconv() };
    Separators {
        decimal_point: locale_text(conventions.decimal_point),
        thousands: locale_text(conventions.thousands_sep),
        sizes: locale_text(conventions.grouping).bytes().collect(),
    }
}

fn locale_text(text: *const c_char) -> String {
    // SAFETY: the fields of `lconv` are strings that end in a null.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

impl Int {
    /// `int.__format__`.
    pub fn format_spec(&self, spec: &Str) -> Result<Ref<Str>> {
        if spec.is_empty() {
            return self.str();
        }
        let spec = parse_spec(spec, Some('d'), Align::Right)?;
        match spec.int_style(self.class().name()).map_err(raise)? {
            IntStyle::Digits(base) => {
                let text = self.to_text(base, false)?;
                let digits = text.strip_prefix('-').unwrap_or(&text);
                field_to_str(&spec.int_field(self.is_negative(), digits, &separators(&spec)))
            }
            IntStyle::Char => text_to_str(spec.char_field(), &*self.to_character()?),
            IntStyle::Float => format_float(self.to_f64()?, &spec, self.class().name()),
        }
    }

    /// The character that the int is the code point of, in a format.
    pub fn to_character(&self) -> Result<Ref<Str>> {
        let Some(point) = self.to_i64() else {
            bail!(OverflowError, "Python int too large to convert to C long");
        };
        match u32::try_from(point) {
            Ok(point) if point < 0x11_0000 => Str::from_point(point),
            _ => Err(raise!(OverflowError, "%c arg not in range(0x110000)")),
        }
    }
}

fn format_float(value: f64, spec: &Spec, type_name: &str) -> Result<Ref<Str>> {
    field_to_str(&spec.float_field(value, type_name, &separators(spec)).map_err(raise)?)
}

impl Float {
    /// `float.__format__`.
    pub fn format_spec(&self, spec: &Str) -> Result<Ref<Str>> {
        if spec.is_empty() {
            return self.str();
        }
        let spec = parse_spec(spec, None, Align::Right)?;
        format_float(self.value(), &spec, self.class().name())
    }
}

impl Complex {
    /// `complex.__format__`.
    pub fn format_spec(&self, spec: &Str) -> Result<Ref<Str>> {
        if spec.is_empty() {
            return self.str();
        }
        let spec = parse_spec(spec, None, Align::Right)?;
        let value = self.value();
        let parts = (value.real, value.imag);
        let field = spec.complex_field(parts, self.class().name(), &separators(&spec)).map_err(raise)?;
        field_to_str(&field)
    }
}
