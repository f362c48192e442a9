//! Content: elements, text, references.

use super::*;
use crate::content::{self, Token};
use crate::dtd::predefined;
use crate::names::are_equal;
use crate::scan::{Instruction, Reference};

impl Parser {
    #[inline(always)]
    pub(super) fn content(&mut self) -> Result<Flow, Code> {
        let at = self.place();
        self.mark(at);
        let scanned = content::token(text!(self), at, self.namespaces.are_on(), &mut self.tag);
        let token = match scanned {
            Ok(token) => token,
            Err(stop) => return self.stopped(stop),
        };
        match token {
            Token::Data(end) => {
                self.advance(end)?;
                Ok(self.tell_text(at..end))
            }
            Token::LineEnd(end) => {
                self.advance(end)?;
                Ok(self.tell_byte(b'\n'))
            }
            Token::StartTag { name_end, empty, end } => self.start_tag(at, name_end, empty, end),
            Token::EndTag { name_end, end } => self.end_tag(at, name_end, end),
            Token::Reference(reference, end) => {
                self.advance(end)?;
                match reference {
                    Reference::Char(None) => Err(Code::BadCharRef),
                    Reference::Char(Some(point)) => {
                        let mut bytes = [0; 4];
                        let length =
                            char::from_u32(point).map_or(0, |char| char.encode_utf8(&mut bytes).len());
                        self.data = Data::Few(bytes, length);
                        Ok(Flow::Tell(Event::Text))
                    }
                    Reference::Entity => self.entity_reference(at + 1..end - 1),
                }
            }
            Token::None => self.content_end(at),
            Token::TrailingReturn | Token::TrailingBrackets(_) if self.may_go_on() => Ok(Flow::Wait),
            Token::TrailingReturn => {
                self.advance(at + 1)?;
                if self.frames.is_empty() && self.entity == Entity::Document {
                    // The place of that is the line end, and not what would be behind it.
                    self.then.push_back(Then::Fail(Code::NoElements));
                }
                Ok(self.tell_byte(b'\n'))
            }
            Token::TrailingBrackets(end) => {
                self.advance(end)?;
                Ok(self.tell_text(at..end))
            }
            Token::CdataStart(end) => {
                self.advance(end)?;
                self.stage = Stage::Cdata;
                Ok(Flow::Tell(Event::StartCdata))
            }
            Token::CdataEnd(_) => Err(Code::UnexpectedState),
            Token::Comment(end) => {
                self.advance(end)?;
                Ok(self.tell_comment(at, end))
            }
            Token::Instruction(Instruction { is_declaration: true, .. }) => Err(Code::MisplacedXmlPi),
            Token::Instruction(Instruction { target_end, end, .. }) => {
                self.advance(end)?;
                Ok(self.tell_instruction(at, target_end, end))
            }
        }
    }

    #[inline(never)]
    pub(super) fn cdata(&mut self) -> Result<Flow, Code> {
        let at = self.place();
        self.mark(at);
        match content::cdata(text!(self), at) {
            Ok(Token::Data(end)) => {
                self.advance(end)?;
                Ok(self.tell_text(at..end))
            }
            Ok(Token::LineEnd(end)) => {
                self.advance(end)?;
                Ok(self.tell_byte(b'\n'))
            }
            Ok(Token::CdataEnd(end)) => {
                self.advance(end)?;
                self.stage = Stage::Content;
                Ok(Flow::Tell(Event::EndCdata))
            }
            Err(stop @ (Stop::Invalid(_) | Stop::PartialChar)) => self.stopped(stop),
            _ if self.may_go_on() => Ok(Flow::Wait),
            _ => Err(Code::UnclosedCdataSection),
        }
    }

    fn tell_byte(&mut self, byte: u8) -> Flow {
        self.data = Data::Few([byte, 0, 0, 0], 1);
        Flow::Tell(Event::Text)
    }

    /// The text is at its end.
    #[inline(never)]
    fn content_end(&mut self, at: usize) -> Result<Flow, Code> {
        if let Some(frame) = self.frames.last() {
            if self.open.len() != frame.level {
                return Err(Code::AsyncEntity);
            }
            self.dtd.borrow_mut().general[frame.entity].is_open = false;
            self.frames.pop();
            return Ok(Flow::Again);
        }
        if self.may_go_on() {
            return Ok(Flow::Wait);
        }
        self.whole()?;
        if self.entity == Entity::Document {
            self.mark(at);
            return Err(Code::NoElements);
        }
        if !self.open.is_empty() {
            return Err(Code::AsyncEntity);
        }
        Ok(Flow::Wait)
    }

    fn start_tag(&mut self, at: usize, name_end: usize, empty: bool, end: usize) -> Result<Flow, Code> {
        let text = text!(self);
        let before = self.namespaces.len();
        let mut shared = self.dtd.borrow_mut();
        let dtd = &mut *shared;
        let element = dtd.element(&text[at + 1..name_end], self.namespaces.are_on());
        let stored = self.attributes.store(
            text,
            at,
            &self.tag.attributes,
            element,
            dtd,
            &mut self.namespaces,
            &self.account,
        );
        let named =
            stored.and_then(|()| self.namespaces.element_name(dtd, element).map_err(|code| (code, None)));
        let (name, wrong) = match named {
            Ok(name) => (name, None),
            Err(wrong) => (dtd.elements[element].name, Some(wrong)),
        };
        drop(shared);
        if !empty {
            self.open.push(Open { element, name, bindings: before });
        }
        self.advance(end)?;
        if before == self.namespaces.len() && wrong.is_none() {
            if empty {
                self.pending = Pending::End { name, downto: before };
            }
            return Ok(Flow::Tell(Event::StartElement { name, empty }));
        }
        self.pending = Pending::Start { before, next: before, name, empty, wrong };
        Ok(Flow::Again)
    }

    fn end_tag(&mut self, at: usize, name_end: usize, end: usize) -> Result<Flow, Code> {
        let level = self.frames.last().map_or(0, |frame| frame.level);
        let open = match self.open.last() {
            Some(&open) if self.open.len() > level => open,
            _ => {
                self.advance(end)?;
                return Err(Code::AsyncEntity);
            }
        };
        if !are_equal(self.dtd.borrow().elements.name(open.element), &text!(self)[at + 2..name_end]) {
            self.mark(at + 2);
            return Err(Code::TagMismatch);
        }
        self.open.pop();
        self.advance(end)?;
        if self.open.is_empty() || self.namespaces.len() > open.bindings {
            self.pending = Pending::Unbind { downto: open.bindings };
        }
        Ok(Flow::Tell(Event::EndElement { name: open.name, empty: false }))
    }

    pub(super) fn tell_pending(&mut self) -> Result<Flow, Code> {
        match self.pending {
            Pending::Nothing => Ok(Flow::Again),
            Pending::Start { before, next, name, empty, wrong } if next < self.namespaces.len() => {
                self.pending = Pending::Start { before, next: next + 1, name, empty, wrong };
                let binding = self.namespaces.get(next);
                let (prefix, uri) = (binding.prefix, binding.uri.clone());
                self.declaration.name = self.prefix_name(prefix);
                self.declaration.value = Some(uri).filter(|uri| !uri.is_empty());
                Ok(Flow::Tell(Event::StartNamespace))
            }
            Pending::Start { wrong: Some((code, place)), .. } => {
                if let Some(place) = place {
                    self.mark(place);
                }
                Err(code)
            }
            Pending::Start { before, name, empty, .. } => {
                self.pending = if empty { Pending::End { name, downto: before } } else { Pending::Nothing };
                Ok(Flow::Tell(Event::StartElement { name, empty }))
            }
            Pending::End { name, downto } => {
                if self.heeded.starts {
                    self.mark(self.raw.end);
                }
                self.pending = Pending::Unbind { downto };
                Ok(Flow::Tell(Event::EndElement { name, empty: true }))
            }
            Pending::Unbind { downto } => match self.namespaces.last() {
                Some(binding) if self.namespaces.len() > downto => {
                    let prefix = binding.prefix;
                    self.namespaces.unbind();
                    self.declaration.name = self.prefix_name(prefix);
                    Ok(Flow::Tell(Event::EndNamespace))
                }
                _ => {
                    self.pending = Pending::Nothing;
                    if self.open.is_empty() && self.entity == Entity::Document {
                        self.stage = Stage::Epilog;
                    }
                    Ok(Flow::Again)
                }
            },
        }
    }

    fn prefix_name(&self, prefix: usize) -> Option<Text> {
        let dtd = self.dtd.borrow();
        Some(dtd.prefixes.name(prefix)).filter(|name| !name.is_empty()).map(Text::from)
    }

    fn entity_reference(&mut self, name: Range<usize>) -> Result<Flow, Code> {
        let name = &text!(self)[name];
        if let Some(byte) = predefined(name) {
            self.account.add(Origin::Entity, 1)?;
            return Ok(self.tell_byte(byte));
        }
        let mut dtd = self.dtd.borrow_mut();
        let found = dtd.general.find(name);
        if !dtd.has_parameter_references || dtd.is_standalone {
            match found {
                None => return Err(Code::UndefinedEntity),
                Some(entity) if !dtd.general[entity].is_internal => return Err(Code::EntityDeclaredInPe),
                Some(_) => {}
            }
        }
        let skipped = found.is_none_or(|entity| {
            let entity = &dtd.general[entity];
            !entity.is_open && entity.notation.is_none() && entity.text.is_some() && !self.expands_entities
        });
        if skipped {
            self.declaration.name = Some(name.into());
            self.declaration.is_parameter = false;
            return Ok(Flow::Tell(Event::SkippedEntity));
        }
        let Some(number) = found else { return Err(Code::UndefinedEntity) };
        let entity = &mut dtd.general[number];
        if entity.is_open {
            return Err(Code::RecursiveEntityRef);
        }
        if entity.notation.is_some() {
            return Err(Code::BinaryEntityRef);
        }
        if let Some(text) = entity.text.clone() {
            entity.is_open = true;
            let level = self.open.len();
            self.frames.push(Frame { text, at: 0, entity: number, level, between: false });
            return Ok(Flow::Again);
        }
        if !self.tells_external_entities {
            return Ok(Flow::Tell(Event::Markup(Part::Other)));
        }
        entity.is_open = true;
        let context = self.namespaces.context(&dtd);
        let open = dtd.general.iter().filter(|(_, entity)| entity.is_open).map(|(name, _)| name.to_vec());
        let context: Vec<Vec<u8>> = context.into_iter().chain(open).collect();
        let entity = &mut dtd.general[number];
        entity.is_open = false;
        self.declaration.context = Some(context.join(&b'\x0c').into());
        self.declaration.base = entity.base.clone();
        self.declaration.system_id = entity.system_id.clone();
        self.declaration.public_id = entity.public_id.clone();
        Ok(Flow::Tell(Event::ExternalEntity))
    }
}
