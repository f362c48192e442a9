//! The parser: the stages of a document, and what a caller sees.

mod content;
mod entity_value;
mod external;
mod prolog;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use crate::accounting::{Account, Origin};
use crate::attributes::Attributes;
use crate::chars::is_continuation;
use crate::code::Code;
use crate::content::Tag;
use crate::dtd::{Dtd, Text};
use crate::encoding::Encoding;
use crate::grammar::Derivation;
pub use crate::grammar::Part;
use crate::model::{Model, Models};
use crate::names::Name;
use crate::namespaces::Namespaces;
use crate::scan::Stop;
use crate::source::Source;
use crate::token::{self, Kind};
use entity_value::EntityValue;

/// What a parser is made with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The encoding, whatever the document says of it.
    pub encoding: Option<Vec<u8>>,
    /// Namespaces are looked at, and stand before names with this character between; NUL is none.
    pub separator: Option<char>,
}

/// Whether external parameter entities are read, the external subset among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParameterEntities {
    #[default]
    Never,
    UnlessStandalone,
    Always,
}

/// What comes next in a document. What there is besides, the parser tells until the next event is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// [`Parser::attributes`]. An empty element's end follows at once.
    StartElement {
        name: Name,
        empty: bool,
    },
    EndElement {
        name: Name,
        empty: bool,
    },
    /// [`Parser::declaration`]: a prefix as `name`, and its namespace as `value`.
    StartNamespace,
    EndNamespace,
    /// [`Parser::data`]: a piece of it; there may be more.
    Text,
    StartCdata,
    EndCdata,
    /// [`Parser::data`]
    Comment,
    /// [`Parser::target`], [`Parser::data`]
    Instruction,
    /// `version`, `encoding`, `standalone`
    XmlDeclaration,
    /// `name`, `system_id`, `public_id`. `closes`: the end of the declaration follows at once.
    StartDoctype {
        internal_subset: bool,
        closes: bool,
    },
    EndDoctype {
        after_start: bool,
    },
    /// `name`, [`Parser::model`]
    ElementDeclaration,
    /// `element`, `name`, `kind`, `value`, `is_required`
    AttributeDeclaration,
    /// `name`, `is_parameter`, `value`, `base`, `system_id`, `public_id`, `notation`
    EntityDeclaration,
    /// An entity with a notation; the same.
    UnparsedEntityDeclaration,
    /// `name`, `base`, `system_id`, `public_id`
    NotationDeclaration,
    /// A reference to an entity that is not replaced: `name`, `is_parameter`.
    SkippedEntity,
    /// An external entity is to be read now, by a parser that [`Parser::external`] makes: `context` (none of a
    /// parameter entity), `base`, `system_id`, `public_id`.
    ExternalEntity,
    /// There are declarations outside of a document that does not say that it depends on none.
    NotStandalone,
    /// [`Parser::set_encoding`] has to say what the bytes mean: `encoding`.
    UnknownEncoding,
    /// Nothing but [`Parser::raw`]: a token that is a part of something.
    Markup(Part),
}

/// What declarations and references tell of.
#[derive(Clone, Debug, Default)]
pub struct Declaration {
    pub name: Option<Text>,
    pub element: Option<Text>,
    pub kind: Option<Text>,
    pub value: Option<Text>,
    pub is_required: bool,
    pub is_parameter: bool,
    pub base: Option<Text>,
    pub system_id: Option<Text>,
    pub public_id: Option<Text>,
    pub notation: Option<Text>,
    pub version: Option<Text>,
    pub encoding: Option<Text>,
    pub standalone: Option<bool>,
    pub context: Option<Text>,
}

/// An attribute of the current start tag.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'p> {
    pub name: Name,
    /// UTF-8.
    pub value: &'p [u8],
}

/// The kind of entity that a parser reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entity {
    Document,
    General,
    Parameter,
    /// A parameter entity within the value of another entity.
    InValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The encoding is not known.
    Start,
    /// At the start of a general entity, which may have a text declaration.
    ContentStart,
    Prolog,
    Ignored,
    Content,
    Cdata,
    Epilog,
    /// An entity that is to become a part of a value, as a whole.
    Value,
    Finished,
}

/// The text of an internal entity that is being read.
#[derive(Debug)]
struct Frame {
    text: Text,
    at: usize,
    /// In the table of general or parameter entities, as the stage has it.
    entity: usize,
    /// How many elements were open before.
    level: usize,
    /// Of a parameter entity: it stands between declarations, not in one.
    between: bool,
}

/// An open element.
#[derive(Clone, Copy, Debug)]
struct Open {
    element: usize,
    name: Name,
    /// How many bindings were in force before.
    bindings: usize,
}

/// What is left to tell of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Nothing,
    /// The next binding of those that the tag has made, then the start or what is wrong with it.
    Start {
        before: usize,
        next: usize,
        name: Name,
        empty: bool,
        wrong: Option<(Code, Option<usize>)>,
    },
    /// Of an empty element.
    End {
        name: Name,
        downto: usize,
    },
    /// Bindings from the newest to the place.
    Unbind {
        downto: usize,
    },
}

/// What follows after an event that the caller may have acted on.
#[derive(Clone, Copy, Debug)]
enum Then {
    Tell(Event),
    ExternalSubset,
    AfterSubset {
        had_references: bool,
        has_system_id: bool,
    },
    AfterParameterEntity(usize),
    AfterValueEntity(usize),
    /// The encoding that is named at the place is asked for.
    Encoding {
        place: usize,
    },
    AfterEncoding {
        place: Option<usize>,
    },
    BeginContent,
    Fail(Code),
}

/// Where an event's data is.
#[derive(Clone, Debug)]
enum Data {
    Text(Range<usize>),
    Few([u8; 4], usize),
    Scratch,
}

/// Goes on, stops for the caller, or waits for input.
enum Flow {
    Tell(Event),
    Again,
    Wait,
}

/// A declaration in the making.
#[derive(Debug, Default)]
struct Declaring {
    /// The entity, and whether it is a parameter entity; none where it was declared before.
    entity: Option<(bool, usize)>,
    element: usize,
    attribute: usize,
    is_cdata: bool,
    is_id: bool,
    kind: Vec<u8>,
    notation: Option<Text>,
    public_id: Option<Text>,
    models: Models,
    doctype: Option<Text>,
    doctype_system_id: Option<Text>,
    doctype_public_id: Option<Text>,
    has_system_id: bool,
}

/// See the crate's documentation.
#[derive(Debug)]
pub struct Parser {
    source: Source,
    frames: Vec<Frame>,
    entity: Entity,
    stage: Stage,
    failed: Option<Code>,
    has_begun: bool,
    encoding: Option<Vec<u8>>,
    /// What the caller has said that an unknown encoding is.
    given_encoding: Option<Encoding>,
    dtd: Rc<RefCell<Dtd>>,
    namespaces: Namespaces,
    account: Account,
    open: Vec<Open>,
    tag: Tag,
    attributes: Attributes,
    pending: Pending,
    then: VecDeque<Then>,
    derivation: Derivation,
    value: Option<EntityValue>,
    declaring: Declaring,
    declaration: Declaration,
    /// The current token.
    raw: Range<usize>,
    data: Data,
    target: Range<usize>,
    scratch: Vec<u8>,
    /// Text that is still to be given in pieces.
    rest: Range<usize>,
    base: Option<Text>,
    parameter_entities: ParameterEntities,
    foreign_dtd: bool,
    /// References to internal entities in content are replaced; otherwise they are [`Event::SkippedEntity`].
    pub expands_entities: bool,
    /// External entities are told of.
    pub tells_external_entities: bool,
    pub heeded: Heeded,
}

/// What the caller does anything with.
#[derive(Clone, Copy, Debug)]
pub struct Heeded {
    /// Starts of elements: the place of an empty element's end depends on it.
    pub starts: bool,
    /// Text: otherwise it is not told of.
    pub text: bool,
}

impl Heeded {
    pub const ALL: Heeded = Heeded { starts: true, text: true };
    pub const NOTHING: Heeded = Heeded { starts: false, text: false };
}

/// Text that a conversion has made comes in pieces of at most so many bytes.
const PIECE: usize = 1024;

/// The text that is read: a macro, so that only the fields with text are borrowed.
macro_rules! text {
    ($parser:expr) => {
        match $parser.frames.last() {
            Some(frame) => &frame.text[..],
            None => &$parser.source.text[..],
        }
    };
}
use text;

impl Parser {
    pub fn new(options: Options) -> Parser {
        let mut dtd = Dtd::default();
        let mut namespaces = Namespaces::new(options.separator);
        namespaces.begin(&mut dtd);
        Parser::make(Entity::Document, options.encoding, Rc::new(RefCell::new(dtd)), namespaces)
    }

    fn make(
        entity: Entity,
        encoding: Option<Vec<u8>>,
        dtd: Rc<RefCell<Dtd>>,
        namespaces: Namespaces,
    ) -> Parser {
        Parser {
            source: Source::default(),
            frames: Vec::new(),
            entity,
            stage: Stage::Start,
            failed: None,
            has_begun: false,
            encoding,
            given_encoding: None,
            dtd,
            namespaces,
            account: Account::default(),
            open: Vec::new(),
            tag: Tag::default(),
            attributes: Attributes::default(),
            pending: Pending::Nothing,
            then: VecDeque::new(),
            derivation: match entity {
                Entity::Parameter => Derivation::external(),
                _ => Derivation::document(),
            },
            value: None,
            declaring: Declaring::default(),
            declaration: Declaration::default(),
            raw: 0..0,
            data: Data::Scratch,
            target: 0..0,
            scratch: Vec::new(),
            rest: 0..0,
            base: None,
            parameter_entities: ParameterEntities::Never,
            foreign_dtd: false,
            expands_entities: true,
            tells_external_entities: false,
            heeded: Heeded::ALL,
        }
    }

    /// Takes the next piece of input, of any size. All events of the one before have to be taken by then.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.has_begun = true;
        if self.stage != Stage::Finished && self.failed.is_none() {
            self.source.feed(bytes);
        }
    }

    /// Says that there is no more input.
    pub fn finish(&mut self) {
        self.has_begun = true;
        self.source.is_final = true;
    }

    pub fn is_finished(&self) -> bool {
        self.stage == Stage::Finished
    }

    /// Input was fed, and more is expected.
    fn is_parsing(&self) -> bool {
        self.has_begun && self.stage != Stage::Finished && self.failed.is_none()
    }

    /// The next event; none until there is more input, or when all is read. After an error, that error again.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Event>, Code> {
        match self.failed {
            Some(Code::Aborted) => {
                self.failed = Some(Code::Finished);
                self.mark(self.source.at);
            }
            Some(code) => return Err(code),
            None => {}
        }
        let outcome = self.step();
        if let Err(code) = outcome {
            self.failed = Some(code);
        }
        outcome
    }

    /// Ends the parsing with an error that the caller has found.
    pub fn fail(&mut self, code: Code) -> Code {
        *self.failed.get_or_insert(code)
    }

    /// Ends the parsing, since the caller will not go on behind an event. From now on it is finished.
    pub fn abort(&mut self, event: Event) {
        if matches!(self.stage, Stage::Content | Stage::Cdata)
            && !matches!(event, Event::ExternalEntity | Event::UnknownEncoding)
        {
            self.mark(self.source.at);
        }
        self.failed = Some(Code::Aborted);
        self.stage = Stage::Finished;
        self.pending = Pending::Nothing;
        self.then.clear();
        self.value = None;
        self.rest = 0..0;
    }

    /// What was wrong.
    pub fn error(&self) -> Option<Code> {
        self.failed
    }

    fn step(&mut self) -> Result<Option<Event>, Code> {
        loop {
            let flow = if !self.rest.is_empty() {
                let rest = self.rest.clone();
                self.tell_text(rest)
            } else if self.pending != Pending::Nothing {
                self.tell_pending()?
            } else if let Some(then) = self.then.pop_front() {
                self.go_on(then)?
            } else if self.value.is_some() {
                self.entity_value()?
            } else {
                match self.stage {
                    Stage::Content => self.content()?,
                    Stage::Cdata => self.cdata()?,
                    Stage::Start => self.start()?,
                    Stage::ContentStart => self.content_start()?,
                    Stage::Prolog => self.prolog()?,
                    Stage::Ignored => self.ignored()?,
                    Stage::Epilog => self.epilog()?,
                    Stage::Value => self.external_value()?,
                    Stage::Finished => return Err(Code::Finished),
                }
            };
            match flow {
                Flow::Tell(Event::Text) if !self.heeded.text => {}
                Flow::Tell(event) => return Ok(Some(event)),
                Flow::Again => {}
                Flow::Wait => {
                    if self.source.is_final {
                        self.stage = Stage::Finished;
                    }
                    self.source.settle(self.source.at);
                    return Ok(None);
                }
            }
        }
    }

    /// Whether more of the current text may come.
    fn may_go_on(&self) -> bool {
        self.frames.is_empty() && !self.source.is_final
    }

    fn place(&self) -> usize {
        self.frames.last().map_or(self.source.at, |frame| frame.at)
    }

    /// Sets the place of the current event, which is the reference's where an entity is read.
    fn mark(&mut self, at: usize) {
        if self.frames.is_empty() {
            self.source.event = Some(at);
        }
    }

    /// The current token ends.
    #[inline]
    fn advance(&mut self, end: usize) -> Result<(), Code> {
        let start = self.pass(end);
        let origin = if self.frames.is_empty() { Origin::Input } else { Origin::Entity };
        self.account.add(origin, end - start)
    }

    /// The same, but the text does not count.
    #[inline]
    fn pass(&mut self, end: usize) -> usize {
        self.tag.reset();
        let at = match self.frames.last_mut() {
            Some(frame) => &mut frame.at,
            None => &mut self.source.at,
        };
        let start = std::mem::replace(at, end);
        self.raw = start..end;
        start
    }

    /// There is no token.
    fn stopped(&mut self, stop: Stop) -> Result<Flow, Code> {
        match stop {
            Stop::Invalid(at) => {
                self.mark(at);
                Err(Code::InvalidToken)
            }
            _ if self.may_go_on() => Ok(Flow::Wait),
            Stop::Partial => Err(Code::UnclosedToken),
            Stop::PartialChar => Err(Code::PartialChar),
        }
    }

    /// The input is at its end; it must not end within a character.
    fn whole(&self) -> Result<(), Code> {
        match self.source.torn() {
            None => Ok(()),
            Some(Stop::PartialChar) => Err(Code::PartialChar),
            Some(_) => Err(Code::UnclosedToken),
        }
    }

    #[inline(never)]
    fn go_on(&mut self, then: Then) -> Result<Flow, Code> {
        match then {
            Then::Tell(event) => Ok(Flow::Tell(event)),
            Then::ExternalSubset => Ok(self.tell_subset()),
            Then::AfterSubset { had_references, has_system_id } => {
                let mut dtd = self.dtd.borrow_mut();
                if dtd.parameter_entity_read {
                    if !dtd.is_standalone {
                        return Ok(Flow::Tell(Event::NotStandalone));
                    }
                } else if !has_system_id {
                    dtd.has_parameter_references = had_references;
                }
                Ok(Flow::Again)
            }
            Then::AfterParameterEntity(entity) => {
                let mut dtd = self.dtd.borrow_mut();
                dtd.parameter[entity].is_open = false;
                if !dtd.parameter_entity_read {
                    dtd.keeps_processing = dtd.is_standalone;
                } else if !dtd.is_standalone {
                    return Ok(Flow::Tell(Event::NotStandalone));
                }
                Ok(Flow::Again)
            }
            Then::AfterValueEntity(entity) => {
                let mut dtd = self.dtd.borrow_mut();
                dtd.parameter[entity].is_open = false;
                if !dtd.parameter_entity_read {
                    dtd.keeps_processing = dtd.is_standalone;
                }
                Ok(Flow::Again)
            }
            Then::Encoding { place } => {
                self.mark(place);
                Ok(Flow::Tell(Event::UnknownEncoding))
            }
            Then::AfterEncoding { place } => self.take_given_encoding(place),
            Then::Fail(code) => Err(code),
            Then::BeginContent => {
                self.stage = Stage::Content;
                Ok(Flow::Again)
            }
        }
    }

    /// Copies a piece of the text.
    fn copy(&self, range: Range<usize>) -> Text {
        text!(self)[range].into()
    }

    /// Gives text, of which the rest may have to wait.
    #[inline]
    fn tell_text(&mut self, range: Range<usize>) -> Flow {
        let mut range = range;
        self.rest = 0..0;
        if range.len() > PIECE && self.frames.is_empty() && self.source.comes_in_pieces() {
            let mut middle = range.start + PIECE;
            while is_continuation(self.source.text[middle]) {
                middle -= 1;
            }
            self.rest = middle..range.end;
            range.end = middle;
            self.raw = range.clone();
        }
        self.data = Data::Text(range);
        Flow::Tell(Event::Text)
    }

    /// Takes text with its line ends made line feeds as the event's data.
    fn set_normalized(&mut self, range: Range<usize>) {
        let text = &text!(self)[range.clone()];
        if memchr::memchr(b'\r', text).is_none() {
            self.data = Data::Text(range);
            return;
        }
        self.scratch.clear();
        let mut rest = text;
        while let Some(line) = memchr::memchr(b'\r', rest) {
            self.scratch.extend_from_slice(&rest[..line]);
            self.scratch.push(b'\n');
            rest = &rest[line + 1..];
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        self.scratch.extend_from_slice(rest);
        self.data = Data::Scratch;
    }

    fn tell_instruction(&mut self, start: usize, target_end: usize, end: usize) -> Flow {
        self.target = start + 2..target_end;
        let text = text!(self);
        let close = end - 2;
        let data = target_end
            + text[target_end..close].iter().take_while(|&&byte| crate::chars::is_space(byte)).count();
        self.set_normalized(data..close);
        Flow::Tell(Event::Instruction)
    }

    fn tell_comment(&mut self, start: usize, end: usize) -> Flow {
        self.set_normalized(start + 4..end - 3);
        Flow::Tell(Event::Comment)
    }

    /// What follows the document's element.
    #[inline(never)]
    fn epilog(&mut self) -> Result<Flow, Code> {
        let at = self.source.at;
        self.source.event = Some(at);
        let scanned = token::token(&self.source.text, at, self.namespaces.are_on(), &mut self.tag.known);
        let token = match scanned {
            Ok(token) => token,
            Err(stop) => return self.stopped(stop),
        };
        match token.kind {
            Kind::End => {
                if self.source.is_final {
                    self.whole()?;
                }
                Ok(Flow::Wait)
            }
            Kind::Space => {
                self.advance(token.end)?;
                Ok(Flow::Tell(Event::Markup(Part::Other)))
            }
            Kind::Comment => {
                self.advance(token.end)?;
                Ok(self.tell_comment(at, token.end))
            }
            Kind::Instruction => {
                self.advance(token.end)?;
                Ok(self.tell_instruction(at, token.target_end, token.end))
            }
            _ => Err(Code::JunkAfterDocElement),
        }
    }
}

/// What a caller asks at an event.
impl Parser {
    /// UTF-8: the text, or what a comment or an instruction holds.
    #[inline]
    pub fn data(&self) -> &[u8] {
        match &self.data {
            Data::Text(range) => &text!(self)[range.clone()],
            Data::Few(bytes, length) => &bytes[..*length],
            Data::Scratch => &self.scratch,
        }
    }

    /// The target of an instruction.
    pub fn target(&self) -> &[u8] {
        &text!(self)[self.target.clone()]
    }

    /// The token as it is written, in UTF-8.
    pub fn raw(&self) -> &[u8] {
        &text!(self)[self.raw.clone()]
    }

    /// The attributes of the start tag, those with declared values last.
    #[inline]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = Attribute<'_>> {
        let text = text!(self);
        self.attributes.stored.iter().map(move |attribute| Attribute {
            name: attribute.name,
            value: self.attributes.bytes(&attribute.value, text),
        })
    }

    /// How many attributes stand in the tag.
    pub fn specified_attributes(&self) -> usize {
        self.attributes.specified
    }

    /// The text of a name.
    pub fn name(&self, name: Name) -> Vec<u8> {
        self.dtd.borrow().names.name(name.index()).to_vec()
    }

    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// The content model of an element declaration; the first node is the whole.
    pub fn model(&self) -> &[Model] {
        &self.declaring.models.nodes
    }

    /// Where the event is in the input; none where nothing was read.
    pub fn byte_index(&self) -> Option<u64> {
        self.source.byte_index()
    }

    /// The line and the column of the event, counted from 0.
    pub fn line_column(&self) -> (u64, u64) {
        self.source.line_column()
    }

    /// The input from the event on, as far as it is there.
    pub fn context(&self) -> Option<&[u8]> {
        self.source.context()
    }

    pub fn base(&self) -> Option<&[u8]> {
        self.base.as_deref()
    }
}

/// What a caller may set.
impl Parser {
    /// Names the encoding, before anything is fed.
    pub fn set_encoding_name(&mut self, name: &[u8]) {
        if !self.is_parsing() {
            self.encoding = Some(name.to_vec());
        }
    }

    /// Says what the bytes of an unknown encoding mean: code points, or -1. Whether that can be.
    pub fn set_encoding(&mut self, map: &[i32; 256]) -> bool {
        self.given_encoding = Encoding::table(map);
        self.given_encoding.is_some()
    }

    pub fn set_base(&mut self, base: &[u8]) {
        self.base = Some(base.into());
    }

    /// Whether a name's prefix stands behind it.
    pub fn set_namespace_prefixes(&mut self, with: bool) {
        if !self.is_parsing() {
            self.namespaces.with_prefixes = with;
        }
    }

    /// Whether that was still possible.
    pub fn set_parameter_entities(&mut self, which: ParameterEntities) -> bool {
        if !self.is_parsing() {
            self.parameter_entities = which;
        }
        !self.is_parsing()
    }

    /// An external subset is asked for, whether the document names one or not.
    pub fn use_foreign_dtd(&mut self, flag: bool) -> Result<(), Code> {
        if self.is_parsing() {
            return Err(Code::CantChangeFeatureOnceParsing);
        }
        self.foreign_dtd = flag;
        Ok(())
    }
}
