//! `BufferedRWPair`: a reader and a writer behind one object.

use objects::prelude::*;

use super::reader::BUFFERED_READER;
use super::writer::BUFFERED_WRITER;
use crate::io::DEFAULT_BUFFER_SIZE;
use crate::io::base::{self, BUFFERED_IO_BASE, BufferedIoBase};

/// Streams over two raw ones, such as the ends of two pipes.
#[repr(C)]
#[derive(Trace)]
pub struct BufferedRwPair {
    base: BufferedIoBase,
    reader: Field,
    writer: Field,
}

impl BufferedRwPair {
    fn reader(&self) -> Result<Ref> {
        self.reader.get().ok_or_else(|| raise!(ValueError, "I/O operation on uninitialized object"))
    }

    fn writer(&self) -> Result<Ref> {
        self.writer.get().ok_or_else(|| raise!(ValueError, "I/O operation on uninitialized object"))
    }
}

/// One object that reads from one raw stream and writes to another, each with a buffer.
///
/// This suits the two ends of a pipe, or a socket, where nothing can be
/// sought and the two directions have nothing to do with each other.
///
/// The reader has to be readable and the writer writable. Each buffer
/// has buffer_size bytes, DEFAULT_BUFFER_SIZE where that is not given.
#[class(
    name = "BufferedRWPair", module = "_io", static_ = BUFFERED_RW_PAIR, base = BUFFERED_IO_BASE,
    layout = BufferedIoBase, flags = BASETYPE,
    signature = "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)"
)]
impl BufferedRwPair {
    #[slot(tp_new)]
    fn new_pair(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<BufferedRwPair>> {
        let pair =
            BufferedRwPair { base: BufferedIoBase::new(), reader: Field::null(), writer: Field::null() };
        Ref::new_in(class, pair)
    }

    #[slot(tp_init, "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)")]
    fn init(&self, reader: &Object, writer: &Object, buffer_size: Option<isize>) -> Result<()> {
        base::check_readable(reader)?;
        base::check_writable(writer)?;
        let size = Int::from_isize(buffer_size.unwrap_or(DEFAULT_BUFFER_SIZE as isize));
        let reader = BUFFERED_READER.as_object().call(&[reader, &size])?;
        let writer = BUFFERED_WRITER.as_object().call(&[writer, &size])?;
        self.reader.set(Some(reader));
        self.writer.set(Some(writer));
        Ok(())
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn read(&self, args: &[&Object]) -> Result<Ref> {
        self.reader()?.call_method(intern!("read"), args)
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn peek(&self, args: &[&Object]) -> Result<Ref> {
        self.reader()?.call_method(intern!("peek"), args)
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn read1(&self, args: &[&Object]) -> Result<Ref> {
        self.reader()?.call_method(intern!("read1"), args)
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn readinto(&self, args: &[&Object]) -> Result<Ref> {
        self.reader()?.call_method(intern!("readinto"), args)
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn readinto1(&self, args: &[&Object]) -> Result<Ref> {
        self.reader()?.call_method(intern!("readinto1"), args)
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn write(&self, args: &[&Object]) -> Result<Ref> {
        self.writer()?.call_method(intern!("write"), args)
    }

    #[method(no_text_signature)]
    fn flush(&self) -> Result<Ref> {
        self.writer()?.call_method(intern!("flush"), &[])
    }

    #[method(no_text_signature)]
    fn readable(&self) -> Result<Ref> {
        self.reader()?.call_method(intern!("readable"), &[])
    }

    #[method(no_text_signature)]
    fn writable(&self) -> Result<Ref> {
        self.writer()?.call_method(intern!("writable"), &[])
    }

    #[method(no_text_signature)]
    fn close(&self) -> Result<Ref> {
        let written = self.writer().and_then(|writer| writer.call_method(intern!("close"), &[]));
        base::both(written, || self.reader()?.call_method(intern!("close"), &[]))
    }

    #[method(no_text_signature)]
    fn isatty(&self) -> Result<Ref> {
        let answer = self.writer()?.call_method(intern!("isatty"), &[])?;
        match answer.is_true()? {
            true => Ok(answer),
            false => self.reader()?.call_method(intern!("isatty"), &[]),
        }
    }

    #[getter]
    fn closed(&self) -> Result<Ref> {
        match self.writer.get() {
            Some(writer) => writer.get_attr(intern!("closed")),
            None => Err(raise!(RuntimeError, "the BufferedRWPair object is being garbage-collected")),
        }
    }
}
