//! `node.h`, `parsetok.h`, `pyarena.h`: the parser of before PEP 617, whose trees the module `parser` shows.
//! Krait has no such trees.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use objects::prelude::*;

macro_rules! not_built {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty = $failure:expr;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name($($argument: $kind),*) -> $answer {
            let _ = raise!(NotImplementedError, concat!(stringify!($name), "() is not supported"));
            $failure
        })*
    };
}

not_built! {
    PyNode_New(_kind: c_int) -> *mut c_void = ptr::null_mut();
    PyNode_AddChild(
        _node: *mut c_void, _kind: c_int, _text: *mut c_char, _line: c_int, _column: c_int, _end: c_int, _end_column: c_int
    ) -> c_int = 15;
    PyNode_Free(_node: *mut c_void) -> () = ();
    _PyNode_SizeOf(_node: *mut c_void) -> isize = -1;
    PyParser_ParseStringFlagsFilenameEx(
        _source: *const c_char, _filename: *const c_char, _grammar: *mut c_void, _start: c_int, _failure: *mut c_void,
        _flags: *mut c_int
    ) -> *mut c_void = ptr::null_mut();
    PyParser_SetError(_failure: *mut c_void) -> () = ();
    PyParser_ClearError(_failure: *mut c_void) -> () = ();
    PyArena_New() -> *mut c_void = ptr::null_mut();
    PyArena_Free(_arena: *mut c_void) -> () = ();
    PyAST_FromNodeObject(
        _node: *mut c_void, _flags: *mut c_void, _filename: *mut Object, _arena: *mut c_void
    ) -> *mut c_void = ptr::null_mut();
    PyAST_CompileObject(
        _tree: *mut c_void, _filename: *mut Object, _flags: *mut c_void, _optimize: c_int, _arena: *mut c_void
    ) -> *mut Object = ptr::null_mut();
}

/// A grammar without rules.
#[repr(C, align(8))]
pub struct EmptyGrammar([u8; 64]);

#[unsafe(no_mangle)]
pub static _PyParser_Grammar: EmptyGrammar = EmptyGrammar([0; 64]);

/// No names.
#[repr(transparent)]
pub struct TokenNames([*const c_char; 64]);

// SAFETY: never written.
unsafe impl Sync for TokenNames {}

#[unsafe(no_mangle)]
pub static _PyParser_TokenNames: TokenNames = TokenNames([ptr::null(); 64]);
