//! Writing objects.

use std::collections::HashMap;

use objects::prelude::*;
use objects::set::{FrozenSet, Set};

use super::{FLAG_REF, MAX_DEPTH, code};
use crate::code::Code;

struct Writer {
    bytes: Vec<u8>,
    version: i32,
    /// Where the objects that may be referred to stand in the reader's table. Their addresses stay
    /// taken: `kept` holds them.
    references: HashMap<usize, u32>,
    kept: Vec<Ref>,
    depth: usize,
    failure: Option<Failure>,
}

#[derive(Clone, Copy)]
enum Failure {
    Unmarshallable,
    TooDeep,
}

/// The serial form of an object. `ValueError` for what has none.
pub fn dump(value: &Object, version: i32) -> Result<Vec<u8>> {
    let mut writer = Writer {
        bytes: Vec::new(),
        version,
        references: HashMap::new(),
        kept: Vec::new(),
        depth: 0,
        failure: None,
    };
    writer.object(value)?;
    match writer.failure {
        None => Ok(writer.bytes),
        Some(Failure::Unmarshallable) => Err(raise!(ValueError, "unmarshallable object")),
        Some(Failure::TooDeep) => Err(raise!(ValueError, "object too deeply nested to marshal")),
    }
}

impl Writer {
    fn long(&mut self, value: i32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn size(&mut self, size: usize) -> Result<()> {
        match i32::try_from(size) {
            Ok(size) => self.long(size),
            Err(_) => self.failure = Some(Failure::Unmarshallable),
        }
        Ok(())
    }

    fn sized(&mut self, bytes: &[u8]) -> Result<()> {
        self.size(bytes.len())?;
        self.bytes.extend(bytes);
        Ok(())
    }

    fn object(&mut self, value: &Object) -> Result<()> {
        self.held_object(value, 0)
    }

    /// Writes an object to which the writer itself holds `held` references.
    fn held_object(&mut self, value: &Object, held: isize) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.failure = Some(Failure::TooDeep);
        } else if let Some(code) = singleton(value) {
            self.bytes.push(code);
        } else if let Some(flag) = self.reference(value, held) {
            self.content(value, flag)?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Writes a reference to an object written before; else gives the flag for its type code. An object
    /// that nobody else refers to needs no place in the table.
    fn reference(&mut self, value: &Object, held: isize) -> Option<u8> {
        if self.version < 3 || value.refcnt() == 1 + held {
            return Some(0);
        }
        let address = value.as_ptr() as usize;
        if let Some(&index) = self.references.get(&address) {
            self.bytes.push(code::REF);
            self.long(index as i32);
            return None;
        }
        self.references.insert(address, self.references.len() as u32);
        self.kept.push(value.to_ref());
        Some(FLAG_REF)
    }

    fn content(&mut self, value: &Object, flag: u8) -> Result<()> {
        if let Some(int) = value.downcast_exact::<Int>() {
            self.int(int, flag)
        } else if let Some(float) = value.downcast_exact::<Float>() {
            self.float(float.value(), [code::FLOAT, code::BINARY_FLOAT], flag)
        } else if let Some(complex) = value.downcast_exact::<Complex>() {
            self.complex(complex, flag)
        } else if let Some(bytes) = value.downcast_exact::<Bytes>() {
            self.bytes.push(code::STRING | flag);
            self.sized(bytes.as_bytes())
        } else if let Some(text) = value.downcast_exact::<Str>() {
            self.text(text, flag)
        } else if let Some(tuple) = value.downcast_exact::<Tuple>() {
            self.tuple(tuple, flag)
        } else if let Some(list) = value.downcast_exact::<List>() {
            self.bytes.push(code::LIST | flag);
            self.items(&list.to_vec(), 1)
        } else if let Some(dict) = value.downcast_exact::<Dict>() {
            self.dict(dict, flag)
        } else if value.downcast_exact::<Set>().is_some() {
            self.bytes.push(code::SET | flag);
            self.items(&value.collect_vec()?, 1)
        } else if value.downcast_exact::<FrozenSet>().is_some() {
            self.bytes.push(code::FROZENSET | flag);
            self.items(&value.collect_vec()?, 1)
        } else if let Some(code) = value.downcast_exact::<Code>() {
            self.code(code, flag)
        } else {
            self.buffer(value, flag)
        }
    }

    fn int(&mut self, int: &Int, flag: u8) -> Result<()> {
        if let Some(small) = int.to_i64().and_then(|value| i32::try_from(value).ok()) {
            self.bytes.push(code::INT | flag);
            self.long(small);
            return Ok(());
        }
        self.bytes.push(code::LONG | flag);
        let mut digits: Vec<u16> =
            int.digits().iter().flat_map(|&digit| [(digit & 0x7fff) as u16, (digit >> 15) as u16]).collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let Ok(count) = i32::try_from(digits.len()) else {
            self.failure = Some(Failure::Unmarshallable);
            return Ok(());
        };
        self.long(if int.is_negative() { -count } else { count });
        self.bytes.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        Ok(())
    }

    /// A float in binary, or before version 2 in decimal.
    fn float(&mut self, value: f64, [decimal, binary]: [u8; 2], flag: u8) -> Result<()> {
        self.bytes.push(if self.version > 1 { binary } else { decimal } | flag);
        self.number(value)
    }

    fn number(&mut self, value: f64) -> Result<()> {
        if self.version > 1 {
            self.bytes.extend(value.to_le_bytes());
            return Ok(());
        }
        let text = Float::new(value).as_object().repr()?;
        let text = text.as_utf8()?;
        self.bytes.push(text.len() as u8);
        self.bytes.extend(text.as_bytes());
        Ok(())
    }

    fn complex(&mut self, value: &Complex, flag: u8) -> Result<()> {
        self.float(value.value().real, [code::COMPLEX, code::BINARY_COMPLEX], flag)?;
        self.number(value.value().imag)
    }

    fn text(&mut self, text: &Str, flag: u8) -> Result<()> {
        let is_interned = objects::str::is_interned(text);
        if self.version >= 4
            && let Some(ascii) = text.as_ascii()
        {
            let is_short = ascii.len() < 256;
            let kind = match (is_short, is_interned) {
                (true, true) => code::SHORT_ASCII_INTERNED,
                (true, false) => code::SHORT_ASCII,
                (false, true) => code::ASCII_INTERNED,
                (false, false) => code::ASCII,
            };
            self.bytes.push(kind | flag);
            if is_short {
                self.bytes.push(ascii.len() as u8);
                self.bytes.extend(ascii.as_bytes());
                return Ok(());
            }
            return self.sized(ascii.as_bytes());
        }
        let kind = if self.version >= 3 && is_interned { code::INTERNED } else { code::UNICODE };
        self.bytes.push(kind | flag);
        self.sized(&text.to_wtf8())
    }

    fn tuple(&mut self, tuple: &Tuple, flag: u8) -> Result<()> {
        let items = tuple.items();
        if self.version < 4 || items.len() >= 256 {
            self.bytes.push(code::TUPLE | flag);
            return self.items(items, 0);
        }
        self.bytes.push(code::SMALL_TUPLE | flag);
        self.bytes.push(items.len() as u8);
        items.iter().try_for_each(|item| self.object(item))
    }

    fn items(&mut self, items: &[Ref], held: isize) -> Result<()> {
        self.size(items.len())?;
        items.iter().try_for_each(|item| self.held_object(item, held))
    }

    fn dict(&mut self, dict: &Dict, flag: u8) -> Result<()> {
        self.bytes.push(code::DICT | flag);
        let mut position = 0;
        while let Some((key, value)) = dict.next(&mut position) {
            self.held_object(&key, 1)?;
            self.held_object(&value, 1)?;
        }
        self.bytes.push(code::NULL);
        Ok(())
    }

    fn code(&mut self, value: &Code, flag: u8) -> Result<()> {
        self.bytes.push(code::CODE | flag);
        for number in [
            value.argcount,
            value.posonlyargcount,
            value.kwonlyargcount,
            value.nlocals,
            value.stacksize,
            value.flags,
        ] {
            self.long(number);
        }
        self.object(&value.code)?;
        for tuple in [&value.consts, &value.names, &value.varnames, &value.freevars, &value.cellvars] {
            self.object(tuple)?;
        }
        // SAFETY: the file name changes under `_imp._fix_co_filename` alone, which does not run here.
        match unsafe { value.filename.peek() } {
            Some(filename) => self.object(filename)?,
            None => self.bytes.push(code::NONE),
        }
        self.object(&value.name)?;
        self.long(value.firstlineno);
        self.object(&value.lnotab)
    }

    /// Anything else is written as its bytes, where it has any.
    fn buffer(&mut self, value: &Object, flag: u8) -> Result<()> {
        match value.get_buffer(objects::buffer::request::SIMPLE) {
            Ok(buffer) => {
                self.bytes.push(code::STRING | flag);
                self.sized(buffer.bytes())
            }
            Err(raised) => {
                raised.clear();
                self.bytes.push(code::UNKNOWN);
                self.failure = self.failure.or(Some(Failure::Unmarshallable));
                Ok(())
            }
        }
    }
}

/// The type code of an object of which there is one.
fn singleton(value: &Object) -> Option<u8> {
    Some(match value {
        value if value.is_none() => code::NONE,
        value if value.is(&exceptions::StopIteration) => code::STOP_ITERATION,
        value if value.is(&ellipsis()) => code::ELLIPSIS,
        value if value.is(&false_()) => code::FALSE,
        value if value.is(&true_()) => code::TRUE,
        _ => return None,
    })
}
