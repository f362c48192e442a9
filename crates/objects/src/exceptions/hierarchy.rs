//! The built-in exception classes, a line each: the name, its base, the structure of its instances.

use super::*;

macro_rules! hierarchy {
    ($($name:ident: $base:expr, $structure:ident;)*) => {
        $(
            #[allow(non_upper_case_globals)]
            pub static $name: Type = {
                let class = Type::empty(
                    match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                        Ok(name) => name,
                        Err(_) => unreachable!(),
                    },
                    size_of::<$structure>(),
                );
                class.with_base(
                    &$base,
                    flags::DEFAULT | flags::BASETYPE | flags::HAVE_GC | flags::EXCEPTION_SUBCLASS,
                )
            };
        )*

        /// Every built-in exception class, a base before what derives from it.
        pub static ALL: &[&Type] = &[$(&$name),*];
    };
}

hierarchy! {
    BaseException: crate::object::OBJECT, BaseExceptionObject;
    Exception: BaseException, BaseExceptionObject;
    TypeError: Exception, BaseExceptionObject;
    StopAsyncIteration: Exception, BaseExceptionObject;
    StopIteration: Exception, StopIterationObject;
    ImportError: Exception, ImportErrorObject;
    ModuleNotFoundError: ImportError, ImportErrorObject;
    OSError: Exception, OSErrorObject;
    ConnectionError: OSError, OSErrorObject;
    BrokenPipeError: ConnectionError, OSErrorObject;
    ConnectionAbortedError: ConnectionError, OSErrorObject;
    ConnectionRefusedError: ConnectionError, OSErrorObject;
    ConnectionResetError: ConnectionError, OSErrorObject;
    BlockingIOError: OSError, OSErrorObject;
    ChildProcessError: OSError, OSErrorObject;
    FileExistsError: OSError, OSErrorObject;
    FileNotFoundError: OSError, OSErrorObject;
    IsADirectoryError: OSError, OSErrorObject;
    NotADirectoryError: OSError, OSErrorObject;
    InterruptedError: OSError, OSErrorObject;
    PermissionError: OSError, OSErrorObject;
    ProcessLookupError: OSError, OSErrorObject;
    TimeoutError: OSError, OSErrorObject;
    EOFError: Exception, BaseExceptionObject;
    RuntimeError: Exception, BaseExceptionObject;
    RecursionError: RuntimeError, BaseExceptionObject;
    NotImplementedError: RuntimeError, BaseExceptionObject;
    NameError: Exception, BaseExceptionObject;
    UnboundLocalError: NameError, BaseExceptionObject;
    AttributeError: Exception, BaseExceptionObject;
    SyntaxError: Exception, SyntaxErrorObject;
    IndentationError: SyntaxError, SyntaxErrorObject;
    TabError: IndentationError, SyntaxErrorObject;
    LookupError: Exception, BaseExceptionObject;
    IndexError: LookupError, BaseExceptionObject;
    KeyError: LookupError, BaseExceptionObject;
    ValueError: Exception, BaseExceptionObject;
    UnicodeError: ValueError, BaseExceptionObject;
    UnicodeEncodeError: UnicodeError, UnicodeErrorObject;
    UnicodeDecodeError: UnicodeError, UnicodeErrorObject;
    UnicodeTranslateError: UnicodeError, UnicodeErrorObject;
    AssertionError: Exception, BaseExceptionObject;
    ArithmeticError: Exception, BaseExceptionObject;
    FloatingPointError: ArithmeticError, BaseExceptionObject;
    OverflowError: ArithmeticError, BaseExceptionObject;
    ZeroDivisionError: ArithmeticError, BaseExceptionObject;
    SystemError: Exception, BaseExceptionObject;
    ReferenceError: Exception, BaseExceptionObject;
    MemoryError: Exception, BaseExceptionObject;
    BufferError: Exception, BaseExceptionObject;
    Warning: Exception, BaseExceptionObject;
    UserWarning: Warning, BaseExceptionObject;
    DeprecationWarning: Warning, BaseExceptionObject;
    PendingDeprecationWarning: Warning, BaseExceptionObject;
    SyntaxWarning: Warning, BaseExceptionObject;
    RuntimeWarning: Warning, BaseExceptionObject;
    FutureWarning: Warning, BaseExceptionObject;
    ImportWarning: Warning, BaseExceptionObject;
    UnicodeWarning: Warning, BaseExceptionObject;
    BytesWarning: Warning, BaseExceptionObject;
    ResourceWarning: Warning, BaseExceptionObject;
    GeneratorExit: BaseException, BaseExceptionObject;
    SystemExit: BaseException, SystemExitObject;
    KeyboardInterrupt: BaseException, BaseExceptionObject;
}
