//! The registers of the evaluation loop, and the value stack.
//!
//! Here alone the stack is touched without checks. What makes that sound: decoding has verified that
//! every instruction finds as many values as it takes, none of them null where it needs one, and that
//! the stack never outgrows the frame (`code::decode`).

use std::ptr;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::code::decode::Instruction;
use crate::frame::Frame;

/// The registers. Instructions get them by reference and are inlined into the loop, so that they
/// live in the machine's own; what is called without being inlined never sees this structure.
pub struct Machine {
    pub thread: &'static ThreadState,
    frame: *const Frame,
    instructions: *const Instruction,
    constants: *const Ref,
    /// The index of the instruction after the current one.
    pub next: usize,
    top: *mut Option<Ref>,
    locals: *mut Field,
}

impl Machine {
    /// The registers for a frame, which goes on where it stopped. Its code has been decoded.
    ///
    /// # Safety
    /// The frame stays alive while it is in the registers.
    #[inline(always)]
    pub unsafe fn new(thread: &'static ThreadState, frame: *const Frame) -> Machine {
        let mut machine = Machine {
            thread,
            frame,
            instructions: ptr::null(),
            constants: ptr::null(),
            next: 0,
            top: ptr::null_mut(),
            locals: ptr::null_mut(),
        };
        // SAFETY: the caller's promise.
        unsafe { machine.load(frame) };
        machine
    }

    /// Takes a frame into the registers: it goes on behind its last instruction.
    ///
    /// # Safety
    /// The frame stays alive while it is in the registers, and its code has been decoded.
    #[inline(always)]
    pub unsafe fn load(&mut self, frame: *const Frame) {
        // SAFETY: the caller's promise.
        let frame = unsafe { &*frame };
        let code = frame.code();
        self.frame = frame;
        self.instructions = code.instructions_ptr();
        self.constants = code.consts.items().as_ptr();
        self.next = ((frame.lasti.get() + 2) / 2) as usize;
        self.top = frame.stacktop.replace(ptr::null_mut()).cast();
        self.locals = frame.first_place();
    }

    /// Writes the registers that a frame keeps while it is suspended.
    #[inline(always)]
    pub fn save(&self) {
        self.frame().stacktop.set(self.top.cast());
    }

    /// Takes up what a trace function may have changed: where the frame goes on, and its stack.
    #[inline(always)]
    pub fn resume(&mut self) {
        let frame = self.frame();
        self.next = (frame.lasti.get() / 2) as usize;
        self.top = frame.stacktop.replace(ptr::null_mut()).cast();
    }

    /// The frame that runs.
    #[inline(always)]
    pub fn frame(&self) -> &'static Frame {
        // SAFETY: alive while it is in the registers; the lifetime never leaves an instruction.
        unsafe { &*self.frame }
    }

    /// The next instruction, which becomes the current one.
    #[inline(always)]
    pub fn fetch(&mut self) -> &'static Instruction {
        // SAFETY: verification lets control reach indices inside alone.
        let instruction = unsafe { &*self.instructions.add(self.next) };
        self.frame().lasti.set((self.next * 2) as i32);
        self.next += 1;
        instruction
    }

    /// Whether the next instruction is one before which no signal's handler runs: it begins to guard what the
    /// current one has given, or hands on to another generator, which is interrupted instead.
    #[cold]
    pub fn is_about_to_guard(&self) -> bool {
        use bytecode::number::{BEFORE_ASYNC_WITH, SETUP_FINALLY, SETUP_WITH, YIELD_FROM};
        // SAFETY: verification lets control reach indices inside alone.
        let next = unsafe { &*self.instructions.add(self.next) };
        matches!(next.opcode.get(), SETUP_FINALLY | SETUP_WITH | BEFORE_ASYNC_WITH | YIELD_FROM)
    }

    /// The instruction that runs, or ran last.
    #[inline(always)]
    pub fn current(&self) -> &'static Instruction {
        // SAFETY: an instruction was fetched before this one's successor.
        unsafe { &*self.instructions.add(self.next - 1) }
    }

    /// The instruction that comes after the current one.
    #[inline(always)]
    pub fn following(&self) -> &'static Instruction {
        // SAFETY: verification lets no instruction that goes on be the last one.
        unsafe { &*self.instructions.add(self.next) }
    }

    /// Goes on at a byte offset, which verification has checked.
    #[inline(always)]
    pub fn jump(&mut self, offset: u32) {
        self.next = offset as usize / 2;
    }

    /// Goes on a distance in bytes further.
    #[inline(always)]
    pub fn jump_by(&mut self, distance: u32) {
        self.next += distance as usize / 2;
    }

    /// The address behind the value on top.
    #[inline(always)]
    pub fn top_ptr(&self) -> *mut Option<Ref> {
        self.top
    }

    /// # Safety
    /// The address is inside of the frame's stack, all values below it initialised.
    #[inline(always)]
    pub unsafe fn set_top_ptr(&mut self, top: *mut Option<Ref>) {
        self.top = top;
    }

    /// The height of the stack.
    #[inline(always)]
    pub fn level(&self) -> i32 {
        // SAFETY: both point into the frame's stack.
        unsafe { self.top.offset_from(self.frame().valuestack().cast()) as i32 }
    }

    #[inline(always)]
    pub fn push(&mut self, value: Ref) {
        self.push_slot(Some(value));
    }

    /// Pushes a value or a null.
    #[inline(always)]
    pub fn push_slot(&mut self, value: Option<Ref>) {
        // SAFETY: verification has seen to the room.
        unsafe {
            self.top.write(value);
            self.top = self.top.add(1);
        }
    }

    #[inline(always)]
    pub fn pop(&mut self) -> Ref {
        // SAFETY: verification has seen that there is a value.
        unsafe { self.pop_slot().unwrap_unchecked() }
    }

    /// Pops a value or a null.
    #[inline(always)]
    pub fn pop_slot(&mut self) -> Option<Ref> {
        // SAFETY: verification has seen that there is a place in use.
        unsafe {
            self.top = self.top.sub(1);
            self.top.read()
        }
    }

    /// A value by its distance from the top, which is 0.
    #[inline(always)]
    pub fn peek(&self, depth: usize) -> &Object {
        // SAFETY: verification has seen that there is a value.
        unsafe { (*self.top.sub(depth + 1)).as_deref().unwrap_unchecked() }
    }

    /// Whether a place holds a null.
    #[inline(always)]
    pub fn is_null(&self, depth: usize) -> bool {
        // SAFETY: verification has seen that there is a place in use.
        unsafe { (*self.top.sub(depth + 1)).is_none() }
    }

    /// Replaces a value.
    #[inline(always)]
    pub fn replace(&mut self, depth: usize, value: Ref) -> Ref {
        // SAFETY: verification has seen that there is a value.
        unsafe { (*self.top.sub(depth + 1)).replace(value).unwrap_unchecked() }
    }

    /// Replaces the value on top, which is dropped after the store.
    #[inline(always)]
    pub fn set_top(&mut self, value: Ref) {
        drop(self.replace(0, value));
    }

    /// Swaps two values by their distances from the top.
    #[inline(always)]
    pub fn swap(&mut self, one: usize, other: usize) {
        // SAFETY: verification has seen that there are values.
        unsafe { ptr::swap(self.top.sub(one + 1), self.top.sub(other + 1)) };
    }

    /// Moves the value on top below `depth` others.
    #[inline(always)]
    pub fn sink(&mut self, depth: usize) {
        // SAFETY: verification has seen that there are as many values.
        unsafe {
            let top = self.top.sub(1);
            let value = top.read();
            let place = top.sub(depth);
            ptr::copy(place, place.add(1), depth);
            place.write(value);
        }
    }

    /// The topmost values, the lowest first.
    #[inline(always)]
    pub fn slice(&self, count: usize) -> &[&Object] {
        // SAFETY: verification has seen that there are as many values; `Option<Ref>` that is not null
        // and `&Object` are both a pointer.
        unsafe { std::slice::from_raw_parts(self.top.sub(count).cast(), count) }
    }

    /// Takes the topmost values off the stack, the lowest first.
    #[inline(always)]
    pub fn take(&mut self, count: usize) -> Taken {
        // SAFETY: verification has seen that there are as many values; they move out of the stack.
        self.top = unsafe { self.top.sub(count) };
        Taken { next: self.top.cast(), left: count }
    }

    /// Drops the topmost values or nulls, the lowest last.
    #[inline(always)]
    pub fn drop_slots(&mut self, count: usize) {
        for _ in 0..count {
            drop(self.pop_slot());
        }
    }

    /// Drops what is left on the stack of a frame that ends.
    #[inline(always)]
    pub fn drop_all(&mut self) {
        let bottom: *mut Option<Ref> = self.frame().valuestack().cast();
        while self.top > bottom {
            drop(self.pop_slot());
        }
    }

    /// Moves the topmost values to the first places of a frame.
    #[inline(always)]
    pub fn move_arguments(&mut self, count: usize, frame: &Frame) {
        // SAFETY: verification has seen that there are as many values; the callers that the frame has
        // room for them, and its places are empty.
        unsafe {
            self.top = self.top.sub(count);
            ptr::copy_nonoverlapping(self.top, frame.first_place().cast(), count);
        }
    }

    #[inline(always)]
    pub fn local(&self, index: u32) -> &'static Field {
        // SAFETY: verification has checked the index; the frame lives while it is in the registers.
        unsafe { &*self.locals.add(index as usize) }
    }

    /// The place of a cell or free variable's cell.
    #[inline(always)]
    pub fn cell(&self, index: u32) -> &'static Field {
        let start = self.frame().code().local_count();
        // SAFETY: as above; the cells follow the locals.
        unsafe { &*self.locals.add(start + index as usize) }
    }

    #[inline(always)]
    pub fn constant(&self, index: u32) -> &'static Ref {
        // SAFETY: verification has checked the index; the frame's code keeps its constants.
        unsafe { &*self.constants.add(index as usize) }
    }

    #[inline(always)]
    pub fn name(&self, index: u32) -> &'static Str {
        self.frame().code().name_at(index as usize)
    }
}

/// Values taken off the stack.
pub struct Taken {
    next: *mut Ref,
    left: usize,
}

impl Iterator for Taken {
    type Item = Ref;

    #[inline(always)]
    fn next(&mut self) -> Option<Ref> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        // SAFETY: the place is above the stack's top; its value is read once.
        unsafe {
            let value = self.next.read();
            self.next = self.next.add(1);
            Some(value)
        }
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Taken {}

impl Drop for Taken {
    #[inline(always)]
    fn drop(&mut self) {
        for value in self {
            drop(value);
        }
    }
}
