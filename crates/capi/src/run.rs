//! `pythonrun.h`, `compile.h`, `eval.h`: sources compiled and run from C.

use std::ffi::{c_char, c_int};

use objects::prelude::*;
use vm::code::Code;
use vm::compile::{Mode, Request};

use crate::errors::text;

/// `PyCompilerFlags`.
#[repr(C)]
pub struct CompilerFlags {
    flags: c_int,
    feature_version: c_int,
}

/// `Py_single_input` and its like.
fn mode(start: c_int) -> Result<Mode> {
    match start {
        256 => Ok(Mode::Single),
        257 => Ok(Mode::Exec),
        258 => Ok(Mode::Eval),
        _ => Err(raise!(SystemError, "bad argument to internal function")),
    }
}

/// Compiles; features of `__future__` that the source asks for are added to the flags.
fn compile(
    source: &[u8],
    filename: &Str,
    start: c_int,
    compiler_flags: Option<&mut CompilerFlags>,
    optimize: c_int,
) -> Result<Ref<Code>> {
    let given = compiler_flags.as_ref().map_or(0, |given| given.flags as u32);
    let optimize = match optimize {
        ..0 => vm::interpreter::Interpreter::current().optimization(),
        level => level.min(2) as u8,
    };
    let request = Request { flags: given, optimize, ..Request::new(filename, mode(start)?) };
    vm::compile::compile(source, &request)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_CompileStringObject(
    source: *const c_char,
    filename: &Str,
    start: c_int,
    compiler_flags: Option<&mut CompilerFlags>,
    optimize: c_int,
) -> Result<Ref<Code>> {
    // SAFETY: the caller's C string.
    let source = unsafe { std::ffi::CStr::from_ptr(source) }.to_bytes();
    compile(source, filename, start, compiler_flags, optimize)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_CompileStringExFlags(
    source: *const c_char,
    filename: *const c_char,
    start: c_int,
    compiler_flags: Option<&mut CompilerFlags>,
    optimize: c_int,
) -> Result<Ref<Code>> {
    // SAFETY: C strings both.
    unsafe {
        let filename = vm::paths::decode(std::ffi::CStr::from_ptr(filename).to_bytes())?;
        Py_CompileStringObject(source, &filename, start, compiler_flags, optimize)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_CompileStringFlags(
    source: *const c_char,
    filename: *const c_char,
    start: c_int,
    compiler_flags: Option<&mut CompilerFlags>,
) -> Result<Ref<Code>> {
    // SAFETY: the same contract.
    unsafe { Py_CompileStringExFlags(source, filename, start, compiler_flags, -1) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_CompileString(
    source: *const c_char,
    filename: *const c_char,
    start: c_int,
) -> Result<Ref<Code>> {
    // SAFETY: the same contract.
    unsafe { Py_CompileStringExFlags(source, filename, start, None, -1) }
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_EvalCode(code: &Object, globals: Option<&Dict>, locals: Option<&Object>) -> Result<Ref> {
    let Some(code) = code.downcast::<Code>() else {
        bail!(SystemError, "bad argument to internal function");
    };
    let Some(globals) = globals else { bail!(SystemError, "PyEval_EvalCodeEx: NULL globals") };
    vm::builtins::run_code(code, globals, locals.unwrap_or(globals))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyRun_StringFlags(
    source: *const c_char,
    start: c_int,
    globals: &Dict,
    locals: Option<&Object>,
    compiler_flags: Option<&mut CompilerFlags>,
) -> Result<Ref> {
    let filename = Str::new("<string>");
    // SAFETY: the same contract.
    let code = unsafe { Py_CompileStringObject(source, &filename, start, compiler_flags, -1) }?;
    if !globals.contains(intern!("__builtins__"))? {
        let builtins = (objects::services::get().builtins)()?;
        globals.set(intern!("__builtins__"), &builtins)?;
    }
    vm::builtins::run_code(&code, globals, locals.unwrap_or(globals))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyRun_String(
    source: *const c_char,
    start: c_int,
    globals: &Dict,
    locals: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { PyRun_StringFlags(source, start, globals, locals, None) }
}

/// Runs a source in `__main__`; an exception is printed, and the answer is -1.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyRun_SimpleStringFlags(
    source: *const c_char,
    compiler_flags: Option<&mut CompilerFlags>,
) -> c_int {
    let run = || -> Result<Ref> {
        let main = objects::services::import("__main__")?;
        let namespace = main.get_attr(intern!("__dict__"))?;
        let Some(namespace) = namespace.downcast::<Dict>() else {
            bail!(SystemError, "__main__ has no dictionary");
        };
        // SAFETY: the same contract.
        unsafe { PyRun_StringFlags(source, 257, namespace, None, compiler_flags) }
    };
    match run() {
        Ok(_) => 0,
        Err(raised) => {
            vm::report::print_exception(raised.fetch(), true);
            -1
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyRun_SimpleString(source: *const c_char) -> c_int {
    // SAFETY: the same contract.
    unsafe { PyRun_SimpleStringFlags(source, None) }
}

/// Adds the features in force in the running code.
#[unsafe(no_mangle)]
extern "C" fn PyEval_MergeCompilerFlags(compiler_flags: &mut CompilerFlags) -> c_int {
    compiler_flags.flags |= vm::builtins::inherited_features() as c_int;
    c_int::from(compiler_flags.flags != 0)
}

/// How far an instruction moves the stack's top: `jump` 1 where it jumps, 0 where not, -1 for the greater of both.
#[unsafe(no_mangle)]
extern "C" fn PyCompile_OpcodeStackEffectWithJump(opcode: c_int, argument: c_int, jump: c_int) -> c_int {
    vm::compile::stack_effect(opcode, argument, (jump >= 0).then_some(jump != 0)).unwrap_or(c_int::MAX)
}

#[unsafe(no_mangle)]
extern "C" fn PyCompile_OpcodeStackEffect(opcode: c_int, argument: c_int) -> c_int {
    PyCompile_OpcodeStackEffectWithJump(opcode, argument, -1)
}

/// Writes an exception with its traceback, causes and contexts to `sys.stderr`.
#[unsafe(no_mangle)]
extern "C" fn PyErr_Display(_class: Option<&Object>, value: &Object, traceback: Option<&Object>) {
    if let Some(file) = vm::report::standard_error()
        && let Err(raised) = vm::report::display(&file, value, traceback)
    {
        raised.clear();
    }
}

/// As `PyErr_WriteUnraisable`, with text of the caller's behind "Exception ignored".
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyErr_WriteUnraisableMsg(message: *const c_char, context: Option<&Object>) {
    let Some(fetched) = raise::fetch() else { return };
    // SAFETY: the pointer is null or to a C string.
    let message = (!message.is_null()).then(|| format!("Exception ignored {}", unsafe { text(message) }));
    vm::sys::write_unraisable_message(fetched, context, message.as_deref());
}
