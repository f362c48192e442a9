//! Readers and writers of text over streams of bytes.

use objects::prelude::*;
use objects::str::StrBuilder;

use super::incremental::{Decoding, Encoding, set_errors};

/// A reader.
#[repr(C)]
#[derive(Trace)]
pub struct MultibyteStreamReader {
    base: Object,
    decoding: Decoding,
    stream: Ref,
}

/// A size that says how much to read; below zero all.
fn size(argument: Option<&Object>) -> Result<isize> {
    match argument.filter(|argument| !argument.is_none()) {
        None => Ok(-1),
        Some(size) if size.downcast::<Int>().is_some() => size.as_isize(),
        Some(_) => Err(raise!(TypeError, "arg 1 must be an integer")),
    }
}

impl MultibyteStreamReader {
    /// Reads with a method of the stream until there is some text, or no more bytes.
    fn read_with(&self, method: &'static Str, mut size: isize) -> Result<Ref<Str>> {
        if size == 0 {
            return Ok(Str::empty());
        }
        loop {
            let answer = match size < 0 {
                true => self.stream.call_method(method, &[])?,
                false => self.stream.call_method(method, &[&Int::from_isize(size)])?,
            };
            let Some(bytes) = answer.downcast::<Bytes>() else {
                let name = answer.class().name();
                bail!(TypeError, "stream function returned a non-bytes object ({name})");
            };
            let is_last = bytes.is_empty() || size < 0;
            let text: StrBuilder = self.decoding.decode(bytes.as_bytes(), is_last)?;
            if is_last || !text.is_empty() {
                return text.finish();
            }
            // There is a part of a character, or what comes before one: the rest is read byte by byte.
            size = 1;
        }
    }
}

#[class(name = "MultibyteStreamReader", flags = BASETYPE, generic_getattro)]
impl MultibyteStreamReader {
    #[slot(tp_new, "(stream, errors='strict')", name = "StreamReader", getargs)]
    fn new(class: &Type, stream: &Object, errors: Option<&str>) -> Result<Ref<MultibyteStreamReader>> {
        let decoding = Decoding::new(class, errors)?;
        let stream = stream.to_ref();
        Ref::new_in(class, MultibyteStreamReader { base: Object::header(), decoding, stream })
    }

    #[slot(tp_init)]
    fn init(&self, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    #[method("(sizeobj=None, /)")]
    fn read(&self, sizeobj: Option<&Object>) -> Result<Ref<Str>> {
        self.read_with(intern!("read"), size(sizeobj)?)
    }

    #[method("(sizeobj=None, /)")]
    fn readline(&self, sizeobj: Option<&Object>) -> Result<Ref<Str>> {
        self.read_with(intern!("readline"), size(sizeobj)?)
    }

    #[method("(sizehintobj=None, /)")]
    fn readlines(&self, sizehintobj: Option<&Object>) -> Result<Ref<List>> {
        self.read_with(intern!("read"), size(sizehintobj)?)?.split_lines(true)
    }

    #[method]
    fn reset(&self) {
        self.decoding.reset();
    }

    #[getter]
    fn stream(&self) -> Ref {
        self.stream.clone()
    }

    /// The name of the error handler, as in 'strict'.
    #[getter]
    fn errors(&self) -> Option<Ref<Str>> {
        self.decoding.errors.get()
    }

    #[setter]
    fn set_errors(&self, value: Option<&Object>) -> Result<()> {
        set_errors(&self.decoding.errors, value)
    }
}

/// A writer.
#[repr(C)]
#[derive(Trace)]
pub struct MultibyteStreamWriter {
    base: Object,
    encoding: Encoding,
    stream: Ref,
}

impl MultibyteStreamWriter {
    fn put(&self, bytes: &[u8]) -> Result<()> {
        let bytes = Bytes::try_new(bytes)?;
        self.stream.call_method(intern!("write"), &[&bytes]).map(drop)
    }
}

#[class(name = "MultibyteStreamWriter", flags = BASETYPE, generic_getattro)]
impl MultibyteStreamWriter {
    #[slot(tp_new, "(stream, errors='strict')", name = "StreamWriter", getargs)]
    fn new(class: &Type, stream: &Object, errors: Option<&str>) -> Result<Ref<MultibyteStreamWriter>> {
        let encoding = Encoding::new(class, errors)?;
        let stream = stream.to_ref();
        Ref::new_in(class, MultibyteStreamWriter { base: Object::header(), encoding, stream })
    }

    #[slot(tp_init)]
    fn init(&self, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<()> {
        Ok(())
    }

    #[method("(strobj, /)")]
    fn write(&self, strobj: &Object) -> Result<()> {
        self.put(&self.encoding.encode(strobj, false)?)
    }

    #[method("(lines, /)")]
    fn writelines(&self, lines: &Object) -> Result<()> {
        if !lines.is_sequence() {
            bail!(TypeError, "arg must be a sequence object");
        }
        let mut index = 0;
        while index < lines.length()? {
            self.put(&self.encoding.encode(&*lines.get_index(index)?, false)?)?;
            index += 1;
        }
        Ok(())
    }

    #[method]
    fn reset(&self) -> Result<()> {
        match &self.encoding.finish()?[..] {
            [] => Ok(()),
            bytes => self.put(bytes),
        }
    }

    #[getter]
    fn stream(&self) -> Ref {
        self.stream.clone()
    }

    /// The name of the error handler, as in 'strict'.
    #[getter]
    fn errors(&self) -> Option<Ref<Str>> {
        self.encoding.errors.get()
    }

    #[setter]
    fn set_errors(&self, value: Option<&Object>) -> Result<()> {
        set_errors(&self.encoding.errors, value)
    }
}
