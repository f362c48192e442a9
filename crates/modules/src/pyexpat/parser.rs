//! `xmlparser`: a parser whose events call handlers.

use std::cell::{Cell, RefCell, RefMut};
use std::mem::offset_of;

use objects::buffer::{Buffer, request};
use objects::prelude::*;
use vm::traceback::Traceback;
use xml::{Code, Event, Heeded, ParameterEntities, Parser};

use super::error;
use super::handlers::{HANDLERS, Handler};

/// Input goes to the machine in pieces no longer than this.
const LONGEST_PIECE: usize = 1 << 20;
/// How much `ParseFile` reads at once.
const FILE_PIECE: usize = 2048;
const BUFFER_SIZE: usize = 8192;

/// What the default handler is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultHandling {
    None,
    Plain,
    /// The one that leaves entities to be replaced.
    Expanding,
}

/// What became of text that came.
pub enum Gathered {
    All,
    /// Nothing: it is for the handler at once, or, if `flush`, what was gathered is first.
    None {
        flush: bool,
    },
}

/// A parser. The machine inside is never borrowed while Python code runs.
#[repr(C)]
#[derive(Trace)]
pub struct XmlParser {
    base: Object,
    pub intern: Field<Dict>,
    pub handlers: [Field; Handler::COUNT],
    #[trace(skip)]
    machine: RefCell<Parser>,
    /// The strings of names, by their numbers.
    #[trace(skip)]
    pub names: RefCell<Vec<Option<Ref>>>,
    #[trace(skip)]
    pub default: Cell<DefaultHandling>,
    /// Character data that was gathered; none where it is not.
    #[trace(skip)]
    gathered: RefCell<Option<Vec<u8>>>,
    /// How much of that is with the handler right now.
    #[trace(skip)]
    flushed: Cell<usize>,
    #[trace(skip)]
    buffer_size: Cell<usize>,
    #[trace(skip)]
    pub ordered_attributes: Cell<bool>,
    #[trace(skip)]
    pub specified_attributes: Cell<bool>,
    #[trace(skip)]
    namespace_prefixes: Cell<bool>,
    #[trace(skip)]
    in_handler: Cell<bool>,
    #[trace(skip)]
    is_parsing: Cell<bool>,
}

impl XmlParser {
    pub fn make(machine: Parser, intern: Option<Ref<Dict>>) -> Result<Ref<XmlParser>> {
        objects::type_object::ready(&XML_PARSER)?;
        let parser = XmlParser {
            base: Object::header(),
            intern: Field::new(intern),
            handlers: [const { Field::null() }; Handler::COUNT],
            machine: RefCell::new(machine),
            names: RefCell::default(),
            default: Cell::new(DefaultHandling::None),
            gathered: RefCell::new(None),
            flushed: Cell::new(0),
            buffer_size: Cell::new(BUFFER_SIZE),
            ordered_attributes: Cell::new(false),
            specified_attributes: Cell::new(false),
            namespace_prefixes: Cell::new(false),
            in_handler: Cell::new(false),
            is_parsing: Cell::new(false),
        };
        // There are no handlers yet.
        parser.machine.borrow_mut().heeded = Heeded::NOTHING;
        Ref::new_in(&XML_PARSER, parser)
    }

    /// The machine. It is free whenever Python code runs, except for what the collector runs in between.
    pub fn machine(&self) -> Result<RefMut<'_, Parser>> {
        self.machine.try_borrow_mut().map_err(|_| raise!(RuntimeError, "the parser is in use"))
    }

    fn position(&self) -> Result<(u64, u64)> {
        Ok(self.machine()?.line_column())
    }

    fn error(&self, code: Code) -> Raised {
        match self.position() {
            Ok(position) => error(code, position),
            Err(raised) => raised,
        }
    }

    /// Calls a handler. An exception of its ends the parsing.
    pub fn call(&self, kind: Handler, handler: &Object, arguments: &[Ref]) -> Result<Ref> {
        let before = self.in_handler.replace(true);
        let answer = handler.call(Ref::slice(arguments));
        self.in_handler.set(before);
        if answer.is_err() {
            Traceback::add(&*Str::new("pyexpat.c"), &*Str::new(kind.name()), 0);
        }
        answer
    }

    /// Keeps text for later, if it is to be gathered and there is room.
    pub fn gather(&self, data: &[u8]) -> Gathered {
        let mut gathered = self.gathered.borrow_mut();
        let Some(gathered) = &mut *gathered else { return Gathered::None { flush: false } };
        let size = self.buffer_size.get();
        if gathered.len() + data.len() <= size {
            gathered.extend_from_slice(data);
            return Gathered::All;
        }
        Gathered::None { flush: !gathered.is_empty() }
    }

    /// Hands out the text that was gathered.
    pub fn flush(&self) -> Result<()> {
        let data = match &mut *self.gathered.borrow_mut() {
            Some(gathered) if !gathered.is_empty() => {
                let data = Str::from_wtf8(gathered)?;
                self.flushed.set(gathered.len());
                gathered.clear();
                data
            }
            _ => return Ok(()),
        };
        let told = self.tell_character_data(data);
        self.flushed.set(0);
        told
    }

    /// Tells the machine what the bytes of an encoding mean.
    pub fn find_encoding(&self, name: &[u8]) -> Result<()> {
        let map = super::encoding_map(name)?;
        self.machine()?.set_encoding(&map);
        Ok(())
    }

    /// Takes all events of what was fed.
    fn drain(&self) -> Result<()> {
        loop {
            let next = self.machine()?.next();
            let event = match next {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(()),
                Err(code) => return Err(self.error(code)),
            };
            match self.tell(event) {
                Ok(true) => {}
                Ok(false) => {
                    let code = match event {
                        Event::NotStandalone => Code::NotStandalone,
                        _ => Code::ExternalEntityHandling,
                    };
                    let code = self.machine()?.fail(code);
                    return Err(self.error(code));
                }
                Err(raised) => {
                    let raised = raised.fetch();
                    self.machine()?.abort(event);
                    self.clear_handlers();
                    return Err(raised.restore());
                }
            }
        }
    }

    fn feed(&self, mut data: &[u8], is_final: bool) -> Result<()> {
        if self.is_parsing.replace(true) {
            bail!(RuntimeError, "a parser cannot be given input by its own handlers");
        }
        let fed = (|| {
            while data.len() > LONGEST_PIECE {
                let (piece, rest) = data.split_at(LONGEST_PIECE);
                self.machine()?.feed(piece);
                self.drain()?;
                data = rest;
            }
            if data.is_empty() && !is_final && !self.machine()?.is_finished() {
                return Ok(());
            }
            {
                let mut machine = self.machine()?;
                machine.feed(data);
                if is_final {
                    machine.finish();
                }
            }
            self.drain()
        })();
        self.is_parsing.set(false);
        fed?;
        self.flush()
    }
}

fn truth_of(value: Option<&Object>) -> Result<bool> {
    match value {
        Some(value) => value.is_true(),
        None => Err(raise!(RuntimeError, "Cannot delete attribute")),
    }
}

/// A parser that calls a handler for each event.
#[class(
    name = "xmlparser",
    module = "pyexpat",
    static_ = XML_PARSER,
    generic_getattro,
    generic_setattro,
    include = [HANDLERS]
)]
impl XmlParser {
    #[slot(tp_new)]
    fn refuse(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "cannot create '{}' instances", class.name()))
    }

    /// Parses a piece of a document.
    ///
    /// isfinal tells that nothing follows.
    #[method("(data, isfinal=False, /)")]
    fn Parse(&self, data: &Object, isfinal: Option<i32>) -> Result<i64> {
        let is_final = isfinal.is_some_and(|flag| flag != 0);
        match data.downcast::<Str>() {
            Some(text) => {
                let bytes = text.as_utf8()?.as_bytes();
                self.machine()?.set_encoding_name(b"utf-8");
                self.feed(bytes, is_final)?;
            }
            None => {
                let buffer: Buffer = data.get_buffer(request::SIMPLE)?;
                self.feed(buffer.bytes(), is_final)?;
            }
        }
        Ok(1)
    }

    /// Parses a whole document that a file's read() gives.
    #[method("(file, /)")]
    fn ParseFile(&self, file: &Object) -> Result<i64> {
        let Some(read) = file.get_attr_opt(intern!("read"))? else {
            bail!(TypeError, "argument must have 'read' attribute");
        };
        let size = Int::new(FILE_PIECE as i64);
        loop {
            let data = read.call1(&size)?;
            let bytes = if let Some(bytes) = data.downcast::<Bytes>() {
                bytes.as_bytes().to_vec()
            } else if let Some(array) = data.downcast::<objects::bytearray::ByteArray>() {
                array.to_vec()
            } else {
                let class = data.class().name();
                bail!(TypeError, "read() did not return a bytes object (type={class})");
            };
            if bytes.len() > FILE_PIECE {
                let length = bytes.len();
                bail!(
                    ValueError,
                    "read() returned too much data: {FILE_PIECE} bytes requested, {length} returned"
                );
            }
            self.feed(&bytes, bytes.is_empty())?;
            if bytes.is_empty() {
                return Ok(1);
            }
        }
    }

    /// Sets the URL that system identifiers are relative to.
    #[method("(base, /)")]
    fn SetBase(&self, base: &str) -> Result<()> {
        if base.contains('\0') {
            bail!(ValueError, "embedded null character");
        }
        self.machine()?.set_base(base.as_bytes());
        Ok(())
    }

    /// The URL that SetBase() has set, or None.
    #[method]
    fn GetBase(&self) -> Result<Option<Ref<Str>>> {
        self.machine()?.base().map(Str::from_wtf8).transpose()
    }

    /// The input from the current event on, undecoded, as far as the parser has it.
    ///
    /// None outside of handlers.
    #[method]
    fn GetInputContext(&self) -> Result<Option<Ref<Bytes>>> {
        match self.in_handler.get() {
            true => self.machine()?.context().map(Bytes::try_new).transpose(),
            false => Ok(None),
        }
    }

    /// Makes a parser for the external entity that ExternalEntityRefHandler was told of with this context.
    #[method("(context, encoding=<unrepresentable>, /)")]
    fn ExternalEntityParserCreate(&self, context: &Object, encoding: Option<&str>) -> Result<Ref<XmlParser>> {
        let context = match context.downcast::<Str>() {
            Some(context) => Some(context.as_utf8()?.as_bytes()),
            None if context.is_none() => None,
            None => {
                let class = context.class().name();
                bail!(TypeError, "ExternalEntityParserCreate() argument 1 must be str or None, not {class}");
            }
        };
        let machine = self.machine()?.external(context, encoding.map(|name| name.as_bytes().to_vec()));
        let heeded = machine.heeded;
        let parser = XmlParser::make(machine, self.intern.get())?;
        parser.machine()?.heeded = heeded;
        parser.buffer_size.set(self.buffer_size.get());
        if self.gathered.borrow().is_some() {
            *parser.gathered.borrow_mut() = Some(Vec::new());
        }
        parser.ordered_attributes.set(self.ordered_attributes.get());
        parser.specified_attributes.set(self.specified_attributes.get());
        parser.namespace_prefixes.set(self.namespace_prefixes.get());
        parser.default.set(self.default.get());
        for (own, given) in parser.handlers.iter().zip(&self.handlers) {
            own.set(given.get());
        }
        Ok(parser)
    }

    /// Says whether external parameter entities are read, the external subset of the DTD among them.
    ///
    /// The flag is one of the XML_PARAM_ENTITY_PARSING_ constants. The answer
    /// is true if it could still be set.
    #[method("(flag, /)")]
    fn SetParamEntityParsing(&self, flag: i32) -> Result<i64> {
        let which = match flag {
            0 => ParameterEntities::Never,
            1 => ParameterEntities::UnlessStandalone,
            _ => ParameterEntities::Always,
        };
        Ok(self.machine()?.set_parameter_entities(which).into())
    }

    /// Has ExternalEntityRefHandler asked for an external subset where a document names none.
    ///
    /// So a program can give documents declarations of its own.
    #[method("(flag=True, /)")]
    fn UseForeignDTD(&self, flag: Option<bool>) -> Result<()> {
        let set = self.machine()?.use_foreign_dtd(flag.unwrap_or(true));
        set.map_err(|code| self.error(code))
    }

    #[member(OBJECT, readonly)]
    const intern: usize = offset_of!(XmlParser, intern);

    #[getter]
    fn ErrorCode(&self) -> Result<i64> {
        Ok(self.machine()?.error().map_or(0, |code| code as i64))
    }

    #[getter]
    fn ErrorLineNumber(&self) -> Result<u64> {
        Ok(self.position()?.0 + 1)
    }

    #[getter]
    fn ErrorColumnNumber(&self) -> Result<u64> {
        Ok(self.position()?.1)
    }

    #[getter]
    fn ErrorByteIndex(&self) -> Result<i64> {
        Ok(self.machine()?.byte_index().map_or(-1, |index| index as i64))
    }

    #[getter]
    fn CurrentLineNumber(&self) -> Result<u64> {
        Ok(self.position()?.0 + 1)
    }

    #[getter]
    fn CurrentColumnNumber(&self) -> Result<u64> {
        Ok(self.position()?.1)
    }

    #[getter]
    fn CurrentByteIndex(&self) -> Result<i64> {
        Ok(self.machine()?.byte_index().map_or(-1, |index| index as i64))
    }

    #[getter]
    fn buffer_size(&self) -> i64 {
        self.buffer_size.get() as i64
    }

    #[setter]
    fn set_buffer_size(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            bail!(RuntimeError, "Cannot delete attribute");
        };
        let Some(value) = value.downcast::<Int>() else {
            bail!(TypeError, "buffer_size must be an integer");
        };
        let Some(size) = value.to_i64() else {
            bail!(OverflowError, "Python int too large to convert to C long");
        };
        if size <= 0 {
            bail!(ValueError, "buffer_size must be greater than zero");
        }
        if size > i64::from(i32::MAX) {
            bail!(ValueError, "buffer_size must not be greater than {}", i32::MAX);
        }
        if size as usize != self.buffer_size.get() {
            self.flush()?;
            self.buffer_size.set(size as usize);
        }
        Ok(())
    }

    #[getter]
    fn buffer_text(&self) -> bool {
        self.gathered.borrow().is_some()
    }

    #[setter]
    fn set_buffer_text(&self, value: Option<&Object>) -> Result<()> {
        let flag = truth_of(value)?;
        if flag != self.buffer_text() {
            self.flush()?;
            *self.gathered.borrow_mut() = flag.then(Vec::new);
        }
        Ok(())
    }

    #[getter]
    fn buffer_used(&self) -> usize {
        self.gathered.borrow().as_ref().map_or(0, Vec::len).max(self.flushed.get())
    }

    #[getter]
    fn namespace_prefixes(&self) -> bool {
        self.namespace_prefixes.get()
    }

    #[setter]
    fn set_namespace_prefixes(&self, value: Option<&Object>) -> Result<()> {
        let flag = truth_of(value)?;
        self.namespace_prefixes.set(flag);
        self.machine()?.set_namespace_prefixes(flag);
        Ok(())
    }

    #[getter]
    fn ordered_attributes(&self) -> bool {
        self.ordered_attributes.get()
    }

    #[setter]
    fn set_ordered_attributes(&self, value: Option<&Object>) -> Result<()> {
        self.ordered_attributes.set(truth_of(value)?);
        Ok(())
    }

    #[getter]
    fn specified_attributes(&self) -> bool {
        self.specified_attributes.get()
    }

    #[setter]
    fn set_specified_attributes(&self, value: Option<&Object>) -> Result<()> {
        self.specified_attributes.set(truth_of(value)?);
        Ok(())
    }
}
