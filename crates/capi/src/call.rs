//! Calling objects from C.

use std::ffi::{CStr, c_char, c_int};

use objects::prelude::*;
use objects::protocol::Method;

use crate::build_value;
use crate::va_list::{Sizes, VaList, VaListTag};

#[unsafe(no_mangle)]
extern "C" fn PyObject_Call(callee: &Object, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    callee.call_dict(arguments, keywords)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_CallObject(callee: &Object, arguments: Option<&Object>) -> Result<Ref> {
    match arguments {
        None => callee.call0(),
        Some(arguments) => match arguments.downcast::<Tuple>() {
            Some(arguments) => callee.call_dict(arguments, None),
            None => Err(raise!(TypeError, "argument list must be a tuple")),
        },
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyEval_CallObjectWithKeywords(
    callee: &Object,
    arguments: Option<&Tuple>,
    keywords: Option<&Dict>,
) -> Result<Ref> {
    match arguments {
        Some(arguments) => callee.call_dict(arguments, keywords),
        None => callee.call_dict(&Tuple::empty(), keywords),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_CallNoArgs(callee: &Object) -> Result<Ref> {
    callee.call0()
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_CallOneArg(callee: &Object, argument: &Object) -> Result<Ref> {
    callee.call1(argument)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_Vectorcall(
    callee: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { callee.vectorcall(arguments, count, names) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_Vectorcall(
    callee: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { callee.vectorcall(arguments, count, names) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyVectorcall_Call(
    callee: &Object,
    arguments: &Tuple,
    keywords: Option<&Dict>,
) -> Result<Ref> {
    match callee.vectorcall_at_offset() {
        // A subclass in Python inherits this very function as its `tp_call`, but not the flag.
        Some(function) => callee.call_vectorcall(function, arguments, keywords),
        None => Err(raise!(TypeError, "'{}' object does not support vectorcall", callee.class().name())),
    }
}

/// What the inline functions of `cpython/abstract.h` call where a type has no vectorcall of its own.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_MakeTpCall(
    _thread: *mut std::ffi::c_void,
    callee: &Object,
    arguments: *const &Object,
    count: isize,
    names: Option<&Object>,
) -> Result<Ref> {
    // SAFETY: the caller's promise; with names that are a dictionary, the arguments are positional alone.
    unsafe {
        match names.and_then(|names| names.downcast::<Dict>()) {
            Some(keywords) => {
                let given = memory::slice_or_empty(arguments, count as usize);
                let tuple = Tuple::new(given.iter().map(|argument| argument.to_ref()))?;
                callee.call_dict(&tuple, Some(keywords))
            }
            None => callee.vectorcall(
                arguments,
                count as usize,
                names.and_then(|names| names.downcast::<Tuple>()),
            ),
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_FastCallDict(
    callee: &Object,
    arguments: *const &Object,
    count: usize,
    keywords: Option<&Dict>,
) -> Result<Ref> {
    let count = count & !VECTORCALL_ARGUMENTS_OFFSET;
    // SAFETY: the caller's promise.
    let given = unsafe { memory::slice_or_empty(arguments, count) };
    match keywords.filter(|keywords| !keywords.is_empty()) {
        None => callee.call(given),
        keywords => callee.call_dict(&*Tuple::new(given.iter().map(|argument| argument.to_ref()))?, keywords),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_VectorcallDict(
    callee: &Object,
    arguments: *const &Object,
    count: usize,
    keywords: Option<&Dict>,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { _PyObject_FastCallDict(callee, arguments, count, keywords) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_VectorcallMethod(
    name: &Str,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    let count = count & !VECTORCALL_ARGUMENTS_OFFSET;
    // SAFETY: the caller's promise: the first argument is the receiver.
    unsafe {
        match (**arguments).get_method(name)? {
            Method::Function(function) => function.vectorcall(arguments, count, names),
            Method::Bound(method) => method.vectorcall(arguments.add(1), count - 1, names),
        }
    }
}

/// The result of a call as it must be: a value or an exception, not both and not neither.
#[unsafe(no_mangle)]
extern "C" fn _Py_CheckFunctionResult(
    _thread: *mut std::ffi::c_void,
    callee: Option<&Object>,
    result: Option<Ref>,
    place: *const c_char,
) -> Result<Ref> {
    let name = || match callee {
        Some(callee) => callee.repr_lossy(),
        // SAFETY: where there is no callee, there is a C string that says the place.
        None => unsafe { CStr::from_ptr(place) }.to_string_lossy().into_owned(),
    };
    match (result, raise::occurred()) {
        (Some(result), false) => Ok(result),
        (None, true) => Err(raise::already_set()),
        (None, false) => Err(raise!(SystemError, "{} returned NULL without setting an error", name())),
        (Some(_), true) => {
            let cause = raise::fetch().map(raise::Fetched::normalize).and_then(|cause| cause.value);
            let raised = raise!(SystemError, "{} returned a result with an error set", name());
            Err(exceptions::set_cause_and_context(raised, cause))
        }
    }
}

/// Built values as the arguments of a call: one tuple stands for its items.
fn call_with(callee: &Object, mut values: Vec<Ref>) -> Result<Ref> {
    if let [single] = &values[..]
        && let Some(tuple) = single.downcast::<Tuple>()
    {
        values = tuple.items().to_vec();
    }
    callee.call(Ref::slice(&values))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_CallFunctionV(
    callee: &Object,
    format: *const c_char,
    sizes_are_int: c_int,
    list: *mut VaListTag,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    call_with(callee, unsafe { build_value::values(format, list, Sizes::said(sizes_are_int)) }?)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_CallMethodV(
    receiver: &Object,
    name: *const c_char,
    format: *const c_char,
    sizes_are_int: c_int,
    list: *mut VaListTag,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe {
        let name = Str::new(&CStr::from_ptr(name).to_string_lossy());
        let values = build_value::values(format, list, Sizes::said(sizes_are_int))?;
        call_with(&*receiver.get_attr(&name)?, values)
    }
}

/// # Safety
/// The arguments end with a null.
unsafe fn objects_until_null(list: *mut VaListTag) -> Vec<Ref> {
    let mut objects = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        let mut list = VaList::new(list);
        while let Some(object) = list.pointer::<Object>().as_ref() {
            objects.push(object.to_ref());
        }
    }
    objects
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_CallObjArgsV(callee: &Object, list: *mut VaListTag) -> Result<Ref> {
    // SAFETY: the caller's promise.
    callee.call(Ref::slice(&unsafe { objects_until_null(list) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_CallMethodObjArgsV(
    receiver: &Object,
    name: &Str,
    list: *mut VaListTag,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    receiver.call_method(name, Ref::slice(&unsafe { objects_until_null(list) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_TuplePackV(count: isize, list: *mut VaListTag) -> Result<Ref<Tuple>> {
    // SAFETY: as many objects follow.
    let items: Vec<Ref> = unsafe {
        let mut list = VaList::new(list);
        (0..count).map(|_| (*list.pointer::<Object>()).to_ref()).collect()
    };
    Tuple::new(items)
}

#[unsafe(no_mangle)]
extern "C" fn Py_EnterRecursiveCall(place: *const c_char) -> std::ffi::c_int {
    // SAFETY: a C string.
    let place = unsafe { CStr::from_ptr(place) }.to_string_lossy();
    match objects::protocol::enter_call(&place) {
        Ok(guard) => {
            // Given back by Py_LeaveRecursiveCall.
            std::mem::forget(guard);
            0
        }
        Err(_) => -1,
    }
}

#[unsafe(no_mangle)]
extern "C" fn Py_LeaveRecursiveCall() {
    objects::thread_state::ThreadState::current().leave_level();
}

#[unsafe(no_mangle)]
extern "C" fn _Py_CheckRecursiveCall(
    _thread: *mut std::ffi::c_void,
    place: *const c_char,
) -> std::ffi::c_int {
    // The inline caller has raised the depth already.
    objects::thread_state::ThreadState::current().leave_level();
    Py_EnterRecursiveCall(place)
}

/// Keyword arguments of a vectorcall, as a dictionary.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyStack_AsDict(values: *const &Object, names: Option<&Tuple>) -> Result<Ref<Dict>> {
    let dict = Dict::new();
    for (index, name) in names.map_or(&[][..], Tuple::as_slice).iter().enumerate() {
        // SAFETY: the caller's promise: a value for each name.
        dict.set(name, unsafe { *values.add(index) })?;
    }
    Ok(dict)
}

/// The annotations of a function, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyFunction_GetAnnotations(function: &Object) -> Option<&Object> {
    if function.downcast::<vm::function::Function>().is_none() {
        let _ = raise!(SystemError, "bad argument to internal function");
        return None;
    }
    // SAFETY: the function keeps its annotations alive.
    function.get_attr(intern!("__annotations__")).ok().map(|annotations| unsafe { &*annotations.as_ptr() })
}
