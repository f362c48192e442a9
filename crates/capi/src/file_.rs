//! `fileobject.h`: file objects from C, and printing to C's files.

use std::ffi::{c_char, c_int};

use objects::prelude::*;

use crate::errors::text;

/// The flag by which an object is written by `str` and not `repr`.
const RAW: c_int = 1;

fn shown(object: &Object, flags: c_int) -> Result<Ref<Str>> {
    if flags & RAW != 0 { object.str() } else { object.repr() }
}

#[unsafe(no_mangle)]
extern "C" fn PyFile_WriteObject(object: Option<&Object>, file: Option<&Object>, flags: c_int) -> c_int {
    let write = || -> Result<()> {
        let Some(file) = file else { bail!(TypeError, "writeobject with NULL file") };
        let writer = file.get_attr(intern!("write"))?;
        let shown = match object {
            Some(object) => shown(object, flags)?,
            None => Str::new("<NULL>"),
        };
        writer.call1(&shown).map(drop)
    };
    raise::status(write())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyFile_WriteString(string: *const c_char, file: Option<&Object>) -> c_int {
    if file.is_none() && !raise::occurred() {
        let _ = raise!(SystemError, "null file for PyFile_WriteString");
    }
    if raise::occurred() {
        return -1;
    }
    // SAFETY: the caller's promise.
    PyFile_WriteObject(Some(&Str::new(&unsafe { text(string) })), file, RAW)
}

/// A line: with a limit where that is positive; without its end, and `EOFError` at the end, where it is negative.
#[unsafe(no_mangle)]
extern "C" fn PyFile_GetLine(file: &Object, limit: c_int) -> Result<Ref> {
    let line = match limit {
        ..=0 => file.call_method(intern!("readline"), &[])?,
        _ => file.call_method(intern!("readline"), &[&Int::new(i64::from(limit))])?,
    };
    if let Some(text) = line.downcast::<Str>() {
        return match (limit < 0, text.len()) {
            (true, 0) => Err(raise!(EOFError, "EOF when reading a line")),
            (true, length) if text.code_point(length - 1) == u32::from('\n') => {
                text.substring(0, length - 1).map(Ref::into_object)
            }
            _ => Ok(line),
        };
    }
    let Some(bytes) = line.downcast::<Bytes>() else {
        bail!(TypeError, "object.readline() returned non-string");
    };
    match (limit < 0, bytes.as_bytes()) {
        (true, []) => Err(raise!(EOFError, "EOF when reading a line")),
        (true, [start @ .., b'\n']) => Ok(Bytes::new(start).into_object()),
        _ => Ok(line),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyFile_FromFd(
    descriptor: c_int,
    _name: *const c_char,
    mode: *const c_char,
    buffering: c_int,
    encoding: *const c_char,
    errors: *const c_char,
    newline: *const c_char,
    close: c_int,
) -> Result<Ref> {
    let optional = |string: *const c_char| match string.is_null() {
        true => none(),
        // SAFETY: C strings, as the caller promises.
        false => Str::new(&unsafe { text(string) }).into_object(),
    };
    let open = objects::services::import("io")?.get_attr(intern!("open"))?;
    let descriptor = Int::new(i64::from(descriptor));
    let mode = if mode.is_null() { Str::new("r").into_object() } else { optional(mode) };
    let buffering = Int::new(i64::from(buffering));
    let close = bool_object(close != 0);
    let (encoding, errors, newline) = (optional(encoding), optional(errors), optional(newline));
    open.call(&[&descriptor, &mode, &buffering, &encoding, &errors, &newline, &close])
}

#[unsafe(no_mangle)]
extern "C" fn PyFile_NewStdPrinter(descriptor: c_int) -> Result<Ref> {
    match descriptor {
        1 | 2 => Ok(vm::std_printer::StdPrinter::new(descriptor).into_object()),
        // CPython gives null without an exception here, which its callers cannot tell from success.
        _ => Err(raise!(SystemError, "bad argument to internal function")),
    }
}

/// Opens a file for reading code, in binary mode.
#[unsafe(no_mangle)]
extern "C" fn PyFile_OpenCodeObject(path: &Object) -> Result<Ref> {
    let open = objects::services::import("io")?.get_attr(intern!("open_code"))?;
    open.call1(path)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyFile_OpenCode(path: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    PyFile_OpenCodeObject(&Str::new(&unsafe { text(path) }))
}

/// Writes an object to a C file.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_Print(object: Option<&Object>, file: *mut libc::FILE, flags: c_int) -> c_int {
    let print = || -> Result<()> {
        (objects::services::get().check_signals)()?;
        let bytes = match object {
            None => b"<nil>".to_vec(),
            Some(object) => {
                let shown = shown(object, flags)?;
                objects::codecs::encode_text(&shown, Some("utf-8"), Some("backslashreplace"))?
                    .as_bytes()
                    .to_vec()
            }
        };
        // SAFETY: the caller's open file.
        unsafe {
            libc::clearerr(file);
            libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), file);
            if libc::ferror(file) != 0 {
                let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
                libc::clearerr(file);
                return Err(exceptions::raise_errno(errno, None, None));
            }
        }
        Ok(())
    };
    raise::status(print())
}
