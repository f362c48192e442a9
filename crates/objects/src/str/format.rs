//! `format`, `format_map` and `__format__`.

use numtext::Align;
use numtext::template::{Accessor, Accessors, Key, Markups, Numbering, Replacement, split_name};

use super::{Str, StrBuilder};
use crate::format::{parse_spec, raise, text_to_str};
use crate::prelude::*;

/// Where the values of replacement fields come from.
struct Values<'a> {
    positional: Option<&'a [&'a Object]>,
    keywords: Option<&'a Object>,
}

/// How deep fields may stand within the specifications of fields.
const DEPTH: u32 = 2;

/// A template at work.
struct Formatter<'a> {
    values: Values<'a>,
    numbering: Numbering,
}

impl Formatter<'_> {
    /// The template with its replacement fields filled in.
    fn format(&mut self, template: &[u32], depth: u32) -> Result<Ref<Str>> {
        if depth == 0 {
            bail!(ValueError, "Max string recursion exceeded");
        }
        let mut builder = StrBuilder::with_capacity(template.len() + 32);
        for markup in Markups::new(template) {
            let markup = markup.map_err(raise)?;
            builder.extend(template[markup.literal].iter().copied());
            if let Some(field) = markup.field {
                self.push_field(&mut builder, template, &field, depth)?;
            }
        }
        builder.finish()
    }

    fn push_field(
        &mut self,
        builder: &mut StrBuilder,
        template: &[u32],
        field: &Replacement,
        depth: u32,
    ) -> Result<()> {
        let value = self.value(&template[field.name.clone()])?;
        let value = converted(value, field.conversion)?;
        let spec = &template[field.spec.clone()];
        if spec.is_empty()
            && let Some(text) = value.downcast_exact::<Str>()
        {
            builder.push_string(text);
            return Ok(());
        }
        let spec = match field.nested {
            true => self.format(spec, depth - 1)?,
            false => Str::from_u32(spec)?,
        };
        builder.push_string(&*value.format(Some(&spec))?);
        Ok(())
    }

    /// The object that a field's name stands for.
    fn value(&mut self, name: &[u32]) -> Result<Ref> {
        let (first, accessors) = split_name(name).map_err(raise)?;
        let first = self.numbering.resolve(first).map_err(raise)?;
        let value = match first {
            Key::Index(index) => self.values.at(index)?,
            Key::Name(range) => self.values.named(&name[range])?,
        };
        accessed(value, name, accessors)
    }
}

impl Values<'_> {
    fn at(&self, index: usize) -> Result<Ref> {
        let Some(positional) = self.positional else {
            bail!(ValueError, "Format string contains positional fields");
        };
        match positional.get(index) {
            Some(value) => Ok(value.to_ref()),
            None => {
                Err(raise!(IndexError, "Replacement index {index} out of range for positional args tuple"))
            }
        }
    }

    fn named(&self, name: &[u32]) -> Result<Ref> {
        let name = Str::from_u32(name)?;
        match self.keywords {
            Some(keywords) => keywords.get_item(&name),
            None => Err(raise::set_object(&exceptions::KeyError, name.into_object())),
        }
    }
}

/// Follows the attributes and items of a field's name.
fn accessed(mut value: Ref, name: &[u32], accessors: Accessors<'_>) -> Result<Ref> {
    for accessor in accessors {
        value = match accessor.map_err(raise)? {
            Accessor::Attribute(range) => value.get_attr(&*Str::from_u32(&name[range])?)?,
            Accessor::Item(Key::Index(index)) if value.is_sequence() => value.get_index(index as isize)?,
            Accessor::Item(Key::Index(index)) => value.get_item(&Int::from_usize(index))?,
            Accessor::Item(Key::Name(range)) => {
                let key = Str::from_u32(&name[range])?;
                value.get_item(&key)?
            }
        };
    }
    Ok(value)
}

/// The value as its conversion (`!r`, `!s`, `!a`) makes it text.
fn converted(value: Ref, conversion: Option<u32>) -> Result<Ref> {
    let Some(conversion) = conversion else { return Ok(value) };
    match char::from_u32(conversion) {
        Some('r') => value.repr().map(Ref::into_object),
        Some('s') => value.str().map(Ref::into_object),
        Some('a') => value.ascii().map(Ref::into_object),
        Some(shown @ '!'..='~') => Err(raise!(ValueError, "Unknown conversion specifier {shown}")),
        _ => Err(raise!(ValueError, "Unknown conversion specifier \\x{conversion:x}")),
    }
}

impl Str {
    /// Whether nothing in the template is written otherwise than it comes out.
    fn has_no_fields(&self) -> bool {
        !self.points().iter().any(|point| point == '{'.into() || point == '}'.into())
    }

    /// The string as a format specification lays it out.
    pub fn format_with(&self, spec: &Str) -> Result<Ref<Str>> {
        if spec.is_empty() {
            return self.str();
        }
        let spec = parse_spec(spec, Some('s'), Align::Left)?;
        let field = spec.text_field(self.len(), "str").map_err(raise)?;
        text_to_str(field, self)
    }
}

#[methods(FORMATTING)]
impl Str {
    /// S.format(*args, **kwargs) -> str
    ///
    /// S with its replacement fields, in braces ('{' and '}'), filled in from args and kwargs.
    #[method("(*args, **kwargs)", no_text_signature)]
    fn format(&self, args: &[&Object], kwargs: Keywords) -> Result<Ref<Str>> {
        if self.has_no_fields() {
            return Ok(self.to_ref());
        }
        let keywords = match kwargs.is_empty() {
            true => None,
            false => Some(kwargs.to_dict()?),
        };
        let values =
            Values { positional: Some(args), keywords: keywords.as_deref().map(|dict| dict.as_object()) };
        let template: Vec<u32> = self.points().iter().collect();
        Formatter { values, numbering: Numbering::default() }.format(&template, DEPTH)
    }

    /// S.format_map(mapping) -> str
    ///
    /// S with its replacement fields, in braces ('{' and '}'), filled in from a mapping.
    #[method("(mapping, /)", no_text_signature)]
    fn format_map(&self, mapping: &Object) -> Result<Ref<Str>> {
        if self.has_no_fields() {
            return Ok(self.to_ref());
        }
        let values = Values { positional: None, keywords: Some(mapping) };
        let template: Vec<u32> = self.points().iter().collect();
        Formatter { values, numbering: Numbering::default() }.format(&template, DEPTH)
    }

    /// The string as a format specification lays it out.
    #[method(name = "__format__", "(format_spec, /)")]
    fn format_method(&self, format_spec: &Str) -> Result<Ref<Str>> {
        self.format_with(format_spec)
    }
}
