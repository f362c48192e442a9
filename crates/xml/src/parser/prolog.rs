//! The prolog and DTDs: what declarations do.

use super::entity_value::EntityValue;
use super::*;
use crate::dtd;
use crate::grammar::{self, Meaning};
use crate::model::{Content, Quantifier};
use crate::token::Token;
use crate::values::{Judgement, attribute_value};

/// The name of the external subset among the parameter entities: none that a document can name.
const SUBSET: &[u8] = b"#";

const OTHER: Flow = Flow::Tell(Event::Markup(Part::Other));

fn part(part: Part) -> Result<Flow, Code> {
    Ok(Flow::Tell(Event::Markup(part)))
}

impl Parser {
    #[inline(never)]
    pub(super) fn prolog(&mut self) -> Result<Flow, Code> {
        let at = self.place();
        self.mark(at);
        let scanned = token::token(text!(self), at, self.namespaces.are_on(), &mut self.tag.known);
        let token = match scanned {
            Ok(token) => token,
            // The first token of an external entity that is none is so as a whole.
            Err(Stop::Invalid(_)) if self.entity != Entity::Document && self.raw.end == 0 => {
                return Err(Code::InvalidToken);
            }
            Err(stop) => return self.stopped(stop),
        };
        if token.kind == Kind::End {
            return self.prolog_end();
        }
        if token.may_go_on && self.may_go_on() {
            return Ok(Flow::Wait);
        }
        let meaning = self.derivation.next(&token, &text!(self)[at..token.end]);
        match meaning {
            Meaning::Misplaced => {
                return Err(match token.kind {
                    Kind::ParameterReference => Code::ParamEntityRef,
                    Kind::XmlDeclaration => Code::MisplacedXmlPi,
                    _ => Code::Syntax,
                });
            }
            Meaning::XmlDeclaration | Meaning::TextDeclaration => {
                return self.xml_declaration(at, token.end, meaning == Meaning::TextDeclaration);
            }
            Meaning::Instance => {
                self.pass(token.end);
                return Ok(self.instance());
            }
            _ => self.advance(token.end)?,
        }
        self.act(meaning, token, at)
    }

    /// The text is at its end.
    fn prolog_end(&mut self) -> Result<Flow, Code> {
        if let Some(frame) = self.frames.last() {
            if frame.between && !self.derivation.is_between_declarations() {
                return Err(Code::IncompletePe);
            }
            self.dtd.borrow_mut().parameter[frame.entity].is_open = false;
            self.frames.pop();
            return Ok(Flow::Again);
        }
        if self.may_go_on() {
            return Ok(Flow::Wait);
        }
        self.whole()?;
        if self.entity == Entity::Document {
            if self.source.is_empty() {
                self.source.event = None;
            }
            return Err(Code::NoElements);
        }
        match self.derivation.is_between_declarations() {
            true => Ok(Flow::Wait),
            false => Err(Code::IncompletePe),
        }
    }

    /// The document's element begins; the last chance for an external subset that no document asks for.
    fn instance(&mut self) -> Flow {
        if self.foreign_dtd {
            self.ask_for_subset(false);
        }
        self.then.push_back(Then::BeginContent);
        Flow::Again
    }

    fn ask_for_subset(&mut self, has_system_id: bool) {
        let mut dtd = self.dtd.borrow_mut();
        let had_references = std::mem::replace(&mut dtd.has_parameter_references, true);
        if self.parameter_entities != ParameterEntities::Never && self.tells_external_entities {
            self.then.push_back(Then::ExternalSubset);
            self.then.push_back(Then::AfterSubset { had_references, has_system_id });
        }
    }

    pub(super) fn tell_subset(&mut self) -> Flow {
        let mut dtd = self.dtd.borrow_mut();
        let (number, _) = dtd.parameter.find_or_insert(SUBSET, Default::default);
        dtd.parameter_entity_read = false;
        let entity = &mut dtd.parameter[number];
        if std::mem::take(&mut self.foreign_dtd) {
            entity.base = self.base.clone();
        }
        self.declaration.context = None;
        self.declaration.base = entity.base.clone();
        self.declaration.system_id = entity.system_id.clone();
        self.declaration.public_id = entity.public_id.clone();
        Flow::Tell(Event::ExternalEntity)
    }

    /// An ignored section.
    #[inline(never)]
    pub(super) fn ignored(&mut self) -> Result<Flow, Code> {
        let at = self.place();
        self.mark(at);
        match token::ignored(text!(self), at) {
            Ok(end) => {
                self.advance(end)?;
                self.stage = Stage::Prolog;
                Ok(OTHER)
            }
            Err(Stop::Partial) if !self.may_go_on() => Err(Code::Syntax),
            Err(stop) => self.stopped(stop),
        }
    }

    fn keeps_processing(&self) -> bool {
        self.dtd.borrow().keeps_processing
    }

    /// A part of a declaration of entities or attributes is told as such only if declarations count.
    fn counting(&self, kind: Part) -> Result<Flow, Code> {
        part(if self.keeps_processing() { kind } else { Part::Other })
    }

    fn act(&mut self, meaning: Meaning, token: Token, at: usize) -> Result<Flow, Code> {
        let range = at..token.end;
        match meaning {
            Meaning::Markup(kind @ (Part::Entity | Part::Attlist)) => self.counting(kind),
            Meaning::Markup(kind) => part(kind),
            Meaning::Instruction => Ok(self.tell_instruction(at, token.target_end, token.end)),
            Meaning::Comment => Ok(self.tell_comment(at, token.end)),
            Meaning::IgnoredSection => {
                self.stage = Stage::Ignored;
                Ok(OTHER)
            }
            Meaning::Doctype(piece) => self.doctype(piece, range),
            Meaning::Entity(piece) => self.entity(piece, range),
            Meaning::Notation(piece) => self.notation(piece, range),
            Meaning::Attlist(piece) => self.attlist(piece, range),
            Meaning::Element(piece) => self.element(piece, token.occurrence, range),
            Meaning::ParameterReference => self.parameter_reference(true, range),
            Meaning::InnerParameterReference => self.parameter_reference(false, range),
            Meaning::Misplaced | Meaning::XmlDeclaration | Meaning::TextDeclaration | Meaning::Instance => {
                Err(Code::UnexpectedState)
            }
        }
    }

    /// What is between the quotes of a literal.
    fn unquoted(&self, range: Range<usize>) -> Text {
        self.copy(range.start + 1..range.end - 1)
    }

    /// A public identifier, checked and made plain.
    fn public_id(&mut self, range: Range<usize>) -> Result<Text, Code> {
        let identifier = self.unquoted(range.clone());
        if let Some(bad) = token::bad_in_public_id(&identifier) {
            self.mark(range.start + 1 + bad);
            return Err(Code::PublicId);
        }
        Ok(token::normalized_public_id(&identifier).into())
    }

    fn subset(&mut self) -> (bool, usize) {
        (true, self.dtd.borrow_mut().parameter.find_or_insert(SUBSET, Default::default).0)
    }

    fn doctype(&mut self, piece: grammar::Doctype, range: Range<usize>) -> Result<Flow, Code> {
        match piece {
            grammar::Doctype::Name => {
                self.declaring.doctype = Some(self.copy(range));
                self.declaring.doctype_system_id = None;
                self.declaring.doctype_public_id = None;
            }
            grammar::Doctype::PublicId => {
                self.foreign_dtd = false;
                let public_id = self.public_id(range)?;
                let (_, number) = self.subset();
                self.declaring.doctype_public_id = Some(public_id.clone());
                let mut dtd = self.dtd.borrow_mut();
                dtd.has_parameter_references = true;
                if dtd.keeps_processing {
                    dtd.parameter[number].public_id = Some(public_id);
                }
            }
            grammar::Doctype::SystemId => {
                self.foreign_dtd = false;
                let system_id = self.unquoted(range);
                let (_, number) = self.subset();
                self.declaring.has_system_id = true;
                self.declaring.doctype_system_id = Some(system_id.clone());
                let mut dtd = self.dtd.borrow_mut();
                dtd.has_parameter_references = true;
                if dtd.keeps_processing {
                    dtd.parameter[number].system_id = Some(system_id);
                    dtd.parameter[number].base = self.base.clone();
                }
                if !dtd.is_standalone && self.parameter_entities == ParameterEntities::Never {
                    self.then.push_back(Then::Tell(Event::Markup(Part::Doctype)));
                    return Ok(Flow::Tell(Event::NotStandalone));
                }
            }
            grammar::Doctype::Subset => {
                self.set_doctype();
                return Ok(Flow::Tell(Event::StartDoctype { internal_subset: true, closes: false }));
            }
            grammar::Doctype::End => {
                let after_start = self.declaring.doctype.is_some();
                let has_system_id = self.declaring.has_system_id;
                if has_system_id || self.foreign_dtd {
                    self.ask_for_subset(has_system_id);
                }
                self.then.push_back(Then::Tell(Event::EndDoctype { after_start }));
                if after_start {
                    self.set_doctype();
                    return Ok(Flow::Tell(Event::StartDoctype { internal_subset: false, closes: true }));
                }
                return Ok(Flow::Again);
            }
        }
        part(Part::Doctype)
    }

    fn set_doctype(&mut self) {
        self.declaration = Declaration {
            name: self.declaring.doctype.take(),
            system_id: self.declaring.doctype_system_id.take(),
            public_id: self.declaring.doctype_public_id.take(),
            ..Declaration::default()
        };
    }

    fn entity(&mut self, piece: grammar::Entity, range: Range<usize>) -> Result<Flow, Code> {
        let keeps = self.keeps_processing();
        match piece {
            grammar::Entity::GeneralName | grammar::Entity::ParameterName => {
                let is_parameter = piece == grammar::Entity::ParameterName;
                let name = self.copy(range);
                self.declaring.entity = None;
                if !keeps || (!is_parameter && dtd::predefined(&name).is_some()) {
                    return Ok(OTHER);
                }
                let is_internal = self.entity == Entity::Document && self.frames.is_empty();
                let make = || dtd::Entity { is_internal, ..dtd::Entity::default() };
                let mut dtd = self.dtd.borrow_mut();
                let table = if is_parameter { &mut dtd.parameter } else { &mut dtd.general };
                let (number, is_new) = table.find_or_insert(&name, make);
                if !is_new {
                    return Ok(OTHER);
                }
                self.declaring.entity = Some((is_parameter, number));
                part(Part::Entity)
            }
            grammar::Entity::Value => {
                if !keeps {
                    return Ok(OTHER);
                }
                let text = self.unquoted(range.clone());
                let start = self.frames.is_empty().then_some(range.start + 1);
                self.dtd.borrow_mut().entity_value.clear();
                self.value = Some(EntityValue::new(text, start, false));
                Ok(Flow::Again)
            }
            grammar::Entity::PublicId => {
                let public_id = self.public_id(range)?;
                self.change_entity(|entity, _| entity.public_id = Some(public_id))
            }
            grammar::Entity::SystemId => {
                let system_id = self.unquoted(range);
                self.change_entity(|entity, base| {
                    entity.system_id = Some(system_id);
                    entity.base = base;
                })
            }
            grammar::Entity::Notation => {
                let notation = self.copy(range);
                match self.change_entity(|entity, _| entity.notation = Some(notation))? {
                    Flow::Tell(Event::Markup(Part::Entity)) => {
                        self.set_entity();
                        Ok(Flow::Tell(Event::UnparsedEntityDeclaration))
                    }
                    other => Ok(other),
                }
            }
            grammar::Entity::End => {
                if !keeps || self.declaring.entity.is_none() {
                    return Ok(OTHER);
                }
                self.set_entity();
                Ok(Flow::Tell(Event::EntityDeclaration))
            }
        }
    }

    /// Changes the entity that is being declared, if its declaration counts.
    fn change_entity(&mut self, change: impl FnOnce(&mut dtd::Entity, Option<Text>)) -> Result<Flow, Code> {
        let mut dtd = self.dtd.borrow_mut();
        let Some((is_parameter, number)) = self.declaring.entity.filter(|_| dtd.keeps_processing) else {
            return Ok(OTHER);
        };
        let table = if is_parameter { &mut dtd.parameter } else { &mut dtd.general };
        change(&mut table[number], self.base.clone());
        part(Part::Entity)
    }

    fn set_entity(&mut self) {
        let Some((is_parameter, number)) = self.declaring.entity else { return };
        let dtd = self.dtd.borrow();
        let table = if is_parameter { &dtd.parameter } else { &dtd.general };
        let entity = &table[number];
        self.declaration = Declaration {
            name: Some(table.name(number).into()),
            is_parameter,
            base: entity.base.clone(),
            system_id: entity.system_id.clone(),
            public_id: entity.public_id.clone(),
            notation: entity.notation.clone(),
            ..Declaration::default()
        };
    }

    fn notation(&mut self, piece: grammar::Notation, range: Range<usize>) -> Result<Flow, Code> {
        match piece {
            grammar::Notation::Name => {
                self.declaring.public_id = None;
                self.declaring.notation = Some(self.copy(range));
                return part(Part::Notation);
            }
            grammar::Notation::PublicId => {
                self.declaring.public_id = Some(self.public_id(range)?);
                return part(Part::Notation);
            }
            _ => {}
        }
        let system_id = (piece == grammar::Notation::SystemId).then(|| self.unquoted(range));
        self.declaration = Declaration {
            name: self.declaring.notation.take(),
            base: self.base.clone(),
            system_id,
            public_id: self.declaring.public_id.take(),
            ..Declaration::default()
        };
        Ok(Flow::Tell(Event::NotationDeclaration))
    }

    fn attlist(&mut self, piece: grammar::Attlist, range: Range<usize>) -> Result<Flow, Code> {
        let namespaces = self.namespaces.are_on();
        let keeps = self.keeps_processing();
        match piece {
            grammar::Attlist::Element => {
                let element = self.dtd.borrow_mut().element(&text!(self)[range], namespaces);
                self.declaring.element = element;
            }
            grammar::Attlist::Attribute => {
                let attribute = self.dtd.borrow_mut().attribute(&text!(self)[range], namespaces);
                self.declaring.attribute = attribute;
                self.declaring.is_cdata = false;
                self.declaring.is_id = false;
                self.declaring.kind.clear();
            }
            grammar::Attlist::Type(kind) => {
                self.declaring.is_cdata = kind == "CDATA";
                self.declaring.is_id = kind == "ID";
                self.declaring.kind = kind.into();
            }
            grammar::Attlist::Enumerated | grammar::Attlist::NotationName => {
                let prefix: &[u8] = match (self.declaring.kind.is_empty(), piece) {
                    (false, _) => b"|",
                    (true, grammar::Attlist::NotationName) => b"NOTATION(",
                    (true, _) => b"(",
                };
                self.declaring.kind.extend_from_slice(prefix);
                self.declaring.kind.extend_from_slice(&text!(self)[range]);
            }
            _ if !keeps => return Ok(OTHER),
            grammar::Attlist::Implied | grammar::Attlist::Required => {
                return Ok(self.tell_attribute(None, piece == grammar::Attlist::Required));
            }
            _ => {
                let value = self.default_value(range)?;
                return Ok(self.tell_attribute(Some(value), piece == grammar::Attlist::Fixed));
            }
        }
        self.counting(Part::Attlist)
    }

    fn default_value(&mut self, range: Range<usize>) -> Result<Text, Code> {
        let mut value = Vec::new();
        let made = {
            let mut dtd = self.dtd.borrow_mut();
            let must_be_declared = self.derivation.is_document
                && if dtd.is_standalone { self.frames.is_empty() } else { !dtd.has_parameter_references };
            let judgement = Judgement { namespaces: self.namespaces.are_on(), must_be_declared };
            let inner = range.start + 1..range.end - 1;
            let is_cdata = self.declaring.is_cdata;
            attribute_value(&mut dtd, &self.account, text!(self), inner, is_cdata, judgement, &mut value)
        };
        match made {
            Ok(()) => Ok(value.into()),
            Err((code, place)) => {
                if let Some(place) = place {
                    self.mark(place);
                }
                Err(code)
            }
        }
    }

    fn tell_attribute(&mut self, value: Option<Text>, is_required: bool) -> Flow {
        let Declaring { element, attribute, is_cdata, is_id, .. } = self.declaring;
        let mut dtd = self.dtd.borrow_mut();
        dtd.declare_attribute(element, attribute, is_cdata, is_id, value.clone());
        let kind = &mut self.declaring.kind;
        if kind.contains(&b'(') {
            kind.push(b')');
        }
        self.declaration = Declaration {
            element: Some(dtd.elements.name(element).into()),
            name: Some(dtd.attributes.name(attribute).into()),
            kind: Some(kind[..].into()),
            value,
            is_required,
            ..Declaration::default()
        };
        Flow::Tell(Event::AttributeDeclaration)
    }

    fn element(
        &mut self,
        piece: grammar::Element,
        occurrence: Quantifier,
        range: Range<usize>,
    ) -> Result<Flow, Code> {
        let models = &mut self.declaring.models;
        match piece {
            grammar::Element::Name => {
                let element = self.dtd.borrow_mut().element(&text!(self)[range], self.namespaces.are_on());
                self.declaring.element = element;
                models.clear();
            }
            grammar::Element::Empty => {
                models.nodes.push(Model::new(Content::Empty));
                return Ok(self.tell_element());
            }
            grammar::Element::Any => {
                models.nodes.push(Model::new(Content::Any));
                return Ok(self.tell_element());
            }
            grammar::Element::Pcdata => models.set(Content::Mixed),
            grammar::Element::Open => models.open(),
            grammar::Element::Sequence => {
                models.connect(Content::Sequence).ok_or(Code::Syntax)?;
            }
            grammar::Element::Choice => match models.connect(Content::Choice) {
                None => return Err(Code::Syntax),
                Some(true) => models.set(Content::Choice),
                Some(false) => return Ok(OTHER),
            },
            grammar::Element::Member => {
                let name_end = range.end - usize::from(occurrence != Quantifier::Once);
                models.name(&text!(self)[range.start..name_end], occurrence);
            }
            grammar::Element::Close => {
                if models.close(occurrence) {
                    return Ok(self.tell_element());
                }
            }
        }
        part(Part::Element)
    }

    fn tell_element(&mut self) -> Flow {
        let name = self.dtd.borrow().elements.name(self.declaring.element).into();
        self.declaration = Declaration { name: Some(name), ..Declaration::default() };
        Flow::Tell(Event::ElementDeclaration)
    }

    fn parameter_reference(&mut self, between: bool, range: Range<usize>) -> Result<Flow, Code> {
        let name = self.unquoted(range);
        let mut dtd = self.dtd.borrow_mut();
        dtd.has_parameter_references = true;
        if self.parameter_entities == ParameterEntities::Never {
            dtd.keeps_processing = dtd.is_standalone;
            if dtd.is_standalone {
                return Ok(OTHER);
            }
            self.then.push_back(Then::Tell(Event::Markup(Part::Other)));
            return Ok(Flow::Tell(Event::NotStandalone));
        }
        let found = dtd.parameter.find(&name);
        let Some(number) = found else {
            if self.derivation.is_document && dtd.is_standalone && self.frames.is_empty() {
                return Err(Code::UndefinedEntity);
            }
            dtd.keeps_processing = dtd.is_standalone;
            if !between {
                return Ok(OTHER);
            }
            self.declaration.name = Some(name);
            self.declaration.is_parameter = true;
            return Ok(Flow::Tell(Event::SkippedEntity));
        };
        let must_be_internal = self.derivation.is_document && dtd.is_standalone && self.frames.is_empty();
        let entity = &mut dtd.parameter[number];
        if must_be_internal && !entity.is_internal {
            return Err(Code::EntityDeclaredInPe);
        }
        if entity.is_open {
            return Err(Code::RecursiveEntityRef);
        }
        if let Some(text) = entity.text.clone() {
            entity.is_open = true;
            let level = self.open.len();
            self.frames.push(Frame { text, at: 0, entity: number, level, between });
            return Ok(Flow::Again);
        }
        if !self.tells_external_entities {
            dtd.keeps_processing = dtd.is_standalone;
            return Ok(OTHER);
        }
        entity.is_open = true;
        self.declaration.context = None;
        self.declaration.base = entity.base.clone();
        self.declaration.system_id = entity.system_id.clone();
        self.declaration.public_id = entity.public_id.clone();
        dtd.parameter_entity_read = false;
        self.then.push_back(Then::AfterParameterEntity(number));
        Ok(Flow::Tell(Event::ExternalEntity))
    }
}
