//! Arrays from the bytes that another machine has pickled.

use objects::codecs::decode_text;
use objects::lent_items::ItemKind;
use objects::prelude::*;

use super::item::{KINDS, is_integer, is_signed, kind_of};
use super::{ARRAY, Array};

/// How a machine lays its items out. A pickle has the number, which is the place in this table.
struct MachineFormat {
    content: Content,
    size: usize,
    big_endian: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Content {
    Unsigned,
    Signed,
    Float,
    /// Text, in the encoding of this name.
    Text(&'static str),
}

const fn format(content: Content, size: usize, big_endian: bool) -> MachineFormat {
    MachineFormat { content, size, big_endian }
}

static MACHINE_FORMATS: [MachineFormat; 22] = [
    format(Content::Unsigned, 1, false),
    format(Content::Signed, 1, false),
    format(Content::Unsigned, 2, false),
    format(Content::Unsigned, 2, true),
    format(Content::Signed, 2, false),
    format(Content::Signed, 2, true),
    format(Content::Unsigned, 4, false),
    format(Content::Unsigned, 4, true),
    format(Content::Signed, 4, false),
    format(Content::Signed, 4, true),
    format(Content::Unsigned, 8, false),
    format(Content::Unsigned, 8, true),
    format(Content::Signed, 8, false),
    format(Content::Signed, 8, true),
    format(Content::Float, 4, false),
    format(Content::Float, 4, true),
    format(Content::Float, 8, false),
    format(Content::Float, 8, true),
    format(Content::Text("utf-16-le"), 4, false),
    format(Content::Text("utf-16-be"), 4, true),
    format(Content::Text("utf-32-le"), 8, false),
    format(Content::Text("utf-32-be"), 8, true),
];

/// The number of the format that this machine has for items of a kind.
pub fn machine_format(kind: &ItemKind) -> usize {
    let wanted = match kind.code {
        b'u' => Content::Text("utf-32-le"),
        b'f' | b'd' => Content::Float,
        _ if is_signed(kind) => Content::Signed,
        _ => Content::Unsigned,
    };
    let is_own = |format: &MachineFormat| {
        !format.big_endian && format.content == wanted && (kind.code == b'u' || format.size == kind.size)
    };
    MACHINE_FORMATS.iter().position(is_own).unwrap_or(usize::MAX)
}

/// `_array_reconstructor`.
pub fn reconstruct(class: &Object, code: char, number: i32, items: &Object) -> Result<Ref<Array>> {
    let Some(class) = class.downcast::<Type>() else {
        bail!(TypeError, "first argument must be a type object, not {}", class.class().name());
    };
    if !class.is_subtype(&ARRAY) {
        bail!(TypeError, "{} is not a subtype of {}", class.name(), ARRAY.name());
    }
    let Some(kind) = kind_of(code) else { bail!(ValueError, "second argument must be a valid type code") };
    let format = usize::try_from(number).ok().and_then(|number| MACHINE_FORMATS.get(number));
    let Some(format) = format else {
        bail!(ValueError, "third argument must be a valid machine format code.");
    };
    let Some(bytes) = items.downcast::<Bytes>() else {
        bail!(TypeError, "fourth argument should be bytes, not {}", items.class().name());
    };
    if number as usize == machine_format(kind) {
        return Array::create(class, kind, Some(bytes));
    }
    let content = bytes.as_bytes();
    if content.len() % format.size != 0 {
        bail!(ValueError, "string length not a multiple of item size");
    }
    match format.content {
        Content::Text(encoding) => {
            let text = decode_text(content, Some(encoding), Some("strict"))?;
            Array::create(class, kind, Some(&text))
        }
        Content::Float => Array::create(class, kind, Some(&List::from_vec(values(content, format)))),
        Content::Signed | Content::Unsigned => {
            // The kind of this machine that is like the other's, if there is one.
            let signed = format.content == Content::Signed;
            let fits =
                |kind: &&ItemKind| is_integer(kind) && kind.size == format.size && is_signed(kind) == signed;
            // Of two of a size the later one is taken.
            let kind = KINDS.iter().rfind(fits).unwrap_or(kind);
            Array::create(class, kind, Some(&List::from_vec(values(content, format))))
        }
    }
}

fn values(content: &[u8], format: &MachineFormat) -> Vec<Ref> {
    let number = |bytes: &[u8]| {
        let mut word = [0; 8];
        for (place, byte) in word.iter_mut().zip(bytes) {
            *place = *byte;
        }
        if format.big_endian {
            word[..bytes.len()].reverse();
        }
        let bits = u64::from_le_bytes(word);
        let unused = 64 - 8 * bytes.len() as u32;
        match (format.content, format.size) {
            (Content::Float, 4) => Float::new(f32::from_bits(bits as u32).into()).into_object(),
            (Content::Float, _) => Float::new(f64::from_bits(bits)).into_object(),
            (Content::Signed, _) => Int::new((bits << unused) as i64 >> unused).into_object(),
            _ => Int::from_u64(bits).into_object(),
        }
    };
    content.chunks_exact(format.size).map(number).collect()
}
