//! `XMLParser`: gives what it parses to a target; to a `TreeBuilder` without a call in between.

use std::cell::{Cell, RefCell, RefMut};
use std::mem::offset_of;

use objects::buffer::{Buffer, request};
use objects::prelude::*;
use xml::{Code, Event, Name, Parser};

use super::builder::TreeBuilder;
use super::parse_error;

/// Input goes to the machine in pieces no longer than this.
const LONGEST_PIECE: usize = 1 << 20;
/// How much is read of a file at once.
const FILE_PIECE: i64 = 64 << 10;

macro_rules! kinds {
    ($(#[$doc:meta])* $kinds:ident: $($kind:ident = $name:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kinds {
            $($kind,)*
        }

        impl $kinds {
            pub const NAMES: &[&str] = &[$($name,)*];
            pub const COUNT: usize = Self::NAMES.len();
        }
    };
}

kinds! {
    /// What a builder can tell of while it builds.
    Reported:
    Start = "start",
    End = "end",
    StartNamespace = "start-ns",
    EndNamespace = "end-ns",
    Comment = "comment",
    Instruction = "pi",
}

kinds! {
    /// The methods that a target can have.
    Method:
    Start = "start",
    End = "end",
    Data = "data",
    StartNamespace = "start_ns",
    EndNamespace = "end_ns",
    Comment = "comment",
    Instruction = "pi",
    Doctype = "doctype",
    Close = "close",
}

/// A parser. The machine inside is never borrowed while Python code runs.
#[repr(C)]
#[derive(Trace)]
pub struct XmlParser {
    base: Object,
    #[trace(skip)]
    machine: RefCell<Option<Parser>>,
    target: Field,
    /// The target, if it is a builder and no subclass's.
    builder: Field<TreeBuilder>,
    methods: [Field; Method::COUNT],
    /// What undefined entities stand for.
    entity: Field<Dict>,
    /// The strings of names, by their numbers.
    #[trace(skip)]
    names: RefCell<Vec<Option<Ref<Str>>>>,
    is_parsing: Cell<bool>,
}

fn text(bytes: &[u8]) -> Result<Ref> {
    Ok(Str::from_wtf8(bytes)?.into_object())
}

/// What a declaration tells, or else something instead.
fn told(told: &Option<std::rc::Rc<[u8]>>, otherwise: impl FnOnce() -> Ref) -> Result<Ref> {
    told.as_deref().map_or_else(|| Ok(otherwise()), text)
}

fn empty() -> Ref {
    Str::empty().into_object()
}

impl XmlParser {
    /// The machine. It is free whenever Python code runs, except for what the collector runs in between.
    fn machine(&self) -> Result<RefMut<'_, Parser>> {
        let Ok(machine) = self.machine.try_borrow_mut() else {
            bail!(RuntimeError, "the parser is in use");
        };
        RefMut::filter_map(machine, Option::as_mut)
            .map_err(|_| raise!(ValueError, "XMLParser.__init__() wasn't called"))
    }

    fn method(&self, method: Method) -> Option<Ref> {
        self.methods[method as usize].get()
    }

    fn error(&self, code: Code) -> Raised {
        match self.machine().map(|machine| machine.line_column()) {
            Ok(position) => parse_error(code, code.message(), position),
            Err(raised) => raised,
        }
    }

    /// A name with its namespace in braces.
    fn name(&self, name: Name, machine: &Parser) -> Result<Ref<Str>> {
        let mut names = self.names.borrow_mut();
        if let Some(Some(known)) = names.get(name.index()) {
            return Ok(known.clone());
        }
        let mut bytes = machine.name(name);
        if bytes.contains(&b'}') {
            bytes.insert(0, b'{');
        }
        let made = Str::from_wtf8(&bytes)?;
        if names.len() <= name.index() {
            names.resize(name.index() + 1, None);
        }
        names[name.index()] = Some(made.clone());
        Ok(made)
    }

    /// Takes the tag and the attributes of the element that begins.
    fn start(&self, name: Name) -> Result<(Ref<Str>, Option<Ref<Dict>>)> {
        let machine = self.machine()?;
        let tag = self.name(name, &machine)?;
        let attributes = machine.attributes();
        if attributes.len() == 0 {
            return Ok((tag, None));
        }
        let dict = Dict::new();
        for attribute in attributes {
            dict.set_str(&*self.name(attribute.name, &machine)?, &*Str::from_wtf8(attribute.value)?)?;
        }
        Ok((tag, Some(dict)))
    }

    /// Hands an event to the target.
    fn tell(&self, event: Event) -> Result<()> {
        let builder = self.builder.get();
        let builder = builder.as_deref();
        match event {
            Event::Text => match (builder, self.method(Method::Data)) {
                (Some(builder), _) => builder.add_text(self.machine()?.data()),
                (None, Some(data)) => {
                    let piece = text(self.machine()?.data())?;
                    data.call1(&piece).map(drop)
                }
                (None, None) => Ok(()),
            },
            Event::StartElement { name, .. } => match (builder, self.method(Method::Start)) {
                (Some(builder), _) => {
                    let (tag, attributes) = self.start(name)?;
                    builder.begin(tag.into_object(), attributes).map(drop)
                }
                (None, Some(start)) => {
                    let (tag, attributes) = self.start(name)?;
                    start.call(&[&*tag, &*attributes.unwrap_or_else(Dict::new)]).map(drop)
                }
                (None, None) => Ok(()),
            },
            Event::EndElement { name, .. } => match (builder, self.method(Method::End)) {
                (Some(builder), _) => builder.finish().map(drop),
                (None, Some(end)) => {
                    let tag = {
                        let machine = self.machine()?;
                        self.name(name, &machine)?
                    };
                    end.call1(&tag).map(drop)
                }
                (None, None) => Ok(()),
            },
            Event::StartNamespace => {
                let (prefix, uri) = {
                    let machine = self.machine()?;
                    let declaration = machine.declaration();
                    (told(&declaration.name, empty)?, told(&declaration.value, empty)?)
                };
                match (builder, self.method(Method::StartNamespace)) {
                    (Some(builder), _) => builder
                        .tell(Reported::StartNamespace, || Ok(Tuple::new([prefix, uri])?.into_object())),
                    (None, Some(start)) => start.call(&[&prefix, &uri]).map(drop),
                    (None, None) => Ok(()),
                }
            }
            Event::EndNamespace => match (builder, self.method(Method::EndNamespace)) {
                (Some(builder), _) => builder.tell(Reported::EndNamespace, || Ok(none())),
                (None, Some(end)) => {
                    let prefix = told(&self.machine()?.declaration().name, empty)?;
                    end.call1(&prefix).map(drop)
                }
                (None, None) => Ok(()),
            },
            Event::Comment => {
                let comment = text(self.machine()?.data())?;
                match (builder, self.method(Method::Comment)) {
                    (Some(builder), _) => builder.add_comment(&comment).map(drop),
                    (None, Some(tell)) => tell.call1(&comment).map(drop),
                    (None, None) => Ok(()),
                }
            }
            Event::Instruction => {
                let (target, data) = {
                    let machine = self.machine()?;
                    (text(machine.target())?, text(machine.data())?)
                };
                match (builder, self.method(Method::Instruction)) {
                    (Some(builder), _) => builder.add_instruction(&target, &data).map(drop),
                    (None, Some(tell)) => tell.call(&[&target, &data]).map(drop),
                    (None, None) => Ok(()),
                }
            }
            Event::StartDoctype { .. } => self.tell_doctype(),
            Event::SkippedEntity | Event::Markup(_) => self.tell_default(),
            Event::UnknownEncoding => {
                let name = self.machine()?.declaration().encoding.clone();
                let map = crate::pyexpat::encoding_map(&name.unwrap_or_default())?;
                self.machine()?.set_encoding(&map);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn tell_doctype(&self) -> Result<()> {
        let parts = {
            let machine = self.machine()?;
            let declaration = machine.declaration();
            [&declaration.name, &declaration.public_id, &declaration.system_id].map(|part| told(part, none))
        };
        if let Some(doctype) = self.method(Method::Doctype) {
            let [name, public_id, system_id] = parts;
            return doctype.call(&[&*name?, &*public_id?, &*system_id?]).map(drop);
        }
        if self.as_object().get_attr_opt(intern!("doctype"))?.is_some() {
            let message = "The doctype() method of XMLParser is ignored.  \
                           Define doctype() method on the TreeBuilder target.";
            objects::services::warn(&exceptions::RuntimeWarning, message, 1)?;
        }
        Ok(())
    }

    /// A reference to an entity that the document does not tell of: the caller may know it.
    fn tell_default(&self) -> Result<()> {
        let (written, position) = {
            let machine = self.machine()?;
            let raw = machine.raw();
            if raw.len() < 2 || raw[0] != b'&' {
                return Ok(());
            }
            (raw.to_vec(), machine.line_column())
        };
        let name = text(&written[1..written.len() - 1])?;
        let known = match self.entity.get() {
            Some(known) => known.get(&name)?,
            None => None,
        };
        let Some(value) = known else {
            let what = format!("undefined entity {}", String::from_utf8_lossy(&written));
            return Err(parse_error(Code::UndefinedEntity, &what, position));
        };
        match (self.builder.get(), self.method(Method::Data)) {
            (Some(builder), _) => builder.add_piece(&value),
            (None, Some(data)) => drop(data.call1(&value)?),
            (None, None) => {}
        }
        Ok(())
    }

    /// Takes all events of what was fed. After an exception the target is told nothing more of it.
    fn drain(&self) -> Result<()> {
        let mut failed = None;
        loop {
            let next = self.machine()?.next();
            let event = match next {
                Ok(Some(event)) => event,
                Ok(None) => return failed.map_or(Ok(()), |failed: raise::Fetched| Err(failed.restore())),
                Err(code) => {
                    return Err(failed.map_or_else(|| self.error(code), |failed| failed.restore()));
                }
            };
            if failed.is_none()
                && let Err(raised) = self.tell(event)
            {
                failed = Some(raised.fetch());
            }
        }
    }

    fn parse(&self, data: &[u8], is_final: bool) -> Result<()> {
        if self.is_parsing.replace(true) {
            bail!(RuntimeError, "a parser cannot be given input by its own target");
        }
        let parsed = self.parse_pieces(data, is_final);
        self.is_parsing.set(false);
        parsed
    }

    fn parse_pieces(&self, data: &[u8], is_final: bool) -> Result<()> {
        for piece in data.chunks(LONGEST_PIECE) {
            self.machine()?.feed(piece);
            self.drain()?;
        }
        if !(is_final || data.is_empty() && self.machine()?.is_finished()) {
            return Ok(());
        }
        {
            let mut machine = self.machine()?;
            machine.feed(&[]);
            if is_final {
                machine.finish();
            }
        }
        self.drain()
    }

    fn parse_object(&self, data: &Object, is_final: bool) -> Result<()> {
        let too_long = |length: usize| match i32::try_from(length) {
            Ok(_) => Ok(()),
            Err(_) => Err(raise!(OverflowError, "size does not fit in an int")),
        };
        match data.downcast::<Str>() {
            Some(text) => {
                let bytes = text.as_utf8()?.as_bytes();
                too_long(bytes.len())?;
                self.machine()?.set_encoding_name(b"utf-8");
                self.parse(bytes, is_final)
            }
            None => {
                let buffer: Buffer = data.get_buffer(request::SIMPLE)?;
                too_long(buffer.bytes().len())?;
                self.parse(buffer.bytes(), is_final)
            }
        }
    }
}

#[class(name = "XMLParser", module = "xml.etree.ElementTree", flags = BASETYPE)]
impl XmlParser {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<XmlParser>> {
        let parser = XmlParser {
            base: Object::header(),
            machine: RefCell::new(None),
            target: Field::null(),
            builder: Field::null(),
            methods: [const { Field::null() }; Method::COUNT],
            entity: Field::null(),
            names: RefCell::default(),
            is_parsing: Cell::new(false),
        };
        Ref::new_in(class, parser)
    }

    #[slot(tp_init, "(*, target=None, encoding=None)")]
    fn init(&self, target: Option<&Object>, encoding: Option<&Object>) -> Result<()> {
        let encoding = match encoding.filter(|encoding| !encoding.is_none()) {
            None => None,
            Some(encoding) => match encoding.downcast::<Str>() {
                Some(name) => Some(name.as_utf8()?),
                None => {
                    let class = encoding.class().name();
                    bail!(TypeError, "XMLParser() argument 'encoding' must be str or None, not {class}");
                }
            },
        };
        if encoding.is_some_and(|name| name.contains('\0')) {
            bail!(ValueError, "embedded null character");
        }
        if self.is_parsing.get() {
            bail!(RuntimeError, "a parser cannot be initialized by its own target");
        }
        let target = match target.filter(|target| !target.is_none()) {
            Some(target) => target.to_ref(),
            None => TreeBuilder::standard().into_object(),
        };
        for (place, name) in self.methods.iter().zip(Method::NAMES) {
            place.set(target.get_attr_opt(&Str::intern(Str::new(name)))?);
        }
        self.builder.set(target.downcast_exact::<TreeBuilder>().map(TreeBuilder::to_ref));
        self.target.set(Some(target));
        self.entity.set(Some(Dict::new()));
        self.names.borrow_mut().clear();
        let options =
            xml::Options { encoding: encoding.map(|name| name.as_bytes().to_vec()), separator: Some('}') };
        *self.machine.borrow_mut() = Some(Parser::new(options));
        Ok(())
    }

    #[method("(data, /)")]
    fn feed(&self, data: &Object) -> Result<()> {
        self.parse_object(data, false)
    }

    #[method]
    fn close(&self) -> Result<Ref> {
        self.parse(&[], true)?;
        match (self.builder.get(), self.method(Method::Close)) {
            (Some(builder), _) => Ok(builder.result()),
            (None, Some(close)) => close.call0(),
            (None, None) => Ok(none()),
        }
    }

    #[method("(file, /)")]
    fn _parse_whole(&self, file: &Object) -> Result<Ref> {
        drop(self.machine()?);
        let read = file.get_attr(intern!("read"))?;
        let size = Int::new(FILE_PIECE);
        loop {
            let data = read.call1(&size)?;
            if let Some(text) = data.downcast_exact::<Str>() {
                if text.len() == 0 {
                    break;
                }
                self.parse(&text.to_wtf8(), false)?;
            } else if let Some(bytes) = data.downcast_exact::<Bytes>()
                && !bytes.as_bytes().is_empty()
            {
                self.parse(bytes.as_bytes(), false)?;
            } else {
                break;
            }
        }
        self.parse(&[], true)?;
        Ok(self.builder.get().map_or_else(none, |builder| builder.result()))
    }

    #[method("(events_queue, events_to_report=None, /)")]
    fn _setevents(&self, events_queue: &Object, events_to_report: Option<&Object>) -> Result<()> {
        drop(self.machine()?);
        let Some(builder) = self.builder.get() else {
            bail!(TypeError, "event handling only supported for ElementTree.TreeBuilder targets");
        };
        let append = events_queue.get_attr(intern!("append"))?;
        let mut names: [Option<Ref>; Reported::COUNT] = Default::default();
        let Some(events) = events_to_report.filter(|events| !events.is_none()) else {
            names[Reported::End as usize] = Some(Str::new("end").into_object());
            builder.report(append, names);
            return Ok(());
        };
        let events = match events.collect_vec() {
            Ok(events) => events,
            Err(raised) if raised.matches(&exceptions::TypeError) => {
                raised.clear();
                bail!(TypeError, "events must be a sequence");
            }
            Err(raised) => return Err(raised),
        };
        for event in events {
            let name = match (event.downcast::<Str>(), event.downcast::<Bytes>()) {
                (Some(name), _) => name.as_utf8()?.to_owned(),
                (None, Some(name)) => String::from_utf8_lossy(name.as_bytes()).into_owned(),
                (None, None) => bail!(ValueError, "invalid events sequence"),
            };
            match Reported::NAMES.iter().position(|known| *known == name) {
                Some(kind) => names[kind] = Some(event),
                None => bail!(ValueError, "unknown event '{name}'"),
            }
        }
        builder.report(append, names);
        Ok(())
    }

    #[member(OBJECT, readonly)]
    const entity: usize = offset_of!(XmlParser, entity);

    #[member(OBJECT, readonly)]
    const target: usize = offset_of!(XmlParser, target);

    #[getter]
    fn version(&self) -> Ref<Str> {
        crate::pyexpat::release()
    }
}
