//! The attributes of a start tag: values, defaults, namespaces.

use std::ops::Range;

use crate::accounting::Account;
use crate::code::Code;
use crate::content::RawAttribute;
use crate::dtd::{Dtd, Text};
use crate::names::Name;
use crate::namespaces::Namespaces;
use crate::values::{Judgement, Wrong, attribute_value};

/// Where a value is.
#[derive(Clone, Debug)]
pub enum Value {
    /// In the text, as it is written.
    Written(Range<usize>),
    /// Among the values made of what is written.
    Made(Range<usize>),
    /// The declared one.
    Default(Text),
}

#[derive(Clone, Debug)]
pub struct Stored {
    pub name: Name,
    pub value: Value,
}

/// The attributes of the current tag.
#[derive(Debug, Default)]
pub struct Attributes {
    pub stored: Vec<Stored>,
    /// How many of them stand in the tag.
    pub specified: usize,
    pub made: Vec<u8>,
    /// The number of the tag.
    tag: u64,
    /// By name, the number of the last tag that had it with a prefix.
    seen: Vec<u64>,
    /// Those with a prefix: the place among the stored ones, and the name in the table of attributes.
    prefixed: Vec<(usize, usize)>,
}

impl Attributes {
    pub fn bytes<'t>(&'t self, value: &'t Value, text: &'t [u8]) -> &'t [u8] {
        match value {
            Value::Written(range) => &text[range.clone()],
            Value::Made(range) => &self.made[range.clone()],
            Value::Default(text) => text,
        }
    }

    /// Takes the attributes of a tag, whose places count from its start. Bindings come into force, and are told of by
    /// their number.
    #[inline]
    pub fn store(
        &mut self,
        text: &[u8],
        start: usize,
        raw: &[RawAttribute],
        element: usize,
        dtd: &mut Dtd,
        namespaces: &mut Namespaces,
        account: &Account,
    ) -> Result<(), Wrong> {
        self.stored.clear();
        self.made.clear();
        self.prefixed.clear();
        self.tag += 1;
        self.specified = 0;
        if raw.is_empty() && dtd.elements[element].defaults.is_empty() {
            return Ok(());
        }
        self.store_some(text, start, raw, element, dtd, namespaces, account)
    }

    fn store_some(
        &mut self,
        text: &[u8],
        start: usize,
        raw: &[RawAttribute],
        element: usize,
        dtd: &mut Dtd,
        namespaces: &mut Namespaces,
        account: &Account,
    ) -> Result<(), Wrong> {
        for attribute in raw {
            let name = start + attribute.name.start..start + attribute.name.end;
            let range = start + attribute.value.start..start + attribute.value.end;
            let number = dtd.attribute(&text[name.clone()], namespaces.are_on());
            let known = &mut dtd.attributes[number];
            if known.seen == self.tag {
                return Err((Code::DuplicateAttribute, Some(name.start)));
            }
            known.seen = self.tag;
            let declared = known.may_be_token.then(|| {
                let defaults = &dtd.elements[element].defaults;
                defaults.iter().find(|default| default.attribute == number).is_none_or(|known| known.is_cdata)
            });
            let is_cdata = declared.unwrap_or(true);
            let value = if attribute.is_plain && (is_cdata || attribute.is_token) {
                Value::Written(range)
            } else {
                let judgement = Judgement {
                    namespaces: namespaces.are_on(),
                    must_be_declared: !dtd.has_parameter_references || dtd.is_standalone,
                };
                let from = self.made.len();
                attribute_value(dtd, account, text, range, is_cdata, judgement, &mut self.made)?;
                Value::Made(from..self.made.len())
            };
            self.add(text, number, value, dtd, namespaces)?;
        }
        self.specified = self.stored.len();
        for place in 0..dtd.elements[element].defaults.len() {
            let default = &dtd.elements[element].defaults[place];
            let number = default.attribute;
            let Some(value) = default.value.clone() else { continue };
            let known = &mut dtd.attributes[number];
            if known.seen != self.tag {
                known.seen = self.tag;
                self.add(text, number, Value::Default(value), dtd, namespaces)?;
            }
        }
        self.expand(dtd, namespaces)
    }

    fn add(
        &mut self,
        text: &[u8],
        number: usize,
        value: Value,
        dtd: &Dtd,
        namespaces: &mut Namespaces,
    ) -> Result<(), Wrong> {
        let known = &dtd.attributes[number];
        if known.is_binding {
            let uri = self.bytes(&value, text);
            let prefix = known.prefix.unwrap_or(crate::dtd::DEFAULT_PREFIX);
            return namespaces.bind(dtd, prefix, uri).map_err(|code| (code, None));
        }
        if known.prefix.is_some() {
            self.prefixed.push((self.stored.len(), number));
        }
        self.stored.push(Stored { name: known.name, value });
        Ok(())
    }

    /// Gives attributes with prefixes their namespaces.
    fn expand(&mut self, dtd: &mut Dtd, namespaces: &mut Namespaces) -> Result<(), Wrong> {
        for &(place, number) in &self.prefixed {
            let (single, name) = namespaces.attribute_name(dtd, number).map_err(|code| (code, None))?;
            if self.seen.len() <= single.index() {
                self.seen.resize(single.index() + 1, 0);
            }
            if std::mem::replace(&mut self.seen[single.index()], self.tag) == self.tag {
                return Err((Code::DuplicateAttribute, None));
            }
            self.stored[place].name = name;
        }
        Ok(())
    }
}
