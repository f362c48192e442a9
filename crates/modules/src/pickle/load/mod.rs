//! Reading one pickle: a machine with a stack.

mod atoms;
mod calls;
mod containers;
mod numbers;

use objects::prelude::*;

use super::UNPICKLING_ERROR;
use super::input::Input;
use super::opcodes as op;
use super::stack::Stack;
use super::unpickler::{Encoding, Unpickler};

/// One run of `load`. What Python code can see of it stands in the unpickler.
pub struct Loader<'a> {
    unpickler: &'a Unpickler,
    encoding: Option<Encoding>,
    input: Input,
    stack: Stack,
}

#[cold]
fn failed(message: &str) -> Raised {
    UNPICKLING_ERROR.raise(message)
}

#[cold]
fn unknown(opcode: u8) -> Raised {
    match opcode {
        b'\'' | b'\\' => failed(&format!("invalid load key, '\\x{opcode:02x}'.")),
        b' '..=b'~' => failed(&format!("invalid load key, '{}'.", char::from(opcode))),
        _ => failed(&format!("invalid load key, '\\x{opcode:02x}'.")),
    }
}

impl<'a> Loader<'a> {
    pub fn new(unpickler: &'a Unpickler, input: Input, mut marks: Vec<usize>) -> Loader<'a> {
        marks.clear();
        Loader { unpickler, encoding: None, input, stack: Stack::new(marks) }
    }

    /// What the unpickler keeps for the next run.
    pub fn into_parts(self) -> (Input, Vec<usize>) {
        (self.input, self.stack.marks)
    }

    /// Runs the pickle's instructions to its end.
    pub fn load(&mut self) -> Result<Ref> {
        self.unpickler.protocol.set(0);
        loop {
            let opcode = self.input.opcode()?;
            match opcode {
                op::NONE => self.stack.push(none()),
                op::NEWTRUE => self.stack.push(true_()),
                op::NEWFALSE => self.stack.push(false_()),
                op::BININT1 => {
                    let [byte] = self.input.array()?;
                    self.push_int(i64::from(byte));
                }
                op::BININT2 => {
                    let number = u16::from_le_bytes(self.input.array()?);
                    self.push_int(i64::from(number));
                }
                op::BININT => {
                    let number = i32::from_le_bytes(self.input.array()?);
                    self.push_int(i64::from(number));
                }
                op::INT => self.load_int()?,
                op::LONG => self.load_long()?,
                op::LONG1 => {
                    let [length] = self.input.array()?;
                    self.load_counted_long(i64::from(length))?;
                }
                op::LONG4 => {
                    let length = i32::from_le_bytes(self.input.array()?);
                    self.load_counted_long(i64::from(length))?;
                }
                op::FLOAT => self.load_float()?,
                op::BINFLOAT => {
                    let value = f64::from_be_bytes(self.input.array()?);
                    self.stack.push(Float::new(value).into_object());
                }
                op::SHORT_BINBYTES => self.load_bytes::<1>()?,
                op::BINBYTES => self.load_bytes::<4>()?,
                op::BINBYTES8 => self.load_bytes::<8>()?,
                op::BYTEARRAY8 => self.load_bytearray()?,
                op::NEXT_BUFFER => self.load_next_buffer()?,
                op::READONLY_BUFFER => self.make_readonly()?,
                op::STRING => self.load_string()?,
                op::SHORT_BINSTRING => self.load_binstring::<1>()?,
                op::BINSTRING => self.load_binstring::<4>()?,
                op::UNICODE => self.load_unicode()?,
                op::SHORT_BINUNICODE => self.load_str::<1>()?,
                op::BINUNICODE => self.load_str::<4>()?,
                op::BINUNICODE8 => self.load_str::<8>()?,
                op::EMPTY_TUPLE => self.stack.push(Tuple::empty().into_object()),
                op::TUPLE1 => self.load_short_tuple(1)?,
                op::TUPLE2 => self.load_short_tuple(2)?,
                op::TUPLE3 => self.load_short_tuple(3)?,
                op::TUPLE => self.load_tuple()?,
                op::EMPTY_LIST => self.stack.push(List::new().into_object()),
                op::LIST => self.load_list()?,
                op::EMPTY_DICT => self.stack.push(Dict::new().into_object()),
                op::DICT => self.load_dict()?,
                op::EMPTY_SET => self.stack.push(objects::set::Set::new().into_object()),
                op::FROZENSET => self.load_frozenset()?,
                op::APPEND => self.append_from(self.stack.len().wrapping_sub(1))?,
                op::APPENDS => {
                    let mark = self.stack.pop_mark()?;
                    self.append_from(mark)?;
                }
                op::SETITEM => self.set_from(self.stack.len().wrapping_sub(2))?,
                op::SETITEMS => {
                    let mark = self.stack.pop_mark()?;
                    self.set_from(mark)?;
                }
                op::ADDITEMS => self.add_items()?,
                op::MARK => self.stack.mark(),
                op::POP => self.stack.drop_top()?,
                op::POP_MARK => {
                    let mark = self.stack.pop_mark()?;
                    drop(self.stack.take_from(mark)?);
                }
                op::DUP => {
                    let top = self.stack.top()?.clone();
                    self.stack.push(top);
                }
                op::MEMOIZE => {
                    let top = self.stack.top()?.clone();
                    let number = self.unpickler.memo.borrow().len();
                    self.remember(number, top);
                }
                op::BINPUT => {
                    let [number] = self.input.array()?;
                    self.put(usize::from(number))?;
                }
                op::LONG_BINPUT => {
                    let number = u32::from_le_bytes(self.input.array()?);
                    self.put(number as usize)?;
                }
                op::PUT => self.load_put()?,
                op::BINGET => {
                    let [number] = self.input.array()?;
                    self.get(usize::from(number))?;
                }
                op::LONG_BINGET => {
                    let number = u32::from_le_bytes(self.input.array()?);
                    self.get(number as usize)?;
                }
                op::GET => self.load_get()?,
                op::GLOBAL => self.load_global()?,
                op::STACK_GLOBAL => self.load_stack_global()?,
                op::REDUCE => self.load_reduce()?,
                op::BUILD => self.load_build()?,
                op::NEWOBJ => self.load_newobj()?,
                op::NEWOBJ_EX => self.load_newobj_ex()?,
                op::INST => self.load_inst()?,
                op::OBJ => self.load_obj()?,
                op::PERSID => self.load_persid()?,
                op::BINPERSID => self.load_binpersid()?,
                op::EXT1 => {
                    let [code] = self.input.array()?;
                    self.load_extension(i64::from(code))?;
                }
                op::EXT2 => {
                    let code = u16::from_le_bytes(self.input.array()?);
                    self.load_extension(i64::from(code))?;
                }
                op::EXT4 => {
                    let code = i32::from_le_bytes(self.input.array()?);
                    self.load_extension(i64::from(code))?;
                }
                op::PROTO => self.load_proto()?,
                op::FRAME => self.load_frame()?,
                op::STOP => break,
                _ => return Err(unknown(opcode)),
            }
        }
        self.input.skip_consumed()?;
        self.stack.pop()
    }

    fn load_proto(&mut self) -> Result<()> {
        let [protocol] = self.input.array()?;
        if i32::from(protocol) > op::HIGHEST_PROTOCOL {
            bail!(ValueError, "unsupported pickle protocol: {protocol}");
        }
        self.unpickler.protocol.set(protocol);
        Ok(())
    }

    fn load_frame(&mut self) -> Result<()> {
        let length = u64::from_le_bytes(self.input.array()?);
        let Ok(length) = isize::try_from(length) else {
            bail!(OverflowError, "FRAME length exceeds system's maximum of {} bytes", isize::MAX);
        };
        self.input.frame(length as usize)
    }

    /// The encoding of Python 2's byte strings.
    fn encoding(&mut self) -> &Encoding {
        let unpickler = self.unpickler;
        self.encoding.get_or_insert_with(|| unpickler.encoding())
    }

    #[inline]
    fn remember(&self, number: usize, object: Ref) {
        let old = self.unpickler.memo.borrow_mut().set(number, object);
        drop(old);
    }

    #[inline]
    fn put(&mut self, number: usize) -> Result<()> {
        let top = self.stack.top()?.clone();
        self.remember(number, top);
        Ok(())
    }

    #[inline]
    fn get(&mut self, number: usize) -> Result<()> {
        let object = self.unpickler.memo.borrow().get(number);
        match object {
            Some(object) => {
                self.stack.push(object);
                Ok(())
            }
            None => Err(failed(&format!("Memo value not found at index {number}"))),
        }
    }

    /// A line with a number in it.
    fn number_line(&mut self) -> Result<&[u8]> {
        let line = self.input.line()?;
        match line.len() < 2 {
            true => Err(super::input::truncated()),
            false => Ok(line),
        }
    }

    fn load_put(&mut self) -> Result<()> {
        let line = self.number_line()?.to_vec();
        let top = self.stack.top()?.clone();
        match usize::try_from(numbers::parse_size(&line)?) {
            Ok(number) => self.remember(number, top),
            Err(_) => bail!(ValueError, "negative PUT argument"),
        }
        Ok(())
    }

    fn load_get(&mut self) -> Result<()> {
        match numbers::parse_size(self.number_line()?)? {
            number @ ..0 => Err(failed(&format!("Memo value not found at index {number}"))),
            number => self.get(number as usize),
        }
    }
}
