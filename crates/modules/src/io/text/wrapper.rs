//! `TextIOWrapper`.

use std::cell::{Cell, RefCell};
use std::mem::offset_of;

use objects::prelude::*;
use objects::str::StrBuilder;

use super::cookie::Cookie;
use super::decoder::Decoder;
use super::encoder::Encoder;
use super::enter_repr;
use super::newlines::Newlines;
use super::position::{self, Snapshot};
use crate::io::base::{self, Size, TEXT_IO_BASE, TextIoBase};
use crate::io::buffered::random::BufferedRandom;
use crate::io::buffered::reader::BufferedReader;
use crate::io::string::line_end;
use crate::io::unsupported;
use system::calls;

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Uninitialized,
    Ready,
    Detached,
}

impl objects::memory::Trace for Phase {}

/// Which line ends a stream knows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LineEnds {
    /// Whether all three are line ends in what is read.
    pub universal: bool,
    /// Whether they are made line feeds in what is read, and a line feed made `written` in what is written.
    pub translate: bool,
    /// The line end in what is read, where it is one alone.
    pub read: Option<&'static str>,
    pub written: Option<&'static str>,
}

impl LineEnds {
    /// What the argument `newline` says. `ValueError`.
    pub fn new(newline: Option<&str>) -> Result<LineEnds> {
        Ok(match newline {
            None => LineEnds { universal: true, translate: true, read: None, written: None },
            Some("") => LineEnds { universal: true, ..LineEnds::default() },
            Some("\n") => LineEnds { read: Some("\n"), ..LineEnds::default() },
            Some("\r") => LineEnds { read: Some("\r"), written: Some("\r"), ..LineEnds::default() },
            Some("\r\n") => LineEnds { read: Some("\r\n"), written: Some("\r\n"), ..LineEnds::default() },
            Some(other) => bail!(ValueError, "illegal newline value: {other}"),
        })
    }

    fn newlines(&self) -> Option<Newlines> {
        self.universal.then(|| Newlines::new(self.translate))
    }
}

/// Characters decoded and not read yet.
#[derive(Default)]
struct Decoded {
    text: Option<Ref<Str>>,
    /// How many of them are read.
    used: usize,
}

/// A text stream over a buffered stream of bytes.
#[repr(C)]
#[derive(Trace)]
pub struct TextIoWrapper {
    base: TextIoBase,
    buffer: Field,
    encoding: Field,
    errors: Field<Str>,
    codec: Field,
    line_buffering: Cell<u8>,
    write_through: Cell<u8>,
    finalizing: Cell<u8>,
    phase: Cell<Phase>,
    has_read1: Cell<bool>,
    seekable: Cell<bool>,
    /// Whether `tell` can be asked: not within an iteration.
    telling: Cell<bool>,
    chunk_size: Cell<isize>,
    ratio: Cell<f64>,
    #[trace(skip)]
    ends: RefCell<LineEnds>,
    #[trace(skip)]
    decoder: RefCell<Option<std::rc::Rc<Decoder>>>,
    #[trace(skip)]
    encoder: RefCell<Option<std::rc::Rc<Encoder>>>,
    #[trace(skip)]
    decoded: RefCell<Decoded>,
    #[trace(skip)]
    pending: RefCell<Vec<u8>>,
    #[trace(skip)]
    snapshot: RefCell<Option<Snapshot>>,
}

const CHUNK_SIZE: isize = 8192;

impl TextIoWrapper {
    fn empty() -> TextIoWrapper {
        TextIoWrapper {
            base: TextIoBase::new(),
            buffer: Field::null(),
            encoding: Field::null(),
            errors: Field::null(),
            codec: Field::null(),
            line_buffering: Cell::new(0),
            write_through: Cell::new(0),
            finalizing: Cell::new(0),
            phase: Cell::new(Phase::Uninitialized),
            has_read1: Cell::new(false),
            seekable: Cell::new(false),
            telling: Cell::new(false),
            chunk_size: Cell::new(CHUNK_SIZE),
            ratio: Cell::new(0.0),
            ends: RefCell::default(),
            decoder: RefCell::default(),
            encoder: RefCell::default(),
            decoded: RefCell::default(),
            pending: RefCell::default(),
            snapshot: RefCell::default(),
        }
    }

    /// The stream of bytes. `ValueError` where there is none.
    fn buffer(&self) -> Result<Ref> {
        match (self.phase.get(), self.buffer.get()) {
            (Phase::Ready, Some(buffer)) => Ok(buffer),
            (Phase::Detached, _) => Err(raise!(ValueError, "underlying buffer has been detached")),
            _ => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }

    /// `ValueError` where the stream was never set up. One that was detached still tells what it was.
    fn check_initialized(&self) -> Result<()> {
        match self.phase.get() {
            Phase::Detached => Ok(()),
            _ => self.buffer().map(drop),
        }
    }

    /// The stream of bytes, open.
    fn open_buffer(&self) -> Result<Ref> {
        let buffer = self.buffer()?;
        let closed = match reader_core(&buffer) {
            Some(core) => core.is_closed()?,
            None => base::is_closed(&buffer)?,
        };
        match closed {
            true => Err(base::closed_error()),
            false => Ok(buffer),
        }
    }

    fn decoder(&self) -> Result<std::rc::Rc<Decoder>> {
        self.decoder.borrow().clone().ok_or_else(|| unsupported("not readable"))
    }

    /// Forgets what was decoded.
    fn forget_decoded(&self) {
        let old = self.decoded.take();
        drop(old);
    }

    fn take_decoded(&self, count: Option<usize>) -> Result<Ref<Str>> {
        let mut decoded = self.decoded.borrow_mut();
        let Some(text) = decoded.text.clone() else { return Ok(Str::empty()) };
        let available = text.len() - decoded.used;
        let count = count.unwrap_or(available).min(available);
        let start = decoded.used;
        decoded.used += count;
        drop(decoded);
        text.substring(start, start + count)
    }

    /// Reads and decodes another chunk; false at the stream's end.
    fn read_chunk(&self, hint: usize) -> Result<bool> {
        let decoder = self.decoder()?;
        let before = match self.telling.get() {
            true => Some(decoder.state()?),
            false => None,
        };
        let hint = if hint > 0 { (self.ratio.get().max(1.0) * hint as f64) as isize } else { 0 };
        let size = self.chunk_size.get().max(hint);
        let input = self.read_bytes(size)?;
        let at_end = input.is_empty();
        let text = decoder.decode(&input, at_end)?;
        let count = text.len();
        self.ratio.set(if count > 0 { input.len() as f64 / count as f64 } else { 0.0 });
        let has_text = count > 0;
        let old = self.decoded.replace(Decoded { text: Some(text), used: 0 });
        drop(old);
        if let Some((buffer, flags)) = before {
            let mut all = buffer.downcast::<Bytes>().map_or_else(Vec::new, |bytes| bytes.as_bytes().to_vec());
            all.extend_from_slice(&input);
            self.snapshot.replace(Some(Snapshot { flags, input: all }));
        }
        Ok(!at_end || has_text)
    }

    fn read_bytes(&self, size: isize) -> Result<Vec<u8>> {
        let buffer = self.buffer()?;
        if let Some(core) = reader_core(&buffer) {
            core.check_open("read of")?;
            let _held = core.lock(&buffer)?;
            return core.read_some(size as usize);
        }
        let name = if self.has_read1.get() { intern!("read1") } else { intern!("read") };
        let input = buffer.call_method(name, &[&*Int::from_isize(size)])?;
        match objects::buffer::BytesLike::of(&input) {
            Ok(bytes) => Ok(bytes.bytes().to_vec()),
            Err(raised) => {
                raised.clear();
                let got = input.class().name();
                Err(raise!(
                    TypeError,
                    "underlying {name}() should have returned a bytes-like object, not '{got}'"
                ))
            }
        }
    }

    /// Gives what is pending to the stream of bytes.
    fn write_pending(&self) -> Result<()> {
        let pending = self.pending.take();
        if pending.is_empty() {
            return Ok(());
        }
        let bytes = Bytes::try_new(&pending)?;
        let buffer = self.buffer()?;
        loop {
            match buffer.call_method(intern!("write"), &[&bytes]) {
                Ok(_) => return Ok(()),
                Err(raised) if raised.matches(&exceptions::InterruptedError) => {
                    raised.clear();
                    (objects::services::get().check_signals)()?;
                }
                Err(raised) => return Err(raised),
            }
        }
    }

    /// The next line, no longer than a limit.
    fn next_line(&self, limit: Option<usize>) -> Result<Ref<Str>> {
        self.open_buffer()?;
        self.write_pending()?;
        let ends = self.ends.borrow().clone();
        if let Some(line) = self.decoded_line(&ends, limit)? {
            return Ok(line);
        }
        let mut line = StrBuilder::new();
        let rest = self.take_decoded(None)?;
        line.push_string(&rest);
        loop {
            let has_more = self.read_chunk(0)?;
            if has_more && self.decoded.borrow().text.as_ref().is_none_or(|text| text.is_empty()) {
                continue;
            }
            if !has_more {
                self.forget_decoded();
                self.snapshot.replace(None);
                return line.finish();
            }
            let before = line.len();
            let chunk = self.decoded.borrow().text.clone().unwrap_or_else(Str::empty);
            // A line end of two characters may lie across chunks.
            let tail = if before > 0 && ends.read.is_some_and(|end| end.len() > 1) { 1 } else { 0 };
            let joined = match tail {
                0 => chunk.clone(),
                _ => Str::from_points(line.points().range(before - tail, before))?.concat(&chunk)?,
            };
            let end = line_end(joined.points(), 0, &ends).map(|end| end - tail);
            let room = limit.map(|limit| limit - before);
            let count = match (end, room) {
                (Some(end), Some(room)) => Some(end.min(room)),
                (Some(end), None) => Some(end),
                (None, Some(room)) if room <= chunk.len() => Some(room),
                (None, _) => None,
            };
            let part = self.take_decoded(count)?;
            line.push_string(&part);
            if count.is_some() {
                return line.finish();
            }
        }
    }

    /// A line that is decoded as a whole, or as much of it as is wanted.
    fn decoded_line(&self, ends: &LineEnds, limit: Option<usize>) -> Result<Option<Ref<Str>>> {
        let (text, used) = {
            let decoded = self.decoded.borrow();
            let Some(text) = decoded.text.clone() else { return Ok(None) };
            (text, decoded.used)
        };
        let available = text.len() - used;
        let end = line_end(text.points(), used, ends).map(|end| end - used);
        let count = match (end, limit) {
            (Some(end), Some(limit)) => end.min(limit),
            (Some(end), None) => end,
            (None, Some(limit)) if limit <= available => limit,
            (None, _) => return Ok(None),
        };
        self.take_decoded(Some(count)).map(Some)
    }

    fn set_codec(&self, codec: &Object, errors: &Str) -> Result<()> {
        let buffer = self.buffer.get().unwrap_or_else(none);
        let ends = self.ends.borrow().clone();
        let decoder = match buffer.call_method(intern!("readable"), &[])?.is_true()? {
            true => Some(std::rc::Rc::new(Decoder::new(codec, errors, ends.newlines())?)),
            false => None,
        };
        self.decoder.replace(decoder);
        let encoder = match buffer.call_method(intern!("writable"), &[])?.is_true()? {
            true => Some(std::rc::Rc::new(Encoder::new(codec, errors)?)),
            false => None,
        };
        self.encoder.replace(encoder);
        self.codec.set(Some(codec.to_ref()));
        Ok(())
    }

    /// Where output goes on in the middle of a stream, no byte order mark is written.
    fn settle_start(&self) -> Result<()> {
        let Some(encoder) = self.encoder.borrow().clone() else { return Ok(()) };
        if !self.seekable.get() {
            return Ok(());
        }
        let position = self.buffer()?.call_method(intern!("tell"), &[])?;
        match position.equals(&Int::new(0))? {
            true => Ok(()),
            false => encoder.reset(false),
        }
    }

    fn reset_encoder(&self, at_start: bool) -> Result<()> {
        let encoder = self.encoder.borrow().clone();
        encoder.map_or(Ok(()), |encoder| encoder.reset(at_start))
    }

    fn flush_method(&self) -> Result<()> {
        self.call_method(intern!("flush"), &[]).map(drop)
    }

    fn seek_end(&self, whence: i32) -> Result<Ref> {
        self.flush_method()?;
        self.forget_decoded();
        self.snapshot.replace(None);
        let decoder = self.decoder.borrow().clone();
        if let Some(decoder) = decoder {
            decoder.reset()?;
        }
        let position =
            self.buffer()?.call_method(intern!("seek"), &[&*Int::new(0), &*Int::new(whence.into())])?;
        self.reset_encoder(position.equals(&Int::new(0))?)?;
        Ok(position)
    }

    fn seek_cookie(&self, number: &Int) -> Result<Ref> {
        self.flush_method()?;
        let cookie = Cookie::from_int(number)?;
        let buffer = self.buffer()?;
        buffer.call_method(intern!("seek"), &[&*Int::from_u64(cookie.position)])?;
        self.forget_decoded();
        self.snapshot.replace(None);
        let decoder = self.decoder.borrow().clone();
        if let Some(decoder) = decoder {
            match cookie.position == 0 && cookie.flags == 0 {
                true => decoder.reset()?,
                false => decoder.set_state(&(Bytes::new(b"").into_object(), cookie.flags))?,
            }
            let mut snapshot = Snapshot { flags: cookie.flags, input: Vec::new() };
            if cookie.chars_to_skip > 0 {
                let input = buffer.call_method(intern!("read"), &[&*Int::from_u64(cookie.bytes_to_feed)])?;
                let Some(bytes) = input.downcast::<Bytes>() else {
                    let got = input.class().name();
                    bail!(TypeError, "underlying read() should have returned a bytes object, not '{got}'");
                };
                snapshot.input = bytes.as_bytes().to_vec();
                let text = decoder.decode(bytes.as_bytes(), cookie.at_end)?;
                let used = cookie.chars_to_skip as usize;
                if text.len() < used {
                    bail!(OSError, "can't restore logical file position");
                }
                self.decoded.replace(Decoded { text: Some(text), used });
            }
            self.snapshot.replace(Some(snapshot));
        }
        self.reset_encoder(cookie == Cookie::default())?;
        Ok(number.to_ref().into_object())
    }
}

/// The buffer of a stream that is just a reader: called without the detour over Python.
fn reader_core(buffer: &Object) -> Option<&crate::io::buffered::Core> {
    if let Some(reader) = buffer.downcast_exact::<BufferedReader>() {
        return Some(&reader.core);
    }
    buffer.downcast_exact::<BufferedRandom>().map(|random| &random.core)
}

/// The codec of an encoding, which has to be one of text.
fn text_codec(encoding: &Str) -> Result<Ref<Tuple>> {
    objects::codecs::text_codec(encoding.as_utf8()?, "codecs.open()")
}

/// The encoding where none is given: the terminal's, or the locale's.
fn default_encoding(buffer: &Object) -> Result<Ref<Str>> {
    if let Some(encoding) = terminal_encoding(buffer)? {
        return Ok(encoding);
    }
    let locale = match objects::services::import("_bootlocale") {
        Ok(locale) => locale,
        // While the interpreter begins or ends there may be nothing to import with.
        Err(raised) if raised.matches(&exceptions::ImportError) => {
            raised.clear();
            return Ok(Str::new("ascii"));
        }
        Err(raised) => return Err(raised),
    };
    let encoding =
        locale.call_method(intern!("getpreferredencoding"), &[&objects::bool::bool_object(false)])?;
    encoding.into_type::<Str>().map_err(|_| raise!(OSError, "could not determine default encoding"))
}

fn terminal_encoding(buffer: &Object) -> Result<Option<Ref<Str>>> {
    let number = match buffer.call_method(intern!("fileno"), &[]) {
        Ok(number) => number,
        Err(raised) if raised.matches(&exceptions::AttributeError) || is_unsupported(&raised) => {
            raised.clear();
            return Ok(None);
        }
        Err(raised) => return Err(raised),
    };
    let Ok(number) = i32::try_from(number.as_isize()?) else {
        bail!(OverflowError, "Python int too large to convert to C int");
    };
    Ok((calls::isatty(number) != 0).then(|| Str::new("UTF-8")))
}

/// Character and line based layer over a BufferedIOBase object, buffer.
///
/// encoding gives the name of the encoding that the stream will be
/// decoded or encoded with. It defaults to locale.getpreferredencoding(False).
///
/// errors determines the strictness of encoding and decoding (see
/// help(codecs.Codec) or the documentation for codecs.register) and
/// defaults to "strict".
///
/// newline controls how line endings are handled. It can be None, '',
/// '\n', '\r', and '\r\n'.  On input, None makes all three of them line feeds, '' knows all three and
/// leaves them, and any other is the only line end. On output, line feeds become the system's line
/// end with None, stay with '' and '\n', and else become the string given.
///
/// If line_buffering is True, a call to flush is implied when a call to
/// write contains a newline character.
#[class(
    name = "TextIOWrapper", module = "_io", static_ = TEXT_IO_WRAPPER, base = TEXT_IO_BASE,
    layout = TextIoBase, flags = BASETYPE,
    signature = "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
)]
impl TextIoWrapper {
    #[slot(tp_new)]
    fn new_wrapper(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<TextIoWrapper>> {
        Ref::new_in(class, TextIoWrapper::empty())
    }

    #[slot(
        tp_init,
        "(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)"
    )]
    fn init(
        &self,
        buffer: &Object,
        encoding: Option<NoneOr<&str>>,
        errors: Option<&Object>,
        newline: Option<NoneOr<&str>>,
        line_buffering: Option<i32>,
        write_through: Option<i32>,
    ) -> Result<()> {
        self.phase.set(Phase::Uninitialized);
        let errors = match errors.filter(|errors| !errors.is_none()) {
            None => Str::new("strict"),
            Some(errors) => match errors.downcast::<Str>() {
                Some(errors) => errors.to_ref(),
                None => {
                    let got = objects::arguments::described(errors);
                    bail!(TypeError, "TextIOWrapper() argument 'errors' must be str or None, not {got}")
                }
            },
        };
        objects::codecs::check_given(None, errors.as_str())?;
        let ends = LineEnds::new(newline.and_then(|newline| newline.0))?;
        self.forget_decoded();
        self.snapshot.replace(None);
        self.pending.take();
        let encoding = match encoding.and_then(|encoding| encoding.0) {
            Some(encoding) => Str::new(encoding),
            None => default_encoding(buffer)?,
        };
        let codec = text_codec(&encoding)?;
        self.ends.replace(ends);
        self.encoding.set(Some(encoding.into_object()));
        self.errors.set(Some(errors.clone()));
        self.chunk_size.set(CHUNK_SIZE);
        self.ratio.set(0.0);
        self.line_buffering.set((line_buffering.unwrap_or(0) != 0).into());
        self.write_through.set((write_through.unwrap_or(0) != 0).into());
        self.buffer.set(Some(buffer.to_ref()));
        self.set_codec(&codec, &errors)?;
        let seekable = buffer.call_method(intern!("seekable"), &[])?.is_true()?;
        self.seekable.set(seekable);
        self.telling.set(seekable);
        self.has_read1.set(buffer.get_attr_opt(intern!("read1"))?.is_some());
        self.phase.set(Phase::Ready);
        self.settle_start()
    }

    #[slot(tp_repr)]
    fn repr_slot(&self) -> Result<Ref<Str>> {
        self.check_initialized()?;
        let _guard = enter_repr(self)?;
        let mut text = format!("<{}", self.as_object().class().name());
        for attribute in [intern!("name"), intern!("mode")] {
            match self.get_attr_opt(attribute) {
                Ok(Some(value)) => text.push_str(&format!(" {attribute}={}", value.repr()?)),
                Ok(None) => {}
                Err(raised) if raised.matches(&exceptions::ValueError) => raised.clear(),
                Err(raised) => return Err(raised),
            }
        }
        let encoding = self.encoding.get().unwrap_or_else(none);
        objects::format_str!("{text} encoding={}>", encoding.repr()?)
    }

    #[slot(tp_iternext)]
    fn iterate(&self) -> Result<Option<Ref>> {
        self.buffer()?;
        self.telling.set(false);
        let line = match std::ptr::eq(self.as_object().class(), &TEXT_IO_WRAPPER) {
            true => self.next_line(None)?.into_object(),
            false => {
                let line = self.call_method(intern!("readline"), &[])?;
                if line.downcast::<Str>().is_none() {
                    let got = line.class().name();
                    bail!(OSError, "readline() should have returned a str object, not '{got}'");
                }
                line
            }
        };
        if line.length()? > 0 {
            return Ok(Some(line));
        }
        self.snapshot.replace(None);
        self.telling.set(self.seekable.get());
        Ok(None)
    }

    #[method("()")]
    fn detach(&self) -> Result<Ref> {
        self.buffer()?;
        self.flush_method()?;
        let buffer = self.buffer()?;
        self.buffer.set(None);
        self.phase.set(Phase::Detached);
        Ok(buffer)
    }

    /// Change some of the settings that the stream was made with; those left out stay.
    ///
    /// What still waits to be written is flushed in between.
    #[method("(*, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)")]
    fn reconfigure(
        &self,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        newline: Option<&Object>,
        line_buffering: Option<&Object>,
        write_through: Option<&Object>,
    ) -> Result<()> {
        let given = |value: Option<&'_ Object>| value.filter(|value| !value.is_none()).map(Object::to_ref);
        let has_started = self.decoded.borrow().text.is_some() || self.snapshot.borrow().is_some();
        if has_started && (given(encoding).is_some() || given(errors).is_some() || newline.is_some()) {
            return Err(unsupported(
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        let ends = match newline {
            None => None,
            Some(value) if value.is_none() => Some(LineEnds::new(None)?),
            Some(value) => match value.downcast::<Str>() {
                Some(value) => Some(LineEnds::new(Some(value.as_utf8()?))?),
                None => {
                    let got = value.class().name();
                    bail!(TypeError, "reconfigure() argument 'newline' must be str or None, not {got}")
                }
            },
        };
        let flag = |value: Option<&Object>, old: u8| match given(value) {
            Some(value) => value.is_true().map(u8::from),
            None => Ok(old),
        };
        let line_buffering = flag(line_buffering, self.line_buffering.get())?;
        let write_through = flag(write_through, self.write_through.get())?;
        self.flush_method()?;
        self.ratio.set(0.0);
        let renews = ends.is_some();
        if let Some(ends) = ends {
            self.ends.replace(ends);
        }
        self.change_codec(given(encoding), given(errors), renews)?;
        self.line_buffering.set(line_buffering);
        self.write_through.set(write_through);
        Ok(())
    }

    #[method("(text, /)")]
    fn write(&self, text: &Str) -> Result<usize> {
        self.open_buffer()?;
        let Some(encoder) = self.encoder.borrow().clone() else { return Err(unsupported("not writable")) };
        let length = text.len();
        let written = self.ends.borrow().written;
        let by_line = self.line_buffering.get() != 0;
        let newline = Str::from_point('\n'.into())?;
        let has_newline = (written.is_some() || by_line) && text.find(&newline, 0, length).is_some();
        let translated = match written {
            Some(end) if has_newline => Some(text.replace(&newline, &Str::new(end), -1)?),
            _ => None,
        };
        let needs_flush =
            by_line && (has_newline || text.find(&*Str::from_point('\r'.into())?, 0, length).is_some());
        let mut encoded = Vec::new();
        encoder.encode(translated.as_deref().unwrap_or(text), &mut encoded)?;
        let chunk = self.chunk_size.get() as usize;
        if self.pending.borrow().len() + encoded.len() > chunk && !self.pending.borrow().is_empty() {
            self.write_pending()?;
        }
        self.pending.borrow_mut().extend_from_slice(&encoded);
        if self.pending.borrow().len() >= chunk || needs_flush || self.write_through.get() != 0 {
            self.write_pending()?;
        }
        if needs_flush {
            self.buffer()?.call_method(intern!("flush"), &[])?;
        }
        self.forget_decoded();
        self.snapshot.replace(None);
        let decoder = self.decoder.borrow().clone();
        if let Some(decoder) = decoder {
            decoder.reset()?;
        }
        Ok(length)
    }

    #[method("(size=-1, /)")]
    fn read(&self, size: Option<Size>) -> Result<Ref<Str>> {
        let buffer = self.open_buffer()?;
        let decoder = self.decoder()?;
        self.write_pending()?;
        let Ok(wanted) = usize::try_from(size.map_or(-1, |size| size.0)) else {
            let bytes = buffer.call_method(intern!("read"), &[])?;
            let Some(bytes) = bytes.downcast::<Bytes>() else {
                let got = bytes.class().name();
                bail!(TypeError, "underlying read() should have returned a bytes object, not '{got}'");
            };
            let rest = decoder.decode(bytes.as_bytes(), true)?;
            let start = self.take_decoded(None)?;
            self.forget_decoded();
            self.snapshot.replace(None);
            return start.concat(&rest);
        };
        let first = self.take_decoded(Some(wanted))?;
        if first.len() == wanted {
            return Ok(first);
        }
        let mut text = StrBuilder::new();
        text.push_string(&first);
        while text.len() < wanted {
            if !self.read_chunk(wanted - text.len())? {
                break;
            }
            let part = self.take_decoded(Some(wanted - text.len()))?;
            text.push_string(&part);
        }
        text.finish()
    }

    #[method("(size=-1, /)")]
    fn readline(&self, size: isize) -> Result<Ref<Str>> {
        self.buffer()?;
        self.next_line(usize::try_from(size).ok())
    }

    #[method("()")]
    fn flush(&self) -> Result<Ref> {
        let buffer = self.open_buffer()?;
        self.telling.set(self.seekable.get());
        self.write_pending()?;
        buffer.call_method(intern!("flush"), &[])
    }

    #[method("()")]
    fn close(&self) -> Result<Ref> {
        let buffer = self.buffer()?;
        if base::is_closed(&buffer)? {
            return Ok(none());
        }
        if self.finalizing.get() != 0
            && let Err(raised) = buffer.call_method(intern!("_dealloc_warn"), &[self])
        {
            raised.clear();
        }
        let flushed = self.flush_method();
        base::both(flushed, || buffer.call_method(intern!("close"), &[]))
    }

    #[method("()")]
    fn fileno(&self) -> Result<Ref> {
        self.buffer()?.call_method(intern!("fileno"), &[])
    }

    #[method(name = "seekable", "()")]
    fn seekable_method(&self) -> Result<Ref> {
        self.buffer()?.call_method(intern!("seekable"), &[])
    }

    #[method("()")]
    fn readable(&self) -> Result<Ref> {
        self.buffer()?.call_method(intern!("readable"), &[])
    }

    #[method("()")]
    fn writable(&self) -> Result<Ref> {
        self.buffer()?.call_method(intern!("writable"), &[])
    }

    #[method("()")]
    fn isatty(&self) -> Result<Ref> {
        self.buffer()?.call_method(intern!("isatty"), &[])
    }

    #[method("(cookie, whence=0, /)")]
    fn seek(&self, cookie: &Object, whence: i32) -> Result<Ref> {
        self.open_buffer()?;
        if !self.seekable.get() {
            return Err(unsupported("underlying stream is not seekable"));
        }
        let zero = Int::new(0);
        let cookie = match whence {
            0 => cookie.to_ref(),
            1 => {
                if !cookie.equals(&zero)? {
                    return Err(unsupported("can't do nonzero cur-relative seeks"));
                }
                self.call_method(intern!("tell"), &[])?
            }
            2 => {
                if !cookie.equals(&zero)? {
                    return Err(unsupported("can't do nonzero end-relative seeks"));
                }
                return self.seek_end(whence);
            }
            _ => bail!(ValueError, "invalid whence ({whence}, should be 0, 1 or 2)"),
        };
        if cookie.compare_bool(&zero, CompareOp::Lt)? {
            bail!(ValueError, "negative seek position {}", cookie.repr()?);
        }
        self.seek_cookie(&*cookie.index()?)
    }

    #[method("()")]
    fn tell(&self) -> Result<Ref> {
        let buffer = self.open_buffer()?;
        if !self.seekable.get() {
            return Err(unsupported("underlying stream is not seekable"));
        }
        if !self.telling.get() {
            bail!(OSError, "telling position disabled by next() call");
        }
        self.write_pending()?;
        self.flush_method()?;
        let position = buffer.call_method(intern!("tell"), &[])?;
        let (decoder, snapshot) = (self.decoder.borrow().clone(), self.snapshot.borrow().clone());
        let (Some(decoder), Some(snapshot)) = (decoder, snapshot) else { return Ok(position) };
        let position = position.as_isize()? as u64 - snapshot.input.len() as u64;
        let used = self.decoded.borrow().used;
        let cookie = position::locate(&decoder, &snapshot, position, used, self.ratio.get())?;
        cookie.to_int().map(Ref::into_object)
    }

    #[method("(pos=None, /)")]
    fn truncate(&self, pos: Option<&Object>) -> Result<Ref> {
        let buffer = self.buffer()?;
        self.flush_method()?;
        buffer.call_method(intern!("truncate"), &[pos.unwrap_or(none_object())])
    }

    #[member(OBJECT, readonly)]
    const encoding: usize = offset_of!(TextIoWrapper, encoding);

    #[member(OBJECT, readonly)]
    const buffer: usize = offset_of!(TextIoWrapper, buffer);

    #[member(BOOL, readonly)]
    const line_buffering: usize = offset_of!(TextIoWrapper, line_buffering);

    #[member(BOOL, readonly)]
    const write_through: usize = offset_of!(TextIoWrapper, write_through);

    #[member(BOOL)]
    const _finalizing: usize = offset_of!(TextIoWrapper, finalizing);

    #[getter]
    fn name(&self) -> Result<Ref> {
        self.buffer()?.get_attr(intern!("name"))
    }

    #[getter]
    fn closed(&self) -> Result<Ref> {
        self.buffer()?.get_attr(intern!("closed"))
    }

    #[getter]
    fn newlines(&self) -> Result<Ref> {
        self.buffer()?;
        let decoder = self.decoder.borrow().clone();
        decoder.map_or_else(|| Ok(none()), |decoder| decoder.newlines())
    }

    #[getter(name = "errors")]
    fn errors_getter(&self) -> Result<Ref> {
        self.check_initialized()?;
        Ok(self.errors.get().map_or_else(none, Ref::into_object))
    }

    #[getter(name = "_CHUNK_SIZE")]
    fn chunk_size(&self) -> Result<isize> {
        self.buffer()?;
        Ok(self.chunk_size.get())
    }

    #[setter(name = "_CHUNK_SIZE")]
    fn set_chunk_size(&self, value: Option<&Object>) -> Result<()> {
        self.buffer()?;
        let Some(value) = value else { bail!(AttributeError, "cannot delete attribute") };
        match value.as_index_or(&exceptions::ValueError)? {
            size if size > 0 => {
                self.chunk_size.set(size);
                Ok(())
            }
            _ => Err(raise!(ValueError, "a strictly positive integer is required")),
        }
    }
}

impl TextIoWrapper {
    /// Another encoding or other errors: what is absent stays, but errors go back to strict with another encoding.
    fn change_codec(&self, encoding: Option<Ref>, errors: Option<Ref>, renews: bool) -> Result<()> {
        if encoding.is_none() && errors.is_none() && !renews {
            return Ok(());
        }
        let text = |value: Ref, name: &str| {
            value.into_type::<Str>().map_err(|value| {
                let got = value.class().name();
                raise!(TypeError, "reconfigure() argument '{name}' must be str or None, not {got}")
            })
        };
        let errors = match (errors, encoding.is_some()) {
            (Some(errors), _) => text(errors, "errors")?,
            (None, true) => Str::new("strict"),
            (None, false) => self.errors.get().unwrap_or_else(|| Str::new("strict")),
        };
        let (codec, encoding) = match encoding {
            Some(encoding) => {
                let encoding = text(encoding, "encoding")?;
                (text_codec(&encoding)?.into_object(), Some(encoding))
            }
            None => (self.codec.get().unwrap_or_else(none), None),
        };
        self.set_codec(&codec, &errors)?;
        if let Some(encoding) = encoding {
            self.encoding.set(Some(encoding.into_object()));
        }
        self.errors.set(Some(errors));
        self.settle_start()
    }
}

/// Whether the exception is an `io.UnsupportedOperation`.
fn is_unsupported(raised: &Raised) -> bool {
    raised.matches(&exceptions::OSError) && raised.matches(&exceptions::ValueError)
}
