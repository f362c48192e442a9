//! How entities begin: encodings, declarations of XML and text; parsers of external entities.

use super::*;
use crate::content::{self, Token};
use crate::declaration;
use crate::scan::Instruction;

impl Parser {
    /// A parser of the external entity that was told of last: a parameter entity where there is no context.
    pub fn external(&self, context: Option<&[u8]>, encoding: Option<Vec<u8>>) -> Parser {
        let (entity, dtd) = match context {
            Some(_) => (Entity::General, Rc::new(RefCell::new(self.dtd.borrow().copy()))),
            None if self.value.is_some() || self.entity == Entity::InValue => {
                (Entity::InValue, self.dtd.clone())
            }
            None => (Entity::Parameter, self.dtd.clone()),
        };
        let mut namespaces = Namespaces::new(self.namespaces.separator);
        namespaces.with_prefixes = self.namespaces.with_prefixes;
        if let Some(context) = context {
            take_context(&mut dtd.borrow_mut(), &mut namespaces, context);
        }
        let account = self.account.clone();
        let base = self.base.clone();
        Parser {
            account,
            base,
            parameter_entities: self.parameter_entities,
            expands_entities: self.expands_entities,
            tells_external_entities: self.tells_external_entities,
            heeded: self.heeded,
            ..Parser::make(entity, encoding, dtd, namespaces)
        }
    }

    /// Finds out the encoding.
    #[inline(never)]
    pub(super) fn start(&mut self) -> Result<Flow, Code> {
        let named = match &self.encoding {
            None => None,
            Some(name) => match Encoding::by_name(name) {
                Some(encoding) => Some((encoding, name.eq_ignore_ascii_case(b"UTF-16"))),
                None => match self.given_encoding.take() {
                    Some(encoding) => Some((encoding, false)),
                    None => {
                        self.declaration.encoding = Some(name[..].into());
                        self.then.push_back(Then::AfterEncoding { place: None });
                        return Ok(Flow::Tell(Event::UnknownEncoding));
                    }
                },
            },
        };
        let is_content = self.entity == Entity::General;
        let named = named.as_ref().map(|(encoding, any)| (encoding, *any));
        if !self.source.detect(named, is_content) {
            if !self.source.is_final {
                return Ok(Flow::Wait);
            }
            // What there is of a mark is no text.
            if !self.source.is_empty() {
                self.source.event = Some(0);
                return Err(Code::UnclosedToken);
            }
        }
        self.stage = match self.entity {
            Entity::Document => Stage::Prolog,
            Entity::General => Stage::ContentStart,
            Entity::Parameter => {
                self.dtd.borrow_mut().parameter_entity_read = true;
                Stage::Prolog
            }
            Entity::InValue => {
                self.dtd.borrow_mut().parameter_entity_read = true;
                Stage::Value
            }
        };
        Ok(Flow::Again)
    }

    /// A general entity may begin with a text declaration.
    #[inline(never)]
    pub(super) fn content_start(&mut self) -> Result<Flow, Code> {
        let at = self.source.at;
        self.source.event = Some(at);
        match content::token(&self.source.text, at, self.namespaces.are_on(), &mut self.tag) {
            Err(Stop::Partial | Stop::PartialChar) if !self.source.is_final => return Ok(Flow::Wait),
            Err(stop @ (Stop::Partial | Stop::PartialChar)) => return self.stopped(stop),
            Ok(Token::None) if !self.source.is_final => return Ok(Flow::Wait),
            Ok(Token::Instruction(Instruction { is_declaration: true, end, .. })) => {
                self.stage = Stage::Content;
                return self.xml_declaration(at, end, true);
            }
            _ => {}
        }
        self.stage = Stage::Content;
        Ok(Flow::Again)
    }

    /// Takes a declaration of XML or text, and the encoding that it names.
    pub(super) fn xml_declaration(&mut self, at: usize, end: usize, is_text: bool) -> Result<Flow, Code> {
        let text = text!(self);
        let parsed = match declaration::parse(text, at..end, is_text) {
            Ok(parsed) => parsed,
            Err(place) => {
                self.mark(place);
                return Err(if is_text { Code::TextDecl } else { Code::XmlDecl });
            }
        };
        let named = parsed.encoding.clone().map(|range| (range.start, Text::from(&text[range])));
        self.declaration.version = parsed.version.map(|range| text[range].into());
        self.declaration.encoding = named.as_ref().map(|(_, name)| name.clone());
        self.declaration.standalone = parsed.standalone;
        if !is_text && parsed.standalone == Some(true) {
            self.dtd.borrow_mut().is_standalone = true;
            if self.parameter_entities == ParameterEntities::UnlessStandalone {
                self.parameter_entities = ParameterEntities::Never;
            }
        }
        self.advance(end)?;
        if let Some((place, name)) = named
            && self.encoding.is_none()
        {
            let current = self.source.encoding().cloned().unwrap_or(Encoding::Utf8);
            match Encoding::by_name(&name) {
                Some(_) if name.eq_ignore_ascii_case(b"UTF-16") && current.is_utf16() => {}
                Some(encoding) if encoding == current => {}
                Some(encoding) if encoding.is_utf16() || current.is_utf16() => {
                    self.mark(place);
                    return Err(Code::IncorrectEncoding);
                }
                Some(encoding) => self.source.recode(encoding),
                None => {
                    self.then.push_back(Then::Encoding { place });
                    self.then.push_back(Then::AfterEncoding { place: Some(place) });
                }
            }
        }
        Ok(Flow::Tell(Event::XmlDeclaration))
    }

    /// Goes on in the encoding that the caller has given.
    pub(super) fn take_given_encoding(&mut self, place: Option<usize>) -> Result<Flow, Code> {
        match (place, self.given_encoding.take()) {
            // At the start, which takes it.
            (None, Some(encoding)) => self.given_encoding = Some(encoding),
            (Some(_), Some(encoding)) => self.source.recode(encoding),
            (place, None) => {
                if let Some(place) = place {
                    self.mark(place);
                }
                return Err(Code::UnknownEncoding);
            }
        }
        Ok(Flow::Again)
    }
}

/// Takes over bindings (`prefix=uri`) and open entities (`name`), with form feeds between.
fn take_context(dtd: &mut Dtd, namespaces: &mut Namespaces, context: &[u8]) {
    for part in context.split(|&byte| byte == b'\x0c').filter(|part| !part.is_empty()) {
        match part.iter().position(|&byte| byte == b'=') {
            // A context that is none of a parser's own may be anything.
            Some(equals) => drop(namespaces.take_over(dtd, &part[..equals], &part[equals + 1..])),
            None => {
                if let Some(entity) = dtd.general.find(part) {
                    dtd.general[entity].is_open = true;
                }
            }
        }
    }
}
