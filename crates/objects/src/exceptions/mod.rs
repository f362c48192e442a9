//! The exception classes: their hierarchy, their structures, and what raising asks of them.

mod base;
mod hierarchy;
mod os_error;
mod plain;
mod raising;
mod syntax_error;
mod unicode_error;

use std::cell::Cell;
use std::ffi::c_char;
use std::ops::Deref;

pub use hierarchy::*;
pub use os_error::{error_text, raise_errno};
pub use raising::{chain, class_matches, normalize, set_cause_and_context, set_traceback, traceback_of};

use crate::prelude::*;

/// `PyBaseExceptionObject`.
#[repr(C)]
#[derive(Trace)]
pub struct BaseExceptionObject {
    pub base: Object,
    pub dict: Field<Dict>,
    pub args: Field<Tuple>,
    pub traceback: Field,
    pub context: Field,
    pub cause: Field,
    #[trace(skip)]
    pub suppress_context: Cell<c_char>,
}

/// `PySyntaxErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct SyntaxErrorObject {
    pub base: BaseExceptionObject,
    pub msg: Field,
    pub filename: Field,
    pub lineno: Field,
    pub offset: Field,
    pub text: Field,
    pub print_file_and_line: Field,
}

/// `PyUnicodeErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct UnicodeErrorObject {
    pub base: BaseExceptionObject,
    pub encoding: Field,
    pub object: Field,
    #[trace(skip)]
    pub start: Cell<isize>,
    #[trace(skip)]
    pub end: Cell<isize>,
    pub reason: Field,
}

/// `PyOSErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct OSErrorObject {
    pub base: BaseExceptionObject,
    pub errno: Field,
    pub strerror: Field,
    pub filename: Field,
    pub filename2: Field,
    #[trace(skip)]
    /// The characters written before `BlockingIOError`; -1 unless known.
    pub written: Cell<isize>,
}

/// `PyImportErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct ImportErrorObject {
    pub base: BaseExceptionObject,
    pub msg: Field,
    pub name: Field,
    pub path: Field,
}

/// `PyStopIterationObject`.
#[repr(C)]
#[derive(Trace)]
pub struct StopIterationObject {
    pub base: BaseExceptionObject,
    pub value: Field,
}

/// `PySystemExitObject`.
#[repr(C)]
#[derive(Trace)]
pub struct SystemExitObject {
    pub base: BaseExceptionObject,
    pub code: Field,
}

macro_rules! structures {
    ($($structure:ident: $parent:ident = $class:ident;)*) => {
        $(
            impl Deref for $structure {
                type Target = $parent;
                #[inline(always)]
                fn deref(&self) -> &$parent {
                    &self.base
                }
            }

            // SAFETY: `#[repr(C)]`, begins with the header; every instance of the class begins so.
            unsafe impl Layout for $structure {
                fn class() -> &'static Type {
                    &$class
                }
                structures!(@test $structure);
            }
        )*
    };
    (@test BaseExceptionObject) => {
        #[inline(always)]
        fn is_instance(object: &Object) -> bool {
            object.class().has_flags(flags::EXCEPTION_SUBCLASS)
        }
    };
    // The three Unicode errors share a structure, but no class of their own.
    (@test UnicodeErrorObject) => {
        fn is_instance(object: &Object) -> bool {
            let class = object.class();
            [&UnicodeEncodeError, &UnicodeDecodeError, &UnicodeTranslateError]
                .into_iter()
                .any(|kind| class.is_subtype(kind))
        }
    };
    (@test $other:ident) => {};
}

structures! {
    BaseExceptionObject: Object = BaseException;
    SyntaxErrorObject: BaseExceptionObject = SyntaxError;
    UnicodeErrorObject: BaseExceptionObject = UnicodeEncodeError;
    OSErrorObject: BaseExceptionObject = OSError;
    ImportErrorObject: BaseExceptionObject = ImportError;
    StopIterationObject: BaseExceptionObject = StopIteration;
    SystemExitObject: BaseExceptionObject = SystemExit;
}
