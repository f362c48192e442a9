//! The grammar of the prolog and of DTDs: the productions of XML 1.0, and a machine that derives documents from them.
//!
//! The productions are written so that the next token always tells which alternative it is. Blanks between tokens are
//! left out, as where they are needed the tokens themselves tell. What a token means is written beside it.

use crate::model::Quantifier;
use crate::token::{Kind, Token};

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
}

/// What a token means where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing of its own.
    Markup(Part),
    XmlDeclaration,
    TextDeclaration,
    /// The document's element begins.
    Instance,
    Instruction,
    Comment,
    Doctype(Doctype),
    Entity(Entity),
    Notation(Notation),
    Attlist(Attlist),
    Element(Element),
    IgnoredSection,
    /// A reference between declarations.
    ParameterReference,
    /// One within a declaration.
    InnerParameterReference,
    /// There is no document that has it here.
    Misplaced,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doctype {
    Name,
    PublicId,
    SystemId,
    Subset,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    GeneralName,
    ParameterName,
    Value,
    PublicId,
    SystemId,
    Notation,
    /// The end of a declaration with an identifier for its last part.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Name,
    PublicId,
    SystemId,
    /// The end of a declaration that has no system identifier.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attlist {
    Element,
    Attribute,
    Type(&'static str),
    Enumerated,
    NotationName,
    Required,
    Implied,
    Fixed,
    Default,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    Name,
    Empty,
    Any,
    Pcdata,
    Open,
    Close,
    Member,
    Choice,
    Sequence,
}

/// A class of tokens.
#[derive(Clone, Copy, Debug)]
enum Terminal {
    Is(Kind),
    /// `<!` and the keyword.
    Open(&'static str),
    /// A name that is this word.
    Word(&'static str),
    /// `#` and the keyword.
    Keyword(&'static str),
    /// With or without a prefix.
    QName,
    /// A name or another word.
    Nmtoken,
    /// A name, and how often it may be there.
    Particle,
    /// `)`, and how often the group may be there.
    GroupEnd,
    /// `)*`
    RepeatedEnd,
}

impl Terminal {
    fn matches(self, token: &Token, text: &[u8]) -> bool {
        let is_once = token.occurrence == Quantifier::Once;
        let is_name = matches!(token.kind, Kind::Name | Kind::QName);
        match self {
            Terminal::Is(kind) => token.kind == kind && is_once,
            Terminal::Open(name) => token.kind == Kind::Declaration && text[2..] == *name.as_bytes(),
            Terminal::Word(word) => token.kind == Kind::Name && is_once && text == word.as_bytes(),
            Terminal::Keyword(word) => token.kind == Kind::Keyword && text[1..] == *word.as_bytes(),
            Terminal::QName => is_name && is_once,
            Terminal::Nmtoken => (is_name || token.kind == Kind::Nmtoken) && is_once,
            Terminal::Particle => is_name,
            Terminal::GroupEnd => token.kind == Kind::Sign(b')'),
            Terminal::RepeatedEnd => {
                token.kind == Kind::Sign(b')') && token.occurrence == Quantifier::Repeated
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Symbol {
    Token(Terminal, Meaning),
    Rule(&'static Rule),
}

/// A production: its alternatives, and the declaration that blanks before it belong to.
#[derive(Debug)]
struct Rule {
    part: Part,
    alternatives: &'static [&'static [Symbol]],
}

/// Writes a production: alternatives are in brackets, a token without a meaning is a part of its declaration.
macro_rules! rules {
    ($($(#[doc = $doc:literal])* $name:ident: $part:ident = $([$($symbol:tt)*])|*;)*) => {
        $(
            $(#[doc = $doc])*
            static $name: Rule = Rule {
                part: Part::$part,
                alternatives: &[$(rules!(@$part [] $($symbol)*)),*],
            };
        )*
    };
    (@$part:ident [$($done:tt)*]) => { &[$($done)*] };
    (@$part:ident [$($done:tt)*] $rule:ident $($rest:tt)*) => {
        rules!(@$part [$($done)* Symbol::Rule(&$rule),] $($rest)*)
    };
    (@$part:ident [$($done:tt)*] ($terminal:expr) $($rest:tt)*) => {
        rules!(@$part [$($done)* Symbol::Token($terminal, Meaning::Markup(Part::$part)),] $($rest)*)
    };
    (@$part:ident [$($done:tt)*] ($terminal:expr => $meaning:expr) $($rest:tt)*) => {
        rules!(@$part [$($done)* Symbol::Token($terminal, $meaning),] $($rest)*)
    };
}

const fn sign(byte: u8) -> Terminal {
    Terminal::Is(Kind::Sign(byte))
}

const NAME: Terminal = Terminal::Is(Kind::Name);
const LITERAL: Terminal = Terminal::Is(Kind::Literal);
const SPACE: Terminal = Terminal::Is(Kind::Space);
const COMMENT: Terminal = Terminal::Is(Kind::Comment);
const INSTRUCTION: Terminal = Terminal::Is(Kind::Instruction);
const DECLARATION: Terminal = Terminal::Is(Kind::XmlDeclaration);
const ELEMENT: Terminal = Terminal::Is(Kind::Element);
const REFERENCE: Terminal = Terminal::Is(Kind::ParameterReference);
const SECTION: Terminal = Terminal::Is(Kind::SectionStart);
const SECTION_END: Terminal = Terminal::Is(Kind::SectionEnd);
const END: Terminal = Terminal::Is(Kind::End);
use Terminal::{GroupEnd, Keyword, Nmtoken, Open, Particle, QName, RepeatedEnd, Word};

rules! {
    /// `[1] document ::= prolog element Misc*`, `[22] prolog ::= XMLDecl? Misc* (doctypedecl Misc*)?`
    DOCUMENT: Other = [XML_DECL MISC DOCTYPE_DECL (ELEMENT => Meaning::Instance)];
    /// `[23] XMLDecl`
    XML_DECL: Other = [(DECLARATION => Meaning::XmlDeclaration)] | [];
    /// `[27] Misc ::= Comment | PI | S`
    MISC: Other = [(COMMENT => Meaning::Comment) MISC]
        | [(INSTRUCTION => Meaning::Instruction) MISC]
        | [(SPACE) MISC]
        | [];

    /// `[28] doctypedecl ::= '<!DOCTYPE' S Name (S ExternalID)? S? ('[' intSubset ']' S?)? '>'`
    DOCTYPE_DECL: Doctype = [
            (Open("DOCTYPE")) (QName => Meaning::Doctype(Doctype::Name))
            DOCTYPE_ID DOCTYPE_SUBSET (sign(b'>') => Meaning::Doctype(Doctype::End)) MISC
        ]
        | [];
    /// `[75] ExternalID ::= 'SYSTEM' S SystemLiteral | 'PUBLIC' S PubidLiteral S SystemLiteral`
    DOCTYPE_ID: Doctype = [(Word("SYSTEM")) (LITERAL => Meaning::Doctype(Doctype::SystemId))]
        | [
            (Word("PUBLIC")) (LITERAL => Meaning::Doctype(Doctype::PublicId))
            (LITERAL => Meaning::Doctype(Doctype::SystemId))
        ]
        | [];
    DOCTYPE_SUBSET: Doctype = [(sign(b'[') => Meaning::Doctype(Doctype::Subset)) INT_SUBSET (sign(b']'))]
        | [];
    /// `[28b] intSubset ::= (markupdecl | DeclSep)*`, `[28a] DeclSep ::= PEReference | S`
    INT_SUBSET: Other = [MARKUP_DECL INT_SUBSET]
        | [(REFERENCE => Meaning::ParameterReference) INT_SUBSET]
        | [(SPACE) INT_SUBSET]
        | [];
    /// `[29] markupdecl ::= elementdecl | AttlistDecl | EntityDecl | NotationDecl | PI | Comment`
    MARKUP_DECL: Other = [ELEMENT_DECL]
        | [ATTLIST_DECL]
        | [ENTITY_DECL]
        | [NOTATION_DECL]
        | [(INSTRUCTION => Meaning::Instruction)]
        | [(COMMENT => Meaning::Comment)];

    /// `[30] extSubset ::= TextDecl? extSubsetDecl`
    EXT_SUBSET: Other = [TEXT_DECL EXT_SUBSET_DECL (END)];
    /// `[77] TextDecl`
    TEXT_DECL: Other = [(DECLARATION => Meaning::TextDeclaration)] | [];
    /// `[31] extSubsetDecl ::= ( markupdecl | conditionalSect | DeclSep)*`
    EXT_SUBSET_DECL: Other = [MARKUP_DECL EXT_SUBSET_DECL]
        | [(SECTION) CONDITIONAL_SECT EXT_SUBSET_DECL]
        | [(REFERENCE => Meaning::ParameterReference) EXT_SUBSET_DECL]
        | [(SPACE) EXT_SUBSET_DECL]
        | [];
    /// `[62] includeSect ::= '<![' S? 'INCLUDE' S? '[' extSubsetDecl ']]>'`,
    /// `[63] ignoreSect ::= '<![' S? 'IGNORE' S? '[' ignoreSectContents* ']]>'`
    CONDITIONAL_SECT: Other = [(Word("INCLUDE")) (sign(b'[')) EXT_SUBSET_DECL (SECTION_END)]
        | [(Word("IGNORE")) (sign(b'[') => Meaning::IgnoredSection)];

    /// `[45] elementdecl ::= '<!ELEMENT' S Name S contentspec S? '>'`
    ELEMENT_DECL: Element = [
        (Open("ELEMENT")) (QName => Meaning::Element(Element::Name)) CONTENT_SPEC (sign(b'>'))
    ];
    /// `[46] contentspec ::= 'EMPTY' | 'ANY' | Mixed | children`
    CONTENT_SPEC: Element = [(Word("EMPTY") => Meaning::Element(Element::Empty))]
        | [(Word("ANY") => Meaning::Element(Element::Any))]
        | [(sign(b'(') => Meaning::Element(Element::Open)) CONTENT_GROUP];
    CONTENT_GROUP: Element = [(Keyword("PCDATA") => Meaning::Element(Element::Pcdata)) MIXED]
        | [CP CP_LIST];
    /// `[48] cp ::= (Name | choice | seq) ('?' | '*' | '+')?`
    CP: Element = [(sign(b'(') => Meaning::Element(Element::Open)) CP CP_LIST]
        | [(Particle => Meaning::Element(Element::Member))];
    /// `[49] choice ::= '(' S? cp ( S? '|' S? cp )+ S? ')'`, `[50] seq ::= '(' S? cp ( S? ',' S? cp )* S? ')'`
    CP_LIST: Element = [(sign(b'|') => Meaning::Element(Element::Choice)) CP CP_LIST]
        | [(sign(b',') => Meaning::Element(Element::Sequence)) CP CP_LIST]
        | [(GroupEnd => Meaning::Element(Element::Close))];
    /// `[51] Mixed ::= '(' S? '#PCDATA' (S? '|' S? Name)* S? ')*' | '(' S? '#PCDATA' S? ')'`
    MIXED: Element = [MIXED_NAME]
        | [(sign(b')') => Meaning::Element(Element::Close))];
    MIXED_NAME: Element = [(sign(b'|')) (QName => Meaning::Element(Element::Member)) MIXED_NAME]
        | [(RepeatedEnd => Meaning::Element(Element::Close))];

    /// `[52] AttlistDecl ::= '<!ATTLIST' S Name AttDef* S? '>'`
    ATTLIST_DECL: Attlist = [
        (Open("ATTLIST")) (QName => Meaning::Attlist(Attlist::Element)) ATT_DEF (sign(b'>'))
    ];
    /// `[53] AttDef ::= S Name S AttType S DefaultDecl`
    ATT_DEF: Attlist = [(QName => Meaning::Attlist(Attlist::Attribute)) ATT_TYPE DEFAULT_DECL ATT_DEF] | [];
    /// `[54] AttType ::= StringType | TokenizedType | EnumeratedType`
    ATT_TYPE: Attlist = [(Word("CDATA") => Meaning::Attlist(Attlist::Type("CDATA")))]
        | [(Word("ID") => Meaning::Attlist(Attlist::Type("ID")))]
        | [(Word("IDREF") => Meaning::Attlist(Attlist::Type("IDREF")))]
        | [(Word("IDREFS") => Meaning::Attlist(Attlist::Type("IDREFS")))]
        | [(Word("ENTITY") => Meaning::Attlist(Attlist::Type("ENTITY")))]
        | [(Word("ENTITIES") => Meaning::Attlist(Attlist::Type("ENTITIES")))]
        | [(Word("NMTOKEN") => Meaning::Attlist(Attlist::Type("NMTOKEN")))]
        | [(Word("NMTOKENS") => Meaning::Attlist(Attlist::Type("NMTOKENS")))]
        | [(Word("NOTATION")) (sign(b'(')) (NAME => Meaning::Attlist(Attlist::NotationName)) NOTATION_TYPE]
        | [(sign(b'(')) (Nmtoken => Meaning::Attlist(Attlist::Enumerated)) ENUMERATION];
    /// `[58] NotationType ::= 'NOTATION' S '(' S? Name (S? '|' S? Name)* S? ')'`
    NOTATION_TYPE: Attlist = [(sign(b'|')) (NAME => Meaning::Attlist(Attlist::NotationName)) NOTATION_TYPE]
        | [(sign(b')'))];
    /// `[59] Enumeration ::= '(' S? Nmtoken (S? '|' S? Nmtoken)* S? ')'`
    ENUMERATION: Attlist = [(sign(b'|')) (Nmtoken => Meaning::Attlist(Attlist::Enumerated)) ENUMERATION]
        | [(sign(b')'))];
    /// `[60] DefaultDecl ::= '#REQUIRED' | '#IMPLIED' | (('#FIXED' S)? AttValue)`
    DEFAULT_DECL: Attlist = [(Keyword("REQUIRED") => Meaning::Attlist(Attlist::Required))]
        | [(Keyword("IMPLIED") => Meaning::Attlist(Attlist::Implied))]
        | [(Keyword("FIXED")) (LITERAL => Meaning::Attlist(Attlist::Fixed))]
        | [(LITERAL => Meaning::Attlist(Attlist::Default))];

    /// `[70] EntityDecl ::= GEDecl | PEDecl`
    ENTITY_DECL: Entity = [(Open("ENTITY")) ENTITY_KIND];
    /// `[71] GEDecl ::= '<!ENTITY' S Name S EntityDef S? '>'`,
    /// `[72] PEDecl ::= '<!ENTITY' S '%' S Name S PEDef S? '>'`
    ENTITY_KIND: Entity = [(sign(b'%')) (NAME => Meaning::Entity(Entity::ParameterName)) PE_DEF]
        | [(NAME => Meaning::Entity(Entity::GeneralName)) ENTITY_DEF];
    /// `[73] EntityDef ::= EntityValue | (ExternalID NDataDecl?)`
    ENTITY_DEF: Entity = [(LITERAL => Meaning::Entity(Entity::Value)) (sign(b'>'))]
        | [ENTITY_ID NDATA_DECL];
    /// `[74] PEDef ::= EntityValue | ExternalID`
    PE_DEF: Entity = [(LITERAL => Meaning::Entity(Entity::Value)) (sign(b'>'))]
        | [ENTITY_ID (sign(b'>') => Meaning::Entity(Entity::End))];
    ENTITY_ID: Entity = [(Word("SYSTEM")) (LITERAL => Meaning::Entity(Entity::SystemId))]
        | [
            (Word("PUBLIC")) (LITERAL => Meaning::Entity(Entity::PublicId))
            (LITERAL => Meaning::Entity(Entity::SystemId))
        ];
    /// `[76] NDataDecl ::= S 'NDATA' S Name`
    NDATA_DECL: Entity = [(Word("NDATA")) (NAME => Meaning::Entity(Entity::Notation)) (sign(b'>'))]
        | [(sign(b'>') => Meaning::Entity(Entity::End))];

    /// `[82] NotationDecl ::= '<!NOTATION' S Name S (ExternalID | PublicID) S? '>'`
    NOTATION_DECL: Notation = [
        (Open("NOTATION")) (NAME => Meaning::Notation(Notation::Name)) NOTATION_ID
    ];
    NOTATION_ID: Notation = [
            (Word("SYSTEM")) (LITERAL => Meaning::Notation(Notation::SystemId)) (sign(b'>'))
        ]
        | [(Word("PUBLIC")) (LITERAL => Meaning::Notation(Notation::PublicId)) NOTATION_PUBLIC_ID];
    /// `[83] PublicID ::= 'PUBLIC' S PubidLiteral`
    NOTATION_PUBLIC_ID: Notation = [(LITERAL => Meaning::Notation(Notation::SystemId)) (sign(b'>'))]
        | [(sign(b'>') => Meaning::Notation(Notation::End))];
}

/// What remains of a derivation: the symbols that have to follow, the next one last.
#[derive(Clone, Debug)]
pub struct Derivation {
    rest: Vec<Symbol>,
    /// The entity is the document, and no external subset or parameter entity.
    pub is_document: bool,
}

impl Derivation {
    /// Of a document.
    pub fn document() -> Derivation {
        Derivation { rest: vec![Symbol::Rule(&DOCUMENT)], is_document: true }
    }

    /// Of an external subset or parameter entity.
    pub fn external() -> Derivation {
        Derivation { rest: vec![Symbol::Rule(&EXT_SUBSET)], is_document: false }
    }

    /// The meaning of a token.
    pub fn next(&mut self, token: &Token, text: &[u8]) -> Meaning {
        if !fits(&self.rest, token, text) {
            return match token.kind {
                Kind::Space => Meaning::Markup(self.part()),
                // It may stand for anything where it is not in the document itself.
                Kind::ParameterReference if !self.is_document => Meaning::InnerParameterReference,
                _ => Meaning::Misplaced,
            };
        }
        while let Some(symbol) = self.rest.pop() {
            match symbol {
                Symbol::Token(_, meaning) => return meaning,
                Symbol::Rule(rule) => {
                    let chosen = rule.alternatives.iter().find(|symbols| begins(symbols, token, text));
                    // Otherwise it is nothing at all: what follows fits.
                    self.rest.extend(chosen.into_iter().flat_map(|symbols| symbols.iter().rev()));
                }
            }
        }
        Meaning::Misplaced
    }

    /// Whether a parameter entity between declarations may end here.
    pub fn is_between_declarations(&self) -> bool {
        match self.rest.last() {
            Some(Symbol::Rule(rule)) if std::ptr::eq(*rule, &INT_SUBSET) => true,
            _ => fits(&self.rest, &Token::new(Kind::End, 0), b""),
        }
    }

    /// The declaration that a blank would belong to.
    fn part(&self) -> Part {
        match self.rest.last() {
            Some(Symbol::Rule(rule)) => rule.part,
            Some(Symbol::Token(_, Meaning::Markup(part))) => *part,
            Some(Symbol::Token(_, meaning)) => meaning.part(),
            None => Part::Other,
        }
    }
}

impl Meaning {
    fn part(self) -> Part {
        match self {
            Meaning::Doctype(_) => Part::Doctype,
            Meaning::Entity(_) => Part::Entity,
            Meaning::Notation(_) => Part::Notation,
            Meaning::Attlist(_) => Part::Attlist,
            Meaning::Element(_) => Part::Element,
            _ => Part::Other,
        }
    }
}

/// Whether what is to follow, the next symbol last, can begin with a token.
fn fits(rest: &[Symbol], token: &Token, text: &[u8]) -> bool {
    for symbol in rest.iter().rev() {
        match symbol {
            Symbol::Token(terminal, _) => return terminal.matches(token, text),
            Symbol::Rule(rule) => {
                if rule.alternatives.iter().any(|symbols| begins(symbols, token, text)) {
                    return true;
                }
                if !rule.may_be_nothing() {
                    return false;
                }
            }
        }
    }
    false
}

impl Rule {
    fn may_be_nothing(&self) -> bool {
        self.alternatives.iter().any(|symbols| symbols.is_empty())
    }
}

/// Whether an alternative begins with a token.
fn begins(symbols: &[Symbol], token: &Token, text: &[u8]) -> bool {
    for symbol in symbols {
        match symbol {
            Symbol::Token(terminal, _) => return terminal.matches(token, text),
            Symbol::Rule(rule) => {
                if rule.alternatives.iter().any(|symbols| begins(symbols, token, text)) {
                    return true;
                }
                if !rule.may_be_nothing() {
                    return false;
                }
            }
        }
    }
    false
}
