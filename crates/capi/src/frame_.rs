//! `frameobject.h`, `code.h`, `traceback.h`: what C code makes up so that its functions show in tracebacks.

use std::ffi::{c_char, c_int, c_void};

use objects::prelude::*;
use objects::thread_state::ThreadState;
use vm::code::{Code, Parts};
use vm::frame::Frame;
use vm::traceback::Traceback;

use crate::errors::text;

#[unsafe(no_mangle)]
extern "C" fn PyFrame_New(
    thread: &ThreadState,
    code: &Code,
    globals: &Dict,
    locals: Option<&Object>,
) -> Result<Ref<Frame>> {
    let frame = Frame::new(thread, code, globals, locals)?;
    gc::track(&frame);
    Ok(frame)
}

#[unsafe(no_mangle)]
extern "C" fn PyFrame_GetCode(frame: &Frame) -> Ref<Code> {
    frame.code().to_ref()
}

#[unsafe(no_mangle)]
extern "C" fn PyFrame_GetBack(frame: &Frame) -> Option<Ref<Frame>> {
    frame.back.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyFrame_GetLineNumber(frame: &Frame) -> c_int {
    frame.line()
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_GetFrame() -> Option<&'static Frame> {
    Frame::innermost(ThreadState::current())
}

#[unsafe(no_mangle)]
extern "C" fn PyCode_NewWithPosOnlyArgs(
    argcount: c_int,
    posonlyargcount: c_int,
    kwonlyargcount: c_int,
    nlocals: c_int,
    stacksize: c_int,
    flags: c_int,
    code: &Bytes,
    consts: &Tuple,
    names: &Tuple,
    varnames: &Tuple,
    freevars: &Tuple,
    cellvars: &Tuple,
    filename: &Str,
    name: &Str,
    firstlineno: c_int,
    lnotab: &Bytes,
) -> Result<Ref<Code>> {
    Parts {
        argcount,
        posonlyargcount,
        kwonlyargcount,
        nlocals,
        stacksize,
        flags,
        firstlineno,
        code: code.to_ref(),
        consts: consts.to_ref(),
        names: names.to_ref(),
        varnames: varnames.to_ref(),
        freevars: freevars.to_ref(),
        cellvars: cellvars.to_ref(),
        filename: filename.to_ref(),
        name: name.to_ref(),
        lnotab: lnotab.to_ref(),
    }
    .build()
}

#[unsafe(no_mangle)]
extern "C" fn PyCode_New(
    argcount: c_int,
    kwonlyargcount: c_int,
    nlocals: c_int,
    stacksize: c_int,
    flags: c_int,
    code: &Bytes,
    consts: &Tuple,
    names: &Tuple,
    varnames: &Tuple,
    freevars: &Tuple,
    cellvars: &Tuple,
    filename: &Str,
    name: &Str,
    firstlineno: c_int,
    lnotab: &Bytes,
) -> Result<Ref<Code>> {
    PyCode_NewWithPosOnlyArgs(
        argcount,
        0,
        kwonlyargcount,
        nlocals,
        stacksize,
        flags,
        code,
        consts,
        names,
        varnames,
        freevars,
        cellvars,
        filename,
        name,
        firstlineno,
        lnotab,
    )
}

/// A code object of names and a line alone, which cannot run.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyCode_NewEmpty(
    filename: *const c_char,
    name: *const c_char,
    line: c_int,
) -> Result<Ref<Code>> {
    // SAFETY: C strings both.
    let (filename, name) = unsafe { (std::ffi::CStr::from_ptr(filename), text(name)) };
    Parts::empty(&*vm::paths::decode(filename.to_bytes())?, &*Str::new(&name), line).build()
}

#[unsafe(no_mangle)]
extern "C" fn PyCode_Addr2Line(code: &Code, offset: c_int) -> c_int {
    if offset < 0 { code.firstlineno } else { code.line_of(offset) }
}

/// Adds an entry for the frame to the traceback of the exception that is set.
#[unsafe(no_mangle)]
extern "C" fn PyTraceBack_Here(frame: &Frame) -> c_int {
    Traceback::here(ThreadState::current(), frame);
    0
}

/// Writes a traceback to a file, its heading included.
#[unsafe(no_mangle)]
extern "C" fn PyTraceBack_Print(traceback: Option<&Object>, file: &Object) -> c_int {
    let Some(traceback) = traceback else { return 0 };
    let Some(traceback) = traceback.downcast_exact::<Traceback>() else {
        let _ = raise!(SystemError, "bad argument to internal function");
        return -1;
    };
    raise::status(vm::report::write_traceback_to(file, traceback))
}

/// Adds an entry for a place in C code to the traceback of the exception that is set.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyTraceback_Add(function: *const c_char, filename: *const c_char, line: c_int) {
    // SAFETY: C strings both.
    let (filename, function) = unsafe { (text(filename), text(function)) };
    Traceback::add(&*Str::new(&filename), &*Str::new(&function), line);
}

/// The index at which another user may attach something to code objects (PEP 523), or -1.
#[unsafe(no_mangle)]
extern "C" fn _PyEval_RequestCodeExtraIndex(free: Option<vm::code::extra::Free>) -> isize {
    vm::code::extra::request_index(free).map_or(-1, |index| index as isize)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyCode_GetExtra(code: &Object, index: isize, extra: *mut *mut c_void) -> c_int {
    raise::status(code_object(code).map(|code| {
        let found = usize::try_from(index).map_or(std::ptr::null_mut(), |index| code.extra(index));
        // SAFETY: the caller's place.
        unsafe { extra.write(found) };
    }))
}

#[unsafe(no_mangle)]
extern "C" fn _PyCode_SetExtra(code: &Object, index: isize, extra: *mut c_void) -> c_int {
    raise::status(
        code_object(code)
            .and_then(|code| code.set_extra(usize::try_from(index).unwrap_or(usize::MAX), extra)),
    )
}

fn code_object(code: &Object) -> Result<&Code> {
    match code.downcast::<Code>() {
        Some(code) => Ok(code),
        None => Err(raise!(SystemError, "bad argument to internal function")),
    }
}
