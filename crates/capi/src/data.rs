//! Exported data: pointers to exception classes, tables, flags.

use std::ffi::{c_char, c_int, c_uint};

use objects::prelude::*;

/// A pointer that C reads as `PyObject *`.
#[repr(transparent)]
pub struct ClassPointer(&'static Type);

// SAFETY: never written.
unsafe impl Sync for ClassPointer {}

macro_rules! exception_pointers {
    ($($symbol:ident = $class:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub static $symbol: ClassPointer = ClassPointer(&exceptions::$class);
        )*
    };
}

exception_pointers! {
    PyExc_BaseException = BaseException;
    PyExc_Exception = Exception;
    PyExc_TypeError = TypeError;
    PyExc_StopAsyncIteration = StopAsyncIteration;
    PyExc_StopIteration = StopIteration;
    PyExc_ImportError = ImportError;
    PyExc_ModuleNotFoundError = ModuleNotFoundError;
    PyExc_OSError = OSError;
    PyExc_EnvironmentError = OSError;
    PyExc_IOError = OSError;
    PyExc_ConnectionError = ConnectionError;
    PyExc_BrokenPipeError = BrokenPipeError;
    PyExc_ConnectionAbortedError = ConnectionAbortedError;
    PyExc_ConnectionRefusedError = ConnectionRefusedError;
    PyExc_ConnectionResetError = ConnectionResetError;
    PyExc_BlockingIOError = BlockingIOError;
    PyExc_ChildProcessError = ChildProcessError;
    PyExc_FileExistsError = FileExistsError;
    PyExc_FileNotFoundError = FileNotFoundError;
    PyExc_IsADirectoryError = IsADirectoryError;
    PyExc_NotADirectoryError = NotADirectoryError;
    PyExc_InterruptedError = InterruptedError;
    PyExc_PermissionError = PermissionError;
    PyExc_ProcessLookupError = ProcessLookupError;
    PyExc_TimeoutError = TimeoutError;
    PyExc_EOFError = EOFError;
    PyExc_RuntimeError = RuntimeError;
    PyExc_RecursionError = RecursionError;
    PyExc_NotImplementedError = NotImplementedError;
    PyExc_NameError = NameError;
    PyExc_UnboundLocalError = UnboundLocalError;
    PyExc_AttributeError = AttributeError;
    PyExc_SyntaxError = SyntaxError;
    PyExc_IndentationError = IndentationError;
    PyExc_TabError = TabError;
    PyExc_LookupError = LookupError;
    PyExc_IndexError = IndexError;
    PyExc_KeyError = KeyError;
    PyExc_ValueError = ValueError;
    PyExc_UnicodeError = UnicodeError;
    PyExc_UnicodeEncodeError = UnicodeEncodeError;
    PyExc_UnicodeDecodeError = UnicodeDecodeError;
    PyExc_UnicodeTranslateError = UnicodeTranslateError;
    PyExc_AssertionError = AssertionError;
    PyExc_ArithmeticError = ArithmeticError;
    PyExc_FloatingPointError = FloatingPointError;
    PyExc_OverflowError = OverflowError;
    PyExc_ZeroDivisionError = ZeroDivisionError;
    PyExc_SystemError = SystemError;
    PyExc_ReferenceError = ReferenceError;
    PyExc_MemoryError = MemoryError;
    PyExc_BufferError = BufferError;
    PyExc_Warning = Warning;
    PyExc_UserWarning = UserWarning;
    PyExc_DeprecationWarning = DeprecationWarning;
    PyExc_PendingDeprecationWarning = PendingDeprecationWarning;
    PyExc_SyntaxWarning = SyntaxWarning;
    PyExc_RuntimeWarning = RuntimeWarning;
    PyExc_FutureWarning = FutureWarning;
    PyExc_ImportWarning = ImportWarning;
    PyExc_UnicodeWarning = UnicodeWarning;
    PyExc_BytesWarning = BytesWarning;
    PyExc_ResourceWarning = ResourceWarning;
    PyExc_GeneratorExit = GeneratorExit;
    PyExc_SystemExit = SystemExit;
    PyExc_KeyboardInterrupt = KeyboardInterrupt;
}

/// A pointer to constant text.
#[repr(transparent)]
pub struct TextPointer(*const c_char);

// SAFETY: never written.
unsafe impl Sync for TextPointer {}

#[unsafe(no_mangle)]
pub static Py_hexdigits: TextPointer = TextPointer(c"0123456789abcdef".as_ptr());

/// The bytes that C code hands around as an empty bytearray's content.
#[unsafe(no_mangle)]
pub static _PyByteArray_empty_string: [c_char; 1] = [0];

/// What `pyctype.h` asks of a byte: lower 1, upper 2, digit 4, hexadecimal digit 8, space 16.
#[unsafe(no_mangle)]
pub static _Py_ctype_table: [c_uint; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        let mut bits = 0;
        if character.is_ascii_lowercase() {
            bits |= 1;
        }
        if character.is_ascii_uppercase() {
            bits |= 2;
        }
        if character.is_ascii_digit() {
            bits |= 4;
        }
        if character.is_ascii_hexdigit() {
            bits |= 8;
        }
        if matches!(character, b' ' | 9..=13) {
            bits |= 16;
        }
        table[byte] = bits;
        byte += 1;
    }
    table
};

const fn case_table(lower: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        table[byte] = if lower { character.to_ascii_lowercase() } else { character.to_ascii_uppercase() };
        byte += 1;
    }
    table
}

#[unsafe(no_mangle)]
pub static _Py_ctype_tolower: [u8; 256] = case_table(true);
#[unsafe(no_mangle)]
pub static _Py_ctype_toupper: [u8; 256] = case_table(false);

/// The value of an ASCII digit in bases up to 36; 37 for any other byte.
#[unsafe(no_mangle)]
pub static _PyLong_DigitValue: [u8; 256] = {
    let mut table = [37; 256];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        if character.is_ascii_digit() {
            table[byte] = character - b'0';
        } else if character.is_ascii_alphabetic() {
            table[byte] = character.to_ascii_lowercase() - b'a' + 10;
        }
        byte += 1;
    }
    table
};

/// A variable that start-up sets and C reads.
#[repr(transparent)]
pub struct Flag(std::cell::Cell<c_int>);

// SAFETY: written under the GIL alone, mostly at start-up.
unsafe impl Sync for Flag {}

macro_rules! flags {
    ($($name:ident)*) => {
        $(#[unsafe(no_mangle)] pub static $name: Flag = Flag(std::cell::Cell::new(0));)*
    };
}

flags! {
    Py_DebugFlag Py_VerboseFlag Py_QuietFlag Py_InteractiveFlag Py_InspectFlag Py_OptimizeFlag Py_NoSiteFlag
    Py_BytesWarningFlag Py_FrozenFlag Py_IgnoreEnvironmentFlag Py_DontWriteBytecodeFlag Py_NoUserSiteDirectory
    Py_UnbufferedStdioFlag Py_HashRandomizationFlag Py_IsolatedFlag Py_UTF8Mode
}

/// The integers 0 and 1, which C code reads without asking for a reference.
#[repr(transparent)]
pub struct ObjectPointer(std::cell::Cell<*mut Object>);

// SAFETY: written at start-up alone.
unsafe impl Sync for ObjectPointer {}

#[unsafe(no_mangle)]
pub static _PyLong_Zero: ObjectPointer = ObjectPointer(std::cell::Cell::new(std::ptr::null_mut()));
#[unsafe(no_mangle)]
pub static _PyLong_One: ObjectPointer = ObjectPointer(std::cell::Cell::new(std::ptr::null_mut()));

/// Fills what cannot be a constant.
pub fn initialize() {
    // A failure leaves the type without attributes, and whoever uses it with an exception.
    if let Err(raised) = objects::type_object::ready(&vm::interpreter_id::INTERPRETER_ID) {
        raised.clear();
    }
    _PyLong_Zero.0.set(Int::zero().into_object().into_raw());
    _PyLong_One.0.set(Int::one().into_object().into_raw());
}

/// Which of the ASCII characters are white space to `str`.
#[unsafe(no_mangle)]
pub static _Py_ascii_whitespace: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = matches!(byte as u8, 9..=13 | 28..=32) as u8;
        byte += 1;
    }
    table
};

/// A variable of C's: a pointer that extension modules set.
#[repr(transparent)]
pub struct PointerVariable(std::cell::Cell<*mut std::ffi::c_void>);

// SAFETY: written and read under the GIL.
unsafe impl Sync for PointerVariable {}

impl PointerVariable {
    const NULL: PointerVariable = PointerVariable(std::cell::Cell::new(std::ptr::null_mut()));
}

/// What waiting for input calls again and again, for the windows of a toolkit.
#[unsafe(no_mangle)]
pub static PyOS_InputHook: PointerVariable = PointerVariable::NULL;
/// How a line is read from a terminal; `readline` sets it.
#[unsafe(no_mangle)]
pub static PyOS_ReadlineFunctionPointer: PointerVariable = PointerVariable::NULL;
/// The thread that reads such a line.
#[unsafe(no_mangle)]
pub static _PyOS_ReadlineTState: PointerVariable = PointerVariable::NULL;

#[unsafe(no_mangle)]
pub static Py_FileSystemDefaultEncoding: TextPointer = TextPointer(c"utf-8".as_ptr());
#[unsafe(no_mangle)]
pub static Py_FileSystemDefaultEncodeErrors: TextPointer = TextPointer(c"surrogateescape".as_ptr());
#[unsafe(no_mangle)]
pub static Py_HasFileSystemDefaultEncoding: Flag = Flag(std::cell::Cell::new(1));
