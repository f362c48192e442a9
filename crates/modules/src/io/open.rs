//! `open`: the right stack of streams for a mode.

use objects::prelude::*;

use super::DEFAULT_BUFFER_SIZE;
use super::buffered::{random, reader, writer};
use super::file::FILE_IO;
use super::text::TEXT_IO_WRAPPER;

/// The arguments of `open`.
pub struct Request<'a> {
    pub file: &'a Object,
    pub mode: &'a str,
    pub buffering: i32,
    pub encoding: Option<String>,
    pub errors: Option<String>,
    pub newline: Option<String>,
    pub close: bool,
    pub opener: Option<&'a Object>,
}

/// A mode, read.
#[derive(Default)]
struct Mode {
    creating: bool,
    reading: bool,
    writing: bool,
    appending: bool,
    updating: bool,
    text: bool,
    binary: bool,
    universal: bool,
}

impl Mode {
    fn parse(mode: &str) -> Result<Mode> {
        let mut parsed = Mode::default();
        for (index, c) in mode.char_indices() {
            let place = match c {
                'x' => &mut parsed.creating,
                'r' => &mut parsed.reading,
                'w' => &mut parsed.writing,
                'a' => &mut parsed.appending,
                '+' => &mut parsed.updating,
                't' => &mut parsed.text,
                'b' => &mut parsed.binary,
                'U' => &mut parsed.universal,
                _ => bail!(ValueError, "invalid mode: '{mode}'"),
            };
            *place = true;
            if mode[..index].contains(c) {
                bail!(ValueError, "invalid mode: '{mode}'");
            }
        }
        Ok(parsed)
    }

    /// The mode of the raw stream.
    fn raw(&self) -> String {
        let letters = [
            (self.creating, 'x'),
            (self.reading, 'r'),
            (self.writing, 'w'),
            (self.appending, 'a'),
            (self.updating, '+'),
        ];
        letters.into_iter().filter(|(wanted, _)| *wanted).map(|(_, letter)| letter).collect()
    }

    fn check(&mut self, request: &Request<'_>) -> Result<()> {
        if self.universal {
            if self.creating || self.writing || self.appending || self.updating {
                bail!(ValueError, "mode U cannot be combined with 'x', 'w', 'a', or '+'");
            }
            objects::services::warn(&exceptions::DeprecationWarning, "'U' mode is deprecated", 1)?;
            self.reading = true;
        }
        if self.text && self.binary {
            bail!(ValueError, "can't have text and binary mode at once");
        }
        let count =
            [self.creating, self.reading, self.writing, self.appending].into_iter().filter(|&x| x).count();
        if count > 1 {
            bail!(ValueError, "must have exactly one of create/read/write/append mode");
        }
        if self.binary {
            let given = [
                (request.encoding.is_some(), "encoding"),
                (request.errors.is_some(), "errors"),
                (request.newline.is_some(), "newline"),
            ];
            if let Some((_, name)) = given.into_iter().find(|(given, _)| *given) {
                let article = if name == "newline" { "a" } else { "an" };
                bail!(ValueError, "binary mode doesn't take {article} {name} argument");
            }
        }
        Ok(())
    }
}

/// A class called with arguments.
fn construct(class: &Type, given: &[&Object]) -> Result<Ref> {
    class.as_object().call(given)
}

fn optional_text(text: &Option<String>) -> Result<Ref> {
    match text {
        Some(text) => Ok(Str::try_new(text)?.into_object()),
        None => Ok(none()),
    }
}

/// Opens a file.
pub fn open(request: &Request<'_>) -> Result<Ref> {
    let file = match is_number(request.file) {
        true => request.file.to_ref(),
        false => request.file.fs_path()?,
    };
    let mut mode = Mode::parse(request.mode)?;
    mode.check(request)?;
    if mode.binary && request.buffering == 1 {
        let message = "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
        objects::services::warn(&exceptions::RuntimeWarning, message, 1)?;
    }
    let close = objects::bool::bool_object(request.close);
    let opener = request.opener.map_or_else(none, Object::to_ref);
    let raw = construct(&FILE_IO, &[&file, &*Str::new(&mode.raw()), &close, &opener])?;
    stack_up(&raw, &mode, request).inspect_err(|_| close_keeping_exception(&raw))
}

fn is_number(object: &Object) -> bool {
    object.has_index() || object.is_number()
}

/// Closes a stream that could not be given out; the exception that is set stays.
fn close_keeping_exception(stream: &Object) {
    let exception = raise::fetch();
    if let Err(raised) = stream.call_method(intern!("close"), &[]) {
        raised.clear();
    }
    if let Some(exception) = exception {
        let _ = exception.restore();
    }
}

/// The buffer and the text layer that a mode asks for.
fn stack_up(raw: &Object, mode: &Mode, request: &Request<'_>) -> Result<Ref> {
    let is_terminal = raw.call_method(intern!("isatty"), &[])?.is_true()?;
    let mut size = request.buffering as isize;
    let mut by_line = false;
    if request.buffering == 1 || request.buffering < 0 && is_terminal {
        size = -1;
        by_line = true;
    }
    if size < 0 {
        let block = raw.get_attr(intern!("_blksize"))?.as_isize()?;
        size = if block > 1 { block } else { DEFAULT_BUFFER_SIZE as isize };
    }
    if size == 0 {
        if !mode.binary {
            bail!(ValueError, "can't have unbuffered text I/O");
        }
        return Ok(raw.to_ref());
    }
    let class = match mode {
        Mode { updating: true, .. } => &random::BUFFERED_RANDOM,
        Mode { creating: true, .. } | Mode { writing: true, .. } | Mode { appending: true, .. } => {
            &writer::BUFFERED_WRITER
        }
        Mode { reading: true, .. } => &reader::BUFFERED_READER,
        _ => bail!(ValueError, "unknown mode: '{}'", request.mode),
    };
    let buffer = construct(class, &[raw, &*Int::from_isize(size)])?;
    if mode.binary {
        return Ok(buffer);
    }
    let text = || {
        let stream = construct(
            &TEXT_IO_WRAPPER,
            &[
                &buffer,
                &*optional_text(&request.encoding)?,
                &*optional_text(&request.errors)?,
                &*optional_text(&request.newline)?,
                &objects::bool::bool_object(by_line),
            ],
        )?;
        stream.set_attr(intern!("mode"), &*Str::try_new(request.mode)?)?;
        Ok(stream)
    };
    text().inspect_err(|_| close_keeping_exception(&buffer))
}

/// Opens a file for its code.
pub fn open_code(path: &Str) -> Result<Ref> {
    open(&Request {
        file: path,
        mode: "rb",
        buffering: -1,
        encoding: None,
        errors: None,
        newline: None,
        close: true,
        opener: None,
    })
}
