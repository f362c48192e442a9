//! `_struct`: values packed into bytes as C structures have them.

mod format;
mod value;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::mem::offset_of;
use std::rc::Rc;

use objects::arguments::Place;
use objects::buffer::{Buffer, BytesLike, request};
use objects::codecs;
use objects::module::Module;
use objects::prelude::*;
use objects::type_object::ready;

use crate::exception_class::ExceptionClass;
use format::Format;

static ERROR: ExceptionClass = ExceptionClass::new("struct", "error", &exceptions::Exception);

/// How many formats are kept read.
const CACHE_LIMIT: usize = 100;

thread_local! {
    static CACHE: RefCell<HashMap<Box<[u8]>, Rc<Format>>> = RefCell::default();
}

/// The bytes of a format, which is a string or bytes.
fn format_bytes(format: &Object) -> Result<&[u8]> {
    if let Some(text) = format.downcast::<Str>() {
        return match text.as_ascii() {
            Some(ascii) => Ok(ascii.as_bytes()),
            None => Err(codecs::encode_text(text, Some("ascii"), None)
                .map(drop)
                .expect_err("the text is not ASCII")),
        };
    }
    match format.downcast::<Bytes>() {
        Some(bytes) => Ok(bytes.as_bytes()),
        None => {
            let name = format.class().name();
            Err(raise!(TypeError, "Struct() argument 1 must be a str or bytes object, not {name}"))
        }
    }
}

/// A format as a function gets it, read once.
fn cached(format: &Object) -> Result<Rc<Format>> {
    if format.downcast::<Str>().is_none() {
        // The cache is a dictionary to CPython, and refuses what has no hash.
        format.hash()?;
    }
    let bytes = format_bytes(format)?;
    if let Some(known) = CACHE.with_borrow(|cache| cache.get(bytes).cloned()) {
        return Ok(known);
    }
    let parsed = Rc::new(Format::parse(bytes)?);
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        cache.insert(bytes.into(), parsed.clone());
    });
    Ok(parsed)
}

fn pack_values(format: &Format, values: &[&Object], function: &str) -> Result<Ref<Bytes>> {
    if values.len() != format.count {
        let (expected, got) = (format.count, values.len());
        return Err(ERROR.raise(&format!("{function} expected {expected} items for packing (got {got})")));
    }
    Bytes::build_up_to(format.size, |room| {
        let mut values = values.iter();
        for item in &format.items {
            for (number, value) in values.by_ref().take(item.count).enumerate() {
                let at = item.offset + number * item.size;
                value::pack(format.order, item, value, &mut room[at..at + item.size])?;
            }
        }
        Ok(room.len())
    })
}

/// Of bytes as long as the format.
fn unpack_values(format: &Format, bytes: &[u8]) -> Result<Ref<Tuple>> {
    if format.count == 0 {
        return Ok(Tuple::empty());
    }
    let values = Tuple::unfilled_of_atoms(format.count)?;
    let mut places = 0..;
    for item in &format.items {
        for (number, place) in (0..item.count).zip(&mut places) {
            let at = item.offset + number * item.size;
            let value = value::unpack(format.order, item, &bytes[at..at + item.size])?;
            values.field(place).expect("as many fields as values").set(Some(value));
        }
    }
    Ok(values)
}

fn unpack_all(format: &Format, buffer: &Object) -> Result<Ref<Tuple>> {
    let buffer = buffer.get_buffer(request::SIMPLE)?;
    if buffer.len() != format.size {
        return Err(ERROR.raise(&format!("unpack requires a buffer of {} bytes", format.size)));
    }
    unpack_values(format, buffer.bytes())
}

/// Where an offset points in a buffer that has to have room for the format from there on.
fn place(format: &Format, length: usize, offset: isize, function: &str) -> Result<usize> {
    let size = format.size;
    let (doing, lacking) = match function {
        "unpack_from" => ("unpacking", "not enough data to unpack"),
        _ => ("packing", "no space to pack"),
    };
    let start = if offset < 0 {
        if offset + size as isize > 0 {
            return Err(ERROR.raise(&format!("{lacking} {size} bytes at offset {offset}")));
        }
        if offset + (length as isize) < 0 {
            return Err(ERROR.raise(&format!("offset {offset} out of range for {length}-byte buffer")));
        }
        offset + length as isize
    } else {
        offset
    } as usize;
    if length.checked_sub(start).is_none_or(|room| room < size) {
        let needed = start as u128 + size as u128;
        return Err(ERROR.raise(&format!(
            "{function} requires a buffer of at least {needed} bytes for {doing} {size} bytes at offset {start} \
             (actual buffer size is {length})"
        )));
    }
    Ok(start)
}

fn unpack_at(format: &Format, bytes: &[u8], offset: isize) -> Result<Ref<Tuple>> {
    let start = place(format, bytes.len(), offset, "unpack_from")?;
    unpack_values(format, &bytes[start..start + format.size])
}

/// A format as an argument, which is read before the others are looked at.
struct Cached(Rc<Format>);

impl<'a> FromArgument<'a> for Cached {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        cached(value).map(Cached)
    }
}

fn pack_at(format: &Format, arguments: &[&Object]) -> Result<()> {
    let (buffer, offset, values) = match arguments {
        [] => return Err(ERROR.raise("pack_into expected buffer argument")),
        [_] => return Err(ERROR.raise("pack_into expected offset argument")),
        [buffer, offset, values @ ..] => (buffer, offset, values),
    };
    if values.len() != format.count {
        return pack_values(format, values, "pack_into").map(drop);
    }
    let mut target = writable(buffer)?;
    let offset = offset.as_index_or(&exceptions::IndexError)?;
    let start = place(format, target.len(), offset, "pack_into")?;
    let packed = pack_values(format, values, "pack_into")?;
    target.bytes_mut()[start..start + packed.len()].copy_from_slice(packed.as_bytes());
    Ok(())
}

fn writable(object: &Object) -> Result<Buffer> {
    object.get_buffer(request::WRITABLE).map_err(|raised| {
        raised.clear();
        let name = object.class().name();
        raise!(TypeError, "argument must be read-write bytes-like object, not {name}")
    })
}

/// A compiled format.
#[repr(C)]
pub struct Struct {
    base: Object,
    /// Bytes and values in all, where CPython has them: its own tests look there.
    size: Cell<isize>,
    count: Cell<isize>,
    parsed: Cell<Option<Rc<Format>>>,
    format: Field<Str>,
    weakrefs: Cell<*mut Object>,
}

/// What CPython keeps for an item of a format; there is one more than items.
const ITEM_BYTES: usize = 4 * size_of::<usize>();

impl Struct {
    /// The format; without one, an error that says that no number of values is right.
    fn parsed(&self) -> Result<Rc<Format>> {
        let parsed = self.parsed.take();
        self.parsed.set(parsed.clone());
        parsed.ok_or_else(|| ERROR.raise("the format of this Struct is not set"))
    }
}

/// Struct(format)
///
/// A format that is read once, to pack and unpack values by many times.
#[class(
    name = "Struct",
    module = "_struct",
    flags = BASETYPE,
    weaklist_offset = offset_of!(Struct, weakrefs),
    generic_getattro,
    generic_setattro
)]
impl Struct {
    #[slot(tp_new)]
    fn new(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Struct>> {
        let value = Struct {
            base: Object::header(),
            size: Cell::new(-1),
            count: Cell::new(-1),
            parsed: Cell::new(None),
            format: Field::null(),
            weakrefs: Cell::new(std::ptr::null_mut()),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_init, "(format)")]
    fn init(&self, format: &Object) -> Result<()> {
        let bytes = format_bytes(format)?;
        let parsed = Format::parse(bytes)?;
        self.format.set(Some(Str::from_latin1(bytes)?));
        self.size.set(parsed.size as isize);
        self.count.set(parsed.count as isize);
        self.parsed.set(Some(Rc::new(parsed)));
        Ok(())
    }

    /// Return an iterator yielding tuples of values.
    ///
    /// It unpacks the buffer piece by piece; its length has to be a multiple of the struct size.
    #[method("(buffer, /)")]
    fn iter_unpack(&self, buffer: &Object) -> Result<Ref<UnpackIterator>> {
        UnpackIterator::over(self.parsed()?, buffer)
    }

    /// S.pack(v1, v2, ...) -> bytes
    ///
    /// The values packed as the format says.
    #[method("(*values)", no_text_signature)]
    fn pack(&self, values: &[&Object]) -> Result<Ref<Bytes>> {
        pack_values(&*self.parsed()?, values, "pack")
    }

    /// S.pack_into(buffer, offset, v1, v2, ...)
    ///
    /// Writes the packed values into the buffer from offset on.
    #[method("(*arguments)", no_text_signature)]
    fn pack_into(&self, arguments: &[&Object]) -> Result<()> {
        pack_at(&*self.parsed()?, arguments)
    }

    /// Return a tuple of the values in the buffer, which has to be of the struct size.
    #[method("(buffer, /)")]
    fn unpack(&self, buffer: &Object) -> Result<Ref<Tuple>> {
        unpack_all(&*self.parsed()?, buffer)
    }

    /// Return a tuple of the values in the buffer from offset on.
    #[method("(buffer, offset=0)")]
    fn unpack_from(&self, buffer: BytesLike, offset: isize) -> Result<Ref<Tuple>> {
        unpack_at(&*self.parsed()?, buffer.bytes(), offset)
    }

    /// How many bytes of memory the object takes.
    #[method(no_text_signature)]
    fn __sizeof__(&self) -> Result<usize> {
        Ok(size_of::<Struct>() + (self.parsed()?.items.len() + 1) * ITEM_BYTES)
    }

    /// The format, as text.
    #[getter]
    fn format(&self) -> Option<Ref<Str>> {
        self.format.get()
    }

    /// How many bytes the packed values have.
    #[getter]
    fn size(&self) -> isize {
        self.size.get()
    }
}

/// The iterator of `iter_unpack`.
#[repr(C)]
pub struct UnpackIterator {
    base: Object,
    format: Rc<Format>,
    buffer: RefCell<Option<Buffer>>,
    at: Cell<usize>,
}

impl UnpackIterator {
    fn over(format: Rc<Format>, buffer: &Object) -> Result<Ref<UnpackIterator>> {
        if format.size == 0 {
            return Err(ERROR.raise("cannot iteratively unpack with a struct of length 0"));
        }
        let buffer = buffer.get_buffer(request::SIMPLE)?;
        if !buffer.len().is_multiple_of(format.size) {
            let message =
                format!("iterative unpacking requires a buffer of a multiple of {} bytes", format.size);
            return Err(ERROR.raise(&message));
        }
        let (buffer, at) = (RefCell::new(Some(buffer)), Cell::new(0));
        Ok(Ref::new(UnpackIterator { base: Object::header(), format, buffer, at }))
    }

    fn left(&self) -> usize {
        let length = self.buffer.borrow().as_ref().map_or(0, Buffer::len);
        length.saturating_sub(self.at.get()) / self.format.size
    }
}

#[class(name = "unpack_iterator", module = "_struct", generic_getattro)]
impl UnpackIterator {
    #[slot(tp_iter)]
    fn iter(&self) -> &UnpackIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let at = self.at.get();
        if self.left() == 0 {
            // The buffer is given back as soon as nothing is left of it.
            drop(self.buffer.take());
            return Ok(None);
        }
        self.at.set(at + self.format.size);
        match &*self.buffer.borrow() {
            Some(buffer) => unpack_values(&self.format, &buffer.bytes()[at..at + self.format.size]).map(Some),
            None => Ok(None),
        }
    }

    #[method(no_text_signature)]
    fn __length_hint__(&self) -> usize {
        self.left()
    }
}

fn split_format<'a>(arguments: &'a [&'a Object]) -> Result<(Rc<Format>, &'a [&'a Object])> {
    match arguments {
        [] => Err(raise!(TypeError, "missing format argument")),
        [format, rest @ ..] => Ok((cached(format)?, rest)),
    }
}

/// Functions to convert between Python values and C structs.
///
/// Structs are bytes objects, and format strings say what is in them: see help(struct).
#[module(name = "_struct", classes = [STRUCT])]
pub mod module {
    use super::*;

    /// Forget the formats that were read and kept.
    #[function]
    fn _clearcache() {
        CACHE.with_borrow_mut(HashMap::clear);
    }

    /// How many bytes values packed by the format have.
    #[function("(format, /)")]
    fn calcsize(format: &Object) -> Result<usize> {
        Ok(cached(format)?.size)
    }

    /// Return an iterator yielding tuples of values.
    ///
    /// It unpacks the buffer piece by piece; its length has to be a multiple of the struct size.
    #[function("(format, buffer, /)")]
    fn iter_unpack(format: &Object, buffer: &Object) -> Result<Ref<UnpackIterator>> {
        UnpackIterator::over(cached(format)?, buffer)
    }

    /// pack(format, v1, v2, ...) -> bytes
    ///
    /// The values packed as the format says.
    #[function("(*arguments)", no_text_signature)]
    fn pack(arguments: &[&Object]) -> Result<Ref<Bytes>> {
        let (format, values) = split_format(arguments)?;
        pack_values(&format, values, "pack")
    }

    /// pack_into(format, buffer, offset, v1, v2, ...)
    ///
    /// Writes the packed values into the buffer from offset on.
    #[function("(*arguments)", no_text_signature)]
    fn pack_into(arguments: &[&Object]) -> Result<()> {
        let (format, rest) = split_format(arguments)?;
        pack_at(&format, rest)
    }

    /// Return a tuple of the values in the buffer, which has to be of the struct size.
    #[function("(format, buffer, /)")]
    fn unpack(format: &Object, buffer: &Object) -> Result<Ref<Tuple>> {
        unpack_all(&*cached(format)?, buffer)
    }

    /// Return a tuple of the values in the buffer from offset on.
    #[function("(format, /, buffer, offset=0)")]
    fn unpack_from(format: Cached, buffer: BytesLike, offset: isize) -> Result<Ref<Tuple>> {
        unpack_at(&format.0, buffer.bytes(), offset)
    }

    #[exec]
    fn add_error(module: &Module) -> Result<()> {
        ready(&UNPACK_ITERATOR)?;
        module.add("error", ERROR.get()?)
    }
}
