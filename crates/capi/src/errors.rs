//! `pyerrors.h`, `warnings.h`: raising and asking about exceptions.

use std::ffi::{CStr, c_char, c_int};

use objects::prelude::*;
use objects::raise::Fetched;

/// A C string as text for messages.
///
/// # Safety
/// The pointer is to a NUL-terminated string.
pub unsafe fn text<'a>(pointer: *const c_char) -> std::borrow::Cow<'a, str> {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_SetString(class: &Object, message: *const c_char) {
    // SAFETY: the caller's promise.
    let message = unsafe { text(message) };
    let _ = raise::set(class, Some(Str::new(&message).into_object()));
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetObject(class: &Object, value: Option<&Object>) {
    let _ = raise::set(class, value.map(Object::to_ref));
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetNone(class: &Object) {
    let _ = raise::set(class, None);
}

#[unsafe(no_mangle)]
extern "C" fn _PyErr_SetKeyError(key: &Object) {
    let _ = match Tuple::new([key.to_ref()]) {
        Ok(arguments) => raise::set_object(&exceptions::KeyError, arguments.into_object()),
        Err(raised) => raised,
    };
}

/// The class of the exception that is set, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyErr_Occurred() -> Option<&'static Object> {
    let state = objects::thread_state::ThreadState::current_opt()?;
    // SAFETY: borrowed as C's contract says: until the exception is cleared.
    unsafe { state.curexc_type.peek() }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_Clear() {
    raise::clear();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_Fetch(
    class: *mut Option<Ref>,
    value: *mut Option<Ref>,
    traceback: *mut Option<Ref>,
) {
    let fetched = raise::fetch();
    // SAFETY: the caller's places, uninitialised.
    unsafe {
        match fetched {
            Some(fetched) => {
                class.write(Some(fetched.class));
                value.write(fetched.value);
                traceback.write(fetched.traceback);
            }
            None => {
                class.write(None);
                value.write(None);
                traceback.write(None);
            }
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_Restore(class: Option<Ref>, value: Option<Ref>, traceback: Option<Ref>) {
    raise::clear();
    if let Some(class) = class {
        let _ = Fetched { class, value, traceback }.restore();
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_NormalizeException(
    class: *mut Option<Ref>,
    value: *mut Option<Ref>,
    traceback: *mut Option<Ref>,
) {
    // SAFETY: the caller's places, initialised by PyErr_Fetch.
    unsafe {
        let Some(old) = (*class).take() else { return };
        let fetched =
            Fetched { class: old, value: (*value).take(), traceback: (*traceback).take() }.normalize();
        *class = Some(fetched.class);
        *value = fetched.value;
        *traceback = fetched.traceback;
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_GivenExceptionMatches(given: Option<&Object>, class: Option<&Object>) -> c_int {
    let (Some(given), Some(class)) = (given, class) else { return 0 };
    if let Some(classes) = class.downcast::<Tuple>() {
        let any =
            classes.items().iter().any(|class| PyErr_GivenExceptionMatches(Some(given), Some(class)) != 0);
        return c_int::from(any);
    }
    let given = match given.class().has_flags(flags::EXCEPTION_SUBCLASS) {
        true => given.class().as_object(),
        false => given,
    };
    c_int::from(match (given.downcast::<Type>(), class.downcast::<Type>()) {
        (Some(_), Some(class)) => exceptions::class_matches(given, class),
        _ => given.is(class),
    })
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_ExceptionMatches(class: &Object) -> c_int {
    PyErr_GivenExceptionMatches(PyErr_Occurred(), Some(class))
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_NoMemory() -> Result<Ref> {
    Err(raise!(MemoryError))
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_BadArgument() -> c_int {
    let _ = raise!(TypeError, "bad argument type for built-in operation");
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_BadInternalCall() {
    let _ = raise!(SystemError, "bad argument to internal function");
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyErr_BadInternalCall(file: *const c_char, line: c_int) {
    // SAFETY: the caller's promise.
    let file = unsafe { text(file) };
    let _ = raise!(SystemError, "{file}:{line}: bad argument to internal function");
}

fn errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn set_from_errno(class: &Object, filename: Option<&Object>, second: Option<&Object>) -> Raised {
    let number = errno();
    // A signal's handler may raise, and then that is the exception.
    if number == libc::EINTR
        && let Err(raised) = (objects::services::get().check_signals)()
    {
        return raised;
    }
    let text = Str::new(&exceptions::error_text(number));
    let (number, zero) = (Int::new(number.into()), Int::zero());
    let instance = match (filename, second) {
        (None, _) => class.call(&[&number, &text]),
        (Some(filename), None) => class.call(&[&number, &text, filename]),
        (Some(filename), Some(second)) => class.call(&[&number, &text, filename, &zero, second]),
    };
    match instance {
        Ok(instance) => raise::set_instance(instance),
        Err(raised) => raised,
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetFromErrno(class: &Object) -> Result<Ref> {
    Err(set_from_errno(class, None, None))
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetFromErrnoWithFilenameObject(class: &Object, filename: Option<&Object>) -> Result<Ref> {
    Err(set_from_errno(class, filename, None))
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetFromErrnoWithFilenameObjects(
    class: &Object,
    filename: Option<&Object>,
    second: Option<&Object>,
) -> Result<Ref> {
    Err(set_from_errno(class, filename, second))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_SetFromErrnoWithFilename(class: &Object, filename: *const c_char) -> Result<Ref> {
    let number = errno();
    // SAFETY: the pointer is null or to a C string.
    let filename = (!filename.is_null()).then(|| Str::new(&unsafe { text(filename) }));
    // SAFETY: errno is this thread's own; making the string may have changed it.
    unsafe { *libc::__errno_location() = number };
    Err(set_from_errno(class, filename.as_deref().map(|filename| &**filename), None))
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetImportError(
    message: &Object,
    name: Option<&Object>,
    path: Option<&Object>,
) -> Result<Ref> {
    set_import_error(exceptions::ImportError.as_object(), message, name, path)
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetImportErrorSubclass(
    class: &Object,
    message: &Object,
    name: Option<&Object>,
    path: Option<&Object>,
) -> Result<Ref> {
    set_import_error(class, message, name, path)
}

fn set_import_error(
    class: &Object,
    message: &Object,
    name: Option<&Object>,
    path: Option<&Object>,
) -> Result<Ref> {
    let keywords = Dict::new();
    keywords.set(intern!("name"), name.unwrap_or(none_object()))?;
    keywords.set(intern!("path"), path.unwrap_or(none_object()))?;
    let error = class.call_dict(&*Tuple::new([message.to_ref()])?, Some(&keywords))?;
    Err(raise::set_instance(error))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_NewException(
    name: *const c_char,
    bases: Option<&Object>,
    namespace: Option<&Dict>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let full = unsafe { text(name) };
    let Some((module, name)) = full.rsplit_once('.') else {
        bail!(SystemError, "PyErr_NewException: name must be module.class");
    };
    let namespace = match namespace {
        Some(namespace) => namespace.to_ref(),
        None => Dict::new(),
    };
    if namespace.get_str(intern!("__module__")).is_none() {
        namespace.set(intern!("__module__"), &Str::new(module))?;
    }
    let bases = match bases {
        None => Tuple::new([exceptions::Exception.to_ref().into_object()])?.into_object(),
        Some(bases) if bases.downcast::<Tuple>().is_some() => bases.to_ref(),
        Some(base) => Tuple::new([base.to_ref()])?.into_object(),
    };
    TYPE.as_object().call(&[&Str::new(name), &bases, &namespace])
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_NewExceptionWithDoc(
    name: *const c_char,
    doc: *const c_char,
    bases: Option<&Object>,
    namespace: Option<&Dict>,
) -> Result<Ref> {
    let namespace = match namespace {
        Some(namespace) => namespace.to_ref(),
        None => Dict::new(),
    };
    // SAFETY: the caller's promise.
    unsafe {
        if !doc.is_null() {
            namespace.set(intern!("__doc__"), &Str::new(&text(doc)))?;
        }
        PyErr_NewException(name, bases, Some(&namespace))
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_WriteUnraisable(context: Option<&Object>) {
    if raise::occurred() {
        raise::already_set().write_unraisable(context);
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_CheckSignals() -> c_int {
    raise::status((objects::services::get().check_signals)())
}

/// An exception fetched before becomes the `__context__` of the one that is set now, or is set again.
#[unsafe(no_mangle)]
extern "C" fn _PyErr_ChainExceptions(class: Option<Ref>, value: Option<Ref>, traceback: Option<Ref>) {
    let Some(class) = class else { return };
    let earlier = Fetched { class, value, traceback };
    if !raise::occurred() {
        let _ = earlier.restore();
        return;
    }
    let later = raise::already_set().fetch().normalize();
    let earlier = earlier.normalize();
    if let (Some(later), Some(earlier)) = (&later.value, earlier.value)
        && let Some(later) = later.downcast::<exceptions::BaseExceptionObject>()
    {
        later.context.set(Some(earlier));
    }
    let _ = later.restore();
}

/// Issues a warning; the category is `RuntimeWarning` where there is none.
pub fn warn(
    category: Option<&Object>,
    message: &Object,
    level: isize,
    source: Option<&Object>,
) -> Result<()> {
    let category = match category {
        None => &exceptions::RuntimeWarning,
        Some(category) => match category.downcast::<Type>() {
            Some(category) => category,
            None => {
                bail!(TypeError, "category must be a Warning subclass, not '{}'", category.class().name())
            }
        },
    };
    (objects::services::get().warn)(category, message, level, source)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_WarnEx(category: Option<&Object>, message: *const c_char, level: isize) -> c_int {
    // SAFETY: the caller's promise.
    let message = Str::new(&unsafe { text(message) });
    raise::status(warn(category, &message, level, None))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_WarnExplicit(
    category: Option<&Object>,
    message: *const c_char,
    _filename: *const c_char,
    _line: c_int,
    _module: *const c_char,
    _registry: Option<&Object>,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { PyErr_WarnEx(category, message, 1) }
}

fn exception(object: &Object) -> Option<&exceptions::BaseExceptionObject> {
    object.downcast()
}

#[unsafe(no_mangle)]
extern "C" fn PyException_GetTraceback(object: &Object) -> Option<Ref> {
    exception(object)?.traceback.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyException_SetTraceback(object: &Object, traceback: &Object) -> c_int {
    raise::status(object.set_attr(intern!("__traceback__"), traceback))
}

#[unsafe(no_mangle)]
extern "C" fn PyException_GetContext(object: &Object) -> Option<Ref> {
    exception(object)?.context.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyException_SetContext(object: &Object, context: Option<Ref>) {
    if let Some(exception) = exception(object) {
        exception.context.set(context);
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyException_GetCause(object: &Object) -> Option<Ref> {
    exception(object)?.cause.get()
}

#[unsafe(no_mangle)]
extern "C" fn PyException_SetCause(object: &Object, cause: Option<Ref>) {
    if let Some(exception) = exception(object) {
        exception.suppress_context.set(1);
        exception.cause.set(cause);
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_GetExcInfo(
    class: *mut Option<Ref>,
    value: *mut Option<Ref>,
    traceback: *mut Option<Ref>,
) {
    let handled = objects::thread_state::ThreadState::current().topmost_handled();
    // SAFETY: the caller's places, uninitialised.
    unsafe {
        class.write(handled.exc_type.get());
        value.write(handled.exc_value.get());
        traceback.write(handled.exc_traceback.get());
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_SetExcInfo(class: Option<Ref>, value: Option<Ref>, traceback: Option<Ref>) {
    let state = objects::thread_state::ThreadState::current();
    // SAFETY: the innermost item is alive while its thread runs.
    let item = unsafe { &*state.exc_info.get() };
    item.exc_value.set(value);
    item.exc_traceback.set(traceback);
    item.exc_type.set(class);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicodeDecodeError_Create(
    encoding: *const c_char,
    object: *const u8,
    length: isize,
    start: isize,
    end: isize,
    reason: *const c_char,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe {
        let object = memory::slice_or_empty(object, length as usize);
        objects::codecs::errors::new_decode(
            &text(encoding),
            object,
            start as usize,
            end as usize,
            &text(reason),
        )
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_FatalError(message: *const c_char) -> ! {
    // SAFETY: the caller's promise.
    vm::faults::fatal_error("", &unsafe { text(message) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_FatalErrorFunc(function: *const c_char, message: *const c_char) -> ! {
    // SAFETY: the caller's promise.
    let (function, message) = unsafe { (text(function), text(message)) };
    vm::faults::fatal_error(&function, &message)
}

/// Prints the exception that is set, as an uncaught one is printed, and drops it.
#[unsafe(no_mangle)]
extern "C" fn PyErr_PrintEx(remember: c_int) {
    if let Some(exception) = raise::fetch() {
        vm::report::print_exception(exception, remember != 0);
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyErr_Print() {
    PyErr_PrintEx(1);
}

/// The exception that an item says is being handled becomes the context of the one that is set.
#[unsafe(no_mangle)]
extern "C" fn _PyErr_ChainStackItem(item: Option<&objects::thread_state::ExceptionStackItem>) {
    let thread = objects::thread_state::ThreadState::current();
    let Some(Fetched { class, value, traceback }) = raise::fetch() else { return };
    let handled = thread.exc_info.get();
    if let Some(item) = item {
        thread.exc_info.set(item);
    }
    // Setting an exception chains it to what is being handled.
    let chained = raise::set(&class, value).fetch();
    thread.exc_info.set(handled);
    let _ = Fetched { traceback, ..chained }.restore();
}
