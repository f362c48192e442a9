//! `str`: text in one of three widths (PEP 393).

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ops::Deref;

use crate::prelude::*;

/// `PyASCIIObject`, with which every string begins.
#[repr(C)]
pub struct Str {
    base: Object,
    length: Cell<isize>,
    /// -1 until asked for.
    hash: Cell<isize>,
    state: Cell<State>,
    wstr: Cell<*mut c_void>,
}

/// The bit field behind the hash: interned (2 bits), kind (3), compact, ascii, ready.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct State(u32);

/// `PyCompactUnicodeObject`: a string that is not pure ASCII has its UTF-8 form cached here.
#[repr(C)]
pub struct CompactStr {
    ascii: Str,
    utf8_length: Cell<isize>,
    utf8: Cell<*mut c_char>,
    wstr_length: Cell<isize>,
}

/// `PyUnicodeObject`: a string whose content is not inline, as every instance of a subclass is.
#[repr(C)]
pub struct DetachedStr {
    compact: CompactStr,
    data: Cell<*mut c_void>,
}

/// `PyUnicode_Type`.
#[unsafe(export_name = "PyUnicode_Type")]
pub static STR: Type = Type::empty(c"str", size_of::<DetachedStr>());

// SAFETY: `#[repr(C)]`, begins with the header; every string begins so.
unsafe impl Layout for Str {
    fn class() -> &'static Type {
        &STR
    }
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().has_flags(flags::STR_SUBCLASS)
    }
}

/// How wide the code points are stored: `PyUnicode_Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    One = 1,
    Two = 2,
    Four = 4,
}

impl State {
    const COMPACT: u32 = 1 << 5;
    const ASCII: u32 = 1 << 6;
    const READY: u32 = 1 << 7;

    const fn new(kind: Kind, ascii: bool) -> State {
        State((kind as u32) << 2 | Self::COMPACT | Self::READY | if ascii { Self::ASCII } else { 0 })
    }
}

impl Str {
    /// A string of this text.
    pub fn new(text: &str) -> Ref<Str> {
        let largest = text.chars().max().unwrap_or('\0') as u32;
        let length = text.chars().count();
        let Ok(string) = Str::allocate(length, largest) else {
            std::alloc::handle_alloc_error(std::alloc::Layout::for_value(text))
        };
        let data = string.data();
        // SAFETY: room for `length` code points of this width was allocated just now.
        unsafe {
            match largest {
                0..=0x7f => std::ptr::copy_nonoverlapping(text.as_ptr(), data, length),
                0x80..=0xff => text.chars().enumerate().for_each(|(i, c)| data.add(i).write(c as u8)),
                0x100..=0xffff => {
                    text.chars().enumerate().for_each(|(i, c)| data.cast::<u16>().add(i).write(c as u16));
                }
                _ => text.chars().enumerate().for_each(|(i, c)| data.cast::<u32>().add(i).write(c as u32)),
            }
        }
        string
    }

    /// Room for `length` code points up to `largest`, a NUL behind them. Raises `MemoryError`.
    fn allocate(length: usize, largest: u32) -> Result<Ref<Str>> {
        let (kind, header) = match largest {
            0..=0x7f => (Kind::One, size_of::<Str>()),
            0x80..=0xff => (Kind::One, size_of::<CompactStr>()),
            0x100..=0xffff => (Kind::Two, size_of::<CompactStr>()),
            _ => (Kind::Four, size_of::<CompactStr>()),
        };
        let bytes = length.checked_add(1).and_then(|n| n.checked_mul(kind as usize)?.checked_add(header));
        let string = memory::allocate_sized::<Str>(&STR, bytes)?;
        string.length.set(length as isize);
        string.hash.set(-1);
        string.state.set(State::new(kind, largest < 0x80));
        Ok(string)
    }

    /// Where the code points are.
    fn data(&self) -> *mut u8 {
        let start = self.as_ptr().cast::<u8>();
        match self.state.get().0 {
            // SAFETY: a compact string's content follows its structure; a detached one's is where it says.
            state if state & State::ASCII != 0 && state & State::COMPACT != 0 => unsafe {
                start.add(size_of::<Str>())
            },
            // SAFETY: as above.
            state if state & State::COMPACT != 0 => unsafe { start.add(size_of::<CompactStr>()) },
            // SAFETY: as above.
            _ => unsafe { self.cast::<DetachedStr>().data.get().cast() },
        }
    }
}

// SAFETY: `#[repr(C)]`, and `cast` is used on strings that are not compact alone.
unsafe impl Layout for DetachedStr {
    fn class() -> &'static Type {
        &STR
    }
    fn is_instance(object: &Object) -> bool {
        object.downcast::<Str>().is_some_and(|string| string.state.get().0 & State::COMPACT == 0)
    }
}

impl Deref for Str {
    type Target = Object;
    fn deref(&self) -> &Object {
        &self.base
    }
}
