//! `template.format(...)`: literal text and replacement fields `{name!conversion:spec}`.

use std::ops::Range;

use crate::digits::number;
use crate::error::FormatError;

/// Literal text, and the field after it. Ranges are places in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup {
    pub literal: Range<usize>,
    pub field: Option<Replacement>,
}

/// A replacement field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    pub name: Range<usize>,
    pub conversion: Option<u32>,
    pub spec: Range<usize>,
    /// Whether fields stand within the specification.
    pub nested: bool,
}

/// The pieces of a template, in order.
#[derive(Clone, Debug)]
pub struct Markups<'a> {
    template: &'a [u32],
    at: usize,
}

impl<'a> Markups<'a> {
    pub fn new(template: &'a [u32]) -> Self {
        Markups { template, at: 0 }
    }

    fn peek(&self) -> Option<char> {
        let &code = self.template.get(self.at)?;
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += 1;
        Some(character)
    }

    fn markup(&mut self) -> Result<Markup, FormatError> {
        let start = self.at;
        let is_brace = |&code: &u32| code == '{'.into() || code == '}'.into();
        let Some(length) = self.template[start..].iter().position(is_brace) else {
            self.at = self.template.len();
            return Ok(Markup { literal: start..self.at, field: None });
        };
        self.at = start + length;
        let brace = self.take();
        if brace == self.peek() {
            // A doubled brace is literal text up to the first of the two.
            let literal = start..self.at;
            self.at += 1;
            return Ok(Markup { literal, field: None });
        }
        if brace == Some('}') {
            return Err(FormatError::value("Single '}' encountered in format string"));
        }
        if self.peek().is_none() {
            return Err(FormatError::value("Single '{' encountered in format string"));
        }
        let field = self.replacement()?;
        Ok(Markup { literal: start..start + length, field: Some(field) })
    }

    fn replacement(&mut self) -> Result<Replacement, FormatError> {
        let (name, end) = self.name()?;
        let mut field = Replacement { name, conversion: None, spec: self.at..self.at, nested: false };
        match end {
            Some('}') => return Ok(field),
            Some('!') => {
                let message = "end of string while looking for conversion specifier";
                self.take().ok_or_else(|| FormatError::value(message))?;
                field.conversion = Some(self.template[self.at - 1]);
                match self.take() {
                    Some('}') => {
                        field.spec = self.at..self.at;
                        return Ok(field);
                    }
                    Some(':') | None => {}
                    Some(_) => return Err(FormatError::value("expected ':' after conversion specifier")),
                }
            }
            Some(_) => {}
            None => return Err(FormatError::value("expected '}' before end of string")),
        }
        (field.spec, field.nested) = self.spec()?;
        Ok(field)
    }

    /// The name, and the character that ends it.
    fn name(&mut self) -> Result<(Range<usize>, Option<char>), FormatError> {
        let start = self.at;
        let mut in_brackets = false;
        while let Some(character) = self.take() {
            match character {
                '{' if !in_brackets => return Err(FormatError::value("unexpected '{' in field name")),
                '[' => in_brackets = true,
                ']' => in_brackets = false,
                '}' | ':' | '!' if !in_brackets => return Ok((start..self.at - 1, Some(character))),
                _ => {}
            }
        }
        Ok((start..self.at, None))
    }

    fn spec(&mut self) -> Result<(Range<usize>, bool), FormatError> {
        let start = self.at;
        let (mut open, mut nested) = (1, false);
        while let Some(character) = self.take() {
            match character {
                '{' => {
                    nested = true;
                    open += 1;
                }
                '}' => {
                    open -= 1;
                    if open == 0 {
                        return Ok((start..self.at - 1, nested));
                    }
                }
                _ => {}
            }
        }
        Err(FormatError::value("unmatched '{' in format spec"))
    }
}

impl Iterator for Markups<'_> {
    type Item = Result<Markup, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.template.len() {
            return None;
        }
        let markup = self.markup();
        if markup.is_err() {
            self.at = self.template.len();
        }
        Some(markup)
    }
}

/// An index or a name, as a place in the field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Index(usize),
    Name(Range<usize>),
}

/// What follows the first part of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accessor {
    /// `.name`
    Attribute(Range<usize>),
    /// `[key]`
    Item(Key),
}

/// Splits a field name into its first part and what follows. The first part may be empty.
pub fn split_name(name: &[u32]) -> Result<(Key, Accessors<'_>), FormatError> {
    let starts_accessor = |&code: &u32| code == '.'.into() || code == '['.into();
    let end = name.iter().position(starts_accessor).unwrap_or(name.len());
    let first = key(name, 0..end)?;
    Ok((first, Accessors { name, at: end }))
}

fn key(name: &[u32], range: Range<usize>) -> Result<Key, FormatError> {
    let (value, end) = number(&name[..range.end], range.start)?;
    Ok(match value {
        Some(index) if end == range.end => Key::Index(index),
        _ => Key::Name(range),
    })
}

/// The attributes and items of a field name.
#[derive(Clone, Debug)]
pub struct Accessors<'a> {
    name: &'a [u32],
    at: usize,
}

impl Accessors<'_> {
    fn accessor(&mut self) -> Result<Accessor, FormatError> {
        let start = self.at + 1;
        let rest = &self.name[start..];
        let accessor = match char::from_u32(self.name[self.at]) {
            Some('.') => {
                let ends = |&code: &u32| code == '.'.into() || code == '['.into();
                self.at = start + rest.iter().position(ends).unwrap_or(rest.len());
                Accessor::Attribute(start..self.at)
            }
            Some('[') => {
                let end = rest.iter().position(|&code| code == ']'.into());
                let end = start + end.ok_or_else(|| FormatError::value("Missing ']' in format string"))?;
                self.at = end + 1;
                Accessor::Item(key(self.name, start..end)?)
            }
            _ => {
                let message = "Only '.' or '[' may follow ']' in format field specifier";
                return Err(FormatError::value(message));
            }
        };
        match &accessor {
            Accessor::Attribute(range) | Accessor::Item(Key::Name(range)) if range.is_empty() => {
                Err(FormatError::value("Empty attribute in format string"))
            }
            _ => Ok(accessor),
        }
    }
}

impl Iterator for Accessors<'_> {
    type Item = Result<Accessor, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.name.len() {
            return None;
        }
        let accessor = self.accessor();
        if accessor.is_err() {
            self.at = self.name.len();
        }
        Some(accessor)
    }
}

/// Numbers the fields without a name, in a template and its nested fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    #[default]
    Unknown,
    /// The number of the next.
    Automatic(usize),
    Manual,
}

impl Numbering {
    /// The first part of a field name, an empty one replaced by its number.
    pub fn resolve(&mut self, first: Key) -> Result<Key, FormatError> {
        match (&first, *self) {
            (Key::Name(range), numbering) if range.is_empty() => {
                let next = match numbering {
                    Numbering::Unknown => 0,
                    Numbering::Automatic(next) => next,
                    Numbering::Manual => {
                        return Err(FormatError::value(
                            "cannot switch from manual field specification to automatic field numbering",
                        ));
                    }
                };
                *self = Numbering::Automatic(next + 1);
                Ok(Key::Index(next))
            }
            (Key::Index(_), Numbering::Automatic(_)) => Err(FormatError::value(
                "cannot switch from automatic field numbering to manual field specification",
            )),
            (Key::Index(_), _) => {
                *self = Numbering::Manual;
                Ok(first)
            }
            (Key::Name(_), _) => Ok(first),
        }
    }
}
