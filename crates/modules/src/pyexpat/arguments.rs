//! Events as the arguments of handlers.

use objects::prelude::*;
use xml::{Event, Model, Name, Part, Quantifier};

use super::handlers::Handler;
use super::parser::{DefaultHandling, XmlParser};

fn text(bytes: &[u8]) -> Result<Ref<Str>> {
    Str::from_wtf8(bytes)
}

/// A content model: `(type, quantifier, name, children)`.
fn model(nodes: &[Model]) -> Result<Ref> {
    let mut made: Vec<Option<Ref>> = vec![None; nodes.len()];
    // The members of a group stand behind it.
    for (place, node) in nodes.iter().enumerate().rev() {
        let quantifier = match node.quantifier {
            Quantifier::Once => 0,
            Quantifier::Optional => 1,
            Quantifier::Repeated => 2,
            Quantifier::Plus => 3,
        };
        let mut members = Vec::with_capacity(node.members.len());
        for &member in &node.members {
            members.extend(made[member].take());
        }
        let name = match &node.name {
            Some(name) => text(name)?.into_object(),
            None => none(),
        };
        let node = [
            Int::new(node.content as i64).into_object(),
            Int::new(quantifier).into_object(),
            name,
            Tuple::new(members)?.into_object(),
        ];
        made[place] = Some(Tuple::new(node)?.into_object());
    }
    Ok(made.into_iter().next().flatten().unwrap_or_else(none))
}

/// What declarations tell, as owned text, so that nothing of the parser is borrowed while objects are made.
type Told = Option<std::rc::Rc<[u8]>>;

impl XmlParser {
    fn interned_or_none(&self, told: &Told) -> Result<Ref> {
        match told {
            Some(told) => Ok(self.interned(text(told)?)?.into_object()),
            None => Ok(none()),
        }
    }

    fn text_or_none(&self, told: &Told) -> Result<Ref> {
        match told {
            Some(told) => Ok(text(told)?.into_object()),
            None => Ok(none()),
        }
    }

    /// A string that is kept for the next time.
    fn interned(&self, string: Ref<Str>) -> Result<Ref> {
        let Some(known) = self.intern.get() else { return Ok(string.into_object()) };
        if let Some(first) = known.get(&string)? {
            return Ok(first);
        }
        known.set(&string, &string)?;
        Ok(string.into_object())
    }

    fn name(&self, name: Name) -> Result<Ref> {
        if let Some(Some(string)) = self.names.borrow().get(name.index()) {
            return Ok(string.clone());
        }
        let bytes = self.machine()?.name(name);
        let string = self.interned(text(&bytes)?)?;
        let mut names = self.names.borrow_mut();
        if names.len() <= name.index() {
            names.resize(name.index() + 1, None);
        }
        names[name.index()] = Some(string.clone());
        Ok(string)
    }

    fn attributes(&self) -> Result<Ref> {
        let mut pairs = Vec::new();
        {
            let machine = self.machine()?;
            let count = match self.specified_attributes.get() {
                true => machine.specified_attributes(),
                false => usize::MAX,
            };
            for attribute in machine.attributes().take(count) {
                pairs.push((attribute.name, text(attribute.value)?));
            }
        }
        if self.ordered_attributes.get() {
            let mut items = Vec::with_capacity(2 * pairs.len());
            for (name, value) in pairs {
                items.extend([self.name(name)?, value.into_object()]);
            }
            return Ok(List::from_vec(items).into_object());
        }
        let dict = Dict::new();
        for (name, value) in pairs {
            dict.set(&*self.name(name)?, &value)?;
        }
        Ok(dict.into_object())
    }

    /// Calls a handler; without one, the default one gets the token, if `or_default`.
    fn give<const COUNT: usize>(
        &self,
        kind: Handler,
        or_default: bool,
        arguments: impl FnOnce() -> Result<[Ref; COUNT]>,
    ) -> Result<()> {
        match self.handler(kind) {
            Some(handler) => {
                self.flush()?;
                self.call(kind, &handler, &arguments()?).map(drop)
            }
            None if or_default => self.tell_default(),
            None => Ok(()),
        }
    }

    /// The token as it stands, for the default handler.
    fn tell_default(&self) -> Result<()> {
        let kind = match self.default.get() {
            DefaultHandling::None => return Ok(()),
            DefaultHandling::Plain => Handler::Default,
            DefaultHandling::Expanding => Handler::DefaultExpand,
        };
        let Some(handler) = self.handler(kind) else { return Ok(()) };
        self.flush()?;
        let token = text(self.machine()?.raw())?;
        self.call(kind, &handler, &[token.into_object()]).map(drop)
    }

    /// A handler's answer; false ends the parsing.
    fn ask(&self, kind: Handler, handler: &Object, arguments: &[Ref]) -> Result<bool> {
        self.flush()?;
        let answer = self.call(kind, handler, arguments)?;
        Ok(answer.as_index_or(&exceptions::OverflowError)? != 0)
    }

    fn tell_text(&self) -> Result<()> {
        if self.handler(Handler::CharacterData).is_none() {
            return self.tell_default();
        }
        let direct = {
            let machine = self.machine()?;
            let data = machine.data();
            match self.gather(data) {
                super::parser::Gathered::All => return Ok(()),
                super::parser::Gathered::None { flush } => (text(data)?, flush),
            }
        };
        match direct {
            (data, false) => self.tell_character_data(data),
            (_, true) => {
                self.flush()?;
                self.tell_text()
            }
        }
    }

    /// Calls the handler for character data.
    pub fn tell_character_data(&self, data: Ref<Str>) -> Result<()> {
        let Some(handler) = self.handler(Handler::CharacterData) else { return Ok(()) };
        self.call(Handler::CharacterData, &handler, &[data.into_object()]).map(drop)
    }

    /// Hands an event to its handler. `Ok(false)` is a handler's answer that the parsing is to end.
    pub fn tell(&self, event: Event) -> Result<bool> {
        let declaration = || self.machine().map(|machine| machine.declaration().clone());
        let nothing = || Ok([]);
        match event {
            Event::StartElement { name, empty } => {
                let or_default = !(empty && self.handler(Handler::EndElement).is_some());
                self.give(Handler::StartElement, or_default, || Ok([self.name(name)?, self.attributes()?]))?;
            }
            Event::EndElement { name, empty } => {
                self.give(Handler::EndElement, !empty, || Ok([self.name(name)?]))?;
            }
            Event::Text => self.tell_text()?,
            Event::StartNamespace => {
                let told = declaration()?;
                self.give(Handler::StartNamespace, false, || {
                    Ok([self.interned_or_none(&told.name)?, self.interned_or_none(&told.value)?])
                })?;
            }
            Event::EndNamespace => {
                let told = declaration()?;
                self.give(Handler::EndNamespace, false, || Ok([self.interned_or_none(&told.name)?]))?;
            }
            Event::StartCdata => self.give(Handler::StartCdata, true, nothing)?,
            Event::EndCdata => self.give(Handler::EndCdata, true, nothing)?,
            Event::Comment => {
                self.give(Handler::Comment, true, || Ok([text(self.machine()?.data())?.into_object()]))?
            }
            Event::Instruction => self.give(Handler::Instruction, true, || {
                let (target, data) = {
                    let machine = self.machine()?;
                    (text(machine.target())?, text(machine.data())?)
                };
                Ok([self.interned(target)?, data.into_object()])
            })?,
            Event::XmlDeclaration => {
                let told = declaration()?;
                self.give(Handler::XmlDeclaration, true, || {
                    let standalone = told.standalone.map_or(-1, i64::from);
                    Ok([
                        self.text_or_none(&told.version)?,
                        self.text_or_none(&told.encoding)?,
                        Int::new(standalone).into_object(),
                    ])
                })?;
            }
            Event::StartDoctype { internal_subset, closes } => {
                let told = declaration()?;
                self.give(Handler::StartDoctype, !closes, || {
                    Ok([
                        self.interned_or_none(&told.name)?,
                        self.interned_or_none(&told.system_id)?,
                        self.interned_or_none(&told.public_id)?,
                        Int::new(internal_subset.into()).into_object(),
                    ])
                })?;
            }
            Event::EndDoctype { after_start } => {
                let was_told = after_start && self.handler(Handler::StartDoctype).is_some();
                self.give(Handler::EndDoctype, !was_told, nothing)?;
            }
            Event::ElementDeclaration => {
                let told = declaration()?;
                self.give(Handler::Element, true, || {
                    let nodes = self.machine()?.model().to_vec();
                    Ok([self.interned_or_none(&told.name)?, model(&nodes)?])
                })?;
            }
            Event::AttributeDeclaration => {
                let told = declaration()?;
                self.give(Handler::Attlist, true, || {
                    Ok([
                        self.interned_or_none(&told.element)?,
                        self.interned_or_none(&told.name)?,
                        self.text_or_none(&told.kind)?,
                        self.text_or_none(&told.value)?,
                        Int::new(told.is_required.into()).into_object(),
                    ])
                })?;
            }
            Event::UnparsedEntityDeclaration if self.handler(Handler::UnparsedEntity).is_some() => {
                let told = declaration()?;
                self.give(Handler::UnparsedEntity, true, || {
                    Ok([
                        self.interned_or_none(&told.name)?,
                        self.interned_or_none(&told.base)?,
                        self.interned_or_none(&told.system_id)?,
                        self.interned_or_none(&told.public_id)?,
                        self.interned_or_none(&told.notation)?,
                    ])
                })?;
            }
            Event::EntityDeclaration | Event::UnparsedEntityDeclaration => {
                let told = declaration()?;
                self.give(Handler::Entity, true, || {
                    Ok([
                        self.interned_or_none(&told.name)?,
                        Int::new(told.is_parameter.into()).into_object(),
                        self.text_or_none(&told.value)?,
                        self.interned_or_none(&told.base)?,
                        self.interned_or_none(&told.system_id)?,
                        self.interned_or_none(&told.public_id)?,
                        self.interned_or_none(&told.notation)?,
                    ])
                })?;
            }
            Event::NotationDeclaration => {
                let told = declaration()?;
                self.give(Handler::Notation, true, || {
                    Ok([
                        self.interned_or_none(&told.name)?,
                        self.interned_or_none(&told.base)?,
                        self.interned_or_none(&told.system_id)?,
                        self.interned_or_none(&told.public_id)?,
                    ])
                })?;
            }
            Event::SkippedEntity => {
                let told = declaration()?;
                self.give(Handler::SkippedEntity, true, || {
                    let is_parameter = Int::new(told.is_parameter.into()).into_object();
                    Ok([self.interned_or_none(&told.name)?, is_parameter])
                })?;
            }
            Event::ExternalEntity => {
                let Some(handler) = self.handler(Handler::ExternalEntity) else { return Ok(true) };
                let told = declaration()?;
                let arguments = [
                    self.text_or_none(&told.context)?,
                    self.interned_or_none(&told.base)?,
                    self.interned_or_none(&told.system_id)?,
                    self.interned_or_none(&told.public_id)?,
                ];
                return self.ask(Handler::ExternalEntity, &handler, &arguments);
            }
            Event::NotStandalone => {
                let Some(handler) = self.handler(Handler::NotStandalone) else { return Ok(true) };
                return self.ask(Handler::NotStandalone, &handler, &[]);
            }
            Event::UnknownEncoding => {
                let told = declaration()?;
                self.find_encoding(told.encoding.as_deref().unwrap_or_default())?;
            }
            Event::Markup(part) => {
                let handler = match part {
                    Part::Other => None,
                    Part::Doctype => Some(Handler::StartDoctype),
                    Part::Entity => Some(Handler::Entity),
                    Part::Notation => Some(Handler::Notation),
                    Part::Attlist => Some(Handler::Attlist),
                    Part::Element => Some(Handler::Element),
                };
                if handler.is_none_or(|kind| self.handler(kind).is_none()) {
                    self.tell_default()?;
                }
            }
        }
        Ok(true)
    }
}
