//! `StringIO`: a stream of text in memory.

use std::cell::{Cell, RefCell};

use objects::prelude::*;
use objects::str::{Points, StrBuilder};

use super::base::{Size, TEXT_IO_BASE, TextIoBase};
use super::bytes::update_attributes;
use super::text::LineEnds;
use super::text::newlines::Newlines;

/// Where the line that starts at a place ends, its line end with it.
pub fn line_end(points: Points<'_>, start: usize, ends: &LineEnds) -> Option<usize> {
    let find = |wanted: char| match points {
        Points::One(bytes) => memchr::memchr(wanted as u8, &bytes[start..]).map(|at| at + start),
        points => (start..points.len()).find(|&index| points.at(index) == wanted.into()),
    };
    if ends.translate || ends.read == Some("\n") {
        return find('\n').map(|at| at + 1);
    }
    if ends.universal {
        let (line_feed, carriage) = (find('\n'), find('\r'));
        return match (line_feed, carriage) {
            (Some(line_feed), Some(carriage)) if carriage + 1 == line_feed => Some(line_feed + 1),
            (Some(line_feed), Some(carriage)) => Some(line_feed.min(carriage) + 1),
            (found, None) | (None, found) => found.map(|at| at + 1),
        };
    }
    let end = ends.read.unwrap_or("\n");
    let last = end.len() - 1;
    let mut from = start;
    loop {
        let rest = (from..points.len()).find(|&index| points.at(index) == '\r'.into())?;
        if last == 0 || rest + 1 < points.len() && points.at(rest + 1) == '\n'.into() {
            return Some(rest + last + 1);
        }
        from = rest + 1;
    }
}

/// The text: built up at its end, or spread out for changes anywhere.
enum Content {
    Growing(StrBuilder),
    Spread(Vec<u32>),
}

impl Default for Content {
    fn default() -> Content {
        Content::Growing(StrBuilder::new())
    }
}

impl Content {
    fn len(&self) -> usize {
        match self {
            Content::Growing(builder) => builder.len(),
            Content::Spread(points) => points.len(),
        }
    }

    fn points(&self) -> Points<'_> {
        match self {
            Content::Growing(builder) => builder.points(),
            Content::Spread(points) => Points::Four(points),
        }
    }

    fn spread(&mut self) -> &mut Vec<u32> {
        if let Content::Growing(builder) = self {
            *self = Content::Spread(builder.points().iter().collect());
        }
        match self {
            Content::Spread(points) => points,
            Content::Growing(_) => unreachable!("just spread"),
        }
    }

    /// Writes text at a place; what lies between the end and there becomes NUL.
    fn write(&mut self, position: usize, text: &Str) {
        if let Content::Growing(builder) = self
            && builder.len() == position
        {
            return builder.push_string(text);
        }
        let points = self.spread();
        let end = position + text.len();
        if points.len() < end {
            points.resize(end, 0);
        }
        for (place, point) in points[position..end].iter_mut().zip(text.points().iter()) {
            *place = point;
        }
    }
}

/// `stringio`.
#[repr(C)]
#[derive(Trace)]
pub struct StringIo {
    base: TextIoBase,
    #[trace(skip)]
    content: RefCell<Content>,
    position: Cell<usize>,
    initialized: Cell<bool>,
    closed: Cell<bool>,
    #[trace(skip)]
    ends: RefCell<LineEnds>,
    #[trace(skip)]
    newlines: RefCell<Option<Newlines>>,
}

impl StringIo {
    fn check_usable(&self) -> Result<()> {
        if !self.initialized.get() {
            bail!(ValueError, "I/O operation on uninitialized object");
        }
        match self.closed.get() {
            true => Err(raise!(ValueError, "I/O operation on closed file")),
            false => Ok(()),
        }
    }

    fn write_text(&self, text: &Str) -> Result<()> {
        let decoded = match &*self.newlines.borrow() {
            Some(newlines) => newlines.decode(text.to_ref(), true)?,
            None => text.to_ref(),
        };
        let written = self.ends.borrow().written;
        let text = match written {
            Some(end) => decoded.replace(&*Str::from_point('\n'.into())?, &Str::new(end), -1)?,
            None => decoded,
        };
        if text.is_empty() {
            return Ok(());
        }
        let position = self.position.get();
        if position.checked_add(text.len()).is_none_or(|end| end > isize::MAX as usize / 4) {
            bail!(OverflowError, "new position too large");
        }
        if position > self.content.borrow().len() {
            memory::expect_room((position + text.len()) * size_of::<u32>())?;
        }
        self.content.borrow_mut().write(position, &text);
        self.position.set(position + text.len());
        Ok(())
    }

    fn part(&self, start: usize, end: usize) -> Result<Ref<Str>> {
        Str::from_points(self.content.borrow().points().range(start, end))
    }

    fn line(&self, limit: Option<usize>) -> Result<Ref<Str>> {
        let (start, end) = {
            let content = self.content.borrow();
            let start = self.position.get();
            if start >= content.len() {
                return Ok(Str::empty());
            }
            let most = limit.map_or(content.len(), |limit| content.len().min(start.saturating_add(limit)));
            let end = line_end(content.points(), start, &self.ends.borrow()).unwrap_or(content.len());
            (start, end.min(most))
        };
        self.position.set(end);
        self.part(start, end)
    }

    /// What the argument says of the ends of lines.
    fn line_ends(newline: Option<&Object>) -> Result<LineEnds> {
        let newline = match newline {
            None => Some("\n".to_owned()),
            Some(value) if value.is_none() => None,
            Some(value) => match value.downcast::<Str>() {
                Some(value) => Some(value.as_utf8()?.to_owned()),
                None => bail!(TypeError, "newline must be str or None, not {}", value.class().name()),
            },
        };
        LineEnds::new(newline.as_deref()).or_else(|raised| {
            raised.clear();
            let shown = Str::new(newline.as_deref().unwrap_or_default()).as_object().repr()?;
            Err(raise!(ValueError, "illegal newline value: {shown}"))
        })
    }

    fn set_line_ends(&self, ends: LineEnds) {
        self.newlines.replace(ends.universal.then(|| Newlines::new(ends.translate)));
        self.ends.replace(ends);
    }
}

/// A text file that is nowhere but in memory.
///
/// It begins with the text initial_value, the position at its start. What newline
/// does to line endings is what it does in a TextIOWrapper.
#[class(
    name = "StringIO", module = "_io", static_ = STRING_IO, base = TEXT_IO_BASE, layout = TextIoBase,
    flags = BASETYPE, signature = "(initial_value='', newline='\\n')", dealloc = memory::dealloc_unfinalized::<StringIo>
)]
impl StringIo {
    #[slot(tp_new)]
    fn new_stream(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<StringIo>> {
        let stream = StringIo {
            base: TextIoBase::new(),
            content: RefCell::default(),
            position: Cell::new(0),
            initialized: Cell::new(false),
            closed: Cell::new(false),
            ends: RefCell::default(),
            newlines: RefCell::default(),
        };
        Ref::new_in(class, stream)
    }

    #[slot(tp_init, "(initial_value='', newline='\\n')")]
    fn init(&self, initial_value: Option<&Object>, newline: Option<&Object>) -> Result<()> {
        let ends = Self::line_ends(newline)?;
        let value = initial_value.filter(|value| !value.is_none());
        let value = match value.map(|value| (value, value.downcast::<Str>())) {
            None => None,
            Some((_, Some(text))) => Some(text),
            Some((other, None)) => {
                bail!(TypeError, "initial_value must be str or None, not {}", other.class().name())
            }
        };
        self.initialized.set(false);
        self.set_line_ends(ends);
        self.content.take();
        self.position.set(0);
        self.closed.set(false);
        if let Some(value) = value {
            self.write_text(value)?;
        }
        self.position.set(0);
        self.initialized.set(true);
        Ok(())
    }

    #[slot(tp_iternext)]
    fn next_line(&self) -> Result<Option<Ref>> {
        self.check_usable()?;
        let line = match std::ptr::eq(self.as_object().class(), &STRING_IO) {
            true => self.line(None)?.into_object(),
            false => {
                let line = self.call_method(intern!("readline"), &[])?;
                if line.downcast::<Str>().is_none() {
                    let got = line.class().name();
                    bail!(OSError, "readline() should have returned a str object, not '{got}'");
                }
                line
            }
        };
        Ok((line.length()? > 0).then_some(line))
    }

    /// Close the file and let its contents go.
    ///
    /// Whatever is tried afterwards raises ValueError, except for closing
    /// it again, which does nothing.
    #[method("()")]
    fn close(&self) {
        self.closed.set(true);
        self.content.take();
    }

    /// A str of all the contents, wherever the position is.
    #[method("()")]
    fn getvalue(&self) -> Result<Ref<Str>> {
        self.check_usable()?;
        Str::from_points(self.content.borrow().points())
    }

    /// Read size characters, or fewer where the contents end before.
    ///
    /// None or a negative size reads everything up to the end, where the
    /// result is an empty string.
    #[method("(size=-1, /)")]
    fn read(&self, size: Option<Size>) -> Result<Ref<Str>> {
        self.check_usable()?;
        let length = self.content.borrow().len();
        let start = self.position.get().min(length);
        let limit = usize::try_from(size.map_or(-1, |size| size.0)).unwrap_or(usize::MAX);
        let end = start + limit.min(length - start);
        if end > start {
            self.position.set(end);
        }
        self.part(start, end)
    }

    /// Read up to and with the next line ending.
    ///
    /// At the end of the contents the result is an empty string.
    #[method("(size=-1, /)")]
    fn readline(&self, size: Option<Size>) -> Result<Ref<Str>> {
        self.check_usable()?;
        self.line(usize::try_from(size.map_or(-1, |size| size.0)).ok())
    }

    /// How many characters before the place where the next read or write begins.
    #[method("()")]
    fn tell(&self) -> Result<usize> {
        self.check_usable()?;
        Ok(self.position.get())
    }

    /// Drop what is behind the first pos characters.
    ///
    /// Without pos that is the position. Contents that are shorter stay as
    /// they are, and so does the position. The result is pos.
    #[method("(pos=None, /)")]
    fn truncate(&self, pos: Option<&Object>) -> Result<isize> {
        self.check_usable()?;
        let size = match pos.filter(|pos| !pos.is_none()) {
            None => self.position.get() as isize,
            Some(pos) => Size::from_argument(pos, &PLACE)?.0,
        };
        let Ok(length) = usize::try_from(size) else {
            bail!(ValueError, "Negative size value {size}");
        };
        let mut content = self.content.borrow_mut();
        if length < content.len() {
            content.spread().truncate(length);
        }
        Ok(size)
    }

    /// Move the position to the place that whence names:
    ///     0  pos characters from the start (what is meant when whence is left out)
    ///     1  the position as it is
    ///     2  the end of the contents
    /// With the latter two pos must be 0: nothing else is allowed in text. The result is the new position.
    #[method("(pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32) -> Result<usize> {
        self.check_usable()?;
        match whence {
            0 if pos < 0 => bail!(ValueError, "Negative seek position {pos}"),
            0 => self.position.set(pos as usize),
            1 | 2 if pos != 0 => bail!(OSError, "Can't do nonzero cur-relative seeks"),
            1 => {}
            2 => self.position.set(self.content.borrow().len()),
            _ => bail!(ValueError, "Invalid whence ({whence}, should be 0, 1 or 2)"),
        }
        Ok(self.position.get())
    }

    /// Put the string at the position, over what is there, and move behind it.
    ///
    /// The result is its length, even where line endings were translated.
    #[method("(s, /)")]
    fn write(&self, s: &Object) -> Result<usize> {
        let Some(text) = s.downcast::<Str>() else {
            bail!(TypeError, "string argument expected, got '{}'", s.class().name());
        };
        self.check_usable()?;
        self.write_text(text)?;
        Ok(text.len())
    }

    /// True as long as the stream is open: its position can always be changed.
    #[method("()")]
    fn seekable(&self) -> Result<bool> {
        self.check_usable()?;
        Ok(true)
    }

    /// True as long as the stream is open: it can always be read from.
    #[method("()")]
    fn readable(&self) -> Result<bool> {
        self.check_usable()?;
        Ok(true)
    }

    /// True as long as the stream is open: it can always be written to.
    #[method("()")]
    fn writable(&self) -> Result<bool> {
        self.check_usable()?;
        Ok(true)
    }

    #[method(name = "__getstate__", no_text_signature)]
    fn getstate(&self) -> Result<(Ref<Str>, Ref, usize, Ref)> {
        let content = self.getvalue()?;
        let ends = self.ends.borrow();
        let newline = match ends.read {
            Some(end) => Str::new(end).into_object(),
            None if ends.translate => none(),
            None => Str::empty().into_object(),
        };
        let dict = match self.get_attr(intern!("__dict__"))?.downcast::<Dict>() {
            Some(dict) if !dict.is_empty() => dict.copy()?.into_object(),
            _ => none(),
        };
        Ok((content, newline, self.position.get(), dict))
    }

    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn setstate(&self, state: &Object) -> Result<()> {
        // What was made by `__new__` alone is initialised here.
        if self.closed.get() {
            bail!(ValueError, "I/O operation on closed file");
        }
        let Some([value, newline, position, attributes]) = state.downcast::<Tuple>().map(Tuple::items) else {
            let (class, got) = (self.as_object().class().name(), state.class().name());
            bail!(TypeError, "{class}.__setstate__ argument should be 4-tuple, got {got}");
        };
        self.init(Some(value), Some(newline))?;
        // The content is as it was: no line end is translated a second time.
        if let Some(value) = value.downcast::<Str>() {
            let mut content = Content::default();
            content.write(0, value);
            self.content.replace(content);
        }
        let Some(position) = position.downcast::<Int>() else {
            bail!(TypeError, "third item of state must be an integer, got {}", position.class().name());
        };
        match usize::try_from(position.as_object().as_isize()?) {
            Ok(position) => self.position.set(position),
            Err(_) => bail!(ValueError, "position value cannot be negative"),
        }
        update_attributes(self, attributes, "fourth")
    }

    #[getter(name = "closed")]
    fn closed_getter(&self) -> Result<bool> {
        match self.initialized.get() {
            true => Ok(self.closed.get()),
            false => Err(raise!(ValueError, "I/O operation on uninitialized object")),
        }
    }

    #[getter(name = "newlines")]
    fn newlines_getter(&self) -> Result<Ref> {
        self.check_usable()?;
        match &*self.newlines.borrow() {
            Some(newlines) => newlines.seen(),
            None => Ok(none()),
        }
    }

    #[getter]
    fn line_buffering(&self) -> Result<bool> {
        self.check_usable()?;
        Ok(false)
    }
}

const PLACE: objects::arguments::Place = objects::arguments::Place::new("truncate", "argument 1");
