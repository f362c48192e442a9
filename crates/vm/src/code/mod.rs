//! `code`: compiled code, with CPython 3.9's published bytecode and layout.

pub mod construct;
pub mod decode;
pub mod extra;
mod inputs;
mod methods;

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::offset_of;

use bytecode::flags;
use objects::prelude::*;

pub use construct::{Parts, constant, frozenset, text};
use decode::{Decoded, Malformed};

/// `PyCodeObject`. Nothing but the caches and `co_filename` ever changes.
#[repr(C)]
pub struct Code {
    pub(crate) base: Object,
    pub argcount: c_int,
    pub posonlyargcount: c_int,
    pub kwonlyargcount: c_int,
    pub nlocals: c_int,
    pub stacksize: c_int,
    pub flags: c_int,
    pub firstlineno: c_int,
    pub code: Ref<Bytes>,
    pub consts: Ref<Tuple>,
    pub names: Ref<Tuple>,
    pub varnames: Ref<Tuple>,
    pub freevars: Ref<Tuple>,
    pub cellvars: Ref<Tuple>,
    /// For each cell variable the index of the argument it is, or -1; null where none is an argument.
    cell2arg: *mut isize,
    pub filename: Field<Str>,
    pub name: Ref<Str>,
    pub lnotab: Ref<Bytes>,
    /// A frame of this code without references, kept for the next call.
    pub(crate) zombieframe: Cell<*mut c_void>,
    weakreflist: Cell<*mut Object>,
    extra: Cell<*mut c_void>,
    opcache_map: Cell<*mut u8>,
    /// The decoded copy, in the place where CPython keeps its caches.
    opcache: Cell<*mut Decoded>,
    opcache_flag: Cell<c_int>,
    opcache_size: Cell<u8>,
}

impl Code {
    /// The published bytecode.
    pub fn bytecode(&self) -> &[u8] {
        self.code.as_bytes()
    }

    pub fn has_flags(&self, bits: u32) -> bool {
        self.flags as u32 & bits != 0
    }

    /// How many cell and free variables follow the locals in a frame.
    #[inline(always)]
    pub fn cell_count(&self) -> usize {
        self.cellvars.items().len() + self.freevars.items().len()
    }

    /// The places of fast locals in a frame. The loop addresses them by a name's index and by number, so
    /// there are enough for both, whatever `co_nlocals` says.
    #[inline(always)]
    pub fn local_count(&self) -> usize {
        (self.nlocals as usize).max(self.varnames.items().len())
    }

    /// How many places a frame needs: locals, cells, value stack.
    pub fn frame_places(&self) -> usize {
        self.local_count() + self.cell_count() + self.stacksize as usize
    }

    /// How many variables the arguments bind, `*args` and `**kwargs` included.
    pub fn total_arguments(&self) -> usize {
        (self.argcount + self.kwonlyargcount) as usize
            + usize::from(self.has_flags(flags::VARARGS))
            + usize::from(self.has_flags(flags::VARKEYWORDS))
    }

    /// The index of the argument that a cell variable is, if it is one.
    pub fn cell_argument(&self, cell: usize) -> Option<usize> {
        if self.cell2arg.is_null() {
            return None;
        }
        // SAFETY: the table has an entry for each cell variable.
        usize::try_from(unsafe { *self.cell2arg.add(cell) }).ok()
    }

    /// The line of the instruction at a byte offset (-1 before the first).
    pub fn line_of(&self, offset: c_int) -> c_int {
        match usize::try_from(offset) {
            Ok(offset) => {
                bytecode::line_of_offset(self.lnotab.as_bytes(), self.firstlineno as u32, offset) as c_int
            }
            Err(_) => self.firstlineno,
        }
    }

    /// The name of a cell (first) or free variable.
    pub fn cell_name(&self, index: usize) -> Ref<Str> {
        let cells = self.cellvars.items();
        let name = cells.get(index).unwrap_or_else(|| &self.freevars.items()[index - cells.len()]);
        // SAFETY: construction lets only strings into the tuples of names.
        unsafe { name.cast::<Str>() }.to_ref()
    }

    /// A name by its index in `co_names`, which verification has checked.
    #[inline(always)]
    pub fn name_at(&self, index: usize) -> &Str {
        // SAFETY: construction lets only strings into the tuples of names; decoding checks the indices.
        unsafe { self.names.items().get_unchecked(index).cast::<Str>() }
    }

    /// A local variable's name.
    pub fn variable_name(&self, index: usize) -> Ref<Str> {
        // SAFETY: construction lets only strings into the tuples of names.
        unsafe { self.varnames.items()[index].cast::<Str>() }.to_ref()
    }

    /// The first instruction of the decoded copy, which exists.
    #[inline(always)]
    pub fn instructions_ptr(&self) -> *const decode::Instruction {
        // SAFETY: the loop runs frames of decoded code alone.
        unsafe { (*self.opcache.get()).instructions.as_ptr() }
    }

    /// The decoded copy, made and verified at the first run. `SystemError` for malformed bytecode.
    #[inline(always)]
    pub fn decoded(&self) -> Result<&Decoded> {
        // SAFETY: once made, the copy lives as long as the code object.
        match unsafe { self.opcache.get().as_ref() } {
            Some(decoded) => Ok(decoded),
            None => self.decode(),
        }
    }

    #[cold]
    fn decode(&self) -> Result<&Decoded> {
        match Decoded::new(self) {
            Ok(decoded) => {
                let decoded = Box::into_raw(Box::new(decoded));
                self.opcache.set(decoded);
                // SAFETY: freshly made, and freed with the code object alone.
                Ok(unsafe { &*decoded })
            }
            Err(Malformed(reason)) => {
                Err(raise!(SystemError, "malformed bytecode in {}: {reason}", self.name.to_string_lossy()))
            }
        }
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        crate::frame::Frame::free_zombie(self);
        self.free_extras();
        let decoded = self.opcache.replace(std::ptr::null_mut());
        if !decoded.is_null() {
            // SAFETY: made by `decode` from a box, and no frame of this code is left to run it.
            drop(unsafe { Box::from_raw(decoded) });
        }
        if !self.cell2arg.is_null() {
            // SAFETY: made by `construct` from a boxed slice with an entry for each cell variable.
            drop(unsafe {
                Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.cell2arg, self.cellvars.items().len()))
            });
        }
    }
}

/// Create a code object.  Not for mere mortals.
#[class(
    name = "code",
    symbol = "PyCode_Type",
    weaklist_offset = offset_of!(Code, weakreflist),
    include = [methods::METHODS],
    generic_getattro
)]
impl Code {
    #[slot(tp_new)]
    fn new(class: &Type, arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        construct::from_arguments(class, arguments)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let line = if self.firstlineno == 0 { -1 } else { self.firstlineno };
        let filename = self.filename.get().unwrap_or_else(|| Str::new("???"));
        Str::format_args(format_args!(
            "<code object {} at {:p}, file \"{filename}\", line {line}>",
            self.name,
            self.as_ptr()
        ))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let parts: [&Object; 7] = [
            &self.name,
            &self.code,
            &self.consts,
            &self.names,
            &self.varnames,
            &self.freevars,
            &self.cellvars,
        ];
        let mut hash = 0;
        for part in parts {
            hash ^= part.hash()?;
        }
        for number in [self.argcount, self.posonlyargcount, self.kwonlyargcount, self.nlocals, self.flags] {
            hash ^= number as isize;
        }
        Ok(hash)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast::<Code>(), op) else {
            return Ok(not_implemented());
        };
        Ok(bool_object(self.equals(other)? == (op == CompareOp::Eq)))
    }

    #[member(INT, readonly)]
    const co_argcount: usize = offset_of!(Code, argcount);
    #[member(INT, readonly)]
    const co_posonlyargcount: usize = offset_of!(Code, posonlyargcount);
    #[member(INT, readonly)]
    const co_kwonlyargcount: usize = offset_of!(Code, kwonlyargcount);
    #[member(INT, readonly)]
    const co_nlocals: usize = offset_of!(Code, nlocals);
    #[member(INT, readonly)]
    const co_stacksize: usize = offset_of!(Code, stacksize);
    #[member(INT, readonly)]
    const co_flags: usize = offset_of!(Code, flags);
    #[member(OBJECT, readonly)]
    const co_code: usize = offset_of!(Code, code);
    #[member(OBJECT, readonly)]
    const co_consts: usize = offset_of!(Code, consts);
    #[member(OBJECT, readonly)]
    const co_names: usize = offset_of!(Code, names);
    #[member(OBJECT, readonly)]
    const co_varnames: usize = offset_of!(Code, varnames);
    #[member(OBJECT, readonly)]
    const co_freevars: usize = offset_of!(Code, freevars);
    #[member(OBJECT, readonly)]
    const co_cellvars: usize = offset_of!(Code, cellvars);
    #[member(OBJECT, readonly)]
    const co_filename: usize = offset_of!(Code, filename);
    #[member(OBJECT, readonly)]
    const co_name: usize = offset_of!(Code, name);
    #[member(INT, readonly)]
    const co_firstlineno: usize = offset_of!(Code, firstlineno);
    #[member(OBJECT, readonly)]
    const co_lnotab: usize = offset_of!(Code, lnotab);
}
