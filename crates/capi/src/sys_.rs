//! `sysmodule.h`, `ceval.h`, and what C asks of the interpreter.

use std::ffi::{CStr, c_char, c_int, c_void};

use objects::prelude::*;
use vm::interpreter::Interpreter;

use crate::errors::text;
use crate::va_list::VaListTag;

/// An object of `sys`, borrowed.
#[unsafe(no_mangle)]
unsafe extern "C" fn PySys_GetObject(name: *const c_char) -> Option<&'static Object> {
    // SAFETY: the caller's promise; `sys` keeps the object alive.
    unsafe { Interpreter::current().sys_get(&Str::new(&text(name))).map(|object| &*object.as_ptr()) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PySys_GetObjectId(name: *mut crate::unicode_::Identifier) -> Option<&'static Object> {
    // SAFETY: a static structure of the caller's; `sys` keeps the object alive.
    unsafe {
        let name: &Str = (*crate::unicode_::_PyUnicode_FromId(name)).cast();
        Interpreter::current().sys_get(name).map(|object| &*object.as_ptr())
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PySys_SetObject(name: *const c_char, value: Option<&Object>) -> c_int {
    // SAFETY: the caller's promise.
    let name = Str::intern(Str::new(&unsafe { text(name) }));
    let Some(sysdict) = Interpreter::current().sysdict.get() else { return -1 };
    raise::status(match value {
        Some(value) => sysdict.set(&name, value),
        None => sysdict.remove(&name).map(drop),
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_SysAuditV(
    event: *const c_char,
    format: *const c_char,
    list: *mut VaListTag,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let audit =
            crate::build_value::values(format, list, crate::va_list::Sizes::Wide).and_then(|mut values| {
                if let [single] = &values[..]
                    && let Some(tuple) = single.downcast::<Tuple>()
                {
                    values = tuple.items().to_vec();
                }
                (objects::services::get().audit)(&text(event), Ref::slice(&values))
            });
        raise::status(audit)
    }
}

/// Adds a hook of the whole process.
#[unsafe(no_mangle)]
unsafe extern "C" fn PySys_AddAuditHook(
    function: unsafe extern "C" fn(*const c_char, &Tuple, *mut c_void) -> c_int,
    data: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(unsafe { vm::sys::add_native_hook(vm::sys::NativeHook { function, data }) })
}

#[unsafe(no_mangle)]
extern "C" fn _PySys_GetSizeOf(object: &Object) -> usize {
    let size = object.call_method(intern!("__sizeof__"), &[]).and_then(|size| size.as_isize());
    match size {
        Ok(size) => size as usize + if gc::is_gc(object) { 16 } else { 0 },
        Err(_) => usize::MAX,
    }
}

/// The builtins of the running code, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyEval_GetBuiltins() -> Option<&'static Dict> {
    // SAFETY: the interpreter or the frame keeps the dictionary alive.
    (objects::services::get().builtins)().ok().map(|builtins| unsafe { &*std::ptr::from_ref(&*builtins) })
}

/// A builtin by its name.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyEval_GetBuiltinId(name: *mut crate::unicode_::Identifier) -> Result<Ref> {
    // SAFETY: a static structure of the caller's.
    let name = unsafe { &*crate::unicode_::_PyUnicode_FromId(name) };
    let builtins = (objects::services::get().builtins)()?;
    match builtins.get(name)? {
        Some(found) => Ok(found),
        None => Err(raise::set_object(&exceptions::AttributeError, name.to_ref())),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_GetGlobals() -> Option<&'static Dict> {
    // SAFETY: the frame keeps the dictionary alive.
    (objects::services::get().current_globals)().map(|globals| unsafe { &*std::ptr::from_ref(&*globals) })
}

#[unsafe(no_mangle)]
extern "C" fn Py_IsInitialized() -> c_int {
    c_int::from(objects::thread_state::ThreadState::current_opt().is_some())
}

#[unsafe(no_mangle)]
extern "C" fn _Py_IsFinalizing() -> c_int {
    c_int::from(vm::thread::is_finalizing())
}

#[unsafe(no_mangle)]
extern "C" fn Py_GetVersion() -> *const c_char {
    c"3.9.18 (Krait)".as_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn Py_GetRecursionLimit() -> c_int {
    objects::thread_state::recursion_limit()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_AddPendingCall(
    function: unsafe extern "C" fn(*mut c_void) -> c_int,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { vm::pending::add(function, argument) } {
        true => 0,
        false => -1,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyOS_BeforeFork() {}

#[unsafe(no_mangle)]
extern "C" fn PyOS_AfterFork_Parent() {}

#[unsafe(no_mangle)]
extern "C" fn PyOS_AfterFork_Child() {
    vm::thread::after_fork_in_child();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyOS_URandomNonblock(buffer: *mut c_void, size: isize) -> c_int {
    // SAFETY: the caller's buffer.
    match unsafe { libc::getrandom(buffer, size as usize, libc::GRND_NONBLOCK) } {
        read if read == size => 0,
        _ => -1,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyOS_URandom(buffer: *mut c_void, size: isize) -> c_int {
    // SAFETY: the caller's buffer.
    match unsafe { libc::getrandom(buffer, size as usize, 0) } {
        read if read == size => 0,
        _ => -1,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_set_inheritable(descriptor: c_int, inheritable: c_int, _works: *mut c_int) -> c_int {
    // SAFETY: calls without conditions.
    unsafe {
        let old = libc::fcntl(descriptor, libc::F_GETFD);
        let new = if inheritable != 0 { old & !libc::FD_CLOEXEC } else { old | libc::FD_CLOEXEC };
        if old == -1 || libc::fcntl(descriptor, libc::F_SETFD, new) == -1 {
            let errno = *libc::__errno_location();
            let _ = exceptions::raise_errno(errno, None, None);
            return -1;
        }
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_set_inheritable_async_safe(
    descriptor: c_int,
    inheritable: c_int,
    _: *mut c_int,
) -> c_int {
    // SAFETY: calls without conditions, which signal handlers may make.
    unsafe {
        let old = libc::fcntl(descriptor, libc::F_GETFD);
        let new = if inheritable != 0 { old & !libc::FD_CLOEXEC } else { old | libc::FD_CLOEXEC };
        if old == -1 { -1 } else { libc::fcntl(descriptor, libc::F_SETFD, new) }
    }
}

#[unsafe(no_mangle)]
extern "C" fn _Py_dup(descriptor: c_int) -> c_int {
    // SAFETY: a call without conditions.
    let copy = unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) };
    if copy == -1 {
        let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        let _ = exceptions::raise_errno(errno, None, None);
    }
    copy
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_open_noraise(path: *const c_char, open_flags: c_int) -> c_int {
    // SAFETY: the caller's C string.
    unsafe { libc::open(path, open_flags | libc::O_CLOEXEC) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_write_noraise(descriptor: c_int, buffer: *const c_void, size: usize) -> isize {
    loop {
        // SAFETY: the caller's buffer.
        let written = unsafe { libc::write(descriptor, buffer, size.min(isize::MAX as usize)) };
        if written >= 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            return written;
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_fopen_obj(path: &Object, mode: *const c_char) -> *mut libc::FILE {
    let open = || -> Result<*mut libc::FILE> {
        let path = path.downcast::<Str>().ok_or_else(|| raise!(TypeError, "expected str path"))?;
        // SAFETY: the caller's promise.
        let asked = unsafe { text(mode) };
        let told: [&Object; 3] = [path, &*Str::new(&asked), &*Int::zero()];
        (objects::services::get().audit)("open", &told)?;
        // SAFETY: C strings both.
        let file = unsafe { libc::fopen(path.as_c_str()?.as_ptr(), mode) };
        if file.is_null() {
            let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
            return Err(exceptions::raise_errno(errno, Some(path), None));
        }
        Ok(file)
    };
    open().unwrap_or(std::ptr::null_mut())
}

#[unsafe(no_mangle)]
extern "C" fn _Py_RestoreSignals() {
    for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
        // SAFETY: a call without conditions.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

fn id_converter(object: &Object, place: *mut c_void, name: &str) -> c_int {
    let convert = || -> Result<u32> {
        let number = object.index().map_err(|raised| match raised.matches(&exceptions::TypeError) {
            true => raise!(TypeError, "{name} should be integer, not {}", object.class().name()),
            false => raised,
        })?;
        match number.to_i64() {
            Some(-1) => Ok(u32::MAX),
            Some(number) if number < 0 => Err(raise!(OverflowError, "{name} is less than minimum")),
            Some(number) => {
                u32::try_from(number).map_err(|_| raise!(OverflowError, "{name} is greater than maximum"))
            }
            None => Err(raise!(OverflowError, "{name} is greater than maximum")),
        }
    };
    match convert() {
        Ok(id) => {
            // SAFETY: the caller's place, of `uid_t` or `gid_t`.
            unsafe { place.cast::<u32>().write(id) };
            1
        }
        Err(_) => 0,
    }
}

#[unsafe(no_mangle)]
extern "C" fn _Py_Uid_Converter(object: &Object, place: *mut c_void) -> c_int {
    id_converter(object, place, "uid")
}

#[unsafe(no_mangle)]
extern "C" fn _Py_Gid_Converter(object: &Object, place: *mut c_void) -> c_int {
    id_converter(object, place, "gid")
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_mystrnicmp(a: *const c_char, b: *const c_char, size: isize) -> c_int {
    // SAFETY: C strings both.
    unsafe { libc::strncasecmp(a, b, size as usize) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyOS_mystricmp(a: *const c_char, b: *const c_char) -> c_int {
    // SAFETY: C strings both.
    unsafe { libc::strcasecmp(CStr::from_ptr(a).as_ptr(), CStr::from_ptr(b).as_ptr()) }
}

/// A `PyConfig` of zeros: what extension modules read of it (whether the interpreter is isolated) is so here.
#[repr(C, align(16))]
pub struct ZeroConfig([u8; 512]);

static CONFIG: ZeroConfig = ZeroConfig([0; 512]);

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_GetConfig(_interpreter: *mut c_void) -> &'static ZeroConfig {
    &CONFIG
}
