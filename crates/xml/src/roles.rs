//! What a token of the prolog or a DTD means where it stands: the grammar of declarations as a machine.

use crate::prolog::Kind;

/// Where in the prolog or a DTD one is: what was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing was read.
    Start,
    /// Before the document type declaration.
    Misc,
    /// Behind it.
    MiscAfterDoctype,
    Doctype,
    DoctypeName,
    DoctypePublic,
    DoctypeSystem,
    DoctypeId,
    /// Behind the internal subset.
    DoctypeEnd,
    InternalSubset,
    /// At the start of an external subset or parameter entity.
    ExternalStart,
    ExternalSubset,
    Entity,
    GeneralName,
    GeneralPublic,
    GeneralSystem,
    GeneralId,
    GeneralNdata,
    Percent,
    ParameterName,
    ParameterPublic,
    ParameterSystem,
    ParameterId,
    Notation,
    NotationName,
    NotationPublic,
    NotationSystem,
    NotationPublicId,
    Attlist,
    /// Before the name of an attribute, or the end.
    AttlistName,
    AttributeName,
    Enumeration,
    EnumerationValue,
    NotationType,
    NotationTypeOpen,
    NotationTypeValue,
    AttributeType,
    Fixed,
    Element,
    ElementName,
    /// Behind the first parenthesis of a content model.
    Model,
    MixedStart,
    MixedOr,
    MixedName,
    GroupItem,
    GroupItemEnd,
    Section,
    Include,
    Ignore,
    /// Before the end of a declaration that is complete.
    DeclarationEnd(Part),
    Error,
}

/// The kind of declaration that a token without a meaning of its own is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Of none.
    Other,
    Doctype,
    Entity,
    Notation,
    Attlist,
    Element,
    /// Nothing that is told to anyone.
    Nothing,
}

/// What a token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Error,
    Part(Part),
    XmlDeclaration,
    TextDeclaration,
    Instance,
    Instruction,
    Comment,
    DoctypeName,
    DoctypeSystemId,
    DoctypePublicId,
    InternalSubset,
    DoctypeClose,
    GeneralName,
    ParameterName,
    EntityValue,
    EntitySystemId,
    EntityPublicId,
    EntityComplete,
    EntityNotation,
    NotationName,
    NotationSystemId,
    NotationPublicId,
    NotationClose,
    AttlistElement,
    AttributeName,
    AttributeType(&'static str),
    EnumerationValue,
    NotationValue,
    Implied,
    Required,
    Default,
    Fixed,
    ElementName,
    Empty,
    Any,
    Pcdata,
    GroupOpen,
    GroupClose,
    ContentName,
    Choice,
    Sequence,
    IgnoreSection,
    /// A reference between declarations.
    ParameterReference,
    /// One within a declaration.
    InnerParameterReference,
}

const TYPES: [&str; 8] = ["CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS"];

/// The machine.
#[derive(Clone, Debug)]
pub struct Roles {
    place: Place,
    /// The entity is the document, and no external subset or parameter entity.
    pub is_document: bool,
    /// Open parentheses of a content model.
    pub level: usize,
    /// Open sections that are included.
    included: usize,
}

impl Roles {
    pub fn document() -> Roles {
        Roles { place: Place::Start, is_document: true, level: 0, included: 0 }
    }

    pub fn external() -> Roles {
        Roles { place: Place::ExternalStart, is_document: false, ..Roles::document() }
    }

    fn go(&mut self, place: Place, role: Role) -> Role {
        self.place = place;
        role
    }

    fn top(&self) -> Place {
        if self.is_document { Place::InternalSubset } else { Place::ExternalSubset }
    }

    /// What has no meaning at its place; a parameter entity may stand for anything in external ones.
    fn other(&mut self, kind: Kind) -> Role {
        if kind == Kind::ParameterReference && !self.is_document {
            return Role::InnerParameterReference;
        }
        self.go(Place::Error, Role::Error)
    }

    /// The meaning of a token; behind an error, none.
    pub fn next(&mut self, kind: Kind, text: &[u8]) -> Role {
        use Kind::*;
        let nothing = Role::Part(Part::Other);
        let doctype = Role::Part(Part::Doctype);
        let entity = Role::Part(Part::Entity);
        let notation = Role::Part(Part::Notation);
        let attlist = Role::Part(Part::Attlist);
        let element = Role::Part(Part::Element);
        let keyword = || match text {
            [b'<', b'!', keyword @ ..] => keyword,
            [b'#', keyword @ ..] => keyword,
            keyword => keyword,
        };
        match (self.place, kind) {
            (Place::Error, _) => nothing,

            (Place::Start, Declaration) => self.go(Place::Misc, Role::XmlDeclaration),
            (Place::Start | Place::Misc | Place::MiscAfterDoctype, Space | Instruction | Comment) => {
                let place = if self.place == Place::Start { Place::Misc } else { self.place };
                self.go(place, misc(kind))
            }
            (Place::Start | Place::Misc, ByteOrderMark) => Role::Part(Part::Nothing),
            (Place::Start | Place::Misc, Open) if keyword() == b"DOCTYPE" => self.go(Place::Doctype, doctype),
            (Place::Start | Place::Misc | Place::MiscAfterDoctype, Instance) => {
                self.go(Place::Error, Role::Instance)
            }

            (Place::Doctype, Space) => doctype,
            (Place::Doctype, Name | PrefixedName) => self.go(Place::DoctypeName, Role::DoctypeName),
            (Place::DoctypeName | Place::DoctypeId, Space) => doctype,
            (Place::DoctypeName | Place::DoctypeId, OpenBracket) => {
                self.go(Place::InternalSubset, Role::InternalSubset)
            }
            (Place::DoctypeName | Place::DoctypeId | Place::DoctypeEnd, Close) => {
                self.go(Place::MiscAfterDoctype, Role::DoctypeClose)
            }
            (Place::DoctypeName, Name) if text == b"SYSTEM" => self.go(Place::DoctypeSystem, doctype),
            (Place::DoctypeName, Name) if text == b"PUBLIC" => self.go(Place::DoctypePublic, doctype),
            (Place::DoctypePublic | Place::DoctypeSystem | Place::DoctypeEnd, Space) => doctype,
            (Place::DoctypePublic, Literal) => self.go(Place::DoctypeSystem, Role::DoctypePublicId),
            (Place::DoctypeSystem, Literal) => self.go(Place::DoctypeId, Role::DoctypeSystemId),

            (Place::ExternalStart, Declaration) => self.go(Place::ExternalSubset, Role::TextDeclaration),
            (Place::ExternalStart, _) => {
                self.place = Place::ExternalSubset;
                self.next(kind, text)
            }
            (Place::ExternalSubset, SectionOpen) => self.go(Place::Section, nothing),
            (Place::ExternalSubset, SectionClose) if self.included > 0 => {
                self.included -= 1;
                nothing
            }
            (Place::ExternalSubset, CloseBracket) => self.other(kind),
            (Place::ExternalSubset, None) if self.included > 0 => self.other(kind),
            (Place::InternalSubset | Place::ExternalSubset, Space | Instruction | Comment) => misc(kind),
            (Place::InternalSubset | Place::ExternalSubset, None) => nothing,
            (Place::InternalSubset | Place::ExternalSubset, ParameterReference) => Role::ParameterReference,
            (Place::InternalSubset, CloseBracket) => self.go(Place::DoctypeEnd, doctype),
            (Place::InternalSubset | Place::ExternalSubset, Open) => match keyword() {
                b"ENTITY" => self.go(Place::Entity, entity),
                b"ATTLIST" => self.go(Place::Attlist, attlist),
                b"ELEMENT" => self.go(Place::Element, element),
                b"NOTATION" => self.go(Place::Notation, notation),
                _ => self.other(kind),
            },

            (
                Place::Entity
                | Place::GeneralName
                | Place::GeneralPublic
                | Place::GeneralSystem
                | Place::GeneralId
                | Place::GeneralNdata
                | Place::Percent
                | Place::ParameterName
                | Place::ParameterPublic
                | Place::ParameterSystem
                | Place::ParameterId,
                Space,
            ) => entity,
            (Place::Entity, Percent) => self.go(Place::Percent, entity),
            (Place::Entity, Name) => self.go(Place::GeneralName, Role::GeneralName),
            (Place::GeneralName, Name) if text == b"SYSTEM" => self.go(Place::GeneralSystem, entity),
            (Place::GeneralName, Name) if text == b"PUBLIC" => self.go(Place::GeneralPublic, entity),
            (Place::GeneralName | Place::ParameterName, Literal) => {
                self.go(Place::DeclarationEnd(Part::Entity), Role::EntityValue)
            }
            (Place::GeneralPublic, Literal) => self.go(Place::GeneralSystem, Role::EntityPublicId),
            (Place::GeneralSystem, Literal) => self.go(Place::GeneralId, Role::EntitySystemId),
            (Place::GeneralId | Place::ParameterId, Close) => self.go(self.top(), Role::EntityComplete),
            (Place::GeneralId, Name) if text == b"NDATA" => self.go(Place::GeneralNdata, entity),
            (Place::GeneralNdata, Name) => {
                self.go(Place::DeclarationEnd(Part::Entity), Role::EntityNotation)
            }
            (Place::Percent, Name) => self.go(Place::ParameterName, Role::ParameterName),
            (Place::ParameterName, Name) if text == b"SYSTEM" => self.go(Place::ParameterSystem, entity),
            (Place::ParameterName, Name) if text == b"PUBLIC" => self.go(Place::ParameterPublic, entity),
            (Place::ParameterPublic, Literal) => self.go(Place::ParameterSystem, Role::EntityPublicId),
            (Place::ParameterSystem, Literal) => self.go(Place::ParameterId, Role::EntitySystemId),

            (
                Place::Notation
                | Place::NotationName
                | Place::NotationPublic
                | Place::NotationSystem
                | Place::NotationPublicId,
                Space,
            ) => notation,
            (Place::Notation, Name) => self.go(Place::NotationName, Role::NotationName),
            (Place::NotationName, Name) if text == b"SYSTEM" => self.go(Place::NotationSystem, notation),
            (Place::NotationName, Name) if text == b"PUBLIC" => self.go(Place::NotationPublic, notation),
            (Place::NotationPublic, Literal) => self.go(Place::NotationPublicId, Role::NotationPublicId),
            (Place::NotationSystem | Place::NotationPublicId, Literal) => {
                self.go(Place::DeclarationEnd(Part::Notation), Role::NotationSystemId)
            }
            (Place::NotationPublicId, Close) => self.go(self.top(), Role::NotationClose),

            (
                Place::Attlist
                | Place::AttlistName
                | Place::AttributeName
                | Place::Enumeration
                | Place::EnumerationValue
                | Place::NotationType
                | Place::NotationTypeOpen
                | Place::NotationTypeValue
                | Place::AttributeType
                | Place::Fixed,
                Space,
            ) => attlist,
            (Place::Attlist, Name | PrefixedName) => self.go(Place::AttlistName, Role::AttlistElement),
            (Place::AttlistName, Close) => self.go(self.top(), attlist),
            (Place::AttlistName, Name | PrefixedName) => self.go(Place::AttributeName, Role::AttributeName),
            (Place::AttributeName, OpenParen) => self.go(Place::Enumeration, attlist),
            (Place::AttributeName, Name) => match TYPES.iter().find(|kind| kind.as_bytes() == text) {
                Some(kind) => self.go(Place::AttributeType, Role::AttributeType(kind)),
                Option::None if text == b"NOTATION" => self.go(Place::NotationType, attlist),
                Option::None => self.other(kind),
            },
            (Place::Enumeration, NameToken | Name | PrefixedName) => {
                self.go(Place::EnumerationValue, Role::EnumerationValue)
            }
            (Place::EnumerationValue | Place::NotationTypeValue, CloseParen) => {
                self.go(Place::AttributeType, attlist)
            }
            (Place::EnumerationValue, Or) => self.go(Place::Enumeration, attlist),
            (Place::NotationType, OpenParen) => self.go(Place::NotationTypeOpen, attlist),
            (Place::NotationTypeOpen, Name) => self.go(Place::NotationTypeValue, Role::NotationValue),
            (Place::NotationTypeValue, Or) => self.go(Place::NotationTypeOpen, attlist),
            (Place::AttributeType, PoundName) => match keyword() {
                b"IMPLIED" => self.go(Place::AttlistName, Role::Implied),
                b"REQUIRED" => self.go(Place::AttlistName, Role::Required),
                b"FIXED" => self.go(Place::Fixed, attlist),
                _ => self.other(kind),
            },
            (Place::AttributeType, Literal) => self.go(Place::AttlistName, Role::Default),
            (Place::Fixed, Literal) => self.go(Place::AttlistName, Role::Fixed),

            (
                Place::Element
                | Place::ElementName
                | Place::Model
                | Place::MixedStart
                | Place::MixedOr
                | Place::MixedName
                | Place::GroupItem
                | Place::GroupItemEnd,
                Space,
            ) => element,
            (Place::Element, Name | PrefixedName) => self.go(Place::ElementName, Role::ElementName),
            (Place::ElementName, Name) if text == b"EMPTY" => {
                self.go(Place::DeclarationEnd(Part::Element), Role::Empty)
            }
            (Place::ElementName, Name) if text == b"ANY" => {
                self.go(Place::DeclarationEnd(Part::Element), Role::Any)
            }
            (Place::ElementName, OpenParen) => {
                self.level = 1;
                self.go(Place::Model, Role::GroupOpen)
            }
            (Place::Model, PoundName) if keyword() == b"PCDATA" => self.go(Place::MixedStart, Role::Pcdata),
            (Place::Model | Place::GroupItem, OpenParen) => {
                self.level += 1;
                self.go(Place::GroupItem, Role::GroupOpen)
            }
            (
                Place::Model | Place::GroupItem,
                Name | PrefixedName | NameOptional | NameRepeated | NamePlus,
            ) => self.go(Place::GroupItemEnd, Role::ContentName),
            (Place::MixedStart, CloseParen) | (Place::MixedStart | Place::MixedName, CloseParenRepeated) => {
                self.go(Place::DeclarationEnd(Part::Element), Role::GroupClose)
            }
            (Place::MixedStart | Place::MixedName, Or) => self.go(Place::MixedOr, element),
            (Place::MixedOr, Name | PrefixedName) => self.go(Place::MixedName, Role::ContentName),
            (
                Place::GroupItemEnd,
                CloseParen | CloseParenOptional | CloseParenRepeated | CloseParenPlus,
            ) => {
                self.level -= 1;
                if self.level == 0 {
                    self.place = Place::DeclarationEnd(Part::Element);
                }
                Role::GroupClose
            }
            (Place::GroupItemEnd, Comma) => self.go(Place::GroupItem, Role::Sequence),
            (Place::GroupItemEnd, Or) => self.go(Place::GroupItem, Role::Choice),

            (Place::Section | Place::Include | Place::Ignore, Space) => nothing,
            (Place::Section, Name) if text == b"INCLUDE" => self.go(Place::Include, nothing),
            (Place::Section, Name) if text == b"IGNORE" => self.go(Place::Ignore, nothing),
            (Place::Include, OpenBracket) => {
                self.included += 1;
                self.go(Place::ExternalSubset, nothing)
            }
            (Place::Ignore, OpenBracket) => self.go(Place::ExternalSubset, Role::IgnoreSection),

            (Place::DeclarationEnd(part), Space) => Role::Part(part),
            (Place::DeclarationEnd(part), Close) => self.go(self.top(), Role::Part(part)),

            _ => self.other(kind),
        }
    }
}

fn misc(kind: Kind) -> Role {
    match kind {
        Kind::Instruction => Role::Instruction,
        Kind::Comment => Role::Comment,
        _ => Role::Part(Part::Other),
    }
}
