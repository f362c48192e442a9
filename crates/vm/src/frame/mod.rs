//! `frame`: one activation of a code object. The frame that the loop runs is the one that Python sees.

mod attributes;
mod jump;
mod locals;

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use std::ops::ControlFlow;
use std::ptr;

use bytecode::flags;
use objects::memory::{Trace, Visitor};
use objects::module::Module;
use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::code::Code;

/// How deeply blocks nest at most (`CO_MAXBLOCKS`): the compiler refuses more.
const MAX_BLOCKS: usize = 20;

/// `PyTryBlock`: what to do when an exception leaves the instructions that it covers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Block {
    /// `SETUP_FINALLY`'s number, or [`Block::EXCEPT_HANDLER`].
    pub kind: c_int,
    /// The byte offset of the handler.
    pub handler: c_int,
    /// The height of the value stack when the block began.
    pub level: c_int,
}

impl Block {
    /// The kind of the block in which a handler runs.
    pub const EXCEPT_HANDLER: c_int = 257;
}

/// `PyFrameObject`.
#[repr(C)]
pub struct Frame {
    pub(crate) base: VarObject,
    pub back: Field<Frame>,
    code: Field<Code>,
    builtins: Field,
    globals: Field<Dict>,
    /// The mapping of class bodies and modules, and what `f_locals` shows of a function.
    pub locals: Field,
    valuestack: Cell<*mut Field>,
    /// The end of the value stack while the frame is suspended; null while its registers are in the loop.
    pub(crate) stacktop: Cell<*mut Field>,
    pub trace: Field,
    pub trace_lines: Cell<c_char>,
    pub trace_opcodes: Cell<c_char>,
    /// The generator that owns this frame, borrowed.
    pub generator: Cell<*mut Object>,
    /// The byte offset of the last instruction that began; -1 before the first.
    pub lasti: Cell<c_int>,
    /// The line while the frame is traced; see [`Frame::line`].
    pub lineno: Cell<c_int>,
    iblock: Cell<c_int>,
    pub executing: Cell<c_char>,
    blockstack: [Cell<Block>; MAX_BLOCKS],
    /// Locals, cell variables, free variables, value stack.
    places: [Field; 1],
}

impl Frame {
    /// A frame that is ready to run from the start. `locals` counts for code without fast locals alone.
    pub fn new(
        thread: &ThreadState,
        code: &Code,
        globals: &Dict,
        locals: Option<&Object>,
    ) -> Result<Ref<Frame>> {
        let back = Frame::innermost(thread);
        let builtins = builtins_of(back, globals)?;
        let locals = match code.flags as u32 & (flags::NEWLOCALS | flags::OPTIMIZED) {
            both if both == flags::NEWLOCALS | flags::OPTIMIZED => None,
            bits if bits & flags::NEWLOCALS != 0 => Some(Dict::new().into_object()),
            _ => Some(locals.unwrap_or(globals).to_ref()),
        };
        let frame = Frame::allocate(code)?;
        frame.back.set(back.map(Frame::to_ref));
        frame.builtins.set(Some(builtins));
        frame.globals.set(Some(globals.to_ref()));
        frame.locals.set(locals);
        Ok(frame)
    }

    /// The memory of a frame: the code's zombie where there is one. Not tracked by the collector.
    #[inline(always)]
    fn allocate(code: &Code) -> Result<Ref<Frame>> {
        let zombie = code.zombieframe.replace(ptr::null_mut());
        let frame: Ref<Frame> = match zombie.is_null() {
            // SAFETY: a zombie is a frame of this code without references, ours now.
            false => unsafe {
                (*zombie.cast::<Object>()).set_refcnt(1);
                Ref::from_raw(zombie.cast())
            },
            true => {
                let frame = memory::allocate_var::<Frame>(&FRAME, code.frame_places() as isize)?;
                let start = code.local_count() + code.cell_count();
                // SAFETY: the frame has places for the locals, the cells and the stack behind them.
                frame.valuestack.set(unsafe { frame.first_place().add(start) });
                frame.trace_lines.set(1);
                frame
            }
        };
        frame.code.set(Some(code.to_ref()));
        frame.lasti.set(-1);
        frame.lineno.set(code.firstlineno);
        frame.stacktop.set(frame.valuestack.get());
        Ok(frame)
    }

    /// The innermost frame of a thread.
    #[inline(always)]
    pub fn innermost(thread: &ThreadState) -> Option<&Frame> {
        // SAFETY: the thread's frame pointer is null or to a live frame, which the loop that runs it owns.
        unsafe { thread.frame.get().cast::<Frame>().as_ref() }
    }

    #[inline(always)]
    pub fn code(&self) -> &Code {
        // SAFETY: set when the frame is made, and never changed while it lives.
        unsafe { self.code.peek().unwrap_unchecked() }
    }

    #[inline(always)]
    pub fn globals(&self) -> &Dict {
        // SAFETY: as above.
        unsafe { self.globals.peek().unwrap_unchecked() }
    }

    #[inline(always)]
    pub fn builtins(&self) -> &Object {
        // SAFETY: as above.
        unsafe { self.builtins.peek().unwrap_unchecked() }
    }

    #[inline(always)]
    pub(crate) fn first_place(&self) -> *mut Field {
        self.places.as_ptr().cast_mut()
    }

    #[inline(always)]
    pub(crate) fn valuestack(&self) -> *mut Field {
        self.valuestack.get()
    }

    /// A local variable's place.
    pub fn local(&self, index: usize) -> &Field {
        assert!(index < self.code().local_count());
        // SAFETY: the frame has a place for each local of its code.
        unsafe { &*self.first_place().add(index) }
    }

    /// The place of a cell (first) or free variable's cell.
    pub fn cell(&self, index: usize) -> &Field {
        let code = self.code();
        assert!(index < code.cell_count());
        // SAFETY: the frame has a place for each cell of its code, behind the locals.
        unsafe { &*self.first_place().add(code.local_count() + index) }
    }

    /// The line that runs: what `f_lineno` shows.
    pub fn line(&self) -> c_int {
        match self.trace.is_null() {
            true => self.code().line_of(self.lasti.get()),
            false => self.lineno.get(),
        }
    }

    /// The number of blocks entered.
    #[inline(always)]
    pub fn block_count(&self) -> usize {
        self.iblock.get() as usize
    }

    /// Enters a block. `SystemError` where code nests deeper than any compiler lets it.
    #[inline(always)]
    pub(crate) fn push_block(&self, kind: c_int, handler: c_int, level: c_int) -> Result<()> {
        let Some(place) = self.blockstack.get(self.block_count()) else {
            bail!(SystemError, "too many statically nested blocks");
        };
        place.set(Block { kind, handler, level });
        self.iblock.set(self.iblock.get() + 1);
        Ok(())
    }

    /// Leaves the innermost block.
    #[inline(always)]
    pub(crate) fn pop_block(&self) -> Option<Block> {
        let index = self.iblock.get() - 1;
        let block = self.blockstack.get(usize::try_from(index).ok()?)?.get();
        self.iblock.set(index);
        Some(block)
    }

    /// Frees the frame that a code object kept.
    pub(crate) fn free_zombie(code: &Code) {
        let zombie = code.zombieframe.replace(ptr::null_mut());
        if !zombie.is_null() {
            // SAFETY: a zombie is the memory of a frame without references or content.
            unsafe { gc::free(zombie.cast()) };
        }
    }

    /// Drops what the value stack of a suspended frame holds.
    fn clear_stack(&self) {
        let top = self.stacktop.replace(ptr::null_mut());
        let mut place = self.valuestack.get();
        while !top.is_null() && place < top {
            // SAFETY: the places below the top are initialised, and the frame does not run.
            unsafe {
                (*place).set(None);
                place = place.add(1);
            }
        }
    }

    /// Drops locals and cells. Places that were never used are not written to: broken code may have very many.
    fn clear_locals(&self) {
        let mut place = self.first_place();
        while place < self.valuestack.get() {
            // SAFETY: the places before the value stack are always initialised.
            unsafe {
                if !(*place).is_null() {
                    (*place).set(None);
                }
                place = place.add(1);
            }
        }
    }

    /// Gives the loop's reference back at the end of a call: the common case is that it is the last one.
    #[inline(always)]
    pub(crate) fn release(frame: Ref<Frame>) {
        if frame.refcnt() > 1 {
            gc::track(&frame);
        }
        drop(frame);
    }

    /// `tp_dealloc`: the content goes; the memory stays with the code for its next call.
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference to a frame is gone; the memory is valid until freed below.
        unsafe {
            let frame = &*object.cast::<Frame>();
            gc::untrack(frame);
            frame.clear_locals();
            frame.clear_stack();
            frame.back.set(None);
            frame.builtins.set(None);
            frame.globals.set(None);
            frame.locals.set(None);
            frame.trace.set(None);
            frame.trace_lines.set(1);
            frame.trace_opcodes.set(0);
            frame.generator.set(ptr::null_mut());
            frame.iblock.set(0);
            frame.executing.set(0);
            let Some(code) = frame.code.take() else { return gc::free(object) };
            match code.zombieframe.get().is_null() {
                true => code.zombieframe.set(object.cast::<c_void>()),
                false => gc::free(object),
            }
        }
    }
}

/// The builtins that code with these globals sees: the caller's where it shares the globals, else
/// those of `__builtins__`, a module or a dictionary; without one, almost none.
fn builtins_of(back: Option<&Frame>, globals: &Dict) -> Result<Ref> {
    if let Some(back) = back.filter(|back| back.globals().is(globals)) {
        return Ok(back.builtins().to_ref());
    }
    match globals.get(intern!("__builtins__"))? {
        Some(builtins) => Ok(match builtins.downcast::<Module>() {
            Some(module) => module.dict().into_object(),
            None => builtins,
        }),
        None => {
            let builtins = Dict::new();
            builtins.set(intern!("None"), none_object())?;
            Ok(builtins.into_object())
        }
    }
}

impl Trace for Frame {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.back.trace(visitor)?;
        self.code.trace(visitor)?;
        self.builtins.trace(visitor)?;
        self.globals.trace(visitor)?;
        self.locals.trace(visitor)?;
        self.trace.trace(visitor)?;
        let end = match self.stacktop.get().is_null() {
            true => self.valuestack.get(),
            false => self.stacktop.get(),
        };
        let mut place = self.first_place();
        while place < end {
            // SAFETY: places up to the top of the stack are initialised.
            unsafe {
                (*place).trace(visitor)?;
                place = place.add(1);
            }
        }
        ControlFlow::Continue(())
    }

    fn clear(&self) {
        self.executing.set(0);
        self.trace.set(None);
        self.clear_locals();
        self.clear_stack();
    }
}

#[class(
    name = "frame",
    symbol = "PyFrame_Type",
    layout = VarObject,
    itemsize = size_of::<Field>(),
    include = [attributes::ATTRIBUTES],
    generic_getattro, generic_setattro
)]
impl Frame {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn tp_dealloc(object: *mut Object) {
        // SAFETY: the slot's own promise.
        unsafe { Frame::dealloc(object) }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let code = self.code();
        let filename = match code.filename.get() {
            Some(name) => name.repr()?.to_string_lossy().into_owned(),
            None => "None".to_owned(),
        };
        Str::format_args(format_args!(
            "<frame at {:p}, file {filename}, line {}, code {}>",
            self.as_ptr(),
            self.line(),
            code.name.to_string_lossy()
        ))
    }

    #[member(OBJECT, readonly)]
    const f_back: usize = offset_of!(Frame, back);
    #[member(OBJECT, readonly, read_restricted)]
    const f_code: usize = offset_of!(Frame, code);
    #[member(OBJECT, readonly)]
    const f_builtins: usize = offset_of!(Frame, builtins);
    #[member(OBJECT, readonly)]
    const f_globals: usize = offset_of!(Frame, globals);
    #[member(INT, readonly)]
    const f_lasti: usize = offset_of!(Frame, lasti);
    #[member(BOOL)]
    const f_trace_lines: usize = offset_of!(Frame, trace_lines);
    #[member(BOOL)]
    const f_trace_opcodes: usize = offset_of!(Frame, trace_opcodes);
}
