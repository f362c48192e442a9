//! `str % values`.

use numtext::Field;
use numtext::percent::{Conversion, Template};

use super::values::Arguments;
use super::{check_room, int_field, letter};
use crate::prelude::*;
use crate::str::{Points, StrBuilder};

const PERCENT: u32 = '%' as u32;

/// The template with its conversion specifiers filled in from the values.
pub fn format_str(template: &Str, values: &Object) -> Result<Ref<Str>> {
    let mut values = Arguments::new(values, false);
    let mut builder = StrBuilder::with_capacity(template.len() + 32);
    let points = template.points();
    if next_percent(points, 0).is_none() {
        values.finish("string")?;
        return Ok(template.to_ref());
    }
    let mut at = 0;
    while let Some(length) = next_percent(points, at) {
        builder.push_points(points.range(at, at + length));
        at += length + 1;
        match if at < points.len() { points.at(at) } else { 0 } {
            PERCENT => {
                builder.push(PERCENT);
                at += 1;
            }
            kind if kind == 's'.into() => {
                push_text(&mut builder, &*values.take()?)?;
                at += 1;
            }
            kind if kind == 'd'.into() => {
                let conversion = Conversion { kind, at, ..Conversion::default() };
                push_int(&mut builder, &conversion, &*values.take()?)?;
                at += 1;
            }
            _ => {
                let (conversion, next) =
                    Conversion::parse(&points, at, &mut values).map_err(|failure| failure.0)?;
                let value = values.take()?;
                push_converted(&mut builder, &conversion, &value)?;
                at = next;
            }
        }
    }
    builder.push_points(points.range(at, points.len()));
    values.finish("string")?;
    builder.finish()
}

impl Template for Points<'_> {
    fn point(&self, at: usize) -> Option<u32> {
        (at < self.len()).then(|| self.at(at))
    }
}

/// How far the next percent sign is.
fn next_percent(points: Points<'_>, at: usize) -> Option<usize> {
    match points {
        Points::One(units) => memchr::memchr(b'%', &units[at..]),
        _ => (at..points.len()).find(|&index| points.at(index) == PERCENT).map(|index| index - at),
    }
}

fn push_text(builder: &mut StrBuilder, value: &Object) -> Result<()> {
    if let Some(text) = value.downcast_exact::<Str>() {
        builder.push_string(text);
        return Ok(());
    }
    if value.downcast_exact::<Int>().is_some() {
        return push_int(builder, &Conversion { kind: 'd'.into(), ..Conversion::default() }, value);
    }
    builder.push_string(&*value.str()?);
    Ok(())
}

fn push_int(builder: &mut StrBuilder, conversion: &Conversion, value: &Object) -> Result<()> {
    if let Some(number) = value.downcast_exact::<Int>().and_then(Int::to_medium) {
        let mut digits = [0; 24];
        builder.push_str(decimal(number, &mut digits));
        return Ok(());
    }
    push_field(builder, &int_field(conversion, value)?);
    Ok(())
}

/// The decimal digits of a number, written from the buffer's end.
fn decimal(number: i64, buffer: &mut [u8; 24]) -> &str {
    let mut at = buffer.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    std::str::from_utf8(&buffer[at..]).unwrap_or_default()
}

fn push_converted(builder: &mut StrBuilder, conversion: &Conversion, value: &Object) -> Result<()> {
    check_room(conversion)?;
    match letter(conversion) {
        's' => push_padded(builder, conversion, &*value.str()?),
        'r' => push_padded(builder, conversion, &*value.repr()?),
        'a' => push_padded(builder, conversion, &*value.ascii()?),
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => push_field(builder, &int_field(conversion, value)?),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            push_field(builder, &conversion.float_field(value.as_f64()?));
        }
        'c' => push_padded(builder, conversion, &*character(value)?),
        _ => return Err(crate::format::raise(conversion.unsupported())),
    }
    Ok(())
}

fn push_field(builder: &mut StrBuilder, field: &Field) {
    builder.push_repeated(field.fill, field.left);
    builder.push_str(&field.head);
    builder.push_repeated(field.fill, field.inner);
    builder.push_str(&field.body);
    builder.push_repeated(field.fill, field.right);
}

fn push_padded(builder: &mut StrBuilder, conversion: &Conversion, text: &Str) {
    let (left, kept, right) = conversion.text_padding(text.len());
    builder.push_repeated(' '.into(), left);
    match kept == text.len() {
        true => builder.push_string(text),
        false => builder.push_points(text.points().range(0, kept)),
    }
    builder.push_repeated(' '.into(), right);
}

/// The character of `%c`: a string of one, or a code point.
fn character(value: &Object) -> Result<Ref<Str>> {
    let wrong_type = || raise!(TypeError, "%c requires int or char");
    if let Some(text) = value.downcast::<Str>() {
        return if text.len() == 1 { Ok(text.to_ref()) } else { Err(wrong_type()) };
    }
    let Some(number) = raise::ignore(value.index(), &exceptions::TypeError)? else {
        return Err(wrong_type());
    };
    match number.to_i64() {
        Some(point @ 0..=0x10_ffff) => Str::from_point(point as u32),
        // What no C long holds is no int to `%c`.
        None => Err(wrong_type()),
        Some(_) => Err(raise!(OverflowError, "%c arg not in range(0x110000)")),
    }
}
