//! The parts of a format template as Python objects: what `string.Formatter` works on.

use std::cell::Cell;

use numtext::template::{Accessor, Accessors, Key, Markups, split_name};

use super::Str;
use crate::format::raise;
use crate::prelude::*;

/// An iterator over a template's parts: literal text, field name, format specification, conversion.
#[repr(C)]
#[derive(Trace)]
pub struct FormatterIterator {
    base: Object,
    #[trace(skip)]
    template: Vec<u32>,
    /// Parsed from the start, for the error that ends it comes after the parts before it.
    #[trace(skip)]
    parts: Cell<usize>,
}

/// The parts of a template.
pub fn parse(template: &Str) -> Result<Ref> {
    Ok(Ref::new(FormatterIterator {
        base: Object::header(),
        template: template.points().iter().collect(),
        parts: Cell::new(0),
    })
    .into_object())
}

#[class(name = "formatteriterator")]
impl FormatterIterator {
    #[slot(tp_iter)]
    fn iter_slot(&self) -> &FormatterIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_slot(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(markup) = Markups::new(&self.template).nth(self.parts.get()) else { return Ok(None) };
        let markup = markup.map_err(raise)?;
        self.parts.set(self.parts.get() + 1);
        let text = |range: std::ops::Range<usize>| Ok(Str::from_u32(&self.template[range])?.into_object());
        let literal = text(markup.literal)?;
        let parts = match markup.field {
            None => [literal, none(), none(), none()],
            Some(field) => {
                let conversion = match field.conversion {
                    Some(conversion) => Str::from_point(conversion)?.into_object(),
                    None => none(),
                };
                [literal, text(field.name)?, text(field.spec)?, conversion]
            }
        };
        Tuple::new(parts).map(Some)
    }
}

/// An iterator over what follows the first part of a field name: whether it is an attribute, and its name or index.
#[repr(C)]
#[derive(Trace)]
pub struct FieldNameIterator {
    base: Object,
    #[trace(skip)]
    name: Vec<u32>,
    #[trace(skip)]
    parts: Cell<usize>,
}

/// The first part of a field name, and an iterator over the rest.
pub fn split_field_name(name: &Str) -> Result<Ref<Tuple>> {
    let name: Vec<u32> = name.points().iter().collect();
    let (first, _) = split_name(&name).map_err(raise)?;
    let first = key_object(&name, first)?;
    let rest = FieldNameIterator { base: Object::header(), name, parts: Cell::new(0) };
    Tuple::new([first, Ref::new(rest).into_object()])
}

fn key_object(name: &[u32], key: Key) -> Result<Ref> {
    match key {
        Key::Index(index) => Ok(Int::from_usize(index).into_object()),
        Key::Name(range) => Ok(Str::from_u32(&name[range])?.into_object()),
    }
}

#[class(name = "fieldnameiterator")]
impl FieldNameIterator {
    #[slot(tp_iter)]
    fn iter_slot(&self) -> &FieldNameIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_slot(&self) -> Result<Option<Ref<Tuple>>> {
        let (_, mut rest): (Key, Accessors<'_>) = split_name(&self.name).map_err(raise)?;
        let Some(accessor) = rest.nth(self.parts.get()) else { return Ok(None) };
        self.parts.set(self.parts.get() + 1);
        let (is_attribute, key) = match accessor.map_err(raise)? {
            Accessor::Attribute(range) => (true, Key::Name(range)),
            Accessor::Item(key) => (false, key),
        };
        Tuple::new([crate::bool::bool_object(is_attribute), key_object(&self.name, key)?]).map(Some)
    }
}
