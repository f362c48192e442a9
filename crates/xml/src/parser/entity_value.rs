//! Values of entities: character references and parameter entities replaced, line ends made line feeds.

use super::*;
use crate::chars;
use crate::scan::{Reference, reference};
use crate::token::percent;

/// A text within the value, or the literal itself.
#[derive(Debug)]
struct Part {
    text: Text,
    at: usize,
    /// In the table of parameter entities.
    entity: Option<usize>,
}

/// A value in the making. It gathers in the DTD, since external entities of other parsers add to it.
#[derive(Debug)]
pub(super) struct EntityValue {
    parts: Vec<Part>,
    /// Where the literal is in the input, if it is there.
    start: Option<usize>,
    /// It is a whole external entity: what is gathered is another parser's.
    is_external: bool,
}

impl EntityValue {
    pub(super) fn new(text: Text, start: Option<usize>, is_external: bool) -> EntityValue {
        EntityValue { parts: vec![Part { text, at: 0, entity: None }], start, is_external }
    }
}

impl Parser {
    fn mark_in_value(&mut self, at: usize) {
        if let Some(value) = &self.value
            && let Some(start) = value.start
            && value.parts.len() == 1
        {
            self.mark(start + at);
        }
    }

    /// Goes on with the value. One that is wrong is told of as far as it goes, and then what is wrong with it.
    #[inline(never)]
    pub(super) fn entity_value(&mut self) -> Result<Flow, Code> {
        self.gather_value().or_else(|code| {
            let whole = self.value.take().is_some_and(|value| value.is_external);
            if whole || self.declaring.entity.is_none() {
                return Err(code);
            }
            self.then.push_back(Then::Fail(code));
            Ok(self.tell_entity())
        })
    }

    /// Goes on with the value to its end, or to an external entity.
    fn gather_value(&mut self) -> Result<Flow, Code> {
        let dtd = self.dtd.clone();
        loop {
            let Some(value) = &mut self.value else { return Ok(Flow::Again) };
            let is_external = value.is_external;
            let depth = value.parts.len();
            let Some(part) = value.parts.last_mut() else {
                self.value = None;
                return if is_external { Ok(Flow::Wait) } else { Ok(self.tell_entity()) };
            };
            let (text, at) = (part.text.clone(), part.at);
            let mut shared = dtd.borrow_mut();
            let shared = &mut *shared;
            let Some(&first) = text.get(at) else {
                if let Some(entity) = part.entity {
                    shared.parameter[entity].is_open = false;
                }
                value.parts.pop();
                continue;
            };
            let gathered = &mut shared.entity_value;
            let end = match first {
                b'\n' => {
                    gathered.push(b'\n');
                    at + 1
                }
                b'\r' => {
                    gathered.push(b'\n');
                    at + 1 + usize::from(text.get(at + 1) == Some(&b'\n'))
                }
                b'&' => match reference(&text, at + 1, self.namespaces.are_on()) {
                    Ok((Reference::Entity, end)) => {
                        gathered.extend_from_slice(&text[at..end]);
                        end
                    }
                    Ok((Reference::Char(Some(point)), end)) => {
                        chars::push(gathered, point);
                        end
                    }
                    Ok((Reference::Char(None), _)) => {
                        self.mark_in_value(at);
                        return Err(Code::BadCharRef);
                    }
                    Err(stop) => {
                        self.mark_in_value(if let Stop::Invalid(place) = stop { place } else { at });
                        return Err(Code::InvalidToken);
                    }
                },
                b'%' => {
                    let end = match percent(&text, at + 1, self.namespaces.are_on()) {
                        Ok(token) if token.kind == Kind::ParameterReference => token.end,
                        Ok(token) => {
                            self.mark_in_value(token.end);
                            return Err(Code::InvalidToken);
                        }
                        Err(stop) => {
                            self.mark_in_value(if let Stop::Invalid(place) = stop { place } else { at });
                            return Err(Code::InvalidToken);
                        }
                    };
                    if self.entity == Entity::Document && self.frames.is_empty() && depth == 1 {
                        self.mark_in_value(at);
                        return Err(Code::ParamEntityRef);
                    }
                    part.at = end;
                    let Some(number) = shared.parameter.find(&text[at + 1..end - 1]) else {
                        // What would follow is not known.
                        shared.keeps_processing = shared.is_standalone;
                        value.parts.clear();
                        continue;
                    };
                    let entity = &mut shared.parameter[number];
                    if entity.is_open {
                        return Err(Code::RecursiveEntityRef);
                    }
                    if entity.system_id.is_some() {
                        if !self.tells_external_entities {
                            shared.keeps_processing = shared.is_standalone;
                            continue;
                        }
                        entity.is_open = true;
                        self.declaration.context = None;
                        self.declaration.base = entity.base.clone();
                        self.declaration.system_id = entity.system_id.clone();
                        self.declaration.public_id = entity.public_id.clone();
                        shared.parameter_entity_read = false;
                        self.then.push_front(Then::AfterValueEntity(number));
                        return Ok(Flow::Tell(Event::ExternalEntity));
                    }
                    if let Some(text) = entity.text.clone() {
                        entity.is_open = true;
                        value.parts.push(Part { text, at: 0, entity: Some(number) });
                    }
                    continue;
                }
                _ => {
                    let rest = &text[at..];
                    let stop = chars::AMPERSAND | chars::PERCENT | chars::LINE_END;
                    let length =
                        rest.iter().position(|&byte| chars::class(byte) & stop != 0).unwrap_or(rest.len());
                    gathered.extend_from_slice(&rest[..length]);
                    at + length
                }
            };
            part.at = end;
            if depth > 1 {
                self.account.add(Origin::Entity, end - at)?;
            }
        }
    }

    /// The value is complete: it becomes the entity's.
    fn tell_entity(&mut self) -> Flow {
        let mut dtd = self.dtd.borrow_mut();
        let value = Text::from(&std::mem::take(&mut dtd.entity_value)[..]);
        let Some((is_parameter, number)) = self.declaring.entity else {
            return Flow::Tell(Event::Markup(crate::grammar::Part::Other));
        };
        let table = if is_parameter { &mut dtd.parameter } else { &mut dtd.general };
        table[number].text = Some(value.clone());
        let name = Text::from(table.name(number));
        drop(dtd);
        self.declaration = Declaration {
            name: Some(name),
            is_parameter,
            value: Some(value),
            base: self.base.clone(),
            ..Declaration::default()
        };
        Flow::Tell(Event::EntityDeclaration)
    }

    /// An external entity whose text is to be a part of a value: it is read as a whole.
    #[inline(never)]
    pub(super) fn external_value(&mut self) -> Result<Flow, Code> {
        let start = self.source.at;
        let mut at = start;
        loop {
            self.source.event = Some(at);
            let scanned = token::token(&self.source.text, at, self.namespaces.are_on(), &mut 0);
            let token = match scanned {
                Ok(token) => token,
                Err(stop) => return self.stopped(stop),
            };
            match token.kind {
                Kind::End if !self.source.is_final => return Ok(Flow::Wait),
                Kind::End => break,
                _ if token.may_go_on && !self.source.is_final => return Ok(Flow::Wait),
                Kind::XmlDeclaration if at == start => {
                    return self.xml_declaration(at, token.end, false);
                }
                Kind::Element => return Err(Code::Syntax),
                _ => at = token.end,
            }
        }
        let text = Text::from(&self.source.text[start..]);
        self.pass(self.source.text.len());
        self.value = Some(EntityValue::new(text, Some(start), true));
        Ok(Flow::Again)
    }
}
