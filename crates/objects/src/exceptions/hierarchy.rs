//! The built-in exception classes, a line each: name, base, structure of the instances, what the class
//! adds to its base, docstring.

use std::ffi::CStr;
use std::mem::offset_of;

use super::*;
use crate::define;

macro_rules! hierarchy {
    ($($name:ident: $base:expr, $structure:ident [$($table:expr),*] $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[allow(non_upper_case_globals)]
            pub static $name: Type = {
                const TABLES: &[define::Table] = &[$($table),*];
                static METHODS: [MethodDef; define::count_methods(TABLES) + 1] = define::methods(TABLES);
                static PROPERTIES: [GetSetDef; define::count_properties(TABLES) + 1] =
                    define::properties(TABLES);
                static MEMBERS: [MemberDef; define::count_members(TABLES) + 1] = define::members(TABLES);
                static SUITES: define::Suites = define::suites(TABLES);
                define::class(define::Class {
                    name: c_text(concat!(stringify!($name), "\0")),
                    doc: Some(c_text(concat!($doc, "\0"))),
                    base: Some(&$base),
                    flags: flags::BASETYPE | flags::EXCEPTION_SUBCLASS,
                    basicsize: size_of::<$structure>(),
                    itemsize: 0,
                    dict_offset: offset_of!(BaseExceptionObject, dict),
                    weaklist_offset: 0,
                    vectorcall_offset: 0,
                    dealloc: memory::generic_dealloc::<$structure>,
                    collection: define::Probe::<$structure>::COLLECTION,
                    tables: TABLES,
                    methods: &METHODS,
                    properties: &PROPERTIES,
                    members: &MEMBERS,
                    suites: &SUITES,
                })
            };
        )*

        /// Every built-in exception class, a base before what derives from it.
        pub static ALL: &[&Type] = &[$(&$name),*];
    };
}

const fn c_text(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a NUL within a name"),
    }
}

hierarchy! {
    BaseException: crate::object::OBJECT, BaseExceptionObject [base::NEW, base::INIT, base::BASE_EXCEPTION] "What every exception derives from.";
    Exception: BaseException, BaseExceptionObject [base::NEW, base::INIT] "What every exception derives from that is not a request to exit.";
    TypeError: Exception, BaseExceptionObject [base::NEW, base::INIT] "Inappropriate argument type.";
    StopAsyncIteration: Exception, BaseExceptionObject [base::NEW, base::INIT] "What __anext__() raises where an asynchronous iteration ends.";
    StopIteration: Exception, StopIterationObject [plain::STOP_ITERATION] "What __next__() raises when there are no more items.";
    ImportError: Exception, ImportErrorObject [plain::IMPORT_ERROR_INIT, plain::IMPORT_ERROR] "A module, or a name to import from one, was not found.";
    ModuleNotFoundError: ImportError, ImportErrorObject [plain::IMPORT_ERROR_INIT] "Module not found.";
    OSError: Exception, OSErrorObject [os_error::INIT, os_error::OS_ERROR] "Raised when a call to the system fails: errno is its number for that, strerror its message.";
    ConnectionError: OSError, OSErrorObject [os_error::INIT] "Connection error.";
    BrokenPipeError: ConnectionError, OSErrorObject [os_error::INIT] "Broken pipe.";
    ConnectionAbortedError: ConnectionError, OSErrorObject [os_error::INIT] "Connection aborted.";
    ConnectionRefusedError: ConnectionError, OSErrorObject [os_error::INIT] "Connection refused.";
    ConnectionResetError: ConnectionError, OSErrorObject [os_error::INIT] "Connection reset.";
    BlockingIOError: OSError, OSErrorObject [os_error::INIT] "I/O operation would block.";
    ChildProcessError: OSError, OSErrorObject [os_error::INIT] "Child process error.";
    FileExistsError: OSError, OSErrorObject [os_error::INIT] "File already exists.";
    FileNotFoundError: OSError, OSErrorObject [os_error::INIT] "File not found.";
    IsADirectoryError: OSError, OSErrorObject [os_error::INIT] "A directory stood where a file was needed.";
    NotADirectoryError: OSError, OSErrorObject [os_error::INIT] "Something else stood where a directory was needed.";
    InterruptedError: OSError, OSErrorObject [os_error::INIT] "Interrupted by signal.";
    PermissionError: OSError, OSErrorObject [os_error::INIT] "Not enough permissions.";
    ProcessLookupError: OSError, OSErrorObject [os_error::INIT] "Process not found.";
    TimeoutError: OSError, OSErrorObject [os_error::INIT] "Timeout expired.";
    EOFError: Exception, BaseExceptionObject [base::NEW, base::INIT] "The input ended where more was to be read.";
    RuntimeError: Exception, BaseExceptionObject [base::NEW, base::INIT] "An error of no other kind, found at run time.";
    RecursionError: RuntimeError, BaseExceptionObject [base::NEW, base::INIT] "Calls nested too deeply.";
    NotImplementedError: RuntimeError, BaseExceptionObject [base::NEW, base::INIT] "A method or function that is yet to be written.";
    NameError: Exception, BaseExceptionObject [base::NEW, base::INIT] "A global name was not found.";
    UnboundLocalError: NameError, BaseExceptionObject [base::NEW, base::INIT] "A local name was used before it had a value.";
    AttributeError: Exception, BaseExceptionObject [base::NEW, base::INIT] "An attribute was not found.";
    SyntaxError: Exception, SyntaxErrorObject [syntax_error::INIT, syntax_error::SYNTAX_ERROR] "The source is not valid.";
    IndentationError: SyntaxError, SyntaxErrorObject [syntax_error::INIT] "The indentation is wrong.";
    TabError: IndentationError, SyntaxErrorObject [syntax_error::INIT] "Tabs and spaces are mixed in a way that depends on the width of a tab.";
    LookupError: Exception, BaseExceptionObject [base::NEW, base::INIT] "Base class of failed lookups.";
    IndexError: LookupError, BaseExceptionObject [base::NEW, base::INIT] "A sequence index is out of range.";
    KeyError: LookupError, BaseExceptionObject [base::INIT, plain::KEY_ERROR] "A mapping key was not found.";
    ValueError: Exception, BaseExceptionObject [base::NEW, base::INIT] "An argument of the right type with a wrong value.";
    UnicodeError: ValueError, BaseExceptionObject [base::NEW, base::INIT] "An error of Unicode text.";
    UnicodeEncodeError: UnicodeError, UnicodeErrorObject [base::NEW, unicode_error::UNICODE_ERROR_MEMBERS, unicode_error::ENCODE_ERROR] "Text that could not be encoded.";
    UnicodeDecodeError: UnicodeError, UnicodeErrorObject [base::NEW, unicode_error::UNICODE_ERROR_MEMBERS, unicode_error::DECODE_ERROR] "Bytes that could not be decoded.";
    UnicodeTranslateError: UnicodeError, UnicodeErrorObject [base::NEW, unicode_error::UNICODE_ERROR_MEMBERS, unicode_error::TRANSLATE_ERROR] "Text that could not be translated.";
    AssertionError: Exception, BaseExceptionObject [base::NEW, base::INIT] "An assertion failed.";
    ArithmeticError: Exception, BaseExceptionObject [base::NEW, base::INIT] "Base class of arithmetic errors.";
    FloatingPointError: ArithmeticError, BaseExceptionObject [base::NEW, base::INIT] "A floating-point operation failed.";
    OverflowError: ArithmeticError, BaseExceptionObject [base::NEW, base::INIT] "A result is too large to be represented.";
    ZeroDivisionError: ArithmeticError, BaseExceptionObject [base::NEW, base::INIT] "The divisor of a division or modulo was zero.";
    SystemError: Exception, BaseExceptionObject [base::NEW, base::INIT] "An internal error of the interpreter, to be reported with the traceback and the version.";
    ReferenceError: Exception, BaseExceptionObject [base::NEW, base::INIT] "A weak reference was used after its object had gone.";
    MemoryError: Exception, BaseExceptionObject [base::NEW, base::INIT] "There is no memory left.";
    BufferError: Exception, BaseExceptionObject [base::NEW, base::INIT] "A buffer operation failed.";
    Warning: Exception, BaseExceptionObject [base::NEW, base::INIT] "Base class of warning categories.";
    UserWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings that user code issues.";
    DeprecationWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about deprecated features.";
    PendingDeprecationWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about features that will be deprecated.";
    SyntaxWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about dubious syntax.";
    RuntimeWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about dubious behaviour at run time.";
    FutureWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about constructs that will change their meaning.";
    ImportWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about probable mistakes in imports.";
    UnicodeWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about Unicode.";
    BytesWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about bytes, most of all comparing them with str.";
    ResourceWarning: Warning, BaseExceptionObject [base::NEW, base::INIT] "Base class of warnings about the use of resources.";
    GeneratorExit: BaseException, BaseExceptionObject [base::NEW, base::INIT] "Asks a generator to exit.";
    SystemExit: BaseException, SystemExitObject [plain::SYSTEM_EXIT] "Asks the interpreter to exit.";
    KeyboardInterrupt: BaseException, BaseExceptionObject [base::NEW, base::INIT] "The user interrupted the program.";
}
