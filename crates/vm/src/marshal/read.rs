//! Reading objects.

use std::borrow::Cow;
use std::cmp::Ordering;

use objects::bytearray::ByteArray;
use objects::memoryview::MemoryView;
use objects::prelude::*;
use objects::set::Set;

use super::{FLAG_REF, MAX_DEPTH, code};
use crate::code::Parts;

/// Where the bytes come from.
pub enum Source<'a> {
    Slice(&'a [u8]),
    /// An object with `readinto()`.
    File(&'a Object),
    /// A function that reads exactly so many bytes.
    Function(&'a dyn Fn(usize) -> Result<Vec<u8>>),
}

impl<'a> Source<'a> {
    fn take(&mut self, count: usize) -> Result<Cow<'a, [u8]>> {
        match self {
            Source::Slice(rest) => match rest.split_at_checked(count) {
                Some((taken, left)) => {
                    *rest = left;
                    Ok(Cow::Borrowed(taken))
                }
                None => Err(too_short()),
            },
            Source::File(file) => read_exactly(file, count).map(Cow::Owned),
            Source::Function(read) => read(count).map(Cow::Owned),
        }
    }
}

#[cold]
fn too_short() -> Raised {
    raise!(EOFError, "marshal data too short")
}

fn read_exactly(file: &Object, count: usize) -> Result<Vec<u8>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let room = ByteArray::new(&vec![0; count])?;
    let read = file.call_method(intern!("readinto"), &[&*MemoryView::of(&room)?])?;
    let read = if read.is_none() { 0 } else { read.as_isize()? };
    match read.cmp(&(count as isize)) {
        Ordering::Equal => Ok(room.to_vec()),
        Ordering::Less => Err(raise!(EOFError, "EOF read where not expected")),
        Ordering::Greater => {
            Err(raise!(ValueError, "read() returned too much data: {count} bytes requested, {read} returned"))
        }
    }
}

struct Reader<'a> {
    source: Source<'a>,
    /// The objects that later ones refer to; none while one is being read.
    references: Vec<Option<Ref>>,
    depth: usize,
}

/// Reads one object; what follows it is ignored.
pub fn load_all(bytes: &[u8]) -> Result<Ref> {
    load(Source::Slice(bytes))
}

/// Reads one object by a function that reads exactly so many bytes.
pub fn load_with(read: &dyn Fn(usize) -> Result<Vec<u8>>) -> Result<Ref> {
    load(Source::Function(read))
}

pub fn load_from_file(file: &Object) -> Result<Ref> {
    let probe = file.call_method(intern!("read"), &[&Int::new(0)])?;
    if probe.downcast::<Bytes>().is_none() {
        bail!(TypeError, "file.read() returned not bytes but {}", probe.class().name());
    }
    load(Source::File(file))
}

fn load(source: Source<'_>) -> Result<Ref> {
    let mut reader = Reader { source, references: Vec::new(), depth: 0 };
    match reader.object()? {
        Some(object) => Ok(object),
        None => Err(raise!(TypeError, "NULL object in marshal data for object")),
    }
}

fn bad(reason: &str) -> Raised {
    raise!(ValueError, "bad marshal data ({reason})")
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8> {
        Ok(self.source.take(1)?[0])
    }

    fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT]> {
        let taken = self.source.take(COUNT)?;
        let mut array = [0; COUNT];
        array.copy_from_slice(&taken);
        Ok(array)
    }

    fn long(&mut self) -> Result<i32> {
        self.array().map(i32::from_le_bytes)
    }

    fn double(&mut self) -> Result<f64> {
        self.array().map(f64::from_le_bytes)
    }

    fn size(&mut self, what: &str) -> Result<usize> {
        usize::try_from(self.long()?).map_err(|_| bad(&format!("{what} size out of range")))
    }

    /// A float in decimal, its length in a byte before it.
    fn decimal(&mut self) -> Result<f64> {
        let length = self.byte()?;
        let text = self.source.take(length.into())?;
        let text = Str::from_latin1(&text)?;
        Ok(text.as_object().float()?.value())
    }

    /// An object; none where the data holds a null.
    fn object(&mut self) -> Result<Option<Ref>> {
        let first = match self.source.take(1) {
            Ok(byte) => byte[0],
            // Whatever kept the byte from being read.
            Err(raised) => {
                raised.clear();
                bail!(EOFError, "EOF read where object expected");
            }
        };
        if self.depth >= MAX_DEPTH {
            bail!(ValueError, "recursion limit exceeded");
        }
        self.depth += 1;
        let result = self.content(first & !FLAG_REF, first & FLAG_REF != 0);
        self.depth -= 1;
        result
    }

    /// An object that may not be null.
    fn present(&mut self, what: &str) -> Result<Ref> {
        match self.object()? {
            Some(object) => Ok(object),
            None => Err(raise!(TypeError, "NULL object in marshal data for {what}")),
        }
    }

    fn reserve(&mut self, flagged: bool) -> Option<usize> {
        flagged.then(|| {
            self.references.push(None);
            self.references.len() - 1
        })
    }

    fn enter(&mut self, index: Option<usize>, object: Ref) -> Ref {
        if let Some(index) = index {
            self.references[index] = Some(object.clone());
        }
        object
    }

    fn content(&mut self, kind: u8, flagged: bool) -> Result<Option<Ref>> {
        Ok(Some(match kind {
            code::NULL => return Ok(None),
            code::NONE => none(),
            code::FALSE => false_(),
            code::TRUE => true_(),
            code::ELLIPSIS => ellipsis(),
            code::STOP_ITERATION => exceptions::StopIteration.to_ref().into_object(),
            code::REF => return self.reference().map(Some),
            _ => {
                let index = self.reserve(flagged);
                let object = self.compound(kind, index)?;
                self.enter(index, object)
            }
        }))
    }

    fn reference(&mut self) -> Result<Ref> {
        let index = self.long()?;
        match usize::try_from(index).ok().and_then(|index| self.references.get(index)) {
            Some(Some(object)) => Ok(object.clone()),
            _ => Err(bad("invalid reference")),
        }
    }

    fn compound(&mut self, kind: u8, index: Option<usize>) -> Result<Ref> {
        Ok(match kind {
            code::INT => Int::new(self.long()?.into()).into_object(),
            code::INT64 => Int::new(self.array().map(i64::from_le_bytes)?).into_object(),
            code::LONG => self.long_int()?,
            code::FLOAT => Float::new(self.decimal()?).into_object(),
            code::BINARY_FLOAT => Float::new(self.double()?).into_object(),
            code::COMPLEX => Complex::new(self.decimal()?, self.decimal()?).into_object(),
            code::BINARY_COMPLEX => Complex::new(self.double()?, self.double()?).into_object(),
            code::STRING => {
                let size = self.size("bytes object")?;
                Bytes::try_new(&self.source.take(size)?)?.into_object()
            }
            code::ASCII | code::ASCII_INTERNED => {
                let size = self.size("string")?;
                self.ascii(size, kind == code::ASCII_INTERNED)?
            }
            code::SHORT_ASCII | code::SHORT_ASCII_INTERNED => {
                let size = self.byte()?.into();
                self.ascii(size, kind == code::SHORT_ASCII_INTERNED)?
            }
            code::UNICODE | code::INTERNED => {
                let size = self.size("string")?;
                let bytes = self.source.take(size)?;
                let text = Str::from_wtf8(&bytes)?;
                match kind {
                    code::INTERNED => Str::intern(text).into_object(),
                    _ => text.into_object(),
                }
            }
            code::SMALL_TUPLE => {
                let size = self.byte()?.into();
                self.tuple(size)?
            }
            code::TUPLE => {
                let size = self.size("tuple")?;
                self.tuple(size)?
            }
            code::LIST => self.list(index)?,
            code::DICT => self.dict(index)?,
            code::SET => self.set(index)?,
            code::FROZENSET => {
                let size = self.size("set")?;
                crate::code::frozenset(self.items(size, "set")?)?
            }
            code::CODE => self.code()?,
            _ => return Err(bad("unknown type code")),
        })
    }

    fn ascii(&mut self, size: usize, interned: bool) -> Result<Ref> {
        let text = Str::from_latin1(&self.source.take(size)?)?;
        Ok(if interned { Str::intern(text).into_object() } else { text.into_object() })
    }

    fn items(&mut self, count: usize, what: &str) -> Result<Vec<Ref>> {
        // The count is the data's claim: room is made as items come.
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            items.push(self.present(what)?);
        }
        Ok(items)
    }

    fn tuple(&mut self, size: usize) -> Result<Ref> {
        Ok(Tuple::new(self.items(size, "tuple")?)?.into_object())
    }

    fn list(&mut self, index: Option<usize>) -> Result<Ref> {
        let size = self.size("list")?;
        let list = List::new();
        self.enter(index, list.clone().into_object());
        for _ in 0..size {
            list.push(self.present("list")?)?;
        }
        Ok(list.into_object())
    }

    fn dict(&mut self, index: Option<usize>) -> Result<Ref> {
        let dict = Dict::new();
        self.enter(index, dict.clone().into_object());
        while let Some(key) = self.object()? {
            let Some(value) = self.object()? else { break };
            dict.set(&key, &value)?;
        }
        Ok(dict.into_object())
    }

    fn set(&mut self, index: Option<usize>) -> Result<Ref> {
        let size = self.size("set")?;
        let set = Set::new();
        self.enter(index, set.clone().into_object());
        for _ in 0..size {
            let item = self.present("set")?;
            set.add(&item)?;
        }
        Ok(set.into_object())
    }

    /// An int: digits of 15 bits.
    fn long_int(&mut self) -> Result<Ref> {
        let size = self.long()?;
        if size == i32::MIN {
            return Err(bad("long size out of range"));
        }
        let count = size.unsigned_abs() as usize;
        let mut digits: Vec<u32> = Vec::with_capacity((count / 2 + 1).min(1024));
        for place in 0..count {
            let digit = self.array().map(u16::from_le_bytes)?;
            if digit >= 1 << 15 {
                return Err(bad("digit out of range in long"));
            }
            if place + 1 == count && digit == 0 {
                return Err(bad("unnormalized long data"));
            }
            match place % 2 {
                0 => digits.push(digit.into()),
                _ => digits[place / 2] |= u32::from(digit) << 15,
            }
        }
        Ok(Int::from_digits(&digits, size < 0)?.into_object())
    }

    fn code(&mut self) -> Result<Ref> {
        let mut number = || self.long();
        let (argcount, posonlyargcount, kwonlyargcount) = (number()?, number()?, number()?);
        let (nlocals, stacksize, flags) = (number()?, number()?, number()?);
        // All of it is read before any of it is looked at: data that end too soon say so.
        let mut next = || self.present("code object");
        let (code, consts, names, varnames) = (next()?, next()?, next()?, next()?);
        let (freevars, cellvars, filename, name) = (next()?, next()?, next()?, next()?);
        let firstlineno = self.long()?;
        let lnotab = self.present("code object")?;
        let parts = Parts {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            nlocals,
            stacksize,
            flags,
            code: part(code)?,
            consts: part(consts)?,
            names: part(names)?,
            varnames: part(varnames)?,
            freevars: part(freevars)?,
            cellvars: part(cellvars)?,
            filename: part(filename)?,
            name: part(name)?,
            firstlineno,
            lnotab: part(lnotab)?,
        };
        Ok(parts.build()?.into_object())
    }
}

/// A part of a code object, which has to be of a certain type.
fn part<T: Layout>(value: Ref) -> Result<Ref<T>> {
    match value.into_type::<T>() {
        Ok(part) => Ok(part),
        Err(_) => Err(raise!(SystemError, "bad argument to internal function")),
    }
}
