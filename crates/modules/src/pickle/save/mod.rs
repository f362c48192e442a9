//! Writing one pickle: which instructions stand for an object.

mod atoms;
mod batches;
mod containers;
mod globals;
mod reduced;

use std::collections::HashSet;

use objects::bytearray::ByteArray;
use objects::pickle_buffer::PickleBuffer;
use objects::prelude::*;
use objects::protocol::enter_call;
use objects::set::Set;

use super::PICKLING_ERROR;
use super::opcodes as op;
use super::output::Output;
use super::pickler::{PICKLER, Pickler};
use super::shared::Shared;

/// How deep containers nest in fast mode before they are looked after.
const FAST_NESTING: usize = 50;

/// One run of `dump`. What Python code can see of it stands in the pickler.
pub struct Saver<'a> {
    pickler: &'a Pickler,
    shared: Ref<Shared>,
    output: Output,
    protocol: i32,
    is_binary: bool,
    has_persistent_id: bool,
    reducer_override: Option<Ref>,
    /// Fast mode: how deep the object is, and the containers that it is in below a certain depth.
    nesting: usize,
    enclosing: HashSet<usize>,
}

impl<'a> Saver<'a> {
    pub fn new(pickler: &'a Pickler, output: Output) -> Result<Saver<'a>> {
        let is_plain = pickler.class().is(&PICKLER);
        let reducer_override =
            if is_plain { None } else { pickler.as_object().get_attr_opt(intern!("reducer_override"))? };
        Ok(Saver {
            pickler,
            shared: Shared::get()?,
            output,
            protocol: pickler.protocol.get(),
            is_binary: pickler.is_binary(),
            has_persistent_id: !pickler.persistent_id.is_absent(),
            reducer_override,
            nesting: 0,
            enclosing: HashSet::new(),
        })
    }

    /// Writes the whole pickle.
    pub fn dump(&mut self, object: &Object) -> Result<()> {
        if self.protocol >= 2 {
            self.output.push(&[op::PROTO, self.protocol as u8]);
            if self.protocol >= 4 {
                self.output.begin_framing();
            }
        }
        self.save(object)?;
        self.output.push_byte(op::STOP);
        Ok(())
    }

    /// Gives what no file took.
    pub fn finish(self) -> Result<Vec<u8>> {
        self.output.finish()
    }

    /// Writes the instructions that make an object.
    fn save(&mut self, object: &Object) -> Result<()> {
        if self.has_persistent_id {
            self.output.boundary()?;
            if self.save_persistent(object)? {
                return Ok(());
            }
        }
        self.save_itself(object)
    }

    /// The same for an object that has no persistent id.
    fn save_itself(&mut self, object: &Object) -> Result<()> {
        self.output.boundary()?;
        if let Some(text) = object.downcast_exact::<Str>() {
            return match self.is_memoized(object)? {
                true => Ok(()),
                false => self.save_str(text),
            };
        }
        if let Some(number) = object.downcast_exact::<Int>() {
            return self.save_int(number);
        }
        if object.is_none() {
            self.output.push_byte(op::NONE);
            return Ok(());
        }
        if object.is_bool() {
            self.save_bool(object.is_true_object());
            return Ok(());
        }
        if let Some(number) = object.downcast_exact::<Float>() {
            self.save_float(number.value());
            return Ok(());
        }
        if self.is_memoized(object)? {
            return Ok(());
        }
        if let Some(bytes) = object.downcast_exact::<Bytes>() {
            return self.save_bytes(bytes);
        }
        let _guard = enter_call(" while pickling an object")?;
        if let Some(dict) = object.downcast_exact::<Dict>() {
            self.save_dict(dict)
        } else if let Some(list) = object.downcast_exact::<List>() {
            self.save_list(list)
        } else if let Some(tuple) = object.downcast_exact::<Tuple>() {
            self.save_tuple(tuple)
        } else if object.class().is(&objects::set::SET) {
            self.save_set(object)
        } else if object.class().is(&objects::set::FROZENSET) {
            self.save_frozenset(object)
        } else if let Some(array) = object.downcast_exact::<ByteArray>() {
            self.save_bytearray(array)
        } else if let Some(buffer) = object.downcast_exact::<PickleBuffer>() {
            self.save_buffer(buffer)
        } else {
            self.save_other(object)
        }
    }

    /// What is neither an atom nor a built-in container: a global, or what `__reduce__` makes of it.
    fn save_other(&mut self, object: &Object) -> Result<()> {
        let mut reduced = None;
        if let Some(reducer) = &self.reducer_override {
            let answer = reducer.call1(object)?;
            reduced = (!answer.is_not_implemented()).then_some(answer);
        }
        let reduced = match reduced {
            Some(reduced) => reduced,
            None if object.class().is(&TYPE) => return self.save_type(object),
            None if (objects::services::get().is_python_function)(object) => {
                return self.save_global(object, None);
            }
            None => match self.reduce(object)? {
                Some(reduced) => reduced,
                None => return self.save_global(object, None),
            },
        };
        if let Some(name) = reduced.downcast::<Str>() {
            return self.save_global(object, Some(name));
        }
        match reduced.downcast::<Tuple>() {
            Some(parts) => self.save_reduced(parts, Some(object)),
            None => Err(PICKLING_ERROR.raise("__reduce__ must return a string or tuple")),
        }
    }

    /// What the dispatch table or the object's own methods make of it; nothing for a class.
    fn reduce(&mut self, object: &Object) -> Result<Option<Ref>> {
        let class = object.class();
        let function = match self.pickler.dispatch_table.get() {
            None => self.shared.dispatch_table.get(class)?,
            Some(table) => raise::ignore(table.get_item(class), &exceptions::KeyError)?,
        };
        if let Some(function) = function {
            return function.call1(object).map(Some);
        }
        if class.is_subtype(&TYPE) {
            return Ok(None);
        }
        if let Some(method) = object.get_attr_opt(intern!("__reduce_ex__"))? {
            return method.call1(&Int::new(self.protocol.into())).map(Some);
        }
        match object.get_attr_opt(intern!("__reduce__"))? {
            Some(method) => method.call0().map(Some),
            None => {
                let shown = object.repr()?;
                Err(PICKLING_ERROR.raise(&format!("can't pickle '{}' object: {shown}", class.name())))
            }
        }
    }

    /// Whether the object has a persistent id, which is written then.
    fn save_persistent(&mut self, object: &Object) -> Result<bool> {
        let pickler = self.pickler;
        let id = pickler.persistent_id.call(pickler, object)?;
        if id.is_none() {
            return Ok(false);
        }
        if self.is_binary {
            self.save_itself(&id)?;
            self.output.push_byte(op::BINPERSID);
            return Ok(true);
        }
        let text = id.str()?;
        let Some(text) = text.as_ascii() else {
            return Err(PICKLING_ERROR.raise("persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.push_line(op::PERSID, text.as_bytes());
        Ok(true)
    }

    /// An instruction whose argument is the rest of the line.
    fn push_line(&mut self, opcode: u8, argument: &[u8]) {
        self.output.push_byte(opcode);
        self.output.push(argument);
        self.output.push_byte(b'\n');
    }

    /// Whether the object was met before; then the instruction that fetches it is written.
    fn is_memoized(&mut self, object: &Object) -> Result<bool> {
        let number = self.pickler.memo.borrow().get(object);
        let Some(number) = number else { return Ok(false) };
        if !self.is_binary {
            self.push_line(op::GET, number.to_string().as_bytes());
        } else if let Ok(number) = u8::try_from(number) {
            self.output.push(&[op::BINGET, number]);
        } else if let Ok(number) = u32::try_from(number) {
            let [a, b, c, d] = number.to_le_bytes();
            self.output.push(&[op::LONG_BINGET, a, b, c, d]);
        } else {
            return Err(PICKLING_ERROR.raise("memo id too large for LONG_BINGET"));
        }
        Ok(true)
    }

    /// Remembers the object that was just written.
    fn memoize(&mut self, object: &Object) -> Result<()> {
        if self.pickler.is_fast() {
            return Ok(());
        }
        let number = {
            let mut memo = self.pickler.memo.borrow_mut();
            let number = memo.len();
            memo.set(object, number);
            number
        };
        if self.protocol >= 4 {
            self.output.push_byte(op::MEMOIZE);
        } else if !self.is_binary {
            self.push_line(op::PUT, number.to_string().as_bytes());
        } else if let Ok(number) = u8::try_from(number) {
            self.output.push(&[op::BINPUT, number]);
        } else if let Ok(number) = u32::try_from(number) {
            let [a, b, c, d] = number.to_le_bytes();
            self.output.push(&[op::LONG_BINPUT, a, b, c, d]);
        } else {
            return Err(PICKLING_ERROR.raise("memo id too large for LONG_BINPUT"));
        }
        Ok(())
    }

    /// Runs the function for a container; without a memo, one that holds itself has no end. `ValueError`.
    fn nested(&mut self, container: &Object, write: impl FnOnce(&mut Saver<'a>) -> Result<()>) -> Result<()> {
        if !self.pickler.is_fast() {
            return write(self);
        }
        self.nesting += 1;
        let key = container.as_ptr() as usize;
        let is_watched = self.nesting >= FAST_NESTING;
        if is_watched && !self.enclosing.insert(key) {
            bail!(
                ValueError,
                "fast mode: can't pickle cyclic objects including object type {} at {container:p}",
                container.class().name()
            );
        }
        let result = write(self);
        if is_watched {
            self.enclosing.remove(&key);
        }
        self.nesting -= 1;
        result
    }
}

/// The elements of a set at this moment.
fn elements(set: &Object) -> Result<Vec<Ref>> {
    match Set::any(set) {
        Some(set) => Ok(set.to_vec()),
        None => set.collect_vec(),
    }
}
